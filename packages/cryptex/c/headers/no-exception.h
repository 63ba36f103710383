/*
 * Included before everything, in place of libyara's exception.h, whose guard it takes. That one catches the SIGBUS of a mapped file
 * that shrinks. Here the data lie in the module's own memory, where no address within them can fail.
 */
#define YR_EXCEPTION_H

#include <yara/globals.h>

typedef struct
{
  void* memfault_from;
  void* memfault_to;
  void* jump_back;
} jumpinfo;

#define YR_TRYCATCH(condition, body, handler) \
  do                                          \
  {                                           \
    body                                      \
  } while (0)
