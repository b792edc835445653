/* The R end of a call in shared memory. Division of labour:
 *
 *   segments.c  shared memory that the harness passes over a socket: mapped, looked up, cleaned of what was written
 *   call.c      what a call says
 *   message.c   where the columns of an Arrow IPC message lie
 *   lent.c      numbers that R sees without a copy, and what becomes of those that the form keeps
 *   decode.c    Arrow columns as the vectors of a data.frame
 *   texts.c     texts among them
 *   encode.c    what a form returned, as bytes
 *   pipe.c      frames: read one, write one
 *   serve.c     the loop: read a frame, run the form, answer
 *
 * harness/workers/sharing.py is the other end; the frames are described there.
 */
#ifndef PARITY_NATIVE_H
#define PARITY_NATIVE_H

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>
#include <Rversion.h>
#include <R_ext/Rdynload.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* what an input is declared as: harness/workers/sharing.py has the same numbers */
enum kind { FLOAT = 1, INT, WIDE, BOOL, FACTOR, TEXT, DATE, DATETIME };

/* flags of a column */
enum { READY = 1 }; /* its values are as R has them: integers or doubles, its missing values among them */

/* one Arrow column: `first` counts elements from the start of every buffer */
typedef struct {
  enum kind kind;
  int flags;
  const char *values;   /* doubles, int64, bits, or offsets of texts */
  const uint8_t *valid; /* NULL: nothing is missing */
  const char *texts;
  int64_t first;
  int steady; /* whether it lies in a segment, and so may be lent */
} column;

typedef struct {
  int64_t rows;
  int columns;
  column *column;
} batch;

static inline int is_absent(const column *from, R_xlen_t i) {
  if (from->valid == NULL) return 0;
  int64_t bit = from->first + i;
  return !(from->valid[bit >> 3] >> (bit & 7) & 1);
}

#define TYPED(from, type) ((const type *)(from)->values + (from)->first)

/* segments.c */
void listen_for_segments(int fd);
void hear_of_segments(void);
char *segment_at(uint32_t id, int64_t offset, int64_t bytes);
char *answer_area(uint32_t id, size_t *size);
void forget_written(const char *at, size_t bytes);

/* call.c */
uint32_t read_call(size_t size, int columns, batch *into);

/* message.c */
void read_message(const char *message, size_t bytes, int steady, batch *into);

/* lent.c */
void make_lent_classes(DllInfo *library);
SEXP lend(int type, const char *at, R_xlen_t n);
int any_lent(void);
void take_back(SEXP frame, SEXP around);
void let_go(void);

/* decode.c */
typedef struct {
  int column;
  int64_t row;
} refusal;
int decode(const column *from, R_xlen_t rows, SEXP levels, SEXP *into, int64_t *refused_row);

/* texts.c */
SEXP texts(const column *from, R_xlen_t rows, int64_t *at);
int find_levels(const column *from, R_xlen_t rows, SEXP levels, int *to, int64_t *at);

/* pipe.c */
#define MARK 0x50480000
typedef struct {
  int32_t kind, call;
  double bytes;
} header;
void open_pipe(int read_fd, int write_fd);
int64_t now(void); /* nanoseconds of the monotonic clock */
size_t next_frame(void);
const char *frame_bytes(void);
void send_frame(struct iovec *parts, int count);

/* encode.c */
typedef struct {
  int32_t kind, nulls;
  int64_t offset, bytes;
} place;
typedef struct {
  place where;
  SEXP value; /* a bare vector, or list(kind, nulls, parts) as write.R makes it */
} answer;
int bare_answers(SEXP came, SEXP outputs, R_xlen_t rows, answer *into);
void column_answers(SEXP columns, answer *into);
void write_answer(answer *one, char *to);

#endif
