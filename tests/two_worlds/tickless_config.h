/* As kernel_config.h, and the tick stops when nothing is due. The tick hook counts the interrupts of the tick. */
#include "kernel_config.h"
#define configUSE_TICKLESS_IDLE 1
#define configUSE_TICK_HOOK 1
