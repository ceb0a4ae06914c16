/* The boards there are: one line per board here, one file board_profile_NAME.c each. */
#ifndef HF_TOOLS_BOARD_PROFILE_LIST_H
#define HF_TOOLS_BOARD_PROFILE_LIST_H

#include "board_profile.h"

extern const board_profile board_profile_an524;

#endif
