/* Tries every attempt, in order, over as many restarts as it takes. Where it is, is kept in RAM of the non-secure
 * world that nobody writes at a start. */
#include <string.h>

#include "exceptions.h"
#include "firmware_map.h"
#include "hf_device.h"
#include "hostile.h"
#include "mine.h"
#include "startup_nonsecure.h"

#define KEPT 0x4B455054u
static struct {
  uint32_t magic;
  uint32_t next; /* attempt to be tried, or the one that is being tried */
  bool inside;   /* it is being tried: a restart is its outcome */
} kept __attribute__((section(".kept")));

static const theme *const themes[] = {&theme_start,  &theme_memory, &theme_gate, &theme_race,  &theme_reentry,
                                      &theme_system, &theme_stack,  &theme_keys, &theme_flood, &theme_end};

static const attempt *attempt_at(uint32_t index)
{
  for (uint32_t i = 0; i < sizeof themes / sizeof themes[0]; i++) {
    if (index < themes[i]->count) return &themes[i]->attempts[index];
    index -= themes[i]->count;
  }
  return NULL;
}

/* ---- Words ---- */

static char line[HF_CONSOLE_MAX];
static uint32_t line_bytes;

void put(const char *text)
{
  while (*text != 0 && line_bytes < sizeof line) line[line_bytes++] = *text++;
}

void put_hex(uint32_t value)
{
  char digits[9] = {0};
  for (uint32_t i = 0; i < 8u; i++) digits[i] = "0123456789abcdef"[value >> (28u - 4u * i) & 15u];
  put(digits);
}

void put_number(uint32_t value)
{
  char digits[11] = {0};
  uint32_t first = sizeof digits - 1u;
  do {
    digits[--first] = (char)('0' + value % 10u);
    value /= 10u;
  } while (value != 0);
  put(digits + first);
}

void put_bytes(const uint8_t *bytes, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    const char digits[3] = {"0123456789abcdef"[bytes[i] >> 4], "0123456789abcdef"[bytes[i] & 15u], 0};
    put(digits);
  }
}

void put_status(psa_status_t status)
{
  static const struct {
    psa_status_t status;
    const char *name;
  } names[] = {
    {PSA_SUCCESS, "success"},
    {PSA_ERROR_PROGRAMMER_ERROR, "programmer error"},
    {PSA_ERROR_CONNECTION_REFUSED, "connection refused"},
    {PSA_ERROR_CONNECTION_BUSY, "connection busy"},
    {PSA_ERROR_NOT_PERMITTED, "not permitted"},
    {PSA_ERROR_NOT_SUPPORTED, "not supported"},
    {PSA_ERROR_INVALID_ARGUMENT, "invalid argument"},
    {PSA_ERROR_INVALID_HANDLE, "invalid handle"},
    {PSA_ERROR_BAD_STATE, "bad state"},
    {PSA_ERROR_BUFFER_TOO_SMALL, "buffer too small"},
    {PSA_ERROR_ALREADY_EXISTS, "already exists"},
    {PSA_ERROR_DOES_NOT_EXIST, "does not exist"},
    {PSA_ERROR_INVALID_SIGNATURE, "invalid signature"},
  };
  for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (names[i].status == status) return put(names[i].name);
  put("status -");
  put_number((uint32_t)-status);
}

void put_line_end(void)
{
  if (line_bytes > sizeof line - 2u) line_bytes = sizeof line - 2u;
  line[line_bytes++] = '\r';
  line[line_bytes++] = '\n';
  while (hf_console_write(line, line_bytes) != PSA_SUCCESS) continue; /* the watchdog would end it */
  line_bytes = 0;
}

/* ---- Attempts ---- */

static void put_name(const attempt *a)
{
  put("attempt ");
  put(a->name);
  put(": ");
}

/* Where the fault was, unless it was in our own memory. */
static void put_place(uint32_t pc)
{
  if (pc - FIRMWARE_NONSECURE_BASE < MY_MEMORY_END - FIRMWARE_NONSECURE_BASE) return;
  put(pc == 0 ? ", place unknown" : ", place ");
  if (pc != 0) put_hex(pc);
}

static void put_crash(const hf_crash *crash)
{
  static const char *const kinds[] = {"?", "secure", "bus", "memory", "usage", "hard", "watchdog"};
  put("fault ");
  put(kinds[crash->kind <= HF_FAULT_WATCHDOG ? crash->kind : 0]);
  if (crash->secure != 0) put(" in the secure world");
  put(" ");
  put_hex(crash->status);
  if (crash->address_valid != 0) {
    put(" at ");
    put_hex(crash->address);
  }
  put_place(crash->pc);
}

static void put_restart(void)
{
  static const char *const causes[] = {"power on", "watchdog", "software", "fault"};
  hf_crash crash;
  hf_device_info info;
  if (hf_crash_read(&crash) == PSA_SUCCESS) return put_crash(&crash);
  if (hf_device_get_info(&info) != PSA_SUCCESS) return put("no information");
  put("restart by ");
  put(info.reset_cause <= HF_RESET_FAULT ? causes[info.reset_cause] : "?");
}

/* What the restart said, when there was one inside an attempt. */
static void begin(void)
{
  if (kept.magic != KEPT) {
    kept.magic = KEPT;
    kept.next = 0;
    kept.inside = false;
  }
  if (!kept.inside) return;
  put_name(attempt_at(kept.next));
  put_restart();
  put_line_end();
  kept.inside = false;
  kept.next++;
}

static void try_one(const attempt *a)
{
  put_name(a);
  exceptions_honest();
  if (hf_crash_clear() != PSA_SUCCESS || hf_watchdog_feed() != PSA_SUCCESS) put("(not cleared) ");
  kept.inside = true;
  a->act(a);
  kept.inside = false;
  kept.next++;
  put_line_end();
  if (a->spoils && hf_device_reset() != PSA_SUCCESS) put("(not restarted) ");
}

void nonsecure_main(void)
{
  exceptions_start();
  begin();
  for (const attempt *a = attempt_at(kept.next); a != NULL; a = attempt_at(kept.next)) try_one(a);
  put("that was all");
  put_line_end();
  while (hf_watchdog_feed() == PSA_SUCCESS) continue;
  for (;;) continue;
}
