#include "device_test_support.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "random.h"

#include "csr.c" /* with its DER writer */

/* One identity for all tests. Its noise source broke since: signatures, and so requests, come out the same each time. */
static int make_identity(void **state)
{
  (void)state;
  uint8_t unused[16];
  test_device_new();
  assert_int_equal(keys_make_identity(), PSA_SUCCESS);
  host_noise_script(test_noise_stuck, NULL);
  assert_int_equal(random_fresh_bytes(unused, sizeof unused), PSA_ERROR_INSUFFICIENT_ENTROPY);
  return 0;
}

static int free_device(void **state)
{
  (void)state;
  test_device_free();
  return 0;
}

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-";

static void fill_name(char name[HF_THING_NAME_MAX], size_t bytes)
{
  for (size_t i = 0; i < bytes; i++) name[i] = alphabet[(i * 7 + bytes) % (sizeof alphabet - 1)];
}

/* ---- OpenSSL reads it ---- */

static void assert_subject_is_only(X509_REQ *request, const char *name, size_t bytes)
{
  X509_NAME *subject = X509_REQ_get_subject_name(request);
  assert_int_equal(X509_NAME_entry_count(subject), 1);
  X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, 0);
  assert_int_equal(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)), NID_commonName);
  const ASN1_STRING *text = X509_NAME_ENTRY_get_data(entry);
  assert_int_equal(ASN1_STRING_type(text), V_ASN1_UTF8STRING);
  assert_int_equal(ASN1_STRING_length(text), bytes);
  assert_memory_equal(ASN1_STRING_get0_data(text), name, bytes);
}

static void assert_key_is_identity(EVP_PKEY *key)
{
  uint8_t expected[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE], *point = NULL;
  size_t used;
  char curve[32];
  assert_int_equal(keys_export_public(HF_KEY_DEVICE_IDENTITY, expected, sizeof expected, &used), PSA_SUCCESS);
  assert_int_equal(EVP_PKEY_get1_encoded_public_key(key, &point), sizeof expected);
  assert_memory_equal(point, expected, sizeof expected);
  OPENSSL_free(point);
  assert_int_equal(EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL), 1);
  assert_string_equal(curve, "prime256v1");
}

static void assert_request_is_good(const uint8_t *der, size_t bytes, const char *name, size_t name_bytes)
{
  const uint8_t *at = der;
  X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)bytes);
  assert_non_null(request);
  assert_ptr_equal(at, der + bytes);
  EVP_PKEY *key = X509_REQ_get_pubkey(request);
  assert_int_equal(X509_REQ_verify(request, key), 1);
  assert_int_equal(X509_REQ_get_version(request), 0);
  assert_int_equal(X509_REQ_get_signature_nid(request), NID_ecdsa_with_SHA256);
  assert_int_equal(X509_REQ_get_attr_count(request), 0);
  assert_subject_is_only(request, name, name_bytes);
  assert_key_is_identity(key);
  EVP_PKEY_free(key);
  X509_REQ_free(request);
}

/* d2i keeps what it read; only a structure that is marked as changed is encoded anew. */
static void assert_encoding_is_openssls(const uint8_t *der, size_t bytes)
{
  const uint8_t *at = der;
  uint8_t *again = NULL;
  X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)bytes);
  assert_true(i2d_re_X509_REQ_tbs(request, &again) > 0);
  OPENSSL_free(again);
  again = NULL;
  assert_int_equal(i2d_X509_REQ(request, &again), bytes);
  assert_memory_equal(again, der, bytes);
  OPENSSL_free(again);
  X509_REQ_free(request);
}

static void makes_a_request_that_openssl_takes_for_every_length_of_name(void **state)
{
  (void)state;
  char name[HF_THING_NAME_MAX];
  uint8_t der[CSR_MAX];
  size_t used;
  for (size_t bytes = 1; bytes <= HF_THING_NAME_MAX; bytes++) {
    fill_name(name, bytes);
    assert_int_equal(csr_make(name, bytes, der, sizeof der, &used), PSA_SUCCESS);
    assert_request_is_good(der, used, name, bytes);
    assert_encoding_is_openssls(der, used);
  }
}

/* Unsigned numbers with any count of leading zeros, with and without a first bit that is set. */
static void writes_numbers_as_openssl_does(void **state)
{
  (void)state;
  for (size_t zeros = 0; zeros <= P256_BYTES; zeros++) {
    for (unsigned first = 0x01; first <= 0xff; first += 0x7e) { /* 01, 7f, fd */
      uint8_t number[P256_BYTES] = {0}, out[40], *expected = NULL;
      if (zeros < P256_BYTES) number[zeros] = (uint8_t)first;
      der_writer w = {.out = out, .size = sizeof out};
      der_number(&w, number);
      BIGNUM *value = BN_bin2bn(number, sizeof number, NULL);
      ASN1_INTEGER *integer = BN_to_ASN1_INTEGER(value, NULL);
      assert_int_equal(i2d_ASN1_INTEGER(integer, &expected), w.used);
      assert_memory_equal(out, expected, w.used);
      OPENSSL_free(expected);
      ASN1_INTEGER_free(integer);
      BN_free(value);
    }
  }
}

/* ---- Names ---- */

static void takes_only_names_of_the_alphabet(void **state)
{
  (void)state;
  uint8_t der[CSR_MAX];
  for (unsigned c = 0; c < 256; c++) {
    char name[3] = {'a', (char)c, 'z'};
    size_t used = 1;
    const bool valid = c != 0 && strchr(alphabet, (int)c) != NULL;
    assert_int_equal(csr_name_is_valid(name, sizeof name), valid);
    assert_int_equal(csr_make(name, sizeof name, der, sizeof der, &used),
                     valid ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT);
    assert_int_equal(used != 0, valid);
  }
}

static void takes_only_names_of_1_to_128_characters(void **state)
{
  (void)state;
  char name[HF_THING_NAME_MAX + 1];
  memset(name, 'a', sizeof name);
  assert_false(csr_name_is_valid(name, 0));
  for (size_t bytes = 1; bytes <= HF_THING_NAME_MAX; bytes++) assert_true(csr_name_is_valid(name, bytes));
  assert_false(csr_name_is_valid(name, sizeof name));
  assert_false(csr_name_is_valid(name, SIZE_MAX));
}

/* ---- Buffers ---- */

/* Buffers are of exactly that size: ASan sees the first byte written beyond. */
static void assert_fits_only_in(size_t needed, const char *name, size_t name_bytes)
{
  for (size_t bytes = 0; bytes <= needed + 1; bytes++) {
    uint8_t *der = malloc(bytes ? bytes : 1);
    assert_non_null(der);
    size_t used = 1;
    const psa_status_t status = csr_make(name, name_bytes, bytes ? der : der + 1, bytes, &used);
    assert_int_equal(status, bytes < needed ? PSA_ERROR_BUFFER_TOO_SMALL : PSA_SUCCESS);
    assert_int_equal(used, bytes < needed ? 0 : needed);
    free(der);
  }
}

static void refuses_every_buffer_that_is_too_small(void **state)
{
  (void)state;
  static const size_t lengths[] = {1, 20, 110, HF_THING_NAME_MAX}; /* all forms of the lengths inside */
  char name[HF_THING_NAME_MAX];
  uint8_t der[CSR_MAX];
  for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    size_t needed;
    fill_name(name, lengths[i]);
    assert_int_equal(csr_make(name, lengths[i], der, sizeof der, &needed), PSA_SUCCESS);
    assert_fits_only_in(needed, name, lengths[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(makes_a_request_that_openssl_takes_for_every_length_of_name),
    cmocka_unit_test(writes_numbers_as_openssl_does),
    cmocka_unit_test(takes_only_names_of_the_alphabet),
    cmocka_unit_test(takes_only_names_of_1_to_128_characters),
    cmocka_unit_test(refuses_every_buffer_that_is_too_small),
  };
  return cmocka_run_group_tests(tests, make_identity, free_device);
}
