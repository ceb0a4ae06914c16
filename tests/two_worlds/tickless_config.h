/* As kernel_config.h, and the tick stops when nothing is due. The tick hook counts the interrupts of the tick. */
#include "kernel_config.h"
#define configUSE_TICKLESS_IDLE 1
#define configUSE_TICK_HOOK 1

/* The emulator that counts instructions wakes the processor from WFI late, by an event or more. It waits awake. */
void wait_awake(void);
#define portWAIT_FOR_INTERRUPT() wait_awake()
