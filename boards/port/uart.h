/* Console and recovery UART port. Polled; context: thread, one caller at a time. */
#ifndef HF_PORT_UART_H
#define HF_PORT_UART_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the UART ready; harmless when repeated. */
void uart_init(void);
/* Sends all `bytes`; waits for the transmitter (bounded: gives up when it stays busy for ~100 ms). */
void uart_write(const void *data, uint32_t bytes);
/* Takes one received byte without waiting: false when there is none. byte: caller's, not null. */
bool uart_read(uint8_t *byte);

#endif
