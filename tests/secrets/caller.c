/* A non-secure program that makes every kind of call, quietly: the test looks at all memory at the end of each one. What it is doing
 * it says in `doing`, and leaves there what it signed last, both of which the test reads from its memory. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "hf_device.h"
#include "hf_identity.h"
#include "psa/crypto.h"
#include "psa/internal_trusted_storage.h"
#include "psa/update.h"
#include "startup_nonsecure.h"

#define KEY 21u
#define SHORT_LIVED_KEY 22u
#define ITEM 77u
#define ECDSA PSA_ALG_ECDSA(PSA_ALG_SHA_256)

/* Read by name, from outside. */
extern char doing[32];
extern psa_key_id_t signer;
extern uint8_t hash[PSA_HASH_LENGTH_SHA_256], signature[PSA_SIGNATURE_MAX_SIZE];

char doing[32];
psa_key_id_t signer;
uint8_t hash[PSA_HASH_LENGTH_SHA_256], signature[PSA_SIGNATURE_MAX_SIZE];

static uint8_t buffer[512];
static size_t length;
static bool broken;

static void now(const char *what)
{
  strncpy(doing, what, sizeof doing - 1);
}

static void wanted(psa_status_t status, psa_status_t expected)
{
  broken |= status != expected;
}

static psa_status_t generate(psa_key_id_t id)
{
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_key_id_t made;
  psa_set_key_id(&attributes, id);
  psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&attributes, 256);
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
  psa_set_key_algorithm(&attributes, ECDSA);
  return psa_generate_key(&attributes, &made);
}

static void sign(psa_key_id_t id)
{
  signer = id;
  for (size_t i = 0; i < sizeof hash; i++) hash[i] = (uint8_t)(hash[i] + i + id);
  wanted(psa_sign_hash(id, ECDSA, hash, sizeof hash, signature, sizeof signature, &length), PSA_SUCCESS);
}

static void use_keys(void)
{
  psa_key_attributes_t attributes;
  now("generate");
  wanted(generate(KEY), PSA_SUCCESS);
  now("sign");
  sign(KEY);
  sign(HF_KEY_DEVICE_IDENTITY);
  sign(HF_KEY_DEVICE_IDENTITY);
  now("sign, refused");
  wanted(psa_sign_hash(HF_KEY_DEVICE_IDENTITY, ECDSA, hash, 31, buffer, sizeof buffer, &length),
         PSA_ERROR_INVALID_ARGUMENT);
  now("export");
  wanted(psa_export_key(HF_KEY_DEVICE_IDENTITY, buffer, sizeof buffer, &length), PSA_ERROR_NOT_PERMITTED);
  now("export the public half");
  wanted(psa_export_public_key(HF_KEY_DEVICE_IDENTITY, buffer, sizeof buffer, &length), PSA_SUCCESS);
  now("attributes");
  wanted(psa_get_key_attributes(KEY, &attributes), PSA_SUCCESS);
  now("destroy");
  wanted(generate(SHORT_LIVED_KEY), PSA_SUCCESS);
  wanted(psa_destroy_key(SHORT_LIVED_KEY), PSA_SUCCESS);
}

static void use_storage(void)
{
  struct psa_storage_info_t info;
  now("set");
  memset(buffer, 0x5A, sizeof buffer);
  wanted(psa_its_set(ITEM, sizeof buffer, buffer, PSA_STORAGE_FLAG_NONE), PSA_SUCCESS);
  now("get");
  wanted(psa_its_get(ITEM, 0, sizeof buffer, buffer, &length), PSA_SUCCESS);
  now("get a key slot");
  wanted(psa_its_get(KEY, 0, sizeof buffer, buffer, &length), PSA_ERROR_DOES_NOT_EXIST);
  now("info");
  wanted(psa_its_get_info(ITEM, &info), PSA_SUCCESS);
  now("remove");
  wanted(psa_its_remove(ITEM), PSA_SUCCESS);
  now("storage reset");
  wanted(hf_storage_reset(), PSA_ERROR_NOT_PERMITTED);
}

static void use_random(void)
{
  now("random");
  for (uint32_t i = 0; i < 3; i++) wanted(psa_generate_random(buffer, 32), PSA_SUCCESS);
}

static void use_the_rest(void)
{
  psa_fwu_component_info_t component;
  hf_device_info info;
  hf_crash crash;
  now("update");
  wanted(psa_fwu_query(HF_FWU_FIRMWARE, &component), PSA_SUCCESS);
  now("device");
  wanted(hf_device_get_info(&info), PSA_SUCCESS);
  now("crash");
  wanted(hf_crash_read(&crash), PSA_ERROR_DOES_NOT_EXIST);
}

void nonsecure_main(void)
{
  use_random();
  use_storage();
  use_keys();
  use_the_rest();
  now(broken ? "broken" : "over");
  while (hf_watchdog_feed() == PSA_SUCCESS) continue;
  for (;;) continue;
}
