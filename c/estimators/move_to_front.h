/* bzip2's move-to-front stage: src/stats/sp800-90b/iid/bzip2/move-to-front.ts, where it is explained. */
#ifndef EE_MOVE_TO_FRONT_H
#define EE_MOVE_TO_FRONT_H

#include <stdint.h>

/* The characters of decimal text, in ASCII order: a space is 0, the digit d is d + 1. */
#define EE_CHARACTERS 11
#define EE_SPACE 0

/* Written beyond the end of places and symbols. */
#define EE_PLACES_BEYOND 8
#define EE_SYMBOLS_BEYOND 64

/* The longest run whose digits are looked up: it has seven. */
#define EE_SHORT_RUN 254

/* The digits of runs, a byte each, first digit lowest; in the highest byte, how many they are. */
typedef struct {
  uint64_t digits[EE_SHORT_RUN + 1];
} ee_runs;

void ee_open_runs(ee_runs *runs);

/* Writes the place of each character in the list of characters in the order of their last use. */
void ee_find_places(const uint8_t *characters, int32_t length, uint32_t used, uint8_t *places);

/* Writes places as symbols, with runs of place 0 in digits and the end of block. Returns their number. */
int32_t ee_write_runs(const ee_runs *runs, uint8_t *places, int32_t length, int32_t characters, uint8_t *symbols);

#endif
