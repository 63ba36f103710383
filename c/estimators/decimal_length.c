/*
 * The length of decimal text compressed by bzip2 1.0.8 at level 5: src/stats/sp800-90b/iid/bzip2/, where it is explained. Here
 * positions of rotations are whole numbers of 64 bits, and rows are made anew for each block.
 */
#include "decimal_length.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "coding_tables.h"
#include "move_to_front.h"
#include "suffix_order.h"

/* Characters after which a block is closed, at the end of a run of equal ones. */
#define BLOCK_LIMIT (500000 - 19)
/* The first run to pass the limit has at most three characters, and one more may be the last of the text. */
#define LONGEST_BLOCK (BLOCK_LIMIT + 3)
/* A digit and a space. */
#define SHORTEST_TOKEN 2
#define MOST_TOKENS (LONGEST_BLOCK / SHORTEST_TOKEN + 2)
/* Three digits and a space; two such may meet at a block's ends. */
#define LONGEST_PLAIN_TOKEN 4
#define LONGEST_TOKEN 7
/* Those of values, and one that arises where a block's ends meet. */
#define MOST_KINDS 257
#define MOST_ROWS (MOST_KINDS * LONGEST_TOKEN)
#define VARIOUS (-1)
#define NOTHING (-2)

#define STREAM_BITS (32 + 48 + 32)
#define BLOCK_HEADER_BITS (48 + 32 + 1 + 24)
#define CHARACTER_SET_BITS 16

/* A rotation is its number in the upper half, its start, and in so many bits the kind of the token before it. */
#define KIND_BITS 9
#define KIND_MASK ((1 << KIND_BITS) - 1)
#define NUMBER_SHIFT 32
#define MOST_BUCKET_BITS 18
#define STEPS_PER_ROTATION 8
#define FIRST_LOOKAHEAD 64
#define STREAMS 4

typedef struct {
  /* Numbered as in move_to_front.h, with a space at the end. */
  uint8_t characters[LONGEST_TOKEN];
  int32_t length;
} token;

/* A place in the text: character `at` of the token of this number. */
typedef struct {
  int32_t token;
  int32_t at;
} position;

/* A rest of a token that lies in a row of various characters, and the one before it. */
typedef struct {
  uint16_t row;
  uint8_t before;
} rest;

typedef struct {
  token tokens[MOST_KINDS];
  /* Kinds of plain tokens; the joint token has this number if it is none of them. */
  int32_t kinds;
  uint64_t counts[MOST_KINDS];
  /* The share of the interval of positions of each kind, in the order of tokens, and their places in it. */
  uint64_t low[MOST_KINDS];
  uint64_t width[MOST_KINDS];
  int32_t rank[MOST_KINDS];

  uint16_t block[MOST_TOKENS];
  int32_t histogram[MOST_KINDS];

  /* What the rests of plain tokens read as, each once, in order. */
  uint32_t plain_rows[MOST_ROWS];
  int32_t plain_row_count;
  uint32_t rows[MOST_ROWS];
  int32_t row_count;
  /* The row of each rest of each kind. */
  uint16_t row_of[MOST_KINDS][LONGEST_TOKEN];
  int32_t ends[MOST_ROWS];
  rest various[MOST_KINDS][LONGEST_TOKEN];
  int32_t various_count[MOST_KINDS];

  uint32_t numbers[MOST_TOKENS];
  uint64_t rotations[MOST_TOKENS];
  int32_t buckets[1 << MOST_BUCKET_BITS];
  /* The characters before the sorted rotations. */
  uint8_t column[LONGEST_BLOCK];
  ee_runs runs;
  uint8_t places[LONGEST_BLOCK + EE_PLACES_BEYOND];
  uint8_t symbols[LONGEST_BLOCK + EE_SYMBOLS_BEYOND];
  ee_groups groups;
} workspace;

size_t ee_decimal_memory(void) { return sizeof(workspace); }

/* ---- Tokens ---- */

static token token_of(uint8_t value) {
  token t = {.length = 0};
  if (value >= 100) t.characters[t.length++] = (uint8_t)(value / 100 + 1);
  if (value >= 10) t.characters[t.length++] = (uint8_t)(value / 10 % 10 + 1);
  t.characters[t.length++] = (uint8_t)(value % 10 + 1);
  t.characters[t.length++] = EE_SPACE;
  return t;
}

/* Reads the rest from `at` on as a number in base 11, padded with zeros: numbers are in the order of the strings. */
static uint32_t reading(const token *t, int32_t at) {
  uint32_t number = 0;
  for (int32_t i = at; i < at + LONGEST_TOKEN; i++) number = 11 * number + (i < t->length ? t->characters[i] : 0);
  return number;
}

/* Returns the place of a number in an ascending list. */
static uint16_t place_in(const uint32_t *list, int32_t count, uint32_t number) {
  int32_t from = 0;
  for (int32_t to = count; from < to;) {
    const int32_t middle = (from + to) / 2;
    if (list[middle] < number) from = middle + 1;
    else to = middle;
  }
  return (uint16_t)from;
}

/* Enters what the rests of a token read as into an ascending list, unless it is there. */
static void enter_rests(uint32_t *list, int32_t *count, const token *t) {
  for (int32_t i = 0; i < t->length; i++) {
    const uint32_t number = reading(t, i);
    const int32_t at = place_in(list, *count, number);
    if (at < *count && list[at] == number) continue;
    memmove(list + at + 1, list + at, (size_t)(*count - at) * sizeof *list);
    list[at] = number;
    (*count)++;
  }
}

/* ---- Blocks ---- */

static position end_of_block(const workspace *w, const uint8_t *symbols, int32_t n, position start, position end) {
  if (n - start.token < BLOCK_LIMIT / LONGEST_PLAIN_TOKEN) return end;
  int32_t length = -start.at;
  int32_t i = start.token;
  while (length < BLOCK_LIMIT && i < n) length += w->tokens[symbols[i++]].length;
  if (length < BLOCK_LIMIT) return end;
  i--;
  const token *last = &w->tokens[symbols[i]];
  int32_t at = last->length - (length - BLOCK_LIMIT);
  while (at < last->length && at > 0 && last->characters[at] == last->characters[at - 1]) at++;
  /* bzip2 notices that a block is full after reading one more character, which goes in too if it is the last. */
  if (i == end.token && at >= end.at - 1) return end;
  return at == last->length ? (position){i + 1, 0} : (position){i, at};
}

static token joint_of(const token *tail, int32_t tail_length, const token *head, int32_t head_from) {
  token joint = {.length = 0};
  for (int32_t i = 0; i < tail_length; i++) joint.characters[joint.length++] = tail->characters[i];
  for (int32_t i = head_from; i < head->length; i++) joint.characters[joint.length++] = head->characters[i];
  return joint;
}

/* Returns the kind of the joint token, which is entered if it is no plain one. */
static int32_t kind_of_joint(workspace *w, const token *joint) {
  const uint32_t wanted = reading(joint, 0);
  for (int32_t kind = 0; kind < w->kinds; kind++) {
    if (reading(&w->tokens[kind], 0) == wanted) return kind;
  }
  w->tokens[w->kinds] = *joint;
  return w->kinds;
}

/* ---- Rows ---- */

/* Divides the 2^64 positions by frequency, in the order of rows. */
static void set_intervals(workspace *w, int32_t kinds) {
  uint64_t total = 0;
  for (int32_t kind = 0; kind < kinds; kind++) total += w->counts[kind];
  const uint64_t unit = (UINT64_MAX - MOST_KINDS) / total;
  int16_t kind_at[MOST_ROWS];
  memset(kind_at, 0xff, sizeof kind_at);
  for (int32_t kind = 0; kind < kinds; kind++) kind_at[w->row_of[kind][0]] = (int16_t)kind;
  uint64_t sum = 0;
  int32_t rank = 0;
  for (int32_t row = 0; row < w->row_count; row++) {
    const int32_t kind = kind_at[row];
    if (kind < 0) continue;
    w->rank[kind] = rank++;
    w->low[kind] = sum;
    w->width[kind] = w->counts[kind] * unit + 1;
    sum += w->width[kind];
  }
}

/* Prepares the rows of a block with these kinds of tokens, and fills those of one character. */
static void set_rows(workspace *w, int32_t kinds) {
  memcpy(w->rows, w->plain_rows, (size_t)w->plain_row_count * sizeof *w->rows);
  w->row_count = w->plain_row_count;
  if (kinds > w->kinds) enter_rests(w->rows, &w->row_count, &w->tokens[w->kinds]);
  int32_t sizes[MOST_ROWS] = {0};
  int32_t before[MOST_ROWS];
  for (int32_t row = 0; row < w->row_count; row++) before[row] = NOTHING;
  for (int32_t kind = 0; kind < kinds; kind++) {
    const token *t = &w->tokens[kind];
    for (int32_t at = 0; at < t->length; at++) {
      const uint16_t row = place_in(w->rows, w->row_count, reading(t, at));
      w->row_of[kind][at] = row;
      if (w->histogram[kind] == 0) continue;
      sizes[row] += w->histogram[kind];
      const int32_t character = at == 0 ? EE_SPACE : t->characters[at - 1];
      before[row] = before[row] == NOTHING || before[row] == character ? character : VARIOUS;
    }
  }
  for (int32_t row = 0, sum = 0; row < w->row_count; row++) {
    if (before[row] >= 0 && row > 0) memset(w->column + sum, before[row], (size_t)sizes[row]);
    w->ends[row] = sum;
    sum += sizes[row];
  }
  for (int32_t kind = 0; kind < kinds; kind++) {
    const token *t = &w->tokens[kind];
    w->various_count[kind] = 0;
    /* The space has row 0 to itself, which is in the order of the rotations. */
    for (int32_t at = 0; at < t->length - 1; at++) {
      const uint16_t row = w->row_of[kind][at];
      if (before[row] != VARIOUS) continue;
      w->various[kind][w->various_count[kind]++] = (rest){row, at == 0 ? EE_SPACE : t->characters[at - 1]};
    }
  }
}

/* ---- The order of rotations ---- */

static inline uint64_t position_before(const workspace *w, uint16_t kind, uint64_t after) {
  return w->low[kind] + (uint64_t)((unsigned __int128)w->width[kind] * after >> 64);
}

/* Computes the position of the rotation that starts at token `start`. */
static uint64_t position_at(const workspace *w, int32_t count, int32_t start) {
  for (int32_t lookahead = FIRST_LOOKAHEAD;; lookahead *= 4) {
    const int32_t length = lookahead < count ? lookahead : count;
    uint64_t least = 0;
    uint64_t most = UINT64_MAX;
    for (int32_t left = length, i = (start + length) % count; left > 0; left--) {
      i = i == 0 ? count - 1 : i - 1;
      least = position_before(w, w->block[i], least);
      most = position_before(w, w->block[i], most);
    }
    if (least == most || length == count) return least;
  }
}

/* Returns log2 of the number of buckets, about one a rotation. */
static int32_t bucket_bits(int32_t count) {
  int32_t bits = 0;
  while (bits < MOST_BUCKET_BITS && (int32_t)1 << bits < count - count / 3) bits++;
  return bits;
}

/* Writes the numbers of the rotations, and counts them by bucket. Parts are worked on in turns: one would wait for its last number. */
static void set_numbers(workspace *w, int32_t count, int shift) {
  uint64_t places[STREAMS];
  const int32_t part = count / STREAMS;
  for (int32_t i = 0; i < STREAMS; i++) places[i] = position_at(w, count, i < STREAMS - 1 ? (i + 1) * part : STREAMS * part % count);
  uint64_t place = position_at(w, count, 0);
  for (int32_t i = count - 1; i >= STREAMS * part; i--) {
    place = position_before(w, w->block[i], place);
    w->numbers[i] = (uint32_t)(place >> 32);
  }
  for (int32_t i = part - 1; i >= 0; i--) {
    for (int32_t stream = 0; stream < STREAMS; stream++) {
      const int32_t at = stream * part + i;
      places[stream] = position_before(w, w->block[at], places[stream]);
      w->numbers[at] = (uint32_t)(places[stream] >> 32);
    }
  }
  for (int32_t i = 0; i < count; i++) w->buckets[(uint64_t)w->numbers[i] >> shift]++;
}

static void distribute(workspace *w, int32_t count) {
  const int32_t bits = bucket_bits(count);
  const int shift = 32 - bits;
  memset(w->buckets, 0, sizeof *w->buckets << bits);
  set_numbers(w, count, shift);
  for (int32_t bucket = 0, sum = 0; bucket < (int32_t)1 << bits; bucket++) {
    const int32_t size = w->buckets[bucket];
    w->buckets[bucket] = sum;
    sum += size;
  }
  uint16_t before = w->block[count - 1];
  for (int32_t i = 0; i < count; i++) {
    const uint64_t number = w->numbers[i];
    w->rotations[w->buckets[number >> shift]++] = number << NUMBER_SHIFT | (uint32_t)i << KIND_BITS | before;
    before = w->block[i];
  }
}

static int32_t start_of(uint64_t rotation) { return (int32_t)((uint32_t)rotation >> KIND_BITS); }

/* Tells if rotation a comes before b, where their numbers are equal. */
static bool comes_before(const workspace *w, int32_t count, uint64_t a, uint64_t b, int64_t *steps) {
  int32_t i = start_of(a);
  int32_t j = start_of(b);
  for (int32_t common = 0; common < count; common++) {
    if (w->block[i] != w->block[j]) return w->rank[w->block[i]] < w->rank[w->block[j]];
    if (++i == count) i = 0;
    if (++j == count) j = 0;
    if (--*steps < 0) return false;
  }
  return false;
}

/* Sorts by insertion what buckets have ordered already. Returns false if it takes too long. */
static bool finish_order(workspace *w, int32_t count) {
  uint64_t *rotations = w->rotations;
  int64_t steps = (int64_t)STEPS_PER_ROTATION * count;
  for (int32_t i = 1; i < count; i++) {
    const uint64_t rotation = rotations[i];
    const uint64_t number = rotation >> NUMBER_SHIFT;
    int32_t slot = i;
    for (; slot > 0 && rotations[slot - 1] >> NUMBER_SHIFT >= number; slot--) {
      if (rotations[slot - 1] >> NUMBER_SHIFT == number && !comes_before(w, count, rotation, rotations[slot - 1], &steps)) break;
      rotations[slot] = rotations[slot - 1];
      steps--;
    }
    rotations[slot] = rotation;
    if (steps < 0) return false;
  }
  return true;
}

/* Writes the character before each rotation to its row. */
static void fill_column(workspace *w, int32_t kinds, int32_t count) {
  uint8_t last[MOST_KINDS];
  for (int32_t kind = 0; kind < kinds; kind++) {
    const token *t = &w->tokens[kind];
    last[kind] = t->length < 2 ? EE_SPACE : t->characters[t->length - 2];
  }
  for (int32_t i = 0; i < count; i++) {
    const int32_t kind = (int32_t)(w->rotations[i] & KIND_MASK);
    w->column[i] = last[kind];
    for (int32_t j = 0; j < w->various_count[kind]; j++) {
      const rest *r = &w->various[kind][j];
      w->column[w->ends[r->row]++] = r->before;
    }
  }
}

/* ---- Data that repeat themselves ---- */

/*
 * Fills the column by the order of the suffixes of the characters written twice: rotations are in the order of those suffixes
 * that are longer than one round.
 */
static int32_t fill_by_suffixes(workspace *w, int32_t count, int32_t length, ee_stop stop) {
  const int32_t n = 2 * length;
  uint8_t *text = malloc((size_t)n);
  int32_t *order = malloc((size_t)n * sizeof *order);
  int32_t *spare = malloc((size_t)n * sizeof *spare);
  uint64_t *marks = malloc(EE_SUFFIX_MARKS(n) * sizeof *marks);
  int32_t error = -ENOMEM;
  if (text != NULL && order != NULL && spare != NULL && marks != NULL) {
    int32_t at = 0;
    for (int32_t i = 0; i < count; i++) {
      const token *t = &w->tokens[w->block[i]];
      for (int32_t j = 0; j < t->length; j++) text[at++] = t->characters[j];
    }
    memcpy(text + length, text, (size_t)length);
    error = ee_suffix_order(text, n, EE_CHARACTERS, order, spare, marks, stop);
    for (int32_t i = 0, kept = 0; error == 0 && i < n; i++) {
      if (order[i] < length) w->column[kept++] = text[order[i] + length - 1];
    }
  }
  free(text);
  free(order);
  free(spare);
  free(marks);
  return error;
}

/* ---- The length ---- */

/* Bits of a block whose transformed characters are in the column. `used` has a 1 for each that occurs, space lowest. */
static int64_t column_bits(workspace *w, int32_t length, uint32_t used) {
  const int32_t characters = __builtin_popcount(used);
  const int32_t spaces = used & 1;
  const int32_t sets = spaces + (characters > spaces);
  ee_find_places(w->column, length, used, w->places);
  const int32_t count = ee_write_runs(&w->runs, w->places, length, characters, w->symbols);
  /* Two run digits, the places but the first, and end of block. */
  const int64_t coded = ee_coded_bits(w->symbols, count, characters + 2, &w->groups);
  return BLOCK_HEADER_BITS + (1 + sets) * CHARACTER_SET_BITS + coded;
}

/* Bits of the few digits that the text may have left for its last block. */
static int64_t digits_bits(workspace *w, const uint8_t *digits, int32_t length) {
  int32_t starts[LONGEST_TOKEN];
  for (int32_t i = 0; i < length; i++) {
    int32_t slot = i;
    for (; slot > 0; slot--) {
      int32_t offset = 0;
      while (offset < length && digits[(starts[slot - 1] + offset) % length] == digits[(i + offset) % length]) offset++;
      if (digits[(starts[slot - 1] + offset) % length] <= digits[(i + offset) % length]) break;
      starts[slot] = starts[slot - 1];
    }
    starts[slot] = i;
  }
  uint32_t used = 0;
  for (int32_t i = 0; i < length; i++) {
    w->column[i] = digits[(starts[i] + length - 1) % length];
    used |= (uint32_t)1 << w->column[i];
  }
  return column_bits(w, length, used);
}

static int64_t block_bits(workspace *w, const uint8_t *symbols, position start, position stop_at, ee_stop stop) {
  const token *head = &w->tokens[symbols[start.token]];
  const token *tail = &w->tokens[symbols[stop_at.token]];
  /* Only the end of the text can be a block of digits without a space. */
  if (start.token == stop_at.token) return digits_bits(w, head->characters + start.at, stop_at.at - start.at);
  const token joint = joint_of(tail, stop_at.at, head, start.at);
  const int32_t kind = kind_of_joint(w, &joint);
  const int32_t kinds = w->kinds + (kind == w->kinds);
  const int32_t count = stop_at.token - start.token;
  w->block[0] = (uint16_t)kind;
  for (int32_t i = 1; i < count; i++) w->block[i] = symbols[start.token + i];
  memset(w->histogram, 0, sizeof w->histogram);
  for (int32_t i = 0; i < count; i++) w->histogram[w->block[i]]++;
  w->counts[w->kinds] = 1;
  int32_t length = 0;
  uint32_t used = 0;
  for (int32_t i = 0; i < kinds; i++) {
    const token *t = &w->tokens[i];
    length += w->histogram[i] * t->length;
    for (int32_t at = 0; w->histogram[i] > 0 && at < t->length; at++) used |= (uint32_t)1 << t->characters[at];
  }
  set_rows(w, kinds);
  set_intervals(w, kinds);
  distribute(w, count);
  if (finish_order(w, count)) {
    fill_column(w, kinds, count);
  } else {
    const int32_t error = fill_by_suffixes(w, count, length, stop);
    if (error != 0) return error;
  }
  if (ee_stopped(stop)) return -ECANCELED;
  return column_bits(w, length, used);
}

int64_t ee_decimal_length(const uint8_t *symbols, int32_t n, const uint8_t *values, int32_t alphabet, void *memory, ee_stop stop) {
  workspace *w = memory;
  w->kinds = alphabet;
  w->plain_row_count = 0;
  for (int32_t kind = 0; kind < alphabet; kind++) {
    w->tokens[kind] = token_of(values[kind]);
    w->counts[kind] = 0;
    enter_rests(w->plain_rows, &w->plain_row_count, &w->tokens[kind]);
  }
  for (int32_t i = 0; i < n; i++) w->counts[symbols[i]]++;
  ee_open_runs(&w->runs);
  int64_t bits = STREAM_BITS;
  /* The space of the last token is not written. */
  const position end = {n - 1, w->tokens[symbols[n - 1]].length - 1};
  for (position start = {0, 0}; start.token < end.token || start.at < end.at;) {
    if (ee_stopped(stop)) return -ECANCELED;
    const position block_end = end_of_block(w, symbols, n, start, end);
    const int64_t block = block_bits(w, symbols, start, block_end, stop);
    if (block < 0) return block;
    bits += block;
    start = block_end;
  }
  return (bits + 7) / 8;
}
