/*
 * The bits that follow the first one of a 16-bit word of a lane, where the lowest LEAST bits of the word are zeros: by the place of the
 * first one, counts of the FOLLOWING bits after it. The last word of a unit is left out, for its bits would be in the next.
 *
 * Words overlap with what follows those before them. For each place, words are passed over until one begins after all bits that were
 * counted for it; so what is counted for a place is independent.
 */
#include <string.h>

#include "lanes.h"

#define LEAST 3
#define PLACES (16 - LEAST)
#define FOLLOWING 14
#define UNIT_WORDS (EE_DEEP_UNIT / 2)

typedef struct {
  /* Words that were counted for each place: no more than a count can hold. */
  uint32_t words[PLACES + 1];
  uint32_t counts[PLACES][1 << FOLLOWING];
} place_counts;

typedef struct {
  /* The caller sets it: a bit for each lane. */
  uint64_t lanes;
  /* By lane, of those that are counted; then working memory for lanes of a group. */
  place_counts counts[];
} first_ones;

static uint32_t word_at(const uint8_t *bytes, size_t i) {
  uint32_t word;
  memcpy(&word, bytes + 2 * i, 4);
  return word;
}

static void count_unit(place_counts *c, const uint8_t *bytes, size_t words) {
  /* One word in eight is chosen, which a branch could not foresee. */
  uint16_t chosen[UNIT_WORDS];
  size_t n = 0;
  for (size_t i = 0; i < words - 1; i++) {
    chosen[n] = (uint16_t)i;
    n += (word_at(bytes, i) & ((1 << LEAST) - 1)) == 0;
  }
  uint32_t free[PLACES] = {0};
  for (size_t k = 0; k < n; k++) {
    const uint32_t word = word_at(bytes, chosen[k]);
    if ((word & 0xFFFF) == 0) continue;
    const int first = __builtin_ctz(word);
    if (chosen[k] < free[first - LEAST] || c->words[first - LEAST] == UINT32_MAX) continue;
    c->words[first - LEAST]++;
    c->counts[first - LEAST][word >> (first + 1) & ((1 << FOLLOWING) - 1)]++;
    free[first - LEAST] = chosen[k] + (uint32_t)(first + FOLLOWING) / 16 + 1;
  }
}

static void take(void *state, int at, int lane, const uint8_t *bytes, size_t n, uint64_t offset) {
  (void)offset;
  const size_t unit = ee_lane_size(lane, EE_DEEP_UNIT);
  for (size_t i = 0; i < n; i += unit) count_unit(&((first_ones *)state)->counts[at], bytes + i, unit / 2);
}

EE_DEEP_FEED int32_t ee_deep_first_ones(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  first_ones *f = state;
  uint8_t *memory = (uint8_t *)&f->counts[ee_lanes_in(f->lanes)];
  return ee_take_lanes(f->lanes, f->lanes != 1 << EE_LANE_ALL, bytes, n, offset, memory, stop, take, f);
}
