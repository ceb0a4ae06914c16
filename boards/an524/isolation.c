#include "isolation.h"

#include "board.h"
#include "caller_memory.h"
#include "registers.h"
#include "reset.h"

#define GRANULES_PER_WORD 32u
#define RESET_FAULT_NUMBER 3 /* RESET_FAULT, for assembly */
#define SRAM_BANK_BYTES 0x8000u

/* Memories that can be shared, by their non-secure address, and the controller of each. */
typedef struct shared_memory {
  uint32_t base;
  uint32_t bytes;
  uint32_t mpc;
} shared_memory;
static const shared_memory memories[] = {
  {0x20000000u, SRAM_BANK_BYTES, MPC_SRAM(0u)},
  {0x20008000u, SRAM_BANK_BYTES, MPC_SRAM(1u)},
  {0x20010000u, SRAM_BANK_BYTES, MPC_SRAM(2u)},
  {0x20018000u, SRAM_BANK_BYTES, MPC_SRAM(3u)},
  {0x28000000u, 0x80000u, MPC_BRAM},
};

/* Where a device's security is switched, and which interrupts go with it. */
typedef struct device_switch {
  uint32_t ppc; /* register of the security controller */
  uint32_t mask;
  uint8_t interrupts[3]; /* 0: none */
} device_switch;
#define PPC_INTERNAL 0x50080070u
#define PPC_BOARD_AHB 0x50080060u
#define PPC_BOARD_APB 0x50080088u
static const device_switch switches[] = {
  [ISOLATION_TIMER0] = {PPC_INTERNAL, 1u << 0, {3}},     [ISOLATION_TIMER1] = {PPC_INTERNAL, 1u << 1, {4}},
  [ISOLATION_DUALTIMER] = {PPC_INTERNAL, 1u << 2, {5}},  [ISOLATION_UART2] = {PPC_BOARD_APB, 1u << 5, {36, 37, 44}},
  [ISOLATION_ETHERNET] = {PPC_BOARD_AHB, 1u << 4, {48}},
};

/* What was given away, for those who check pointers. */
static isolation_region given[ISOLATION_REGIONS_MAX];
static uint32_t given_count;

static bool lies_in(const isolation_region *r, uint32_t address, uint32_t bytes)
{
  return address - r->base < r->bytes && bytes <= r->bytes - (address - r->base); /* below the base wraps */
}

bool caller_memory_holds(uint32_t address, uint32_t bytes)
{
  for (uint32_t i = 0; i < given_count; i++)
    if (bytes != 0 && lies_in(&given[i], address, bytes)) return true;
  return false;
}

static const shared_memory *memory_of(const isolation_region *r)
{
  for (uint32_t i = 0; i < sizeof memories / sizeof memories[0]; i++) {
    const shared_memory *m = &memories[i];
    /* A base below m->base wraps to a large number. */
    if (r->base - m->base < m->bytes && r->bytes <= m->bytes - (r->base - m->base)) return m;
  }
  return 0;
}

static bool region_is_sound(const isolation_region *r)
{
  if (r->bytes == 0 || (r->base | r->bytes) % MPC_GRANULE_BYTES != 0) return false;
  if (r->kind == ISOLATION_NONSECURE) return memory_of(r) != 0;
  return r->base >= BOARD_FIRMWARE_LOAD_BASE && r->base - BOARD_FIRMWARE_LOAD_BASE < BOARD_FIRMWARE_LOAD_BYTES &&
         r->bytes <= BOARD_FIRMWARE_LOAD_BYTES - (r->base - BOARD_FIRMWARE_LOAD_BASE);
}

static void mpc_open(const isolation_region *r)
{
  const shared_memory *m = memory_of(r);
  uint32_t first = (r->base - m->base) / MPC_GRANULE_BYTES;
  REG(m->mpc + MPC_CTRL) &= ~MPC_CTRL_AUTOINC;
  for (uint32_t granule = first; granule < first + r->bytes / MPC_GRANULE_BYTES; granule++) {
    REG(m->mpc + MPC_BLK_IDX) = granule / GRANULES_PER_WORD;
    REG(m->mpc + MPC_BLK_LUT) |= 1u << granule % GRANULES_PER_WORD;
  }
}

static void sau_region(uint32_t number, uint32_t base, uint32_t bytes, bool gates)
{
  REG(SAU_RNR) = number;
  REG(SAU_RBAR) = base;
  REG(SAU_RLAR) = ((base + bytes - 1u) & ~31u) | (gates ? 2u : 0u) | 1u;
}

static void device_open(isolation_device device)
{
  const device_switch *s = &switches[device];
  REG(s->ppc) |= s->mask;
  for (uint32_t i = 0; i < sizeof s->interrupts; i++) {
    uint32_t line = s->interrupts[i];
    if (line != 0) REG(NVIC_ITNS + line / 32u * 4u) |= 1u << line % 32u;
  }
}

bool isolation_apply(const isolation_region *regions, uint32_t region_count, const isolation_device *devices,
                     uint32_t device_count)
{
  if (region_count > ISOLATION_REGIONS_MAX) return false;
  for (uint32_t i = 0; i < region_count; i++) {
    if (!region_is_sound(&regions[i])) return false;
  }
  for (uint32_t i = 0; i < device_count; i++) {
    if ((uint32_t)devices[i] >= sizeof switches / sizeof switches[0]) return false;
  }

  for (uint32_t i = 0; i < region_count; i++) {
    if (regions[i].kind == ISOLATION_NONSECURE) {
      mpc_open(&regions[i]);
      given[given_count++] = regions[i];
    }
    sau_region(i, regions[i].base, regions[i].bytes, regions[i].kind == ISOLATION_GATES);
  }
  sau_region(region_count, 0x40000000u, 0x10000000u, false); /* each device still has its own switch */
  REG(SECCTL_NSCCFG) = 3;                                    /* gates may exist; the SAU says where */
  for (uint32_t i = 0; i < device_count; i++) device_open(devices[i]);
  REG(SCB_AIRCR) = AIRCR_KEY | AIRCR_PRIS | AIRCR_SYSRESETREQS; /* BFHFNMINS stays 0: faults come to us */
  REG(SAU_CTRL) = 1;
  __asm__ volatile("dsb\nisb");
  return true;
}

/* leave(entry): the other world starts at `entry` on an empty secure stack. All of that stack is wiped, because start-up worked
 * with secrets on it, and its end is sealed: a forged return that finds it empty finds words that are no return address, and
 * faults (CVE-2020-16273). There are as many as a frame has: the fault handler looks into the frame that a forged return claims
 * (start-up). Registers hold nothing. Comes back only when the other world returns from its start. */
__asm__(".syntax unified\n"
        ".thumb\n"
        ".section .text.leave, \"ax\", %progbits\n"
        ".balign 4\n"
        ".type leave, %function\n"
        ".thumb_func\n"
        "leave:\n"
        "   ldr r1, =__stack_bottom\n"
        "   ldr r2, =__stack_top\n"
        "   movs r3, #0\n"
        "1: str r3, [r1], #4\n"
        "   cmp r1, r2\n"
        "   blo 1b\n"
        "   ldr r1, =0xFEF5EDA5\n"
        "   sub r4, r2, #32\n" /* a frame */
        "2: str r1, [r2, #-4]!\n"
        "   cmp r2, r4\n"
        "   bhi 2b\n"
        "   msr msp, r2\n"
        "   bic r0, r0, #1\n" /* to the non-secure world */
        "   mov r1, r3\n"
        "   mov r2, r3\n"
        "   mov r4, r3\n"
        "   mov r5, r3\n"
        "   mov r6, r3\n"
        "   mov r7, r3\n"
        "   mov r8, r3\n"
        "   mov r9, r3\n"
        "   mov r10, r3\n"
        "   mov r11, r3\n"
        "   mov r12, r3\n"
        "   msr apsr_nzcvq, r3\n"
        "   blxns r0\n"
        "   movs r0, #" TEXT(RESET_FAULT_NUMBER) "\n"
                                                 "   b reset_system\n"
                                                 "   .ltorg\n"
                                                 ".size leave, . - leave\n"
                                                 ".text\n");
_Noreturn void leave(uint32_t entry);
_Static_assert(RESET_FAULT_NUMBER == RESET_FAULT, "reset.h");

void isolation_start_nonsecure(uint32_t vectors)
{
  const uint32_t *table = (const uint32_t *)(uintptr_t)vectors;
  REG(SCB_VTOR_NS) = vectors;
  __asm__ volatile("msr msp_ns, %0" : : "r"(table[0]));
  leave(table[1]);
}
