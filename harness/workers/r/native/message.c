/* The columns of an Arrow IPC record batch message, where they lie in it.
 * Format: https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format */
#include "native.h"
#include <string.h>

typedef struct {
  const char *at;
  size_t bytes;
} block;

static const char *within(block of, size_t offset, size_t bytes) {
  if (offset > of.bytes || bytes > of.bytes - offset) Rf_error("an Arrow message of %.0f bytes is cut short", (double)of.bytes);
  return of.at + offset;
}

#define READ(name, type)                               \
  static type name(block of, size_t offset) {          \
    type value;                                        \
    memcpy(&value, within(of, offset, sizeof value), sizeof value); \
    return value;                                      \
  }
READ(int32_at, int32_t)
READ(uint32_at, uint32_t)
READ(uint16_at, uint16_t)
READ(int64_at, int64_t)

/* Where a field of a flatbuffer table lies; 0 where it is left out. */
static size_t field(block meta, size_t table, int number) {
  size_t layout = table - (size_t)(ptrdiff_t)int32_at(meta, table);
  size_t entry = 4 + 2 * (size_t)number;
  if (entry + 2 > uint16_at(meta, layout)) return 0;
  uint16_t offset = uint16_at(meta, layout + entry);
  return offset ? table + offset : 0;
}

static size_t follow(block meta, size_t at) { return at + uint32_at(meta, at); }

typedef struct {
  block meta, body;
  size_t next, last; /* places of descriptions of buffers */
} buffers;

static block next_buffer(buffers *from) {
  if (from->next >= from->last) Rf_error("an Arrow message has too few buffers");
  int64_t offset = int64_at(from->meta, from->next), bytes = int64_at(from->meta, from->next + 8);
  from->next += 16;
  if (offset < 0 || bytes < 0) Rf_error("an Arrow message has a buffer of %.0f bytes", (double)bytes);
  block found = {within(from->body, (size_t)offset, (size_t)bytes), (size_t)bytes};
  return found;
}

static void need(block has, int64_t bytes) {
  if (bytes < 0 || has.bytes < (size_t)bytes) Rf_error("an Arrow column is shorter than its batch");
}

static void read_column(buffers *from, int64_t rows, int64_t nulls, column *into) {
  block valid = next_buffer(from), values = next_buffer(from);
  int texts = into->kind == FACTOR || into->kind == TEXT;
  if (nulls > 0) need(valid, (rows + 7) / 8);
  need(values, into->kind == BOOL ? (rows + 7) / 8 : into->kind == DATE ? 4 * rows : texts ? 4 * (rows + 1) : 8 * rows);
  into->valid = nulls > 0 ? (const uint8_t *)valid.at : NULL;
  into->values = values.at;
  into->first = 0;
  into->flags = 0;
  if (!texts) return;
  block bytes = next_buffer(from);
  int32_t end;
  memcpy(&end, values.at + 4 * rows, sizeof end);
  need(bytes, end);
  into->texts = bytes.at;
}

void read_message(const char *message, size_t bytes, int steady, batch *into) {
  block whole = {message, bytes};
  size_t size = uint32_at(whole, 4);
  block meta = {within(whole, 8, size), size};
  block body = {message + 8 + size, bytes - 8 - size};
  size_t root = follow(meta, 0);
  size_t header = field(meta, root, 2);
  if (header == 0) Rf_error("an Arrow message without a header");
  size_t record = follow(meta, header);
  size_t length = field(meta, record, 0), nodes = field(meta, record, 1), listed = field(meta, record, 2);
  if (nodes == 0 || listed == 0) Rf_error("an Arrow message that is no record batch");
  int64_t rows = length ? int64_at(meta, length) : 0;
  nodes = follow(meta, nodes);
  listed = follow(meta, listed);
  if (rows != into->rows || uint32_at(meta, nodes) != (uint32_t)into->columns)
    Rf_error("an Arrow message of %.0f rows for a call of %.0f", (double)rows, (double)into->rows);
  buffers from = {meta, body, listed + 4, listed + 4 + 16 * (size_t)uint32_at(meta, listed)};
  for (int i = 0; i < into->columns; i++) {
    into->column[i].steady = steady;
    read_column(&from, rows, int64_at(meta, nodes + 4 + 16 * (size_t)i + 8), &into->column[i]);
  }
}
