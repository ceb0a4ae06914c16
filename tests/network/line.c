#include "line.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "FreeRTOS.h"
#include "task.h"

/* CMSDK UART, as boards/an524/uart.c has it; numbers of words. */
#define UART2 ((volatile uint32_t *)0x41305000)
enum { DATA = 0, STATE = 1, CONTROL = 2, DIVIDER = 4 };
#define TX_FULL 1u
#define RX_FULL 2u
#define TX_AND_RX 3u
#define FASTEST 16u /* clocks of a bit */

void line_start(void)
{
  UART2[DIVIDER] = FASTEST;
  UART2[CONTROL] = TX_AND_RX;
}

static char receive_byte(void)
{
  while ((UART2[STATE] & RX_FULL) == 0) vTaskDelay(1);
  return (char)UART2[DATA];
}

void line_receive(char line[LINE_MAX_BYTES])
{
  uint32_t bytes = 0;
  for (char next = receive_byte(); next != '\n'; next = receive_byte())
    if (bytes < LINE_MAX_BYTES - 1u) line[bytes++] = next;
  line[bytes] = 0;
}

/* A host that takes nothing is ended by the test's time-out. */
static void send_byte(char byte)
{
  while ((UART2[STATE] & TX_FULL) != 0) continue;
  UART2[DATA] = (uint8_t)byte;
}

void line_say(const char *format, ...)
{
  char text[2u * LINE_MAX_BYTES];
  va_list values;
  va_start(values, format);
  (void)vsnprintf(text, sizeof text, format, values);
  va_end(values);
  for (const char *next = text; *next != 0; next++) send_byte(*next);
  send_byte('\n');
}
