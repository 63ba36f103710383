/*
 * gpu_timing: how long a graphics processor takes to fill 64 KiB of memory and report it.
 *
 * A command travels through the driver, a ring buffer, the graphics processor's own scheduler and clock domain, and
 * comes back as an interrupt. The fill itself is the smallest part. The buffer and the value are the same every time.
 *
 * A round trip costs 10 to 200 us, so this source cannot reach 100,000 samples a second.
 */
#include <errno.h>

#include "cpu.h"
#include "ee.h"
#include "gpu.h"
#include "kernel.h"
#include "platform.h"

#define FILLS (1 * EE_WORK_SCALE)

static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
static bool is_open;

EE_COMMAND int32_t ee_gpu_timing_open(const char *nothing) {
  (void)nothing;
  int32_t error = ee_enter(&workspace, NULL, 0);
  if (error != 0) return error;
  error = is_open ? -EBUSY : ee_gpu_open();
  if (error == 0) is_open = true;
  return ee_leave_raw(&workspace, error);
}

EE_COMMAND int32_t ee_gpu_timing_close(const char *nothing) {
  (void)nothing;
  const int32_t error = ee_enter(&workspace, NULL, 0);
  if (error != 0) return error;
  if (is_open) ee_gpu_close();
  is_open = false;
  return ee_leave_raw(&workspace, 0);
}

EE_KERNEL int32_t ee_gpu_timing(uint64_t *out, size_t n) {
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  if (!is_open) error = -EBADF;
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < FILLS && error == 0; k++) {
      error = ee_gpu_fill();
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, error);
}
