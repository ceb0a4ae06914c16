/* A whole device for the tests of services that need storage and random numbers: flash, OTP and noise of the host board. */
#ifndef HF_SECURE_DEVICE_TEST_SUPPORT_H
#define HF_SECURE_DEVICE_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host_board.h"
#include "otp.h"
#include "otp_map.h"
#include "storage.h"
#include "storage_log.h"

static uint8_t *test_flash, *test_otp; /* not static memory, which a test searches for secrets */

/* A blank device with its unique key, mounted. */
static inline void test_device_new(void)
{
  static const board_map map = {
    .name = "storage only", .flash_bytes = STORAGE_AREA_BYTES, .storage_bytes = STORAGE_AREA_BYTES};
  test_flash = malloc(STORAGE_AREA_BYTES);
  test_otp = calloc(1, OTP_BYTES);
  assert_true(test_flash && test_otp);
  memset(test_flash, 0xff, STORAGE_AREA_BYTES);
  for (unsigned i = 0; i < 32; i++) test_otp[OTP_UNIQUE_KEY_OFFSET + i] = (uint8_t)(17 * i + 3);
  host_board_select(&map);
  host_flash_attach(test_flash, NULL);
  host_otp_attach(test_otp, false);
  assert_int_equal(storage_mount(), PSA_SUCCESS);
}

static inline void test_device_free(void)
{
  free(test_flash);
  free(test_otp);
}

/* From now on every byte of noise is the same: health tests fail for good when it is next asked. */
static inline bool test_noise_stuck(void *context, uint8_t *byte)
{
  (void)context;
  *byte = 0x55;
  return true;
}

#endif
