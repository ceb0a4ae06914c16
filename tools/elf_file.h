/* Reading an ELF executable: which bytes go where, and where it starts. 32-bit little-endian Arm.
 * The file is untrusted: every offset in it is checked against the bytes we have. */
#ifndef HF_TOOLS_ELF_FILE_H
#define HF_TOOLS_ELF_FILE_H

#include "io.h"

#define ELF_FILE_MAX (4u << 20)
#define ELF_LOADS_MAX 16u

/* A PT_LOAD with bytes in the file. */
typedef struct elf_load {
  uint32_t address;    /* physical */
  uint32_t bytes;      /* in the file; > 0 */
  const uint8_t *data; /* points into the file's bytes */
} elf_load;

typedef struct elf {
  io_bytes file; /* owned: elf_close() */
  uint32_t entry;
  uint32_t load_count;
  elf_load loads[ELF_LOADS_MAX];
} elf;

/* False: has said what is wrong with `path`. */
bool elf_open(const char *path, elf *out) IO_MUST_CHECK;
void elf_close(elf *e);
/* Value of a symbol. False: there is none of that name. */
bool elf_symbol(const elf *e, const char *name, uint32_t *value) IO_MUST_CHECK;

#endif
