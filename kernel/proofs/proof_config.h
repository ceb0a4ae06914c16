/* The kernel's options for proofs: a check of the kernel's own that could fail is a failed proof. */
#ifndef PROOF_CONFIG_H
#define PROOF_CONFIG_H

#define configASSERT(condition) __CPROVER_assert(condition, "configASSERT")
#define configTOTAL_HEAP_SIZE 256
#define configMAX_TASK_NAME_LEN 2
#define configMINIMAL_STACK_SIZE 64

#endif
