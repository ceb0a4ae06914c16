/* What the stand-in remembers. */
#ifndef STAND_IN_H
#define STAND_IN_H

#include "FreeRTOS.h"

extern BaseType_t scheduler_state;
extern int mutexes_made, taken, given;

#endif
