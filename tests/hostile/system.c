/* The processor's own controls, as far as the non-secure world has names for them: vector table, SAU, MPU, resets,
 * debug, privilege. */
#include "board.h"
#include "calls.h"
#include "exceptions.h"
#include "firmware_map.h"
#include "gate.h"
#include "hf_device.h"
#include "hostile.h"
#include "mine.h"
#include "mpu.h"

#define WORD(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define HERE(memory) ((uint32_t)(uintptr_t)(memory))

/* Armv8-M Architecture Reference Manual, system control space. */
#define ICSR 0xE000ED04u
#define VTOR 0xE000ED08u
#define AIRCR 0xE000ED0Cu
#define SHCSR 0xE000ED24u
#define SAU_CTRL 0xE000EDD0u
#define SAU_RNR 0xE000EDD8u
#define SAU_RBAR 0xE000EDDCu
#define SAU_RLAR 0xE000EDE0u
#define NVIC_ENABLE 0xE000E100u
#define NVIC_TARGETS 0xE000E380u
#define AIRCR_KEY 0x05FA0000u

#define OWN_WATCHDOG 0x40081000u

static void steal(void)
{
  put("value ");
  put_hex(WORD(SECURE_RAM));
}

/* value: address. */
static void read_control(const attempt *self)
{
  put("value ");
  put_hex(WORD(self->value));
}

static void write_control(const attempt *self)
{
  WORD(self->value) = 0xFFFFFFFFu;
  __asm__ volatile("dsb\n\tisb");
  put("value ");
  put_hex(WORD(self->value));
}

/* ---- Vector table: the processor itself would read for us. value: where ---- */

static void move_vectors(const attempt *self)
{
  WORD(VTOR) = self->value;
  __asm__ volatile("dsb\n\tisb");
  call_svc();
  put("came back");
}

/* ---- SAU, of which we have no name; then what it guards ---- */

static void switch_sau_off(const attempt *self)
{
  (void)self;
  WORD(SAU_CTRL) = 2; /* all non-secure */
  WORD(SAU_RNR) = 0;
  WORD(SAU_RBAR) = 0;
  WORD(SAU_RLAR) = 0xFFFFFFE1u;
  __asm__ volatile("dsb\n\tisb");
  steal();
}

/* ---- AIRCR. value: what is asked for ---- */

static void ask_control(const attempt *self)
{
  WORD(AIRCR) = AIRCR_KEY | self->value;
  __asm__ volatile("dsb\n\tisb");
  put("value ");
  put_hex(WORD(AIRCR) & 0xFFFFu);
}

/* Would faults come to us now? value: what the handlers' register is set to. */
static void ask_control_then_fault(const attempt *self)
{
  WORD(AIRCR) = AIRCR_KEY | 1u << 13 | 1u << 14; /* BFHFNMINS, PRIS */
  WORD(SHCSR) = self->value;
  __asm__ volatile("dsb\n\tisb");
  steal();
}

/* An NMI of our making: its handler would be the secure world's. */
static void ask_exceptions(const attempt *self)
{
  WORD(ICSR) = self->value;
  __asm__ volatile("dsb\n\tisb");
  put("came back");
}

/* ---- Interrupts that are not ours ---- */

static void take_interrupts(const attempt *self)
{
  (void)self;
  for (uint32_t i = 0; i < 4u; i++) WORD(NVIC_TARGETS + 4u * i) = 0xFFFFFFFFu;
  put("targets");
  for (uint32_t i = 0; i < 4u; i++) {
    put(" ");
    put_hex(WORD(NVIC_TARGETS + 4u * i));
  }
  put(", enabled");
  for (uint32_t i = 0; i < 4u; i++) {
    const uint32_t before = WORD(NVIC_ENABLE + 4u * i);
    WORD(NVIC_ENABLE + 4u * i) = 0xFFFFFFFFu;
    put(" ");
    put_hex(WORD(NVIC_ENABLE + 4u * i));
    WORD(NVIC_ENABLE + 0x80u + 4u * i) = ~before;
  }
}

/* The watchdog at our own address, beside the secure one: it can only do what hanging does. */
static void start_own_watchdog(const attempt *self)
{
  (void)self;
  WORD(OWN_WATCHDOG) = 32000u;    /* LOAD */
  WORD(OWN_WATCHDOG + 0x8u) = 3u; /* CTRL: interrupt, reset */
  while (hf_watchdog_feed() == PSA_SUCCESS) continue;
}

/* ---- Instructions ---- */

static void semihosting(const attempt *self)
{
  static const char text[] = "written by the host";
  __asm__ volatile("   mov r0, #4\n" /* SYS_WRITE0 */
                   "   mov r1, %0\n"
                   "   bkpt 0xAB\n"
                   :
                   : "r"(text)
                   : "r0", "r1", "memory");
  (void)self;
  put("came back");
}

static void semihosting_by_svc(const attempt *self)
{
  __asm__ volatile("   mov r0, #4\n"
                   "   mov r1, %0\n"
                   "   svc 0xAB\n"
                   :
                   : "r"(self->name)
                   : "r0", "r1", "memory");
  put("came back");
}

/* value: a 16-bit instruction that must not work here. */
static void execute(const attempt *self)
{
  static uint16_t code[2];
  code[0] = (uint16_t)self->value;
  code[1] = 0x4770; /* bx lr */
  __asm__ volatile("dsb\n\tisb");
  ((void (*)(void))(uintptr_t)(HERE(code) | 1u))();
  put("came back");
}

static void gate_of_our_own(const attempt *self)
{
  (void)self;
  __asm__ volatile(".inst.w 0xE97FE97F"); /* SG */
  steal();
}

/* What TT says of secure memory: the world's bits are not for us. */
static void ask_about_secure_memory(const attempt *self)
{
  uint32_t answer;
  (void)self;
  __asm__ volatile("tt %0, %1" : "=r"(answer) : "r"(SECURE_RAM));
  put("value ");
  put_hex(answer);
}

static void ask_as_the_other_world(const attempt *self)
{
  uint32_t answer;
  (void)self;
  __asm__ volatile(".inst.w 0xE840F080" : "=r"(answer) : : "r0"); /* tta r0, r0 */
  put("came back");
}

/* ---- Privilege ---- */

static uint32_t become_privileged(handler_entry *entry)
{
  __asm__ volatile("mrs r0, control\n\tbic r0, #1\n\tmsr control, r0\n\tisb" : : : "r0");
  return entry->lr;
}

static void drop_privilege(void)
{
  on_svc = become_privileged;
  __asm__ volatile("mrs r0, control\n\torr r0, #1\n\tmsr control, r0\n\tisb" : : : "r0");
}

static uint8_t page[MPU_PAGE_BYTES] MPU_PAGE;

static const uint8_t callers[] = {
#define ROW(name, function, callers, arguments, in_max, out_max, with_secrets) callers,
  CALLS(ROW)
#undef ROW
};

/* All calls that are not for tasks without privilege. */
static void privileged_calls(const attempt *self)
{
  const gate_request request = {0};
  uint32_t refused = 0, all = 0;
  (void)self;
  mpu_protect(page, MPU_PRIVILEGED_ONLY);
  drop_privilege();
  for (uint32_t id = 0; id < CALL_COUNT; id++) {
    if ((callers[id] & CALLER_UNPRIVILEGED) != 0) continue;
    all++;
    if (gate_status(hf_gate(id, &request)) == PSA_ERROR_CONNECTION_REFUSED) refused++;
  }
  call_svc();
  mpu_off();
  put_number(refused);
  put(" refused, ");
  put_number(all - refused);
  put(" taken");
}

typedef enum use { AS_REQUEST, AS_INPUT, AS_OUTPUT } use;

static psa_status_t use_page(use how)
{
  gate_request request = {0};
  gate_request *at = how == AS_REQUEST ? (gate_request *)(void *)page : &request;
  if (how == AS_INPUT) request = (gate_request){.in = HERE(page), .in_bytes = 1};
  if (how == AS_OUTPUT) request = (gate_request){.out = HERE(page) + 64u, .out_bytes = 16};
  return gate_status(hf_gate(how == AS_REQUEST ? CALL_EMPTY : how == AS_INPUT ? CALL_CONSOLE_WRITE : CALL_RANDOM, at));
}

/* The kernel's memory, given by a task without privilege. value: how it is used. */
static void kernels_page(const attempt *self)
{
  mpu_protect(page, MPU_PRIVILEGED_ONLY);
  drop_privilege();
  const psa_status_t status = use_page((use)self->value);
  call_svc();
  mpu_off();
  put_status(status);
}

/* Memory that even the kernel may only read. */
static void read_only_page(const attempt *self)
{
  mpu_protect(page, MPU_READ_ONLY);
  const psa_status_t status = use_page((use)self->value);
  mpu_off();
  put_status(status);
}

/* What lies there is the request of a call; only an MPU that is on makes the difference. */
static void open_page(const attempt *self)
{
  put_status(use_page((use)self->value));
}

#define CONTROL(text, address)                                                                \
  {.name = "system." text ".read", .act = read_control, .value = (address)},                  \
  {                                                                                           \
    .name = "system." text ".write", .act = write_control, .value = (address), .spoils = true \
  }

static const attempt attempts[] = {
  {.name = "system.vectors_in_secure_code", .act = move_vectors, .value = FIRMWARE_SECURE_BASE},
  {.name = "system.vectors_in_secure_ram", .act = move_vectors, .value = SECURE_RAM},
  {.name = "system.vectors_in_rom", .act = move_vectors, .value = BOARD_ROM_BASE},
  {.name = "system.vectors_in_flash", .act = move_vectors, .value = BOARD_FLASH_WINDOW},
  {.name = "system.vectors_in_device", .act = move_vectors, .value = 0x40000000u},
  {.name = "system.vectors_nowhere", .act = move_vectors, .value = 0xA0000000u},
  {.name = "system.vectors_in_own_zeroes", .act = move_vectors, .value = MY_MEMORY_END - 0x800u},

  CONTROL("sau_control", SAU_CTRL),
  CONTROL("sau_base", SAU_RBAR),
  CONTROL("sau_limit", SAU_RLAR),
  CONTROL("secure_fault_status", 0xE000EDE4u),
  CONTROL("secure_access", 0xE000ED8Cu),
  CONTROL("other_vectors", 0xE002ED08u),
  CONTROL("other_mpu", 0xE002ED94u),
  CONTROL("other_handlers", 0xE002ED24u),
  CONTROL("bus_fault_address", 0xE000ED38u),
  CONTROL("debug_halting", 0xE000EDF0u),
  CONTROL("debug_monitor", 0xE000EDFCu),
  CONTROL("debug_authentication", 0xE000EE04u),
  CONTROL("debug_security", 0xE000EE08u),
  CONTROL("trace", 0xE0000000u),
  CONTROL("watchpoints", 0xE0001000u),
  CONTROL("breakpoints", 0xE0002000u),
  CONTROL("trace_pins", 0xE0040000u),
  {.name = "system.sau_off_then_read", .act = switch_sau_off},

  {.name = "system.reset", .act = ask_control, .value = 1u << 2},
  {.name = "system.reset_local", .act = ask_control, .value = 1u << 0},
  {.name = "system.clear_active", .act = ask_control, .value = 1u << 1},
  {.name = "system.take_reset_right", .act = ask_control, .value = 1u << 3},
  {.name = "system.reset_after_taking_right", .act = ask_control, .value = 1u << 2 | 1u << 3},
  {.name = "system.own_priorities_first", .act = ask_control, .value = 0},
  {.name = "system.take_faults", .act = ask_control, .value = 1u << 13},
  {.name = "system.take_faults_then_fault", .act = ask_control_then_fault, .value = 0x000F0000u},
  {.name = "system.pretend_all_are_active_then_fault", .act = ask_control_then_fault, .value = 0xFFFFFFFFu},
  {.name = "system.pend_nmi", .act = ask_exceptions, .value = 1u << 31},
  {.name = "system.pend_secure_timer", .act = ask_exceptions, .value = 1u << 24},
  {.name = "system.take_interrupts", .act = take_interrupts, .spoils = true},

  {.name = "system.own_watchdog", .act = start_own_watchdog},

  {.name = "system.semihosting", .act = semihosting},
  {.name = "system.semihosting_by_svc", .act = semihosting_by_svc},
  {.name = "system.semihosting_by_hlt", .act = execute, .value = 0xBABC},
  {.name = "system.breakpoint", .act = execute, .value = 0xBE00},
  {.name = "system.bxns", .act = execute, .value = 0x4774},
  {.name = "system.blxns", .act = execute, .value = 0x4784},
  {.name = "system.gate_of_our_own", .act = gate_of_our_own},
  {.name = "system.ask_about_secure_memory", .act = ask_about_secure_memory},
  {.name = "system.ask_as_the_other_world", .act = ask_as_the_other_world},

  {.name = "system.unprivileged_calls", .act = privileged_calls},
  {.name = "system.kernels_page_as_request", .act = kernels_page, .value = AS_REQUEST},
  {.name = "system.kernels_page_as_input", .act = kernels_page, .value = AS_INPUT},
  {.name = "system.kernels_page_as_output", .act = kernels_page, .value = AS_OUTPUT},
  {.name = "system.read_only_page_as_output", .act = read_only_page, .value = AS_OUTPUT},
  {.name = "system.read_only_page_as_request", .act = read_only_page, .value = AS_REQUEST},
  {.name = "system.open_page_as_request", .act = open_page, .value = AS_REQUEST},
  {.name = "system.open_page_as_output", .act = open_page, .value = AS_OUTPUT},
};
const theme theme_system = THEME(attempts);
