/* What p256-m wants of its surroundings, so that it builds alone. */
#ifndef HF_P256_M_PSA_CRYPTO_H
#define HF_P256_M_PSA_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

typedef int32_t psa_status_t;
psa_status_t psa_generate_random(uint8_t *out, size_t bytes);

#endif
