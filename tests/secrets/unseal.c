/* unseal DEVICE [KEY...]: what nobody may ever see, of a device whose files we hold. For the tests of this folder only, which search
 * everything else for it.
 *
 * Runs the device's own services over its files, as its secure part would; changes nothing, the device may be running. DEVICE: its
 * name, in $HOLDFAST_HOME. KEY: ids of key slots, beside the identity's. Prints lines "NAME HEX". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ct.h"
#include "hf_identity.h"
#include "host_board.h"
#include "otp_map.h"
#include "psa/crypto.h"
#include "root_key.h"
#include "storage.h"
#include "twin.h"

/* docs/formats.md; the command itself knows of no storage */
#define STORAGE_AT 0x030000u
#define STORAGE_BYTES 0x0D0000u
#define PRIVATE_AT 88u /* in a key slot */
#define PRIVATE_BYTES 32u

static const char *const labels[] = {"drbg", "storage header", "storage salt", "storage record"};

static void print(const char *name, const uint8_t *bytes, size_t count)
{
  (void)printf("%s ", name);
  for (size_t i = 0; i < count; i++) (void)printf("%02x", bytes[i]);
  (void)printf("\n");
}

static bool print_otp(const char *name, uint32_t offset)
{
  uint8_t secret[ROOT_KEY_BYTES];
  if (otp_read(offset, secret, sizeof secret) != OTP_OK) return false;
  print(name, secret, sizeof secret);
  wipe(secret, sizeof secret);
  return true;
}

static bool print_derived(const char *label)
{
  uint8_t key[ROOT_KEY_BYTES];
  if (root_key_derive(key, label) != PSA_SUCCESS) return false;
  print(label, key, sizeof key);
  wipe(key, sizeof key);
  return true;
}

static bool print_slot(const char *name, psa_key_id_t id)
{
  uint8_t key[PRIVATE_BYTES];
  size_t used;
  if (storage_get(STORAGE_SECURE, id, PRIVATE_AT, key, sizeof key, &used) != PSA_SUCCESS || used != sizeof key)
    return false;
  print(name, key, sizeof key);
  wipe(key, sizeof key);
  return true;
}

static bool print_roots(void)
{
  if (!print_otp("unique key", OTP_UNIQUE_KEY_OFFSET) || !print_otp("unique secret", OTP_UNIQUE_SECRET_OFFSET))
    return false;
  for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
    if (!print_derived(labels[i])) return false;
  return true;
}

static void select_storage(void)
{
  static board_map map;
  map = *host_map;
  map.storage = STORAGE_AT;
  map.storage_bytes = STORAGE_BYTES;
  host_board_select(&map);
}

static bool print_slots(char *const *ids)
{
  if (storage_mount() != PSA_SUCCESS || !print_slot("identity", HF_KEY_DEVICE_IDENTITY)) return false;
  for (; *ids != NULL; ids++) {
    char name[32];
    const psa_key_id_t id = (psa_key_id_t)strtoul(*ids, NULL, 0);
    (void)snprintf(name, sizeof name, "key %" PRIu32, id);
    if (!print_slot(name, id)) return false;
  }
  return true;
}

int main(int count, char **words)
{
  static twin device;
  if (count < 2 || !twin_open(words[1], TWIN_LOOK, &device)) return 1;
  select_storage();
  const bool whole = print_roots() && print_slots(words + 2);
  twin_close(&device);
  if (!whole) (void)fprintf(stderr, "unseal: the device does not hold all that was asked for\n");
  return whole ? 0 : 1;
}
