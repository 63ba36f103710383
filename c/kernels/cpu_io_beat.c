/*
 * cpu_io_beat: how long a computation followed by a small write to a file takes.
 *
 * The computation runs at the core's clock; the write goes through the system call gate, the file system's locks and
 * its cache, where work done for other programs shows. The numbers, the 64 bytes and their place are the same every
 * time, so the file does not grow. The write ends in memory: the system writes it to the disk later.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"
#include "scratch.h"

#define MULTIPLICATIONS 50
#define ROUNDS EE_WORK_SCALE
#define WRITTEN 64

static const ee_scratch scratch = {.memory = WRITTEN, .size = WRITTEN};

EE_COMMAND int32_t ee_cpu_io_beat_open(const char *folder) { return ee_scratch_open(&scratch, folder); }

EE_COMMAND int32_t ee_cpu_io_beat_close(const char *nothing) {
  (void)nothing;
  return ee_scratch_close(&scratch);
}

EE_KERNEL int32_t ee_cpu_io_beat(uint64_t *out, size_t n) {
  ee_file *file;
  int32_t error = ee_scratch_enter(&scratch, &file, out, n);
  if (error != 0) return error;
  for (size_t i = 0; i < n && error == 0; i++) {
    uint64_t product = 3;
    const uint64_t before = ee_ticks();
    for (int k = 0; k < ROUNDS && error == 0; k++) {
      for (int m = 0; m < MULTIPLICATIONS; m++) {
        product *= product;
        EE_OPERATION(product);
      }
      const ssize_t written = pwrite(file->descriptor, file->workspace.memory, WRITTEN, 0);
      if (written != WRITTEN) error = written < 0 ? -errno : -ENOSPC;
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&file->workspace, out, n, error);
}
