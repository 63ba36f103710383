/* A native kernel of a program that has nothing to do with any product: see ../program.ts. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT uint32_t sq_version(void) { return 1; }

/* Writes the first n square numbers. Returns 0, or -ERANGE if one does not fit 32 bits. */
EXPORT int32_t sq_fill(uint64_t *out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (i > UINT16_MAX) return -ERANGE;
    out[i] = (uint64_t)i * i;
  }
  return 0;
}
