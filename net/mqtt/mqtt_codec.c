#include "mqtt_codec.h"

#include <string.h>

/* --- reading: a cursor that knows how much is left --- */

typedef struct reader {
  const uint8_t *at;
  size_t left;
} reader;

static bool read_u8(reader *r, uint8_t *value)
{
  if (r->left == 0) return false;
  *value = *r->at++;
  r->left--;
  return true;
}

static bool read_u16(reader *r, uint16_t *value)
{
  if (r->left < 2) return false;
  *value = (uint16_t)(r->at[0] << 8 | r->at[1]);
  r->at += 2;
  r->left -= 2;
  return true;
}

/* The next `bytes` bytes become a text. */
static bool read_text(reader *r, uint16_t bytes, mqtt_text *text)
{
  if (r->left < bytes) return false;
  *text = (mqtt_text){(const char *)r->at, bytes};
  r->at += bytes;
  r->left -= bytes;
  return true;
}

static reader reader_of(mqtt_text text)
{
  return (reader){(const uint8_t *)text.at, text.bytes};
}

/* --- text (1.5.3) --- */

/* What follows the first byte of a character of more than one. */
static mqtt_status check_long_character(reader *r, uint8_t first)
{
  static const uint32_t lowest[] = {0, 0x80, 0x800, 0x10000}; /* below, a shorter form is the right one */
  if (first < 0xc0 || first > 0xf7) return MQTT_TEXT_MALFORMED;
  uint32_t more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  uint32_t code = first & (0x3fu >> more);
  for (uint32_t i = 0; i < more; i++) {
    uint8_t next = 0;
    if (!read_u8(r, &next) || (next & 0xc0) != 0x80) return MQTT_TEXT_MALFORMED;
    code = code << 6 | (next & 0x3f);
  }
  if (code < lowest[more] || code > 0x10ffff) return MQTT_TEXT_MALFORMED;
  return code >= 0xd800 && code <= 0xdfff ? MQTT_TEXT_SURROGATE : MQTT_COMPLETE;
}

static mqtt_status check_text(mqtt_text text)
{
  reader r = reader_of(text);
  uint8_t first = 0;
  while (read_u8(&r, &first)) {
    mqtt_status status = MQTT_COMPLETE;
    if (first == 0) return MQTT_TEXT_NUL;
    if (first >= 0x80) status = check_long_character(&r, first);
    if (status != MQTT_COMPLETE) return status;
  }
  return MQTT_COMPLETE;
}

/* --- topics --- */

static bool is_wildcard(char c)
{
  return c == '+' || c == '#';
}

static mqtt_status check_topic(mqtt_text topic)
{
  return topic.bytes == 0 ? MQTT_TOPIC_EMPTY : check_text(topic);
}

mqtt_status mqtt_check_topic_name(mqtt_text name)
{
  mqtt_status status = check_topic(name);
  if (status != MQTT_COMPLETE) return status;
  for (size_t i = 0; i < name.bytes; i++)
    if (is_wildcard(name.at[i])) return MQTT_TOPIC_WILDCARD;
  return MQTT_COMPLETE;
}

mqtt_status mqtt_check_topic_filter(mqtt_text filter)
{
  mqtt_status status = check_topic(filter);
  if (status != MQTT_COMPLETE) return status;
  for (size_t i = 0; i < filter.bytes; i++) {
    if (!is_wildcard(filter.at[i])) continue;
    bool starts_level = i == 0 || filter.at[i - 1] == '/';
    bool is_last = i + 1 == filter.bytes;
    bool ends_level = is_last || (filter.at[i] == '+' && filter.at[i + 1] == '/');
    if (!starts_level || !ends_level) return MQTT_FILTER_WILDCARD;
  }
  return MQTT_COMPLETE;
}

/* "a/#" is for "a", too (4.7.1.2). */
static bool is_any_below(const char *filter, size_t bytes)
{
  return bytes == 2 && filter[0] == '/' && filter[1] == '#';
}

bool mqtt_topic_matches(mqtt_text filter, mqtt_text name)
{
  size_t f = 0;
  size_t n = 0;
  if (filter.bytes == 0 || name.bytes == 0) return false;
  if (name.at[0] == '$' && is_wildcard(filter.at[0])) return false;
  while (f < filter.bytes) {
    if (filter.at[f] == '#') return true;
    if (filter.at[f] == '+') {
      while (n < name.bytes && name.at[n] != '/') n++;
      f++;
      continue;
    }
    if (n == name.bytes) return is_any_below(filter.at + f, filter.bytes - f);
    if (filter.at[f++] != name.at[n++]) return false;
  }
  return n == name.bytes;
}

/* --- writing: a cursor that stops at the end of the output and remembers that --- */

typedef struct writer {
  uint8_t *at;
  size_t left;
  bool full;
} writer;

static void put(writer *w, const void *from, size_t bytes)
{
  if (bytes > w->left) w->full = true;
  if (w->full || bytes == 0) return;
  memcpy(w->at, from, bytes);
  w->at += bytes;
  w->left -= bytes;
}

static void put_u8(writer *w, uint8_t value)
{
  put(w, &value, 1);
}

static void put_u16(writer *w, uint16_t value)
{
  put_u8(w, (uint8_t)(value >> 8));
  put_u8(w, (uint8_t)value);
}

static void put_text(writer *w, mqtt_text text)
{
  put_u16(w, text.bytes);
  put(w, text.at, text.bytes);
}

static size_t text_bytes(mqtt_text text)
{
  return 2u + text.bytes;
}

/* The fixed header (2.2). remaining: at most MQTT_REMAINING_MAX. */
static void put_header(writer *w, mqtt_type type, uint32_t flags, size_t remaining)
{
  put_u8(w, (uint8_t)((uint32_t)type << 4 | flags));
  for (; remaining >= 0x80; remaining >>= 7) put_u8(w, (uint8_t)(0x80 | (remaining & 0x7f)));
  put_u8(w, (uint8_t)remaining);
}

static mqtt_status finish(const writer *w, size_t room, size_t *bytes)
{
  if (w->full) return MQTT_NO_ROOM;
  *bytes = room - w->left;
  return MQTT_COMPLETE;
}

/* A packet of its type and, if id is not 0, a packet identifier. */
static mqtt_status encode_short(uint8_t *out, size_t room, mqtt_version version, mqtt_type type, uint16_t id,
                                size_t *bytes)
{
  writer w = {out, room, false};
  *bytes = 0;
  if (version != MQTT_3_1_1) return MQTT_VERSION_UNKNOWN;
  put_header(&w, type, 0, id != 0 ? 2 : 0);
  if (id != 0) put_u16(&w, id);
  return finish(&w, room, bytes);
}

mqtt_status mqtt_encode_puback(uint8_t *out, size_t room, mqtt_version version, uint16_t id, size_t *bytes)
{
  *bytes = 0;
  if (id == 0) return MQTT_ID_ZERO;
  return encode_short(out, room, version, MQTT_PUBACK, id, bytes);
}

mqtt_status mqtt_encode_pingreq(uint8_t *out, size_t room, mqtt_version version, size_t *bytes)
{
  return encode_short(out, room, version, MQTT_PINGREQ, 0, bytes);
}

mqtt_status mqtt_encode_disconnect(uint8_t *out, size_t room, mqtt_version version, size_t *bytes)
{
  return encode_short(out, room, version, MQTT_DISCONNECT, 0, bytes);
}

/* --- CONNECT (3.1) --- */

/* 3.1.2.3 */
enum {
  CONNECT_CLEAN = 0x02,
  CONNECT_WILL = 0x04,
  CONNECT_WILL_QOS_1 = 0x08,
  CONNECT_WILL_RETAIN = 0x20,
  CONNECT_PASSWORD = 0x40,
  CONNECT_USERNAME = 0x80,
};

static mqtt_status check_will(const mqtt_connect *c)
{
  if (!c->has_will) return MQTT_COMPLETE;
  return c->will_qos > 1 ? MQTT_QOS_NOT_OURS : mqtt_check_topic_name(c->will_topic);
}

static mqtt_status check_connect(const mqtt_connect *c)
{
  if (c->client_id.bytes == 0 && !c->clean_session) return MQTT_CLIENT_ID_EMPTY;
  if (c->has_password && !c->has_username) return MQTT_PASSWORD_ALONE;
  mqtt_status status = check_text(c->client_id);
  if (status == MQTT_COMPLETE) status = check_will(c);
  if (status == MQTT_COMPLETE && c->has_username) status = check_text(c->username);
  return status;
}

static uint8_t connect_flags(const mqtt_connect *c)
{
  uint32_t flags = 0;
  if (c->clean_session) flags |= CONNECT_CLEAN;
  if (c->has_will) flags |= CONNECT_WILL;
  if (c->has_will && c->will_qos == 1) flags |= CONNECT_WILL_QOS_1;
  if (c->has_will && c->will_retain) flags |= CONNECT_WILL_RETAIN;
  if (c->has_password) flags |= CONNECT_PASSWORD;
  if (c->has_username) flags |= CONNECT_USERNAME;
  return (uint8_t)flags;
}

mqtt_status mqtt_encode_connect(uint8_t *out, size_t room, mqtt_version version, const mqtt_connect *connect,
                                size_t *bytes)
{
  static const mqtt_text protocol = {"MQTT", 4};
  writer w = {out, room, false};
  *bytes = 0;
  if (version != MQTT_3_1_1) return MQTT_VERSION_UNKNOWN;
  mqtt_status status = check_connect(connect);
  if (status != MQTT_COMPLETE) return status;

  /* At most six texts: far below MQTT_REMAINING_MAX. In this order (3.1.3-1). */
  size_t remaining = text_bytes(protocol) + 4 + text_bytes(connect->client_id);
  if (connect->has_will) remaining += text_bytes(connect->will_topic) + text_bytes(connect->will_message);
  if (connect->has_username) remaining += text_bytes(connect->username);
  if (connect->has_password) remaining += text_bytes(connect->password);
  put_header(&w, MQTT_CONNECT, 0, remaining);
  put_text(&w, protocol);
  put_u8(&w, (uint8_t)version);
  put_u8(&w, connect_flags(connect));
  put_u16(&w, connect->keep_alive_s);
  put_text(&w, connect->client_id);
  if (connect->has_will) put_text(&w, connect->will_topic);
  if (connect->has_will) put_text(&w, connect->will_message);
  if (connect->has_username) put_text(&w, connect->username);
  if (connect->has_password) put_text(&w, connect->password);
  return finish(&w, room, bytes);
}

/* --- PUBLISH (3.3) --- */

/* 3.3.1 */
enum {
  PUBLISH_RETAIN = 0x1,
  PUBLISH_QOS_SHIFT = 1,
  PUBLISH_QOS = 0x3 << PUBLISH_QOS_SHIFT,
  PUBLISH_DUP = 0x8,
};

static size_t id_bytes(uint8_t qos)
{
  return qos == 0 ? 0 : 2;
}

static mqtt_status check_publish(const mqtt_publish *p, uint32_t payload_bytes)
{
  if (p->qos > 1) return MQTT_QOS_NOT_OURS;
  if (p->dup && p->qos == 0) return MQTT_DUP_AT_QOS_0;
  if (p->qos == 1 && p->id == 0) return MQTT_ID_ZERO;
  if (payload_bytes > MQTT_REMAINING_MAX - text_bytes(p->topic) - id_bytes(p->qos)) return MQTT_TOO_LONG;
  return mqtt_check_topic_name(p->topic);
}

mqtt_status mqtt_encode_publish(uint8_t *out, size_t room, mqtt_version version, const mqtt_publish *publish,
                                uint32_t payload_bytes, size_t *bytes)
{
  writer w = {out, room, false};
  *bytes = 0;
  if (version != MQTT_3_1_1) return MQTT_VERSION_UNKNOWN;
  mqtt_status status = check_publish(publish, payload_bytes);
  if (status != MQTT_COMPLETE) return status;

  uint32_t flags = (uint32_t)publish->qos << PUBLISH_QOS_SHIFT;
  if (publish->dup) flags |= PUBLISH_DUP;
  if (publish->retain) flags |= PUBLISH_RETAIN;
  put_header(&w, MQTT_PUBLISH, flags, text_bytes(publish->topic) + id_bytes(publish->qos) + payload_bytes);
  put_text(&w, publish->topic);
  if (publish->qos != 0) put_u16(&w, publish->id);
  return finish(&w, room, bytes);
}

/* --- SUBSCRIBE (3.8) and UNSUBSCRIBE (3.10): the same but for the QoS after each filter --- */

static size_t filter_bytes(mqtt_type type, mqtt_text filter)
{
  return text_bytes(filter) + (type == MQTT_SUBSCRIBE ? 1 : 0);
}

static mqtt_status check_filters(mqtt_type type, const mqtt_filter *filters, size_t count, size_t *remaining)
{
  *remaining = 2; /* the packet identifier */
  for (size_t i = 0; i < count; i++) {
    mqtt_status status = mqtt_check_topic_filter(filters[i].filter);
    if (status != MQTT_COMPLETE) return status;
    if (type == MQTT_SUBSCRIBE && filters[i].qos > 1) return MQTT_QOS_NOT_OURS;
    *remaining += filter_bytes(type, filters[i].filter);
    if (*remaining > MQTT_REMAINING_MAX) return MQTT_TOO_LONG;
  }
  return MQTT_COMPLETE;
}

static mqtt_status encode_filters(writer *w, mqtt_type type, uint16_t id, const mqtt_filter *filters, size_t count)
{
  size_t remaining = 0;
  if (id == 0) return MQTT_ID_ZERO;
  if (count == 0) return MQTT_NO_FILTER;
  mqtt_status status = check_filters(type, filters, count, &remaining);
  if (status != MQTT_COMPLETE) return status;

  put_header(w, type, 2, remaining); /* flags: 3.8.1-1, 3.10.1-1 */
  put_u16(w, id);
  for (size_t i = 0; i < count; i++) {
    put_text(w, filters[i].filter);
    if (type == MQTT_SUBSCRIBE) put_u8(w, filters[i].qos);
  }
  return MQTT_COMPLETE;
}

mqtt_status mqtt_encode_subscribe(uint8_t *out, size_t room, mqtt_version version, uint16_t id,
                                  const mqtt_filter *filters, size_t count, size_t *bytes)
{
  writer w = {out, room, false};
  *bytes = 0;
  if (version != MQTT_3_1_1) return MQTT_VERSION_UNKNOWN;
  mqtt_status status = encode_filters(&w, MQTT_SUBSCRIBE, id, filters, count);
  return status == MQTT_COMPLETE ? finish(&w, room, bytes) : status;
}

mqtt_status mqtt_encode_unsubscribe(uint8_t *out, size_t room, mqtt_version version, uint16_t id,
                                    const mqtt_filter *filters, size_t count, size_t *bytes)
{
  writer w = {out, room, false};
  *bytes = 0;
  if (version != MQTT_3_1_1) return MQTT_VERSION_UNKNOWN;
  mqtt_status status = encode_filters(&w, MQTT_UNSUBSCRIBE, id, filters, count);
  return status == MQTT_COMPLETE ? finish(&w, room, bytes) : status;
}

/* --- what comes: first the fixed header --- */

/* What a client may get of each type: why not at all, or how long it is without its fixed header. */
#define ANY_LENGTH 0xff
static const struct {
  uint8_t refusal; /* an mqtt_status */
  uint8_t least;
  uint8_t most;
} expected[16] = {
  [0] = {MQTT_RESERVED_TYPE, 0, 0},
  [MQTT_CONNECT] = {MQTT_NOT_FOR_CLIENT, 0, 0},
  [MQTT_CONNACK] = {MQTT_COMPLETE, 2, 2},
  [MQTT_PUBLISH] = {MQTT_COMPLETE, 2, ANY_LENGTH},
  [MQTT_PUBACK] = {MQTT_COMPLETE, 2, 2},
  [MQTT_PUBREC] = {MQTT_QOS_2_PACKET, 0, 0},
  [MQTT_PUBREL] = {MQTT_QOS_2_PACKET, 0, 0},
  [MQTT_PUBCOMP] = {MQTT_QOS_2_PACKET, 0, 0},
  [MQTT_SUBSCRIBE] = {MQTT_NOT_FOR_CLIENT, 0, 0},
  [MQTT_SUBACK] = {MQTT_COMPLETE, 3, ANY_LENGTH},
  [MQTT_UNSUBSCRIBE] = {MQTT_NOT_FOR_CLIENT, 0, 0},
  [MQTT_UNSUBACK] = {MQTT_COMPLETE, 2, 2},
  [MQTT_PINGREQ] = {MQTT_NOT_FOR_CLIENT, 0, 0},
  [MQTT_PINGRESP] = {MQTT_COMPLETE, 0, 0},
  [MQTT_DISCONNECT] = {MQTT_NOT_FOR_CLIENT, 0, 0},
  [15] = {MQTT_RESERVED_TYPE, 0, 0},
};

static mqtt_status check_publish_flags(uint32_t flags)
{
  uint32_t qos = (flags & PUBLISH_QOS) >> PUBLISH_QOS_SHIFT;
  if (qos == 3) return MQTT_QOS_3;
  if (qos == 2) return MQTT_QOS_2_MESSAGE;
  if (qos == 0 && (flags & PUBLISH_DUP) != 0) return MQTT_DUP_AT_QOS_0;
  return MQTT_COMPLETE;
}

static mqtt_status read_type(reader *r, mqtt_packet *packet)
{
  uint8_t first = 0;
  if (!read_u8(r, &first)) return MQTT_NEED_MORE;
  uint32_t type = first >> 4;
  uint32_t flags = first & 0xf;
  if (expected[type].refusal != MQTT_COMPLETE) return (mqtt_status)expected[type].refusal;
  packet->type = (mqtt_type)type;
  if (type != MQTT_PUBLISH) return flags == 0 ? MQTT_COMPLETE : MQTT_RESERVED_FLAGS;
  packet->qos = (uint8_t)((flags & PUBLISH_QOS) >> PUBLISH_QOS_SHIFT);
  packet->dup = (flags & PUBLISH_DUP) != 0;
  packet->retain = (flags & PUBLISH_RETAIN) != 0;
  return check_publish_flags(flags);
}

/* 2.2.3. That there is a fifth byte is known from the fourth. */
static mqtt_status read_remaining(reader *r, uint32_t *remaining)
{
  uint8_t byte = 0x80;
  *remaining = 0;
  for (uint32_t shift = 0; byte >= 0x80; shift += 7) {
    if (shift == 28) return MQTT_LENGTH_TOO_LONG;
    if (!read_u8(r, &byte)) return MQTT_NEED_MORE;
    if (byte == 0 && shift != 0) return MQTT_LENGTH_NOT_MINIMAL;
    *remaining |= (uint32_t)(byte & 0x7f) << shift;
  }
  return MQTT_COMPLETE;
}

static mqtt_status check_remaining(mqtt_type type, uint32_t remaining)
{
  if (remaining < expected[type].least) return MQTT_TOO_SHORT;
  if (remaining > expected[type].most && expected[type].most != ANY_LENGTH) return MQTT_TRAILING_BYTES;
  return MQTT_COMPLETE;
}

static mqtt_status read_header(reader *r, mqtt_packet *packet, uint32_t *remaining)
{
  mqtt_status status = read_type(r, packet);
  if (status == MQTT_COMPLETE) status = read_remaining(r, remaining);
  return status == MQTT_COMPLETE ? check_remaining(packet->type, *remaining) : status;
}

/* --- then what each type has --- */

static mqtt_status read_id(reader *r, mqtt_packet *packet)
{
  if (!read_u16(r, &packet->id)) return MQTT_TOO_SHORT;
  return packet->id == 0 ? MQTT_ID_ZERO : MQTT_COMPLETE;
}

/* 3.2.2 */
static mqtt_status read_connack(reader *r, mqtt_packet *packet)
{
  uint8_t flags = 0;
  if (!read_u8(r, &flags) || !read_u8(r, &packet->connack_code)) return MQTT_TOO_SHORT;
  if (flags > 1) return MQTT_CONNACK_FLAGS;
  packet->session_present = flags == 1;
  return packet->session_present && packet->connack_code != 0 ? MQTT_CONNACK_CONTRADICTS : MQTT_COMPLETE;
}

/* 3.9.3 */
static mqtt_status read_suback(reader *r, mqtt_packet *packet)
{
  mqtt_status status = read_id(r, packet);
  packet->codes = r->at;
  packet->code_count = r->left;
  for (uint8_t code = 0; status == MQTT_COMPLETE && read_u8(r, &code);)
    if (code > 2 && code != MQTT_SUBACK_FAILURE) status = MQTT_SUBACK_CODE;
  return status;
}

/* 3.3.2. Its end is the head's: measure_rest() saw to that. */
static mqtt_status read_publish(reader *r, mqtt_packet *packet)
{
  uint16_t topic_bytes = 0;
  if (!read_u16(r, &topic_bytes) || !read_text(r, topic_bytes, &packet->topic)) return MQTT_TOPIC_PAST_END;
  mqtt_status status = mqtt_check_topic_name(packet->topic);
  return status == MQTT_COMPLETE && packet->qos != 0 ? read_id(r, packet) : status;
}

/* How long the head is after the fixed header, as far as r tells: a message's topic says its length first. */
static mqtt_status measure_rest(reader r, mqtt_packet *packet, uint32_t remaining, size_t *rest)
{
  uint16_t topic_bytes = 0;
  *rest = remaining;
  if (packet->type != MQTT_PUBLISH) return MQTT_COMPLETE;
  *rest = sizeof topic_bytes;
  if (!read_u16(&r, &topic_bytes)) return MQTT_NEED_MORE;
  if (topic_bytes == 0) return MQTT_TOPIC_EMPTY;
  *rest += topic_bytes + id_bytes(packet->qos);
  if (*rest > remaining) return MQTT_TOPIC_PAST_END;
  packet->payload_bytes = remaining - (uint32_t)*rest;
  return MQTT_COMPLETE;
}

static mqtt_status read_rest(reader *r, mqtt_packet *packet)
{
  switch (packet->type) {
  case MQTT_CONNACK: return read_connack(r, packet);
  case MQTT_PUBLISH: return read_publish(r, packet);
  case MQTT_SUBACK: return read_suback(r, packet);
  case MQTT_PUBACK:
  case MQTT_UNSUBACK: return read_id(r, packet);
  case MQTT_PINGRESP: return MQTT_COMPLETE;
  case MQTT_CONNECT: /* these are refused by read_type() */
  case MQTT_PUBREC:
  case MQTT_PUBREL:
  case MQTT_PUBCOMP:
  case MQTT_SUBSCRIBE:
  case MQTT_UNSUBSCRIBE:
  case MQTT_PINGREQ:
  case MQTT_DISCONNECT: break;
  }
  return MQTT_RESERVED_TYPE;
}

mqtt_status mqtt_decode(mqtt_version version, const uint8_t *bytes, size_t count, mqtt_packet *packet)
{
  reader r = {bytes, count};
  uint32_t remaining = 0;
  size_t rest = 0;
  memset(packet, 0, sizeof *packet);
  if (version != MQTT_3_1_1) return MQTT_VERSION_UNKNOWN;

  mqtt_status status = read_header(&r, packet, &remaining);
  packet->head_bytes = count + 1; /* until the fixed header is there */
  if (status != MQTT_COMPLETE) return status;
  status = measure_rest(r, packet, remaining, &rest);
  packet->head_bytes = count - r.left + rest;
  if (status != MQTT_COMPLETE) return status;
  if (r.left < rest) return MQTT_NEED_MORE;
  r.left = rest; /* nothing sees what is after the head */
  return read_rest(&r, packet);
}
