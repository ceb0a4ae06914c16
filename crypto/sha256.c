#include "sha256.h"

#include <string.h>

#include "ct.h"

/* FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constant[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* FIPS 180-4, 5.3.3: the same of the square roots of the first 8 primes. */
static const uint32_t initial_state[8] = {
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotate_right(uint32_t x, unsigned bits)
{
  return x >> bits | x << (32 - bits);
}

static uint32_t load_be32(const uint8_t *p)
{
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store_be32(uint8_t *p, uint32_t x)
{
  p[0] = (uint8_t)(x >> 24);
  p[1] = (uint8_t)(x >> 16);
  p[2] = (uint8_t)(x >> 8);
  p[3] = (uint8_t)x;
}

/* The four sigma functions rotate a nested expression instead of three separate ones: on Arm each rotation is then the
 * free shifted operand of an exclusive-or or an addition, three instructions in all and one temporary. */
static uint32_t big_sigma0(uint32_t x)
{ /* ROTR 2, 13, 22 */
  return rotate_right(x ^ rotate_right(x, 11) ^ rotate_right(x, 20), 2);
}

static uint32_t big_sigma1(uint32_t x)
{ /* ROTR 6, 11, 25 */
  return rotate_right(x ^ rotate_right(x, 5) ^ rotate_right(x, 19), 6);
}

static uint32_t small_sigma0(uint32_t x)
{ /* ROTR 7, 18, SHR 3 */
  return rotate_right(x ^ rotate_right(x, 11), 7) ^ x >> 3;
}

static uint32_t small_sigma1(uint32_t x)
{ /* ROTR 17, 19, SHR 10 */
  return rotate_right(x ^ rotate_right(x, 2), 17) ^ x >> 10;
}

/* One round that leaves the working variables where they are: the new a lands in h and the new e in d, and the next
 * round is called with rotated arguments. Two rounds per turn of the loop share one set of the standard's eight
 * assignments; on Cortex-M33 at -Os one per turn is 100 bytes smaller and 7 instructions per byte slower, and four
 * run out of registers. */
static inline void round_in_place(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e, uint32_t f, uint32_t g,
                                  uint32_t *h, uint32_t k, uint32_t w)
{
  *h += big_sigma1(e) + (g ^ (e & (f ^ g))) + k + w;
  *d += *h;
  *h += big_sigma0(a) + ((a & b) | (c & (a | b)));
}

void sha256_block(uint32_t state[8], const uint8_t block[SHA256_BLOCK_BYTES])
{
  uint32_t schedule[64];
  uint32_t *w = schedule;
  for (; w < schedule + 16; w++, block += 4) *w = load_be32(block);
  for (; w < schedule + 64; w++) *w = small_sigma1(w[-2]) + w[-7] + small_sigma0(w[-15]) + w[-16];

  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  w = schedule;
  const uint32_t *k = round_constant;
  for (; w < schedule + 64; w += 2, k += 2) {
    round_in_place(a, b, c, &d, e, f, g, &h, k[0], w[0]);
    round_in_place(h, a, b, &c, d, e, f, &g, k[1], w[1]);
    uint32_t t = g, u = h;
    h = f;
    g = e;
    f = d;
    e = c;
    d = b;
    c = a;
    b = u;
    a = t;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

static void store_state(uint8_t digest[SHA256_BYTES], const uint32_t state[8])
{
  for (size_t i = 0; i < 8; i++) store_be32(digest + 4 * i, state[i]);
}

void sha256_padded_block(uint8_t digest[SHA256_BYTES], const uint8_t block[SHA256_BLOCK_BYTES])
{
  uint32_t state[8];
  memcpy(state, initial_state, sizeof state);
  sha256_block(state, block);
  store_state(digest, state);
}

void sha256_init(sha256_ctx *ctx)
{
  memcpy(ctx->state, initial_state, sizeof ctx->state);
  ctx->bytes = 0;
}

void sha256_update(sha256_ctx *ctx, const void *data, size_t len)
{
  const uint8_t *in = data;
  while (len > 0) {
    size_t filled = (size_t)(ctx->bytes % SHA256_BLOCK_BYTES);
    size_t take = SHA256_BLOCK_BYTES - filled;
    if (take > len) take = len;
    if (take == SHA256_BLOCK_BYTES) {
      sha256_block(ctx->state, in);
    } else {
      memcpy(ctx->block + filled, in, take);
      if (filled + take == SHA256_BLOCK_BYTES) sha256_block(ctx->state, ctx->block);
    }
    ctx->bytes += take;
    in += take;
    len -= take;
  }
}

void sha256_final(sha256_ctx *ctx, uint8_t digest[SHA256_BYTES])
{
  size_t filled = (size_t)(ctx->bytes % SHA256_BLOCK_BYTES);
  ctx->block[filled++] = 0x80;
  memset(ctx->block + filled, 0, SHA256_BLOCK_BYTES - filled);
  if (filled > SHA256_BLOCK_BYTES - 8) { /* no room for the length: it goes into a block of its own */
    sha256_block(ctx->state, ctx->block);
    memset(ctx->block, 0, SHA256_BLOCK_BYTES);
  }
  store_be32(ctx->block + 56, (uint32_t)(ctx->bytes >> 29));
  store_be32(ctx->block + 60, (uint32_t)(ctx->bytes << 3));
  sha256_block(ctx->state, ctx->block);
  store_state(digest, ctx->state);
  wipe(ctx, sizeof *ctx);
}

void sha256(uint8_t digest[SHA256_BYTES], const void *data, size_t len)
{
  sha256_ctx ctx;
  sha256_init(&ctx);
  sha256_update(&ctx, data, len);
  sha256_final(&ctx, digest);
}
