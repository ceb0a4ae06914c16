#include "line.h"

#include <stddef.h>

#include "hf_device.h"

/* CMSDK UART, as boards/an524/uart.c has it; numbers of words. */
#define UART2 ((volatile uint32_t *)0x41305000)
enum { DATA = 0, STATE = 1, CONTROL = 2, DIVIDER = 4 };
#define TX_FULL 1u
#define RX_FULL 2u
#define TX_AND_RX 3u
#define FASTEST 16u /* clocks of a bit */

#define LOOKS_PER_FEEDING 0x10000u /* far below a second, at any speed an emulator has */

/* On trial the watchdog takes no food for ever: then the restart is what is wanted. */
static uint8_t receive_byte(void)
{
  for (uint32_t looks = 0; (UART2[STATE] & RX_FULL) == 0; looks++)
    if (looks % LOOKS_PER_FEEDING == 0 && hf_watchdog_feed() != PSA_SUCCESS) continue;
  return (uint8_t)UART2[DATA];
}

static void receive(void *data, uint32_t bytes)
{
  uint8_t *to = data;
  while (bytes-- != 0) *to++ = receive_byte();
}

/* A host that takes nothing is ended by the watchdog. */
static void send(const void *data, uint32_t bytes)
{
  const uint8_t *from = data;
  while (bytes-- != 0) {
    while ((UART2[STATE] & TX_FULL) != 0) continue;
    UART2[DATA] = *from++;
  }
}

void line_start(void)
{
  hf_device_info info;
  UART2[DIVIDER] = FASTEST;
  UART2[CONTROL] = TX_AND_RX;
  const psa_status_t status = hf_device_get_info(&info);
  line_answer(status, &info, sizeof info);
}

void line_receive(line_request *request)
{
  receive(request, offsetof(line_request, body));
  if (request->bytes > LINE_BODY_MAX) {
    while (hf_device_reset() != PSA_SUCCESS) continue;
  }
  receive(request->body, request->bytes);
  request->body[request->bytes] = 0;
}

void line_answer(psa_status_t status, const void *body, uint32_t bytes)
{
  send(&status, sizeof status);
  send(&bytes, sizeof bytes);
  send(body, bytes);
}
