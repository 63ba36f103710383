/* Linux: what tells a copy of this process, or of its machine, from the original; and the kernel's random bytes. */
#if defined(__linux__)
#define _GNU_SOURCE

#include "ee.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Process that opened what follows, or is about to. A forked one opens its own: a shared socket gives each event once. */
static _Atomic(long) owner;
static _Atomic(int) boot_file = -1;
static _Atomic(int) event_socket = -1;

/* ---- The boot ---- */

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* Reads 32 hexadecimal digits and four dashes. Returns false for any other text. */
static bool parse_uuid(const char *text, uint64_t out[2]) {
  uint64_t half[2] = {0, 0};
  int digits = 0;
  for (; *text != '\0' && digits < 32; text++) {
    const char c = *text;
    if (c == '-') continue;
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return false;
    half[digits / 16] = half[digits / 16] << 4 | (uint64_t)digit;
    digits++;
  }
  memcpy(out, half, sizeof half);
  return digits == 32;
}

static bool read_boot_id(int fd, uint64_t out[2]) {
  char text[64];
  const ssize_t got = pread(fd, text, sizeof text - 1, 0);
  text[got > 0 ? got : 0] = '\0';
  return parse_uuid(text, out);
}

/* Through a file that stays open, in a quarter of the time. A host program may have closed it, or taken its number. */
static void boot_id(uint64_t out[2]) {
  if (read_boot_id(boot_file, out)) return;
  const int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || !read_boot_id(fd, out)) out[0] = out[1] = 0;
  if (fd >= 0) close(fd);
}

/* ---- Time asleep ---- */

static uint64_t clock_ns(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return 0;
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* An interruption between two readings would pass for sleep. */
#define CLOSE_NS 100000
#define TRIES 8

static uint64_t asleep_ns(void) {
  uint64_t least = UINT64_MAX, asleep = 0;
  for (int i = 0; i < TRIES && least > CLOSE_NS; i++) {
    const uint64_t before = clock_ns(CLOCK_MONOTONIC);
    const uint64_t boot = clock_ns(CLOCK_BOOTTIME);
    const uint64_t took = clock_ns(CLOCK_MONOTONIC) - before;
    if (took >= least) continue;
    least = took;
    asleep = boot - before;
  }
  return asleep;
}

/* ---- The virtual machine's generation ---- */

/*
 * The driver of the VM generation ID sends "change@...VMGENCTR...", with this among its fields, after it has reseeded the
 * kernel's generator: Linux 6.8 and kernels of vendors; 6.9 took it back. The kernel sends to all network namespaces that
 * belong to the first user namespace, and anybody may listen.
 */
#if defined(EE_TEST_IDENTITY)
/* Test aid: a field that the kernel sends when NEWVMGENID=1 is written to a device's file `uevent`. */
#define GENERATION_FIELD "SYNTH_ARG_NEWVMGENID="
#else
#define GENERATION_FIELD "NEW_VMGENID="
#endif
#define KERNEL_GROUP 1
#define EVENT_BYTES 8192

static _Atomic(uint64_t) generations;

/* Lets events pass that begin with "change" (these are its first four letters): the rest would fill the socket while nobody asks. */
static struct sock_filter changes_only[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x6368616e, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    BPF_STMT(BPF_RET | BPF_K, 0),
};

/* Returns -1 where the system does not allow it. */
static int open_events(void) {
  const int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  if (fd < 0) return -1;
  const struct sock_fprog filter = {sizeof changes_only / sizeof *changes_only, changes_only};
  const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
  (void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
  if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

static bool has_field(const char *event, size_t size) {
  for (const char *field = event; field < event + size; field += strnlen(field, (size_t)(event + size - field)) + 1) {
    if (strncmp(field, GENERATION_FIELD, strlen(GENERATION_FIELD)) == 0) return true;
  }
  return false;
}

/* A host program may have closed the socket and opened another under its number. */
static bool is_event_socket(int fd) {
  int protocol = 0, domain = 0;
  socklen_t size = sizeof protocol;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_NETLINK) return false;
  return getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 && protocol == NETLINK_KOBJECT_UEVENT;
}

/* Counts generations, and losses of events, among which one may have been. */
static void receive_events(void) {
  char event[EVENT_BYTES + 1];
  const int fd = event_socket;
  if (fd < 0) return;
  for (;;) {
    ssize_t got = recv(fd, event, 1, MSG_DONTWAIT | MSG_PEEK);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got < 0 && errno == ENOBUFS) {
      generations++;
      continue;
    }
    if (got < 0 || !is_event_socket(fd)) {
      event_socket = -1;
      return;
    }
    struct sockaddr_nl from = {0};
    socklen_t size = sizeof from;
    got = recvfrom(fd, event, EVENT_BYTES, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
    if (got < 0) continue;
    event[got] = '\0';
    /* Sender 0 is the kernel: programs with the right to may send to this group, too. */
    if (from.nl_pid == 0 && has_field(event, (size_t)got)) generations++;
  }
}

/*
 * The VMClock device, UAPI.15 (https://uapi-group.org/specifications/specs/vmclock/): a page that the hypervisor
 * changes. Linux 6.13 has the disruption marker, which a live migration changes, too; 7.0 the counter of generations.
 */
typedef struct {
  uint32_t magic;
  uint32_t size;
  uint16_t version;
  uint16_t counter_and_type;
  uint32_t sequence;
  uint64_t disruption_marker;
  uint64_t flags;
  uint64_t times[9];
  uint64_t generation;
} ee_vmclock;

_Static_assert(offsetof(ee_vmclock, generation) == 104, "as the standard has it");

#define VMCLOCK "/dev/vmclock0"
#define VMCLOCK_BYTES 4096
#define VMCLOCK_MAGIC 0x4b4c4356
#define VMCLOCK_HAS_GENERATION (1u << 8)

static _Atomic(const volatile ee_vmclock *) vmclock;

static void map_vmclock(void) {
#if defined(EE_TEST_IDENTITY)
  char path[64];
  snprintf(path, sizeof path, "/tmp/ee-vmclock-%ld", (long)getpid());
#else
  const char *path = VMCLOCK;
#endif
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ee_vmclock *page = mmap(NULL, VMCLOCK_BYTES, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (page == MAP_FAILED) return;
  if (page->magic == VMCLOCK_MAGIC && page->version == 1) vmclock = page;
  else munmap(page, VMCLOCK_BYTES);
}

/* ---- Together ---- */

static void start(long process) {
  long before = owner;
  if (before == process || !atomic_compare_exchange_strong(&owner, &before, process)) return;
  if (event_socket >= 0 && is_event_socket(event_socket)) close(event_socket);
  event_socket = open_events();
  if (boot_file < 0) boot_file = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
  if (vmclock == NULL) map_vmclock();
}

int32_t ee_identity(uint64_t *out, size_t n) {
  if (out == NULL || n != EE_IDENTITY_WORDS) return -EINVAL;
  /* The system call itself: no library's idea of the process. */
  const long process = syscall(SYS_getpid);
  if (owner != process) start(process);
  receive_events();
  const volatile ee_vmclock *clock = vmclock;
  out[0] = (uint64_t)process;
  out[1] = asleep_ns();
  boot_id(out + 2);
  out[4] = generations;
  out[5] = clock == NULL ? 0 : clock->disruption_marker;
  out[6] = clock == NULL || !(clock->flags & VMCLOCK_HAS_GENERATION) ? 0 : clock->generation;
  return 0;
}

/* The system call itself: the C library's function may have a generator of its own in this process's memory. */
int32_t ee_os_random(void *out, size_t n) {
  uint8_t *bytes = out;
  if (bytes == NULL) return -EINVAL;
  for (size_t done = 0; done < n;) {
    const long got = syscall(SYS_getrandom, bytes + done, n - done, 0);
    if (got < 0 && errno != EINTR) return -errno;
    if (got > 0) done += (size_t)got;
  }
  return 0;
}

#else
typedef int ee_not_linux_identity;
#endif
