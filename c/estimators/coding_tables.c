/* The Huffman stage of bzip2 1.0.8: src/stats/sp800-90b/iid/bzip2/coding-tables.ts and code-lengths.ts, where it is explained. */
#include "coding_tables.h"

#include <stdbool.h>
#include <string.h>

#define ROUNDS 4
#define MOST_CODES 6
#define LOW_COST 0
#define HIGH_COST 15
#define LONGEST_CODE 17
#define HEIGHT_BITS 8
#define HEIGHT_MASK ((1 << HEIGHT_BITS) - 1)
/* No symbol: what is counted there is not asked for. */
#define NO_SYMBOL (EE_GROUP_STRIDE - 1)

typedef int32_t by_code[MOST_CODES][EE_GROUP_STRIDE];
typedef uint8_t counts __attribute__((vector_size(EE_GROUP_STRIDE)));

/* A 1 at the place of a symbol: seen from there on, the line has it at the symbol's own place. */
static const uint8_t LINE[2 * EE_GROUP_STRIDE - 1] = {[EE_GROUP_STRIDE - 1] = 1};

static inline counts one_of(uint8_t symbol) {
  counts one;
  memcpy(&one, LINE + EE_GROUP_STRIDE - 1 - symbol, sizeof one);
  return one;
}

/* ---- Code lengths ---- */

typedef struct {
  int32_t weights[2 * EE_GROUP_STRIDE];
  int32_t parents[2 * EE_GROUP_STRIDE];
  /* Nodes in heap order from index 1 on; node 0 at index 0 weighs nothing and ends every climb. */
  int32_t heap[EE_GROUP_STRIDE + 2];
  int32_t heap_size;
} tree;

static void push(tree *t, int32_t node) {
  const int32_t weight = t->weights[node];
  int32_t at = ++t->heap_size;
  for (; weight < t->weights[t->heap[at >> 1]]; at >>= 1) t->heap[at] = t->heap[at >> 1];
  t->heap[at] = node;
}

static int32_t pop(tree *t) {
  const int32_t top = t->heap[1];
  const int32_t moved = t->heap[t->heap_size--];
  const int32_t weight = t->weights[moved];
  int32_t at = 1;
  for (int32_t child = 2; child <= t->heap_size; child = 2 * at) {
    if (child < t->heap_size && t->weights[t->heap[child + 1]] < t->weights[t->heap[child]]) child++;
    if (weight < t->weights[t->heap[child]]) break;
    t->heap[at] = t->heap[child];
    at = child;
  }
  t->heap[at] = moved;
  return top;
}

static void build_tree(tree *t, int32_t leaves) {
  t->heap_size = 0;
  t->heap[0] = 0;
  t->weights[0] = 0;
  for (int32_t leaf = 1; leaf <= leaves; leaf++) push(t, leaf);
  for (int32_t node = leaves + 1; t->heap_size > 1; node++) {
    const int32_t a = pop(t);
    const int32_t b = pop(t);
    t->parents[a] = t->parents[b] = node;
    const int32_t height_a = t->weights[a] & HEIGHT_MASK;
    const int32_t height_b = t->weights[b] & HEIGHT_MASK;
    const int32_t height = 1 + (height_a > height_b ? height_a : height_b);
    t->weights[node] = ((t->weights[a] & ~HEIGHT_MASK) + (t->weights[b] & ~HEIGHT_MASK)) | height;
    push(t, node);
  }
  t->parents[t->heap[1]] = 0;
}

static void build_code(const int32_t *frequencies, int32_t *lengths, int32_t count) {
  tree t;
  for (int32_t i = 0; i < count; i++) t.weights[i + 1] = (frequencies[i] > 0 ? frequencies[i] : 1) << HEIGHT_BITS;
  for (;;) {
    build_tree(&t, count);
    int32_t longest = 0;
    for (int32_t i = 0; i < count; i++) {
      lengths[i] = 0;
      for (int32_t node = t.parents[i + 1]; node > 0; node = t.parents[node]) lengths[i]++;
      if (lengths[i] > longest) longest = lengths[i];
    }
    if (longest <= LONGEST_CODE) return;
    /* Flatter weights give a flatter tree. */
    for (int32_t i = 1; i <= count; i++) t.weights[i] = (1 + (t.weights[i] >> (HEIGHT_BITS + 1))) << HEIGHT_BITS;
  }
}

/* ---- Groups ---- */

static void count_groups(uint8_t *symbols, int32_t count, ee_groups *groups, int32_t group_count, int32_t tile_count) {
  memset(symbols + count, NO_SYMBOL, EE_GROUP);
  for (int32_t group = 0; group < tile_count * EE_TILE; group++) {
    counts sum = {0};
    if (group < group_count) {
      counts other = {0};
      for (int32_t i = 0; i < EE_GROUP; i += 2) {
        sum += one_of(symbols[group * EE_GROUP + i]);
        other += one_of(symbols[group * EE_GROUP + i + 1]);
      }
      sum += other;
    }
    memcpy(groups->by_group[group], &sum, sizeof sum);
    uint8_t(*tile)[EE_TILE] = groups->by_symbol[group / EE_TILE];
    for (int32_t symbol = 0; symbol < EE_GROUP_STRIDE; symbol++) tile[symbol][group % EE_TILE] = sum[symbol];
  }
}

/* Cuts the alphabet into one range a code, each with about the same share of the symbols. */
static void start_lengths(const int32_t *totals, int32_t symbol_count, int32_t code_count, int32_t alphabet, by_code lengths) {
  int32_t left = symbol_count;
  int32_t first = 0;
  for (int32_t part = code_count; part > 0; part--) {
    const int32_t target = left / part;
    int32_t last = first - 1;
    int32_t sum = 0;
    while (sum < target && last < alphabet - 1) sum += totals[++last];
    /* Every second range, save the outer ones, stays below its share. */
    if (last > first && part != code_count && part != 1 && (code_count - part) % 2 == 1) sum -= totals[last--];
    for (int32_t symbol = 0; symbol < alphabet; symbol++) {
      lengths[part - 1][symbol] = symbol >= first && symbol <= last ? LOW_COST : HIGH_COST;
    }
    first = last + 1;
    left -= sum;
  }
}

/* Gives each group of a tile its cheapest code, the first of equals. */
static void choose_in_tile(const uint8_t (*by_symbol)[EE_TILE], uint8_t *choices, int32_t code_count, int32_t alphabet,
                           by_code lengths) {
  uint16_t least[EE_TILE];
  uint16_t choice[EE_TILE];
  memset(choice, 0, sizeof choice);
  for (int32_t code = 0; code < code_count; code++) {
    uint16_t cost[EE_TILE];
    memset(cost, 0, sizeof cost);
    for (int32_t symbol = 0; symbol < alphabet; symbol++) {
      const uint16_t length = (uint16_t)lengths[code][symbol];
      for (int32_t i = 0; i < EE_TILE; i++) cost[i] = (uint16_t)(cost[i] + by_symbol[symbol][i] * length);
    }
    if (code == 0) {
      memcpy(least, cost, sizeof least);
      continue;
    }
    for (int32_t i = 0; i < EE_TILE; i++) {
      const bool is_less = cost[i] < least[i];
      least[i] = is_less ? cost[i] : least[i];
      choice[i] = is_less ? (uint16_t)code : choice[i];
    }
  }
  for (int32_t i = 0; i < EE_TILE; i++) choices[i] = (uint8_t)choice[i];
}

typedef uint16_t sums __attribute__((vector_size(2 * EE_GROUP_STRIDE)));

/* Counts the symbols that each code writes. */
static void count_by_code(const ee_groups *groups, int32_t tile_count, by_code frequencies) {
  memset(frequencies, 0, sizeof(by_code));
  for (int32_t tile = 0; tile < tile_count; tile++) {
    /* Two of each, since one would wait for its last sum. 64 groups of 50 are within 16 bits. */
    sums of[2][MOST_CODES] = {0};
    for (int32_t group = tile * EE_TILE; group < (tile + 1) * EE_TILE; group++) {
      counts one;
      memcpy(&one, groups->by_group[group], sizeof one);
      of[group & 1][groups->choices[group]] += __builtin_convertvector(one, sums);
    }
    for (int32_t code = 0; code < MOST_CODES; code++) {
      const sums sum = of[0][code] + of[1][code];
      for (int32_t symbol = 0; symbol < EE_GROUP_STRIDE; symbol++) frequencies[code][symbol] += sum[symbol];
    }
  }
}

/* Counts bits for the choices, each written in unary as its place in a move-to-front list. */
static int64_t choice_bits(const uint8_t *choices, int32_t group_count) {
  uint8_t recent[MOST_CODES] = {0, 1, 2, 3, 4, 5};
  int64_t bits = group_count;
  for (int32_t group = 0; group < group_count; group++) {
    uint8_t moved = recent[0];
    int32_t place = 0;
    while (moved != choices[group]) {
      const uint8_t next = recent[++place];
      recent[place] = moved;
      moved = next;
    }
    recent[0] = choices[group];
    bits += place;
  }
  return bits;
}

/* Counts bits for the codes (5, then 2 for each step of length up or down and 1 a symbol) and for the symbols. */
static int64_t code_bits(by_code lengths, by_code frequencies, int32_t code_count, int32_t alphabet) {
  int64_t bits = 0;
  for (int32_t code = 0; code < code_count; code++) {
    int32_t current = lengths[code][0];
    bits += 5;
    for (int32_t symbol = 0; symbol < alphabet; symbol++) {
      const int32_t length = lengths[code][symbol];
      bits += 2 * (length > current ? length - current : current - length) + 1;
      bits += (int64_t)length * frequencies[code][symbol];
      current = length;
    }
  }
  return bits;
}

static int32_t codes_for(int32_t symbol_count) {
  if (symbol_count < 200) return 2;
  if (symbol_count < 600) return 3;
  if (symbol_count < 1200) return 4;
  return symbol_count < 2400 ? 5 : MOST_CODES;
}

int64_t ee_coded_bits(uint8_t *symbols, int32_t count, int32_t alphabet, ee_groups *groups) {
  const int32_t group_count = (count + EE_GROUP - 1) / EE_GROUP;
  const int32_t tile_count = (group_count + EE_TILE - 1) / EE_TILE;
  const int32_t code_count = codes_for(count);
  count_groups(symbols, count, groups, group_count, tile_count);
  by_code lengths;
  by_code frequencies;
  /* As long as no code is chosen, the first one writes all. */
  memset(groups->choices, 0, (size_t)tile_count * EE_TILE);
  count_by_code(groups, tile_count, frequencies);
  start_lengths(frequencies[0], count, code_count, alphabet, lengths);
  for (int32_t round = 0; round < ROUNDS; round++) {
    for (int32_t tile = 0; tile < tile_count; tile++) {
      choose_in_tile((const uint8_t(*)[EE_TILE])groups->by_symbol[tile], groups->choices + tile * EE_TILE, code_count, alphabet,
                     lengths);
    }
    count_by_code(groups, tile_count, frequencies);
    for (int32_t code = 0; code < code_count; code++) build_code(frequencies[code], lengths[code], alphabet);
  }
  /* 3 bits number the codes, 15 the groups. */
  return 3 + 15 + choice_bits(groups->choices, group_count) + code_bits(lengths, frequencies, code_count, alphabet);
}
