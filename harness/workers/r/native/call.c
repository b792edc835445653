/* What a call says: its batch, wherever the columns of that lie. */
#include "native.h"
#include <string.h>

enum { DESCRIBED = 0, INLINE = 1, PLACED = 2 };

/* the beginning of a call, as harness/workers/sharing.py packs it */
typedef struct {
  int64_t rows;
  int32_t columns, form;
  uint32_t news, answers, segment, unused;
  int64_t offset, bytes;
} asked;

typedef struct {
  uint32_t values, valid, texts;
  int32_t flags;
  int64_t values_at, valid_at, texts_at, first, texts_bytes;
} described;

static void *take(const char **from, const char *end, size_t bytes) {
  if (bytes > (size_t)(end - *from)) Rf_error("a call of the harness is cut short");
  const char *at = *from;
  *from += bytes;
  return (void *)at;
}

static void place_column(const described *told, int64_t rows, column *into) {
  int64_t cells = told->first + rows;
  int ready = told->flags & READY, texts = (into->kind == FACTOR || into->kind == TEXT) && !ready;
  int narrow = ready ? into->kind == FACTOR || into->kind == INT : into->kind == DATE;
  int64_t bits = (cells + 7) / 8;
  int64_t bytes = into->kind == BOOL ? bits : texts ? 4 * (cells + 1) : narrow ? 4 * cells : 8 * cells;
  into->flags = told->flags;
  into->first = told->first;
  into->steady = 1;
  into->values = segment_at(told->values, told->values_at, bytes);
  into->valid = told->valid ? (const uint8_t *)segment_at(told->valid, told->valid_at, bits) : NULL;
  into->texts = texts ? segment_at(told->texts, told->texts_at, told->texts_bytes) : NULL;
}

/* The batch of the call that lies in the pipe's buffer; the number of the segment for its answer (0: none). */
uint32_t read_call(size_t size, int columns, batch *into) {
  const char *at = frame_bytes() + sizeof(header), *end = frame_bytes() + size;
  asked call;
  memcpy(&call, take(&at, end, sizeof call), sizeof call);
  if (call.news) hear_of_segments();
  if (call.columns != columns) Rf_error("a call of %d columns, but the form has %d inputs", call.columns, columns);
  const int32_t *kinds = take(&at, end, ((size_t)call.columns + 1) / 2 * 8);
  into->rows = call.rows;
  into->columns = call.columns;
  into->column = (column *)R_alloc((size_t)call.columns + 1, sizeof(column));
  for (int i = 0; i < call.columns; i++) into->column[i].kind = kinds[i];
  if (call.form == INLINE) read_message(at, (size_t)(end - at), 0, into);
  if (call.form == PLACED) read_message(segment_at(call.segment, call.offset, call.bytes), (size_t)call.bytes, 1, into);
  if (call.form == DESCRIBED)
    for (int i = 0; i < call.columns; i++)
      place_column(take(&at, end, sizeof(described)), call.rows, &into->column[i]);
  return call.answers;
}
