/* Included before every file of libyara. */
#ifndef CX_BEFORE_H
#define CX_BEFORE_H

/*
 * In place of libyara's exception.h, whose guard this is. That one catches the SIGBUS of a mapped file that shrinks. Here the data lie in
 * the module's own memory, where no address within them can fail.
 */
#define YR_EXCEPTION_H

#include <yara/globals.h>
#include <yara/types.h>

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

/* Returns ERROR_SCAN_TIMEOUT when the time is up: shim.c. */
int cx_check_time(const YR_SCAN_CONTEXT* context);

#endif
