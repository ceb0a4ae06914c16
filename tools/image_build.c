#include "image_build.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "elf_file.h"
#include "output.h"
#include "sha256.h"

#define ELFS_MAX 8u
#define PIECES_MAX (ELFS_MAX * ELF_LOADS_MAX)

/* Bytes of one ELF segment with its address on the secure alias. */
typedef struct piece {
  uint64_t start, end;
  const uint8_t *data;
  uint32_t flags; /* SEGMENT_* */
} piece;

typedef struct pieces {
  unsigned count;
  piece at[PIECES_MAX];
} pieces;

static uint64_t down(uint64_t value)
{
  return value - value % MANIFEST_ALIGNMENT;
}

static uint64_t up(uint64_t value)
{
  return down(value + MANIFEST_ALIGNMENT - 1);
}

/* ---- Collecting ---- */

static bool inside(const board_region *region, uint64_t start, uint64_t end)
{
  return start >= region->base && end <= (uint64_t)region->base + region->bytes;
}

static bool add_piece(pieces *all, const board_region *region, const elf_load *load, const char *path)
{
  piece p = {load->address, (uint64_t)load->address + load->bytes, load->data, 0};
  const uint32_t alias = region->nonsecure_alias;
  if (alias != 0 && !inside(region, p.start, p.end) && inside(region, p.start + alias, p.end + alias)) {
    p.start += alias;
    p.end += alias;
    p.flags = SEGMENT_NONSECURE;
  }
  if (!inside(region, p.start, p.end)) {
    out_error(
      "%s: segment 0x%08x..0x%08llx lies outside the load region 0x%08x..0x%08llx; check its linker script (load "
      "addresses) and --kind",
      path, load->address, (unsigned long long)load->address + load->bytes, region->base,
      (unsigned long long)region->base + region->bytes);
    return false;
  }
  all->at[all->count++] = p; /* room for all: PIECES_MAX */
  return true;
}

static bool add_elf(pieces *all, const board_region *region, const elf *e, const char *path)
{
  for (uint32_t i = 0; i < e->load_count; i++)
    if (!add_piece(all, region, &e->loads[i], path)) return false;
  return true;
}

/* ---- Laying out ---- */

static int by_address(const void *a, const void *b)
{
  const piece *left = a, *right = b;
  return left->start < right->start ? -1 : left->start > right->start;
}

static bool refuse_overlap(const piece *first, const piece *second)
{
  if (second->start < first->end) {
    out_error("segments overlap at 0x%08llx; check the linker scripts", (unsigned long long)second->start);
    return true;
  }
  if (first->flags != second->flags && down(second->start) < up(first->end)) {
    out_error("a secure and a non-secure segment share the 16 bytes at 0x%08llx; align them in the linker scripts",
              (unsigned long long)down(second->start));
    return true;
  }
  return false;
}

/* Does p go on in segment s, which ends at `end`? */
static bool continues(const manifest_segment *s, uint64_t end, const piece *p)
{
  return s->flags == p->flags && down(p->start) <= end;
}

static bool lay_out(image *img, const pieces *all)
{
  manifest *m = &img->head;
  m->segment_count = 0;
  for (unsigned i = 0; i < all->count; i++) {
    const piece *p = &all->at[i];
    if (i > 0 && refuse_overlap(&all->at[i - 1], p)) return false;
    manifest_segment *last = m->segment_count == 0 ? NULL : &m->segments[m->segment_count - 1];
    if (last != NULL && continues(last, (uint64_t)last->address + last->bytes, p)) {
      last->bytes = (uint32_t)(up(p->end) - last->address);
      continue;
    }
    if (m->segment_count == MANIFEST_SEGMENTS_MAX) {
      out_error("more than %u separate segments; bring them together in the linker scripts", MANIFEST_SEGMENTS_MAX);
      return false;
    }
    m->segments[m->segment_count++] = (manifest_segment){
      .address = (uint32_t)down(p->start), .bytes = (uint32_t)(up(p->end) - down(p->start)), .flags = p->flags};
  }
  m->payload_bytes = 0; /* stays 0 when the ELF files load nothing: refused below */
  for (uint32_t i = 0; i < m->segment_count; i++) {
    m->segments[i].offset = m->payload_bytes;
    m->payload_bytes += m->segments[i].bytes; /* bounded by the region, which all lie in without overlap */
  }
  return true;
}

static bool fill_payload(image *img, const pieces *all)
{
  manifest *m = &img->head;
  if (m->payload_bytes == 0) {
    out_error("the ELF files have nothing to load");
    return false;
  }
  img->payload = calloc(1, m->payload_bytes);
  if (img->payload == NULL) {
    out_error("out of memory");
    return false;
  }
  for (unsigned i = 0; i < all->count; i++) {
    const piece *p = &all->at[i];
    const manifest_segment *s = m->segments;
    while (p->start < s->address || p->start >= (uint64_t)s->address + s->bytes) s++; /* lay_out() made one for each */
    memcpy(img->payload + s->offset + (p->start - s->address), p->data, (size_t)(p->end - p->start));
  }
  sha256(m->payload_sha256, img->payload, m->payload_bytes);
  return true;
}

/* ---- Where it starts ---- */

static bool find_vectors(manifest *m, const elf *first, const pieces *all, unsigned own, const char *vectors)
{
  if (vectors == NULL) {
    uint64_t lowest = all->at[0].start;
    for (unsigned i = 1; i < own; i++)
      if (all->at[i].start < lowest) lowest = all->at[i].start;
    m->vectors = (uint32_t)lowest;
    return true;
  }
  if (cli_number(vectors, &m->vectors) || elf_symbol(first, vectors, &m->vectors)) return true;
  out_error("--vectors %s: neither a number nor a symbol of the first ELF file", vectors);
  return false;
}

/* own: pieces of the first ELF, which come first in `all`, still unsorted. */
static bool find_start(manifest *m, const board_profile *board, const elf *first, const pieces *all, unsigned own,
                       const char *vectors)
{
  m->entry = first->entry;
  if (m->entry % 2 != board->entry_mark) {
    out_error(
      "entry 0x%08x of the first ELF file is not a code address of this board (bit 0 must be %u); check ENTRY() of "
      "its linker script",
      m->entry, board->entry_mark);
    return false;
  }
  return find_vectors(m, first, all, own, vectors);
}

static bool build(image *img, const board_profile *board, const elf *elfs, const char *const *paths, unsigned count,
                  const char *vectors)
{
  static pieces all;
  const board_region *region = img->head.kind == MANIFEST_KIND_LOADER ? &board->loader_load : &board->firmware_load;
  all.count = 0;
  for (unsigned i = 0; i < count; i++)
    if (!add_elf(&all, region, &elfs[i], paths[i])) return false;
  if (!find_start(&img->head, board, &elfs[0], &all, elfs[0].load_count, vectors)) return false;
  qsort(all.at, all.count, sizeof all.at[0], by_address);
  return lay_out(img, &all) && fill_payload(img, &all);
}

bool image_build(image *img, const board_profile *board, const char *const *elf_paths, unsigned elf_count,
                 const char *vectors)
{
  elf elfs[ELFS_MAX] = {0};
  bool built = elf_count <= ELFS_MAX;
  if (!built) out_error("at most %u ELF files go into one image", ELFS_MAX);
  for (unsigned i = 0; built && i < elf_count; i++) built = elf_open(elf_paths[i], &elfs[i]);
  built = built && build(img, board, elfs, elf_paths, elf_count, vectors);
  for (unsigned i = 0; i < elf_count && i < ELFS_MAX; i++) elf_close(&elfs[i]);
  return built;
}

/* ---- Files ---- */

bool image_read(const char *path, uint32_t place_max, image *out)
{
  io_bytes file;
  *out = (image){0};
  if (!io_read(path, place_max, &file)) return false;
  if (file.size > MANIFEST_BYTES) memcpy(&out->head, file.data, MANIFEST_BYTES);
  const char *wrong = NULL;
  if (file.size <= MANIFEST_BYTES || out->head.magic != MANIFEST_MAGIC)
    wrong = "is not an image of ours";
  else if (out->head.payload_bytes != file.size - MANIFEST_BYTES)
    wrong = "does not have the length its manifest announces; it was cut short or lengthened";
  else if ((out->payload = malloc(out->head.payload_bytes)) == NULL)
    wrong = "does not fit into memory";
  else
    memcpy(out->payload, file.data + MANIFEST_BYTES, out->head.payload_bytes);
  io_free(&file);
  if (wrong != NULL) out_error("%s %s", path, wrong);
  return wrong == NULL;
}

bool image_write(const char *path, const image *img)
{
  size_t bytes = MANIFEST_BYTES + (size_t)img->head.payload_bytes;
  uint8_t *file = malloc(bytes);
  if (file == NULL) {
    out_error("out of memory");
    return false;
  }
  memcpy(file, &img->head, MANIFEST_BYTES);
  memcpy(file + MANIFEST_BYTES, img->payload, img->head.payload_bytes);
  bool written = io_write_output(path, file, bytes);
  free(file);
  return written;
}

void image_free(image *img)
{
  free(img->payload);
  img->payload = NULL;
}
