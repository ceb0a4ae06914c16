/* Lines on the device's console, one call each: "app: connected". Any task. */
#ifndef HF_APP_CONSOLE_H
#define HF_APP_CONSOLE_H

/* As printf; "app: " is put before it and the line's end after it. Cut to HF_CONSOLE_MAX bytes. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
