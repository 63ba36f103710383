/* Weights of successive blocks, which get twice as long whenever there would be too many: src/deep/families/periods.ts says why. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "ee.h"
#include "either_speed.h"
#include "stop.h"

enum {
  MOST_BLOCKS = 1 << 17,
  LEAST_BLOCK = 8,
};

typedef struct {
  /* Bytes of a block: LEAST_BLOCK << doublings. */
  uint32_t doublings;
  /* The last one may not be whole. */
  uint32_t blocks;
  uint64_t bytes;
  /* Ones in each. */
  uint32_t weight[MOST_BLOCKS];
} block_weights;

EE_LOOP uint32_t weigh_loop(const uint8_t *bytes, size_t n) {
  uint32_t ones = 0;
  for (size_t i = 0; i < n; i += LEAST_BLOCK) {
    uint64_t word;
    memcpy(&word, bytes + i, sizeof word);
    ones += (uint32_t)__builtin_popcountll(word);
  }
  return ones;
}

EE_TWICE(uint32_t, weigh, (const uint8_t *bytes, size_t n), (bytes, n))

static void join_pairs(block_weights *state) {
  state->doublings++;
  state->blocks /= 2;
  for (uint32_t i = 0; i < state->blocks; i++) state->weight[i] = state->weight[2 * i] + state->weight[2 * i + 1];
  memset(state->weight + state->blocks, 0, (MOST_BLOCKS - state->blocks) * sizeof *state->weight);
}

EE_DEEP_FEED int32_t ee_deep_block_weights(void *memory, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  (void)offset;
  block_weights *const state = memory;
  for (size_t at = 0; at < n; at += EE_DEEP_UNIT) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    if (state->bytes == (uint64_t)MOST_BLOCKS * LEAST_BLOCK << state->doublings) join_pairs(state);
    const uint64_t block = (uint64_t)LEAST_BLOCK << state->doublings;
    const size_t step = block < EE_DEEP_UNIT ? (size_t)block : EE_DEEP_UNIT;
    for (size_t i = 0; i < EE_DEEP_UNIT; i += step) state->weight[(state->bytes + i) / block] += weigh(bytes + at + i, step);
    state->bytes += EE_DEEP_UNIT;
    state->blocks = (uint32_t)(state->bytes / block);
  }
  return 0;
}

/* Writes how many bytes a block has, how many blocks are whole, and the ones in each. */
EE_DEEP_MEASURE int32_t ee_deep_block_weight_series(void *memory, double *out, size_t n, const int32_t *stop) {
  (void)stop;
  const block_weights *const state = memory;
  if (n > 0) out[0] = (double)((uint64_t)LEAST_BLOCK << state->doublings);
  if (n > 1) out[1] = state->blocks;
  for (size_t i = 2; i < n && i - 2 < state->blocks; i++) out[i] = state->weight[i - 2];
  return 0;
}
