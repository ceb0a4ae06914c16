/* mbedTLS as the TLS transport (net/tls) uses it: a client that speaks TLS 1.3, and TLS 1.2 with
 * ECDHE-ECDSA-AES128-GCM where a server knows no better. One curve, one hash: P-256 and SHA-256, what our device
 * certificates and every AWS IoT endpoint have. What is not compiled cannot be negotiated.
 * The PSA side of it is in tls_psa_config.h. */
#ifndef HF_MBEDTLS_TLS_CONFIG_H
#define HF_MBEDTLS_TLS_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* --- surroundings: nothing of the C library but memory and string functions --- */

#define MBEDTLS_HAVE_ASM
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS /* else malloc, time and exit of the C library are linked */
#define MBEDTLS_PLATFORM_SNPRINTF_MACRO snprintf
#define MBEDTLS_DEPRECATED_REMOVED

/* Memory is one fixed pool, given by tls_library_start(). A power of two that suits every type of a 64-bit host; on a
 * 32-bit device it costs a few bytes. MEMORY_DEBUG counts what is in use and the peak; its prints and the exit on a
 * damaged pool are ours. */
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C
#define MBEDTLS_MEMORY_ALIGN_MULTIPLE 8
#define MBEDTLS_MEMORY_DEBUG
#define MBEDTLS_PLATFORM_FPRINTF_MACRO(...) ((void)0)
#define MBEDTLS_PLATFORM_EXIT_MACRO hf_tls_memory_damaged
_Noreturn void hf_tls_memory_damaged(int status);

/* The time of day that certificates are judged by: the transport's trusted time. 64 bits everywhere: no year 2038. */
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE
#define MBEDTLS_PLATFORM_TIME_TYPE_MACRO int64_t
#define MBEDTLS_PLATFORM_TIME_MACRO hf_tls_utc
#define MBEDTLS_PLATFORM_GMTIME_R_ALT
#define MBEDTLS_PLATFORM_MS_TIME_ALT /* of session tickets, which are not compiled */
int64_t hf_tls_utc(int64_t *out);
/* What the pool's allocator calls for mbedtls_platform_set_calloc_free(): so that ours sees when the pool ends. */
int hf_tls_set_calloc_free(void *(*calloc_func)(size_t count, size_t bytes), void (*free_func)(void *memory));

/* --- crypto: through PSA; random numbers are the product's own (mbedtls_psa_external_get_random) --- */

#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_USE_PSA_CRYPTO
#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
#define MBEDTLS_PSA_CRYPTO_CONFIG
#define MBEDTLS_PSA_CRYPTO_CONFIG_FILE "tls_psa_config.h"
#define MBEDTLS_PSA_P256M_DRIVER_ENABLED     /* 3.7 KB instead of 13.8 for the built-in curves, and half of the time */
#define MBEDTLS_PSA_KEY_SLOT_COUNT 16        /* one handshake uses up to 6 at a time */
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS /* all PSA callers are this library: nobody changes a buffer in a call */
#define MBEDTLS_AES_ROM_TABLES               /* 2 KB of flash, not of RAM */
#define MBEDTLS_AES_FEWER_TABLES             /* one of four: the rest are rotations, which are free on a Cortex-M */
#define MBEDTLS_AES_ONLY_128_BIT_KEY_LENGTH
#define MBEDTLS_BLOCK_CIPHER_NO_DECRYPT /* GCM only encrypts blocks */

/* --- certificates --- */

#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_REMOVE_INFO
#define MBEDTLS_X509_MAX_INTERMEDIATE_CA 4 /* AWS sends three; a longer chain is refused, not walked */

/* --- TLS --- */

#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE /* TLS 1.3 of this library wants it */
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#define MBEDTLS_SSL_ALPN
#define MBEDTLS_SSL_PROTO_TLS1_3
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE /* 120 bytes, and old middleboxes let us pass */
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET

/* Only for the size it gives the premaster buffer: without it and without the built-in curves, that buffer has one byte
 * and TLS 1.2 fails (upstream issue 10757). No PSK suite is ever offered: the list of suites is ours, and no PSK is set. */
#define MBEDTLS_KEY_EXCHANGE_PSK_ENABLED

/* Buffers: a server is asked for records of at most 2 KB (RFC 6066, max_fragment_length, which OpenSSL and AWS grant for
 * 1.2 and 1.3; this library asks for no more than both buffers hold). The larger one is for the largest handshake
 * message, a chain of certificates. */
#define MBEDTLS_SSL_MAX_FRAGMENT_LENGTH
#define MBEDTLS_SSL_IN_CONTENT_LEN 4096
#define MBEDTLS_SSL_OUT_CONTENT_LEN 2048

/* Not here, on purpose: renegotiation, session tickets, early data, RSA, finite-field groups, the built-in entropy
 * collector, files, PEM, debug output, error texts. */

#endif
