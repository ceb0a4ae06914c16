#include "test_support.h"

#include "ct.h"
#include "lms.h"
#include "lms_rfc8554_vectors.h"
#include "lms_sign.h"

enum { SIG_MAX = HSS_SIGNATURE_BYTES_H10_W4 };

static const uint8_t test_id[LMS_ID_BYTES] = "tree identifier";
static const uint8_t test_seed[LMS_SEED_BYTES] = "seed of the LMS unit tests only";
static const uint8_t message[] = "the message that is signed";

static lms_signing_key new_key(enum lms_tree_type tree_type, enum lms_ots_type ots_type)
{
  lms_signing_key key;
  uint8_t *tree = malloc(lms_tree_bytes(tree_type));
  assert_non_null(tree);
  assert_int_equal(lms_signing_key_init(&key, tree_type, ots_type, test_id, test_seed, tree), CRYPTO_OK);
  return key;
}

static void free_key(lms_signing_key *key)
{
  free((void *)(uintptr_t)key->tree);
  lms_signing_key_wipe(key);
}

/* Verifies copies of exactly the given sizes, so that ASan sees any read beyond them. */
static crypto_status verify_exact(const uint8_t *key, const void *msg, size_t msg_len, const uint8_t *sig,
                                  size_t sig_len)
{
  uint8_t *k = test_copy(key, HSS_PUBLIC_KEY_BYTES), *m = test_copy(msg, msg_len), *s = test_copy(sig, sig_len);
  crypto_status status = hss_verify(k, m, msg_len, s, sig_len);
  free(k);
  free(m);
  free(s);
  return status;
}

static void assert_complement_of_root(const uint8_t root[LMS_NODE_BYTES], const uint8_t *hss_key)
{
  for (size_t i = 0; i < LMS_NODE_BYTES; i++) assert_int_equal(root[i] ^ hss_root(hss_key)[i], 0xff);
}

static void rfc8554_test_case_1(void **state)
{
  (void)state;
  uint8_t *key = test_hex(rfc8554_case1_public_key), *sig = test_hex(rfc8554_case1_signature);
  assert_int_equal(
    verify_exact(key, rfc8554_case1_message, strlen(rfc8554_case1_message), sig, strlen(rfc8554_case1_signature) / 2),
    CRYPTO_OK);
  free(key);
  free(sig);
}

static void rfc8554_test_case_2(void **state)
{
  (void)state;
  uint8_t *key = test_hex(rfc8554_case2_public_key), *sig = test_hex(rfc8554_case2_signature);
  assert_int_equal(
    verify_exact(key, rfc8554_case2_message, strlen(rfc8554_case2_message), sig, strlen(rfc8554_case2_signature) / 2),
    CRYPTO_OK);
  free(key);
  free(sig);
}

/* The standard's seeds and randomizers give the standard's keys and signatures, byte for byte, at both levels. */
static void signing_reproduces_rfc8554_test_case_2(void **state)
{
  (void)state;
  uint8_t *key = test_hex(rfc8554_case2_public_key), *sig = test_hex(rfc8554_case2_signature);
  uint8_t *top_seed = test_hex(rfc8554_case2_top_seed), *lower_seed = test_hex(rfc8554_case2_lower_seed);
  const uint8_t *top_sig = sig + 4;
  const uint8_t *lower_key = top_sig + LMS_SIGNATURE_BYTES_H10_W4, *lower_sig = lower_key + LMS_PUBLIC_KEY_BYTES;
  uint8_t out[SIG_MAX], public_key[LMS_PUBLIC_KEY_BYTES];
  lms_signing_key signer;

  uint8_t *tree = malloc(lms_tree_bytes(LMS_SHA256_M32_H10));
  assert_int_equal(lms_signing_key_init(&signer, LMS_SHA256_M32_H10, LMOTS_SHA256_N32_W4, key + 4 + 8, top_seed, tree),
                   CRYPTO_OK);
  lms_public_key(public_key, &signer);
  assert_memory_equal(public_key, key + 4, sizeof public_key);
  assert_int_equal(lms_sign(out, LMS_SIGNATURE_BYTES_H10_W4, &signer, 3, top_sig + 8, lower_key, LMS_PUBLIC_KEY_BYTES),
                   CRYPTO_OK);
  assert_memory_equal(out, top_sig, LMS_SIGNATURE_BYTES_H10_W4);
  free_key(&signer);

  tree = malloc(lms_tree_bytes(LMS_SHA256_M32_H5));
  assert_int_equal(
    lms_signing_key_init(&signer, LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W8, lower_key + 8, lower_seed, tree), CRYPTO_OK);
  lms_public_key(public_key, &signer);
  assert_memory_equal(public_key, lower_key, sizeof public_key);
  assert_int_equal(lms_sign(out, lms_sign_bytes(&signer), &signer, 4, lower_sig + 8, rfc8554_case2_message,
                            strlen(rfc8554_case2_message)),
                   CRYPTO_OK);
  assert_memory_equal(out, lower_sig, lms_sign_bytes(&signer));
  free_key(&signer);
  free(key);
  free(sig);
  free(top_seed);
  free(lower_seed);
}

static void two_levels_refuse_every_changed_byte(void **state)
{
  (void)state;
  uint8_t *key = test_hex(rfc8554_case1_public_key), *sig = test_hex(rfc8554_case1_signature);
  size_t len = strlen(rfc8554_case1_signature) / 2, msg_len = strlen(rfc8554_case1_message);
  for (size_t i = 0; i < len; i += 5) {
    sig[i] ^= (uint8_t)(1u << i % 8);
    assert_int_not_equal(hss_verify(key, rfc8554_case1_message, msg_len, sig, len), CRYPTO_OK);
    sig[i] ^= (uint8_t)(1u << i % 8);
  }
  for (size_t i = 0; i < HSS_PUBLIC_KEY_BYTES; i++) {
    key[i] ^= 1;
    assert_int_not_equal(hss_verify(key, rfc8554_case1_message, msg_len, sig, len), CRYPTO_OK);
    key[i] ^= 1;
  }
  free(key);
  free(sig);
}

/* A lower key that was never used for this message: the answer is INVALID and the value is wrong as well. */
static void two_levels_refuse_a_lower_signature_of_another_message(void **state)
{
  (void)state;
  uint8_t *key = test_hex(rfc8554_case1_public_key), *sig = test_hex(rfc8554_case1_signature);
  uint8_t root[LMS_NODE_BYTES];
  assert_int_equal(hss_recompute_root(root, key, "other", 5, sig, strlen(rfc8554_case1_signature) / 2), CRYPTO_INVALID);
  assert_complement_of_root(root, key);
  free(key);
  free(sig);
}

static void two_levels_need_every_byte_and_no_more(void **state)
{
  (void)state;
  uint8_t *key = test_hex(rfc8554_case2_public_key), *sig = test_hex(rfc8554_case2_signature);
  size_t len = strlen(rfc8554_case2_signature) / 2;
  for (size_t cut = 0; cut < len; cut += cut < 80 || cut > 2490 ? 1 : 97)
    assert_int_equal(verify_exact(key, "m", 1, sig, cut), CRYPTO_BAD_INPUT);
  uint8_t *longer = malloc(len + 1);
  memcpy(longer, sig, len);
  longer[len] = 0;
  assert_int_equal(verify_exact(key, rfc8554_case2_message, strlen(rfc8554_case2_message), longer, len + 1),
                   CRYPTO_BAD_INPUT);
  free(longer);
  free(key);
  free(sig);
}

static void signs_and_verifies_with(enum lms_tree_type tree_type, enum lms_ots_type ots_type, size_t expected_bytes)
{
  lms_signing_key signer = new_key(tree_type, ots_type);
  uint8_t key[HSS_PUBLIC_KEY_BYTES], sig[SIG_MAX];
  hss_public_key(key, &signer);
  size_t len = hss_sign_bytes(&signer);
  assert_int_equal(len, expected_bytes);
  assert_int_equal(hss_signature_bytes(key), expected_bytes);

  uint32_t leaves = lms_leaf_count(tree_type);
  const uint32_t chosen[] = {0, 1, leaves / 2 - 1, leaves / 2, leaves - 2, leaves - 1};
  for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
    assert_int_equal(hss_sign(sig, len, &signer, chosen[i], NULL, message, sizeof message), CRYPTO_OK);
    assert_int_equal(verify_exact(key, message, sizeof message, sig, len), CRYPTO_OK);
    assert_int_equal(verify_exact(key, message, sizeof message - 1, sig, len), CRYPTO_INVALID);
  }
  assert_int_equal(hss_sign(sig, len, &signer, leaves, NULL, message, sizeof message), CRYPTO_BAD_INPUT);
  assert_int_equal(hss_sign(sig, len, &signer, UINT32_MAX, NULL, message, sizeof message), CRYPTO_BAD_INPUT);
  assert_int_equal(hss_sign(sig, len - 1, &signer, 0, NULL, message, sizeof message), CRYPTO_BAD_INPUT);
  assert_int_equal(hss_sign(sig, 0, &signer, 0, NULL, message, sizeof message), CRYPTO_BAD_INPUT);

  /* An empty message is a message. */
  assert_int_equal(hss_sign(sig, len, &signer, 2, NULL, NULL, 0), CRYPTO_OK);
  assert_int_equal(hss_verify(key, NULL, 0, sig, len), CRYPTO_OK);
  assert_int_equal(hss_verify(key, "", 1, sig, len), CRYPTO_INVALID);
  free_key(&signer);
}

static void signs_and_verifies_h10_w4(void **state)
{
  (void)state;
  signs_and_verifies_with(LMS_SHA256_M32_H10, LMOTS_SHA256_N32_W4, HSS_SIGNATURE_BYTES_H10_W4);
}

static void signs_and_verifies_h10_w8(void **state)
{
  (void)state;
  signs_and_verifies_with(LMS_SHA256_M32_H10, LMOTS_SHA256_N32_W8, HSS_SIGNATURE_BYTES_H10_W8);
}

static void signs_and_verifies_h5(void **state)
{
  (void)state;
  signs_and_verifies_with(LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W4, 4 + 12 + 32 * (1 + 67 + 5));
  signs_and_verifies_with(LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W8, 4 + 12 + 32 * (1 + 34 + 5));
}

static void refuses_every_changed_byte_with(enum lms_ots_type ots_type)
{
  lms_signing_key signer = new_key(LMS_SHA256_M32_H5, ots_type);
  uint8_t key[HSS_PUBLIC_KEY_BYTES], sig[SIG_MAX];
  hss_public_key(key, &signer);
  size_t len = hss_sign_bytes(&signer);
  assert_int_equal(hss_sign(sig, len, &signer, 19, NULL, message, sizeof message), CRYPTO_OK);
  uint8_t *exact = test_copy(sig, len);
  for (size_t i = 0; i < len; i++) {
    exact[i] ^= (uint8_t)(1u << i % 8);
    assert_int_not_equal(hss_verify(key, message, sizeof message, exact, len), CRYPTO_OK);
    exact[i] ^= (uint8_t)(1u << i % 8);
  }
  for (size_t i = 0; i < sizeof key; i++) {
    key[i] ^= 0x80;
    assert_int_not_equal(hss_verify(key, message, sizeof message, exact, len), CRYPTO_OK);
    key[i] ^= 0x80;
  }
  assert_int_equal(hss_verify(key, message, sizeof message, exact, len), CRYPTO_OK);
  free(exact);
  free_key(&signer);
}

static void refuses_every_changed_byte(void **state)
{
  (void)state;
  refuses_every_changed_byte_with(LMOTS_SHA256_N32_W4);
  refuses_every_changed_byte_with(LMOTS_SHA256_N32_W8);
}

static void refuses_malformed_input_and_returns_the_complement(void **state)
{
  (void)state;
  lms_signing_key signer = new_key(LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W4);
  uint8_t key[HSS_PUBLIC_KEY_BYTES], sig[SIG_MAX + 1] = {0};
  hss_public_key(key, &signer);
  size_t len = hss_sign_bytes(&signer);
  assert_int_equal(hss_sign(sig, len, &signer, 7, NULL, message, sizeof message), CRYPTO_OK);
  const size_t tree_type_at = 4 + 8 + 32 + 67 * 32;

  static const struct {
    size_t at; /* big-endian word in the signature, or in the key if in_key */
    int in_key;
    uint32_t value;
  } cases[] = {
    {0, 0, 1},            /* levels below */
    {0, 0, UINT32_MAX},   /*  */
    {4, 0, 32},           /* q: first beyond the tree */
    {4, 0, UINT32_MAX},   /*  */
    {8, 0, 4},            /* one-time type: W8 */
    {8, 0, 0x01000003},   /* only the low byte is right */
    {tree_type_at, 0, 6}, /* tree type: H10 */
    {tree_type_at, 0, 0}, /*  */
    {0, 1, 0},            /* no level */
    {0, 1, 2},            /* signature has one */
    {0, 1, 3},            /* not supported */
    {0, 1, UINT32_MAX},   /* + 1 wraps */
    {4, 1, 4},            /* tree types around the supported ones */
    {4, 1, 6},
    {4, 1, 7},
    {8, 1, 1}, /* W1, W2, 24-byte W1 */
    {8, 1, 2},
    {8, 1, 5},
    {8, 1, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint8_t k[sizeof key], s[sizeof sig], root[LMS_NODE_BYTES];
    memcpy(k, key, sizeof k);
    memcpy(s, sig, sizeof s);
    uint8_t *word = cases[i].in_key ? k + cases[i].at : s + cases[i].at;
    for (int b = 0; b < 4; b++) word[b] = (uint8_t)(cases[i].value >> (24 - 8 * b));
    assert_int_equal(hss_recompute_root(root, k, message, sizeof message, s, len), CRYPTO_BAD_INPUT);
    assert_complement_of_root(root, k);
  }
  for (size_t cut = 0; cut < len; cut++) {
    uint8_t *exact = test_copy(sig, cut), root[LMS_NODE_BYTES];
    assert_int_equal(hss_recompute_root(root, key, message, sizeof message, exact, cut), CRYPTO_BAD_INPUT);
    assert_complement_of_root(root, key);
    free(exact);
  }
  assert_int_equal(hss_verify(key, message, sizeof message, sig, len + 1), CRYPTO_BAD_INPUT);
  assert_int_equal(hss_verify(key, message, sizeof message, sig, SIZE_MAX), CRYPTO_BAD_INPUT);
  assert_int_equal(hss_verify(key, message, sizeof message, NULL, 0), CRYPTO_BAD_INPUT);
  free_key(&signer);
}

static void a_wrong_signature_computes_another_root(void **state)
{
  (void)state;
  lms_signing_key signer = new_key(LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W8);
  uint8_t key[HSS_PUBLIC_KEY_BYTES], sig[SIG_MAX], root[LMS_NODE_BYTES];
  hss_public_key(key, &signer);
  size_t len = hss_sign_bytes(&signer);
  assert_int_equal(hss_sign(sig, len, &signer, 31, NULL, message, sizeof message), CRYPTO_OK);
  assert_int_equal(hss_recompute_root(root, key, message, sizeof message, sig, len), CRYPTO_OK);
  assert_true(ct_equal(root, hss_root(key), sizeof root));
  assert_int_equal(hss_recompute_root(root, key, message, 3, sig, len), CRYPTO_OK); /* computed, and different */
  assert_false(ct_equal(root, hss_root(key), sizeof root));
  free_key(&signer);
}

static void signature_length_is_known_for_one_level_only(void **state)
{
  (void)state;
  uint8_t key[HSS_PUBLIC_KEY_BYTES] = {0, 0, 0, 2, 0, 0, 0, 6, 0, 0, 0, 3};
  assert_int_equal(hss_signature_bytes(key), 0);
  assert_int_equal(lms_signature_bytes(key + 4), LMS_SIGNATURE_BYTES_H10_W4);
  key[3] = 1;
  assert_int_equal(hss_signature_bytes(key), HSS_SIGNATURE_BYTES_H10_W4);
  key[7] = 9;
  assert_int_equal(hss_signature_bytes(key), 0);
}

static void deriving_the_randomizer_repeats_the_signature(void **state)
{
  (void)state;
  lms_signing_key signer = new_key(LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W4);
  uint8_t a[SIG_MAX], b[SIG_MAX];
  size_t len = hss_sign_bytes(&signer);
  assert_int_equal(hss_sign(a, len, &signer, 5, NULL, message, sizeof message), CRYPTO_OK);
  assert_int_equal(hss_sign(b, len, &signer, 5, NULL, message, sizeof message), CRYPTO_OK);
  assert_memory_equal(a, b, len);
  assert_int_equal(hss_sign(b, len, &signer, 6, NULL, message, sizeof message), CRYPTO_OK);
  assert_memory_not_equal(a + 4 + 8, b + 4 + 8, 32);
  free_key(&signer);
}

static void a_stored_tree_is_checked_when_loaded(void **state)
{
  (void)state;
  lms_signing_key signer = new_key(LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W8), loaded;
  size_t bytes = lms_tree_bytes(LMS_SHA256_M32_H5);
  assert_int_equal(bytes, 2 * 32 * LMS_NODE_BYTES);
  uint8_t *stored = test_copy(signer.tree, bytes);
  assert_int_equal(lms_signing_key_load(&loaded, LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W8, test_id, test_seed, stored),
                   CRYPTO_OK);
  uint8_t a[SIG_MAX], b[SIG_MAX];
  size_t len = lms_sign_bytes(&signer);
  assert_int_equal(lms_sign(a, len, &signer, 3, NULL, message, sizeof message), CRYPTO_OK);
  assert_int_equal(lms_sign(b, len, &loaded, 3, NULL, message, sizeof message), CRYPTO_OK);
  assert_memory_equal(a, b, len);
  for (size_t at = LMS_NODE_BYTES; at < bytes; at += 7) {
    static const lms_signing_key wiped;
    stored[at] ^= 4;
    assert_int_equal(lms_signing_key_load(&loaded, LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W8, test_id, test_seed, stored),
                     CRYPTO_INVALID);
    assert_memory_equal(loaded.seed, wiped.seed, sizeof wiped.seed);
    stored[at] ^= 4;
  }
  free(stored);
  free_key(&signer);
}

static void unsupported_types_make_no_key(void **state)
{
  (void)state;
  lms_signing_key signer;
  uint8_t tree[64];
  assert_int_equal(lms_tree_bytes((enum lms_tree_type)7), 0);
  assert_int_equal(lms_leaf_count((enum lms_tree_type)4), 0);
  assert_int_equal(lms_signing_key_init(&signer, (enum lms_tree_type)7, LMOTS_SHA256_N32_W4, test_id, test_seed, tree),
                   CRYPTO_BAD_INPUT);
  assert_int_equal(lms_sign_bytes(&signer), 0);
  assert_int_equal(lms_signing_key_init(&signer, LMS_SHA256_M32_H5, (enum lms_ots_type)2, test_id, test_seed, tree),
                   CRYPTO_BAD_INPUT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rfc8554_test_case_1),
    cmocka_unit_test(rfc8554_test_case_2),
    cmocka_unit_test(signing_reproduces_rfc8554_test_case_2),
    cmocka_unit_test(two_levels_refuse_every_changed_byte),
    cmocka_unit_test(two_levels_refuse_a_lower_signature_of_another_message),
    cmocka_unit_test(two_levels_need_every_byte_and_no_more),
    cmocka_unit_test(signs_and_verifies_h10_w4),
    cmocka_unit_test(signs_and_verifies_h10_w8),
    cmocka_unit_test(signs_and_verifies_h5),
    cmocka_unit_test(refuses_every_changed_byte),
    cmocka_unit_test(refuses_malformed_input_and_returns_the_complement),
    cmocka_unit_test(a_wrong_signature_computes_another_root),
    cmocka_unit_test(signature_length_is_known_for_one_level_only),
    cmocka_unit_test(deriving_the_randomizer_repeats_the_signature),
    cmocka_unit_test(a_stored_tree_is_checked_when_loaded),
    cmocka_unit_test(unsupported_types_make_no_key),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
