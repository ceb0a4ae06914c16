/* The demo product: a device that connects to its broker, sends telemetry and obeys commands (broker.h).
 *
 * Health: the watchdog is fed by the least urgent task, and only while the broker's task gives signs of life. New
 * firmware proves itself by reaching the broker: only then is its trial over; one that cannot is given up, and the old
 * one comes back. */
#include "FreeRTOS.h"
#include "broker.h"
#include "console.h"
#include "hf_device.h"
#include "hf_kernel.h"
#include "psa/update.h"
#include "secure_link.h"
#include "startup_nonsecure.h"
#include "task.h"

#define SERVE_WORDS 2048u /* a third of it is used (telemetry: stack_left) */
#define FEED_WORDS 256u
#define FEED_MS 200u
#define SIGN_OF_LIFE_MS 60000u /* longer than all of secure_link_open() */

static volatile uint32_t alive_ms;

static void note_alive(void)
{
  alive_ms = (uint32_t)hf_uptime_ms();
}

static void accept_trial(void)
{
  hf_device_info info;
  if (hf_device_get_info(&info) != PSA_SUCCESS || info.trial == 0) return;
  say(psa_fwu_accept() == PSA_SUCCESS ? "trial accepted" : "trial not accepted");
}

/* Without an identity or a network it lives on, fed, for whoever looks at its console. */
static _Noreturn void idle_for_ever(void)
{
  for (;;) {
    note_alive();
    vTaskDelay(pdMS_TO_TICKS(SIGN_OF_LIFE_MS / 4u));
  }
}

static void serve(void *unused)
{
  static identity me;
  static const broker_events events = {.alive = note_alive, .connected = accept_trial};
  (void)unused;
  if (!identity_read(&me)) idle_for_ever();
  say("%s, broker %s:%u", me.thing, me.broker, me.port);
  if (!secure_link_start()) idle_for_ever();
  broker_serve(&me, &events);
}

static void feed(void *unused)
{
  (void)unused;
  for (;;) {
    if ((uint32_t)hf_uptime_ms() - alive_ms < SIGN_OF_LIFE_MS && hf_watchdog_feed() != PSA_SUCCESS) say("not fed");
    vTaskDelay(pdMS_TO_TICKS(FEED_MS));
  }
}

void nonsecure_main(void)
{
  static StackType_t serve_stack[SERVE_WORDS], feed_stack[FEED_WORDS];
  static StaticTask_t serve_task, feed_task;
  (void)xTaskCreateStatic(serve, "serve", SERVE_WORDS, NULL, 3, serve_stack, &serve_task);
  (void)xTaskCreateStatic(feed, "feed", FEED_WORDS, NULL, 1, feed_stack, &feed_task);
  vTaskStartScheduler();
  for (;;) continue;
}
