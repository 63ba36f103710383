/*
 * A loop that is compiled twice, for every machine and for those with wide.h's instructions: vectors are twice as wide there. Both give the
 * same integers, as they are of one text. EE_TWICE(type, name, (parameters), (arguments)) defines `type name(parameters)`, which runs the faster one that this machine
 * has, of `name_loop`, which is marked EE_LOOP.
 */
#ifndef EE_EITHER_SPEED_H
#define EE_EITHER_SPEED_H

#include "wide.h"

/* What EE_LOOP marks is part of its caller, so no vector is ever passed. */
#pragma clang diagnostic ignored "-Wpsabi"

#define EE_LOOP static inline __attribute__((always_inline))

#if EE_HAS_TWO_SPEEDS
#define EE_TWICE(type, name, parameters, arguments)                            \
  EE_WIDE static type name##_wide parameters { return name##_loop arguments; } \
  static type name##_plain parameters { return name##_loop arguments; }        \
  static type name parameters { return ee_has_wide() ? name##_wide arguments : name##_plain arguments; }
#else
#define EE_TWICE(type, name, parameters, arguments) \
  static type name parameters { return name##_loop arguments; }
#endif

#endif
