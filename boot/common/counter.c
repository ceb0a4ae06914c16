#include "counter.h"

#include "otp.h"
#include "otp_map.h"

typedef struct counter_row {
  uint32_t offset;
  uint32_t cells;
} counter_row;

static counter_row row_of(counter_id id)
{
  if (id == COUNTER_LOADER) return (counter_row){OTP_LOADER_COUNTER_OFFSET, OTP_LOADER_COUNTER_CELLS};
  return (counter_row){OTP_FIRMWARE_COUNTER_OFFSET, OTP_FIRMWARE_COUNTER_CELLS};
}

/* Bits of OTP are only ever set: a half is whole exactly when value and inverse differ in every
 * bit, so no torn or tampered half can pass for another number. */
static bool half_counts(uint32_t value, uint32_t inverse)
{
  return (value ^ inverse) == 0xFFFFFFFFu;
}

static bool cell_is_blank(const otp_counter_cell *cell)
{
  return (cell->value | cell->inverse | cell->value_again | cell->inverse_again) == 0;
}

typedef struct counter_state {
  uint32_t value;
  uint32_t used; /* cells that are not blank; all blank ones lie behind them */
} counter_state;

static boot_status read_row(counter_row row, counter_state *state)
{
  *state = (counter_state){0, 0};
  for (; state->used < row.cells; state->used++) {
    otp_counter_cell cell;
    if (otp_read(row.offset + state->used * (uint32_t)sizeof cell, &cell, sizeof cell) != OTP_OK)
      return BOOT_OTP_NO_REPLY;
    if (cell_is_blank(&cell)) break;
    if (half_counts(cell.value, cell.inverse) && cell.value > state->value) state->value = cell.value;
    if (half_counts(cell.value_again, cell.inverse_again) && cell.value_again > state->value)
      state->value = cell.value_again;
  }
  return BOOT_OK;
}

boot_status counter_read(counter_id id, uint32_t *value)
{
  counter_state state;
  *value = 0xFFFFFFFFu;
  const boot_status status = read_row(row_of(id), &state);
  if (status != BOOT_OK) return status;
  *value = state.value;
  return BOOT_OK;
}

uint32_t counter_room(counter_id id)
{
  const counter_row row = row_of(id);
  counter_state state;
  return read_row(row, &state) == BOOT_OK ? row.cells - state.used : 0;
}

boot_status counter_can_reach(counter_id id, uint32_t value)
{
  const counter_row row = row_of(id);
  counter_state state;
  const boot_status status = read_row(row, &state);
  if (status != BOOT_OK) return status;
  return state.value >= value || state.used < row.cells ? BOOT_OK : BOOT_OTP_FULL;
}

boot_status counter_raise(counter_id id, uint32_t value)
{
  const counter_row row = row_of(id);
  counter_state state;
  const boot_status status = read_row(row, &state);
  if (status != BOOT_OK) return status;
  if (state.value >= value) return BOOT_OK;
  if (state.used == row.cells) return BOOT_OTP_FULL;
  const otp_counter_cell cell = {value, ~value, value, ~value};
  return otp_program(row.offset + state.used * (uint32_t)sizeof cell, &cell, sizeof cell) == OTP_OK
           ? BOOT_OK
           : BOOT_OTP_NOT_TAKEN;
}
