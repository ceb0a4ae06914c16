/* Manifest fields as people write and read them. Parsers take the whole text or nothing. */
#ifndef HF_TOOLS_IMAGE_FIELDS_H
#define HF_TOOLS_IMAGE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "manifest.h"

bool field_version(const char *text, manifest_version *out);      /* X.Y.Z */
bool field_range(const char *text, uint32_t *min, uint32_t *max); /* N or MIN-MAX */
bool field_product(const char *text, uint8_t out[16]);            /* 1..16 printable characters, no blank */
bool field_hex(const char *text, uint8_t *out, size_t max);       /* 1..max bytes; the rest is 0 */

void field_out_version(const char *field, const char *label, manifest_version version);
/* Text padded with 0. */
void field_out_padded(const char *field, const char *label, const uint8_t *text, size_t bytes);

#endif
