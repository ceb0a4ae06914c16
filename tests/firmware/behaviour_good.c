#include "hf_device.h"
#include "hf_identity.h"
#include "nonsecure.h"
#include "psa/internal_trusted_storage.h"
#include "psa/update.h"

/* "identity board1 signs", on a device that went through the factory. */
static void say_who_we_are(void)
{
  static const uint8_t hash[PSA_HASH_LENGTH_SHA_256] = {1, 2, 3};
  char name[HF_THING_NAME_MAX + 1] = {0};
  uint8_t signature[PSA_SIGNATURE_MAX_SIZE];
  size_t length;
  if (psa_its_get(HF_UID_THING_NAME, 0, sizeof name - 1u, name, &length) != PSA_SUCCESS) return;
  const psa_status_t status = psa_sign_hash(HF_KEY_DEVICE_IDENTITY, PSA_ALG_ECDSA(PSA_ALG_SHA_256), hash, sizeof hash,
                                            signature, sizeof signature, &length);
  say("identity ");
  say(name);
  say(status == PSA_SUCCESS ? " signs\r\n" : " does not sign\r\n");
}

void behaviour(void)
{
  say_who_we_are();
  switch (psa_fwu_accept()) {
  case PSA_SUCCESS: say("confirmed\r\n"); break;
  case PSA_ERROR_BAD_STATE: say("settled\r\n"); break;
  default: say("not confirmed\r\n"); break;
  }
  while (hf_watchdog_feed() == PSA_SUCCESS) rest();
  say("not fed\r\n");
  for (;;) rest();
}
