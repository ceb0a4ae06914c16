/* Power cuts while keys are made and destroyed (keys.h), in place of scenarios.c. What must be true of a key: it is
 * there whole (its attributes, the public key that was reported, signatures) or no call knows it; one that was reported
 * is there, one whose end was reported is not. */
#include "storage_powercut.h"

#include <string.h>

#include "hf_identity.h"
#include "keys.h"

#define COUNT(rows) ((uint32_t)(sizeof(rows) / sizeof((rows)[0])))

typedef struct key_change {
  psa_key_id_t id;
  bool is_end; /* destroyed; otherwise made */
} key_change;

typedef struct public_key {
  uint8_t point[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE];
} public_key;

#define ROWS_MAX 4u
typedef struct rows {
  const key_change *change;
  uint32_t count;
  public_key reported[ROWS_MAX]; /* of each key that was made */
} rows;

/* ---- Making changes ---- */

static psa_status_t generate(psa_key_id_t id)
{
  psa_key_attributes_t a = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_id(&a, id);
  psa_set_key_type(&a, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&a, 256);
  psa_set_key_usage_flags(&a, PSA_KEY_USAGE_SIGN_HASH);
  psa_set_key_algorithm(&a, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
  return keys_generate(&a, &id);
}

static psa_status_t make(const key_change *c)
{
  if (c->is_end) return keys_destroy(c->id);
  return c->id == HF_KEY_DEVICE_IDENTITY ? keys_make_identity() : generate(c->id);
}

static void must_make(const key_change *c)
{
  const psa_status_t status = make(c);
  if (status != PSA_SUCCESS) sweep_fail("change of key %x answers %d", (unsigned)c->id, (int)status);
}

static public_key public_of(psa_key_id_t id)
{
  public_key key;
  size_t used;
  memset(&key, 0, sizeof key);
  const psa_status_t status = keys_export_public(id, key.point, sizeof key.point, &used);
  if (status != PSA_SUCCESS) sweep_fail("public key of %x: %d", (unsigned)id, (int)status);
  return key;
}

static void make_row(rows *r, uint32_t i)
{
  must_make(&r->change[i]);
  if (!r->change[i].is_end) r->reported[i] = public_of(r->change[i].id);
}

static void prepare(rows *before)
{
  storage_rig_new();
  for (uint32_t i = 0; i < before->count; i++) make_row(before, i);
}

static void act(rows *changes)
{
  if (storage_rig_restart() != PSA_SUCCESS) sweep_fail("no mount before the changes");
  for (uint32_t i = 0; i < changes->count; i++) {
    make_row(changes, i);
    sweep_step_done();
  }
}

/* ---- Judging ---- */

static bool is_unknown(psa_key_id_t id)
{
  psa_key_attributes_t a;
  return keys_get_attributes(id, &a) == PSA_ERROR_INVALID_HANDLE && keys_export(id) == PSA_ERROR_INVALID_HANDLE;
}

/* A signature is given out only when the public key of the slot verifies it. */
static void must_be_whole(psa_key_id_t id)
{
  static const uint8_t hash[PSA_HASH_LENGTH_SHA_256] = {1, 2, 3};
  uint8_t signature[PSA_SIGNATURE_MAX_SIZE];
  psa_key_attributes_t a;
  size_t used;
  if (keys_get_attributes(id, &a) != PSA_SUCCESS || a.id != id) sweep_fail("key %x has no attributes", (unsigned)id);
  if (keys_sign_hash(id, a.algorithm, hash, sizeof hash, signature, sizeof signature, &used) != PSA_SUCCESS)
    sweep_fail("key %x does not sign", (unsigned)id);
}

/* The last of the first `count` rows that is about the key; count: none is. */
static uint32_t newest(const rows *r, uint32_t count, psa_key_id_t id)
{
  for (uint32_t i = count; i-- > 0;)
    if (r->change[i].id == id) return i;
  return count;
}

/* The key is as those rows left it. reported: how many of them were. */
static bool key_is_as_after(const rows *r, uint32_t count, uint32_t reported, psa_key_id_t id)
{
  const uint32_t i = newest(r, count, id);
  if (i == count || r->change[i].is_end) return is_unknown(id);
  if (is_unknown(id)) return false;
  must_be_whole(id);
  const public_key key = public_of(id);
  return i >= reported || memcmp(&key, &r->reported[i], sizeof key) == 0;
}

static bool is_state(const rows *before, const rows *changes, uint32_t found, uint32_t done)
{
  for (uint32_t i = 0; i < before->count; i++) {
    const psa_key_id_t id = before->change[i].id;
    if (newest(changes, found, id) == found && !key_is_as_after(before, before->count, before->count, id)) return false;
  }
  for (uint32_t i = 0; i < changes->count; i++) {
    const psa_key_id_t id = changes->change[i].id;
    const bool as_before = newest(changes, found, id) == found && newest(before, before->count, id) < before->count;
    if (!as_before && !key_is_as_after(changes, found, done, id)) return false;
  }
  return true;
}

static void one_more_key_can_be_made(void)
{
  static const key_change more = {77, false}, end = {77, true};
  must_make(&more);
  must_be_whole(77);
  must_make(&end);
  if (!is_unknown(77)) sweep_fail("a destroyed key is still there");
}

static uint32_t judge(psa_status_t mounted, const rows *before, const rows *changes, uint32_t done)
{
  if (mounted != PSA_SUCCESS) sweep_fail("mount answers %d", (int)mounted);
  uint32_t found = done;
  if (!is_state(before, changes, found, done)) found++;
  if (found > changes->count || !is_state(before, changes, found, done))
    sweep_fail("keys are not as after %u changes, nor one more", done);
  one_more_key_can_be_made();
  return found;
}

/* ---- Scenarios ---- */

static const key_change one_key[] = {{1, false}};
static const key_change two_more[] = {{2, false}, {0x3fffffff, false}};
static rows generate_before = {one_key, COUNT(one_key), {{{0}}}},
            generate_changes = {two_more, COUNT(two_more), {{{0}}}};

static void generate_prepare(void)
{
  prepare(&generate_before);
}
static void generate_act(void)
{
  act(&generate_changes);
}
static uint32_t generate_judge(psa_status_t mounted, uint32_t done)
{
  return judge(mounted, &generate_before, &generate_changes, done);
}

static const key_change two_keys[] = {{1, false}, {2, false}};
static const key_change destroyed[] = {{2, true}, {2, false}, {1, true}};
static rows destroy_before = {two_keys, COUNT(two_keys), {{{0}}}},
            destroy_changes = {destroyed, COUNT(destroyed), {{{0}}}};

static void destroy_prepare(void)
{
  prepare(&destroy_before);
}
static void destroy_act(void)
{
  act(&destroy_changes);
}
static uint32_t destroy_judge(psa_status_t mounted, uint32_t done)
{
  return judge(mounted, &destroy_before, &destroy_changes, done);
}

static const key_change identity[] = {{HF_KEY_DEVICE_IDENTITY, false}};
static rows identity_before = {one_key, 0, {{{0}}}}, identity_changes = {identity, COUNT(identity), {{{0}}}};

static void identity_prepare(void)
{
  prepare(&identity_before);
}
static void identity_act(void)
{
  act(&identity_changes);
}
/* And a factory that asks again ends with one key. */
static uint32_t identity_judge(psa_status_t mounted, uint32_t done)
{
  const uint32_t found = judge(mounted, &identity_before, &identity_changes, done);
  public_key key = {{0}};
  if (found > 0) key = public_of(HF_KEY_DEVICE_IDENTITY);
  must_make(identity);
  must_be_whole(HF_KEY_DEVICE_IDENTITY);
  const public_key again = public_of(HF_KEY_DEVICE_IDENTITY);
  if (found > 0 && memcmp(&key, &again, sizeof key) != 0) sweep_fail("the device's own key was made twice");
  return found;
}

const char sweep_name[] = "keys_powercut";
const cut_scenario storage_scenarios[] = {
  {"making keys", generate_prepare, generate_act, generate_judge},
  {"destroying keys", destroy_prepare, destroy_act, destroy_judge},
  {"making the device's own key", identity_prepare, identity_act, identity_judge},
};
const uint32_t storage_scenario_count = COUNT(storage_scenarios);
