/*
 * metadata_timing: how long it takes to ask the file system about a file.
 *
 * It asks for the attributes, then for an extended attribute that the file does not have: a path is resolved twice,
 * through caches and locks that all programs share. The file is the same every time, one that every system has.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#if defined(__APPLE__)
/* As in <sys/xattr.h>, which does not come with the compiler. */
extern ssize_t getxattr(const char *path, const char *name, void *value, size_t size, uint32_t position, int options);
#else
#include <sys/xattr.h>
#endif

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define PATH "/bin/sh"
#define ATTRIBUTE "user.esoteric-entropy"
#define QUERIES (1 * EE_WORK_SCALE)

/* The expected answers: the file lacks the attribute, or its file system has none. */
static ssize_t ask_attribute(void) {
  char value[64];
#if defined(__APPLE__)
  return getxattr(PATH, ATTRIBUTE, value, sizeof value, 0, 0);
#else
  return getxattr(PATH, ATTRIBUTE, value, sizeof value);
#endif
}

static int32_t ask_attributes(void) {
  struct stat attributes;
  return stat(PATH, &attributes) == 0 ? 0 : -errno;
}

EE_COMMAND int32_t ee_metadata_timing_check(const char *nothing) {
  (void)nothing;
  return ask_attributes();
}

EE_KERNEL int32_t ee_metadata_timing(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < QUERIES && error == 0; k++) {
      error = ask_attributes();
      EE_OPERATION(error);
      ssize_t length = ask_attribute();
      EE_OPERATION(length);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, error);
}
