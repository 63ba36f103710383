/* Linux: a thread that sleeps on a futex, and a POSIX timer whose signal this thread waits for. */
#if defined(__linux__)
#define _GNU_SOURCE

#include "events.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* ---- Hand-off ---- */

/* Whose turn it is; also the futex both threads sleep on. */
enum { OURS, THEIRS, OVER };

static _Atomic uint32_t turn;
static pthread_t other;

static void sleep_while(uint32_t value) {
  /* Returns at once if the value has changed; the caller checks whatever else ends it early. */
  while (atomic_load(&turn) == value) syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void give_turn(uint32_t value) {
  atomic_store(&turn, value);
  syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *serve(void *nothing) {
  for (;;) {
    sleep_while(OURS);
    if (atomic_load(&turn) == OVER) return nothing;
    give_turn(OURS);
  }
}

int32_t ee_handoff_begin(void) {
  atomic_store(&turn, OURS);
  /* Signals go to the program's own threads. */
  sigset_t all, previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  const int error = pthread_create(&other, NULL, serve, NULL);
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  return -error;
}

int32_t ee_handoff_run(void) {
  give_turn(THEIRS);
  sleep_while(THEIRS);
  return 0;
}

void ee_handoff_end(void) {
  give_turn(OVER);
  pthread_join(other, NULL);
}

/* ---- Timer ---- */

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/*
 * Sent to this thread alone, which blocks it and waits for it: no handler is installed, and no other thread sees it.
 * One of the last real-time signals, since C libraries and language run-times take the first ones.
 */
#define SIGNAL (SIGRTMAX - 3)

/* The kernel's number of the timer: its calls are used directly, since C libraries wrap the number in a type. */
static int timer;
static sigset_t waited, previous_mask;

int32_t ee_timer_begin(void) {
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGNAL;
  event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
  sigemptyset(&waited);
  sigaddset(&waited, SIGNAL);
  const int error = pthread_sigmask(SIG_BLOCK, &waited, &previous_mask);
  if (error != 0) return -error;
  if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) == 0) return 0;
  const int refused = errno;
  pthread_sigmask(SIG_SETMASK, &previous_mask, NULL);
  return -refused;
}

int32_t ee_timer_run(void) {
  const struct itimerspec shortest = {.it_value = {0, 1}};
  if (syscall(SYS_timer_settime, timer, 0, &shortest, NULL) != 0) return -errno;
  /* No timer is a second late. Another signal may interrupt the wait. */
  const struct timespec limit = {1, 0};
  while (sigtimedwait(&waited, NULL, &limit) < 0) {
    if (errno != EINTR) return errno == EAGAIN ? -ETIMEDOUT : -errno;
  }
  return 0;
}

void ee_timer_end(void) {
  syscall(SYS_timer_delete, timer);
  /* A signal still pending would end the program once unblocked. */
  const struct timespec none = {0, 0};
  while (sigtimedwait(&waited, NULL, &none) >= 0) continue;
  pthread_sigmask(SIG_SETMASK, &previous_mask, NULL);
}

#else
typedef int ee_events_not_linux;
#endif
