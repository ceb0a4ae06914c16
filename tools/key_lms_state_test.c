/* An LMS leaf is handed out at most once: whatever crashes, is lost, is restored, or runs beside. */
#include "test_support.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "key_lms_state.h"

#define TOTAL 64u
#define LINE 97
static const uint8_t id[32] = {1, 2, 3}, other_id[32] = {9}, digest[32] = {7};

static uint32_t reserve(void)
{
  uint32_t index = UINT32_MAX;
  assert_true(key_lms_state_reserve(".", "k", id, TOTAL, digest, &index));
  return index;
}

static bool refused(void)
{
  uint32_t index;
  return !key_lms_state_reserve(".", "k", id, TOTAL, digest, &index) &&
         !key_lms_state_next(".", "k", id, TOTAL, &index);
}

static int fresh(void **state)
{
  (void)state;
  unlink("k.lms.state");
  unlink("k.lms.log");
  return key_lms_state_new(".", "k", id, TOTAL) ? 0 : -1;
}

static void hands_out_ascending_indexes(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < 5; i++) assert_int_equal(reserve(), i);
  uint32_t next;
  assert_true(key_lms_state_next(".", "k", id, TOTAL, &next));
  assert_int_equal(next, 5);
}

static void refuses_when_exhausted(void **state)
{
  (void)state;
  uint32_t index;
  for (uint32_t i = 0; i < TOTAL; i++) assert_int_equal(reserve(), i);
  assert_false(key_lms_state_reserve(".", "k", id, TOTAL, digest, &index));
  assert_true(key_lms_state_next(".", "k", id, TOTAL, &index));
  assert_int_equal(index, TOTAL);
}

static void never_makes_a_state_over_an_old_one(void **state)
{
  (void)state;
  reserve();
  assert_false(key_lms_state_new(".", "k", id, TOTAL));
  assert_int_equal(reserve(), 1);
}

/* ---- Lost, damaged, foreign, restored files ---- */

static void refuses_a_missing_file(void **state)
{
  reserve();
  unlink("k.lms.state");
  assert_true(refused());
  fresh(state);
  reserve();
  unlink("k.lms.log");
  assert_true(refused());
}

static void refuses_any_damaged_byte_of_the_state(void **state)
{
  (void)state;
  uint8_t good[128], bad[128];
  reserve();
  size_t bytes = get_file("k.lms.state", good, sizeof good);
  for (size_t i = 0; i < bytes; i++) {
    memcpy(bad, good, bytes);
    bad[i] ^= 1;
    put_file("k.lms.state", bad, bytes);
    assert_true(refused());
  }
  for (size_t cut = 0; cut < bytes; cut++) {
    put_file("k.lms.state", good, cut);
    assert_true(refused());
  }
  put_file("k.lms.state", good, bytes);
  assert_int_equal(reserve(), 1);
}

static void refuses_another_keys_state(void **state)
{
  (void)state;
  uint32_t index;
  assert_false(key_lms_state_reserve(".", "k", other_id, TOTAL, digest, &index));
  assert_false(key_lms_state_reserve(".", "k", id, TOTAL * 2, digest, &index));
  assert_int_equal(reserve(), 0);
}

static void refuses_an_older_state(void **state)
{
  (void)state;
  uint8_t old[128];
  size_t bytes = get_file("k.lms.state", old, sizeof old);
  reserve();
  reserve();
  put_file("k.lms.state", old, bytes);
  assert_true(refused());
}

static void skips_a_leaf_after_a_state_older_by_one(void **state)
{
  (void)state;
  uint8_t old[128];
  reserve();
  size_t bytes = get_file("k.lms.state", old, sizeof old);
  assert_int_equal(reserve(), 1);
  put_file("k.lms.state", old, bytes); /* looks like a crash between log and state */
  assert_int_equal(reserve(), 2);
}

static void refuses_an_older_log(void **state)
{
  (void)state;
  reserve();
  reserve();
  assert_int_equal(truncate("k.lms.log", LINE), 0);
  assert_true(refused());
  assert_int_equal(truncate("k.lms.log", 0), 0);
  assert_true(refused());
}

static void refuses_a_log_with_foreign_lines(void **state)
{
  (void)state;
  char log[2 * LINE];
  reserve();
  reserve();
  get_file("k.lms.log", log, sizeof log);
  memcpy(log + LINE, log, LINE); /* the last line says it is the first */
  put_file("k.lms.log", log, sizeof log);
  assert_true(refused());
}

/* ---- Crashes ---- */

static void goes_on_after_a_crash_inside_a_log_line(void **state)
{
  (void)state;
  for (off_t part = 1; part < LINE; part += 19) {
    uint32_t before = reserve();
    assert_int_equal(truncate("k.lms.log", (off_t)(before + 1) * LINE + part), 0);
    assert_int_equal(reserve(), before + 1); /* nobody was given it */
  }
}

/* After such a crash the next reservation first brings the state up to the log. So the state a second
 * crash leaves behind is the one that the reservation before would have written. */
static void survives_crash_upon_crash_between_log_and_state(void **state)
{
  (void)state;
  uint8_t before[128], after[128];
  size_t bytes;
  reserve();
  get_file("k.lms.state", before, sizeof before);
  for (uint32_t crash = 1; crash < 10; crash++) {
    assert_int_equal(reserve(), crash);
    bytes = get_file("k.lms.state", after, sizeof after);
    put_file("k.lms.state", before, bytes); /* as if the second half had not happened */
    memcpy(before, after, bytes);
  }
  assert_int_equal(reserve(), 10);
}

/* A child that reserves as fast as it can and reports each index it was given. */
static _Noreturn void reserve_for_ever(int report)
{
  uint32_t index;
  while (key_lms_state_reserve(".", "k", id, 1024, digest, &index))
    if (write(report, &index, sizeof index) != sizeof index) break;
  _exit(0);
}

static pid_t start_child(int report)
{
  pid_t child = fork();
  if (child == 0) reserve_for_ever(report);
  return child;
}

static void none_twice_with_two_processes_killed_at_random(void **state)
{
  (void)state;
  static bool seen[1024];
  int report[2];
  unsigned handed_out = 0;
  unlink("k.lms.state");
  unlink("k.lms.log");
  assert_true(key_lms_state_new(".", "k", id, 1024));
  memset(seen, 0, sizeof seen);
  assert_int_equal(pipe(report), 0);
  for (int round = 0; round < 300 && (round < 30 || handed_out < 100); round++) {
    pid_t children[2] = {start_child(report[1]), start_child(report[1])};
    for (int i = 0; i < 2; i++) {
      (void)nanosleep(&(struct timespec){.tv_nsec = 1000000L * (1 + (round * 7 + i * 3) % 23)}, NULL);
      assert_int_equal(kill(children[i], SIGKILL), 0);
      assert_int_equal(waitpid(children[i], NULL, 0), children[i]);
    }
    fcntl(report[0], F_SETFL, O_NONBLOCK);
    for (uint32_t index; read(report[0], &index, sizeof index) == sizeof index; handed_out++) {
      assert_true(index < 1024);
      assert_false(seen[index]);
      seen[index] = true;
    }
  }
  assert_true(handed_out >= 100); /* a test that did nothing fails */
  uint32_t next;
  assert_true(key_lms_state_next(".", "k", id, 1024, &next)); /* and no crash left anything that is refused */
  close(report[0]);
  close(report[1]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(hands_out_ascending_indexes, fresh),
    cmocka_unit_test_setup(refuses_when_exhausted, fresh),
    cmocka_unit_test_setup(never_makes_a_state_over_an_old_one, fresh),
    cmocka_unit_test_setup(refuses_a_missing_file, fresh),
    cmocka_unit_test_setup(refuses_any_damaged_byte_of_the_state, fresh),
    cmocka_unit_test_setup(refuses_another_keys_state, fresh),
    cmocka_unit_test_setup(refuses_an_older_state, fresh),
    cmocka_unit_test_setup(skips_a_leaf_after_a_state_older_by_one, fresh),
    cmocka_unit_test_setup(refuses_an_older_log, fresh),
    cmocka_unit_test_setup(refuses_a_log_with_foreign_lines, fresh),
    cmocka_unit_test_setup(goes_on_after_a_crash_inside_a_log_line, fresh),
    cmocka_unit_test_setup(survives_crash_upon_crash_between_log_and_state, fresh),
    cmocka_unit_test_setup(none_twice_with_two_processes_killed_at_random, fresh),
  };
  return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
