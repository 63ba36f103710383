/*
 * vm_page_timing: how long it takes to map, touch and unmap one page of memory.
 *
 * A region is entered in the kernel's tree, a page found, cleared and put into the page table; then all of it is
 * undone, and the other processors are told to drop the translation. Locks, free lists and what other programs do with
 * memory make it vary.
 *
 * memory_timing does the same to four pages of 64 KiB; the two share much of their noise.
 */
#include <errno.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define ROUNDS EE_WORK_SCALE

EE_KERNEL int32_t ee_vm_page_timing(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  const size_t page_size = ee_page_size();
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < ROUNDS && error == 0; k++) {
      unsigned char *page = ee_map(page_size);
      if (page == NULL) {
        error = -ENOMEM;
        break;
      }
      page[0] = 1;
      EE_OPERATION(page);
      error = ee_unmap(page, page_size);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, error);
}
