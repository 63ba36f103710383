/*
 * Recurrences with carry: multiply-with-carry, add-with-carry, subtract-with-borrow, counters. Their digits, taken as those of a number with
 * the earliest lowest, are a fraction p / q of small numbers modulo a power of two: A. Klapper and M. Goresky, "Feedback shift registers,
 * 2-adic span, and combiners with memory", Journal of Cryptology 10, 1997.
 *
 * The number g of n bits is walked through by the divsteps of D. J. Bernstein and B.-Y. Yang, "Fast constant-time gcd computation and
 * modular inversion", 2019, section 8, from f = 1, delta = 1:
 *
 *   delta > 0 and g odd:  (delta, f, g) becomes (1 - delta, g, (g - f) / 2)
 *   otherwise:            (delta, f, g) becomes (1 + delta, f, (g + (g mod 2) f) / 2)
 *
 * Times q these are steps from f = q, g = p, at whose end g is 0 and stays so: some 2.07 steps for each bit of the larger, at most 2.9. Whether g is
 * odd before step i depends on bit i of the number by an addition, so of fair bits it is a fair bit. Wherever g = 0 it never is.
 *
 * The state is 64-bit numbers, then the first bytes of the stream:
 *
 *   how many bytes are kept: written by the caller at first
 *   bytes of a word, bytes of it that are a digit, the first of these, whether its most significant byte comes first, and how
 *     many bits of such digits to take: written before each measurement
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ee.h"
#include "stop.h"

typedef struct {
  uint64_t kept, word, digit, first, from_top, bits;
} header;

EE_DEEP_FEED int32_t ee_deep_first_bytes(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop) {
  const header *h = state;
  if (ee_stopped((ee_stop)stop)) return -ECANCELED;
  if (offset >= h->kept) return 0;
  const uint64_t left = h->kept - offset;
  memcpy((uint8_t *)state + sizeof *h + offset, bytes, n < left ? n : left);
  return 0;
}

/* Bits of a limb, which is one step of 62 at once: more would not fit a product of 127 bits. */
#define LIMB 62
#define MASK (((uint64_t)1 << LIMB) - 1)

/* Limbs between two looks at the word that ends the loop. */
#define STOP_LIMBS 64

/* 62 steps: f and g times 2^62 become u f + v g and q f + r g. Returns which of the g were odd. */
static uint64_t steps_of_limb(int64_t *delta, uint64_t f, uint64_t g, int64_t *u, int64_t *v, int64_t *q, int64_t *r) {
  uint64_t a = 1, b = 0, c = 0, d = 1, odd = 0;
  int64_t at = *delta;
  for (int i = 0; i < LIMB; i++) {
    const uint64_t is_odd = -(g & 1);
    const uint64_t swap = is_odd & -(uint64_t)(at > 0);
    odd |= (g & 1) << i;
    /* Subtracts f if the two change places, else adds it. */
    const uint64_t old_g = g, old_c = c, old_d = d;
    g += ((f ^ swap) - swap) & is_odd;
    c += ((a ^ swap) - swap) & is_odd;
    d += ((b ^ swap) - swap) & is_odd;
    f ^= (f ^ old_g) & swap;
    a ^= (a ^ old_c) & swap;
    b ^= (b ^ old_d) & swap;
    g >>= 1;
    a <<= 1;
    b <<= 1;
    at = 1 + (swap ? -at : at);
  }
  *delta = at;
  *u = (int64_t)a, *v = (int64_t)b, *q = (int64_t)c, *r = (int64_t)d;
  return odd;
}

/* Packs the bits asked for into limbs. */
static void pack(uint64_t *limbs, const header *h) {
  const uint8_t *bytes = (const uint8_t *)(h + 1);
  const uint64_t count = (h->bits + 7) / 8;
  for (uint64_t i = 0; i < count; i++) {
    const uint64_t in_digit = i % h->digit;
    const uint64_t place = h->first + (h->from_top ? h->digit - 1 - in_digit : in_digit);
    const uint64_t byte = bytes[i / h->digit * h->word + place];
    const uint64_t at = 8 * i / LIMB, shift = 8 * i % LIMB;
    limbs[at] |= byte << shift & MASK;
    if (shift > LIMB - 8) limbs[at + 1] |= byte >> (LIMB - shift);
  }
}

/*
 * Two figures: the most steps in a row before which g was even, and how many steps there were before them.
 */
EE_DEEP_MEASURE int32_t ee_deep_carry_recurrence(void *state, double *out, size_t n, const int32_t *stop) {
  const header *h = state;
  if (n < 2) return -EINVAL;
  const size_t limbs = h->bits / LIMB;
  /* One more is written by the last byte. */
  uint64_t *memory = calloc(2 * (limbs + 2), sizeof *memory);
  if (memory == NULL) return -ENOMEM;
  uint64_t *f = memory, *g = memory + limbs + 2;
  f[0] = 1;
  pack(g, h);
  int64_t delta = 1;
  uint64_t run = 0, longest = 0, before = 0;
  for (size_t done = 0; done < limbs; done++) {
    if (done % STOP_LIMBS == 0 && ee_stopped((ee_stop)stop)) {
      free(memory);
      return -ECANCELED;
    }
    int64_t u, v, q, r;
    const uint64_t odd = steps_of_limb(&delta, f[0], g[0], &u, &v, &q, &r);
    for (int i = 0; i < LIMB; i++) {
      run = odd >> i & 1 ? 0 : run + 1;
      if (run > longest) {
        longest = run;
        before = done * LIMB + (uint64_t)i + 1 - run;
      }
    }
    /* What is carried beyond the last limb belongs to bits that are not there. */
    __int128 carry_f = 0, carry_g = 0;
    for (size_t i = 0; i < limbs - done; i++) {
      const int64_t x = (int64_t)f[i], y = (int64_t)g[i];
      carry_f += (__int128)u * x + (__int128)v * y;
      carry_g += (__int128)q * x + (__int128)r * y;
      if (i > 0) {
        f[i - 1] = (uint64_t)carry_f & MASK;
        g[i - 1] = (uint64_t)carry_g & MASK;
      }
      carry_f >>= LIMB;
      carry_g >>= LIMB;
    }
  }
  free(memory);
  out[0] = (double)longest;
  out[1] = (double)before;
  return 0;
}
