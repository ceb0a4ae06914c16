/* The factory's conversation, with a device that is played by a thread: a good one on a bad line, and bad ones. */
#include "test_support.h"

#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include "csr_check.h"
#include "factory_client.h"
#include "output.h"
#include "psa/error.h"

#define THING "lamp-7"
#define ENDPOINT "broker.example:8883"
#define ANCHOR_BYTES 2048u /* three pieces */

/* ---- The device ---- */

/* What goes wrong; each number counts frames from 1 on, 0: never. */
typedef struct faults {
  unsigned drop_answer;  /* one of n answers is lost */
  unsigned drop_request; /* every n-th request is lost */
  unsigned twice;        /* every n-th answer is sent twice */
  unsigned noise;        /* text and torn frames before every n-th answer */
  unsigned restart;      /* at its n-th request the device restarts; once */
  unsigned silent_from;  /* from its n-th request on it says nothing */
  uint8_t refuse;        /* refuses requests of this type */
  uint32_t change;       /* this item is changed on its way to it */
  bool forget_key;       /* from END on it is another that speaks */
  bool hangs_up, other_name, other_protocol, wrong_greeting, forgets_pieces;
} faults;

/* What a device keeps over restarts, and how this one behaves. */
typedef struct device {
  int console, control;
  faults f;
  uint8_t unique_key[32];
  EVP_PKEY *key;
  X509_REQ *(*csr)(EVP_PKEY *key, const char *name); /* null: a proper one */
  char name[129];
  uint8_t certificate[4096], endpoint[512], anchors[4][4096];
  size_t certificate_bytes, endpoint_bytes, anchor_bytes[4];
  bool complete, done;
  uint8_t piece[4096];
  uint32_t had, piece_item;
  bool serving;
  unsigned requests, answers, keys_made;
} device;

static void put_bytes(const device *d, const void *data, size_t bytes)
{
  (void)!send(d->console, data, bytes, MSG_NOSIGNAL);
}

static bool every(unsigned n, unsigned count)
{
  return n != 0 && count != 0 && count % n == 0;
}

/* One of n, at no fixed distance: a fixed one can meet DONE in each conversation. */
static bool one_of(unsigned n, unsigned count)
{
  return n != 0 && (count * 2654435761u >> 16) % n == 0;
}

static void answer(device *d, uint8_t type, const void *body, size_t bytes)
{
  uint8_t out[FRAME_MAX];
  size_t length = frame_make(out, type, NULL, 0, body, bytes);
  d->answers++;
  if (one_of(d->f.drop_answer, d->answers)) return;
  if (every(d->f.noise, d->answers)) {
    put_bytes(d, "boot: text\n\xA5", 12);
    put_bytes(d, out, length / 2); /* torn: the reader has to find its way into the next */
    static const uint8_t rest[FRAME_MAX];
    put_bytes(d, rest, sizeof rest);
  }
  put_bytes(d, out, length);
  if (every(d->f.twice, d->answers)) put_bytes(d, out, length);
}

static void refuse(device *d, int32_t status, uint8_t type)
{
  const uint32_t body[2] = {(uint32_t)status, type};
  answer(d, FACTORY_REFUSED, body, sizeof body);
}

/* By OpenSSL: the second opinion about the tag. */
typedef struct tagged {
  uint8_t said[16384];
  size_t bytes;
} tagged;

static void tag_bytes(tagged *t, const void *data, size_t bytes)
{
  assert_true(bytes <= sizeof t->said - t->bytes);
  memcpy(t->said + t->bytes, data, bytes);
  t->bytes += bytes;
}

static void tag_item(tagged *t, const void *data, size_t bytes)
{
  const uint8_t length[4] = {(uint8_t)bytes, (uint8_t)(bytes >> 8), 0, 0};
  tag_bytes(t, length, sizeof length);
  tag_bytes(t, data, bytes);
}

static void make_tag(const device *d, const tagged *t, uint8_t tag[32])
{
  static const char info[] = "holdfast factory";
  uint8_t key[32];
  size_t key_bytes = sizeof key;
  EVP_PKEY_CTX *kdf = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
  assert_true(EVP_PKEY_derive_init(kdf) == 1 && EVP_PKEY_CTX_set_hkdf_md(kdf, EVP_sha256()) == 1);
  assert_true(EVP_PKEY_CTX_set1_hkdf_key(kdf, d->unique_key, sizeof d->unique_key) == 1);
  assert_true(EVP_PKEY_CTX_add1_hkdf_info(kdf, (const unsigned char *)info, sizeof info - 1) == 1);
  assert_int_equal(EVP_PKEY_derive(kdf, key, &key_bytes), 1);
  EVP_PKEY_CTX_free(kdf);
  assert_non_null(HMAC(EVP_sha256(), key, sizeof key, t->said, t->bytes, tag, NULL));
}

static void say_hello(device *d)
{
  factory_hello h = {.protocol = d->f.other_protocol ? 2 : FACTORY_PROTOCOL, .serial = "S", .has_key = d->key != NULL};
  h.complete = d->complete;
  h.name_bytes = (uint32_t)strlen(d->name);
  memcpy(h.name, d->name, strlen(d->name));
  if (d->f.other_name) h.name[h.name_bytes++] = 'x';
  if (d->f.wrong_greeting) h.name_bytes = 129;
  answer(d, FACTORY_HELLO, &h, sizeof h);
}

static void add_cn(X509_NAME *name, const char *text)
{
  X509_NAME_ENTRY *entry = X509_NAME_ENTRY_create_by_NID(NULL, NID_commonName, V_ASN1_UTF8STRING,
                                                         (const unsigned char *)text, (int)strlen(text));
  X509_NAME_add_entry(name, entry, -1, 0);
  X509_NAME_ENTRY_free(entry);
}

static X509_REQ *unsigned_csr(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = X509_REQ_new();
  X509_REQ_set_version(request, X509_REQ_VERSION_1);
  X509_REQ_set_pubkey(request, key);
  add_cn(X509_REQ_get_subject_name(request), name);
  return request;
}

static X509_REQ *good_csr(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = unsigned_csr(key, name);
  X509_REQ_sign(request, key, EVP_sha256());
  return request;
}

static void take_name(device *d, const uint8_t *body, size_t bytes)
{
  unsigned char *der = NULL;
  memcpy(d->name, body, bytes);
  if (d->key == NULL) {
    d->key = EVP_EC_gen("P-256");
    d->keys_made++;
  }
  X509_REQ *request = (d->csr == NULL ? good_csr : d->csr)(d->key, d->name);
  int length = i2d_X509_REQ(request, &der);
  tagged t = {.said = {FACTORY_CSR}, .bytes = 1};
  uint8_t said[FACTORY_TAG_BYTES + 4096];
  tag_bytes(&t, der, (size_t)length);
  make_tag(d, &t, said);
  memcpy(said + FACTORY_TAG_BYTES, der, (size_t)length);
  answer(d, FACTORY_CSR, said, FACTORY_TAG_BYTES + (size_t)length);
  OPENSSL_free(der);
  X509_REQ_free(request);
}

/* The certificate is written once. */
static bool has_another_certificate(const device *d, uint32_t item, uint32_t total)
{
  return item == FACTORY_ITEM_CERTIFICATE && d->certificate_bytes > 0 &&
         (d->certificate_bytes != total || memcmp(d->certificate, d->piece, total) != 0);
}

static void keep_item(device *d, uint32_t item, uint32_t total)
{
  if (item == d->f.change) d->piece[total - 1] ^= 1;
  if (item == FACTORY_ITEM_CERTIFICATE) {
    memcpy(d->certificate, d->piece, total);
    d->certificate_bytes = total;
  } else if (item == FACTORY_ITEM_ENDPOINT) {
    memcpy(d->endpoint, d->piece, total);
    d->endpoint_bytes = total;
  } else {
    memcpy(d->anchors[item - FACTORY_ITEM_TRUST_ANCHOR_0], d->piece, total);
    d->anchor_bytes[item - FACTORY_ITEM_TRUST_ANCHOR_0] = total;
  }
  d->complete = d->certificate_bytes > 0 && d->endpoint_bytes > 0 && d->anchor_bytes[0] > 0;
}

static void take_item(device *d, const uint8_t *body, size_t bytes)
{
  factory_item head;
  memcpy(&head, body, sizeof head);
  if (head.offset == 0 || head.item != d->piece_item) d->had = 0;
  d->piece_item = head.item;
  if (d->f.forgets_pieces && head.offset > 0) {
    d->f.forgets_pieces = false;
    d->had = 0;
  }
  if (head.offset == d->had) {
    memcpy(d->piece + d->had, body + sizeof head, bytes - sizeof head);
    d->had += (uint32_t)(bytes - sizeof head);
    if (d->had == head.total_bytes && has_another_certificate(d, head.item, head.total_bytes)) {
      refuse(d, PSA_ERROR_ALREADY_EXISTS, FACTORY_ITEM);
      return;
    }
    if (d->had == head.total_bytes) keep_item(d, head.item, head.total_bytes);
  }
  const uint32_t told[2] = {head.item, d->had};
  answer(d, FACTORY_STORED, told, sizeof told);
}

static void restart(device *d)
{
  static const char event[] = "{\"event\": \"RESET\", \"data\": {\"guest\": true, \"reason\": \"guest-reset\"}}\r\n";
  d->serving = false;
  d->had = 0;
  (void)!send(d->control, event, sizeof event - 1, MSG_NOSIGNAL);
}

/* Server CAs beyond the number told are nobody's. */
static void end(device *d, const uint8_t *body, size_t bytes)
{
  uint32_t anchors = 0;
  assert_int_equal(bytes, sizeof anchors);
  memcpy(&anchors, body, sizeof anchors);
  if (!d->complete || anchors < 1 || anchors > 4) {
    refuse(d, PSA_ERROR_BAD_STATE, FACTORY_END);
    return;
  }
  for (uint32_t i = anchors; i < 4; i++) d->anchor_bytes[i] = 0;
  if (d->f.forget_key) d->unique_key[31] ^= 1;
  d->done = true;
  uint8_t tag[FACTORY_TAG_BYTES];
  tagged t = {.said = {FACTORY_DONE}, .bytes = 1};
  tag_item(&t, d->name, strlen(d->name));
  tag_item(&t, d->certificate, d->certificate_bytes);
  tag_item(&t, d->endpoint, d->endpoint_bytes);
  for (uint32_t i = 0; i < anchors; i++) tag_item(&t, d->anchors[i], d->anchor_bytes[i]);
  make_tag(d, &t, tag);
  answer(d, FACTORY_DONE, tag, sizeof tag);
  restart(d);
}

static void take_request(device *d, uint8_t type, const uint8_t *body, size_t bytes)
{
  if (type != FACTORY_BEGIN && !d->serving) return; /* it does not listen for anything else */
  if (type != FACTORY_BEGIN) d->requests++;
  if (d->f.restart != 0 && d->requests == d->f.restart) {
    d->f.restart = 0;
    restart(d);
    return;
  }
  if (every(d->f.drop_request, d->requests) || (d->f.silent_from != 0 && d->requests >= d->f.silent_from)) return;
  if (type == d->f.refuse) {
    refuse(d, PSA_ERROR_INSUFFICIENT_STORAGE, type);
    return;
  }
  d->serving = true;
  if (type == FACTORY_BEGIN) say_hello(d);
  if (type == FACTORY_NAME) take_name(d, body, bytes);
  if (type == FACTORY_ITEM) take_item(d, body, bytes);
  if (type == FACTORY_END) end(d, body, bytes);
}

static void *run_device(void *argument)
{
  device *d = argument;
  frame_reader reader = {0};
  uint8_t byte;
  put_bytes(d, "boot: firmware starts\n", 22);
  while (!d->f.hangs_up && read(d->console, &byte, 1) == 1) {
    size_t bytes;
    if (frame_take(&reader, byte) != FRAME_WHOLE) continue;
    const uint8_t *body = frame_body(&reader, &bytes);
    take_request(d, frame_type(&reader), body, bytes);
  }
  close(d->console);
  return NULL;
}

/* ---- The host's side of a test ---- */

typedef struct fixture {
  device d;
  uint8_t key[FACTORY_KEY_BYTES];
  factory_session s;
  uint8_t anchor[2][ANCHOR_BYTES];
  factory_blob anchors[2];
  const char *wrong; /* what the request's judge said; null: it was good */
  unsigned certified;
  uint8_t certificate[1500];
  char last_line[FACTORY_LINE_TEXT];
} fixture;

/* Stands for the CA: the request is judged; the certificate is any bytes. */
static bool certify(void *context, const uint8_t *csr, size_t csr_bytes, factory_blob *der)
{
  fixture *f = context;
  EVP_PKEY *key = csr_key(csr, csr_bytes, THING, &f->wrong);
  if (key == NULL) return false;
  f->certified++;
  assert_int_equal(EVP_PKEY_eq(key, f->d.key), 1);
  EVP_PKEY_free(key);
  *der = (factory_blob){f->certificate, sizeof f->certificate};
  return true;
}

/* As a new process of the command does. */
static void begin_session(fixture *f)
{
  factory_session_begin(&f->s, f->key, THING, ENDPOINT, f->anchors, 2);
}

static fixture *new_fixture(void)
{
  fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  for (size_t i = 0; i < ANCHOR_BYTES; i++) f->anchor[0][i] = (uint8_t)(i * 7);
  for (size_t i = 0; i < ANCHOR_BYTES; i++) f->anchor[1][i] = (uint8_t)(i * 11);
  for (size_t i = 0; i < sizeof f->certificate; i++) f->certificate[i] = (uint8_t)(i * 13);
  f->anchors[0] = (factory_blob){f->anchor[0], ANCHOR_BYTES};
  f->anchors[1] = (factory_blob){f->anchor[1], 900};
  for (size_t i = 0; i < sizeof f->d.unique_key; i++) f->d.unique_key[i] = (uint8_t)(i * 17 + 1);
  assert_true(factory_session_key(f->key, f->d.unique_key));
  begin_session(f);
  return f;
}

static void free_fixture(fixture *f)
{
  EVP_PKEY_free(f->d.key);
  free(f);
}

/* One power-on. */
static factory_end talk(fixture *f)
{
  /* Short only where it is to run out: on a busy machine a good device, too, answers late. */
  const bool greets = f->d.f.refuse != FACTORY_BEGIN, answers = f->d.f.silent_from == 0;
  const factory_patience patience = {
    .begin_every_ms = 5, .hello_ms = greets ? 5000 : 300, .repeat_ms = 60, .repeats = answers ? 100 : 5};
  int console[2], control[2];
  pthread_t thread;
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, console), 0);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, control), 0);
  f->d.console = console[1];
  f->d.control = control[1];
  f->d.serving = false;
  assert_int_equal(pthread_create(&thread, NULL, run_device, &f->d), 0);
  emulator machine = {.console = console[0], .control = control[0], .messages = -1};
  factory_talk t = {.session = &f->s, .certifier = {certify, f}, .patience = &patience, .device = "d1"};
  emulator_signals_catch();
  factory_end end = factory_converse(&machine, &t);
  memcpy(f->last_line, t.last_line, sizeof f->last_line);
  (void)emulator_stop(&machine);
  assert_int_equal(pthread_join(thread, NULL), 0);
  close(control[1]);
  return end;
}

static void assert_all_is_there(const fixture *f)
{
  const device *d = &f->d;
  assert_true(d->done);
  assert_int_equal(d->keys_made, 1);
  assert_string_equal(d->name, THING);
  assert_int_equal(d->certificate_bytes, sizeof f->certificate);
  assert_memory_equal(d->certificate, f->certificate, sizeof f->certificate);
  assert_int_equal(d->endpoint_bytes, strlen(ENDPOINT));
  assert_memory_equal(d->endpoint, ENDPOINT, strlen(ENDPOINT));
  assert_int_equal(d->anchor_bytes[0], ANCHOR_BYTES);
  assert_memory_equal(d->anchors[0], f->anchor[0], ANCHOR_BYTES);
  assert_int_equal(d->anchor_bytes[1], 900);
  assert_memory_equal(d->anchors[1], f->anchor[1], 900);
  assert_int_equal(d->anchor_bytes[2] + d->anchor_bytes[3], 0);
}

static void succeeds_with(faults f)
{
  fixture *x = new_fixture();
  x->d.f = f;
  factory_end end = talk(x);
  assert_int_equal(end, FACTORY_END_DONE);
  assert_all_is_there(x);
  free_fixture(x);
}

static void ends_with(faults f, factory_end end)
{
  fixture *x = new_fixture();
  x->d.f = f;
  assert_int_equal(talk(x), end);
  assert_false(x->d.done);
  free_fixture(x);
}

/* ---- A good device ---- */

static void gives_a_device_its_identity(void **state)
{
  (void)state;
  succeeds_with((faults){0});
}

static void survives_lost_answers(void **state)
{
  (void)state;
  for (unsigned n = 3; n < 8; n++) succeeds_with((faults){.drop_answer = n});
}

static void survives_lost_requests(void **state)
{
  (void)state;
  for (unsigned n = 2; n < 6; n++) succeeds_with((faults){.drop_request = n});
}

static void survives_repeated_answers(void **state)
{
  (void)state;
  for (unsigned n = 1; n < 4; n++) succeeds_with((faults){.twice = n});
}

static void survives_noise_and_torn_frames(void **state)
{
  (void)state;
  for (unsigned n = 1; n < 4; n++) succeeds_with((faults){.noise = n});
}

static void survives_everything_at_once(void **state)
{
  (void)state;
  succeeds_with((faults){.drop_answer = 4, .drop_request = 5, .twice = 2, .noise = 3, .restart = 6});
}

static void goes_on_where_a_device_lost_its_pieces(void **state)
{
  (void)state;
  succeeds_with((faults){.forgets_pieces = true});
}

/* NAME, the endpoint, three and one pieces of the anchors, two of the certificate, END: nine requests. */
static void goes_on_after_a_restart_at_any_request(void **state)
{
  (void)state;
  for (unsigned n = 1; n <= 9; n++) succeeds_with((faults){.restart = n});
}

static void goes_on_after_a_power_cut_at_any_request(void **state)
{
  (void)state;
  for (unsigned n = 1; n <= 9; n++) {
    fixture *x = new_fixture();
    x->d.f.silent_from = n;
    assert_int_equal(talk(x), FACTORY_END_SILENT);
    x->d.f.silent_from = 0;
    begin_session(x);
    assert_int_equal(talk(x), FACTORY_END_DONE);
    assert_all_is_there(x);
    free_fixture(x);
  }
}

/* DONE was lost, or the command was killed before it could note it. */
static void a_complete_device_is_given_the_same_again(void **state)
{
  (void)state;
  fixture *x = new_fixture();
  assert_int_equal(talk(x), FACTORY_END_DONE);
  x->certified = 0;
  x->d.done = false;
  begin_session(x);
  assert_int_equal(talk(x), FACTORY_END_DONE);
  assert_int_equal(x->certified, 1);
  assert_all_is_there(x);
  free_fixture(x);
}

/* Somebody spoke with it before us, and it calls itself complete: what is his goes away, or the device is refused. */
static void nothing_of_a_stranger_is_left_in_a_complete_device(void **state)
{
  (void)state;
  fixture *x = new_fixture();
  assert_int_equal(talk(x), FACTORY_END_DONE);
  x->d.done = false;
  x->d.endpoint[0] ^= 1;
  x->d.anchors[0][7] ^= 1;
  x->d.anchor_bytes[1] = x->d.anchor_bytes[3] = 1;
  begin_session(x);
  assert_int_equal(talk(x), FACTORY_END_DONE);
  assert_all_is_there(x);
  x->d.done = false;
  x->d.certificate[9] ^= 1;
  begin_session(x);
  assert_int_equal(talk(x), FACTORY_END_FAILED);
  assert_false(x->d.done);
  assert_non_null(strstr(x->s.problem, "it refused its certificate: it has another one already"));
  free_fixture(x);
}

/* ---- A bad one ---- */

static const uint8_t no_key[FACTORY_KEY_BYTES];

/* ---- Somebody on the line ---- */

static void refused_as_not_from_the_device(fixture *x)
{
  assert_int_equal(talk(x), FACTORY_END_FAILED);
  assert_non_null(strstr(x->s.problem, "not from this device"));
}

/* He has a key of his own, asks for a certificate in the same name, and proves that he has the key. */
static void a_request_of_somebody_on_the_line_is_not_certified(void **state)
{
  (void)state;
  fixture *x = new_fixture();
  x->d.unique_key[0] ^= 1;
  refused_as_not_from_the_device(x);
  assert_int_equal(x->certified, 0);
  free_fixture(x);
}

static void a_done_of_somebody_on_the_line_ends_nothing_well(void **state)
{
  (void)state;
  fixture *x = new_fixture();
  x->d.f.forget_key = true;
  refused_as_not_from_the_device(x);
  assert_int_equal(x->certified, 1);
  free_fixture(x);
}

/* He changed it on its way; the device tells what it has. */
static void an_item_changed_on_the_line_is_noticed(void **state)
{
  (void)state;
  static const uint32_t items[] = {FACTORY_ITEM_ENDPOINT, FACTORY_ITEM_CERTIFICATE, FACTORY_ITEM_TRUST_ANCHOR_0,
                                   FACTORY_ITEM_TRUST_ANCHOR_0 + 1};
  for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
    fixture *x = new_fixture();
    x->d.f.change = items[i];
    refused_as_not_from_the_device(x);
    free_fixture(x);
  }
}

static void a_refusal_ends_it(void **state)
{
  (void)state;
  static const uint8_t types[] = {FACTORY_NAME, FACTORY_ITEM, FACTORY_END};
  for (size_t i = 0; i < sizeof types; i++) ends_with((faults){.refuse = types[i]}, FACTORY_END_FAILED);
}

static void refusals_of_something_else_are_ignored(void **state)
{
  (void)state;
  factory_session s;
  const uint32_t late[2] = {(uint32_t)PSA_ERROR_BAD_STATE, FACTORY_ITEM};
  factory_session_begin(&s, no_key, THING, ENDPOINT, NULL, 0);
  assert_int_equal(factory_session_step(&s, FACTORY_REFUSED, (const uint8_t *)late, sizeof late), FACTORY_WAIT);
  assert_int_equal(factory_session_step(&s, FACTORY_REFUSED, (const uint8_t *)late, 7), FACTORY_WAIT);
}

static void silence_is_bounded(void **state)
{
  (void)state;
  int64_t begin = emulator_clock_ms();
  ends_with((faults){.silent_from = 1}, FACTORY_END_SILENT);
  assert_true(emulator_clock_ms() - begin < 5000);
}

static void a_device_that_never_greets_is_told_apart_and_its_last_words_are_kept(void **state)
{
  (void)state;
  fixture *x = new_fixture();
  x->d.f.refuse = FACTORY_BEGIN;
  assert_int_equal(talk(x), FACTORY_END_NO_HELLO);
  assert_string_equal(x->last_line, "boot: firmware starts");
  free_fixture(x);
}

static void an_emulator_that_ends_is_noticed(void **state)
{
  (void)state;
  ends_with((faults){.hangs_up = true}, FACTORY_END_GONE);
}

static void endless_restarts_are_bounded(void **state)
{
  (void)state;
  factory_session s;
  uint8_t frame[FRAME_MAX];
  unsigned frames = 0;
  factory_session_begin(&s, no_key, THING, ENDPOINT, NULL, 0);
  for (; factory_session_frame(&s, frame) != 0; frames++) factory_session_restarted(&s);
  assert_int_equal(frames, FACTORY_REQUESTS_MAX);
}

static void greetings_that_do_not_fit_end_it(void **state)
{
  (void)state;
  ends_with((faults){.other_name = true}, FACTORY_END_FAILED);
  ends_with((faults){.other_protocol = true}, FACTORY_END_FAILED);
  ends_with((faults){.wrong_greeting = true}, FACTORY_END_FAILED);
}

/* A device cannot make the host read beyond an item, whatever it says it has. */
static void nonsense_about_what_is_stored_changes_nothing(void **state)
{
  (void)state;
  fixture *x = new_fixture();
  factory_session *s = &x->s;
  factory_hello h = {.protocol = FACTORY_PROTOCOL};
  uint8_t frame[FRAME_MAX];
  assert_int_equal(factory_session_step(s, FACTORY_HELLO, (const uint8_t *)&h, sizeof h), FACTORY_SEND);
  tagged t = {.said = {FACTORY_CSR, 'x'}, .bytes = 2};
  uint8_t request[FACTORY_TAG_BYTES + 1];
  make_tag(&x->d, &t, request);
  request[FACTORY_TAG_BYTES] = 'x';
  assert_int_equal(factory_session_step(s, FACTORY_CSR, request, FACTORY_TAG_BYTES), FACTORY_WAIT);
  assert_int_equal(factory_session_step(s, FACTORY_CSR, request, sizeof request), FACTORY_CERTIFY);
  assert_int_equal(factory_session_certified(s, x->certificate, sizeof x->certificate), FACTORY_SEND);
  const uint32_t endpoint[2] = {FACTORY_ITEM_ENDPOINT, sizeof ENDPOINT - 1};
  assert_int_equal(factory_session_step(s, FACTORY_STORED, (const uint8_t *)endpoint, sizeof endpoint), FACTORY_SEND);
  static const uint32_t had[] = {FACTORY_DATA_MAX + 1, 2 * FACTORY_DATA_MAX, ANCHOR_BYTES, 0x7FFFFFFF, 0xFFFFFFFF};
  for (size_t i = 0; i < sizeof had / sizeof had[0]; i++) {
    const uint32_t body[2] = {FACTORY_ITEM_TRUST_ANCHOR_0, had[i]},
                   other[2] = {FACTORY_ITEM_CERTIFICATE, FACTORY_DATA_MAX};
    assert_int_equal(factory_session_step(s, FACTORY_STORED, (const uint8_t *)body, sizeof body), FACTORY_WAIT);
    assert_int_equal(factory_session_step(s, FACTORY_STORED, (const uint8_t *)other, sizeof other), FACTORY_WAIT);
    assert_int_equal(factory_session_step(s, FACTORY_STORED, (const uint8_t *)body, 4), FACTORY_WAIT);
    assert_int_equal(s->offset, 0);
  }
  for (unsigned type = 0; type < 256; type++) /* empty frames of every type */
    assert_int_equal(factory_session_step(s, (uint8_t)type, frame, 0), FACTORY_WAIT);
  free_fixture(x);
}

/* ---- Hostile requests ---- */

static X509_REQ *other_name(EVP_PKEY *key, const char *name)
{
  (void)name;
  return good_csr(key, "lamp-8");
}

static X509_REQ *longer_name(EVP_PKEY *key, const char *name)
{
  (void)name;
  return good_csr(key, THING "x");
}

static X509_REQ *shorter_name(EVP_PKEY *key, const char *name)
{
  (void)name;
  return good_csr(key, "lamp-");
}

static X509_REQ *no_name(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = good_csr(key, name);
  X509_NAME *empty = X509_NAME_new();
  X509_REQ_set_subject_name(request, empty);
  X509_NAME_free(empty);
  X509_REQ_sign(request, key, EVP_sha256());
  return request;
}

static X509_REQ *two_names(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = unsigned_csr(key, name);
  add_cn(X509_REQ_get_subject_name(request), "admin");
  X509_REQ_sign(request, key, EVP_sha256());
  return request;
}

static X509_REQ *name_and_organization(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = unsigned_csr(key, name);
  X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(request), NID_organizationName, MBSTRING_ASC,
                             (const unsigned char *)"admin", -1, -1, 0);
  X509_REQ_sign(request, key, EVP_sha256());
  return request;
}

static X509_REQ *name_that_is_no_common_name(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = X509_REQ_new();
  X509_REQ_set_pubkey(request, key);
  X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(request), NID_organizationalUnitName, MBSTRING_ASC,
                             (const unsigned char *)name, -1, -1, 0);
  X509_REQ_sign(request, key, EVP_sha256());
  return request;
}

static X509_REQ *wide_name(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = X509_REQ_new();
  X509_REQ_set_pubkey(request, key);
  X509_NAME_ENTRY *entry = X509_NAME_ENTRY_create_by_NID(NULL, NID_commonName, V_ASN1_BMPSTRING,
                                                         (const unsigned char *)name, (int)strlen(name));
  X509_NAME_add_entry(X509_REQ_get_subject_name(request), entry, -1, 0);
  X509_NAME_ENTRY_free(entry);
  X509_REQ_sign(request, key, EVP_sha256());
  return request;
}

static X509_REQ *signed_by_another(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = unsigned_csr(key, name);
  EVP_PKEY *another = EVP_EC_gen("P-256");
  X509_REQ_sign(request, another, EVP_sha256());
  EVP_PKEY_free(another);
  return request;
}

static X509_REQ *another_digest(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = unsigned_csr(key, name);
  X509_REQ_sign(request, key, EVP_sha384());
  return request;
}

static X509_REQ *another_version(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = unsigned_csr(key, name);
  X509_REQ_set_version(request, 2);
  X509_REQ_sign(request, key, EVP_sha256());
  return request;
}

static X509_REQ *with_other_key(EVP_PKEY *own, const char *name)
{
  X509_REQ *request = good_csr(own, name);
  EVP_PKEY_free(own);
  return request;
}

static X509_REQ *rsa(EVP_PKEY *key, const char *name)
{
  (void)key;
  return with_other_key(EVP_RSA_gen(2048), name);
}

static X509_REQ *p384(EVP_PKEY *key, const char *name)
{
  (void)key;
  return with_other_key(EVP_EC_gen("P-384"), name);
}

static X509_REQ *secp256k1(EVP_PKEY *key, const char *name)
{
  (void)key;
  return with_other_key(EVP_EC_gen("secp256k1"), name);
}

static X509_REQ *with_extensions(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = unsigned_csr(key, name);
  STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
  sk_X509_EXTENSION_push(list, X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE"));
  X509_REQ_add_extensions(request, list);
  sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
  X509_REQ_sign(request, key, EVP_sha256());
  return request;
}

static X509_REQ *with_a_challenge(EVP_PKEY *key, const char *name)
{
  X509_REQ *request = unsigned_csr(key, name);
  X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword, MBSTRING_ASC, (const unsigned char *)"x", 1);
  X509_REQ_sign(request, key, EVP_sha256());
  return request;
}

static void hostile_requests_get_no_certificate(void **state)
{
  (void)state;
  static X509_REQ *(*const all[])(EVP_PKEY *, const char *) = {other_name,
                                                               shorter_name,
                                                               longer_name,
                                                               no_name,
                                                               two_names,
                                                               name_and_organization,
                                                               name_that_is_no_common_name,
                                                               wide_name,
                                                               signed_by_another,
                                                               another_digest,
                                                               another_version,
                                                               rsa,
                                                               p384,
                                                               secp256k1,
                                                               with_extensions,
                                                               with_a_challenge};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    fixture *x = new_fixture();
    x->d.csr = all[i];
    assert_int_equal(talk(x), FACTORY_END_FAILED);
    assert_non_null(x->wrong);
    assert_int_equal(x->certified, 0);
    assert_int_equal(x->d.certificate_bytes, 0);
    free_fixture(x);
  }
}

/* Every byte of a good request changed: refused, or it was no part of what is judged (there is none). */
static void a_request_with_any_byte_changed_is_refused(void **state)
{
  (void)state;
  const char *wrong;
  unsigned char *der = NULL;
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509_REQ *request = good_csr(key, THING);
  int bytes = i2d_X509_REQ(request, &der);
  EVP_PKEY *judged = csr_key(der, (size_t)bytes, THING, &wrong);
  assert_non_null(judged);
  assert_int_equal(EVP_PKEY_eq(judged, key), 1);
  EVP_PKEY_free(judged);
  for (int i = 0; i < bytes; i++) {
    uint8_t changed[1024];
    memcpy(changed, der, (size_t)bytes);
    changed[i] ^= 0x01;
    assert_null(csr_key(changed, (size_t)bytes, THING, &wrong));
    assert_null(csr_key(der, (size_t)i, THING, &wrong)); /* cut short */
  }
  uint8_t longer[1024] = {0};
  memcpy(longer, der, (size_t)bytes);
  assert_null(csr_key(longer, (size_t)bytes + 1, THING, &wrong));
  assert_null(csr_key(longer, sizeof longer, THING, &wrong));
  OPENSSL_free(der);
  X509_REQ_free(request);
  EVP_PKEY_free(key);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gives_a_device_its_identity),
    cmocka_unit_test(survives_lost_answers),
    cmocka_unit_test(survives_lost_requests),
    cmocka_unit_test(survives_repeated_answers),
    cmocka_unit_test(survives_noise_and_torn_frames),
    cmocka_unit_test(survives_everything_at_once),
    cmocka_unit_test(goes_on_where_a_device_lost_its_pieces),
    cmocka_unit_test(goes_on_after_a_restart_at_any_request),
    cmocka_unit_test(goes_on_after_a_power_cut_at_any_request),
    cmocka_unit_test(a_complete_device_is_given_the_same_again),
    cmocka_unit_test(nothing_of_a_stranger_is_left_in_a_complete_device),
    cmocka_unit_test(a_request_of_somebody_on_the_line_is_not_certified),
    cmocka_unit_test(a_done_of_somebody_on_the_line_ends_nothing_well),
    cmocka_unit_test(an_item_changed_on_the_line_is_noticed),
    cmocka_unit_test(a_refusal_ends_it),
    cmocka_unit_test(refusals_of_something_else_are_ignored),
    cmocka_unit_test(silence_is_bounded),
    cmocka_unit_test(a_device_that_never_greets_is_told_apart_and_its_last_words_are_kept),
    cmocka_unit_test(an_emulator_that_ends_is_noticed),
    cmocka_unit_test(endless_restarts_are_bounded),
    cmocka_unit_test(greetings_that_do_not_fit_end_it),
    cmocka_unit_test(nonsense_about_what_is_stored_changes_nothing),
    cmocka_unit_test(hostile_requests_get_no_certificate),
    cmocka_unit_test(a_request_with_any_byte_changed_is_refused),
  };
  return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
