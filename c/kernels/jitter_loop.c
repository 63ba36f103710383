/*
 * jitter_loop: how long a small hash followed by a strided walk through memory takes.
 *
 * The idea is that of CPU-jitter generators: much of a processor takes part in a loop that computes, writes and reads,
 * and its state at the start of each turn is never quite the same. The walk visits 128 places that all fall into one
 * set of the first cache, on 128 pages: neither that cache nor the first translation buffer can hold them, so each pass
 * goes one level further out. The hash then keeps the arithmetic units busy.
 *
 * With half as many places the timings look nearly as lively but come from the processor's logic alone: stretches of up
 * to 56 samples recurred exactly, and 0.7 assessed bits were left instead of 2.2.
 *
 * Unlike those generators, this one does the same in every turn: same state, same places, same number of turns.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define PLACES ((size_t)128)
#define STRIDE ((size_t)4096)
#define ROUNDS EE_WORK_SCALE
#define MIXES 16

static inline uint64_t rotate(uint64_t word, int by) { return word << by | word >> (64 - by); }

EE_KERNEL int32_t ee_jitter_loop(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = PLACES * STRIDE, .busy = ATOMIC_FLAG_INIT};
  const int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  unsigned char *memory = workspace.memory;
  if (workspace.fresh) {
    ee_forbid_huge_pages(workspace.memory, workspace.size);
    workspace.fresh = false;
  }
  for (size_t i = 0; i < n; i++) {
    const uint64_t before = ee_ticks();
    for (int round = 0; round < ROUNDS; round++) {
      for (size_t place = 0; place < PLACES; place++) {
        memory[place * STRIDE]++;
        EE_OPERATION(memory);
      }
      /* Add, rotate, exclusive or; each step needs the one before. */
      uint64_t a = 1, b = 2, c = 3, d = 4;
      for (int mix = 0; mix < MIXES; mix++) {
        a += b;
        d = rotate(d ^ a, 32);
        c += d;
        b = rotate(b ^ c, 24);
        a += b;
        d = rotate(d ^ a, 16);
        c += d;
        b = rotate(b ^ c, 63);
        EE_OPERATION(b);
      }
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, 0);
}
