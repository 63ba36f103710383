/*
 * speculative_execution: how long a fixed sequence of branches takes.
 *
 * The branch predictor guesses each of 62 branches and pays some 15 cycles for a wrong guess. The sequence is the same
 * every time, so a good predictor learns it and the timings go flat; what is left comes from other programs disturbing
 * its tables. With directions from a running generator the timings look far livelier (2.1 bits a sample), but that
 * comes from the generator, not the machine. Hence the low claim.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define ROUNDS EE_WORK_SCALE

/* The first 64 binary digits of the fraction of pi, two leading zeros included: nobody chose them. */
#define DIRECTIONS 0x243F6A8885A308D3u

EE_KERNEL int32_t ee_speculative_execution(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  const int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  for (size_t i = 0; i < n; i++) {
    uint64_t left = 1, right = 1;
    const uint64_t before = ee_ticks();
    for (int round = 0; round < ROUNDS; round++) {
      for (uint64_t rest = DIRECTIONS; rest != 0; rest >>= 1) {
        EE_OPERATION(rest);
        /* The two arms keep the compiler from making the branch a conditional move. */
        if (rest & 1) {
          left += right;
          EE_OPERATION(left);
        } else {
          right += left;
          EE_OPERATION(right);
        }
      }
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, 0);
}
