#include "mqtt_codec.h"

#include "mqtt_test_support.h"
#include "mqtt_vectors.h"

static uint8_t bytes_of_vector[64];

static guarded guarded_hex(const char *hex)
{
  size_t bytes = hex_bytes(bytes_of_vector, sizeof bytes_of_vector, hex);
  return guarded_copy(bytes_of_vector, bytes);
}

static mqtt_status decode_hex(const char *hex, mqtt_packet *packet)
{
  size_t bytes = hex_bytes(bytes_of_vector, sizeof bytes_of_vector, hex);
  return mqtt_decode(MQTT_3_1_1, bytes_of_vector, bytes, packet);
}

static void assert_text(mqtt_text text, const char *expected)
{
  assert_int_equal(text.bytes, strlen(expected));
  assert_memory_equal(text.at, expected, text.bytes);
}

/* --- decoding --- */

static void understands_every_packet_a_broker_may_send(void **state)
{
  (void)state;
  for (size_t i = 0; i < VECTORS(good_packets); i++) {
    guarded g = guarded_hex(good_packets[i].hex);
    mqtt_packet packet;
    print_message("%s\n", good_packets[i].what);
    assert_int_equal(mqtt_decode(MQTT_3_1_1, g.at, g.bytes, &packet), MQTT_COMPLETE);
    assert_int_equal(packet.head_bytes + packet.payload_bytes, g.bytes);
    guarded_free(&g);
  }
}

static void refuses_every_malformed_packet_for_its_own_reason(void **state)
{
  (void)state;
  for (size_t i = 0; i < VECTORS(malformed_packets); i++) {
    guarded g = guarded_hex(malformed_packets[i].hex);
    mqtt_packet packet;
    mqtt_status status = mqtt_decode(MQTT_3_1_1, g.at, g.bytes, &packet);
    print_message("%s: %s\n", malformed_packets[i].what, mqtt_status_name(status));
    assert_int_equal(status, malformed_packets[i].status);
    assert_true(mqtt_is_malformed(status));
    guarded_free(&g);
  }
}

/* Of any beginning of the packet, ending at a guard page: either more is needed, and at least one byte more, or the
 * answer is the one that the whole packet gets. */
static void assert_answer_never_changes(const mqtt_vector *vector)
{
  size_t bytes = hex_bytes(bytes_of_vector, sizeof bytes_of_vector, vector->hex);
  size_t needed = 0;
  bool answered = false;
  for (size_t have = 0; have <= bytes; have++) {
    guarded g = guarded_copy(bytes_of_vector, have);
    mqtt_packet packet;
    mqtt_status status = mqtt_decode(MQTT_3_1_1, g.at, have, &packet);
    if (status == MQTT_NEED_MORE) {
      assert_false(answered);
      assert_true(packet.head_bytes > have && packet.head_bytes >= needed);
      needed = packet.head_bytes;
    } else {
      assert_int_equal(status, vector->status);
      assert_true(have >= needed);
      answered = true;
    }
    guarded_free(&g);
  }
  assert_true(answered && needed <= bytes);
}

static void answers_once_the_head_is_there_and_never_differently_later(void **state)
{
  (void)state;
  for (size_t i = 0; i < VECTORS(good_packets); i++) assert_answer_never_changes(&good_packets[i]);
  for (size_t i = 0; i < VECTORS(malformed_packets); i++) assert_answer_never_changes(&malformed_packets[i]);
}

static void says_what_is_in_a_message(void **state)
{
  (void)state;
  mqtt_packet packet;
  assert_int_equal(decode_hex("3B 0A 00 03 61 2F 62 00 0A 01 02 03", &packet), MQTT_COMPLETE);
  assert_int_equal(packet.type, MQTT_PUBLISH);
  assert_int_equal(packet.head_bytes, 9);
  assert_int_equal(packet.payload_bytes, 3);
  assert_int_equal(packet.id, 10);
  assert_int_equal(packet.qos, 1);
  assert_true(packet.dup && packet.retain);
  assert_text(packet.topic, "a/b");
  assert_int_equal(decode_hex("30 05 00 03 61 2F 62", &packet), MQTT_COMPLETE);
  assert_true(packet.qos == 0 && packet.id == 0 && !packet.dup && !packet.retain && packet.payload_bytes == 0);
}

static void says_what_is_in_each_acknowledgement(void **state)
{
  (void)state;
  mqtt_packet packet;
  assert_int_equal(decode_hex("20 02 01 00", &packet), MQTT_COMPLETE);
  assert_true(packet.type == MQTT_CONNACK && packet.session_present && packet.connack_code == 0);
  assert_int_equal(decode_hex("20 02 00 05", &packet), MQTT_COMPLETE);
  assert_true(!packet.session_present && packet.connack_code == 5);
  assert_int_equal(decode_hex("40 02 12 34", &packet), MQTT_COMPLETE);
  assert_true(packet.type == MQTT_PUBACK && packet.id == 0x1234);
  assert_int_equal(decode_hex("B0 02 00 0A", &packet), MQTT_COMPLETE);
  assert_true(packet.type == MQTT_UNSUBACK && packet.id == 10);
  assert_int_equal(decode_hex("D0 00", &packet), MQTT_COMPLETE);
  assert_true(packet.type == MQTT_PINGRESP && packet.head_bytes == 2);
  assert_int_equal(decode_hex("90 05 00 0A 00 02 80", &packet), MQTT_COMPLETE);
  assert_true(packet.type == MQTT_SUBACK && packet.id == 10 && packet.code_count == 3);
  assert_memory_equal(packet.codes, "\x00\x02\x80", 3);
}

static void looks_at_one_packet_only(void **state)
{
  (void)state;
  mqtt_packet packet;
  assert_int_equal(decode_hex("90 03 00 0A 01 FF FF FF", &packet), MQTT_COMPLETE);
  assert_int_equal(packet.code_count, 1);
  assert_int_equal(packet.head_bytes, 5);
  assert_int_equal(decode_hex("40 02 00 0A 00 00", &packet), MQTT_COMPLETE);
  assert_int_equal(packet.head_bytes, 4);
}

static void needs_no_payload_to_understand_a_message_of_the_largest_size(void **state)
{
  (void)state;
  mqtt_packet packet;
  assert_int_equal(decode_hex("32 FF FF FF 7F 00 01 61 00 01", &packet), MQTT_COMPLETE);
  assert_int_equal(packet.head_bytes, 10);
  assert_int_equal(packet.payload_bytes, 268435455 - 5);
}

static void knows_only_its_version(void **state)
{
  (void)state;
  mqtt_packet packet;
  uint8_t out[64];
  size_t bytes = 1;
  static const uint8_t connack[] = {0x20, 0x02, 0x00, 0x00};
  mqtt_version five = (mqtt_version)5;
  mqtt_connect connect = {.client_id = MQTT_TEXT("a")};
  mqtt_publish publish = {.topic = MQTT_TEXT("a")};
  mqtt_filter filter = {MQTT_TEXT("a"), 0};
  assert_int_equal(mqtt_decode(five, connack, sizeof connack, &packet), MQTT_VERSION_UNKNOWN);
  assert_int_equal(mqtt_encode_connect(out, sizeof out, five, &connect, &bytes), MQTT_VERSION_UNKNOWN);
  assert_int_equal(mqtt_encode_publish(out, sizeof out, five, &publish, 0, &bytes), MQTT_VERSION_UNKNOWN);
  assert_int_equal(mqtt_encode_subscribe(out, sizeof out, five, 1, &filter, 1, &bytes), MQTT_VERSION_UNKNOWN);
  assert_int_equal(mqtt_encode_unsubscribe(out, sizeof out, five, 1, &filter, 1, &bytes), MQTT_VERSION_UNKNOWN);
  assert_int_equal(mqtt_encode_puback(out, sizeof out, five, 1, &bytes), MQTT_VERSION_UNKNOWN);
  assert_int_equal(mqtt_encode_pingreq(out, sizeof out, five, &bytes), MQTT_VERSION_UNKNOWN);
  assert_int_equal(mqtt_encode_disconnect(out, sizeof out, five, &bytes), MQTT_VERSION_UNKNOWN);
  assert_int_equal(bytes, 0);
}

/* --- encoding: the expected bytes are the specification's --- */

static guarded output; /* ends at an inaccessible page */
static size_t output_bytes;

static void assert_output(mqtt_status status, const char *hex)
{
  uint8_t expected[128];
  size_t bytes = hex_bytes(expected, sizeof expected, hex);
  assert_int_equal(status, MQTT_COMPLETE);
  assert_int_equal(output_bytes, bytes);
  assert_memory_equal(output.at, expected, bytes);
}

static mqtt_connect full_connect(void)
{
  return (mqtt_connect){
    .client_id = MQTT_TEXT("lamp"),
    .clean_session = true,
    .keep_alive_s = 10,
    .has_will = true,
    .will_topic = MQTT_TEXT("w"),
    .will_message = {"\x00\xff", 2},
    .will_qos = 1,
    .has_username = true,
    .username = MQTT_TEXT("me"),
    .has_password = true,
    .password = {"\x00\x01", 2},
  };
}

static mqtt_status encode_connect(const mqtt_connect *connect)
{
  return mqtt_encode_connect(output.at, output.bytes, MQTT_3_1_1, connect, &output_bytes);
}

/* Its flags and keep-alive are figure 3.6's. */
static void connects_with_everything(void **state)
{
  (void)state;
  mqtt_connect connect = full_connect();
  assert_output(encode_connect(&connect), "10 1F 00 04 4D 51 54 54 04 CE 00 0A 00 04 6C 61 6D 70"
                                          "00 01 77 00 02 00 FF 00 02 6D 65 00 02 00 01");
  connect.will_qos = 0;
  connect.will_retain = true;
  connect.has_password = false;
  assert_output(encode_connect(&connect), "10 1B 00 04 4D 51 54 54 04 A6 00 0A 00 04 6C 61 6D 70"
                                          "00 01 77 00 02 00 FF 00 02 6D 65");
}

static void connects_with_the_least(void **state)
{
  (void)state;
  mqtt_connect connect = {.client_id = MQTT_TEXT("a"), .keep_alive_s = 0xfffe, .will_retain = true, .will_qos = 1};
  assert_output(encode_connect(&connect), "10 0D 00 04 4D 51 54 54 04 00 FF FE 00 01 61");
  connect.client_id = (mqtt_text){NULL, 0};
  connect.clean_session = true;
  assert_output(encode_connect(&connect), "10 0C 00 04 4D 51 54 54 04 02 FF FE 00 00");
}

static void does_not_connect_against_the_rules(void **state)
{
  (void)state;
  mqtt_connect connect = full_connect();
  connect.client_id.bytes = 0;
  connect.clean_session = false;
  assert_int_equal(encode_connect(&connect), MQTT_CLIENT_ID_EMPTY);
  connect = full_connect();
  connect.has_username = false;
  assert_int_equal(encode_connect(&connect), MQTT_PASSWORD_ALONE);
  connect = full_connect();
  connect.will_qos = 2;
  assert_int_equal(encode_connect(&connect), MQTT_QOS_NOT_OURS);
  connect = full_connect();
  connect.will_topic = MQTT_TEXT("a/#");
  assert_int_equal(encode_connect(&connect), MQTT_TOPIC_WILDCARD);
  connect.will_topic = MQTT_TEXT("");
  assert_int_equal(encode_connect(&connect), MQTT_TOPIC_EMPTY);
  connect = full_connect();
  connect.client_id = (mqtt_text){"a\0b", 3};
  assert_int_equal(encode_connect(&connect), MQTT_TEXT_NUL);
  connect = full_connect();
  connect.username = MQTT_TEXT("\xed\xa0\x80");
  assert_int_equal(encode_connect(&connect), MQTT_TEXT_SURROGATE);
  assert_int_equal(output_bytes, 0);
}

static mqtt_status encode_publish(const mqtt_publish *publish, uint32_t payload_bytes)
{
  return mqtt_encode_publish(output.at, output.bytes, MQTT_3_1_1, publish, payload_bytes, &output_bytes);
}

static void publishes_with_every_flag(void **state)
{
  (void)state;
  mqtt_publish publish = {.topic = MQTT_TEXT("a/b"), .id = 10};
  assert_output(encode_publish(&publish, 0), "30 05 00 03 61 2F 62");
  publish.retain = true;
  assert_output(encode_publish(&publish, 3), "31 08 00 03 61 2F 62");
  publish.qos = 1;
  assert_output(encode_publish(&publish, 3), "33 0A 00 03 61 2F 62 00 0A");
  publish.dup = true;
  publish.retain = false;
  assert_output(encode_publish(&publish, 3), "3A 0A 00 03 61 2F 62 00 0A");
}

/* Table 2.4 */
static void writes_every_remaining_length_of_the_table(void **state)
{
  (void)state;
  static const struct {
    uint32_t length;
    const char *hex;
  } table[] = {
    {127, "30 7F 00 01 61"},
    {128, "30 80 01 00 01 61"},
    {16383, "30 FF 7F 00 01 61"},
    {16384, "30 80 80 01 00 01 61"},
    {2097151, "30 FF FF 7F 00 01 61"},
    {2097152, "30 80 80 80 01 00 01 61"},
    {268435455, "30 FF FF FF 7F 00 01 61"},
  };
  mqtt_publish publish = {.topic = MQTT_TEXT("a")};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    mqtt_packet packet;
    assert_output(encode_publish(&publish, table[i].length - 3), table[i].hex);
    assert_int_equal(mqtt_decode(MQTT_3_1_1, output.at, output_bytes, &packet), MQTT_COMPLETE);
    assert_int_equal(packet.payload_bytes, table[i].length - 3);
  }
}

static void does_not_publish_against_the_rules(void **state)
{
  (void)state;
  mqtt_publish publish = {.topic = MQTT_TEXT("a"), .qos = 2, .id = 1};
  assert_int_equal(encode_publish(&publish, 0), MQTT_QOS_NOT_OURS);
  publish = (mqtt_publish){.topic = MQTT_TEXT("a"), .dup = true};
  assert_int_equal(encode_publish(&publish, 0), MQTT_DUP_AT_QOS_0);
  publish = (mqtt_publish){.topic = MQTT_TEXT("a"), .qos = 1};
  assert_int_equal(encode_publish(&publish, 0), MQTT_ID_ZERO);
  publish.id = 1;
  assert_int_equal(encode_publish(&publish, 268435455 - 5), MQTT_COMPLETE);
  assert_int_equal(encode_publish(&publish, 268435455 - 4), MQTT_TOO_LONG);
  assert_int_equal(encode_publish(&publish, 0xffffffff), MQTT_TOO_LONG);
  publish.topic = MQTT_TEXT("a/+");
  assert_int_equal(encode_publish(&publish, 0), MQTT_TOPIC_WILDCARD);
  publish.topic = MQTT_TEXT("");
  assert_int_equal(encode_publish(&publish, 0), MQTT_TOPIC_EMPTY);
  publish.topic = MQTT_TEXT("\xc3");
  assert_int_equal(encode_publish(&publish, 0), MQTT_TEXT_MALFORMED);
  assert_int_equal(output_bytes, 0);
}

static mqtt_status encode_subscribe(uint16_t id, const mqtt_filter *filters, size_t count)
{
  return mqtt_encode_subscribe(output.at, output.bytes, MQTT_3_1_1, id, filters, count, &output_bytes);
}

static mqtt_status encode_unsubscribe(uint16_t id, const mqtt_filter *filters, size_t count)
{
  return mqtt_encode_unsubscribe(output.at, output.bytes, MQTT_3_1_1, id, filters, count, &output_bytes);
}

/* Figures 3.23 (with QoS 0 for 2) and 3.30. */
static void subscribes_and_unsubscribes(void **state)
{
  (void)state;
  mqtt_filter filters[] = {{MQTT_TEXT("a/b"), 1}, {MQTT_TEXT("c/d"), 0}};
  assert_output(encode_subscribe(10, filters, 2), "82 0E 00 0A 00 03 61 2F 62 01 00 03 63 2F 64 00");
  assert_output(encode_unsubscribe(10, filters, 2), "A2 0C 00 0A 00 03 61 2F 62 00 03 63 2F 64");
}

static void does_not_subscribe_against_the_rules(void **state)
{
  (void)state;
  mqtt_filter filters[] = {{MQTT_TEXT("a/b"), 1}, {MQTT_TEXT("c/d"), 2}};
  assert_int_equal(encode_subscribe(0, filters, 1), MQTT_ID_ZERO);
  assert_int_equal(encode_unsubscribe(0, filters, 1), MQTT_ID_ZERO);
  assert_int_equal(encode_subscribe(1, filters, 0), MQTT_NO_FILTER);
  assert_int_equal(encode_unsubscribe(1, NULL, 0), MQTT_NO_FILTER);
  assert_int_equal(encode_subscribe(1, filters, 2), MQTT_QOS_NOT_OURS);
  filters[1].filter = MQTT_TEXT("a#");
  assert_int_equal(encode_subscribe(1, filters, 2), MQTT_FILTER_WILDCARD);
  assert_int_equal(encode_unsubscribe(1, filters, 2), MQTT_FILTER_WILDCARD);
  filters[1].filter = MQTT_TEXT("");
  assert_int_equal(encode_unsubscribe(1, filters, 2), MQTT_TOPIC_EMPTY);
  assert_int_equal(output_bytes, 0);
}

static void subscribes_to_no_more_than_a_packet_can_hold(void **state)
{
  (void)state;
  enum { FILTERS = 4097 }; /* 4096 * 65538 + 2 is above 268,435,455 */
  static char longest[MQTT_TEXT_MAX];
  static mqtt_filter filters[FILTERS];
  memset(longest, 'a', MQTT_TEXT_MAX);
  for (size_t i = 0; i < FILTERS; i++) filters[i].filter = (mqtt_text){longest, MQTT_TEXT_MAX};
  assert_int_equal(encode_subscribe(1, filters, FILTERS), MQTT_TOO_LONG);
  assert_int_equal(encode_subscribe(1, filters, 4095), MQTT_NO_ROOM);
}

static void writes_the_short_packets(void **state)
{
  (void)state;
  assert_output(mqtt_encode_puback(output.at, 4, MQTT_3_1_1, 0x1234, &output_bytes), "40 02 12 34");
  assert_output(mqtt_encode_pingreq(output.at, 2, MQTT_3_1_1, &output_bytes), "C0 00");
  assert_output(mqtt_encode_disconnect(output.at, 2, MQTT_3_1_1, &output_bytes), "E0 00");
  assert_int_equal(mqtt_encode_puback(output.at, 4, MQTT_3_1_1, 0, &output_bytes), MQTT_ID_ZERO);
}

/* In every room up to the right one, which ends at an inaccessible page. */
static void writes_nothing_past_its_room(void **state)
{
  (void)state;
  mqtt_connect connect = full_connect();
  mqtt_publish publish = {.topic = MQTT_TEXT("a/b"), .qos = 1, .id = 10};
  mqtt_filter filter = {MQTT_TEXT("a/b"), 1};
  for (size_t room = 0; room <= 34; room++) {
    uint8_t *end = output.at + output.bytes - room;
    size_t bytes = 99;
    assert_int_equal(mqtt_encode_connect(end, room, MQTT_3_1_1, &connect, &bytes), room < 33 ? MQTT_NO_ROOM : 0);
    assert_int_equal(bytes, room < 33 ? 0 : 33);
    assert_int_equal(mqtt_encode_publish(end, room, MQTT_3_1_1, &publish, 500, &bytes), room < 10 ? MQTT_NO_ROOM : 0);
    assert_int_equal(mqtt_encode_subscribe(end, room, MQTT_3_1_1, 1, &filter, 1, &bytes), room < 10 ? MQTT_NO_ROOM : 0);
    assert_int_equal(mqtt_encode_unsubscribe(end, room, MQTT_3_1_1, 1, &filter, 1, &bytes),
                     room < 9 ? MQTT_NO_ROOM : 0);
    assert_int_equal(mqtt_encode_puback(end, room, MQTT_3_1_1, 1, &bytes), room < 4 ? MQTT_NO_ROOM : 0);
    assert_int_equal(mqtt_encode_pingreq(end, room, MQTT_3_1_1, &bytes), room < 2 ? MQTT_NO_ROOM : 0);
  }
}

/* --- topics --- */

static void accepts_only_good_topic_names(void **state)
{
  (void)state;
  assert_int_equal(mqtt_check_topic_name(MQTT_TEXT("/")), MQTT_COMPLETE);
  assert_int_equal(mqtt_check_topic_name(MQTT_TEXT("Accounts payable")), MQTT_COMPLETE);
  assert_int_equal(mqtt_check_topic_name(MQTT_TEXT("$aws/things/a:b/jobs/$next/get")), MQTT_COMPLETE);
  assert_int_equal(mqtt_check_topic_name(MQTT_TEXT("")), MQTT_TOPIC_EMPTY);
  assert_int_equal(mqtt_check_topic_name(MQTT_TEXT("+")), MQTT_TOPIC_WILDCARD);
  assert_int_equal(mqtt_check_topic_name(MQTT_TEXT("a/#")), MQTT_TOPIC_WILDCARD);
  assert_int_equal(mqtt_check_topic_name((mqtt_text){"a\0", 2}), MQTT_TEXT_NUL);
}

/* 4.7.1.2, 4.7.1.3 */
static void accepts_wildcards_only_as_whole_levels(void **state)
{
  (void)state;
  static const char *const good[] = {
    "#", "sport/tennis/#", "+",    "+/tennis/#", "sport/+/player1", "/+", "+/+", "/#", "+/", "$SYS/#", "a",
    "/", "a//b",           "+/+/#"};
  static const char *const bad[] = {
    "sport/tennis#", "sport/tennis/#/ranking", "sport+", "+sport", "a/+b/c", "##", "#/", "++", "a/b+", "+#", "#+",
    "a/#b"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    assert_int_equal(mqtt_check_topic_filter((mqtt_text){good[i], (uint16_t)strlen(good[i])}), MQTT_COMPLETE);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(mqtt_check_topic_filter((mqtt_text){bad[i], (uint16_t)strlen(bad[i])}), MQTT_FILTER_WILDCARD);
  assert_int_equal(mqtt_check_topic_filter(MQTT_TEXT("")), MQTT_TOPIC_EMPTY);
  assert_int_equal(mqtt_check_topic_filter(MQTT_TEXT("a/\xff")), MQTT_TEXT_MALFORMED);
}

/* The examples of 4.7.1 to 4.7.3, and borders of them. */
static void matches_as_the_specification_says(void **state)
{
  (void)state;
  static const struct {
    const char *filter;
    const char *name;
    bool matches;
  } cases[] = {
    {"sport/tennis/player1/#", "sport/tennis/player1", true},
    {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
    {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
    {"sport/tennis/player1/#", "sport/tennis/player10", false},
    {"sport/#", "sport", true},
    {"sport/#", "sports", false},
    {"sport/#", "spor", false},
    {"#", "anything/at/all", true},
    {"#", "/", true},
    {"sport/tennis/+", "sport/tennis/player1", true},
    {"sport/tennis/+", "sport/tennis/player1/ranking", false},
    {"sport/+", "sport", false},
    {"sport/+", "sport/", true},
    {"+/+", "/finance", true},
    {"/+", "/finance", true},
    {"+", "/finance", false},
    {"+", "finance", true},
    {"+/tennis/#", "a/tennis", true},
    {"+/tennis/#", "a/tennis/b", true},
    {"+/tennis/#", "a/b/tennis", false},
    {"+/#", "a", true},
    {"+/+/#", "a", false},
    {"#", "$SYS/broker", false},
    {"+/monitor/Clients", "$SYS/monitor/Clients", false},
    {"$SYS/#", "$SYS/broker", true},
    {"$SYS/monitor/+", "$SYS/monitor/Clients", true},
    {"a/+", "a/$b", true},
    {"a/#", "a/$b", true},
    {"ACCOUNTS", "Accounts", false},
    {"finance", "/finance", false},
    {"a//b", "a//b", true},
    {"a/+/b", "a//b", true},
    {"a/b", "a/b/", false},
    {"a/b/", "a/b", false},
    {"a", "ab", false},
    {"ab", "a", false},
    {"a/+/c/+", "a/b/c/d", true},
    {"a/+/c/+", "a/b/x/d", false},
    {"$aws/things/T/jobs/+/get", "$aws/things/T/jobs/$next/get", true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    guarded filter = guarded_copy(cases[i].filter, strlen(cases[i].filter));
    guarded name = guarded_copy(cases[i].name, strlen(cases[i].name));
    print_message("%s %s\n", cases[i].filter, cases[i].name);
    assert_int_equal(mqtt_topic_matches((mqtt_text){(const char *)filter.at, (uint16_t)filter.bytes},
                                        (mqtt_text){(const char *)name.at, (uint16_t)name.bytes}),
                     cases[i].matches);
    guarded_free(&filter);
    guarded_free(&name);
  }
}

/* Level by level, with copies: slow, and plainly 4.7. */
static bool matches_slowly(const char *filter, const char *name)
{
  size_t f = strcspn(filter, "/");
  size_t n = strcspn(name, "/");
  if (strcmp(filter, "#") == 0) return true;
  if (!(f == 1 && filter[0] == '+') && (f != n || strncmp(filter, name, f) != 0)) return false;
  if (filter[f] == '\0') return name[n] == '\0';
  if (name[n] == '\0') return strcmp(filter + f, "/#") == 0;
  return matches_slowly(filter + f + 1, name + n + 1);
}

/* All filters of up to 5 characters of "a/+#$" that are good, with all names of up to 5 of "a/$". */
static void matches_every_short_filter_and_name_as_a_slow_matcher_does(void **state)
{
  (void)state;
  unsigned compared = 0;
  for (unsigned f = 1; f < 6 * 6 * 6 * 6 * 6; f++) {
    char filter[6] = {0};
    for (unsigned i = 0, rest = f; i < 5; i++, rest /= 6) filter[i] = "\0a/+#$"[rest % 6];
    mqtt_text filter_text = {filter, (uint16_t)strlen(filter)};
    if (mqtt_check_topic_filter(filter_text) != MQTT_COMPLETE) continue;
    for (unsigned n = 1; n < 4 * 4 * 4 * 4 * 4; n++) {
      char name[6] = {0};
      for (unsigned i = 0, rest = n; i < 5; i++, rest /= 4) name[i] = "\0a/$"[rest % 4];
      if (name[0] == '\0') continue;
      bool expected = matches_slowly(filter, name) && !(name[0] == '$' && strchr("+#", filter[0]) != NULL);
      assert_int_equal(mqtt_topic_matches(filter_text, (mqtt_text){name, (uint16_t)strlen(name)}), expected);
      compared++;
    }
  }
  assert_true(compared > 100000);
}

/* An independent reading of 1.5.3 and of table 3-7 of the Unicode standard: the ranges of well-formed sequences. */
static bool is_well_formed(const uint8_t *b, size_t n)
{
  if (n == 1) return b[0] >= 0x01 && b[0] <= 0x7f;
  for (size_t i = 1; i < n; i++)
    if (b[i] < 0x80 || b[i] > 0xbf) return false;
  if (n == 2) return b[0] >= 0xc2 && b[0] <= 0xdf;
  if (n == 3) {
    if (b[0] == 0xe0) return b[1] >= 0xa0;
    if (b[0] == 0xed) return b[1] <= 0x9f;
    return b[0] >= 0xe1 && b[0] <= 0xef;
  }
  if (b[0] == 0xf0) return b[1] >= 0x90;
  if (b[0] == 0xf4) return b[1] <= 0x8f;
  return b[0] >= 0xf1 && b[0] <= 0xf3;
}

static bool splits_into_well_formed(const uint8_t *b, size_t n)
{
  if (n == 0) return true;
  for (size_t take = 1; take <= n && take <= 4; take++)
    if (is_well_formed(b, take) && splits_into_well_formed(b + take, n - take)) return true;
  return false;
}

/* Every sequence of up to two bytes, every third byte; the fourth at its borders. */
static void accepts_exactly_the_well_formed_texts_of_up_to_four_bytes(void **state)
{
  (void)state;
  static const uint8_t borders[] = {0x00, 0x01, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xff};
  unsigned good = 0;
  for (uint32_t value = 0; value < 0x1000000; value++) {
    uint8_t text[4] = {(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    if (text[2] % 16 != 0 && text[2] % 16 != 15) continue;
    if (memchr(text, '+', 3) != NULL || memchr(text, '#', 3) != NULL) continue;
    for (size_t bytes = 1; bytes <= 3; bytes++) {
      bool accepted = mqtt_check_topic_name((mqtt_text){(const char *)text, (uint16_t)bytes}) == MQTT_COMPLETE;
      assert_int_equal(accepted, splits_into_well_formed(text, bytes));
    }
    if (text[0] < 0xe0) continue;
    for (size_t i = 0; i < sizeof borders; i++) {
      text[3] = borders[i];
      bool accepted = mqtt_check_topic_name((mqtt_text){(const char *)text, 4}) == MQTT_COMPLETE;
      assert_int_equal(accepted, splits_into_well_formed(text, 4));
      good += accepted;
    }
  }
  assert_true(good > 1000);
}

static int make_output(void **state)
{
  (void)state;
  output = guarded_room(200);
  return 0;
}

static int free_output(void **state)
{
  (void)state;
  guarded_free(&output);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(understands_every_packet_a_broker_may_send),
    cmocka_unit_test(refuses_every_malformed_packet_for_its_own_reason),
    cmocka_unit_test(answers_once_the_head_is_there_and_never_differently_later),
    cmocka_unit_test(says_what_is_in_a_message),
    cmocka_unit_test(says_what_is_in_each_acknowledgement),
    cmocka_unit_test(looks_at_one_packet_only),
    cmocka_unit_test(needs_no_payload_to_understand_a_message_of_the_largest_size),
    cmocka_unit_test(knows_only_its_version),
    cmocka_unit_test(connects_with_everything),
    cmocka_unit_test(connects_with_the_least),
    cmocka_unit_test(does_not_connect_against_the_rules),
    cmocka_unit_test(publishes_with_every_flag),
    cmocka_unit_test(writes_every_remaining_length_of_the_table),
    cmocka_unit_test(does_not_publish_against_the_rules),
    cmocka_unit_test(subscribes_and_unsubscribes),
    cmocka_unit_test(does_not_subscribe_against_the_rules),
    cmocka_unit_test(subscribes_to_no_more_than_a_packet_can_hold),
    cmocka_unit_test(writes_the_short_packets),
    cmocka_unit_test(writes_nothing_past_its_room),
    cmocka_unit_test(accepts_only_good_topic_names),
    cmocka_unit_test(accepts_wildcards_only_as_whole_levels),
    cmocka_unit_test(matches_as_the_specification_says),
    cmocka_unit_test(matches_every_short_filter_and_name_as_a_slow_matcher_does),
    cmocka_unit_test(accepts_exactly_the_well_formed_texts_of_up_to_four_bytes),
  };
  return cmocka_run_group_tests(tests, make_output, free_output);
}
