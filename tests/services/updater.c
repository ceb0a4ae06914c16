/* Firmware that updates itself as the host tells it over UART2 (line.h): each request is one call of psa/update.h, its
 * answer what the call said. So the host of the test plays cloud and product at once, and this program hides nothing. */
#include "hf_device.h"
#include "line.h"
#include "psa/update.h"
#include "say.h"
#include "startup_nonsecure.h"

/* Feeds, and never makes up its mind. The watchdog's warning at half time ends each wait. */
static _Noreturn void stay_silent(void)
{
  while (hf_watchdog_feed() == PSA_SUCCESS) __asm__ volatile("wfi");
  for (;;) __asm__ volatile("wfi");
}

static psa_status_t install(const line_request *request)
{
  return request->bytes == 0 ? psa_fwu_install() : hf_fwu_install((const char *)request->body);
}

static psa_status_t act(const line_request *request)
{
  switch (request->what) {
  case 's': return psa_fwu_start(HF_FWU_FIRMWARE, request->bytes == 0 ? 0 : request->body, request->bytes);
  case 'w': return psa_fwu_write(HF_FWU_FIRMWARE, request->number, request->body, request->bytes);
  case 'f': return psa_fwu_finish(HF_FWU_FIRMWARE);
  case 'c': return psa_fwu_cancel(HF_FWU_FIRMWARE);
  case 'i': return install(request);
  case 'b': return psa_fwu_request_reboot();
  case 'a': return psa_fwu_accept();
  case 'r': return psa_fwu_reject(PSA_ERROR_GENERIC_ERROR);
  case 't': return hf_update_outcome_told();
  case 'd': return hf_device_reset();
  case 'z': stay_silent();
  default: return PSA_ERROR_NOT_SUPPORTED;
  }
}

static void serve(const line_request *request)
{
  psa_fwu_component_info_t info;
  if (request->what != 'q') return line_answer(act(request), 0, 0);
  const psa_status_t status = psa_fwu_query(HF_FWU_FIRMWARE, &info);
  line_answer(status, &info, sizeof info);
}

void nonsecure_main(void)
{
  static line_request request;
  hf_device_info info;
  if (hf_device_get_info(&info) == PSA_SUCCESS && info.trial != 0) say("updater: on trial\r\n");
  line_start();
  for (;;) {
    line_receive(&request);
    serve(&request);
  }
}
