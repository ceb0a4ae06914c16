/* NIST's vectors of HMAC_DRBG (CAVP, drbgvectors), driven through mbedTLS as the device compiles it. The files are mbedTLS's, from
 * its pinned source; a vector is a line  function:MBEDTLS_MD_SHA256:"hex":"hex"... */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mbedtls/hmac_drbg.h"

#define VECTORS_OF_SHA256 60 /* in each file */
#define FIELDS 6

typedef struct field {
  uint8_t bytes[512];
  size_t count;
} field;

/* Hex fields of one line, in order. */
static unsigned parse(char *line, field out[FIELDS])
{
  unsigned fields = 0;
  char *quote = strchr(line, '"');
  for (; quote && fields < FIELDS; fields++) {
    char *end = strchr(quote + 1, '"');
    assert_non_null(end);
    out[fields].count = (size_t)(end - quote - 1) / 2;
    assert_in_range(out[fields].count, 0, sizeof out[fields].bytes);
    for (size_t i = 0; i < out[fields].count; i++) {
      const char digits[3] = {quote[1 + 2 * i], quote[2 + 2 * i], 0};
      out[fields].bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    quote = strchr(end + 1, '"');
  }
  return fields;
}

/* Entropy of a vector, given out in order. */
typedef struct supply {
  const field *from;
  size_t at;
} supply;

static int entropy(void *context, unsigned char *out, size_t bytes)
{
  supply *s = context;
  if (bytes > s->from->count - s->at) return -1;
  memcpy(out, s->from->bytes + s->at, bytes);
  s->at += bytes;
  return 0;
}

typedef void (*vector_check)(mbedtls_hmac_drbg_context *drbg, supply *from, field f[FIELDS], unsigned fields);

static const mbedtls_md_info_t *sha256(void)
{
  return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
}

static void generate(mbedtls_hmac_drbg_context *drbg, const field *additional, const field *expected)
{
  uint8_t out[sizeof expected->bytes];
  assert_int_equal(mbedtls_hmac_drbg_random_with_add(drbg, out, expected->count, additional->bytes, additional->count),
                   0);
  assert_memory_equal(out, expected->bytes, expected->count);
}

static void generate_unseen(mbedtls_hmac_drbg_context *drbg, const field *additional, size_t bytes)
{
  uint8_t out[512];
  assert_int_equal(mbedtls_hmac_drbg_random_with_add(drbg, out, bytes, additional->bytes, additional->count), 0);
}

/* entropy and nonce, personalization, additional 1 and 2, output */
static void check_no_reseed(mbedtls_hmac_drbg_context *drbg, supply *from, field f[FIELDS], unsigned fields)
{
  (void)from;
  assert_int_equal(fields, 5);
  uint8_t seed[sizeof f[0].bytes * 2];
  memcpy(seed, f[0].bytes, f[0].count);
  memcpy(seed + f[0].count, f[1].bytes, f[1].count);
  assert_int_equal(mbedtls_hmac_drbg_seed_buf(drbg, sha256(), seed, f[0].count + f[1].count), 0);
  generate_unseen(drbg, &f[2], f[4].count);
  generate(drbg, &f[3], &f[4]);
}

/* entropy and nonce, personalization, additional of the reseed, 1 and 2, output */
static void check_reseed(mbedtls_hmac_drbg_context *drbg, supply *from, field f[FIELDS], unsigned fields)
{
  assert_int_equal(fields, 6);
  assert_int_equal(mbedtls_hmac_drbg_seed(drbg, sha256(), entropy, from, f[1].bytes, f[1].count), 0);
  assert_int_equal(mbedtls_hmac_drbg_reseed(drbg, f[2].bytes, f[2].count), 0);
  generate_unseen(drbg, &f[3], f[5].count);
  generate(drbg, &f[4], &f[5]);
  assert_int_equal(from->at, f[0].count);
}

/* entropy and nonce and that of two reseeds, personalization, additional 1 and 2, output */
static void check_prediction_resistance(mbedtls_hmac_drbg_context *drbg, supply *from, field f[FIELDS], unsigned fields)
{
  assert_int_equal(fields, 5);
  assert_int_equal(mbedtls_hmac_drbg_seed(drbg, sha256(), entropy, from, f[1].bytes, f[1].count), 0);
  mbedtls_hmac_drbg_set_prediction_resistance(drbg, MBEDTLS_HMAC_DRBG_PR_ON);
  generate_unseen(drbg, &f[2], f[4].count);
  generate(drbg, &f[3], &f[4]);
  assert_int_equal(from->at, f[0].count);
}

static void run(const char *path, vector_check check)
{
  static char line[8192];
  static field f[FIELDS];
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  unsigned vectors = 0;
  while (fgets(line, sizeof line, file)) {
    if (strstr(line, ":MBEDTLS_MD_SHA256:") == NULL) continue;
    mbedtls_hmac_drbg_context drbg;
    mbedtls_hmac_drbg_init(&drbg);
    supply from = {.from = &f[0]};
    check(&drbg, &from, f, parse(line, f));
    mbedtls_hmac_drbg_free(&drbg);
    vectors++;
  }
  fclose(file);
  assert_int_equal(vectors, VECTORS_OF_SHA256);
}

static void generates_what_nist_expects_without_a_reseed(void **state)
{
  (void)state;
  run(DRBG_VECTORS "no_reseed.data", check_no_reseed);
}

static void generates_what_nist_expects_with_a_reseed(void **state)
{
  (void)state;
  run(DRBG_VECTORS "nopr.data", check_reseed);
}

static void generates_what_nist_expects_with_prediction_resistance(void **state)
{
  (void)state;
  run(DRBG_VECTORS "pr.data", check_prediction_resistance);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(generates_what_nist_expects_without_a_reseed),
    cmocka_unit_test(generates_what_nist_expects_with_a_reseed),
    cmocka_unit_test(generates_what_nist_expects_with_prediction_resistance),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
