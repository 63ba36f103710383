/*
 * A loop that is compiled twice, for every machine and for those with wide.h's instructions: vectors are twice as wide there. Both give the
 * same integers, as they are of one text. EE_TWICE(name, (parameters), (arguments)) defines `name`, which runs the faster one that this machine
 * has, of `name_loop`, which is marked EE_LOOP. EE_DEEP_PLAIN, a test aid, makes a library without the faster ones.
 */
#ifndef EE_EITHER_SPEED_H
#define EE_EITHER_SPEED_H

#include "wide.h"

/* What EE_LOOP marks is part of its caller, so no vector is ever passed. */
#pragma clang diagnostic ignored "-Wpsabi"

#define EE_LOOP static inline __attribute__((always_inline))

#if defined(__x86_64__) && !defined(EE_DEEP_PLAIN)
#define EE_TWICE(name, parameters, arguments)                         \
  EE_WIDE static void name##_wide parameters { name##_loop arguments; } \
  static void name##_plain parameters { name##_loop arguments; }      \
  static void name parameters {                                       \
    if (ee_has_wide()) name##_wide arguments;                         \
    else name##_plain arguments;                                      \
  }
#else
#define EE_TWICE(name, parameters, arguments) \
  static void name parameters { name##_loop arguments; }
#endif

#endif
