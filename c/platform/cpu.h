/* The differences between processors, except for the clock; and how much work a kernel does. */
#ifndef EE_CPU_H
#define EE_CPU_H

#include <stdint.h>

/*
 * Test aid: how many times the work inside each timed region is repeated. If a build with 8 does not give longer
 * samples than one with 1, the compiler has removed the work.
 */
#ifndef EE_WORK_SCALE
#define EE_WORK_SCALE 1
#endif

/* Evicts the cache line at `address` from every level of cache, writing it back if needed. */
static inline void ee_flush_line(const void *address) {
#if defined(__x86_64__)
  __asm__ volatile("clflush (%0)" : : "r"(address) : "memory");
#else
  __asm__ volatile("dc civac, %0" : : "r"(address) : "memory");
#endif
}

/* Waits until all flushes, loads and stores before it are done. */
static inline void ee_fence(void) {
#if defined(__x86_64__)
  __asm__ volatile("mfence" : : : "memory");
#else
  __asm__ volatile("dsb ish" : : : "memory");
#endif
}

#endif
