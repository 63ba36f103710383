/*
 * thread_lifecycle: how long a thread takes from creation to end.
 *
 * A thread is made that does nothing, and is joined: a stack, a kernel task, a place in a run queue, a wake-up on some
 * processor, an exit, and a wake-up back here. Each has its queues and locks.
 *
 * A thread costs 20 to 60 us, so this source cannot reach 100,000 samples a second.
 */
#include <pthread.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define THREADS (1 * EE_WORK_SCALE)

static void *do_nothing(void *nothing) { return nothing; }

EE_KERNEL int32_t ee_thread_lifecycle(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < THREADS && error == 0; k++) {
      pthread_t thread;
      error = -pthread_create(&thread, NULL, do_nothing, NULL);
      if (error == 0) error = -pthread_join(thread, NULL);
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, error);
}
