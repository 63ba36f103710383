/*
 * Massey keeps polynomials C and B, and finds each discrepancy as a coefficient of C s, where s is the sequence as a power series.
 * Here the series g = C s and f = B s are kept instead, each less the zeros before its next coefficient: g begins with the
 * discrepancy, and f with 1. A step is the `divstep` of D. J. Bernstein and B.-Y. Yang, "Fast constant-time gcd computation and modular
 * inversion", 2019, from f = 1, g = s, delta = 1:
 *
 *   delta > 0 and g(0) = 1:  (delta, f, g) becomes (1 - delta, g, (f + g) / x)
 *   otherwise:               (delta, f, g) becomes (1 + delta, f, (g + g(0) f) / x)
 *
 * with delta = i + 1 - 2L before bit i, if L is the linear complexity of the bits before it. The first case is the change of length.
 *
 * As there (section 5), 64k steps depend on 64k coefficients of f and g alone, and are linear: a matrix of four polynomials of k words,
 *
 *   x^(64k - 1) f' = u f + v g,   x^(64k) g' = q f + r g,
 *
 * is found in halves, and applied to the rest by fast products.
 */
#include "discrepancies.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gf2_polynomial.h"

/* Steps of fewer words are over before anybody would notice that he waits. */
#define STOP_WORDS 16

typedef struct {
  ee_gf2_block_product product;
  int64_t delta;
  /* Where the next discrepancies go. */
  uint64_t *out;
  ee_stop stop;
  bool stopped;
} walk;

/* Four polynomials of k words each. */
typedef struct {
  uint64_t *u, *v, *q, *r;
} matrix;

static matrix matrix_at(uint64_t *memory, size_t k) {
  return (matrix){memory, memory + k, memory + 2 * k, memory + 3 * k};
}

/* 64 steps. */
static void steps_of_word(walk *w, uint64_t f, uint64_t g, matrix m) {
  int64_t delta = w->delta;
  /* u and v are held times x: as they are, f is of 64 steps, but for the last shift. */
  uint64_t u = 0, v = 0, xu = 1, xv = 0, q = 0, r = 1, found = 0;
  for (int i = 0; i < 64; i++) {
    const uint64_t wrong = -(g & 1);
    const uint64_t change = wrong & -(uint64_t)(delta > 0);
    const uint64_t old = g;
    found |= (wrong & 1) << i;
    g = (g ^ (f & wrong)) >> 1;
    f ^= (f ^ old) & change;
    u = xu ^ ((xu ^ q) & change);
    v = xv ^ ((xv ^ r) & change);
    q ^= xu & wrong;
    r ^= xv & wrong;
    xu = u << 1;
    xv = v << 1;
    delta = 1 + (change ? -delta : delta);
  }
  w->delta = delta;
  *w->out++ = found;
  *m.u = u, *m.v = v, *m.q = q, *m.r = r;
}

/* Writes a c + b d, 2k words. The workspace has 2k words and those of a product. */
static void dot(const walk *w, uint64_t *out, const uint64_t *a, const uint64_t *c, const uint64_t *b, const uint64_t *d, size_t k,
                uint64_t *workspace) {
  ee_gf2_multiply(w->product, out, a, c, k, workspace + 2 * k);
  ee_gf2_multiply(w->product, workspace, b, d, k, workspace + 2 * k);
  for (size_t i = 0; i < 2 * k; i++) out[i] ^= workspace[i];
}

#define APPLY_WORKSPACE(k) (8 * (k) + EE_GF2_WORKSPACE(k))

/*
 * Applies a matrix of k words to n words of f and g, n > k, and writes n - k words of each; f and g are read, and their successors
 * written, to the next multiple of k. `to_f` and `to_g` may be f and g themselves.
 */
static void apply(const walk *w, matrix m, size_t k, const uint64_t *f, const uint64_t *g, size_t n, uint64_t *to_f, uint64_t *to_g,
                  uint64_t *workspace) {
  uint64_t *row_f = workspace, *row_g = row_f + 2 * k, *high_f = row_g + 2 * k, *high_g = high_f + k;
  uint64_t *rest = high_g + k;
  const size_t chunks = (n + k - 1) / k;
  uint64_t below = 0;
  for (size_t chunk = 0; chunk < chunks; chunk++) {
    if (w->stop != NULL && k >= STOP_WORDS && ee_stopped(w->stop)) return;
    const uint64_t *chunk_f = f + chunk * k, *chunk_g = g + chunk * k;
    dot(w, row_f, m.u, chunk_f, m.v, chunk_g, k, rest);
    dot(w, row_g, m.q, chunk_f, m.r, chunk_g, k, rest);
    if (chunk == 0) {
      below = row_f[k - 1];
    } else {
      uint64_t *next_f = to_f + (chunk - 1) * k, *next_g = to_g + (chunk - 1) * k;
      for (size_t i = 0; i < k; i++) {
        const uint64_t word = high_f[i] ^ row_f[i];
        next_f[i] = word << 1 | below >> 63;
        below = word;
        next_g[i] = high_g[i] ^ row_g[i];
      }
    }
    memcpy(high_f, row_f + k, k * sizeof *high_f);
    memcpy(high_g, row_g + k, k * sizeof *high_g);
  }
}

/* Writes x a c + b d. */
static void compose_row(const walk *w, uint64_t *out, const uint64_t *a, const uint64_t *c, const uint64_t *b, const uint64_t *d,
                        size_t k, uint64_t *workspace) {
  ee_gf2_multiply(w->product, out, b, d, k, workspace + 2 * k);
  ee_gf2_multiply(w->product, workspace, a, c, k, workspace + 2 * k);
  uint64_t below = 0;
  for (size_t i = 0; i < 2 * k; i++) {
    out[i] ^= workspace[i] << 1 | below >> 63;
    below = workspace[i];
  }
}

/* Of the own level 5k words; the rest is of the level below, or of the products, whichever is more. */
#define STEPS_WORKSPACE(k) (16 * (k))

/* 64k steps, k a power of two, from f and g of k words. */
static void steps(walk *w, size_t k, const uint64_t *f, const uint64_t *g, matrix m, uint64_t *workspace) {
  if (k == 1) {
    steps_of_word(w, *f, *g, m);
    return;
  }
  if (k >= STOP_WORDS && (w->stopped || ee_stopped(w->stop))) {
    w->stopped = true;
    return;
  }
  const size_t half = k / 2;
  const matrix first = matrix_at(workspace, half), second = matrix_at(workspace + 2 * k, half);
  uint64_t *next_f = workspace + 4 * k, *next_g = next_f + half, *rest = next_g + half;
  steps(w, half, f, g, first, rest);
  apply(w, first, half, f, g, k, next_f, next_g, rest);
  steps(w, half, next_f, next_g, second, rest);
  compose_row(w, m.u, second.u, first.u, second.v, first.q, half, rest);
  compose_row(w, m.v, second.u, first.v, second.v, first.r, half, rest);
  compose_row(w, m.q, second.q, first.u, second.r, first.q, half, rest);
  compose_row(w, m.r, second.q, first.v, second.r, first.r, half, rest);
}

int32_t ee_discrepancies(uint64_t *discrepancies, const uint64_t *sequence, size_t words, ee_stop stop) {
  size_t k = 1;
  while (4 * k <= words) k *= 2;
  /* f and g to the next multiple of k, a matrix, and a workspace. */
  const size_t padded = (words + k - 1) / k * k;
  const size_t workspace_words = STEPS_WORKSPACE(k) > APPLY_WORKSPACE(k) ? STEPS_WORKSPACE(k) : APPLY_WORKSPACE(k);
  uint64_t *memory = calloc(2 * padded + 4 * k + workspace_words, sizeof *memory);
  if (memory == NULL) return -ENOMEM;
  uint64_t *f = memory, *g = f + padded, *workspace = g + padded + 4 * k;
  f[0] = 1;
  memcpy(g, sequence, words * sizeof *g);

  walk w = {.product = ee_gf2_choose(), .delta = 1, .out = discrepancies, .stop = stop};
  for (size_t left = words; left > 0 && !w.stopped;) {
    /* The matrix is applied to the rest, so that half of it is a good measure; of the last word nobody needs it. */
    while (k > 1 && 2 * k > left) k /= 2;
    const matrix m = matrix_at(g + padded, k);
    steps(&w, k, f, g, m, workspace);
    if (left > k && !w.stopped) apply(&w, m, k, f, g, left, f, g, workspace);
    left -= k;
  }
  free(memory);
  return w.stopped || ee_stopped(stop) ? -ECANCELED : 0;
}
