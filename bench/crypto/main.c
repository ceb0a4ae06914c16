/* Device program for a Cortex-M33 under `qemu-system-arm -icount shift=0`: every instruction takes 1 ns of virtual
 * time and SysTick runs at 20 MHz, so one tick is 50 instructions. Exact and repeatable; instructions, not cycles.
 * Prints lines "name value unit". Exits non-zero if anything fails to verify, so that no number comes from a
 * refusal. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lms.h"
#include "p256.h"
#include "sha256.h"
#include "vectors.h"

enum { INSTRUCTIONS_PER_TICK = 50, STACK_PROBE_BYTES = 8192, STACK_MARK = 0x5a };

#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018)

static uint8_t message[MESSAGE_BYTES];
static uint8_t digest[SHA256_BYTES];

static void hash_message(unsigned i)
{
  (void)i;
  sha256(digest, message, sizeof message);
}

/* RFC 6979, A.2.5: two published signatures. */
static void verify_p256(unsigned i)
{
  static const uint8_t key[] =
    "\x60\xfe\xd4\xba\x25\x5a\x9d\x31\xc9\x61\xeb\x74\xc6\x35\x6d\x68\xc0\x49\xb8\x92\x3b\x61\xfa\x6c\xe6\x69\x62\x2e"
    "\x60\xf2\x9f\xb6\x79\x03\xfe\x10\x08\xb8\xbc\x99\xa4\x1a\xe9\xe9\x56\x28\xbc\x64\xf2\xf1\xb2\x0c\x2d\x7e\x9f\x51"
    "\x77\xa3\xc2\x94\xd4\x46\x22\x99";
  static const uint8_t sample[] =
    "\xef\xd4\x8b\x2a\xac\xb6\xa8\xfd\x11\x40\xdd\x9c\xd4\x5e\x81\xd6\x9d\x2c\x87\x7b\x56\xaa\xf9\x91\xc3\x4d\x0e\xa8"
    "\x4e\xaf\x37\x16\xf7\xcb\x1c\x94\x2d\x65\x7c\x41\xd4\x36\xc7\xa1\xb6\xe2\x9f\x65\xf3\xe9\x00\xdb\xb9\xaf\xf4\x06"
    "\x4d\xc4\xab\x2f\x84\x3a\xcd\xa8";
  static const uint8_t test[] =
    "\xf1\xab\xb0\x23\x51\x83\x51\xcd\x71\xd8\x81\x56\x7b\x1e\xa6\x63\xed\x3e\xfc\xf6\xc5\x13\x2b\x35\x4f\x28\xd3\xb0"
    "\xb7\xd3\x83\x67\x01\x9f\x41\x13\x74\x2a\x2b\x14\xbd\x25\x92\x6b\x49\xc6\x49\x15\x5f\x26\x7e\x60\xd3\x81\x4b\x4c"
    "\x0c\xc8\x42\x50\xe4\x6f\x00\x83";
  uint8_t hash[SHA256_BYTES];
  const char *text = i % 2 == 0 ? "sample" : "test";
  sha256(hash, text, strlen(text));
  if (p256_ecdsa_verify(key, hash, i % 2 == 0 ? sample : test) != CRYPTO_OK) exit(1);
}

static void verify_lms_w4(unsigned i)
{
  message[0] = (uint8_t)i;
  if (hss_verify(w4_key, message, sizeof message, w4_sigs + i * HSS_SIGNATURE_BYTES_H10_W4,
                 HSS_SIGNATURE_BYTES_H10_W4) != CRYPTO_OK)
    exit(1);
}

static void verify_lms_w8(unsigned i)
{
  message[0] = (uint8_t)i;
  if (hss_verify(w8_key, message, sizeof message, w8_sigs + i * HSS_SIGNATURE_BYTES_H10_W8,
                 HSS_SIGNATURE_BYTES_H10_W8) != CRYPTO_OK)
    exit(1);
}

/* Average over the given number of runs. */
static uint32_t instructions(void (*operation)(unsigned), unsigned runs)
{
  uint32_t ticks = 0;
  for (unsigned i = 0; i < runs; i++) {
    SYST_RVR = 0xffffff;
    SYST_CVR = 0;
    SYST_CSR = 5; /* on, processor clock, no interrupt */
    uint32_t before = SYST_CVR;
    operation(i);
    ticks += (before - SYST_CVR) & 0xffffff;
  }
  return (uint32_t)((uint64_t)ticks * INSTRUCTIONS_PER_TICK / runs);
}

/* Marks the memory below the stack pointer, runs, and looks how deep the marks are gone. */
static __attribute__((noinline)) uint32_t stack_bytes(void (*operation)(unsigned))
{
  uint8_t *top;
  __asm__ volatile("mov %0, sp" : "=r"(top));
  volatile uint8_t *bottom = top - STACK_PROBE_BYTES;
  for (volatile uint8_t *p = bottom; p < top; p++) *p = STACK_MARK;
  operation(0);
  volatile uint8_t *p = bottom;
  while (p < top && *p == STACK_MARK) p++;
  return (uint32_t)(top - p);
}

static void report(const char *name, uint32_t value, const char *unit)
{
  printf("%s %lu %s\n", name, (unsigned long)value, unit);
}

int main(void)
{
  uint32_t hundredths = (uint32_t)((uint64_t)instructions(hash_message, 4) * 100 / MESSAGE_BYTES);
  printf("sha256 %lu.%02lu insn/byte\n", (unsigned long)(hundredths / 100), (unsigned long)(hundredths % 100));
  report("p256_verify", instructions(verify_p256, 2), "insn");
  report("lms_h10_w4_verify", instructions(verify_lms_w4, SIGNATURES), "insn");
  report("lms_h10_w8_verify", instructions(verify_lms_w8, SIGNATURES), "insn");
  report("sha256_stack", stack_bytes(hash_message), "byte");
  report("p256_verify_stack", stack_bytes(verify_p256), "byte");
  report("lms_h10_w4_verify_stack", stack_bytes(verify_lms_w4), "byte");
  exit(0); /* ends the emulator; returning from main would not */
}
