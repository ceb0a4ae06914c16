/* OTP: two 24C32 EEPROMs on the two-wire bus, driven bit by bit.
 *
 * The fuse bank's write-enable is a property of the part (the emulator's `writable`): no software can
 * bring it back. That bits are only ever set is a rule of this driver; the parts could clear them.
 *
 * Every exchange on the bus is nine clocks: eight bits and the acknowledge, most significant first.
 * A written byte is sent as byte * 2 + 1 (the acknowledge is the part's to drive); a read one as
 * 0x1FE (acknowledged, more follows) or 0x1FF (last).
 */
#include "otp.h"

#include <stdbool.h>

#include "registers.h"

#define BUS 0x51206000u
#define BUS_LINES (BUS + 0u) /* read: levels (bit 1 is SDA); write: lines to release */
#define BUS_PULL (BUS + 4u)  /* write: lines to pull low */
#define SCL 1u
#define SDA 2u

#define PART_FUSES 0x50u
#define PART_COUNTERS 0x51u
#define PART_READ 1u

#define EXCHANGE_READ 0x1FEu
#define EXCHANGE_READ_LAST 0x1FFu

/* A 24C32 needs up to 5 ms for a write and does not answer meanwhile; an attempt takes 20 us or more. */
#define ANSWER_ATTEMPTS 500u

static uint32_t exchange(uint32_t bits)
{
  uint32_t levels = 0;
  for (uint32_t mask = 0x100; mask != 0; mask >>= 1) {
    REG((bits & mask) != 0 ? BUS_LINES : BUS_PULL) = SDA;
    REG(BUS_LINES) = SCL;
    levels = levels << 1 | (REG(BUS_LINES) & SDA) / SDA;
    REG(BUS_PULL) = SCL;
  }
  return levels;
}

/* True: acknowledged. */
static bool send(uint32_t byte)
{
  return (exchange(byte << 1 | 1u) & 1u) == 0;
}

/* Also the repeated start: the lines are released first, in the order that is no stop. */
static void start(void)
{
  REG(BUS_LINES) = SDA;
  REG(BUS_LINES) = SCL;
  REG(BUS_PULL) = SDA;
  REG(BUS_PULL) = SCL;
}

static void stop(void)
{
  REG(BUS_PULL) = SDA;
  REG(BUS_LINES) = SCL;
  REG(BUS_LINES) = SDA;
}

/* A reset in the middle of a read leaves the part holding SDA: nine clocks, none acknowledged, make
 * it let go. Only then, because clocks in the middle of a write would be data. */
static void free_bus(void)
{
  REG(BUS_LINES) = SDA;
  REG(BUS_LINES) = SCL;
  if ((REG(BUS_LINES) & SDA) == 0) exchange(EXCHANGE_READ_LAST);
}

static uint32_t part_of(uint32_t offset)
{
  return (offset < OTP_BANK_BYTES ? PART_FUSES : PART_COUNTERS) << 1;
}

/* Selects the part and its byte for `offset`, ready for writing or for a repeated start. */
static bool select_byte(uint32_t offset)
{
  free_bus();
  for (uint32_t attempt = ANSWER_ATTEMPTS; attempt != 0; attempt--) {
    start();
    if (send(part_of(offset))) return send(offset % OTP_BANK_BYTES >> 8) && send(offset & 0xFFu);
    stop();
  }
  return false;
}

/* Within one bank. */
static bool bank_read(uint32_t offset, uint8_t *out, uint32_t bytes)
{
  if (!select_byte(offset)) return false;
  start();
  if (!send(part_of(offset) | PART_READ)) return false;
  for (; bytes != 0; bytes--) *out++ = (uint8_t)(exchange(bytes == 1 ? EXCHANGE_READ_LAST : EXCHANGE_READ) >> 1);
  stop();
  return true;
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
  for (uint8_t *to = out; bytes != 0;) {
    uint32_t left_in_bank = OTP_BANK_BYTES - offset % OTP_BANK_BYTES;
    uint32_t now = bytes < left_in_bank ? bytes : left_in_bank;
    if (!bank_read(offset, to, now)) {
      stop();
      return OTP_NO_REPLY;
    }
    offset += now;
    to += now;
    bytes -= now;
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
