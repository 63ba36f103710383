/* The clock's step and rate, measured. */
#include <stdbool.h>
#include <stdlib.h>

#include "cpu.h"
#include "ee.h"
#include "platform.h"

/*
 * Number of deltas from which the step is found. If the step is s and each delta a random multiple of it, their
 * greatest common divisor exceeds s with a chance of about 2^-PROBES. 512 of them take some 0.1 ms.
 */
#define PROBES 512

/* The least step, in units, at which rounding and true steps can be told apart. */
#define COARSE 8

/* Each pair of readings is good to some 50 ns, so a rate measured over 5 ms is good to 2e-5. */
#define CALIBRATION_NS 5000000

#if defined(EE_NULL_CLOCK)
uint64_t ee_null_reading;
#endif

static uint64_t step = 1;

/* The counter and the system's clock at the same moment, read while the library was loaded. */
static struct pair {
  uint64_t ticks, ns;
} start;

/* Returns the try with the closest readings: the one that nothing interrupted. */
static struct pair read_pair(void) {
  struct pair best = {0, 0};
  uint64_t shortest = UINT64_MAX;
  for (int attempt = 0; attempt < 8; attempt++) {
    const uint64_t before = ee_ticks();
    const uint64_t ns = ee_os_clock_ns();
    const uint64_t after = ee_ticks();
    if (after - before >= shortest) continue;
    shortest = after - before;
    best = (struct pair){before + shortest / 2, ns};
  }
  return best;
}

static int ascending(const void *left, const void *right) {
  const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

/*
 * The step of a clock that is rounded to its unit: one that advances every 41.67 ns but counts nanoseconds shows deltas
 * of 41, 42, 83, 84, 125. The last bit of these is rounding, not noise. Such deltas come in groups of at most two
 * neighbours with wide gaps between; the smallest distance between groups is the step. A fine clock has no such gaps.
 */
static uint64_t rounded_step(uint64_t *deltas) {
  qsort(deltas, PROBES, sizeof *deltas, ascending);
  uint64_t smallest = UINT64_MAX;
  uint64_t group = deltas[0];
  for (int i = 1; i < PROBES; i++) {
    const uint64_t distance = deltas[i] - group;
    if (distance <= 1) continue;
    if (distance < COARSE) return 1;
    if (distance < smallest) smallest = distance;
    group = deltas[i];
  }
  return smallest == UINT64_MAX ? 1 : smallest;
}

/* Times work of varying length: a fixed piece might always take an even number of steps, say. */
static uint64_t find_step(void) {
  uint64_t deltas[PROBES];
  uint64_t divisor = 0;
  for (unsigned i = 0; i < PROBES; i++) {
    uint64_t product = i | 1;
    const uint64_t before = ee_ticks();
    for (unsigned k = i % 61; k > 0; k--) {
      product *= product;
      EE_OPERATION(product);
    }
    deltas[i] = ee_ticks() - before;
    for (uint64_t rest = deltas[i]; rest > 0;) {
      const uint64_t next = divisor % rest;
      divisor = rest;
      rest = next;
    }
  }
  return divisor > 1 ? divisor : rounded_step(deltas);
}

/* Nothing else can call in while the library is loaded, so none of this needs locks. */
__attribute__((constructor)) static void start_clock(void) {
  ee_platform_start();
  step = find_step();
  start = read_pair();
}

const char *ee_clock_name(void) {
#if defined(EE_NULL_CLOCK)
  return "null";
#else
  return ee_platform_clock_name();
#endif
}

uint64_t ee_clock_step(void) { return step; }

double ee_clock_period_ns(void) {
#if defined(EE_NULL_CLOCK)
  return 1;
#else
  const double stated = ee_platform_unit_ns();
  if (stated > 0) return stated * (double)step;
  struct pair now;
  do now = read_pair();
  while (now.ns - start.ns < CALIBRATION_NS);
  return (double)(now.ns - start.ns) / (double)(now.ticks - start.ticks) * (double)step;
#endif
}
