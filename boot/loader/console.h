/* Text and numbers to the console, for the two logs. */
#ifndef HF_LOADER_CONSOLE_H
#define HF_LOADER_CONSOLE_H

#include <stdint.h>

void console_text(const char *text);
void console_hex(uint32_t value); /* 8 digits */
void console_decimal(uint32_t value);

#endif
