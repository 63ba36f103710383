/* bzip2's move-to-front stage: src/stats/sp800-90b/iid/bzip2/move-to-front.ts, where it is explained. */
#include "move_to_front.h"

#include <string.h>

/*
 * The list is the place of each character, five bits each. The fifth bit of a place is 0 and takes the borrow that tells which
 * places are below another.
 */
#define FIELD_BITS 5
#define FIELD_MASK ((1 << FIELD_BITS) - 1)
#define ONES (((uint64_t)1 << FIELD_BITS * EE_CHARACTERS) / FIELD_MASK)
#define GUARDS (ONES << (FIELD_BITS - 1))
/* Place of a character that does not occur, behind all others, where nothing moves it. */
#define NOWHERE 15
/* Parts of the characters that are worked on in turns: one would wait for its last place. */
#define STREAMS 4

#define RUN_A 0
#define RUN_B 1

/* Returns the place of the character, and moves it to the front. */
static inline uint8_t move(uint64_t *list, uint8_t character) {
  const int shift = FIELD_BITS * character;
  const uint64_t place = *list >> shift & FIELD_MASK;
  /* Every place below moves back by one: (place - 1) less it leaves the guard bit set. */
  const uint64_t below = (GUARDS - ONES + place * ONES - *list) & GUARDS;
  *list += (below >> (FIELD_BITS - 1)) - (place << shift);
  return (uint8_t)place;
}

/* Returns the list as it is before character `start`. */
static uint64_t list_at(const uint8_t *characters, int32_t start, uint32_t used) {
  uint64_t list = 0;
  uint32_t left = used;
  uint64_t place = 0;
  for (int32_t i = start - 1; i >= 0 && left != 0; i--) {
    const uint32_t one = (uint32_t)1 << characters[i];
    if ((left & one) == 0) continue;
    left &= ~one;
    list |= place++ << FIELD_BITS * characters[i];
  }
  for (int32_t character = 0; character < EE_CHARACTERS; character++) {
    if (left >> character & 1) list |= place++ << FIELD_BITS * character;
    if ((used >> character & 1) == 0) list |= (uint64_t)NOWHERE << FIELD_BITS * character;
  }
  return list;
}

void ee_find_places(const uint8_t *characters, int32_t length, uint32_t used, uint8_t *places) {
  const int32_t part = length / STREAMS;
  uint64_t lists[STREAMS];
  for (int32_t stream = 0; stream < STREAMS; stream++) lists[stream] = list_at(characters, stream * part, used);
  uint64_t a = lists[0], b = lists[1], c = lists[2], d = lists[3];
  for (int32_t i = 0; i < part; i++) {
    places[i] = move(&a, characters[i]);
    places[i + part] = move(&b, characters[i + part]);
    places[i + 2 * part] = move(&c, characters[i + 2 * part]);
    places[i + 3 * part] = move(&d, characters[i + 3 * part]);
  }
  for (int32_t i = STREAMS * part; i < length; i++) places[i] = move(&d, characters[i]);
}

void ee_open_runs(ee_runs *runs) {
  for (uint32_t run = 0; run <= EE_SHORT_RUN; run++) {
    uint64_t digits = 0;
    uint64_t count = 0;
    for (uint32_t left = run; left > 0; left = (left - 1) >> 1) digits |= (uint64_t)(left & 1 ? RUN_A : RUN_B) << 8 * count++;
    runs->digits[run] = digits | count << 56;
  }
}

static int32_t write_long_run(int32_t run, uint8_t *symbols) {
  int32_t count = 0;
  for (int32_t left = run; left > 0; left = (left - 1) >> 1) symbols[count++] = left & 1 ? RUN_A : RUN_B;
  return count;
}

int32_t ee_write_runs(const ee_runs *runs, uint8_t *places, int32_t length, int32_t characters, uint8_t *symbols) {
  /* The end is no run, and ends one. */
  places[length] = (uint8_t)characters;
  int32_t count = 0;
  int32_t run = 0;
  for (int32_t i = 0; i <= length; i++) {
    if (run > EE_SHORT_RUN) {
      for (; places[i] == 0; i++) run++;
      count += write_long_run(run, symbols + count);
      run = 0;
    }
    /* Written at every place, and kept where it ends a run. */
    const uint64_t digits = runs->digits[run];
    for (int32_t digit = 0; digit < 8; digit++) symbols[count + digit] = (uint8_t)(digits >> 8 * digit);
    const int32_t digit_count = (int32_t)(digits >> 56);
    symbols[count + digit_count] = (uint8_t)(places[i] + 1);
    const int32_t is_end = -(places[i] != 0);
    count += (digit_count + 1) & is_end;
    run = (run + 1) & ~is_end;
  }
  return count;
}
