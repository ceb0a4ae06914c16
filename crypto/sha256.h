/* SHA-256 (FIPS 180-4).
 *
 *     sha256_ctx ctx;
 *     sha256_init(&ctx);
 *     sha256_update(&ctx, header, header_len);
 *     sha256_update(&ctx, body, body_len);
 *     sha256_final(&ctx, digest);
 *
 * Nothing here can fail. Contexts are owned by the caller, hold no pointers and may be copied with `=` at any moment,
 * for instance to hash a common prefix once. Reentrant, about 0.5 KB of stack. No pointer needs any alignment.
 * Digests are byte strings, in the order the standard prints them.
 *
 * The code runs in time that depends only on lengths: no table is indexed by data and no branch tests it. */
#ifndef HF_CRYPTO_SHA256_H
#define HF_CRYPTO_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum {
  SHA256_BYTES = 32,       /* digest */
  SHA256_BLOCK_BYTES = 64, /* compression input */
};

typedef struct sha256_ctx {
  uint32_t state[8];
  uint8_t block[SHA256_BLOCK_BYTES]; /* the first (bytes % 64) are waiting for the rest of their block */
  uint64_t bytes;                    /* hashed so far; the standard allows fewer than 2^61 */
} sha256_ctx;

void sha256_init(sha256_ctx *ctx);

/* data may be NULL if len is 0. data must not overlap ctx. */
void sha256_update(sha256_ctx *ctx, const void *data, size_t len);

/* Writes the digest and wipes the context, which must be initialised again before its next use. */
void sha256_final(sha256_ctx *ctx, uint8_t digest[SHA256_BYTES]);

/* All three in one. digest may overlap data. */
void sha256(uint8_t digest[SHA256_BYTES], const void *data, size_t len);

/* The compression function alone (FIPS 180-4, 6.2.2): state = compress(state, block). */
void sha256_block(uint32_t state[8], const uint8_t block[SHA256_BLOCK_BYTES]);

/* Hash of a message of at most 55 bytes that the caller has already padded to one block (FIPS 180-4, 5.1.1): the
 * message, 0x80, zeros, and its length in bits as 8 big-endian bytes. One compression and no copying: a chain of hashes
 * prepares its block once and lets each digest land in the next one. digest may overlap block. */
void sha256_padded_block(uint8_t digest[SHA256_BYTES], const uint8_t block[SHA256_BLOCK_BYTES]);

#endif
