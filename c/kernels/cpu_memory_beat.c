/*
 * cpu_memory_beat: how long a computation takes that has to wait for memory in the end.
 *
 * A chain of multiplications runs at the core's clock; then a load goes to a line that was flushed, and is answered in
 * the rhythm of the memory. The load's address hangs on the product, so that the two follow one another and their beat
 * against each other shows in the sum. The line, the product and the number of steps are the same every time.
 *
 * A walk over unflushed memory with a constant distance, which this source began as, is foreseen by the prefetcher and
 * measures next to nothing. Where a flush does not reach the memory chips, little more than that is left.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

/* Some 3 cycles each: about the time of one load from memory. */
#define MULTIPLICATIONS 64
#define ROUNDS EE_WORK_SCALE
/* From round to round: another page. */
#define STRIDE (((size_t)1 << 20) + 64)

int32_t ee_cpu_memory_beat(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = ROUNDS * STRIDE, .busy = ATOMIC_FLAG_INIT};
  const int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  unsigned char *memory = workspace.memory;
  if (workspace.fresh) {
    /* A page never written to may be one that all share. */
    for (size_t k = 0; k < ROUNDS; k++) memory[k * STRIDE] = 0;
    workspace.fresh = false;
  }
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < ROUNDS; k++) ee_flush_line(memory + k * STRIDE);
    ee_fence();
    uint64_t product = 3;
    const uint64_t before = ee_ticks();
    for (size_t k = 0; k < ROUNDS; k++) {
      for (int m = 0; m < MULTIPLICATIONS; m++) {
        product *= product;
        EE_OPERATION(product);
      }
      /* Powers of 3 are odd: the line's byte 1, a zero. Adding it makes the next chain wait. */
      product += memory[k * STRIDE + (product & 1)];
      EE_OPERATION(product);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, 0);
}
