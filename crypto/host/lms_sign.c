#include "lms_sign.h"

#include <stdbool.h>
#include <string.h>

#include "ct.h"
#include "lms_internal.h"

enum {
  /* RFC 8554, appendix A: the step byte that marks a private value; chain steps end at 254. */
  SEED_STEP = 0xff,
  /* Takes the chain number's place when the randomizer is derived; chains are numbered below 67. */
  RANDOMIZER_CHAIN = 0xfffd,
};

static bool parameters_of(lms_parameters *p, const lms_signing_key *key)
{
  return lms_parameters_of(p, key->tree_type, key->ots_type);
}

size_t lms_tree_bytes(enum lms_tree_type tree_type)
{
  return 2 * (size_t)lms_leaf_count(tree_type) * LMS_NODE_BYTES;
}

uint32_t lms_leaf_count(enum lms_tree_type tree_type)
{
  lms_parameters p;
  return lms_parameters_of(&p, tree_type, LMOTS_SHA256_N32_W4) ? 1u << p.height : 0;
}

/* Block value = the secret number `chain` of leaf q. */
static void derive(lms_block *block, const lms_signing_key *key, uint32_t q, uint32_t chain)
{
  lms_block_prefix(block, q, chain);
  block->bytes[LMS_BLOCK_STEP] = SEED_STEP;
  memcpy(block->bytes + LMS_BLOCK_VALUE, key->seed, LMS_SEED_BYTES);
  sha256_padded_block(block->bytes + LMS_BLOCK_VALUE, block->bytes);
}

/* RFC 8554, algorithm 1 and 5.3: the one-time public key of leaf q, hashed into its leaf. */
static void compute_leaf(uint8_t leaf[LMS_NODE_BYTES], const lms_signing_key *key, const lms_parameters *p, uint32_t q)
{
  lms_block block;
  sha256_ctx ctx;
  lms_block_init(&block, key->id);
  lms_block_prefix(&block, q, D_PBLC);
  lms_hash_start(&ctx, &block);
  for (uint32_t i = 0; i < p->chains; i++) {
    derive(&block, key, q, i);
    lms_chain(&block, 0, (1u << p->w) - 1);
    sha256_update(&ctx, block.bytes + LMS_BLOCK_VALUE, LMS_NODE_BYTES);
  }
  sha256_final(&ctx, leaf);

  lms_block_prefix(&block, (1u << p->height) + q, D_LEAF);
  lms_hash_start(&ctx, &block);
  sha256_update(&ctx, leaf, LMS_NODE_BYTES);
  sha256_final(&ctx, leaf);
}

static void compute_inner_node(uint8_t out[LMS_NODE_BYTES], const uint8_t *id, const uint8_t *tree, uint32_t node)
{
  lms_block block;
  sha256_ctx ctx;
  lms_block_init(&block, id);
  lms_block_prefix(&block, node, D_INTR);
  lms_hash_start(&ctx, &block);
  sha256_update(&ctx, tree + (size_t)2 * node * LMS_NODE_BYTES, 2 * LMS_NODE_BYTES);
  sha256_final(&ctx, out);
}

static bool fill(lms_signing_key *key, lms_parameters *p, enum lms_tree_type tree_type, enum lms_ots_type ots_type,
                 const uint8_t id[LMS_ID_BYTES], const uint8_t seed[LMS_SEED_BYTES], const uint8_t *tree)
{
  wipe(key, sizeof *key);
  if (!lms_parameters_of(p, tree_type, ots_type)) return false;
  key->tree_type = tree_type;
  key->ots_type = ots_type;
  memcpy(key->id, id, sizeof key->id);
  memcpy(key->seed, seed, sizeof key->seed);
  key->tree = tree;
  return true;
}

crypto_status lms_signing_key_init(lms_signing_key *key, enum lms_tree_type tree_type, enum lms_ots_type ots_type,
                                   const uint8_t id[LMS_ID_BYTES], const uint8_t seed[LMS_SEED_BYTES], uint8_t *tree)
{
  lms_parameters p;
  if (!fill(key, &p, tree_type, ots_type, id, seed, tree)) return CRYPTO_BAD_INPUT;
  uint32_t leaves = 1u << p.height;
  memset(tree, 0, LMS_NODE_BYTES); /* node 0, so that a stored tree is the same file every time */
  for (uint32_t q = 0; q < leaves; q++) compute_leaf(tree + (size_t)(leaves + q) * LMS_NODE_BYTES, key, &p, q);
  for (uint32_t node = leaves - 1; node > 0; node--)
    compute_inner_node(tree + (size_t)node * LMS_NODE_BYTES, key->id, tree, node);
  return CRYPTO_OK;
}

crypto_status lms_signing_key_load(lms_signing_key *key, enum lms_tree_type tree_type, enum lms_ots_type ots_type,
                                   const uint8_t id[LMS_ID_BYTES], const uint8_t seed[LMS_SEED_BYTES],
                                   const uint8_t *tree)
{
  lms_parameters p;
  if (!fill(key, &p, tree_type, ots_type, id, seed, tree)) return CRYPTO_BAD_INPUT;
  uint32_t leaves = 1u << p.height;
  for (uint32_t node = leaves - 1; node > 0; node--) {
    uint8_t expected[LMS_NODE_BYTES];
    compute_inner_node(expected, key->id, tree, node);
    if (!ct_equal(expected, tree + (size_t)node * LMS_NODE_BYTES, sizeof expected)) {
      wipe(key, sizeof *key);
      return CRYPTO_INVALID;
    }
  }
  return CRYPTO_OK;
}

void lms_signing_key_wipe(lms_signing_key *key)
{
  wipe(key, sizeof *key);
}

void lms_public_key(uint8_t public_key[LMS_PUBLIC_KEY_BYTES], const lms_signing_key *key)
{
  lms_store_be32(public_key, key->tree_type);
  lms_store_be32(public_key + 4, key->ots_type);
  memcpy(public_key + 8, key->id, LMS_ID_BYTES);
  memcpy(public_key + 8 + LMS_ID_BYTES, key->tree + LMS_NODE_BYTES, LMS_NODE_BYTES);
}

void hss_public_key(uint8_t public_key[HSS_PUBLIC_KEY_BYTES], const lms_signing_key *key)
{
  lms_store_be32(public_key, 1);
  lms_public_key(public_key + 4, key);
}

size_t lms_sign_bytes(const lms_signing_key *key)
{
  lms_parameters p;
  return parameters_of(&p, key) ? lms_signature_bytes_of(&p) : 0;
}

size_t hss_sign_bytes(const lms_signing_key *key)
{
  size_t inner = lms_sign_bytes(key);
  return inner == 0 ? 0 : 4 + inner;
}

crypto_status lms_sign(uint8_t *sig, size_t sig_len, const lms_signing_key *key, uint32_t q, const uint8_t *randomizer,
                       const void *msg, size_t msg_len)
{
  lms_parameters p;
  if (!parameters_of(&p, key) || q >> p.height != 0 || sig_len != lms_signature_bytes_of(&p)) return CRYPTO_BAD_INPUT;

  lms_block block;
  lms_block_init(&block, key->id);
  lms_store_be32(sig + LMS_SIG_Q, q);
  lms_store_be32(sig + LMS_SIG_OTS_TYPE, p.ots_type);
  if (randomizer == NULL) {
    derive(&block, key, q, RANDOMIZER_CHAIN);
    randomizer = block.bytes + LMS_BLOCK_VALUE;
  }
  memcpy(sig + LMS_SIG_RANDOMIZER, randomizer, LMS_NODE_BYTES);

  /* RFC 8554, algorithm 3. */
  uint8_t hash[LMS_NODE_BYTES], digits[LMS_MAX_CHAINS];
  sha256_ctx ctx;
  lms_block_prefix(&block, q, D_MESG);
  lms_hash_start(&ctx, &block);
  sha256_update(&ctx, sig + LMS_SIG_RANDOMIZER, LMS_NODE_BYTES);
  sha256_update(&ctx, msg, msg_len);
  sha256_final(&ctx, hash);
  lms_digits(digits, hash, &p);
  uint8_t *to = sig + LMS_SIG_CHAINS;
  for (uint32_t i = 0; i < p.chains; i++, to += LMS_NODE_BYTES) {
    derive(&block, key, q, i);
    lms_chain(&block, 0, digits[i]);
    memcpy(to, block.bytes + LMS_BLOCK_VALUE, LMS_NODE_BYTES);
  }
  wipe(&block, sizeof block);

  lms_store_be32(to, p.tree_type);
  to += 4;
  for (uint32_t node = (1u << p.height) + q; node > 1; node >>= 1, to += LMS_NODE_BYTES)
    memcpy(to, key->tree + (size_t)(node ^ 1) * LMS_NODE_BYTES, LMS_NODE_BYTES);
  return CRYPTO_OK;
}

crypto_status hss_sign(uint8_t *sig, size_t sig_len, const lms_signing_key *key, uint32_t q, const uint8_t *randomizer,
                       const void *msg, size_t msg_len)
{
  if (sig_len < 4) return CRYPTO_BAD_INPUT;
  crypto_status status = lms_sign(sig + 4, sig_len - 4, key, q, randomizer, msg, msg_len);
  if (status == CRYPTO_OK) lms_store_be32(sig, 0);
  return status;
}
