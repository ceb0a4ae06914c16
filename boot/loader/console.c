#include "console.h"

#include <string.h>

#include "uart.h"

void console_text(const char *text)
{
  uart_write(text, (uint32_t)strlen(text));
}

void console_hex(uint32_t value)
{
  char digits[8];
  for (uint32_t i = 0; i < sizeof digits; i++) digits[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
  uart_write(digits, sizeof digits);
}

void console_decimal(uint32_t value)
{
  char digits[10];
  uint32_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  uart_write(digits + at, (uint32_t)sizeof digits - at);
}
