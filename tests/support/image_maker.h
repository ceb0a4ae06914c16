/* Making images and OTP contents for tests: deterministic keys, the same bytes in every run.
 *
 *     test_image firmware;
 *     image_make(&firmware, MANIFEST_KIND_FIRMWARE, (manifest_version){1, 0, 0}, 1, 1024, 7);
 *     firmware.m.hardware_min = 9;              any field may be changed ...
 *     image_sign(&firmware, KEY_FIRMWARE_0);    ... and signed again: validly signed, wrong field
 *
 * Addresses and sizes come from the selected board (host_board_select() first). Test keys only: their
 * private halves are hashes of text, and LMS leaves are used more than once.
 */
#ifndef HF_TEST_IMAGE_MAKER_H
#define HF_TEST_IMAGE_MAKER_H

#include <stdint.h>

#include "manifest.h"
#include "otp_map.h"

#define TEST_PAYLOAD_MAX 4096u
#define TEST_HARDWARE_REVISION 5u
#define TEST_PRODUCT "holdfast-test"

/* Who signs. Each has a P-256 key and an LMS key. */
typedef enum test_key {
  KEY_ROOT_0,     /* in OTP; LMS H10/W4 */
  KEY_ROOT_1,     /* in OTP; LMS H5/W4 */
  KEY_FIRMWARE_0, /* named by the loaders image_make() makes; LMS H10/W8 */
  KEY_FIRMWARE_1, /* not named by them, but tests may; LMS H10/W4 */
  KEY_STRANGER,   /* trusted by nobody; LMS H5/W8 */
  TEST_KEYS
} test_key;

typedef struct test_image {
  manifest m;
  uint8_t payload[TEST_PAYLOAD_MAX]; /* m.payload_bytes of it */
} test_image;

/* A good image of that kind for the selected board: pseudo-random payload from `seed`, in one segment (or two, the second
 * non-secure, for firmware of at least 512 bytes), signed by KEY_ROOT_0 or KEY_FIRMWARE_0. payload_bytes: 128 or more, multiple of 32. */
void image_make(test_image *image, uint32_t kind, manifest_version version, uint32_t security_version,
                uint32_t payload_bytes, uint32_t seed);

/* Puts the digest of the payload as it is now into the manifest. Not signed again. */
void image_digest(test_image *image);

/* Puts both public keys of `key` in (their flags stay as they are) and signs with both. */
void image_sign(test_image *image, test_key key);
/* Signs the signed bytes as they are, key records untouched. */
void image_sign_p256(manifest *m, test_key key);
void image_sign_lms(manifest *m, test_key key);

/* The key records, and the hashes that make them trusted. */
void image_key_p256(key_p256 *record, test_key key, uint32_t flags);
void image_key_lms(key_lms *record, test_key key, uint32_t flags);
void image_trust_p256(uint8_t hash[TRUST_HASH_BYTES], test_key key, uint32_t flags);
void image_trust_lms(uint8_t hash[TRUST_HASH_BYTES], test_key key, uint32_t flags);

/* Fuses of a factory-state device: policy both, roots 0 and 1 in the first two places, the others empty. */
void image_fuses(otp_fuses *fuses);

/* Deterministic bytes. */
void image_noise(void *out, uint32_t bytes, uint32_t seed);

#endif
