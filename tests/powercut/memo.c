/* The two signature primitives and short hashes, remembered by their whole inputs, so that the sweep spends its time on cuts.
 *
 * Linked with --wrap: the real functions run at the first sight of each input, and the answer is kept beside
 * the input, which is compared in full. Nothing is ever answered that the real function did not answer.
 */
#include <string.h>

#include "lms.h"
#include "p256.h"
#include "powercut.h"

crypto_status __real_p256_ecdsa_recompute_r(uint8_t r[32], const uint8_t key[64], const uint8_t hash[32],
                                            const uint8_t signature[64]);
crypto_status __wrap_p256_ecdsa_recompute_r(uint8_t r[32], const uint8_t key[64], const uint8_t hash[32],
                                            const uint8_t signature[64]);
crypto_status __real_lms_recompute_root(uint8_t root[32], const uint8_t *key, const void *message, size_t bytes,
                                        const uint8_t *signature, size_t signature_bytes);
crypto_status __wrap_lms_recompute_root(uint8_t root[32], const uint8_t *key, const void *message, size_t bytes,
                                        const uint8_t *signature, size_t signature_bytes);

void __real_sha256(uint8_t digest[32], const void *data, size_t bytes);
void __wrap_sha256(uint8_t digest[32], const void *data, size_t bytes);

enum { KEPT = 32, INPUT_MAX = 4608 };

typedef struct memo {
  struct {
    size_t bytes;
    uint8_t input[INPUT_MAX];
    uint8_t output[32];
    crypto_status status;
  } kept[KEPT];
  unsigned next;
} memo;

static uint8_t input[INPUT_MAX];
static size_t input_bytes;

static void put(const void *data, size_t bytes)
{
  if (bytes > INPUT_MAX - input_bytes) powercut_fail("memo: input of %zu bytes", input_bytes + bytes);
  memcpy(input + input_bytes, data, bytes);
  input_bytes += bytes;
}

/* Index of the kept answer, or -1. */
static int find(const memo *m)
{
  for (int i = 0; i < KEPT; i++)
    if (m->kept[i].bytes == input_bytes && memcmp(m->kept[i].input, input, input_bytes) == 0) return i;
  return -1;
}

static crypto_status keep(memo *m, crypto_status status, const uint8_t output[32])
{
  const unsigned i = m->next++ % KEPT;
  m->kept[i].bytes = input_bytes;
  memcpy(m->kept[i].input, input, input_bytes);
  memcpy(m->kept[i].output, output, 32);
  return m->kept[i].status = status;
}

crypto_status __wrap_p256_ecdsa_recompute_r(uint8_t r[32], const uint8_t key[64], const uint8_t hash[32],
                                            const uint8_t signature[64])
{
  static memo answers;
  input_bytes = 0;
  put(key, 64);
  put(hash, 32);
  put(signature, 64);
  const int known = find(&answers);
  if (known < 0) return keep(&answers, __real_p256_ecdsa_recompute_r(r, key, hash, signature), r);
  memcpy(r, answers.kept[known].output, 32);
  return answers.kept[known].status;
}

crypto_status __wrap_lms_recompute_root(uint8_t root[32], const uint8_t *key, const void *message, size_t bytes,
                                        const uint8_t *signature, size_t signature_bytes)
{
  static memo answers;
  input_bytes = 0;
  put(key, LMS_PUBLIC_KEY_BYTES);
  put(&signature_bytes, sizeof signature_bytes);
  put(signature, signature_bytes);
  put(message, bytes);
  const int known = find(&answers);
  if (known < 0)
    return keep(&answers, __real_lms_recompute_root(root, key, message, bytes, signature, signature_bytes), root);
  memcpy(root, answers.kept[known].output, 32);
  return answers.kept[known].status;
}

void __wrap_sha256(uint8_t digest[32], const void *data, size_t bytes)
{
  static memo answers;
  input_bytes = 0;
  put(data, bytes);
  const int known = find(&answers);
  if (known >= 0) {
    memcpy(digest, answers.kept[known].output, 32);
    return;
  }
  __real_sha256(digest, data, bytes);
  keep(&answers, CRYPTO_OK, digest);
}
