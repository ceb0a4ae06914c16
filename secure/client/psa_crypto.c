#include "gate_call.h"

psa_status_t psa_crypto_init(void)
{
  return PSA_SUCCESS;
}

psa_status_t psa_generate_key(const psa_key_attributes_t *attributes, psa_key_id_t *key)
{
  *key = PSA_KEY_ID_NULL;
  gate_output id = {key, sizeof *key, 0};
  return gate_call(CALL_KEY_GENERATE, attributes, sizeof *attributes, NULL, &id);
}

psa_status_t psa_destroy_key(psa_key_id_t key)
{
  const call_key arguments = {key};
  return gate_call(CALL_KEY_DESTROY, &arguments, sizeof arguments, NULL, NULL);
}

psa_status_t psa_get_key_attributes(psa_key_id_t key, psa_key_attributes_t *attributes)
{
  const call_key arguments = {key};
  *attributes = psa_key_attributes_init();
  gate_output answer = {attributes, sizeof *attributes, 0};
  return gate_call(CALL_KEY_ATTRIBUTES, &arguments, sizeof arguments, NULL, &answer);
}

psa_status_t psa_export_key(psa_key_id_t key, uint8_t *data, size_t data_size, size_t *data_length)
{
  const call_key arguments = {key};
  (void)data; /* nothing is ever put there */
  (void)data_size;
  *data_length = 0;
  return gate_call(CALL_KEY_EXPORT, &arguments, sizeof arguments, NULL, NULL);
}

psa_status_t psa_export_public_key(psa_key_id_t key, uint8_t *data, size_t data_size, size_t *data_length)
{
  const call_key arguments = {key};
  gate_output answer = {data, data_size, 0};
  const psa_status_t status = gate_call(CALL_KEY_EXPORT_PUBLIC, &arguments, sizeof arguments, NULL, &answer);
  *data_length = answer.used;
  return status;
}

psa_status_t psa_sign_hash(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                           uint8_t *signature, size_t signature_size, size_t *signature_length)
{
  const call_sign arguments = {key, alg};
  const gate_input input = {hash, hash_length};
  gate_output answer = {signature, signature_size, 0};
  *signature_length = 0;
  if (hash_length > PSA_HASH_LENGTH_SHA_256) return PSA_ERROR_INVALID_ARGUMENT;
  const psa_status_t status = gate_call(CALL_KEY_SIGN_HASH, &arguments, sizeof arguments, &input, &answer);
  *signature_length = answer.used;
  return status;
}

psa_status_t psa_generate_random(uint8_t *output, size_t output_size)
{
  while (output_size > 0) {
    gate_output piece = {output, output_size, 0};
    const psa_status_t status = gate_call(CALL_RANDOM, NULL, 0, NULL, &piece);
    if (status != PSA_SUCCESS) return status;
    output += piece.used;
    output_size -= piece.used;
  }
  return PSA_SUCCESS;
}
