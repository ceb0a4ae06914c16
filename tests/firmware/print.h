/* Text on the console, for the secure part only. */
#ifndef HF_TEST_FIRMWARE_PRINT_H
#define HF_TEST_FIRMWARE_PRINT_H

#include <stdint.h>

void print_text(const char *text);
void print_decimal(uint32_t value);
void print_hex(uint32_t value); /* eight digits */

#endif
