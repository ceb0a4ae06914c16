#include "lms.h"

#include <stdbool.h>
#include <string.h>

#include "ct.h"
#include "lms_internal.h"

bool lms_parameters_of(lms_parameters *p, uint32_t tree_type, uint32_t ots_type)
{
  if (tree_type != LMS_SHA256_M32_H5 && tree_type != LMS_SHA256_M32_H10) return false;
  if (ots_type != LMOTS_SHA256_N32_W4 && ots_type != LMOTS_SHA256_N32_W8) return false;
  p->tree_type = tree_type;
  p->ots_type = ots_type;
  p->height = 5 * (tree_type - 4);
  p->w = ots_type == LMOTS_SHA256_N32_W4 ? 4 : 8;
  p->chains = ots_type == LMOTS_SHA256_N32_W4 ? 67 : 34;
  return true;
}

size_t lms_signature_bytes_of(const lms_parameters *p)
{
  return 12 + LMS_NODE_BYTES * (size_t)(1 + p->chains + p->height);
}

static bool parameters_of_key(lms_parameters *p, const uint8_t public_key[LMS_PUBLIC_KEY_BYTES])
{
  return lms_parameters_of(p, lms_load_be32(public_key), lms_load_be32(public_key + 4));
}

size_t lms_signature_bytes(const uint8_t public_key[LMS_PUBLIC_KEY_BYTES])
{
  lms_parameters p;
  return parameters_of_key(&p, public_key) ? lms_signature_bytes_of(&p) : 0;
}

size_t hss_signature_bytes(const uint8_t public_key[HSS_PUBLIC_KEY_BYTES])
{
  if (lms_load_be32(public_key) != 1) return 0;
  size_t inner = lms_signature_bytes(public_key + 4);
  return inner == 0 ? 0 : 4 + inner;
}

void lms_block_init(lms_block *block, const uint8_t id[LMS_ID_BYTES])
{
  static const uint8_t padding[9] = {0x80, [7] = (55 * 8) >> 8, [8] = (55 * 8) & 0xff};
  memcpy(block->bytes, id, LMS_ID_BYTES);
  memcpy(block->bytes + 55, padding, sizeof padding);
}

void lms_block_prefix(lms_block *block, uint32_t number, uint32_t purpose)
{
  lms_store_be32(block->bytes + LMS_BLOCK_NUMBER, number);
  block->bytes[LMS_BLOCK_PURPOSE] = (uint8_t)(purpose >> 8);
  block->bytes[LMS_BLOCK_PURPOSE + 1] = (uint8_t)purpose;
}

void lms_chain(lms_block *block, uint32_t from, uint32_t to)
{
  for (uint32_t step = from; step < to; step++) {
    block->bytes[LMS_BLOCK_STEP] = (uint8_t)step;
    sha256_padded_block(block->bytes + LMS_BLOCK_VALUE, block->bytes);
  }
}

void lms_hash_start(sha256_ctx *ctx, const lms_block *block)
{
  sha256_init(ctx);
  sha256_update(ctx, block->bytes, LMS_PREFIX_BYTES);
}

/* The checksum is the sum over all message digits of how far their chain still goes: raising one digit, which
 * anybody can do by hashing on, lowers the checksum, which nobody can do. It has 12 bits for W4 (at most 64 * 15, so
 * 3 digits, shifted left by 4 in the standard's 16-bit field) and 16 bits for W8 (at most 32 * 255, 2 digits). */
void lms_digits(uint8_t digits[LMS_MAX_CHAINS], const uint8_t hash[LMS_NODE_BYTES], const lms_parameters *p)
{
  uint32_t last = (1u << p->w) - 1;
  uint32_t message_digits = 8 * LMS_NODE_BYTES / p->w;
  uint32_t checksum = 0;
  for (uint32_t i = 0; i < message_digits; i++) {
    uint32_t bit = i * p->w;
    uint32_t digit = (uint32_t)hash[bit / 8] >> (8 - p->w - bit % 8) & last;
    digits[i] = (uint8_t)digit;
    checksum += last - digit;
  }
  for (uint32_t i = p->chains; i-- > message_digits;) {
    digits[i] = (uint8_t)(checksum & last);
    checksum >>= p->w;
  }
}

/* out = H(prefix || left || right); right may be NULL, out may be left or right. */
static void hash_node(uint8_t out[LMS_NODE_BYTES], lms_block *block, uint32_t number, uint32_t purpose,
                      const uint8_t *left, const uint8_t *right)
{
  sha256_ctx ctx;
  lms_block_prefix(block, number, purpose);
  lms_hash_start(&ctx, block);
  sha256_update(&ctx, left, LMS_NODE_BYTES);
  if (right != NULL) sha256_update(&ctx, right, LMS_NODE_BYTES);
  sha256_final(&ctx, out);
}

/* RFC 8554, algorithm 4b: the one-time public key that the signature leads to. */
static void recompute_ots_key(uint8_t key[LMS_NODE_BYTES], lms_block *block, const lms_parameters *p, uint32_t q,
                              const void *msg, size_t msg_len, const uint8_t *sig)
{
  sha256_ctx ctx;
  lms_block_prefix(block, q, D_MESG);
  lms_hash_start(&ctx, block);
  sha256_update(&ctx, sig + LMS_SIG_RANDOMIZER, LMS_NODE_BYTES);
  sha256_update(&ctx, msg, msg_len);
  sha256_final(&ctx, key);

  /* Should a fault skip the next call, 0 asks for the start of every chain, which is secret. What an earlier, honest
     * signature may have left on the stack would be accepted with that signature under any message. */
  uint8_t digits[LMS_MAX_CHAINS] = {0};
  lms_digits(digits, key, p);

  lms_block_prefix(block, q, D_PBLC);
  lms_hash_start(&ctx, block);
  for (uint32_t i = 0; i < p->chains; i++) {
    lms_block_prefix(block, q, i);
    memcpy(block->bytes + LMS_BLOCK_VALUE, sig + LMS_SIG_CHAINS + i * LMS_NODE_BYTES, LMS_NODE_BYTES);
    lms_chain(block, digits[i], (1u << p->w) - 1);
    sha256_update(&ctx, block->bytes + LMS_BLOCK_VALUE, LMS_NODE_BYTES);
  }
  sha256_final(&ctx, key);
}

crypto_status lms_recompute_root(uint8_t root_out[LMS_NODE_BYTES], const uint8_t public_key[LMS_PUBLIC_KEY_BYTES],
                                 const void *msg, size_t msg_len, const uint8_t *sig, size_t sig_len)
{
  for (size_t i = 0; i < LMS_NODE_BYTES; i++) root_out[i] = (uint8_t)~lms_root(public_key)[i];

  lms_parameters p;
  if (!parameters_of_key(&p, public_key)) return CRYPTO_BAD_INPUT;
  if (sig_len != lms_signature_bytes_of(&p)) return CRYPTO_BAD_INPUT;
  const uint8_t *tail = sig + LMS_SIG_CHAINS + p.chains * LMS_NODE_BYTES; /* tree type, then the path */
  uint32_t q = lms_load_be32(sig + LMS_SIG_Q);
  if (lms_load_be32(sig + LMS_SIG_OTS_TYPE) != p.ots_type || lms_load_be32(tail) != p.tree_type || q >> p.height != 0)
    return CRYPTO_BAD_INPUT;

  lms_block block;
  lms_block_init(&block, public_key + 8);
  recompute_ots_key(root_out, &block, &p, q, msg, msg_len, sig);

  /* Node 1 is the root; the children of node r are 2r and 2r + 1; the leaves start at 2^height. */
  uint32_t node = (1u << p.height) + q;
  hash_node(root_out, &block, node, D_LEAF, root_out, NULL);
  for (const uint8_t *sibling = tail + 4; node > 1; sibling += LMS_NODE_BYTES, node >>= 1) {
    bool is_right = node % 2 != 0;
    hash_node(root_out, &block, node / 2, D_INTR, is_right ? sibling : root_out, is_right ? root_out : sibling);
  }
  return CRYPTO_OK;
}

crypto_status hss_recompute_root(uint8_t root_out[LMS_NODE_BYTES], const uint8_t public_key[HSS_PUBLIC_KEY_BYTES],
                                 const void *msg, size_t msg_len, const uint8_t *sig, size_t sig_len)
{
  for (size_t i = 0; i < LMS_NODE_BYTES; i++) root_out[i] = (uint8_t)~hss_root(public_key)[i];

  uint32_t levels = lms_load_be32(public_key);
  if (levels != 1 && levels != 2) return CRYPTO_BAD_INPUT;
  if (sig_len < 4 || lms_load_be32(sig) != levels - 1) return CRYPTO_BAD_INPUT;
  const uint8_t *top_key = public_key + 4, *top_sig = sig + 4;
  size_t remaining = sig_len - 4;
  if (levels == 1) return lms_recompute_root(root_out, top_key, msg, msg_len, top_sig, remaining);

  size_t top_len = lms_signature_bytes(top_key);
  if (top_len == 0 || remaining < top_len || remaining - top_len < LMS_PUBLIC_KEY_BYTES) return CRYPTO_BAD_INPUT;
  const uint8_t *lower_key = top_sig + top_len, *lower_sig = lower_key + LMS_PUBLIC_KEY_BYTES;
  remaining -= top_len + LMS_PUBLIC_KEY_BYTES;

  uint8_t lower_root[LMS_NODE_BYTES] = {0}; /* not what an earlier call left on the stack */
  crypto_status status = lms_recompute_root(lower_root, lower_key, msg, msg_len, lower_sig, remaining);
  if (status != CRYPTO_OK) return status;
  if (!ct_equal(lower_root, lms_root(lower_key), sizeof lower_root)) return CRYPTO_INVALID;

  status = lms_recompute_root(root_out, top_key, lower_key, LMS_PUBLIC_KEY_BYTES, top_sig, top_len);
  /* Compared again, not remembered, and spread over every byte: one disturbed branch or register does not undo it,
     * and there is no way to choose the two signatures so that two wrong roots cancel out. */
  uint32_t difference = ct_difference(lower_root, lms_root(lower_key), sizeof lower_root);
  for (size_t i = 0; i < LMS_NODE_BYTES; i++) root_out[i] ^= (uint8_t)difference;
  return status;
}

crypto_status hss_verify(const uint8_t public_key[HSS_PUBLIC_KEY_BYTES], const void *msg, size_t msg_len,
                         const uint8_t *sig, size_t sig_len)
{
  uint8_t root[LMS_NODE_BYTES];
  crypto_status status = hss_recompute_root(root, public_key, msg, msg_len, sig, sig_len);
  if (status != CRYPTO_OK) return status;
  return ct_equal(root, hss_root(public_key), sizeof root) ? CRYPTO_OK : CRYPTO_INVALID;
}
