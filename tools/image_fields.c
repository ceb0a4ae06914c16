#include "image_fields.h"

#include <string.h>

#include "cli.h"
#include "output.h"

/* One decimal number up to `max` that ends at `end`; moves *text behind that character. */
static bool number_until(const char **text, char end, uint32_t max, uint32_t *out)
{
  char digits[12];
  const char *stop = end == 0 ? *text + strlen(*text) : strchr(*text, end);
  if (stop == NULL || stop == *text || (size_t)(stop - *text) >= sizeof digits) return false;
  memcpy(digits, *text, (size_t)(stop - *text));
  digits[stop - *text] = 0;
  if (strspn(digits, "0123456789") != strlen(digits) || !cli_number(digits, out) || *out > max) return false;
  *text = end == 0 ? stop : stop + 1;
  return true;
}

bool field_version(const char *text, manifest_version *out)
{
  uint32_t major, minor, patch;
  if (!number_until(&text, '.', UINT16_MAX, &major) || !number_until(&text, '.', UINT16_MAX, &minor) ||
      !number_until(&text, 0, UINT32_MAX - 1, &patch))
    return false;
  *out = (manifest_version){(uint16_t)major, (uint16_t)minor, patch};
  return true;
}

bool field_range(const char *text, uint32_t *min, uint32_t *max)
{
  if (strchr(text, '-') == NULL) {
    if (!number_until(&text, 0, UINT32_MAX - 1, min)) return false;
    *max = *min;
    return true;
  }
  return number_until(&text, '-', UINT32_MAX - 1, min) && number_until(&text, 0, UINT32_MAX - 1, max) && *min <= *max;
}

bool field_product(const char *text, uint8_t out[16])
{
  size_t length = strlen(text);
  if (length < 1 || length > 16) return false;
  for (size_t i = 0; i < length; i++)
    if (text[i] <= ' ' || text[i] > '~') return false;
  memset(out, 0, 16);
  memcpy(out, text, length);
  return true;
}

static bool digit(char c, uint8_t *out)
{
  const char *digits = "0123456789abcdef";
  const char *at = c == 0 ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c);
  if (at == NULL) return false;
  *out = (uint8_t)(at - digits);
  return true;
}

bool field_hex(const char *text, uint8_t *out, size_t max)
{
  size_t length = strlen(text);
  if (length == 0 || length % 2 != 0 || length / 2 > max) return false;
  memset(out, 0, max);
  for (size_t i = 0; i < length / 2; i++) {
    uint8_t high, low;
    if (!digit(text[2 * i], &high) || !digit(text[2 * i + 1], &low)) return false;
    out[i] = (uint8_t)(high << 4 | low);
  }
  return true;
}

void field_out_version(const char *field, const char *label, manifest_version v)
{
  out_text(field, label, "%u.%u.%u", v.major, v.minor, v.patch);
}

void field_out_padded(const char *field, const char *label, const uint8_t *text, size_t bytes)
{
  out_text(field, label, "%.*s", (int)bytes, (const char *)text);
}
