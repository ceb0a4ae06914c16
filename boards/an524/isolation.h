/* Opening to the non-secure world exactly what is its own. After a reset everything is secure.
 *
 * A firmware's secure part describes the non-secure world in two tables, applies them once, and
 * starts it:
 *
 *     static const isolation_region regions[] = {
 *       {FIRMWARE_NONSECURE_BASE, FIRMWARE_NONSECURE_BYTES, ISOLATION_NONSECURE},
 *       {FIRMWARE_GATES_BASE, FIRMWARE_GATES_BYTES, ISOLATION_GATES},
 *     };
 *     static const isolation_device devices[] = {ISOLATION_ETHERNET};
 *     if (!isolation_apply(regions, 2, devices, 1)) reset_system(RESET_FAULT);
 *     isolation_start_nonsecure(FIRMWARE_NONSECURE_BASE);
 *
 * Context: thread, once, before any non-secure code has run.
 */
#ifndef HF_AN524_ISOLATION_H
#define HF_AN524_ISOLATION_H

#include <stdbool.h>
#include <stdint.h>

typedef enum isolation_kind {
  ISOLATION_NONSECURE, /* RAM; non-secure address, in internal SRAM (0x20...) or BRAM (0x28...) */
  ISOLATION_GATES,     /* secure code that non-secure code may enter at SG instructions; secure address */
} isolation_kind;

typedef struct isolation_region {
  uint32_t base;  /* multiple of 1 KiB */
  uint32_t bytes; /* likewise, not 0 */
  isolation_kind kind;
} isolation_region;

/* Devices that can be given away, each with its interrupts. The secure world loses them. */
typedef enum isolation_device {
  ISOLATION_TIMER0,    /* 0x40000000, interrupt 3 */
  ISOLATION_TIMER1,    /* 0x40001000, interrupt 4 */
  ISOLATION_DUALTIMER, /* 0x40002000, interrupt 5 */
  ISOLATION_UART2,     /* 0x41305000, interrupts 36, 37, 44 */
  ISOLATION_ETHERNET,  /* 0x41400000, interrupt 48 */
} isolation_device;

#define ISOLATION_REGIONS_MAX 7u /* 8 of the SAU, one of them for device addresses */

/* Programs the SAU, the memory and peripheral protection controllers and the interrupt targets; then
 * only secure code can reset the machine, and secure exceptions come first.
 * False: a region is misaligned, too many, or not in a memory that can be shared; nothing was opened. */
bool isolation_apply(const isolation_region *regions, uint32_t region_count, const isolation_device *devices,
                     uint32_t device_count) __attribute__((warn_unused_result));

/* Starts the non-secure program whose vector table is at `vectors` (non-secure address). */
_Noreturn void isolation_start_nonsecure(uint32_t vectors);

#endif
