/*
 * Distances between equal 16-bit words of a lane, within blocks of BLOCK words, counted in cells of CELL_WORDS; and the words that come for the first time in
 * their block. With the lane of all bytes there are two series more: its words at even and at odd places, the halves of 32-bit words.
 */
#include <string.h>

#include "lanes.h"

#define BLOCK (1 << 17)
#define CELL_BITS 9
#define CELLS (BLOCK >> CELL_BITS)

typedef struct {
  /* Of blocks that are complete: by distance divided by 2^CELL_BITS; the last one counts first words. */
  uint64_t counts[CELLS + 1];
  uint64_t blocks;
  /* Of the block that is begun: its words so far, the same counts, and by word the place where it came last, from 1 on, or 0. */
  uint64_t words;
  uint32_t begun[2 * CELLS];
  uint32_t last[1 << 16];
} series;

typedef struct {
  /* The lanes that are looked at, a bit each. The caller sets it. */
  uint64_t lanes;
  /* By lane, of those; after the one of all bytes two more. Then working memory for lanes of a group. */
  series series[];
} gaps;

static void end_block(series *s) {
  for (size_t cell = 0; cell <= CELLS; cell++) s->counts[cell] += s->begun[cell];
  s->blocks++;
  s->words = 0;
  memset(s->begun, 0, sizeof s->begun);
  memset(s->last, 0, sizeof s->last);
}

/* Takes in n words, `stride` bytes apart. */
static void take_series(series *s, const uint8_t *bytes, size_t stride, size_t n) {
  while (n > 0) {
    const uint32_t begin = (uint32_t)(s->words %= BLOCK) + 1;
    const uint32_t end = n < BLOCK - s->words ? begin + (uint32_t)n : BLOCK + 1;
    for (uint32_t i = begin; i < end; i++, bytes += stride) {
      uint16_t word;
      memcpy(&word, bytes, 2);
      const uint32_t last = s->last[word];
      s->last[word] = i;
      /* The mask keeps damaged states within the array. */
      s->begun[last == 0 ? CELLS : (i - last) >> CELL_BITS & (2 * CELLS - 1)]++;
    }
    n -= end - begin;
    s->words += end - begin;
    if (s->words == BLOCK) end_block(s);
  }
}

static void take(void *state, int at, int lane, const uint8_t *bytes, size_t n, uint64_t offset) {
  series *s = &((gaps *)state)->series[at];
  take_series(s, bytes, 2, n / 2);
  if (lane != EE_LANE_ALL || !ee_group_is_chosen(offset)) return;
  take_series(s + 1, bytes, 4, n / 4);
  take_series(s + 2, bytes + 2, 4, n / 4);
}

EE_DEEP_FEED int32_t ee_deep_gaps(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  gaps *g = state;
  uint8_t *memory = (uint8_t *)&g->series[ee_lanes_in(g->lanes) + 2 * (g->lanes & 1)];
  return ee_take_lanes(g->lanes, g->lanes != 1 << EE_LANE_ALL, bytes, n, offset, memory, stop, take, g);
}
