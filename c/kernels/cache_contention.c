/*
 * cache_contention: how long a fixed walk takes that just fills the inner caches.
 *
 * The walk goes to the same 512 places of 8 MB in the same order every time: as many lines as a 32 KB cache has, on
 * more pages than a first-level translation buffer holds. Which of them are still cached depends on what this core has
 * done since and what other cores and programs have evicted. The addresses come from a formula that starts anew with
 * each sample. If it ran on, its pattern would appear in the timings and pass for entropy: of the 3.3 bits a sample
 * assessed for such a walk, 1.0 repeated from run to run.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define SIZE ((size_t)8 << 20)
#define SMALLEST_PAGE 4096
#define ACCESSES (512 * EE_WORK_SCALE)

EE_KERNEL int32_t ee_cache_contention(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = SIZE, .busy = ATOMIC_FLAG_INIT};
  const int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  unsigned char *memory = workspace.memory;
  if (workspace.fresh) {
    /* Pages never written to may all be one shared page of zeros. */
    for (size_t at = 0; at < SIZE; at += SMALLEST_PAGE) memory[at] = 1;
    workspace.fresh = false;
  }
  for (size_t i = 0; i < n; i++) {
    uint32_t place = 1;
    const uint64_t before = ee_ticks();
    for (int k = 0; k < ACCESSES; k++) {
      /* The quick generator of Numerical Recipes; its high bits are well mixed. */
      place = place * 1664525 + 1013904223;
      unsigned char value = memory[place >> 9];
      EE_OPERATION(value);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, 0);
}

/* place >> 9 has 23 bits: exactly the 8 MB. */
_Static_assert(SIZE == (size_t)1 << 23, "the walk covers the memory");
