/* Calls from where none may come, and returns to where none should go: handlers, a second task while the first one's
 * call is inside, forged returns. */
#include "calls.h"
#include "exceptions.h"
#include "gate.h"
#include "hf_device.h"
#include "hostile.h"
#include "mine.h"

#define HERE(memory) ((uint32_t)(uintptr_t)(memory))
#define PHASES 600u
#define TIMER_LEAST 8u
#define INSIDE 300u /* clocks after which a call for random numbers is certainly inside */

static uint8_t result[16];
static const gate_request nothing = {0, 0, 0, 0, 0, 0};
static const gate_request some_random = {.out = HERE(result), .out_bytes = sizeof result};

/* ---- Calls from handlers ---- */

static volatile psa_status_t status_in_handler;

static uint32_t call_in_handler(handler_entry *entry)
{
  status_in_handler = gate_status(hf_gate(CALL_EMPTY, &nothing));
  return entry->lr;
}

static void from_svc(const attempt *self)
{
  (void)self;
  on_svc = call_in_handler;
  call_svc();
  put_status(status_in_handler);
}

static void from_pendsv(const attempt *self)
{
  (void)self;
  on_pendsv = call_in_handler;
  *(volatile uint32_t *)0xE000ED04 = 1u << 28; /* ICSR.PENDSVSET */
  __asm__ volatile("dsb\n\tisb");
  put_status(status_in_handler);
}

static uint32_t timer_call(handler_entry *entry)
{
  timer_stop(0);
  return call_in_handler(entry);
}

static void from_interrupts_during_calls(const attempt *self)
{
  uint32_t wrong = 0;
  (void)self;
  on_timer0 = timer_call;
  for (uint32_t phase = 0; phase < PHASES; phase++) {
    status_in_handler = PSA_ERROR_NOT_PERMITTED;
    timer_once(0, TIMER_LEAST + phase);
    if (gate_status(hf_gate(CALL_RANDOM, &some_random)) != PSA_SUCCESS) wrong++;
    if (status_in_handler != PSA_ERROR_NOT_PERMITTED) wrong++;
  }
  put_number(wrong);
  put(" wrong");
}

/* ---- What an interrupt sees of the call it interrupts ---- */

static volatile uint32_t seen, seen_inside;

static uint32_t look(handler_entry *entry)
{
  timer_stop(0);
  if ((entry->lr & EXC_RETURN_SECURE_FRAME) == 0) return entry->lr;
  seen_inside++;
  for (uint32_t i = 0; i < 13u; i++) seen |= entry->r[i];
  return entry->lr;
}

static void registers_in_interrupts(const attempt *self)
{
  (void)self;
  on_timer0 = look;
  seen = seen_inside = 0;
  for (uint32_t phase = 0; phase < PHASES; phase++) {
    timer_once(0, TIMER_LEAST + phase);
    if (gate_status(hf_gate(CALL_RANDOM, &some_random)) != PSA_SUCCESS) put("(failed) ");
  }
  put(seen == 0 ? "nothing" : "something");
  put(", looked inside ");
  put_number(seen_inside);
}

/* ---- A second task ---- */

typedef struct frame {
  uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
} frame;
#define XPSR_THUMB 0x01000000u

static uint32_t second_stack[512] __attribute__((aligned(8)));
static handler_entry first;         /* registers of the first task */
static volatile uint32_t first_psp; /* and its stack */
static volatile psa_status_t second_status;

/* Leaves the interrupted task for a new one. */
static uint32_t start_second(handler_entry *entry, void (*task)(void))
{
  frame *f = (frame *)(void *)(second_stack + sizeof second_stack / 4u) - 1;
  *f = (frame){.pc = HERE(task) & ~1u, .xpsr = XPSR_THUMB};
  first = *entry;
  first_psp = psp();
  set_psp(HERE(f));
  return EXC_RETURN_OUR_THREAD;
}

static uint32_t back_to_first(handler_entry *entry)
{
  *entry = first;
  set_psp(first_psp);
  return first.lr;
}

static void second_calls(void)
{
  second_status = gate_status(hf_gate(CALL_EMPTY, &nothing));
  call_svc();
}

static uint32_t switch_to_second(handler_entry *entry)
{
  timer_stop(0);
  return start_second(entry, second_calls);
}

static void second_task_calls(const attempt *self)
{
  uint32_t busy = 0, wrong = 0;
  (void)self;
  on_timer0 = switch_to_second;
  on_svc = back_to_first;
  for (uint32_t phase = 0; phase < PHASES; phase++) {
    second_status = PSA_SUCCESS;
    timer_once(0, TIMER_LEAST + phase);
    if (gate_status(hf_gate(CALL_RANDOM, &some_random)) != PSA_SUCCESS) wrong++;
    if (second_status == PSA_ERROR_CONNECTION_BUSY)
      busy++;
    else if (second_status != PSA_SUCCESS)
      wrong++;
  }
  put_number(wrong);
  put(" wrong, ");
  put_number(busy);
  put(" busy");
}

/* ---- Returns out of order: the second task's call is inside, too, when the first is told to go on ---- */

static volatile uint32_t second_phase, crossed;

static void second_is_interrupted(void)
{
  timer_once(1, second_phase);
  second_calls();
}

static uint32_t switch_to_interrupted(handler_entry *entry)
{
  timer_stop(0);
  return start_second(entry, second_is_interrupted);
}

static uint32_t cross(handler_entry *entry)
{
  timer_stop(1);
  if ((entry->lr & EXC_RETURN_SECURE_FRAME) == 0) return entry->lr;
  crossed++;
  set_psp(first_psp);
  return first.lr;
}

static void returns_out_of_order(const attempt *self)
{
  uint32_t wrong = 0;
  (void)self;
  on_timer0 = switch_to_interrupted;
  on_timer1 = cross;
  on_svc = back_to_first;
  crossed = 0;
  for (uint32_t phase = 0; phase < PHASES; phase++) {
    second_phase = TIMER_LEAST + phase % 64u;
    timer_once(0, INSIDE);
    if (gate_status(hf_gate(CALL_RANDOM, &some_random)) != PSA_SUCCESS) wrong++;
    timer_stop(1);
  }
  put_number(wrong);
  put(" wrong, ");
  put_number(crossed);
  put(" crossed");
}

/* ---- Tasks without end, each left inside ---- */

static void call_for_ever(void)
{
  for (uint32_t phase = 0;; phase++) {
    timer_once(0, TIMER_LEAST + phase % 64u);
    second_status = gate_status(hf_gate(CALL_EMPTY, &nothing));
  }
}

static uint32_t leave_inside(handler_entry *entry)
{
  timer_stop(0);
  if ((entry->lr & EXC_RETURN_SECURE_FRAME) == 0) return entry->lr;
  return start_second(entry, call_for_ever);
}

static void left_inside(const attempt *self)
{
  (void)self;
  on_timer0 = leave_inside;
  call_for_ever();
}

/* ---- Never coming back ---- */

static uint32_t stay(handler_entry *entry)
{
  volatile bool stays = true;
  while (stays) __asm__ volatile("wfi");
  return entry->lr;
}

static void interrupt_stays(const attempt *self)
{
  (void)self;
  on_timer0 = stay;
  timer_once(0, INSIDE);
  put_status(gate_status(hf_gate(CALL_RANDOM, &some_random)));
}

static void program_stays(const attempt *self)
{
  for (;;) __asm__ volatile("wfi" : : "r"(self));
}

/* Not even asleep. */
static void program_stays_masked(const attempt *self)
{
  __asm__ volatile("cpsid i\n\tcpsid f");
  for (;;) __asm__ volatile("" : : "r"(self));
}

/* ---- Forged returns. value: where to ---- */

static volatile uint32_t forged;

static uint32_t forge(handler_entry *entry)
{
  (void)entry;
  timer_stop(0);
  return forged;
}

/* Lets the secure fault handler find no frame of ours to tell of: would it tell of secure registers? value: clocks
 * into a call that signs. */
static uint32_t forge_without_a_frame(handler_entry *entry)
{
  (void)entry;
  __asm__ volatile("   msr msplim, %1\n"
                   "   msr msp, %0\n"
                   "   msr psp, %0\n"
                   "   mvn r0, #14\n" /* 0xFFFFFFF1 */
                   "   bx r0\n"
                   :
                   : "r"(MY_MEMORY_END), "r"(0)
                   : "r0", "memory");
  return 0;
}

static void registers_in_crash_records(const attempt *self)
{
  static const call_sign arguments = {MY_KEY, PSA_ALG_ECDSA(PSA_ALG_SHA_256)};
  static uint8_t signature[PSA_SIGNATURE_MAX_SIZE];
  const gate_request request = {HERE(&arguments), sizeof arguments, HERE(my_hash),
                                sizeof my_hash,   HERE(signature),  sizeof signature};
  on_timer0 = forge_without_a_frame;
  timer_once(0, self->value);
  put_status(gate_status(hf_gate(CALL_KEY_SIGN_HASH, &request)));
}

static void thread_branches(const attempt *self)
{
  __asm__ volatile("bx %0" : : "r"(self->value) : "memory", "lr");
}

static void handler_returns(const attempt *self)
{
  forged = self->value;
  on_svc = forge;
  call_svc();
  put("came back");
}

static void interrupt_of_call_returns(const attempt *self)
{
  forged = self->value;
  on_timer0 = forge;
  timer_once(0, INSIDE);
  const psa_status_t status = gate_status(hf_gate(CALL_RANDOM, &some_random));
  put("came back: ");
  put_status(status);
}

#define THREAD(text, to)                                                     \
  {                                                                          \
    .name = "reentry.thread_to_" text, .act = thread_branches, .value = (to) \
  }
#define FORGED(text, to)                                                                         \
  {.name = "reentry.handler_to_" text, .act = handler_returns, .value = (to)},                   \
  {                                                                                              \
    .name = "reentry.interrupted_call_to_" text, .act = interrupt_of_call_returns, .value = (to) \
  }

static const attempt attempts[] = {
  {.name = "reentry.call_from_svc", .act = from_svc},
  {.name = "reentry.call_from_pendsv", .act = from_pendsv},
  {.name = "reentry.call_from_interrupts_during_calls", .act = from_interrupts_during_calls},
  {.name = "reentry.registers_in_interrupts", .act = registers_in_interrupts},
  {.name = "reentry.second_task", .act = second_task_calls},
  {.name = "reentry.returns_out_of_order", .act = returns_out_of_order},
  {.name = "reentry.calls_left_inside", .act = left_inside},
  {.name = "reentry.interrupt_stays", .act = interrupt_stays},
  {.name = "reentry.program_stays", .act = program_stays},
  {.name = "reentry.program_stays_masked", .act = program_stays_masked},

  THREAD("function_return", 0xFEFFFFFFu),
  THREAD("function_return_even", 0xFEFFFFFEu),
  THREAD("secure_thread", 0xFFFFFFF9u),
  THREAD("secure_thread_psp", 0xFFFFFFFDu),
  THREAD("own_thread", EXC_RETURN_OUR_THREAD),
  FORGED("function_return", 0xFEFFFFFFu),
  FORGED("secure_handler", 0xFFFFFFF1u),
  FORGED("secure_thread", 0xFFFFFFF9u),
  FORGED("secure_thread_psp", 0xFFFFFFFDu),
  FORGED("secure_thread_and_own_msp", 0xFFFFFFF8u),
  FORGED("secure_thread_as_told", 0xFFFFFFFCu), /* honest during a call */
  FORGED("secure_thread_without_signature", 0xFFFFFFD9u),
  FORGED("secure_thread_with_fpu", 0xFFFFFFE9u),
  FORGED("own_handler", 0xFFFFFFB0u),
  FORGED("own_thread_as_secure", 0xFFFFFFBDu),
  FORGED("own_thread_msp", 0xFFFFFFB8u),
  FORGED("reserved_bits", 0xFF000000u),
  FORGED("all_ones", 0xFFFFFFFFu),
  {.name = "reentry.registers_in_crash_record_1", .act = registers_in_crash_records, .value = 400000},
  {.name = "reentry.registers_in_crash_record_2", .act = registers_in_crash_records, .value = 1000007},
  {.name = "reentry.registers_in_crash_record_3", .act = registers_in_crash_records, .value = 1500001},
};
const theme theme_reentry = THEME(attempts);
