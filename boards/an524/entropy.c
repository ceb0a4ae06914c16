/* The noise source is on UART1: the emulator feeds that line from the host's random device. */
#include "entropy.h"

#include "clock.h"
#include "registers.h"

#define NOISE UART(1u)
#define PATIENCE_MS 500u /* an emulator that gets little of its host's time */
#define PATIENCE_BYTE_MS 2u

static void noise_start(void)
{
  if (REG(NOISE + UART_CTRL) == UART_CTRL_RX) return;
  REG(NOISE + UART_BAUDDIV) = 16; /* as fast as the device goes */
  REG(NOISE + UART_CTRL) = UART_CTRL_RX;
  (void)REG(NOISE + UART_DATA); /* the emulated device delivers late without this first read */
}

static bool noise_byte(uint8_t *byte, uint32_t begin, uint32_t patience_ms)
{
  while ((REG(NOISE + UART_STATE) & UART_STATE_RX_FULL) == 0) {
    if (clock_ms() - begin > patience_ms) return false;
  }
  *byte = (uint8_t)REG(NOISE + UART_DATA);
  return true;
}

bool entropy_read(void *out, uint32_t bytes)
{
  clock_init();
  noise_start();
  const uint32_t begin = clock_ms(), patience_ms = PATIENCE_MS + PATIENCE_BYTE_MS * bytes;
  for (uint8_t *to = out; bytes != 0; bytes--) {
    if (!noise_byte(to++, begin, patience_ms)) return false;
  }
  return true;
}
