/* Device registers of the board, secure aliases: private to the drivers in this folder. */
#ifndef HF_AN524_REGISTERS_H
#define HF_AN524_REGISTERS_H

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* The value of a macro as text, for assembly; such macros have no type suffix. */
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

/* Clocks of the emulated board. */
#define MAIN_CLOCK_HZ 32000000u
#define SLOW_CLOCK_HZ 32000u

/* Cortex-M33 system control space. */
#define SCB_VTOR 0xE000ED08
#define SCB_AIRCR 0xE000ED0Cu
#define SCB_SHCSR 0xE000ED24u
#define SCB_CFSR 0xE000ED28
#define SCB_MMFAR 0xE000ED34u
#define SCB_BFAR 0xE000ED38u
#define SCB_SFSR 0xE000EDE4u
#define SCB_SFAR 0xE000EDE8u
#define SCB_VTOR_NS 0xE002ED08u
#define SCB_CFSR_NS 0xE002ED28u
#define SCB_MMFAR_NS 0xE002ED34u
#define SAU_CTRL 0xE000EDD0u
#define SAU_RNR 0xE000EDD8u
#define SAU_RBAR 0xE000EDDCu
#define SAU_RLAR 0xE000EDE0u
#define NVIC_ITNS 0xE000E380u

#define AIRCR_KEY 0x05FA0000u
#define AIRCR_PRIS (1u << 14)        /* secure exceptions before non-secure ones */
#define AIRCR_SYSRESETREQS (1u << 3) /* only secure code may ask for a reset */
#define AIRCR_SYSRESETREQ (1u << 2)

#define SHCSR_ALL_FAULTS (0xFu << 16) /* memory, bus, usage and secure faults, each its own exception */
#define CFSR_PRECISE_BUS_FAULT 0x8200 /* BFARVALID, PRECISERR */

/* Memory protection controllers, one per memory. A bit of the LUT is a 1 KiB granule, 1 is non-secure. */
#define MPC_BRAM 0x58007000u
#define MPC_QSPI 0x58008000u
#define MPC_DDR 0x58009000u
#define MPC_SRAM(bank) (0x50083000u + 0x1000u * (bank))
#define MPC_CTRL 0x00u
#define MPC_BLK_IDX 0x18u
#define MPC_BLK_LUT 0x1Cu
#define MPC_CTRL_AUTOINC (1u << 8)
#define MPC_CTRL_LOCKDOWN (1u << 31) /* until reset */
#define MPC_GRANULE_BYTES 1024u

/* SSE-200 security control. */
#define SECCTL_NSCCFG 0x50080014u
#define SECCTL_SECPPCINTEN 0x50080028u

/* CMSDK UARTs 0..5. */
#define UART(n) (0x51303000u + 0x1000u * (n))
#define UART_DATA 0x00u
#define UART_STATE 0x04u
#define UART_STATE_TX_FULL 1u
#define UART_STATE_RX_FULL 2u
#define UART_CTRL 0x08u
#define UART_CTRL_TX 1u
#define UART_CTRL_RX 2u
#define UART_BAUDDIV 0x10u

#endif
