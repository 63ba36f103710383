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
#define STRETCH 64
/* Products of two bytes that 32 bits can sum. */
#define PRODUCTS ((int32_t)1 << 15)
/* Comparisons that a byte can count. */
#define COMPARISONS 255

static double distance_at(double sum, int32_t i, double high, double low) {
  return fabs(sum - (i + 1) * high - (i + 1) * low);
}

/*
 * A step changes the distance by no more than the mean, or what the greatest value is above it. Most stretches cannot hold the
 * farthest place by their ends: there only the sum is formed. The 1 is for rounding.
 */
static double excursion(const uint8_t *values, int32_t n, double mean, double greatest) {
  const double high = (float)mean;
  const double low = mean - high;
  const double reach = STRETCH * fmax(mean, greatest - mean) + 1;
  int64_t sum = 0;
  double farthest = 0;
  double distance = 0;
  for (int32_t start = 0; start < n; start += STRETCH) {
    const int32_t end = n - start < STRETCH ? n : start + STRETCH;
    int32_t more = 0;
    for (int32_t i = start; i < end; i++) more += values[i];
    const double before = distance;
    distance = distance_at((double)(sum + more), end - 1, high, low);
    if ((before + distance + reach) / 2 > farthest) {
      int64_t now = sum;
      for (int32_t i = start; i < end; i++) {
        now += values[i];
        const double here = distance_at((double)now, i, high, low);
        if (here > farthest) farthest = here;
      }
    }
    sum += more;
  }
  return farthest;
}

typedef struct {
  int32_t count;
  int32_t longest;
  int32_t ups;
} runs;

#define FLAGS 64

/* Runs of flags, 1 for down and 0 for up, that come 64 in a word, the first one lowest. */
typedef struct {
  uint64_t last;
  int32_t downs;
  int32_t count;
  /* Length of the run that is not at its end. */
  int32_t open;
  int32_t longest;
} walk;

static int32_t longer(int32_t a, int32_t b) { return a > b ? a : b; }

/* Tells if somewhere two neighbouring ones are more than `length` places apart. */
static bool has_wider_gap(uint64_t ones, int32_t length) {
  if (length >= FLAGS - 1) return false;
  uint64_t covered = ones;
  int32_t reach = 1;
  for (; 2 * reach <= length; reach *= 2) covered |= covered << reach;
  covered |= covered << (length - reach);
  const uint64_t first = ones & -ones;
  const uint64_t up_to_last = UINT64_MAX >> __builtin_clzll(ones);
  return (~covered & up_to_last & ~(first - 1)) != 0;
}

static void step(walk *w, uint64_t flags, int32_t count) {
  const uint64_t valid = UINT64_MAX >> (FLAGS - count);
  const uint64_t starts = (flags ^ (flags << 1 | w->last)) & valid;
  w->downs += __builtin_popcountll(flags & valid);
  w->last = flags >> (count - 1) & 1;
  if (starts == 0) {
    w->open += count;
    return;
  }
  w->count += __builtin_popcountll(starts);
  w->longest = longer(w->longest, w->open + __builtin_ctzll(starts));
  if (has_wider_gap(starts, w->longest)) {
    int32_t from = __builtin_ctzll(starts);
    for (uint64_t left = starts & (starts - 1); left != 0; left &= left - 1) {
      const int32_t to = __builtin_ctzll(left);
      w->longest = longer(w->longest, to - from);
      from = to;
    }
  }
  w->open = count - (FLAGS - 1 - __builtin_clzll(starts));
}

/* Packs bytes that are 0 or 1: eight land in the top byte of the product. */
static uint64_t packed(const uint8_t *flags) {
  uint64_t word = 0;
  for (int32_t i = 0; i < FLAGS; i += 8) {
    uint64_t eight;
    memcpy(&eight, flags + i, sizeof eight);
    word |= eight * 0x0102040810204080 >> 56 << i;
  }
  return word;
}

/* Ends the walk of so many flags, the first of which began a run. */
static runs ended(const walk *w, int32_t flags) {
  return (runs){1 + w->count, longer(w->longest, w->open), flags - w->downs};
}

static runs directional_runs(const uint8_t *symbols, int32_t n) {
  if (n < 2) return (runs){0, 0, 0};
  walk w = {.last = symbols[1] < symbols[0]};
  for (int32_t start = 0; start < n - 1; start += FLAGS) {
    const int32_t count = n - 1 - start < FLAGS ? n - 1 - start : FLAGS;
    uint8_t downs[FLAGS] = {0};
    for (int32_t i = 0; i < count; i++) downs[i] = symbols[start + i + 1] < symbols[start + i];
    step(&w, packed(downs), count);
  }
  return ended(&w, n - 1);
}

static runs median_runs(const uint8_t *symbols, int32_t n, int32_t least) {
  const uint8_t low = (uint8_t)least;
  walk w = {.last = symbols[0] < low};
  for (int32_t start = 0; start < n; start += FLAGS) {
    const int32_t count = n - start < FLAGS ? n - start : FLAGS;
    uint8_t downs[FLAGS] = {0};
    for (int32_t i = 0; i < count; i++) downs[i] = symbols[start + i] < low;
    step(&w, packed(downs), count);
  }
  return ended(&w, n);
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
  for (int32_t start = 0; start < n - lag; start += STRETCH * COMPARISONS) {
    uint8_t by_column[STRETCH] = {0};
    const int32_t length = n - lag - start < STRETCH * COMPARISONS ? n - lag - start : STRETCH * COMPARISONS;
    const uint8_t *first = symbols + start;
    int32_t i = 0;
    for (; i + STRETCH <= length; i += STRETCH) {
      for (int32_t j = 0; j < STRETCH; j++) by_column[j] += first[i + j] == first[i + j + lag];
    }
    for (; i < length; i++) equal += first[i] == first[i + lag];
    for (int32_t j = 0; j < STRETCH; j++) equal += by_column[j];
  }
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
  int32_t i = 0;
  for (; i + 8 <= n; i += 8) {
    uint64_t eight;
    memcpy(&eight, bits + i, sizeof eight);
    octets[i >> 3] = (uint8_t)(eight * 0x8040201008040201 >> 56);
  }
  for (; i < n; i++) octets[i >> 3] |= (uint8_t)(bits[i] << (7 - (i & 7)));
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
  if (n < 1 || n > EE_MOST_SYMBOLS || alphabet < 2 || alphabet > 256 || least < 0 || least > UINT8_MAX) return -EINVAL;
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
  if (wanted[EXCURSION]) out[EXCURSION] = excursion(written, n, mean, values[alphabet - 1]);
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
