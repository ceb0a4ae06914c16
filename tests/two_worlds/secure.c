/* The secure part: gives the other world its memory and timers, starts it, and serves its gates. Its own timer
 * interrupts whatever runs, in either world.
 *
 * The gate that takes long shows what every gate with a state must do. It cannot trust that the kernel beside it lets one
 * task in at a time (hf_secure_call_begin): it refuses to be entered while it is at work. See docs/porting.md.
 */
#include <arm_cmse.h>
#include <stdbool.h>
#include <string.h>

#include "board.h"
#include "firmware_map.h"
#include "gates.h"
#include "interrupts.h"
#include "isolation.h"
#include "registers.h"
#include "reset.h"
#include "sha256.h"
#include "startup.h"
#include "uart.h"

#define GATE __attribute__((cmse_nonsecure_entry, used))
#define INTERRUPTS_PER_SECOND 10000u

#define SYST_CSR REG(0xE000E010u)
#define SYST_RVR REG(0xE000E014u)
#define SYST_CVR REG(0xE000E018u)

static const isolation_region regions[] = {
  {FIRMWARE_NONSECURE_BASE, FIRMWARE_NONSECURE_BYTES, ISOLATION_NONSECURE},
  {FIRMWARE_NONSECURE_RAM_BASE, FIRMWARE_NONSECURE_RAM_BYTES, ISOLATION_NONSECURE},
  {FIRMWARE_GATES_BASE, FIRMWARE_GATES_BYTES, ISOLATION_GATES},
};
/* The UART only for its interrupts: no device asks for them, so a program can. */
static const isolation_device devices[] = {
  ISOLATION_TIMER0,
  ISOLATION_TIMER1,
  ISOLATION_DUALTIMER,
  ISOLATION_UART2,
};

static volatile uint32_t interrupts;
static volatile bool digest_at_work;

static void print(const char *text)
{
  uart_write(text, (uint32_t)strlen(text));
}

static void print_hex(uint32_t value)
{
  char digits[9];
  for (uint32_t i = 0; i < 8u; i++) digits[i] = "0123456789abcdef"[value >> (28u - 4u * i) & 15u];
  digits[8] = ' ';
  uart_write(digits, sizeof digits);
}

void board_fault_report(uint32_t cfsr, uint32_t address, uint32_t pc, uint32_t exc_return)
{
  (void)exc_return;
  print(pc != 0 ? "FAIL fault in the secure part: " : "FAIL fault in the non-secure part: ");
  print_hex(cfsr);
  print_hex(address);
  print_hex(pc);
  print_hex(REG(0xE000EDE4u)); /* SFSR */
  print("\n");
}

void SysTick_Handler(void);
void SysTick_Handler(void)
{
  interrupts++;
}

void stage_main(void)
{
  REG(SCB_VTOR) = FIRMWARE_SECURE_BASE; /* after a reset it is the ROM */
  uart_init();
  interrupts_init();
  if (!isolation_apply(regions, sizeof regions / sizeof regions[0], devices, sizeof devices / sizeof devices[0])) {
    print("FAIL the worlds cannot be divided\n");
    reset_system(RESET_FAULT);
  }
  isolation_start_nonsecure(FIRMWARE_NONSECURE_BASE);
}

/* --- gates --- */

GATE uint32_t hf_gate_log(const char *text, uint32_t bytes)
{
  char copy[GATE_LOG_MAX];
  if (bytes == 0) return GATE_OK;
  if (bytes > sizeof copy) return GATE_REFUSED;
  const void *readable = cmse_check_address_range((void *)(uintptr_t)text, bytes, CMSE_NONSECURE | CMSE_MPU_READ);
  if (readable == NULL) return GATE_REFUSED;
  memcpy(copy, readable, bytes);
  uart_write(copy, bytes);
  return GATE_OK;
}

/* Test and set: an interrupt of the other world between the two must not let a second call in. */
static bool digest_begin(void)
{
  uint32_t before;
  __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
  bool free = !digest_at_work;
  digest_at_work = true;
  __asm__ volatile("msr primask, %0" : : "r"(before) : "memory");
  return free;
}

static void digest_on_stack(uint32_t seed, uint8_t digest[SHA256_BYTES])
{
  uint32_t words[GATE_DIGEST_WORDS];
  digest_input(seed, words);
  sha256(digest, words, sizeof words);
  /* What lies on the stack must have stayed as it was: hashed again, it must give the same. */
  uint8_t again[SHA256_BYTES];
  sha256(again, words, sizeof words);
  if (memcmp(digest, again, sizeof again) != 0) memset(digest, 0, SHA256_BYTES);
}

GATE uint32_t hf_gate_digest(uint32_t seed, uint8_t digest[GATE_DIGEST_BYTES])
{
  uint8_t result[SHA256_BYTES];
  if (!digest_begin()) return GATE_BUSY;
  digest_on_stack(seed, result);
  void *writable = cmse_check_address_range(digest, GATE_DIGEST_BYTES, CMSE_NONSECURE | CMSE_MPU_READWRITE);
  if (writable != NULL) memcpy(writable, result, sizeof result);
  digest_at_work = false;
  return writable != NULL ? GATE_OK : GATE_REFUSED;
}

GATE uint32_t hf_gate_secure_interrupts(uint32_t on)
{
  SYST_RVR = MAIN_CLOCK_HZ / INTERRUPTS_PER_SECOND - 1u;
  SYST_CSR = on == 1 ? 7u : 0; /* with its interrupt, by the processor's clock */
  return interrupts;
}

GATE void hf_gate_reset(void)
{
  reset_system(RESET_SOFTWARE);
}
