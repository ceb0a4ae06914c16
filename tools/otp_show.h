/* Words for what OTP says. */
#ifndef HF_TOOLS_OTP_SHOW_H
#define HF_TOOLS_OTP_SHOW_H

#include "otp_map.h"

/* "blank", "factory", "secured" or "retired". */
const char *otp_lifecycle(const otp_fuses *fuses);
const char *otp_policy(uint32_t policy);

#endif
