/* What the device has before all attempts, and must still have after them. */
#include <string.h>

#include "hostile.h"
#include "mine.h"
#include "psa/internal_trusted_storage.h"

const uint8_t my_hash[PSA_HASH_LENGTH_SHA_256] = {0xBA, 0x78, 0x16, 0xBF, 0x8F, 0x01, 0xCF, 0xEA, 0x41, 0x41, 0x40,
                                                  0xDE, 0x5D, 0xAE, 0x22, 0x23, 0xB0, 0x03, 0x61, 0xA3, 0x96, 0x17,
                                                  0x7A, 0x9C, 0xB4, 0x10, 0xFF, 0x61, 0xF2, 0x00, 0x15, 0xAD};
static const char item[] = "kept through everything", once[] = "written once";

psa_key_attributes_t my_attributes(psa_key_id_t id)
{
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_id(&attributes, id);
  psa_set_key_lifetime(&attributes, PSA_KEY_LIFETIME_PERSISTENT);
  psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&attributes, 256);
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
  psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
  return attributes;
}

static void make_key(const attempt *self)
{
  const psa_key_attributes_t attributes = my_attributes(MY_KEY);
  psa_key_id_t key;
  (void)self;
  put_status(psa_generate_key(&attributes, &key));
}

static void store_items(const attempt *self)
{
  (void)self;
  put_status(psa_its_set(MY_ITEM, sizeof item, item, PSA_STORAGE_FLAG_NONE));
  put(", ");
  put_status(psa_its_set(MY_ITEM_ONCE, sizeof once, once, PSA_STORAGE_FLAG_WRITE_ONCE));
}

static void show_public_key(const attempt *self)
{
  uint8_t key[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE];
  size_t bytes;
  (void)self;
  put_status(psa_export_public_key(MY_KEY, key, sizeof key, &bytes));
  put(" ");
  put_bytes(key, (uint32_t)bytes);
}

static void sign(const attempt *self)
{
  uint8_t signature[PSA_SIGNATURE_MAX_SIZE];
  size_t bytes;
  (void)self;
  put_status(psa_sign_hash(MY_KEY, PSA_ALG_ECDSA(PSA_ALG_SHA_256), my_hash, sizeof my_hash, signature, sizeof signature,
                           &bytes));
  put(" ");
  put_bytes(signature, (uint32_t)bytes);
}

static bool item_is(psa_storage_uid_t uid, const char *text, size_t bytes)
{
  char now[32];
  size_t used;
  return psa_its_get(uid, 0, sizeof now, now, &used) == PSA_SUCCESS && used == bytes && memcmp(now, text, bytes) == 0;
}

static void look_at_items(const attempt *self)
{
  (void)self;
  put(item_is(MY_ITEM, item, sizeof item) ? "intact, " : "lost, ");
  put(item_is(MY_ITEM_ONCE, once, sizeof once) ? "intact" : "lost");
}

static void change_what_is_written_once(const attempt *self)
{
  (void)self;
  put_status(psa_its_set(MY_ITEM_ONCE, sizeof item, item, PSA_STORAGE_FLAG_NONE));
  put(", ");
  put_status(psa_its_remove(MY_ITEM_ONCE));
}

static const attempt first[] = {
  {.name = "start.key", .act = make_key},
  {.name = "start.items", .act = store_items},
  {.name = "start.public_key", .act = show_public_key},
  {.name = "start.sign", .act = sign},
};
const theme theme_start = THEME(first);

static const attempt last[] = {
  {.name = "end.write_once", .act = change_what_is_written_once},
  {.name = "end.items", .act = look_at_items},
  {.name = "end.public_key", .act = show_public_key},
  {.name = "end.sign", .act = sign},
};
const theme theme_end = THEME(last);
