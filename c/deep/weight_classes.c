/*
 * Classes of words of 2^level bytes of a lane: of their Hamming weights, 0 for low, 1 for middling, 2 for high; or of their remainders, 0 for 1
 * modulo 3, 1 for 0, and 2 for 2. Counts windows of eight successive classes, one window beginning at every fourth word.
 *
 * Four classes are a byte, the earliest in its lowest bits; so a window is two successive bytes.
 */
#include <string.h>

#include "either_speed.h"
#include "lanes.h"

#define MOST_LEVELS 21
/* Levels of which a piece of a lane has whole bytes of classes; higher ones are put together from one piece to the next. */
#define LOW_LEVELS 10
#define PIECE 16384
/* Windows with classes 0 to 2 only are below this. */
#define CODES 0xAAB0
#define CELLS 6561

typedef struct {
  /* By window in base three, the latest class being the highest digit. */
  uint64_t earlier[CELLS];
  /* By window as it is. */
  uint32_t recent[CODES];
  uint64_t recent_windows;
  /* The last byte of classes, and whether there is one. */
  uint32_t last;
  uint32_t has_last;
  /* Of high levels: classes of the byte that is begun, how many; and the first half of the next word, if there is one. */
  uint32_t begun;
  uint32_t begun_classes;
  uint64_t half;
  uint64_t has_half;
} level;

typedef struct {
  /*
   * The caller sets these: if classes are of remainders, for which there are low levels only; the lanes, a bit each; how many levels each
   * has; and by level the distance from the mean up to which a weight is middling.
   */
  uint64_t of_remainders;
  uint64_t lanes;
  uint64_t levels;
  uint64_t middling[MOST_LEVELS];
  /* By lane, and by level; then working memory for lanes of a group. */
  level counts[];
} classes;

/* Makes room in recent[] for so many windows. */
static void expect(level *l, size_t windows) {
  l->recent_windows += windows;
  if (l->recent_windows <= UINT32_MAX) return;
  for (uint32_t cell = 0; cell < CELLS; cell++) {
    uint32_t code = 0;
    for (uint32_t digit = 0, rest = cell; digit < 8; digit++, rest /= 3) code |= rest % 3 << 2 * digit;
    l->earlier[cell] += l->recent[code];
  }
  memset(l->recent, 0, sizeof l->recent);
  l->recent_windows = windows;
}

/* Four classes to a byte; n is a multiple of eight. */
EE_LOOP void pack(const uint8_t *restrict class, uint8_t *restrict out, size_t n) {
  for (size_t i = 0; i < n; i += 8) {
    uint64_t x;
    memcpy(&x, class + i, 8);
    x = (x | x >> 6) & UINT64_C(0x000F000F000F000F);
    x = (x | x >> 12) & UINT64_C(0x000000FF000000FF);
    const uint16_t two = (uint16_t)(x | x >> 24);
    memcpy(out + i / 4, &two, 2);
  }
}

EE_LOOP void count(level *l, uint8_t byte) {
  const uint32_t window = (l->last & 255) | (uint32_t)byte << 8;
  /* Windows of damaged states may have other classes. */
  if (l->has_last && window < CODES) l->recent[window]++;
  l->last = byte;
  l->has_last = 1;
}

EE_LOOP void count_all(level *l, const uint8_t *packed, size_t n) {
  expect(l, n);
  count(l, packed[0]);
  for (size_t i = 0; i + 1 < n; i++) {
    uint16_t window;
    memcpy(&window, packed + i, 2);
    l->recent[window]++;
  }
  l->last = packed[n - 1];
}

/* A word of a high level; words of the levels above it are made of two each. */
static void add_word(level *l, const classes *c, size_t at, uint64_t weight) {
  const uint64_t mean = UINT64_C(4) << at;
  l[at].begun_classes %= 4;
  l[at].begun |= (uint32_t)((weight + c->middling[at] >= mean) + (weight > mean + c->middling[at])) << 2 * l[at].begun_classes;
  if (++l[at].begun_classes == 4) {
    count(&l[at], (uint8_t)l[at].begun);
    l[at].begun = l[at].begun_classes = 0;
  }
  if (at + 1 == c->levels) return;
  if (l[at].has_half) add_word(l, c, at + 1, l[at].half + weight);
  l[at].half = weight;
  l[at].has_half = !l[at].has_half;
}

EE_LOOP uint8_t ones_of(uint8_t b) {
  b = (uint8_t)(b - (b >> 1 & 0x55));
  b = (uint8_t)((b & 0x33) + (b >> 2 & 0x33));
  return (uint8_t)((b + (b >> 4)) & 15);
}

EE_LOOP void weigh_piece_loop(level *l, const classes *c, const uint8_t *restrict bytes, size_t n) {
  uint16_t weights[2][PIECE];
  uint8_t class[PIECE];
  uint8_t packed[PIECE / 4];
  for (size_t i = 0; i < n; i++) weights[0][i] = ones_of(bytes[i]);
  const size_t low = c->levels < LOW_LEVELS ? c->levels : LOW_LEVELS;
  for (size_t at = 0; at < low; at++, n /= 2) {
    const uint16_t *restrict w = weights[at % 2];
    uint16_t *restrict twice = weights[(at + 1) % 2];
    const uint16_t least = (uint16_t)((4 << at) - c->middling[at]), most = (uint16_t)((4 << at) + c->middling[at]);
    for (size_t i = 0; i < n; i++) class[i] = (uint8_t)((w[i] >= least) + (w[i] > most));
    pack(class, packed, n);
    count_all(&l[at], packed, n / 4);
    for (size_t i = 0; i < n / 2; i++) twice[i] = (uint16_t)(w[2 * i] + w[2 * i + 1]);
  }
  if (low == c->levels) return;
  for (size_t i = 0; i < n; i++) add_word(l, c, low, weights[low % 2][i]);
}

EE_TWICE(void, weigh_piece, (level *l, const classes *c, const uint8_t *bytes, size_t n), (l, c, bytes, n))

/* Powers of 256 are 1 modulo 3: the remainder of a word is that of the sum of its bytes, and 1 is that of 4 and of 16. */
EE_LOOP void divide_piece_loop(level *l, const classes *c, const uint8_t *restrict bytes, size_t n) {
  uint8_t remainders[2][PIECE];
  uint8_t class[PIECE];
  uint8_t packed[PIECE / 4];
  for (size_t i = 0; i < n; i++) {
    uint8_t b = (uint8_t)((bytes[i] >> 4) + (bytes[i] & 15));
    b = (uint8_t)((b >> 2) + (b & 3));
    b = (uint8_t)((b >> 2) + (b & 3));
    remainders[0][i] = (uint8_t)(b >= 3 ? b - 3 : b);
  }
  for (size_t at = 0; at < c->levels; at++, n /= 2) {
    const uint8_t *restrict r = remainders[at % 2];
    uint8_t *restrict twice = remainders[(at + 1) % 2];
    for (size_t i = 0; i < n; i++) class[i] = (uint8_t)(r[i] < 2 ? 1 - r[i] : 2);
    pack(class, packed, n);
    count_all(&l[at], packed, n / 4);
    for (size_t i = 0; i < n / 2; i++) {
      const uint8_t sum = (uint8_t)(r[2 * i] + r[2 * i + 1]);
      twice[i] = (uint8_t)(sum >= 3 ? sum - 3 : sum);
    }
  }
}

EE_TWICE(void, divide_piece, (level *l, const classes *c, const uint8_t *bytes, size_t n), (l, c, bytes, n))

static void take(void *state, int at, int lane, const uint8_t *bytes, size_t n, uint64_t offset) {
  (void)lane, (void)offset;
  classes *c = state;
  level *l = &c->counts[(size_t)at * c->levels];
  for (size_t i = 0; i < n; i += PIECE) {
    const size_t size = n - i < PIECE ? n - i : PIECE;
    if (c->of_remainders) divide_piece(l, c, bytes + i, size);
    else weigh_piece(l, c, bytes + i, size);
  }
}

EE_DEEP_FEED int32_t ee_deep_weight_classes(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  classes *c = state;
  uint8_t *memory = (uint8_t *)&c->counts[ee_lanes_in(c->lanes) * c->levels];
  const bool chosen_alone = c->of_remainders || c->lanes != 1 << EE_LANE_ALL;
  return ee_take_lanes(c->lanes, chosen_alone, bytes, n, offset, memory, stop, take, c);
}
