/*
 * dispatch_queue: how long it takes another thread to do something and report back.
 *
 * Two threads hand the turn to each other and sleep in between: a wake-up there, a wake-up back. What varies is which
 * processor the other thread gets, whether it has to be woken from an idle state, and what else is in its queue. Part
 * of that is a regime that lasts (both on one processor, or on two) and adds no entropy while it does.
 *
 * On macOS the other thread belongs to libdispatch, after whose queues the source is named; on Linux it is our own.
 */
#include "cpu.h"
#include "ee.h"
#include "events.h"
#include "kernel.h"
#include "platform.h"

#define HANDOFFS (1 * EE_WORK_SCALE)

/* Rounds until the other thread has been made, placed and woken for the first time. */
#define FIRST_HANDOFFS 16

EE_KERNEL int32_t ee_dispatch_queue(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  error = ee_handoff_begin();
  if (error != 0) return ee_leave(&workspace, out, n, error);
  for (int k = 0; k < FIRST_HANDOFFS && error == 0; k++) error = ee_handoff_run();
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < HANDOFFS && error == 0; k++) {
      error = ee_handoff_run();
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  ee_handoff_end();
  return ee_leave(&workspace, out, n, error);
}
