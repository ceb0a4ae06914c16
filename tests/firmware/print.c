#include "print.h"

#include <string.h>

#include "uart.h"

void print_text(const char *text)
{
  uart_write(text, (uint32_t)strlen(text));
}

void print_decimal(uint32_t value)
{
  char digits[10]; /* 2^32 - 1 has ten */
  uint32_t first = sizeof digits;
  do {
    digits[--first] = (char)('0' + value % 10u);
    value /= 10u;
  } while (value != 0);
  uart_write(digits + first, sizeof digits - first);
}

void print_hex(uint32_t value)
{
  char digits[8];
  for (uint32_t i = 0; i < sizeof digits; i++) digits[i] = "0123456789abcdef"[value >> (28u - 4u * i) & 15u];
  uart_write(digits, sizeof digits);
}
