/*
 * dns_timing: how long a datagram and its answer take.
 *
 * This file has only the system calls and the clock around them. The caller decides what to ask and which datagram is
 * the answer; one that is not costs another call. The clock is read as soon as the datagram has been read, on a thread
 * that waits for nothing else: an event loop would add the time it was busy elsewhere.
 *
 * All steps work on one array of words that the caller keeps between calls; this file has no state.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "ee.h"
#include "endpoint.h"
#include "platform.h"

/* Places in words[]; the bytes of the datagram begin at DATA. */
enum { SOCKET, BYTES, SENT_AT, TICKS, DATA };

/* In: port and address, see endpoint.h. Out: words[SOCKET]. A connected socket receives from its peer only. */
EE_STEP int32_t ee_dns_timing_open(uint64_t *words, size_t n) {
  ee_endpoint server;
  int32_t error = ee_endpoint_read(words, n, SOCK_DGRAM, &server);
  if (error != 0) return error;
  const int32_t descriptor = ee_endpoint_socket(&server, SOCK_DGRAM);
  if (descriptor < 0) return descriptor;
  if (connect(descriptor, (struct sockaddr *)&server.address, server.length) != 0) {
    error = -errno;
    close(descriptor);
    return error;
  }
  words[SOCKET] = (uint64_t)descriptor;
  return 0;
}

/* In: SOCKET, BYTES, the datagram. Out: SENT_AT. */
EE_STEP int32_t ee_dns_timing_send(uint64_t *words, size_t n) {
  if (words == NULL || n < DATA || words[BYTES] > (n - DATA) * sizeof *words) return -EINVAL;
  words[SENT_AT] = ee_ticks();
  return send((int)words[SOCKET], words + DATA, words[BYTES], 0) < 0 ? -errno : 0;
}

/*
 * Waits up to 20 ms for a datagram. In: SOCKET, SENT_AT. Out: BYTES, 0 for none; else TICKS since SENT_AT, and the
 * datagram, cut off at the end of the array.
 */
EE_STEP int32_t ee_dns_timing_receive(uint64_t *words, size_t n) {
  if (words == NULL || n <= DATA) return -EINVAL;
  words[BYTES] = 0;
  const int32_t ready = ee_endpoint_wait((int)words[SOCKET], POLLIN);
  if (ready <= 0) return ready;
  const ssize_t length = recv((int)words[SOCKET], words + DATA, (n - DATA) * sizeof *words, 0);
  /* poll may announce a datagram whose checksum then turns out wrong. */
  if (length < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
  const uint64_t delta = ee_ticks() - words[SENT_AT];
  /* Counters of two processors may disagree by a little; a duration is never negative. */
  words[TICKS] = (int64_t)delta < 0 ? 0 : delta / ee_clock_step();
  words[BYTES] = (uint64_t)length;
  return 0;
}

/* In: SOCKET. */
EE_STEP int32_t ee_dns_timing_close(uint64_t *words, size_t n) {
  if (words == NULL || n <= SOCKET) return -EINVAL;
  return close((int)words[SOCKET]) == 0 ? 0 : -errno;
}
