/*
 * clock_jitter: how long the system takes to read its own clock.
 *
 * The processor's core clock and the fixed-rate counter come from different multipliers of one crystal, so the phase at
 * which a reading falls between two steps of the counter wanders; caches and the pipeline add to it. With a step of
 * about 10 ns and a reading of about 30 ns, most samples have one of two or three values, and part of their sequence is
 * the plain beat of two frequencies. Hence the low claim.
 *
 * The difference of two clocks derived from one counter would look better and hold no more entropy.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define READINGS (1 * EE_WORK_SCALE)

EE_KERNEL int32_t ee_clock_jitter(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  const int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  for (size_t i = 0; i < n; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < READINGS; k++) {
      uint64_t reading = ee_os_clock_ns();
      EE_OPERATION(reading);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, 0);
}
