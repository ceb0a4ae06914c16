#include "image_check.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "host_board.h"
#include "key_p256.h"
#include "otp_map.h"
#include "output.h"
#include "sha256.h"

/* ---- Checking ---- */

static uint32_t place_of(const board_profile *board, const image *img)
{
  return img->head.kind == MANIFEST_KIND_LOADER ? board->loader_0 : board->slot_a;
}

static uint32_t place_bytes(const board_profile *board, const image *img)
{
  return img->head.kind == MANIFEST_KIND_LOADER ? board->loader_bytes : board->slot_bytes;
}

static boot_status check_in_flash(const board_profile *board, const image *img, const verify_trust *trust,
                                  uint8_t *flash)
{
  unlock nothing_to_unlock;
  uint32_t place = place_of(board, img);
  unlock_begin(&nothing_to_unlock, 0);
  boot_status status = verify_manifest(&img->head, trust, &nothing_to_unlock);
  if (status != BOOT_OK) return status; /* so the payload fits the place */
  memcpy(flash + place, &img->head, MANIFEST_BYTES);
  memcpy(flash + place + MANIFEST_BYTES, img->payload, img->head.payload_bytes);
  return verify_payload_in_flash(place, &img->head);
}

boot_status image_check(const board_profile *board, const image *img, const verify_trust *trust)
{
  uint8_t *flash = malloc(board->flash_bytes);
  if (flash == NULL) return BOOT_FLASH_UNREADABLE;
  memset(flash, 0xFF, board->flash_bytes);
  board_profile_select(board);
  host_flash_attach(flash, NULL);
  boot_status status = check_in_flash(board, img, trust, flash);
  host_flash_attach(NULL, NULL);
  free(flash);
  return status;
}

/* ---- Trust ---- */

static uint32_t policy_for(bool p256, bool lms)
{
  if (p256 && lms) return OTP_POLICY_BOTH;
  return p256 ? OTP_POLICY_P256_ONLY : OTP_POLICY_LMS_ONLY;
}

void image_trust_keys(image_trust *t, const board_profile *board, const image *img, const key_records *keys,
                      unsigned count)
{
  const manifest *m = &img->head;
  const board_region *region = m->kind == MANIFEST_KIND_LOADER ? &board->loader_load : &board->firmware_load;
  bool p256 = false, lms = false;
  memset(t, 0, sizeof *t);
  for (unsigned i = 0; i < count; i++) {
    if (keys[i].has_p256) key_p256_hash(&keys[i].p256, t->p256[i]);
    if (keys[i].has_lms) key_lms_hash(&keys[i].lms, t->lms[i]);
    p256 = p256 || keys[i].has_p256;
    lms = lms || keys[i].has_lms;
  }
  t->trust = (verify_trust){
    .kind = m->kind == MANIFEST_KIND_LOADER ? MANIFEST_KIND_LOADER : MANIFEST_KIND_FIRMWARE,
    .policy = policy_for(p256, lms),
    .key_count = count,
    .p256_hashes = t->p256,
    .lms_hashes = t->lms,
    .product_id = m->product_id,
    .hardware_revision = m->hardware_min,
    .loader_version = m->loader_min,
    .load_base = region->base,
    .load_bytes = region->bytes,
    .place_bytes = place_bytes(board, img),
  };
}

static bool all_zero(const uint8_t *bytes, size_t count)
{
  while (count > 0 && bytes[count - 1] == 0) count--;
  return count == 0;
}

key_records image_keys(const manifest *m)
{
  return (key_records){
    .has_p256 = !all_zero(m->p256_key.public_key, sizeof m->p256_key.public_key),
    .has_lms = !all_zero(m->lms_key.public_key, sizeof m->lms_key.public_key),
    .p256 = m->p256_key,
    .lms = m->lms_key,
  };
}

void image_trust_own(image_trust *t, const board_profile *board, const image *img)
{
  key_records own = image_keys(&img->head);
  image_trust_keys(t, board, img, &own, 1);
}

/* ---- Layout before signatures ----
 *
 * The device checks signatures before anything else, so the layout can only be checked on a signed
 * manifest. Signing costs an LMS leaf: a throw-away P-256 key signs a copy first. */

static bool sign_copy(const EVP_PKEY *key, EVP_PKEY_CTX *context, manifest *copy)
{
  uint8_t digest[32], der[80];
  size_t bytes = sizeof der;
  if (!key_p256_record(key, KEY_DEVELOPMENT, &copy->p256_key)) return false;
  sha256(digest, copy, MANIFEST_SIGNED_BYTES);
  return EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_sign(context, der, &bytes, digest, sizeof digest) == 1 &&
         key_p256_signature_from(der, bytes, copy->p256_signature);
}

bool image_layout_is_good(const board_profile *board, const image *img)
{
  image copy = *img; /* shares the payload */
  image_trust trust;
  EVP_PKEY *key = EVP_EC_gen("P-256");
  EVP_PKEY_CTX *context = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
  memset(&copy.head.lms_key, 0, sizeof copy.head.lms_key);
  bool signed_copy = context != NULL && sign_copy(key, context, &copy.head);
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(key);
  if (!signed_copy) {
    out_error("the image could not be checked: OpenSSL failed");
    return false;
  }
  image_trust_own(&trust, board, &copy);
  boot_status status = image_check(board, &copy, &trust.trust);
  if (status != BOOT_OK)
    out_error("a device would refuse this image: %s (%s); nothing was signed", boot_status_text(status),
              boot_status_name(status));
  return status == BOOT_OK;
}

void image_out_status(boot_status status)
{
  out_text("status", "Status", "%s", boot_status_name(status));
  out_text("code", "Code", "0x%08x", (unsigned)status);
  out_text("meaning", "Meaning", "%s", boot_status_text(status));
}
