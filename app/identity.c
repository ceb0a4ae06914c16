#include "identity.h"

#include <string.h>

#include "console.h"
#include "psa/crypto.h"
#include "psa/internal_trusted_storage.h"

/* Text of at most room - 1 characters, none of them 0. */
static bool read_text(psa_storage_uid_t uid, char *text, size_t room)
{
  size_t bytes = 0;
  if (psa_its_get(uid, 0, room, text, &bytes) != PSA_SUCCESS || bytes == 0 || bytes >= room) return false;
  text[bytes] = 0;
  return strlen(text) == bytes;
}

static psa_status_t read_item(psa_storage_uid_t uid, identity_item *item)
{
  return psa_its_get(uid, 0, sizeof item->data, item->data, &item->bytes);
}

/* 1 to 65535, in digits alone; 0: it is not. */
static uint16_t port_of(const char *text)
{
  uint32_t port = 0;
  for (; *text >= '0' && *text <= '9' && port <= UINT16_MAX; text++) port = port * 10u + (uint32_t)(*text - '0');
  return *text == 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* NAME:PORT */
static bool read_endpoint(identity *who)
{
  if (!read_text(HF_UID_ENDPOINT, who->broker, sizeof who->broker)) return false;
  char *colon = strrchr(who->broker, ':');
  if (colon == NULL || colon == who->broker) return false;
  who->port = port_of(colon + 1);
  *colon = 0;
  return who->port != 0;
}

/* One that is there and cannot be read is not left out: somebody may want to be rid of it. */
static bool read_anchors(identity *who)
{
  who->anchor_count = 0;
  for (uint32_t n = 0; n < HF_TRUST_ANCHORS; n++) {
    const psa_status_t status = read_item(HF_UID_TRUST_ANCHOR(n), &who->anchors[who->anchor_count]);
    if (status == PSA_SUCCESS)
      who->anchor_count++;
    else if (status != PSA_ERROR_DOES_NOT_EXIST)
      return false;
  }
  return who->anchor_count > 0;
}

static bool have(bool is_there, const char *what)
{
  if (!is_there) say("no identity: %s is missing or damaged", what);
  return is_there;
}

bool identity_read(identity *who)
{
  return have(read_text(HF_UID_THING_NAME, who->thing, sizeof who->thing), "the thing name") &&
         have(read_endpoint(who), "the endpoint") &&
         have(read_item(HF_UID_DEVICE_CERTIFICATE, &who->certificate) == PSA_SUCCESS, "the certificate") &&
         have(read_anchors(who), "a trust anchor");
}

int identity_sign(void *unused, const uint8_t hash[32], uint8_t signature[64])
{
  size_t bytes = 0;
  (void)unused;
  const psa_status_t status = psa_sign_hash(HF_KEY_DEVICE_IDENTITY, PSA_ALG_ECDSA(PSA_ALG_SHA_256), hash, 32, signature,
                                            PSA_SIGNATURE_MAX_SIZE, &bytes);
  return status == PSA_SUCCESS && bytes == PSA_SIGNATURE_MAX_SIZE ? 0 : -1;
}
