/*
 * The frame every kernel shares:
 *
 *   static ee_workspace workspace = {.size = ...};        working memory, 0 for none
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

/* Locks the kernel, maps its memory if that has not been done, and makes the pages of `out` present. */
int32_t ee_enter(ee_workspace *workspace, uint64_t *out, size_t n);

/* Unlocks the kernel; if `error` is 0, turns the durations in `out` into ticks. Returns `error`. */
int32_t ee_leave(ee_workspace *workspace, uint64_t *out, size_t n, int32_t error);

#endif
