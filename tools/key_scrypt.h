/* Cost of guessing a passphrase, the same for every private file, since one passphrase opens them
 * all: scrypt N = 2^14, r = 8, p = 5 (16 MiB, the OWASP equivalent of N = 2^17, p = 1). N = 2^14 is what
 * OpenSSL's PKCS#8 reader accepts under its memory limit. */
#ifndef HF_TOOLS_KEY_SCRYPT_H
#define HF_TOOLS_KEY_SCRYPT_H

#define KEY_SCRYPT_N 16384u
#define KEY_SCRYPT_R 8u
#define KEY_SCRYPT_P 5u
#define KEY_SCRYPT_MEMORY (64u << 20) /* upper bound given to OpenSSL */

#endif
