/* Recovery over the console.
 *
 *     [waiting] --chunk at 0--> [manifest] --4096 bytes, verified--> [payload] --last byte--> installed
 *         ^                         | refused                            | refused, flash failed
 *         +-------------------------+---------------- silence -----------+
 *
 * Nothing is erased or written before the manifest has verified, which bounds every size. The
 * image goes on trial only after its payload was hashed as it lies in flash.
 */
#include "recovery.h"

#include <string.h>

#include "board.h"
#include "clock.h"
#include "counter.h"
#include "flash.h"
#include "uart.h"

static uint32_t get_u32(const uint8_t *at)
{
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_u32(uint8_t *at, uint32_t value)
{
  for (uint32_t i = 0; i < 4; i++) at[i] = (uint8_t)(value >> 8 * i);
}

/* ---- Sending ---- */

static void send_number(recovery_type type, uint32_t number)
{
  uint8_t body[4];
  put_u32(body, number);
  framing_send((uint32_t)type, body, sizeof body);
}

static void send_hello(const recovery *r)
{
  recovery_hello hello = {
    .protocol = RECOVERY_PROTOCOL,
    .reason = (uint32_t)r->reason,
    .hardware_revision = r->l->trust.hardware_revision,
    .security_counter = r->l->trust.security_counter,
    .image_max = BOARD_FLASH_SLOT_BYTES,
  };
  memcpy(hello.product_id, r->l->trust.product_id, sizeof hello.product_id);
  framing_send(RECOVERY_HELLO, &hello, sizeof hello);
}

/* ---- Taking the image ---- */

static boot_status check_manifest(recovery *r)
{
  unlock nothing_to_unlock;
  const manifest *m = &r->l->firmware;
  unlock_begin(&nothing_to_unlock, 0);
  const boot_status status = verify_manifest(m, &r->l->trust, &nothing_to_unlock);
  return status == BOOT_OK ? counter_can_reach(COUNTER_FIRMWARE, m->security_version) : status;
}

static boot_status start_payload(recovery *r)
{
  const boot_status status = check_manifest(r);
  if (status != BOOT_OK) return status;
  return update_begin(&r->writer, update_slot_base(r->slot), BOARD_FLASH_SLOT_BYTES, r->l->firmware.payload_bytes);
}

static boot_status finish(recovery *r)
{
  boot_status status = update_finish(&r->writer, &r->l->firmware);
  if (status != BOOT_OK) return status;
  status = verify_payload_in_flash(update_slot_base(r->slot), &r->l->firmware);
  if (status != BOOT_OK) return status;
  /* On trial like any image that has not proved itself: one that does not run comes back here. */
  journal_record next = r->l->journal.now;
  if (next.active == r->slot) next.active = BOOT_SLOT_NONE;
  next.rejected &= (uint8_t)~journal_slot_bit(r->slot);
  next.trial = (uint8_t)r->slot;
  next.tries_left = UPDATE_TRIES;
  return journal_append(&r->l->journal, &next);
}

/* Data at the offset wanted: into the manifest first, then into flash. */
static boot_status take(recovery *r, const uint8_t *data, uint32_t bytes)
{
  if (r->wanted < MANIFEST_BYTES) {
    if (bytes > MANIFEST_BYTES - r->wanted) return BOOT_RECOVERY_PROTOCOL; /* a chunk stays on one side of the border */
    memcpy((uint8_t *)&r->l->firmware + r->wanted, data, bytes);
    r->wanted += bytes;
    return r->wanted == MANIFEST_BYTES ? start_payload(r) : BOOT_OK;
  }
  const boot_status status = update_write(&r->writer, data, bytes);
  if (status == BOOT_OK) r->wanted += bytes;
  return status;
}

static bool image_complete(const recovery *r)
{
  return r->wanted >= MANIFEST_BYTES && r->wanted - MANIFEST_BYTES == r->l->firmware.payload_bytes;
}

static void start_over(recovery *r)
{
  r->wanted = 0;
}

/* A worn or unreadable slot must not be the end: the next attempt goes to the other one. */
static void give_up_attempt(recovery *r, boot_status why)
{
  send_number(RECOVERY_REFUSED, (uint32_t)why);
  if (why == BOOT_FLASH_WRITE || why == BOOT_FLASH_UNREADABLE || why == BOOT_PAYLOAD_DIGEST)
    r->slot = r->slot == BOOT_SLOT_A ? BOOT_SLOT_B : BOOT_SLOT_A;
  start_over(r);
}

static bool handle_chunk(recovery *r, const uint8_t *body, uint32_t bytes)
{
  const uint32_t offset = get_u32(body);
  if (offset == 0 && r->wanted > 0 && r->wanted < MANIFEST_BYTES) start_over(r); /* the host began again */
  if (offset == r->wanted) {
    boot_status status = take(r, body + 4, bytes - 4);
    if (status == BOOT_OK && image_complete(r)) {
      status = finish(r);
      if (status == BOOT_OK) {
        framing_send(RECOVERY_DONE, body, 0);
        return true;
      }
    }
    if (status != BOOT_OK) {
      give_up_attempt(r, status);
      return false;
    }
  }
  send_number(RECOVERY_ACK, r->wanted);
  return false;
}

/* ---- Receiving ---- */

/* Takes one byte; true when it ends a CHUNK with data in it. */
static bool receive(recovery *r, uint8_t byte)
{
  return framing_take(&r->in, byte) && framing_type(&r->in) == RECOVERY_CHUNK && framing_body_bytes(&r->in) > 4;
}

void recovery_begin(recovery *r, loader *l, boot_status reason)
{
  memset(r, 0, sizeof *r);
  r->l = l;
  r->in = (framing){.frame = r->frame, .body_max = RECOVERY_BODY_MAX};
  r->reason = reason;
  r->slot = BOOT_SLOT_A;
  r->last_frame = clock_ms();
  r->last_hello = r->last_frame - RECOVERY_HELLO_MS;
}

bool recovery_poll(recovery *r)
{
  uint8_t byte;
  while (uart_read(&byte)) {
    if (!receive(r, byte)) continue;
    r->last_frame = clock_ms();
    if (handle_chunk(r, framing_body(&r->in), framing_body_bytes(&r->in))) return true;
  }
  const uint32_t now = clock_ms();
  if (now - r->last_frame >= RECOVERY_SILENCE_MS) {
    start_over(r);
    r->in.got = 0;
    r->last_frame = now;
  }
  if (r->wanted == 0 && now - r->last_hello >= RECOVERY_HELLO_MS) {
    r->last_hello = now;
    send_hello(r);
  }
  return false;
}
