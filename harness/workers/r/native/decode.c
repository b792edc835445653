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

/* ---- levels and times ----------------------------------------------------------------------------------- */

static SEXP factor(const column *from, R_xlen_t rows, SEXP levels, int64_t *at) {
  int ready = from->flags & READY;
  SEXP made = PROTECT(ready ? ready_integers(from, rows) : Rf_allocVector(INTSXP, rows));
  int found = ready || find_levels(from, rows, levels, INTEGER(made), at);
  if (found) {
    Rf_setAttrib(made, R_LevelsSymbol, levels);
    Rf_setAttrib(made, R_ClassSymbol, PROTECT(Rf_mkString("factor")));
    UNPROTECT(1);
  }
  UNPROTECT(1);
  return found ? made : NULL;
}

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
    case TEXT: made = texts(from, rows, refused_row); break;
    case DATE: made = as_date(ready ? doubles(from, rows) : days(from, rows)); break;
    case DATETIME: made = as_datetime(ready ? doubles(from, rows) : seconds(from, rows)); break;
    default: Rf_error("a column of kind %d, which R has no type for", (int)from->kind);
  }
  *into = made;
  return made != NULL;
}
