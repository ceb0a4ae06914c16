/* Calls each service once between two marked functions; the emulator's plugin counts the instructions from mark to mark. */
#include <string.h>

#include "hf_device.h"
#include "psa/crypto.h"
#include "psa/internal_trusted_storage.h"
#include "psa/update.h"
#include "startup_nonsecure.h"

/* Two functions whose entries the plugin knows by name: mark_NAME, marked_NAME. */
#define ROW(name)                                                 \
  __attribute__((noinline, used)) static void mark_##name(void)   \
  {                                                               \
    __asm__ volatile("" ::: "memory");                            \
  }                                                               \
  __attribute__((noinline, used)) static void marked_##name(void) \
  {                                                               \
    __asm__ volatile("" ::: "memory");                            \
  }
ROW(empty)
ROW(console)
ROW(random_32)
ROW(random_256)
ROW(key_generate)
ROW(key_public)
ROW(key_sign)
ROW(item_set_32)
ROW(item_set_1024)
ROW(item_set_32_unprotected)
ROW(item_get_32)
ROW(item_get_1024)
ROW(item_info)
ROW(update_query)

#define KEY 7u
#define ITEM 1u
#define LARGE_ITEM 2u
#define UNPROTECTED_ITEM 3u

static uint8_t buffer[1024];

static void must(psa_status_t status)
{
  static const char text[] = "bench: a call failed\r\n";
  if (status == PSA_SUCCESS) return;
  (void)!hf_console_write(text, sizeof text - 1u);
  for (;;) __asm__ volatile("wfi");
}

#define MEASURE(name, call) \
  do {                      \
    mark_##name();          \
    status = call;          \
    marked_##name();        \
    must(status);           \
  } while (0)

static void measure_gate_and_random(void)
{
  psa_status_t status;
  MEASURE(empty, hf_empty_call());
  MEASURE(console, hf_console_write("-\n", 2));
  MEASURE(random_32, psa_generate_random(buffer, 32));
  MEASURE(random_256, psa_generate_random(buffer, 256));
}

static void measure_keys(void)
{
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_key_id_t key;
  size_t length;
  psa_status_t status;
  psa_set_key_id(&attributes, KEY);
  psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&attributes, 256);
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
  psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
  MEASURE(key_generate, psa_generate_key(&attributes, &key));
  MEASURE(key_public, psa_export_public_key(KEY, buffer, sizeof buffer, &length));
  MEASURE(key_sign, psa_sign_hash(KEY, PSA_ALG_ECDSA(PSA_ALG_SHA_256), buffer, 32, buffer, sizeof buffer, &length));
}

static void measure_storage(void)
{
  size_t length;
  struct psa_storage_info_t info;
  psa_status_t status;
  MEASURE(item_set_32, psa_its_set(ITEM, 32, buffer, PSA_STORAGE_FLAG_NONE));
  MEASURE(item_set_1024, psa_its_set(LARGE_ITEM, sizeof buffer, buffer, PSA_STORAGE_FLAG_NONE));
  MEASURE(item_set_32_unprotected, psa_its_set(UNPROTECTED_ITEM, 32, buffer, PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION));
  MEASURE(item_get_32, psa_its_get(ITEM, 0, 32, buffer, &length));
  MEASURE(item_get_1024, psa_its_get(LARGE_ITEM, 0, sizeof buffer, buffer, &length));
  MEASURE(item_info, psa_its_get_info(ITEM, &info));
}

static void measure_update(void)
{
  psa_fwu_component_info_t info;
  psa_status_t status;
  MEASURE(update_query, psa_fwu_query(HF_FWU_FIRMWARE, &info));
}

void nonsecure_main(void)
{
  static const char done[] = "bench: measured\r\n";
  measure_gate_and_random();
  measure_keys();
  measure_storage();
  measure_update();
  must(hf_console_write(done, sizeof done - 1u));
  for (;;) __asm__ volatile("wfi");
}
