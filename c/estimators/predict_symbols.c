/*
 * The predictors of SP 800-90B sections 6.3.7 to 6.3.10 for symbols, one a byte: the loops of multi-mcw.ts, lag.ts,
 * multi-mmc.ts and lz78y.ts in src/stats/sp800-90b, where they are explained. Each writes {correct predictions, longest run of
 * them}.
 */
#include <errno.h>

#include "context_tree.h"
#include "ee.h"
#include "stop.h"

typedef struct {
  int32_t correct;
  int32_t run;
  int32_t longest_run;
} hits;

static inline void score(hits *h, bool right) {
  h->correct += right;
  h->run = right ? h->run + 1 : 0;
  if (h->run > h->longest_run) h->longest_run = h->run;
}

static int32_t report(hits h, int32_t *out) {
  out[0] = h.correct;
  out[1] = h.longest_run;
  return 0;
}

#define WINDOWS 4
#define LONGEST_WINDOW 4095
static const int32_t WINDOW_LENGTHS[WINDOWS] = {63, 255, 1023, LONGEST_WINDOW};

/* The most frequent symbol of a sliding window; of several, the one seen last. */
typedef struct {
  int32_t length;
  int32_t mode;
  int32_t mode_count;
  int32_t counts[256];
  int32_t symbols_with_count[LONGEST_WINDOW + 1];
} window;

static inline void enter(window *w, uint8_t symbol) {
  const int32_t count = ++w->counts[symbol];
  w->symbols_with_count[count - 1]--;
  w->symbols_with_count[count]++;
  if (count >= w->mode_count) {
    w->mode_count = count;
    w->mode = symbol;
  }
}

static inline void advance(window *w, const uint8_t *symbols, int32_t i) {
  const uint8_t leaving = symbols[i - w->length];
  const int32_t left = --w->counts[leaving];
  w->symbols_with_count[left + 1]--;
  w->symbols_with_count[left]++;
  enter(w, symbols[i]);
  if (leaving != w->mode || w->counts[leaving] == w->mode_count) return;
  /* The mode has lost an occurrence. Either another symbol has as many as it had, or all have fewer. */
  if (w->symbols_with_count[w->mode_count] == 0) w->mode_count--;
  int32_t last = i;
  while (w->counts[symbols[last]] != w->mode_count) last--;
  w->mode = symbols[last];
}

int32_t ee_mcw_symbols(const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop) {
  if (n < LONGEST_WINDOW || n > EE_MOST_SYMBOLS) return -EINVAL;
  window windows[WINDOWS] = {0};
  for (int32_t j = 0; j < WINDOWS; j++) {
    windows[j].length = WINDOW_LENGTHS[j];
    windows[j].symbols_with_count[0] = 256;
    for (int32_t i = 0; i < WINDOW_LENGTHS[j]; i++) enter(&windows[j], symbols[i]);
  }
  int32_t scores[WINDOWS] = {0};
  int32_t winner = 0;
  hits h = {0};
  for (int32_t i = WINDOW_LENGTHS[0]; i < n; i++) {
    if (ee_stopped_at((ee_stop)stop, i)) return -ECANCELED;
    const uint8_t symbol = symbols[i];
    score(&h, windows[winner].mode == symbol);
    for (int32_t j = 0; j < WINDOWS && i >= WINDOW_LENGTHS[j]; j++) {
      if (windows[j].mode == symbol && ++scores[j] >= scores[winner]) winner = j;
      advance(&windows[j], symbols, i);
    }
  }
  return report(h, out);
}

#define LAGS 128

int32_t ee_lag_symbols(const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop) {
  if (n < 1 || n > EE_MOST_SYMBOLS) return -EINVAL;
  int32_t scores[LAGS + 1] = {0};
  int32_t last_seen[256];
  /* At i mod 128: the place before i of the symbol at i. */
  int32_t seen_before[LAGS];
  for (int32_t symbol = 0; symbol < 256; symbol++) last_seen[symbol] = -LAGS - 1;
  last_seen[symbols[0]] = 0;
  seen_before[0] = -LAGS - 1;
  int32_t winner = 1;
  int32_t high_score = 0;
  hits h = {0};
  for (int32_t i = 1; i < n; i++) {
    if (ee_stopped_at((ee_stop)stop, i)) return -ECANCELED;
    const uint8_t symbol = symbols[i];
    score(&h, i >= winner && symbols[i - winner] == symbol);
    const int32_t last = last_seen[symbol];
    for (int32_t at = last; at >= 0 && at >= i - LAGS; at = seen_before[at % LAGS]) {
      const int32_t reached = ++scores[i - at];
      if (reached >= high_score) {
        high_score = reached;
        winner = i - at;
      }
    }
    seen_before[i % LAGS] = last;
    last_seen[symbol] = i;
  }
  return report(h, out);
}

#define DEPTHS 16
#define MOST_PAIRS 100000

/* One symbol has at most two successors counted at each depth, which enter two pairs each, and one context more than depths added. */
#define MOST_ADDED (4 * DEPTHS)

static int32_t predict_mmc(ee_context_tree *tree, const uint8_t *symbols, int32_t n, int32_t *out, ee_stop stop) {
  int32_t pairs[DEPTHS + 1] = {0};
  int32_t scores[DEPTHS + 1] = {0};
  /* Depths beyond this one have no room for a pair. */
  int32_t deepest_open = DEPTHS;
  int32_t winner = 1;
  hits h = {0};
  for (int32_t i = 1; i < n; i++) {
    if (ee_stopped_at(stop, i)) return -ECANCELED;
    const int32_t error = ee_context_tree_reserve(tree, MOST_ADDED);
    if (error != 0) return error;
    const uint8_t symbol = symbols[i];
    const int32_t speaker = winner;
    const int32_t deepest = i < DEPTHS ? i : DEPTHS;
    int32_t node = EE_ROOT;
    int32_t depth = 1;
    for (; depth <= deepest; depth++) {
      const int32_t child = ee_context_child(tree, node, symbols[i - depth]);
      if (child == EE_NO_NODE) break;
      const int32_t place = tree->nodes[child].place;
      if (place > 0) {
        tree->nodes[child].place = 0;
        ee_context_count(tree, child, symbols[place], true);
        const int32_t reach = tree->nodes[child].reach;
        if (depth < reach) ee_context_add(tree, child, symbols[place - depth - 1], place, reach);
      }
      if (tree->nodes[child].successor == symbol) {
        if (++scores[depth] >= scores[winner]) winner = depth;
        if (depth == speaker) score(&h, true);
      } else if (depth == speaker) h.run = 0;
      if (ee_context_count(tree, child, symbol, pairs[depth] < MOST_PAIRS)) pairs[depth]++;
      node = child;
    }
    /* Unknown contexts enter where there is room. One whose shorter context did not enter is never found again. */
    const int32_t first_new = depth;
    const int32_t last_new = deepest < deepest_open ? deepest : deepest_open;
    int32_t reach = depth - 1;
    for (; depth <= last_new; depth++) {
      if (pairs[depth] >= MOST_PAIRS) continue;
      pairs[depth]++;
      if (reach == depth - 1) reach = depth;
    }
    while (pairs[deepest_open] >= MOST_PAIRS) deepest_open--;
    if (reach >= first_new) ee_context_add(tree, node, symbols[i - first_new], i, reach);
  }
  return report(h, out);
}

#define LENGTHS 16
#define MOST_CONTEXTS 65536

static int32_t predict_lz78y(ee_context_tree *tree, const uint8_t *symbols, int32_t n, int32_t *out, ee_stop stop) {
  int32_t contexts = 0;
  hits h = {0};
  for (int32_t i = LENGTHS; i < n; i++) {
    if (ee_stopped_at(stop, i)) return -ECANCELED;
    const int32_t error = ee_context_tree_reserve(tree, 2 * LENGTHS);
    if (error != 0) return error;
    const uint8_t symbol = symbols[i];
    int32_t prediction = -1;
    int32_t highest = 1;
    int32_t node = EE_ROOT;
    int32_t length = 1;
    for (; length <= LENGTHS; length++) {
      const int32_t child = ee_context_child(tree, node, symbols[i - length]);
      if (child == EE_NO_NODE) break;
      node = child;
      const int32_t count = tree->nodes[node].count;
      if (count == 0) continue;
      /* Of equal counts the longest context's wins. */
      if (count >= highest) {
        highest = count;
        prediction = tree->nodes[node].successor;
      }
      ee_context_count(tree, node, symbol, true);
    }
    const int32_t missing = LENGTHS - length + 1;
    const int32_t room = missing < MOST_CONTEXTS - contexts ? missing : MOST_CONTEXTS - contexts;
    if (room > 0) {
      contexts += room;
      for (; length <= LENGTHS; length++) {
        node = ee_context_add(tree, node, symbols[i - length], 0, 0);
        if (length > LENGTHS - room) ee_context_count(tree, node, symbol, true);
      }
    }
    score(&h, prediction == symbol);
  }
  return report(h, out);
}

typedef int32_t (*predictor)(ee_context_tree *, const uint8_t *, int32_t, int32_t *, ee_stop);

static int32_t with_tree(predictor predict, const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop) {
  ee_context_tree tree;
  int32_t error = ee_context_tree_open(&tree);
  if (error == 0) error = predict(&tree, symbols, n, out, (ee_stop)stop);
  ee_context_tree_close(&tree);
  return error;
}

int32_t ee_mmc_symbols(const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop) {
  return n < 1 || n > EE_MOST_SYMBOLS ? -EINVAL : with_tree(predict_mmc, symbols, n, out, stop);
}

int32_t ee_lz78y_symbols(const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop) {
  return n < LENGTHS || n > EE_MOST_SYMBOLS ? -EINVAL : with_tree(predict_lz78y, symbols, n, out, stop);
}
