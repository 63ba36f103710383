/*
 * The differences between operating systems, and the clock. Kernels include this and no header of the system.
 * platform_linux.c and platform_darwin.c implement it; each is empty when compiled for the other.
 */
#ifndef EE_PLATFORM_H
#define EE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__APPLE__)
#include <mach/mach_time.h>
#elif !defined(__linux__)
#error "supported: Linux and macOS"
#endif

#if !defined(__x86_64__) && !defined(__aarch64__)
#error "supported: x86-64 and arm64"
#endif

/* ---- The clock ---- */

/*
 * Follows each operation of timed work, with its result. The compiler has to assume that x is read and changed here, in
 * order with all memory accesses and clock readings, so it can neither drop nor move nor merge the work. It makes no
 * instruction. x is a variable that fits a register.
 */
#define EE_KEEP(x) __asm__ volatile("" : "+r"(x) : : "memory")

#if defined(EE_NULL_CLOCK)
/*
 * Null control: a perfect clock on a perfect machine. Each reading and each operation advances it by one step, however
 * long they took. Whatever still varies in a kernel's samples comes from a formula, not from the machine.
 * A step other than 1 checks the division by it.
 */
#define EE_NULL_STEP 7
extern uint64_t ee_null_reading;
#define EE_OPERATION(x) \
  do { \
    EE_KEEP(x); \
    ee_null_reading += EE_NULL_STEP; \
  } while (0)
#else
#define EE_OPERATION(x) EE_KEEP(x)
#endif

/* Linux: true if the processor's counter may be read; otherwise ee_ticks() is CLOCK_MONOTONIC_RAW. Set when loading. */
extern bool ee_counter_usable;

/* Reads a clock that is neither slewed nor set, in nanoseconds: CLOCK_MONOTONIC_RAW, CLOCK_UPTIME_RAW. */
uint64_t ee_os_clock_ns(void);

/*
 * Reads the finest counter there is, in its own units; never nanoseconds, whose rounding would pass for noise.
 * All loads before it have finished and no work after it has begun:
 * - x86-64: rdtscp waits for what precedes, lfence holds back what follows. Plain rdtsc does neither, and on some
 *   processors it is forced to rise by at least one, which hides the true step.
 * - arm64: dsb waits for loads and stores, isb for the rest.
 */
static inline uint64_t ee_ticks(void) {
#if defined(EE_NULL_CLOCK)
  return ee_null_reading += EE_NULL_STEP;
#elif defined(__APPLE__)
#if defined(__aarch64__)
  __asm__ volatile("dsb ish" ::: "memory");
#endif
  return mach_absolute_time();
#else
  if (!ee_counter_usable) return ee_os_clock_ns();
#if defined(__x86_64__)
  uint32_t low, high;
  __asm__ volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high) : : "rcx", "memory");
  return (uint64_t)high << 32 | low;
#else
  uint64_t count;
  __asm__ volatile("dsb ish\n\tisb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(count) : : "memory");
  return count;
#endif
#endif
}

/* Sets ee_counter_usable. Called once, while the library is loaded. */
void ee_platform_start(void);

const char *ee_platform_clock_name(void);

/* Nanoseconds in one unit of ee_ticks() where the system states it; 0 where it has to be measured. */
double ee_platform_unit_ns(void);

/* ---- Memory ---- */

/* Maps private zeroed pages, none of them present yet. Returns null if there is no memory. */
void *ee_map(size_t size);

/* Keeps the system from backing a mapping with pages larger than ee_page_size(). */
void ee_forbid_huge_pages(void *address, size_t size);

/* Returns 0 or a negative errno. */
int32_t ee_unmap(void *address, size_t size);

/* Drops the pages of a mapping that stays: the next touch of each faults again. Returns 0 or a negative errno. */
int32_t ee_empty(void *address, size_t size);

size_t ee_page_size(void);

/* Leaves a mapping out of core dumps. Returns 0 or a negative errno, -ENOTSUP where there is no such way. */
int32_t ee_leave_out_of_dumps(void *address, size_t size);

/* Has a forked child find zeros in place of a mapping. Returns as above. */
int32_t ee_wipe_on_fork(void *address, size_t size);

/* ---- Processes ---- */

/* Returns a handle by which processes are listed, or a negative errno. */
int32_t ee_processes_open(void);

/* Lists all processes into the buffer, from its start again whenever it is full. Returns 0 or a negative errno. */
int32_t ee_processes_list(int32_t handle, void *buffer, size_t size);

void ee_processes_close(int32_t handle);

/* ---- Sleeping ---- */

/* The setting of the calling thread that ee_sleep_begin changed. */
typedef struct {
  int64_t previous;
} ee_sleep_state;

/* Asks the scheduler to wake this thread as promptly as it can, instead of batching wake-ups to save power. */
ee_sleep_state ee_sleep_begin(void);

/* Sleeps to the next unit of the clock, the shortest sleep that leaves the processor. Returns 0 or a negative errno. */
int32_t ee_sleep_shortest(void);

/* Restores the thread's setting. */
void ee_sleep_end(ee_sleep_state state);

#endif
