#include <string.h>

#include "bit_tournament.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are read with their lowest byte first");

void ee_tournament_open(ee_bit_tournament *tournament, int32_t predictors) {
  memset(tournament, 0, sizeof *tournament);
  memset(tournament->spoke, 0xff, sizeof tournament->spoke);
  tournament->predictors = predictors;
}

/* Extends the run by 64 predictions, of which those with a 1 were right. */
static void play_word(ee_bit_tournament *t, uint64_t hits) {
  t->correct += __builtin_popcountll(hits);
  const int32_t leading = ~hits == 0 ? 64 : __builtin_clzll(~hits);
  if (t->run + leading > t->longest_run) t->longest_run = t->run + leading;
  if (leading == 64) {
    t->run += 64;
    return;
  }
  t->run = __builtin_ctzll(~hits);
  int32_t inside = 0;
  for (uint64_t rest = hits; rest != 0; rest &= rest << 1) inside++;
  if (inside > t->longest_run) t->longest_run = inside;
}

static void play_place(ee_bit_tournament *t, int32_t place, const int32_t *contenders, int32_t count) {
  const uint64_t bit = (uint64_t)1 << (63 - place);
  if (t->hits[t->winner] & bit) {
    t->correct++;
    t->run++;
    if (t->run > t->longest_run) t->longest_run = t->run;
  } else if (t->spoke[t->winner] & bit) t->run = 0;
  for (int32_t c = 0; c < count; c++) {
    const int32_t j = contenders[c];
    if ((t->hits[j] & bit) == 0) continue;
    if (++t->scores[j] >= t->high_score) {
      t->high_score = t->scores[j];
      t->winner = j;
    }
  }
}

void ee_tournament_play(ee_bit_tournament *t, int32_t length) {
  int32_t reached[EE_MOST_PREDICTORS];
  for (int32_t j = 0; j < t->predictors; j++) reached[j] = t->scores[j] + __builtin_popcountll(t->hits[j]);
  int32_t contenders[EE_MOST_PREDICTORS];
  int32_t count = 0;
  for (int32_t j = 0; j < t->predictors; j++) {
    if (reached[j] >= t->high_score) contenders[count++] = j;
    else t->scores[j] = reached[j];
  }
  /* The winner is always among them. */
  if (count == 1 && length == 64 && ~t->spoke[t->winner] == 0) {
    play_word(t, t->hits[t->winner]);
    t->high_score = t->scores[t->winner] = reached[t->winner];
    return;
  }
  for (int32_t place = 0; place < length; place++) play_place(t, place, contenders, count);
}

uint64_t ee_block_of_bits(const uint8_t *bits, int32_t length) {
  uint64_t block = 0;
  int32_t read = 0;
  for (; length - read >= 8; read += 8) {
    uint64_t eight;
    memcpy(&eight, bits + read, sizeof eight);
    /* Byte k, a 0 or a 1, comes to bit 63 − k of the product. */
    block |= (eight * 0x8040201008040201u) >> 56 << (56 - read);
  }
  for (; read < length; read++) block |= (uint64_t)bits[read] << (63 - read);
  return block;
}
