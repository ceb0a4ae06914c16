#include "isolation.h"

#include <arm_cmse.h>

#include "board.h"
#include "registers.h"
#include "reset.h"

#define GRANULES_PER_WORD 32u
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
    if (regions[i].kind == ISOLATION_NONSECURE) mpc_open(&regions[i]);
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

typedef void __attribute__((cmse_nonsecure_call)) nonsecure_entry(void);

void isolation_start_nonsecure(uint32_t vectors)
{
  const uint32_t *table = (const uint32_t *)(uintptr_t)vectors;
  REG(SCB_VTOR_NS) = vectors;
  __asm__ volatile("msr msp_ns, %0" : : "r"(table[0]));
  nonsecure_entry *entry = cmse_nsfptr_create((nonsecure_entry *)(uintptr_t)table[1]);
  entry();
  reset_system(RESET_FAULT); /* it must not come back */
}
