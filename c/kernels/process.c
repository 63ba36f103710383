/*
 * process: how long the system takes to list all processes.
 *
 * The kernel walks its table of processes under its locks, looks each up by number and copies their names: cache misses
 * all over its memory, in competition with whatever starts, ends or schedules processes meanwhile. The list is read
 * into a buffer and ignored.
 *
 * The time grows with the number of processes, so it drifts as they come and go; that drift is not noise.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

/* Room for some 1,000 directory entries or 8,192 process numbers in one call. */
#define BUFFER_SIZE ((size_t)32 * 1024)

EE_KERNEL int32_t ee_process(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = BUFFER_SIZE, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  const int32_t table = ee_processes_open();
  if (table < 0) error = table;
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < EE_WORK_SCALE && error == 0; k++) {
      error = ee_processes_list(table, workspace.memory, BUFFER_SIZE);
      EE_OPERATION(error);
    }
    out[i] = ee_ticks() - before;
  }
  if (table >= 0) ee_processes_close(table);
  return ee_leave(&workspace, out, n, error);
}
