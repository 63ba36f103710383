/*
 * cpu_trng: numbers from the processor's own noise source, 64 bits a sample. Values, not durations.
 *
 * RDSEED on x86-64, RNDRRS on arm64: numbers after the maker's conditioning, which cannot be inspected. They may be
 * mixed in and are credited nothing.
 */
#include <errno.h>

#include "cpu.h"
#include "ee.h"
#include "kernel.h"
#include "platform.h"

#if defined(__x86_64__)
#include <cpuid.h>

/* CPUID 7, sub-leaf 0, EBX bit 18: RDSEED exists. Checked first: executing a missing instruction would end the program. */
static bool exists(void) {
  unsigned a, b = 0, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b >> 18 & 1) != 0;
}

/* Returns false if no number is ready yet. */
static bool read_number(uint64_t *number) {
  unsigned char ready;
  __asm__ volatile("rdseed %0\n\tsetc %1" : "=r"(*number), "=qm"(ready) : : "cc");
  return ready != 0;
}

static void wait_a_little(void) { __asm__ volatile("pause"); }

#elif defined(__linux__)
#include <sys/auxv.h>

/* HWCAP2_RNG. */
#define RNG (1ul << 16)

static bool exists(void) { return (getauxval(AT_HWCAP2) & RNG) != 0; }

/* RNDRRS by its number: older assemblers do not know the name. It sets the flag Z if no number is ready. */
static bool read_number(uint64_t *number) {
  uint64_t ready;
  __asm__ volatile("mrs %0, s3_3_c2_c4_1\n\tcset %1, ne" : "=r"(*number), "=r"(ready) : : "cc");
  return ready != 0;
}

static void wait_a_little(void) { __asm__ volatile("yield"); }

#else

/* No known Apple processor has these registers. */
static bool exists(void) { return false; }

static bool read_number(uint64_t *number) {
  *number = 0;
  return false;
}

static void wait_a_little(void) {}

#endif

/* Makers advise some ten tries; other cores may be draining the same source. */
#define TRIES 10000

static int32_t next(uint64_t *number) {
  for (int attempt = 0; attempt < TRIES; attempt++) {
    if (read_number(number)) return 0;
    wait_a_little();
  }
  return -EAGAIN;
}

EE_COMMAND int32_t ee_cpu_trng_check(const char *nothing) {
  (void)nothing;
  return exists() ? 0 : -ENOSYS;
}

/*
 * After sleep, some AMD processors returned all ones for ever and reported success. Two equal numbers in a row, which a
 * sound source returns once in 2^64 draws, are therefore an error.
 */
EE_KERNEL int32_t ee_cpu_trng(uint64_t *out, size_t n) {
  static ee_workspace workspace = {.size = 0, .busy = ATOMIC_FLAG_INIT};
  int32_t error = ee_enter(&workspace, out, n);
  if (error != 0) return error;
  uint64_t previous = 0;
  error = exists() ? next(&previous) : -ENOSYS;
  for (size_t i = 0; i < n && error == 0; i++) {
    error = next(&out[i]);
    if (error == 0 && out[i] == previous) error = -EIO;
    previous = out[i];
  }
  return ee_leave_raw(&workspace, error);
}
