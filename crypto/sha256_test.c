#include "test_support.h"

#include <openssl/evp.h>

#include "sha256.h"

static void openssl_sha256(uint8_t digest[SHA256_BYTES], const void *data, size_t len)
{
  assert_int_equal(EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL), 1);
}

static void published_vectors(void **state)
{ /* FIPS 180-4 examples, and the empty message */
  (void)state;
  static const struct {
    const char *message, *digest;
  } vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    uint8_t digest[SHA256_BYTES];
    sha256(digest, vectors[i].message, strlen(vectors[i].message));
    assert_hex_equal(digest, vectors[i].digest);
  }
}

static void a_million_times_the_letter_a(void **state)
{
  (void)state;
  static char chunk[1000];
  memset(chunk, 'a', sizeof chunk);
  sha256_ctx ctx;
  sha256_init(&ctx);
  for (int i = 0; i < 1000; i++) sha256_update(&ctx, chunk, sizeof chunk);
  uint8_t digest[SHA256_BYTES];
  sha256_final(&ctx, digest);
  assert_hex_equal(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void every_length_agrees_with_openssl(void **state)
{
  (void)state;
  uint64_t seed = 1;
  for (size_t len = 0; len <= 200; len++) {
    uint8_t message[200], expected[SHA256_BYTES], digest[SHA256_BYTES];
    test_fill(message, len, &seed);
    uint8_t *exact = test_copy(message, len);
    openssl_sha256(expected, message, len);
    sha256(digest, exact, len);
    assert_memory_equal(digest, expected, sizeof digest);
    free(exact);
  }
}

static void every_split_gives_the_same_digest(void **state)
{
  (void)state;
  uint64_t seed = 2;
  uint8_t message[150], expected[SHA256_BYTES];
  test_fill(message, sizeof message, &seed);
  openssl_sha256(expected, message, sizeof message);
  for (size_t a = 0; a <= sizeof message; a++) {
    for (size_t b = a; b <= sizeof message; b++) {
      sha256_ctx ctx;
      uint8_t digest[SHA256_BYTES];
      sha256_init(&ctx);
      sha256_update(&ctx, message, a);
      sha256_update(&ctx, message + a, b - a);
      sha256_update(&ctx, message + b, sizeof message - b);
      sha256_final(&ctx, digest);
      assert_memory_equal(digest, expected, sizeof digest);
    }
  }
}

static void alignment_does_not_matter(void **state)
{
  (void)state;
  uint64_t seed = 3;
  uint8_t raw[8 + 128], out[8 + SHA256_BYTES], expected[SHA256_BYTES];
  for (size_t shift = 0; shift < 8; shift++) {
    test_fill(raw, sizeof raw, &seed);
    openssl_sha256(expected, raw + shift, 128);
    sha256(out + shift, raw + shift, 128);
    assert_memory_equal(out + shift, expected, sizeof expected);
  }
}

static void a_copied_context_continues_on_its_own(void **state)
{
  (void)state;
  sha256_ctx common, left;
  uint8_t a[SHA256_BYTES], b[SHA256_BYTES], expected[SHA256_BYTES];
  sha256_init(&common);
  sha256_update(&common, "common", 6);
  left = common;
  sha256_update(&left, "left", 4);
  sha256_update(&common, "right", 5);
  sha256_final(&left, a);
  sha256_final(&common, b);
  openssl_sha256(expected, "commonleft", 10);
  assert_memory_equal(a, expected, sizeof a);
  openssl_sha256(expected, "commonright", 11);
  assert_memory_equal(b, expected, sizeof b);
}

static void a_padded_block_is_the_hash_of_its_message(void **state)
{
  (void)state;
  uint64_t seed = 4;
  for (size_t len = 0; len <= 55; len++) {
    uint8_t block[SHA256_BLOCK_BYTES] = {0}, expected[SHA256_BYTES];
    test_fill(block, len, &seed);
    openssl_sha256(expected, block, len);
    block[len] = 0x80;
    block[62] = (uint8_t)(len * 8 >> 8);
    block[63] = (uint8_t)(len * 8);
    sha256_padded_block(block + 23, block); /* overlap is allowed, and is how LMS uses it */
    assert_memory_equal(block + 23, expected, sizeof expected);
  }
}

static void lengths_above_32_bits_are_counted(void **state)
{
  (void)state;
  /* Hashing 2^32 bytes would take minutes: pretend instead, and compare the last block with OpenSSL's padding rule
     * by hand. */
  sha256_ctx ctx;
  sha256_init(&ctx);
  ctx.bytes = (uint64_t)0x123456789a << 6;
  uint8_t digest[SHA256_BYTES], block[SHA256_BLOCK_BYTES] = {0x80}, expected[SHA256_BYTES];
  uint64_t bits = ((uint64_t)0x123456789a << 6) * 8;
  for (size_t i = 0; i < 8; i++) block[63 - i] = (uint8_t)(bits >> 8 * i);
  sha256_padded_block(expected, block);
  sha256_final(&ctx, digest);
  assert_memory_equal(digest, expected, sizeof digest);
}

static void final_leaves_nothing_in_the_context(void **state)
{
  (void)state;
  static const sha256_ctx zero;
  sha256_ctx ctx;
  uint8_t digest[SHA256_BYTES];
  sha256_init(&ctx);
  sha256_update(&ctx, "secret", 6);
  sha256_final(&ctx, digest);
  assert_memory_equal(&ctx, &zero, sizeof ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(published_vectors),
    cmocka_unit_test(a_million_times_the_letter_a),
    cmocka_unit_test(every_length_agrees_with_openssl),
    cmocka_unit_test(every_split_gives_the_same_digest),
    cmocka_unit_test(alignment_does_not_matter),
    cmocka_unit_test(a_copied_context_continues_on_its_own),
    cmocka_unit_test(a_padded_block_is_the_hash_of_its_message),
    cmocka_unit_test(lengths_above_32_bits_are_counted),
    cmocka_unit_test(final_leaves_nothing_in_the_context),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
