#include "uart.h"

#include "registers.h"

#define CONSOLE UART(0u)
#define BAUD 115200u
/* Looks at a busy transmitter before giving up: 32 or more cycles each, so 100 ms or more. */
#define TX_PATIENCE 100000u

void uart_init(void)
{
  REG(CONSOLE + UART_BAUDDIV) = MAIN_CLOCK_HZ / BAUD;
  REG(CONSOLE + UART_CTRL) = UART_CTRL_TX | UART_CTRL_RX;
}

void uart_write(const void *data, uint32_t bytes)
{
  for (const uint8_t *from = data; bytes != 0; bytes--) {
    uint32_t patience = TX_PATIENCE;
    while ((REG(CONSOLE + UART_STATE) & UART_STATE_TX_FULL) != 0) {
      if (--patience == 0) return;
    }
    REG(CONSOLE + UART_DATA) = *from++;
  }
}

bool uart_read(uint8_t *byte)
{
  if ((REG(CONSOLE + UART_STATE) & UART_STATE_RX_FULL) == 0) return false;
  *byte = (uint8_t)REG(CONSOLE + UART_DATA);
  return true;
}
