/*
 * timer_signal: how long the shortest timer takes to be set, to expire and to wake its thread.
 *
 * The timer is queued and the hardware programmed; the interrupt comes; a signal (Linux) or an event (macOS) is queued
 * to this thread, which is woken to take it. sleep_jitter shares much of this path.
 *
 * A wake-up costs 5 to 60 us, so this source may not reach 100,000 samples a second.
 */
#include "cpu.h"
#include "ee.h"
#include "events.h"
#include "kernel.h"
#include "platform.h"

#define TIMERS (1 * EE_WORK_SCALE)

EE_KERNEL int32_t ee_timer_signal(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  error = ee_timer_begin();
  if (error != 0) return ee_leave(&workspace, out, n, error);
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < TIMERS && error == 0; k++) {
      error = ee_timer_run();
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  ee_timer_end();
  return ee_leave(&workspace, out, n, error);
}
