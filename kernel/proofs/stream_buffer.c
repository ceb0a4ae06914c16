/* Stream, message and batching buffers (stream_buffer.c), for any length below 256, any positions, and any number of
 * bytes of 32 bits that is asked for: nothing outside the storage or the caller's memory is read or written, nothing
 * is sent that has no room and nothing received that is not there, positions stay inside, and what is counted is
 * right afterwards. Which bytes are copied is for the tests to show. And a buffer that does not fit is refused, for
 * any size of 32 bits.
 *
 * options: --unwind 2 --slice-formula --sat-solver cadical
 * planted: counts stream_buffer.c s/used + buffer->length : used/used + buffer->length - 1u : used/
 * planted: send stream_buffer.c s/return buffer->length - 1u - used_of/return buffer->length - used_of/
 * planted: send_message stream_buffer.c s/if (room < needed) return 0;/if (room < bytes) return 0;/
 * planted: receive stream_buffer.c s/if (bytes < behind) {/if (bytes <= behind + 1u) {/
 * planted: receive_message stream_buffer.c s/if (length > bytes) return 0;//
 * planted: trigger stream_buffer.c s/if (level > most) level = most;//
 * planted: create stream_buffer.c s/ && bytes < SIZE_MAX - sizeof .buffer// */
#include "proof.h"

#include "../stream_buffer.c"

#define LENGTH_MAX 0x100u /* a power of two: so CBMC knows that the other bits are 0 */

struct scheduler sched;
static struct StreamBufferDef_t buffer;
static uint8_t storage[LENGTH_MAX];
static uint8_t
  caller[LENGTH_MAX];       /* what is sent from or received into; nobody sends or gets more than a buffer holds */
static size_t caller_bytes; /* of it the caller's own */
static message_length next_message; /* the length before the next message */

static size_t bytes_of(const void *memory)
{
  if (__CPROVER_same_object(memory, storage)) return buffer.length;
  if (__CPROVER_same_object(memory, caller)) return caller_bytes;
  return sizeof(message_length);
}

static bool is_inside(const void *memory, size_t bytes)
{
  size_t offset = __CPROVER_POINTER_OFFSET(memory);
  return offset <= bytes_of(memory) && bytes <= bytes_of(memory) - offset;
}

/* Of what comes out of the storage only a message's length matters. It may come in two parts: the first brings it. */
void port_copy(void *to, const void *from, size_t bytes)
{
  PROVE(is_inside(to, bytes), "only what may be written is written");
  PROVE(is_inside(from, bytes), "only what may be read is read");
  if (__CPROVER_same_object(to, caller) || __CPROVER_same_object(to, storage)) return;
  if (__CPROVER_POINTER_OFFSET(to) == 0) *(message_length *)to = next_message;
}

void port_fill(void *to, uint8_t value, size_t bytes)
{
  (void)to, (void)value, (void)bytes;
}

static void any_sound_buffer(void)
{
  buffer.length = any_uint32() % LENGTH_MAX;
  buffer.head = any_uint32() % LENGTH_MAX;
  buffer.tail = any_uint32() % LENGTH_MAX;
  buffer.trigger = any_uint32();
  ASSUME(buffer.length >= 2u);
  ASSUME(buffer.head < buffer.length && buffer.tail < buffer.length);
  buffer.kind = any_bool() ? sbTYPE_STREAM_BUFFER : sbTYPE_STREAM_BATCHING_BUFFER;
  buffer.storage = storage;
}

static void any_sound_message_buffer(void)
{
  any_sound_buffer();
  buffer.kind = sbTYPE_MESSAGE_BUFFER;
  buffer.held_back = sizeof next_message;
  next_message = any_uint32() % LENGTH_MAX;
  size_t used = used_of(&buffer);
  ASSUME(buffer.length - 1u > sizeof next_message);
  ASSUME(used == 0 || (used > sizeof next_message && next_message > 0 && next_message <= used - sizeof next_message));
}

static size_t least(size_t one, size_t other)
{
  return one < other ? one : other;
}

static bool has_sound_positions(void)
{
  return buffer.head < buffer.length && buffer.tail < buffer.length;
}

/* --- what there is --- */

/* Also for lengths that no memory has. */
void proof_counts(void)
{
  buffer.length = any_uint32();
  buffer.head = any_uint32();
  buffer.tail = any_uint32();
  ASSUME(buffer.head < buffer.length && buffer.tail < buffer.length);
  uint64_t used = used_of(&buffer);
  uint64_t behind = buffer.tail + used;
  PROVE(used < buffer.length && room_of(&buffer) == buffer.length - 1u - used, "one byte stays free");
  PROVE(buffer.head == (behind < buffer.length ? behind : behind - buffer.length), "from tail to head");
}

/* --- sending --- */

void proof_send(void)
{
  any_sound_buffer();
  size_t bytes = any_uint32();
  size_t used = used_of(&buffer);
  size_t tail = buffer.tail;
  caller_bytes = bytes;
  size_t sent = xStreamBufferSendFromISR(&buffer, caller, bytes, NULL);
  PROVE(sent == least(bytes, buffer.length - 1u - used), "as much as fits");
  PROVE(has_sound_positions() && buffer.tail == tail && used_of(&buffer) == used + sent, "exactly that is there then");
}

void proof_send_message(void)
{
  any_sound_message_buffer();
  size_t bytes = any_uint32();
  size_t used = used_of(&buffer);
  size_t tail = buffer.tail;
  caller_bytes = bytes;
  size_t sent = xStreamBufferSendFromISR(&buffer, caller, bytes, NULL);
  uint64_t needed = bytes != 0 ? (uint64_t)bytes + sizeof next_message : 0;
  bool fits = needed <= buffer.length - 1u - used;
  PROVE(sent == (fits ? bytes : 0), "whole, or nothing");
  PROVE(has_sound_positions() && buffer.tail == tail, "positions stay inside");
  PROVE(used_of(&buffer) == used + (fits ? needed : 0), "exactly that is there then");
}

/* --- receiving --- */

void proof_receive(void)
{
  any_sound_buffer();
  buffer.held_back = any_uint32();
  size_t bytes = any_uint32();
  size_t used = used_of(&buffer);
  size_t head = buffer.head;
  caller_bytes = bytes;
  size_t received = xStreamBufferReceiveFromISR(&buffer, caller, bytes, NULL);
  PROVE(received == (used > buffer.held_back ? least(bytes, used) : 0), "what is there, if it is enough");
  PROVE(has_sound_positions() && buffer.head == head && used_of(&buffer) == used - received,
        "exactly that is gone then");
}

void proof_receive_message(void)
{
  any_sound_message_buffer();
  size_t bytes = any_uint32();
  size_t used = used_of(&buffer);
  size_t head = buffer.head;
  caller_bytes = bytes;
  size_t received = xStreamBufferReceiveFromISR(&buffer, caller, bytes, NULL);
  bool gives = used != 0 && next_message <= bytes;
  PROVE(received == (gives ? next_message : 0), "whole, or not at all");
  PROVE(has_sound_positions() && buffer.head == head, "positions stay inside");
  PROVE(used_of(&buffer) == used - (gives ? next_message + sizeof next_message : 0), "exactly that is gone then");
}

/* --- made --- */

static uint64_t bytes_needed;
static bool was_asked;

void *pvPortMalloc(size_t bytes)
{
  PROVE(bytes == bytes_needed, "what is asked from the heap is what is needed");
  was_asked = true;
  return NULL;
}

void proof_create(void)
{
  size_t bytes = any_uint32();
  ASSUME(bytes > 0);
  bytes_needed = (uint64_t)bytes + 1u + sizeof buffer;
  StreamBufferHandle_t made = xStreamBufferGenericCreate(bytes, 1, sbTYPE_STREAM_BUFFER, NULL, NULL);
  PROVE(made == NULL, "without memory there is no buffer");
  PROVE(was_asked == (bytes_needed <= SIZE_MAX), "what does not fit is refused, and nothing else");
}

/* Of any level a receiver can get out: it is reached when the buffer is full, at the latest. */
void proof_trigger(void)
{
  any_sound_buffer();
  set_trigger(&buffer, any_uint32());
  PROVE(buffer.trigger >= 1u && buffer.trigger <= buffer.length - 1u, "a full buffer wakes its receiver");
  PROVE(buffer.held_back < buffer.length - 1u, "and gives it something");
}
