/* CRC-32 (IEEE 802.3, reflected 0xEDB88320): finds accidents, not attackers. */
#ifndef HF_BOOT_CRC32_H
#define HF_BOOT_CRC32_H

#include <stdint.h>

/* crc: 0 to begin, the last result to go on. */
uint32_t crc32(uint32_t crc, const void *data, uint32_t bytes);

#endif
