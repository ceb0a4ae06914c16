/* Stream, message and batching buffers (stream_buffer.h): a ring of bytes with one writer and one reader.
 *
 *     storage   . . t x x x x h . .      tail: next to read     head: next to write
 *
 * One byte stays free, so that head == tail is empty. Only the sender changes head, after the bytes are there; only the
 * receiver changes tail, after the bytes are taken. So neither needs interrupts masked while it copies: they are
 * masked only where a side finds that it has to wait, and where it wakes the other.
 * A message is its length, a configMESSAGE_BUFFER_LENGTH_TYPE, and then its bytes.
 */
#include "kernel.h"

#include "stream_buffer.h"

#include "scheduler.h"

#if configUSE_STREAM_BUFFERS == 1

#define BUFFER_ALLOCATED 1u /* flags: on the heap, with its storage behind it */

typedef configMESSAGE_BUFFER_LENGTH_TYPE message_length;

#define IS_ALIVE(buffer) ((buffer) != NULL && (buffer)->length != 0)

static inline bool has_messages(const struct StreamBufferDef_t *buffer)
{
  return buffer->kind == sbTYPE_MESSAGE_BUFFER;
}

static inline size_t used_of(const struct StreamBufferDef_t *buffer)
{
  size_t head = buffer->head;
  size_t tail = buffer->tail;
  size_t used = head - tail;
  return head < tail ? used + buffer->length : used;
}

static inline size_t room_of(const struct StreamBufferDef_t *buffer)
{
  return buffer->length - 1u - used_of(buffer);
}

/* --- made and deleted --- */

/* A level that can never be reached would make a receiver wait although the buffer is full. */
static void set_trigger(struct StreamBufferDef_t *buffer, size_t level)
{
  size_t most = buffer->length - 1u;
  if (level == 0) level = 1;
  if (level > most) level = most;
  if (buffer->kind == sbTYPE_STREAM_BATCHING_BUFFER) {
    if (level < most) level++;
    buffer->held_back = level - 1u;
  }
  buffer->trigger = level;
}

static StreamBufferHandle_t make_buffer(struct StreamBufferDef_t *buffer, uint8_t *storage, size_t length,
                                        size_t trigger, BaseType_t kind, uint8_t flags,
                                        StreamBufferCallbackFunction_t on_send,
                                        StreamBufferCallbackFunction_t on_receive)
{
  port_fill(buffer, 0, sizeof *buffer);
  buffer->storage = storage;
  buffer->length = length;
  buffer->kind = (uint8_t)kind;
  buffer->flags = flags;
  if (has_messages(buffer)) buffer->held_back = sizeof(message_length);
  set_trigger(buffer, trigger);
#if configUSE_SB_COMPLETED_CALLBACK == 1
  buffer->on_send = on_send;
  buffer->on_receive = on_receive;
#else
  (void)on_send;
  (void)on_receive;
#endif
  traceSTREAM_BUFFER_CREATE(buffer, kind);
  return buffer;
}

/* A byte, or a length and a byte, must fit. */
static inline bool is_enough(size_t capacity, BaseType_t kind)
{
  return capacity > (kind == sbTYPE_MESSAGE_BUFFER ? sizeof(message_length) : 0u);
}

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
StreamBufferHandle_t xStreamBufferGenericCreate(size_t bytes, size_t trigger, BaseType_t kind,
                                                StreamBufferCallbackFunction_t on_send,
                                                StreamBufferCallbackFunction_t on_receive)
{
  configASSERT(is_enough(bytes, kind) && trigger <= bytes);
  struct StreamBufferDef_t *buffer = NULL;
  if (is_enough(bytes, kind) && bytes < SIZE_MAX - sizeof *buffer) buffer = pvPortMalloc(sizeof *buffer + bytes + 1u);
  if (buffer == NULL) {
    traceSTREAM_BUFFER_CREATE_FAILED(kind);
    return NULL;
  }
  return make_buffer(buffer, (uint8_t *)(buffer + 1), bytes + 1u, trigger, kind, BUFFER_ALLOCATED, on_send, on_receive);
}
#endif

#if configSUPPORT_STATIC_ALLOCATION == 1
StreamBufferHandle_t xStreamBufferGenericCreateStatic(size_t bytes, size_t trigger, BaseType_t kind,
                                                      uint8_t *const storage, StaticStreamBuffer_t *const memory,
                                                      StreamBufferCallbackFunction_t on_send,
                                                      StreamBufferCallbackFunction_t on_receive)
{
  bool sound = storage != NULL && memory != NULL && bytes > 0 && is_enough(bytes - 1u, kind);
  configASSERT(sound && trigger <= bytes);
  if (!sound) {
    traceSTREAM_BUFFER_CREATE_STATIC_FAILED(NULL, kind);
    return NULL;
  }
  return make_buffer(memory, storage, bytes, trigger, kind, 0, on_send, on_receive);
}

BaseType_t xStreamBufferGetStaticBuffers(StreamBufferHandle_t buffer, uint8_t **storage, StaticStreamBuffer_t **memory)
{
  configASSERT(IS_ALIVE(buffer) && storage != NULL && memory != NULL);
  if ((buffer->flags & BUFFER_ALLOCATED) != 0) return pdFALSE;
  *storage = buffer->storage;
  *memory = buffer;
  return pdTRUE;
}
#endif

static inline bool is_awaited(const struct StreamBufferDef_t *buffer)
{
  return buffer->sender.first != NULL || buffer->receiver.first != NULL;
}

void vStreamBufferDelete(StreamBufferHandle_t buffer)
{
  configASSERT(IS_ALIVE(buffer) && !is_awaited(buffer));
  kernel_check_task();
  traceSTREAM_BUFFER_DELETE(buffer);
  buffer->length = 0;
#if configSUPPORT_DYNAMIC_ALLOCATION == 1
  if ((buffer->flags & BUFFER_ALLOCATED) != 0) vPortFree(buffer);
#endif
}

static BaseType_t reset(struct StreamBufferDef_t *buffer)
{
  uint32_t before = port_mask();
  bool resets = !is_awaited(buffer);
  if (resets) {
    buffer->head = 0;
    buffer->tail = 0;
  }
  port_unmask(before);
  return resets ? pdPASS : pdFAIL;
}

BaseType_t xStreamBufferReset(StreamBufferHandle_t buffer)
{
  configASSERT(IS_ALIVE(buffer));
  kernel_check_task();
  traceSTREAM_BUFFER_RESET(buffer);
  return reset(buffer);
}

BaseType_t xStreamBufferResetFromISR(StreamBufferHandle_t buffer)
{
  configASSERT(IS_ALIVE(buffer));
  kernel_check_interrupt();
  traceSTREAM_BUFFER_RESET_FROM_ISR(buffer);
  return reset(buffer);
}

/* --- bytes in and out of the ring --- */

/* Returns the place behind them. */
static size_t put(struct StreamBufferDef_t *buffer, size_t at, const void *from, size_t bytes)
{
  size_t behind = buffer->length - at;
  uint8_t *to = buffer->storage + at;
  if (bytes < behind) {
    port_copy(to, from, bytes);
    return at + bytes;
  }
  port_copy(to, from, behind);
  port_copy(buffer->storage, (const uint8_t *)from + behind, bytes - behind);
  return bytes - behind;
}

static size_t get(const struct StreamBufferDef_t *buffer, size_t at, void *to, size_t bytes)
{
  size_t behind = buffer->length - at;
  const uint8_t *from = buffer->storage + at;
  if (bytes < behind) {
    port_copy(to, from, bytes);
    return at + bytes;
  }
  port_copy(to, from, behind);
  port_copy((uint8_t *)to + behind, buffer->storage, bytes - behind);
  return bytes - behind;
}

/* The other side may use an index as soon as it is stored: what was copied comes before it, the look at who waits
 * after it. */
static inline void publish(volatile size_t *index, size_t at)
{
  portMEMORY_BARRIER();
  *index = at;
  portMEMORY_BARRIER();
}

/* --- waking --- */

static BaseType_t wake(struct kernel_wait_list *list, BaseType_t *woken)
{
  if (list->first == NULL) return pdFALSE;
  uint32_t before = port_mask();
  bool waits = list->first != NULL;
  if (waits && sched_wake(list) && woken != NULL) *woken = pdTRUE;
  port_unmask(before);
  port_sync();
  return waits ? pdTRUE : pdFALSE;
}

/* A configuration may define these otherwise, for a receiver or a sender on another core. */
#ifndef sbSEND_COMPLETED
#define sbSEND_COMPLETED(buffer) ((void)wake(&(buffer)->receiver, NULL))
#endif
#ifndef sbSEND_COMPLETE_FROM_ISR
#define sbSEND_COMPLETE_FROM_ISR(buffer, woken) ((void)wake(&(buffer)->receiver, (woken)))
#endif
#ifndef sbRECEIVE_COMPLETED
#define sbRECEIVE_COMPLETED(buffer) ((void)wake(&(buffer)->sender, NULL))
#endif
#ifndef sbRECEIVE_COMPLETED_FROM_ISR
#define sbRECEIVE_COMPLETED_FROM_ISR(buffer, woken) ((void)wake(&(buffer)->sender, (woken)))
#endif

static inline bool calls_back(struct StreamBufferDef_t *buffer, bool sent, BaseType_t in_interrupt, BaseType_t *woken)
{
#if configUSE_SB_COMPLETED_CALLBACK == 1
  StreamBufferCallbackFunction_t callback = sent ? buffer->on_send : buffer->on_receive;
  if (callback == NULL) return false;
  callback(buffer, in_interrupt, woken);
  return true;
#else
  (void)buffer, (void)sent, (void)in_interrupt, (void)woken;
  return false;
#endif
}

BaseType_t xStreamBufferSendCompletedFromISR(StreamBufferHandle_t buffer, BaseType_t *woken)
{
  configASSERT(IS_ALIVE(buffer));
  kernel_check_interrupt();
  return wake(&buffer->receiver, woken);
}

BaseType_t xStreamBufferReceiveCompletedFromISR(StreamBufferHandle_t buffer, BaseType_t *woken)
{
  configASSERT(IS_ALIVE(buffer));
  kernel_check_interrupt();
  return wake(&buffer->sender, woken);
}

/* --- sending --- */

/* The room that lets all be sent, or as much as fits an empty buffer; 0: can never be sent, or nothing to send. An empty
 * message could not be told from none. */
static inline size_t room_for(const struct StreamBufferDef_t *buffer, size_t bytes)
{
  size_t most = buffer->length - 1u;
  if (!has_messages(buffer)) return bytes < most ? bytes : most;
  configASSERT(bytes == (message_length)bytes);
  bool fits = bytes != 0 && bytes <= most - sizeof(message_length) && bytes == (message_length)bytes;
  return fits ? bytes + sizeof(message_length) : 0;
}

/* needed: room_for(bytes), not 0; room: at most what there is. */
static size_t send_now(struct StreamBufferDef_t *buffer, const void *from, size_t bytes, size_t needed, size_t room)
{
  size_t head = buffer->head;
  if (has_messages(buffer)) {
    if (room < needed) return 0;
    message_length length = (message_length)bytes;
    head = put(buffer, head, &length, sizeof length);
  } else if (bytes > room) {
    bytes = room;
  }
  publish(&buffer->head, put(buffer, head, from, bytes));
  return bytes;
}

static size_t wait_for_room(struct StreamBufferDef_t *buffer, size_t needed, TickType_t ticks)
{
  traceBLOCKING_ON_STREAM_BUFFER_SEND(buffer);
  uint32_t before = port_mask();
  configASSERT(buffer->sender.first == NULL);
  size_t room = room_of(buffer);
  while (room < needed && ticks != 0) {
    ticks = sched_wait(&buffer->sender, ticks, before);
    room = room_of(buffer);
  }
  port_unmask(before);
  return room;
}

size_t xStreamBufferSend(StreamBufferHandle_t buffer, const void *from, size_t bytes, TickType_t ticks)
{
  configASSERT(IS_ALIVE(buffer) && (from != NULL || bytes == 0));
  kernel_check_task();
  size_t needed = room_for(buffer, bytes);
  if (needed == 0) return 0;
  size_t room = room_of(buffer);
  if (room < needed && ticks != 0) room = wait_for_room(buffer, needed, ticks);
  size_t sent = send_now(buffer, from, bytes, needed, room);
  if (sent == 0) {
    traceSTREAM_BUFFER_SEND_FAILED(buffer);
    return 0;
  }
  traceSTREAM_BUFFER_SEND(buffer, sent);
  if (used_of(buffer) >= buffer->trigger && !calls_back(buffer, true, pdFALSE, NULL)) sbSEND_COMPLETED(buffer);
  return sent;
}

size_t xStreamBufferSendFromISR(StreamBufferHandle_t buffer, const void *from, size_t bytes, BaseType_t *const woken)
{
  configASSERT(IS_ALIVE(buffer) && (from != NULL || bytes == 0));
  kernel_check_interrupt();
  size_t needed = room_for(buffer, bytes);
  size_t sent = needed != 0 ? send_now(buffer, from, bytes, needed, room_of(buffer)) : 0;
  traceSTREAM_BUFFER_SEND_FROM_ISR(buffer, sent);
  if (sent != 0 && used_of(buffer) >= buffer->trigger && !calls_back(buffer, true, pdTRUE, woken)) {
    sbSEND_COMPLETE_FROM_ISR(buffer, woken);
  }
  return sent;
}

/* --- receiving --- */

static size_t receive_now(struct StreamBufferDef_t *buffer, void *to, size_t bytes, size_t available)
{
  if (available <= buffer->held_back) return 0;
  portMEMORY_BARRIER();
  size_t tail = buffer->tail;
  if (has_messages(buffer)) {
    message_length length;
    tail = get(buffer, tail, &length, sizeof length);
    if (length > bytes) return 0;
    bytes = length;
  } else if (bytes > available) {
    bytes = available;
  }
  publish(&buffer->tail, get(buffer, tail, to, bytes));
  return bytes;
}

static size_t wait_for_bytes(struct StreamBufferDef_t *buffer, TickType_t ticks)
{
  traceBLOCKING_ON_STREAM_BUFFER_RECEIVE(buffer);
  uint32_t before = port_mask();
  configASSERT(buffer->receiver.first == NULL);
  size_t available = used_of(buffer);
  while (available <= buffer->held_back && ticks != 0) {
    ticks = sched_wait(&buffer->receiver, ticks, before);
    available = used_of(buffer);
  }
  port_unmask(before);
  return available;
}

size_t xStreamBufferReceive(StreamBufferHandle_t buffer, void *to, size_t bytes, TickType_t ticks)
{
  configASSERT(IS_ALIVE(buffer) && (to != NULL || bytes == 0));
  kernel_check_task();
  size_t available = used_of(buffer);
  if (available <= buffer->held_back && ticks != 0) available = wait_for_bytes(buffer, ticks);
  size_t received = receive_now(buffer, to, bytes, available);
  if (received == 0) {
    traceSTREAM_BUFFER_RECEIVE_FAILED(buffer);
    return 0;
  }
  traceSTREAM_BUFFER_RECEIVE(buffer, received);
  if (!calls_back(buffer, false, pdFALSE, NULL)) sbRECEIVE_COMPLETED(buffer);
  return received;
}

size_t xStreamBufferReceiveFromISR(StreamBufferHandle_t buffer, void *to, size_t bytes, BaseType_t *const woken)
{
  configASSERT(IS_ALIVE(buffer) && (to != NULL || bytes == 0));
  kernel_check_interrupt();
  size_t received = receive_now(buffer, to, bytes, used_of(buffer));
  traceSTREAM_BUFFER_RECEIVE_FROM_ISR(buffer, received);
  if (received != 0 && !calls_back(buffer, false, pdTRUE, woken)) sbRECEIVE_COMPLETED_FROM_ISR(buffer, woken);
  return received;
}

/* --- asked and set --- */

size_t xStreamBufferNextMessageLengthBytes(StreamBufferHandle_t buffer)
{
  configASSERT(IS_ALIVE(buffer));
  message_length length = 0;
  if (has_messages(buffer) && used_of(buffer) > sizeof length) (void)get(buffer, buffer->tail, &length, sizeof length);
  return length;
}

size_t xStreamBufferBytesAvailable(StreamBufferHandle_t buffer)
{
  configASSERT(IS_ALIVE(buffer));
  return used_of(buffer);
}

size_t xStreamBufferSpacesAvailable(StreamBufferHandle_t buffer)
{
  configASSERT(IS_ALIVE(buffer));
  return room_of(buffer);
}

BaseType_t xStreamBufferIsEmpty(StreamBufferHandle_t buffer)
{
  return xStreamBufferBytesAvailable(buffer) == 0 ? pdTRUE : pdFALSE;
}

/* A message buffer is full when not even one byte could be sent. */
BaseType_t xStreamBufferIsFull(StreamBufferHandle_t buffer)
{
  configASSERT(IS_ALIVE(buffer));
  size_t least = has_messages(buffer) ? sizeof(message_length) : 0u;
  return xStreamBufferSpacesAvailable(buffer) <= least ? pdTRUE : pdFALSE;
}

BaseType_t xStreamBufferSetTriggerLevel(StreamBufferHandle_t buffer, size_t level)
{
  configASSERT(IS_ALIVE(buffer));
  if (level >= buffer->length) return pdFALSE;
  uint32_t before = port_mask();
  set_trigger(buffer, level);
  port_unmask(before);
  return pdTRUE;
}

/* Waiting uses no notification here: the index is kept for those who ask for it. */
UBaseType_t uxStreamBufferGetStreamBufferNotificationIndex(StreamBufferHandle_t buffer)
{
  configASSERT(IS_ALIVE(buffer));
  return buffer->notification_index;
}

void vStreamBufferSetStreamBufferNotificationIndex(StreamBufferHandle_t buffer, UBaseType_t index)
{
  configASSERT(IS_ALIVE(buffer) && !is_awaited(buffer));
  configASSERT(index < configTASK_NOTIFICATION_ARRAY_ENTRIES);
  buffer->notification_index = (uint8_t)index;
}

#if configUSE_TRACE_FACILITY == 1
UBaseType_t uxStreamBufferGetStreamBufferNumber(StreamBufferHandle_t buffer)
{
  configASSERT(IS_ALIVE(buffer));
  return buffer->number;
}

void vStreamBufferSetStreamBufferNumber(StreamBufferHandle_t buffer, UBaseType_t number)
{
  configASSERT(IS_ALIVE(buffer));
  buffer->number = number;
}

uint8_t ucStreamBufferGetStreamBufferType(StreamBufferHandle_t buffer)
{
  configASSERT(IS_ALIVE(buffer));
  return buffer->kind;
}
#endif

#endif
