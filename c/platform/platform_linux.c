/* Linux. */
#if defined(__linux__)
#define _GNU_SOURCE

#include "ee.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

bool ee_counter_usable;

uint64_t ee_os_clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#if defined(EE_OS_CLOCK)
/* Test aid: a build that never touches the counter. */
void ee_platform_start(void) { ee_counter_usable = false; }

#elif defined(__x86_64__)
/* CPUID 0x80000001 EDX bit 27: rdtscp exists. 0x80000007 EDX bit 8: the counter has one rate and never stops. */
void ee_platform_start(void) {
  unsigned a, b, c, features = 0, power = 0;
  int trapped = PR_TSC_ENABLE;
  prctl(PR_GET_TSC, &trapped);
  if (trapped == PR_TSC_SIGSEGV) return;
  if (!__get_cpuid(0x80000001, &a, &b, &c, &features)) return;
  if (!__get_cpuid(0x80000007, &a, &b, &c, &power)) return;
  ee_counter_usable = (features >> 27 & 1) != 0 && (power >> 8 & 1) != 0;
}

#else
/* Programs may read the virtual counter on every Linux: its own vDSO does. */
void ee_platform_start(void) { ee_counter_usable = true; }
#endif

const char *ee_platform_clock_name(void) {
  if (!ee_counter_usable) return "clock_monotonic_raw";
#if defined(__x86_64__)
  return "tsc";
#else
  return "cntvct";
#endif
}

double ee_platform_unit_ns(void) {
  if (!ee_counter_usable) return 1;
#if defined(__x86_64__)
  return 0;
#else
  uint64_t hertz;
  __asm__("mrs %0, cntfrq_el0" : "=r"(hertz));
  return hertz > 0 ? 1e9 / (double)hertz : 0;
#endif
}

void *ee_map(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

/* Kernels without huge pages answer EINVAL; then there is nothing to forbid. */
void ee_forbid_huge_pages(void *address, size_t size) { (void)madvise(address, size, MADV_NOHUGEPAGE); }

int32_t ee_unmap(void *address, size_t size) { return munmap(address, size) == 0 ? 0 : -errno; }

int32_t ee_empty(void *address, size_t size) {
  return madvise(address, size, MADV_DONTNEED) == 0 ? 0 : -errno;
}

int32_t ee_leave_out_of_dumps(void *address, size_t size) {
  return madvise(address, size, MADV_DONTDUMP) == 0 ? 0 : -errno;
}

int32_t ee_wipe_on_fork(void *address, size_t size) {
  return madvise(address, size, MADV_WIPEONFORK) == 0 ? 0 : -errno;
}

size_t ee_page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

/* Lists fewer where /proc hides other users' processes. */
int32_t ee_processes_open(void) {
  const int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return folder >= 0 ? folder : -errno;
}

/* The system call itself: readdir would read each entry. */
int32_t ee_processes_list(int32_t handle, void *buffer, size_t size) {
  if (lseek(handle, 0, SEEK_SET) != 0) return -errno;
  long got;
  do got = syscall(SYS_getdents64, handle, buffer, size);
  while (got > 0);
  return got == 0 ? 0 : -errno;
}

void ee_processes_close(int32_t handle) { close(handle); }

/* The kernel may delay a wake-up by the thread's timer slack, 50,000 ns unless told otherwise. 0 would mean that default. */
#define LEAST_SLACK_NS 1

ee_sleep_state ee_sleep_begin(void) {
  const ee_sleep_state state = {prctl(PR_GET_TIMERSLACK)};
  prctl(PR_SET_TIMERSLACK, LEAST_SLACK_NS);
  return state;
}

int32_t ee_sleep_shortest(void) {
  const struct timespec shortest = {0, 1};
  /* A signal that cuts the sleep short is a wake-up like any other. */
  return nanosleep(&shortest, NULL) == 0 || errno == EINTR ? 0 : -errno;
}

void ee_sleep_end(ee_sleep_state state) {
  if (state.previous > 0) prctl(PR_SET_TIMERSLACK, (unsigned long)state.previous);
}

int32_t ee_resize_pipe(int32_t fd, uint32_t size) {
  if (size > INT_MAX) return -EINVAL;
  return fcntl(fd, F_SETPIPE_SZ, (int)size) < 0 ? -errno : 0;
}

/* struct rand_pool_info, whose last member has no length in C11. */
typedef struct {
  int entropy_bits;
  int size;
  uint32_t bytes[EE_FEED_MAX / sizeof(uint32_t)];
} ee_kernel_feed;

int32_t ee_feed_kernel(const void *bytes, size_t n, uint32_t bits) {
  if (bytes == NULL || n > EE_FEED_MAX || bits > 8 * n) return -EINVAL;
  const int device = open("/dev/random", O_WRONLY | O_CLOEXEC);
  if (device < 0) return -errno;
  ee_kernel_feed feed = {.entropy_bits = (int)bits, .size = (int)n};
  memcpy(feed.bytes, bytes, n);
  const int32_t result = ioctl(device, RNDADDENTROPY, &feed) == 0 ? 0 : -errno;
  memset(&feed, 0, sizeof feed);
  /* The compiler has to assume that the zeros are read. */
  __asm__ volatile("" : : "r"(&feed) : "memory");
  close(device);
  return result;
}

int32_t ee_reseed_kernel(void) {
  const int device = open("/dev/random", O_WRONLY | O_CLOEXEC);
  if (device < 0) return -errno;
  const int32_t result = ioctl(device, RNDRESEEDCRNG) == 0 ? 0 : -errno;
  close(device);
  return result;
}

#else
typedef int ee_not_linux;
#endif
