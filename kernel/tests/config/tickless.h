/* As development.h; the idle task looks how long the processor may sleep. */
#define configUSE_TICKLESS_IDLE 1
#include "development.h"
