/*
 * mach_timing: how long a fixed computation without memory access takes.
 *
 * Each multiplication needs the result of the one before, so the processor cannot reorder them. What varies is its
 * clock rate, the counter's phase, and what interrupts it. The product starts from the same number every time. Without
 * interruptions that is next to no entropy; hence the low claim.
 *
 * The source is named after the Mach call that reads the counter on macOS; Linux has its own.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

/* Some 3 cycles each: 4 us together, about 100 steps even of a 24 MHz counter, and 200,000 samples a second. */
#define MULTIPLICATIONS (4096 * EE_WORK_SCALE)

EE_KERNEL int32_t ee_mach_timing(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  const int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  for (size_t i = 0; i < n; i++) {
    uint64_t product = 3;
    const uint64_t before = ee_ticks();
    for (int k = 0; k < MULTIPLICATIONS; k++) {
      product *= product;
      EE_OPERATION(product);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, 0);
}
