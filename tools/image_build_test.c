/* ELF files to images: what is laid out where, and what is refused. */
#include "test_support.h"

#include <elf.h>

#include "elf_file.h"
#include "image_build.h"
#include "sha256.h"

/* ---- Made-up ELF files ---- */

typedef struct part {
  uint32_t address, bytes;
  uint8_t fill;
} part;

#define HEAD_ROOM 512u

static size_t make_elf(uint8_t *out, uint32_t entry, const part *parts, unsigned count)
{
  Elf32_Ehdr head = {.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
                     .e_type = ET_EXEC,
                     .e_machine = EM_ARM,
                     .e_version = 1,
                     .e_entry = entry,
                     .e_phoff = sizeof head,
                     .e_ehsize = sizeof head,
                     .e_phentsize = sizeof(Elf32_Phdr),
                     .e_phnum = (Elf32_Half)count};
  size_t at = HEAD_ROOM;
  memset(out, 0, HEAD_ROOM);
  memcpy(out, &head, sizeof head);
  for (unsigned i = 0; i < count; i++) {
    Elf32_Phdr segment = {.p_type = PT_LOAD,
                          .p_offset = (Elf32_Off)at,
                          .p_vaddr = parts[i].address,
                          .p_paddr = parts[i].address,
                          .p_filesz = parts[i].bytes,
                          .p_memsz = parts[i].bytes + 64};
    memcpy(out + sizeof head + i * sizeof segment, &segment, sizeof segment);
    memset(out + at, parts[i].fill, parts[i].bytes);
    at += parts[i].bytes;
  }
  return at;
}

static void put_elf(const char *path, uint32_t entry, const part *parts, unsigned count)
{
  static uint8_t file[65536];
  put_file(path, file, make_elf(file, entry, parts, count));
}

static const board_profile *an524(void)
{
  return board_profile_find("an524");
}

static bool build(image *img, unsigned count)
{
  static const char *const paths[] = {"a.elf", "b.elf"};
  *img = (image){.head = {.kind = MANIFEST_KIND_FIRMWARE}};
  return image_build(img, an524(), paths, count, NULL);
}

/* ---- Layout ---- */

static void merges_adjacent_pieces_and_fills_gaps_with_zeros(void **state)
{
  (void)state;
  image img;
  put_elf("a.elf", 0x38000101, (const part[]){{0x38000000, 0x105, 1}, {0x38000108, 5, 2}}, 2);
  assert_true(build(&img, 1));
  assert_int_equal(img.head.segment_count, 1);
  assert_int_equal(img.head.segments[0].address, 0x38000000);
  assert_int_equal(img.head.segments[0].bytes, 0x110);
  assert_int_equal(img.head.payload_bytes, 0x110);
  assert_int_equal(img.payload[0x104], 1);
  assert_int_equal(img.payload[0x105], 0); /* between the pieces */
  assert_int_equal(img.payload[0x108], 2);
  assert_int_equal(img.payload[0x10D], 0); /* up to 16 */
  assert_int_equal(img.head.entry, 0x38000101);
  assert_int_equal(img.head.vectors, 0x38000000);
  uint8_t digest[32];
  sha256(digest, img.payload, 0x110);
  assert_memory_equal(digest, img.head.payload_sha256, 32);
  image_free(&img);
}

static void sorts_two_files_and_marks_nonsecure_aliases(void **state)
{
  (void)state;
  image img;
  put_elf("a.elf", 0x38040001, (const part[]){{0x38040000, 32, 1}}, 1);
  put_elf("b.elf", 0x28000001, (const part[]){{0x28020000, 16, 3}, {0x28000000, 16, 2}}, 2);
  assert_true(build(&img, 2));
  assert_int_equal(img.head.segment_count, 3);
  assert_int_equal(img.head.segments[0].address, 0x38000000);
  assert_int_equal(img.head.segments[0].flags, SEGMENT_NONSECURE);
  assert_int_equal(img.head.segments[1].address, 0x38020000);
  assert_int_equal(img.head.segments[1].offset, 16);
  assert_int_equal(img.head.segments[2].address, 0x38040000);
  assert_int_equal(img.head.segments[2].flags, 0);
  assert_int_equal(img.payload[0], 2);
  assert_int_equal(img.payload[16], 3);
  assert_int_equal(img.payload[32], 1);
  assert_int_equal(img.head.entry, 0x38040001); /* of the first file, wherever it lies */
  assert_int_equal(img.head.vectors, 0x38040000);
  image_free(&img);
}

static void is_reproducible(void **state)
{
  (void)state;
  image one, two;
  put_elf("a.elf", 0x38000001, (const part[]){{0x38000000, 99, 1}, {0x38001000, 7, 2}}, 2);
  assert_true(build(&one, 1));
  assert_true(build(&two, 1));
  assert_memory_equal(&one.head, &two.head, sizeof one.head);
  assert_memory_equal(one.payload, two.payload, one.head.payload_bytes);
  image_free(&one);
  image_free(&two);
}

static void refuses(uint32_t entry, const part *parts, unsigned count)
{
  image img;
  put_elf("a.elf", entry, parts, count);
  assert_false(build(&img, 1));
  image_free(&img);
}

static void refuses_what_cannot_be_laid_out(void **state)
{
  (void)state;
  refuses(0x38000001, (const part[]){{0x38000000, 32, 1}, {0x3800001F, 32, 2}}, 2); /* overlap */
  refuses(0x38000001, (const part[]){{0x38000000, 32, 1}, {0x38000000, 32, 2}}, 2);
  refuses(0x38000001, (const part[]){{0x38000000, 17, 1}, {0x28000018, 8, 2}}, 2); /* worlds share 16 bytes */
  refuses(0x38000001, (const part[]){{0x38000000, 32, 1}, {0x28000010, 8, 2}}, 2); /* the same RAM by two names */
  refuses(0x38000001, (const part[]){{0x37FFFFF0, 32, 1}}, 1);                     /* before the region */
  refuses(0x38000001, (const part[]){{0x3807FFF0, 17, 1}}, 1);                     /* beyond it */
  refuses(0x38000001, (const part[]){{0xFFFFFFF0, 15, 1}}, 1);
  refuses(0x30009001, (const part[]){{0x30009000, 32, 1}}, 1); /* a loader's address in firmware */
  refuses(0x38000000, (const part[]){{0x38000000, 32, 1}}, 1); /* entry without the Thumb bit */
  part many[9];
  for (uint32_t i = 0; i < 9; i++) many[i] = (part){0x38000000 + i * 0x100, 16, 1};
  refuses(0x38000001, many, 9); /* more segments than a manifest holds */
}

/* ---- Hostile ELF files ---- */

static bool opens(const uint8_t *bytes, size_t count)
{
  elf e;
  uint32_t value;
  put_file("h.elf", bytes, count);
  bool opened = elf_open("h.elf", &e);
  if (opened) (void)!elf_symbol(&e, "vectors", &value);
  if (opened) elf_close(&e);
  return opened;
}

static void refuses_every_truncation(void **state)
{
  (void)state;
  static uint8_t file[1024];
  size_t bytes = make_elf(file, 0x38000001, (const part[]){{0x38000000, 64, 1}, {0x38000100, 64, 2}}, 2);
  assert_true(opens(file, bytes));
  for (size_t cut = 0; cut < bytes; cut++) assert_false(opens(file, cut));
}

/* Whatever the headers say, nothing beyond the file is read: the sanitizer is the judge. */
static void survives_every_wrong_header_byte(void **state)
{
  (void)state;
  static uint8_t file[1024];
  static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
  size_t bytes = make_elf(file, 0x38000001, (const part[]){{0x38000000, 64, 1}}, 1);
  for (size_t i = 0; i < sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr); i++)
    for (size_t k = 0; k < sizeof values; k++) {
      uint8_t before = file[i];
      file[i] = values[k];
      (void)opens(file, bytes);
      file[i] = before;
    }
}

static size_t make_elf_with_symbol(uint8_t *file, const char *name, uint32_t value)
{
  size_t bytes = make_elf(file, 0x38000001, (const part[]){{0x38000000, 64, 1}}, 1);
  Elf32_Ehdr head;
  Elf32_Sym symbol = {.st_name = 1, .st_value = value, .st_shndx = 1};
  Elf32_Shdr sections[2] = {
    {.sh_type = SHT_SYMTAB, .sh_offset = (Elf32_Off)bytes, .sh_size = sizeof symbol, .sh_link = 1},
    {.sh_type = SHT_STRTAB, .sh_offset = (Elf32_Off)(bytes + sizeof symbol), .sh_size = 16},
  };
  memcpy(&head, file, sizeof head);
  memcpy(file + bytes, &symbol, sizeof symbol);
  memset(file + bytes + sizeof symbol, 0, 16);
  memcpy(file + bytes + sizeof symbol + 1, name, strlen(name));
  bytes += sizeof symbol + 16;
  head.e_shoff = (Elf32_Off)bytes;
  head.e_shentsize = sizeof sections[0];
  head.e_shnum = 2;
  memcpy(file, &head, sizeof head);
  memcpy(file + bytes, sections, sizeof sections);
  return bytes + sizeof sections;
}

static void finds_a_symbol_and_survives_damaged_tables(void **state)
{
  (void)state;
  static uint8_t file[2048];
  elf e;
  uint32_t value;
  size_t bytes = make_elf_with_symbol(file, "vectors", 0x38000080);
  put_file("s.elf", file, bytes);
  assert_true(elf_open("s.elf", &e));
  assert_true(elf_symbol(&e, "vectors", &value));
  assert_int_equal(value, 0x38000080);
  assert_false(elf_symbol(&e, "vector", &value));
  assert_false(elf_symbol(&e, "vectors2", &value));
  elf_close(&e);
  for (size_t i = bytes - 2 * sizeof(Elf32_Shdr) - 32; i < bytes; i++) {
    uint8_t before = file[i];
    file[i] = 0xFF;
    (void)opens(file, bytes);
    file[i] = before;
  }
}

/* ---- Image files ---- */

static void reads_back_what_it_wrote_and_refuses_other_lengths(void **state)
{
  (void)state;
  image img, again;
  static uint8_t file[16384];
  put_elf("a.elf", 0x38000001, (const part[]){{0x38000000, 99, 1}}, 1);
  assert_true(build(&img, 1));
  img.head.magic = MANIFEST_MAGIC;
  assert_true(image_write("a.img", &img));
  assert_true(image_read("a.img", 1u << 20, &again));
  assert_memory_equal(&img.head, &again.head, sizeof img.head);
  assert_memory_equal(img.payload, again.payload, img.head.payload_bytes);
  image_free(&again);
  size_t bytes = get_file("a.img", file, sizeof file);
  const size_t wrong[] = {0, 1, 4095, 4096, 4097, bytes - 1, bytes + 1};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    put_file("w.img", file, wrong[i]);
    assert_false(image_read("w.img", 1u << 20, &again));
  }
  assert_false(image_read("a.img", (uint32_t)bytes - 1, &again)); /* larger than its place */
  assert_false(image_read(".", 1u << 20, &again));
  assert_false(image_read("absent", 1u << 20, &again));
  image_free(&img);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(merges_adjacent_pieces_and_fills_gaps_with_zeros),
    cmocka_unit_test(sorts_two_files_and_marks_nonsecure_aliases),
    cmocka_unit_test(is_reproducible),
    cmocka_unit_test(refuses_what_cannot_be_laid_out),
    cmocka_unit_test(refuses_every_truncation),
    cmocka_unit_test(survives_every_wrong_header_byte),
    cmocka_unit_test(finds_a_symbol_and_survives_damaged_tables),
    cmocka_unit_test(reads_back_what_it_wrote_and_refuses_other_lengths),
  };
  return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
