/* Memory that has run out ends the instance: see memory.c. */
#ifndef CX_MEMORY_H
#define CX_MEMORY_H

_Noreturn void cx_out_of_memory(void);

#endif
