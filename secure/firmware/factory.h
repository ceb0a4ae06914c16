/* The device's side of the factory (factory_protocol.h). */
#ifndef HF_FIRMWARE_FACTORY_H
#define HF_FIRMWARE_FACTORY_H

/* Listens for the factory for FACTORY_WINDOW_MS; when it is there, serves it and then restarts. Otherwise comes back. For devices
 * whose OTP is not frozen only. Needs storage, random numbers and the UART. Feeds the watchdog while it serves. */
void factory_listen(void);

#endif
