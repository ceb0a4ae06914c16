#include "key_lms.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "key_lms_state.h"
#include "key_scrypt.h"
#include "lms_sign.h"
#include "output.h"
#include "sha256.h"

#define FILE_MAGIC "HFLMSKEY"
#define FILE_FORMAT 1u
#define SEALED_NOT 0u
#define SEALED_SCRYPT_AES256GCM 1u

typedef struct key_file {
  char magic[8];
  uint32_t format;
  uint32_t flags; /* as in key_lms */
  uint32_t tree_type;
  uint32_t ots_type;
  uint32_t sealed; /* SEALED_* */
  uint32_t scrypt_n;
  uint32_t scrypt_r;
  uint32_t scrypt_p;
  uint8_t salt[16];
  uint8_t nonce[12];
  uint8_t public_key[60];
  /* Everything before this is authenticated by the tag when sealed. */
  uint8_t id[16];
  uint8_t seed[32]; /* ciphertext when sealed */
  uint8_t tag[16];
  uint8_t checksum[32]; /* SHA-256 of all before it */
} key_file;
static_assert(sizeof(key_file) == 224, "docs/formats-keys.md");
#define FILE_CHECKED_BYTES offsetof(key_file, checksum)
#define FILE_AUTHENTICATED_BYTES offsetof(key_file, seed)

/* ---- Types ---- */

static bool types_of(uint32_t height, uint32_t w, key_file *file)
{
  if ((height != 5 && height != 10) || (w != 4 && w != 8)) return false;
  file->tree_type = height == 5 ? LMS_SHA256_M32_H5 : LMS_SHA256_M32_H10;
  file->ots_type = w == 4 ? LMOTS_SHA256_N32_W4 : LMOTS_SHA256_N32_W8;
  return true;
}

uint32_t key_lms_total(const key_lms *key)
{
  /* HSS levels, then the tree type, both big-endian; checked when the record was read. */
  return lms_leaf_count((enum lms_tree_type)key->public_key[7]);
}

/* ---- Sealing the seed ---- */

static bool derive(const passphrase *pass, const key_file *file, uint8_t key[32])
{
  return EVP_PBE_scrypt(pass->text, pass->length, file->salt, sizeof file->salt, file->scrypt_n, file->scrypt_r,
                        file->scrypt_p, KEY_SCRYPT_MEMORY, key, 32) == 1;
}

static bool seal_seed(key_file *file, const passphrase *pass)
{
  uint8_t key[32], cipher[32];
  int bytes = 0;
  file->sealed = SEALED_SCRYPT_AES256GCM;
  file->scrypt_n = KEY_SCRYPT_N;
  file->scrypt_r = KEY_SCRYPT_R;
  file->scrypt_p = KEY_SCRYPT_P;
  EVP_CIPHER_CTX *gcm = EVP_CIPHER_CTX_new();
  bool sealed = gcm != NULL && RAND_bytes(file->salt, sizeof file->salt) == 1 &&
                RAND_bytes(file->nonce, sizeof file->nonce) == 1 && derive(pass, file, key) &&
                EVP_EncryptInit_ex(gcm, EVP_aes_256_gcm(), NULL, key, file->nonce) == 1 &&
                EVP_EncryptUpdate(gcm, NULL, &bytes, (const uint8_t *)file, FILE_AUTHENTICATED_BYTES) == 1 &&
                EVP_EncryptUpdate(gcm, cipher, &bytes, file->seed, sizeof file->seed) == 1 && bytes == sizeof cipher &&
                EVP_EncryptFinal_ex(gcm, cipher + sizeof cipher, &bytes) == 1 &&
                EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_GCM_GET_TAG, sizeof file->tag, file->tag) == 1;
  if (sealed) memcpy(file->seed, cipher, sizeof cipher);
  EVP_CIPHER_CTX_free(gcm);
  OPENSSL_cleanse(key, sizeof key);
  return sealed;
}

static bool open_seed(key_file *file, const passphrase *pass)
{
  uint8_t key[32], plain[32];
  int bytes = 0;
  EVP_CIPHER_CTX *gcm = EVP_CIPHER_CTX_new();
  bool opened = gcm != NULL && derive(pass, file, key) &&
                EVP_DecryptInit_ex(gcm, EVP_aes_256_gcm(), NULL, key, file->nonce) == 1 &&
                EVP_DecryptUpdate(gcm, NULL, &bytes, (const uint8_t *)file, FILE_AUTHENTICATED_BYTES) == 1 &&
                EVP_DecryptUpdate(gcm, plain, &bytes, file->seed, sizeof file->seed) == 1 && bytes == sizeof plain &&
                EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_GCM_SET_TAG, sizeof file->tag, file->tag) == 1 &&
                EVP_DecryptFinal_ex(gcm, plain + sizeof plain, &bytes) == 1;
  if (opened) memcpy(file->seed, plain, sizeof plain);
  EVP_CIPHER_CTX_free(gcm);
  OPENSSL_cleanse(key, sizeof key);
  OPENSSL_cleanse(plain, sizeof plain);
  return opened;
}

/* ---- The file ---- */

static bool file_is_sound(const io_bytes *bytes, key_file *file)
{
  uint8_t checksum[32];
  if (bytes->size != sizeof *file) return false;
  memcpy(file, bytes->data, sizeof *file);
  sha256(checksum, file, FILE_CHECKED_BYTES);
  bool cost_is_ours = file->sealed == SEALED_NOT || (file->scrypt_n == KEY_SCRYPT_N && file->scrypt_r == KEY_SCRYPT_R &&
                                                     file->scrypt_p == KEY_SCRYPT_P);
  return memcmp(file->magic, FILE_MAGIC, 8) == 0 && file->format == FILE_FORMAT &&
         file->sealed <= SEALED_SCRYPT_AES256GCM && memcmp(checksum, file->checksum, 32) == 0 && cost_is_ours;
}

static bool read_file(const char *directory, const char *name, key_file *file)
{
  io_path path;
  io_bytes bytes;
  if (!io_path_join(&path, directory, name, ".lms.key")) return false;
  if (!io_exists(path.text)) {
    out_error("%s is missing: only the public key is here; sign elsewhere (image sign --unsigned, image attach)",
              path.text);
    return false;
  }
  if (!io_read(path.text, KEY_FILE_MAX, &bytes)) return false;
  bool sound = file_is_sound(&bytes, file);
  io_free(&bytes);
  if (!sound) out_error("%s is not an LMS private key file, or is damaged; restore it from a good copy", path.text);
  return sound;
}

static bool load_private(const char *directory, const char *name, passphrase *pass, const key_lms *expected,
                         key_file *file)
{
  char purpose[160];
  snprintf(purpose, sizeof purpose, "key %s", name);
  if (!read_file(directory, name, file)) return false;
  if (file->flags != expected->flags || memcmp(file->public_key, expected->public_key, 60) != 0) {
    out_error("%s.lms.key and %s.lms.pub are not of the same key; restore the right pair", name, name);
    return false;
  }
  if (file->sealed == SEALED_NOT) return true;
  if (!passphrase_get(pass, purpose, false)) return false;
  if (open_seed(file, pass)) return true;
  out_error("%s.lms.key: wrong passphrase, or the file is damaged", name);
  return false;
}

/* ---- The tree ---- */

/* Computes the key of a file with an open seed. *tree: to be freed after the key is wiped. */
static bool grow(const key_file *file, lms_signing_key *key, uint8_t **tree)
{
  enum lms_tree_type tree_type = (enum lms_tree_type)file->tree_type;
  size_t bytes = lms_tree_bytes(tree_type);
  *tree = bytes == 0 ? NULL : malloc(bytes);
  if (*tree == NULL) return false;
  if (lms_signing_key_init(key, tree_type, (enum lms_ots_type)file->ots_type, file->id, file->seed, *tree) == CRYPTO_OK)
    return true;
  free(*tree);
  *tree = NULL;
  return false;
}

/* ---- Making ---- */

static bool make_file(key_file *file, uint32_t flags, const passphrase *pass)
{
  lms_signing_key key;
  uint8_t *tree;
  memcpy(file->magic, FILE_MAGIC, 8);
  file->format = FILE_FORMAT;
  file->flags = flags;
  if (RAND_priv_bytes(file->seed, sizeof file->seed) != 1 || RAND_bytes(file->id, sizeof file->id) != 1) return false;
  if (!grow(file, &key, &tree)) return false;
  hss_public_key(file->public_key, &key);
  lms_signing_key_wipe(&key);
  free(tree);
  if (pass != NULL && !seal_seed(file, pass)) return false;
  sha256(file->checksum, file, FILE_CHECKED_BYTES);
  return true;
}

bool key_lms_new(const char *directory, const char *name, uint32_t height, uint32_t w, uint32_t flags,
                 const passphrase *pass)
{
  key_file file = {0};
  io_path path;
  uint8_t key_id[32];
  if (!types_of(height, w, &file) || !io_path_join(&path, directory, name, ".lms.key")) return false;
  bool made = make_file(&file, flags, pass);
  if (!made) out_error("the LMS key could not be made");
  key_lms record = {.flags = flags};
  memcpy(record.public_key, file.public_key, sizeof record.public_key);
  key_lms_hash(&record, key_id);
  /* The public file comes last: without it nobody can have trusted an unfinished key. */
  made = made && io_write_new(path.text, &file, sizeof file, 0600) &&
         key_lms_state_new(directory, name, key_id, key_lms_total(&record)) &&
         key_lms_save_public(directory, name, &record);
  OPENSSL_cleanse(&file, sizeof file);
  return made;
}

/* ---- Signing ---- */

static bool sign_with_leaf(const key_file *file, const key_lms *expected, uint32_t index, const void *message,
                           size_t bytes, uint8_t signature[MANIFEST_LMS_BYTES])
{
  lms_signing_key key;
  uint8_t *tree;
  if (!grow(file, &key, &tree)) return false;
  size_t length = hss_sign_bytes(&key);
  memset(signature, 0, MANIFEST_LMS_BYTES);
  bool good = length <= MANIFEST_LMS_BYTES &&
              hss_sign(signature, length, &key, index, NULL, message, bytes) == CRYPTO_OK &&
              hss_verify(expected->public_key, message, bytes, signature, length) == CRYPTO_OK;
  lms_signing_key_wipe(&key);
  free(tree);
  if (!good) OPENSSL_cleanse(signature, MANIFEST_LMS_BYTES);
  return good;
}

bool key_lms_sign(const char *directory, const char *name, passphrase *pass, const key_lms *expected,
                  const void *message, size_t bytes, uint8_t signature[MANIFEST_LMS_BYTES], uint32_t *left)
{
  key_file file;
  uint8_t key_id[32], digest[32];
  uint32_t index, total = key_lms_total(expected);
  key_lms_hash(expected, key_id);
  sha256(digest, message, bytes);
  bool good = load_private(directory, name, pass, expected, &file) &&
              key_lms_state_reserve(directory, name, key_id, total, digest, &index);
  if (good && !sign_with_leaf(&file, expected, index, message, bytes, signature)) {
    out_error("LMS signing with key %s failed (leaf %u is used up); restore %s.lms.key from a good copy", name, index,
              name);
    good = false;
  }
  OPENSSL_cleanse(&file, sizeof file);
  if (good) *left = total - index - 1;
  return good;
}

bool key_lms_is_sealed(const char *directory, const char *name)
{
  io_path path;
  key_file file;
  if (!io_path_join(&path, directory, name, ".lms.key") || !io_exists(path.text) || !read_file(directory, name, &file))
    return false;
  bool sealed = file.sealed != SEALED_NOT;
  OPENSSL_cleanse(&file, sizeof file);
  return sealed;
}

void key_lms_warn(const char *name, const key_lms *key, uint32_t left)
{
  uint32_t total = key_lms_total(key), few = total / 20 < 16 ? 16 : total / 20;
  if (few > total / 2) few = total / 2;
  if (left < few) out_note("LMS key %s has %u signatures left: prepare its successor.", name, left);
}

bool key_lms_left(const char *directory, const char *name, const key_lms *key, uint32_t *left)
{
  uint8_t key_id[32];
  uint32_t next;
  key_lms_hash(key, key_id);
  if (!key_lms_state_next(directory, name, key_id, key_lms_total(key), &next)) return false;
  *left = key_lms_total(key) - next;
  return true;
}
