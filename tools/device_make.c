#include "device_make.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "board.h"
#include "cli.h"
#include "counter.h"
#include "handoff.h"
#include "journal.h"
#include "output.h"
#include "twin.h"

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
  otp_fuses fuses = p->fuses;
  if (p->identity.given) fuses.secured_mark = 0; /* set when it has its identity */
  if (status == BOOT_OK && otp_program(OTP_FUSES_OFFSET, &fuses, sizeof fuses) != OTP_OK) status = BOOT_OTP_NOT_TAKEN;
  if (status == BOOT_OK && !program_secrets(t)) status = BOOT_OTP_NOT_TAKEN;
  return status;
}

static bool make_files(const char *directory, const char *name, const parts *p)
{
  twin t;
  io_path rom;
  if (!twin_create(directory, name, p->board, &p->identity, &t)) return false;
  boot_status status = fill(&t, p);
  if (status != BOOT_OK) out_error("the device could not be filled: %s", boot_status_text(status));
  bool made = status == BOOT_OK && twin_path(&t, "rom.elf", &rom) &&
              io_write_new(rom.text, p->rom.data, p->rom.size, 0644) && twin_save(&t) && io_sync_directory(directory);
  twin_close(&t);
  return made;
}

/* What makers left behind that were killed. The devices directory is locked, so no other maker is at work. */
static void sweep(const char *devices)
{
  io_path work;
  DIR *open_directory = opendir(devices);
  if (open_directory == NULL) return;
  for (struct dirent *entry; (entry = readdir(open_directory)) != NULL;)
    if (strncmp(entry->d_name, ".new-", 5) == 0 && io_path_join(&work, devices, entry->d_name, ""))
      twin_remove_files(work.text);
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
  if (!made) twin_remove_files(work.text);
  return made && io_sync_directory(devices);
}

int device_make(const char *name, const parts *p)
{
  io_path final;
  const char *devices = cli_devices_directory();
  if (!io_make_directory(devices, 0700) || !io_path_join(&final, devices, name, "")) return OUT_REFUSED;
  int lock = lock_devices(devices);
  if (lock < 0) return OUT_REFUSED;
  io_signals_hold(); /* Ctrl-C waits: no half device stays */
  bool made = make_under_lock(devices, final.text, name, p);
  io_signals_release();
  close(lock);
  return made ? OUT_OK : OUT_REFUSED;
}
