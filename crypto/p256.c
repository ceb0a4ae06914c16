/* Size first, then speed; variable time throughout (see p256.h).
 *
 * From the bottom up:
 *   mac()            one 32 x 32 multiply with two additions: UMAAL where the CPU has it
 *   mod_*()          arithmetic modulo p (coordinates) or n (scalars): same code, the modulus is a parameter
 *   run()            executes point formulas written as lists of three-operand steps, two bytes per step; as calls they
 *                    would take seven times the space
 *   add_affine()     acc += (x2, y2), every exceptional case included
 *   p256_ecdsa_*()   u1 G + u2 Q with both scalars in non-adjacent form: 256 doublings, about 171 additions, and no
 *                    table at all, since only +-G and +-Q are ever added
 *
 * Numbers are 8 limbs of 32 bits, least significant first. Invariant: a number belonging to a modulus m is < m, so
 * equal residues are equal words and a zero test is a zero test. Coordinates are kept in Montgomery form (x 2^256
 * mod p); scalars are not. */
#include "p256.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "ct.h"

enum { LIMBS = 8 };

typedef uint32_t number[LIMBS];

/* Affine, coordinates in Montgomery form. Never infinity. */
typedef struct point {
  number x, y;
} point;

/* SP 800-186, 3.2.1.3. */
typedef struct modulus {
  number m;         /* odd, > 2^255, and m[0] >= 2 */
  uint32_t neg_inv; /* -1/m mod 2^32 */
} modulus;

static const modulus field_p = {
  {0xffffffff, 0xffffffff, 0xffffffff, 0, 0, 0, 1, 0xffffffff},
  1,
};

static const modulus order_n = {
  {0xfc632551, 0xf3b9cac2, 0xa7179e84, 0xbce6faad, 0xffffffff, 0xffffffff, 0, 0xffffffff},
  0xee00bc4f,
};

/* G. */
static const point base_point = {
  {0x18a9143c, 0x79e730d4, 0x5fedb601, 0x75ba95fc, 0x77622510, 0x79fb732b, 0xa53755c6, 0x18905f76},
  {0xce95560a, 0xddf25357, 0xba19e45c, 0x8b4ab8e4, 0xdd21f325, 0xd2e88688, 0x25885d85, 0x8571ff18},
};

/* hi:lo = a * b + lo + hi. Cannot overflow: (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1. */
static inline void mac(uint32_t *lo, uint32_t *hi, uint32_t a, uint32_t b)
{
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
  __asm__("umaal %0, %1, %2, %3" : "+r"(*lo), "+r"(*hi) : "r"(a), "r"(b));
#else
  uint64_t sum = (uint64_t)a * b + *lo + *hi;
  *lo = (uint32_t)sum;
  *hi = (uint32_t)(sum >> 32);
#endif
}

static bool is_zero(const number a)
{
  uint32_t any = 0;
  for (size_t i = 0; i < LIMBS; i++) any |= a[i];
  return any == 0;
}

static bool is_less(const number a, const number b)
{
  size_t i = LIMBS - 1;
  while (i > 0 && a[i] == b[i]) i--;
  return a[i] < b[i];
}

/* r = a + b mod 2^256. Returns the carry. r may be a or b. */
static uint32_t add(number r, const number a, const number b)
{
  uint32_t carry = 0;
  for (size_t i = 0; i < LIMBS; i++) {
    uint32_t limb = a[i];
    mac(&limb, &carry, b[i], 1); /* one instruction, where adding with carry in C takes three */
    r[i] = limb;
  }
  return carry;
}

/* r = a - b mod 2^256, as a + ~b + 1. Returns the borrow. r may be a or b. */
static uint32_t subtract(number r, const number a, const number b)
{
  uint32_t carry = 1;
  for (size_t i = 0; i < LIMBS; i++) {
    uint32_t limb = a[i];
    mac(&limb, &carry, ~b[i], 1);
    r[i] = limb;
  }
  return carry ^ 1;
}

/* Brings carry * 2^256 + r, which must be < 2m, below m. */
static void reduce_once(number r, uint32_t carry, const modulus *m)
{
  if (carry != 0 || !is_less(r, m->m)) (void)subtract(r, r, m->m);
}

/* a, b < m gives r < m. r may be a or b. */
static void mod_add(number r, const number a, const number b, const modulus *m)
{
  reduce_once(r, add(r, a, b), m);
}

static void mod_sub(number r, const number a, const number b, const modulus *m)
{
  if (subtract(r, a, b) != 0) (void)add(r, r, m->m);
}

/* Montgomery product r = a b / 2^256 mod m, for a < m and any b < 2^256. r may be a or b.
 *
 * Each round adds a * b[i], then the multiple of m that clears the lowest limb, and drops that limb. Before and after
 * each round top:t < 2m: (2m + m (2^32 - 1) + m (2^32 - 1)) / 2^32 < 2m, with a the factor < m. */
static void mod_mul(number r, const number a, const number b, const modulus *m)
{
  number t = {0};
  uint32_t top = 0;
  for (size_t i = 0; i < LIMBS; i++) {
    uint32_t carry_a = 0, carry_m = 0;
    uint32_t limb = t[0];
    mac(&limb, &carry_a, a[0], b[i]);
    uint32_t f = limb * m->neg_inv;
    mac(&limb, &carry_m, f, m->m[0]); /* limb is 0 now */
                                      /* Unrolled: a quarter of the whole verification time for 160 bytes. */
#pragma GCC unroll 7
    for (size_t j = 1; j < LIMBS; j++) {
      limb = t[j];
      mac(&limb, &carry_a, a[j], b[i]);
      mac(&limb, &carry_m, f, m->m[j]);
      t[j - 1] = limb;
    }
    uint64_t sum = (uint64_t)top + carry_a + carry_m;
    t[LIMBS - 1] = (uint32_t)sum;
    top = (uint32_t)(sum >> 32);
  }
  reduce_once(t, top, m);
  memcpy(r, t, sizeof t);
}

/* r = 2^512 mod m, which takes a number into Montgomery form; one = 2^256 mod m, which is 1 in that form.
 * Doubling once and squaring eight times, in Montgomery arithmetic, leads from 2^256 over 2^(256 + 1) to 2^(256 +
 * 256). */
static void montgomery_constants(number r, number one, const modulus *m)
{
  memset(r, 0, sizeof(number));
  (void)subtract(one, r, m->m); /* 2^256 - m, which is < m because m > 2^255 */
  mod_add(r, one, one, m);
  for (int i = 0; i < 8; i++) mod_mul(r, r, r, m);
}

/* r = 1/a, both in Montgomery form, by Fermat: a^(m - 2). 0 gives 0. r must not be a. */
static void mod_invert(number r, const number a, const modulus *m)
{
  memcpy(r, a, sizeof(number)); /* bit 255 of m - 2 is set */
  for (size_t i = 255; i-- > 0;) {
    uint32_t limb = m->m[i / 32] - (i < 32 ? 2 : 0);
    mod_mul(r, r, r, m);
    if (limb >> i % 32 & 1) mod_mul(r, r, a, m);
  }
}

static void load_number(number r, const uint8_t bytes[P256_BYTES])
{
  for (size_t i = 0; i < LIMBS; i++) {
    const uint8_t *p = bytes + 4 * (LIMBS - 1 - i);
    r[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
  }
}

static void store_number(uint8_t bytes[P256_BYTES], const number a)
{
  for (size_t i = 0; i < P256_BYTES; i++) bytes[P256_BYTES - 1 - i] = (uint8_t)(a[i / 4] >> 8 * (i % 4));
}

/* ---- Point arithmetic: y^2 = x^3 - 3x + b over p ------------------------------------------------------------------
 *
 * A workspace of field elements that the formulas name by index. (X, Y, Z) is the accumulator in Jacobian coordinates,
 * x = X/Z^2, y = Y/Z^3; Z = 0 is the point at infinity. (X2, Y2) is an affine point to add. Nothing needs wiping. */
enum { X, Y, Z, X2, Y2, T0, T1, T2, T3, ONE, ELEMENTS };

typedef number workspace[ELEMENTS];

_Static_assert(sizeof(point) == 2 * sizeof(number) && Y == X + 1 && Y2 == X2 + 1,
               "a point is copied over X2, Y2 or X, Y");

/* One step of a formula: destination = a op b. */
enum { OP_END, OP_MUL, OP_ADD, OP_SUB };
#define STEP(op, destination, a, b) (uint16_t)((op) << 12 | (destination) << 8 | (a) << 4 | (b))
#define MUL(destination, a, b) STEP(OP_MUL, destination, a, b)
#define ADD(destination, a, b) STEP(OP_ADD, destination, a, b)
#define SUB(destination, a, b) STEP(OP_SUB, destination, a, b)
#define END STEP(OP_END, 0, 0, 0)

static void run(workspace w, const uint16_t *step)
{
  for (; *step != END; step++) {
    uint32_t *r = w[*step >> 8 & 15];
    const uint32_t *a = w[*step >> 4 & 15], *b = w[*step & 15];
    switch (*step >> 12) {
    case OP_MUL: mod_mul(r, a, b, &field_p); break;
    case OP_ADD: mod_add(r, a, b, &field_p); break;
    default: mod_sub(r, a, b, &field_p); break;
    }
  }
}

/* T3 = (y2^2 - x2^3 + 3 x2) - T3. The bracket is b for the points of the curve and for no others, so that after the
 * base point and another one have gone through, T3 is 0 exactly if the other is on the curve too. Saves storing b. */
static const uint16_t curve_residue[] = {
  MUL(T0, X2, X2), SUB(T0, T0, ONE), SUB(T0, T0, ONE), SUB(T0, T0, ONE),
  MUL(T0, T0, X2), /* x2^3 - 3 x2 */
  MUL(T1, Y2, Y2), SUB(T0, T1, T0),  SUB(T3, T0, T3),  END,
};

/* (X, Y, Z) = 2 (X, Y, Z):
 *     M = 3 (X - Z^2) (X + Z^2),  S = 4 X Y^2,  X' = M^2 - 2 S,  Y' = M (S - X') - 8 Y^4,  Z' = 2 Y Z
 * Infinity stays infinity; the group order is odd, so Y = 0 does not occur. */
static const uint16_t double_point[] = {
  MUL(T0, Z, Z),   SUB(T1, X, T0),  ADD(T0, X, T0), MUL(T0, T0, T1),
  ADD(T1, T0, T0), ADD(T0, T0, T1), /* M */
  ADD(T1, Y, Y),                    /* 2Y */
  MUL(Z, Z, T1),   MUL(T2, T1, Y),  /* 2Y^2 */
  ADD(T1, X, X),   MUL(T1, T1, T2), /* S */
  MUL(T2, T2, T2),                  /* 4Y^4 */
  ADD(T2, T2, T2), MUL(X, T0, T0),  SUB(X, X, T1),  SUB(X, X, T1),
  SUB(T1, T1, X),  MUL(Y, T0, T1),  SUB(Y, Y, T2),  END,
};

/* How far (X2, Y2), lifted to the accumulator's Z, is from the accumulator:
 *     H = X2 Z^2 - X in T0,   D = Y2 Z^3 - Y in T1 */
static const uint16_t add_differences[] = {
  MUL(T0, Z, Z), MUL(T1, T0, Z), MUL(T0, T0, X2), MUL(T1, T1, Y2), SUB(T0, T0, X), SUB(T1, T1, Y), END,
};

/* The chord: X' = D^2 - H^3 - 2 X H^2,  Y' = D (X H^2 - X') - Y H^3,  Z' = Z H.
 * For opposite points H = 0 and the result is infinity, as it should be. Equal points need the tangent instead. */
static const uint16_t add_chord[] = {
  MUL(Z, Z, T0),   MUL(T2, T0, T0), MUL(T0, T0, T2), /* H^3 */
  MUL(T2, T2, X),                                    /* X H^2 */
  MUL(X, T1, T1),  SUB(X, X, T0),   SUB(X, X, T2),   SUB(X, X, T2), SUB(T2, T2, X),
  MUL(T2, T2, T1), MUL(T0, T0, Y),  SUB(Y, T2, T0),  END,
};

static const uint16_t affine_x[] = {
  /* X = X / Z^2, given T0 = 1/Z */
  MUL(T0, T0, T0),
  MUL(X, X, T0),
  END,
};

/* (X, Y, Z) += (X2, Y2), for any accumulator and any affine point of the curve. */
static void add_affine(workspace w)
{
  if (is_zero(w[Z])) {
    memcpy(&w[X], &w[X2], 2 * sizeof(number)); /* X, Y = X2, Y2 */
    memcpy(w[Z], w[ONE], sizeof(number));
    return;
  }
  run(w, add_differences);
  run(w, is_zero(w[T0]) && is_zero(w[T1]) ? double_point : add_chord);
}

/* A scalar k < 2^256 in non-adjacent form: digit i is bit i+1 of 3k minus bit i+1 of k (both recode k = (3k - k) / 2).
 * The digits are -1, 0 or 1, on average two thirds of them 0. 3k has up to 258 bits. */
enum { NAF_DIGITS = 257 };

typedef struct naf {
  uint32_t k[LIMBS + 1];
  uint32_t k3[LIMBS + 1];
} naf;

static void naf_init(naf *s)
{
  uint32_t carry = 0;
  s->k[LIMBS] = 0;
  for (size_t i = 0; i <= LIMBS; i++) {
    uint32_t limb = 0;
    mac(&limb, &carry, s->k[i], 3);
    s->k3[i] = limb;
  }
}

static int naf_digit(const naf *s, size_t i)
{
  size_t limb = (i + 1) / 32, bit = (i + 1) % 32;
  return (int)(s->k3[limb] >> bit & 1) - (int)(s->k[limb] >> bit & 1);
}

/* Accumulator = scalar[0] * addend[0] + scalar[1] * addend[1]. Returns the number of digits processed, counted in
 * memory beside the loop variable (see "Faults" below). */
static uint32_t multiply_and_add(workspace w, const naf scalar[2], const point *const addend[2])
{
  volatile uint32_t done = 0;
  memset(w[Z], 0, sizeof(number));
  for (size_t i = NAF_DIGITS; i-- > 0;) {
    run(w, double_point);
    for (size_t j = 0; j < 2; j++) {
      int digit = naf_digit(&scalar[j], i);
      if (digit == 0) continue;
      memcpy(&w[X2], addend[j], sizeof(point));               /* X2, Y2 */
      if (digit < 0) (void)subtract(w[Y2], field_p.m, w[Y2]); /* y2 is not 0: no point has order 2 */
      add_affine(w);
    }
    done++;
  }
  return done;
}

/* ---- ECDSA (FIPS 186-5, 6.4.2) ------------------------------------------------------------------------------------
 *
 * Faults. Whoever can skip an instruction must not be able to make R predictable, because who knows R in advance can
 * choose r and s to fit it. Two shortcuts would be open. Leaving the multiplication early, when only a few leading
 * digits have been used: hence the digit count. And leaving e out of u1, by skipping its load or the product, so
 * that u1 is a constant or what an earlier, honest verification left on the stack: hence u1 s = e and u2 s = r are
 * checked at the end from the bytes. */

/* u[0] = e/s, u[1] = r/s mod n, recoded. CRYPTO_BAD_INPUT unless 0 < r, s < n. */
static crypto_status split_signature(naf u[2], const uint8_t hash[P256_BYTES],
                                     const uint8_t signature[P256_SIGNATURE_BYTES])
{
  number e, r, s, inverse, one;
  load_number(e, hash); /* not reduced: as right operand of mod_mul it need not be */
  load_number(r, signature);
  load_number(s, signature + P256_BYTES);
  if (is_zero(r) || is_zero(s) || !is_less(r, order_n.m) || !is_less(s, order_n.m)) return CRYPTO_BAD_INPUT;

  montgomery_constants(inverse, one, &order_n);
  mod_mul(s, s, inverse, &order_n);
  mod_invert(inverse, s, &order_n);
  mod_mul(u[0].k, inverse, e, &order_n);
  mod_mul(u[1].k, inverse, r, &order_n);
  naf_init(&u[0]);
  naf_init(&u[1]);
  return CRYPTO_OK;
}

/* Loads a public key into Montgomery form and w[ONE]. CRYPTO_BAD_INPUT unless it is a point of the curve.
 * The cofactor is 1: every such point has order n, and infinity has no x || y encoding. */
static crypto_status load_public_key(workspace w, point *q, const uint8_t public_key[P256_PUBLIC_KEY_BYTES])
{
  montgomery_constants(w[T0], w[ONE], &field_p);
  load_number(q->x, public_key);
  load_number(q->y, public_key + P256_BYTES);
  if (!is_less(q->x, field_p.m) || !is_less(q->y, field_p.m)) return CRYPTO_BAD_INPUT;
  mod_mul(q->x, w[T0], q->x, &field_p);
  mod_mul(q->y, w[T0], q->y, &field_p);
  memset(w[T3], 0, sizeof(number));
  memcpy(&w[X2], &base_point, sizeof(point));
  run(w, curve_residue);
  memcpy(&w[X2], q, sizeof(point));
  run(w, curve_residue);
  return is_zero(w[T3]) ? CRYPTO_OK : CRYPTO_BAD_INPUT;
}

static const number plain_one = {1};

/* 0 if u s = numerator mod n. */
static uint32_t quotient_error(const number u, const uint8_t numerator[P256_BYTES], const uint8_t s[P256_BYTES])
{
  number left, right;
  load_number(left, s);
  load_number(right, numerator);
  mod_mul(left, u, left, &order_n);
  mod_mul(right, plain_one, right, &order_n); /* both sides are now divided by 2^256 */
  return ct_difference(left, right, sizeof left);
}

crypto_status p256_ecdsa_recompute_r(uint8_t r_out[P256_BYTES], const uint8_t public_key[P256_PUBLIC_KEY_BYTES],
                                     const uint8_t hash[P256_BYTES], const uint8_t signature[P256_SIGNATURE_BYTES])
{
  workspace w;
  point q;
  naf u[2];

  for (size_t i = 0; i < P256_BYTES; i++) r_out[i] = (uint8_t)~signature[i];
  if (split_signature(u, hash, signature) != CRYPTO_OK) return CRYPTO_BAD_INPUT;
  if (load_public_key(w, &q, public_key) != CRYPTO_OK) return CRYPTO_BAD_INPUT;

  uint32_t digits = multiply_and_add(w, u, (const point *const[2]){&base_point, &q});
  if (is_zero(w[Z])) return CRYPTO_INVALID;

  mod_invert(w[T0], w[Z], &field_p);
  run(w, affine_x);
  mod_mul(w[X], w[X], plain_one, &field_p); /* out of Montgomery form */
  reduce_once(w[X], 0, &order_n);           /* p < 2n, so once is enough: x may lie between n and p */

  if (digits != NAF_DIGITS || quotient_error(u[0].k, hash, signature + P256_BYTES) != 0 ||
      quotient_error(u[1].k, signature, signature + P256_BYTES) != 0)
    return CRYPTO_INVALID;
  store_number(r_out, w[X]);
  return CRYPTO_OK;
}

crypto_status p256_ecdsa_verify(const uint8_t public_key[P256_PUBLIC_KEY_BYTES], const uint8_t hash[P256_BYTES],
                                const uint8_t signature[P256_SIGNATURE_BYTES])
{
  uint8_t r[P256_BYTES];
  crypto_status status = p256_ecdsa_recompute_r(r, public_key, hash, signature);
  if (status != CRYPTO_OK) return status;
  return ct_equal(r, signature, sizeof r) ? CRYPTO_OK : CRYPTO_INVALID;
}
