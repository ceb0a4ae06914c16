#include "epoch.h"

#include "otp.h"

/* One row of bits each; bit n of a row belongs to epoch n + 1. */
#define ROW_BYTES (OTP_STORAGE_COUNTER_BYTES / 2u)
#define BEGUN_ROW OTP_STORAGE_COUNTER_OFFSET
#define DONE_ROW (OTP_STORAGE_COUNTER_OFFSET + ROW_BYTES)

static uint32_t bits_below_highest(uint8_t byte)
{
  uint32_t bits = 0;
  for (; byte != 0; byte >>= 1) bits++;
  return bits;
}

/* The newest epoch of a row: its highest set bit. */
static psa_status_t read_row(uint32_t row, uint32_t *newest)
{
  uint8_t bytes[32];
  *newest = 0;
  for (uint32_t at = 0; at < ROW_BYTES; at += sizeof bytes) {
    if (otp_read(row + at, bytes, sizeof bytes) != OTP_OK) return PSA_ERROR_HARDWARE_FAILURE;
    for (uint32_t i = 0; i < sizeof bytes; i++)
      if (bytes[i] != 0) *newest = (at + i) * 8u + bits_below_highest(bytes[i]);
  }
  return PSA_SUCCESS;
}

psa_status_t epoch_read(epoch_state *state)
{
  uint32_t begun, done;
  *state = (epoch_state){EPOCH_MAX, EPOCH_MAX};
  if (read_row(BEGUN_ROW, &begun) != PSA_SUCCESS || read_row(DONE_ROW, &done) != PSA_SUCCESS)
    return PSA_ERROR_HARDWARE_FAILURE;
  state->begun = begun > done ? begun : done; /* a bit that set itself errs on the strict side */
  state->done = done;
  return PSA_SUCCESS;
}

static psa_status_t set_bit(uint32_t row, uint32_t epoch)
{
  if (epoch == 0 || epoch > EPOCH_MAX) return PSA_ERROR_INSUFFICIENT_STORAGE;
  const uint32_t at = row + (epoch - 1u) / 8u;
  uint8_t byte;
  if (otp_read(at, &byte, 1) != OTP_OK) return PSA_ERROR_HARDWARE_FAILURE;
  byte = (uint8_t)(byte | 1u << (epoch - 1u) % 8u);
  return otp_program(at, &byte, 1) == OTP_OK ? PSA_SUCCESS : PSA_ERROR_HARDWARE_FAILURE;
}

psa_status_t epoch_begin(uint32_t epoch)
{
  return set_bit(BEGUN_ROW, epoch);
}

psa_status_t epoch_finish(uint32_t epoch)
{
  return set_bit(DONE_ROW, epoch);
}
