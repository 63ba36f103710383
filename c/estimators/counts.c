/*
 * What the simple estimates of SP 800-90B count, sections 6.3.1 to 6.3.4: the loops of alphabet.ts, collision.ts, markov.ts and
 * compression.ts in src/stats/sp800-90b, where they are explained.
 */
#include <errno.h>
#include <string.h>

#include "ee.h"
#include "stop.h"

#define BYTE_VALUES 256
#define LANES 4

int32_t ee_count_symbols(const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop) {
  if (n < 1 || n > EE_MOST_SYMBOLS) return -EINVAL;
  /* Neighbours, which are often equal, are counted in different places: else each would wait for the one before it. */
  int32_t counts[LANES][BYTE_VALUES] = {{0}};
  for (int32_t start = 0; start < n; start += EE_STOP_STRIDE) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    const int32_t end = n - start < EE_STOP_STRIDE ? n : start + EE_STOP_STRIDE;
    for (int32_t i = start; i < end; i++) counts[i % LANES][symbols[i]]++;
  }
  for (int32_t value = 0; value < BYTE_VALUES; value++) {
    out[value] = 0;
    for (int32_t lane = 0; lane < LANES; lane++) out[value] += counts[lane][value];
  }
  return 0;
}

int32_t ee_count_waits(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop) {
  if (n < 1 || n > EE_MOST_SYMBOLS) return -EINVAL;
  int32_t waits = 0, at = 0;
  while (at + 1 < n) {
    if (ee_stopped_at((ee_stop)stop, waits)) return -ECANCELED;
    const int32_t wait = 2 + (bits[at] != bits[at + 1]);
    if (at + wait > n) break;
    at += wait;
    waits++;
  }
  out[0] = waits;
  out[1] = at;
  return 0;
}

int32_t ee_count_steps(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop) {
  if (n < 1 || n > EE_MOST_SYMBOLS) return -EINVAL;
  int32_t ones = 0, one_to_one = 0, changes = 0;
  for (int32_t start = 1; start < n; start += EE_STOP_STRIDE) {
    if (ee_stopped((ee_stop)stop)) return -ECANCELED;
    const int32_t end = n - start < EE_STOP_STRIDE ? n : start + EE_STOP_STRIDE;
    for (int32_t i = start; i < end; i++) {
      ones += bits[i - 1];
      one_to_one += bits[i - 1] & bits[i];
      changes += bits[i - 1] ^ bits[i];
    }
  }
  out[0] = ones;
  out[1] = one_to_one;
  out[2] = changes;
  return 0;
}

#define BLOCK_BITS 6
#define BLOCK_VALUES (1 << BLOCK_BITS)
/* Blocks that only fill the dictionary. */
#define DICTIONARY_BLOCKS 1000

int32_t ee_count_distances(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop) {
  if (n < 1 || n > EE_MOST_SYMBOLS) return -EINVAL;
  const int32_t blocks = n / BLOCK_BITS;
  int32_t last_seen[BLOCK_VALUES] = {0};
  memset(out, 0, ((size_t)blocks + 1) * sizeof *out);
  for (int32_t block = 1; block <= blocks; block++, bits += BLOCK_BITS) {
    if (ee_stopped_at((ee_stop)stop, block - 1)) return -ECANCELED;
    uint32_t value = 0;
    for (int32_t j = 0; j < BLOCK_BITS; j++) value = value << 1 | (bits[j] & 1);
    if (block > DICTIONARY_BLOCKS) out[block - last_seen[value]]++;
    last_seen[value] = block;
  }
  return 0;
}
