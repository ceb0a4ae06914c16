#include "otp.h"

#include <string.h>

#include "cut.h"
#include "host_board.h"

static uint8_t *memory;
static bool frozen;
static bool silent;

void host_otp_attach(uint8_t *bytes, bool fuses_frozen)
{
  memory = bytes;
  frozen = fuses_frozen;
  silent = false;
}

void host_otp_silence(bool on)
{
  silent = on;
}

static bool in_device(uint32_t offset, uint32_t bytes)
{
  return offset <= OTP_BYTES && bytes <= OTP_BYTES - offset;
}

otp_status otp_read(uint32_t offset, void *out, uint32_t bytes)
{
  if (!in_device(offset, bytes)) return OTP_RANGE;
  if (silent || !memory) return OTP_NO_REPLY;
  memcpy(out, memory + offset, bytes);
  return OTP_OK;
}

static void tear(uint8_t *byte, uint8_t value)
{
  const cut_plan *cut = cut_now();
  uint32_t seed = cut->detail;
  switch (cut->outcome) {
  case HOST_TORN_NOTHING:
  case HOST_TORN_UNREADABLE: break; /* fuses have no ECC to fail */
  case HOST_TORN_ALL: *byte |= value; break;
  case HOST_TORN_PREFIX: *byte |= (uint8_t)(value & ((1u << cut->detail % 8) - 1)); break;
  case HOST_TORN_RANDOM: *byte |= (uint8_t)(value & cut_random(&seed)); break;
  }
  cut_power();
}

otp_status otp_program(uint32_t offset, const void *data, uint32_t bytes)
{
  if (!in_device(offset, bytes)) return OTP_RANGE;
  if (silent || !memory) return OTP_NO_REPLY;
  const uint8_t *from = data;
  for (uint32_t i = 0; i < bytes; i++)
    if (memory[offset + i] & ~from[i]) return OTP_CONFLICT;
  for (uint32_t i = 0; i < bytes; i++) {
    uint8_t *byte = &memory[offset + i];
    if (*byte == from[i]) continue;
    if (frozen && offset + i < OTP_BANK_BYTES) return OTP_FROZEN;
    if (cut_due(HOST_OTP)) tear(byte, from[i]);
    *byte = from[i];
  }
  return OTP_OK;
}
