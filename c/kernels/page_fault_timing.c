/*
 * page_fault_timing: how long the first touch of a page takes.
 *
 * The touch faults; the kernel finds a free page, clears it and enters it in the page table. What varies is its
 * allocator's state, cache misses on its structures and, in a virtual machine, the second level of translation.
 *
 * On Linux every 31st touch took several times as long, probably because new pages enter the lists in batches. This
 * rhythm is no noise: the claim must not count on its 0.21 bits a sample, h(1/31).
 *
 * Touching the first page of a fresh mapping may also allocate the page table and takes about twice as long, in a
 * regular pattern. It is touched, but gives no sample.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

/* Page 0 gives no sample. */
#define PAGES 8
#define TOUCHES EE_WORK_SCALE
/* arm64 Linux has kernels with pages of 64 KiB. */
#define LARGEST_PAGE ((size_t)64 * 1024)

EE_KERNEL int32_t ee_page_fault_timing(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = PAGES * TOUCHES * LARGEST_PAGE, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  unsigned char *memory = workspace.memory;
  const size_t page_size = ee_page_size();
  const size_t size = PAGES * TOUCHES * page_size;
  if (workspace.fresh) {
    ee_forbid_huge_pages(workspace.memory, workspace.size);
    workspace.fresh = false;
  }
  for (size_t i = 0; i < n && error == 0;) {
    error = ee_empty(memory, size);
    memory[0] = 1;
    EE_OPERATION(memory);
    for (size_t page = 1; page < PAGES && i < n; page++) {
      unsigned char *first = memory + page * TOUCHES * page_size;
      const uint64_t before = ee_ticks();
      for (size_t k = 0; k < TOUCHES; k++) {
        first[k * page_size] = 1;
        EE_OPERATION(first);
      }
      out[i++] = ee_ticks() - before;
    }
  }
  return ee_leave(&workspace, out, n, error);
}
