/* Ethernet port: whole frames in and out, without their check sequence. Interrupts only say that there is something to do.
 *
 *     static void on_event(uint32_t events) { wake_the_task(events); }            // in the interrupt
 *     ...
 *     if (!ethernet_start(priority, on_event)) return no_network();
 *     for (uint32_t bytes; (bytes = ethernet_frame_waiting()) != 0;) ethernet_receive(buffer, room); // in the task
 *
 * All but the event function belongs to one task at a time: callers take turns with a lock of their own. No call waits for the
 * other side; waits for the device are bounded by a number of looks at it. What comes from the wire is anybody's: lengths are
 * what the device says, and nothing in a frame is looked at here. */
#ifndef HF_PORT_ETHERNET_H
#define HF_PORT_ETHERNET_H

#include <stdbool.h>
#include <stdint.h>

#define ETHERNET_ADDRESS_BYTES 6u
#define ETHERNET_FRAME_MAX 1514u /* header and 1,500 bytes */
#define ETHERNET_FRAME_MIN 14u   /* header; shorter frames are padded by the device */

/* A piece of a frame to be sent. bytes: 0 or more; any alignment. */
typedef struct ethernet_segment {
  const void *at;
  uint32_t bytes;
} ethernet_segment;

/* For on_event, one or both. */
#define ETHERNET_EVENT_FRAME \
  1u /* frames are waiting; not told again before ethernet_frame_waiting() said that there is none */
#define ETHERNET_EVENT_LINK 2u /* the link may have changed: ask ethernet_link_is_up() */

/* Since the start. */
typedef struct ethernet_statistics {
  uint32_t received;        /* frames taken */
  uint32_t receive_errors;  /* damaged or of impossible length: dropped here */
  uint32_t receive_dropped; /* told by the device to have found no room; 0 where the device does not count */
  uint32_t sent;
  uint32_t send_errors; /* not sent, or sent and failed */
  uint32_t interrupts;
} ethernet_statistics;

/* Resets the device and starts it. interrupt_priority: as the interrupt controller has it. on_event: called in the interrupt, from
 * now on and never within ethernet_start(); not null. False: the device does not answer, or not as it should. May be repeated. */
bool ethernet_start(uint8_t interrupt_priority, void (*on_event)(uint32_t events)) __attribute__((warn_unused_result));

/* The device's own address. */
void ethernet_get_address(uint8_t address[ETHERNET_ADDRESS_BYTES]);

bool ethernet_link_is_up(void);

/* Sends the frame that the segments make: ETHERNET_FRAME_MIN to ETHERNET_FRAME_MAX bytes together. They are free again when it
 * returns. False: not sent: length, or the device has had no room for long. */
bool ethernet_send(const ethernet_segment *segments, uint32_t count) __attribute__((warn_unused_result));

/* Bytes of the next good frame, at most ETHERNET_FRAME_MAX; bad ones before it are dropped, at most as many as the device holds.
 * 0: none, and the event of the next one is armed. After a number, ethernet_receive() or ethernet_drop() must follow. */
uint32_t ethernet_frame_waiting(void);

/* Takes the frame that was told: its first `room` bytes, what does not fit is dropped. to: any alignment; may be null if room is 0. */
void ethernet_receive(void *to, uint32_t room);
static inline void ethernet_drop(void)
{
  ethernet_receive(0, 0);
}

ethernet_statistics ethernet_get_statistics(void);

#endif
