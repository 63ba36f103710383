/*
 * sysctl, vmstat: counters that macOS keeps about itself, by its own names. Linux shows its counters in files, which
 * need no native code.
 *
 * A sysctl costs about a microsecond; the program of that name, some 90 ms. host_statistics64 has more about memory,
 * but answers programs other than Apple's from a cache when asked more than a few times a second.
 */
#include <errno.h>

#include "ee.h"

#if defined(__APPLE__)
#include <sys/sysctl.h>

#define COUNT(names) (sizeof(names) / sizeof *(names))

/*
 * Fills out[0..n) with the values of the counters now, in the order of `names`; 0 for a name that this system
 * does not know or reveal, and after the last name: a value that never changes earns no credit.
 */
static int32_t read_counters(const char *const *names, size_t count, uint64_t *out, size_t n) {
  if (out == NULL && n > 0) return -EINVAL;
  for (size_t i = 0; i < n; i++) {
    /* Counters are of 4 or 8 bytes; on both processors the low ones come first. */
    uint64_t value = 0;
    size_t size = sizeof value;
    const int failed = i >= count || sysctlbyname(names[i], &value, &size, NULL, 0) != 0;
    out[i] = failed || (size != 4 && size != 8) ? 0 : value;
  }
  return 0;
}

/* No clocks (machdep.time_since_reset, kern.monotonicclock): they count, but not events. */
EE_READING int32_t ee_sysctl(uint64_t *out, size_t n) {
  static const char *const names[] = {
    "kern.num_files",
    "kern.num_tasks",
    "kern.num_threads",
    "kern.num_vnodes",
    "kern.free_vnodes",
    "kern.num_recycledvnodes",
    "kern.memorystatus_level",
    "kern.ipc.sbmb_cnt",
    "net.inet.tcp.pcbcount",
    "net.inet.tcp.cc_sw_packets",
    "net.inet.tcp.in_sw_cksum",
    "net.inet.tcp.in_sw_cksum_bytes",
    "net.inet.tcp.out_sw_cksum",
    "net.inet.tcp.out_sw_cksum_bytes",
    "net.inet.udp.pcbcount",
    "net.inet.udp.in_sw_cksum",
    "net.inet.udp.in_sw_cksum_bytes",
    "net.inet.udp.out_sw_cksum",
    "net.inet.udp.out_sw_cksum_bytes",
    "net.inet.ip.in_sw_cksum",
    "net.inet.ip.out_sw_cksum",
    "net.local.stream.pcbcount",
    "net.local.dgram.pcbcount",
  };
  return read_counters(names, COUNT(names), out, n);
}

EE_READING int32_t ee_vmstat(uint64_t *out, size_t n) {
  static const char *const names[] = {
    "vm.page_free_count",
    "vm.page_speculative_count",
    "vm.page_purgeable_count",
    "vm.page_purgeable_wired_count",
    "vm.page_reusable_count",
    "vm.page_cleaned_count",
    "vm.page_pageable_internal_count",
    "vm.page_pageable_external_count",
    "vm.reusable_success",
    "vm.reusable_failure",
    "vm.reusable_pages_shared",
    "vm.reusable_reclaimed",
    "vm.reuse_success",
    "vm.reuse_failure",
    "vm.all_reusable_calls",
    "vm.partial_reusable_calls",
    "vm.all_reuse_calls",
    "vm.partial_reuse_calls",
    "vm.can_reuse_success",
    "vm.can_reuse_failure",
    "vm.pageout_inactive_clean",
    "vm.pageout_inactive_used",
    "vm.pageout_inactive_dirty_internal",
    "vm.pageout_inactive_dirty_external",
    "vm.pageout_speculative_clean",
    "vm.pageout_freed_external",
    "vm.pageout_freed_speculative",
    "vm.pageout_freed_cleaned",
    "vm.compressor_input_bytes",
    "vm.compressor_compressed_bytes",
    "vm.compressor_bytes_used",
    "vm.cs_blob_count",
  };
  return read_counters(names, COUNT(names), out, n);
}

#else
EE_READING int32_t ee_sysctl(uint64_t *out, size_t n) {
  (void)out;
  (void)n;
  return -ENOSYS;
}

EE_READING int32_t ee_vmstat(uint64_t *out, size_t n) {
  (void)out;
  (void)n;
  return -ENOSYS;
}
#endif
