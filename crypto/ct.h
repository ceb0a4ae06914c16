/* Comparing and erasing memory without telling an observer anything.
 *
 *     if (!ct_equal(tag, expected, sizeof tag)) return refuse();
 *     wipe(key, sizeof key);
 *
 * Reentrant, callable from any context. Pointers may be unaligned; NULL is allowed only with len 0. */
#ifndef HF_CRYPTO_CT_H
#define HF_CRYPTO_CT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0 if the two buffers are equal, otherwise a value from 1 to 255 (the OR of all byte differences); not 0 either when
 * not all bytes were compared, as after a fault.
 * Time depends on len only. For callers who fold the answer into a value instead of branching on it; a branch
 * on it is one skipped instruction away from the wrong answer. The buffers may overlap. */
uint32_t ct_difference(const void *a, const void *b, size_t len);

/* True if the two buffers are equal. Time depends on len only. */
bool ct_equal(const void *a, const void *b, size_t len);

/* Sets len bytes to zero. The stores happen even when nothing reads the memory again. */
void wipe(void *memory, size_t len);

#endif
