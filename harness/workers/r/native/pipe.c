/* Frames through a pair of pipes: only one is ever under way. */
#include "native.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
  int read_fd, write_fd;
  volatile int in_child;
  char *buffer;
  size_t room;
} ends = {-1, -1, 0, NULL, 0};

static void in_child(void) { ends.in_child = 1; }

void open_pipe(int read_fd, int write_fd) {
  ends.read_fd = read_fd;
  ends.write_fd = write_fd;
  pthread_atfork(NULL, NULL, in_child);
}

/* The frame that next_frame() has read, header first. */
const char *frame_bytes(void) { return ends.buffer; }

static void make_room(size_t bytes) {
  if (bytes <= ends.room) return;
  char *grown = realloc(ends.buffer, bytes);
  if (grown == NULL) Rf_error("cannot allocate %.0f bytes for a frame", (double)bytes);
  ends.buffer = grown;
  ends.room = bytes;
}

/* Bytes into the buffer until there are `want`; how many there are then, fewer at the end of the pipe. */
static size_t fill(size_t have, size_t want) {
  while (have < want) {
    ssize_t got = read(ends.read_fd, ends.buffer + have, ends.room - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return have;
    have += (size_t)got;
  }
  return have;
}

/* A processor that goes to sleep takes longer to wake than a small call takes: where calls follow one another, the
 * next is here before that. Others that want to run go first. */
#define LINGER_NS 100000

int64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (int64_t)at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

static void linger(void) {
  struct pollfd calls = {ends.read_fd, POLLIN, 0};
  for (int64_t until = now() + LINGER_NS; poll(&calls, 1, 0) == 0 && now() < until;) sched_yield();
}

/* The next frame into the buffer; its size, 0 at the end. Only one frame is ever under way. */
size_t next_frame(void) {
  make_room(65536);
  linger();
  size_t have = fill(0, sizeof(header));
  if (have < sizeof(header)) return 0;
  header head;
  memcpy(&head, ends.buffer, sizeof head);
  size_t whole = sizeof head + (size_t)head.bytes;
  make_room(whole);
  return fill(have, whole) < whole ? 0 : whole;
}

void send_frame(struct iovec *parts, int count) {
  /* a form may have forked itself: its children have no say here */
  if (ends.in_child) _exit(0);
  while (count > 0) {
    ssize_t sent = writev(ends.write_fd, parts, count);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) _exit(0); /* nobody listens any more */
    while (count > 0 && (size_t)sent >= parts->iov_len) sent -= (ssize_t)parts++->iov_len, count--;
    if (count > 0) parts->iov_base = (char *)parts->iov_base + sent, parts->iov_len -= (size_t)sent;
  }
}
