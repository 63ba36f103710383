/* The request to end a long loop: another thread sets the word to anything but 0. */
#ifndef EE_STOP_H
#define EE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Looked at once in so many symbols: some milliseconds of the slowest loop. */
#define EE_STOP_STRIDE ((int32_t)1 << 14)

typedef const _Atomic int32_t *ee_stop;

static inline bool ee_stopped(ee_stop stop) {
  return stop != NULL && atomic_load_explicit(stop, memory_order_relaxed) != 0;
}

/* Looks at the word if `i` is a multiple of the stride. */
static inline bool ee_stopped_at(ee_stop stop, int32_t i) {
  return (i & (EE_STOP_STRIDE - 1)) == 0 && ee_stopped(stop);
}

#endif
