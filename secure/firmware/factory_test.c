/* The device's side of the factory, talked to over the host board's UART by a host that tools/recovery_frame.c makes frames for. */
#include "device_test_support.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include "keys.h"
#include "recovery_frame.h"

#include "factory.c" /* with what a restart forgets */

/* ---- The wire ---- */

typedef struct heard_frame {
  uint8_t type;
  uint32_t bytes;
  uint8_t body[RECOVERY_BODY_MAX];
} heard_frame;

static heard_frame heard; /* the last one */
static unsigned heard_count;
static frame_reader reader;

static void hear(void *context, const void *bytes, uint32_t count)
{
  (void)context;
  for (uint32_t i = 0; i < count; i++) {
    if (frame_take(&reader, ((const uint8_t *)bytes)[i]) != FRAME_WHOLE) continue;
    size_t body_bytes;
    const uint8_t *body = frame_body(&reader, &body_bytes);
    heard = (heard_frame){.type = frame_type(&reader), .bytes = (uint32_t)body_bytes};
    memcpy(heard.body, body, body_bytes);
    heard_count++;
  }
}

static void say_bytes(const void *bytes, size_t count)
{
  host_uart_feed(bytes, (uint32_t)count);
}

static void say(uint8_t type, const void *body, size_t bytes)
{
  uint8_t frame_bytes[FRAME_MAX];
  say_bytes(frame_bytes, frame_make(frame_bytes, type, body, bytes, NULL, 0));
}

static void say_piece_of(uint32_t item, uint32_t total, uint32_t offset, const void *data, size_t bytes)
{
  const factory_item head = {item, total, offset};
  uint8_t frame_bytes[FRAME_MAX];
  say_bytes(frame_bytes, frame_make(frame_bytes, FACTORY_ITEM, &head, sizeof head, data, bytes));
}

/* ---- The device, with the host's next words as a script ---- */

static jmp_buf restarted;
static reset_cause restart_cause;
static void (*const *script)(void); /* null-terminated; the next one when all that was said is read */

static bool next_words(void *context, uint8_t *byte)
{
  (void)context;
  if (!script || !*script) return false;
  (*script++)();
  (void)byte;
  return false; /* they are read next time */
}

static void note_restart(reset_cause cause)
{
  restart_cause = cause;
  longjmp(restarted, 1);
}

typedef enum run_end { RESTARTED, CAME_BACK } run_end;

/* One boot of the firmware, as far as the factory is concerned. */
static run_end boot_with(void (*const steps[])(void))
{
  memset(&coming, 0, sizeof coming);
  incoming.got = 0;
  script = steps;
  heard_count = 0;
  restart_cause = RESET_POWER_ON;
  host_reset_handler(note_restart);
  host_uart_sink(hear, NULL);
  host_uart_source(next_words, NULL);
  if (setjmp(restarted) != 0) return RESTARTED;
  factory_listen();
  return CAME_BACK;
}

static int new_device(void **state)
{
  (void)state;
  uint8_t left;
  host_noise_script(NULL, NULL);
  host_cut_disarm();
  host_uart_source(NULL, NULL);
  while (uart_read(&left)) {
  }
  test_device_new();
  memcpy(test_otp + offsetof(otp_fuses, serial), "SERIAL-4711", 11);
  host_clock_step(1);
  return 0;
}

static int free_device(void **state)
{
  (void)state;
  test_device_free();
  host_uart_source(NULL, NULL);
  host_uart_sink(NULL, NULL);
  host_reset_handler(NULL);
  return 0;
}

/* ---- What the host knows ---- */

static const char THING[] = "thing-1";
#define THING_BYTES (sizeof THING - 1)
static const char ENDPOINT[] = "broker.example:8883";
static uint8_t anchor[HF_CERTIFICATE_MAX];
static uint8_t certificate[HF_CERTIFICATE_MAX];
static uint32_t certificate_bytes;

static void assert_heard(uint8_t type)
{
  if (heard.type != type) print_message("heard %#x of %u bytes\n", heard.type, heard.bytes);
  assert_int_equal(heard.type, type);
}

static void assert_refused(psa_status_t status, uint8_t type)
{
  const uint32_t expected[2] = {(uint32_t)status, type};
  assert_heard(FACTORY_REFUSED);
  assert_int_equal(heard.bytes, sizeof expected);
  assert_memory_equal(heard.body, expected, sizeof expected);
}

static void assert_stored(uint32_t item, uint32_t had)
{
  const uint32_t expected[2] = {item, had};
  assert_heard(FACTORY_STORED);
  assert_int_equal(heard.bytes, sizeof expected);
  assert_memory_equal(heard.body, expected, sizeof expected);
}

/* ---- Tags, with OpenSSL's HKDF and HMAC ---- */

static void line_key(uint8_t key[32])
{
  char digest[] = "SHA256", info[] = "holdfast factory";
  EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
  EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
  const OSSL_PARAM params[] = {
    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, test_otp + OTP_UNIQUE_KEY_OFFSET, 32),
    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof info - 1),
    OSSL_PARAM_construct_end(),
  };
  assert_true(EVP_KDF_derive(ctx, key, 32, params) > 0);
  EVP_KDF_CTX_free(ctx);
  EVP_KDF_free(kdf);
}

static uint8_t said[4 * HF_CERTIFICATE_MAX];
static size_t said_bytes;

static void said_item(const void *data, size_t bytes)
{
  const uint32_t length = (uint32_t)bytes;
  memcpy(said + said_bytes, &length, sizeof length);
  memcpy(said + said_bytes + sizeof length, data, bytes);
  said_bytes += sizeof length + bytes;
}

/* The tag that was heard is of `type` and what was said. */
static void assert_tagged(uint8_t type)
{
  uint8_t key[32], tag[32];
  unsigned tag_bytes;
  line_key(key);
  memmove(said + 1, said, said_bytes);
  said[0] = type;
  assert_non_null(HMAC(EVP_sha256(), key, sizeof key, said, said_bytes + 1, tag, &tag_bytes));
  assert_memory_equal(heard.body, tag, sizeof tag);
  said_bytes = 0;
}

/* A certificate for the request that was heard, as OpenSSL understands both. */
static void certify_request(void)
{
  const uint8_t *at = heard.body + FACTORY_TAG_BYTES;
  uint8_t *to = certificate;
  assert_heard(FACTORY_CSR);
  assert_in_range(heard.bytes, FACTORY_TAG_BYTES + 1, sizeof said);
  said_bytes = heard.bytes - FACTORY_TAG_BYTES;
  memcpy(said, at, said_bytes);
  assert_tagged(FACTORY_CSR);
  X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)(heard.bytes - FACTORY_TAG_BYTES));
  assert_non_null(request);
  EVP_PKEY *key = X509_REQ_get0_pubkey(request), *ca = EVP_EC_gen("P-256");
  assert_int_equal(X509_REQ_verify(request, key), 1);
  X509 *x = X509_new();
  X509_set_version(x, X509_VERSION_3);
  X509_set_subject_name(x, X509_REQ_get_subject_name(request));
  X509_gmtime_adj(X509_getm_notBefore(x), 0);
  X509_gmtime_adj(X509_getm_notAfter(x), 86400);
  X509_set_pubkey(x, key);
  assert_true(X509_sign(x, ca, EVP_sha256()) > 0);
  certificate_bytes = (uint32_t)i2d_X509(x, &to);
  X509_free(x);
  EVP_PKEY_free(ca);
  X509_REQ_free(request);
}

/* ---- Words ---- */

static void begin(void)
{
  say(FACTORY_BEGIN, NULL, 0);
}
static void name(void)
{
  say(FACTORY_NAME, THING, THING_BYTES);
}
static void send_certificate(void)
{
  say_piece_of(FACTORY_ITEM_CERTIFICATE, certificate_bytes, 0, certificate, certificate_bytes);
}
static void name_heard_then_certificate(void)
{
  certify_request();
  send_certificate();
}
static void endpoint(void)
{
  say_piece_of(FACTORY_ITEM_ENDPOINT, sizeof ENDPOINT - 1, 0, ENDPOINT, sizeof ENDPOINT - 1);
}
static void anchor_piece_0(void)
{
  say_piece_of(FACTORY_ITEM_TRUST_ANCHOR_0, sizeof anchor, 0, anchor, FACTORY_DATA_MAX);
}
static void anchor_piece_1(void)
{
  say_piece_of(FACTORY_ITEM_TRUST_ANCHOR_0, sizeof anchor, FACTORY_DATA_MAX, anchor + FACTORY_DATA_MAX,
               FACTORY_DATA_MAX);
}
static void anchor_piece_2(void)
{
  const uint32_t at = 2 * FACTORY_DATA_MAX;
  say_piece_of(FACTORY_ITEM_TRUST_ANCHOR_0, sizeof anchor, at, anchor + at, sizeof anchor - at);
}
static void end_with(uint32_t anchors)
{
  say(FACTORY_END, &anchors, sizeof anchors);
}
static void end(void)
{
  end_with(1);
}

/* ---- What was heard meanwhile ---- */

static void heard_hello(void)
{
  factory_hello hello;
  assert_heard(FACTORY_HELLO);
  assert_int_equal(heard.bytes, sizeof hello);
}
static void heard_certificate_stored(void)
{
  assert_stored(FACTORY_ITEM_CERTIFICATE, certificate_bytes);
}
static void heard_endpoint_stored(void)
{
  assert_stored(FACTORY_ITEM_ENDPOINT, sizeof ENDPOINT - 1);
}
static void heard_piece_0(void)
{
  assert_stored(FACTORY_ITEM_TRUST_ANCHOR_0, FACTORY_DATA_MAX);
}
static void heard_piece_1(void)
{
  assert_stored(FACTORY_ITEM_TRUST_ANCHOR_0, 2 * FACTORY_DATA_MAX);
}
static void heard_anchor_stored(void)
{
  assert_stored(FACTORY_ITEM_TRUST_ANCHOR_0, sizeof anchor);
}

#define STEPS(...) ((void (*const[])(void)){__VA_ARGS__, NULL})
#define UP_TO_CERTIFICATE begin, heard_hello, name, name_heard_then_certificate, heard_certificate_stored
#define ANCHOR anchor_piece_0, heard_piece_0, anchor_piece_1, heard_piece_1, anchor_piece_2, heard_anchor_stored

static void assert_holds_everything(void)
{
  uint8_t found[HF_CERTIFICATE_MAX];
  size_t used;
  assert_true(identity_is_complete());
  assert_int_equal(storage_get(STORAGE_NONSECURE, HF_UID_DEVICE_CERTIFICATE, 0, found, sizeof found, &used),
                   PSA_SUCCESS);
  assert_int_equal(used, certificate_bytes);
  assert_memory_equal(found, certificate, used);
  assert_int_equal(storage_get(STORAGE_NONSECURE, HF_UID_TRUST_ANCHOR(0), 0, found, sizeof found, &used), PSA_SUCCESS);
  assert_int_equal(used, sizeof anchor);
  assert_memory_equal(found, anchor, used);
  assert_int_equal(storage_get(STORAGE_NONSECURE, HF_UID_ENDPOINT, 0, found, sizeof found, &used), PSA_SUCCESS);
  assert_memory_equal(found, ENDPOINT, used);
}

static void assert_done(run_end ended)
{
  assert_int_equal(ended, RESTARTED);
  assert_int_equal(restart_cause, RESET_SOFTWARE);
  assert_heard(FACTORY_DONE);
  assert_int_equal(heard.bytes, FACTORY_TAG_BYTES);
  said_item(THING, THING_BYTES);
  said_item(certificate, certificate_bytes);
  said_item(ENDPOINT, sizeof ENDPOINT - 1);
  said_item(anchor, sizeof anchor);
  assert_tagged(FACTORY_DONE);
}

/* ---- The conversation ---- */

static void makes_a_blank_device_whole(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof anchor; i++) anchor[i] = (uint8_t)(i * 13 + (i >> 8));
  assert_done(boot_with(STEPS(UP_TO_CERTIFICATE, endpoint, heard_endpoint_stored, ANCHOR, end)));
  assert_holds_everything();
}

static void hello_tells_who_it_is_and_how_far_it_has_come(void **state)
{
  factory_hello hello, blank = {.protocol = 1, .serial = "SERIAL-4711"};
  assert_int_equal(boot_with(STEPS(begin, heard_hello)), RESTARTED);
  assert_memory_equal(heard.body, &blank, sizeof blank);
  makes_a_blank_device_whole(state);
  assert_int_equal(boot_with(STEPS(begin, heard_hello)), RESTARTED);
  memcpy(&hello, heard.body, sizeof hello);
  assert_int_equal(hello.has_key, 1);
  assert_int_equal(hello.complete, 1);
  assert_int_equal(hello.name_bytes, THING_BYTES);
  assert_memory_equal(hello.name, THING, THING_BYTES);
}

/* Every answer was lost: every request comes twice. */
static void every_request_may_be_repeated(void **state)
{
  (void)state;
  assert_done(boot_with(STEPS(begin, begin, heard_hello, name, name, name_heard_then_certificate, send_certificate,
                              heard_certificate_stored, endpoint, endpoint, heard_endpoint_stored, anchor_piece_0,
                              anchor_piece_0, heard_piece_0, anchor_piece_1, anchor_piece_1, heard_piece_1,
                              anchor_piece_2, anchor_piece_2, heard_anchor_stored, end)));
  assert_holds_everything();
}

static void goes_on_where_a_restart_left_it(void **state)
{
  (void)state;
  assert_int_equal(boot_with(STEPS(UP_TO_CERTIFICATE, anchor_piece_0, heard_piece_0)), RESTARTED);
  assert_int_equal(storage_mount(), PSA_SUCCESS);
  assert_done(boot_with(STEPS(begin, heard_hello, endpoint, heard_endpoint_stored, ANCHOR, end)));
  assert_holds_everything();
}

static void too_early(void)
{
  assert_refused(PSA_ERROR_BAD_STATE, FACTORY_END);
}

static void end_too_early_is_refused_and_the_conversation_goes_on(void **state)
{
  (void)state;
  assert_done(boot_with(STEPS(begin, end, too_early, name, name_heard_then_certificate, end, too_early, endpoint, end,
                              too_early, anchor_piece_0, end, too_early, anchor_piece_0, anchor_piece_1, anchor_piece_2,
                              heard_anchor_stored, end)));
  assert_holds_everything();
}

static void certificate_without_key(void)
{
  memset(certificate, 0x30, certificate_bytes = 40);
  send_certificate();
}
static void no_key_yet(void)
{
  assert_refused(PSA_ERROR_BAD_STATE, FACTORY_ITEM);
}
static void stranger(void)
{
  say(0x7f, "?", 1);
}
static void stranger_refused(void)
{
  assert_refused(PSA_ERROR_NOT_SUPPORTED, 0x7f);
}
static void bad_name(void)
{
  say(FACTORY_NAME, "not valid", 9);
}
static void bad_name_refused(void)
{
  assert_refused(PSA_ERROR_INVALID_ARGUMENT, FACTORY_NAME);
}

static void other_name(void)
{
  say(FACTORY_NAME, "thing-2", 7);
}
static void other_name_refused(void)
{
  assert_refused(PSA_ERROR_ALREADY_EXISTS, FACTORY_NAME);
}

static void says_why_it_refuses(void **state)
{
  (void)state;
  assert_int_equal(boot_with(STEPS(begin, certificate_without_key, no_key_yet, stranger, stranger_refused, bad_name,
                                   bad_name_refused, name, other_name, other_name_refused)),
                   RESTARTED);
}

/* ---- Items in pieces ---- */

static const struct {
  uint32_t item, total, offset, bytes;
  uint32_t had; /* answered; REFUSED: with PSA_ERROR_INVALID_ARGUMENT */
} pieces[] = {
#define REFUSED UINT32_MAX
  {16, 2048, 1016, 10, REFUSED}, /* nothing begun */
  {16, 2049, 0, 1016, REFUSED},  /* too long */
  {16, UINT32_MAX, 0, 1016, REFUSED},
  {16, 0, 0, 1, REFUSED}, /* more than announced */
  {16, 1015, 0, 1016, REFUSED},
  {16, 2048, 0, 0, REFUSED}, /* nothing in it */
  {16, 2048, 0, 1016, 1016},
  {16, 2048, 2032, 16, 1016}, /* one too far: what is wanted */
  {16, 2048, 1015, 16, 1016},
  {16, 2048, UINT32_MAX, 16, 1016},
  {16, 2047, 1016, 16, REFUSED}, /* another total */
  {17, 2048, 1016, 16, REFUSED}, /* another item */
  {16, 2048, 1016, 1016, 2032},
  {16, 2048, 2032, 17, REFUSED}, /* one byte more than announced */
  {16, 2048, 2032, 15, 2047},
  {16, 2048, 2047, 1, 2048},
  {16, 2048, 2047, 1, 2048},    /* the last one again */
  {16, 2048, 2048, 1, REFUSED}, /* one more */
  {1, 1, 0, 1, REFUSED},        /* not the factory's */
  {4, 1, 0, 1, REFUSED},
  {20, 1, 0, 1, REFUSED},
  {UINT32_MAX, 1, 0, 1, REFUSED},
  {3, 261, 0, 261, REFUSED}, /* endpoint: 260 at most */
  {3, 260, 0, 260, 260},
  {19, 1, 0, 1, 1},
};
static size_t piece_now;

static void say_piece_now(void)
{
  const uint8_t data[FACTORY_DATA_MAX] = {1, 2, 3};
  say_piece_of(pieces[piece_now].item, pieces[piece_now].total, pieces[piece_now].offset, data,
               pieces[piece_now].bytes);
}
static void heard_piece_now(void)
{
  if (pieces[piece_now].had == REFUSED)
    assert_refused(PSA_ERROR_INVALID_ARGUMENT, FACTORY_ITEM);
  else
    assert_stored(pieces[piece_now].item, pieces[piece_now].had);
  piece_now++;
}

static void takes_pieces_in_order_and_says_what_it_has(void **state)
{
  (void)state;
  enum { COUNT = sizeof pieces / sizeof pieces[0] };
  void (*steps[2 + 2 * COUNT])(void) = {begin};
  for (size_t i = 0; i < COUNT; i++) {
    steps[1 + 2 * i] = say_piece_now;
    steps[2 + 2 * i] = heard_piece_now;
  }
  piece_now = 0;
  assert_int_equal(boot_with(steps), RESTARTED);
  assert_int_equal(piece_now, COUNT);
}

/* ---- A bad line ---- */

static void text_around(void)
{
  say_bytes("loader: \xA5 hello\r\n", 16);
  name();
  say_bytes("\xA5\xA5", 2);
}
static void garbled_end(void)
{
  uint8_t bytes[FRAME_MAX];
  const size_t made = frame_make(bytes, FACTORY_END, NULL, 0, NULL, 0);
  bytes[made - 1] ^= 1;
  say_bytes(bytes, made);
}
static unsigned count_before;
static void remember_count(void)
{
  count_before = heard_count;
}
static void heard_nothing(void)
{
  assert_int_equal(heard_count, count_before);
}
/* All of a long frame but one byte in its middle. */
static void piece_with_a_byte_lost(void)
{
  uint8_t bytes[FRAME_MAX];
  const factory_item head = {FACTORY_ITEM_TRUST_ANCHOR_0, sizeof anchor, 0};
  const size_t made = frame_make(bytes, FACTORY_ITEM, &head, sizeof head, anchor, FACTORY_DATA_MAX);
  say_bytes(bytes, 500);
  say_bytes(bytes + 501, made - 501);
}
static void long_pause(void)
{
  host_clock_step(FACTORY_PAUSE_MS);
}
static void time_goes_on(void)
{
  host_clock_step(1);
}

static void text_and_garbled_frames_are_passed_over(void **state)
{
  (void)state;
  assert_done(
    boot_with(STEPS(begin, remember_count, garbled_end, heard_nothing, text_around, name_heard_then_certificate,
                    remember_count, garbled_end, heard_nothing, endpoint, ANCHOR, end)));
  assert_holds_everything();
}

/* Without the pause, the repetition would fill up the broken frame and be lost itself. */
static void a_repetition_after_a_lost_byte_is_taken(void **state)
{
  (void)state;
  assert_done(boot_with(STEPS(UP_TO_CERTIFICATE, endpoint, remember_count, piece_with_a_byte_lost, heard_nothing,
                              long_pause, time_goes_on, ANCHOR, end)));
  assert_holds_everything();
}

static uint8_t one_too_long[FRAME_MAX + 1];
static void longest_body(void)
{
  say(0x7f, one_too_long, RECOVERY_BODY_MAX);
}
static void body_one_too_long(void)
{
  const uint32_t bytes = RECOVERY_BODY_MAX + 1;
  const uint8_t head[] = {RECOVERY_SYNC_0, RECOVERY_SYNC_1, 0x7f, 0, (uint8_t)bytes, (uint8_t)(bytes >> 8)};
  say_bytes(head, sizeof head);
  say_bytes(one_too_long, bytes + 4);
}

static void takes_the_longest_frame_and_drops_a_longer_one(void **state)
{
  (void)state;
  assert_int_equal(boot_with(STEPS(begin, longest_body, stranger_refused, remember_count, body_one_too_long,
                                   heard_nothing, name, name_heard_then_certificate, heard_certificate_stored)),
                   RESTARTED);
}

/* ---- Time ---- */

static uint32_t elapsed(uint32_t since)
{
  host_clock_step(0);
  return clock_ms() - since;
}

static void without_a_factory_it_comes_back_in_time(void **state)
{
  (void)state;
  const uint32_t since = elapsed(0);
  host_clock_step(1);
  assert_int_equal(boot_with(NULL), CAME_BACK);
  assert_in_range(elapsed(since), FACTORY_WINDOW_MS, FACTORY_WINDOW_MS + 10);
  assert_int_equal(heard_count, 0);
}

static uint32_t flood_bytes;

static bool flood(void *context, uint8_t *byte)
{
  const uint8_t *pattern = context;
  if (flood_bytes++ > 100000) fail_msg("it listens for ever");
  *byte = pattern[flood_bytes % 16];
  return true;
}

static run_end boot_in_a_flood(const uint8_t pattern[16])
{
  flood_bytes = 0;
  incoming.got = 0;
  host_reset_handler(note_restart);
  host_uart_source(flood, (void *)(uintptr_t)pattern);
  if (setjmp(restarted) != 0) return RESTARTED;
  factory_listen();
  return CAME_BACK;
}

static void a_flood_of_bytes_does_not_keep_it_listening(void **state)
{
  (void)state;
  static const uint8_t zeros[16],
    syncs[16] = {0xA5, 0x5A, 0xA5, 0x5A, 0xA5, 0x5A, 0xA5, 0x5A, 0xA5, 0x5A, 0xA5, 0x5A, 0xA5, 0x5A, 0xA5, 0x5A};
  for (unsigned i = 0; i < 2; i++) {
    host_clock_step(1);
    const uint32_t since = elapsed(0), feeds = host_watchdog_feeds();
    host_clock_step(1);
    assert_int_equal(boot_in_a_flood(i ? syncs : zeros), CAME_BACK);
    assert_in_range(elapsed(since), FACTORY_WINDOW_MAX_MS, FACTORY_WINDOW_MAX_MS + 10);
    assert_in_range(host_watchdog_feeds() - feeds, 1, FACTORY_WINDOW_MAX_MS + 1);
  }
}

/* Frames that are none of the factory's beginning: they neither end the window nor lengthen it. */
static void other_frames_do_not_end_the_window(void **state)
{
  (void)state;
  assert_int_equal(boot_with(STEPS(stranger, end, begin, heard_hello)), RESTARTED);
  assert_int_equal(boot_with(STEPS(name, end)), CAME_BACK);
  assert_int_equal(heard_count, 0);
  assert_int_equal(identity_name((char[HF_THING_NAME_MAX]){0}), 0);
}

/* Whoever forgets to ask main() still does not get through. */
static void a_device_with_frozen_fuses_does_not_listen(void **state)
{
  (void)state;
  const uint32_t mark = OTP_MARK_SET;
  memcpy(test_otp + offsetof(otp_fuses, secured_mark), &mark, sizeof mark);
  assert_int_equal(boot_with(STEPS(begin, name, end)), CAME_BACK);
  assert_int_equal(heard_count, 0);
  host_otp_silence(true);
  assert_int_equal(boot_with(STEPS(begin, name, end)), CAME_BACK);
  host_otp_silence(false);
  assert_int_equal(heard_count, 0);
}

static void end_with_two_anchors(void)
{
  end_with(2);
}
static void end_with_nothing(void)
{
  say(FACTORY_END, NULL, 0);
}
static void heard_end_refused(void)
{
  assert_heard(FACTORY_REFUSED);
}
static void plant_an_anchor(void)
{
  say_piece_of(FACTORY_ITEM_TRUST_ANCHOR_0 + 3, 5, 0, "their", 5);
}
static void heard_planted(void)
{
  assert_stored(FACTORY_ITEM_TRUST_ANCHOR_0 + 3, 5);
}

/* A device that somebody spoke to before the factory did: what he planted is gone when the factory is done. */
static void only_the_factorys_anchors_are_left(void **state)
{
  (void)state;
  struct psa_storage_info_t found;
  assert_int_equal(boot_with(STEPS(begin, heard_hello, plant_an_anchor, heard_planted)), RESTARTED);
  assert_done(boot_with(STEPS(UP_TO_CERTIFICATE, endpoint, heard_endpoint_stored, ANCHOR, end_with_two_anchors,
                              heard_end_refused, end_with_nothing, heard_end_refused, end)));
  assert_holds_everything();
  assert_int_equal(storage_get_info(STORAGE_NONSECURE, HF_UID_TRUST_ANCHOR(3), &found), PSA_ERROR_DOES_NOT_EXIST);
}

static void silence_restarts_it(void **state)
{
  (void)state;
  const uint32_t since = elapsed(0);
  host_clock_step(1);
  assert_int_equal(boot_with(STEPS(begin, heard_hello)), RESTARTED);
  assert_int_equal(restart_cause, RESET_SOFTWARE);
  assert_in_range(elapsed(since), FACTORY_SILENCE_MS, FACTORY_SILENCE_MS + 100);
}

/* Each frame begins the time anew; bytes that are no frame do not. */
static bool noise_for_ever(void *context, uint8_t *byte)
{
  (void)context;
  if (flood_bytes++ > 100000) fail_msg("it serves for ever");
  *byte = 'x';
  return true;
}
static void noise_begins(void)
{
  flood_bytes = 0;
  host_uart_source(noise_for_ever, NULL);
}

static void noise_is_silence(void **state)
{
  (void)state;
  const uint32_t since = elapsed(0);
  host_clock_step(1);
  assert_int_equal(boot_with(STEPS(begin, heard_hello, noise_begins)), RESTARTED);
  assert_in_range(elapsed(since), FACTORY_SILENCE_MS, FACTORY_SILENCE_MS + 100);
}

/* ---- Whatever comes ---- */

static uint32_t seed, random_frames_left;

static uint32_t random_number(void)
{
  seed = seed * 1664525u + 1013904223u;
  return seed >> 8;
}

/* Mostly well-formed, so that the service behind the frames is reached. */
static bool random_words(void *context, uint8_t *byte)
{
  static const uint8_t types[] = {FACTORY_BEGIN, FACTORY_NAME, FACTORY_ITEM, FACTORY_ITEM,
                                  FACTORY_ITEM,  FACTORY_END,  0x11};
  uint8_t body[64];
  (void)context;
  (void)byte;
  if (random_frames_left == 0) {
    host_clock_step(100);
    return false;
  }
  random_frames_left--;
  for (size_t i = 0; i < sizeof body; i++) body[i] = (uint8_t)random_number();
  const factory_item head = {random_number() % 24, random_number() % 80, random_number() % 3 * (random_number() % 64)};
  if (random_number() % 2) memcpy(body, &head, sizeof head);
  if (random_number() % 8 == 0)
    say_bytes(body, random_number() % sizeof body);
  else
    say(types[random_number() % sizeof types], body, random_number() % sizeof body);
  return false;
}

static void survives_200000_random_frames(void **state)
{
  (void)state;
  enum { FRAMES = 200000 };
  seed = 20261122;
  random_frames_left = FRAMES;
  begin();
  host_clock_step(0);
  host_reset_handler(note_restart);
  host_uart_sink(hear, NULL);
  host_uart_source(random_words, NULL);
  if (setjmp(restarted) == 0) factory_listen();
  assert_int_equal(random_frames_left, 0);
  assert_true(heard_count > FRAMES / 4);
  assert_false(storage_is_stale());
  assert_int_equal(storage_mount(), PSA_SUCCESS);
  static const uint8_t good[] = "still takes a value";
  assert_int_equal(storage_set(STORAGE_NONSECURE, 1, good, sizeof good, PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION),
                   PSA_SUCCESS);
}

#define PROMISE(f) cmocka_unit_test_setup_teardown(f, new_device, free_device)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(makes_a_blank_device_whole),
    PROMISE(hello_tells_who_it_is_and_how_far_it_has_come),
    PROMISE(every_request_may_be_repeated),
    PROMISE(goes_on_where_a_restart_left_it),
    PROMISE(end_too_early_is_refused_and_the_conversation_goes_on),
    PROMISE(says_why_it_refuses),
    PROMISE(takes_pieces_in_order_and_says_what_it_has),
    PROMISE(text_and_garbled_frames_are_passed_over),
    PROMISE(a_repetition_after_a_lost_byte_is_taken),
    PROMISE(takes_the_longest_frame_and_drops_a_longer_one),
    PROMISE(without_a_factory_it_comes_back_in_time),
    PROMISE(a_flood_of_bytes_does_not_keep_it_listening),
    PROMISE(other_frames_do_not_end_the_window),
    PROMISE(silence_restarts_it),
    PROMISE(noise_is_silence),
    PROMISE(a_device_with_frozen_fuses_does_not_listen),
    PROMISE(only_the_factorys_anchors_are_left),
    PROMISE(survives_200000_random_frames),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
