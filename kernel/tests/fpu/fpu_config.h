/* The kernel's configuration for the test of FPU contexts: as in development, with a count of switches. */
#define configCPU_CLOCK_HZ 20000000
#define configTICK_RATE_HZ \
  10000 /* a tick every 2,000 clocks: many of them fall into the stretches that are looked at */
#define configMAX_PRIORITIES 8
#define configUSE_TIMERS 0
#define configMINIMAL_STACK_SIZE 256
#define configSUPPORT_DYNAMIC_ALLOCATION 0
#define configCHECK_FOR_STACK_OVERFLOW 2
extern volatile unsigned switches;
#define traceTASK_SWITCHED_IN() (switches++)
