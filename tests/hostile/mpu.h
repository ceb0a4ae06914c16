/* The non-secure world's own MPU: a page of its own that it may not write, or that only privileged code may touch. */
#ifndef HF_HOSTILE_MPU_H
#define HF_HOSTILE_MPU_H

#include <stdint.h>

#define MPU_PAGE_BYTES 1024u
/* In .data: .bss begins where .data ends and cannot be aligned so far (sections.ld.inc). */
#define MPU_PAGE __attribute__((section(".data.page"), aligned(MPU_PAGE_BYTES)))

typedef enum mpu_rights {
  MPU_READ_ONLY = 3,       /* for everybody */
  MPU_PRIVILEGED_ONLY = 0, /* read and write */
} mpu_rights;

/* page: an MPU_PAGE of MPU_PAGE_BYTES. All other memory of ours stays open, to unprivileged code, too. */
void mpu_protect(const void *page, mpu_rights rights);
void mpu_off(void);

#endif
