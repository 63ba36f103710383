/* A kernel's file. It has no name, so nothing stays behind even if the program is killed. */
#ifndef EE_SCRATCH_H
#define EE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"

typedef struct {
  /* Locks and memory of the kernel that uses the file. */
  ee_workspace workspace;
  /* In bytes; written when the file is made. */
  size_t size;
  /* Reads and writes bypass the system's cache: whole pages, from page-aligned memory. */
  bool direct;
  /* Its descriptor plus one; 0 while there is none, so that system calls answer EBADF. */
  int32_t descriptor_plus_one;
} ee_scratch;

/*
 * Makes the file in `folder` and fills it. Returns 0 or a negative errno: -EBUSY if there is one already, -EINVAL if
 * the folder's file system cannot bypass its cache, or what a system call answered.
 */
int32_t ee_scratch_open(ee_scratch *scratch, const char *folder);

/* Closes the file, if there is one. Returns 0 or a negative errno. */
int32_t ee_scratch_close(ee_scratch *scratch);

static inline int ee_scratch_descriptor(const ee_scratch *scratch) { return scratch->descriptor_plus_one - 1; }

/* Waits until everything written is on the medium. Returns 0 or a negative errno. */
int32_t ee_scratch_flush(const ee_scratch *scratch);

#endif
