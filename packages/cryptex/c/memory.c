/*
 * In place of libyara's mem.c. Much of libyara does not look at what yr_malloc returns, and address 0 can be written to in WebAssembly:
 * what goes on after a refusal may work with wrong data. So memory that has run out ends the instance with a trap, and the host makes
 * another one. The one block that the host may be refused, the buffer for what is scanned, it asks malloc for (shim.c).
 */
#include <stdlib.h>
#include <string.h>
#include <yara/error.h>
#include <yara/mem.h>

#include "memory.h"
#include "shim.h"

static int out_of_memory = 0;

_Noreturn void cx_out_of_memory(void)
{
  out_of_memory = 1;
  __builtin_trap();
}

/* Tells after a trap if this was its cause. */
EXPORT(is_out_of_memory) int cx_is_out_of_memory(void) { return out_of_memory; }

static void* granted(void* block)
{
  if (block == NULL)
    cx_out_of_memory();
  return block;
}

int yr_heap_alloc(void) { return ERROR_SUCCESS; }
int yr_heap_free(void) { return ERROR_SUCCESS; }

/* A byte more than nothing: a block of no bytes may be NULL. */
void* yr_malloc(size_t size) { return granted(malloc(size == 0 ? 1 : size)); }

void* yr_calloc(size_t count, size_t size)
{
  return count == 0 || size == 0 ? granted(calloc(1, 1)) : granted(calloc(count, size));
}

void* yr_realloc(void* block, size_t size) { return granted(realloc(block, size == 0 ? 1 : size)); }
char* yr_strdup(const char* text) { return granted(strdup(text)); }
char* yr_strndup(const char* text, size_t length) { return granted(strndup(text, length)); }
void yr_free(void* block) { free(block); }
