/* libFuzzer's name for it. Ends the program when something does not hold. */
#ifndef HF_MQTT_FUZZ_H
#define HF_MQTT_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
