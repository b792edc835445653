/* Arrow columns as R's vectors, with R's own missing values. What R's type cannot say exactly is refused. */
#include "native.h"
#include <string.h>

/* From so many bytes on a copy costs more than to lend. */
#define LEND_FROM 65536
#define MICROSECONDS 1e6
#define EXACT_IN_DOUBLE (INT64_C(1) << 53)

/* A strict C compiler might take a NaN apart: R's missing value is set by its bits. */
static double missing_double(void) {
  uint64_t bits = UINT64_C(0x7ff00000000007a2);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static int is_absent(const column *from, R_xlen_t i) {
  if (from->valid == NULL) return 0;
  int64_t bit = from->first + i;
  return !(from->valid[bit >> 3] >> (bit & 7) & 1);
}

#define TYPED(from, type) ((const type *)(from)->values + (from)->first)

static int lendable(const column *from, const void *values, size_t bytes) {
  return from->valid == NULL && from->steady && bytes >= LEND_FROM && (uintptr_t)values % sizeof(double) == 0;
}

static SEXP doubles(const column *from, R_xlen_t rows) {
  const double *values = TYPED(from, double);
  size_t bytes = (size_t)rows * sizeof(double);
  if (lendable(from, values, bytes)) return lend(REALSXP, (const char *)values, rows);
  SEXP made = Rf_allocVector(REALSXP, rows);
  double *to = REAL(made);
  memcpy(to, values, bytes);
  if (from->valid != NULL) {
    const double na = missing_double();
    for (R_xlen_t i = 0; i < rows; i++)
      if (is_absent(from, i)) to[i] = na;
  }
  return made;
}

/* int32 with R's own missing value among them */
static SEXP ready_integers(const column *from, R_xlen_t rows) {
  const int32_t *values = TYPED(from, int32_t);
  size_t bytes = (size_t)rows * sizeof(int32_t);
  if (lendable(from, values, bytes)) return lend(INTSXP, (const char *)values, rows);
  SEXP made = Rf_allocVector(INTSXP, rows);
  memcpy(INTEGER(made), values, bytes);
  return made;
}

static SEXP days(const column *from, R_xlen_t rows) {
  const int32_t *values = TYPED(from, int32_t);
  const double na = missing_double();
  SEXP made = Rf_allocVector(REALSXP, rows);
  double *to = REAL(made);
  for (R_xlen_t i = 0; i < rows; i++) to[i] = is_absent(from, i) ? na : values[i];
  return made;
}

static SEXP seconds(const column *from, R_xlen_t rows) {
  const int64_t *values = TYPED(from, int64_t);
  const double na = missing_double();
  SEXP made = Rf_allocVector(REALSXP, rows);
  double *to = REAL(made);
  for (R_xlen_t i = 0; i < rows; i++) to[i] = is_absent(from, i) ? na : (double)values[i] / MICROSECONDS;
  return made;
}

/* NULL where a value is beyond `bound`: `at` is its row then. */
static SEXP whole_numbers(const column *from, R_xlen_t rows, int64_t *at) {
  const int64_t *values = TYPED(from, int64_t);
  SEXP made = Rf_allocVector(INTSXP, rows);
  int *to = INTEGER(made);
  int beyond = 0;
  for (R_xlen_t i = 0; i < rows; i++) {
    int absent = is_absent(from, i);
    beyond |= !absent && ((values[i] > INT32_MAX) | (values[i] < -INT32_MAX));
    to[i] = absent ? NA_INTEGER : (int)values[i];
  }
  if (!beyond) return made;
  for (*at = 0; is_absent(from, *at) || (values[*at] <= INT32_MAX && values[*at] >= -INT32_MAX);) ++*at;
  return NULL;
}

static SEXP wide_numbers(const column *from, R_xlen_t rows, int64_t *at) {
  const int64_t *values = TYPED(from, int64_t);
  const double na = missing_double();
  SEXP made = Rf_allocVector(REALSXP, rows);
  double *to = REAL(made);
  for (R_xlen_t i = 0; i < rows; i++) {
    int absent = is_absent(from, i);
    if (!absent && (values[i] > EXACT_IN_DOUBLE || values[i] < -EXACT_IN_DOUBLE)) {
      *at = i;
      return NULL;
    }
    to[i] = absent ? na : (double)values[i];
  }
  return made;
}

static SEXP flags(const column *from, R_xlen_t rows) {
  const uint8_t *bits = (const uint8_t *)from->values;
  SEXP made = Rf_allocVector(LGLSXP, rows);
  int *to = LOGICAL(made);
  for (R_xlen_t i = 0; i < rows; i++) {
    int64_t bit = from->first + i;
    to[i] = is_absent(from, i) ? NA_LOGICAL : bits[bit >> 3] >> (bit & 7) & 1;
  }
  return made;
}

/* ---- texts ---------------------------------------------------------------------------------------------- */

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

static SEXP character(const column *from, R_xlen_t rows, int64_t *at) {
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

static int looked_up(const column *from, R_xlen_t rows, SEXP levels, int *to, int64_t *at) {
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

static SEXP factor(const column *from, R_xlen_t rows, SEXP levels, int64_t *at) {
  int ready = from->flags & READY;
  SEXP made = PROTECT(ready ? ready_integers(from, rows) : Rf_allocVector(INTSXP, rows));
  int found = ready || looked_up(from, rows, levels, INTEGER(made), at);
  if (found) {
    Rf_setAttrib(made, R_LevelsSymbol, levels);
    Rf_setAttrib(made, R_ClassSymbol, PROTECT(Rf_mkString("factor")));
    UNPROTECT(1);
  }
  UNPROTECT(1);
  return found ? made : NULL;
}

/* ---- times ---------------------------------------------------------------------------------------------- */

static SEXP as_date(SEXP x) {
  PROTECT(x);
  Rf_setAttrib(x, R_ClassSymbol, PROTECT(Rf_mkString("Date")));
  UNPROTECT(2);
  return x;
}

static SEXP as_datetime(SEXP x) {
  PROTECT(x);
  SEXP class = PROTECT(Rf_allocVector(STRSXP, 2));
  SET_STRING_ELT(class, 0, Rf_mkChar("POSIXct"));
  SET_STRING_ELT(class, 1, Rf_mkChar("POSIXt"));
  Rf_setAttrib(x, R_ClassSymbol, class);
  Rf_setAttrib(x, Rf_install("tzone"), PROTECT(Rf_mkString("UTC")));
  UNPROTECT(3);
  return x;
}

/* 1, or 0 for a value that R's type cannot say, in row `refused_row`. */
int decode(const column *from, R_xlen_t rows, SEXP levels, SEXP *into, int64_t *refused_row) {
  SEXP made = NULL;
  int ready = from->flags & READY;
  switch (from->kind) {
    case FLOAT: made = doubles(from, rows); break;
    case INT: made = ready ? ready_integers(from, rows) : whole_numbers(from, rows, refused_row); break;
    case WIDE: made = ready ? doubles(from, rows) : wide_numbers(from, rows, refused_row); break;
    case BOOL: made = flags(from, rows); break;
    case FACTOR: made = factor(from, rows, levels, refused_row); break;
    case TEXT: made = character(from, rows, refused_row); break;
    case DATE: made = as_date(ready ? doubles(from, rows) : days(from, rows)); break;
    case DATETIME: made = as_datetime(ready ? doubles(from, rows) : seconds(from, rows)); break;
    default: Rf_error("a column of kind %d, which R has no type for", (int)from->kind);
  }
  *into = made;
  return made != NULL;
}
