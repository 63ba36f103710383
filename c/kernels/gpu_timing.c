/*
 * gpu_timing: how long a graphics processor takes to fill 64 KiB of memory and report it.
 *
 * A command travels through the driver, a ring buffer, the graphics processor's own scheduler and clock domain, and
 * comes back as an interrupt. The fill itself is the smallest part. The buffer and the value are the same every time.
 *
 * A round trip costs 10 to 200 us, so this source cannot reach 100,000 samples a second.
 */
#include <errno.h>
#include <stdlib.h>

#include "cpu.h"
#include "ee.h"
#include "gpu.h"
#include "kernel.h"
#include "owned.h"
#include "platform.h"

#define FILLS (1 * EE_WORK_SCALE)

/* Held while a processor is looked for: the system's library is loaded once. */
static ee_workspace opening = {.size = 0, .busy = ATOMIC_FLAG_INIT};

typedef struct {
  ee_workspace workspace;
  ee_gpu *gpu;
} opened;

static void give_up(void *owned) {
  opened *self = owned;
  ee_gpu_close(self->gpu);
  free(self);
}

static int32_t open_own(void) {
  if (ee_owned(&opening) != NULL) return -EBUSY;
  ee_gpu *gpu = NULL;
  int32_t error = ee_gpu_open(&gpu);
  if (error != 0) return error;
  opened *self = malloc(sizeof *self);
  if (self == NULL) {
    ee_gpu_close(gpu);
    return -ENOMEM;
  }
  *self = (opened){.workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT}, .gpu = gpu};
  error = ee_own(&opening, self, give_up);
  if (error != 0) give_up(self);
  return error;
}

EE_COMMAND int32_t ee_gpu_timing_open(const char *nothing) {
  (void)nothing;
  const int32_t error = ee_enter(&opening, NULL, 0);
  return error != 0 ? error : ee_leave_raw(&opening, open_own());
}

EE_COMMAND int32_t ee_gpu_timing_close(const char *nothing) {
  (void)nothing;
  void *self = ee_disown(&opening);
  if (self != NULL) give_up(self);
  return 0;
}

EE_KERNEL int32_t ee_gpu_timing(uint64_t *out, size_t n) {
  opened *self = ee_owned(&opening);
  int32_t error = self == NULL ? -EBADF : ee_enter(&self->workspace, out, n);
  if (error != 0) return error;
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < FILLS && error == 0; k++) {
      error = ee_gpu_fill(self->gpu);
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&self->workspace, out, n, error);
}
