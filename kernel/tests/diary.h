/* Who did what in which order: tasks and interrupts of a test note a letter each, and the promise compares the word.
 *
 *   diary_begin();
 *   ... note('a'); ...
 *   CHECK_DIARY("abc");
 *
 * And actors: helper tasks that do one thing, whose answer and end are kept.
 */
#ifndef HF_KERNEL_TEST_DIARY_H
#define HF_KERNEL_TEST_DIARY_H

#include <string.h>

#include "promise.h"

#define DIARY_LETTERS_MAX 96u

static struct {
  char text[DIARY_LETTERS_MAX + 1u];
  unsigned length;
} diary;

static inline void diary_begin(void)
{
  diary.length = 0;
  memset(diary.text, 0, sizeof diary.text);
}

static inline void note(char letter)
{
  if (diary.length < DIARY_LETTERS_MAX) diary.text[diary.length++] = letter;
}

static inline void diary_check(const char *expected, const char *file, int line)
{
  static char text[3u * DIARY_LETTERS_MAX];
  const char *const parts[] = {"the diary says \"", diary.text, "\", expected \"", expected, "\""};
  bool same = strcmp(diary.text, expected) == 0;
  size_t length = 0;
  for (unsigned i = 0; !same && i < sizeof parts / sizeof parts[0]; i++) {
    size_t more = strlen(parts[i]);
    if (more >= sizeof text - length) break;
    memcpy(text + length, parts[i], more);
    length += more;
  }
  text[length] = '\0';
  check_that(same, text, file, line);
}
#define CHECK_DIARY(expected) diary_check((expected), __FILE__, __LINE__)

/* A letter as the parameter of a task. */
#define LETTER(letter) ((void *)(uintptr_t)(letter))

static inline char letter_of(void *parameter)
{
  return (char)(uintptr_t)parameter;
}

/* A task that calls act(), keeps what it answered and when, notes its letter and ends. */
struct actor {
  char letter;
  BaseType_t (*act)(struct actor *self);
  void *object;     /* for act() */
  TickType_t ticks; /* for act(): how long to wait */
  TaskHandle_t task;
  volatile bool done;
  volatile BaseType_t answer;
  volatile TickType_t began;
  volatile TickType_t ended;
};

static inline void actor_main(void *parameter)
{
  struct actor *self = parameter;
  self->began = xTaskGetTickCount();
  self->answer = self->act(self);
  self->ended = xTaskGetTickCount();
  note(self->letter);
  self->done = true;
  vTaskDelete(NULL);
}

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
static inline void actor_start(struct actor *self, UBaseType_t priority)
{
  self->done = false;
  self->answer = -99;
  self->task = test_task(actor_main, self, priority);
}
#endif

/* The judge goes on right after a tick: what follows has nearly a whole tick before the next. */
static inline TickType_t fresh_tick(void)
{
  vTaskDelay(1);
  return xTaskGetTickCount();
}

#endif
