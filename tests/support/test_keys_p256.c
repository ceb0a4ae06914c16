/* P-256 test keys, by OpenSSL's arithmetic: a second implementation beside crypto/p256.c. */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdlib.h>
#include <string.h>

#include "sha256.h"
#include "test_keys.h"

static void must(int ok)
{
  if (ok != 1) abort();
}

/* SHA-256 of label, key and data: below the group order but for one chance in 2^32. */
static BIGNUM *derived(const char *label, test_key key, const uint8_t *data, size_t bytes)
{
  const uint8_t number = (uint8_t)key;
  uint8_t hash[32];
  sha256_ctx ctx;
  sha256_init(&ctx);
  sha256_update(&ctx, label, strlen(label));
  sha256_update(&ctx, &number, 1);
  sha256_update(&ctx, data, bytes);
  sha256_final(&ctx, hash);
  return BN_bin2bn(hash, sizeof hash, NULL);
}

static EC_GROUP *curve(void)
{
  EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  if (!group) abort();
  return group;
}

static void multiply_base(const EC_GROUP *group, const BIGNUM *by, BIGNUM *x, BIGNUM *y, BN_CTX *ctx)
{
  EC_POINT *point = EC_POINT_new(group);
  must(EC_POINT_mul(group, point, by, NULL, NULL, ctx));
  must(EC_POINT_get_affine_coordinates(group, point, x, y, ctx));
  EC_POINT_free(point);
}

void test_p256_public(uint8_t public_key[64], test_key key)
{
  EC_GROUP *group = curve();
  BN_CTX *ctx = BN_CTX_new();
  BIGNUM *d = derived("holdfast test p256", key, NULL, 0), *x = BN_new(), *y = BN_new();
  multiply_base(group, d, x, y, ctx);
  must(BN_bn2binpad(x, public_key, 32) == 32);
  must(BN_bn2binpad(y, public_key + 32, 32) == 32);
  BN_free(d), BN_free(x), BN_free(y);
  BN_CTX_free(ctx);
  EC_GROUP_free(group);
}

void test_p256_sign(uint8_t signature[64], test_key key, const uint8_t digest[32])
{
  EC_GROUP *group = curve();
  BN_CTX *ctx = BN_CTX_new();
  const BIGNUM *n = EC_GROUP_get0_order(group);
  BIGNUM *d = derived("holdfast test p256", key, NULL, 0), *k = derived("holdfast test nonce", key, digest, 32);
  BIGNUM *e = BN_bin2bn(digest, 32, NULL), *r = BN_new(), *s = BN_new(), *y = BN_new();
  multiply_base(group, k, r, y, ctx);
  must(BN_nnmod(r, r, n, ctx));
  must(BN_mod_mul(s, r, d, n, ctx)); /* s = (e + r d) / k */
  must(BN_mod_add(s, s, e, n, ctx));
  must(BN_mod_inverse(k, k, n, ctx) != NULL);
  must(BN_mod_mul(s, s, k, n, ctx));
  must(BN_bn2binpad(r, signature, 32) == 32);
  must(BN_bn2binpad(s, signature + 32, 32) == 32);
  BN_free(d), BN_free(k), BN_free(e), BN_free(r), BN_free(s), BN_free(y);
  BN_CTX_free(ctx);
  EC_GROUP_free(group);
}
