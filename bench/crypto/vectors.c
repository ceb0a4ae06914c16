/* Host program: writes to stdout the C header with what the device program verifies. The same bytes in every run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lms_sign.h"

enum { SIGNATURES = 8, MESSAGE_BYTES = 4096 }; /* the size of an image manifest */

static void print_array(const char *name, const uint8_t *bytes, size_t len)
{
  printf("static const uint8_t %s[%zu] = {", name, len);
  for (size_t i = 0; i < len; i++) printf("%s0x%02x,", i % 16 == 0 ? "\n    " : " ", bytes[i]);
  printf("\n};\n\n");
}

static int print_lms(const char *prefix, enum lms_ots_type ots_type)
{
  static const uint8_t id[LMS_ID_BYTES] = "bench", seed[LMS_SEED_BYTES] = "bench";
  static uint8_t message[MESSAGE_BYTES];
  lms_signing_key key;
  uint8_t *tree = malloc(lms_tree_bytes(LMS_SHA256_M32_H10));
  if (tree == NULL || lms_signing_key_init(&key, LMS_SHA256_M32_H10, ots_type, id, seed, tree) != CRYPTO_OK) return 1;

  char name[64];
  uint8_t public_key[HSS_PUBLIC_KEY_BYTES];
  hss_public_key(public_key, &key);
  snprintf(name, sizeof name, "%s_key", prefix);
  print_array(name, public_key, sizeof public_key);

  size_t len = hss_sign_bytes(&key);
  uint8_t *sigs = malloc(SIGNATURES * len);
  if (sigs == NULL) return 1;
  for (uint32_t i = 0; i < SIGNATURES; i++) {
    message[0] = (uint8_t)i;
    if (hss_sign(sigs + i * len, len, &key, i * 127, NULL, message, sizeof message) != CRYPTO_OK) return 1;
  }
  snprintf(name, sizeof name, "%s_sigs", prefix);
  print_array(name, sigs, SIGNATURES * len);
  free(sigs);
  free(tree);
  return 0;
}

int main(void)
{
  printf("#include <stdint.h>\n\nenum { SIGNATURES = %d, MESSAGE_BYTES = %d };\n\n", SIGNATURES, MESSAGE_BYTES);
  return print_lms("w4", LMOTS_SHA256_N32_W4) || print_lms("w8", LMOTS_SHA256_N32_W8);
}
