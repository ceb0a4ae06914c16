#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hf_posix.h"
#include "platform.h"
#include "promise.h"

#define PROMISE_SECONDS_MAX 150u         /* under valgrind too */
#define STORM_INSTRUCTIONS_PER_POINT 64u /* roughly, as the port spins */
/* Now and then all that a storm has woken gets to its end, as on the board. */
#define STORM_LULL_EVERY 16u
#define STORM_LULL_POINTS 100u

static void alarm_rings(int signal_number)
{
  static const char text[] = "  the promise at work does not end, and no tick passes either\n";
  (void)signal_number;
  (void)!write(STDOUT_FILENO, text, sizeof text - 1u);
  _exit(1);
}

int main(int argc, char **argv)
{
  if (argc > 2) {
    (void)fprintf(stderr, "usage: %s [part of the names of promises]\n", argv[0]);
    return 2;
  }
  (void)signal(SIGALRM, alarm_rings);
  harness_run(argc == 2 ? argv[1] : "");
}

void platform_write(const char *text, uint32_t bytes)
{
  (void)fwrite(text, 1, bytes, stdout);
  if (bytes != 0 && text[bytes - 1u] == '\n') (void)fflush(stdout);
}

void platform_end(unsigned failures)
{
  exit(failures == 0 ? 0 : 1);
}

void platform_watch(void (*watch)(void))
{
  hf_posix_each_tick(watch);
}

void platform_promise_begins(const char *name)
{
  (void)name;
  (void)alarm(PROMISE_SECONDS_MAX);
}

uint32_t test_run_time(void)
{
  return (uint32_t)(hf_posix_instructions() / 16u);
}

/* --- interrupts --- */

void test_interrupt(void (*code)(void))
{
  unsigned urgency = hf_posix_urgency() + 1u;
  hf_posix_interrupt(code, urgency < HF_POSIX_URGENCY_MIN ? HF_POSIX_URGENCY_MIN : urgency);
}

/* The storm's unit is a point where interrupts are open: a call of the kernel has a few. */
static struct {
  void (*code)(void);
  uint32_t random;
  uint32_t spread;
  uint32_t blows;
} storm;

static void storm_interrupt(void);

static void storm_rearm(void)
{
  storm.random = storm.random * 1664525u + 1013904223u; /* Numerical Recipes' generator */
  uint64_t points = 1u + (storm.random >> 8) % (storm.spread / STORM_INSTRUCTIONS_PER_POINT + 1u);
  if (++storm.blows % STORM_LULL_EVERY == 0) points += STORM_LULL_POINTS;
  hf_posix_at_open(points, storm_interrupt);
}

static void storm_interrupt(void)
{
  if (storm.code == NULL) return;
  storm.code();
  if (storm.code != NULL) storm_rearm();
}

void test_storm_start(void (*code)(void), uint32_t seed, uint32_t spread)
{
  test_storm_stop();
  storm.code = code;
  storm.random = seed;
  storm.spread = spread;
  storm.blows = 0;
  storm_rearm();
}

void test_storm_stop(void)
{
  storm.code = NULL;
  hf_posix_at_open(0, storm_interrupt);
}

void test_spin(uint32_t instructions)
{
  hf_posix_spin(instructions);
}
