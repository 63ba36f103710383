/*
 * The costly steps of CTR_DRBG(AES-256), SP 800-90A rev. 1: the key stream (section 10.2.1) and the derivation function
 * (10.3.2), by the processor's own AES instructions. They use no tables in memory, so neither caches nor timings reveal
 * the key.
 *
 * Many blocks are in work at once, since each round of a block waits for the round before. FIPS 197 describes the key
 * schedule and the rounds.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "ee.h"

#define BLOCK 16
#define ROUNDS 14
#define KEY_WORDS 8
#define ROUND_KEY_WORDS (4 * (ROUNDS + 1))

/* The instructions that the processor has. UNKNOWN, before it has been asked, is zero. */
enum { UNKNOWN, NO_AES, AES_INSTRUCTIONS, WIDE_AES_INSTRUCTIONS };

/* Test aid: the best that may be used. */
#ifndef EE_AES_LIMIT
#define EE_AES_LIMIT WIDE_AES_INSTRUCTIONS
#endif

/* The bytes of the round keys, in the order in which they are added. */
typedef struct {
  _Alignas(32) uint32_t words[ROUND_KEY_WORDS];
} schedule;

/* V as a number; it wraps around as V does. */
typedef unsigned __int128 counter;

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/*
 * CPUID 1 ECX: bit 25 AES-NI, bit 19 SSE4.1, which implies SSSE3, bit 27 XGETBV. CPUID 7, sub-leaf 0: EBX bit 5 AVX2,
 * ECX bit 9 VAES. XCR0 bits 1 and 2: the system saves the wide registers when it switches threads.
 */
static int ask_processor(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return NO_AES;
  if ((c >> 25 & 1) == 0 || (c >> 19 & 1) == 0) return NO_AES;
  if ((c >> 27 & 1) == 0) return AES_INSTRUCTIONS;
  uint32_t enabled, unused;
  __asm__ volatile("xgetbv" : "=a"(enabled), "=d"(unused) : "c"(0));
  if ((enabled >> 1 & 3) != 3 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return AES_INSTRUCTIONS;
  return (b >> 5 & 1) != 0 && (c >> 9 & 1) != 0 ? WIDE_AES_INSTRUCTIONS : AES_INSTRUCTIONS;
}

/* Blocks at once: as many as fit the registers beside the round key. */
#define NARROW 8
#define WIDE 16
#define AES __attribute__((target("aes,ssse3,sse4.1")))
#define VAES __attribute__((target("vaes,avx2")))

/* ShiftRows leaves four equal columns as they are, so the last round does SubBytes alone. */
AES static uint32_t sub_word(uint32_t word) {
  return (uint32_t)_mm_cvtsi128_si32(_mm_aesenclast_si128(_mm_set1_epi32((int)word), _mm_setzero_si128()));
}

/* Writes the key stream of n blocks from `from` on. The low half of V must not wrap on the way; n is a constant. */
AES static inline __attribute__((always_inline)) void encrypt(const schedule *keys, counter from, uint8_t *out, int n) {
  const __m128i reversed = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m128i *key = (const __m128i *)keys->words;
  const __m128i first = _mm_set_epi64x((int64_t)(from >> 64), (int64_t)from);
  __m128i blocks[NARROW];
  for (int i = 0; i < n; i++) {
    blocks[i] = _mm_shuffle_epi8(_mm_add_epi64(first, _mm_set_epi64x(0, i)), reversed);
    blocks[i] = _mm_xor_si128(blocks[i], key[0]);
  }
  for (int round = 1; round < ROUNDS; round++) {
    for (int i = 0; i < n; i++) blocks[i] = _mm_aesenc_si128(blocks[i], key[round]);
  }
  for (int i = 0; i < n; i++) {
    _mm_storeu_si128((__m128i *)out + i, _mm_aesenclast_si128(blocks[i], key[ROUNDS]));
  }
}

/* The same with two blocks a register. */
VAES static void encrypt_wide(const schedule *keys, counter from, uint8_t *out) {
  const __m256i reversed = _mm256_broadcastsi128_si256(_mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  const __m128i *key = (const __m128i *)keys->words;
  const __m256i first = _mm256_broadcastsi128_si256(_mm_set_epi64x((int64_t)(from >> 64), (int64_t)from));
  __m256i blocks[WIDE / 2];
  const __m256i first_key = _mm256_broadcastsi128_si256(key[0]);
  for (int i = 0; i < WIDE / 2; i++) {
    const __m256i pair = _mm256_add_epi64(first, _mm256_set_epi64x(0, 2 * i + 1, 0, 2 * i));
    blocks[i] = _mm256_xor_si256(_mm256_shuffle_epi8(pair, reversed), first_key);
  }
  for (int round = 1; round < ROUNDS; round++) {
    const __m256i round_key = _mm256_broadcastsi128_si256(key[round]);
    for (int i = 0; i < WIDE / 2; i++) blocks[i] = _mm256_aesenc_epi128(blocks[i], round_key);
  }
  const __m256i last_key = _mm256_broadcastsi128_si256(key[ROUNDS]);
  for (int i = 0; i < WIDE / 2; i++) {
    _mm256_storeu_si256((__m256i *)out + i, _mm256_aesenclast_epi128(blocks[i], last_key));
  }
}

#else
#include <arm_neon.h>

#if defined(__linux__)
#include <sys/auxv.h>

/* HWCAP_AES. */
#define HAS_AES (1ul << 3)

static int ask_processor(void) { return (getauxval(AT_HWCAP) & HAS_AES) != 0 ? AES_INSTRUCTIONS : NO_AES; }
#else
/* Every Mac has them. */
static int ask_processor(void) { return AES_INSTRUCTIONS; }
#endif

#define NARROW 8
#define WIDE NARROW
#define AES __attribute__((target("aes")))

/* As above: SubBytes of four equal columns, with a round key of zero. */
AES static uint32_t sub_word(uint32_t word) {
  return vgetq_lane_u32(vreinterpretq_u32_u8(vaeseq_u8(vreinterpretq_u8_u32(vdupq_n_u32(word)), vdupq_n_u8(0))), 0);
}

/* Here the instruction adds the round key before it substitutes, so the last key is added separately. */
AES static inline __attribute__((always_inline)) void encrypt(const schedule *keys, counter from, uint8_t *out, int n) {
  uint8x16_t blocks[NARROW];
  for (int i = 0; i < n; i++) {
    const uint64x2_t number = vcombine_u64(vcreate_u64((uint64_t)(from >> 64)), vcreate_u64((uint64_t)from + (uint64_t)i));
    blocks[i] = vrev64q_u8(vreinterpretq_u8_u64(number));
  }
  for (int round = 0; round < ROUNDS - 1; round++) {
    const uint8x16_t key = vreinterpretq_u8_u32(vld1q_u32(keys->words + 4 * round));
    for (int i = 0; i < n; i++) blocks[i] = vaesmcq_u8(vaeseq_u8(blocks[i], key));
  }
  const uint8x16_t key = vreinterpretq_u8_u32(vld1q_u32(keys->words + 4 * (ROUNDS - 1)));
  const uint8x16_t last = vreinterpretq_u8_u32(vld1q_u32(keys->words + 4 * ROUNDS));
  for (int i = 0; i < n; i++) vst1q_u8(out + i * BLOCK, veorq_u8(vaeseq_u8(blocks[i], key), last));
}

/* No wider registers here. */
#define encrypt_wide encrypt_narrow

#endif

AES static void encrypt_one(const schedule *keys, counter from, uint8_t *out) { encrypt(keys, from, out, 1); }

AES static void encrypt_narrow(const schedule *keys, counter from, uint8_t *out) { encrypt(keys, from, out, NARROW); }

/* FIPS 197 section 5.2. Words hold their bytes in memory order, so RotWord rotates to the right. */
AES static void expand(schedule *keys, const uint8_t *key) {
  uint32_t *words = keys->words;
  memcpy(words, key, KEY_WORDS * sizeof *words);
  for (int i = KEY_WORDS; i < ROUND_KEY_WORDS; i++) {
    uint32_t word = words[i - 1];
    if (i % KEY_WORDS == 0) {
      word = sub_word(word >> 8 | word << 24) ^ 1u << (i / KEY_WORDS - 1);
    } else if (i % KEY_WORDS == KEY_WORDS / 2) {
      word = sub_word(word);
    }
    words[i] = words[i - KEY_WORDS] ^ word;
  }
}

/* Writes `blocks` blocks of key stream from *next on, and moves *next past them. */
static void fill(const schedule *keys, counter *next, uint8_t *out, size_t blocks, bool wide) {
  while (blocks > 0) {
    const uint64_t until_wrap = UINT64_MAX - (uint64_t)*next;
    size_t n = 1;
    if (wide && blocks >= WIDE && until_wrap >= WIDE) {
      n = WIDE;
      encrypt_wide(keys, *next, out);
    } else if (blocks >= NARROW && until_wrap >= NARROW) {
      n = NARROW;
      encrypt_narrow(keys, *next, out);
    } else {
      encrypt_one(keys, *next, out);
    }
    *next += n;
    out += n * BLOCK;
    blocks -= n;
  }
}

/* Clears memory that nobody reads again; the compiler may not leave it out. */
static void wipe(void *memory, size_t size) {
  memset(memory, 0, size);
  __asm__ volatile("" : : "r"(memory) : "memory");
}

static uint64_t load_number(const uint8_t *bytes) {
  uint64_t number;
  memcpy(&number, bytes, sizeof number);
  return __builtin_bswap64(number);
}

/* Asked once, as CPUID is slow in a virtual machine. Two threads that ask at the same time get the same answer. */
static int instructions(void) {
  static _Atomic int known;
  int found = atomic_load_explicit(&known, memory_order_relaxed);
  if (found == UNKNOWN) {
    found = ask_processor();
    if (found > EE_AES_LIMIT) found = EE_AES_LIMIT;
    atomic_store_explicit(&known, found, memory_order_relaxed);
  }
  return found;
}

int32_t ee_ctr_drbg_check(void) { return instructions() == NO_AES ? -ENOTSUP : 0; }

int32_t ee_ctr_drbg_advance(uint8_t *state, uint8_t *out, size_t n) {
  if (state == NULL || (out == NULL && n > 0)) return -EINVAL;
  const int found = instructions();
  if (found == NO_AES) return -ENOTSUP;
  schedule keys;
  expand(&keys, state);
  const uint8_t *v = state + EE_SEED_LENGTH - BLOCK;
  counter next = ((counter)load_number(v) << 64 | load_number(v + BLOCK / 2)) + 1;
  const bool wide = found == WIDE_AES_INSTRUCTIONS;
  fill(&keys, &next, out, n / BLOCK, wide);
  if (n % BLOCK != 0) {
    uint8_t last[BLOCK];
    fill(&keys, &next, last, 1, wide);
    memcpy(out + (n - n % BLOCK), last, n % BLOCK);
    wipe(last, sizeof last);
  }
  fill(&keys, &next, state, EE_SEED_LENGTH / BLOCK, wide);
  wipe(&keys, sizeof keys);
  wipe(&next, sizeof next);
  return 0;
}

/* ---- The derivation function ---- */

static void encrypt_block(const schedule *keys, uint8_t *block) {
  encrypt_one(keys, (counter)load_number(block) << 64 | load_number(block + BLOCK / 2), block);
}

static void add(uint8_t *block, const uint8_t *other) {
  for (int i = 0; i < BLOCK; i++) block[i] ^= other[i];
}

static void store_number(uint8_t *bytes, uint32_t number) {
  number = __builtin_bswap32(number);
  memcpy(bytes, &number, sizeof number);
}

/* L and N come before the input, each of this size; then a byte 0x80, and zeros up to the border of a block. */
#define NUMBER 4
#define CHAINS (EE_SEED_LENGTH / BLOCK)

/* Writes block number `index` of S = L || N || input || 0x80 || 0 ... */
static void padded_block(const uint8_t *input, size_t n, size_t index, uint8_t *block) {
  memset(block, 0, BLOCK);
  if (index == 0) {
    store_number(block, (uint32_t)n);
    store_number(block + NUMBER, EE_SEED_LENGTH);
  }
  for (size_t i = index == 0 ? 2 * NUMBER : 0; i < BLOCK; i++) {
    const size_t at = index * BLOCK + i - 2 * NUMBER;
    if (at < n) block[i] = input[at];
    else if (at == n) block[i] = 0x80;
  }
}

int32_t ee_ctr_drbg_derive(const uint8_t *input, size_t n, uint8_t *out) {
  if (out == NULL || (input == NULL && n > 0) || n > UINT32_MAX) return -EINVAL;
  if (instructions() == NO_AES) return -ENOTSUP;
  uint8_t key[KEY_WORDS * sizeof(uint32_t)];
  for (size_t i = 0; i < sizeof key; i++) key[i] = (uint8_t)i;
  schedule keys;
  expand(&keys, key);
  /* Steps 6 to 9: BCC of IV || S, for IV = 0, 1, 2. Its chaining value begins as zero. */
  uint8_t chains[CHAINS][BLOCK] = {{0}};
  for (uint32_t i = 0; i < CHAINS; i++) {
    store_number(chains[i], i);
    encrypt_block(&keys, chains[i]);
  }
  uint8_t block[BLOCK];
  for (size_t index = 0; index * BLOCK < 2 * NUMBER + n + 1; index++) {
    padded_block(input, n, index, block);
    for (int i = 0; i < CHAINS; i++) {
      add(chains[i], block);
      encrypt_block(&keys, chains[i]);
    }
  }
  /* Steps 10 to 15: the first two are a key; the last one is encrypted again and again. */
  expand(&keys, chains[0]);
  for (int i = 0; i < CHAINS; i++) {
    encrypt_block(&keys, chains[CHAINS - 1]);
    memcpy(out + i * BLOCK, chains[CHAINS - 1], BLOCK);
  }
  wipe(&keys, sizeof keys);
  wipe(chains, sizeof chains);
  wipe(block, sizeof block);
  return 0;
}
