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
 * constant stride, which a prefetcher would learn.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define LOADS (1 * EE_WORK_SCALE)

/* From one line to the next: another page, on most machines another row and bank. An odd number of lines meets them all. */
#define STRIDE (((size_t)1 << 20) + 64)

/* 256 MB: more than the last cache of any machine likely to need the walk. */
#define WALK_BITS 28
#define WALK_SIZE ((size_t)1 << WALK_BITS)
#define LINE_BITS 6
#define SMALLEST_PAGE 4096

/* 64 loads together take some 150 steps of a 24 MHz clock if they reach the memory, and some 8 if they do not. */
#define TEST_LOADS 64
#define TEST_ROUNDS 4

static ee_workspace lines = {.size = LOADS * STRIDE, .busy = ATOMIC_FLAG_INIT};
static ee_workspace field = {.size = WALK_SIZE, .busy = ATOMIC_FLAG_INIT};

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
    for (size_t at = 0; at < WALK_SIZE; at += SMALLEST_PAGE) memory[at] = 0;
    field.fresh = false;
  }
  for (size_t i = 0; i < n; i++) {
    unsigned char value = 0;
    const uint64_t before = ee_ticks();
    for (int k = 0; k < LOADS; k++) {
      const size_t place = __builtin_bitreverse32(count++) >> (32 - WALK_BITS) & ~(((size_t)1 << LINE_BITS) - 1);
      value = memory[place + value];
      EE_OPERATION(value);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&field, out, n, 0);
}

EE_KERNEL int32_t ee_dram_row_buffer(uint64_t *out, size_t n) {
  static bool flushing;
  int32_t error = ee_enter(&lines, out, n);
  if (error != 0) return error;
  if (lines.fresh) {
    for (size_t k = 0; k < LOADS; k++) {
      *(void **)(lines.memory + k * STRIDE) = lines.memory + (k + 1) % LOADS * STRIDE;
    }
    flushing = flush_reaches_memory((void **)lines.memory);
    lines.fresh = false;
  }
  if (flushing) {
    sample_flushed(out, n);
    return ee_leave(&lines, out, n, 0);
  }
  error = sample_walk(out, n);
  /* sample_walk has already turned its durations into ticks. */
  return ee_leave_raw(&lines, error);
}
