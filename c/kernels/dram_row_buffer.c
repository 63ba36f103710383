/*
 * dram_row_buffer: how long a load takes that has to go all the way to the memory chips.
 *
 * A cache line is flushed, then read. The load waits for the memory controller's queue, for a bank to open its row, now and
 * then for a refresh, which keeps the chips' own time. None of these runs in step with the core.
 *
 * One load, of the same line every time. Two in a chain hold half a bit more and take twice as long; several lines in turn
 * add the pattern of their differing distances, and no noise. The fence costs some of the rate; without it one load in ten
 * is answered by a cache before the flush is done.
 *
 * Where a flush does not reach the memory (some systems on a chip have a last cache that it spares), the loads walk
 * through more memory than caches hold instead: every load on another page, each half the field or more away from the one
 * before, and no constant distance, which a prefetcher would learn.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define LOADS (1 * EE_WORK_SCALE)

/* From line to line: another page, on most machines another row and bank. An odd number of lines, to meet all of them. */
#define STRIDE (((size_t)1 << 20) + 64)

/* 256 MB: more than the last cache of any machine likely to need the walk. */
#define WALK_BITS 28
#define WALK_SIZE ((size_t)1 << WALK_BITS)
#define LINE_BITS 6
#define SMALLEST_PAGE 4096

/* Summed, 64 loads are some 150 steps of a 24 MHz clock if they reach the memory, and some 8 if they do not. */
#define TEST_LOADS 64
#define TEST_ROUNDS 4

static ee_workspace lines = {.size = LOADS * STRIDE, .busy = ATOMIC_FLAG_INIT};
static ee_workspace field = {.size = WALK_SIZE, .busy = ATOMIC_FLAG_INIT};

/* The least total time of TEST_LOADS loads of one line, in counter units: interruptions only ever add to it. */
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

/* Self-test: a flushed load must take at least twice as long as one from the nearest cache. */
static bool flush_reaches_memory(void **line) {
  const uint64_t far = time_loads(line, true);
  const uint64_t near = time_loads(line, false);
#if defined(EE_NULL_CLOCK)
  /* A clock that measures nothing cannot judge: it finds them equal. */
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
 * Lines in the order of their numbers' reversed binary digits: 0, 1/2, 1/4, 3/4, 1/8, 5/8 ... of the field. Each holds 0;
 * adding it to the next address makes that load wait for this one.
 */
static int32_t sample_walk(uint64_t *out, size_t n) {
  static uint32_t count;
  const int32_t error = ee_enter(&field, out, n);
  if (error != 0) return error;
  unsigned char *memory = field.memory;
  if (field.fresh) {
    /* A page never written to may be one that all share. */
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

int32_t ee_dram_row_buffer(uint64_t *out, size_t n) {
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
  /* The walk has already turned its durations into ticks. */
  return ee_leave(&lines, out, 0, error);
}
