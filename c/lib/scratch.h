/*
 * A kernel's file. It has no name, so nothing stays behind even if the program is killed. Each thread that opens it has one of
 * its own (owned.h), with the kernel's working memory.
 *
 *   static const ee_scratch scratch = {.memory = ..., .size = ...};
 *   ee_file *file;
 *   int32_t error = ee_scratch_enter(&scratch, &file, out, n);
 *   if (error != 0) return error;
 *   ... use file->descriptor and file->workspace.memory ...
 *   return ee_leave(&file->workspace, out, n, error);
 */
#ifndef EE_SCRATCH_H
#define EE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"

typedef struct {
  /* Working memory, in bytes. */
  size_t memory;
  /* Bytes in the file; written when it is made. */
  size_t size;
  /* Reads and writes bypass the system's cache: whole pages, from page-aligned memory. */
  bool direct;
} ee_scratch;

typedef struct {
  ee_workspace workspace;
  int descriptor;
} ee_file;

/*
 * Makes this thread's file in `folder` and fills it. Returns 0 or a negative errno: -EBUSY if it has one already, -EINVAL if
 * the folder's file system cannot bypass its cache, or what a system call answered.
 */
int32_t ee_scratch_open(const ee_scratch *scratch, const char *folder);

/* Closes this thread's file, if there is one. Returns 0 or a negative errno. */
int32_t ee_scratch_close(const ee_scratch *scratch);

/* Finds this thread's file, and enters its workspace as ee_enter does. -EBADF if it has none. */
int32_t ee_scratch_enter(const ee_scratch *scratch, ee_file **file, uint64_t *out, size_t n);

/* Waits until everything written is on the medium. Returns 0 or a negative errno. */
int32_t ee_scratch_flush(const ee_file *file);

#endif
