/* Texts of an Arrow column as R's strings, or as numbers of levels. */
#include "native.h"
#include <string.h>

/* `head` is the first eight bytes, zeros after a shorter end: most texts are told apart by it alone. */
typedef struct {
  const char *at;
  int32_t bytes;
  uint64_t head;
} text;

#define HEAD 8

static uint64_t head_of(const char *at, int32_t bytes, const char *end) {
  uint64_t head = 0;
  if (bytes >= HEAD || end - at >= HEAD) { /* all eight can be read */
    memcpy(&head, at, HEAD);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (bytes < HEAD) head &= (UINT64_C(1) << 8 * bytes) - 1;
    return head;
#endif
    head = 0;
  }
  memcpy(&head, at, bytes < HEAD ? (size_t)bytes : HEAD);
  return head;
}

/* `end` is that of all texts of the column. */
static text text_of(const column *from, R_xlen_t i, const char *end) {
  const int32_t *ends = TYPED(from, int32_t);
  const char *at = from->texts + ends[i];
  int32_t bytes = ends[i + 1] - ends[i];
  text found = {at, bytes, head_of(at, bytes, end)};
  return found;
}

static const char *end_of_texts(const column *from, R_xlen_t rows) { return from->texts + TYPED(from, int32_t)[rows]; }

static int same_text(text a, text b) {
  if (a.bytes != b.bytes || a.head != b.head) return 0;
  return a.bytes <= HEAD || !memcmp(a.at + HEAD, b.at + HEAD, (size_t)(a.bytes - HEAD));
}

static uint64_t hash_of(text one) {
  uint64_t hash = (one.head ^ (uint64_t)one.bytes) * UINT64_C(0x9e3779b97f4a7c15);
  for (int32_t at = HEAD; at < one.bytes; at += HEAD) {
    uint64_t word = 0;
    memcpy(&word, one.at + at, one.bytes - at < HEAD ? (size_t)(one.bytes - at) : HEAD);
    hash = (hash ^ hash >> 32 ^ word) * UINT64_C(0xff51afd7ed558ccd);
  }
  return hash ^ hash >> 32;
}

/* A few texts come again and again: each is looked up in R's own table once. A place is overwritten by the next
 * text that falls on it, so the memory is bounded; entries live as long as the vector that holds them. */
#define PLACES 4096
#define FEW_ROWS 64

typedef struct {
  text of;
  SEXP made;
} remembered;

/* A character vector; NULL where R's strings cannot hold one, in row `at`. */
SEXP texts(const column *from, R_xlen_t rows, int64_t *at) {
  static remembered places[PLACES];
  if (rows > FEW_ROWS) memset(places, 0, sizeof places);
  SEXP made = PROTECT(Rf_allocVector(STRSXP, rows));
  const char *end = end_of_texts(from, rows);
  for (R_xlen_t i = 0; i < rows; i++) {
    if (is_absent(from, i)) {
      SET_STRING_ELT(made, i, NA_STRING);
      continue;
    }
    text one = text_of(from, i, end);
    remembered *place = rows > FEW_ROWS ? &places[hash_of(one) % PLACES] : NULL;
    if (place != NULL && place->made != NULL && same_text(place->of, one)) {
      SET_STRING_ELT(made, i, place->made);
      continue;
    }
    if (memchr(one.at, 0, (size_t)one.bytes) != NULL) {
      *at = i;
      UNPROTECT(1);
      return NULL;
    }
    SEXP string = Rf_mkCharLenCE(one.at, one.bytes, CE_UTF8);
    SET_STRING_ELT(made, i, string);
    if (place != NULL) *place = (remembered){one, string};
  }
  UNPROTECT(1);
  return made;
}

/* The declared levels by their text, made anew for each batch: they are few. */
typedef struct {
  text of;
  int number; /* counted from 1; 0: nothing is here */
} level;

typedef struct {
  level *place;
  size_t mask;
} table;

/* Where a text is, or where it belongs. */
static level *level_of(const table *in, text one) {
  size_t at = hash_of(one) & in->mask;
  while (in->place[at].number != 0 && !same_text(in->place[at].of, one)) at = (at + 1) & in->mask;
  return &in->place[at];
}

static table table_of(SEXP levels) {
  size_t size = 8;
  while (size < 4 * (size_t)XLENGTH(levels)) size *= 2;
  table made = {(level *)R_alloc(size, sizeof(level)), size - 1};
  memset(made.place, 0, size * sizeof(level));
  for (int i = 0; i < XLENGTH(levels); i++) {
    const char *at = CHAR(STRING_ELT(levels, i));
    int32_t bytes = LENGTH(STRING_ELT(levels, i));
    text one = {at, bytes, head_of(at, bytes, at + bytes)};
    level *place = level_of(&made, one);
    if (place->number == 0) *place = (level){one, i + 1};
  }
  return made;
}

/* The numbers of the levels that texts are; 0 where one is none of them, in row `at`. */
int find_levels(const column *from, R_xlen_t rows, SEXP levels, int *to, int64_t *at) {
  table in = table_of(levels);
  const char *end = end_of_texts(from, rows);
  for (R_xlen_t i = 0; i < rows; i++) {
    if (is_absent(from, i)) {
      to[i] = NA_INTEGER;
      continue;
    }
    to[i] = level_of(&in, text_of(from, i, end))->number;
    if (to[i] == 0) {
      *at = i;
      return 0;
    }
  }
  return 1;
}
