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

#if defined(__x86_64__)
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
#define HASH_BITS 54
/* Slots of the least table, for the first 2^20 bytes: 3 in 4 of them suffice for 2 / (WINDOW + 1) of these. */
#define LEAST_SLOT_BITS 16
/* An entry is less than 2^HOME_BITS slots from its home: the low bits of its home tell which it is. */
#define HOME_BITS 6
#define FARTHEST ((1 << HOME_BITS) - 1)
#define HOME_SHIFT (64 - HOME_BITS)
/* Thinned so often, an entry would be nothing but the place and the low bits of its home. */
#define MOST_THINNED 28
/* Repeats at smaller distances are seen at a multiple: what tells one chosen place from the next is then older than what is compared. */
#define LEAST_DISTANCE 64
/* Matches count if no byte is in two of them. */
#define SPACING CONTEXT
/* Slots that are worked on between two looks at `stop`. */
#define SLOT_STRIDE ((size_t)1 << 20)

typedef struct {
  uint64_t start, distance, end, matches;
} repeat;

typedef struct {
  /* Set by the caller: the table has at most 2^(LEAST_SLOT_BITS + doublings) slots. */
  uint64_t most_doublings;
  /* Set by tests: uses no wide instructions. */
  uint64_t plain;
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
  uint64_t *slots;
  ee_stop stop;
} table;

static table open_table(void *state, const int32_t *stop) {
  return (table){state, (uint64_t *)(void *)((uint8_t *)state + TABLE_OFFSET), (ee_stop)stop};
}

static inline unsigned slot_bits(const header *head) { return LEAST_SLOT_BITS + (unsigned)head->doublings; }

/*
 * An entry is the bits of the hash from the low HOME_BITS of its home on, down to the lowest of HASH_BITS that is not thinned, and
 * below them one more than the place: so it is never 0, which is an empty slot. A doubled table needs one bit of the hash less, and
 * so does one that was thinned: the place gets it.
 */
static inline unsigned place_bits(const header *head) {
  return 64 - HASH_BITS - HOME_BITS + slot_bits(head) + (unsigned)head->thinned;
}

static inline uint64_t home_of(uint64_t hash, const header *head) { return hash >> (64 - slot_bits(head)); }

static inline uint64_t distance_from_home(uint64_t entry, uint64_t slot) { return (slot - (entry >> HOME_SHIFT)) & FARTHEST; }

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

/* Finds for each of BLOCK windows the index of its least key, with the key above it: equal keys are in the order of their indexes. */
__attribute__((always_inline)) static inline void find_least(const uint8_t *restrict text, int32_t *restrict least) {
  int32_t ones[BLOCK + WINDOW - 1], fours[BLOCK + WINDOW - 4], sixteens[BLOCK + WINDOW - 16];
  for (int32_t i = 0; i < BLOCK + WINDOW - 1; i++) {
    const uint32_t word = text[i] | (uint32_t)text[i + 1] << 8 | (uint32_t)text[i + 2] << 16 | (uint32_t)text[i + 3] << 24;
    ones[i] = (int32_t)(((word ^ 0x5bd1e995) * 0x9e3779b1 & ~(uint32_t)INDEX_MASK) | (uint32_t)i);
  }
  for (int32_t i = 0; i < BLOCK + WINDOW - 4; i++) fours[i] = less(less(ones[i], ones[i + 1]), less(ones[i + 2], ones[i + 3]));
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

/* Lists the places that the windows of a text choose. */
static int32_t choose_anywhere(const uint8_t *text, int32_t last, uint16_t *chosen) {
  int32_t least[BLOCK];
  find_least(text, least);
  return list_chosen(least, last, chosen);
}

#if defined(__x86_64__)
/* Lists them 32 windows at a time: a bit for each that chooses another place than the one before. */
EE_WIDE static int32_t choose_wide(const uint8_t *text, int32_t last, uint16_t *chosen) {
  int32_t least[1 + BLOCK];
  find_least(text, least + 1);
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

static int32_t choose(const uint8_t *text, int32_t last, uint16_t *chosen, bool plain) {
#if defined(__x86_64__)
  if (!plain && ee_has_wide()) return choose_wide(text, last, chosen);
#endif
  (void)plain;
  return choose_anywhere(text, last, chosen);
}

/* ---- The table: entries in the order of their hashes, each at its home or, with no empty slot between, after it ---- */

/*
 * Doubles the table in place. A row of entries without a gap that starts at slot a, its first home, stays within its slots doubled:
 * so rows are moved from the last to the first, each to the end of where it may be, and from there forward, entry by entry.
 */
static bool grow(table it) {
  header *head = it.head;
  const uint64_t place_mask = ((uint64_t)1 << place_bits(head)) - 1;
  size_t end = ((size_t)1 << slot_bits(head)) + FARTHEST;
  size_t next_look = end;
  while (end > 0) {
    if (end <= next_look) {
      if (ee_stopped(it.stop)) return false;
      next_look = end > SLOT_STRIDE ? end - SLOT_STRIDE : 0;
    }
    if (it.slots[end - 1] == 0) {
      end--;
      continue;
    }
    size_t start = end;
    while (start > 0 && it.slots[start - 1] != 0) start--;
    const size_t count = end - start;
    size_t from = 2 * end - count;
    memmove(it.slots + from, it.slots + start, count * sizeof *it.slots);
    memset(it.slots + start, 0, (end < from ? count : from - start) * sizeof *it.slots);
    size_t free_slot = 0;
    for (size_t i = 0; i < count; i++, from++) {
      const uint64_t entry = it.slots[from];
      it.slots[from] = 0;
      const size_t slot = start + i;
      const size_t home = 2 * (slot - distance_from_home(entry, slot)) + (entry >> (HOME_SHIFT - 1) & 1);
      if (free_slot < home) free_slot = home;
      if (free_slot - home > FARTHEST) {
        head->lost++;
        head->entries--;
      } else {
        it.slots[free_slot++] = (entry & ~place_mask) << 1 | (entry & place_mask);
      }
    }
    end = start;
  }
  head->doublings++;
  return true;
}

/* Drops the entries whose lowest bit of the hash is not 0; in the others it becomes the place's highest. */
static bool thin(table it) {
  header *head = it.head;
  const unsigned bits = place_bits(head);
  const size_t slots = ((size_t)1 << slot_bits(head)) + FARTHEST;
  size_t free_slot = 0;
  for (size_t slot = 0; slot < slots; slot++) {
    if (slot % SLOT_STRIDE == 0 && ee_stopped(it.stop)) return false;
    const uint64_t entry = it.slots[slot];
    if (entry == 0) continue;
    it.slots[slot] = 0;
    if (entry >> bits & 1) {
      head->entries--;
      continue;
    }
    const size_t home = slot - distance_from_home(entry, slot);
    if (free_slot < home) free_slot = home;
    it.slots[free_slot++] = entry;
  }
  head->thinned++;
  return true;
}

/* Makes room for more places, and for places farther on. */
static bool advance(table it) { return it.head->doublings < it.head->most_doublings ? grow(it) : thin(it); }

static inline bool is_full(const header *head) { return head->entries >= (uint64_t)3 << (slot_bits(head) - 2); }

/* Slots that are looked at without a branch. */
#define FIRST_SLOTS 4

/* Tells whether the entry of a slot comes before the wanted one, in the order of hashes. Their homes are among the slots up to this. */
static inline bool comes_before(uint64_t entry, uint64_t wanted, size_t slot, unsigned bits) {
  const uint64_t next = (uint64_t)(slot + 1) << HOME_SHIFT;
  return (entry != 0) & ((entry - next) >> bits < (wanted - next) >> bits);
}

/* Finds the slot of the hash, or else the one where it belongs. */
static inline size_t find(table it, uint64_t hash, bool *found) {
  const unsigned bits = place_bits(it.head);
  const size_t home = home_of(hash, it.head);
  const uint64_t wanted = hash << (slot_bits(it.head) - HOME_BITS);
  size_t slot = home;
  for (size_t i = home; i < home + FIRST_SLOTS; i++) slot += comes_before(it.slots[i], wanted, i, bits);
  if (slot == home + FIRST_SLOTS) {
    while (slot <= home + FARTHEST && comes_before(it.slots[slot], wanted, slot, bits)) slot++;
  }
  *found = it.slots[slot] >> bits == wanted >> bits && slot <= home + FARTHEST && it.slots[slot] != 0;
  return slot;
}

/* Puts an entry into its slot; those that are there move on by one. An entry that would be too far from home is lost. */
static void insert(table it, size_t slot, uint64_t hash, uint64_t place) {
  const unsigned bits = place_bits(it.head);
  uint64_t entry = (hash << (slot_bits(it.head) - HOME_BITS)) >> bits << bits | (place + 1);
  if (slot - home_of(hash, it.head) > FARTHEST) {
    it.head->lost++;
    return;
  }
  for (;; slot++) {
    const uint64_t next = it.slots[slot];
    it.slots[slot] = entry;
    if (next == 0) break;
    if (distance_from_home(next, slot) == FARTHEST) {
      it.head->lost++;
      return;
    }
    entry = next;
  }
  it.head->entries++;
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

/* Looks up a place that was chosen, and enters it. False if it was asked to stop. */
static bool take_place(table it, uint64_t hash, uint64_t place) {
  header *head = it.head;
  while ((place + 1) >> place_bits(head) != 0) {
    if (!advance(it)) return false;
  }
  if (is_thinned(hash, head)) return true;
  /* A period that is shorter than the least distance. */
  if (hash == head->hash && place - head->entered < LEAST_DISTANCE) return true;
  bool found;
  size_t slot = find(it, hash, &found);
  if (found) {
    const uint64_t place_mask = ((uint64_t)1 << place_bits(head)) - 1;
    const uint64_t entry = it.slots[slot];
    const uint64_t distance = place + 1 - (entry & place_mask);
    if (distance < LEAST_DISTANCE) return true;
    count_match(head, place, distance);
    it.slots[slot] = (entry & ~place_mask) | (place + 1);
  } else {
    if (head->current.matches > 0) close_repeat(head);
    while (is_full(head) && head->thinned < MOST_THINNED) {
      if (!advance(it)) return false;
      if (is_thinned(hash, head)) return true;
      slot = find(it, hash, &found);
    }
    if (is_full(head)) head->lost++;
    else insert(it, slot, hash, place);
  }
  head->hash = hash;
  head->entered = place;
  return true;
}

/* Takes in the BLOCK windows that begin with those of the text, which begins at `offset`: below 0 there is nothing. */
static bool take_block(table it, const uint8_t *text, int64_t offset) {
  header *head = it.head;
  uint16_t chosen[BLOCK];
  uint64_t hashes[BLOCK];
  const int32_t count = choose(text, (int32_t)((int64_t)head->chosen - 1 - offset), chosen, head->plain != 0);
  for (int32_t i = 0; i < count; i++) {
    hashes[i] = hash_at(text + chosen[i]);
    __builtin_prefetch(it.slots + home_of(hashes[i], head));
  }
  for (int32_t i = 0; i < count; i++) {
    const int64_t place = offset + chosen[i];
    if (place >= 0 && !take_place(it, hashes[i], (uint64_t)place)) return false;
  }
  if (count > 0) head->chosen = (uint64_t)(offset + chosen[count - 1] + 1);
  return true;
}

EE_DEEP_FEED int32_t ee_deep_repeats(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  const table it = open_table(state, stop);
  header *head = it.head;
  uint8_t text[REACH - 1 + BLOCK];
  for (size_t done = 0; done < n; done += BLOCK) {
    if (ee_stopped(it.stop)) return -ECANCELED;
    memcpy(text, head->carry, sizeof head->carry);
    memcpy(text + sizeof head->carry, bytes + done, BLOCK);
    if (!take_block(it, text, (int64_t)(offset + done) - (int64_t)sizeof head->carry)) return -ECANCELED;
    memcpy(head->carry, text + BLOCK, sizeof head->carry);
  }
  return 0;
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
