/* Which LMS leaves are used up. A leaf that signs two messages gives the key away, so this file is
 * about one promise: an index is handed out at most once, whatever crashes and whoever else signs.
 *
 * Two witnesses, docs/formats-keys.md:
 *   NAME.lms.log    append-only, one line per index: when, and the digest of what it was for; its inode
 *                   never changes and carries the lock (flock).
 *   NAME.lms.state  the next index, bound to the key, with a checksum; replaced by rename.
 *
 * A reservation appends to the log and syncs it, then replaces the state and syncs it, and only then
 * gives the index out. So, n being the state's next index, these are all the lengths the log can have:
 *
 *   n lines          at rest
 *   n + part of one  a crash while appending: index n was not given out; the part is written over
 *   n + 1 lines      a crash before the state was replaced: index n was not given out either, and is skipped
 *
 * Anything else means that a file was lost, restored from a backup or edited: refused, because the
 * leaves used since then are unknown.
 */
#ifndef HF_TOOLS_KEY_LMS_STATE_H
#define HF_TOOLS_KEY_LMS_STATE_H

#include "io.h"
#include "manifest.h"

/* Makes both files for a new key of `total` leaves. key_id: SHA-256 of the key_lms record. */
bool key_lms_state_new(const char *directory, const char *name, const uint8_t key_id[32], uint32_t total) IO_MUST_CHECK;

/* Takes the next index for good. digest: SHA-256 of the message, for the log.
 * False: has said why; nothing may be signed. */
bool key_lms_state_reserve(const char *directory, const char *name, const uint8_t key_id[32], uint32_t total,
                           const uint8_t digest[32], uint32_t *index) IO_MUST_CHECK;

/* Next index without taking it (`total`: exhausted). Same refusals. */
bool key_lms_state_next(const char *directory, const char *name, const uint8_t key_id[32], uint32_t total,
                        uint32_t *next) IO_MUST_CHECK;

#endif
