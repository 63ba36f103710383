/*
 * tcp_connect: how long a TCP connection takes to be made or refused: either is an answer from the other side.
 *
 * The time runs from the call that sends the first packet until the thread learns of the answer. Making the socket is
 * not part of it. Each connection is reset when it is closed: otherwise it would linger for a minute, and after some
 * thousands of them no ports would be left.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "ee.h"
#include "endpoint.h"
#include "platform.h"

/* Places in words[] while a connection is being made. */
enum { SOCKET, DONE, SENT_AT, TICKS, PLACES };

static void stop_clock(uint64_t *words) {
  const uint64_t delta = ee_ticks() - words[SENT_AT];
  /* Counters of two processors may disagree by a little; a duration is never negative. */
  words[TICKS] = (int64_t)delta < 0 ? 0 : delta / ee_clock_step();
  words[DONE] = 1;
  close((int)words[SOCKET]);
}

/* In: port and address, see endpoint.h. Out: SOCKET, DONE, SENT_AT; if done, TICKS, and the socket is closed. */
EE_STEP int32_t ee_tcp_connect_start(uint64_t *words, size_t n) {
  ee_endpoint server;
  if (n < PLACES) return -EINVAL;
  const int32_t error = ee_endpoint_read(words, n, SOCK_STREAM, &server);
  if (error != 0) return error;
  const int32_t descriptor = ee_endpoint_socket(&server, SOCK_STREAM);
  if (descriptor < 0) return descriptor;
  const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);

  words[SOCKET] = (uint64_t)descriptor;
  words[DONE] = 0;
  words[SENT_AT] = ee_ticks();
  if (connect(descriptor, (struct sockaddr *)&server.address, server.length) == 0 || errno == EINPROGRESS) return 0;
  if (errno == ECONNREFUSED) {
    stop_clock(words);
    return 0;
  }
  const int32_t refused = -errno;
  close(descriptor);
  return refused;
}

/* Waits up to 20 ms for the answer. In and out: as start leaves it. After an errno the socket is closed. */
EE_STEP int32_t ee_tcp_connect_finish(uint64_t *words, size_t n) {
  if (words == NULL || n < PLACES) return -EINVAL;
  int32_t ready = ee_endpoint_wait((int)words[SOCKET], POLLOUT);
  if (ready == 0) return 0;
  if (ready > 0) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt((int)words[SOCKET], SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
    if (error == 0 || error == ECONNREFUSED || error == ECONNRESET) {
      stop_clock(words);
      return 0;
    }
    ready = -error;
  }
  close((int)words[SOCKET]);
  return ready;
}

/* Gives up a connection that is not done. In: SOCKET. */
EE_STEP int32_t ee_tcp_connect_cancel(uint64_t *words, size_t n) {
  if (words == NULL || n < PLACES) return -EINVAL;
  return close((int)words[SOCKET]) == 0 ? 0 : -errno;
}
