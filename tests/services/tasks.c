/* Several tasks at once at the gate, each with a service of its own, while a timer interrupt comes every few hundred microseconds:
 * each gets its own answers, whole, and the urgent one still runs when the others compute. */
#include <string.h>

#include "FreeRTOS.h"
#include "calls.h"
#include "gate.h"
#include "hf_device.h"
#include "p256.h"
#include "psa/crypto.h"
#include "psa/internal_trusted_storage.h"
#include "say.h"
#include "semphr.h"
#include "startup_nonsecure.h"
#include "task.h"

#define KEY 11u
#define SIGNATURES 12u
#define ITEM_ROUNDS 40u
#define RANDOM_ROUNDS 200u
#define WORKERS 3u

#define NVIC_ENABLE ((volatile uint32_t *)0xE000E100)
#define TIMER0_CONTROL (*(volatile uint32_t *)0x40000000)
#define TIMER0_RELOAD (*(volatile uint32_t *)0x40000008)
#define TIMER0_CLEAR (*(volatile uint32_t *)0x4000000C)
#define TIMER_RUN 9u /* on, with its interrupt */

static SemaphoreHandle_t finished;
static volatile uint32_t interrupts;
static volatile uint32_t refused_in_handler;
static volatile uint32_t urgent_runs;

/* A handler may not call: the client library and the gate both tell it so, at any moment of anybody's call. */
void timer0_handler(void)
{
  TIMER0_CLEAR = 1;
  interrupts++;
  const gate_request nothing = {0};
  if (gate_status(hf_gate(CALL_EMPTY, &nothing)) == PSA_ERROR_NOT_PERMITTED &&
      hf_empty_call() == PSA_ERROR_NOT_PERMITTED)
    refused_in_handler++;
}

static void timer_start(void)
{
  TIMER0_RELOAD = configCPU_CLOCK_HZ / 4000u;
  TIMER0_CONTROL = TIMER_RUN;
  NVIC_ENABLE[0] = 1u << TIMER0_INTERRUPT;
}

static void make_key(void)
{
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_key_id_t key;
  psa_set_key_id(&attributes, KEY);
  psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&attributes, 256);
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
  psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
  promise(psa_generate_key(&attributes, &key) == PSA_SUCCESS && key == KEY, "a key is made");
}

static void sign_much(void *unused)
{
  uint8_t public_key[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE], hash[32], signature[PSA_SIGNATURE_MAX_SIZE];
  size_t length;
  (void)unused;
  for (uint32_t i = 0; i < SIGNATURES; i++) {
    memset(hash, (int)i, sizeof hash);
    promise(psa_export_public_key(KEY, public_key, sizeof public_key, &length) == PSA_SUCCESS, "public key");
    promise(psa_sign_hash(KEY, PSA_ALG_ECDSA(PSA_ALG_SHA_256), hash, sizeof hash, signature, sizeof signature,
                          &length) == PSA_SUCCESS,
            "a task signs beside others");
    promise(p256_ecdsa_verify(public_key + 1, hash, signature) == CRYPTO_OK, "the signature is of its own hash");
  }
  xSemaphoreGive(finished);
  vTaskDelete(NULL);
}

static void store_much(void *unused)
{
  uint8_t value[200], back[sizeof value];
  size_t length;
  (void)unused;
  for (uint32_t i = 0; i < ITEM_ROUNDS; i++) {
    memset(value, (int)(i + 100u), sizeof value);
    promise(psa_its_set(5, sizeof value, value, PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION) == PSA_SUCCESS,
            "a task stores beside others");
    promise(psa_its_get(5, 0, sizeof back, back, &length) == PSA_SUCCESS && length == sizeof back &&
              memcmp(value, back, sizeof back) == 0,
            "and reads what it stored");
  }
  xSemaphoreGive(finished);
  vTaskDelete(NULL);
}

static void draw_much(void *unused)
{
  uint8_t before[32] = {0}, numbers[32];
  (void)unused;
  for (uint32_t i = 0; i < RANDOM_ROUNDS; i++) {
    promise(psa_generate_random(numbers, sizeof numbers) == PSA_SUCCESS, "a task draws beside others");
    promise(memcmp(numbers, before, sizeof before) != 0, "and never the same twice");
    memcpy(before, numbers, sizeof before);
  }
  xSemaphoreGive(finished);
  vTaskDelete(NULL);
}

static void be_urgent(void *unused)
{
  (void)unused;
  for (;;) {
    vTaskDelay(1);
    urgent_runs++;
  }
}

static void conduct(void *unused)
{
  (void)unused;
  make_key();
  timer_start();
  xTaskCreate(sign_much, "sign", 1024, NULL, 2, NULL);
  xTaskCreate(store_much, "store", 1024, NULL, 2, NULL);
  xTaskCreate(draw_much, "draw", 1024, NULL, 3, NULL);
  xTaskCreate(be_urgent, "urgent", 512, NULL, 6, NULL);
  const TickType_t begin = xTaskGetTickCount();
  for (uint32_t i = 0; i < WORKERS; i++) {
    while (xSemaphoreTake(finished, pdMS_TO_TICKS(1000)) != pdTRUE)
      promise(hf_watchdog_feed() == PSA_SUCCESS, "the watchdog can be fed beside others");
  }
  const uint32_t ticks = xTaskGetTickCount() - begin;
  TIMER0_CONTROL = 0;
  promise(interrupts > 100 && refused_in_handler == interrupts, "handlers are refused, whoever is inside");
  promise(urgent_runs + 20u >= ticks / 2u, "calls do not keep an urgent task waiting");
  say_number("interrupts", interrupts);
  say_number("urgent runs", urgent_runs);
  say_number("ticks", ticks);
  say_verdict();
}

void nonsecure_main(void)
{
  finished = xSemaphoreCreateCounting(WORKERS, 0);
  xTaskCreate(conduct, "conduct", 1024, NULL, 4, NULL);
  vTaskStartScheduler();
  for (;;) continue;
}
