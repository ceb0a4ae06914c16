/* The recovery protocol: how a device with no bootable slot takes a signed image over its console.
 *
 * Frames in both directions, on the same UART that carries the loader's ASCII log; what is not a
 * frame is text. A frame with a wrong CRC is ignored: the host repeats after a time-out.
 *
 *     0xA5 0x5A | type (1) | 0 (1) | length (2, little-endian) | body (length) | CRC-32 of type..body (4, LE)
 *
 * Conversation. The device says HELLO once a second. The host answers with the image file, from
 * offset 0, in CHUNKs; each is answered by an ACK that names the offset wanted next. When the first
 * MANIFEST_BYTES are in, the device verifies them, *before* it erases or writes anything: REFUSED
 * ends the attempt. Then come the payload chunks; after the last, the device writes the
 * manifest, verifies the payload as it lies in flash, puts the image on trial and says DONE, or REFUSED.
 * A chunk that was had already is acknowledged again; any other wrong offset is answered with the
 * wanted one. After RECOVERY_SILENCE_MS without a valid frame the device forgets the attempt.
 */
#ifndef HF_BOOT_RECOVERY_PROTOCOL_H
#define HF_BOOT_RECOVERY_PROTOCOL_H

#include <assert.h>
#include <stdint.h>

#define RECOVERY_SYNC_0 0xA5u
#define RECOVERY_SYNC_1 0x5Au
#define RECOVERY_PROTOCOL 1u
#define RECOVERY_CHUNK_MAX 1024u /* data bytes in a CHUNK */
#define RECOVERY_HEADER_BYTES 6u /* sync to length */
#define RECOVERY_BODY_MAX (4u + RECOVERY_CHUNK_MAX)
#define RECOVERY_HELLO_MS 1000u
#define RECOVERY_SILENCE_MS 5000u

typedef enum recovery_type {
  RECOVERY_HELLO = 0x01,   /* device: recovery_hello */
  RECOVERY_ACK = 0x02,     /* device: u32 offset wanted next */
  RECOVERY_REFUSED = 0x03, /* device: u32 boot_status; the attempt is over */
  RECOVERY_DONE = 0x04,    /* device: empty; it restarts into the image */
  RECOVERY_CHUNK = 0x11,   /* host: u32 offset in the image file, then 1..RECOVERY_CHUNK_MAX bytes */
} recovery_type;

typedef struct recovery_hello {
  uint32_t protocol;
  uint32_t reason; /* boot_status: why the device is in recovery */
  uint8_t product_id[16];
  uint32_t hardware_revision;
  uint32_t security_counter;
  uint32_t image_max; /* manifest and payload, bytes */
} recovery_hello;
static_assert(sizeof(recovery_hello) == 36, "wire format");

#endif
