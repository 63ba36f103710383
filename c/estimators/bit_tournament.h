/*
 * The scoreboard of the predictors of bits, 64 predictions at a time: src/stats/sp800-90b/bit-tournament.ts, where it is
 * explained.
 */
#ifndef EE_BIT_TOURNAMENT_H
#define EE_BIT_TOURNAMENT_H

#include <stdint.h>

#define EE_BLOCK 64
#define EE_MOST_PREDICTORS 128

typedef struct {
  int32_t predictors;
  /* A 1 for each place of the block at which predictor j was right. The first place is the highest bit. */
  uint64_t hits[EE_MOST_PREDICTORS];
  /* A 1 for each place of the block at which predictor j predicted at all. */
  uint64_t spoke[EE_MOST_PREDICTORS];
  int32_t scores[EE_MOST_PREDICTORS];
  int32_t winner;
  int32_t high_score;
  int32_t correct;
  int32_t run;
  int32_t longest_run;
} ee_bit_tournament;

void ee_tournament_open(ee_bit_tournament *tournament, int32_t predictors);

/* Scores the first `length` places of the block. Hits beyond must be 0. */
void ee_tournament_play(ee_bit_tournament *tournament, int32_t length);

/* Reads bits[0..length), one a byte, at most 64: the first is the highest. */
uint64_t ee_block_of_bits(const uint8_t *bits, int32_t length);

#endif
