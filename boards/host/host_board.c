/* The rest of the host board: map, RAM, console, clock, and ports that only have to exist. */
#include "host_board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "entropy.h"
#include "handover.h"
#include "reset.h"
#include "uart.h"
#include "watchdog.h"

const board_map *host_map;

void host_board_select(const board_map *map)
{
  host_map = map;
}

/* ---- RAM ---- */

static struct {
  uint32_t base, bytes;
  uint8_t *memory;
} ram;

void host_ram_attach(uint32_t base, uint32_t bytes, uint8_t *memory)
{
  ram.base = base;
  ram.bytes = bytes;
  ram.memory = memory;
}

void *board_ram(uint32_t address, uint32_t bytes)
{
  /* The contract says the caller has checked; a test must notice when it has not. */
  if (address < ram.base || bytes > ram.bytes || address - ram.base > ram.bytes - bytes) abort();
  return ram.memory + (address - ram.base);
}

void board_lock_after_rom(void)
{
}
void board_lock_after_loader(void)
{
}

/* ---- Console ---- */

static struct {
  uint8_t *waiting; /* bytes the device has not read yet */
  size_t at, end;
  void (*sink)(void *, const void *, uint32_t);
  void *sink_context;
  bool (*source)(void *, uint8_t *);
  void *source_context;
} console;

void host_uart_feed(const void *data, uint32_t bytes)
{
  const size_t left = console.end - console.at;
  uint8_t *all = malloc(left + bytes + 1);
  if (!all) abort();
  if (left) memcpy(all, console.waiting + console.at, left);
  if (bytes) memcpy(all + left, data, bytes);
  free(console.waiting);
  console.waiting = all;
  console.at = 0;
  console.end = left + bytes;
}

void host_uart_sink(void (*sink)(void *, const void *, uint32_t), void *context)
{
  console.sink = sink;
  console.sink_context = context;
}

void host_uart_source(bool (*source)(void *, uint8_t *), void *context)
{
  console.source = source;
  console.source_context = context;
}

void uart_init(void)
{
}

void uart_write(const void *data, uint32_t bytes)
{
  if (console.sink) console.sink(console.sink_context, data, bytes);
}

bool uart_read(uint8_t *byte)
{
  if (console.at == console.end) return console.source && console.source(console.source_context, byte);
  *byte = console.waiting[console.at++];
  return true;
}

/* ---- Time ---- */

static uint32_t now_ms, step_ms;

void host_clock_step(uint32_t step)
{
  step_ms = step;
}

void clock_init(void)
{
}

uint32_t clock_ms(void)
{
  now_ms += step_ms;
  return now_ms;
}

static struct {
  bool set;
  uint32_t seconds;
} rtc;

void host_rtc_set(uint32_t seconds)
{
  rtc.set = true;
  rtc.seconds = seconds;
}

uint32_t clock_rtc_seconds(void)
{
  return rtc.set ? rtc.seconds : (uint32_t)time(NULL);
}

void watchdog_start(uint32_t limit_ms)
{
  (void)limit_ms;
}

static uint32_t feeds;

void watchdog_feed(void)
{
  feeds++;
}

uint32_t host_watchdog_feeds(void)
{
  return feeds;
}

/* ---- Reset, entropy ---- */

static void (*reset_handler)(reset_cause);

void host_reset_handler(void (*handler)(reset_cause))
{
  reset_handler = handler;
}

void reset_system(reset_cause cause)
{
  if (reset_handler) reset_handler(cause);
  abort(); /* a handler that returns would let the program run on through its own reset */
}

static uint32_t attempts;

reset_cause reset_cause_take(void)
{
  return RESET_POWER_ON;
}

uint32_t reset_attempts_count_up(void)
{
  return ++attempts;
}

void reset_attempts_clear(void)
{
  attempts = 0;
}

static struct {
  bool (*source)(void *, uint8_t *);
  void *context;
} noise_script;

void host_noise_script(bool (*source)(void *, uint8_t *), void *context)
{
  noise_script.source = source;
  noise_script.context = context;
}

static bool scripted_noise(uint8_t *out, uint32_t bytes)
{
  while (bytes > 0 && noise_script.source(noise_script.context, out)) {
    out++;
    bytes--;
  }
  return bytes == 0;
}

bool entropy_read(void *out, uint32_t bytes)
{
  if (noise_script.source) return scripted_noise(out, bytes);
  FILE *source = fopen("/dev/urandom", "rb");
  if (!source) return false;
  const bool filled = fread(out, 1, bytes, source) == bytes;
  fclose(source);
  return filled;
}
