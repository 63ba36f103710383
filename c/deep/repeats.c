/*
 * Bytes of a stream that come again, at any distance and alignment: src/deep/families/repeats.ts says what is done with the figures.
 *
 * Places in the stream are chosen by what stands there ("winnowing": S. Schleimer, D. S. Wilkerson, A. Aiken, "Winnowing: local
 * algorithms for document fingerprinting", SIGMOD 2003, section 4): of every WINDOW places in a row the one with the least key, a mix
 * of its first four bytes, the leftmost of equals. So where bytes come again, the same places among them are chosen again, and none
 * between two of these that was not chosen before. In noise, two in WINDOW + 1 places are chosen.
 *
 * A table has the hash of the eight bytes at each chosen place, and the place. It doubles as the stream does. When it may grow no
 * more, each further bit of the hash has to be 0 for a place to be chosen, and entries where it is not are dropped. The places that
 * stay are those that would have been chosen had it been so from the beginning.
 */
#include <errno.h>
#include <string.h>

#include "ee.h"
#include "stop.h"
#include "wide.h"

#if EE_HAS_TWO_SPEEDS
#include <immintrin.h>
#endif

#define WINDOW 43
#define CONTEXT 8
/* From the first byte of a window to the last of the context of its last place: what has to be there before the window is looked at. */
#define REACH (WINDOW - 1 + CONTEXT)
/* Windows that are looked at together. EE_DEEP_UNIT is a multiple. */
#define BLOCK 2048
/* Low bits of a key make room for its index, which is below BLOCK + WINDOW. */
#define INDEX_BITS 12
#define INDEX_MASK ((1 << INDEX_BITS) - 1)

/* Hashes agree by chance once in 2^HASH_BITS; of the bits below, `thinned` are 0. */
#define HASH_BITS 51
/* Entries of a bucket, a cache line. */
#define SLOTS 8
/* Buckets of the least table, for the first 2^20 bytes: 3 in 4 slots suffice for 2 / (WINDOW + 1) of these. */
#define LEAST_BUCKET_BITS 13
/* An entry is in its home, or where all buckets up to it are full less than 2^HOME_BITS beyond: it has the low bits of its home. */
#define HOME_BITS 6
#define FARTHEST ((1 << HOME_BITS) - 1)
#define HOME_SHIFT (64 - HOME_BITS)
/* Thinned so often, an entry would be nothing but the place and the low bits of its home. */
#define MOST_THINNED 28
/* Repeats at smaller distances are seen at a multiple: what tells one chosen place from the next is then older than what is compared. */
#define LEAST_DISTANCE 64
/* Matches count if no byte is in two of them. */
#define SPACING CONTEXT
/* Buckets that are worked on between two looks at `stop`. */
#define BUCKET_STRIDE ((size_t)1 << 17)

typedef struct {
  uint64_t start, distance, end, matches;
} repeat;

typedef struct {
  /* Set by the caller: the table has at most 2^(LEAST_BUCKET_BITS + most_doublings) buckets. */
  uint64_t most_doublings;
  uint64_t doublings;
  uint64_t thinned;
  uint64_t entries;
  /* Places for which there was no room. */
  uint64_t lost;
  /* One more than the place chosen last, and the hash and place of the last that went to the table. */
  uint64_t chosen, hash, entered;
  /* Matches in all, and the place of the one counted last. */
  uint64_t matches, counted;
  /* That which goes on, if it has matches; the first, and that with the most matches, of all with two or more. */
  repeat current, first, longest;
  /* Repeats of two matches or more: their number, their bytes, and how many are at the distance of the first. */
  uint64_t repeats, bytes, alike;
  uint8_t carry[REACH - 1];
} header;

#define TABLE_OFFSET 4096
_Static_assert(sizeof(header) <= TABLE_OFFSET, "the header has a page");

/* Figures of ee_deep_repeats_figures, in this order. */
enum { THINNED, LOST, MATCHES, REPEATS, BYTES, ALIKE, FIRST, LONGEST = FIRST + 4, OPEN = LONGEST + 4, FIGURES = OPEN + 4 };

typedef struct {
  header *head;
  uint64_t (*buckets)[SLOTS];
  ee_stop stop;
} table;

static table open_table(void *state, const int32_t *stop) {
  return (table){state, (uint64_t(*)[SLOTS])(void *)((uint8_t *)state + TABLE_OFFSET), (ee_stop)stop};
}

static inline unsigned bucket_bits(const header *head) { return LEAST_BUCKET_BITS + (unsigned)head->doublings; }

/*
 * An entry is the bits of the hash from the low HOME_BITS of its home on, down to the lowest of HASH_BITS that is not thinned, and
 * below them one more than the place: so it is never 0, which is an empty slot. A doubled table needs one bit of the hash less, and
 * so does one that was thinned: the place gets it.
 */
static inline unsigned place_bits(const header *head) {
  return 64 - HASH_BITS - HOME_BITS + bucket_bits(head) + (unsigned)head->thinned;
}

static inline uint64_t place_mask(const header *head) { return ((uint64_t)1 << place_bits(head)) - 1; }

static inline size_t home_of(uint64_t hash, const header *head) { return hash >> (64 - bucket_bits(head)); }

/* Returns the home of an entry that is in a bucket. */
static inline size_t home_from(uint64_t entry, size_t bucket) { return bucket - ((bucket - (entry >> HOME_SHIFT)) & FARTHEST); }

static inline bool is_thinned(uint64_t hash, const header *head) {
  return (hash >> (64 - HASH_BITS) & (((uint64_t)1 << head->thinned) - 1)) != 0;
}

/* A mix that can be undone: so a hash is uniform if the bytes are. */
static inline uint64_t hash_at(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  word = (word ^ 0x2545f4914f6cdd1d) * 0x9e3779b97f4a7c15;
  word = (word ^ word >> 32) * 0xd6e8feb86659fd93;
  return word ^ word >> 32;
}

/* ---- The choice of places ---- */

static inline int32_t less(int32_t a, int32_t b) { return a < b ? a : b; }

/* Keys of a block, and the width of a vector more, so that the last may be one. */
#define KEYS (BLOCK + WINDOW - 1)
#define VECTOR 8
#define KEY_MASK 0x5bd1e995
#define KEY_FACTOR 0x9e3779b1
/* Text that is read for the keys of a block: 16 bytes for each vector. */
#define TEXT (KEYS + 16)
_Static_assert(TEXT >= REACH - 1 + BLOCK, "the text has all contexts");

/* Writes the keys, each with its index below it: equal keys are in the order of their indexes. */
static void write_keys(const uint8_t *restrict text, int32_t *restrict keys) {
  for (int32_t i = 0; i < KEYS; i++) {
    const uint32_t word = text[i] | (uint32_t)text[i + 1] << 8 | (uint32_t)text[i + 2] << 16 | (uint32_t)text[i + 3] << 24;
    keys[i] = (int32_t)(((word ^ KEY_MASK) * KEY_FACTOR & ~(uint32_t)INDEX_MASK) | (uint32_t)i);
  }
}

/* Finds the least key of each of BLOCK windows. */
__attribute__((always_inline)) static inline void find_least(const int32_t *restrict keys, int32_t *restrict least) {
  int32_t fours[BLOCK + WINDOW - 4], sixteens[BLOCK + WINDOW - 16];
  for (int32_t i = 0; i < BLOCK + WINDOW - 4; i++) fours[i] = less(less(keys[i], keys[i + 1]), less(keys[i + 2], keys[i + 3]));
  for (int32_t i = 0; i < BLOCK + WINDOW - 16; i++) {
    sixteens[i] = less(less(fours[i], fours[i + 4]), less(fours[i + 8], fours[i + 12]));
  }
  for (int32_t i = 0; i < BLOCK; i++) least[i] = less(less(sixteens[i], sixteens[i + 16]), sixteens[i + WINDOW - 16]);
}

/* Writes the indexes of the places that are chosen by the windows and are not `last`. Returns their number. */
static int32_t list_chosen(const int32_t *least, int32_t last, uint16_t *chosen) {
  int32_t count = 0;
  for (int32_t i = 0; i < BLOCK; i++) {
    const int32_t index = least[i] & INDEX_MASK;
    chosen[count] = (uint16_t)index;
    count += index != last;
    last = index;
  }
  return count;
}

/* Lists the indexes of the places that the windows of a text choose and are not `last`. Returns their number. */
typedef int32_t chooser(const uint8_t *text, int32_t last, uint16_t *chosen);

static int32_t choose_anywhere(const uint8_t *text, int32_t last, uint16_t *chosen) {
  int32_t keys[KEYS], least[BLOCK];
  write_keys(text, keys);
  find_least(keys, least);
  return list_chosen(least, last, chosen);
}

#if EE_HAS_TWO_SPEEDS
EE_WIDE static void write_keys_wide(const uint8_t *text, int32_t *keys) {
  const __m256i words = _mm256_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6, 4, 5, 6, 7, 5, 6, 7, 8, 6, 7, 8, 9, 7, 8, 9, 10);
  __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  for (int32_t i = 0; i < KEYS; i += VECTOR) {
    const __m256i bytes = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(text + i)));
    const __m256i word = _mm256_xor_si256(_mm256_shuffle_epi8(bytes, words), _mm256_set1_epi32(KEY_MASK));
    const __m256i mixed = _mm256_mullo_epi32(word, _mm256_set1_epi32((int32_t)KEY_FACTOR));
    const __m256i key = _mm256_or_si256(_mm256_andnot_si256(_mm256_set1_epi32(INDEX_MASK), mixed), index);
    _mm256_storeu_si256((__m256i *)(void *)(keys + i), key);
    index = _mm256_add_epi32(index, _mm256_set1_epi32(VECTOR));
  }
}

/* Lists them 32 windows at a time: a bit for each that chooses another place than the one before. */
EE_WIDE static int32_t choose_wide(const uint8_t *text, int32_t last, uint16_t *chosen) {
  int32_t keys[KEYS + VECTOR], least[1 + BLOCK];
  write_keys_wide(text, keys);
  find_least(keys, least + 1);
  least[0] = (least[1] & INDEX_MASK) == last ? least[1] : ~least[1];
  int32_t count = 0;
  for (int32_t i = 0; i < BLOCK; i += 32) {
    __m256i same[4];
    for (int32_t j = 0; j < 4; j++) {
      const __m256i before = _mm256_loadu_si256((const __m256i *)(const void *)(least + i + 8 * j));
      const __m256i here = _mm256_loadu_si256((const __m256i *)(const void *)(least + i + 8 * j + 1));
      same[j] = _mm256_cmpeq_epi32(before, here);
    }
    const __m256i packed = _mm256_packs_epi16(_mm256_packs_epi32(same[0], same[1]), _mm256_packs_epi32(same[2], same[3]));
    /* Packing works on halves. */
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    uint32_t others = ~(uint32_t)_mm256_movemask_epi8(_mm256_permutevar8x32_epi32(packed, order));
    for (; others != 0; others &= others - 1) chosen[count++] = (uint16_t)(least[i + __builtin_ctz(others) + 1] & INDEX_MASK);
  }
  return count;
}
#endif

/* ---- The table ---- */

/* Slots of a bucket, a bit each: those whose entry has the wanted hash, and above them those that are empty. */
typedef uint32_t scanner(const uint64_t *bucket, uint64_t wanted, uint64_t keep);

static inline uint32_t scan_anywhere(const uint64_t *bucket, uint64_t wanted, uint64_t keep) {
  uint32_t same = 0, empty = 0;
  for (int32_t i = 0; i < SLOTS; i++) {
    same |= (uint32_t)((bucket[i] & keep) == wanted) << i;
    empty |= (uint32_t)(bucket[i] == 0) << i;
  }
  return (same & ~empty) | empty << SLOTS;
}

#if EE_HAS_TWO_SPEEDS
EE_WIDE static inline uint32_t scan_wide(const uint64_t *bucket, uint64_t wanted, uint64_t keep) {
  const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)bucket);
  const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bucket + 4));
  const __m256i mask = _mm256_set1_epi64x((int64_t)keep), want = _mm256_set1_epi64x((int64_t)wanted), zero = _mm256_setzero_si256();
  const __m256d same_low = _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(low, mask), want));
  const __m256d same_high = _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(high, mask), want));
  const __m256d empty_low = _mm256_castsi256_pd(_mm256_cmpeq_epi64(low, zero));
  const __m256d empty_high = _mm256_castsi256_pd(_mm256_cmpeq_epi64(high, zero));
  const uint32_t same = (uint32_t)_mm256_movemask_pd(same_low) | (uint32_t)_mm256_movemask_pd(same_high) << 4;
  const uint32_t empty = (uint32_t)_mm256_movemask_pd(empty_low) | (uint32_t)_mm256_movemask_pd(empty_high) << 4;
  return (same & ~empty) | empty << SLOTS;
}
#endif

/*
 * Puts an entry into the first empty slot from its home on. Buckets are filled from their first slot on. That an entry has a home outside
 * of the table, is so in damaged files only.
 */
static inline void put(table it, size_t buckets, size_t home, uint64_t entry) {
  for (size_t i = home; home < buckets && i <= home + FARTHEST; i++) {
    uint64_t *bucket = it.buckets[i];
    size_t slot = bucket[3] != 0 ? 4 : 0;
    slot += bucket[slot + 1] != 0 ? 2 : 0;
    slot += bucket[slot] != 0 ? 1 : 0;
    if (bucket[slot] != 0) continue;
    bucket[slot] = entry;
    return;
  }
  it.head->entries--;
  it.head->lost++;
}

/* Puts the entries that were in a bucket where they belong in a table that is twice as large. */
static void put_doubled(table it, const uint64_t *entries, size_t bucket, uint64_t mask) {
  const size_t buckets = (size_t)2 << bucket_bits(it.head);
  for (int32_t i = 0; i < SLOTS && entries[i] != 0; i++) {
    const size_t home = 2 * home_from(entries[i], bucket) + (entries[i] >> (HOME_SHIFT - 1) & 1);
    put(it, buckets, home, (entries[i] & ~mask) << 1 | (entries[i] & mask));
  }
}

/* Below this one, the entries of a bucket may belong into one below it in the doubled table. */
#define FIRST_BUCKETS (2 * (FARTHEST + 1))

/* Doubles the table in place, from the last bucket to the first. */
static bool grow(table it) {
  const uint64_t mask = place_mask(it.head);
  uint64_t first[FIRST_BUCKETS][SLOTS], entries[SLOTS];
  memcpy(first, it.buckets, sizeof first);
  memset(it.buckets, 0, sizeof first);
  for (size_t bucket = ((size_t)1 << bucket_bits(it.head)) + FARTHEST; bucket-- > FIRST_BUCKETS;) {
    if (bucket % BUCKET_STRIDE == 0 && ee_stopped(it.stop)) return false;
    memcpy(entries, it.buckets[bucket], sizeof entries);
    memset(it.buckets[bucket], 0, sizeof entries);
    put_doubled(it, entries, bucket, mask);
  }
  for (size_t bucket = 0; bucket < FIRST_BUCKETS; bucket++) put_doubled(it, first[bucket], bucket, mask);
  it.head->doublings++;
  return true;
}

/* Drops the entries whose lowest bit of the hash is not 0; in the others it becomes the place's highest. */
static bool thin(table it) {
  const unsigned bits = place_bits(it.head);
  const size_t buckets = (size_t)1 << bucket_bits(it.head);
  uint64_t entries[SLOTS];
  for (size_t bucket = 0; bucket < buckets + FARTHEST; bucket++) {
    if (bucket % BUCKET_STRIDE == 0 && ee_stopped(it.stop)) return false;
    memcpy(entries, it.buckets[bucket], sizeof entries);
    memset(it.buckets[bucket], 0, sizeof entries);
    for (int32_t i = 0; i < SLOTS && entries[i] != 0; i++) {
      if (entries[i] >> bits & 1) it.head->entries--;
      else put(it, buckets, home_from(entries[i], bucket), entries[i]);
    }
  }
  it.head->thinned++;
  return true;
}

/* Makes room for more places, and for places farther on. */
static bool advance(table it) { return it.head->doublings < it.head->most_doublings ? grow(it) : thin(it); }

static inline bool is_full(const header *head) { return head->entries >= (uint64_t)SLOTS * 3 / 4 << bucket_bits(head); }

static inline uint64_t wanted_bits(uint64_t hash, const header *head) {
  return hash << (bucket_bits(head) - HOME_BITS) & ~place_mask(head);
}

/* Finds the entry of the hash, or else the empty slot where it belongs; null where there is no room. */
static inline uint64_t *find(table it, uint64_t hash, scanner *scan) {
  const uint64_t keep = ~place_mask(it.head);
  const uint64_t wanted = wanted_bits(hash, it.head);
  const size_t home = home_of(hash, it.head);
  for (size_t bucket = home; bucket <= home + FARTHEST; bucket++) {
    const uint32_t slots = scan(it.buckets[bucket], wanted, keep);
    if (slots != 0) return it.buckets[bucket] + __builtin_ctz(slots) % SLOTS;
  }
  return NULL;
}

/* ---- Matches and repeats ---- */

static void close_repeat(header *head) {
  const repeat done = head->current;
  head->current = (repeat){0};
  if (done.matches < 2) return;
  if (head->repeats++ == 0) head->first = done;
  if (done.matches > head->longest.matches) head->longest = done;
  head->bytes += done.end - done.start;
  head->alike += done.distance == head->first.distance;
}

static void count_match(header *head, uint64_t place, uint64_t distance) {
  if (head->current.matches == 0 || head->current.distance != distance) {
    close_repeat(head);
    head->current = (repeat){.start = place, .distance = distance};
  }
  head->current.end = place + CONTEXT;
  if (head->matches > 0 && place < head->counted + SPACING) {
    /* A repeat that begins within the context of another has its first match only with the next. */
    return;
  }
  head->counted = place;
  head->matches++;
  head->current.matches++;
}

/* Makes room for a place that has no entry. */
static bool make_room(table it) {
  while (is_full(it.head) && it.head->thinned < MOST_THINNED) {
    if (!advance(it)) return false;
  }
  return true;
}

/* Looks up a place that was chosen, and enters it. False if it was asked to stop. */
__attribute__((always_inline)) static inline bool take_place(table it, uint64_t hash, uint64_t place, scanner *scan) {
  header *head = it.head;
  while ((place + 1) >> place_bits(head) != 0) {
    if (!advance(it)) return false;
  }
  if (is_thinned(hash, head)) return true;
  /* A period that is shorter than the least distance. */
  if (hash == head->hash && place - head->entered < LEAST_DISTANCE) return true;
  uint64_t *slot = find(it, hash, scan);
  if (slot != NULL && *slot != 0) {
    const uint64_t mask = place_mask(head);
    const uint64_t distance = place + 1 - (*slot & mask);
    if (distance < LEAST_DISTANCE) return true;
    count_match(head, place, distance);
    *slot = (*slot & ~mask) | (place + 1);
  } else {
    if (head->current.matches > 0) close_repeat(head);
    if (is_full(head)) {
      if (!make_room(it)) return false;
      if (is_thinned(hash, head)) return true;
      slot = is_full(head) ? NULL : find(it, hash, scan);
    }
    if (slot == NULL) {
      head->lost++;
    } else {
      *slot = wanted_bits(hash, head) | (place + 1);
      head->entries++;
    }
  }
  head->hash = hash;
  head->entered = place;
  return true;
}

/* Chosen places of a block, with their hashes. */
typedef struct {
  int32_t count;
  uint64_t places[BLOCK], hashes[BLOCK];
} batch;

/* Lists the places chosen by the BLOCK windows that begin with those of the text, which begins at `offset`: below 0 there is nothing. */
__attribute__((always_inline)) static inline void list_batch(header *head, const uint8_t *text, int64_t offset, batch *out,
                                                             chooser *choose) {
  uint16_t chosen[BLOCK];
  const int32_t count = choose(text, (int32_t)((int64_t)head->chosen - 1 - offset), chosen);
  if (count > 0) head->chosen = (uint64_t)(offset + chosen[count - 1] + 1);
  int32_t kept = 0;
  for (int32_t i = 0; i < count; i++) {
    out->hashes[kept] = hash_at(text + chosen[i]);
    out->places[kept] = (uint64_t)(offset + chosen[i]);
    kept += !is_thinned(out->hashes[kept], head) & (offset + chosen[i] >= 0);
  }
  out->count = kept;
}

/* Takes the places of a batch, and has the buckets of the next one fetched. False if it was asked to stop. */
__attribute__((always_inline)) static inline bool take_batch(table it, const batch *now, const batch *next, scanner *scan) {
  for (int32_t i = 0; i < now->count || i < next->count; i++) {
    if (i < next->count) __builtin_prefetch(it.buckets[home_of(next->hashes[i], it.head)], 1);
    if (i < now->count && !take_place(it, now->hashes[i], now->places[i], scan)) return false;
  }
  return true;
}

/* Takes in pieces. Each batch waits for the next one to be listed, for memory is slow. */
__attribute__((always_inline)) static inline bool take(table it, const uint8_t *bytes, size_t n, uint64_t offset, chooser *choose,
                                                       scanner *scan) {
  header *head = it.head;
  uint8_t text[TEXT] = {0};
  batch batches[2];
  batches[0].count = batches[1].count = 0;
  size_t turn = 0;
  for (size_t done = 0; done < n; done += BLOCK, turn ^= 1) {
    if (ee_stopped(it.stop)) return false;
    memcpy(text, head->carry, sizeof head->carry);
    memcpy(text + sizeof head->carry, bytes + done, BLOCK);
    memcpy(head->carry, text + BLOCK, sizeof head->carry);
    list_batch(head, text, (int64_t)(offset + done) - (int64_t)sizeof head->carry, &batches[turn], choose);
    if (!take_batch(it, &batches[turn ^ 1], &batches[turn], scan)) return false;
    batches[turn ^ 1].count = 0;
  }
  return take_batch(it, &batches[turn ^ 1], &batches[turn], scan);
}

#if EE_HAS_TWO_SPEEDS
EE_WIDE static bool take_wide(table it, const uint8_t *bytes, size_t n, uint64_t offset) {
  return take(it, bytes, n, offset, choose_wide, scan_wide);
}
#endif

EE_DEEP_FEED int32_t ee_deep_repeats(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  const table it = open_table(state, stop);
#if EE_HAS_TWO_SPEEDS
  if (ee_has_wide()) return take_wide(it, bytes, n, offset) ? 0 : -ECANCELED;
#endif
  return take(it, bytes, n, offset, choose_anywhere, scan_anywhere) ? 0 : -ECANCELED;
}

static void write_repeat(double *out, repeat it) {
  out[0] = (double)it.start;
  out[1] = (double)it.distance;
  out[2] = (double)it.end;
  out[3] = (double)it.matches;
}

/*
 * Writes: bits by which the choice was thinned, places lost, matches, repeats of two matches or more, bytes in them, repeats at the
 * distance of the first; then start, distance, end and matches of the first, of the one with the most matches, and of the one that goes
 * on at the end, if it has two: else zeros.
 */
EE_DEEP_MEASURE int32_t ee_deep_repeats_figures(void *state, double *out, size_t n, const int32_t *stop) {
  (void)stop;
  if (n != FIGURES) return -EINVAL;
  header head = *(const header *)state;
  const repeat open = head.current;
  close_repeat(&head);
  out[THINNED] = (double)head.thinned;
  out[LOST] = (double)head.lost;
  out[MATCHES] = (double)head.matches;
  out[REPEATS] = (double)head.repeats;
  out[BYTES] = (double)head.bytes;
  out[ALIKE] = (double)head.alike;
  write_repeat(out + FIRST, head.first);
  write_repeat(out + LONGEST, head.longest);
  write_repeat(out + OPEN, open.matches < 2 ? (repeat){0} : open);
  return 0;
}
