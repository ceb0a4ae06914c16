/* From ELF files to an image: manifest without keys and signatures, and payload.
 *
 * Every byte an ELF wants loaded becomes part of the payload, in order of address. Pieces are
 * widened to 16-byte boundaries with zeros and merged where they then meet. Same input, same bytes.
 */
#ifndef HF_TOOLS_IMAGE_BUILD_H
#define HF_TOOLS_IMAGE_BUILD_H

#include "board_profile.h"
#include "io.h"
#include "manifest.h"

/* An image as in its file: head, then payload. */
typedef struct image {
  manifest head;
  uint8_t *payload; /* head.payload_bytes; on the heap, image_free() */
} image;

/* Fills the segments, entry, vectors, payload_bytes and payload_sha256 of image->head, and the payload.
 * image->head.kind is set by the caller; the rest of the head is left alone.
 * vectors: symbol or address; null: start of the first ELF's lowest segment.
 * False: has said why. */
bool image_build(image *img, const board_profile *board, const char *const *elf_paths, unsigned elf_count,
                 const char *vectors) IO_MUST_CHECK;

/* Reads an image file of at most place_max bytes (a slot). Only sizes are checked: its payload_bytes is the payload it has. */
bool image_read(const char *path, uint32_t place_max, image *out) IO_MUST_CHECK;
/* Writes it, all or nothing. New files only, unless `over`. */
bool image_write(const char *path, const image *img) IO_MUST_CHECK;
void image_free(image *img);

#endif
