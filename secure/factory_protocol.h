/* The factory's conversation with a device that has no identity yet, over the console UART, in frames of the recovery protocol
 * (boot/common/recovery_protocol.h: sync, type, length, body, CRC-32) with types of its own.
 *
 * The host sends BEGIN every FACTORY_BEGIN_EVERY_MS from power-on until HELLO comes: a device whose OTP is not frozen listens for it at
 * each boot, before it starts the non-secure world, for FACTORY_WINDOW_MS after the last byte it heard, FACTORY_WINDOW_MAX_MS at most;
 * a secured device does not listen at all. Whoever is on the UART of a device that is not frozen can speak to it: the host
 * believes nothing a device says it has already, and goes through all of it. Who is between the two can do no more than stop them: the
 * factory has burnt the hardware unique key, so both know K = HKDF-SHA-256(that key, no salt, info "holdfast factory"), and what counts
 * carries a tag, HMAC-SHA-256 under K. Then:
 *
 *     host                          device
 *     BEGIN        ->
 *                  <-  HELLO        who it is and how far it has come
 *     NAME         ->               thing name; makes the key when there is none (it never makes a second one)
 *                  <-  CSR          signed by that key
 *     ITEM ...     ->               certificate, endpoint, trust anchors: each stored before it is answered
 *                  <-  STORED
 *     END          ->               checks that all is there, forgets trust anchors beyond the number told, and restarts
 *                  <-  DONE
 *
 * Each request is answered within FACTORY_ANSWER_MS, or the host repeats it: all are idempotent. REFUSED answers any request
 * that cannot be met; the conversation goes on. A frame that pauses for FACTORY_PAUSE_MS is forgotten: its repetition comes whole.
 * After FACTORY_SILENCE_MS without a frame the device restarts.
 * All integers little-endian. */
#ifndef HF_SECURE_FACTORY_PROTOCOL_H
#define HF_SECURE_FACTORY_PROTOCOL_H

#include <assert.h>
#include <stdint.h>

#define FACTORY_PROTOCOL 1u
#define FACTORY_WINDOW_MS 100u
#define FACTORY_WINDOW_MAX_MS 1000u
#define FACTORY_BEGIN_EVERY_MS 40u /* two fall into the window whatever the phase */
#define FACTORY_ANSWER_MS 5000u
#define FACTORY_PAUSE_MS 1000u /* within a frame */
#define FACTORY_SILENCE_MS 10000u
#define FACTORY_DATA_MAX \
  1016u /* of an ITEM frame, which with its head fills RECOVERY_BODY_MAX: longer items come in pieces */

typedef enum factory_type {
  FACTORY_BEGIN = 0x31,   /* host: empty */
  FACTORY_HELLO = 0x21,   /* device: factory_hello */
  FACTORY_NAME = 0x32,    /* host: 1..128 characters */
  FACTORY_CSR = 0x22,     /* device: tag of (byte 0x22, DER), then the DER: PKCS #10 */
  FACTORY_ITEM = 0x33,    /* host: factory_item, then up to FACTORY_DATA_MAX bytes */
  FACTORY_STORED = 0x23,  /* device: u32 item, u32 bytes had so far */
  FACTORY_END = 0x34,     /* host: u32 number of trust anchors, 1 to 4 */
  FACTORY_DONE = 0x24,    /* device: tag of (byte 0x24, what it holds: see FACTORY_TAG_BYTES) */
  FACTORY_REFUSED = 0x25, /* device: i32 psa_status_t, u32 type of the frame refused */
} factory_type;

/* The tag of DONE is over thing name, certificate, endpoint, trust anchors from 0 on, each with its length before it (u32). */
#define FACTORY_TAG_BYTES 32u

/* What can be stored. The numbers are those of hf_identity.h without its base. */
#define FACTORY_ITEM_CERTIFICATE 2u
#define FACTORY_ITEM_ENDPOINT 3u
#define FACTORY_ITEM_TRUST_ANCHOR_0 16u /* to + 3 */

typedef struct factory_hello {
  uint32_t protocol;
  uint8_t serial[24];  /* padded with 0 */
  uint32_t has_key;    /* 1: the identity key is there */
  uint32_t complete;   /* 1: everything has been stored, by whomever */
  uint32_t name_bytes; /* of the thing name it has; 0: none */
  uint8_t name[128];   /* padded with 0 */
} factory_hello;
static_assert(sizeof(factory_hello) == 168, "wire format");

/* A piece of an item; pieces come in order from offset 0; the last one stores it. */
typedef struct factory_item {
  uint32_t item;
  uint32_t total_bytes;
  uint32_t offset;
} factory_item;
static_assert(sizeof(factory_item) == 12, "wire format");

#endif
