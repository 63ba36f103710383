/* A kernel's file: nameless, so that nothing stays behind, even if the program is killed. */
#ifndef EE_SCRATCH_H
#define EE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"

typedef struct {
  /* Locks and memory of the kernel that uses the file. */
  ee_workspace workspace;
  /* Bytes that are written to it when it is made. */
  size_t size;
  /* Reads and writes go past the system's cache, to the device: whole pages, from page-aligned memory. */
  bool direct;
  /* Its descriptor plus one; 0 while there is none, which makes system calls answer EBADF. */
  int32_t descriptor_plus_one;
} ee_scratch;

/*
 * Makes the file in `folder` and fills it. 0, or a negative errno: -EBUSY if there is one already, -EINVAL if the folder's
 * file system cannot go past its cache, or what a system call answered.
 */
int32_t ee_scratch_open(ee_scratch *scratch, const char *folder);

/* Gives the file up, if there is one. 0 or a negative errno. */
int32_t ee_scratch_close(ee_scratch *scratch);

static inline int ee_scratch_descriptor(const ee_scratch *scratch) { return scratch->descriptor_plus_one - 1; }

/* Waits until what was written is on the medium itself. 0 or a negative errno. */
int32_t ee_scratch_flush(const ee_scratch *scratch);

#endif
