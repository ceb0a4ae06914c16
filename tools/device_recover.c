/* holdfast device recover: gives a device that has nothing to boot a signed image, over its console. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "console_watch.h"
#include "device_commands.h"
#include "emulator.h"
#include "image_check.h"
#include "output.h"
#include "recovery_frame.h"

#define REPEAT_MS 1000
#define REPEATS_MAX 10u
#define TIMEOUT_S 300u

typedef struct recover {
  emulator machine;
  const char *name;
  console_watch watch;
  frame_reader reader;
  recovery_session session;
  const io_bytes *file;
  int64_t deadline, repeat_at; /* ms, emulator_clock_ms() */
  unsigned repeats;            /* of the chunk that is under way */
} recover;

typedef enum recover_end { RECOVER_GOES_ON, RECOVER_DONE, RECOVER_FAILED } recover_end;

static recover_end fail(const char *why)
{
  out_error("%s", why);
  return RECOVER_FAILED;
}

/* ---- Sending ---- */

static bool send_chunk(recover *r)
{
  uint8_t frame[FRAME_MAX];
  size_t bytes = frame_make_chunk(frame, r->session.wanted, r->file->data + r->session.wanted,
                                  recovery_session_chunk(&r->session));
  r->repeat_at = emulator_clock_ms() + REPEAT_MS;
  return io_write_all(r->machine.console, frame, bytes);
}

static recover_end send_next(recover *r)
{
  if (r->session.wanted == 0 && r->repeats == 0)
    out_note("The device is in recovery: %s", boot_status_text(r->session.reason));
  r->repeats = 0;
  out_progress("Sending", r->session.wanted, r->file->size);
  return send_chunk(r) ? RECOVER_GOES_ON : fail("the emulator ended while the image was sent");
}

static recover_end repeat(recover *r)
{
  if (!r->session.sending || emulator_clock_ms() < r->repeat_at) return RECOVER_GOES_ON;
  if (++r->repeats > REPEATS_MAX)
    return fail("the device stopped answering; run it again and look at its console: holdfast device run");
  return send_chunk(r) ? RECOVER_GOES_ON : fail("the emulator ended while the image was sent");
}

/* ---- Receiving ---- */

static recover_end refused(const recovery_session *s)
{
  if (s->problem != NULL) return fail(s->problem);
  image_out_status(s->status);
  out_error("the device refused the image: %s (%s)", boot_status_text(s->status), boot_status_name(s->status));
  return RECOVER_FAILED;
}

static recover_end handle_frame(recover *r)
{
  size_t bytes;
  const uint8_t *body = frame_body(&r->reader, &bytes);
  switch (recovery_session_step(&r->session, frame_type(&r->reader), body, bytes)) {
  case RECOVERY_WAIT: return RECOVER_GOES_ON;
  case RECOVERY_SEND: return send_next(r);
  case RECOVERY_FAILED: return refused(&r->session);
  case RECOVERY_FINISHED: break;
  }
  out_progress("Sending", r->file->size, r->file->size);
  return RECOVER_DONE;
}

/* Nothing after the ROM can ask for an image. */
static recover_end rom_gave_up(const recover *r)
{
  image_out_status(r->watch.rom_status);
  out_error("the ROM starts no loader: %s (%s); install a loader with an attached programmer: holdfast device install "
            "%s LOADER",
            boot_status_text(r->watch.rom_status), boot_status_name(r->watch.rom_status), r->name);
  return RECOVER_FAILED;
}

static recover_end read_console(recover *r)
{
  uint8_t bytes[4096];
  ssize_t got = read(r->machine.console, bytes, sizeof bytes);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return RECOVER_GOES_ON;
  if (got <= 0) return fail("the emulator ended");
  recover_end end = RECOVER_GOES_ON;
  for (ssize_t i = 0; i < got && end == RECOVER_GOES_ON; i++) {
    frame_event event = frame_take(&r->reader, bytes[i]);
    if (event == FRAME_WHOLE) end = handle_frame(r);
    if (event == FRAME_TEXT) console_watch_take(&r->watch, (char)bytes[i]);
    if (event == FRAME_TEXT && out_style_now() == OUT_HUMAN) (void)!write(STDOUT_FILENO, &bytes[i], 1);
    if (end == RECOVER_GOES_ON && r->watch.rom) end = rom_gave_up(r);
  }
  return end;
}

static recover_end step(recover *r)
{
  struct pollfd ends[2] = {{r->machine.console, POLLIN, 0}, {r->machine.control, POLLIN, 0}};
  if (emulator_interrupted()) return fail("interrupted; the device starts over when it is recovered again");
  if (emulator_clock_ms() >= r->deadline)
    return fail(r->session.attempts == 0
                  ? "the device did not ask for an image: it has something to boot; see: holdfast device info"
                  : "time is up; give it longer with --timeout");
  if (poll(ends, 2, REPEAT_MS / 4) > 0) {
    if (ends[1].revents != 0) emulator_control_read(&r->machine);
    if (ends[0].revents != 0) return read_console(r);
  }
  return repeat(r);
}

/* ---- The command ---- */

static bool converse(recover *r)
{
  recover_end end;
  recovery_session_begin(&r->session, (uint32_t)r->file->size);
  do end = step(r);
  while (end == RECOVER_GOES_ON);
  return emulator_stop(&r->machine) && end == RECOVER_DONE;
}

/* Before the device is bothered with it; what the device decides (signatures, version) is left to it. */
static bool may_be_sent(const char *path, const io_bytes *file)
{
  manifest head = {0};
  const char *wrong = NULL;
  if (file->size >= sizeof head) memcpy(&head, file->data, sizeof head);
  if (file->size < sizeof head || head.magic != MANIFEST_MAGIC)
    wrong = file->size >= 4 && memcmp(file->data, "HFM1", 4) == 0 ? "is cut short" : "is not an image of ours";
  else if (head.kind == MANIFEST_KIND_LOADER)
    wrong = "is refused: this is a loader; recovery takes firmware";
  else if (file->size - sizeof head < head.payload_bytes || file->size == sizeof head)
    wrong = "is cut short";
  else if (file->size - sizeof head > head.payload_bytes)
    wrong = "is longer than its manifest announces";
  if (wrong != NULL) out_error("%s %s", path, wrong);
  return wrong == NULL;
}

static int recover_device(const char *name, const char *path, uint32_t seconds)
{
  static recover r;
  twin t;
  io_bytes file = {0};
  const emulator_options how = {0};
  if (!twin_open(name, TWIN_CHANGE, &t)) return OUT_REFUSED;
  bool read = io_read(path, t.board->slot_bytes, &file) && may_be_sent(path, &file);
  r.name = name;
  emulator_signals_catch();
  bool started = read && emulator_start(&t, &how, &r.machine);
  twin_close(&t); /* the emulator has the lock now */
  r.file = &file;
  r.deadline = emulator_clock_ms() + (int64_t)seconds * 1000;
  bool done = started && converse(&r);
  r.file = NULL;
  io_free(&file);
  if (!done) return OUT_REFUSED;
  out_text("device", "Device", "%s", name);
  out_truth("recovered", "Recovered", true);
  out_line("Start it with: holdfast device run %s", name);
  return OUT_OK;
}

int device_recover_command(int argc, char **argv)
{
  uint32_t seconds = TIMEOUT_S;
  cli_range timeout = {&seconds, 1, 86400};
  const cli_option options[] = {{"timeout", CLI_RANGE, &timeout, "SECONDS", "give up after that long (300)"}, {0}};
  const cli_command_help help = {
    "device recover", "NAME IMAGE",
    "Runs a device that has no firmware to boot and sends it a signed image over its console. The device verifies it.",
    options, "  holdfast device recover d1 fw.img\n"};
  cli_list operands;
  int code = cli_parse(&help, argc, argv, &operands, 2, 2);
  if (code != CLI_GO) return code;
  return recover_device(operands.items[0], operands.items[1], seconds);
}
