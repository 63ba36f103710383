/*
 * The whole C interface of esoteric-entropy: what ffi/ calls.
 *
 * A kernel is one native sampling loop. It does the same piece of work again and again and writes how long each took,
 * in ticks of the machine's finest counter. Nothing is hashed, folded, debiased or left out: raw means raw.
 */
#ifndef EE_H
#define EE_H

#include <stddef.h>
#include <stdint.h>

/* Raised with every change that an older caller would misunderstand. */
#define EE_ABI_VERSION 1

#define EE_EXPORT __attribute__((visibility("default")))

/*
 * Fills out[0..n) with raw samples, oldest first. Returns 0, or a negative errno with out undefined:
 *   -EINVAL  out is null
 *   -ENOMEM  the kernel's working memory could not be mapped
 *   -EBUSY   another thread is inside this kernel: kernels are not reentrant
 *   or what a system call inside the timed work answered.
 * Samples are ticks: counter units divided by ee_clock_step(). Those of cpu_trng are the numbers themselves.
 */
typedef int32_t ee_kernel(uint64_t *out, size_t n);

/* One kernel a file, named ee_<source id>. */
EE_EXPORT ee_kernel ee_clock_jitter;
EE_EXPORT ee_kernel ee_mach_timing;
EE_EXPORT ee_kernel ee_sleep_jitter;
EE_EXPORT ee_kernel ee_memory_timing;
EE_EXPORT ee_kernel ee_dram_row_buffer;
EE_EXPORT ee_kernel ee_cache_contention;
EE_EXPORT ee_kernel ee_page_fault_timing;
EE_EXPORT ee_kernel ee_speculative_execution;
EE_EXPORT ee_kernel ee_compression_timing;
EE_EXPORT ee_kernel ee_cpu_io_beat;
EE_EXPORT ee_kernel ee_cpu_memory_beat;
EE_EXPORT ee_kernel ee_cpu_trng;
EE_EXPORT ee_kernel ee_disk_io;
EE_EXPORT ee_kernel ee_dispatch_queue;
EE_EXPORT ee_kernel ee_dyld_timing;
EE_EXPORT ee_kernel ee_fsync_timing;
EE_EXPORT ee_kernel ee_gpu_timing;
EE_EXPORT ee_kernel ee_hash_timing;
EE_EXPORT ee_kernel ee_jitter_loop;
EE_EXPORT ee_kernel ee_metadata_timing;
EE_EXPORT ee_kernel ee_mprotect_timing;
EE_EXPORT ee_kernel ee_multi_domain_beat;
EE_EXPORT ee_kernel ee_spotlight_timing;
EE_EXPORT ee_kernel ee_thread_lifecycle;
EE_EXPORT ee_kernel ee_timer_signal;
EE_EXPORT ee_kernel ee_vm_page_timing;

/*
 * Some kernels need more of the machine than memory. A command is named ee_<source id>_<verb>:
 *   check  whether the kernel can run on this machine; leaves nothing behind but loaded libraries
 *   open   gives it a folder to make its file in, or (null) has it find its device; -EBUSY if it has one
 *   close  takes that away again, if there is something; null
 * Returns 0 or a negative errno.
 */
typedef int32_t ee_command(const char *text);

EE_EXPORT ee_command ee_compression_timing_check;
EE_EXPORT ee_command ee_cpu_trng_check;
EE_EXPORT ee_command ee_dyld_timing_check;
EE_EXPORT ee_command ee_metadata_timing_check;
EE_EXPORT ee_command ee_spotlight_timing_check;
EE_EXPORT ee_command ee_cpu_io_beat_open;
EE_EXPORT ee_command ee_cpu_io_beat_close;
EE_EXPORT ee_command ee_disk_io_open;
EE_EXPORT ee_command ee_disk_io_close;
EE_EXPORT ee_command ee_fsync_timing_open;
EE_EXPORT ee_command ee_fsync_timing_close;
EE_EXPORT ee_command ee_gpu_timing_open;
EE_EXPORT ee_command ee_gpu_timing_close;
EE_EXPORT ee_command ee_multi_domain_beat_open;
EE_EXPORT ee_command ee_multi_domain_beat_close;
EE_EXPORT ee_kernel ee_process;

/*
 * Sources that wait for the world outside, step by step: see the file of each. They take and leave what they need in
 * words[0..n), and return 0 or a negative errno.
 */
EE_EXPORT int32_t ee_dns_timing_open(uint64_t *words, size_t n);
EE_EXPORT int32_t ee_dns_timing_send(uint64_t *words, size_t n);
EE_EXPORT int32_t ee_dns_timing_receive(uint64_t *words, size_t n);
EE_EXPORT int32_t ee_dns_timing_close(uint64_t *words, size_t n);
EE_EXPORT int32_t ee_tcp_connect_start(uint64_t *words, size_t n);
EE_EXPORT int32_t ee_tcp_connect_finish(uint64_t *words, size_t n);
EE_EXPORT int32_t ee_tcp_connect_cancel(uint64_t *words, size_t n);
EE_EXPORT int32_t ee_wifi_rssi(uint64_t *out, size_t n);
EE_EXPORT int32_t ee_sysctl(uint64_t *out, size_t n);
EE_EXPORT int32_t ee_vmstat(uint64_t *out, size_t n);
EE_EXPORT int32_t ee_sensor_noise(uint64_t *out, size_t n);

EE_EXPORT uint32_t ee_abi_version(void);

/* "tsc", "cntvct", "mach_absolute_time", "clock_monotonic_raw"; "null" in builds for the null control. */
EE_EXPORT const char *ee_clock_name(void);

/* Counter units in one tick: the step in which the counter is seen to advance. Found once, in well under 1 ms. */
EE_EXPORT uint64_t ee_clock_step(void);

/* Nanoseconds in one tick. Exact where the system states the counter's rate; else measured, waiting up to 5 ms. */
EE_EXPORT double ee_clock_period_ns(void);

/* Gives back the working memory of all kernels; the next call maps it anew. -EBUSY if some kernel was running. */
EE_EXPORT int32_t ee_release(void);

/* Calls of the system that measure nothing. They return 0 or a negative errno, -ENOTSUP where there is no such call. */

/* Makes the pipe behind a file descriptor hold so many bytes, which the system rounds up to pages. Linux. */
EE_EXPORT int32_t ee_resize_pipe(int32_t fd, uint32_t size);

/* Makes a FIFO with these permissions less the umask. -EEXIST if there is anything of that name, even a link to nowhere. */
EE_EXPORT int32_t ee_make_fifo(const char *path, uint32_t mode);

/*
 * Mixes bytes into the kernel's generator, the one behind /dev/random, and has it count them as so many bits of entropy:
 * -EINVAL for more than 8 bits a byte or more than EE_FEED_MAX bytes, -EPERM without the right to. Linux.
 */
#define EE_FEED_MAX 512
EE_EXPORT int32_t ee_feed_kernel(const void *bytes, size_t n, uint32_t bits);

/*
 * The key stream of CTR_DRBG(AES-256), SP 800-90A rev. 1 section 10.2.1. state is Key || V. Fills out[0..n) with
 * E(Key, V + 1), E(Key, V + 2), ... and replaces state by the EE_SEED_LENGTH bytes that follow at the next border of a
 * block; V is a number of 128 bits that wraps around. -EINVAL for a null state, -ENOTSUP as `check` answers, where the
 * processor has no AES instructions. Reentrant.
 */
#define EE_SEED_LENGTH 48
EE_EXPORT int32_t ee_ctr_drbg_check(void);
EE_EXPORT int32_t ee_ctr_drbg_advance(uint8_t *state, uint8_t *out, size_t n);

/* Two hexadecimal digits, in lower case, for each byte: text[0..2n). Reentrant. */
EE_EXPORT void ee_hex(const uint8_t *bytes, size_t n, uint8_t *text);

/*
 * Random words for numpy.random, from a buffer that its owner fills; not a kernel either. The three functions have the
 * shape of numpy/random/bitgen.h and take an ee_bitgen. They never invent a word: while bytes[position..length) is too
 * short for one they empty it and call refill, which puts new bytes at its start and then sets length. Not reentrant.
 */
typedef struct {
  uint8_t *bytes;
  uint64_t position;
  uint64_t length;
  void (*refill)(void);
} ee_bitgen;

EE_EXPORT uint64_t ee_bitgen_next64(void *generator);
EE_EXPORT uint32_t ee_bitgen_next32(void *generator);
EE_EXPORT double ee_bitgen_double(void *generator);

#endif
