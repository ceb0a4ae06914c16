#include "mpu.h"

#include "mine.h"

#define MPU_CTRL (*(volatile uint32_t *)0xE000ED94)
#define MPU_RNR (*(volatile uint32_t *)0xE000ED98)
#define MPU_RBAR (*(volatile uint32_t *)0xE000ED9C)
#define MPU_RLAR (*(volatile uint32_t *)0xE000EDA0)
#define MPU_ON_WITH_BACKGROUND 5u /* privileged code has the default map besides */
#define OPEN 1u                   /* read and write for everybody */

static void region(uint32_t number, uint32_t base, uint32_t end, uint32_t rights)
{
  MPU_RNR = number;
  MPU_RBAR = base | rights << 1;
  MPU_RLAR = (end - 32u) | 1u;
}

void mpu_protect(const void *page, mpu_rights rights)
{
  const uint32_t base = (uint32_t)(uintptr_t)page;
  MPU_CTRL = 0;
  region(0, FIRMWARE_NONSECURE_BASE, base, OPEN);
  region(1, base, base + MPU_PAGE_BYTES, rights);
  region(2, base + MPU_PAGE_BYTES, MY_MEMORY_END, OPEN);
  MPU_CTRL = MPU_ON_WITH_BACKGROUND;
  __asm__ volatile("dsb\n\tisb" : : : "memory");
}

void mpu_off(void)
{
  MPU_CTRL = 0;
  __asm__ volatile("dsb\n\tisb" : : : "memory");
}
