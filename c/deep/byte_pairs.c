/*
 * Counts of 16-bit words of lanes, which are pairs of bytes that do not overlap. After the lane of all bytes comes a table of the pairs of it that
 * begin at odd offsets: those in the first units, and in one of so many after them.
 */
#include <errno.h>
#include <string.h>

#include "lanes.h"

#define WORDS 65536
#define ALL_UNITS 64
#define SAMPLED 16

typedef struct {
  uint64_t earlier[WORDS];
  uint32_t recent[WORDS];
  uint64_t recent_words;
} table;

typedef struct {
  /* The lanes that are counted, a bit each. The caller sets it. */
  uint64_t lanes;
  /* By lane, of those that are counted, and with the lane of all bytes a second one; then working memory for lanes of a group. */
  table tables[];
} pairs;

/* Makes room in recent[] for so many words. */
static void expect(table *t, size_t words) {
  t->recent_words += words;
  if (t->recent_words <= UINT32_MAX) return;
  for (size_t word = 0; word < WORDS; word++) t->earlier[word] += t->recent[word];
  memset(t->recent, 0, sizeof t->recent);
  t->recent_words = words;
}

static void count(uint32_t *counts, const uint8_t *bytes, size_t n) {
  for (size_t i = 0; i < n; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    counts[word & 0xFFFF]++;
    counts[word >> 16 & 0xFFFF]++;
    counts[word >> 32 & 0xFFFF]++;
    counts[word >> 48]++;
  }
}

/* The pairs of a unit that begin at odd offsets. */
static void count_odd(uint32_t *counts, const uint8_t *unit) {
  count(counts, unit + 1, EE_DEEP_UNIT - 8);
  for (size_t i = EE_DEEP_UNIT - 7; i < EE_DEEP_UNIT - 1; i += 2) counts[unit[i] | (uint32_t)unit[i + 1] << 8]++;
}

static void take(void *state, int at, int lane, const uint8_t *bytes, size_t n, uint64_t offset) {
  table *t = &((pairs *)state)->tables[at];
  expect(t, n / 2);
  count(t->recent, bytes, n);
  if (lane != EE_LANE_ALL) return;
  expect(++t, n / 2);
  for (size_t i = 0; i < n; i += EE_DEEP_UNIT) {
    const uint64_t unit = (offset + i) / EE_DEEP_UNIT;
    if (unit < ALL_UNITS || unit % SAMPLED == 0) count_odd(t->recent, bytes + i);
  }
}

EE_DEEP_FEED int32_t ee_deep_byte_pairs(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  pairs *p = state;
  uint8_t *memory = (uint8_t *)&p->tables[ee_lanes_in(p->lanes) + (p->lanes & 1)];
  return ee_take_lanes(p->lanes, p->lanes != 1 << EE_LANE_ALL, bytes, n, offset, memory, stop, take, p);
}
