/* macOS: what tells a copy of this process, or of its machine, from the original; and the kernel's random bytes. */
#if defined(__APPLE__)

#include "ee.h"

#include <errno.h>
#include <mach/mach_time.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sysctl.h>
#include <unistd.h>

/* A new one after every start of the system. */
#define BOOT_SESSION "kern.bootsessionuuid"

/* An interruption between two readings would pass for sleep. */
#define CLOSE_NS 100000
#define TRIES 8

static uint64_t asleep_ns(void) {
  mach_timebase_info_data_t base;
  if (mach_timebase_info(&base) != 0 || base.denom == 0) return 0;
  uint64_t least = UINT64_MAX, asleep = 0;
  for (int i = 0; i < TRIES && least > CLOSE_NS; i++) {
    const uint64_t before = mach_absolute_time();
    const uint64_t with_sleep = mach_continuous_time();
    const uint64_t took = (mach_absolute_time() - before) * base.numer / base.denom;
    if (took >= least) continue;
    least = took;
    asleep = (uint64_t)((__uint128_t)(with_sleep - before) * base.numer / base.denom);
  }
  return asleep;
}

/* The 32 hexadecimal digits of a UUID, in capitals or not. */
static void boot_session(uint64_t out[2]) {
  char text[64] = {0};
  size_t size = sizeof text - 1;
  out[0] = out[1] = 0;
  if (sysctlbyname(BOOT_SESSION, text, &size, NULL, 0) != 0) return;
  for (size_t i = 0, digits = 0; text[i] != '\0' && digits < 32; i++) {
    if (text[i] == '-') continue;
    const uint64_t digit = (uint64_t)(text[i] <= '9' ? text[i] - '0' : (text[i] & 7) + 9);
    out[digits / 16] = out[digits / 16] << 4 | (digit & 15);
    digits++;
  }
}

int32_t ee_identity(uint64_t *out, size_t n) {
  if (out == NULL || n != EE_IDENTITY_WORDS) return -EINVAL;
  out[0] = (uint64_t)getpid();
  out[1] = asleep_ns();
  boot_session(out + 2);
  /* Nothing tells the generation of a virtual machine here. */
  out[4] = out[5] = out[6] = 0;
  return 0;
}

/* Most bytes that getentropy(2) gives at a time. */
#define ENTROPY_BYTES 256

int32_t ee_os_random(void *out, size_t n) {
  uint8_t *bytes = out;
  if (bytes == NULL) return -EINVAL;
  for (size_t done = 0; done < n;) {
    const size_t part = n - done < ENTROPY_BYTES ? n - done : ENTROPY_BYTES;
    if (getentropy(bytes + done, part) != 0) return -errno;
    done += part;
  }
  return 0;
}

#else
typedef int ee_not_darwin_identity;
#endif
