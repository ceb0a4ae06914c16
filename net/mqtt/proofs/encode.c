/* What encoders are made of. All that they write goes through put(): it stays in the room, from any state of the cursor,
 * so for any number of calls. A remaining length that was written is read as the same. Topics: nothing is read outside
 * them, for any texts, good or not.
 *
 * options: --unwind 8 --slice-formula --unsigned-overflow-check
 * planted: put mqtt_codec.c s/if (bytes > w->left) w->full = true;/if (bytes > w->left + 1) w->full = true;/
 * planted: put mqtt_codec.c s/if (w->full || bytes == 0) return;/if (bytes == 0) return;/
 * planted: header mqtt_codec.c s/remaining >= 0x80; remaining >>= 7/remaining > 0x80; remaining >>= 7/
 * planted: topics mqtt_codec.c s/while (n < name.bytes \&\& name.at\[n\]/while (name.at[n]/
 * planted: topics mqtt_codec.c s/if (n == name.bytes) return is_any_below.*$// */
#include "proof.h"

#include "../mqtt_codec.c"

#define TEXT 4u
#define ROOM 8u

/* Objects of their own, so that reading past one is seen. */
static char text_a[TEXT];
static char text_b[TEXT];
static uint8_t memory[ROOM];

/* Any text, at the end of its memory. */
static mqtt_text any_text(char *of)
{
  uint16_t bytes = any_uint8();
  ASSUME(bytes <= TEXT);
  __CPROVER_havoc_object(of);
  return (mqtt_text){of + (TEXT - bytes), bytes};
}

void proof_put(void)
{
  mqtt_text text = any_text(text_a);
  writer w = {NULL, any_uint8(), any_bool()};
  ASSUME(w.left <= ROOM);
  w.at = memory + (ROOM - w.left);
  writer before = w;
  put(&w, text.at, text.bytes);
  PROVE(w.left <= ROOM && w.at == memory + (ROOM - w.left), "the cursor is where the rest begins");
  PROVE(w.full == (before.full || text.bytes > before.left), "what does not fit is remembered");
  PROVE(w.left == before.left - (w.full ? 0 : text.bytes), "what fits is written");
}

void proof_header(void)
{
  size_t remaining = any_uint32();
  uint32_t again = 0;
  uint8_t type = 0;
  ASSUME(remaining <= MQTT_REMAINING_MAX);
  writer w = {memory, ROOM, false};
  put_header(&w, MQTT_PUBLISH, PUBLISH_DUP, remaining);
  PROVE(!w.full && ROOM - w.left <= 5, "at most five bytes");
  reader r = {memory, ROOM - w.left};
  PROVE(read_u8(&r, &type) && type == 0x38, "type and flags");
  PROVE(read_remaining(&r, &again) == MQTT_COMPLETE && again == remaining && r.left == 0, "the same, nothing after it");
}

void proof_topics(void)
{
  mqtt_text filter = any_text(text_a);
  mqtt_text name = any_text(text_b);
  bool is_filter = mqtt_check_topic_filter(filter) == MQTT_COMPLETE;
  bool is_name = mqtt_check_topic_name(name) == MQTT_COMPLETE;
  bool matches = mqtt_topic_matches(filter, name);
  if (!is_filter || !is_name || filter.at[0] == name.at[0]) return;
  if (matches) PROVE(is_wildcard(filter.at[0]) && name.at[0] != '$', "only a wildcard is for something else");
}
