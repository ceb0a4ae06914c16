#define _GNU_SOURCE /* memmem */
#include "device_test_support.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "identity.h"
#include "keys.h"
#include "storage.h"

static const char NAME[] = "Sensor:01_a-Z";
#define NAME_BYTES (sizeof NAME - 1)

static int new_device(void **state)
{
  (void)state;
  host_noise_script(NULL, NULL);
  host_cut_disarm();
  test_device_new();
  return 0;
}

static int free_device(void **state)
{
  (void)state;
  test_device_free();
  return 0;
}

typedef struct public_point {
  uint8_t bytes[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE];
} public_point;

static public_point device_key(void)
{
  public_point point;
  size_t used;
  assert_int_equal(keys_export_public(HF_KEY_DEVICE_IDENTITY, point.bytes, sizeof point.bytes, &used), PSA_SUCCESS);
  return point;
}

static void assert_stored(uint64_t uid, const void *data, size_t bytes)
{
  uint8_t found[HF_CERTIFICATE_MAX];
  size_t used;
  assert_int_equal(storage_get(STORAGE_NONSECURE, uid, 0, found, sizeof found, &used), PSA_SUCCESS);
  assert_int_equal(used, bytes);
  assert_memory_equal(found, data, bytes);
}

static bool is_there(uint64_t uid)
{
  struct psa_storage_info_t info;
  return storage_get_info(STORAGE_NONSECURE, uid, &info) == PSA_SUCCESS;
}

/* ---- Certificates, by OpenSSL ---- */

typedef struct certificate {
  uint8_t der[HF_CERTIFICATE_MAX];
  size_t bytes;
} certificate;

static EVP_PKEY *key_of(const public_point *point)
{
  EVP_PKEY *key = EVP_EC_gen("P-256"); /* for its curve */
  assert_int_equal(EVP_PKEY_set1_encoded_public_key(key, point->bytes, sizeof point->bytes), 1);
  return key;
}

/* Of a CA of its own, with that name as its subject. */
static certificate certify(EVP_PKEY *key, const char *subject)
{
  certificate made;
  uint8_t *at = made.der;
  EVP_PKEY *ca = EVP_EC_gen("P-256");
  X509 *x = X509_new();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 4711);
  X509_gmtime_adj(X509_getm_notBefore(x), 0);
  X509_gmtime_adj(X509_getm_notAfter(x), 86400);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const uint8_t *)subject, -1, -1, 0);
  X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_ASC, (const uint8_t *)"factory", -1, -1, 0);
  X509_set_pubkey(x, key);
  assert_true(X509_sign(x, ca, EVP_sha256()) > 0);
  assert_true(i2d_X509(x, NULL) <= (int)sizeof made.der);
  made.bytes = (size_t)i2d_X509(x, &at);
  X509_free(x);
  EVP_PKEY_free(ca);
  return made;
}

static certificate certificate_of(const public_point *point)
{
  EVP_PKEY *key = key_of(point);
  const certificate made = certify(key, NAME);
  EVP_PKEY_free(key);
  return made;
}

static void begin(void)
{
  assert_int_equal(identity_begin(NAME, NAME_BYTES), PSA_SUCCESS);
}

/* ---- Name and key ---- */

static void takes_every_character_of_a_thing_name_and_no_other(void **state)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-";
  (void)state;
  for (unsigned c = 0; c < 256; c++) {
    if (c != 0 && strchr(allowed, (int)c)) continue;
    const char name[3] = {'a', (char)c, 'b'};
    for (size_t from = 0; from < 2; from++)
      assert_int_equal(identity_begin(name + from, 2), PSA_ERROR_INVALID_ARGUMENT);
  }
  assert_int_equal(identity_begin(allowed, sizeof allowed - 1), PSA_SUCCESS);
  assert_stored(HF_UID_THING_NAME, allowed, sizeof allowed - 1);
}

static void takes_names_of_1_and_of_128_characters(void **state)
{
  char name[HF_THING_NAME_MAX + 1], found[HF_THING_NAME_MAX];
  memset(name, 'x', sizeof name);
  assert_int_equal(identity_begin(name, 0), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(identity_begin(name, sizeof name), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(identity_name(found), 0);
  assert_int_equal(identity_begin(name, HF_THING_NAME_MAX), PSA_SUCCESS);
  assert_int_equal(identity_name(found), HF_THING_NAME_MAX);
  assert_memory_equal(found, name, HF_THING_NAME_MAX);
  free_device(state);
  new_device(state);
  assert_int_equal(identity_begin(name, 1), PSA_SUCCESS);
  assert_int_equal(identity_name(found), 1);
}

static void a_refused_name_makes_no_key(void **state)
{
  (void)state;
  assert_int_equal(identity_begin("not valid", 9), PSA_ERROR_INVALID_ARGUMENT);
  assert_false(is_there(HF_UID_THING_NAME));
  assert_int_equal(keys_export(HF_KEY_DEVICE_IDENTITY), PSA_ERROR_INVALID_HANDLE);
}

static void the_same_name_again_keeps_the_key(void **state)
{
  (void)state;
  begin();
  const public_point first = device_key();
  host_cut_disarm();
  for (unsigned i = 0; i < 3; i++) begin();
  assert_int_equal(host_operations(), 0);
  assert_int_equal(storage_mount(), PSA_SUCCESS);
  begin();
  const public_point again = device_key();
  assert_memory_equal(&again, &first, sizeof first);
}

static void another_name_is_refused_and_changes_nothing(void **state)
{
  (void)state;
  begin();
  const public_point first = device_key();
  static const char *const others[] = {"Sensor:01_a-z", "Sensor:01_a-", "Sensor:01_a-ZZ", "S"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    assert_int_equal(identity_begin(others[i], strlen(others[i])), PSA_ERROR_ALREADY_EXISTS);
  assert_stored(HF_UID_THING_NAME, NAME, NAME_BYTES);
  const public_point again = device_key();
  assert_memory_equal(&again, &first, sizeof first);
}

/* The comparison goes piece by piece: a difference anywhere counts. */
static void a_long_name_that_differs_anywhere_is_another_one(void **state)
{
  (void)state;
  char name[HF_THING_NAME_MAX];
  memset(name, 'x', sizeof name);
  assert_int_equal(identity_begin(name, sizeof name), PSA_SUCCESS);
  for (size_t i = 0; i < sizeof name; i++) {
    name[i] = 'y';
    assert_int_equal(identity_begin(name, sizeof name), PSA_ERROR_ALREADY_EXISTS);
    name[i] = 'x';
  }
}

static void name_and_key_cannot_be_changed_or_taken_away(void **state)
{
  (void)state;
  begin();
  assert_int_equal(storage_set(STORAGE_NONSECURE, HF_UID_THING_NAME, "b", 1, 0), PSA_ERROR_NOT_PERMITTED);
  assert_int_equal(storage_remove(STORAGE_NONSECURE, HF_UID_THING_NAME), PSA_ERROR_NOT_PERMITTED);
  assert_int_equal(keys_destroy(HF_KEY_DEVICE_IDENTITY), PSA_ERROR_NOT_PERMITTED);
}

static void a_name_without_a_key_gets_its_key(void **state)
{
  (void)state;
  storage_owner owner = STORAGE_NONSECURE;
  assert_int_equal(storage_set(owner, HF_UID_THING_NAME, NAME, NAME_BYTES, PSA_STORAGE_FLAG_WRITE_ONCE), PSA_SUCCESS);
  assert_int_equal(keys_export(HF_KEY_DEVICE_IDENTITY), PSA_ERROR_INVALID_HANDLE);
  assert_false(identity_is_complete());
  begin();
  device_key();
}

/* ---- Certificate ---- */

static void takes_the_certificate_of_its_own_key_once(void **state)
{
  (void)state;
  begin();
  const public_point key = device_key();
  const certificate mine = certificate_of(&key), other = certificate_of(&key);
  assert_false(identity_is_complete());
  assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, mine.der, mine.bytes), PSA_SUCCESS);
  assert_true(identity_is_complete());
  host_cut_disarm();
  assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, mine.der, mine.bytes), PSA_SUCCESS);
  assert_int_equal(host_operations(), 0);
  assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, other.der, other.bytes), PSA_ERROR_ALREADY_EXISTS);
  assert_stored(HF_UID_DEVICE_CERTIFICATE, mine.der, mine.bytes);
  assert_int_equal(storage_set(STORAGE_NONSECURE, HF_UID_DEVICE_CERTIFICATE, "b", 1, 0), PSA_ERROR_NOT_PERMITTED);
}

static void a_certificate_before_the_key_is_too_early(void **state)
{
  (void)state;
  const certificate any = {.der = {0x30, 1, 0}, .bytes = 3};
  assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, any.der, any.bytes), PSA_ERROR_BAD_STATE);
  assert_false(is_there(HF_UID_DEVICE_CERTIFICATE));
}

static void refuses_a_certificate_of_another_key(void **state)
{
  (void)state;
  begin();
  EVP_PKEY *stranger = EVP_EC_gen("P-256");
  const certificate other = certify(stranger, NAME);
  EVP_PKEY_free(stranger);
  assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, other.der, other.bytes), PSA_ERROR_INVALID_SIGNATURE);
  public_point near = device_key();
  certificate mine = certificate_of(&near);
  uint8_t *place = memmem(mine.der, mine.bytes, near.bytes, sizeof near.bytes);
  assert_non_null(place);
  for (size_t bit = 0; bit < 8 * sizeof near.bytes; bit++) {
    place[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, mine.der, mine.bytes), PSA_ERROR_INVALID_SIGNATURE);
    place[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  assert_false(is_there(HF_UID_DEVICE_CERTIFICATE));
}

/* The device's key as text elsewhere in the certificate of another one. */
static void refuses_another_keys_certificate_that_mentions_ours(void **state)
{
  (void)state;
  begin();
  const public_point mine = device_key();
  EVP_PKEY *stranger = EVP_EC_gen("P-256");
  certificate other = certify(stranger, NAME);
  EVP_PKEY_free(stranger);
  memcpy(other.der + other.bytes, mine.bytes, sizeof mine.bytes);
  other.bytes += sizeof mine.bytes;
  assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, other.der, other.bytes), PSA_ERROR_INVALID_SIGNATURE);
}

static void refuses_a_certificate_cut_anywhere_or_with_more_behind_it(void **state)
{
  (void)state;
  begin();
  const public_point key = device_key();
  certificate mine = certificate_of(&key);
  for (size_t bytes = 1; bytes < mine.bytes; bytes++)
    assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, mine.der, bytes), PSA_ERROR_INVALID_SIGNATURE);
  mine.der[mine.bytes] = 0;
  assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, mine.der, mine.bytes + 1), PSA_ERROR_INVALID_SIGNATURE);
  assert_false(is_there(HF_UID_DEVICE_CERTIFICATE));
  assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, mine.der, mine.bytes), PSA_SUCCESS);
}

/* ---- Endpoint, trust anchors ---- */

static void takes_four_trust_anchors_and_an_endpoint(void **state)
{
  (void)state;
  uint8_t value[HF_CERTIFICATE_MAX + 1];
  memset(value, 0x41, sizeof value);
  for (unsigned n = 0; n < HF_TRUST_ANCHORS; n++) {
    assert_int_equal(identity_store(HF_UID_TRUST_ANCHOR(n), value, HF_CERTIFICATE_MAX - n), PSA_SUCCESS);
    assert_stored(HF_UID_TRUST_ANCHOR(n), value, HF_CERTIFICATE_MAX - n);
    assert_int_equal(identity_store(HF_UID_TRUST_ANCHOR(n), value, 0), PSA_ERROR_INVALID_ARGUMENT);
    assert_int_equal(identity_store(HF_UID_TRUST_ANCHOR(n), value, sizeof value), PSA_ERROR_INVALID_ARGUMENT);
  }
  assert_int_equal(identity_store(HF_UID_ENDPOINT, value, HF_ENDPOINT_MAX), PSA_SUCCESS);
  assert_int_equal(identity_store(HF_UID_ENDPOINT, value, HF_ENDPOINT_MAX + 1), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(identity_store(HF_UID_ENDPOINT, value, 0), PSA_ERROR_INVALID_ARGUMENT);
  assert_stored(HF_UID_ENDPOINT, value, HF_ENDPOINT_MAX);
}

static void endpoint_and_anchors_can_be_corrected(void **state)
{
  (void)state;
  for (unsigned i = 0; i < 2; i++) {
    const char *value = i ? "b.example:8883" : "a.example:443";
    assert_int_equal(identity_store(HF_UID_ENDPOINT, (const uint8_t *)value, strlen(value)), PSA_SUCCESS);
    assert_stored(HF_UID_ENDPOINT, value, strlen(value));
    assert_int_equal(identity_store(HF_UID_TRUST_ANCHOR(3), (const uint8_t *)value, strlen(value)), PSA_SUCCESS);
    assert_stored(HF_UID_TRUST_ANCHOR(3), value, strlen(value));
  }
}

/* Somebody was at the device's UART before the factory. */
static void trust_anchors_that_the_factory_did_not_give_are_forgotten(void **state)
{
  (void)state;
  static const uint8_t anchors[] = "wqxy";
  struct psa_storage_info_t found;
  assert_int_equal(identity_trust_only(1), PSA_ERROR_BAD_STATE);
  for (uint32_t i = 0; i < HF_TRUST_ANCHORS; i++)
    assert_int_equal(identity_store(HF_UID_TRUST_ANCHOR(i), anchors + i, 1), PSA_SUCCESS);
  assert_int_equal(identity_trust_only(0), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(identity_trust_only(HF_TRUST_ANCHORS + 1), PSA_ERROR_INVALID_ARGUMENT);
  for (uint32_t count = HF_TRUST_ANCHORS; count > 0; count--) {
    assert_int_equal(identity_trust_only(count), PSA_SUCCESS);
    for (uint32_t i = 0; i < HF_TRUST_ANCHORS; i++)
      assert_int_equal(storage_get_info(STORAGE_NONSECURE, HF_UID_TRUST_ANCHOR(i), &found),
                       i < count ? PSA_SUCCESS : PSA_ERROR_DOES_NOT_EXIST);
  }
  assert_int_equal(identity_trust_only(2), PSA_ERROR_BAD_STATE);
  assert_stored(HF_UID_TRUST_ANCHOR(0), anchors, 1);
}

/* Every protected change uses up some of a counter that is never refilled. */
static void the_same_value_again_uses_up_nothing(void **state)
{
  (void)state;
  static const uint8_t value[] = "a.example:8883";
  assert_int_equal(identity_store(HF_UID_ENDPOINT, value, sizeof value), PSA_SUCCESS);
  assert_int_equal(identity_store(HF_UID_TRUST_ANCHOR(0), value, sizeof value), PSA_SUCCESS);
  const uint32_t left = storage_raises_left();
  host_cut_disarm();
  for (unsigned i = 0; i < 10; i++) {
    assert_int_equal(identity_store(HF_UID_ENDPOINT, value, sizeof value), PSA_SUCCESS);
    assert_int_equal(identity_store(HF_UID_TRUST_ANCHOR(0), value, sizeof value), PSA_SUCCESS);
  }
  assert_int_equal(storage_raises_left(), left);
  assert_int_equal(host_operations(), 0);
}

static void refuses_items_that_are_not_the_factorys(void **state)
{
  (void)state;
  static const uint64_t uids[] = {0,
                                  1,
                                  HF_UID_BASE,
                                  HF_UID_THING_NAME,
                                  HF_UID_BASE + 4,
                                  HF_UID_TRUST_ANCHOR(0) - 1,
                                  HF_UID_TRUST_ANCHOR(HF_TRUST_ANCHORS),
                                  HF_UID_ENDPOINT + (1ull << 32),
                                  HF_UID_BASE + UINT32_MAX,
                                  UINT64_MAX};
  begin();
  for (size_t i = 0; i < sizeof uids / sizeof uids[0]; i++)
    assert_int_equal(identity_store(uids[i], (const uint8_t *)"x", 1), PSA_ERROR_INVALID_ARGUMENT);
  assert_stored(HF_UID_THING_NAME, NAME, NAME_BYTES);
}

/* ---- Power loss ---- */

static jmp_buf power_off;

static void lose_power(void)
{
  longjmp(power_off, 1);
}

/* All that the factory does to one device, from the beginning. */
static void make_whole(void)
{
  begin();
  const public_point key = device_key();
  static certificate mine;
  uint8_t found[HF_CERTIFICATE_MAX];
  size_t used = 0;
  mine = certificate_of(&key);
  /* A factory that sent it before the power went sends the same again. */
  if (storage_get(STORAGE_NONSECURE, HF_UID_DEVICE_CERTIFICATE, 0, found, sizeof found, &used) == PSA_SUCCESS) {
    mine.bytes = used;
    memcpy(mine.der, found, used);
  }
  assert_int_equal(identity_store(HF_UID_DEVICE_CERTIFICATE, mine.der, mine.bytes), PSA_SUCCESS);
  assert_int_equal(identity_store(HF_UID_ENDPOINT, (const uint8_t *)"a:1", 3), PSA_SUCCESS);
  assert_int_equal(identity_store(HF_UID_TRUST_ANCHOR(0), (const uint8_t *)"root", 4), PSA_SUCCESS);
}

/* The key that was there when the power went, if any. */
static bool key_left_behind(public_point *point)
{
  size_t used;
  return keys_export_public(HF_KEY_DEVICE_IDENTITY, point->bytes, sizeof point->bytes, &used) == PSA_SUCCESS;
}

static void cut_at(uint64_t operation, host_torn torn)
{
  public_point before;
  host_cut_arm(operation, torn, (uint32_t)operation, lose_power);
  if (setjmp(power_off) == 0) {
    make_whole();
    fail_msg("operation %u is not there", (unsigned)operation);
  }
  host_cut_disarm();
  assert_int_equal(storage_mount(), PSA_SUCCESS);
  const bool had_key = key_left_behind(&before);
  make_whole();
  assert_true(identity_is_complete());
  const public_point after = device_key();
  if (had_key) assert_memory_equal(&after, &before, sizeof after);
}

static void completes_after_power_loss_at_any_operation(void **state)
{
  static const host_torn torn[] = {HOST_TORN_NOTHING, HOST_TORN_PREFIX, HOST_TORN_ALL, HOST_TORN_RANDOM,
                                   HOST_TORN_UNREADABLE};
  host_cut_disarm();
  make_whole();
  const uint64_t operations = host_operations();
  assert_true(operations > 50);
  for (uint64_t at = 0; at + 8 < operations; at++) { /* lengths of certificates differ by a few bytes */
    free_device(state);
    new_device(state);
    cut_at(at, torn[at % (sizeof torn / sizeof torn[0])]);
  }
}

#define PROMISE(f) cmocka_unit_test_setup_teardown(f, new_device, free_device)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(takes_every_character_of_a_thing_name_and_no_other),
    PROMISE(takes_names_of_1_and_of_128_characters),
    PROMISE(a_refused_name_makes_no_key),
    PROMISE(the_same_name_again_keeps_the_key),
    PROMISE(another_name_is_refused_and_changes_nothing),
    PROMISE(a_long_name_that_differs_anywhere_is_another_one),
    PROMISE(name_and_key_cannot_be_changed_or_taken_away),
    PROMISE(a_name_without_a_key_gets_its_key),
    PROMISE(takes_the_certificate_of_its_own_key_once),
    PROMISE(a_certificate_before_the_key_is_too_early),
    PROMISE(refuses_a_certificate_of_another_key),
    PROMISE(refuses_another_keys_certificate_that_mentions_ours),
    PROMISE(refuses_a_certificate_cut_anywhere_or_with_more_behind_it),
    PROMISE(takes_four_trust_anchors_and_an_endpoint),
    PROMISE(endpoint_and_anchors_can_be_corrected),
    PROMISE(trust_anchors_that_the_factory_did_not_give_are_forgotten),
    PROMISE(the_same_value_again_uses_up_nothing),
    PROMISE(refuses_items_that_are_not_the_factorys),
    PROMISE(completes_after_power_loss_at_any_operation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
