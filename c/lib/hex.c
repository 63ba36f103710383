/* Bytes as hexadecimal digits; without a table, so that compilers can vectorise it. */
#include "ee.h"

static uint8_t digit(uint8_t value) { return (uint8_t)(value + (value < 10 ? '0' : 'a' - 10)); }

void ee_hex(const uint8_t *restrict bytes, size_t n, uint8_t *restrict text) {
  for (size_t i = 0; i < n; i++) {
    text[2 * i] = digit(bytes[i] >> 4);
    text[2 * i + 1] = digit(bytes[i] & 15);
  }
}
