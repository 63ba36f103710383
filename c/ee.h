/*
 * The C interface of esoteric-entropy: what ffi/ calls. Kernels, commands, readings and steps are declared by the files
 * of kernels/ themselves, one file a source; here stand their contracts, and everything else that is exported.
 */
#ifndef EE_H
#define EE_H

#include <stddef.h>
#include <stdint.h>

/* Raised with every change that an older caller would misunderstand. */
#define EE_ABI_VERSION 2

#define EE_EXPORT __attribute__((visibility("default")))

EE_EXPORT uint32_t ee_abi_version(void);

/* ---- Exports of kernels/ ---- */

/*
 * Each marks the definition of a function that ffi/ may call. The names that carry a mark are the list of what there
 * is: `npm run gen` writes them to ffi/kernels.ts, and the build refuses a function of these shapes without a mark.
 */
#define EE_KERNEL EE_EXPORT
#define EE_COMMAND EE_EXPORT
#define EE_READING EE_EXPORT
#define EE_STEP EE_EXPORT

/*
 * EE_KERNEL int32_t ee_<source id>(uint64_t *out, size_t n)
 *
 * One native sampling loop. It does the same piece of work again and again and writes how long each took, in ticks of
 * the machine's finest counter. Nothing is hashed, folded, debiased or left out: raw means raw.
 *
 * Fills out[0..n) with raw samples, oldest first. Returns 0, or a negative errno with out undefined:
 *   -EINVAL  out is null
 *   -ENOMEM  the kernel's working memory could not be mapped
 *   -EBUSY   another thread is inside this kernel: kernels are not reentrant
 *   or what a system call inside the timed work answered.
 * Samples are ticks: counter units divided by ee_clock_step(). Those of cpu_trng are the numbers themselves.
 */

/*
 * EE_COMMAND int32_t ee_<source id>_<verb>(const char *text)
 *
 * Gives a kernel what it needs of the machine besides memory. Returns 0 or a negative errno.
 *   check  finds out whether the kernel can run on this machine; leaves nothing behind but loaded libraries
 *   open   gives it a folder to make its file in, the bytes of memory that it may take, or (null) has it find its device;
 *          -EBUSY if it has one
 *   close  takes that away again, if there is something; null
 * What is open belongs to the thread that opened it: other threads neither see nor miss it. It is closed when that thread
 * ends, however it ends.
 */

/*
 * EE_READING int32_t ee_<source id>(uint64_t *out, size_t n)
 *
 * Reads numbers that the system keeps, in a fixed order, into out[0..n). Returns 0 or a negative errno. Nothing is
 * timed.
 */

/*
 * EE_STEP int32_t ee_<source id>_<verb>(uint64_t *words, size_t n)
 *
 * One step of a source that waits for the world outside: see the file of each. It takes and leaves what it needs in
 * words[0..n). Returns 0 or a negative errno.
 */

/* ---- The clock and the kernels' memory ---- */

/* "tsc", "cntvct", "mach_absolute_time", "clock_monotonic_raw"; "null" in builds for the null control. */
EE_EXPORT const char *ee_clock_name(void);

/* Counter units in one tick: the step in which the counter is seen to advance. Found once, in well under 1 ms. */
EE_EXPORT uint64_t ee_clock_step(void);

/* Nanoseconds in one tick. Exact where the system states the counter's rate; else measured, waiting up to 5 ms. */
EE_EXPORT double ee_clock_period_ns(void);

/*
 * Unmaps the working memory of all kernels but those that are open; the next call maps it anew. -EBUSY if some kernel was
 * running.
 */
EE_EXPORT int32_t ee_release(void);

/* ---- Services: calls that measure nothing ---- */

/* Those that call the system return 0 or a negative errno, -ENOTSUP where there is no such call. */

/* Makes the pipe behind a file descriptor hold `size` bytes, which the system rounds up to pages. Linux. */
EE_EXPORT int32_t ee_resize_pipe(int32_t fd, uint32_t size);

/* Makes a FIFO with these permissions less the umask. -EEXIST if there is anything of that name, even a link to nowhere. */
EE_EXPORT int32_t ee_make_fifo(const char *path, uint32_t mode);

/*
 * Mixes bytes into the kernel's generator, the one behind /dev/random, and has it count them as `bits` bits of entropy:
 * -EINVAL for more than 8 bits a byte or more than EE_FEED_MAX bytes, -EPERM without the right to. Linux.
 */
#define EE_FEED_MAX 512
EE_EXPORT int32_t ee_feed_kernel(const void *bytes, size_t n, uint32_t bits);

/*
 * Has the kernel make the key of its generator anew from all that was mixed in, which it otherwise does in its own time: -EPERM
 * without the right to, -EINVAL from kernels that have no such call (RNDRESEEDCRNG, Linux 4.17), -ENODATA while too little
 * entropy was counted since it started. Linux.
 */
EE_EXPORT int32_t ee_reseed_kernel(void);

/*
 * What tells a copy of this process, or of the machine it runs in, from the original. Each word stays as it is until:
 *   0     the process was forked: its id
 *   1     the machine slept, or was restored from a hibernated image: nanoseconds of sleep since it started, good to some
 *         0.1 ms
 *   2, 3  the process was restored under another kernel: the id of the boot, 0 where there is none
 *   4     the kernel told of a new generation of the virtual machine, or lost events of which one may have been that
 *   5, 6  the hypervisor told of a migration or a restored snapshot (VMClock), 0 where it has no such device
 * Takes about half a microsecond. -EINVAL unless n is EE_IDENTITY_WORDS. Reentrant.
 */
#define EE_IDENTITY_WORDS 7
EE_EXPORT int32_t ee_identity(uint64_t *out, size_t n);

/*
 * Fills out[0..n) with bytes of the system's generator, from the kernel: never from a generator in this process, which a
 * copy would have, too. Reentrant.
 */
EE_EXPORT int32_t ee_os_random(void *out, size_t n);

/*
 * The key stream of CTR_DRBG(AES-256), SP 800-90A rev. 1 section 10.2.1. state is Key || V. Fills out[0..n) with
 * E(Key, V + 1), E(Key, V + 2), ... and replaces state by the EE_SEED_LENGTH bytes that follow at the next border of a
 * block; V is a number of 128 bits that wraps around. -EINVAL for a null state, -ENOTSUP as `check` answers, where the
 * processor has no AES instructions. Reentrant.
 */
#define EE_SEED_LENGTH 48
EE_EXPORT int32_t ee_ctr_drbg_check(void);
EE_EXPORT int32_t ee_ctr_drbg_advance(uint8_t *state, uint8_t *out, size_t n);

/*
 * Block_Cipher_df of input[0..n), section 10.3.2 there: out[0..EE_SEED_LENGTH). -EINVAL for 2^32 bytes or more, -ENOTSUP as
 * above. Reentrant.
 */
EE_EXPORT int32_t ee_ctr_drbg_derive(const uint8_t *input, size_t n, uint8_t *out);

/*
 * Maps zeroed memory for secrets, a multiple of ee_secret_page() bytes, which stays mapped for as long as the process lives. Null
 * where there is none. Tells in kept[0..3) what the system does for it, each 0 or a negative errno:
 *   LOCK   it is never swapped out: -ENOMEM or -EPERM beyond RLIMIT_MEMLOCK
 *   DUMPS  it is left out of core dumps: Linux
 *   FORKS  a forked child finds zeros in its place: Linux 4.14. -ENOTSUP elsewhere
 */
enum { EE_SECRET_LOCK, EE_SECRET_DUMPS, EE_SECRET_FORKS };
EE_EXPORT void *ee_secret_map(size_t size, int32_t *kept);
EE_EXPORT size_t ee_secret_page(void);

/* Two hexadecimal digits, in lower case, for each byte: text[0..2n). Reentrant. */
EE_EXPORT void ee_hex(const uint8_t *bytes, size_t n, uint8_t *text);

/* ---- The loops over all symbols of the estimators of SP 800-90B section 6.3 ---- */

/*
 * Symbols are one a byte, oldest first, below `alphabet`, at most EE_MOST_SYMBOLS; bits are bytes 0 and 1. What is computed is
 * said in src/stats/sp800-90b, which gives the same results to the last bit. `stop` is null, or a word that another thread sets
 * to end the work: in some milliseconds it then returns -ECANCELED. -ENOMEM where working memory is refused, -EINVAL for too
 * few symbols or too many. Reentrant.
 */
#define EE_MOST_SYMBOLS ((int32_t)1 << 30)

/*
 * Writes to order[0..n) the lengths of the common prefixes of each suffix and the one before it, in sorted order. Returns the
 * longest. spare[0..n) is overwritten.
 */
EE_EXPORT int32_t ee_repeat_lengths(const uint8_t *symbols, int32_t n, int32_t alphabet, int32_t *order, int32_t *spare,
                                    const int32_t *stop);

/* Returns the smallest length of which no tuple occurs 35 times, from lengths[0..n) as written above: at most longest + 1. */
EE_EXPORT int32_t ee_repeat_first_rare(const int32_t *lengths, int32_t n, const int32_t *stop);

/*
 * Counts the tuples of each length, from lengths[0..n) as written above: see `Repeats`. highest[0..rare) and
 * pairs[0..longest - rare] are zeros before. `lengths` and spare[0..n) are overwritten.
 */
EE_EXPORT int32_t ee_repeat_counts(int32_t *lengths, int32_t *spare, int32_t n, int32_t longest, int32_t rare, int32_t *highest,
                                   double *pairs, const int32_t *stop);

/* Counts each byte 0 … 255: out[0..256). */
EE_EXPORT int32_t ee_count_symbols(const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop);

/* Counts the waits of the collision estimate, out[0], and the bits that they take, out[1]. */
EE_EXPORT int32_t ee_count_waits(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop);

/* Counts, of each bit and the next, ones that have a next, out[0], ones before a one, out[1], and bits that differ, out[2]. */
EE_EXPORT int32_t ee_count_steps(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop);

/* Counts the distances of the compression estimate, out[0..n / 6]: a block of six bits and the last like it. */
EE_EXPORT int32_t ee_count_distances(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop);

/* Predictors: out[0] becomes the number of correct predictions, out[1] the longest run of them. */
EE_EXPORT int32_t ee_mcw_bits(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop);
EE_EXPORT int32_t ee_mcw_symbols(const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop);
EE_EXPORT int32_t ee_lag_bits(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop);
EE_EXPORT int32_t ee_lag_symbols(const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop);
EE_EXPORT int32_t ee_mmc_bits(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop);
EE_EXPORT int32_t ee_mmc_symbols(const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop);
EE_EXPORT int32_t ee_lz78y_bits(const uint8_t *bits, int32_t n, int32_t *out, const int32_t *stop);
EE_EXPORT int32_t ee_lz78y_symbols(const uint8_t *symbols, int32_t n, int32_t *out, const int32_t *stop);

/* ---- The permutation test of SP 800-90B section 5.1, as above: src/stats/sp800-90b/iid ---- */

/* Shuffles symbols[0..n) by the generator whose four words are in `state`, and leaves its state there. */
EE_EXPORT int32_t ee_shuffle(uint8_t *symbols, int32_t n, uint32_t *state, const int32_t *stop);

/* Statistics, in the order of the standard, and lags of two of them. */
#define EE_IID_STATISTICS 19
#define EE_IID_LAGS 5

/* Bytes of working memory that the next function takes for n symbols. */
EE_EXPORT double ee_iid_memory(int32_t n);

/*
 * Writes those statistics to out[0..EE_IID_STATISTICS) that have a 1 in wanted[0..EE_IID_STATISTICS). values[0..alphabet) are the
 * recorded values of the symbols, which ascend; `mean` is that of the recorded values, `least` the least symbol that is not below
 * the median. memory[0..ee_iid_memory(n)) is overwritten.
 */
EE_EXPORT int32_t ee_iid_statistics(const uint8_t *symbols, int32_t n, const uint8_t *values, int32_t alphabet, double mean,
                                    int32_t least, const uint8_t *wanted, double *out, uint8_t *memory, const int32_t *stop);

/*
 * Random words for numpy.random, from a buffer that its owner fills. The three functions have the
 * shape of numpy/random/bitgen.h and take an ee_bitgen. They never invent a word: while bytes[position..length) is too
 * short for one they empty it and call refill, which puts new bytes at its start and then sets length. Once every KiB they
 * look whether the process was copied since the owner put its identity there; then they wipe and empty the buffer. Not
 * reentrant.
 */
typedef struct {
  uint8_t *bytes;
  uint64_t position;
  uint64_t length;
  void (*refill)(void);
  uint64_t look_at;
  uint64_t identity[EE_IDENTITY_WORDS];
} ee_bitgen;

EE_EXPORT uint64_t ee_bitgen_next64(void *generator);
EE_EXPORT uint32_t ee_bitgen_next32(void *generator);
EE_EXPORT double ee_bitgen_double(void *generator);

/* ---- The battery for large data (deep/) ---- */

/*
 * Tests of deep/ take a stream of bytes piece by piece, and keep all that they know of it in `state`: memory of the caller, in which
 * there is no pointer, so that it can be written to a file and be gone on with elsewhere. It is zeros at first, but for what the
 * caller prepares. Numbers in it are little-endian, as are all machines that we build for. Bits of a byte count from the least
 * significant. Functions return 0, -ECANCELED soon after another thread set `stop` to anything but 0 (and then leave the state
 * undefined), or -ENOMEM. Reentrant, each with a state of its own.
 *
 * EE_DEEP_FEED int32_t ee_deep_<name>(void *state, const uint8_t *bytes, size_t n, uint64_t offset, const int32_t *stop)
 *
 * Takes in the next `n` bytes, a multiple of EE_DEEP_UNIT, which begin at `offset` in the stream. How the stream is cut into pieces makes no
 * difference to the state.
 *
 * EE_DEEP_MEASURE int32_t ee_deep_<name>(void *state, double *out, size_t n, const int32_t *stop)
 *
 * Writes n figures of all that was taken in: the file of each says which. It may use the state as working memory, as long as what
 * follows is the same as if it had not been called.
 */
#define EE_DEEP_FEED EE_EXPORT
#define EE_DEEP_MEASURE EE_EXPORT
#define EE_DEEP_UNIT ((size_t)1 << 16)

#endif
