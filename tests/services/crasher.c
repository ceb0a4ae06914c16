/* Firmware that crashes as the host orders over UART2 (line.h), in a task or in an interrupt handler, and afterwards
 * reads its crash record: is it what an engineer with the ELF file on the desk needs? */
#include "firmware_map.h"
#include "hf_device.h"
#include "line.h"
#include "startup_nonsecure.h"

#define NOTHING_THERE 0x48008000u
#define STACK_WORDS 1024u
#define OLD_STACK 0xA5A5A5A5u /* must not pass for a place */

#define MPU_CONTROL (*(volatile uint32_t *)0xE000ED94)
#define MPU_NUMBER (*(volatile uint32_t *)0xE000ED98)
#define MPU_BASE (*(volatile uint32_t *)0xE000ED9C)
#define MPU_LIMIT (*(volatile uint32_t *)0xE000EDA0)
#define MPU_READ_ONLY 6u /* for everybody */
#define MPU_REGION_ON 1u /* and no longer than the 32 bytes it begins with */
#define MPU_PAGE_WORDS 8u
#define MPU_ON_WITH_BACKGROUND 5u /* the rest is as if it were off */
#define NVIC_ENABLE (*(volatile uint32_t *)0xE000E100)
#define NVIC_PEND (*(volatile uint32_t *)0xE000E200)

/* ---- Ways to crash. The host knows them by their place in `ways`, and by their symbols ---- */

static void undefined_instruction(void)
{
  __asm__ volatile("udf #0");
}

static uint32_t protected_page[MPU_PAGE_WORDS] __attribute__((aligned(32)));

static void write_what_the_mpu_protects(void)
{
  MPU_NUMBER = 0;
  MPU_BASE = (uint32_t)(uintptr_t)protected_page | MPU_READ_ONLY;
  MPU_LIMIT = (uint32_t)(uintptr_t)protected_page | MPU_REGION_ON;
  MPU_CONTROL = MPU_ON_WITH_BACKGROUND;
  __asm__ volatile("dsb\n\tisb\n\tstr %0, [%0]" : : "r"(protected_page) : "memory");
}

static void read_where_nothing_is(void)
{
  (void)*(volatile uint32_t *)NOTHING_THERE;
}

static void read_secure_memory(void)
{
  (void)*(volatile uint32_t *)FIRMWARE_SECURE_RAM_BASE;
}

/* A call, not a jump: there is something to return to. */
__attribute__((always_inline)) static inline void call(uint32_t address)
{
  ((void (*)(void))(uintptr_t)address)();
  __asm__ volatile("nop");
}

/* Beside its gates. */
static void call_secure_code(void)
{
  call(FIRMWARE_SECURE_BASE | 1u);
}

static void call_nothing(void)
{
  call(0);
}

/* r0: bytes the stack may still grow. */
__attribute__((naked)) static void grow_beyond(uint32_t room)
{
  (void)room;
  __asm__ volatile("   mov r1, sp\n"
                   "   subs r1, r0\n"
                   "   mrs r2, ipsr\n"
                   "   cbz r2, 1f\n"
                   "   msr msplim, r1\n"
                   "   b 2f\n"
                   "1: msr psplim, r1\n"
                   "2: sub sp, #1024\n"
                   "   bx lr\n");
}

static void overflow_the_stack(void)
{
  grow_beyond(512);
  __asm__ volatile("nop");
}

/* Not even what an exception pushes has room: nobody can know where it was. */
static void overflow_the_stack_to_the_brim(void)
{
  grow_beyond(16);
  __asm__ volatile("nop");
}

static void hang(void)
{
  __asm__ volatile("cpsid i");
  for (;;) __asm__ volatile("wfi");
}

typedef void (*way)(void);
static const way ways[] = {
  undefined_instruction,
  write_what_the_mpu_protects,
  read_where_nothing_is,
  read_secure_memory,
  call_secure_code,
  call_nothing,
  overflow_the_stack,
  overflow_the_stack_to_the_brim,
  hang,
};

/* ---- Where ---- */

static volatile way way_of_handler;

void timer0_handler(void)
{
  way_of_handler();
}

static void crash_in_handler(way chosen)
{
  way_of_handler = chosen;
  NVIC_ENABLE = 1u << TIMER0_INTERRUPT;
  NVIC_PEND = 1u << TIMER0_INTERRUPT;
  __asm__ volatile("dsb\n\tisb");
}

static psa_status_t act(const line_request *request)
{
  const uint32_t number = request->number;
  switch (request->what) {
  case 't':
    if (number < sizeof ways / sizeof ways[0]) ways[number]();
    return PSA_ERROR_GENERIC_ERROR;
  case 'h':
    if (number < sizeof ways / sizeof ways[0]) crash_in_handler(ways[number]);
    return PSA_ERROR_GENERIC_ERROR;
  case 'c': return hf_crash_clear();
  case 'd': return hf_device_reset();
  default: return PSA_ERROR_NOT_SUPPORTED;
  }
}

static void serve(const line_request *request)
{
  hf_crash crash;
  if (request->what != 'r') return line_answer(act(request), 0, 0);
  const psa_status_t status = hf_crash_read(&crash);
  line_answer(status, &crash, sizeof crash);
}

__attribute__((used)) static _Noreturn void be_a_task(void)
{
  static line_request request;
  line_start();
  for (;;) {
    line_receive(&request);
    serve(&request);
  }
}

/* Tasks have a stack of their own, as under a kernel. */
void nonsecure_main(void)
{
  static uint32_t stack[STACK_WORDS] __attribute__((aligned(8)));
  for (uint32_t i = 0; i < STACK_WORDS; i++) stack[i] = OLD_STACK;
  __asm__ volatile("   msr psp, %0\n"
                   "   msr psplim, %1\n"
                   "   movs r0, #2\n" /* SPSEL */
                   "   msr control, r0\n"
                   "   isb\n"
                   "   b be_a_task\n"
                   :
                   : "r"(stack + STACK_WORDS), "r"(stack)
                   : "r0", "memory");
  __builtin_unreachable();
}
