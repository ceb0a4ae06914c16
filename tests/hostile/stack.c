/* Stacks that are not memory of ours when the processor wants to push something. value: where the stack points. */
#include "board.h"
#include "exceptions.h"
#include "firmware_map.h"
#include "hostile.h"
#include "mine.h"

/* For comparison: where one may be. */
static uint32_t own[256] __attribute__((aligned(8)));

/* Pushes the frame of an exception of ours. */
static void svc_on(const attempt *self)
{
  __asm__ volatile("   msr psp, %0\n"
                   "   svc #0\n"
                   :
                   : "r"(self->value)
                   : "memory");
}

/* Pushes the frame of a fault that the secure world handles. */
static void fault_on(const attempt *self)
{
  __asm__ volatile("   msr psp, %0\n"
                   "   ldr r0, [%1]\n"
                   :
                   : "r"(self->value), "r"(SECURE_RAM)
                   : "r0", "memory");
}

/* The handler's own stack; a fault comes while it runs. */
static void handler_on(const attempt *self)
{
  __asm__ volatile("   msr msp, %0\n"
                   "   svc #0\n"
                   :
                   : "r"(self->value)
                   : "memory");
}

static uint32_t move_and_fault(handler_entry *entry)
{
  __asm__ volatile("   msr msp, %0\n"
                   "   ldr r0, [%1]\n"
                   :
                   : "r"(entry->r[4]), "r"(SECURE_RAM)
                   : "r0", "memory");
  return 0;
}

static void fault_in_handler_on(const attempt *self)
{
  on_svc = move_and_fault;
  __asm__ volatile("   mov r4, %0\n"
                   "   svc #0\n"
                   :
                   : "r"(self->value)
                   : "r4", "memory");
}

/* With everything masked that we can mask. */
static void masked_fault_on(const attempt *self)
{
  __asm__ volatile("cpsid i\n\tcpsid f");
  fault_on(self);
}

static void limit_above(const attempt *self)
{
  (void)self;
  __asm__ volatile("   msr psplim, %0\n"
                   "   svc #0\n"
                   :
                   : "r"(0xFFFFFFF8u)
                   : "memory");
}

static void limit_above_in_handlers(const attempt *self)
{
  (void)self;
  __asm__ volatile("   msr msplim, %0\n"
                   "   svc #0\n"
                   :
                   : "r"(0xFFFFFFF8u)
                   : "memory");
}

/* The secure world's stack registers have other names here, which do not exist for us. */
static void read_secure_names(const attempt *self)
{
  uint32_t msp_ns, psp_ns, control_ns;
  (void)self;
  __asm__ volatile("mrs %0, msp_ns\n\tmrs %1, psp_ns\n\tmrs %2, control_ns"
                   : "=r"(msp_ns), "=r"(psp_ns), "=r"(control_ns));
  put("value ");
  put_hex(msp_ns | psp_ns | control_ns);
}

#define PLACES(text, function)                                                                                   \
  {.name = "stack." text "_in_secure_ram", .act = function, .value = SECURE_RAM + 0x800u},                       \
    {.name = "stack." text "_in_secure_code", .act = function, .value = FIRMWARE_SECURE_BASE + 0x800u},          \
    {.name = "stack." text "_in_crash_record", .act = function, .value = BOARD_CRASH_BASE - BOARD_SECURE_ALIAS}, \
    {.name = "stack." text "_in_flash", .act = function, .value = BOARD_FLASH_WINDOW + 0x800u},                  \
    {.name = "stack." text "_in_device", .act = function, .value = 0x40000100u},                                 \
    {.name = "stack." text "_nowhere", .act = function, .value = 0xA0000000u},                                   \
    {.name = "stack." text "_below_own_memory", .act = function, .value = FIRMWARE_NONSECURE_BASE + 16u},        \
  {                                                                                                              \
    .name = "stack." text "_at_zero", .act = function, .value = 0                                                \
  }

#define OWN(text, function)                                                                            \
  {                                                                                                    \
    .name = "stack." text "_in_own_memory", .act = function, .value = (uint32_t)(uintptr_t)(own + 256) \
  }

static const attempt attempts[] = {
  PLACES("svc", svc_on),
  PLACES("fault", fault_on),
  PLACES("masked_fault", masked_fault_on),
  PLACES("handler", handler_on),
  PLACES("fault_in_handler", fault_in_handler_on),
  OWN("fault", fault_on),
  OWN("masked_fault", masked_fault_on),
  OWN("fault_in_handler", fault_in_handler_on),
  {.name = "stack.limit_above", .act = limit_above},
  {.name = "stack.limit_above_in_handlers", .act = limit_above_in_handlers},
  {.name = "stack.secure_names", .act = read_secure_names},
};
const theme theme_stack = THEME(attempts);
