/* An emulator plugin that counts guest instructions between marks (hint instructions, see bench.h), one way and in all,
 * and the longest stretch with interrupts masked.
 *
 *   -plugin counter.so     at each end of a row prints "METER ONE_WAY ONE_WAYS MASKED ADDRESS":
 *                          instructions between start and stop, and from "from" to "to"; number of the latter; longest
 *                          masked stretch that began between start and stop, and where (in hexadecimal)
 *
 * Marks are not counted. A stretch is masked from the instruction after the write that masks to the write that
 * unmasks. The interface cannot read registers, so what a write to BASEPRI does is told from what came before it: a
 * constant that was loaded says it; a write right after a read (save, then mask) masks; any other gives back what was
 * saved. They nest. The header of the plugin interface is in no package, so the few functions used are declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifndef API_VERSION
#define API_VERSION 1
#endif

typedef void (*tb_translated)(uint64_t id, void *tb);
typedef void (*insn_executed)(unsigned cpu, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, tb_translated cb);
void qemu_plugin_register_vcpu_insn_exec_cb(void *insn, insn_executed cb, int flags, void *data);
size_t qemu_plugin_tb_n_insns(const void *tb);
void *qemu_plugin_tb_get_insn(const void *tb, size_t index);
#if API_VERSION >= 3
size_t qemu_plugin_insn_data(const void *insn, void *to, size_t bytes);
#else
const void *qemu_plugin_insn_data(const void *insn);
#endif
uint64_t qemu_plugin_insn_vaddr(const void *insn);
void qemu_plugin_outs(const char *text);

__attribute__((visibility("default"))) int qemu_plugin_version = API_VERSION;

enum { READ_TO_MASK_MAX = 6, CONSTANT_TO_WRITE_MAX = 4 };

static uint64_t executed;

static bool metering, marks_missed;
static uint64_t meter_began, meter;

static bool under_way;
static uint64_t way_began, one_way, one_ways;

static unsigned mask_depth;
static uint64_t basepri_read_at;
static bool stretch_counts;
static uint64_t stretch_began, stretch_address, longest, longest_address;

static void on_start(unsigned cpu, void *data)
{
  (void)cpu;
  (void)data;
  if (metering) marks_missed = true;
  metering = true;
  meter_began = executed;
}

static void on_stop(unsigned cpu, void *data)
{
  (void)cpu;
  (void)data;
  if (!metering) marks_missed = true;
  meter += executed - meter_began;
  metering = false;
}

static void on_from(unsigned cpu, void *data)
{
  (void)cpu;
  (void)data;
  under_way = true;
  way_began = executed;
}

static void on_to(unsigned cpu, void *data)
{
  (void)cpu;
  (void)data;
  if (!under_way) return;
  under_way = false;
  one_way += executed - way_began;
  one_ways++;
}

static void on_row(unsigned cpu, void *data)
{
  (void)cpu;
  (void)data;
  char line[128];
  snprintf(line, sizeof line, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %08" PRIx64 "\n", meter, one_way,
           one_ways, longest, longest_address);
  if (metering || marks_missed)
    qemu_plugin_outs("a mark was missed\n");
  else if (mask_depth != 0)
    qemu_plugin_outs("interrupts are masked at the end of a row\n");
  else
    qemu_plugin_outs(line);
  meter = one_way = one_ways = longest = longest_address = 0;
  under_way = false;
}

static void on_read_basepri(unsigned cpu, void *data)
{
  (void)cpu;
  (void)data;
  basepri_read_at = executed;
}

static void masked(uint64_t address)
{
  if (mask_depth++ != 0) return;
  stretch_began = executed;
  stretch_address = address;
  stretch_counts = metering;
}

static void unmasked(void)
{
  if (mask_depth == 0 || --mask_depth != 0) return;
  const uint64_t length = executed - stretch_began;
  if (!stretch_counts || length <= longest) return;
  longest = length;
  longest_address = stretch_address;
}

/* A value from a register that no constant was loaded into. */
static void on_write(unsigned cpu, void *data)
{
  (void)cpu;
  const bool masks = executed - basepri_read_at <= READ_TO_MASK_MAX;
  basepri_read_at = 0;
  if (masks)
    masked((uintptr_t)data);
  else
    unmasked();
}

static void on_write_nonzero(unsigned cpu, void *data)
{
  (void)cpu;
  basepri_read_at = 0;
  masked((uintptr_t)data);
}

static void on_write_zero(unsigned cpu, void *data)
{
  (void)cpu;
  (void)data;
  if (mask_depth > 1) mask_depth = 1;
  unmasked();
}

static void on_cpsid(unsigned cpu, void *data)
{
  (void)cpu;
  masked((uintptr_t)data);
}

static void on_cpsie(unsigned cpu, void *data)
{
  (void)cpu;
  (void)data;
  unmasked();
}

/* Instructions by their halfwords; the second is 0 in short ones. The emulator's size cannot tell which are: at the end of
 * a page it looks ahead, and counts what it saw as part of the instruction. */
typedef struct insn_code {
  uint16_t first, second;
} insn_code;

static insn_code code_of(const void *insn)
{
#if API_VERSION >= 3
  uint8_t bytes[4] = {0};
  (void)qemu_plugin_insn_data(insn, bytes, sizeof bytes);
#else
  const uint8_t *bytes = qemu_plugin_insn_data(insn);
#endif
  insn_code code = {(uint16_t)(bytes[0] | bytes[1] << 8), 0};
  if (code.first >= 0xe800) code.second = (uint16_t)(bytes[2] | bytes[3] << 8);
  return code;
}

/* MOVS and MOV.W with a constant: the register; -1: another instruction. */
static int constant_register(insn_code code)
{
  if ((code.first & 0xf800) == 0x2000) return code.first >> 8 & 7;
  if ((code.first & 0xfbef) == 0xf04f) return code.second >> 8 & 15;
  return -1;
}

static bool constant_is_zero(insn_code code)
{
  return (code.first & 0xf800) == 0x2000 ? (code.first & 0xff) == 0 : (code.second & 0x70ff) == 0;
}

/* MSR BASEPRI, number `write` of the block. */
static insn_executed kind_of_write(const void *tb, size_t write)
{
  const int value = code_of(qemu_plugin_tb_get_insn(tb, write)).first & 15;
  for (size_t back = 1; back <= CONSTANT_TO_WRITE_MAX && back <= write; back++) {
    const insn_code code = code_of(qemu_plugin_tb_get_insn(tb, write - back));
    if (constant_register(code) == value) return constant_is_zero(code) ? on_write_zero : on_write_nonzero;
  }
  return on_write;
}

static insn_executed mark_of(insn_code code)
{
  static const insn_executed marks[] = {on_start, on_stop, on_from, on_to, on_row};
  const bool is_mark = code.first == 0xf3af && code.second >= 0x80a0 && code.second <= 0x80a4;
  return is_mark ? marks[code.second - 0x80a0] : NULL;
}

static insn_executed masking_of(const void *tb, size_t number, insn_code code)
{
  if (code.first == 0xf3ef && (code.second & 0xf0ff) == 0x8011) return on_read_basepri;
  if ((code.first & 0xfff0) == 0xf380 && (code.second == 0x8811 || code.second == 0x8812))
    return kind_of_write(tb, number);
  if (code.first == 0xb672) return on_cpsid;
  if (code.first == 0xb662) return on_cpsie;
  return NULL;
}

static void on_any(unsigned cpu, void *address)
{
  (void)cpu;
  (void)address;
  executed++;
}

static void on_translate(uint64_t id, void *tb)
{
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(tb);
  for (size_t i = 0; i < count; i++) {
    void *insn = qemu_plugin_tb_get_insn(tb, i);
    void *address = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);
    const insn_code code = code_of(insn);
    const insn_executed mark = mark_of(code), masking = masking_of(tb, i, code);
    qemu_plugin_register_vcpu_insn_exec_cb(insn, mark != NULL ? mark : on_any, 0, address);
    if (masking != NULL) qemu_plugin_register_vcpu_insn_exec_cb(insn, masking, 0, address);
  }
}

__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
  (void)info;
  (void)argc;
  (void)argv;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  return 0;
}
