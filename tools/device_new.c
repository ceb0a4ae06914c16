/* holdfast device new: the factory. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "board.h"
#include "cli.h"
#include "counter.h"
#include "device_commands.h"
#include "elf_file.h"
#include "handoff.h"
#include "host_board.h"
#include "image_check.h"
#include "image_fields.h"
#include "journal.h"
#include "otp_map.h"
#include "output.h"
#include "twin.h"

typedef struct new_options {
  const char *board, *rom, *loader, *firmware, *policy, *product, *serial, *lifecycle;
  cli_list roots;
  uint32_t hardware_revision;
} new_options;

/* What is put into the device, read and checked before anything is made. */
typedef struct parts {
  const board_profile *board;
  io_bytes rom;
  image loader, firmware;
  otp_fuses fuses;
} parts;

static void free_parts(parts *p)
{
  io_free(&p->rom);
  image_free(&p->loader);
  image_free(&p->firmware);
}

/* ---- Fuses ---- */

static int set_policy(const cli_command_help *help, const char *name, otp_fuses *fuses)
{
  if (strcmp(name, "both") == 0) fuses->policy = OTP_POLICY_BOTH;
  if (strcmp(name, "p256") == 0) fuses->policy = OTP_POLICY_P256_ONLY;
  if (strcmp(name, "lms") == 0) fuses->policy = OTP_POLICY_LMS_ONLY;
  return fuses->policy == 0 ? cli_misuse(help, "--policy is both, p256 or lms") : OUT_OK;
}

static int set_lifecycle(const cli_command_help *help, const char *name, otp_fuses *fuses)
{
  bool secured = strcmp(name, "secured") == 0;
  if (!secured && strcmp(name, "factory") != 0) return cli_misuse(help, "--lifecycle is factory or secured");
  fuses->factory_mark = OTP_MARK_SET;
  fuses->secured_mark = secured ? OTP_MARK_SET : 0;
  return OUT_OK;
}

/* A key in two places would survive the revocation of one. */
static bool is_twice(const uint8_t (*hashes)[TRUST_HASH_BYTES], unsigned count)
{
  static const uint8_t empty[TRUST_HASH_BYTES];
  for (unsigned i = 0; i < count; i++)
    if (memcmp(hashes[i], hashes[count], TRUST_HASH_BYTES) == 0 && memcmp(hashes[i], empty, TRUST_HASH_BYTES) != 0)
      return true;
  return false;
}

static int set_roots(const cli_list *names, otp_fuses *fuses)
{
  for (unsigned i = 0; i < names->count; i++) {
    key_records keys;
    if (!key_records_load(cli_keys_directory(), names->items[i], &keys)) return OUT_REFUSED;
    if (fuses->secured_mark != 0 && ((keys.p256.flags | keys.lms.flags) & KEY_DEVELOPMENT) != 0)
      return out_refuse("%s is a development key: it cannot be a root of a secured device", names->items[i]);
    if ((fuses->policy != OTP_POLICY_LMS_ONLY && !keys.has_p256) ||
        (fuses->policy != OTP_POLICY_P256_ONLY && !keys.has_lms))
      return out_refuse("key %s lacks an algorithm the policy asks for; make it with: holdfast key new",
                        names->items[i]);
    if (keys.has_p256) key_p256_hash(&keys.p256, fuses->root_p256[i]);
    if (keys.has_lms) key_lms_hash(&keys.lms, fuses->root_lms[i]);
    if (is_twice(fuses->root_p256, i) || is_twice(fuses->root_lms, i))
      return out_refuse("root key %s is given twice", names->items[i]);
  }
  return OUT_OK;
}

static int set_identity(const cli_command_help *help, const new_options *o, const image *loader, otp_fuses *fuses)
{
  memcpy(fuses->product_id, loader->head.product_id, sizeof fuses->product_id);
  if (o->product != NULL && !field_product(o->product, fuses->product_id))
    return cli_misuse(help, "--product takes 1 to 16 printable characters without blanks");
  fuses->hardware_revision = o->hardware_revision == CLI_UNSET ? loader->head.hardware_min : o->hardware_revision;
  if (o->serial == NULL) {
    uint8_t random[8];
    if (RAND_bytes(random, sizeof random) != 1) return out_refuse("no random numbers to be had");
    char text[2 * sizeof random + 1];
    for (size_t i = 0; i < sizeof random; i++) snprintf(text + 2 * i, 3, "%02x", random[i]);
    memcpy(fuses->serial, text, 2 * sizeof random);
    return OUT_OK;
  }
  size_t length = strlen(o->serial);
  if (length < 1 || length > sizeof fuses->serial || !io_name_is_plain(o->serial))
    return cli_misuse(help, "--serial takes 1 to %zu of a-z A-Z 0-9 : _ -", sizeof fuses->serial);
  memcpy(fuses->serial, o->serial, length);
  return OUT_OK;
}

/* ---- Reading and checking the parts ---- */

/* Code elsewhere would run in the emulator, as the ROM of no chip could. */
static bool rom_fits(const char *path, const board_profile *board)
{
  elf rom;
  if (!elf_open(path, &rom)) return false;
  bool fits = true;
  for (uint32_t i = 0; i < rom.load_count; i++) {
    uint32_t from = rom.loads[i].address - board->rom_base;
    fits = fits && from < board->rom_bytes && rom.loads[i].bytes <= board->rom_bytes - from;
  }
  if (!fits)
    out_error("%s does not lie in the ROM of board %s (0x%08x, %u bytes); is it the ROM?", path, board->name,
              board->rom_base, board->rom_bytes);
  elf_close(&rom);
  return fits;
}

static int read_parts(const cli_command_help *help, const new_options *o, parts *p)
{
  p->board = board_profile_find(o->board);
  if (p->board == NULL) return OUT_USAGE;
  int code = set_policy(help, o->policy, &p->fuses);
  if (code == OUT_OK) code = set_lifecycle(help, o->lifecycle, &p->fuses);
  if (code == OUT_OK) code = set_roots(&o->roots, &p->fuses);
  if (code != OUT_OK) return code;
  if (!io_read(o->rom, TWIN_ROM_MAX, &p->rom)) return OUT_REFUSED;
  if (p->rom.size < 52 || memcmp(p->rom.data, "\177ELF", 4) != 0)
    return out_refuse("%s is not an ELF file; the ROM is given as linked", o->rom);
  if (!rom_fits(o->rom, p->board)) return OUT_REFUSED;
  if (!image_read(o->loader, p->board->loader_bytes, &p->loader)) return OUT_REFUSED;
  if (!image_read(o->firmware, p->board->slot_bytes, &p->firmware)) return OUT_REFUSED;
  return set_identity(help, o, &p->loader, &p->fuses);
}

static int refuse_image(const char *path, boot_status status)
{
  return out_refuse("%s: this device would refuse it: %s (%s); no device was made", path, boot_status_text(status),
                    boot_status_name(status));
}

/* With the device's own code, against the OTP it is going to have. */
static int check_parts(const new_options *o, parts *p)
{
  static uint8_t otp[OTP_BYTES];
  device_facts facts;
  verify_trust trust;
  memset(otp, 0, sizeof otp);
  memcpy(otp + OTP_FUSES_OFFSET, &p->fuses, sizeof p->fuses);
  board_profile_select(p->board);
  host_otp_attach(otp, false);
  boot_status status = twin_loader_trust(&facts, &trust);
  if (status == BOOT_OK) status = image_check(p->board, &p->loader, &trust);
  if (status != BOOT_OK) return refuse_image(o->loader, status);
  status = device_firmware_trust(&facts, &p->loader.head, &trust);
  if (status == BOOT_OK) status = image_check(p->board, &p->firmware, &trust);
  return status == BOOT_OK ? OUT_OK : refuse_image(o->firmware, status);
}

/* ---- Filling the device ---- */

static bool program_secrets(twin *t)
{
  /* Straight into the bank: they are in no other memory of ours. */
  return RAND_priv_bytes(t->otp + OTP_UNIQUE_KEY_OFFSET, 32) == 1 &&
         RAND_priv_bytes(t->otp + OTP_UNIQUE_SECRET_OFFSET, 32) == 1;
}

static boot_status start_journal(void)
{
  journal j;
  journal_open(&j);
  journal_record first = j.now;
  first.active = BOOT_SLOT_A;
  first.trial = BOOT_SLOT_NONE;
  first.tries_left = 0;
  first.revert_reason = (uint32_t)BOOT_OK;
  return journal_append(&j, &first);
}

static boot_status fill(twin *t, const parts *p)
{
  const board_profile *b = p->board;
  boot_status status = twin_write_image(b->loader_0, b->loader_bytes, &p->loader);
  if (status == BOOT_OK) status = twin_write_image(b->loader_1, b->loader_bytes, &p->loader);
  if (status == BOOT_OK) status = twin_write_image(b->slot_a, b->slot_bytes, &p->firmware);
  if (status == BOOT_OK) status = start_journal();
  if (status == BOOT_OK) status = counter_raise(COUNTER_LOADER, p->loader.head.security_version);
  if (status == BOOT_OK) status = counter_raise(COUNTER_FIRMWARE, p->firmware.head.security_version);
  if (status == BOOT_OK && otp_program(OTP_FUSES_OFFSET, &p->fuses, sizeof p->fuses) != OTP_OK)
    status = BOOT_OTP_NOT_TAKEN;
  if (status == BOOT_OK && !program_secrets(t)) status = BOOT_OTP_NOT_TAKEN;
  return status;
}

static bool make_files(const char *directory, const char *name, const parts *p)
{
  twin t;
  io_path rom;
  if (!twin_create(directory, name, p->board, &t)) return false;
  boot_status status = fill(&t, p);
  if (status != BOOT_OK) out_error("the device could not be filled: %s", boot_status_text(status));
  bool made = status == BOOT_OK && twin_path(&t, "rom.elf", &rom) &&
              io_write_new(rom.text, p->rom.data, p->rom.size, 0644) && twin_save(&t) && io_sync_directory(directory);
  twin_close(&t);
  return made;
}

static void remove_files(const char *directory)
{
  static const char *const files[] = {"device.json", "flash.bin", "fuses.bin", "counters.bin", "rom.elf", "run.lock"};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    io_path path;
    if (io_path_join(&path, directory, files[i], "")) unlink(path.text);
  }
  rmdir(directory);
}

/* What makers left behind that were killed. The devices directory is locked, so no other maker is at work. */
static void sweep(const char *devices)
{
  io_path work;
  DIR *open_directory = opendir(devices);
  if (open_directory == NULL) return;
  for (struct dirent *entry; (entry = readdir(open_directory)) != NULL;)
    if (strncmp(entry->d_name, ".new-", 5) == 0 && io_path_join(&work, devices, entry->d_name, ""))
      remove_files(work.text);
  closedir(open_directory);
}

/* Closing gives it back. */
static int lock_devices(const char *devices)
{
  int fd = open(devices, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0 && flock(fd, LOCK_EX) == 0) return fd;
  out_error("cannot lock %s: %s", devices, strerror(errno));
  if (fd >= 0) close(fd);
  return -1;
}

/* Made under a name nobody looks for, then renamed: a device is there whole or not at all. */
static bool make_under_lock(const char *devices, const char *final, const char *name, const parts *p)
{
  io_path work;
  sweep(devices);
  if (!io_path_join(&work, devices, ".new-", "XXXXXX")) return false;
  if (mkdtemp(work.text) == NULL) {
    out_error("cannot make a directory in %s: %s", devices, strerror(errno));
    return false;
  }
  bool made = make_files(work.text, name, p);
  if (made && renameat2(AT_FDCWD, work.text, AT_FDCWD, final, RENAME_NOREPLACE) != 0) {
    out_error("cannot name the device %s: %s", name, errno == EEXIST ? "it exists already" : strerror(errno));
    made = false;
  }
  if (!made) remove_files(work.text);
  return made && io_sync_directory(devices);
}

static int make_device(const char *name, const parts *p)
{
  io_path final;
  const char *devices = cli_devices_directory();
  if (!io_make_directory(devices, 0700) || !io_path_join(&final, devices, name, "")) return OUT_REFUSED;
  if (io_exists(final.text)) return out_refuse("device %s exists already; choose another name", name);
  int lock = lock_devices(devices);
  if (lock < 0) return OUT_REFUSED;
  io_signals_hold(); /* Ctrl-C waits: no half device stays */
  bool made = make_under_lock(devices, final.text, name, p);
  io_signals_release();
  close(lock);
  return made ? OUT_OK : OUT_REFUSED;
}

/* ---- The command ---- */

static int new_device(const cli_command_help *help, const new_options *o, const char *name)
{
  parts p = {0};
  int code = io_name_is_valid("device", name) ? read_parts(help, o, &p) : OUT_USAGE;
  if (code == OUT_OK) code = check_parts(o, &p);
  if (code == OUT_OK) code = make_device(name, &p);
  if (code == OUT_OK) {
    out_text("name", "Device", "%s", name);
    out_text("board", "Board", "%s", p.board->name);
    field_out_padded("serial", "Serial", p.fuses.serial, sizeof p.fuses.serial);
    out_text("lifecycle", "Lifecycle", "%s", p.fuses.secured_mark != 0 ? "secured" : "factory");
    field_out_version("loader_version", "Loader", p.loader.head.version);
    field_out_version("firmware_version", "Firmware", p.firmware.head.version);
    out_line("Start it with: holdfast device run %s", name);
  }
  free_parts(&p);
  return code;
}

int device_new_command(int argc, char **argv)
{
  new_options o = {
    .board = BOARD_PROFILE_DEFAULT, .policy = "both", .lifecycle = "factory", .hardware_revision = CLI_UNSET};
  const cli_option options[] = {
    {"board", CLI_TEXT, &o.board, "NAME", "board (" BOARD_PROFILE_DEFAULT ")"},
    {"rom", CLI_TEXT, &o.rom, "FILE", "the ROM, an ELF file"},
    {"loader", CLI_TEXT, &o.loader, "FILE", "loader image; goes into both copies"},
    {"firmware", CLI_TEXT, &o.firmware, "FILE", "firmware image; goes into slot A"},
    {"root-key", CLI_LIST, &o.roots, "NAME", "who may sign loaders; up to 4 times"},
    {"policy", CLI_TEXT, &o.policy, "both|p256|lms", "which signatures are demanded (both)"},
    {"product", CLI_TEXT, &o.product, "ID", "product (the loader's)"},
    {"hardware-revision", CLI_NUMBER, &o.hardware_revision, "N", "hardware revision (the loader's lowest)"},
    {"serial", CLI_TEXT, &o.serial, "S", "serial number, up to 24 characters (random)"},
    {"lifecycle", CLI_TEXT, &o.lifecycle, "factory|secured", "secured: OTP frozen, development keys refused (factory)"},
    {0},
  };
  const cli_command_help help = {
    "device new", "NAME",
    "Makes an emulated device: burns its OTP, gives it its secrets, installs loader and firmware.", options,
    "  holdfast device new d1 --rom rom.elf --loader loader.img --firmware fw.img --root-key root\n"
    "  holdfast device new d2 --rom rom.elf --loader loader.img --firmware fw.img \\\n"
    "      --root-key root-a --root-key root-b --lifecycle secured\n"};
  cli_list operands;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (o.rom == NULL) return cli_misuse(&help, "--rom is missing");
  if (o.loader == NULL) return cli_misuse(&help, "--loader is missing");
  if (o.firmware == NULL) return cli_misuse(&help, "--firmware is missing");
  if (o.roots.count == 0) return cli_misuse(&help, "--root-key is missing");
  if (o.roots.count > ROOT_KEYS) return cli_misuse(&help, "at most %u --root-key", ROOT_KEYS);
  return new_device(&help, &o, operands.items[0]);
}
