/* Answers of every function in crypto/ that can refuse.
 *
 * Boot code compares these words while an attacker may be disturbing the supply voltage, so no value is one
 * that a disturbed CPU tends to produce: not 0, not 1, not all ones, and any two differ in at least 12 bits.
 * Append only: values are printed by the tools and stored in logs.
 *
 * CRYPTO_OK never means "the signature is good" where the function computes a value: there it means "the value
 * was computed", and the caller's comparison of that value decides. Each header says which of the two it is. */
#ifndef HF_CRYPTO_STATUS_H
#define HF_CRYPTO_STATUS_H

/* First four bytes of SHA-256("holdfast " + name), top bit cleared so that each fits an int:
 *   printf 'holdfast CRYPTO_OK' | sha256sum | cut -c1-8 */
typedef enum crypto_status {
  CRYPTO_OK = 0x3ec1f8c7,
  CRYPTO_BAD_INPUT = 0x482345b7, /* malformed, wrong length or out of range: nothing was computed */
  CRYPTO_INVALID = 0x5d544217,   /* well formed, and does not verify */
} crypto_status;

/* Ignoring an answer is a compile error under our warning flags. */
#define CRYPTO_MUST_USE __attribute__((warn_unused_result))

#endif
