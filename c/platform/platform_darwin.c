/* macOS. */
#if defined(__APPLE__)
#include "ee.h"
#include "platform.h"

#include <errno.h>
#include <libproc.h>
#include <pthread/qos.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* mach_absolute_time always exists. */
bool ee_counter_usable = true;

void ee_platform_start(void) {}

/* CLOCK_REALTIME counts microseconds here. */
uint64_t ee_os_clock_ns(void) { return clock_gettime_nsec_np(CLOCK_UPTIME_RAW); }

const char *ee_platform_clock_name(void) { return "mach_absolute_time"; }

double ee_platform_unit_ns(void) {
  mach_timebase_info_data_t base;
  if (mach_timebase_info(&base) != 0 || base.denom == 0) return 0;
  return (double)base.numer / (double)base.denom;
}

void *ee_map(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

/* Programs get huge pages here only if they ask for them. */
void ee_forbid_huge_pages(void *address, size_t size) {
  (void)address;
  (void)size;
}

int32_t ee_unmap(void *address, size_t size) { return munmap(address, size) == 0 ? 0 : -errno; }

/* MADV_DONTNEED is only advice here; mapping fresh pages over the old ones drops them for certain. */
int32_t ee_empty(void *address, size_t size) {
  void *fresh = mmap(address, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0);
  return fresh == MAP_FAILED ? -errno : 0;
}

int32_t ee_leave_out_of_dumps(void *address, size_t size) {
  (void)address;
  (void)size;
  return -ENOTSUP;
}

/* minherit could leave the mapping out of a child, which would then crash where it wipes it. */
int32_t ee_wipe_on_fork(void *address, size_t size) {
  (void)address;
  (void)size;
  return -ENOTSUP;
}

/* 16,384 on Apple silicon. */
size_t ee_page_size(void) { return (size_t)getpagesize(); }

/* One call needs no handle. */
int32_t ee_processes_open(void) { return 0; }

/* Lists the numbers of as many processes as fit. */
int32_t ee_processes_list(int32_t handle, void *buffer, size_t size) {
  (void)handle;
  return proc_listallpids(buffer, (int)size) > 0 ? 0 : -errno;
}

void ee_processes_close(int32_t handle) { (void)handle; }

/* Wake-ups of threads in lower classes are coalesced, by milliseconds in the background class. */
ee_sleep_state ee_sleep_begin(void) {
  const ee_sleep_state state = {(int64_t)qos_class_self()};
  pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, 0);
  return state;
}

/* nanosleep with 0 returns without sleeping here. A wait that is cut short is a wake-up like any other. */
int32_t ee_sleep_shortest(void) {
  (void)mach_wait_until(mach_absolute_time() + 1);
  return 0;
}

void ee_sleep_end(ee_sleep_state state) {
  if (state.previous != QOS_CLASS_UNSPECIFIED) pthread_set_qos_class_self_np((qos_class_t)state.previous, 0);
}

int32_t ee_resize_pipe(int32_t fd, uint32_t size) {
  (void)fd;
  (void)size;
  return -ENOTSUP;
}

/* Writing to /dev/random mixes the bytes in, but counts no entropy. */
int32_t ee_feed_kernel(const void *bytes, size_t n, uint32_t bits) {
  (void)bytes;
  (void)n;
  (void)bits;
  return -ENOTSUP;
}

int32_t ee_reseed_kernel(void) { return -ENOTSUP; }

#else
typedef int ee_not_macos;
#endif
