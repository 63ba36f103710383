/*
 * A graphics processor that fills a buffer, for gpu_timing. There is one, used by the kernel that holds its lock.
 * gpu_metal.c (macOS) and gpu_opencl.c (Linux) implement it.
 */
#ifndef EE_GPU_H
#define EE_GPU_H

#include <stdint.h>

/* Bytes filled: one page of the largest kind, too few for bandwidth to matter. */
#define EE_GPU_SIZE 65536

/*
 * Finds the processor and makes a queue and a buffer. Returns 0 or a negative errno: -ENOENT if the system's library
 * for such processors is missing, -ENODEV if there is none, -ENOTSUP if all of them compute on the CPU.
 */
int32_t ee_gpu_open(void);

/* Has the buffer filled and waits for it. Returns 0 or a negative errno. */
int32_t ee_gpu_fill(void);

void ee_gpu_close(void);

#endif
