/*
 * mprotect_timing: how long it takes to make a page read-only and writable again, and to write to it.
 *
 * To remove a right, the kernel has every processor that runs this program drop the old translation: an interrupt to
 * each and a wait for the slowest. The write that follows faults, or at least walks the page table.
 *
 * Two system calls, a fault, and interrupts to other processors cost 1 to 20 us, more with every running thread of
 * this program. With several of them this source cannot reach 100,000 samples a second.
 */
#include <errno.h>
#include <sys/mman.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define ROUNDS EE_WORK_SCALE
/* arm64 Linux has kernels with pages of 64 KiB. */
#define LARGEST_PAGE ((size_t)64 * 1024)

EE_KERNEL int32_t ee_mprotect_timing(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = LARGEST_PAGE, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  unsigned char *page = workspace.memory;
  const size_t page_size = ee_page_size();
  if (workspace.fresh) {
    ee_forbid_huge_pages(workspace.memory, workspace.size);
    page[0] = 1;
    workspace.fresh = false;
  }
  for (size_t i = 0; i < n && error == 0; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < ROUNDS && error == 0; k++) {
      if (mprotect(page, page_size, PROT_READ) != 0 || mprotect(page, page_size, PROT_READ | PROT_WRITE) != 0) {
        error = -errno;
        break;
      }
      page[0] = 1;
      EE_OPERATION(page);
    }
    out[i] = ee_ticks() - before;
  }
  /* After any error the page must be writable for the next call. */
  if (error != 0) (void)mprotect(page, page_size, PROT_READ | PROT_WRITE);
  return ee_leave(&workspace, out, n, error);
}
