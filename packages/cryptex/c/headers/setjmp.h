/*
 * In place of the system's. libyara jumps out of its three lexers where flex calls a fault fatal: when memory has run out, and at
 * faults of flex itself that no input can cause (text to be parsed lies in memory as a whole, so no buffer is filled again). Both end
 * the instance here, as memory that has run out does anywhere (memory.c). So nothing has to unwind the stack, and the module does
 * without the exceptions of WebAssembly.
 */
#ifndef CX_SETJMP_H
#define CX_SETJMP_H

#include "memory.h"

typedef int jmp_buf[1];

#define setjmp(environment) ((void) (environment), 0)
#define longjmp(environment, value) ((void) (environment), (void) (value), cx_out_of_memory())

#endif
