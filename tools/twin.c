#include "twin.h"

#include "loader_copy.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "flash.h"
#include "host_board.h"
#include "output.h"
#include "update.h"

#define DESCRIPTION_MAX 65536u
#define PAGE 4096u
#define LOCK_PATIENCE_MS 1000u
#define LOCK_STEP_MS 20u

bool twin_path(const twin *t, const char *file, io_path *path)
{
  return io_path_join(path, t->directory.text, file, "");
}

/* ---- Description: device.json ---- */

static void put_identity(cJSON *object, const twin_identity *identity)
{
  cJSON *part = cJSON_AddObjectToObject(object, "identity");
  cJSON_AddStringToObject(part, "thing", identity->thing);
  cJSON_AddStringToObject(part, "endpoint", identity->endpoint);
  cJSON *anchors = cJSON_AddArrayToObject(part, "server_cas");
  for (unsigned i = 0; i < identity->anchor_count; i++)
    cJSON_AddItemToArray(anchors, cJSON_CreateString(identity->anchors[i]));
  cJSON_AddBoolToObject(part, "secure", identity->secure);
  cJSON_AddBoolToObject(part, "finished", identity->finished);
  cJSON_AddStringToObject(part, "certificate", identity->certificate);
}

bool twin_save_description(const twin *t)
{
  io_path path;
  cJSON *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(object, "format", t->identity.given ? 2 : 1);
  cJSON_AddStringToObject(object, "board", t->board->name);
  if (t->identity.given) put_identity(object, &t->identity);
  char *text = cJSON_Print(object);
  bool written = text != NULL && twin_path(t, "device.json", &path) &&
                 io_write_over(path.text, text, strlen(text), 0644);
  cJSON_free(text);
  cJSON_Delete(object);
  return written;
}

/* A text of less than `room` bytes. */
static bool get_text(const cJSON *item, char *text, size_t room)
{
  if (!cJSON_IsString(item) || strlen(item->valuestring) >= room) return false;
  memcpy(text, item->valuestring, strlen(item->valuestring) + 1);
  return true;
}

static bool get_anchors(const cJSON *list, twin_identity *identity)
{
  const cJSON *item;
  if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > (int)TWIN_ANCHORS) return false;
  cJSON_ArrayForEach(item, list)
  {
    if (!get_text(item, identity->anchors[identity->anchor_count++], sizeof identity->anchors[0])) return false;
  }
  return true;
}

static bool get_identity(const cJSON *part, twin_identity *identity)
{
  const cJSON *secure = cJSON_GetObjectItemCaseSensitive(part, "secure");
  const cJSON *finished = cJSON_GetObjectItemCaseSensitive(part, "finished");
  *identity = (twin_identity){.given = true, .secure = cJSON_IsTrue(secure), .finished = cJSON_IsTrue(finished)};
  return cJSON_IsBool(secure) && cJSON_IsBool(finished) &&
         get_text(cJSON_GetObjectItemCaseSensitive(part, "thing"), identity->thing, sizeof identity->thing) &&
         io_name_is_plain(identity->thing) &&
         get_text(cJSON_GetObjectItemCaseSensitive(part, "endpoint"), identity->endpoint, sizeof identity->endpoint) &&
         get_anchors(cJSON_GetObjectItemCaseSensitive(part, "server_cas"), identity) &&
         get_text(cJSON_GetObjectItemCaseSensitive(part, "certificate"), identity->certificate,
                  sizeof identity->certificate);
}

/* Format 1 has no identity. */
static bool get_description(const cJSON *object, twin_identity *identity)
{
  const cJSON *format = cJSON_GetObjectItemCaseSensitive(object, "format");
  if (!cJSON_IsNumber(format)) return false;
  if (format->valuedouble == 1.0) return true;
  return format->valuedouble == 2.0 && get_identity(cJSON_GetObjectItemCaseSensitive(object, "identity"), identity);
}

static bool read_description(twin *t)
{
  io_path path;
  io_bytes file;
  if (!twin_path(t, "device.json", &path) || !io_read(path.text, DESCRIPTION_MAX, &file)) return false;
  cJSON *object = cJSON_ParseWithLength((const char *)file.data, file.size);
  const cJSON *board = cJSON_GetObjectItemCaseSensitive(object, "board");
  bool known = get_description(object, &t->identity) && cJSON_IsString(board);
  if (!known)
    out_error("%s is damaged or of a newer holdfast; if damaged: holdfast device remove, then make it again",
              path.text);
  t->board = known ? board_profile_find(board->valuestring) : NULL;
  cJSON_Delete(object);
  io_free(&file);
  return t->board != NULL;
}

/* ---- Lock ---- */

/* An emulator whose command was killed lets go a moment after it. */
static bool is_locked(const twin *t)
{
  for (unsigned waited = 0;; waited += LOCK_STEP_MS) {
    if (flock(t->lock, LOCK_EX | LOCK_NB) == 0) return false;
    if (t->use == TWIN_LOOK || waited >= LOCK_PATIENCE_MS) return true;
    (void)nanosleep(&(struct timespec){.tv_nsec = LOCK_STEP_MS * 1000000L}, NULL);
  }
}

static bool take_lock(twin *t)
{
  io_path path;
  if (!twin_path(t, "run.lock", &path)) return false;
  t->lock = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (t->lock < 0) {
    out_error("cannot open %s: %s", path.text, strerror(errno));
    return false;
  }
  t->running = is_locked(t);
  if (t->running || t->use == TWIN_LOOK) {
    close(t->lock); /* looking only wanted to know */
    t->lock = -1;
  }
  if (!t->running || t->use == TWIN_LOOK) return true;
  out_error("device %s is running or being changed; wait for it to end, or stop it (Ctrl-C in its `device run`)",
            t->name);
  return false;
}

/* ---- Flash ---- */

static uint32_t *wear_of(const twin *t)
{
  return (uint32_t *)(void *)(t->map + (t->board->wear_at - t->board->flash_at));
}

/* The file is sparse. What the device can write gets its room now: on a full disk a write through the map would
 * end us with SIGBUS. File systems that cannot reserve are written to as they are. */
static bool reserve(const twin *t, int fd, const char *path)
{
  if (t->use != TWIN_CHANGE) return true;
  int why = posix_fallocate(fd, (off_t)t->board->flash_at, (off_t)t->map_bytes);
  if (why == 0 || why == EOPNOTSUPP || why == EINVAL) return true;
  out_error("no room for the flash of %s (%s takes %zu KiB): %s", t->name, path, t->map_bytes / 1024, strerror(why));
  return false;
}

static bool map_flash(twin *t)
{
  io_path path;
  struct stat status;
  if (!twin_path(t, "flash.bin", &path)) return false;
  int fd = open(path.text, (t->use == TWIN_CHANGE ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
  bool whole = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
               (uint64_t)status.st_size == t->board->file_bytes;
  if (fd >= 0 && !whole) {
    out_error(
      "%s does not have the size of this board's flash; it is damaged: holdfast device remove, then make it again",
      path.text);
  } else if (fd < 0) {
    out_error("cannot open %s: %s", path.text, strerror(errno));
  } else {
    t->map_bytes = (size_t)(t->board->bad_at - t->board->flash_at) + PAGE;
    whole = reserve(t, fd, path.text);
  }
  if (whole) {
    /* Looking maps privately: even a mistake of ours could not reach the file. */
    void *map = mmap(NULL, t->map_bytes, PROT_READ | PROT_WRITE, t->use == TWIN_CHANGE ? MAP_SHARED : MAP_PRIVATE, fd,
                     (off_t)t->board->flash_at);
    if (map == MAP_FAILED) out_error("cannot map %s: %s", path.text, strerror(errno));
    t->map = map == MAP_FAILED ? NULL : map;
  }
  if (fd >= 0) close(fd);
  return t->map != NULL;
}

static void mark_bad_units(const twin *t)
{
  uint32_t list[1 + PAGE / 4 - 1];
  memcpy(list, t->map + (t->board->bad_at - t->board->flash_at), sizeof list);
  uint32_t count = list[0] < t->board->bad_max ? list[0] : t->board->bad_max;
  for (uint32_t i = 0; i < count; i++)
    if (list[1 + i] < t->board->flash_bytes) host_flash_make_unreadable(list[1 + i]);
}

void twin_attach(twin *t)
{
  board_profile_select(t->board);
  host_flash_attach(t->map, wear_of(t));
  mark_bad_units(t);
  /* The tool stands for the factory's programmer, which holds the write-enable of the fuse bank. */
  host_otp_attach(t->otp, false);
}

/* ---- OTP ---- */

static bool read_bank(const twin *t, const char *file, uint8_t *bank)
{
  io_path path;
  io_bytes bytes;
  if (!twin_path(t, file, &path) || !io_read(path.text, OTP_BANK_BYTES, &bytes)) return false;
  bool whole = bytes.size == OTP_BANK_BYTES;
  if (whole) memcpy(bank, bytes.data, OTP_BANK_BYTES);
  if (!whole)
    out_error("%s does not have %u bytes; it is damaged: holdfast device remove, then make it again", path.text,
              OTP_BANK_BYTES);
  io_free(&bytes);
  return whole;
}

/* Only a bank that changed: what needs no room cannot fail for want of it. One that did not is made durable: the emulator does
 * not do that. */
static bool save_bank(const twin *t, const char *file, const uint8_t *bank)
{
  io_path path;
  io_bytes old = {0};
  if (!twin_path(t, file, &path)) return false;
  if (io_exists(path.text) && !io_read(path.text, OTP_BANK_BYTES, &old)) return false;
  bool same = old.size == OTP_BANK_BYTES && memcmp(old.data, bank, OTP_BANK_BYTES) == 0;
  io_free(&old);
  return same ? io_sync_file(path.text) : io_write_over(path.text, bank, OTP_BANK_BYTES, 0600);
}

/* ---- Opening ---- */

static bool open_files(twin *t)
{
  if (!take_lock(t) || !read_description(t)) return false; /* what is read is what the last holder wrote */
  if (!read_bank(t, "fuses.bin", t->otp) || !read_bank(t, "counters.bin", t->otp + OTP_BANK_BYTES)) return false;
  return map_flash(t);
}

static bool is_there(const twin *t)
{
  if (access(t->directory.text, F_OK) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR)
    out_error("no device %s in %s; see: holdfast device list", t->name, cli_devices_directory());
  else
    out_error("cannot look at %s: %s", t->directory.text, strerror(errno));
  return false;
}

bool twin_open(const char *name, twin_use use, twin *t)
{
  *t = (twin){.name = name, .use = use, .lock = -1};
  if (!io_name_is_valid("device", name) || !io_path_join(&t->directory, cli_devices_directory(), name, ""))
    return false;
  if (!is_there(t)) return false;
  if (!open_files(t)) {
    twin_close(t);
    return false;
  }
  twin_attach(t);
  return true;
}

bool twin_save(twin *t)
{
  if (msync(t->map, t->map_bytes, MS_SYNC) != 0) {
    out_error("cannot make the flash of %s durable: %s", t->name, strerror(errno));
    return false;
  }
  return save_bank(t, "fuses.bin", t->otp) && save_bank(t, "counters.bin", t->otp + OTP_BANK_BYTES);
}

void twin_close(twin *t)
{
  host_flash_attach(NULL, NULL);
  host_otp_attach(NULL, false);
  if (t->map != NULL) munmap(t->map, t->map_bytes);
  if (t->lock >= 0) close(t->lock);
  OPENSSL_cleanse(t->otp, sizeof t->otp);
  t->map = NULL;
  t->lock = -1;
}

/* ---- Removing ---- */

/* Secrets first; the description last, so that what is stopped in between can still tell whose it was. */
void twin_remove_files(const char *directory)
{
  static const char *const files[] = {"fuses.bin", "flash.bin", "counters.bin", "rom.elf", "device.json", "run.lock"};
  io_sweep(directory); /* of a writer that was killed */
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    io_path path;
    if (io_path_join(&path, directory, files[i], "")) unlink(path.text);
  }
  rmdir(directory);
}

bool twin_open_to_remove(const char *name, twin *t)
{
  *t = (twin){.name = name, .use = TWIN_CHANGE, .lock = -1};
  if (!io_name_is_valid("device", name) || !io_path_join(&t->directory, cli_devices_directory(), name, ""))
    return false;
  if (!is_there(t) || !take_lock(t)) return false;
  if (!read_description(t)) t->identity = (twin_identity){0};
  return true;
}

bool twin_remove(const twin *t, bool *gone)
{
  io_path description;
  if (!twin_path(t, "device.json", &description)) return false;
  io_signals_hold();
  twin_remove_files(t->directory.text);
  io_signals_release();
  *gone = !io_exists(t->directory.text);
  if (io_exists(description.text)) {
    out_error("cannot remove the files in %s", t->directory.text);
    return false;
  }
  return io_sync_directory(cli_devices_directory());
}

/* ---- Creating ---- */

static bool create_flash(twin *t)
{
  io_path path;
  if (!twin_path(t, "flash.bin", &path)) return false;
  int fd = open(path.text, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool made = fd >= 0 && ftruncate(fd, (off_t)t->board->file_bytes) == 0; /* sparse: reads as zeros, takes no room */
  if (!made) out_error("cannot make %s: %s", path.text, strerror(errno));
  if (fd >= 0) close(fd);
  if (!made || !map_flash(t)) return false;
  memset(t->map, 0xFF, t->board->flash_bytes); /* erased; wear counts and bad units stay 0 */
  return true;
}

bool twin_create(const char *directory, const char *name, const board_profile *board, const twin_identity *identity,
                 twin *t)
{
  *t = (twin){.name = name, .board = board, .identity = *identity, .use = TWIN_CHANGE, .lock = -1};
  bool made = io_path_join(&t->directory, directory, "", "") && twin_save_description(t) && take_lock(t) &&
              create_flash(t);
  if (made)
    twin_attach(t);
  else
    twin_close(t);
  return made;
}

/* ---- What the device would do ---- */

boot_status twin_loader_trust(device_facts *facts, verify_trust *trust)
{
  boot_status status = device_read(facts);
  return status == BOOT_OK ? device_loader_trust(facts, trust) : status;
}

boot_status twin_loader(device_facts *facts, manifest *loader, uint32_t *copy)
{
  verify_trust trust;
  boot_status status = twin_loader_trust(facts, &trust);
  if (status != BOOT_OK) return status;
  *copy = loader_copy_newer(); /* in the ROM's order */
  if (verify_in_flash(loader_copy_base(*copy), &trust, loader) == BOOT_OK) return BOOT_OK;
  *copy ^= 1u;
  return verify_in_flash(loader_copy_base(*copy), &trust, loader) == BOOT_OK ? BOOT_OK : BOOT_NO_LOADER;
}

boot_status twin_firmware_trust(device_facts *facts, manifest *loader, verify_trust *trust)
{
  uint32_t copy;
  boot_status status = twin_loader(facts, loader, &copy);
  return status == BOOT_OK ? device_firmware_trust(facts, loader, trust) : status;
}

boot_status twin_write_image(uint32_t place, uint32_t place_bytes, const image *img)
{
  update_writer writer;
  boot_status status = update_begin(&writer, place, place_bytes, img->head.payload_bytes);
  if (status == BOOT_OK) status = update_write(&writer, img->payload, img->head.payload_bytes);
  return status == BOOT_OK ? update_finish(&writer, &img->head) : status;
}
