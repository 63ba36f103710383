/* Sockets to an address that is given as text. */
#ifndef EE_ENDPOINT_H
#define EE_ENDPOINT_H

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

typedef struct {
  struct sockaddr_storage address;
  socklen_t length;
} ee_endpoint;

/*
 * Reads an endpoint from words[0..n): the port as a number, then the address as text with a final null byte:
 * "192.0.2.1", "2001:db8::1", "fe80::1%eth0". Looks up no names, so nothing leaves the machine. Returns 0 or a negative
 * errno.
 */
int32_t ee_endpoint_read(const uint64_t *words, size_t n, int type, ee_endpoint *endpoint);

/* Makes a socket that never blocks and is closed in child processes. Returns it, or a negative errno. */
int32_t ee_endpoint_socket(const ee_endpoint *endpoint, int type);

/* Waits up to 20 ms for `events` of poll(2). Returns 1 if they came, 0 if not, or a negative errno. */
int32_t ee_endpoint_wait(int descriptor, short events);

#endif
