/*
 * A graphics processor that fills a buffer, for gpu_timing.
 * gpu_metal.c (macOS) and gpu_opencl.c (Linux) implement it.
 */
#ifndef EE_GPU_H
#define EE_GPU_H

#include <stdint.h>

/* Bytes filled: one page of the largest kind, too few for bandwidth to matter. */
#define EE_GPU_SIZE 65536

/* A queue of the processor and its buffer. */
typedef struct ee_gpu ee_gpu;

/*
 * Finds the processor and makes a queue and a buffer. Returns 0 or a negative errno: -ENOENT if the system's library
 * for such processors is missing, -ENODEV if there is none, -ENOTSUP if all of them compute on the CPU.
 */
int32_t ee_gpu_open(ee_gpu **gpu);

/* Has the buffer filled and waits for it. Returns 0 or a negative errno. */
int32_t ee_gpu_fill(ee_gpu *gpu);

void ee_gpu_close(ee_gpu *gpu);

#endif
