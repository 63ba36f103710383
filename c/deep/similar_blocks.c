/*
 * How long ago blocks of the same shape were seen: src/deep/families/similar-blocks.ts says what is done with the counts.
 *
 * A word is light, middling or heavy by the number of its ones. A shape is that of WORDS successive words. For each word, the last WORDS - 1
 * and either of the three classes that it may have make three shapes. How long ago each was seen is known before the word is: so
 * counted is which class it has, by these three ages.
 */
#include <errno.h>
#include <string.h>

#include "ee.h"
#include "either_speed.h"
#include "stop.h"

#define CLASSES 3
#define WORDS 9
/* Shapes of all words but the last, 3^8, and the share of the oldest of them in that number. */
#define SHAPES 6561
#define OLDEST 2187
/* Ages in words: below 2^6, below 2^8 … below 2^20, and more. */
#define AGES 9
#define LEAST_AGE_BIT 5

/* One way to cut the stream into words, and bits of each that count. */
typedef struct {
  /* Of a word: 1, 2, 4 or a multiple of 8. */
  uint8_t bytes;
  /* Fewest ones of a middling word, and of a heavy one. */
  uint8_t middling, heavy;
  /* Beyond the first PERIOD bytes, one byte in 2^sparse is looked at: the first of each PERIOD. */
  uint8_t sparse;
  /* The bits that count, of each eight bytes in longer words. */
  uint64_t mask;
} cut;

#define PERIOD ((uint64_t)1 << 25)

/* In the order of src/deep/families/similar-blocks.ts. */
static const cut CUTS[] = {
    {1, 3, 6, 6, 0xff},
    {2, 7, 10, 5, 0xffff},
    {4, 14, 19, 4, 0xffffffff},
    {8, 29, 36, 4, UINT64_C(0xffffffffffffffff)},
    {2, 3, 6, 5, 0x00ff},
    {2, 3, 6, 5, 0xff00},
    {4, 3, 6, 4, 0x000000ff},
    {4, 3, 6, 4, 0xff000000},
    {8, 3, 6, 4, UINT64_C(0x00000000000000ff)},
    {8, 3, 6, 4, UINT64_C(0xff00000000000000)},
    {8, 3, 6, 4, UINT64_C(0x0101010101010101)},
    {16, 3, 6, 3, UINT64_C(0x0001000100010001)},
    {16, 3, 6, 3, UINT64_C(0x0100010001000100)},
    {32, 3, 6, 2, UINT64_C(0x0000000100000001)},
    {32, 3, 6, 2, UINT64_C(0x0100000001000000)},
    {64, 3, 6, 2, UINT64_C(0x0000000000000001)},
    {64, 3, 6, 2, UINT64_C(0x0100000000000000)},
};
#define CUTS_IN_ALL (sizeof CUTS / sizeof *CUTS)

typedef struct {
  /* Words with these ages of the three shapes, the light one's first, by the class that came. The fourth is not used. */
  uint64_t counts[AGES][AGES][AGES][CLASSES + 1];
  /* Number of the word, from 1 on, that last completed each shape; 0 before any. Modulo 2^32. */
  uint32_t seen[SHAPES][CLASSES + 1];
  uint32_t words;
  /* Classes of the last words, the oldest first. */
  uint8_t recent[WORDS - 1];
} series;

/* Finds the class of each word; n of them. */
EE_LOOP void classify(const uint8_t *bytes, size_t n, uint8_t size, uint64_t mask, uint8_t middling,
                                                           uint8_t heavy, uint8_t *restrict classes) {
  for (size_t i = 0; i < n; i++) {
    int ones = 0;
    for (size_t at = 0; at < size; at += 8) {
      uint64_t word = 0;
      memcpy(&word, bytes + i * size + at, size < 8 ? size : 8);
      ones += __builtin_popcountll(word & mask);
    }
    classes[i] = (uint8_t)((ones >= middling) + (ones >= heavy));
  }
}

static inline uint32_t age_class(uint32_t age) {
  const uint32_t log = 31 - (uint32_t)__builtin_clz(age | 1 << LEAST_AGE_BIT);
  const uint32_t class = (log - LEAST_AGE_BIT + 1) / 2;
  return class < AGES ? class : AGES - 1;
}

/* Takes in the next words: classes[0..WORDS - 1) are those of the ones before. */
EE_LOOP void count_ages(series *it, const uint8_t *classes, size_t n) {
  uint32_t shape = 0;
  for (size_t i = 0; i < WORDS - 1; i++) shape = CLASSES * shape + classes[i];
  uint32_t now = it->words;
  for (size_t i = 0; i < n; i++) {
    const uint32_t class = classes[i + WORDS - 1];
    uint32_t *seen = it->seen[shape];
    now++;
    it->counts[age_class(now - seen[0])][age_class(now - seen[1])][age_class(now - seen[2])][class]++;
    seen[class] = now;
    shape = CLASSES * (shape - OLDEST * classes[i]) + class;
  }
  it->words = now;
}

EE_LOOP void take_unit_loop(series *all, const uint8_t *unit, uint64_t offset) {
  uint8_t classes[WORDS - 1 + EE_DEEP_UNIT];
  for (size_t i = 0; i < CUTS_IN_ALL; i++) {
    const cut *way = &CUTS[i];
    if (offset >= PERIOD && offset % PERIOD >= PERIOD >> way->sparse) continue;
    const size_t n = EE_DEEP_UNIT / way->bytes;
    uint8_t *const fresh = classes + WORDS - 1;
    /* A state of a damaged file may have any numbers. */
    for (size_t j = 0; j < WORDS - 1; j++) classes[j] = all[i].recent[j] % CLASSES;
    switch (way->bytes) {
      case 1: classify(unit, n, 1, way->mask, way->middling, way->heavy, fresh); break;
      case 2: classify(unit, n, 2, way->mask, way->middling, way->heavy, fresh); break;
      case 4: classify(unit, n, 4, way->mask, way->middling, way->heavy, fresh); break;
      case 8: classify(unit, n, 8, way->mask, way->middling, way->heavy, fresh); break;
      default: classify(unit, n, way->bytes, way->mask, way->middling, way->heavy, fresh); break;
    }
    count_ages(&all[i], classes, n);
    memcpy(all[i].recent, classes + n, sizeof all[i].recent);
  }
}

EE_TWICE(void, take_unit, (series *all, const uint8_t *unit, uint64_t offset), (all, unit, offset))

/* The state: the series of each cut. */
EE_DEEP_FEED int32_t ee_deep_similar_blocks(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  for (size_t done = 0; done < n; done += EE_DEEP_UNIT) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    take_unit(state, bytes + done, offset + done);
  }
  return 0;
}

/* Writes for each cut the counts, [light one's age][middling one's][heavy one's][class]. */
EE_DEEP_MEASURE int32_t ee_deep_similar_blocks_counts(void *state, double *out, size_t n, const int32_t *stop) {
  (void)stop;
  const series *all = state;
  if (n != CUTS_IN_ALL * AGES * AGES * AGES * CLASSES) return -EINVAL;
  for (size_t i = 0; i < CUTS_IN_ALL; i++) {
    const uint64_t *counts = &all[i].counts[0][0][0][0];
    for (size_t context = 0; context < AGES * AGES * AGES; context++) {
      for (size_t class = 0; class < CLASSES; class++) *out++ = (double)counts[context * (CLASSES + 1) + class];
    }
  }
  return 0;
}
