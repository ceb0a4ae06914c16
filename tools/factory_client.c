#include "factory_client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "output.h"

const factory_patience factory_patience_default = {
  .begin_every_ms = FACTORY_BEGIN_EVERY_MS, .hello_ms = 20000, .repeat_ms = FACTORY_ANSWER_MS, .repeats = 6};

#define STEP_MS 20

typedef struct client {
  emulator *machine;
  factory_talk *talk;
  frame_reader reader;
  unsigned restarts_seen;
  int64_t repeat_at, hello_by; /* ms, emulator_clock_ms() */
  unsigned repeats;
  char line[FACTORY_LINE_TEXT];
  size_t line_bytes;
} client;

typedef enum step_result { GOES_ON, ENDS } step_result;

static bool calling(const client *c)
{
  return c->talk->session->state == FACTORY_CALLING;
}

static step_result failed(const client *c, const char *why, factory_end *end)
{
  out_error("device %s: %s", c->talk->device, why);
  *end = FACTORY_END_FAILED;
  return ENDS;
}

/* ---- Sending ---- */

static step_result send_request(client *c, factory_end *end)
{
  uint8_t frame[FRAME_MAX];
  size_t bytes = factory_session_frame(c->talk->session, frame);
  const factory_patience *p = c->talk->patience;
  if (bytes == 0) return failed(c, "it asked for the same again and again", end);
  c->repeat_at = emulator_clock_ms() + (calling(c) ? p->begin_every_ms : p->repeat_ms);
  if (io_write_all(c->machine->console, frame, bytes)) return GOES_ON;
  *end = FACTORY_END_GONE;
  return ENDS;
}

static step_result send_new(client *c, factory_end *end)
{
  c->repeats = 0;
  return send_request(c, end);
}

/* From power-on or a restart on. */
static void await_hello(client *c)
{
  c->hello_by = emulator_clock_ms() + c->talk->patience->hello_ms;
  c->repeat_at = 0;
  c->repeats = 0;
}

static step_result repeat(client *c, factory_end *end)
{
  int64_t now = emulator_clock_ms();
  *end = calling(c) ? FACTORY_END_NO_HELLO : FACTORY_END_SILENT;
  if (calling(c) && now >= c->hello_by) return ENDS;
  if (now < c->repeat_at) return GOES_ON;
  if (!calling(c) && c->repeats++ == c->talk->patience->repeats) return ENDS;
  return send_request(c, end);
}

/* ---- Receiving ---- */

static step_result certify(client *c, factory_end *end)
{
  factory_session *s = c->talk->session;
  factory_blob der = {0};
  *end = FACTORY_END_FAILED;
  if (!c->talk->certifier.certify(c->talk->certifier.context, s->csr.data, s->csr.bytes, &der)) return ENDS;
  (void)factory_session_certified(s, der.data, der.bytes);
  return send_new(c, end);
}

static step_result handle_frame(client *c, factory_end *end)
{
  size_t bytes;
  const uint8_t *body = frame_body(&c->reader, &bytes);
  factory_session *s = c->talk->session;
  switch (factory_session_step(s, frame_type(&c->reader), body, bytes)) {
  case FACTORY_WAIT: return GOES_ON;
  case FACTORY_SEND: return send_new(c, end);
  case FACTORY_CERTIFY: return certify(c, end);
  case FACTORY_FAILED: return failed(c, s->problem, end);
  case FACTORY_FINISHED: break;
  }
  *end = FACTORY_END_DONE;
  return ENDS;
}

/* Only printable characters: the line goes into messages. */
static void take_text(client *c, uint8_t byte)
{
  if (byte == '\n' && c->line_bytes > 0) {
    memcpy(c->talk->last_line, c->line, c->line_bytes);
    c->talk->last_line[c->line_bytes] = 0;
    c->line_bytes = 0;
  } else if (byte >= 0x20 && byte < 0x7F && c->line_bytes < sizeof c->line - 1) {
    c->line[c->line_bytes++] = (char)byte;
  }
}

static step_result read_console(client *c, factory_end *end)
{
  uint8_t bytes[4096];
  ssize_t got = read(c->machine->console, bytes, sizeof bytes);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return GOES_ON;
  *end = FACTORY_END_GONE;
  if (got <= 0) return ENDS;
  step_result result = GOES_ON;
  for (ssize_t i = 0; i < got && result == GOES_ON; i++) {
    frame_event event = frame_take(&c->reader, bytes[i]);
    if (event == FRAME_WHOLE) result = handle_frame(c, end);
    if (event == FRAME_TEXT) take_text(c, bytes[i]);
  }
  return result;
}

static void notice_restart(client *c)
{
  if (c->machine->restarts == c->restarts_seen) return;
  c->restarts_seen = c->machine->restarts;
  factory_session_restarted(c->talk->session);
  await_hello(c);
}

/* ---- Conversation ---- */

static step_result step(client *c, factory_end *end)
{
  struct pollfd ends[2] = {{c->machine->console, POLLIN, 0}, {c->machine->control, POLLIN, 0}};
  if (emulator_interrupted()) return failed(c, "interrupted; the same command goes on from here", end);
  if (poll(ends, 2, STEP_MS) > 0) {
    /* The console first: what it said before a restart is from before it. */
    if (ends[0].revents != 0 && read_console(c, end) == ENDS) return ENDS;
    if (ends[1].revents != 0) emulator_control_read(c->machine);
    notice_restart(c);
  }
  return repeat(c, end);
}

factory_end factory_converse(emulator *machine, factory_talk *talk)
{
  client c = {.machine = machine, .talk = talk, .restarts_seen = machine->restarts};
  factory_end end = FACTORY_END_FAILED;
  factory_session_restarted(talk->session);
  talk->session->requests = 0;
  await_hello(&c);
  talk->last_line[0] = 0;
  while (step(&c, &end) == GOES_ON) {
  }
  return end;
}
