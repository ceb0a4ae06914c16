#define OPENSSL_SUPPRESS_DEPRECATED /* EC_KEY is the shortest way to a second opinion about r and s */
#include "test_support.h"

#include <stdbool.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include "p256.h"
#include "sha256.h"

/* One verification: what the functions under test are given. */
typedef struct ecdsa_case {
  uint8_t key[P256_PUBLIC_KEY_BYTES], hash[P256_BYTES], sig[P256_SIGNATURE_BYTES];
} ecdsa_case;

static EC_GROUP *group;
static const BIGNUM *n, *p;
static BN_CTX *bn;
static uint64_t seed = 42;

static int open_group(void **state)
{
  (void)state;
  group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  bn = BN_CTX_new();
  n = EC_GROUP_get0_order(group);
  p = EC_GROUP_get0_field(group);
  return group == NULL || bn == NULL;
}

static int close_group(void **state)
{
  (void)state;
  EC_GROUP_free(group);
  BN_CTX_free(bn);
  return 0;
}

/* ---- The second implementation ---- */

static void put(uint8_t out[P256_BYTES], const BIGNUM *x)
{
  assert_int_equal(BN_bn2binpad(x, out, P256_BYTES), P256_BYTES);
}

static BIGNUM *get(const uint8_t bytes[P256_BYTES])
{
  return BN_bin2bn(bytes, P256_BYTES, NULL);
}

static BIGNUM *random_scalar(void)
{ /* 1 to n - 1 */
  uint8_t bytes[P256_BYTES + 8];
  test_fill(bytes, sizeof bytes, &seed);
  BIGNUM *x = BN_bin2bn(bytes, sizeof bytes, NULL), *limit = BN_dup(n);
  BN_sub_word(limit, 1);
  BN_mod(x, x, limit, bn);
  BN_add_word(x, 1);
  BN_free(limit);
  return x;
}

static void put_point(uint8_t out[P256_PUBLIC_KEY_BYTES], const EC_POINT *point)
{
  BIGNUM *x = BN_new(), *y = BN_new();
  assert_int_equal(EC_POINT_get_affine_coordinates(group, point, x, y, bn), 1);
  put(out, x);
  put(out + P256_BYTES, y);
  BN_free(x);
  BN_free(y);
}

static bool openssl_accepts(const ecdsa_case *c)
{
  EC_KEY *key = EC_KEY_new();
  ECDSA_SIG *sig = ECDSA_SIG_new();
  BIGNUM *x = get(c->key), *y = get(c->key + P256_BYTES);
  EC_KEY_set_group(key, group);
  ECDSA_SIG_set0(sig, get(c->sig), get(c->sig + P256_BYTES));
  bool accepted = EC_KEY_set_public_key_affine_coordinates(key, x, y) == 1 &&
                  ECDSA_do_verify(c->hash, P256_BYTES, sig, key) == 1;
  BN_free(x);
  BN_free(y);
  EC_KEY_free(key);
  ECDSA_SIG_free(sig);
  return accepted;
}

/* ---- The two functions under test, on heap copies of exactly the right size ---- */

static void assert_complement_of_r(const uint8_t r[P256_BYTES], const ecdsa_case *c)
{
  for (size_t i = 0; i < P256_BYTES; i++) assert_int_equal(r[i] ^ c->sig[i], 0xff);
}

/* Runs both functions, checks that they agree, and returns the plain answer. */
static crypto_status verify(const ecdsa_case *c)
{
  uint8_t *key = test_copy(c->key, sizeof c->key), *hash = test_copy(c->hash, sizeof c->hash);
  uint8_t *sig = test_copy(c->sig, sizeof c->sig), *r = malloc(P256_BYTES);
  crypto_status computed = p256_ecdsa_recompute_r(r, key, hash, sig);
  crypto_status answer = p256_ecdsa_verify(key, hash, sig);
  if (computed == CRYPTO_OK) {
    assert_int_equal(answer, memcmp(r, sig, P256_BYTES) == 0 ? CRYPTO_OK : CRYPTO_INVALID);
  } else {
    assert_int_equal(answer, computed);
    assert_complement_of_r(r, c);
  }
  free(key);
  free(hash);
  free(sig);
  free(r);
  return answer;
}

static void assert_both_accept(const ecdsa_case *c)
{
  assert_true(openssl_accepts(c));
  assert_int_equal(verify(c), CRYPTO_OK);
}

static void assert_both_refuse(const ecdsa_case *c, crypto_status expected)
{
  assert_false(openssl_accepts(c));
  assert_int_equal(verify(c), expected);
}

/* Makes the signature whose verification computes u1 G + u2 Q with Q = d G. All three are chosen, r, s and the hash
 * follow: r = x((u1 + u2 d) G), s = r / u2, e = u1 s. Returns false if the sum is infinity; r is then 1. */
static bool construct(ecdsa_case *c, const BIGNUM *u1, const BIGNUM *u2, const BIGNUM *d)
{
  EC_POINT *point = EC_POINT_new(group);
  BIGNUM *k = BN_new(), *r = BN_new(), *s = BN_new(), *e = BN_new();
  EC_POINT_mul(group, point, d, NULL, NULL, bn);
  put_point(c->key, point);
  BN_mod_mul(k, u2, d, n, bn);
  BN_mod_add(k, k, u1, n, bn);
  bool finite = !BN_is_zero(k);
  if (finite) {
    EC_POINT_mul(group, point, k, NULL, NULL, bn);
    EC_POINT_get_affine_coordinates(group, point, r, NULL, bn);
    BN_nnmod(r, r, n, bn);
  } else {
    BN_one(r);
  }
  BN_mod_inverse(s, u2, n, bn);
  BN_mod_mul(s, s, r, n, bn);
  BN_mod_mul(e, u1, s, n, bn);
  put(c->sig, r);
  put(c->sig + P256_BYTES, s);
  put(c->hash, e);
  EC_POINT_free(point);
  BN_free(k);
  BN_free(r);
  BN_free(s);
  BN_free(e);
  return finite;
}

static void random_signature(ecdsa_case *c)
{
  BIGNUM *d = random_scalar(), *k = random_scalar(), *r = BN_new(), *s = BN_new(), *e;
  EC_POINT *point = EC_POINT_new(group);
  test_fill(c->hash, sizeof c->hash, &seed);
  e = get(c->hash);
  EC_POINT_mul(group, point, d, NULL, NULL, bn);
  put_point(c->key, point);
  EC_POINT_mul(group, point, k, NULL, NULL, bn);
  EC_POINT_get_affine_coordinates(group, point, r, NULL, bn);
  BN_nnmod(r, r, n, bn);
  BN_mod_mul(s, r, d, n, bn);
  BN_mod_add(s, s, e, n, bn);
  BN_mod_inverse(k, k, n, bn);
  BN_mod_mul(s, s, k, n, bn);
  put(c->sig, r);
  put(c->sig + P256_BYTES, s);
  EC_POINT_free(point);
  BN_free(d);
  BN_free(k);
  BN_free(r);
  BN_free(s);
  BN_free(e);
}

/* ---- Promises ---- */

static void rfc6979_vectors(void **state)
{ /* RFC 6979, A.2.5, SHA-256 */
  (void)state;
  static const char key[] = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                            "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
  static const struct {
    const char *message, *sig;
  } vectors[] = {
    {"sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
               "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
    {"test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
             "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"},
  };
  for (size_t i = 0; i < 2; i++) {
    ecdsa_case c;
    uint8_t *k = test_hex(key), *s = test_hex(vectors[i].sig);
    memcpy(c.key, k, sizeof c.key);
    memcpy(c.sig, s, sizeof c.sig);
    sha256(c.hash, vectors[i].message, strlen(vectors[i].message));
    assert_both_accept(&c);
    c.hash[31] ^= 1;
    assert_both_refuse(&c, CRYPTO_INVALID);
    free(k);
    free(s);
  }
}

static void accepts_signatures_made_by_openssl(void **state)
{
  (void)state;
  for (int i = 0; i < 200; i++) {
    ecdsa_case c;
    EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
    assert_int_equal(EC_KEY_generate_key(key), 1);
    put_point(c.key, EC_KEY_get0_public_key(key));
    for (int j = 0; j < 10; j++) {
      test_fill(c.hash, sizeof c.hash, &seed);
      ECDSA_SIG *sig = ECDSA_do_sign(c.hash, P256_BYTES, key);
      assert_non_null(sig);
      put(c.sig, ECDSA_SIG_get0_r(sig));
      put(c.sig + P256_BYTES, ECDSA_SIG_get0_s(sig));
      ECDSA_SIG_free(sig);
      assert_int_equal(p256_ecdsa_verify(c.key, c.hash, c.sig), CRYPTO_OK);
    }
    EC_KEY_free(key);
  }
}

static void answers_like_openssl_after_any_one_bit_change(void **state)
{
  (void)state;
  ecdsa_case c;
  random_signature(&c);
  uint8_t *bytes = (uint8_t *)&c;
  assert_both_accept(&c);
  for (size_t bit = 0; bit < 8 * sizeof c; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_false(openssl_accepts(&c));
    assert_int_not_equal(p256_ecdsa_verify(c.key, c.hash, c.sig), CRYPTO_OK);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void answers_like_openssl_on_substituted_fields(void **state)
{
  (void)state;
  for (int i = 0; i < 300; i++) {
    ecdsa_case c, other;
    random_signature(&c);
    random_signature(&other);
    uint8_t *fields[] = {c.key, c.key + 32, c.hash, c.sig, c.sig + 32};
    const uint8_t *others[] = {other.key, other.key + 32, other.hash, other.sig, other.sig + 32};
    uint8_t choice[3];
    test_fill(choice, sizeof choice, &seed);
    memcpy(fields[choice[0] % 5], others[choice[1] % 5], P256_BYTES);
    if (choice[2] % 2 == 0) memset(fields[choice[0] % 5], choice[2] % 4 ? 0xff : 0, choice[1] % 32);
    assert_int_equal(verify(&c) == CRYPTO_OK, openssl_accepts(&c));
  }
}

static void r_and_s_must_lie_between_1_and_n_minus_1(void **state)
{
  (void)state;
  BIGNUM *values[8];
  for (size_t i = 0; i < 8; i++) values[i] = BN_new();
  BN_zero(values[0]);
  BN_copy(values[1], n);
  BN_add(values[2], n, BN_value_one());
  BN_copy(values[3], p);
  BN_add(values[4], p, BN_value_one());
  BN_lshift(values[5], BN_value_one(), 256);
  BN_sub_word(values[5], 1);
  BN_add(values[6], n, BN_value_one());
  BN_set_bit(values[6], 128); /* between n and 2^256, away from the ends */
  BN_copy(values[7], n);
  BN_set_bit(values[7], 223); /* n plus 2^223: the difference is in a high limb */
  for (size_t i = 0; i < 8; i++) {
    for (size_t field = 0; field < 2; field++) {
      ecdsa_case c;
      random_signature(&c);
      put(c.sig + field * P256_BYTES, values[i]);
      assert_both_refuse(&c, CRYPTO_BAD_INPUT);
      put(c.sig + (1 - field) * P256_BYTES, values[i]);
      assert_both_refuse(&c, CRYPTO_BAD_INPUT);
    }
  }
  /* The last accepted values are computed with, and do not happen to verify. */
  BN_sub(values[0], n, BN_value_one());
  for (size_t field = 0; field < 2; field++) {
    ecdsa_case c;
    random_signature(&c);
    put(c.sig + field * P256_BYTES, values[0]);
    assert_both_refuse(&c, CRYPTO_INVALID);
    put(c.sig + field * P256_BYTES, BN_value_one());
    assert_both_refuse(&c, CRYPTO_INVALID);
  }
  for (size_t i = 0; i < 8; i++) BN_free(values[i]);
}

/* (r, s) and (r, n - s) verify the same hash by the standard: ECDSA signatures are not unique, callers must not rely
 * on it. */
static void both_signs_of_s_verify(void **state)
{
  (void)state;
  ecdsa_case c;
  random_signature(&c);
  BIGNUM *s = get(c.sig + P256_BYTES);
  BN_sub(s, n, s);
  put(c.sig + P256_BYTES, s);
  assert_both_accept(&c);
  BN_free(s);
}

/* The x coordinate of a point may lie in [n, p), about once in 2^128. Then r = x - n. */
static void x_coordinate_above_n_is_reduced(void **state)
{
  (void)state;
  EC_POINT *point = EC_POINT_new(group), *q = EC_POINT_new(group);
  BIGNUM *x = BN_dup(n), *r = BN_new(), *s = random_scalar(), *factor = BN_new(), *e;
  size_t found = 0;
  for (; found < 5; BN_add_word(x, 1)) {
    if (EC_POINT_set_compressed_coordinates(group, point, x, (int)(found % 2), bn) != 1) continue;
    BN_sub(r, x, n);
    if (BN_is_zero(r)) continue;
    assert_true(BN_cmp(x, p) < 0);
    /* Q = (s R - e G) / r verifies any chosen s and e. */
    ecdsa_case c;
    test_fill(c.hash, sizeof c.hash, &seed);
    e = get(c.hash);
    BN_mod_inverse(factor, r, n, bn);
    BN_mod_mul(factor, factor, s, n, bn);
    EC_POINT_mul(group, q, NULL, point, factor, bn);
    EC_POINT *minus = EC_POINT_new(group);
    BN_mod_inverse(factor, r, n, bn);
    BN_mod_mul(factor, factor, e, n, bn);
    EC_POINT_mul(group, minus, factor, NULL, NULL, bn);
    EC_POINT_invert(group, minus, bn);
    EC_POINT_add(group, q, q, minus, bn);
    put_point(c.key, q);
    put(c.sig, r);
    put(c.sig + P256_BYTES, s);
    assert_both_accept(&c);
    put(c.sig, x); /* x itself is not a signature: r must be below n */
    assert_both_refuse(&c, CRYPTO_BAD_INPUT);
    BN_add_word(r, 1);
    put(c.sig, r);
    assert_both_refuse(&c, CRYPTO_INVALID);
    EC_POINT_free(minus);
    BN_free(e);
    found++;
  }
  EC_POINT_free(point);
  EC_POINT_free(q);
  BN_free(x);
  BN_free(r);
  BN_free(s);
  BN_free(factor);
}

/* All sums u1 G + u2 (d G) with small and with extreme u1, u2, d: additions meet the point they add (doubling), its
 * opposite (infinity) and an infinite accumulator, at the first digit, in the middle and at the last one. */
static void every_exceptional_addition_is_right(void **state)
{
  (void)state;
  enum { SMALL = 9 };
  BIGNUM *values[2 * SMALL + 6];
  size_t count = 0;
  for (unsigned long i = 1; i <= SMALL; i++) {
    values[count] = BN_new();
    BN_set_word(values[count++], i);
    values[count] = BN_dup(n);
    BN_sub_word(values[count++], i);
  }
  static const int bits[] = {32, 255, 224};
  for (size_t i = 0; i < 3; i++) {
    values[count] = BN_new();
    BN_set_bit(values[count++], bits[i]);
    values[count] = BN_new();
    BN_set_bit(values[count], bits[i]);
    BN_sub_word(values[count++], 1);
  }
  BIGNUM *zero = BN_new();
  BN_zero(zero);
  size_t infinite = 0;
  for (size_t d = 0; d < count; d++) {
    for (size_t u2 = 0; u2 < count; u2++) {
      /* u1 = 0 is the hash that is 0 mod n. */
      for (size_t u1 = 0; u1 <= count; u1++) {
        ecdsa_case c;
        if (u1 < count && (d + u1 + u2) % 5 != 0 && d > 5) continue; /* a fifth of them is plenty for larger d */
        bool finite = construct(&c, u1 < count ? values[u1] : zero, values[u2], values[d]);
        crypto_status answer = p256_ecdsa_verify(c.key, c.hash, c.sig);
        assert_int_equal(answer, finite ? CRYPTO_OK : CRYPTO_INVALID);
        infinite += !finite;
        if (!finite || u1 % 16 == 0) assert_int_equal(openssl_accepts(&c), finite);
      }
    }
  }
  assert_true(infinite > 20);
  for (size_t i = 0; i < count; i++) BN_free(values[i]);
  BN_free(zero);
}

static void infinity_is_refused_whatever_r_says(void **state)
{
  (void)state;
  BIGNUM *d = random_scalar(), *u2 = random_scalar(), *u1 = BN_new(), *s = BN_new(), *e = BN_new(), *r;
  for (int i = 0; i < 20; i++) {
    ecdsa_case c;
    BN_mod_mul(u1, u2, d, n, bn);
    BN_sub(u1, n, u1); /* u1 + u2 d = 0 */
    assert_false(construct(&c, u1, u2, d));
    assert_both_refuse(&c, CRYPTO_INVALID);
    uint8_t recomputed[P256_BYTES];
    assert_int_equal(p256_ecdsa_recompute_r(recomputed, c.key, c.hash, c.sig), CRYPTO_INVALID);
    assert_complement_of_r(recomputed, &c);
    r = random_scalar();
    BN_mod_inverse(s, u2, n, bn);
    BN_mod_mul(s, s, r, n, bn);
    BN_mod_mul(e, u1, s, n, bn);
    put(c.sig, r);
    put(c.sig + P256_BYTES, s);
    put(c.hash, e);
    assert_both_refuse(&c, CRYPTO_INVALID);
    BN_free(r);
    BN_free(u2);
    u2 = random_scalar();
  }
  BN_free(d);
  BN_free(u1);
  BN_free(u2);
  BN_free(s);
  BN_free(e);
}

/* A hash is 256 bits and n is not 2^256: hashes from n upwards are legal and stand for hash - n. */
static void hashes_not_below_n_are_reduced(void **state)
{
  (void)state;
  BIGNUM *d = random_scalar(), *u2, *e, *zero = BN_new();
  BN_zero(zero);
  for (unsigned long i = 0; i < 20; i++) {
    ecdsa_case c;
    BIGNUM *k = random_scalar(), *r = BN_new(), *s = BN_new();
    EC_POINT *point = EC_POINT_new(group);
    e = BN_new();
    BN_set_word(e, i);
    EC_POINT_mul(group, point, d, NULL, NULL, bn);
    put_point(c.key, point);
    EC_POINT_mul(group, point, k, NULL, NULL, bn);
    EC_POINT_get_affine_coordinates(group, point, r, NULL, bn);
    BN_nnmod(r, r, n, bn);
    BN_mod_mul(s, r, d, n, bn);
    BN_mod_add(s, s, e, n, bn);
    BN_mod_inverse(k, k, n, bn);
    BN_mod_mul(s, s, k, n, bn);
    put(c.sig, r);
    put(c.sig + P256_BYTES, s);
    put(c.hash, e);
    assert_both_accept(&c);
    BN_add(e, e, n);
    put(c.hash, e);
    assert_both_accept(&c);
    EC_POINT_free(point);
    BN_free(k);
    BN_free(r);
    BN_free(s);
    BN_free(e);
  }
  u2 = random_scalar();
  ecdsa_case c;
  assert_true(construct(&c, zero, u2, d));
  put(c.hash, n); /* 0 mod n */
  assert_both_accept(&c);
  memset(c.hash, 0xff, sizeof c.hash);
  assert_both_refuse(&c, CRYPTO_INVALID);
  BN_free(d);
  BN_free(u2);
  BN_free(zero);
}

static void keys_must_be_points_of_the_curve(void **state)
{
  (void)state;
  ecdsa_case good, c;
  random_signature(&good);
  BIGNUM *x = get(good.key), *y = get(good.key + P256_BYTES), *v = BN_new();

  c = good;
  memset(c.key, 0, sizeof c.key); /* how some write infinity */
  assert_both_refuse(&c, CRYPTO_BAD_INPUT);
  memset(c.key, 0xff, sizeof c.key);
  assert_both_refuse(&c, CRYPTO_BAD_INPUT);
  for (size_t field = 0; field < 2; field++) {
    c = good;
    memset(c.key + field * P256_BYTES, 0, P256_BYTES);
    assert_both_refuse(&c, CRYPTO_BAD_INPUT);
    put(c.key + field * P256_BYTES, p);
    assert_both_refuse(&c, CRYPTO_BAD_INPUT);
    c = good;
    BN_add(v, field == 0 ? x : y, BN_value_one());
    BN_nnmod(v, v, p, bn);
    put(c.key + field * P256_BYTES, v);
    assert_int_equal(verify(&c) == CRYPTO_OK, openssl_accepts(&c));
  }
  c = good;
  memcpy(c.key, good.key + P256_BYTES, P256_BYTES); /* x and y swapped */
  memcpy(c.key + P256_BYTES, good.key, P256_BYTES);
  assert_both_refuse(&c, CRYPTO_BAD_INPUT);

  c = good;
  BN_sub(v, p, y); /* -Q is on the curve, and a different key */
  put(c.key + P256_BYTES, v);
  assert_both_refuse(&c, CRYPTO_INVALID);
  BN_free(x);
  BN_free(y);
  BN_free(v);
}

/* x + p denotes the same residue as x. Small coordinates are the only ones for which x + p fits 32 bytes. */
static void coordinates_have_one_encoding(void **state)
{
  (void)state;
  EC_POINT *q = EC_POINT_new(group), *r_point = EC_POINT_new(group);
  BIGNUM *x = BN_new(), *r = BN_new(), *s = BN_new(), *u1 = random_scalar(), *u2 = random_scalar(), *v = BN_new();
  size_t found = 0;
  for (unsigned long small = 0; found < 5; small++) {
    ecdsa_case c;
    BN_set_word(x, small);
    if (EC_POINT_set_compressed_coordinates(group, q, x, 0, bn) != 1) continue;
    put_point(c.key, q);
    EC_POINT_mul(group, r_point, u1, q, u2, bn);
    EC_POINT_get_affine_coordinates(group, r_point, r, NULL, bn);
    BN_nnmod(r, r, n, bn);
    BN_mod_inverse(s, u2, n, bn);
    BN_mod_mul(s, s, r, n, bn);
    BN_mod_mul(v, u1, s, n, bn);
    put(c.sig, r);
    put(c.sig + P256_BYTES, s);
    put(c.hash, v);
    assert_both_accept(&c);
    BN_add(v, x, p);
    put(c.key, v);
    assert_int_equal(verify(&c), CRYPTO_BAD_INPUT);
    found++;
  }
  /* The same for y. The point was found by solving x^3 - 3x + b = y^2 for the smallest y that has exactly one x. */
  ecdsa_case c;
  uint8_t *x_of_small_y = test_hex("d7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7");
  memcpy(c.key, x_of_small_y, P256_BYTES);
  free(x_of_small_y);
  BN_set_word(v, 5);
  put(c.key + P256_BYTES, v);
  memset(c.hash, 1, sizeof c.hash);
  memset(c.sig, 1, sizeof c.sig);
  assert_both_refuse(&c, CRYPTO_INVALID); /* a good key, the signature does not matter */
  BN_add(v, v, p);
  put(c.key + P256_BYTES, v);
  assert_int_equal(verify(&c), CRYPTO_BAD_INPUT);

  EC_POINT_free(q);
  EC_POINT_free(r_point);
  BN_free(x);
  BN_free(r);
  BN_free(s);
  BN_free(u1);
  BN_free(u2);
  BN_free(v);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rfc6979_vectors),
    cmocka_unit_test(accepts_signatures_made_by_openssl),
    cmocka_unit_test(answers_like_openssl_after_any_one_bit_change),
    cmocka_unit_test(answers_like_openssl_on_substituted_fields),
    cmocka_unit_test(r_and_s_must_lie_between_1_and_n_minus_1),
    cmocka_unit_test(both_signs_of_s_verify),
    cmocka_unit_test(x_coordinate_above_n_is_reduced),
    cmocka_unit_test(every_exceptional_addition_is_right),
    cmocka_unit_test(infinity_is_refused_whatever_r_says),
    cmocka_unit_test(hashes_not_below_n_are_reduced),
    cmocka_unit_test(keys_must_be_points_of_the_curve),
    cmocka_unit_test(coordinates_have_one_encoding),
  };
  return cmocka_run_group_tests(tests, open_group, close_group);
}
