#include "elf_file.h"

#include <elf.h>
#include <string.h>

#include "output.h"

/* Every host we build on is little-endian, as these files are; structs are copied out, so alignment does not matter. */
static bool take(const io_bytes *file, uint64_t at, void *out, size_t bytes)
{
  if (at > file->size || bytes > file->size - at) return false;
  memcpy(out, file->data + at, bytes);
  return true;
}

static const char *wrong_kind(const io_bytes *file, Elf32_Ehdr *head)
{
  if (!take(file, 0, head, sizeof *head) || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0) return "it is not an ELF file";
  if (head->e_ident[EI_CLASS] != ELFCLASS32 || head->e_ident[EI_DATA] != ELFDATA2LSB || head->e_machine != EM_ARM)
    return "it is not for a 32-bit little-endian Arm";
  if (head->e_type != ET_EXEC) return "it is not linked to fixed addresses (ET_EXEC)";
  if (head->e_phentsize != sizeof(Elf32_Phdr)) return "its program headers have an unknown size";
  return NULL;
}

static const char *add_load(elf *e, const Elf32_Phdr *segment)
{
  if (segment->p_type != PT_LOAD || segment->p_filesz == 0) return NULL; /* .bss: the program clears it itself */
  if (segment->p_offset > e->file.size || segment->p_filesz > e->file.size - segment->p_offset)
    return "it is cut short";
  if (segment->p_filesz > UINT32_MAX - segment->p_paddr) return "a segment goes beyond the address space";
  if (e->load_count == ELF_LOADS_MAX) return "it has too many segments";
  e->loads[e->load_count++] = (elf_load){segment->p_paddr, segment->p_filesz, e->file.data + segment->p_offset};
  return NULL;
}

static const char *parse(elf *e)
{
  Elf32_Ehdr head;
  Elf32_Phdr segment;
  const char *wrong = wrong_kind(&e->file, &head);
  if (wrong != NULL) return wrong;
  e->entry = head.e_entry;
  for (uint32_t i = 0; i < head.e_phnum; i++) {
    if (!take(&e->file, (uint64_t)head.e_phoff + i * sizeof segment, &segment, sizeof segment))
      return "it is cut short";
    wrong = add_load(e, &segment);
    if (wrong != NULL) return wrong;
  }
  return e->load_count == 0 ? "it has nothing to load" : NULL;
}

bool elf_open(const char *path, elf *out)
{
  *out = (elf){0};
  if (!io_read(path, ELF_FILE_MAX, &out->file)) return false;
  const char *wrong = parse(out);
  if (wrong == NULL) return true;
  out_error("%s cannot be used: %s", path, wrong);
  elf_close(out);
  return false;
}

void elf_close(elf *e)
{
  io_free(&e->file);
  *e = (elf){0};
}

/* ---- Symbols ---- */

static bool find_in(const elf *e, const Elf32_Shdr *symbols, const Elf32_Shdr *names, const char *wanted,
                    uint32_t *value)
{
  Elf32_Sym symbol;
  size_t length = strlen(wanted) + 1; /* with its zero */
  for (uint32_t i = 0; i < symbols->sh_size / sizeof symbol; i++) {
    if (!take(&e->file, (uint64_t)symbols->sh_offset + i * sizeof symbol, &symbol, sizeof symbol)) return false;
    uint64_t at = (uint64_t)names->sh_offset + symbol.st_name;
    if (symbol.st_name >= names->sh_size || at > e->file.size || length > e->file.size - at) continue;
    if (symbol.st_shndx == SHN_UNDEF || memcmp(e->file.data + at, wanted, length) != 0) continue;
    *value = symbol.st_value;
    return true;
  }
  return false;
}

bool elf_symbol(const elf *e, const char *name, uint32_t *value)
{
  Elf32_Ehdr head;
  Elf32_Shdr symbols, names;
  if (!take(&e->file, 0, &head, sizeof head) || head.e_shentsize != sizeof symbols) return false;
  for (uint32_t i = 0; i < head.e_shnum; i++) {
    if (!take(&e->file, (uint64_t)head.e_shoff + i * sizeof symbols, &symbols, sizeof symbols)) return false;
    if (symbols.sh_type != SHT_SYMTAB || symbols.sh_link >= head.e_shnum) continue;
    if (!take(&e->file, (uint64_t)head.e_shoff + symbols.sh_link * sizeof names, &names, sizeof names)) return false;
    return find_in(e, &symbols, &names, name, value);
  }
  return false;
}
