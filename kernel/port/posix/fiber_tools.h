/* Tells the tools that watch a program (AddressSanitizer, valgrind) which stack it stands on. Nothing, without them. */
#ifndef HF_FIBER_TOOLS_H
#define HF_FIBER_TOOLS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__)
#define FIBER_TOOLS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBER_TOOLS_ASAN 1
#endif
#endif

#ifdef FIBER_TOOLS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

/* Before a switch to the stack [bottom, bottom + bytes): *state keeps what belongs to the stack that is left. */
static inline void fiber_tools_leave(void **state, const uint8_t *bottom, size_t bytes)
{
  __sanitizer_start_switch_fiber(state, bottom, bytes);
}

/* After a switch, with what fiber_tools_leave() kept for this stack, NULL on a new one. Where we came from goes to
 * *bottom and *bytes unless they are NULL. */
static inline void fiber_tools_arrive(void *state, uint8_t **bottom, size_t *bytes)
{
  const void *from = NULL;
  __sanitizer_finish_switch_fiber(state, &from, bytes);
  if (bottom != NULL) *bottom = (uint8_t *)(uintptr_t)from;
}

/* Frames on this stack were abandoned: what they marked as untouchable is not. */
static inline void fiber_tools_forget(const uint8_t *bottom, size_t bytes)
{
  ASAN_UNPOISON_MEMORY_REGION(bottom, bytes);
}
#else
static inline void fiber_tools_leave(void **state, const uint8_t *bottom, size_t bytes)
{
  (void)state;
  (void)bottom;
  (void)bytes;
}

static inline void fiber_tools_arrive(void *state, uint8_t **bottom, size_t *bytes)
{
  (void)state;
  (void)bottom;
  (void)bytes;
}

static inline void fiber_tools_forget(const uint8_t *bottom, size_t bytes)
{
  (void)bottom;
  (void)bytes;
}
#endif

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

#ifdef VALGRIND_STACK_REGISTER
/* The number of the stack [bottom, top), for fiber_tools_no_stack(). */
static inline unsigned fiber_tools_stack(const uint8_t *bottom, const uint8_t *top)
{
  return VALGRIND_STACK_REGISTER(bottom, top);
}

static inline void fiber_tools_no_stack(unsigned number)
{
  VALGRIND_STACK_DEREGISTER(number);
}
#else
static inline unsigned fiber_tools_stack(const uint8_t *bottom, const uint8_t *top)
{
  (void)bottom;
  (void)top;
  return 0;
}

static inline void fiber_tools_no_stack(unsigned number)
{
  (void)number;
}
#endif

#endif
