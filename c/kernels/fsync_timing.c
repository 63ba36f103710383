/*
 * fsync_timing: how long a written page takes to reach the medium.
 *
 * The same page is written and the file flushed, on macOS including the drive's own cache. The file system's journal,
 * the block layer and the device's queue take part, and in flash the programming of cells, whose time varies from cell
 * to cell.
 *
 * It wears the medium by some hundred to some thousand pages a second. A flush takes 50 us to 20 ms, so this source
 * stays far below 100,000 samples a second.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"
#include "scratch.h"

#define FLUSHES (1 * EE_WORK_SCALE)
#define SIZE ((size_t)4096)

static const ee_scratch scratch = {.memory = SIZE, .size = SIZE};

EE_COMMAND int32_t ee_fsync_timing_open(const char *folder) { return ee_scratch_open(&scratch, folder); }

EE_COMMAND int32_t ee_fsync_timing_close(const char *nothing) {
  (void)nothing;
  return ee_scratch_close(&scratch);
}

EE_KERNEL int32_t ee_fsync_timing(uint64_t *out, size_t n) {
  ee_file *file;
  int32_t error = ee_scratch_enter(&scratch, &file, out, n);
  if (error != 0) return error;
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < FLUSHES && error == 0; k++) {
      const ssize_t written = pwrite(file->descriptor, file->workspace.memory, SIZE, 0);
      if (written != (ssize_t)SIZE) error = written < 0 ? -errno : -ENOSPC;
      else error = ee_scratch_flush(file);
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&file->workspace, out, n, error);
}
