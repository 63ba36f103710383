/* The statistics of a permutation: src/stats/sp800-90b/iid/statistics.ts and the files of each, where they are explained. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "decimal_length.h"
#include "ee.h"

/* A compiler that fuses multiplications and additions would round differently. */
#pragma STDC FP_CONTRACT OFF

enum {
  EXCURSION,
  DIRECTIONAL_RUNS,
  MEDIAN_RUNS = DIRECTIONAL_RUNS + 3,
  COLLISIONS = MEDIAN_RUNS + 2,
  PERIODICITY = COLLISIONS + 2,
  COVARIANCE = PERIODICITY + EE_IID_LAGS,
  COMPRESSION = COVARIANCE + EE_IID_LAGS,
};
_Static_assert(COMPRESSION + 1 == EE_IID_STATISTICS, "statistics");

static const int32_t LAGS[EE_IID_LAGS] = {1, 2, 8, 16, 32};

/* Symbols after which the sum is looked at. */
#define STRETCH 128
/* Products of two bytes that 32 bits can sum. */
#define PRODUCTS ((int32_t)1 << 15)

static double distance_at(double sum, int32_t i, double high, double low) {
  return fabs(sum - (i + 1) * high - (i + 1) * low);
}

/*
 * A step changes the distance by less than 255, so that most stretches cannot hold the farthest place: there only the sum is
 * formed. The 1 is for rounding.
 */
static double excursion(const uint8_t *values, int32_t n, double mean) {
  const double high = (float)mean;
  const double low = mean - high;
  int64_t sum = 0;
  double farthest = 0;
  double distance = 0;
  for (int32_t start = 0; start < n; start += STRETCH) {
    const int32_t end = n - start < STRETCH ? n : start + STRETCH;
    if (distance + 255 * STRETCH + 1 <= farthest) {
      int32_t more = 0;
      for (int32_t i = start; i < end; i++) more += values[i];
      sum += more;
      distance = distance_at((double)sum, end - 1, high, low);
      continue;
    }
    for (int32_t i = start; i < end; i++) {
      sum += values[i];
      distance = distance_at((double)sum, i, high, low);
      if (distance > farthest) farthest = distance;
    }
  }
  return farthest;
}

typedef struct {
  int32_t count;
  int32_t longest;
  int32_t ups;
} runs;

/* Runs of steps, -1 for down and 0 for up. */
typedef struct {
  int32_t direction;
  int32_t downs;
  int32_t changes;
  int32_t run;
  int32_t longest;
} walk;

static inline walk begun(int32_t direction) { return (walk){direction, -direction, 0, 1, 1}; }

static inline void step(walk *w, int32_t direction) {
  const int32_t turned = direction ^ w->direction;
  w->downs -= direction;
  w->changes -= turned;
  w->run = (w->run & ~turned) + 1;
  w->longest = w->run > w->longest ? w->run : w->longest;
  w->direction = direction;
}

static runs directional_runs(const uint8_t *symbols, int32_t n) {
  if (n < 2) return (runs){0, 0, 0};
  walk w = begun(-(symbols[1] < symbols[0]));
  for (int32_t i = 2; i < n; i++) step(&w, -(symbols[i] < symbols[i - 1]));
  return (runs){1 + w.changes, w.longest, n - 1 - w.downs};
}

static runs median_runs(const uint8_t *symbols, int32_t n, int32_t least) {
  walk w = begun(-(symbols[0] < least));
  for (int32_t i = 1; i < n; i++) step(&w, -(symbols[i] < least));
  return (runs){1 + w.changes, w.longest, n - w.downs};
}

static void collisions(const uint8_t *symbols, int32_t n, double *average, double *most) {
  int32_t last_seen[256];
  memset(last_seen, 0xff, sizeof last_seen);
  int32_t start = 0;
  int32_t count = 0;
  int32_t longest = 0;
  for (int32_t i = 0; i < n; i++) {
    if (last_seen[symbols[i]] >= start) {
      if (i + 1 - start > longest) longest = i + 1 - start;
      count++;
      start = i + 1;
    }
    last_seen[symbols[i]] = i;
  }
  *average = count == 0 ? 0 : (double)start / count;
  *most = longest;
}

static double periodicity(const uint8_t *symbols, int32_t n, int32_t lag) {
  int32_t equal = 0;
  for (int32_t i = 0; i < n - lag; i++) equal += symbols[i] == symbols[i + lag];
  return equal;
}

static double covariance(const uint8_t *values, int32_t n, int32_t lag) {
  int64_t total = 0;
  for (int32_t start = 0; start < n - lag; start += PRODUCTS) {
    const int32_t end = n - lag - start < PRODUCTS ? n - lag : start + PRODUCTS;
    int32_t sum = 0;
    for (int32_t i = start; i < end; i++) sum += values[i] * values[i + lag];
    total += sum;
  }
  return (double)total;
}

/* Conversion II: reads eight bits as a binary number; bits missing at the end are zeros. */
static void read_octets(const uint8_t *bits, int32_t n, uint8_t *octets) {
  memset(octets, 0, ((size_t)n + 7) / 8);
  for (int32_t i = 0; i < n; i++) octets[i >> 3] |= (uint8_t)(bits[i] << (7 - (i & 7)));
}

static bool any(const uint8_t *wanted, int32_t count) { return memchr(wanted, 1, (size_t)count) != NULL; }

/* Measures what binary data are converted for. @param values for the covariance */
static void measure_converted(const uint8_t *octets, const uint8_t *ones, const uint8_t *values, int32_t n, const uint8_t *wanted,
                              double *out) {
  if (any(wanted + DIRECTIONAL_RUNS, 3)) {
    const runs found = directional_runs(ones, n);
    const int32_t downs = n - 1 - found.ups;
    out[DIRECTIONAL_RUNS] = found.count;
    out[DIRECTIONAL_RUNS + 1] = found.longest;
    out[DIRECTIONAL_RUNS + 2] = found.ups > downs ? found.ups : downs;
  }
  if (any(wanted + COLLISIONS, 2)) collisions(octets, n, &out[COLLISIONS], &out[COLLISIONS + 1]);
  for (int32_t i = 0; i < EE_IID_LAGS; i++) {
    if (wanted[PERIODICITY + i]) out[PERIODICITY + i] = periodicity(ones, n, LAGS[i]);
    if (wanted[COVARIANCE + i]) out[COVARIANCE + i] = covariance(values, n, LAGS[i]);
  }
}

/* Working memory: that of the compressed length, then a byte a symbol. */
#define ALIGNMENT 64
static size_t decimal_memory(void) { return (ee_decimal_memory() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

double ee_iid_memory(int32_t n) { return (double)(ALIGNMENT + decimal_memory() + (size_t)n + 2); }

static const uint8_t *recorded(const uint8_t *symbols, int32_t n, const uint8_t *values, int32_t alphabet, uint8_t *spare) {
  int32_t same = 0;
  while (same < alphabet && values[same] == same) same++;
  if (same == alphabet) return symbols;
  for (int32_t i = 0; i < n; i++) spare[i] = values[symbols[i]];
  return spare;
}

int32_t ee_iid_statistics(const uint8_t *symbols, int32_t n, const uint8_t *values, int32_t alphabet, double mean, int32_t least,
                          const uint8_t *wanted, double *out, uint8_t *memory, const int32_t *stop) {
  if (n < 1 || n > EE_MOST_SYMBOLS || alphabet < 2 || alphabet > 256) return -EINVAL;
  uint8_t highest = 0;
  for (int32_t i = 0; i < n; i++) highest = symbols[i] > highest ? symbols[i] : highest;
  if (highest >= alphabet) return -EINVAL;
  uint8_t *aligned = memory + (ALIGNMENT - (uintptr_t)memory % ALIGNMENT) % ALIGNMENT;
  uint8_t *spare = aligned + decimal_memory();
  if (wanted[COMPRESSION]) {
    const int64_t length = ee_decimal_length(symbols, n, values, alphabet, aligned, (ee_stop)stop);
    if (length < 0) return (int32_t)length;
    out[COMPRESSION] = (double)length;
  }
  if (any(wanted + MEDIAN_RUNS, 2)) {
    const runs found = median_runs(symbols, n, least);
    out[MEDIAN_RUNS] = found.count;
    out[MEDIAN_RUNS + 1] = found.longest;
  }
  if (ee_stopped((ee_stop)stop)) return -ECANCELED;
  const bool is_binary = alphabet == 2;
  const uint8_t *written = symbols;
  if (wanted[EXCURSION] || (!is_binary && any(wanted + COVARIANCE, EE_IID_LAGS))) {
    written = recorded(symbols, n, values, alphabet, spare);
  }
  if (wanted[EXCURSION]) out[EXCURSION] = excursion(written, n, mean);
  if (!is_binary) {
    measure_converted(symbols, symbols, written, n, wanted, out);
    return 0;
  }
  if (!any(wanted + DIRECTIONAL_RUNS, 3) && !any(wanted + COLLISIONS, COMPRESSION - COLLISIONS)) return 0;
  /* Binary data are converted from 0 and 1, whatever the recorded values. */
  const int32_t octet_count = (n + 7) / 8;
  uint8_t *ones = spare + octet_count;
  read_octets(symbols, n, spare);
  for (int32_t i = 0; i < octet_count; i++) ones[i] = (uint8_t)__builtin_popcount(spare[i]);
  measure_converted(spare, ones, ones, octet_count, wanted, out);
  return 0;
}
