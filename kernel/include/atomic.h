/* Reading and changing a word as one step, among tasks and interrupts, without masking them.
 *
 *   uint32_t before = Atomic_Increment_u32(&packets_lost);
 */
#ifndef ATOMIC_H
#define ATOMIC_H

#include "FreeRTOS.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ATOMIC_COMPARE_AND_SWAP_SUCCESS 0x1U
#define ATOMIC_COMPARE_AND_SWAP_FAILURE 0x0U

/* *pulDestination becomes ulExchange if it is ulComparand. Returns ATOMIC_COMPARE_AND_SWAP_SUCCESS or _FAILURE. */
static portFORCE_INLINE uint32_t Atomic_CompareAndSwap_u32(uint32_t volatile *pulDestination, uint32_t ulExchange,
                                                           uint32_t ulComparand)
{
  return __atomic_compare_exchange_n(pulDestination, &ulComparand, ulExchange, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
           ? ATOMIC_COMPARE_AND_SWAP_SUCCESS
           : ATOMIC_COMPARE_AND_SWAP_FAILURE;
}

static portFORCE_INLINE uint32_t Atomic_CompareAndSwapPointers_p32(void *volatile *ppvDestination, void *pvExchange,
                                                                   void *pvComparand)
{
  return __atomic_compare_exchange_n(ppvDestination, &pvComparand, pvExchange, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
           ? ATOMIC_COMPARE_AND_SWAP_SUCCESS
           : ATOMIC_COMPARE_AND_SWAP_FAILURE;
}

/* These return what was there before. */
static portFORCE_INLINE void *Atomic_SwapPointers_p32(void *volatile *ppvDestination, void *pvExchange)
{
  return __atomic_exchange_n(ppvDestination, pvExchange, __ATOMIC_SEQ_CST);
}

static portFORCE_INLINE uint32_t Atomic_Add_u32(uint32_t volatile *pulAddend, uint32_t ulCount)
{
  return __atomic_fetch_add(pulAddend, ulCount, __ATOMIC_SEQ_CST);
}

static portFORCE_INLINE uint32_t Atomic_Subtract_u32(uint32_t volatile *pulAddend, uint32_t ulCount)
{
  return __atomic_fetch_sub(pulAddend, ulCount, __ATOMIC_SEQ_CST);
}

static portFORCE_INLINE uint32_t Atomic_Increment_u32(uint32_t volatile *pulAddend)
{
  return Atomic_Add_u32(pulAddend, 1);
}

static portFORCE_INLINE uint32_t Atomic_Decrement_u32(uint32_t volatile *pulAddend)
{
  return Atomic_Subtract_u32(pulAddend, 1);
}

static portFORCE_INLINE uint32_t Atomic_OR_u32(uint32_t volatile *pulDestination, uint32_t ulValue)
{
  return __atomic_fetch_or(pulDestination, ulValue, __ATOMIC_SEQ_CST);
}

static portFORCE_INLINE uint32_t Atomic_AND_u32(uint32_t volatile *pulDestination, uint32_t ulValue)
{
  return __atomic_fetch_and(pulDestination, ulValue, __ATOMIC_SEQ_CST);
}

static portFORCE_INLINE uint32_t Atomic_NAND_u32(uint32_t volatile *pulDestination, uint32_t ulValue)
{
  return __atomic_fetch_nand(pulDestination, ulValue, __ATOMIC_SEQ_CST);
}

static portFORCE_INLINE uint32_t Atomic_XOR_u32(uint32_t volatile *pulDestination, uint32_t ulValue)
{
  return __atomic_fetch_xor(pulDestination, ulValue, __ATOMIC_SEQ_CST);
}

#ifdef __cplusplus
}
#endif

#endif
