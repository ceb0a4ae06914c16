/* What a product's firmware has on this board: the memory of firmware_map.h, timers, one UART and the Ethernet controller. */
#include "worlds.h"

#include "firmware_map.h"
#include "isolation.h"

static const isolation_region regions[] = {
  {FIRMWARE_NONSECURE_BASE, FIRMWARE_NONSECURE_BYTES, ISOLATION_NONSECURE},
  {FIRMWARE_NONSECURE_RAM_BASE, FIRMWARE_NONSECURE_RAM_BYTES, ISOLATION_NONSECURE},
  {FIRMWARE_GATES_BASE, FIRMWARE_GATES_BYTES, ISOLATION_GATES},
};
static const isolation_device devices[] = {
  ISOLATION_TIMER0, ISOLATION_TIMER1, ISOLATION_DUALTIMER, ISOLATION_UART2, ISOLATION_ETHERNET,
};

bool worlds_divide(void)
{
  return isolation_apply(regions, sizeof regions / sizeof regions[0], devices, sizeof devices / sizeof devices[0]);
}

_Noreturn void worlds_start_product(void)
{
  isolation_start_nonsecure(FIRMWARE_NONSECURE_BASE);
}
