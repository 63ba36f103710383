/*
 * cpu_memory_beat: how long a computation takes that ends by waiting for memory.
 *
 * A chain of multiplications runs at the core's clock; then a flushed line is loaded, which takes the
 * rhythm of the memory. The load's address depends on the product, so the two run one after the other and their beat
 * shows in the sum. The line, the product and the number of steps are the same every time.
 *
 * The prefetcher foresees a walk over unflushed memory with a constant stride, so such a walk measures next to nothing.
 * Little more is left where a flush does not reach the memory chips.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

/* Some 3 cycles each, together about the time of one load from memory. */
#define MULTIPLICATIONS 64
#define ROUNDS EE_WORK_SCALE
/* From one round to the next: another page. */
#define STRIDE (((size_t)1 << 20) + 64)

EE_KERNEL int32_t ee_cpu_memory_beat(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = ROUNDS * STRIDE, .busy = ATOMIC_FLAG_INIT};
  const int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  unsigned char *memory = workspace.memory;
  if (workspace.fresh) {
    /* Pages never written to may all be one shared page of zeros. */
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
