/* Sockets to an address that is given as text, for the sources that time the network. */
#define _DEFAULT_SOURCE
#define _DARWIN_C_SOURCE

#include "endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The longest slice of a kernel that cannot be interrupted: an abort waits no longer. */
#define WAIT_MS 20

int32_t ee_endpoint_read(const uint64_t *words, size_t n, int type, ee_endpoint *endpoint) {
  if (words == NULL || n < 2 || words[0] > UINT16_MAX) return -EINVAL;
  const char *host = (const char *)(words + 1);
  if (memchr(host, 0, (n - 1) * sizeof *words) == NULL) return -EINVAL;
  char port[8];
  snprintf(port, sizeof port, "%u", (unsigned)words[0]);

  const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = type};
  struct addrinfo *found = NULL;
  if (getaddrinfo(host, port, &hints, &found) != 0 || found == NULL) return -EINVAL;
  memcpy(&endpoint->address, found->ai_addr, found->ai_addrlen);
  endpoint->length = found->ai_addrlen;
  freeaddrinfo(found);
  return 0;
}

int32_t ee_endpoint_socket(const ee_endpoint *endpoint, int type) {
  const int descriptor = socket(endpoint->address.ss_family, type, 0);
  if (descriptor < 0) return -errno;
  if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 && fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0) return descriptor;
  const int32_t error = -errno;
  close(descriptor);
  return error;
}

int32_t ee_endpoint_wait(int descriptor, short events) {
  struct pollfd waited = {.fd = descriptor, .events = events};
  const int count = poll(&waited, 1, WAIT_MS);
  /* A signal ends the wait early; the caller calls again anyway. */
  if (count < 0) return errno == EINTR ? 0 : -errno;
  return count;
}
