/*
 * multi_domain_beat: how long work takes that visits processor, memory, file system and kernel in turn.
 *
 * A computation, a walk over 64 lines of memory, a write of 64 bytes to a file, a question to the kernel: each advances
 * in a rhythm of its own. Numbers, lines, bytes and place are the same every time.
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
#define LINES ((size_t)64)
/* One line on each page. */
#define STRIDE ((size_t)4096 + 64)
#define ROUNDS EE_WORK_SCALE
#define WRITTEN 64

static const ee_scratch scratch = {.memory = LINES * STRIDE, .size = WRITTEN};

EE_COMMAND int32_t ee_multi_domain_beat_open(const char *folder) { return ee_scratch_open(&scratch, folder); }

EE_COMMAND int32_t ee_multi_domain_beat_close(const char *nothing) {
  (void)nothing;
  return ee_scratch_close(&scratch);
}

EE_KERNEL int32_t ee_multi_domain_beat(uint64_t *out, size_t n) {
  ee_file *file;
  int32_t error = ee_scratch_enter(&scratch, &file, out, n);
  if (error != 0) return error;
  unsigned char *memory = file->workspace.memory;
  for (size_t i = 0; i < n && error == 0; i++) {
    uint64_t product = 3;
    const uint64_t before = ee_ticks();
    for (int k = 0; k < ROUNDS && error == 0; k++) {
      for (int m = 0; m < MULTIPLICATIONS; m++) {
        product *= product;
        EE_OPERATION(product);
      }
      for (size_t line = 0; line < LINES; line++) {
        memory[line * STRIDE]++;
        EE_OPERATION(memory);
      }
      const ssize_t written = pwrite(file->descriptor, memory, WRITTEN, 0);
      if (written != WRITTEN) error = written < 0 ? -errno : -ENOSPC;
      EE_OPERATION(error);
      pid_t parent = getppid();
      EE_OPERATION(parent);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&file->workspace, out, n, error);
}
