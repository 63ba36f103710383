/* Permutations of IID data: src/stats/sp800-90b/iid/shuffle.ts, where it is explained. */
#include <errno.h>

#include "ee.h"
#include "stop.h"

typedef struct {
  uint32_t a, b, c, d;
} generator;

static inline uint32_t rotated(uint32_t word, int by) { return word << by | word >> (32 - by); }

static inline uint32_t next_word(generator *g) {
  const uint32_t word = rotated(g->b * 5, 7) * 9;
  const uint32_t shifted = g->b << 9;
  g->c ^= g->a;
  g->d ^= g->b;
  g->b ^= g->c;
  g->a ^= g->d;
  g->c ^= shifted;
  g->d = rotated(g->d, 11);
  return word;
}

static inline uint32_t index_below(uint32_t size, generator *g) {
  for (;;) {
    const uint64_t product = (uint64_t)next_word(g) * size;
    if ((uint32_t)product >= size || (uint32_t)product >= -size % size) return (uint32_t)(product >> 32);
  }
}

int32_t ee_shuffle(uint8_t *symbols, int32_t n, uint32_t *state, const int32_t *stop) {
  if (n < 1 || n > EE_MOST_SYMBOLS) return -EINVAL;
  generator g = {state[0], state[1], state[2], state[3]};
  for (int32_t i = n - 1; i > 0; i--) {
    if (ee_stopped_at((ee_stop)stop, i)) return -ECANCELED;
    const uint32_t index = index_below((uint32_t)i + 1, &g);
    const uint8_t symbol = symbols[i];
    symbols[i] = symbols[index];
    symbols[index] = symbol;
  }
  state[0] = g.a;
  state[1] = g.b;
  state[2] = g.c;
  state[3] = g.d;
  return 0;
}
