/* Authenticated encryption of storage records: ChaCha20-Poly1305 (RFC 8439) under a key of the record's own.
 *
 * The key of a record follows from its salt, and the salt from everything that is sealed (header, value) and 16 random
 * bytes. So a key meets two different plaintexts never: not when power is cut and a sequence number used again, not
 * when somebody puts old flash back, and not when the random numbers are the same each time. Equal salts mean equal
 * records.
 *
 *     seal_keys keys;
 *     if (seal_keys_derive(&keys) != PSA_SUCCESS) ...
 *     seal_header(&keys, &record, value);
 *     ok = seal_start(&stream, &keys, &record, SEAL_ENCRYPT) && seal_update(...) && seal_finish(&stream, tag);
 *     seal_stop(&stream);
 *     seal_keys_wipe(&keys);
 */
#ifndef HF_SECURE_SEAL_H
#define HF_SECURE_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "mbedtls/chachapoly.h"
#include "psa/error.h"
#include "root_key.h"
#include "storage_record.h"

/* Secret; on the stack of one operation, never longer. */
typedef struct seal_keys {
  uint8_t header[ROOT_KEY_BYTES];
  uint8_t salt[ROOT_KEY_BYTES];
  uint8_t record[ROOT_KEY_BYTES];
} seal_keys;

/* PSA_SUCCESS | PSA_ERROR_HARDWARE_FAILURE: keys are all 0 */
psa_status_t seal_keys_derive(seal_keys *keys) PSA_MUST_CHECK;
void seal_keys_wipe(seal_keys *keys);

/* Completes a header: salt and check. value: record->bytes of them. */
void seal_header(const seal_keys *keys, storage_record *record, const uint8_t *value);
bool seal_header_is_authentic(const seal_keys *keys, const storage_record *record);

typedef enum seal_direction { SEAL_ENCRYPT, SEAL_DECRYPT } seal_direction;
typedef struct seal_stream {
  mbedtls_chachapoly_context cipher;
} seal_stream;

/* start, update any number of times, finish; stop in any case, it wipes. False: give up. */
bool seal_start(seal_stream *stream, const seal_keys *keys, const storage_record *record, seal_direction direction);
/* in may be out. What was decrypted is not to be used before the tag was compared. */
bool seal_update(seal_stream *stream, const uint8_t *in, uint8_t *out, uint32_t bytes);
bool seal_finish(seal_stream *stream, uint8_t tag[STORAGE_TAG_BYTES]);
void seal_stop(seal_stream *stream);

#endif
