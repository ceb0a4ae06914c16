/* Words for what OTP says. */
#ifndef HF_TOOLS_OTP_SHOW_H
#define HF_TOOLS_OTP_SHOW_H

#include "otp_map.h"

/* "blank", "factory", "secured" or "retired". */
const char *otp_lifecycle(const otp_fuses *fuses);
const char *otp_policy(uint32_t policy);
/* The fuse bank can be written no more: secured, or retired. */
bool otp_is_frozen(const otp_fuses *fuses);
/* How much of sealed storage's counter is used up, in the twin that is open. */
void otp_show_storage_counter(void);

#endif
