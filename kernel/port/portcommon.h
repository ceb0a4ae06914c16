/* What the portmacro.h of every port has in common: names of FreeRTOS's, over the functions that kernel/port.h describes.
 * Included at the end of portmacro.h, which defines portSTACK_TYPE, portBYTE_ALIGNMENT, portARCH_NAME and those functions
 * that are inline.
 */
#ifndef HF_KERNEL_PORTCOMMON_H
#define HF_KERNEL_PORTCOMMON_H

#define portYIELD() kernel_yield()
#define portYIELD_WITHIN_API() portYIELD()
#define portEND_SWITCHING_ISR(needed)      \
  do {                                     \
    if ((needed) != 0) port_pend_switch(); \
  } while (0)
#define portYIELD_FROM_ISR(needed) portEND_SWITCHING_ISR(needed)
#define portENTER_CRITICAL() vPortEnterCritical()
#define portEXIT_CRITICAL() vPortExitCritical()
#define portSET_INTERRUPT_MASK_FROM_ISR() port_mask()
#define portCLEAR_INTERRUPT_MASK_FROM_ISR(before) port_unmask((uint32_t)(before))
#define portDISABLE_INTERRUPTS() port_mask_again()
#define portENABLE_INTERRUPTS() port_unmask(0)

#ifdef __cplusplus
extern "C" {
#endif

void kernel_yield(void);       /* kernel/tasks.c */
void vPortEnterCritical(void); /* kernel/critical.c */
void vPortExitCritical(void);
BaseType_t xPortIsInsideInterrupt(void);

#ifdef __cplusplus
}
#endif

#endif
