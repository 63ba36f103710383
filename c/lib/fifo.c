/* FIFOs, for which Bun has no call. */
#define _POSIX_C_SOURCE 200809L

#include "ee.h"

#include <errno.h>
#include <sys/stat.h>

int32_t ee_make_fifo(const char *path, uint32_t mode) {
  if (path == NULL) return -EINVAL;
  return mkfifo(path, (mode_t)mode) == 0 ? 0 : -errno;
}
