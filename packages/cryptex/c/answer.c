/* A buffer that grows. */
#include <string.h>
#include <yara/mem.h>

#include "shim.h"

/* A larger one, as compiled rules make it, is given back before the next answer. */
#define KEPT_CAPACITY (1 << 20)

static uint8_t* buffer = NULL;
static size_t length = 0;
static size_t capacity = 0;

EXPORT(answer) const uint8_t* cx_answer(void) { return buffer; }
EXPORT(answer_length) size_t cx_answer_length(void) { return length; }

void answer_clear(void)
{
  length = 0;
  if (capacity <= KEPT_CAPACITY)
    return;
  yr_free(buffer);
  buffer = NULL;
  capacity = 0;
}

/* Returns the place of `size` new bytes. */
static uint8_t* extend(size_t size)
{
  if (capacity - length < size)
  {
    capacity = 2 * capacity > length + size ? 2 * capacity : length + size;
    buffer = yr_realloc(buffer, capacity);
  }
  uint8_t* place = buffer + length;
  length += size;
  return place;
}

void answer_bytes(const void* bytes, size_t size)
{
  if (size > 0)
    memcpy(extend(size), bytes, size);
}

void answer_word(uint32_t word) { answer_bytes(&word, sizeof word); }

void answer_text(const char* text, size_t size)
{
  answer_word((uint32_t) size);
  answer_bytes(text, size);
  static const uint8_t ZEROS[3] = {0};
  answer_bytes(ZEROS, (4 - size % 4) % 4);
}

size_t answer_place(void)
{
  answer_word(0);
  return length - sizeof(uint32_t);
}

void answer_set(size_t place, uint32_t word) { memcpy(buffer + place, &word, sizeof word); }
