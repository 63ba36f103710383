/*
 * memory_timing: how long the system takes to hand out memory and take it back.
 *
 * One sample maps 64 KiB, touches four places 16 KiB apart, each a page of its own on every system, and unmaps it: a
 * walk through the kernel's address-space, page and free-list structures, which every other program keeps changing.
 * malloc would return the same block without asking the system.
 *
 * Two system calls and four page faults take 10 to 15 us: some 70,000 samples a second, and not many more anywhere.
 */
#include <errno.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

/* The largest usual page size, that of Apple silicon. */
#define STRIDE ((size_t)16 * 1024)
#define TOUCHES (4 * EE_WORK_SCALE)

EE_KERNEL int32_t ee_memory_timing(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    unsigned char *memory = ee_map(TOUCHES * STRIDE);
    if (memory == NULL) {
      error = -ENOMEM;
      break;
    }
    for (int k = 0; k < TOUCHES; k++) {
      memory[k * STRIDE] = 1;
      EE_OPERATION(memory);
    }
    error = ee_unmap(memory, TOUCHES * STRIDE);
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, error);
}
