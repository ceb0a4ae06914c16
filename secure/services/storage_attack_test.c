/* Sealed storage against who writes the flash, and its format against a second implementation: OpenSSL, following
 * docs/formats.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "epoch.h"
#include "keys.h"
#include "otp_map.h"
#include "root_key.h"
#include "storage.h"
#include "storage_rig.h"

#define NS STORAGE_NONSECURE
#define SEC STORAGE_SECURE
#define REPLAYABLE PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION

enum { HALF = 65536, COPY = 32768, HEADER = 80, TAG = 16, UNIT = 16 }; /* as docs/formats.md has them */

static int new_device(void **unused)
{
  (void)unused;
  storage_rig_new();
  return 0;
}

static psa_status_t set_text(storage_owner owner, uint64_t uid, const char *text, uint32_t flags)
{
  return storage_set(owner, uid, text, strlen(text), flags);
}

static void must_set(storage_owner owner, uint64_t uid, const char *text, uint32_t flags)
{
  assert_int_equal(set_text(owner, uid, text, flags), PSA_SUCCESS);
}

/* The item's value as a string of the test, or null with *status. */
static const char *text_of(storage_owner owner, uint64_t uid, psa_status_t *status)
{
  static char out[256];
  size_t used;
  memset(out, 0, sizeof out);
  *status = storage_get(owner, uid, 0, out, sizeof out - 1, &used);
  return *status == PSA_SUCCESS ? out : NULL;
}

static void assert_text(storage_owner owner, uint64_t uid, const char *text)
{
  psa_status_t status;
  const char *now = text_of(owner, uid, &status);
  assert_int_equal(status, PSA_SUCCESS);
  assert_string_equal(now, text);
}

static void assert_status(storage_owner owner, uint64_t uid, psa_status_t wanted)
{
  psa_status_t status;
  (void)text_of(owner, uid, &status);
  assert_int_equal(status, wanted);
}

/* ---- The second implementation ---- */

static void openssl_hkdf(uint8_t out[32], const uint8_t *key, const char *info)
{
  EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
  EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
  char digest[] = "SHA256";
  uint8_t secret[32];
  char text[64];
  memcpy(secret, key, sizeof secret);
  snprintf(text, sizeof text, "%s", info);
  OSSL_PARAM params[] = {
    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, sizeof secret),
    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, text, strlen(text)),
    OSSL_PARAM_construct_end(),
  };
  assert_int_equal(EVP_KDF_derive(ctx, out, 32, params), 1);
  EVP_KDF_CTX_free(ctx);
  EVP_KDF_free(kdf);
}

static void openssl_hmac(uint8_t out[32], const uint8_t key[32], const void *data, size_t bytes)
{
  unsigned int used = 32;
  assert_non_null(HMAC(EVP_sha256(), key, 32, data, bytes, out, &used));
}

/* ChaCha20-Poly1305 as RFC 8439 has it. False: wrong tag. */
static bool openssl_open(const uint8_t key[32], const uint8_t *header, const uint8_t *in, int bytes, const uint8_t *tag,
                         uint8_t *out)
{
  static const uint8_t nonce[12];
  uint8_t wanted[TAG];
  int used = 0, last = 0;
  memcpy(wanted, tag, TAG);
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
  bool ok = EVP_DecryptInit_ex(ctx, EVP_chacha20_poly1305(), NULL, key, nonce) == 1 &&
            EVP_DecryptUpdate(ctx, NULL, &used, header, 64) == 1 &&
            EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, wanted) == 1 &&
            EVP_DecryptUpdate(ctx, out, &used, in, bytes) == 1 && EVP_DecryptFinal_ex(ctx, out + bytes, &last) == 1;
  EVP_CIPHER_CTX_free(ctx);
  return ok;
}

static uint32_t word(const uint8_t *from)
{
  return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static uint32_t padded(uint32_t bytes)
{
  return (bytes + 15u) / 16u * 16u;
}

/* Reads a record as docs/formats.md says; the value, or null. */
static const uint8_t *second_reading(const uint8_t *record)
{
  static uint8_t value[4096];
  uint8_t key[32], check[32];
  const uint8_t *unique = storage_rig.otp + OTP_UNIQUE_KEY_OFFSET;
  if (word(record) != 0x31525348u) return NULL;
  openssl_hkdf(key, unique, "holdfast storage header");
  openssl_hmac(check, key, record, 64);
  if (memcmp(check, record + 64, 16) != 0) return NULL;
  openssl_hkdf(key, unique, "holdfast storage record");
  openssl_hmac(key, key, record + 48, 16);
  const uint32_t bytes = padded((uint32_t)record[28] | (uint32_t)record[29] << 8);
  if (!openssl_open(key, record, record + HEADER, (int)bytes, record + HEADER + bytes, value)) return NULL;
  return value;
}

/* Where the n-th record of a half begins (from its start), by the format. */
static uint32_t record_at(uint32_t half, uint32_t n)
{
  uint32_t at = STORAGE_RIG_AREA + half * HALF;
  while (n-- > 0)
    at += HEADER + TAG + padded((uint32_t)storage_rig.flash[at + 28] | (uint32_t)storage_rig.flash[at + 29] << 8);
  return at;
}

static void root_keys_are_those_of_hkdf(void **unused)
{
  (void)unused;
  uint8_t key[32], wanted[32];
  static const char *const labels[] = {"storage header", "x", "a label of thirty-two characters"};
  for (uint32_t i = 0; i < 3; i++) {
    char info[64];
    snprintf(info, sizeof info, "holdfast %s", labels[i]);
    openssl_hkdf(wanted, storage_rig.otp + OTP_UNIQUE_KEY_OFFSET, info);
    assert_int_equal(root_key_derive(key, labels[i]), PSA_SUCCESS);
    assert_memory_equal(key, wanted, 32);
  }
}

static void root_keys_fail_closed(void **unused)
{
  (void)unused;
  static const uint8_t zero[32];
  uint8_t key[32];
  memset(key, 1, sizeof key);
  assert_int_equal(root_key_derive(key, "a label of thirty-three characters"), PSA_ERROR_INVALID_ARGUMENT);
  assert_memory_equal(key, zero, 32);
  host_otp_silence(true);
  memset(key, 1, sizeof key);
  assert_int_equal(root_key_derive(key, "x"), PSA_ERROR_HARDWARE_FAILURE);
  assert_memory_equal(key, zero, 32);
  host_otp_silence(false);
  memset(storage_rig.otp + OTP_UNIQUE_KEY_OFFSET, 0, 32);
  memset(key, 1, sizeof key);
  assert_int_equal(root_key_derive(key, "x"), PSA_ERROR_HARDWARE_FAILURE);
  assert_memory_equal(key, zero, 32);
}

static void records_open_with_openssl(void **unused)
{
  (void)unused;
  must_set(NS, 0x1122334455667788u, "seventeen letters", REPLAYABLE);
  must_set(SEC, 2, "key", 0);
  assert_int_equal(storage_remove(SEC, 2), PSA_SUCCESS);
  for (uint32_t copy = 0; copy < 2; copy++) {
    const uint8_t *record = storage_rig.flash + record_at(1, 0) + copy * COPY; /* COMMIT */
    assert_non_null(second_reading(record));
    assert_int_equal(record[25], 4);
    record = storage_rig.flash + record_at(1, 1) + copy * COPY;
    const uint8_t *value = second_reading(record);
    assert_non_null(value);
    assert_memory_equal(value, "seventeen letters\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
    assert_int_equal(word(record + 4), 1);           /* generation */
    assert_int_equal(word(record + 8), 2);           /* sequence */
    assert_int_equal(word(record + 12), 0);          /* epoch */
    assert_int_equal(word(record + 16), 0x55667788); /* uid */
    assert_int_equal(word(record + 20), 0x11223344);
    assert_memory_equal(record + 24, "\x02\x01\x04\x00\x11\x00\x06\x00",
                        8);                              /* owner, kind, flags, marks, bytes, place */
    assert_memory_equal(record + 32, record - TAG, TAG); /* link */
    record = storage_rig.flash + record_at(1, 2) + copy * COPY;
    assert_non_null(second_reading(record));
    assert_int_equal(word(record + 12), 1);
    record = storage_rig.flash + record_at(1, 3) + copy * COPY;
    assert_non_null(second_reading(record));
    assert_int_equal(record[25], 2);
    assert_int_equal(word(record + 12), 2);
  }
  assert_memory_equal(storage_rig.otp + OTP_STORAGE_COUNTER_OFFSET, "\x03\0", 2);
  assert_memory_equal(storage_rig.otp + OTP_STORAGE_COUNTER_OFFSET + 512, "\x03\0", 2);
}

/* ---- One key, one plaintext ---- */

static void salts_of_one_place_differ(storage_rig_random random, const char *first, const char *second, bool differ)
{
  static storage_rig_state before;
  uint8_t salt[16];
  storage_rig_new();
  storage_rig_random_is = random;
  storage_rig_save(&before);
  must_set(NS, 1, first, REPLAYABLE);
  memcpy(salt, storage_rig.flash + record_at(1, 1) + 48, 16);
  uint8_t sealed[16];
  memcpy(sealed, storage_rig.flash + record_at(1, 1) + HEADER, 16);
  storage_rig_put_back_flash(&before);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  must_set(NS, 1, second, REPLAYABLE);
  assert_int_equal(memcmp(salt, storage_rig.flash + record_at(1, 1) + 48, 16) != 0, differ);
  assert_int_equal(memcmp(sealed, storage_rig.flash + record_at(1, 1) + HEADER, 16) != 0, differ);
}

/* The same sequence number, place and uid, a common prefix of 16 bytes: the same keystream would show. */
static void no_keystream_is_used_twice_after_flash_was_put_back(void **unused)
{
  (void)unused;
  salts_of_one_place_differ(STORAGE_RIG_RANDOM_DEAD, "a common prefix of the two: one",
                            "a common prefix of the two: two", true);
  salts_of_one_place_differ(STORAGE_RIG_RANDOM_SAME, "a common prefix of the two: one",
                            "a common prefix of the two: two", true);
  salts_of_one_place_differ(STORAGE_RIG_RANDOM_GOOD, "a common prefix of the two", "a common prefix of the two", true);
  salts_of_one_place_differ(STORAGE_RIG_RANDOM_DEAD, "a common prefix of the two", "a common prefix of the two", false);
}

static void equal_values_in_other_places_are_sealed_differently(void **unused)
{
  (void)unused;
  storage_rig_random_is = STORAGE_RIG_RANDOM_DEAD;
  must_set(NS, 1, "the same, sixteen bytes or more", REPLAYABLE);
  must_set(NS, 1, "the same, sixteen bytes or more", REPLAYABLE);
  must_set(NS, 2, "the same, sixteen bytes or more", REPLAYABLE);
  for (uint32_t a = 1; a <= 3; a++)
    for (uint32_t b = a + 1; b <= 3; b++)
      assert_memory_not_equal(storage_rig.flash + record_at(1, a) + HEADER,
                              storage_rig.flash + record_at(1, b) + HEADER, 16);
}

/* ---- Flash put back ---- */

/* No state of the flash before a reported change is taken after it. */
static void every_earlier_flash_is_stale(void **unused)
{
  (void)unused;
  static storage_rig_state then[6];
  storage_rig_save(&then[0]);
  must_set(SEC, 1, "key", 0);
  storage_rig_save(&then[1]);
  must_set(NS, 2, "one", 0);
  storage_rig_save(&then[2]);
  must_set(NS, 2, "two", 0);
  storage_rig_save(&then[3]);
  assert_int_equal(storage_remove(SEC, 1), PSA_SUCCESS);
  storage_rig_save(&then[4]);
  must_set(NS, 2, "three", PSA_STORAGE_FLAG_WRITE_ONCE);
  storage_rig_save(&then[5]);
  for (uint32_t i = 0; i < 5; i++) {
    storage_rig_put_back_flash(&then[i]);
    assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
    assert_true(storage_is_stale());
    assert_status(NS, 2, PSA_ERROR_DATA_CORRUPT);
    assert_status(SEC, 1, PSA_ERROR_DATA_CORRUPT);
    assert_int_equal(set_text(NS, 2, "x", 0), PSA_ERROR_DATA_CORRUPT);
    assert_int_equal(storage_remove(NS, 2), PSA_ERROR_DATA_CORRUPT);
  }
  storage_rig_put_back_flash(&then[5]);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(NS, 2, "three");
  assert_status(SEC, 1, PSA_ERROR_DOES_NOT_EXIST);
}

static void erased_flash_is_stale_once_anything_was_protected(void **unused)
{
  (void)unused;
  static storage_rig_state blank;
  storage_rig_blank();
  storage_rig_save(&blank);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  must_set(NS, 1, "a", 0);
  storage_rig_put_back_flash(&blank);
  assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
}

static void only_stale_storage_can_be_reset_and_then_works(void **unused)
{
  (void)unused;
  static storage_rig_state old, newest;
  assert_int_equal(storage_reset(), PSA_ERROR_NOT_PERMITTED);
  storage_rig_save(&old);
  must_set(NS, 1, "a", 0);
  assert_int_equal(storage_reset(), PSA_ERROR_NOT_PERMITTED);
  storage_rig_save(&newest);
  storage_rig_put_back_flash(&old);
  assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
  assert_int_equal(storage_reset(), PSA_SUCCESS);
  assert_false(storage_is_stale());
  assert_status(NS, 1, PSA_ERROR_DOES_NOT_EXIST);
  must_set(NS, 1, "b", 0);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(NS, 1, "b");
  storage_rig_put_back_flash(&newest); /* what was given up stays so */
  assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
}

static void an_unprotected_item_may_come_back_and_nothing_else_with_it(void **unused)
{
  (void)unused;
  static storage_rig_state old;
  must_set(NS, 1, "protected", 0);
  must_set(NS, 2, "old", REPLAYABLE);
  storage_rig_save(&old);
  must_set(NS, 2, "new", REPLAYABLE);
  storage_rig_put_back_flash(&old);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(NS, 2, "old");
  assert_text(NS, 1, "protected");
}

/* ---- Power cut between any two steps, and both outcomes kept ---- */

static jmp_buf power_off;

static void off(void)
{
  longjmp(power_off, 1);
}

/* Runs act until the power goes before operation `at`; false: it ended before that. */
static bool cut_before(uint64_t at, void (*act)(void))
{
  host_cut_arm(at, HOST_TORN_NOTHING, 0, off);
  if (setjmp(power_off) != 0) return true;
  act();
  host_cut_disarm();
  return false;
}

static void remove_the_key(void)
{
  const psa_status_t status = storage_remove(SEC, 1);
  (void)status;
}

static void mount(void)
{
  const psa_status_t status = storage_rig_restart();
  (void)status;
}

/* What an attacker can have kept: every flash, and every state of OTP that a mount or a cut can leave. */
enum { KEPT_MAX = 1000 };
static struct {
  storage_rig_state *flash[KEPT_MAX];
  uint8_t *otp[KEPT_MAX];
  uint32_t flashes, otps;
} kept;

static void keep_otp(void)
{
  for (uint32_t i = 0; i < kept.otps; i++)
    if (memcmp(kept.otp[i], storage_rig.otp, OTP_BYTES) == 0) return;
  assert_true(kept.otps < KEPT_MAX);
  kept.otp[kept.otps] = malloc(OTP_BYTES);
  assert_non_null(kept.otp[kept.otps]);
  memcpy(kept.otp[kept.otps++], storage_rig.otp, OTP_BYTES);
}

static void keep_flash(void)
{
  for (uint32_t i = 0; i < kept.flashes; i++)
    if (memcmp(kept.flash[i]->memory.flash, storage_rig.flash, STORAGE_RIG_FLASH_BYTES) == 0) return;
  assert_true(kept.flashes < KEPT_MAX);
  kept.flash[kept.flashes] = malloc(sizeof(storage_rig_state));
  assert_non_null(kept.flash[kept.flashes]);
  storage_rig_save(kept.flash[kept.flashes++]);
}

static void keep_both(void)
{
  keep_flash();
  keep_otp();
}

static void forget_kept(void)
{
  while (kept.flashes > 0) free(kept.flash[--kept.flashes]);
  while (kept.otps > 0) free(kept.otp[--kept.otps]);
}

/* All that a cut of the change can leave, and all that a cut of the mount after it can. */
static void keep_all_of_a_cut(const storage_rig_state *before, void (*act)(void))
{
  static storage_rig_state cut;
  bool was_cut = true;
  for (uint64_t at = 0; was_cut; at++) {
    storage_rig_put_back(before);
    mount();
    was_cut = cut_before(at, act);
    storage_rig_save(&cut);
    keep_both();
    for (uint64_t then = 0; cut_before(then, mount); then++) {
      keep_both();
      storage_rig_put_back(&cut);
    }
    keep_both();
  }
}

/* What item 1 of the secure owner is: 0 stale, 1 there (or lost, if there was damage), 2 not there. */
static uint32_t shown(bool was_damaged)
{
  if (storage_rig_restart() != PSA_SUCCESS) return 0;
  psa_status_t status;
  (void)text_of(SEC, 1, &status);
  if (was_damaged && status == PSA_ERROR_DATA_CORRUPT) return 1;
  assert_true(status == PSA_SUCCESS || status == PSA_ERROR_DOES_NOT_EXIST);
  return status == PSA_SUCCESS ? 1 : 2;
}

/* Mounts every kept flash with every kept OTP. Whatever a mount leaves in OTP is kept too, and so tried with every
 * flash in its turn. */
static void one_otp_never_shows_both(void (*act)(void), bool was_damaged)
{
  static storage_rig_state before;
  static uint8_t showed[KEPT_MAX]; /* by the OTP that the mount left: 1 there, 2 not there */
  uint32_t seen = 0;
  memset(showed, 0, sizeof showed);
  storage_rig_save(&before);
  keep_all_of_a_cut(&before, act);
  for (uint32_t o = 0; o < kept.otps; o++) {
    for (uint32_t f = 0; f < kept.flashes; f++) {
      storage_rig_put_back_flash(kept.flash[f]);
      memcpy(storage_rig.otp, kept.otp[o], OTP_BYTES);
      const uint32_t now = shown(was_damaged);
      keep_otp();
      uint32_t left = 0;
      while (memcmp(kept.otp[left], storage_rig.otp, OTP_BYTES) != 0) left++;
      showed[left] |= (uint8_t)now;
      assert_int_not_equal(showed[left], 3);
      seen |= now;
    }
  }
  assert_int_equal(seen, 3);
  forget_kept();
}

static void set_the_key(void)
{
  const psa_status_t status = set_text(SEC, 1, "key", 0);
  (void)status;
}

/* The heart of it: cut the change anywhere, and the mount after it, keep every flash, and mount them in any order. From
 * what one mount showed there is no way to the other outcome. (A counter that is only counted lets both be had one
 * after the other.) */
static void of_a_change_that_was_cut_only_one_outcome_is_ever_shown(void **unused)
{
  (void)unused;
  must_set(SEC, 1, "key", 0);
  must_set(NS, 2, "other", 0);
  one_otp_never_shows_both(remove_the_key, false);
  storage_rig_new();
  must_set(NS, 2, "other", 0);
  one_otp_never_shows_both(set_the_key, false);
}

/* The last operation of a protected change is its "done". */
static void cut_at_the_last_operation(const storage_rig_state *before, void (*act)(void))
{
  uint64_t last = 0;
  for (;; last++) {
    storage_rig_put_back(before);
    mount();
    if (!cut_before(last, act)) break;
  }
  storage_rig_put_back(before);
  mount();
  assert_true(cut_before(last - 1, act));
}

/* What a mount showed to be still there does not vanish. */
static void a_change_that_was_given_up_stays_so(void **unused)
{
  (void)unused;
  static storage_rig_state written, not_written;
  must_set(SEC, 1, "key", 0);
  storage_rig_save(&not_written);
  cut_at_the_last_operation(&not_written, remove_the_key);
  storage_rig_save(&written);
  storage_rig_put_back_flash(&not_written);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(SEC, 1, "key");
  storage_rig_put_back_flash(&written);
  assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
}

/* A torn record may be unreadable today and whole tomorrow: what was decided about it today holds. */
static void a_torn_record_that_reads_well_later_does_not_count(void **unused)
{
  (void)unused;
  static storage_rig_state before;
  must_set(SEC, 1, "key", 0);
  storage_rig_save(&before);
  cut_at_the_last_operation(&before, remove_the_key);
  const uint32_t at = record_at(1, 2);
  for (uint32_t copy = 0; copy < 2; copy++) host_flash_make_unreadable(at + copy * COPY);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(SEC, 1, "key");
  memset(host_flash_marks(), 0, STORAGE_RIG_UNITS);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(SEC, 1, "key");
  assert_int_equal(storage_remove(SEC, 1), PSA_SUCCESS);
}

/* Each call mounts again and would give the open change up with one more epoch. */
static void flash_that_takes_nothing_does_not_use_the_counter_up(void **unused)
{
  (void)unused;
  epoch_state before, after;
  must_set(SEC, 1, "key", 0);
  assert_true(cut_before(1, remove_the_key));
  host_cut_disarm();
  assert_int_equal(epoch_read(&before), PSA_SUCCESS);
  assert_true(before.begun > before.done);
  for (uint32_t at = 0; at < 2 * HALF; at += UNIT) host_flash_make_stuck(STORAGE_RIG_AREA + at);
  for (uint32_t i = 0; i < 5; i++) {
    assert_int_equal(storage_rig_restart(), PSA_ERROR_STORAGE_FAILURE);
    assert_status(SEC, 1, PSA_ERROR_STORAGE_FAILURE);
  }
  assert_int_equal(epoch_read(&after), PSA_SUCCESS);
  assert_int_equal(after.begun, before.begun);
  memset(host_flash_marks(), 0, STORAGE_RIG_UNITS);
  assert_text(SEC, 1, "key");
}

/* ---- Damage ---- */

static void erase_range(uint32_t at, uint32_t bytes)
{
  memset(storage_rig.flash + at, 0, bytes);
}

static void cut_out(uint32_t half, uint32_t n)
{
  const uint32_t at = record_at(half, n), bytes = record_at(half, n + 1) - at;
  erase_range(at, bytes);
  erase_range(at + COPY, bytes);
}

static void a_record_that_was_cut_out_brings_no_older_value_back(void **unused)
{
  (void)unused;
  must_set(NS, 1, "old", 0);    /* record 1 */
  must_set(NS, 2, "before", 0); /* 2 */
  must_set(NS, 3, "once", PSA_STORAGE_FLAG_WRITE_ONCE);
  must_set(NS, 1, "new", 0); /* 4 */
  must_set(NS, 4, "after", 0);
  cut_out(1, 4);
  for (uint32_t boots = 0; boots < 3; boots++) {
    assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
    assert_status(NS, 1, PSA_ERROR_DATA_CORRUPT);
    assert_status(NS, 2, PSA_ERROR_DATA_CORRUPT);
    assert_status(NS, 3, PSA_ERROR_DATA_CORRUPT);
    assert_status(NS, 99, PSA_ERROR_DATA_CORRUPT); /* perhaps it was the missing one */
    assert_status(SEC, 99, PSA_ERROR_DATA_CORRUPT);
    assert_text(NS, 4, "after");
    if (boots == 0)
      host_flash_make_unreadable(STORAGE_RIG_AREA + HALF + 96); /* copies the log: the same is known in the new one */
  }
  must_set(NS, 1, "anew", 0);
  must_set(NS, 3, "once more", PSA_STORAGE_FLAG_WRITE_ONCE);
  assert_int_equal(storage_remove(NS, 2), PSA_SUCCESS);
  assert_int_equal(storage_remove(NS, 99), PSA_ERROR_DATA_CORRUPT);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(NS, 1, "anew");
  assert_text(NS, 3, "once more");
  assert_status(NS, 2, PSA_ERROR_DATA_CORRUPT);
}

static void an_unprotected_record_that_was_cut_out_leaves_protected_items_alone(void **unused)
{
  (void)unused;
  must_set(NS, 1, "protected", 0);
  must_set(NS, 2, "old", REPLAYABLE);
  must_set(NS, 2, "new", REPLAYABLE); /* record 3 */
  must_set(NS, 3, "after", REPLAYABLE);
  cut_out(1, 3);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(NS, 1, "protected");
  assert_text(NS, 3, "after");
  assert_status(NS, 2, PSA_ERROR_DATA_CORRUPT);
  assert_status(NS, 99, PSA_ERROR_DATA_CORRUPT);
  assert_status(SEC, 99, PSA_ERROR_DOES_NOT_EXIST);
}

/* All that is missing had the epoch before: the raise is that of the record behind the hole. */
static void an_unprotected_record_before_a_protected_one_was_unprotected(void **unused)
{
  (void)unused;
  must_set(SEC, 1, "key", 0);
  must_set(NS, 1, "protected", 0);
  must_set(NS, 2, "cut out", REPLAYABLE); /* record 3 */
  must_set(SEC, 2, "another key", 0);
  cut_out(1, 3);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(SEC, 1, "key");
  assert_text(NS, 1, "protected");
  assert_text(SEC, 2, "another key");
  assert_status(NS, 2, PSA_ERROR_DATA_CORRUPT);
  assert_status(SEC, 99, PSA_ERROR_DOES_NOT_EXIST);
}

static void set_behind_unprotected(void)
{
  must_set(NS, 2, "behind", REPLAYABLE);
}

static void set_behind_protected(void)
{
  must_set(NS, 2, "behind", 0);
}

/* A change whose epoch was begun, no more, in a log that cannot move. */
static void settle_behind(void)
{
  for (uint32_t at = 0; at < HALF; at += UNIT) host_flash_make_stuck(STORAGE_RIG_AREA + at);
  assert_true(cut_before(1, remove_the_key));
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_int_equal(storage_rig.flash[record_at(1, 3) + 25], 5);
}

/* A raise that the record behind the hole does not explain was somebody's, nobody knows whose. */
static void a_missing_raise_concerns_both_owners(void **unused)
{
  (void)unused;
  static void (*const behind[])(void) = {set_behind_unprotected, set_behind_protected, settle_behind};
  for (uint32_t i = 0; i < 3; i++) {
    storage_rig_new();
    must_set(SEC, 1, "key", 0);
    must_set(NS, 1, "cut out", 0); /* record 2 */
    behind[i]();
    cut_out(1, 2);
    assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
    assert_status(SEC, 1, PSA_ERROR_DATA_CORRUPT);
    assert_status(SEC, 99, PSA_ERROR_DATA_CORRUPT);
    assert_status(NS, 99, PSA_ERROR_DATA_CORRUPT);
  }
}

/* In half 0 a log that begins with copies: records 0, 1 of the secure owner, 2, 3 of the application, 4 the COMMIT. */
static void copied_log(void)
{
  storage_rig_new();
  must_set(NS, 1, "item 1", 0);
  must_set(SEC, 1, "key 1", 0);
  must_set(NS, 2, "item 2", REPLAYABLE);
  must_set(SEC, 2, "key 2", 0);
  host_flash_make_unreadable(STORAGE_RIG_AREA + HALF);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_int_equal(storage_rig.flash[record_at(0, 4) + 25], 4);
}

static void assert_text_but(storage_owner owner, uint64_t uid, const char *text, bool is_lost)
{
  if (is_lost)
    assert_status(owner, uid, PSA_ERROR_DATA_CORRUPT);
  else
    assert_text(owner, uid, text);
}

/* Which owner a hole among copies concerns follows from their order; all that was copied is right. */
static void a_lost_copy_concerns_its_item_and_unknown_ones_of_owners_at_the_hole(void **unused)
{
  (void)unused;
  static const bool secure[] = {true, true, true, false}, nonsecure[] = {false, true, true, true};
  for (uint32_t i = 0; i < 4; i++) {
    copied_log();
    cut_out(0, i);
    for (uint32_t boots = 0; boots < 2; boots++) {
      assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
      assert_status(SEC, 99, secure[i] ? PSA_ERROR_DATA_CORRUPT : PSA_ERROR_DOES_NOT_EXIST);
      assert_status(NS, 99, nonsecure[i] ? PSA_ERROR_DATA_CORRUPT : PSA_ERROR_DOES_NOT_EXIST);
      assert_text_but(SEC, 1, "key 1", i == 0);
      assert_text_but(SEC, 2, "key 2", i == 1);
      assert_text_but(NS, 1, "item 1", i == 2);
      assert_text_but(NS, 2, "item 2", i == 3);
      /* copies the log: the same is known in the new one */
      if (boots == 0) host_flash_make_unreadable(STORAGE_RIG_AREA + 4 * 112 + COPY);
    }
  }
}

/* The log is copied (one unit of it decayed), and power goes amid the copies; later it is copied again, with another
 * key. Copies of both attempts have the same generation, place and sequence. */
static void a_copy_of_an_earlier_attempt_does_not_bring_its_value_back(void **unused)
{
  (void)unused;
  static storage_rig_state before, first;
  enum { ERASES = 16, UNITS_OF_A_COPY = 2 * 112 / UNIT };
  must_set(SEC, 1, "old key", 0);
  must_set(SEC, 2, "another", 0);
  storage_rig_save(&before);
  host_flash_make_unreadable(STORAGE_RIG_AREA + HALF);
  assert_true(cut_before(ERASES + UNITS_OF_A_COPY + 2, mount));
  storage_rig_save(&first);
  storage_rig_put_back_flash(&before);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  must_set(SEC, 1, "new key", 0);
  host_flash_make_unreadable(STORAGE_RIG_AREA + HALF);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(SEC, 1, "new key");
  for (uint32_t copy = 0; copy < 2; copy++) {
    const uint32_t at = record_at(0, 0) + copy * COPY;
    memcpy(storage_rig.flash + at, first.memory.flash + at, 112);
  }
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_status(SEC, 1, PSA_ERROR_DATA_CORRUPT);
  assert_status(NS, 99, PSA_ERROR_DATA_CORRUPT);
}

/* It decays after the mount, and nobody looks until the log is copied: there it is known which item it was. */
static void a_value_lost_when_the_log_is_copied_is_the_only_loss(void **unused)
{
  (void)unused;
  static uint8_t big[3072];
  must_set(NS, 1, "decays", 0);
  must_set(NS, 2, "stays", 0);
  cut_out(1, 1);
  for (uint32_t i = 0; i < 12; i++) assert_int_equal(storage_set(NS, 3, big, sizeof big, REPLAYABLE), PSA_SUCCESS);
  for (uint32_t boots = 0; boots < 2; boots++) {
    assert_true(storage_has_losses());
    assert_status(NS, 1, PSA_ERROR_DATA_CORRUPT);
    assert_text(NS, 2, "stays");
    assert_status(NS, 99, PSA_ERROR_DOES_NOT_EXIST);
    assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  }
  assert_int_equal(storage_forget_losses(), PSA_SUCCESS);
  assert_status(NS, 1, PSA_ERROR_DOES_NOT_EXIST);
  assert_text(NS, 2, "stays");
}

/* ---- Losses forgotten ---- */

static psa_status_t make_key(psa_key_id_t id)
{
  psa_key_attributes_t a = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_id(&a, id);
  psa_set_key_type(&a, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&a, 256);
  psa_set_key_usage_flags(&a, PSA_KEY_USAGE_SIGN_HASH);
  psa_set_key_algorithm(&a, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
  return keys_generate(&a, &id);
}

static void keys_can_be_made_after_an_unprotected_record_was_lost(void **unused)
{
  (void)unused;
  for (uint32_t uid = 1; uid <= 4; uid++) must_set(NS, uid, "item", REPLAYABLE);
  cut_out(1, 2);
  for (psa_key_id_t boot = 1; boot <= 3; boot++) {
    assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
    assert_int_equal(make_key(boot), PSA_SUCCESS);
  }
  assert_int_equal(keys_make_identity(), PSA_SUCCESS);
}

static void keys_can_be_made_after_a_record_was_lost_and_forgotten(void **unused)
{
  (void)unused;
  assert_int_equal(make_key(1), PSA_SUCCESS);
  assert_int_equal(make_key(2), PSA_SUCCESS);
  must_set(NS, 1, "behind", 0);
  cut_out(1, 2);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_int_equal(make_key(3), PSA_ERROR_DATA_CORRUPT);
  assert_int_equal(storage_forget_losses(), PSA_SUCCESS);
  for (psa_key_id_t id = 1; id <= 3; id++) assert_int_equal(make_key(id), PSA_SUCCESS);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_int_equal(make_key(4), PSA_SUCCESS);
  assert_int_equal(keys_make_identity(), PSA_SUCCESS);
}

/* Item 1 of the secure owner and item 2 of the application are lost, items 3 and 4 are not. */
static void device_with_losses(void)
{
  storage_rig_new();
  must_set(NS, 2, "spoilt", PSA_STORAGE_FLAG_WRITE_ONCE);
  must_set(SEC, 1, "cut out", 0); /* record 2 */
  must_set(NS, 3, "stays", PSA_STORAGE_FLAG_WRITE_ONCE);
  must_set(SEC, 4, "stays too", 0);
  cut_out(1, 2);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_true(storage_has_losses());
}

static void assert_forgotten(void)
{
  assert_false(storage_has_losses());
  assert_status(SEC, 1, PSA_ERROR_DOES_NOT_EXIST);
  assert_status(NS, 2, PSA_ERROR_DOES_NOT_EXIST);
  assert_status(SEC, 99, PSA_ERROR_DOES_NOT_EXIST);
  assert_status(NS, 99, PSA_ERROR_DOES_NOT_EXIST);
  assert_text(NS, 3, "stays");
  assert_text(SEC, 4, "stays too");
  assert_int_equal(set_text(NS, 3, "not once", 0), PSA_ERROR_NOT_PERMITTED);
}

static void what_was_lost_can_be_forgotten_and_all_else_stays(void **unused)
{
  (void)unused;
  device_with_losses();
  assert_int_equal(storage_forget_losses(), PSA_SUCCESS);
  assert_forgotten();
  assert_int_equal(storage_forget_losses(), PSA_ERROR_NOT_PERMITTED);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_forgotten();
  must_set(NS, 2, "anew", PSA_STORAGE_FLAG_WRITE_ONCE);
  must_set(SEC, 1, "anew", 0);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(NS, 2, "anew");
  assert_text(SEC, 1, "anew");
}

/* A loss that no mount has seen yet is found when it is to be forgotten. */
static void forgetting_looks_at_the_flash_first(void **unused)
{
  (void)unused;
  must_set(NS, 1, "cut out", 0);
  must_set(NS, 2, "stays", 0);
  cut_out(1, 1);
  assert_status(NS, 1, PSA_ERROR_DATA_CORRUPT);
  assert_int_equal(storage_forget_losses(), PSA_SUCCESS);
  assert_status(NS, 1, PSA_ERROR_DOES_NOT_EXIST);
  assert_text(NS, 2, "stays");
}

static void only_losses_of_storage_that_is_not_stale_can_be_forgotten(void **unused)
{
  (void)unused;
  static storage_rig_state old, healthy;
  assert_int_equal(storage_forget_losses(), PSA_ERROR_NOT_PERMITTED);
  storage_rig_save(&old);
  must_set(NS, 1, "a", 0);
  storage_rig_save(&healthy);
  assert_int_equal(storage_forget_losses(), PSA_ERROR_NOT_PERMITTED);
  assert_memory_equal(&storage_rig, &healthy.memory, sizeof storage_rig); /* and nothing is used up */
  storage_rig_put_back_flash(&old);
  assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
  assert_false(storage_has_losses());
  assert_int_equal(storage_forget_losses(), PSA_ERROR_DATA_CORRUPT);
  assert_true(storage_is_stale());
}

/* Flash that takes no new log: what was lost stays so, all else is there, and it can be tried again. */
static void forgetting_that_fails_changes_nothing(void **unused)
{
  (void)unused;
  device_with_losses();
  for (uint32_t at = 0; at < HALF; at += UNIT) host_flash_make_stuck(STORAGE_RIG_AREA + at);
  assert_int_equal(storage_forget_losses(), PSA_ERROR_STORAGE_FAILURE);
  assert_true(storage_has_losses());
  assert_status(NS, 2, PSA_ERROR_DATA_CORRUPT);
  assert_text(NS, 3, "stays");
  memset(host_flash_marks(), 0, STORAGE_RIG_UNITS);
  assert_int_equal(storage_forget_losses(), PSA_SUCCESS);
  assert_forgotten();
}

static void a_loss_after_forgetting_is_a_loss_again(void **unused)
{
  (void)unused;
  device_with_losses();
  assert_int_equal(storage_forget_losses(), PSA_SUCCESS);
  must_set(SEC, 1, "anew", 0);
  must_set(NS, 5, "behind", 0);
  cut_out(0, 3); /* two items, COMMIT, key 1 */
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_true(storage_has_losses());
  assert_status(SEC, 1, PSA_ERROR_DATA_CORRUPT);
}

static void forget(void)
{
  const psa_status_t status = storage_forget_losses();
  (void)status;
}

/* Damage flash, have the loss forgotten, put back what was there before: that would be a replay. */
static void nothing_older_comes_back_by_forgetting(void **unused)
{
  (void)unused;
  static storage_rig_state whole, damaged;
  must_set(SEC, 1, "cut out", 0);
  must_set(NS, 3, "stays", 0);
  storage_rig_save(&whole);
  cut_out(1, 1);
  storage_rig_save(&damaged);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_int_equal(storage_forget_losses(), PSA_SUCCESS);
  storage_rig_put_back_flash(&whole);
  assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
  assert_true(storage_is_stale());
  storage_rig_put_back_flash(&damaged);
  assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
  assert_true(storage_is_stale());
}

/* As of_a_change_that_was_cut_only_one_outcome_is_ever_shown(), with the flash from before the damage besides. */
static void forgetting_that_was_cut_shows_one_outcome_only(void **unused)
{
  (void)unused;
  storage_rig_random_is = STORAGE_RIG_RANDOM_SAME; /* so that equal states are equal */
  must_set(SEC, 1, "cut out", 0);
  must_set(NS, 3, "stays", 0);
  keep_flash();
  cut_out(1, 1);
  one_otp_never_shows_both(forget, true);
}

/* The COMMIT of forgetting cannot be read, so it is given up; when it can be read again, nothing must come of it. */
static void a_torn_forgetting_that_reads_well_later_does_not_count(void **unused)
{
  (void)unused;
  static storage_rig_state before;
  device_with_losses();
  storage_rig_save(&before);
  cut_at_the_last_operation(&before, forget);
  const uint32_t at = record_at(0, 2);
  assert_int_equal(storage_rig.flash[at + 25], 4);
  for (uint32_t copy = 0; copy < 2; copy++) host_flash_make_unreadable(at + copy * COPY);
  for (uint32_t boots = 0; boots < 2; boots++) {
    assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
    assert_true(storage_has_losses());
    assert_status(NS, 2, PSA_ERROR_DATA_CORRUPT);
    assert_text(SEC, 4, "stays too");
    memset(host_flash_marks(), 0, STORAGE_RIG_UNITS);
  }
}

static void a_newest_protected_record_that_was_cut_out_makes_all_stale(void **unused)
{
  (void)unused;
  must_set(NS, 1, "old", 0);
  must_set(NS, 1, "new", 0);
  cut_out(1, 2);
  assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
}

static void a_moved_record_does_not_count(void **unused)
{
  (void)unused;
  must_set(NS, 1, "old value of item", REPLAYABLE); /* records 1 and 2 have the same length */
  must_set(NS, 1, "new value of item", REPLAYABLE);
  const uint32_t from = record_at(1, 1), to = record_at(1, 3), bytes = record_at(1, 2) - from;
  for (uint32_t copy = 0; copy < 2; copy++)
    memcpy(storage_rig.flash + to + copy * COPY, storage_rig.flash + from + copy * COPY, bytes);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(NS, 1, "new value of item");
}

/* The record of a change that was given up fits, by place, sequence and epoch, where the SETTLE lies that gave it up.
 * The chain tells. */
static void a_record_of_another_history_does_not_fit(void **unused)
{
  (void)unused;
  static storage_rig_state before, written;
  must_set(SEC, 1, "key", 0);
  storage_rig_save(&before);
  cut_at_the_last_operation(&before, remove_the_key);
  storage_rig_save(&written);
  storage_rig_put_back_flash(&before);
  for (uint32_t at = 0; at < HALF; at += UNIT)
    host_flash_make_stuck(STORAGE_RIG_AREA + at); /* or the log moves there */
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  must_set(NS, 2, "later", 0);
  const uint32_t at = record_at(1, 2), bytes = record_at(1, 3) - at;
  assert_int_equal(storage_rig.flash[at + 25], 5);
  assert_int_equal(written.memory.flash[at + 25], 2);
  for (uint32_t copy = 0; copy < 2; copy++)
    memcpy(storage_rig.flash + at + copy * COPY, written.memory.flash + at + copy * COPY, bytes);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_text(NS, 2, "later");
  assert_status(SEC, 1, PSA_ERROR_DATA_CORRUPT);
}

/* A device of another key takes nothing of this one's. */
static void another_devices_flash_is_not_taken(void **unused)
{
  (void)unused;
  must_set(NS, 1, "a", 0);
  storage_rig.otp[OTP_UNIQUE_KEY_OFFSET] ^= 1;
  assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
}

static void flash_that_changes_after_the_mount_is_noticed(void **unused)
{
  (void)unused;
  static storage_rig_state start, other;
  storage_rig_save(&start);
  must_set(NS, 1, "value of one past", REPLAYABLE);
  storage_rig_save(&other);
  storage_rig_put_back_flash(&start);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  must_set(NS, 1, "value of this one", REPLAYABLE);
  storage_rig_put_back_flash(&other); /* same place, same sequence, authentic */
  assert_status(NS, 1, PSA_ERROR_DATA_CORRUPT);
}

/* Every bit pattern that flash of one byte can have is not tried; one flipped bit of each byte, in one copy and in
 * both. */
static void no_flipped_bit_makes_a_third_value(void **unused)
{
  (void)unused;
  static storage_rig_state device;
  must_set(SEC, 1, "a key, of 32 bytes, as they have", 0);
  must_set(NS, 2, "old", 0);
  must_set(NS, 2, "new", 0);
  must_set(NS, 3, "last", REPLAYABLE);
  storage_rig_save(&device);
  const uint32_t from = record_at(1, 0), to = record_at(1, 5) + 16;
  for (uint32_t at = from; at < to; at++) {
    const uint8_t flip = (uint8_t)(1u << at % 8u);
    storage_rig_put_back(&device);
    storage_rig.flash[at] ^= flip;
    assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
    assert_text(SEC, 1, "a key, of 32 bytes, as they have");
    assert_text(NS, 2, "new");
    assert_text(NS, 3, "last");
    storage_rig_put_back(&device);
    storage_rig.flash[at] ^= flip;
    storage_rig.flash[at + COPY] ^= flip;
    if (storage_rig_restart() != PSA_SUCCESS) continue;
    psa_status_t status;
    const char *now = text_of(SEC, 1, &status);
    if (now) assert_string_equal(now, "a key, of 32 bytes, as they have");
    assert_int_not_equal(status, PSA_ERROR_DOES_NOT_EXIST);
    now = text_of(NS, 2, &status);
    if (now) assert_string_equal(now, "new");
    assert_int_not_equal(status, PSA_ERROR_DOES_NOT_EXIST);
  }
}

static void garbage_everywhere_is_survived(void **unused)
{
  (void)unused;
  uint32_t seed = 9;
  for (uint32_t round = 0; round < 8; round++) {
    storage_rig_new();
    if (round % 2 == 0) must_set(NS, 1, "a", 0);
    for (uint32_t at = STORAGE_RIG_AREA; at < STORAGE_RIG_AREA + 2 * HALF; at++) {
      seed = seed * 1664525u + 1013904223u;
      storage_rig.flash[at] = (uint8_t)(seed >> 24);
    }
    for (uint32_t at = STORAGE_RIG_AREA; round >= 4 && at < STORAGE_RIG_AREA + 2 * HALF; at += UNIT)
      memcpy(storage_rig.flash + at, "HSR1", 4);
    assert_int_equal(storage_rig_restart(), round % 2 == 0 ? PSA_ERROR_DATA_CORRUPT : PSA_SUCCESS);
    if (round % 2 == 0) assert_int_equal(storage_reset(), PSA_SUCCESS);
    must_set(NS, 1, "b", 0);
    assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
    assert_text(NS, 1, "b");
  }
}

/* ---- Nothing stays in memory ---- */

static void no_plaintext_lies_in_flash(void **unused)
{
  (void)unused;
  static const char secret[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  must_set(NS, 1, secret, PSA_STORAGE_FLAG_NO_CONFIDENTIALITY);
  for (uint32_t at = 0; at + 4 <= STORAGE_RIG_FLASH_BYTES; at++)
    for (uint32_t i = 0; i + 4 < sizeof secret; i++) assert_memory_not_equal(storage_rig.flash + at, secret + i, 4);
}

extern char __data_start[], _end[]; /* the linker's: initialised and other static data of the whole program */

/* Between the variables, too, where ASan would object. */
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

static void no_call_leaves_a_value_in_static_memory(void **unused)
{
  (void)unused;
  size_t used;
  static volatile uint8_t kept_by_mistake[32];
  uint8_t *secret = malloc(32), *out = malloc(32);
  assert_true(secret && out);
  for (uint32_t i = 0; i < 32; i++) secret[i] = (uint8_t)(i * 37u + 11u);
  must_set(NS, 1, "cut out", 0);
  assert_int_equal(storage_set(NS, 2, secret, 32, 0), PSA_SUCCESS);
  assert_false(static_memory_holds(secret, 32));
  assert_int_equal(storage_get(NS, 2, 0, out, 32, &used), PSA_SUCCESS);
  assert_memory_equal(out, secret, 32);
  assert_false(static_memory_holds(secret, 32));
  cut_out(1, 1);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_false(static_memory_holds(secret, 32));
  assert_int_equal(storage_forget_losses(), PSA_SUCCESS);
  assert_false(static_memory_holds(secret, 32));
  for (uint32_t i = 0; i < 32; i++) kept_by_mistake[i] = secret[i];
  assert_true(static_memory_holds(secret, 32)); /* the search finds */
  free(secret);
  free(out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(root_keys_are_those_of_hkdf, new_device),
    cmocka_unit_test_setup(root_keys_fail_closed, new_device),
    cmocka_unit_test_setup(records_open_with_openssl, new_device),
    cmocka_unit_test_setup(no_keystream_is_used_twice_after_flash_was_put_back, new_device),
    cmocka_unit_test_setup(equal_values_in_other_places_are_sealed_differently, new_device),
    cmocka_unit_test_setup(every_earlier_flash_is_stale, new_device),
    cmocka_unit_test_setup(erased_flash_is_stale_once_anything_was_protected, new_device),
    cmocka_unit_test_setup(only_stale_storage_can_be_reset_and_then_works, new_device),
    cmocka_unit_test_setup(an_unprotected_item_may_come_back_and_nothing_else_with_it, new_device),
    cmocka_unit_test_setup(of_a_change_that_was_cut_only_one_outcome_is_ever_shown, new_device),
    cmocka_unit_test_setup(a_change_that_was_given_up_stays_so, new_device),
    cmocka_unit_test_setup(a_torn_record_that_reads_well_later_does_not_count, new_device),
    cmocka_unit_test_setup(flash_that_takes_nothing_does_not_use_the_counter_up, new_device),
    cmocka_unit_test_setup(a_record_that_was_cut_out_brings_no_older_value_back, new_device),
    cmocka_unit_test_setup(an_unprotected_record_that_was_cut_out_leaves_protected_items_alone, new_device),
    cmocka_unit_test_setup(an_unprotected_record_before_a_protected_one_was_unprotected, new_device),
    cmocka_unit_test(a_missing_raise_concerns_both_owners),
    cmocka_unit_test(a_lost_copy_concerns_its_item_and_unknown_ones_of_owners_at_the_hole),
    cmocka_unit_test_setup(a_copy_of_an_earlier_attempt_does_not_bring_its_value_back, new_device),
    cmocka_unit_test_setup(a_value_lost_when_the_log_is_copied_is_the_only_loss, new_device),
    cmocka_unit_test_setup(keys_can_be_made_after_an_unprotected_record_was_lost, new_device),
    cmocka_unit_test_setup(keys_can_be_made_after_a_record_was_lost_and_forgotten, new_device),
    cmocka_unit_test(what_was_lost_can_be_forgotten_and_all_else_stays),
    cmocka_unit_test_setup(forgetting_looks_at_the_flash_first, new_device),
    cmocka_unit_test_setup(only_losses_of_storage_that_is_not_stale_can_be_forgotten, new_device),
    cmocka_unit_test(forgetting_that_fails_changes_nothing),
    cmocka_unit_test(a_loss_after_forgetting_is_a_loss_again),
    cmocka_unit_test_setup(nothing_older_comes_back_by_forgetting, new_device),
    cmocka_unit_test_setup(forgetting_that_was_cut_shows_one_outcome_only, new_device),
    cmocka_unit_test(a_torn_forgetting_that_reads_well_later_does_not_count),
    cmocka_unit_test_setup(a_newest_protected_record_that_was_cut_out_makes_all_stale, new_device),
    cmocka_unit_test_setup(a_moved_record_does_not_count, new_device),
    cmocka_unit_test_setup(a_record_of_another_history_does_not_fit, new_device),
    cmocka_unit_test_setup(another_devices_flash_is_not_taken, new_device),
    cmocka_unit_test_setup(flash_that_changes_after_the_mount_is_noticed, new_device),
    cmocka_unit_test_setup(no_flipped_bit_makes_a_third_value, new_device),
    cmocka_unit_test_setup(garbage_everywhere_is_survived, new_device),
    cmocka_unit_test_setup(no_plaintext_lies_in_flash, new_device),
    cmocka_unit_test_setup(no_call_leaves_a_value_in_static_memory, new_device),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
