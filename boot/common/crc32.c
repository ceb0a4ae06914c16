#include "crc32.h"

/* Nibble by nibble: 64 bytes of table instead of 1,024. */
static const uint32_t nibble[16] = {
  0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
  0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
};

uint32_t crc32(uint32_t crc, const void *data, uint32_t bytes)
{
  const uint8_t *byte = data;
  crc = ~crc;
  while (bytes-- > 0) {
    crc ^= *byte++;
    crc = crc >> 4 ^ nibble[crc & 15];
    crc = crc >> 4 ^ nibble[crc & 15];
  }
  return ~crc;
}
