/* Stream buffers: bytes from one sender to one receiver, each a task or an interrupt.
 *
 *   StreamBufferHandle_t uart_in = xStreamBufferCreate(256, 1);
 *   ...
 *   in the interrupt: xStreamBufferSendFromISR(uart_in, &byte, 1, &woken);
 *   in the task:      size_t n = xStreamBufferReceive(uart_in, line, sizeof line, pdMS_TO_TICKS(100));
 *
 * stream    any number of bytes; a receiver that waits is woken when the trigger level is reached
 * message   whole messages; message_buffer.h
 * batching  a stream whose receiver gets nothing, not even at a time-out, before there is more than the trigger level
 *
 * With more than one sender (or receiver) they must exclude each other, and then not wait. Handles must not be NULL.
 */
#ifndef STREAM_BUFFER_H
#define STREAM_BUFFER_H

#include "FreeRTOS.h"

#include "task.h"

#ifdef __cplusplus
extern "C" {
#endif

#define sbTYPE_STREAM_BUFFER ((BaseType_t)0)
#define sbTYPE_MESSAGE_BUFFER ((BaseType_t)1)
#define sbTYPE_STREAM_BATCHING_BUFFER ((BaseType_t)2)

/* ---- Creation. NULL: no memory, or the size does not fit a size_t. Callbacks (NULL: none) take the place of waking
 * the other side; they need configUSE_SB_COMPLETED_CALLBACK. ---- */

/* xBufferSizeBytes: bytes that fit, 1 or more. xTriggerLevelBytes: at most that; 0 counts as 1. */
#define xStreamBufferCreate(xBufferSizeBytes, xTriggerLevelBytes) \
  xStreamBufferGenericCreate((xBufferSizeBytes), (xTriggerLevelBytes), sbTYPE_STREAM_BUFFER, NULL, NULL)
#define xStreamBatchingBufferCreate(xBufferSizeBytes, xTriggerLevelBytes) \
  xStreamBufferGenericCreate((xBufferSizeBytes), (xTriggerLevelBytes), sbTYPE_STREAM_BATCHING_BUFFER, NULL, NULL)

/* In the caller's memory, which stays the buffer's until it is deleted. The storage has xBufferSizeBytes bytes, 2 or
 * more, of which all but one can be used. */
#define xStreamBufferCreateStatic(xBufferSizeBytes, xTriggerLevelBytes, pucStreamBufferStorageArea, \
                                  pxStaticStreamBuffer)                                             \
  xStreamBufferGenericCreateStatic((xBufferSizeBytes), (xTriggerLevelBytes), sbTYPE_STREAM_BUFFER,  \
                                   (pucStreamBufferStorageArea), (pxStaticStreamBuffer), NULL, NULL)
#define xStreamBatchingBufferCreateStatic(xBufferSizeBytes, xTriggerLevelBytes, pucStreamBufferStorageArea, \
                                          pxStaticStreamBuffer)                                             \
  xStreamBufferGenericCreateStatic((xBufferSizeBytes), (xTriggerLevelBytes), sbTYPE_STREAM_BATCHING_BUFFER, \
                                   (pucStreamBufferStorageArea), (pxStaticStreamBuffer), NULL, NULL)

#if configUSE_SB_COMPLETED_CALLBACK == 1
#define xStreamBufferCreateWithCallback(xBufferSizeBytes, xTriggerLevelBytes, pxSendCompletedCallback, \
                                        pxReceiveCompletedCallback)                                    \
  xStreamBufferGenericCreate((xBufferSizeBytes), (xTriggerLevelBytes), sbTYPE_STREAM_BUFFER,           \
                             (pxSendCompletedCallback), (pxReceiveCompletedCallback))
#define xStreamBatchingBufferCreateWithCallback(xBufferSizeBytes, xTriggerLevelBytes, pxSendCompletedCallback, \
                                                pxReceiveCompletedCallback)                                    \
  xStreamBufferGenericCreate((xBufferSizeBytes), (xTriggerLevelBytes), sbTYPE_STREAM_BATCHING_BUFFER,          \
                             (pxSendCompletedCallback), (pxReceiveCompletedCallback))
#define xStreamBufferCreateStaticWithCallback(xBufferSizeBytes, xTriggerLevelBytes, pucStreamBufferStorageArea,     \
                                              pxStaticStreamBuffer, pxSendCompletedCallback,                        \
                                              pxReceiveCompletedCallback)                                           \
  xStreamBufferGenericCreateStatic((xBufferSizeBytes), (xTriggerLevelBytes), sbTYPE_STREAM_BUFFER,                  \
                                   (pucStreamBufferStorageArea), (pxStaticStreamBuffer), (pxSendCompletedCallback), \
                                   (pxReceiveCompletedCallback))
#define xStreamBatchingBufferCreateStaticWithCallback(xBufferSizeBytes, xTriggerLevelBytes,                         \
                                                      pucStreamBufferStorageArea, pxStaticStreamBuffer,             \
                                                      pxSendCompletedCallback, pxReceiveCompletedCallback)          \
  xStreamBufferGenericCreateStatic((xBufferSizeBytes), (xTriggerLevelBytes), sbTYPE_STREAM_BATCHING_BUFFER,         \
                                   (pucStreamBufferStorageArea), (pxStaticStreamBuffer), (pxSendCompletedCallback), \
                                   (pxReceiveCompletedCallback))
#endif

/* What the macros above call. xStreamBufferType: sbTYPE_*. */
StreamBufferHandle_t xStreamBufferGenericCreate(size_t xBufferSizeBytes, size_t xTriggerLevelBytes,
                                                BaseType_t xStreamBufferType,
                                                StreamBufferCallbackFunction_t pxSendCompletedCallback,
                                                StreamBufferCallbackFunction_t pxReceiveCompletedCallback);
StreamBufferHandle_t xStreamBufferGenericCreateStatic(size_t xBufferSizeBytes, size_t xTriggerLevelBytes,
                                                      BaseType_t xStreamBufferType,
                                                      uint8_t *const pucStreamBufferStorageArea,
                                                      StaticStreamBuffer_t *const pxStaticStreamBuffer,
                                                      StreamBufferCallbackFunction_t pxSendCompletedCallback,
                                                      StreamBufferCallbackFunction_t pxReceiveCompletedCallback);

/* The memory given to a Static function. pdFALSE, and nothing stored: it came from the heap. */
BaseType_t xStreamBufferGetStaticBuffers(StreamBufferHandle_t xStreamBuffer, uint8_t **ppucStreamBufferStorageArea,
                                         StaticStreamBuffer_t **ppxStaticStreamBuffer);

/* No task may wait on it. */
void vStreamBufferDelete(StreamBufferHandle_t xStreamBuffer);

/* ---- Sending. Returns the bytes taken, from the beginning of pvTxData. ---- */

/* Waits up to xTicksToWait for room for all; then sends what fits (a message: all or nothing). */
size_t xStreamBufferSend(StreamBufferHandle_t xStreamBuffer, const void *pvTxData, size_t xDataLengthBytes,
                         TickType_t xTicksToWait);

/* Sends what fits now. *pxHigherPriorityTaskWoken becomes pdTRUE when a switch should follow; may be NULL. */
size_t xStreamBufferSendFromISR(StreamBufferHandle_t xStreamBuffer, const void *pvTxData, size_t xDataLengthBytes,
                                BaseType_t *const pxHigherPriorityTaskWoken);

/* ---- Receiving. Returns the bytes stored in pvRxData, at most xBufferLengthBytes. ---- */

/* When empty, waits up to xTicksToWait for the trigger level; then takes what is there. 0: nothing came. (A message
 * that does not fit xBufferLengthBytes stays: 0.) */
size_t xStreamBufferReceive(StreamBufferHandle_t xStreamBuffer, void *pvRxData, size_t xBufferLengthBytes,
                            TickType_t xTicksToWait);
size_t xStreamBufferReceiveFromISR(StreamBufferHandle_t xStreamBuffer, void *pvRxData, size_t xBufferLengthBytes,
                                   BaseType_t *const pxHigherPriorityTaskWoken);

/* ---- What can be asked and set. ---- */

BaseType_t xStreamBufferIsFull(StreamBufferHandle_t xStreamBuffer);
BaseType_t xStreamBufferIsEmpty(StreamBufferHandle_t xStreamBuffer);

/* Bytes that can be sent, and received, now. */
size_t xStreamBufferSpacesAvailable(StreamBufferHandle_t xStreamBuffer);
size_t xStreamBufferBytesAvailable(StreamBufferHandle_t xStreamBuffer);

/* Bytes of the first message of a message buffer. 0: empty, or not a message buffer. */
size_t xStreamBufferNextMessageLengthBytes(StreamBufferHandle_t xStreamBuffer);

/* 0 counts as 1. pdTRUE | pdFALSE: more than fits. */
BaseType_t xStreamBufferSetTriggerLevel(StreamBufferHandle_t xStreamBuffer, size_t xTriggerLevel);

/* Empties it. pdPASS | pdFAIL: a task waits on it, nothing done. */
BaseType_t xStreamBufferReset(StreamBufferHandle_t xStreamBuffer);
BaseType_t xStreamBufferResetFromISR(StreamBufferHandle_t xStreamBuffer);

/* Wake the receiver, or the sender, as a send or receive does: for callbacks, and for buffers shared by two cores.
 * pdTRUE: there was one waiting. */
BaseType_t xStreamBufferSendCompletedFromISR(StreamBufferHandle_t xStreamBuffer, BaseType_t *pxHigherPriorityTaskWoken);
BaseType_t xStreamBufferReceiveCompletedFromISR(StreamBufferHandle_t xStreamBuffer,
                                                BaseType_t *pxHigherPriorityTaskWoken);

/* A notification index, 0 at first, below configTASK_NOTIFICATION_ARRAY_ENTRIES: kept for programs that set it for upstream.
 * Waiting does not use notifications here, so any index is the application's. */
UBaseType_t uxStreamBufferGetStreamBufferNotificationIndex(StreamBufferHandle_t xStreamBuffer);
void vStreamBufferSetStreamBufferNotificationIndex(StreamBufferHandle_t xStreamBuffer, UBaseType_t uxNotificationIndex);

/* For trace tools: a number of theirs, and sbTYPE_*. Needs configUSE_TRACE_FACILITY. */
UBaseType_t uxStreamBufferGetStreamBufferNumber(StreamBufferHandle_t xStreamBuffer);
void vStreamBufferSetStreamBufferNumber(StreamBufferHandle_t xStreamBuffer, UBaseType_t uxStreamBufferNumber);
uint8_t ucStreamBufferGetStreamBufferType(StreamBufferHandle_t xStreamBuffer);

#ifdef __cplusplus
}
#endif

#endif
