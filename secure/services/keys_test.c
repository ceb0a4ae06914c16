#define OPENSSL_SUPPRESS_DEPRECATED /* EC_KEY is the shortest way to a second opinion */
#include "device_test_support.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include "hf_identity.h"
#include "p256.h"
#include "random.h"

#include "keys.c" /* with the layout of a slot */

static const uint8_t a_hash[PSA_HASH_LENGTH_SHA_256] = {0x48, 0x46};
#define POLICY PSA_ALG_ECDSA(PSA_ALG_SHA_256)

static int new_device(void **state)
{
  (void)state;
  host_noise_script(NULL, NULL);
  test_device_new();
  return 0;
}

static int free_device(void **state)
{
  (void)state;
  test_device_free();
  return 0;
}

static psa_key_attributes_t signing_key(psa_key_id_t id)
{
  psa_key_attributes_t a = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_id(&a, id);
  psa_set_key_type(&a, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&a, 256);
  psa_set_key_usage_flags(&a, PSA_KEY_USAGE_SIGN_HASH);
  psa_set_key_algorithm(&a, POLICY);
  return a;
}

static psa_status_t generate(psa_key_id_t id)
{
  const psa_key_attributes_t a = signing_key(id);
  psa_key_id_t made = 77;
  const psa_status_t status = keys_generate(&a, &made);
  assert_int_equal(made, status == PSA_SUCCESS ? id : PSA_KEY_ID_NULL);
  return status;
}

typedef struct public_point {
  uint8_t bytes[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE];
} public_point;

static public_point public_of(psa_key_id_t id)
{
  public_point point = {{0}};
  size_t used;
  assert_int_equal(keys_export_public(id, point.bytes, sizeof point.bytes, &used), PSA_SUCCESS);
  assert_int_equal(used, sizeof point.bytes);
  return point;
}

static bool openssl_verifies(const public_point *point, const uint8_t *hash, const uint8_t *signature)
{
  EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
  assert_int_equal(EC_KEY_oct2key(key, point->bytes, sizeof point->bytes, NULL), 1);
  ECDSA_SIG *pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, BN_bin2bn(signature, 32, NULL), BN_bin2bn(signature + 32, 32, NULL));
  const bool good = ECDSA_do_verify(hash, PSA_HASH_LENGTH_SHA_256, pair, key) == 1;
  ECDSA_SIG_free(pair);
  EC_KEY_free(key);
  return good;
}

static void assert_signs(psa_key_id_t id)
{
  uint8_t signature[PSA_SIGNATURE_MAX_SIZE];
  size_t used;
  const public_point point = public_of(id);
  assert_int_equal(keys_sign_hash(id, POLICY, a_hash, sizeof a_hash, signature, sizeof signature, &used), PSA_SUCCESS);
  assert_int_equal(used, sizeof signature);
  assert_true(openssl_verifies(&point, a_hash, signature));
}

static psa_status_t sign(psa_key_id_t id)
{
  uint8_t signature[PSA_SIGNATURE_MAX_SIZE];
  size_t used = 1;
  const psa_status_t status = keys_sign_hash(id, POLICY, a_hash, sizeof a_hash, signature, sizeof signature, &used);
  assert_int_equal(used, status == PSA_SUCCESS ? sizeof signature : 0);
  return status;
}

/* No call knows a key of that id. */
static void assert_unknown(psa_key_id_t id)
{
  uint8_t out[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE];
  size_t used = 1;
  psa_key_attributes_t a = signing_key(1);
  assert_int_equal(keys_get_attributes(id, &a), PSA_ERROR_INVALID_HANDLE);
  assert_int_equal(a.type, PSA_KEY_TYPE_NONE);
  assert_int_equal(keys_export(id), PSA_ERROR_INVALID_HANDLE);
  assert_int_equal(keys_export_public(id, out, sizeof out, &used), PSA_ERROR_INVALID_HANDLE);
  assert_int_equal(used, 0);
  assert_int_equal(sign(id), PSA_ERROR_INVALID_HANDLE);
}

/* ---- Making keys ---- */

static void makes_keys_that_sign(void **state)
{
  (void)state;
  static const psa_key_id_t ids[] = {PSA_KEY_ID_USER_MIN, 2, 0x12345678, PSA_KEY_ID_USER_MAX};
  for (unsigned i = 0; i < 4; i++) assert_int_equal(generate(ids[i]), PSA_SUCCESS);
  for (unsigned i = 0; i < 4; i++) {
    psa_key_attributes_t a;
    const psa_key_attributes_t expected = signing_key(ids[i]);
    assert_signs(ids[i]);
    assert_int_equal(keys_get_attributes(ids[i], &a), PSA_SUCCESS);
    assert_memory_equal(&a, &expected, sizeof a);
  }
  const public_point one = public_of(ids[0]), other = public_of(ids[1]);
  assert_memory_not_equal(&one, &other, sizeof one);
}

static void keeps_the_right_to_verify(void **state)
{
  (void)state;
  psa_key_attributes_t a = signing_key(5), kept;
  psa_key_id_t id;
  psa_set_key_usage_flags(&a, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH);
  assert_int_equal(keys_generate(&a, &id), PSA_SUCCESS);
  assert_int_equal(keys_get_attributes(id, &kept), PSA_SUCCESS);
  assert_int_equal(kept.usage, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH);
}

static const struct {
  const char *what;
  psa_key_attributes_t attributes;
  psa_status_t status;
} refused[] = {
#define KEY(type, bits, lifetime, id, usage, alg) \
  {                                               \
    type, bits, lifetime, id, usage, alg          \
  }
  {"no attributes", {0}, PSA_ERROR_INVALID_ARGUMENT},
  {"id 0", KEY(0x7112, 256, 1, 0, 0x1000, POLICY), PSA_ERROR_INVALID_ARGUMENT},
  {"first id beyond", KEY(0x7112, 256, 1, 0x40000000, 0x1000, POLICY), PSA_ERROR_INVALID_ARGUMENT},
  {"the device's own", KEY(0x7112, 256, 1, HF_KEY_DEVICE_IDENTITY, 0x1000, POLICY), PSA_ERROR_INVALID_ARGUMENT},
  {"last id", KEY(0x7112, 256, 1, 0xffffffff, 0x1000, POLICY), PSA_ERROR_INVALID_ARGUMENT},
  {"export", KEY(0x7112, 256, 1, 9, 0x1001, POLICY), PSA_ERROR_NOT_PERMITTED},
  {"copy", KEY(0x7112, 256, 1, 9, 0x1002, POLICY), PSA_ERROR_NOT_PERMITTED},
  {"only export", KEY(0x7112, 256, 1, 9, 0x0001, POLICY), PSA_ERROR_NOT_PERMITTED},
  {"no usage", KEY(0x7112, 256, 1, 9, 0, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"only verify", KEY(0x7112, 256, 1, 9, 0x2000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"sign message", KEY(0x7112, 256, 1, 9, 0x1400, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"derive", KEY(0x7112, 256, 1, 9, 0x5000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"highest usage bit", KEY(0x7112, 256, 1, 9, 0x80001000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"public key", KEY(0x4112, 256, 1, 9, 0x1000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"another curve", KEY(0x7117, 256, 1, 9, 0x1000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"no type", KEY(0, 256, 1, 9, 0x1000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"384 bits", KEY(0x7112, 384, 1, 9, 0x1000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"0 bits", KEY(0x7112, 0, 1, 9, 0x1000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"volatile", KEY(0x7112, 256, 0, 9, 0x1000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"read-only", KEY(0x7112, 256, 0xff, 9, 0x1000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"another location", KEY(0x7112, 256, 0x101, 9, 0x1000, POLICY), PSA_ERROR_NOT_SUPPORTED},
  {"no algorithm", KEY(0x7112, 256, 1, 9, 0x1000, PSA_ALG_NONE), PSA_ERROR_NOT_SUPPORTED},
  {"deterministic", KEY(0x7112, 256, 1, 9, 0x1000, 0x06000709), PSA_ERROR_NOT_SUPPORTED},
  {"any hash", KEY(0x7112, 256, 1, 9, 0x1000, 0x060006ff), PSA_ERROR_NOT_SUPPORTED},
#undef KEY
};

static void refuses_what_it_does_not_support(void **state)
{
  (void)state;
  for (unsigned i = 0; i < sizeof refused / sizeof *refused; i++) {
    psa_key_id_t id = 77;
    if (keys_generate(&refused[i].attributes, &id) != refused[i].status) fail_msg("%s", refused[i].what);
    assert_int_equal(id, PSA_KEY_ID_NULL);
  }
  assert_unknown(9);
  assert_int_equal(storage_count(STORAGE_SECURE, 0, UINT64_MAX), 0);
}

static void never_replaces_a_key(void **state)
{
  (void)state;
  assert_int_equal(generate(3), PSA_SUCCESS);
  const public_point before = public_of(3);
  assert_int_equal(generate(3), PSA_ERROR_ALREADY_EXISTS);
  const public_point after = public_of(3);
  assert_memory_equal(&before, &after, sizeof before);
}

static void has_room_for_as_many_keys_as_it_says_and_the_devices_own(void **state)
{
  (void)state;
  for (psa_key_id_t id = 1; id <= KEYS_MAX; id++) assert_int_equal(generate(id), PSA_SUCCESS);
  assert_int_equal(generate(100), PSA_ERROR_INSUFFICIENT_STORAGE);
  assert_int_equal(keys_make_identity(), PSA_SUCCESS);
  assert_int_equal(generate(100), PSA_ERROR_INSUFFICIENT_STORAGE);
  assert_int_equal(keys_destroy(1), PSA_SUCCESS);
  assert_int_equal(generate(100), PSA_SUCCESS);
  assert_signs(100);
  assert_signs(KEYS_MAX);
}

static void keeps_keys_over_a_restart(void **state)
{
  (void)state;
  assert_int_equal(generate(3), PSA_SUCCESS);
  assert_int_equal(keys_make_identity(), PSA_SUCCESS);
  const public_point before = public_of(3), own = public_of(HF_KEY_DEVICE_IDENTITY);
  assert_int_equal(storage_mount(), PSA_SUCCESS);
  const public_point after = public_of(3), own_after = public_of(HF_KEY_DEVICE_IDENTITY);
  assert_memory_equal(&before, &after, sizeof before);
  assert_memory_equal(&own, &own_after, sizeof own);
  assert_signs(3);
  assert_signs(HF_KEY_DEVICE_IDENTITY);
}

/* ---- The device's own key ---- */

static void makes_the_devices_own_key_once(void **state)
{
  (void)state;
  assert_unknown(HF_KEY_DEVICE_IDENTITY);
  assert_int_equal(keys_make_identity(), PSA_SUCCESS);
  const public_point before = public_of(HF_KEY_DEVICE_IDENTITY);
  assert_int_equal(keys_make_identity(), PSA_SUCCESS);
  const public_point after = public_of(HF_KEY_DEVICE_IDENTITY);
  assert_memory_equal(&before, &after, sizeof before);
  assert_signs(HF_KEY_DEVICE_IDENTITY);
}

static void keeps_the_devices_own_key_from_everybody(void **state)
{
  (void)state;
  psa_key_attributes_t a;
  assert_int_equal(keys_make_identity(), PSA_SUCCESS);
  assert_int_equal(keys_get_attributes(HF_KEY_DEVICE_IDENTITY, &a), PSA_SUCCESS);
  assert_int_equal(a.lifetime, PSA_KEY_PERSISTENCE_READ_ONLY);
  assert_int_equal(a.usage, PSA_KEY_USAGE_SIGN_HASH);
  assert_int_equal(keys_destroy(HF_KEY_DEVICE_IDENTITY), PSA_ERROR_NOT_PERMITTED);
  assert_int_equal(keys_export(HF_KEY_DEVICE_IDENTITY), PSA_ERROR_NOT_PERMITTED);
  assert_int_equal(storage_remove(STORAGE_SECURE, HF_KEY_DEVICE_IDENTITY), PSA_ERROR_NOT_PERMITTED); /* second line */
  assert_signs(HF_KEY_DEVICE_IDENTITY);
}

/* ---- Destroying and exporting ---- */

static void forgets_a_destroyed_key(void **state)
{
  (void)state;
  assert_int_equal(generate(3), PSA_SUCCESS);
  assert_int_equal(generate(4), PSA_SUCCESS);
  const public_point before = public_of(3);
  assert_int_equal(keys_destroy(3), PSA_SUCCESS);
  assert_unknown(3);
  assert_int_equal(keys_destroy(3), PSA_ERROR_INVALID_HANDLE);
  assert_signs(4);
  assert_int_equal(generate(3), PSA_SUCCESS);
  const public_point after = public_of(3);
  assert_memory_not_equal(&before, &after, sizeof before);
}

static void destroys_nothing_else(void **state)
{
  (void)state;
  assert_int_equal(keys_destroy(PSA_KEY_ID_NULL), PSA_SUCCESS);
  assert_int_equal(keys_destroy(1), PSA_ERROR_INVALID_HANDLE);
  assert_int_equal(keys_destroy(HF_KEY_DEVICE_IDENTITY), PSA_ERROR_NOT_PERMITTED);
  assert_int_equal(keys_destroy(HF_KEY_DEVICE_IDENTITY + 1), PSA_ERROR_INVALID_HANDLE);
  assert_int_equal(keys_destroy(0xffffffff), PSA_ERROR_INVALID_HANDLE);
}

/* What is no key, though it lies where keys do and looks like one. */
static void knows_no_key_beyond_its_ids(void **state)
{
  (void)state;
  static const psa_key_id_t ids[] = {0x40000000, HF_KEY_DEVICE_IDENTITY + 1, 0x7fffffff, 0x80000000, 0xffffffff};
  key_slot slot;
  assert_int_equal(generate(1), PSA_SUCCESS);
  assert_int_equal(slot_read(1, 0, &slot, sizeof slot), PSA_SUCCESS);
  for (unsigned i = 0; i < sizeof ids / sizeof *ids; i++) {
    slot.face.attributes.id = ids[i];
    assert_int_equal(storage_set(STORAGE_SECURE, ids[i], &slot, sizeof slot, PSA_STORAGE_FLAG_NONE), PSA_SUCCESS);
    assert_unknown(ids[i]);
    assert_int_equal(keys_destroy(ids[i]), PSA_ERROR_INVALID_HANDLE);
  }
  assert_unknown(0);
}

static void never_exports_a_private_key(void **state)
{
  (void)state;
  assert_int_equal(generate(3), PSA_SUCCESS);
  assert_int_equal(keys_export(3), PSA_ERROR_NOT_PERMITTED);
  assert_int_equal(keys_export(4), PSA_ERROR_INVALID_HANDLE);
}

static void exports_the_public_key_only_into_enough_room(void **state)
{
  (void)state;
  assert_int_equal(generate(3), PSA_SUCCESS);
  for (size_t bytes = 0; bytes <= PSA_EXPORT_PUBLIC_KEY_MAX_SIZE; bytes++) {
    uint8_t *out = malloc(bytes ? bytes : 1);
    assert_non_null(out);
    size_t used = 1;
    const bool fits = bytes == PSA_EXPORT_PUBLIC_KEY_MAX_SIZE;
    assert_int_equal(keys_export_public(3, out, bytes, &used), fits ? PSA_SUCCESS : PSA_ERROR_BUFFER_TOO_SMALL);
    assert_int_equal(used, fits ? bytes : 0);
    free(out);
  }
}

/* ---- Signing ---- */

static void signs_by_no_other_policy(void **state)
{
  (void)state;
  static const psa_algorithm_t others[] = {
    PSA_ALG_NONE,     PSA_ALG_SHA_256,     PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256),
    PSA_ALG_ECDSA(0), PSA_ALG_ECDSA(0xff), 0x0600060a};
  uint8_t signature[PSA_SIGNATURE_MAX_SIZE];
  size_t used = 1;
  assert_int_equal(generate(3), PSA_SUCCESS);
  for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
    assert_int_equal(keys_sign_hash(3, others[i], a_hash, sizeof a_hash, signature, sizeof signature, &used),
                     PSA_ERROR_NOT_PERMITTED);
  assert_int_equal(used, 0);
}

static void signs_only_hashes_of_32_bytes_into_64(void **state)
{
  (void)state;
  uint8_t hash[70] = {1}, signature[PSA_SIGNATURE_MAX_SIZE];
  size_t used;
  assert_int_equal(generate(3), PSA_SUCCESS);
  for (size_t bytes = 0; bytes <= sizeof hash; bytes++) {
    if (bytes == 32) continue;
    assert_int_equal(keys_sign_hash(3, POLICY, hash, bytes, signature, sizeof signature, &used),
                     PSA_ERROR_INVALID_ARGUMENT);
  }
  for (size_t bytes = 0; bytes < sizeof signature; bytes++) {
    uint8_t *out = malloc(bytes ? bytes : 1);
    assert_int_equal(keys_sign_hash(3, POLICY, hash, 32, out, bytes, &used), PSA_ERROR_BUFFER_TOO_SMALL);
    assert_int_equal(used, 0);
    free(out);
  }
}

/* ---- Slots that are not sound ---- */

typedef void (*slot_change)(key_slot *slot);

static void other_version(key_slot *slot)
{
  slot->face.version++;
}
static void other_id(key_slot *slot)
{
  slot->face.attributes.id++;
}
static void other_type(key_slot *slot)
{
  slot->face.attributes.type = PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1);
}
static void other_usage(key_slot *slot)
{
  slot->face.attributes.usage |= PSA_KEY_USAGE_EXPORT;
}
static void other_lifetime(key_slot *slot)
{
  slot->face.attributes.lifetime = PSA_KEY_PERSISTENCE_READ_ONLY;
}
static void other_algorithm(key_slot *slot)
{
  slot->face.attributes.algorithm = PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256);
}

static void refuses_slots_it_did_not_write(void **state)
{
  (void)state;
  static const slot_change changes[] = {other_version, other_id,       other_type,
                                        other_usage,   other_lifetime, other_algorithm};
  key_slot good, slot;
  psa_key_attributes_t a;
  assert_int_equal(generate(3), PSA_SUCCESS);
  assert_int_equal(slot_read(3, 0, &good, sizeof good), PSA_SUCCESS);
  for (unsigned i = 0; i < sizeof changes / sizeof *changes; i++) {
    slot = good;
    changes[i](&slot);
    assert_int_equal(storage_set(STORAGE_SECURE, 3, &slot, sizeof slot, PSA_STORAGE_FLAG_NONE), PSA_SUCCESS);
    assert_int_equal(keys_get_attributes(3, &a), PSA_ERROR_DATA_CORRUPT);
    assert_int_equal(sign(3), PSA_ERROR_DATA_CORRUPT);
    assert_int_equal(keys_export(3), PSA_ERROR_NOT_PERMITTED);
  }
  assert_int_equal(keys_destroy(3), PSA_SUCCESS);
}

static void refuses_slots_of_another_size(void **state)
{
  (void)state;
  uint8_t slot[sizeof(key_slot) + 1] = {0};
  assert_int_equal(generate(3), PSA_SUCCESS);
  assert_int_equal(slot_read(3, 0, slot, sizeof(key_slot)), PSA_SUCCESS);
  for (size_t bytes = 0; bytes <= sizeof slot; bytes++) {
    if (bytes == sizeof(key_slot)) continue;
    assert_int_equal(storage_set(STORAGE_SECURE, 3, slot, bytes, PSA_STORAGE_FLAG_NONE), PSA_SUCCESS);
    assert_int_equal(sign(3), PSA_ERROR_DATA_CORRUPT);
    assert_int_equal(generate(3), PSA_ERROR_DATA_CORRUPT);
  }
}

static void gives_nothing_out_when_private_and_public_half_do_not_fit(void **state)
{
  (void)state;
  static const uint8_t zeros[PSA_SIGNATURE_MAX_SIZE];
  uint8_t signature[PSA_SIGNATURE_MAX_SIZE];
  size_t used;
  key_slot slot;
  assert_int_equal(generate(3), PSA_SUCCESS);
  assert_int_equal(slot_read(3, 0, &slot, sizeof slot), PSA_SUCCESS);
  slot.private_key[31] ^= 1;
  assert_int_equal(storage_set(STORAGE_SECURE, 3, &slot, sizeof slot, PSA_STORAGE_FLAG_NONE), PSA_SUCCESS);
  assert_int_equal(keys_sign_hash(3, POLICY, a_hash, sizeof a_hash, signature, sizeof signature, &used),
                   PSA_ERROR_CORRUPTION_DETECTED);
  assert_memory_equal(signature, zeros, sizeof zeros);
  assert_int_equal(used, 0);
}

/* ---- Nothing stays in memory ---- */

extern char __data_start[], _end[]; /* the linker's: initialised and other static data of the whole program */

/* Byte by byte, between the variables, too, where ASan would object. */
__attribute__((no_sanitize("address"))) static bool static_memory_holds(const uint8_t *bytes, size_t count)
{
  const uintptr_t end = (uintptr_t)_end;
  for (const volatile char *at = __data_start; end - (uintptr_t)at >= count; at++) {
    size_t same = 0;
    while (same < count && (uint8_t)at[same] == bytes[same]) same++;
    if (same == count) return true;
  }
  return false;
}

/* Any word of it in either byte order: p256-m turns numbers around. */
static bool static_memory_holds_part_of(const uint8_t private_key[P256_BYTES])
{
  for (unsigned at = 0; at < P256_BYTES; at += 8) {
    uint8_t turned[8];
    for (unsigned i = 0; i < 8; i++) turned[i] = private_key[at + 7 - i];
    if (static_memory_holds(private_key + at, 8) || static_memory_holds(turned, 8)) return true;
  }
  return false;
}

static uint8_t kept_by_mistake[64];

static void leaves_no_private_key_in_static_memory(void **state)
{
  (void)state;
  static const psa_key_id_t ids[] = {3, HF_KEY_DEVICE_IDENTITY};
  assert_int_equal(generate(3), PSA_SUCCESS);
  assert_int_equal(keys_make_identity(), PSA_SUCCESS);
  for (unsigned i = 0; i < 2; i++) {
    key_slot *slot = malloc(sizeof *slot);
    assert_int_equal(slot_read(ids[i], 0, slot, sizeof *slot), PSA_SUCCESS);
    assert_false(static_memory_holds_part_of(slot->private_key));
    assert_signs(ids[i]);
    assert_false(static_memory_holds_part_of(slot->private_key));
    memcpy(kept_by_mistake + 5, slot->private_key + 8, 8);    /* would it be found? */
    __asm__ volatile("" : : "r"(kept_by_mistake) : "memory"); /* no compiler may leave it out */
    assert_true(static_memory_holds_part_of(slot->private_key));
    memset(kept_by_mistake, 0, sizeof kept_by_mistake);
    free(slot);
  }
}

/* ---- A noise source that breaks: the last tests, it stays broken ---- */

static bool silent(void *context, uint8_t *byte)
{
  (void)context;
  (void)byte;
  return false;
}

static void makes_no_key_while_the_source_is_silent_but_signs(void **state)
{
  (void)state;
  assert_int_equal(generate(3), PSA_SUCCESS);
  host_noise_script(silent, NULL);
  assert_int_equal(generate(4), PSA_ERROR_INSUFFICIENT_ENTROPY);
  assert_int_equal(keys_make_identity(), PSA_ERROR_INSUFFICIENT_ENTROPY);
  assert_unknown(4);
  assert_unknown(HF_KEY_DEVICE_IDENTITY);
  assert_signs(3);
  host_noise_script(NULL, NULL);
  assert_int_equal(generate(4), PSA_SUCCESS);
}

static void makes_no_key_after_the_source_failed_its_tests_but_signs(void **state)
{
  (void)state;
  assert_int_equal(generate(3), PSA_SUCCESS);
  host_noise_script(test_noise_stuck, NULL);
  assert_int_equal(generate(4), PSA_ERROR_INSUFFICIENT_ENTROPY);
  host_noise_script(NULL, NULL);
  assert_int_equal(generate(4), PSA_ERROR_INSUFFICIENT_ENTROPY);
  assert_unknown(4);
  assert_signs(3);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(makes_keys_that_sign, new_device, free_device),
    cmocka_unit_test_setup_teardown(keeps_the_right_to_verify, new_device, free_device),
    cmocka_unit_test_setup_teardown(refuses_what_it_does_not_support, new_device, free_device),
    cmocka_unit_test_setup_teardown(never_replaces_a_key, new_device, free_device),
    cmocka_unit_test_setup_teardown(has_room_for_as_many_keys_as_it_says_and_the_devices_own, new_device, free_device),
    cmocka_unit_test_setup_teardown(keeps_keys_over_a_restart, new_device, free_device),
    cmocka_unit_test_setup_teardown(makes_the_devices_own_key_once, new_device, free_device),
    cmocka_unit_test_setup_teardown(keeps_the_devices_own_key_from_everybody, new_device, free_device),
    cmocka_unit_test_setup_teardown(forgets_a_destroyed_key, new_device, free_device),
    cmocka_unit_test_setup_teardown(destroys_nothing_else, new_device, free_device),
    cmocka_unit_test_setup_teardown(knows_no_key_beyond_its_ids, new_device, free_device),
    cmocka_unit_test_setup_teardown(never_exports_a_private_key, new_device, free_device),
    cmocka_unit_test_setup_teardown(exports_the_public_key_only_into_enough_room, new_device, free_device),
    cmocka_unit_test_setup_teardown(signs_by_no_other_policy, new_device, free_device),
    cmocka_unit_test_setup_teardown(signs_only_hashes_of_32_bytes_into_64, new_device, free_device),
    cmocka_unit_test_setup_teardown(refuses_slots_it_did_not_write, new_device, free_device),
    cmocka_unit_test_setup_teardown(refuses_slots_of_another_size, new_device, free_device),
    cmocka_unit_test_setup_teardown(gives_nothing_out_when_private_and_public_half_do_not_fit, new_device, free_device),
    cmocka_unit_test_setup_teardown(leaves_no_private_key_in_static_memory, new_device, free_device),
    cmocka_unit_test_setup_teardown(makes_no_key_while_the_source_is_silent_but_signs, new_device, free_device),
    cmocka_unit_test_setup_teardown(makes_no_key_after_the_source_failed_its_tests_but_signs, new_device, free_device),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
