#include "device_factory.h"

#include <stddef.h>
#include <string.h>

#include "ca.h"
#include "csr_check.h"
#include "ct.h"
#include "factory_client.h"
#include "flash.h"
#include "output.h"

/* Power-ons, for a device that stays silent. One that never begins has its second only for a machine that was too busy. */
#define POWER_ONS 4u
#define POWER_ONS_WITHOUT_HELLO 2u

static_assert(TWIN_ANCHORS == FACTORY_ANCHORS && PARTS_ANCHOR_MAX == FACTORY_CERTIFICATE_MAX, "one bound");

/* ---- Is it the device this command makes? ---- */

static const char *fuses_differ(const otp_fuses *burnt, const otp_fuses *wanted)
{
  if (burnt->policy != wanted->policy) return "--policy";
  if (memcmp(burnt->root_p256, wanted->root_p256, sizeof burnt->root_p256) != 0 ||
      memcmp(burnt->root_lms, wanted->root_lms, sizeof burnt->root_lms) != 0)
    return "--root-key";
  if (memcmp(burnt->product_id, wanted->product_id, sizeof burnt->product_id) != 0) return "--product";
  if (burnt->hardware_revision != wanted->hardware_revision) return "--hardware-revision";
  return memcmp(burnt->serial, wanted->serial, sizeof burnt->serial) == 0 ? NULL : "--serial";
}

static const char *identity_differs(const twin_identity *has, const twin_identity *wanted)
{
  if (has->given != wanted->given) return "--no-identity";
  if (has->secure != wanted->secure) return "--lifecycle";
  if (strcmp(has->thing, wanted->thing) != 0) return "--thing";
  if (strcmp(has->endpoint, wanted->endpoint) != 0) return "--endpoint";
  if (has->anchor_count != wanted->anchor_count) return "--server-ca";
  for (unsigned i = 0; i < has->anchor_count; i++)
    if (strcmp(has->anchors[i], wanted->anchors[i]) != 0) return "--server-ca";
  return NULL;
}

static bool holds(uint32_t place, const image *wanted)
{
  manifest head;
  return flash_read(place, &head, sizeof head) == FLASH_OK && memcmp(&head, &wanted->head, sizeof head) == 0;
}

static bool has_rom(const twin *t, const io_bytes *wanted)
{
  io_path path;
  io_bytes rom;
  if (!twin_path(t, "rom.elf", &path) || !io_read(path.text, TWIN_ROM_MAX, &rom)) return false;
  bool same = rom.size == wanted->size && memcmp(rom.data, wanted->data, rom.size) == 0;
  io_free(&rom);
  return same;
}

/* Of an unfinished device only: a finished one may have been updated since. */
static const char *images_differ(const twin *t, const parts *p)
{
  if (!has_rom(t, &p->rom)) return "--rom";
  if (!holds(t->board->loader_0, &p->loader)) return "--loader";
  return holds(t->board->slot_a, &p->firmware) ? NULL : "--firmware";
}

static int compare(const new_options *o, const twin *t, parts *p, factory_stage *stage)
{
  otp_fuses burnt;
  memcpy(&burnt, t->otp + OTP_FUSES_OFFSET, sizeof burnt);
  *stage = t->identity.given && !t->identity.finished ? STAGE_UNFINISHED : STAGE_FINISHED;
  if (o->serial == NULL) memcpy(p->fuses.serial, burnt.serial, sizeof burnt.serial);
  const char *other = t->board == p->board ? fuses_differ(&burnt, &p->fuses) : "--board";
  if (other == NULL && t->identity.given) other = identity_differs(&t->identity, &p->identity);
  if (other == NULL && *stage == STAGE_UNFINISHED) other = images_differ(t, p);
  if (*stage == STAGE_UNFINISHED && burnt.retired_mark != 0)
    return out_refuse("device %s exists already, and is retired; choose another name", t->name);
  if (other == NULL) return OUT_OK;
  if (*stage == STAGE_FINISHED)
    return out_refuse("device %s exists already, made with another %s; choose another name", t->name, other);
  return out_refuse(
    "device %s exists already, unfinished, made with another %s; give what it was begun with, or choose another "
    "name",
    t->name, other);
}

int device_stage(const new_options *o, const char *name, parts *p, factory_stage *stage)
{
  twin t;
  io_path path;
  *stage = STAGE_ABSENT;
  if (!io_path_join(&path, cli_devices_directory(), name, "")) return OUT_REFUSED;
  if (!io_exists(path.text)) return OUT_OK;
  if (!twin_open(name, TWIN_LOOK, &t)) return OUT_REFUSED;
  int code = compare(o, &t, p, stage);
  twin_close(&t);
  return code;
}

int device_thing_is_free(const parts *p)
{
  ca device;
  ca_record live;
  bool found;
  if (!p->identity.given) return OUT_OK;
  ca_presence presence = ca_look_for(CA_DEVICE);
  if (presence == CA_ABSENT) return ca_may_be_made(CA_DEVICE) ? OUT_OK : OUT_REFUSED;
  if (presence == CA_UNREADABLE) return OUT_REFUSED;
  if (!ca_open(CA_DEVICE, CA_LOOK, 0, &device)) return OUT_REFUSED;
  bool looked = ca_find(&device, p->identity.thing, &live, &found);
  ca_close(&device);
  if (!looked || !found) return looked ? OUT_OK : OUT_REFUSED;
  out_error("thing name %s belongs to another device (certificate %s); choose another with --thing, or if that device "
            "is no more: "
            "holdfast ca revoke %s",
            p->identity.thing, live.serial, p->identity.thing);
  ca_record_free(&live);
  return OUT_REFUSED;
}

/* ---- Identity ---- */

typedef struct work {
  const char *name;
  const parts *parts;
  uint32_t certificate_days;
  io_bytes certificate;
  char serial[CA_SERIAL_TEXT];    /* of the certificate; "": none was made in this run */
  uint8_t key[FACTORY_KEY_BYTES]; /* secret: of the device's tags */
  factory_session session;
} work;

/* The CA is open for this moment only: other devices of the batch want it, too. */
static bool certify(void *context, const uint8_t *csr, size_t csr_bytes, factory_blob *der)
{
  work *w = context;
  ca device;
  const char *thing = w->parts->identity.thing;
  const char *wrong = NULL;
  ca_request request = {.thing = thing, .days = w->certificate_days, .now = time(NULL)};
  request.key = csr_key(csr, csr_bytes, thing, &wrong);
  if (request.key == NULL) {
    out_error("device %s made a certificate request that is refused: %s", w->name, wrong);
    return false;
  }
  io_free(&w->certificate);
  bool issued = ca_open(CA_DEVICE, CA_ISSUE, request.now, &device);
  if (issued) {
    issued = ca_issue(&device, &request, &w->certificate, w->serial);
    ca_close(&device);
  }
  EVP_PKEY_free(request.key);
  *der = (factory_blob){w->certificate.data, w->certificate.size};
  return issued;
}

/* One power-on. */
static factory_end converse(work *w, factory_talk *talk)
{
  twin t;
  emulator machine;
  const emulator_options how = {0};
  if (!twin_open(w->name, TWIN_CHANGE, &t)) return FACTORY_END_FAILED;
  bool started = emulator_start(&t, &how, &machine);
  twin_close(&t); /* the emulator has the lock now */
  if (!started) return FACTORY_END_FAILED;
  factory_end end = factory_converse(&machine, talk);
  bool well = emulator_stop(&machine); /* says so when it had failed by itself */
  return end == FACTORY_END_GONE && !well ? FACTORY_END_FAILED : end;
}

static int say_end(const work *w, factory_end end, const char *last_line)
{
  switch (end) {
  case FACTORY_END_DONE: return OUT_OK;
  case FACTORY_END_FAILED: break;
  case FACTORY_END_GONE:
    return out_refuse("the emulator of device %s ended; the same command goes on from here", w->name);
  case FACTORY_END_SILENT:
    return out_refuse("device %s stopped answering; the same command goes on from here (its console ended with: '%s')",
                      w->name, last_line);
  case FACTORY_END_NO_HELLO:
    return out_refuse(
      "device %s does not greet the factory: is the factory service in its firmware? Without: --no-identity, and "
      "another name (its console ended with: '%s')",
      w->name, last_line);
  }
  return OUT_REFUSED;
}

static int give_identity(work *w)
{
  factory_blob anchors[FACTORY_ANCHORS] = {{0}};
  const twin_identity *identity = &w->parts->identity;
  for (unsigned i = 0; i < identity->anchor_count; i++)
    anchors[i] = (factory_blob){w->parts->anchors[i].data, w->parts->anchors[i].size};
  factory_session_begin(&w->session, w->key, identity->thing, identity->endpoint, anchors, identity->anchor_count);
  factory_talk talk = {
    .session = &w->session, .certifier = {certify, w}, .patience = &factory_patience_default, .device = w->name};
  factory_end end = FACTORY_END_SILENT;
  bool greeted = false;
  for (unsigned i = 0; end == FACTORY_END_SILENT || end == FACTORY_END_NO_HELLO; i++) {
    if (i == (greeted ? POWER_ONS : POWER_ONS_WITHOUT_HELLO)) break;
    end = converse(w, &talk);
    greeted = greeted || end == FACTORY_END_SILENT;
  }
  return say_end(w, end, talk.last_line);
}

/* ---- The end ---- */

/* The certificate this conversation gave is on record, and live. */
static bool is_live(const char *serial)
{
  ca device;
  ca_record record;
  bool found = false;
  if (!ca_open(CA_DEVICE, CA_LOOK, 0, &device)) return false;
  bool looked = ca_find_serial(&device, serial, &record, &found);
  bool live = found && !record.revoked;
  ca_close(&device);
  ca_record_free(&record);
  if (looked && !live) out_error("certificate %s was revoked meanwhile, and its device was not secured", serial);
  return live;
}

/* Before anything is frozen: a device that is for good has a certificate that is known. */
static bool note_certificate(twin *t, const char *serial)
{
  if (!is_live(serial)) return false;
  memcpy(t->identity.certificate, serial, CA_SERIAL_TEXT);
  return twin_save_description(t);
}

/* The OTP first: a device that is called finished is frozen. */
static bool close_factory(twin *t)
{
  static const uint32_t mark = OTP_MARK_SET;
  if (t->identity.secure &&
      otp_program(OTP_FUSES_OFFSET + offsetof(otp_fuses, secured_mark), &mark, sizeof mark) != OTP_OK) {
    out_error("OTP of %s did not take the mark that secures it", t->name);
    return false;
  }
  if (!twin_save(t)) return false;
  t->identity.finished = true;
  return twin_save_description(t);
}

/* A device that is frozen has had its identity before, and the certificate was noted: only the last line is missing. */
static bool is_frozen(const twin *t)
{
  otp_fuses fuses;
  memcpy(&fuses, t->otp + OTP_FUSES_OFFSET, sizeof fuses);
  return fuses.secured_mark != 0;
}

static int finish(const work *w)
{
  twin t;
  if (!twin_open(w->name, TWIN_CHANGE, &t)) return OUT_REFUSED;
  io_signals_hold();
  io_sweep(t.directory.text); /* an interrupted save leaves OTP banks behind, with secrets in them */
  bool closed = (is_frozen(&t) || note_certificate(&t, w->serial)) && close_factory(&t);
  io_signals_release();
  twin_close(&t);
  return closed ? OUT_OK : OUT_REFUSED;
}

int device_finish(const char *name, const parts *p, uint32_t certificate_days)
{
  static work w;
  twin t;
  if (!twin_open(name, TWIN_CHANGE, &t)) return OUT_REFUSED;
  bool finished = t.identity.finished, frozen = is_frozen(&t);
  w = (work){.name = name, .parts = p, .certificate_days = certificate_days};
  bool derived = factory_session_key(w.key, t.otp + OTP_UNIQUE_KEY_OFFSET);
  twin_close(&t);
  if (!derived) return out_refuse("the key of device %s for the factory could not be derived", name);
  emulator_signals_catch();
  int code = finished || frozen ? OUT_OK : give_identity(&w);
  wipe(w.key, sizeof w.key);
  io_free(&w.certificate);
  if (finished) return OUT_OK; /* by another who was at it */
  return code == OUT_OK ? finish(&w) : code;
}
