/* What LMS verification and host-side signing (host/lms_sign.c) share. Not for other code. */
#ifndef HF_CRYPTO_LMS_INTERNAL_H
#define HF_CRYPTO_LMS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lms.h"
#include "sha256.h"

/* RFC 8554, 4.4 and 5.3: domain separation between message, one-time key, leaf and interior node. As 16-bit values
 * they lie above every chain number. */
enum { D_PBLC = 0x8080, D_MESG = 0x8181, D_LEAF = 0x8282, D_INTR = 0x8383 };

enum {
  LMS_MAX_CHAINS = 67, /* W4 */
  LMS_MAX_HEIGHT = 10,
};

typedef struct lms_parameters {
  uint32_t tree_type, ots_type;
  uint32_t height;
  uint32_t w;      /* bits per digit: 4 or 8 */
  uint32_t chains; /* message digits, then checksum digits */
} lms_parameters;

/* Offsets in an LMS signature. */
enum {
  LMS_SIG_Q = 0,
  LMS_SIG_OTS_TYPE = 4,
  LMS_SIG_RANDOMIZER = 8,
  LMS_SIG_CHAINS = LMS_SIG_RANDOMIZER + LMS_NODE_BYTES,
};

/* Every hash of RFC 8554 starts with I || u32 || u16, and the short ones fit one SHA-256 block. So a block is kept ready:
 *
 *     0   16  I
 *     16   4  leaf or node number
 *     20   2  chain number, or a D_ constant
 *     22   1  step within the chain
 *     23  32  value, replaced by the hash of the block
 *     55   1  0x80, then 6 zeros and the bit length of 55 bytes: FIPS 180-4 padding
 *
 * A chain step is then one compression and nothing else. The other hashes take their first 22 bytes from here. */
typedef struct lms_block {
  uint8_t bytes[SHA256_BLOCK_BYTES];
} lms_block;

enum {
  LMS_BLOCK_NUMBER = 16,
  LMS_BLOCK_PURPOSE = 20,
  LMS_BLOCK_STEP = 22,
  LMS_BLOCK_VALUE = 23,
  LMS_PREFIX_BYTES = 22
};

static inline uint32_t lms_load_be32(const uint8_t *p)
{
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void lms_store_be32(uint8_t *p, uint32_t x)
{
  p[0] = (uint8_t)(x >> 24);
  p[1] = (uint8_t)(x >> 16);
  p[2] = (uint8_t)(x >> 8);
  p[3] = (uint8_t)x;
}

/* False, and p unspecified, if a type is not supported. */
bool lms_parameters_of(lms_parameters *p, uint32_t tree_type, uint32_t ots_type);

size_t lms_signature_bytes_of(const lms_parameters *p);

void lms_block_init(lms_block *block, const uint8_t id[LMS_ID_BYTES]);

/* Sets number and purpose. */
void lms_block_prefix(lms_block *block, uint32_t number, uint32_t purpose);

/* Walks the chain set by lms_block_prefix() in place: value = H^(to - from)(value), with from <= to <= 255. */
void lms_chain(lms_block *block, uint32_t from, uint32_t to);

/* Starts a longer hash with the 22-byte prefix. */
void lms_hash_start(sha256_ctx *ctx, const lms_block *block);

/* The digits of hash || checksum, one per chain (RFC 8554, 3.1.3 and 4.4): how far along its chain each signature value is. */
void lms_digits(uint8_t digits[LMS_MAX_CHAINS], const uint8_t hash[LMS_NODE_BYTES], const lms_parameters *p);

#endif
