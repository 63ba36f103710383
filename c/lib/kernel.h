/*
 * The frame every kernel shares:
 *
 *   static ee_workspace workspace = {.size = ...};        working memory in bytes, 0 for none
 *   int32_t error = ee_enter(&workspace, out, n);
 *   if (error != 0) return error;
 *   ... write n raw durations, in counter units, to out ...
 *   return ee_leave(&workspace, out, n, error);
 */
#ifndef EE_KERNEL_H
#define EE_KERNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ee_workspace {
  size_t size;
  /* Mapped at first use, kept for the next call. */
  unsigned char *memory;
  /* Set right after mapping, cleared once the kernel has laid out its memory. */
  bool fresh;
  atomic_flag busy;
  bool listed;
  struct ee_workspace *next;
} ee_workspace;

/* Locks the kernel, maps its memory if needed, and makes the pages of `out` present. Returns 0 or a negative errno. */
int32_t ee_enter(ee_workspace *workspace, uint64_t *out, size_t n);

/* Unlocks the kernel; if `error` is 0, turns the durations in `out` into ticks. Returns `error`. */
int32_t ee_leave(ee_workspace *workspace, uint64_t *out, size_t n, int32_t error);

/* Unlocks the kernel; for commands, and kernels whose samples are no durations or are ticks already. Returns `error`. */
int32_t ee_leave_raw(ee_workspace *workspace, int32_t error);

#endif
