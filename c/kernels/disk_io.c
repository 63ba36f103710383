/*
 * disk_io: how long one read takes that bypasses the system's cache.
 *
 * A request travels through the block layer, a queue of the device, its controller and its flash or platter, and comes
 * back as an interrupt and a wake-up. The page and the file are always the same: from another place of a disk the time
 * would differ systematically. A read from the system's cache would be a copy in memory and measure next to nothing.
 *
 * A device answers within 10 to 100 us, so this source cannot reach 100,000 samples a second.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"
#include "scratch.h"

#define READS (1 * EE_WORK_SCALE)
/* arm64 Linux has kernels with pages of 64 KiB. */
#define LARGEST_PAGE ((size_t)64 * 1024)

/* 1 MiB: file systems may keep a very small file in its directory entry, which is always in memory. */
static const ee_scratch scratch = {.memory = LARGEST_PAGE, .size = (size_t)1 << 20, .direct = true};

EE_COMMAND int32_t ee_disk_io_open(const char *folder) { return ee_scratch_open(&scratch, folder); }

EE_COMMAND int32_t ee_disk_io_close(const char *nothing) {
  (void)nothing;
  return ee_scratch_close(&scratch);
}

EE_KERNEL int32_t ee_disk_io(uint64_t *out, size_t n) {
  ee_file *file;
  int32_t error = ee_scratch_enter(&scratch, &file, out, n);
  if (error != 0) return error;
  const size_t page_size = ee_page_size();
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < READS && error == 0; k++) {
      const ssize_t got = pread(file->descriptor, file->workspace.memory, page_size, 0);
      if (got != (ssize_t)page_size) error = got < 0 ? -errno : -EIO;
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&file->workspace, out, n, error);
}
