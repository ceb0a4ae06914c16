#include <string.h>

#include "gate_call.h"

psa_status_t hf_device_get_info(hf_device_info *info)
{
  memset(info, 0, sizeof *info);
  gate_output answer = {info, sizeof *info, 0};
  return gate_call(CALL_DEVICE_INFO, NULL, 0, NULL, &answer);
}

psa_status_t hf_watchdog_feed(void)
{
  return gate_call_plain(CALL_WATCHDOG_FEED);
}

psa_status_t hf_device_reset(void)
{
  return gate_call_plain(CALL_DEVICE_RESET);
}

psa_status_t hf_console_write(const void *text, size_t bytes)
{
  const gate_input input = {text, bytes};
  if (bytes > HF_CONSOLE_MAX) return PSA_ERROR_INVALID_ARGUMENT;
  return gate_call(CALL_CONSOLE_WRITE, NULL, 0, &input, NULL);
}

psa_status_t hf_empty_call(void)
{
  return gate_call_plain(CALL_EMPTY);
}

psa_status_t hf_crash_read(hf_crash *crash)
{
  memset(crash, 0, sizeof *crash);
  gate_output answer = {crash, sizeof *crash, 0};
  return gate_call(CALL_CRASH_READ, NULL, 0, NULL, &answer);
}

psa_status_t hf_crash_clear(void)
{
  return gate_call_plain(CALL_CRASH_CLEAR);
}
