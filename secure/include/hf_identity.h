/* Who this device is and whom it talks to: the key and the items the factory puts into it. All but the key are items of sealed
 * storage (psa/internal_trusted_storage.h) under ids of their own. */
#ifndef HF_IDENTITY_H
#define HF_IDENTITY_H

#include "psa/crypto.h"
#include "psa/storage_common.h"

/* P-256, made on the device, read-only: it signs, and is never exported or destroyed. */
#define HF_KEY_DEVICE_IDENTITY (PSA_KEY_ID_VENDOR_MIN + 1u)

#define HF_UID_BASE ((psa_storage_uid_t)0x4846000000000000) /* "HF" */
#define HF_UID_THING_NAME (HF_UID_BASE + 1u)             /* text, 1..HF_THING_NAME_MAX of [a-zA-Z0-9:_-]; write-once */
#define HF_UID_DEVICE_CERTIFICATE (HF_UID_BASE + 2u)     /* X.509, DER; write-once */
#define HF_UID_ENDPOINT (HF_UID_BASE + 3u)               /* text: NAME:PORT */
#define HF_UID_TRUST_ANCHOR(n) (HF_UID_BASE + 16u + (n)) /* X.509, DER: whom to trust as server; n < HF_TRUST_ANCHORS */

#define HF_THING_NAME_MAX 128u
#define HF_ENDPOINT_MAX 260u /* 253 of a name, colon, 5 digits */
#define HF_CERTIFICATE_MAX 2048u
#define HF_TRUST_ANCHORS 4u

#endif
