/* An emulator plugin that counts guest instructions up to marked addresses.
 *
 *   -plugin phases.so,mark=NAME@ADDRESS[,mark=...]   at exit prints "NAME COUNT" for the first time
 *                                                    each address was reached, and "total COUNT"
 *   ,stack=LOW-HIGH[,wipe=FROM-TO]                   and "stack BYTES": HIGH minus the lowest address in
 *                                                    [LOW, HIGH) that was written, except by
 *                                                    instructions in [FROM, TO) (several: give it again)
 *
 * Marks must be where a jump or call lands (function entries). The header of the plugin interface
 * is in no package, so the few functions used are declared here; API_VERSION is the interface's.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef API_VERSION
#define API_VERSION 1
#endif

typedef void (*tb_translated)(uint64_t id, void *tb);
typedef void (*tb_executed)(unsigned cpu, void *data);
typedef void (*at_exit)(uint64_t id, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, tb_translated cb);
void qemu_plugin_register_vcpu_tb_exec_cb(void *tb, tb_executed cb, int flags, void *data);
typedef void (*memory_touched)(unsigned cpu, uint32_t info, uint64_t address, void *data);
void qemu_plugin_register_vcpu_mem_cb(void *insn, memory_touched cb, int flags, int rw, void *data);
void *qemu_plugin_tb_get_insn(const void *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const void *insn);
void qemu_plugin_register_atexit_cb(uint64_t id, at_exit cb, void *data);
size_t qemu_plugin_tb_n_insns(const void *tb);
uint64_t qemu_plugin_tb_vaddr(const void *tb);
void qemu_plugin_outs(const char *text);

__attribute__((visibility("default"))) int qemu_plugin_version = API_VERSION;

typedef struct mark {
  char name[32];
  uint64_t address;
  uint64_t count;
  bool reached;
} mark;

static mark marks[32];
static size_t mark_count;
static uint64_t executed;

/* What a block adds, handed to its callback in one pointer: instructions, and mark number + 1. */
static void *pack(size_t instructions, size_t mark_number)
{
  return (void *)(uintptr_t)(instructions << 8 | mark_number);
}

static void on_execute(unsigned cpu, void *data)
{
  (void)cpu;
  const uintptr_t packed = (uintptr_t)data;
  const size_t number = packed & 0xFF;
  if (number != 0 && !marks[number - 1].reached) {
    marks[number - 1].reached = true;
    marks[number - 1].count = executed;
  }
  executed += packed >> 8;
}

/* ---- Stack ---- */

#define WRITES 2 /* of the interface's reads, writes, both */

typedef struct range {
  uint64_t from, to;
} range;

static range stack;
static uint64_t stack_lowest = UINT64_MAX;
static range wipes[4];
static size_t wipe_count;

static bool is_in(const range *r, uint64_t address)
{
  return address >= r->from && address < r->to;
}

static void on_write(unsigned cpu, uint32_t info, uint64_t address, void *data)
{
  (void)cpu;
  (void)info;
  (void)data;
  if (is_in(&stack, address) && address < stack_lowest) stack_lowest = address;
}

static void watch_writes(const void *tb)
{
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
    void *insn = qemu_plugin_tb_get_insn(tb, i);
    bool wipes_it = false;
    for (size_t w = 0; w < wipe_count; w++) wipes_it = wipes_it || is_in(&wipes[w], qemu_plugin_insn_vaddr(insn));
    if (!wipes_it) qemu_plugin_register_vcpu_mem_cb(insn, on_write, 0, WRITES, NULL);
  }
}

static void on_translate(uint64_t id, void *tb)
{
  (void)id;
  if (stack.to != 0) watch_writes(tb);
  size_t number = 0;
  for (size_t i = 0; i < mark_count; i++)
    if (marks[i].address == qemu_plugin_tb_vaddr(tb)) number = i + 1;
  qemu_plugin_register_vcpu_tb_exec_cb(tb, on_execute, 0, pack(qemu_plugin_tb_n_insns(tb), number));
}

static void on_exit_print(uint64_t id, void *data)
{
  (void)id;
  (void)data;
  char line[96];
  for (size_t i = 0; i < mark_count; i++) {
    if (!marks[i].reached) continue;
    snprintf(line, sizeof line, "%.31s %" PRIu64 "\n", marks[i].name, marks[i].count);
    qemu_plugin_outs(line);
  }
  if (stack_lowest != UINT64_MAX) {
    snprintf(line, sizeof line, "stack %" PRIu64 "\n", stack.to - stack_lowest);
    qemu_plugin_outs(line);
  }
  snprintf(line, sizeof line, "total %" PRIu64 "\n", executed);
  qemu_plugin_outs(line);
}

static bool take_argument(const char *argument)
{
  if (sscanf(argument, "stack=%" SCNx64 "-%" SCNx64, &stack.from, &stack.to) == 2) return true;
  if (wipe_count < sizeof wipes / sizeof wipes[0] &&
      sscanf(argument, "wipe=%" SCNx64 "-%" SCNx64, &wipes[wipe_count].from, &wipes[wipe_count].to) == 2) {
    wipe_count++;
    return true;
  }
  mark *m = &marks[mark_count];
  if (mark_count == sizeof marks / sizeof marks[0]) return false;
  if (sscanf(argument, "mark=%31[^@]@%" SCNx64, m->name, &m->address) != 2) return false;
  mark_count++;
  return true;
}

__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
  (void)info;
  for (int i = 0; i < argc; i++)
    if (!take_argument(argv[i])) {
      fprintf(stderr, "phases: not understood: %s\n", argv[i]);
      return 1;
    }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  qemu_plugin_register_atexit_cb(id, on_exit_print, NULL);
  return 0;
}
