/*
 * dram_row_buffer: how long a load from the memory chips takes.
 *
 * A cache line is flushed, then read. The load waits for the memory controller's queue, for a bank to open its row, and
 * sometimes for a refresh, which has a clock of its own. None of these runs in step with the core.
 *
 * A sample is one load of the same line. Two in a chain hold half a bit more and take twice as long; several lines in
 * turn add the pattern of their differing distances and no noise. The fence lowers the rate; without it a cache answers
 * one load in ten before the flush is done.
 *
 * Where a flush does not reach the memory (some systems on a chip have a last cache that it skips), the loads walk
 * through more memory than caches hold: each is on another page, half the field or more from the one before, and at no
 * constant stride, which a prefetcher would learn. How much memory that may be, who opens it says.
 */
#include <errno.h>
#include <stdlib.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define LOADS (1 * EE_WORK_SCALE)

/* From one line to the next: another page, on most machines another row and bank. An odd number of lines meets them all. */
#define STRIDE (((size_t)1 << 20) + 64)

/* 256 MB unless told otherwise: more than the last cache of any machine likely to need the walk. */
#define MOST_WALK_BITS 28
/* A smaller field fits the caches of telephones. */
#define LEAST_WALK_BITS 24
#define LINE_BITS 6
#define SMALLEST_PAGE 4096

/* 64 loads together take some 150 steps of a 24 MHz clock if they reach the memory, and some 8 if they do not. */
#define TEST_LOADS 64
#define TEST_ROUNDS 4

static ee_workspace lines = {.size = LOADS * STRIDE, .busy = ATOMIC_FLAG_INIT};
static ee_workspace field = {.size = (size_t)1 << MOST_WALK_BITS, .busy = ATOMIC_FLAG_INIT};
static int walk_bits = MOST_WALK_BITS;

/* Returns the least total time of TEST_LOADS loads of one line, in counter units: interruptions only add to it. */
static uint64_t time_loads(void **line, bool flush) {
  uint64_t least = UINT64_MAX;
  for (int round = 0; round < TEST_ROUNDS; round++) {
    uint64_t total = 0;
    for (int i = 0; i < TEST_LOADS; i++) {
      if (flush) ee_flush_line(line);
      ee_fence();
      const uint64_t before = ee_ticks();
      void *next = *line;
      EE_OPERATION(next);
      total += ee_ticks() - before;
    }
    if (total < least) least = total;
  }
  return least;
}

/* Test aid: a build that always walks. */
#ifdef EE_DRAM_WALK
#define ALWAYS_WALK true
#else
#define ALWAYS_WALK false
#endif

/* Self-test: a flushed load takes at least twice as long as one from the nearest cache. */
static bool flush_reaches_memory(void **line) {
  const uint64_t far = time_loads(line, true);
  const uint64_t near = time_loads(line, false);
#if defined(EE_NULL_CLOCK)
  /* The null clock finds them equal. */
  return !ALWAYS_WALK && far == near;
#else
  return !ALWAYS_WALK && far >= 2 * near;
#endif
}

static void sample_flushed(uint64_t *out, size_t n) {
  void **first = (void **)lines.memory;
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < LOADS; k++) ee_flush_line(lines.memory + k * STRIDE);
    ee_fence();
    void **line = first;
    const uint64_t before = ee_ticks();
    for (size_t k = 0; k < LOADS; k++) {
      line = *line;
      EE_OPERATION(line);
    }
    out[i] = ee_ticks() - before;
  }
}

/*
 * Visits lines in bit-reversed order: 0, 1/2, 1/4, 3/4, 1/8, 5/8 ... of the field. Each holds 0; adding it to the next
 * address makes that load wait for this one.
 */
static int32_t sample_walk(uint64_t *out, size_t n) {
  static uint32_t count;
  const int32_t error = ee_enter(&field, out, n);
  if (error != 0) return error;
  unsigned char *memory = field.memory;
  if (field.fresh) {
    /* Pages never written to may all be one shared page of zeros. */
    for (size_t at = 0; at < field.size; at += SMALLEST_PAGE) memory[at] = 0;
    field.fresh = false;
  }
  for (size_t i = 0; i < n; i++) {
    unsigned char value = 0;
    const uint64_t before = ee_ticks();
    for (int k = 0; k < LOADS; k++) {
      const size_t place = __builtin_bitreverse32(count++) >> (32 - walk_bits) & ~(((size_t)1 << LINE_BITS) - 1);
      value = memory[place + value];
      EE_OPERATION(value);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&field, out, n, 0);
}

/* Lays out the lines, and finds out if the loads have to walk. */
static bool lay_out(void) {
  static bool flushing;
  if (lines.fresh) {
    for (size_t k = 0; k < LOADS; k++) {
      *(void **)(lines.memory + k * STRIDE) = lines.memory + (k + 1) % LOADS * STRIDE;
    }
    flushing = flush_reaches_memory((void **)lines.memory);
    lines.fresh = false;
  }
  return flushing;
}

/* Returns the bits of the largest field of at most so many bytes; -ENOMEM if it would be too small, -EINVAL for no number. */
static int32_t bits_within(const char *bytes) {
  if (bytes == NULL) return MOST_WALK_BITS;
  char *end;
  const unsigned long long most = strtoull(bytes, &end, 10);
  if (*bytes < '0' || *bytes > '9' || *end != '\0') return -EINVAL;
  int bits = MOST_WALK_BITS;
  while (bits >= LEAST_WALK_BITS && most >> bits == 0) bits--;
  return bits < LEAST_WALK_BITS ? -ENOMEM : bits;
}

/* `bytes` is the most memory that a walk may take, in decimal digits; null for as much as it likes. -ENOMEM if it needs more. */
EE_COMMAND int32_t ee_dram_row_buffer_check(const char *bytes) {
  int32_t error = ee_enter(&lines, NULL, 0);
  if (error != 0) return error;
  if (!lay_out()) {
    const int32_t bits = bits_within(bytes);
    if (bits < 0) error = bits;
  }
  return ee_leave_raw(&lines, error);
}

static void forget_field(int bits) {
  if (field.memory != NULL) ee_unmap(field.memory, field.size);
  field.memory = NULL;
  field.size = (size_t)1 << bits;
  walk_bits = bits;
}

/* The same number; the walk keeps to it until it is closed. */
EE_COMMAND int32_t ee_dram_row_buffer_open(const char *bytes) {
  int32_t error = ee_enter(&lines, NULL, 0);
  if (error != 0) return error;
  const int32_t bits = lay_out() ? MOST_WALK_BITS : bits_within(bytes);
  if (bits < 0) error = bits;
  else if (bits != walk_bits) forget_field(bits);
  return ee_leave_raw(&lines, error);
}

EE_COMMAND int32_t ee_dram_row_buffer_close(const char *nothing) {
  (void)nothing;
  const int32_t error = ee_enter(&lines, NULL, 0);
  if (error != 0) return error;
  forget_field(MOST_WALK_BITS);
  return ee_leave_raw(&lines, 0);
}

EE_KERNEL int32_t ee_dram_row_buffer(uint64_t *out, size_t n) {
  int32_t error = ee_enter(&lines, out, n);
  if (error != 0) return error;
  if (lay_out()) {
    sample_flushed(out, n);
    return ee_leave(&lines, out, n, 0);
  }
  error = sample_walk(out, n);
  /* sample_walk has already turned its durations into ticks. */
  return ee_leave_raw(&lines, error);
}
