#include "key_record.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "lms.h"
#include "output.h"
#include "sha256.h"

#define LMS_PEM_NAME "HSS LMS PUBLIC KEY"

void key_p256_hash(const key_p256 *key, uint8_t hash[TRUST_HASH_BYTES])
{
  sha256(hash, key, sizeof *key);
}

void key_lms_hash(const key_lms *key, uint8_t hash[TRUST_HASH_BYTES])
{
  sha256(hash, key, sizeof *key);
}

bool key_p256_record(const EVP_PKEY *pkey, uint32_t flags, key_p256 *out)
{
  char group[64] = "";
  BIGNUM *x = NULL, *y = NULL;
  *out = (key_p256){.flags = flags};
  bool good = EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, NULL) == 1 &&
              strcmp(group, "prime256v1") == 0 && EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
              EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
              BN_bn2binpad(x, out->public_key, 32) == 32 && BN_bn2binpad(y, out->public_key + 32, 32) == 32;
  BN_free(x);
  BN_free(y);
  return good;
}

/* ---- The development mark ---- */

uint32_t key_flags_of_text(const char *text)
{
  const char *block = strstr(text, "-----BEGIN");
  const char *mark = strstr(text, KEY_DEVELOPMENT_LINE);
  bool marked = mark != NULL && (mark == text || mark[-1] == '\n') && (block == NULL || mark < block);
  return marked ? KEY_DEVELOPMENT : 0;
}

bool key_save_bio(const char *directory, const char *name, const char *suffix, BIO *bio, uint32_t flags, mode_t mode)
{
  io_path path;
  char *block;
  long block_bytes = BIO_get_mem_data(bio, &block);
  const char *mark = (flags & KEY_DEVELOPMENT) != 0 ? KEY_DEVELOPMENT_LINE : "";
  size_t bytes = strlen(mark) + (size_t)block_bytes;
  if (block_bytes <= 0 || !io_path_join(&path, directory, name, suffix)) return false;
  char *text = malloc(bytes);
  if (text == NULL) return false;
  memcpy(text, mark, strlen(mark));
  memcpy(text + strlen(mark), block, (size_t)block_bytes);
  bool saved = io_write_new(path.text, text, bytes, mode);
  OPENSSL_cleanse(text, bytes);
  free(text);
  return saved;
}

/* ---- Public files ---- */

bool key_p256_save_public(const char *directory, const char *name, const EVP_PKEY *pkey, uint32_t flags)
{
  BIO *bio = BIO_new(BIO_s_mem());
  bool saved = bio != NULL && PEM_write_bio_PUBKEY(bio, pkey) == 1 &&
               key_save_bio(directory, name, ".p256.pub", bio, flags, 0644);
  BIO_free(bio);
  return saved;
}

bool key_lms_save_public(const char *directory, const char *name, const key_lms *key)
{
  BIO *bio = BIO_new(BIO_s_mem());
  bool saved = bio != NULL && PEM_write_bio(bio, LMS_PEM_NAME, "", key->public_key, sizeof key->public_key) > 0 &&
               key_save_bio(directory, name, ".lms.pub", bio, key->flags, 0644);
  BIO_free(bio);
  return saved;
}

static bool parse_p256(const io_bytes *file, key_p256 *out)
{
  BIO *bio = BIO_new_mem_buf(file->data, (int)file->size);
  EVP_PKEY *pkey = bio == NULL ? NULL : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
  bool good = pkey != NULL && key_p256_record(pkey, key_flags_of_text((const char *)file->data), out);
  EVP_PKEY_free(pkey);
  BIO_free(bio);
  ERR_clear_error();
  return good;
}

static bool parse_lms(const io_bytes *file, key_lms *out)
{
  BIO *bio = BIO_new_mem_buf(file->data, (int)file->size);
  char *name = NULL, *header = NULL;
  unsigned char *data = NULL;
  long bytes = 0;
  bool good = bio != NULL && PEM_read_bio(bio, &name, &header, &data, &bytes) == 1 && strcmp(name, LMS_PEM_NAME) == 0 &&
              bytes == sizeof out->public_key;
  if (good) {
    out->flags = key_flags_of_text((const char *)file->data);
    memcpy(out->public_key, data, sizeof out->public_key);
    good = hss_signature_bytes(out->public_key) != 0;
  }
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  BIO_free(bio);
  ERR_clear_error();
  return good;
}

/* present: the file exists. False: it exists and is no good. */
static bool load_p256(const char *directory, const char *name, key_records *out)
{
  io_path path;
  io_bytes file;
  if (!io_path_join(&path, directory, name, ".p256.pub")) return false;
  if (!io_exists(path.text)) return true;
  if (!io_read(path.text, KEY_FILE_MAX, &file)) return false;
  out->has_p256 = parse_p256(&file, &out->p256);
  io_free(&file);
  if (!out->has_p256) out_error("%s is not a P-256 public key in PEM; restore it from a good copy", path.text);
  return out->has_p256;
}

static bool load_lms(const char *directory, const char *name, key_records *out)
{
  io_path path;
  io_bytes file;
  if (!io_path_join(&path, directory, name, ".lms.pub")) return false;
  if (!io_exists(path.text)) return true;
  if (!io_read(path.text, KEY_FILE_MAX, &file)) return false;
  out->has_lms = parse_lms(&file, &out->lms);
  io_free(&file);
  if (!out->has_lms) out_error("%s is not an LMS public key of ours; restore it from a good copy", path.text);
  return out->has_lms;
}

bool key_records_load(const char *directory, const char *name, key_records *out)
{
  *out = (key_records){0};
  if (!io_name_is_valid("key", name) || !load_p256(directory, name, out) || !load_lms(directory, name, out))
    return false;
  if (out->has_p256 || out->has_lms) return true;
  out_error("no key %s in %s; see: holdfast key list, or make it: holdfast key new %s", name, directory, name);
  return false;
}
