#include <string.h>

#include "gate_call.h"

static psa_status_t component_call(call_id id, psa_fwu_component_t component)
{
  const call_component arguments = {component};
  return gate_call(id, &arguments, sizeof arguments, NULL, NULL);
}

psa_status_t psa_fwu_query(psa_fwu_component_t component, psa_fwu_component_info_t *info)
{
  const call_component arguments = {component};
  memset(info, 0, sizeof *info);
  gate_output answer = {info, sizeof *info, 0};
  return gate_call(CALL_UPDATE_QUERY, &arguments, sizeof arguments, NULL, &answer);
}

psa_status_t psa_fwu_start(psa_fwu_component_t component, const void *manifest, size_t manifest_size)
{
  const call_component arguments = {component};
  const gate_input input = {manifest, manifest_size};
  if (manifest_size != 0 && manifest_size != CALL_MANIFEST_BYTES) return PSA_ERROR_INVALID_ARGUMENT;
  return gate_call(CALL_UPDATE_START, &arguments, sizeof arguments, &input, NULL);
}

psa_status_t psa_fwu_write(psa_fwu_component_t component, size_t image_offset, const void *block, size_t block_size)
{
  const call_component_write arguments = {component, image_offset > UINT32_MAX ? UINT32_MAX : (uint32_t)image_offset};
  const gate_input input = {block, block_size};
  if (block_size > PSA_FWU_MAX_WRITE_SIZE) return PSA_ERROR_INVALID_ARGUMENT;
  return gate_call(CALL_UPDATE_WRITE, &arguments, sizeof arguments, &input, NULL);
}

psa_status_t psa_fwu_finish(psa_fwu_component_t component)
{
  return component_call(CALL_UPDATE_FINISH, component);
}

psa_status_t psa_fwu_cancel(psa_fwu_component_t component)
{
  return component_call(CALL_UPDATE_CANCEL, component);
}

psa_status_t psa_fwu_clean(psa_fwu_component_t component)
{
  return component_call(CALL_UPDATE_CLEAN, component);
}

psa_status_t psa_fwu_install(void)
{
  return hf_fwu_install("");
}

psa_status_t hf_fwu_install(const char *job)
{
  call_job arguments = {{0}};
  const size_t length = strlen(job);
  if (length > sizeof arguments.job) return PSA_ERROR_INVALID_ARGUMENT;
  memcpy(arguments.job, job, length);
  return gate_call(CALL_UPDATE_INSTALL, &arguments, sizeof arguments, NULL, NULL);
}

psa_status_t psa_fwu_request_reboot(void)
{
  return gate_call_plain(CALL_DEVICE_RESET);
}

psa_status_t psa_fwu_reject(psa_status_t error)
{
  (void)error; /* the reason in the journal is the loader's word for it */
  return gate_call_plain(CALL_UPDATE_REJECT);
}

psa_status_t psa_fwu_accept(void)
{
  return gate_call_plain(CALL_UPDATE_ACCEPT);
}

psa_status_t hf_update_outcome_told(void)
{
  return gate_call_plain(CALL_UPDATE_OUTCOME_TOLD);
}
