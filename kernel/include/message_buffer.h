/* Message buffers: messages of any length from one sender to one receiver; macros over stream_buffer.h.
 *
 *   MessageBufferHandle_t commands = xMessageBufferCreate(1024);
 *   ...
 *   if (xMessageBufferSend(commands, text, text_bytes, 0) != text_bytes) dropped++;
 *   ...
 *   size_t n = xMessageBufferReceive(commands, command, sizeof command, portMAX_DELAY);
 *
 * A message takes its own bytes plus sizeof(configMESSAGE_BUFFER_LENGTH_TYPE). It is sent and received whole or not at
 * all. Everything said of stream buffers holds.
 */
#ifndef FREERTOS_MESSAGE_BUFFER_H
#define FREERTOS_MESSAGE_BUFFER_H

#include "FreeRTOS.h"

#include "stream_buffer.h"

/* ---- Creation and deletion. NULL: no memory. ---- */

/* xBufferSizeBytes: more than sizeof(configMESSAGE_BUFFER_LENGTH_TYPE). */
#define xMessageBufferCreate(xBufferSizeBytes) \
  xStreamBufferGenericCreate((xBufferSizeBytes), (size_t)0, sbTYPE_MESSAGE_BUFFER, NULL, NULL)
#define xMessageBufferCreateStatic(xBufferSizeBytes, pucMessageBufferStorageArea, pxStaticMessageBuffer)        \
  xStreamBufferGenericCreateStatic((xBufferSizeBytes), 0, sbTYPE_MESSAGE_BUFFER, (pucMessageBufferStorageArea), \
                                   (pxStaticMessageBuffer), NULL, NULL)

#if configUSE_SB_COMPLETED_CALLBACK == 1
#define xMessageBufferCreateWithCallback(xBufferSizeBytes, pxSendCompletedCallback, pxReceiveCompletedCallback) \
  xStreamBufferGenericCreate((xBufferSizeBytes), (size_t)0, sbTYPE_MESSAGE_BUFFER, (pxSendCompletedCallback),   \
                             (pxReceiveCompletedCallback))
#define xMessageBufferCreateStaticWithCallback(xBufferSizeBytes, pucMessageBufferStorageArea, pxStaticMessageBuffer, \
                                               pxSendCompletedCallback, pxReceiveCompletedCallback)                  \
  xStreamBufferGenericCreateStatic((xBufferSizeBytes), 0, sbTYPE_MESSAGE_BUFFER, (pucMessageBufferStorageArea),      \
                                   (pxStaticMessageBuffer), (pxSendCompletedCallback), (pxReceiveCompletedCallback))
#endif

#define xMessageBufferGetStaticBuffers(xMessageBuffer, ppucMessageBufferStorageArea, ppxStaticMessageBuffer) \
  xStreamBufferGetStaticBuffers((xMessageBuffer), (ppucMessageBufferStorageArea), (ppxStaticMessageBuffer))
#define vMessageBufferDelete(xMessageBuffer) vStreamBufferDelete(xMessageBuffer)

/* ---- Sending: returns xDataLengthBytes, or 0: no room (in time), or longer than the buffer. ---- */

#define xMessageBufferSend(xMessageBuffer, pvTxData, xDataLengthBytes, xTicksToWait) \
  xStreamBufferSend((xMessageBuffer), (pvTxData), (xDataLengthBytes), (xTicksToWait))
#define xMessageBufferSendFromISR(xMessageBuffer, pvTxData, xDataLengthBytes, pxHigherPriorityTaskWoken) \
  xStreamBufferSendFromISR((xMessageBuffer), (pvTxData), (xDataLengthBytes), (pxHigherPriorityTaskWoken))

/* ---- Receiving: returns the bytes of the message, or 0: none (in time), or longer than xBufferLengthBytes: then it
 * stays; xMessageBufferNextLengthBytes() tells its length. ---- */

#define xMessageBufferReceive(xMessageBuffer, pvRxData, xBufferLengthBytes, xTicksToWait) \
  xStreamBufferReceive((xMessageBuffer), (pvRxData), (xBufferLengthBytes), (xTicksToWait))
#define xMessageBufferReceiveFromISR(xMessageBuffer, pvRxData, xBufferLengthBytes, pxHigherPriorityTaskWoken) \
  xStreamBufferReceiveFromISR((xMessageBuffer), (pvRxData), (xBufferLengthBytes), (pxHigherPriorityTaskWoken))
#define xMessageBufferNextLengthBytes(xMessageBuffer) xStreamBufferNextMessageLengthBytes(xMessageBuffer)

/* ---- The rest, as in stream_buffer.h. Spaces count the bytes for the length. ---- */

#define xMessageBufferIsFull(xMessageBuffer) xStreamBufferIsFull(xMessageBuffer)
#define xMessageBufferIsEmpty(xMessageBuffer) xStreamBufferIsEmpty(xMessageBuffer)
#define xMessageBufferReset(xMessageBuffer) xStreamBufferReset(xMessageBuffer)
#define xMessageBufferResetFromISR(xMessageBuffer) xStreamBufferResetFromISR(xMessageBuffer)
#define xMessageBufferSpaceAvailable(xMessageBuffer) xStreamBufferSpacesAvailable(xMessageBuffer)
#define xMessageBufferSpacesAvailable(xMessageBuffer) xStreamBufferSpacesAvailable(xMessageBuffer)
#define xMessageBufferSendCompletedFromISR(xMessageBuffer, pxHigherPriorityTaskWoken) \
  xStreamBufferSendCompletedFromISR((xMessageBuffer), (pxHigherPriorityTaskWoken))
#define xMessageBufferReceiveCompletedFromISR(xMessageBuffer, pxHigherPriorityTaskWoken) \
  xStreamBufferReceiveCompletedFromISR((xMessageBuffer), (pxHigherPriorityTaskWoken))

#endif
