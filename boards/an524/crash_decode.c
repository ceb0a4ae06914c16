/* What the fault handler found, as a crash record. For secure programs that start non-secure ones. */
#include <arm_cmse.h>

#include "caller_memory.h"
#include "crash.h"
#include "firmware_map.h"
#include "registers.h"
#include "startup.h"

#define SFSR_ADDRESS_VALID (1u << 6)
#define CFSR_MEMORY 0x000000FFu
#define CFSR_BUS 0x0000FF00u
#define CFSR_USAGE 0xFFFF0000u
#define CFSR_STACK_LIMIT (1u << 20)
#define CFSR_MEMORY_ADDRESS_VALID (1u << 7)
#define CFSR_BUS_ADDRESS_VALID (1u << 15)
#define EXC_RETURN_SECURE_FRAME (1u << 6)
#define EXC_RETURN_THREAD (1u << 3)
#define CONTROL_SPSEL 2u

#define EXCEPTION_MASK 0x1FFu

enum { HARD_FAULT = 3, MEMORY_FAULT = 4, BUS_FAULT = 5, USAGE_FAULT = 6, SECURE_FAULT = 7 };

/* What an exception pushes. */
typedef struct frame {
  uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
} frame;

static uint32_t active_exception(void)
{
  uint32_t ipsr;
  __asm__ volatile("mrs %0, ipsr" : "=r"(ipsr));
  return ipsr & EXCEPTION_MASK;
}

/* What arrives as a hard fault is mostly another one: usage and memory faults that the non-secure world does not handle
 * itself, and any fault that may not interrupt what runs (a handler). Each has its register. Those of secure and bus
 * faults are clean but for this fault, which ends in a restart; the non-secure world's own may hold older ones. */
static uint32_t kind_of_unhandled(uint32_t cfsr, uint32_t cfsr_ns)
{
  if (REG(SCB_SFSR) != 0) return CRASH_SECURE_FAULT;
  if ((cfsr & CFSR_BUS) != 0) return CRASH_BUS;
  if ((cfsr_ns & CFSR_USAGE) != 0) return CRASH_USAGE;
  if ((cfsr_ns & CFSR_MEMORY) != 0) return CRASH_MEMORY;
  return CRASH_HARD;
}

static uint32_t kind_of(uint32_t exception)
{
  switch (exception) {
  case MEMORY_FAULT: return CRASH_MEMORY;
  case BUS_FAULT: return CRASH_BUS;
  case USAGE_FAULT: return CRASH_USAGE;
  case SECURE_FAULT: return CRASH_SECURE_FAULT;
  default: return CRASH_HARD;
  }
}

static void note_own_address(crash_record *c)
{
  if (c->kind == CRASH_MEMORY && (c->status & CFSR_MEMORY_ADDRESS_VALID) != 0) {
    c->address_valid = 1;
    c->address = REG(SCB_MMFAR_NS);
  }
}

static void note_address(crash_record *c, uint32_t cfsr)
{
  if (c->kind == CRASH_SECURE_FAULT) {
    c->address_valid = (c->status & SFSR_ADDRESS_VALID) != 0;
    c->address = c->address_valid ? REG(SCB_SFAR) : 0;
  } else if ((cfsr & CFSR_BUS_ADDRESS_VALID) != 0) {
    c->address_valid = 1;
    c->address = REG(SCB_BFAR);
  } else if ((cfsr & CFSR_MEMORY_ADDRESS_VALID) != 0) {
    c->address_valid = 1;
    c->address = REG(SCB_MMFAR);
  }
}

static void note_unhandled(crash_record *c, uint32_t cfsr)
{
  const uint32_t cfsr_ns = REG(SCB_CFSR_NS);
  c->kind = kind_of_unhandled(cfsr, cfsr_ns);
  if (c->kind == CRASH_SECURE_FAULT) c->status = REG(SCB_SFSR);
  if (c->kind == CRASH_SECURE_FAULT || c->kind == CRASH_BUS) return note_address(c, cfsr);
  if (c->kind != CRASH_HARD) c->status = cfsr_ns;
  note_own_address(c);
}

/* A stack that has no room for the frame is left at its limit with nothing pushed: what lies there is anything. (So it
 * looks, too, when the frame of a stack overflow had room to the byte: no place is better than a wrong one.) */
static bool is_without_frame(uint32_t stack, uint32_t limit)
{
  return (REG(SCB_CFSR_NS) & CFSR_STACK_LIMIT) != 0 && stack == limit;
}

/* The frame lies where non-secure code has aimed its stack: read only what that code could read itself. */
static void note_nonsecure_frame(crash_record *c, uint32_t exc_return)
{
  uint32_t control, stack, limit;
  __asm__ volatile("mrs %0, control_ns" : "=r"(control));
  if ((exc_return & EXC_RETURN_THREAD) != 0 && (control & CONTROL_SPSEL) != 0)
    __asm__ volatile("mrs %0, psp_ns\n\tmrs %1, psplim_ns" : "=r"(stack), "=r"(limit));
  else
    __asm__ volatile("mrs %0, msp_ns\n\tmrs %1, msplim_ns" : "=r"(stack), "=r"(limit));
  if (is_without_frame(stack, limit)) return;
  const frame *f = cmse_check_address_range((void *)(uintptr_t)stack, sizeof *f, CMSE_NONSECURE | CMSE_MPU_READ);
  if (f == NULL || stack % 4u != 0 || !caller_memory_holds(stack, sizeof *f)) return;
  c->pc = f->pc;
  c->lr = f->lr;
  c->exception = f->xpsr & EXCEPTION_MASK;
}

/* What a forged return claims to be the frame of secure code can be anything that lies on the secure stack, registers with secrets
 * too: only an address of code leaves. */
static uint32_t secure_code_address(uint32_t pc)
{
  return pc - FIRMWARE_SECURE_BASE < FIRMWARE_SECURE_BYTES ? pc : 0;
}

void board_fault_report(uint32_t cfsr, uint32_t address, uint32_t pc, uint32_t exc_return)
{
  (void)address; /* of bus faults only, and valid or not: read where it is needed */
  crash_record c = {.kind = kind_of(active_exception()), .status = cfsr, .pc = secure_code_address(pc)};
  if (c.kind == CRASH_SECURE_FAULT) c.status = REG(SCB_SFSR);
  c.secure = (exc_return & EXC_RETURN_SECURE_FRAME) != 0;
  if (c.secure == 0) {
    if (c.kind == CRASH_HARD)
      note_unhandled(&c, cfsr);
    else
      note_address(&c, cfsr);
    note_nonsecure_frame(&c, exc_return);
  }
  crash_write(&c);
}
