/* Who this device is and whom it talks to: what the factory put into sealed storage (hf_identity.h), read into memory
 * once. Nothing in it is secret; the private key never leaves the secure world. The same program serves every
 * device. */
#ifndef HF_APP_IDENTITY_H
#define HF_APP_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hf_identity.h"

typedef struct identity_item {
  uint8_t data[HF_CERTIFICATE_MAX];
  size_t bytes;
} identity_item;

typedef struct identity {
  char thing[HF_THING_NAME_MAX + 1u];
  char broker[HF_ENDPOINT_MAX + 1u]; /* its name: in its certificate, too */
  uint16_t port;
  identity_item certificate;
  identity_item anchors[HF_TRUST_ANCHORS];
  size_t anchor_count; /* at least 1 */
} identity;

/* False: something is missing or damaged, the console says what, and *who must not be used. */
bool identity_read(identity *who) __attribute__((warn_unused_result));

/* For tls_config.sign. */
int identity_sign(void *unused, const uint8_t hash[32], uint8_t signature[64]);

#endif
