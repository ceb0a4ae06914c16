/* What a device would say to an image: the answers come from boot/common, the code devices run. */
#ifndef HF_TOOLS_IMAGE_CHECK_H
#define HF_TOOLS_IMAGE_CHECK_H

#include "board_profile.h"
#include "image_build.h"
#include "key_record.h"
#include "status.h"
#include "verify.h"

/* Verifies manifest and payload, the payload as it would lie in flash. Detaches whatever flash was
 * attached to the host board. */
boot_status image_check(const board_profile *board, const image *img, const verify_trust *trust) BOOT_MUST_CHECK;

#define IMAGE_TRUST_KEYS_MAX 16u

/* Trust in named keys, with everything else as the image wants it: the question is then only whether the
 * image is whole and signed by one of them. Holds what its verify_trust points to: do not copy. */
typedef struct image_trust {
  verify_trust trust;
  uint8_t p256[IMAGE_TRUST_KEYS_MAX][TRUST_HASH_BYTES];
  uint8_t lms[IMAGE_TRUST_KEYS_MAX][TRUST_HASH_BYTES];
} image_trust;
/* keys: 1..IMAGE_TRUST_KEYS_MAX. Both signatures are wanted when any key has both algorithms. */
void image_trust_keys(image_trust *t, const board_profile *board, const image *img, const key_records *keys,
                      unsigned count);
/* Trust in the very keys the manifest carries. */
void image_trust_own(image_trust *t, const board_profile *board, const image *img);

/* The key records of a manifest. */
key_records image_keys(const manifest *m);

/* Checks everything about the layout that needs no signature of a real key. False: has said why. */
bool image_layout_is_good(const board_profile *board, const image *img) IO_MUST_CHECK;

/* Prints a status: code, name, sentence. */
void image_out_status(boot_status status);

#endif
