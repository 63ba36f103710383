/* Wide versions of loops, for x86-64 processors of 2013 and later, beside portable ones that give the same integers. */
#ifndef EE_WIDE_H
#define EE_WIDE_H

#include <stdatomic.h>
#include <stdbool.h>

/* EE_DEEP_PLAIN, a test aid, makes a library without wide versions. */
#if defined(__x86_64__) && !defined(EE_DEEP_PLAIN)
#define EE_HAS_TWO_SPEEDS 1
#else
#define EE_HAS_TWO_SPEEDS 0
#endif

#if EE_HAS_TWO_SPEEDS
#include <cpuid.h>

/* Marks a function that runs only where ee_has_wide() is true. */
#define EE_WIDE __attribute__((target("avx2,bmi,bmi2,popcnt")))

/* Asks the processor, which a hypervisor may answer for in some microseconds: so once in a file that includes this. */
static inline bool ee_has_wide(void) {
  static _Atomic int known;
  int answer = atomic_load_explicit(&known, memory_order_relaxed);
  if (answer == 0) {
    unsigned a, b, c, d, kept = 0;
    answer = 1;
    if (__get_cpuid(1, &a, &b, &c, &d)) {
      const bool avx = (c >> 28 & 1) != 0 && (c >> 27 & 1) != 0 && (c >> 23 & 1) != 0;
      /* The system keeps the wide registers: XCR0 bits 1 and 2. */
      if (avx) __asm__ volatile("xgetbv" : "=a"(kept), "=d"(d) : "c"(0));
      if ((kept >> 1 & 3) == 3 && __get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        if ((b >> 5 & 1) != 0 && (b >> 3 & 1) != 0 && (b >> 8 & 1) != 0) answer = 2;
      }
    }
    atomic_store_explicit(&known, answer, memory_order_relaxed);
  }
  return answer == 2;
}
#endif

#endif
