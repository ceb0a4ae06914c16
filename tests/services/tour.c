/* Every service, used as its header says, on the board; a second boot of the same device finds what the first one left.
 * Not here: what restarts the device (updater.c, crasher.c). */
#include <string.h>

#include "hf_device.h"
#include "hf_identity.h"
#include "p256.h"
#include "psa/crypto.h"
#include "psa/internal_trusted_storage.h"
#include "psa/update.h"
#include "say.h"
#include "startup_nonsecure.h"

#define KEY 21u
#define SHORT_LIVED_KEY 22u
#define ITEM 77u
#define WRITE_ONCE_ITEM 78u
#define GONE_ITEM 79u
#define ECDSA PSA_ALG_ECDSA(PSA_ALG_SHA_256)

static const char value[] = "what the first boot stored";
static uint8_t buffer[HF_ITS_VALUE_MAX];
static size_t length;

/* ---- Keys ---- */

static psa_key_attributes_t signing_key(psa_key_id_t id)
{
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_id(&attributes, id);
  psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&attributes, 256);
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
  psa_set_key_algorithm(&attributes, ECDSA);
  return attributes;
}

static psa_status_t generate(psa_key_id_t id)
{
  const psa_key_attributes_t attributes = signing_key(id);
  psa_key_id_t made;
  const psa_status_t status = psa_generate_key(&attributes, &made);
  promise(made == (status == PSA_SUCCESS ? id : PSA_KEY_ID_NULL), "the id of a key is told exactly when it was made");
  return status;
}

static void check_signing(void)
{
  uint8_t public_key[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE], signature[PSA_SIGNATURE_MAX_SIZE];
  uint8_t hash[32];
  memset(hash, 0x5A, sizeof hash);
  promise(psa_export_public_key(KEY, public_key, sizeof public_key, &length) == PSA_SUCCESS && length == 65,
          "a public key can be had");
  promise(psa_sign_hash(KEY, ECDSA, hash, sizeof hash, signature, sizeof signature, &length) == PSA_SUCCESS &&
            length == sizeof signature && p256_ecdsa_verify(public_key + 1, hash, signature) == CRYPTO_OK,
          "a signature verifies with it");
  promise(psa_sign_hash(KEY, PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256), hash, sizeof hash, signature,
                        sizeof signature, &length) == PSA_ERROR_NOT_PERMITTED,
          "another algorithm is not permitted");
  promise(psa_sign_hash(KEY, ECDSA, hash, 31, signature, sizeof signature, &length) == PSA_ERROR_INVALID_ARGUMENT,
          "a hash of another length is refused");
  promise(psa_sign_hash(KEY, ECDSA, hash, sizeof hash, signature, 63, &length) == PSA_ERROR_BUFFER_TOO_SMALL,
          "a small buffer is refused");
}

static void check_private_keys(void)
{
  promise(psa_export_key(KEY, buffer, sizeof buffer, &length) == PSA_ERROR_NOT_PERMITTED && length == 0,
          "a private key is not exported");
  psa_key_attributes_t attributes = signing_key(SHORT_LIVED_KEY);
  psa_key_id_t made;
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_EXPORT);
  promise(psa_generate_key(&attributes, &made) == PSA_ERROR_NOT_PERMITTED, "no key is made that could be exported");
}

static void check_keys(bool first_boot)
{
  psa_key_attributes_t attributes;
  promise(psa_crypto_init() == PSA_SUCCESS, "crypto begins");
  promise(generate(KEY) == (first_boot ? PSA_SUCCESS : PSA_ERROR_ALREADY_EXISTS), "a key survives a restart");
  promise(psa_get_key_attributes(KEY, &attributes) == PSA_SUCCESS && psa_get_key_bits(&attributes) == 256 &&
            psa_get_key_algorithm(&attributes) == ECDSA &&
            psa_get_key_usage_flags(&attributes) == PSA_KEY_USAGE_SIGN_HASH,
          "its policy is what it was made with");
  check_signing();
  check_private_keys();
  promise(generate(SHORT_LIVED_KEY) == PSA_SUCCESS && psa_destroy_key(SHORT_LIVED_KEY) == PSA_SUCCESS &&
            psa_destroy_key(SHORT_LIVED_KEY) == PSA_ERROR_INVALID_HANDLE,
          "a key is destroyed, once");
  promise(psa_sign_hash(HF_KEY_DEVICE_IDENTITY, ECDSA, buffer, 32, buffer, 64, &length) == PSA_ERROR_INVALID_HANDLE,
          "a device that was never in the factory has no identity");
}

/* ---- Storage ---- */

static void check_storage(bool first_boot)
{
  struct psa_storage_info_t info;
  if (first_boot) {
    promise(psa_its_get(ITEM, 0, 1, buffer, &length) == PSA_ERROR_DOES_NOT_EXIST, "nothing is stored at first");
    promise(psa_its_set(ITEM, sizeof value, value, PSA_STORAGE_FLAG_NONE) == PSA_SUCCESS, "a value is stored");
    promise(psa_its_set(WRITE_ONCE_ITEM, 3, "abc", PSA_STORAGE_FLAG_WRITE_ONCE) == PSA_SUCCESS, "a value for ever");
  }
  promise(psa_its_get(ITEM, 0, sizeof buffer, buffer, &length) == PSA_SUCCESS && length == sizeof value &&
            memcmp(buffer, value, sizeof value) == 0,
          "a value survives a restart");
  promise(psa_its_get(ITEM, 5, 3, buffer, &length) == PSA_SUCCESS && length == 3 && memcmp(buffer, value + 5, 3) == 0,
          "a part of it can be read");
  promise(psa_its_get_info(WRITE_ONCE_ITEM, &info) == PSA_SUCCESS && info.size == 3 &&
            info.flags == PSA_STORAGE_FLAG_WRITE_ONCE,
          "what is known of an item");
  promise(psa_its_set(WRITE_ONCE_ITEM, 3, "xyz", 0) == PSA_ERROR_NOT_PERMITTED &&
            psa_its_remove(WRITE_ONCE_ITEM) == PSA_ERROR_NOT_PERMITTED,
          "a value for ever stays");
  promise(psa_its_set(GONE_ITEM, 1, "g", PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION) == PSA_SUCCESS &&
            psa_its_remove(GONE_ITEM) == PSA_SUCCESS && psa_its_remove(GONE_ITEM) == PSA_ERROR_DOES_NOT_EXIST,
          "an item is removed, once");
  promise(psa_its_set(0, 1, "z", 0) == PSA_ERROR_INVALID_ARGUMENT, "0 is no id");
  promise(psa_its_get(KEY, 0, sizeof buffer, buffer, &length) == PSA_ERROR_DOES_NOT_EXIST,
          "key slots are not items of the application");
  promise(hf_storage_reset() == PSA_ERROR_NOT_PERMITTED, "good storage is not given up");
  promise(hf_storage_forget_losses() == PSA_ERROR_NOT_PERMITTED, "where nothing was lost nothing is forgotten");
}

/* ---- Random numbers ---- */

static void check_random(void)
{
  uint32_t ones = 0;
  promise(psa_generate_random(buffer, 1000) == PSA_SUCCESS, "random numbers come in any amount");
  for (uint32_t i = 0; i < 8000; i++) ones += buffer[i / 8u] >> i % 8u & 1u;
  promise(ones > 3600 && ones < 4400, "and look like it"); /* 4000 +- 9 standard deviations */
}

/* ---- Update ---- */

/* updater.c goes through all of an update. */
static void check_end_of_update(void)
{
  char long_job[HF_JOB_MAX + 2u];
  memset(long_job, 'j', sizeof long_job - 1u);
  long_job[sizeof long_job - 1u] = 0;
  promise(hf_fwu_install(long_job) == PSA_ERROR_INVALID_ARGUMENT, "job ids are bounded");
  promise(psa_fwu_reject(PSA_ERROR_GENERIC_ERROR) == PSA_ERROR_BAD_STATE, "nothing is there to be rejected");
  promise(hf_update_outcome_told() == PSA_SUCCESS, "no outcome is told as often as one likes");
}

static void check_update(void)
{
  psa_fwu_component_info_t info;
  promise(psa_fwu_query(HF_FWU_FIRMWARE, &info) == PSA_SUCCESS && info.state == PSA_FWU_READY &&
            info.version.major == 1,
          "ready for an update");
  promise(psa_fwu_query(1, &info) == PSA_ERROR_DOES_NOT_EXIST, "there is one component");
  promise(psa_fwu_write(HF_FWU_FIRMWARE, 0, buffer, 16) == PSA_ERROR_BAD_STATE, "nothing is written before the start");
  promise(psa_fwu_accept() == PSA_ERROR_BAD_STATE, "nothing is on trial");
  memset(buffer, 0x33, sizeof buffer);
  promise(psa_fwu_start(HF_FWU_FIRMWARE, NULL, 0) == PSA_SUCCESS &&
            psa_fwu_write(HF_FWU_FIRMWARE, 8192, buffer, 1024) == PSA_SUCCESS &&
            psa_fwu_write(HF_FWU_FIRMWARE, 0, buffer, 1024) == PSA_SUCCESS,
          "pieces are written in any order");
  promise(psa_fwu_finish(HF_FWU_FIRMWARE) < 0, "what nobody signed does not become a candidate");
  promise(psa_fwu_install() == PSA_ERROR_BAD_STATE && hf_fwu_install("job-1") == PSA_ERROR_BAD_STATE,
          "and is not installed");
  promise(psa_fwu_cancel(HF_FWU_FIRMWARE) == PSA_SUCCESS && psa_fwu_clean(HF_FWU_FIRMWARE) == PSA_SUCCESS,
          "an update is given up");
  check_end_of_update();
}

/* ---- Device ---- */

static void check_device(void)
{
  hf_device_info info;
  hf_crash crash;
  promise(hf_device_get_info(&info) == PSA_SUCCESS && info.firmware.major == 1 && info.loader.major == 1 &&
            info.trial == 0 && info.secured == 0 && info.identity == 0 && info.entropy_ok == 1 &&
            info.storage_stale == 0 && info.reset_cause == HF_RESET_POWER_ON && info.serial[0] != 0,
          "the device knows itself");
  promise(info.rtc_seconds > 1700000000u, "the clock is later than 2023");
  promise(hf_crash_read(&crash) == PSA_ERROR_DOES_NOT_EXIST, "nothing has crashed since power came");
  promise(hf_crash_clear() == PSA_SUCCESS, "and what has not may be forgotten");
  promise(hf_watchdog_feed() == PSA_SUCCESS && hf_empty_call() == PSA_SUCCESS,
          "the watchdog can be fed, and the gate asked");
  promise(hf_console_write(buffer, HF_CONSOLE_MAX + 1u) == PSA_ERROR_INVALID_ARGUMENT, "console lines are bounded");
  say_number("raises left", info.storage_raises_left);
}

void nonsecure_main(void)
{
  struct psa_storage_info_t info;
  const bool first_boot = psa_its_get_info(ITEM, &info) == PSA_ERROR_DOES_NOT_EXIST;
  say_number("first boot", first_boot);
  check_device();
  check_random();
  check_storage(first_boot);
  check_keys(first_boot);
  check_update();
  say_verdict();
}
