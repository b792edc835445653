/* Shared memory of the harness, mapped once. Columns lie in private mappings: what is written there, by R or
 * by C code of a form, is seen by nobody else, and is forgotten before the next batch. */
#define _GNU_SOURCE
#include "native.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WRITABLE = 1, GONE = 2 };

typedef struct {
  uint32_t id, flags;
  uint64_t size;
} news;

typedef struct {
  uint32_t id;
  char *at;
  size_t size;
  int failed; /* errno, where it could not be mapped */
} segment;

static int socket_fd = -1;
static segment *segments;
static int known, room;

static segment *find(uint32_t id) {
  for (int i = 0; i < known; i++)
    if (segments[i].id == id) return &segments[i];
  return NULL;
}

static void drop(uint32_t id) {
  segment *one = find(id);
  if (one == NULL) return;
  if (one->at != NULL) munmap(one->at, one->size);
  *one = segments[--known];
}

static void map(const news *told, int fd) {
  if (known == room) {
    int more = room ? 2 * room : 8;
    segment *grown = realloc(segments, more * sizeof *grown);
    if (grown == NULL) Rf_error("cannot allocate a list of %d segments", more);
    segments = grown;
    room = more;
  }
  int sharing = told->flags & WRITABLE ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE;
  void *at = mmap(NULL, told->size, PROT_READ | PROT_WRITE, sharing, fd, 0);
  segment *one = &segments[known++];
  one->id = told->id;
  one->size = told->size;
  one->at = at == MAP_FAILED ? NULL : at;
  one->failed = at == MAP_FAILED ? errno : 0;
}

void listen_for_segments(int fd) { socket_fd = fd; }

/* All that the harness has said of segments so far; it says so before it sends a call. */
void hear_of_segments(void) {
  for (;;) {
    news told;
    char space[CMSG_SPACE(sizeof(int))];
    struct iovec part = {&told, sizeof told};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
    ssize_t got = recvmsg(socket_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got != sizeof told) return;
    int fd = -1;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head != NULL && head->cmsg_type == SCM_RIGHTS) memcpy(&fd, CMSG_DATA(head), sizeof fd);
    drop(told.id);
    if (fd >= 0 && !(told.flags & GONE)) map(&told, fd);
    if (fd >= 0) close(fd);
  }
}

static segment *usable(uint32_t id) {
  segment *one = find(id);
  if (one == NULL) { /* the harness was interrupted between passing it and the call that should have said so */
    hear_of_segments();
    one = find(id);
  }
  if (one == NULL) Rf_error("a call names segment %u, which was never passed", id);
  if (one->at == NULL)
    Rf_error("cannot allocate room to map %.0f bytes of a batch: %s", (double)one->size, strerror(one->failed));
  return one;
}

char *segment_at(uint32_t id, int64_t offset, int64_t bytes) {
  segment *one = usable(id);
  if (offset < 0 || bytes < 0 || (uint64_t)offset > one->size || (uint64_t)bytes > one->size - (uint64_t)offset)
    Rf_error("a call names bytes %.0f to %.0f of a segment of %.0f", (double)offset, (double)offset + (double)bytes,
             (double)one->size);
  return one->at + offset;
}

char *answer_area(uint32_t id, size_t *size) {
  if (id == 0) return NULL;
  segment *one = usable(id);
  *size = one->size;
  return one->at;
}

/* Bits of /proc/self/pagemap: a page is ours alone if it is in memory but of no file, or swapped out. */
#define IN_MEMORY (UINT64_C(1) << 63)
#define SWAPPED (UINT64_C(1) << 62)
#define OF_A_FILE (UINT64_C(1) << 61)
#define AT_ONCE 1024

/* Pages of a private mapping that were written to: the next look at them shows the harness's memory again. */
void forget_written(const char *at, size_t bytes) {
  static int pagemap = -2;
  if (pagemap == -2) pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uintptr_t start = (uintptr_t)at / page * page;
  size_t pages = ((uintptr_t)at + bytes - start + page - 1) / page;
  uint64_t told[AT_ONCE];
  while (pages > 0) {
    size_t some = pages < AT_ONCE ? pages : AT_ONCE;
    ssize_t want = (ssize_t)(some * sizeof told[0]);
    int blind = pagemap < 0 || pread(pagemap, told, want, (off_t)(start / page * sizeof told[0])) != want;
    for (size_t i = 0; i < some; i++) {
      int written = blind || (told[i] & SWAPPED) || ((told[i] & IN_MEMORY) && !(told[i] & OF_A_FILE));
      if (written) madvise((void *)(start + i * page), page, MADV_DONTNEED);
    }
    start += some * page;
    pages -= some;
  }
}
