/*
 * hash_timing: how long a fixed hash of the same 64 KiB takes.
 *
 * The buffer is larger than the innermost cache and is read from end to end, so part of each pass comes from the next
 * cache; the arithmetic is a chain that nothing can shorten. Content, order and start are the same every time: what
 * varies is what the machine did to the core and its caches, which is little. With new data for each sample the timings
 * would look lively (4.3 assessed bits, against 0.13 for the same data) and mean nothing.
 *
 * The hash is only work: the step of FNV-1a on words instead of bytes, without any cryptographic strength.
 */
#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#define SIZE ((size_t)64 * 1024)
#define WORDS (SIZE / sizeof(uint64_t))
#define ROUNDS EE_WORK_SCALE

/* FNV's 64-bit prime and offset basis. */
#define PRIME 0x00000100000001b3u
#define BASIS 0xcbf29ce484222325u

EE_KERNEL int32_t ee_hash_timing(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = SIZE, .busy = ATOMIC_FLAG_INIT};
  const int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  uint64_t *words = (uint64_t *)workspace.memory;
  if (workspace.fresh) {
    for (size_t w = 0; w < WORDS; w++) words[w] = w;
    workspace.fresh = false;
  }
  for (size_t i = 0; i < n; i++) {
    const uint64_t before = ee_ticks();
    for (int k = 0; k < ROUNDS; k++) {
      /* Two chains side by side take half the time, some 5 us. */
      uint64_t even = BASIS, odd = BASIS;
      for (size_t w = 0; w < WORDS; w += 2) {
        even = (even ^ words[w]) * PRIME;
        odd = (odd ^ words[w + 1]) * PRIME;
      }
      even ^= odd;
      EE_OPERATION(even);
    }
    out[i] = ee_ticks() - before;
  }
  return ee_leave(&workspace, out, n, 0);
}
