/* As development.h; the tick count wraps a quarter of a second after the start. */
#define configINITIAL_TICK_COUNT 0xFFFFFF00u
#include "development.h"
