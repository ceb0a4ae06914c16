/* OTP: two 24C32 EEPROMs on the two-wire bus, driven bit by bit.
 *
 * The fuse bank's write-enable is a property of the part (the emulator's `writable`): no software can
 * bring it back. That bits are only ever set is a rule of this driver; the parts could clear them.
 * The emulated parts are ready at once after a write and let go of the bus at any start: there is no
 * polling for the end of a write and no clocking-out of an interrupted read, as soldered parts need.
 *
 * Every exchange on the bus is nine clocks: eight bits and the acknowledge, most significant first.
 * A written byte is sent as byte * 2 + 1 (the acknowledge is the part's to drive); a read one as
 * 0x1FE (acknowledged, more is wanted) or 0x1FF (last).
 */
#include "otp.h"

#include <stdbool.h>

/* The bus controller: reading RELEASE gives the levels of the lines. */
#define BUS ((volatile uint32_t *)0x51206000)
enum { RELEASE, PULL_LOW };
#define SCL 1u
#define SDA 2u

#define PART_FUSES 0x50u /* the part of the counter bank has the next address */
#define PART_READ 1u

#define EXCHANGE_READ_LAST 0x1FFu /* 0x1FE, one less, when more is wanted */

static uint32_t exchange(uint32_t bits)
{
  uint32_t levels = 0;
  for (uint32_t clocks = 9; clocks != 0; clocks--) {
    bits <<= 1;
    BUS[(bits & 0x200u) != 0 ? RELEASE : PULL_LOW] = SDA;
    BUS[RELEASE] = SCL;
    levels = levels << 1 | (BUS[RELEASE] & SDA) / SDA;
    BUS[PULL_LOW] = SCL;
  }
  return levels;
}

/* True: acknowledged. */
static bool send(uint32_t byte)
{
  return (exchange(byte << 1 | 1u) & 1u) == 0;
}

/* Start, or repeated start, and the address of the part that has `offset`. True: it answers.
 * Not inlined, because size is what counts here. */
static __attribute__((noinline)) bool call_part(uint32_t offset, uint32_t direction)
{
  BUS[RELEASE] = SDA; /* before SCL: the other order would be a stop */
  BUS[RELEASE] = SCL;
  BUS[PULL_LOW] = SDA;
  BUS[PULL_LOW] = SCL;
  return send((PART_FUSES + offset / OTP_BANK_BYTES) << 1 | direction);
}

static void stop(void)
{
  BUS[PULL_LOW] = SDA;
  BUS[RELEASE] = SCL;
  BUS[RELEASE] = SDA;
}

/* Selects the byte at `offset`, ready for writing or for a repeated start. */
static bool select_byte(uint32_t offset)
{
  return call_part(offset, 0) && send(offset % OTP_BANK_BYTES >> 8) && send(offset & 0xFFu);
}

static bool byte_write(uint32_t offset, uint8_t value)
{
  bool taken = select_byte(offset) && send(value);
  stop();
  return taken;
}

static bool in_range(uint32_t offset, uint32_t bytes)
{
  return offset <= OTP_BYTES && bytes <= OTP_BYTES - offset;
}

otp_status otp_read(uint32_t offset, void *out, uint32_t bytes)
{
  if (!in_range(offset, bytes)) return OTP_RANGE;
  uint32_t more = 0; /* 1: the part will send the byte at `offset` next */
  for (uint8_t *to = out; bytes != 0; offset++) {
    if (more == 0 && !(select_byte(offset) && call_part(offset, PART_READ))) {
      stop();
      return OTP_NO_REPLY;
    }
    bytes--;
    more = bytes != 0 && (offset + 1) % OTP_BANK_BYTES != 0;
    *to++ = (uint8_t)(exchange(EXCHANGE_READ_LAST - more) >> 1);
    if (more == 0) stop();
  }
  return OTP_OK;
}

/* Every 1 bit of the part is a 1 bit of the data? */
static otp_status check_no_conflict(uint32_t offset, const uint8_t *data, uint32_t bytes)
{
  for (uint32_t i = 0; i < bytes; i++) {
    uint8_t now;
    otp_status status = otp_read(offset + i, &now, 1);
    if (status != OTP_OK) return status;
    if ((now & ~data[i]) != 0) return OTP_CONFLICT;
  }
  return OTP_OK;
}

static otp_status byte_program(uint32_t offset, uint8_t value)
{
  uint8_t now;
  otp_status status = otp_read(offset, &now, 1);
  if (status != OTP_OK || now == value) return status; /* unchanged bytes need no write: they may be frozen */
  if (!byte_write(offset, value)) return OTP_NO_REPLY;
  status = otp_read(offset, &now, 1);
  if (status != OTP_OK) return status;
  return now == value ? OTP_OK : OTP_FROZEN;
}

otp_status otp_program(uint32_t offset, const void *data, uint32_t bytes)
{
  if (!in_range(offset, bytes)) return OTP_RANGE;
  const uint8_t *from = data;
  otp_status status = check_no_conflict(offset, from, bytes);
  for (uint32_t i = 0; status == OTP_OK && i < bytes; i++) status = byte_program(offset + i, from[i]);
  return status;
}
