/*
 * Generators that a battery for large data should tell from good ones, or should not: `generators NAME BYTES [SEED]` writes words of NAME to
 * stdout, so many bytes in whole pieces of 64 KiB or until nobody reads them, and then to stderr how many were taken; without arguments it lists
 * the names, each with the bits of its words. Words are little-endian, in the width that the table at the end says. Each is written after its
 * publication, which is named.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER (1 << 16)

static uint32_t rotl32(uint32_t x, int k) { return x << (k & 31) | x >> (-k & 31); }
static uint64_t rotl64(uint64_t x, int k) { return x << (k & 63) | x >> (-k & 63); }

/* ---- Seeds: SplitMix64 (Steele, Lea and Flood 2014; constants of Vigna's version) ---- */

static uint64_t seed_state;

static uint64_t seed_word(void) {
  uint64_t z = seed_state += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

/* ---- ChaCha20 (RFC 8439), with 64 bits of counter: good data, and what faults are put into ---- */

static uint32_t chacha_input[16], chacha_block[16];
static int chacha_left;

#define QUARTER(a, b, c, d)                   \
  a += b, d = rotl32(d ^ a, 16), c += d, b = rotl32(b ^ c, 12), \
  a += b, d = rotl32(d ^ a, 8), c += d, b = rotl32(b ^ c, 7)

static uint32_t chacha(void) {
  if (chacha_left == 0) {
    if (chacha_input[0] == 0) {
      static const uint32_t constants[] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
      memcpy(chacha_input, constants, sizeof constants);
      for (int i = 4; i < 12; i++) chacha_input[i] = (uint32_t)seed_word();
    }
    uint32_t x[16];
    memcpy(x, chacha_input, sizeof x);
    for (int round = 0; round < 10; round++) {
      QUARTER(x[0], x[4], x[8], x[12]);
      QUARTER(x[1], x[5], x[9], x[13]);
      QUARTER(x[2], x[6], x[10], x[14]);
      QUARTER(x[3], x[7], x[11], x[15]);
      QUARTER(x[0], x[5], x[10], x[15]);
      QUARTER(x[1], x[6], x[11], x[12]);
      QUARTER(x[2], x[7], x[8], x[13]);
      QUARTER(x[3], x[4], x[9], x[14]);
    }
    for (int i = 0; i < 16; i++) chacha_block[i] = x[i] + chacha_input[i];
    if (++chacha_input[12] == 0) chacha_input[13]++;
    chacha_left = 16;
  }
  return chacha_block[16 - chacha_left--];
}

static uint64_t chacha64(void) {
  const uint64_t low = chacha();
  return low | (uint64_t)chacha() << 32;
}

/* ---- Words of state, seeded once; not zero ---- */

#define WORDS 20000
static union {
  uint64_t words[WORDS];
  uint32_t halves[2 * WORDS];
} state;
#define s state.words
#define w state.halves
static int at;

/* Tells if nothing was drawn yet. */
static int first(void) { return !s[WORDS - 1] && (s[WORDS - 1] = 1); }

static void fill(int words) {
  for (int i = 0; i < words; i++) s[i] = seed_word();
}

/* ---- Linear over GF(2) ---- */

/* Marsaglia 2003, "Xorshift RNGs", with the paper's seeds. */
static uint64_t xorshift32(void) {
  if (first()) w[0] = (uint32_t)seed_word() | 1;
  w[0] ^= w[0] << 13, w[0] ^= w[0] >> 17, w[0] ^= w[0] << 5;
  return w[0];
}
static uint64_t xorshift64(void) {
  if (first()) fill(1);
  s[0] ^= s[0] << 13, s[0] ^= s[0] >> 7, s[0] ^= s[0] << 17;
  return s[0];
}
static uint64_t xorshift128(void) {
  if (first()) w[0] = 123456789, w[1] = 362436069, w[2] = 521288629, w[3] = 88675123;
  const uint32_t t = w[0] ^ w[0] << 11;
  w[0] = w[1], w[1] = w[2], w[2] = w[3];
  return w[3] ^= w[3] >> 19 ^ t ^ t >> 8;
}
static uint64_t xorwow(void) {
  if (first()) fill(4);
  const uint32_t t = w[0] ^ w[0] >> 2;
  w[0] = w[1], w[1] = w[2], w[2] = w[3], w[3] = w[4];
  w[4] = w[4] ^ w[4] << 4 ^ t ^ t << 1;
  return w[4] + (w[5] += 362437);
}
/* Vigna 2014, 2016: xorshift64*, xorshift128+. */
static uint64_t xorshift64star(void) {
  if (first()) fill(1);
  s[0] ^= s[0] >> 12, s[0] ^= s[0] << 25, s[0] ^= s[0] >> 27;
  return s[0] * 0x2545F4914F6CDD1D;
}
static uint64_t xorshift64star_high(void) { return xorshift64star() >> 32; }
static uint64_t xorshift128plus(void) {
  if (first()) fill(2);
  uint64_t a = s[0];
  const uint64_t b = s[1];
  s[0] = b, a ^= a << 23;
  s[1] = a ^ b ^ a >> 18 ^ b >> 5;
  return s[1] + b;
}
/* Blackman and Vigna 2018. */
static uint64_t xoroshiro128plus(void) {
  if (first()) fill(2);
  const uint64_t a = s[0], out = a + s[1];
  uint64_t b = s[1] ^ a;
  s[0] = rotl64(a, 24) ^ b ^ b << 16, s[1] = rotl64(b, 37);
  return out;
}
static void xoshiro256(void) {
  const uint64_t t = s[1] << 17;
  s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3], s[2] ^= t, s[3] = rotl64(s[3], 45);
}
static uint64_t xoshiro256plus(void) {
  if (first()) fill(4);
  const uint64_t out = s[0] + s[3];
  return xoshiro256(), out;
}
static uint64_t xoshiro256plusplus(void) {
  if (first()) fill(4);
  const uint64_t out = rotl64(s[0] + s[3], 23) + s[0];
  return xoshiro256(), out;
}
/* Matsumoto and Nishimura 1998, seed 5489; and the version of 64 bits (Nishimura 2000). */
static uint64_t mt19937(void) {
  if (first()) {
    w[0] = 5489;
    for (int i = 1; i < 624; i++) w[i] = 1812433253u * (w[i - 1] ^ w[i - 1] >> 30) + i;
    at = 624;
  }
  if (at == 624) {
    for (int i = 0; i < 624; i++) {
      const uint32_t y = (w[i] & 0x80000000) | (w[(i + 1) % 624] & 0x7fffffff);
      w[i] = w[(i + 397) % 624] ^ y >> 1 ^ (y & 1 ? 0x9908b0df : 0);
    }
    at = 0;
  }
  uint32_t y = w[at++];
  y ^= y >> 11, y ^= y << 7 & 0x9d2c5680, y ^= y << 15 & 0xefc60000;
  return y ^ y >> 18;
}
static uint64_t mt19937_swapped(void) { return __builtin_bswap32((uint32_t)mt19937()); }
static uint64_t mt19937_64(void) {
  if (first()) {
    s[0] = 5489;
    for (int i = 1; i < 312; i++) s[i] = 6364136223846793005u * (s[i - 1] ^ s[i - 1] >> 62) + i;
    at = 312;
  }
  if (at == 312) {
    for (int i = 0; i < 312; i++) {
      const uint64_t y = (s[i] & 0xFFFFFFFF80000000) | (s[(i + 1) % 312] & 0x7FFFFFFF);
      s[i] = s[(i + 156) % 312] ^ y >> 1 ^ (y & 1 ? 0xB5026F5AA96619E9 : 0);
    }
    at = 0;
  }
  uint64_t y = s[at++];
  y ^= y >> 29 & 0x5555555555555555, y ^= y << 17 & 0x71D67FFFEDA60000, y ^= y << 37 & 0xFFF7EEE000000000;
  return y ^ y >> 43;
}
/* L'Ecuyer 1996 (taus88), 1999 (lfsr113). */
static uint64_t taus88(void) {
  if (first()) fill(2), w[0] |= 16, w[1] |= 16, w[2] |= 16;
  w[0] = (w[0] & 0xFFFFFFFE) << 12 ^ (w[0] << 13 ^ w[0]) >> 19;
  w[1] = (w[1] & 0xFFFFFFF8) << 4 ^ (w[1] << 2 ^ w[1]) >> 25;
  w[2] = (w[2] & 0xFFFFFFF0) << 17 ^ (w[2] << 3 ^ w[2]) >> 11;
  return w[0] ^ w[1] ^ w[2];
}
static uint64_t lfsr113(void) {
  if (first()) fill(2), w[0] |= 128, w[1] |= 128, w[2] |= 128, w[3] |= 128;
  w[0] = (w[0] & 0xFFFFFFFE) << 18 ^ (w[0] << 6 ^ w[0]) >> 13;
  w[1] = (w[1] & 0xFFFFFFF8) << 2 ^ (w[1] << 2 ^ w[1]) >> 27;
  w[2] = (w[2] & 0xFFFFFFF0) << 7 ^ (w[2] << 13 ^ w[2]) >> 21;
  w[3] = (w[3] & 0xFFFFFF80) << 13 ^ (w[3] << 3 ^ w[3]) >> 12;
  return w[0] ^ w[1] ^ w[2] ^ w[3];
}
/* Panneton, L'Ecuyer and Matsumoto 2006. */
static uint64_t well512a(void) {
  if (first()) fill(8);
  const uint32_t v0 = w[at], m1 = w[(at + 13) & 15], m2 = w[(at + 9) & 15], r = w[(at + 15) & 15];
  const uint32_t z1 = v0 ^ v0 << 16 ^ m1 ^ m1 << 15, z2 = m2 ^ m2 >> 11, v1 = z1 ^ z2;
  w[at] = v1;
  w[(at + 15) & 15] = r ^ r << 2 ^ z1 ^ z1 << 18 ^ z2 << 28 ^ v1 ^ (v1 << 5 & 0xda442d24);
  at = (at + 15) & 15;
  return w[at];
}
/* Kirkpatrick and Stoll 1981: R250; Ziff 1998: four taps of 9,689. */
static uint64_t r250(void) {
  if (first()) fill(125);
  const uint32_t out = w[at] ^= w[(at + 147) % 250];
  at = (at + 1) % 250;
  return out;
}
static uint64_t gfsr9689(void) {
  if (first()) fill(4845);
  const uint32_t out = w[at] ^= w[(at + 9689 - 471) % 9689] ^ w[(at + 9689 - 1586) % 9689] ^ w[(at + 9689 - 6988) % 9689];
  at = (at + 1) % 9689;
  return out;
}
/* A shift register of 89 bits, x^89 + x^38 + 1, packed into bytes from the most significant bit, and from the least. */
static uint32_t shift_register_bit(void) {
  if (first()) fill(2);
  const uint32_t bit = (s[0] >> 0 ^ s[0] >> 38) & 1;
  s[0] = s[0] >> 1 | s[1] << 63, s[1] = (s[1] >> 1 & 0xFFFFFF) | (uint64_t)bit << 24;
  return bit;
}
static uint64_t lfsr89_high_first(void) {
  uint64_t out = 0;
  for (int i = 0; i < 8; i++) out = out << 1 | shift_register_bit();
  return out;
}
static uint64_t lfsr89_low_first(void) {
  uint64_t out = 0;
  for (int i = 0; i < 8; i++) out |= (uint64_t)shift_register_bit() << i;
  return out;
}
/* Good words of which one bit is that of the register. */
static uint64_t lfsr89_in_bit_37(void) {
  return (chacha64() & ~((uint64_t)1 << 37)) | (uint64_t)shift_register_bit() << 37;
}

/* ---- Linear congruential ---- */

/* Knuth's multiplier of MMIX. */
static uint64_t lcg64(void) {
  if (first()) fill(1);
  return s[0] = s[0] * 6364136223846793005u + 1442695040888963407u;
}
static uint64_t lcg64_low(void) { return lcg64() & 0xFFFFFFFF; }
static uint64_t lcg64_high(void) { return lcg64() >> 32; }
static uint64_t lcg64_top16(void) { return lcg64() >> 48; }
static uint64_t lcg64_top8(void) { return lcg64() >> 56; }
/* Numerical Recipes, 1988. */
static uint64_t lcg32(void) {
  if (first()) fill(1);
  return w[0] = w[0] * 1664525u + 1013904223u;
}
static uint64_t lcg32_top8(void) { return lcg32() >> 24; }
/* POSIX's drand48: 48 bits, of which the upper 32 are given. */
static uint64_t drand48_words(void) {
  if (first()) fill(1);
  s[0] = (s[0] * 0x5DEECE66Du + 0xB) & 0xFFFFFFFFFFFF;
  return s[0] >> 16;
}
static uint64_t randu(void) {
  if (first()) w[0] = (uint32_t)seed_word() | 1;
  return w[0] = w[0] * 65539u & 0x7FFFFFFF;
}
/* Park and Miller 1988; 16 bits from bit 8 on, which are nearly uniform. */
static uint64_t minstd16(void) {
  if (first()) s[0] = 1 + seed_word() % 2147483646;
  s[0] = s[0] * 16807 % 2147483647;
  return s[0] >> 8 & 0xFFFF;
}
static uint64_t lcg128_high(void) {
  if (first()) fill(2);
  unsigned __int128 x = (unsigned __int128)s[1] << 64 | s[0];
  x = x * (((unsigned __int128)2549297995355413924u << 64) + 4865540595714422341u) + 1;
  s[0] = (uint64_t)x, s[1] = (uint64_t)(x >> 64);
  return s[1];
}
/* Marsaglia: two multiply-with-carry generators of 16 bits; and of 64 bits with lag 1. */
static uint64_t mwc1616(void) {
  if (first()) fill(1);
  w[0] = 36969 * (w[0] & 65535) + (w[0] >> 16), w[1] = 18000 * (w[1] & 65535) + (w[1] >> 16);
  return (uint32_t)((w[0] << 16) + w[1]);
}
static uint64_t mwc32(void) {
  if (first()) fill(1);
  s[0] = 4294957665u * (s[0] & 0xFFFFFFFF) + (s[0] >> 32);
  return s[0] & 0xFFFFFFFF;
}
/* Marsaglia 1999, KISS, and what is in it. */
static uint64_t kiss99(void) {
  if (first()) fill(4), w[2] |= 1;
  w[0] = 36969 * (w[0] & 65535) + (w[0] >> 16), w[1] = 18000 * (w[1] & 65535) + (w[1] >> 16);
  w[2] ^= w[2] << 17, w[2] ^= w[2] >> 13, w[2] ^= w[2] << 5;
  w[3] = 69069 * w[3] + 1234567;
  return (uint32_t)((((w[0] << 16) + w[1]) ^ w[3]) + w[2]);
}
static uint64_t cong_shr3(void) {
  if (first()) fill(2), w[2] |= 1;
  w[2] ^= w[2] << 17, w[2] ^= w[2] >> 13, w[2] ^= w[2] << 5;
  return (uint32_t)(w[2] + (w[3] = 69069 * w[3] + 1234567));
}

/* ---- Lagged ---- */

/* Additive, of 32 bits: Knuth's lags 24, 55; Marsaglia's 273, 607. */
static uint64_t lagged(int r, int l) {
  if (first()) fill(r / 2 + 1);
  const uint32_t out = w[at] += w[(at + r - l) % r];
  at = (at + 1) % r;
  return out;
}
static uint64_t lfg55(void) { return lagged(55, 24); }
static uint64_t lfg607(void) { return lagged(607, 273); }
static uint64_t lfg55_top16(void) { return lfg55() >> 16; }
static uint64_t lfg607_top8(void) { return lfg607() >> 24; }
/* Marsaglia and Zaman 1991: subtract with borrow, lags 10 and 24, 24 bits (RANLUX without luxury), and 22 and 43, 32 bits. */
static uint64_t swb24(void) {
  if (first()) {
    fill(24);
    for (int i = 0; i < 24; i++) w[i] = (uint32_t)(s[i] >> 40);
  }
  const int64_t d = (int64_t)w[(at + 14) % 24] - w[at] - w[100];
  w[100] = d < 0;
  const uint32_t out = w[at] = (uint32_t)(d & 0xFFFFFF);
  at = (at + 1) % 24;
  return out >> 8;
}
static uint64_t swb32(void) {
  if (first()) fill(22);
  const int64_t d = (int64_t)w[(at + 21) % 43] - w[at] - w[100];
  w[100] = d < 0;
  const uint32_t out = w[at] = (uint32_t)d;
  at = (at + 1) % 43;
  return out;
}

/* ---- Small states, counters, hashes ---- */

static uint64_t weyl(void) {
  if (first()) fill(1);
  return s[0] += 0x9E3779B97F4A7C15;
}
static uint64_t counter32(void) {
  if (first()) fill(1);
  return w[0]++;
}
/* Appleby's mixing (MurmurHash3) of a counter of 32 bits: no word comes twice. */
static uint64_t murmur_counter32(void) {
  if (first()) fill(1);
  uint32_t z = w[0]++;
  z = (z ^ z >> 16) * 0x85ebca6b;
  z = (z ^ z >> 13) * 0xc2b2ae35;
  return z ^ z >> 16;
}
static uint64_t splitmix64(void) { return seed_word(); }
/* Ettinger 2017. */
static uint64_t mulberry32(void) {
  if (first()) fill(1);
  uint32_t z = w[0] += 0x6D2B79F5;
  z = (z ^ z >> 15) * (z | 1);
  z ^= z + (z ^ z >> 7) * (z | 61);
  return z ^ z >> 14;
}
/* Jenkins 2007, his small generator, with words of 8 and 16 bits; rotations of Doty-Humphrey. */
static uint64_t jsf8(void) {
  static uint8_t a, b, c, d;
  if (first()) fill(1), a = 0xED, b = c = d = (uint8_t)s[0];
  const uint8_t e = a - (uint8_t)(b << 1 | b >> 7);
  a = b ^ (uint8_t)(c << 4 | c >> 4), b = c + d, c = d + e, d = e + a;
  return d;
}
static uint64_t jsf16(void) {
  static uint16_t a, b, c, d;
  if (first()) fill(1), a = 0x5eed, b = c = d = (uint16_t)s[0];
  const uint16_t e = a - (uint16_t)(b << 13 | b >> 3);
  a = b ^ (uint16_t)(c << 8 | c >> 8), b = c + d, c = d + e, d = e + a;
  return d;
}
/* Doty-Humphrey 2010: sfc with words of 8 and 16 bits. */
static uint64_t sfc8(void) {
  static uint8_t a, b, c, n;
  if (first()) fill(1), a = (uint8_t)s[0], b = (uint8_t)(s[0] >> 8), c = (uint8_t)(s[0] >> 16);
  const uint8_t out = a + b + n++;
  a = b ^ b >> 2, b = c + (uint8_t)(c << 1), c = (uint8_t)(c << 3 | c >> 5) + out;
  return out;
}
static uint64_t sfc16(void) {
  static uint16_t a, b, c, n;
  if (first()) fill(1), a = (uint16_t)s[0], b = (uint16_t)(s[0] >> 16), c = (uint16_t)(s[0] >> 32);
  const uint16_t out = a + b + n++;
  a = b ^ b >> 5, b = c + (uint16_t)(c << 3), c = (uint16_t)(c << 6 | c >> 10) + out;
  return out;
}
/* Widynski 2017. */
static uint64_t middle_square_weyl(void) {
  if (first()) fill(3), s[2] = 0xb5ad4eceda1ce2a9;
  s[0] *= s[0], s[0] += s[1] += s[2];
  return (uint32_t)(s[0] = s[0] >> 32 | s[0] << 32);
}
/* O'Neill 2014. */
static uint64_t pcg32(void) {
  const uint64_t old = first() ? (fill(1), s[0]) : s[0];
  s[0] = old * 6364136223846793005u + 1442695040888963407u;
  const uint32_t x = (uint32_t)((old >> 18 ^ old) >> 27);
  return (uint32_t)(x >> (old >> 59) | x << (-(old >> 59) & 31));
}
static uint64_t pcg64(void) {
  (void)lcg128_high();
  return rotl64(s[1] ^ s[0], -(int)(s[1] >> 58));
}
/* Rivest's RC4, and the first four bytes of it under ever new random keys of 128 bits. */
static uint8_t rc4_s[256], rc4_i, rc4_j;
static void rc4_key(void) {
  uint8_t key[16];
  for (int i = 0; i < 16; i += 4) {
    const uint32_t four = chacha();
    memcpy(key + i, &four, 4);
  }
  for (int i = 0; i < 256; i++) rc4_s[i] = (uint8_t)i;
  for (int i = 0, j = 0; i < 256; i++) {
    j = (j + rc4_s[i] + key[i & 15]) & 255;
    const uint8_t t = rc4_s[i];
    rc4_s[i] = rc4_s[j], rc4_s[j] = t;
  }
  rc4_i = rc4_j = 0;
}
static uint64_t rc4(void) {
  if (first()) rc4_key();
  rc4_j += rc4_s[++rc4_i];
  const uint8_t t = rc4_s[rc4_i];
  rc4_s[rc4_i] = rc4_s[rc4_j], rc4_s[rc4_j] = t;
  return rc4_s[(uint8_t)(rc4_s[rc4_i] + t)];
}
static uint64_t rc4_4(void) {
  if (at++ % 4 == 0) rc4_key(), first();
  return rc4();
}

/* ---- Good data with a fault ---- */

static uint64_t position;

/* Each bit is 1 with probability 0.5005 = 32,801 / 65,536 to within 1e-5; or equals the one before with it. */
static uint32_t odd_bit(void) { return (chacha() & 0xFFFF) < 32801; }
static uint64_t biased(void) {
  uint64_t out = 0;
  for (int i = 0; i < 8; i++) out |= (uint64_t)odd_bit() << i;
  return out;
}
static uint64_t correlated(void) {
  uint64_t out = 0;
  for (int i = 0; i < 8; i++) out |= (uint64_t)(at ^= !odd_bit()) << i;
  return out;
}
/* In each MiB a block of 4 KiB comes again 512 KiB later. */
static uint64_t repeat_4k(void) {
  const uint64_t word = position++ % (1 << 17);
  uint64_t out = chacha64();
  if (word < 512) s[word] = out;
  if (word >= 1 << 16 && word < (1 << 16) + 512) out = s[word - (1 << 16)];
  return out;
}
/* Begins again after 8 MiB. */
static uint64_t restart_8m(void) {
  if (position++ % (1 << 20) == 0) {
    static uint32_t input[16];
    if (position == 1) (void)chacha64(), memcpy(input, chacha_input, sizeof input);
    memcpy(chacha_input, input, sizeof input), chacha_left = 0;
  }
  return chacha64();
}
/* One bit in 1,000 bytes is always 0; a byte in 188 is always 0x47. */
static uint64_t stuck_1000(void) { return (uint8_t)chacha() & (position++ % 1000 == 617 ? 0xF7 : 0xFF); }
static uint64_t frames_188(void) { return position++ % 188 == 0 ? 0x47 : (uint8_t)chacha(); }
/* One word of 64 bits in 1,024 is that of 100,003 words before. */
static uint64_t echo(void) {
  const uint64_t here = position++;
  static uint64_t past[100003];
  const uint64_t out = chacha64();
  uint64_t *const old = &past[here % 100003];
  const uint64_t given = here >= 100003 && (chacha() & 1023) == 0 ? *old : out;
  *old = given;
  return given;
}
/* A tone: words are heavier and lighter by turns of 1,000,000 bytes, by 1 bit in 1,000. */
static uint64_t slow_wave(void) {
  const int high = position++ / 500000 % 2;
  uint64_t out = 0;
  for (int i = 0; i < 8; i++) out |= (uint64_t)((chacha() & 0xFFFF) < (high ? 32833u : 32703u)) << i;
  return out;
}
static uint64_t zeros(void) { return 0; }

static const struct {
  const char *name;
  int bytes;
  uint64_t (*next)(void);
} GENERATORS[] = {
    {"xorshift32", 4, xorshift32},
    {"xorshift64", 8, xorshift64},
    {"xorshift128", 4, xorshift128},
    {"xorwow", 4, xorwow},
    {"xorshift64star", 8, xorshift64star},
    {"xorshift64star-high", 4, xorshift64star_high},
    {"xorshift128plus", 8, xorshift128plus},
    {"xoroshiro128plus", 8, xoroshiro128plus},
    {"xoshiro256plus", 8, xoshiro256plus},
    {"mt19937", 4, mt19937},
    {"mt19937-swapped", 4, mt19937_swapped},
    {"mt19937-64", 8, mt19937_64},
    {"taus88", 4, taus88},
    {"lfsr113", 4, lfsr113},
    {"well512a", 4, well512a},
    {"r250", 4, r250},
    {"gfsr9689", 4, gfsr9689},
    {"lfsr89-high-first", 1, lfsr89_high_first},
    {"lfsr89-low-first", 1, lfsr89_low_first},
    {"lfsr89-in-bit-37", 8, lfsr89_in_bit_37},
    {"lcg64", 8, lcg64},
    {"lcg64-low", 4, lcg64_low},
    {"lcg64-high", 4, lcg64_high},
    {"lcg64-top16", 2, lcg64_top16},
    {"lcg64-top8", 1, lcg64_top8},
    {"lcg32", 4, lcg32},
    {"lcg32-top8", 1, lcg32_top8},
    {"drand48", 4, drand48_words},
    {"randu", 4, randu},
    {"minstd16", 2, minstd16},
    {"lcg128-high", 8, lcg128_high},
    {"mwc1616", 4, mwc1616},
    {"mwc32", 4, mwc32},
    {"kiss99", 4, kiss99},
    {"cong-shr3", 4, cong_shr3},
    {"lfg55", 4, lfg55},
    {"lfg55-top16", 2, lfg55_top16},
    {"lfg607", 4, lfg607},
    {"lfg607-top8", 1, lfg607_top8},
    {"swb24", 2, swb24},
    {"swb32", 4, swb32},
    {"weyl", 8, weyl},
    {"counter32", 4, counter32},
    {"murmur-counter32", 4, murmur_counter32},
    {"mulberry32", 4, mulberry32},
    {"jsf8", 1, jsf8},
    {"jsf16", 2, jsf16},
    {"sfc8", 1, sfc8},
    {"sfc16", 2, sfc16},
    {"rc4", 1, rc4},
    {"rc4-4", 1, rc4_4},
    {"biased", 1, biased},
    {"correlated", 1, correlated},
    {"repeat-4k", 8, repeat_4k},
    {"restart-8m", 8, restart_8m},
    {"stuck-1000", 1, stuck_1000},
    {"frames-188", 1, frames_188},
    {"echo", 8, echo},
    {"slow-wave", 1, slow_wave},
    {"zeros", 8, zeros},
    {"middle-square-weyl", 4, middle_square_weyl},
    {"pcg32", 4, pcg32},
    {"pcg64", 8, pcg64},
    {"splitmix64", 8, splitmix64},
    {"xoshiro256plusplus", 8, xoshiro256plusplus},
    {"chacha20", 8, chacha64},
};

#define COUNT (int)(sizeof GENERATORS / sizeof *GENERATORS)

int main(int arguments, char **argument) {
  static uint8_t out[BUFFER];
  const uint64_t most = arguments > 2 ? strtoull(argument[2], NULL, 10) : 0;
  seed_state = arguments > 3 ? strtoull(argument[3], NULL, 10) : 1;
  for (int i = 0; i < COUNT; i++) {
    if (arguments < 2) {
      printf("%s %d\n", GENERATORS[i].name, 8 * GENERATORS[i].bytes);
    } else if (strcmp(argument[1], GENERATORS[i].name) == 0) {
      const int bytes = GENERATORS[i].bytes;
      signal(SIGPIPE, SIG_IGN);
      uint64_t taken = 0;
      for (; taken < most; taken += BUFFER) {
        for (int k = 0; k < BUFFER; k += bytes) {
          const uint64_t word = GENERATORS[i].next();
          memcpy(out + k, &word, bytes);
        }
        ssize_t done = 0, n;
        while (done < BUFFER && (n = write(STDOUT_FILENO, out + done, BUFFER - done)) > 0) done += n;
        if (done < BUFFER) break;
      }
      fprintf(stderr, "%llu\n", (unsigned long long)taken);
      return 0;
    }
  }
  return arguments < 2 ? 0 : 2;
}
