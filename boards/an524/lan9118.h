/* Registers of the SMSC LAN9118 (datasheet revision 1.5), as far as the driver uses them. */
#ifndef HF_AN524_LAN9118_H
#define HF_AN524_LAN9118_H

#include <stdint.h>

#define LAN9118(offset) (*(volatile uint32_t *)(uintptr_t)(0x41400000u + (offset))) /* non-secure alias */

#define RX_DATA LAN9118(0x00u)
#define TX_DATA LAN9118(0x20u)
#define RX_STATUS LAN9118(0x40u)
#define TX_STATUS LAN9118(0x48u)
#define CHIP_ID LAN9118(0x50u)
#define IRQ_CONFIG LAN9118(0x54u)
#define INT_STATUS LAN9118(0x58u) /* write 1 to clear */
#define INT_ENABLE LAN9118(0x5Cu)
#define BYTE_TEST LAN9118(0x64u)
#define FIFO_LEVELS LAN9118(0x68u)
#define RX_CONFIG LAN9118(0x6Cu)
#define TX_CONFIG LAN9118(0x70u)
#define HW_CONFIG LAN9118(0x74u)
#define RX_FIFO_USED LAN9118(0x7Cu) /* status words << 16 | data bytes */
#define TX_FIFO_INFO LAN9118(0x80u) /* status words used << 16 | data bytes free */
#define RX_DROPPED LAN9118(0xA0u)   /* cleared by reading */
#define MAC_COMMAND LAN9118(0xA4u)
#define MAC_DATA LAN9118(0xA8u)

#define BYTE_TEST_VALUE 0x87654321u
#define CHIP_ID_FAMILY 0x0118u /* upper half */

#define HW_RESET 1u
#define HW_MUST_BE_ONE_TX_FIFO_5K 0x50000u
#define IRQ_ENABLE_ACTIVE_HIGH_PUSH_PULL 0x111u
#define INT_RX_STATUS_LEVEL (1u << 3)
#define INT_PHY (1u << 18)
#define FIFO_LEVELS_DEFAULT 0x48000000u /* the RX status level stays 0: interrupt at the first frame */
#define TX_ON 2u

#define RX_STATUS_ERROR (1u << 15)
#define RX_STATUS_BYTES(status) ((status) >> 16 & 0x3FFFu) /* with the check sequence */
#define TX_STATUS_ERROR (1u << 15)
#define TX_ONE_SEGMENT 0x3000u /* first and last buffer of its frame */

/* Behind MAC_COMMAND and MAC_DATA. */
#define MAC_BUSY (1u << 31)
#define MAC_READ (1u << 30)
#define MAC_CONTROL 1u
#define MAC_ADDRESS_HIGH 2u
#define MAC_ADDRESS_LOW 3u
#define MAC_MII_ACCESS 6u
#define MAC_MII_DATA 7u
#define MAC_CONTROL_RUN 0x0010000Cu /* full duplex, transmitter, receiver: this station's frames and broadcasts */

/* Behind MAC_MII_ACCESS and MAC_MII_DATA: the PHY inside, which is number 1. */
#define MII_BUSY 1u
#define MII_WRITE 2u
#define MII_REGISTER(number) (1u << 11 | (uint32_t)(number) << 6)
#define PHY_STATUS 1u
#define PHY_INTERRUPTS 29u /* cleared by reading */
#define PHY_INTERRUPT_MASK 30u
#define PHY_STATUS_LINK (1u << 2)
#define PHY_LINK_CHANGES (1u << 4 | 1u << 6) /* link down, negotiation complete */

#endif
