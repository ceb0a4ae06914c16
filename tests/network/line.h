/* Text lines to and from the host, over the UART that the non-secure world has (UART2). One task at a time. */
#ifndef HF_TESTS_NETWORK_LINE_H
#define HF_TESTS_NETWORK_LINE_H

#define LINE_MAX_BYTES 128u

void line_start(void);
/* Waits for a line of at most LINE_MAX_BYTES - 1; a longer one is cut. Without its end. */
void line_receive(char line[LINE_MAX_BYTES]);
/* As printf; the line's end is added. */
void line_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
