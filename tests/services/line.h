/* The host's line to a program on the device: UART2, asked for by polling.
 *
 *     host -> device   what (u32, a letter), number (u32), bytes (u32), then so many bytes
 *     device -> host   status (i32), bytes (u32), then so many bytes
 *
 * Little-endian. Each request gets one answer, or none when it restarts the device; after each start the device sends one
 * answer of its own accord. The line of an emulator loses nothing, so there is no check and no repetition. The host's
 * side: line.py.
 */
#ifndef HF_TESTS_SERVICES_LINE_H
#define HF_TESTS_SERVICES_LINE_H

#include <stdint.h>

#include "psa/error.h"

#define LINE_BODY_MAX 4096u

typedef struct line_request {
  uint32_t what;
  uint32_t number;
  uint32_t bytes;
  uint8_t body[LINE_BODY_MAX + 1u]; /* and a 0 */
} line_request;

/* The greeting: what hf_device_get_info() says. */
void line_start(void);
/* Waits for the next request, and feeds the watchdog meanwhile. One that does not fit restarts the device. */
void line_receive(line_request *request);
/* body: may be null with 0 */
void line_answer(psa_status_t status, const void *body, uint32_t bytes);

#endif
