#include "gate_call.h"

#define LOW(uid) ((uint32_t)(uid))
#define HIGH(uid) ((uint32_t)((uid) >> 32))

psa_status_t psa_its_set(psa_storage_uid_t uid, size_t data_length, const void *p_data,
                         psa_storage_create_flags_t create_flags)
{
  const call_item_set arguments = {{LOW(uid), HIGH(uid)}, create_flags};
  const gate_input input = {p_data, data_length};
  if (data_length > HF_ITS_VALUE_MAX) return PSA_ERROR_INVALID_ARGUMENT;
  return gate_call(CALL_ITEM_SET, &arguments, sizeof arguments, &input, NULL);
}

psa_status_t psa_its_get(psa_storage_uid_t uid, size_t data_offset, size_t data_size, void *p_data,
                         size_t *p_data_length)
{
  const call_item_get arguments = {{LOW(uid), HIGH(uid)},
                                   data_offset > UINT32_MAX ? UINT32_MAX : (uint32_t)data_offset};
  gate_output answer = {p_data, data_size, 0};
  const psa_status_t status = gate_call(CALL_ITEM_GET, &arguments, sizeof arguments, NULL, &answer);
  *p_data_length = answer.used;
  return status;
}

psa_status_t psa_its_get_info(psa_storage_uid_t uid, struct psa_storage_info_t *p_info)
{
  const call_item arguments = {{LOW(uid), HIGH(uid)}};
  call_item_info info = {0, 0};
  gate_output answer = {&info, sizeof info, 0};
  const psa_status_t status = gate_call(CALL_ITEM_INFO, &arguments, sizeof arguments, NULL, &answer);
  *p_info = (struct psa_storage_info_t){info.size, info.size, info.flags};
  return status;
}

psa_status_t psa_its_remove(psa_storage_uid_t uid)
{
  const call_item arguments = {{LOW(uid), HIGH(uid)}};
  return gate_call(CALL_ITEM_REMOVE, &arguments, sizeof arguments, NULL, NULL);
}

psa_status_t hf_storage_forget_losses(void)
{
  return gate_call_plain(CALL_STORAGE_FORGET_LOSSES);
}

psa_status_t hf_storage_reset(void)
{
  return gate_call_plain(CALL_STORAGE_RESET);
}
