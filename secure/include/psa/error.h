/* Status codes of the PSA specifications (PSA Certified Status code API 1.0), those that Holdfast's services answer. 0 is success,
 * positive values are success with something more to do, negative ones are errors.
 *
 * What any call may answer, beside what its header says of it; nothing was done then:
 *   PSA_ERROR_CONNECTION_BUSY      another call is inside; tasks of a kernel take turns and never see it
 *   PSA_ERROR_CONNECTION_REFUSED   this call is for privileged code (docs/services.md)
 *   PSA_ERROR_NOT_PERMITTED        called from an interrupt handler
 *   PSA_ERROR_PROGRAMMER_ERROR     a pointer to memory that is not the caller's, or a size beyond every bound
 * And what any call that reaches sealed storage (keys, items) may:
 *   PSA_ERROR_BAD_STATE            storage did not start: the console said why
 *   PSA_ERROR_STORAGE_FAILURE      flash did not take or give the data; a change is done or not done, the next reading tells
 *   PSA_ERROR_INSUFFICIENT_STORAGE no room; or the counter that protects changes, removals too, is used up
 *   PSA_ERROR_HARDWARE_FAILURE     OTP does not answer
 *   PSA_ERROR_DATA_CORRUPT         storage is stale (hf_storage_reset()), or this item is damaged
 *   PSA_ERROR_CORRUPTION_DETECTED  a check of a result failed: a fault, or an attack */
#ifndef PSA_ERROR_H
#define PSA_ERROR_H

#include <stdint.h>

typedef int32_t psa_status_t;

#define PSA_SUCCESS ((psa_status_t)0)
#define PSA_ERROR_CONNECTION_REFUSED ((psa_status_t)-130)
#define PSA_ERROR_CONNECTION_BUSY ((psa_status_t)-131)
#define PSA_ERROR_PROGRAMMER_ERROR ((psa_status_t)-129)
#define PSA_ERROR_GENERIC_ERROR ((psa_status_t)-132)
#define PSA_ERROR_NOT_PERMITTED ((psa_status_t)-133) /* policy forbids it */
#define PSA_ERROR_NOT_SUPPORTED ((psa_status_t)-134)
#define PSA_ERROR_INVALID_ARGUMENT ((psa_status_t)-135)
#define PSA_ERROR_INVALID_HANDLE ((psa_status_t)-136) /* no key of that id */
#define PSA_ERROR_BAD_STATE ((psa_status_t)-137)
#define PSA_ERROR_BUFFER_TOO_SMALL ((psa_status_t)-138)
#define PSA_ERROR_ALREADY_EXISTS ((psa_status_t)-139)
#define PSA_ERROR_DOES_NOT_EXIST ((psa_status_t)-140)
#define PSA_ERROR_INSUFFICIENT_STORAGE ((psa_status_t)-142)
#define PSA_ERROR_INSUFFICIENT_DATA ((psa_status_t)-143)
#define PSA_ERROR_STORAGE_FAILURE ((psa_status_t)-146)      /* flash did not take or give the data */
#define PSA_ERROR_HARDWARE_FAILURE ((psa_status_t)-147)     /* OTP or another part does not answer */
#define PSA_ERROR_INSUFFICIENT_ENTROPY ((psa_status_t)-148) /* the noise source is dead or failed its health tests */
#define PSA_ERROR_INVALID_SIGNATURE ((psa_status_t)-149)
#define PSA_ERROR_CORRUPTION_DETECTED \
  ((psa_status_t)-151)                              /* a result did not pass its own check: a fault, or an attack */
#define PSA_ERROR_DATA_CORRUPT ((psa_status_t)-152) /* stored data was damaged, or put back from an earlier time */

#define PSA_MUST_CHECK __attribute__((warn_unused_result))

/* The functions have the names of the specifications for those who call them, and names of our own for the linker: a program that
 * also links a crypto library with a PSA interface of its own (mbedTLS) can have both, each file by the header it includes. */
#define PSA_LINK_NAME(name) __asm__("hf_" #name)

#endif
