/* Verifying an image.
 *
 * Order: magic and format (so that an empty place is told from a bad image), key trust, signatures,
 * and only then the meaning of any field. Every rule is stated as a *violation*: a number that is 0
 * exactly when the rule holds. require() turns the lock one step then, and says why otherwise.
 *
 * All rules can be computed from hostile bytes, whatever the others say: indexes are bounded by
 * constants and nothing is dereferenced that a field points at.
 */
#include "verify.h"

#include <string.h>

#include "board.h"
#include "ct.h"
#include "flash.h"
#include "handover.h"
#include "lms.h"
#include "otp_map.h"
#include "p256.h"
#include "sha256.h"

/* ---- The lock ---- */

#define UNLOCK_MASK 0x9D2C5680u /* spreads a wrong number of turns over all bits */
#define FIELD_RULES 11u
#define VERIFY_TURNS (2u + 7u + FIELD_RULES + 1u) /* head, signatures, fields, payload */
static_assert(VERIFY_TURNS < 32, "a full circle would hide skipped turns");

/* Keeps the compiler from reasoning that a value it has just tested must be zero. */
static inline uint32_t launder(uint32_t value)
{
  __asm__ volatile("" : "+r"(value));
  return value;
}

/* by: 0..31. */
static uint32_t rotate_left(uint32_t value, uint32_t by)
{
  return value << by | value >> (-by & 31);
}

/* What turns is a constant, whose 32 rotations all differ: were it mixed with the entry, a manifest that nobody has
 * checked yet could choose an entry that missing turns do not change. */
void unlock_begin(unlock *u, uint32_t entry)
{
  u->entry = entry;
  u->turned = rotate_left(UNLOCK_MASK, 32 - VERIFY_TURNS);
}

uint32_t unlock_entry(const unlock *u)
{
  return u->entry ^ u->turned ^ UNLOCK_MASK;
}

/* A broken rule is one turn less, like a rule that was skipped: turns only add up. (Mixing the violation
 * itself in would let two cancel out, by accident or by an attacker's choice of one of them.) */
static __attribute__((noinline)) boot_status require(unlock *u, uint32_t violation, boot_status why)
{
  const uint32_t seen = launder(violation);
  u->turned = rotate_left(u->turned, seen == 0);
  return launder(violation) == 0 ? BOOT_OK : why;
}

/* ---- Violations ---- */

static uint32_t if_above(uint32_t value, uint32_t limit)
{
  return (uint32_t)(value > limit);
}

static uint32_t if_not_zero(const void *data, uint32_t bytes)
{
  const uint8_t *byte = data;
  uint32_t bits = 0;
  while (bytes-- > 0) bits |= *byte++;
  return bits;
}

/* ---- Keys and signatures ---- */

/* 0 when the hash of the record is among the trusted ones and that one is not revoked. */
static uint32_t untrusted(const void *record, uint32_t bytes, const verify_trust *t,
                          const uint8_t (*hashes)[TRUST_HASH_BYTES], const uint32_t *revoked)
{
  uint8_t hash[TRUST_HASH_BYTES];
  uint32_t matches = 0;
  sha256(hash, record, bytes);
  for (uint32_t i = 0; i < t->key_count; i++) {
    const uint32_t difference = ct_difference(hash, hashes[i], TRUST_HASH_BYTES) | (revoked ? revoked[i] : 0);
    matches |= (uint32_t)(((uint64_t)difference - 1) >> 32); /* all ones exactly when difference is 0 */
  }
  return ~matches;
}

static uint32_t p256_violation(const manifest *m)
{
  uint8_t hash[32], r[32];
  sha256(hash, m, MANIFEST_SIGNED_BYTES);
  const crypto_status status = p256_ecdsa_recompute_r(r, m->p256_key.public_key, hash, m->p256_signature);
  return ct_difference(r, m->p256_signature, sizeof r) | ((uint32_t)status ^ (uint32_t)CRYPTO_OK);
}

/* One-level HSS: the level words (RFC 8554 section 6: L = 1 in the key, Nspk = 0 in the signature), then plain LMS. */
static uint32_t lms_violation(const manifest *m)
{
  static const uint8_t one_level[4] = {0, 0, 0, 1};
  const uint8_t *key = m->lms_key.public_key + sizeof one_level;
  const uint8_t *signature = m->lms_signature + 4;
  const uint32_t space = MANIFEST_LMS_BYTES - 4;
  uint8_t root[LMS_NODE_BYTES];
  const uint32_t bytes = (uint32_t)lms_signature_bytes(key);
  if (bytes == 0 || bytes > space) return 1;
  const crypto_status status = lms_recompute_root(root, key, m, MANIFEST_SIGNED_BYTES, signature, bytes);
  return ct_difference(root, lms_root(key), sizeof root) | ((uint32_t)status ^ (uint32_t)CRYPTO_OK) |
         ct_difference(m->lms_key.public_key, one_level, sizeof one_level) | if_not_zero(m->lms_signature, 4) |
         if_not_zero(signature + bytes, space - bytes);
}

/* A signature that the policy does not ask for is not looked at. `waived` is 0 under the policy for which that
 * is so: the violations start as that difference, so skipping the branch leaves them. Written out for each
 * algorithm on purpose: one shared function would be one place for a fault to hit both. */
static boot_status check_p256(const manifest *m, const verify_trust *t, unlock *u)
{
  const uint32_t waived = t->policy ^ OTP_POLICY_LMS_ONLY;
  uint32_t key = waived, signature = waived;
  if (waived != 0) {
    key = untrusted(&m->p256_key, sizeof m->p256_key, t, t->p256_hashes, t->p256_revoked);
    signature = p256_violation(m);
  }
  const boot_status status = require(u, key, BOOT_SIG_P256_KEY);
  return status == BOOT_OK ? require(u, signature, BOOT_SIG_P256) : status;
}

static boot_status check_lms(const manifest *m, const verify_trust *t, unlock *u)
{
  const uint32_t waived = t->policy ^ OTP_POLICY_P256_ONLY;
  uint32_t key = waived, signature = waived;
  if (waived != 0) {
    key = untrusted(&m->lms_key, sizeof m->lms_key, t, t->lms_hashes, t->lms_revoked);
    signature = lms_violation(m);
  }
  const boot_status status = require(u, key, BOOT_SIG_LMS_KEY);
  return status == BOOT_OK ? require(u, signature, BOOT_SIG_LMS) : status;
}

/* Marks of the required keys that this device does not accept; the records are trusted by now. */
static uint32_t unwanted_marks(const manifest *m, const verify_trust *t)
{
  const uint32_t accepted = t->secured ? 0 : KEY_DEVELOPMENT;
  uint32_t marks = 0;
  if (t->policy != OTP_POLICY_LMS_ONLY) marks |= m->p256_key.flags;
  if (t->policy != OTP_POLICY_P256_ONLY) marks |= m->lms_key.flags;
  return marks & ~accepted;
}

/* Under a policy that waives one signature everything rests on the other: it is judged once more, from the
 * start, so that no single fault decides. With both required each is the other's second opinion. */
static uint32_t second_opinion(const manifest *m, const verify_trust *t)
{
  if (t->policy == OTP_POLICY_P256_ONLY)
    return untrusted(&m->p256_key, sizeof m->p256_key, t, t->p256_hashes, t->p256_revoked) | p256_violation(m);
  if (t->policy == OTP_POLICY_LMS_ONLY)
    return untrusted(&m->lms_key, sizeof m->lms_key, t, t->lms_hashes, t->lms_revoked) | lms_violation(m);
  return t->policy ^ OTP_POLICY_BOTH;
}

static boot_status check_signatures(const manifest *m, const verify_trust *t, unlock *u)
{
  const uint32_t policy_unknown = (t->policy ^ OTP_POLICY_BOTH) && (t->policy ^ OTP_POLICY_P256_ONLY) &&
                                  (t->policy ^ OTP_POLICY_LMS_ONLY);
  boot_status status = require(u, policy_unknown, BOOT_OTP_POLICY);
  if (status != BOOT_OK) return status;
  status = check_p256(m, t, u);
  if (status != BOOT_OK) return status;
  status = check_lms(m, t, u);
  if (status != BOOT_OK) return status;
  status = require(u, second_opinion(m, t), BOOT_UNLOCK);
  if (status != BOOT_OK) return status;
  return require(u, unwanted_marks(m, t), BOOT_SIG_DEVELOPMENT);
}

/* ---- Fields ---- */

/* What the segment table breaks, one number per rule. */
typedef struct segment_violations {
  uint32_t tiling, address, overlap, entry;
} segment_violations;

/* Bits of `entry` that a secure segment around the address takes away. */
#define ENTRY_NOT_SEEN 1u
#define VECTORS_NOT_SEEN 2u

/* Sums may wrap only for segments that break the address rule, and then that rule refuses the image. */
static void check_segment(const manifest *m, uint32_t i, const verify_trust *t, segment_violations *v, uint32_t tiled)
{
  const manifest_segment *s = &m->segments[i];
  const uint32_t into_region = s->address - t->load_base;
  v->tiling |= (s->offset ^ tiled) | (uint32_t)(s->bytes == 0) | (s->bytes | s->address) % MANIFEST_ALIGNMENT |
               (s->flags & ~SEGMENT_NONSECURE);
  v->address |= if_above(into_region, t->load_bytes) | if_above(s->bytes, t->load_bytes - into_region);
  for (const manifest_segment *other = m->segments; other < s; other++)
    v->overlap |= (uint32_t)(s->address - other->address < other->bytes) |
                  (uint32_t)(other->address - s->address < s->bytes);
  if (s->flags == 0) { /* code starts in the secure world */
    if (m->entry - s->address < s->bytes) v->entry &= ~ENTRY_NOT_SEEN;
    if (m->vectors - s->address < s->bytes) v->entry &= ~VECTORS_NOT_SEEN;
  }
}

static segment_violations check_segments(const manifest *m, const verify_trust *t)
{
  segment_violations v = {.entry = ENTRY_NOT_SEEN | VECTORS_NOT_SEEN};
  uint32_t tiled = 0;
  const uint32_t count = m->segment_count < MANIFEST_SEGMENTS_MAX ? m->segment_count : MANIFEST_SEGMENTS_MAX;
  for (uint32_t i = 0; i < count; i++) {
    check_segment(m, i, t, &v, tiled);
    tiled += m->segments[i].bytes;
  }
  v.tiling |= if_not_zero(&m->segments[count], (MANIFEST_SEGMENTS_MAX - count) * (uint32_t)sizeof(manifest_segment)) |
              (tiled ^ m->payload_bytes) | (count ^ m->segment_count) | (uint32_t)(count == 0);
  v.entry |= ((m->entry ^ BOARD_ENTRY_MARK) & 1u) | (m->vectors % BOARD_VECTORS_ALIGNMENT);
  return v;
}

/* Authority and revocation belong to loaders; firmware has none. */
static uint32_t loader_fields_violation(const manifest *m)
{
  const uint32_t roots = (1u << ROOT_KEYS) - 1;
  if (m->kind == MANIFEST_KIND_LOADER)
    return ((m->revoke_root_p256 | m->revoke_root_lms) & ~roots) | if_not_zero(&m->loader_min, sizeof m->loader_min);
  return if_not_zero(m->authority_p256, offsetof(manifest, reserved) - offsetof(manifest, authority_p256));
}

/* One rule per status, in the order of their numbers. */
#define FIRST_RULE BOOT_MANIFEST_KIND
#define RULE(status) ((uint32_t)(status) - (uint32_t)FIRST_RULE)
static_assert(RULE(BOOT_MANIFEST_LOADER) == FIELD_RULES - 1, "the statuses of the field rules are consecutive");

static boot_status check_fields(const manifest *m, const verify_trust *t, unlock *u)
{
  const segment_violations segments = check_segments(m, t);
  const uint32_t violations[FIELD_RULES] = {
    [RULE(BOOT_MANIFEST_KIND)] = m->kind ^ t->kind,
    [RULE(BOOT_MANIFEST_RESERVED)] = if_not_zero(m->reserved, sizeof m->reserved) | loader_fields_violation(m),
    [RULE(BOOT_MANIFEST_PRODUCT)] = ct_difference(m->product_id, t->product_id, sizeof m->product_id),
    [RULE(BOOT_MANIFEST_HARDWARE)] = if_above(m->hardware_min, t->hardware_revision) |
                                     if_above(t->hardware_revision, m->hardware_max),
    [RULE(BOOT_MANIFEST_ROLLBACK)] = if_above(t->security_counter, m->security_version),
    [RULE(BOOT_MANIFEST_SIZE)] = if_above(m->payload_bytes, t->place_bytes - MANIFEST_BYTES),
    [RULE(BOOT_MANIFEST_SEGMENT)] = segments.tiling,
    [RULE(BOOT_MANIFEST_ADDRESS)] = segments.address,
    [RULE(BOOT_MANIFEST_OVERLAP)] = segments.overlap,
    [RULE(BOOT_MANIFEST_ENTRY)] = segments.entry,
    [RULE(BOOT_MANIFEST_LOADER)] = manifest_version_order(m->loader_min) > manifest_version_order(t->loader_version),
  };
  for (uint32_t i = 0; i < FIELD_RULES; i++) {
    const boot_status status = require(u, violations[i], (boot_status)((uint32_t)FIRST_RULE + i));
    if (status != BOOT_OK) return status;
  }
  return BOOT_OK;
}

boot_status verify_manifest(const manifest *m, const verify_trust *t, unlock *u)
{
  boot_status status = require(u, m->magic ^ MANIFEST_MAGIC, BOOT_MANIFEST_MAGIC);
  if (status != BOOT_OK) return status;
  status = require(u, m->format ^ MANIFEST_FORMAT, BOOT_MANIFEST_FORMAT);
  if (status != BOOT_OK) return status;
  status = check_signatures(m, t, u);
  if (status != BOOT_OK) return status;
  return check_fields(m, t, u);
}

/* ---- Payload ---- */

boot_status verify_load(uint32_t place, const manifest *m, unlock *u)
{
  sha256_ctx hash;
  uint8_t digest[32];
  boot_status status = BOOT_OK;
  uint32_t at = place + MANIFEST_BYTES;
  sha256_init(&hash);
  for (uint32_t i = 0; i < m->segment_count && status == BOOT_OK; i++) {
    const manifest_segment *s = &m->segments[i];
    void *copy = board_ram(s->address, s->bytes);
    if (flash_read(at, copy, s->bytes) != FLASH_OK) status = BOOT_FLASH_UNREADABLE;
    sha256_update(&hash, copy, s->bytes); /* the copy: flash is not read again */
    at += s->bytes;
  }
  sha256_final(&hash, digest);
  const boot_status matches = require(u, ct_difference(digest, m->payload_sha256, sizeof digest), BOOT_PAYLOAD_DIGEST);
  if (status == BOOT_OK) status = matches;
  if (status != BOOT_OK)
    for (uint32_t i = 0; i < m->segment_count; i++)
      wipe(board_ram(m->segments[i].address, m->segments[i].bytes), m->segments[i].bytes);
  return status;
}

boot_status verify_and_load(uint32_t place, const verify_trust *t, manifest *m, uint32_t *entry)
{
  unlock u;
  const flash_status read = flash_read(place, m, sizeof *m);
  *entry = ~m->entry; /* unequal whatever way this function is left: what was there before may be what m names */
  if (read != FLASH_OK) return BOOT_FLASH_UNREADABLE;
  unlock_begin(&u, m->entry);
  boot_status status = verify_manifest(m, t, &u);
  if (status != BOOT_OK) return status;
  status = verify_load(place, m, &u);
  *entry = unlock_entry(&u);
  return status;
}
