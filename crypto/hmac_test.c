#include "test_support.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "hmac.h"

/* RFC 4231. Cases 1 to 4, 6, 7 in full; case 5 is truncated to 128 bits. Data as hexadecimal. */
static void rfc4231_vectors(void **state)
{
  (void)state;
  static const struct {
    const char *key, *data, *tag;
  } vectors[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", "546573742057697468205472756e636174696f6e",
     "a3b6167473100ee06e0c796c2955552b"},
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    uint8_t *key = test_hex(vectors[i].key), *data = test_hex(vectors[i].data), tag[HMAC_BYTES];
    hmac(tag, key, strlen(vectors[i].key) / 2, data, strlen(vectors[i].data) / 2);
    assert_hex_equal(tag, vectors[i].tag);
    free(key);
    free(data);
  }

  uint8_t long_key[131], tag[HMAC_BYTES];
  memset(long_key, 0xaa, sizeof long_key);
  static const char case6[] = "Test Using Larger Than Block-Size Key - Hash Key First";
  static const char case7[] = "This is a test using a larger than block-size key and a larger than block-size data. "
                              "The key needs to be hashed before being used by the HMAC algorithm.";
  hmac(tag, long_key, sizeof long_key, case6, strlen(case6));
  assert_hex_equal(tag, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  hmac(tag, long_key, sizeof long_key, case7, strlen(case7));
  assert_hex_equal(tag, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

static void every_key_length_agrees_with_openssl(void **state)
{
  (void)state;
  uint64_t seed = 1;
  for (size_t len = 0; len <= 130; len++) {
    uint8_t bytes[130], expected[HMAC_BYTES], tag[HMAC_BYTES];
    test_fill(bytes, len, &seed);
    uint8_t *exact = test_copy(bytes, len);
    assert_non_null(HMAC(EVP_sha256(), bytes, (int)len, bytes, len, expected, NULL));
    hmac(tag, exact, len, exact, len);
    assert_memory_equal(tag, expected, sizeof tag);
    free(exact);
  }
}

static void tag_may_overlap_key_and_message(void **state)
{
  (void)state;
  uint8_t buffer[HMAC_BYTES], expected[HMAC_BYTES];
  memset(buffer, 7, sizeof buffer);
  hmac(expected, buffer, sizeof buffer, buffer, sizeof buffer);
  hmac(buffer, buffer, sizeof buffer, buffer, sizeof buffer);
  assert_memory_equal(buffer, expected, sizeof buffer);
}

static void rfc5869_vectors(void **state)
{ /* appendix A.1 to A.3: the SHA-256 cases */
  (void)state;
  static const struct {
    const char *ikm, *salt, *info, *prk, *okm;
  } vectors[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
     "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
     "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
    {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
     "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
     "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
     "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
     "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
     "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
     "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
     "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
     "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    uint8_t *ikm = test_hex(vectors[i].ikm), *salt = test_hex(vectors[i].salt), *info = test_hex(vectors[i].info);
    size_t ikm_len = strlen(vectors[i].ikm) / 2, salt_len = strlen(vectors[i].salt) / 2;
    size_t info_len = strlen(vectors[i].info) / 2, okm_len = strlen(vectors[i].okm) / 2;
    uint8_t prk[HMAC_BYTES], *okm = malloc(okm_len);
    hkdf_extract(prk, salt, salt_len, ikm, ikm_len);
    assert_hex_equal(prk, vectors[i].prk);
    assert_int_equal(hkdf(okm, okm_len, salt, salt_len, ikm, ikm_len, info, info_len), CRYPTO_OK);
    assert_hex_equal(okm, vectors[i].okm);
    free(ikm);
    free(salt);
    free(info);
    free(okm);
  }
}

static void expand_gives_at_most_255_blocks(void **state)
{
  (void)state;
  static const uint8_t prk[HMAC_BYTES] = {1};
  uint8_t *longest = malloc(HKDF_MAX_BYTES), shorter[40], nothing = 0x5a;
  assert_int_equal(hkdf_expand(longest, HKDF_MAX_BYTES, prk, NULL, 0), CRYPTO_OK);
  assert_int_equal(hkdf_expand(shorter, sizeof shorter, prk, NULL, 0), CRYPTO_OK);
  assert_memory_equal(longest, shorter, sizeof shorter); /* a shorter output is a prefix of a longer one */
  free(longest);
  assert_int_equal(hkdf_expand(&nothing, 0, prk, NULL, 0), CRYPTO_OK);
  assert_int_equal(hkdf_expand(&nothing, HKDF_MAX_BYTES + 1, prk, NULL, 0), CRYPTO_BAD_INPUT);
  assert_int_equal(hkdf_expand(&nothing, SIZE_MAX, prk, NULL, 0), CRYPTO_BAD_INPUT);
  assert_int_equal(nothing, 0x5a);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rfc4231_vectors),
    cmocka_unit_test(every_key_length_agrees_with_openssl),
    cmocka_unit_test(tag_may_overlap_key_and_message),
    cmocka_unit_test(rfc5869_vectors),
    cmocka_unit_test(expand_gives_at_most_255_blocks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
