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
 * What words[0..n) name: the port as a number, then the address, in letters and ended by a null byte: "192.0.2.1",
 * "2001:db8::1", "fe80::1%eth0". No name is looked up, so nothing leaves the machine. 0 or a negative errno.
 */
int32_t ee_endpoint_read(const uint64_t *words, size_t n, int type, ee_endpoint *endpoint);

/* A socket that never waits and is not handed to child processes, or a negative errno. */
int32_t ee_endpoint_socket(const ee_endpoint *endpoint, int type);

/* Waits for what poll(2) calls `events`, as long as a kernel may hold up its thread. 1 if they came, 0, or an errno. */
int32_t ee_endpoint_wait(int descriptor, short events);

#endif
