/*
 * The method of the four Russians (V. L. Arlazarov, E. A. Dinic, M. A. Kronrod, I. A. Faradzev, 1970; for elimination, G. Bard, 2006).
 * Column by column of 64 bits, up to 64 pivots are found among the rows that are left, reduced so that each has the only 1 in its column.
 * Then the pivots that any row needs are as its bits in those columns say. Sums of pivots are in tables, for a few columns each, so that a row takes
 * one addition a table.
 */
#include "gf2_rank.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "either_speed.h"

/* Columns of a table: larger ones take too long to make where rows are few. Measured. */
#define SMALL_COLUMNS 4
#define LARGE_COLUMNS 8
#define LARGE_FROM 1536

#define MOST_SUMS(columns) ((64 / (columns)) << (columns))

/* Rows of as many words. */
typedef struct {
  uint64_t *rows;
  size_t size, words;
} matrix;

/* What EE_LOOP marks is made part of its callers, so that `strip` and `columns` are constants where it matters. */

/* Rows are added in strips of so many words, which stay in registers. */
#define MOST_STRIP 16

EE_LOOP void add(uint64_t *to, const uint64_t *row, size_t words, size_t strip) {
  for (size_t k = 0; k < words; k += strip) {
    for (size_t i = 0; i < strip; i++) to[k + i] ^= row[k + i];
  }
}

EE_LOOP void swap(uint64_t *a, uint64_t *b, size_t words, size_t strip) {
  for (size_t k = 0; k < words; k += strip) {
    for (size_t i = 0; i < strip; i++) {
      const uint64_t other = a[k + i];
      a[k + i] = b[k + i];
      b[k + i] = other;
    }
  }
}

/*
 * Moves the pivots of column `word` to the rows from `from` on. pivots[c] is what the row of bit c has from word `base` on, or NULL.
 * Returns how many there are.
 */
EE_LOOP size_t find_pivots(matrix m, size_t from, size_t word, size_t base, size_t strip, uint64_t *pivots[64]) {
  const size_t words = m.words - base, at = word - base;
  size_t found = 0;
  uint64_t columns = 0;
  memset(pivots, 0, 64 * sizeof *pivots);
  for (size_t i = from; i < m.size && found < 64; i++) {
    uint64_t *row = m.rows + i * m.words + base;
    const uint64_t needed = row[at] & columns;
    uint64_t rest = row[at];
    for (uint64_t hit = needed; hit != 0; hit &= hit - 1) rest ^= pivots[__builtin_ctzll(hit)][at];
    if (rest == 0) continue;
    for (uint64_t hit = needed; hit != 0; hit &= hit - 1) add(row, pivots[__builtin_ctzll(hit)], words, strip);
    uint64_t *place = m.rows + (from + found) * m.words + base;
    if (place != row) swap(place, row, words, strip);
    const int column = __builtin_ctzll(rest);
    for (uint64_t others = columns; others != 0; others &= others - 1) {
      uint64_t *pivot = pivots[__builtin_ctzll(others)];
      if (pivot[at] >> column & 1) add(pivot, place, words, strip);
    }
    pivots[column] = place;
    columns |= (uint64_t)1 << column;
    found++;
  }
  return found;
}

/* Makes 64 / columns tables of all sums of the pivots of so many columns. */
EE_LOOP void make_tables(uint64_t *tables, uint64_t *const pivots[64], int columns, size_t words, size_t strip) {
  const size_t sums = (size_t)1 << columns;
  for (int first = 0; first < 64; first += columns, tables += sums * words) {
    memset(tables, 0, words * sizeof *tables);
    for (size_t s = 1; s < sums; s++) {
      const uint64_t *without = tables + (s & (s - 1)) * words;
      const uint64_t *pivot = pivots[first + __builtin_ctzll(s)];
      uint64_t *sum = tables + s * words;
      for (size_t k = 0; k < words; k += strip) {
        for (size_t i = 0; i < strip; i++) sum[k + i] = without[k + i] ^ (pivot == NULL ? 0 : pivot[k + i]);
      }
    }
  }
}

EE_LOOP void add_sums(uint64_t *row, uint64_t bits, const uint64_t *tables, int columns, size_t words, size_t strip) {
  const size_t sums = (size_t)1 << columns;
  for (size_t k = 0; k < words; k += strip) {
    uint64_t kept[MOST_STRIP];
    for (size_t i = 0; i < strip; i++) kept[i] = row[k + i];
    const uint64_t *table = tables + k;
    for (int first = 0; first < 64; first += columns, table += sums * words) {
      const uint64_t *sum = table + (bits >> first & (sums - 1)) * words;
      for (size_t i = 0; i < strip; i++) kept[i] ^= sum[i];
    }
    for (size_t i = 0; i < strip; i++) row[k + i] = kept[i];
  }
}

/* For few words a row, where tables do not pay: each row that is not 0 clears its lowest column in those below. */
EE_LOOP int32_t plain_elimination(uint64_t *rows, size_t size, size_t words) {
  int32_t rank = 0;
  for (size_t i = 0; i < size; i++) {
    const uint64_t *pivot = rows + i * words;
    size_t word = 0;
    while (word < words && pivot[word] == 0) word++;
    if (word == words) continue;
    rank++;
    const int column = __builtin_ctzll(pivot[word]);
    for (size_t j = i + 1; j < size; j++) {
      uint64_t *row = rows + j * words;
      const uint64_t mask = -(row[word] >> column & 1);
      for (size_t k = 0; k < words; k++) row[k] ^= pivot[k] & mask;
    }
  }
  return rank;
}

EE_LOOP int32_t rank_with(matrix m, uint64_t *tables, int columns, size_t strip, ee_stop stop) {
  size_t rank = 0;
  for (size_t word = 0; word < m.words && rank < m.size; word++) {
    if (ee_stopped(stop)) return -ECANCELED;
    /* Strips before it are 0 in all rows that matter. */
    const size_t base = word / strip * strip, words = m.words - base;
    uint64_t *pivots[64];
    rank += find_pivots(m, rank, word, base, strip, pivots);
    if (word + 1 == m.words) break;
    make_tables(tables, pivots, columns, words, strip);
    for (size_t i = rank; i < m.size; i++) {
      if (i % 1024 == 0 && ee_stopped(stop)) return -ECANCELED;
      uint64_t *row = m.rows + i * m.words + base;
      add_sums(row, row[word - base], tables, columns, words, strip);
    }
  }
  return (int32_t)rank;
}

EE_LOOP int32_t rank_of_loop(matrix m, uint64_t *tables, ee_stop stop) {
  switch (m.words) {
    case 1: return plain_elimination(m.rows, m.size, 1);
    case 2: return plain_elimination(m.rows, m.size, 2);
    case 4: return plain_elimination(m.rows, m.size, 4);
    case 8: return rank_with((matrix){m.rows, 512, 8}, tables, SMALL_COLUMNS, 8, stop);
  }
  if (m.size < LARGE_FROM) return rank_with(m, tables, SMALL_COLUMNS, MOST_STRIP, stop);
  return rank_with(m, tables, LARGE_COLUMNS, MOST_STRIP, stop);
}

EE_TWICE(int32_t, rank_of, (matrix m, uint64_t *tables, ee_stop stop), (m, tables, stop))

int32_t ee_gf2_rank(uint64_t *rows, size_t size, ee_stop stop) {
  const matrix m = {rows, size, size / 64};
  const size_t sums = size < LARGE_FROM ? MOST_SUMS(SMALL_COLUMNS) : MOST_SUMS(LARGE_COLUMNS);
  uint64_t *tables = malloc(sums * m.words * sizeof *tables);
  if (tables == NULL) return -ENOMEM;
  const int32_t rank = rank_of(m, tables, stop);
  free(tables);
  return rank;
}
