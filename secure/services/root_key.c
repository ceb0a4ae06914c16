#include "root_key.h"

#include <string.h>

#include "ct.h"
#include "hmac.h"
#include "otp.h"
#include "otp_map.h"

#define INFO_PREFIX "holdfast "
enum { PREFIX_BYTES = sizeof INFO_PREFIX - 1 };

static psa_status_t read_unique_key(uint8_t unique[ROOT_KEY_BYTES])
{
  static const uint8_t blank[ROOT_KEY_BYTES];
  if (otp_read(OTP_UNIQUE_KEY_OFFSET, unique, ROOT_KEY_BYTES) != OTP_OK) return PSA_ERROR_HARDWARE_FAILURE;
  return ct_equal(unique, blank, sizeof blank) ? PSA_ERROR_HARDWARE_FAILURE : PSA_SUCCESS;
}

static psa_status_t expand(uint8_t key[ROOT_KEY_BYTES], const uint8_t unique[ROOT_KEY_BYTES], const char *label)
{
  uint8_t info[PREFIX_BYTES + ROOT_KEY_LABEL_MAX] = INFO_PREFIX;
  const size_t bytes = strlen(label);
  if (bytes > ROOT_KEY_LABEL_MAX) return PSA_ERROR_INVALID_ARGUMENT;
  memcpy(info + PREFIX_BYTES, label, bytes);
  return hkdf(key, ROOT_KEY_BYTES, NULL, 0, unique, ROOT_KEY_BYTES, info, PREFIX_BYTES + bytes) == CRYPTO_OK
           ? PSA_SUCCESS
           : PSA_ERROR_HARDWARE_FAILURE;
}

psa_status_t root_key_derive(uint8_t key[ROOT_KEY_BYTES], const char *label)
{
  uint8_t unique[ROOT_KEY_BYTES];
  psa_status_t status = read_unique_key(unique);
  if (status == PSA_SUCCESS) status = expand(key, unique, label);
  wipe(unique, sizeof unique);
  if (status != PSA_SUCCESS) wipe(key, ROOT_KEY_BYTES);
  return status;
}
