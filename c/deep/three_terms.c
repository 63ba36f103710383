/*
 * Searches the start of each byte lane for a recurrence of three terms: x[n] = x[n − r] + x[n − s], x[n − r] − x[n − s] modulo 256, each but for a
 * carry, or x[n − r] XOR x[n − s], for all r and s up to LAGS.
 *
 * A pair of lags is first tried on TRIED places; if SUSPICIOUS of them agree, agreements are counted on COUNTED others. Once ENOUGH of these
 * agree for a pair, no other is looked at: in constant data all do, and would all be counted.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "either_speed.h"
#include "lanes.h"
#include "stop.h"

#define LAGS 4500
#define TRIED 64
#define SUSPICIOUS 8
#define COUNTED 2048
#define ENOUGH (COUNTED / 2)
#define KEPT 8192

/* What fits into the lanes of one unit. */
_Static_assert(LAGS + TRIED + COUNTED <= KEPT && KEPT <= EE_DEEP_UNIT / 8, "lanes of 64-bit words are too short");

enum { SUM, DIFFERENCE, XOR, FORMS };

typedef struct {
  uint64_t agreements;
  uint64_t r;
  uint64_t s;
} found;

typedef struct {
  uint64_t searched;
  /* The pair of lags with the most agreements; zeros where no pair is suspicious. */
  found most[EE_BYTE_LANES][FORMS];
  uint8_t kept[EE_BYTE_LANES][KEPT];
  uint8_t memory[EE_LANE_MEMORY(EE_DEEP_UNIT)];
} three_terms;

/* x[n − r] + x[n − s] may lack a carry, or have one too many: the difference is −1, 0 or 1. */
EE_LOOP bool agrees(int form, uint8_t x, uint8_t r, uint8_t s) {
  if (form == XOR) return x == (r ^ s);
  return (uint8_t)(x - r + (form == SUM ? -s : s) + 1) < 3;
}

EE_LOOP uint32_t agreements(int form, const uint8_t *x, size_t r, size_t s, size_t n) {
  uint32_t sum = 0;
  for (size_t i = 0; i < n; i += TRIED) {
    uint8_t few = 0;
    for (size_t j = i; j < i + TRIED; j++) few = (uint8_t)(few + agrees(form, x[j], x[j - r], x[j - s]));
    sum += few;
  }
  return sum;
}

EE_LOOP void try_lags(found *most, int form, const uint8_t *x, size_t r, size_t s) {
  if (most->agreements >= ENOUGH || agreements(form, x, r, s, TRIED) < SUSPICIOUS) return;
  const uint32_t sum = agreements(form, x + TRIED, r, s, COUNTED);
  if (sum > most->agreements) *most = (found){sum, r, s};
}

/* Leaves `searched` at 0 if it was stopped. */
EE_LOOP void search_loop(three_terms *t, const int32_t *stop) {
  for (int lane = 0; lane < EE_BYTE_LANES; lane++) {
    const uint8_t *x = t->kept[lane] + LAGS;
    for (size_t r = 1; r <= LAGS; r++) {
      if (r % 256 == 0 && ee_stopped((ee_stop)stop)) return;
      for (size_t s = 1; s < r; s++) {
        try_lags(&t->most[lane][SUM], SUM, x, r, s);
        try_lags(&t->most[lane][DIFFERENCE], DIFFERENCE, x, r, s);
        try_lags(&t->most[lane][DIFFERENCE], DIFFERENCE, x, s, r);
        try_lags(&t->most[lane][XOR], XOR, x, r, s);
      }
    }
  }
  t->searched = 1;
}

EE_TWICE(void, search, (three_terms *t, const int32_t *stop), (t, stop))

EE_DEEP_FEED int32_t ee_deep_three_terms(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  (void)n, (void)stop;
  three_terms *t = state;
  if (offset != 0) return 0;
  const uint8_t *lanes[EE_LANES];
  ee_extract_lanes((1 << EE_BYTE_LANES) - 1, bytes, EE_DEEP_UNIT, t->memory, lanes);
  for (int lane = 0; lane < EE_BYTE_LANES; lane++) memcpy(t->kept[lane], lanes[lane], KEPT);
  return 0;
}

/* Writes, by lane and form, the agreements of the pair of lags that has most, and the two lags. */
EE_DEEP_MEASURE int32_t ee_deep_three_terms_found(void *state, double *out, size_t n, const int32_t *stop) {
  three_terms *t = state;
  if (n != EE_BYTE_LANES * FORMS * 3) return -EINVAL;
  if (!t->searched) {
    memset(t->most, 0, sizeof t->most);
    search(t, stop);
    if (!t->searched) return -ECANCELED;
  }
  for (size_t i = 0; i < EE_BYTE_LANES * FORMS; i++) {
    const found *f = &t->most[i / FORMS][i % FORMS];
    out[3 * i] = (double)f->agreements;
    out[3 * i + 1] = (double)f->r;
    out[3 * i + 2] = (double)f->s;
  }
  return 0;
}
