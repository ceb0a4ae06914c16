/* Sixty-four priorities: the two words that hold their set are one order. */
#include "diary.h"
#include "semphr.h"

/* Around the limits of the words, in no order. */
static const UBaseType_t priorities[] = {31, 0, 63, 32, 1, 33, 30, 62, 47};
#define PRIORITIES (sizeof priorities / sizeof priorities[0])

static UBaseType_t ran[PRIORITIES];
static unsigned runs;

static void note_priority(void *unused)
{
  (void)unused;
  if (runs < PRIORITIES) ran[runs] = uxTaskPriorityGet(NULL);
  runs++;
  vTaskDelete(NULL);
}

PROMISE(ready_tasks_run_in_the_order_of_their_priorities)
{
  CHECK_EQUAL(configMAX_PRIORITIES, 64);
  runs = 0;
  vTaskSuspendAll();
  for (unsigned i = 0; i < PRIORITIES; i++) (void)test_task(note_priority, NULL, priorities[i]);
  (void)xTaskResumeAll();
  CHECK_EQUAL(runs, PRIORITIES - 2u); /* all above the judge */
  vTaskDelay(2);
  NEED(runs == PRIORITIES);
  for (unsigned i = 1; i < PRIORITIES; i++) CHECK(ran[i] < ran[i - 1u]);
}

static void note_and_end(void *letter)
{
  note(letter_of(letter));
  vTaskDelete(NULL);
}

PROMISE(a_task_preempts_those_of_lower_priorities_only)
{
  static const UBaseType_t judges[] = {31, 32, 63};
  for (unsigned i = 0; i < sizeof judges / sizeof judges[0]; i++) {
    vTaskPrioritySet(NULL, judges[i]);
    CHECK_EQUAL(uxTaskPriorityGet(NULL), judges[i]);
    diary_begin();
    (void)test_task(note_and_end, LETTER('l'), judges[i] - 1u);
    (void)test_task(note_and_end, LETTER('e'), judges[i]);
    if (judges[i] < 63u) (void)test_task(note_and_end, LETTER('h'), judges[i] + 1u);
    note('j');
    CHECK_DIARY(judges[i] < 63u ? "hj" : "j");
    taskYIELD();
    CHECK_DIARY(judges[i] < 63u ? "hje" : "je");
    vTaskDelay(1);
    CHECK_DIARY(judges[i] < 63u ? "hjel" : "jel");
  }
  vTaskPrioritySet(NULL, JUDGE_PRIORITY);
}

PROMISE(a_priority_changed_from_one_word_to_the_other_counts_at_once)
{
  diary_begin();
  TaskHandle_t task = test_task(note_and_end, LETTER('t'), 0);
  vTaskPrioritySet(NULL, 32);
  vTaskPrioritySet(task, 31);
  CHECK_DIARY("");
  vTaskPrioritySet(task, 63);
  CHECK_DIARY("t");
  (void)test_task(note_and_end, LETTER('u'), 32);
  vTaskPrioritySet(NULL, 31);
  CHECK_DIARY("tu");
  vTaskPrioritySet(NULL, JUDGE_PRIORITY);
}

static void take_turns(void *letter)
{
  for (unsigned i = 0; i < 3u; i++) {
    note(letter_of(letter));
    taskYIELD();
  }
  vTaskDelete(NULL);
}

PROMISE(equals_of_the_highest_priority_take_turns)
{
  diary_begin();
  vTaskSuspendAll();
  (void)test_task(take_turns, LETTER('a'), 63);
  (void)test_task(take_turns, LETTER('b'), 63);
  (void)xTaskResumeAll();
  CHECK_DIARY("ababab");
}

static BaseType_t take(struct actor *self)
{
  return xSemaphoreTake(self->object, self->ticks);
}

PROMISE(waiting_tasks_get_on_by_priority)
{
  struct actor actors[] = {{.letter = 'b', .act = take},
                           {.letter = 'd', .act = take},
                           {.letter = 'a', .act = take},
                           {.letter = 'c', .act = take}};
  static const UBaseType_t of_actor[] = {31, 63, 0, 32};
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  diary_begin();
  for (unsigned i = 0; i < 4u; i++) {
    actors[i].object = semaphore;
    actors[i].ticks = 100;
    actor_start(&actors[i], of_actor[i]);
  }
  vTaskDelay(2);
  static const char *const words[] = {"d", "dc", "dcb", "dcba"};
  for (unsigned i = 0; i < 4u; i++) {
    CHECK_EQUAL(xSemaphoreGive(semaphore), pdTRUE);
    vTaskDelay(2);
    CHECK_DIARY(words[i]);
  }
  vSemaphoreDelete(semaphore);
}

static BaseType_t hold_until_told(struct actor *self)
{
  BaseType_t taken = xSemaphoreTake(self->object, 0);
  (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
  (void)xSemaphoreGive(self->object);
  return taken;
}

static BaseType_t take_and_give(struct actor *self)
{
  BaseType_t taken = xSemaphoreTake(self->object, self->ticks);
  return taken == pdTRUE ? xSemaphoreGive(self->object) : taken;
}

PROMISE(a_mutex_lends_priorities_from_one_word_to_the_other)
{
  SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
  NEED(mutex != NULL);
  struct actor holder = {.letter = 'h', .act = hold_until_told, .object = mutex};
  struct actor waiters[] = {{.letter = 'b', .act = take_and_give, .object = mutex, .ticks = 100},
                            {.letter = 'c', .act = take_and_give, .object = mutex, .ticks = 100},
                            {.letter = 'd', .act = take_and_give, .object = mutex, .ticks = 100}};
  static const UBaseType_t of_waiter[] = {31, 32, 63};
  diary_begin();
  actor_start(&holder, 0);
  vTaskDelay(2);
  for (unsigned i = 0; i < 3u; i++) {
    actor_start(&waiters[i], of_waiter[i]);
    CHECK_EQUAL(uxTaskPriorityGet(holder.task), of_waiter[i]);
  }
  CHECK_EQUAL(xTaskAbortDelay(waiters[2].task), pdPASS);
  CHECK_DIARY("d");
  CHECK_EQUAL(waiters[2].answer, pdFALSE);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), 32);
  CHECK_EQUAL(uxTaskBasePriorityGet(holder.task), 0);
  (void)xTaskNotifyGive(holder.task);
  CHECK_DIARY("dcb"); /* and the holder is back at 0 */
  vTaskDelay(2);
  CHECK_DIARY("dcbh");
  CHECK_EQUAL(holder.answer, pdTRUE);
  vSemaphoreDelete(mutex);
}

const struct promise priorities_promises[] = {
  KEPT(ready_tasks_run_in_the_order_of_their_priorities),
  KEPT(a_task_preempts_those_of_lower_priorities_only),
  KEPT(a_priority_changed_from_one_word_to_the_other_counts_at_once),
  KEPT(equals_of_the_highest_priority_take_turns),
  KEPT(waiting_tasks_get_on_by_priority),
  KEPT(a_mutex_lends_priorities_from_one_word_to_the_other),
  END_OF_PROMISES,
};
