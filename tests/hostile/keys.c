/* Getting at keys, at what belongs to the secure world's owner of storage, and at the running firmware, by asking
 * for it. */
#include <string.h>

#include "hf_device.h"
#include "hf_identity.h"
#include "hostile.h"
#include "mine.h"
#include "psa/internal_trusted_storage.h"
#include "psa/update.h"

#define OTHER_KEY ((psa_key_id_t)0x00BADBAD)

static uint8_t bytes[PSA_FWU_MAX_WRITE_SIZE];

/* value: which key. */
static void export_key(const attempt *self)
{
  size_t used = 0;
  memset(bytes, 0, 64);
  put_status(psa_export_key(self->value, bytes, sizeof bytes, &used));
  put(", gave ");
  put_number((uint32_t)used);
}

/* value: usage flags. */
static void make_key_for(const attempt *self)
{
  psa_key_attributes_t attributes = my_attributes(OTHER_KEY);
  psa_key_id_t key;
  size_t used = 0;
  psa_set_key_usage_flags(&attributes, self->value);
  put_status(psa_generate_key(&attributes, &key));
  put(", export: ");
  put_status(psa_export_key(OTHER_KEY, bytes, sizeof bytes, &used));
  if (psa_destroy_key(OTHER_KEY) == PSA_SUCCESS) put(", destroyed");
}

/* value: id. */
static void make_key_as(const attempt *self)
{
  const psa_key_attributes_t attributes = my_attributes(self->value);
  psa_key_id_t key;
  put_status(psa_generate_key(&attributes, &key));
}

static void make_read_only_key(const attempt *self)
{
  psa_key_attributes_t attributes = my_attributes(OTHER_KEY);
  psa_key_id_t key;
  psa_set_key_lifetime(&attributes, self->value);
  put_status(psa_generate_key(&attributes, &key));
}

static void destroy_key(const attempt *self)
{
  put_status(psa_destroy_key(self->value));
}

/* value: algorithm. */
static void sign_with(const attempt *self)
{
  size_t used;
  put_status(psa_sign_hash(MY_KEY, self->value, my_hash, sizeof my_hash, bytes, sizeof bytes, &used));
}

/* value: bytes of the hash. */
static void sign_short_hash(const attempt *self)
{
  size_t used;
  put_status(psa_sign_hash(MY_KEY, PSA_ALG_ECDSA(PSA_ALG_SHA_256), my_hash, self->value, bytes, sizeof bytes, &used));
}

/* The key slot, as an item of storage. value: its id. */
static void read_as_item(const attempt *self)
{
  size_t used = 0;
  put_status(psa_its_get(self->value, 0, sizeof my_hash, bytes, &used));
  put(", gave ");
  put_number((uint32_t)used);
}

static void remove_as_item(const attempt *self)
{
  put_status(psa_its_remove(self->value));
}

static void replace_as_item(const attempt *self)
{
  size_t used = 0;
  put_status(psa_its_set(self->value, 8, "replaced", PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION));
  put(", key: ");
  put_status(psa_export_public_key(MY_KEY, bytes, sizeof bytes, &used));
  put(", ");
  put_status(psa_its_remove(self->value));
}

static void read_beyond_item(const attempt *self)
{
  size_t used = 0;
  put_status(psa_its_get(MY_ITEM, self->value, 16, bytes, &used));
  put(", gave ");
  put_number((uint32_t)used);
}

static void begin_storage_anew(const attempt *self)
{
  (void)self;
  put_status(hf_storage_reset());
}

/* ---- The running firmware ---- */

/* Writes all over what is offered as staging; the test compares the running slot. */
static void write_all_over(const attempt *self)
{
  uint32_t taken = 0;
  (void)self;
  memset(bytes, 0xA5, sizeof bytes);
  put_status(psa_fwu_start(HF_FWU_FIRMWARE, NULL, 0));
  for (uint32_t offset = 0; offset < 4u * BOARD_FLASH_SLOT_BYTES; offset += BOARD_FLASH_SLOT_BYTES / 16u)
    if (psa_fwu_write(HF_FWU_FIRMWARE, offset, bytes, 16) == PSA_SUCCESS) taken++;
  put(", ");
  put_number(taken);
  put(" of 64 taken");
}

/* value: offset. */
static void write_at(const attempt *self)
{
  put_status(psa_fwu_write(HF_FWU_FIRMWARE, self->value, bytes, 16));
}

/* value: component. */
static void other_component(const attempt *self)
{
  put_status(psa_fwu_start((psa_fwu_component_t)self->value, NULL, 0));
}

static void finish_nonsense(const attempt *self)
{
  (void)self;
  put_status(psa_fwu_finish(HF_FWU_FIRMWARE));
  put(", ");
  put_status(psa_fwu_install());
  put(", ");
  put_status(psa_fwu_accept());
}

static void give_up_update(const attempt *self)
{
  (void)self;
  put_status(psa_fwu_cancel(HF_FWU_FIRMWARE));
  put(", ");
  put_status(psa_fwu_clean(HF_FWU_FIRMWARE));
}

static const attempt attempts[] = {
  {.name = "keys.export_own", .act = export_key, .value = MY_KEY},
  {.name = "keys.export_identity", .act = export_key, .value = HF_KEY_DEVICE_IDENTITY},
  {.name = "keys.export_null", .act = export_key, .value = PSA_KEY_ID_NULL},
  {.name = "keys.make_exportable", .act = make_key_for, .value = PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_EXPORT},
  {.name = "keys.make_copyable", .act = make_key_for, .value = PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_COPY},
  {.name = "keys.make_over_own", .act = make_key_as, .value = MY_KEY},
  {.name = "keys.make_identity", .act = make_key_as, .value = HF_KEY_DEVICE_IDENTITY},
  {.name = "keys.make_null", .act = make_key_as, .value = PSA_KEY_ID_NULL},
  {.name = "keys.make_beyond", .act = make_key_as, .value = PSA_KEY_ID_VENDOR_MAX + 1u},
  {.name = "keys.make_volatile", .act = make_read_only_key, .value = PSA_KEY_LIFETIME_VOLATILE},
  {.name = "keys.make_elsewhere", .act = make_read_only_key, .value = 0x80000001u},
  {.name = "keys.destroy_identity", .act = destroy_key, .value = HF_KEY_DEVICE_IDENTITY},
  {.name = "keys.sign_with_no_algorithm", .act = sign_with, .value = PSA_ALG_NONE},
  {.name = "keys.sign_deterministic", .act = sign_with, .value = PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256)},
  {.name = "keys.sign_no_hash", .act = sign_short_hash, .value = 0},
  {.name = "keys.sign_short_hash", .act = sign_short_hash, .value = 31},
  {.name = "keys.read_own_as_item", .act = read_as_item, .value = MY_KEY},
  {.name = "keys.read_identity_as_item", .act = read_as_item, .value = HF_KEY_DEVICE_IDENTITY},
  {.name = "keys.remove_own_as_item", .act = remove_as_item, .value = MY_KEY},
  {.name = "keys.replace_own_as_item", .act = replace_as_item, .value = MY_KEY},
  {.name = "keys.read_behind_item", .act = read_beyond_item, .value = 1000},
  {.name = "keys.read_far_behind_item", .act = read_beyond_item, .value = 0xFFFFFFF8u},
  {.name = "keys.storage_anew", .act = begin_storage_anew},
  {.name = "keys.loader_as_component", .act = other_component, .value = 1},
  {.name = "keys.component_255", .act = other_component, .value = 255},
  {.name = "keys.write_all_over", .act = write_all_over},
  {.name = "keys.write_behind_staging", .act = write_at, .value = BOARD_FLASH_SLOT_BYTES},
  {.name = "keys.write_into_the_other_slot", .act = write_at, .value = 0u - BOARD_FLASH_SLOT_BYTES},
  {.name = "keys.write_wraps", .act = write_at, .value = 0xFFFFFFF0u},
  {.name = "keys.finish_nonsense", .act = finish_nonsense},
  {.name = "keys.give_up_update", .act = give_up_update},
};
const theme theme_keys = THEME(attempts);
