#include "key_p256.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <string.h>

#include "key_scrypt.h"
#include "output.h"
#include "p256.h"

/* ---- Making ---- */

static bool write_encrypted(BIO *bio, EVP_PKEY *pkey, const passphrase *pass)
{
  unsigned char salt[16];
  PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(pkey);
  X509_ALGOR *how = NULL;
  X509_SIG *sealed = NULL;
  if (plain != NULL && RAND_bytes(salt, sizeof salt) == 1)
    how = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt, sizeof salt, NULL, KEY_SCRYPT_N, KEY_SCRYPT_R, KEY_SCRYPT_P);
  if (how != NULL)
    sealed = PKCS8_set0_pbe(pass->text, (int)pass->length, plain, how); /* takes `how` when it succeeds */
  if (sealed == NULL) X509_ALGOR_free(how);
  bool written = sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) == 1;
  X509_SIG_free(sealed);
  PKCS8_PRIV_KEY_INFO_free(plain);
  return written;
}

bool key_p256_new(const char *directory, const char *name, uint32_t flags, const passphrase *pass)
{
  EVP_PKEY *pkey = EVP_EC_gen("P-256");
  BIO *bio = BIO_new(BIO_s_secmem());
  bool made = pkey != NULL && bio != NULL;
  if (made && pass != NULL)
    made = write_encrypted(bio, pkey, pass);
  else if (made)
    made = PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) == 1;
  if (!made) out_error("the P-256 key could not be made: %s", ERR_reason_error_string(ERR_peek_last_error()));
  made = made && key_save_bio(directory, name, ".p256.key", bio, flags, 0600) &&
         key_p256_save_public(directory, name, pkey, flags);
  BIO_free(bio);
  EVP_PKEY_free(pkey);
  ERR_clear_error();
  return made;
}

/* ---- Using ---- */

static int give_passphrase(char *buffer, int size, int writing, void *context)
{
  const passphrase *pass = context;
  (void)writing;
  if (pass == NULL || !pass->known || size < 0 || pass->length > (size_t)size) return -1;
  memcpy(buffer, pass->text, pass->length);
  return (int)pass->length;
}

static EVP_PKEY *parse_private(const io_bytes *file, passphrase *pass)
{
  BIO *bio = BIO_new_mem_buf(file->data, (int)file->size);
  EVP_PKEY *pkey = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, pass);
  BIO_free(bio);
  ERR_clear_error();
  return pkey;
}

static EVP_PKEY *load_private(const char *directory, const char *name, passphrase *pass)
{
  io_path path;
  io_bytes file;
  if (!io_path_join(&path, directory, name, ".p256.key")) return NULL;
  if (!io_exists(path.text)) {
    out_error("%s is missing: only the public key is here; sign elsewhere (image sign --unsigned, image attach)",
              path.text);
    return NULL;
  }
  if (!io_read(path.text, KEY_FILE_MAX, &file)) return NULL;
  bool sealed = strstr((const char *)file.data, "BEGIN ENCRYPTED PRIVATE KEY") != NULL;
  char purpose[160];
  snprintf(purpose, sizeof purpose, "key %s", name);
  EVP_PKEY *pkey = NULL;
  bool can_try = !sealed || passphrase_get(pass, purpose, false);
  if (can_try) {
    pkey = parse_private(&file, pass);
    if (pkey == NULL && sealed) out_error("%s: wrong passphrase, or the file is damaged", path.text);
    if (pkey == NULL && !sealed) out_error("%s is not a private key in PEM; restore it from a good copy", path.text);
  }
  io_free(&file);
  return pkey;
}

static bool raw_of_der(const uint8_t *der, size_t bytes, uint8_t signature[64])
{
  const unsigned char *at = der;
  ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &at, (long)bytes);
  bool good = parsed != NULL && at == der + bytes && BN_bn2binpad(ECDSA_SIG_get0_r(parsed), signature, 32) == 32 &&
              BN_bn2binpad(ECDSA_SIG_get0_s(parsed), signature + 32, 32) == 32;
  ECDSA_SIG_free(parsed);
  ERR_clear_error();
  return good;
}

bool key_p256_signature_from(const uint8_t *data, size_t bytes, uint8_t signature[64])
{
  /* A DER signature of exactly 64 bytes would need both numbers 4 bytes short: raw is meant, unless it parses. */
  if (bytes <= 72 && raw_of_der(data, bytes, signature)) return true;
  if (bytes != 64) return false;
  memcpy(signature, data, 64);
  return true;
}

static bool sign_digest(EVP_PKEY *pkey, const uint8_t digest[32], uint8_t signature[64])
{
  unsigned char der[80];
  size_t bytes = sizeof der;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey, NULL);
  bool good = context != NULL && EVP_PKEY_sign_init(context) == 1 &&
              EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
              EVP_PKEY_sign(context, der, &bytes, digest, 32) == 1 && raw_of_der(der, bytes, signature);
  EVP_PKEY_CTX_free(context);
  return good;
}

bool key_p256_sign(const char *directory, const char *name, passphrase *pass, const key_p256 *expected,
                   const uint8_t digest[32], uint8_t signature[64])
{
  key_p256 own;
  EVP_PKEY *pkey = load_private(directory, name, pass);
  if (pkey == NULL) return false;
  bool belongs = key_p256_record(pkey, expected->flags, &own) && memcmp(&own, expected, sizeof own) == 0;
  /* Checked with the code the device runs: what leaves here is accepted there. */
  bool good = belongs && sign_digest(pkey, digest, signature) &&
              p256_ecdsa_verify(own.public_key, digest, signature) == CRYPTO_OK;
  EVP_PKEY_free(pkey);
  if (!belongs)
    out_error("%s.p256.key and %s.p256.pub are not of the same key; restore the right pair", name, name);
  else if (!good)
    out_error("P-256 signing with key %s failed", name);
  return good;
}
