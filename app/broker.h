/* The conversation with the broker, for ever, in the task that calls:
 *
 *   dt/THING/telemetry   every second, while connected:
 *                        {"uptime_s":4,"firmware":"1.0.0","reset":"power-on","stack_left":5000}
 *   dt/THING/cmd         commands for us: "ping"
 *   dt/THING/answer      "pong"
 *
 * A connection that is lost comes back with the session engine's pauses (mqtt_session.h). */
#ifndef HF_APP_BROKER_H
#define HF_APP_BROKER_H

#include "identity.h"

typedef struct broker_events {
  void (*alive)(void);     /* at least every minute, whatever the network does */
  void (*connected)(void); /* the broker has accepted us */
} broker_events;

_Noreturn void broker_serve(const identity *who, const broker_events *events);

#endif
