/*
 * sleep_jitter: how late the system wakes a thread that asks for the shortest sleep.
 *
 * The thread leaves the processor, a timer interrupt is programmed and fires, the scheduler picks a moment and a core,
 * caches are cold again. Each of these takes its own varying time. A sleep of zero would return at once on macOS and
 * last a default 50 us on Linux, so the kernel asks for the shortest true sleep.
 *
 * A wake-up costs 10 to 80 us, so this source cannot reach 100,000 samples a second.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define SLEEPS (1 * EE_WORK_SCALE)

EE_KERNEL int32_t ee_sleep_jitter(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  const ee_sleep_state state = ee_sleep_begin();
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < SLEEPS && error == 0; k++) {
      error = ee_sleep_shortest();
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  ee_sleep_end(state);
  return ee_leave(&workspace, out, n, error);
}
