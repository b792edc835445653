/* What a form returned, as the bytes of harness/workers/python/wire.py. Bare vectors of numbers are read here, as
 * they are nearly all there is; whatever needs more thought is for R itself (values.R). */
#include "native.h"
#include <string.h>

/* numbers as in wire.R */
enum { WIRE_DOUBLE = 1, WIRE_INT32 = 2, WIRE_BOOL = 4 };
enum { NONE = 0, MASKED = 1, NATIVE = 2 };

#define TO_EIGHT(bytes) (((bytes) + 7) / 8 * 8)

static int any_missing_flag(const int *flags, R_xlen_t n) {
  for (R_xlen_t i = 0; i < n; i++)
    if (flags[i] == NA_LOGICAL) return 1;
  return 0;
}

static int bare_answer(SEXP x, R_xlen_t rows, answer *into) {
  if (Rf_isObject(x) || Rf_isS4(x)) return 0;
  int type = TYPEOF(x);
  if ((type != REALSXP && type != INTSXP && type != LGLSXP) || XLENGTH(x) != rows) return 0;
  into->value = x;
  into->where.nulls = NATIVE;
  into->where.kind = type == REALSXP ? WIRE_DOUBLE : WIRE_INT32;
  into->where.bytes = type == REALSXP ? 8 * rows : TO_EIGHT(4 * rows);
  if (type == LGLSXP) {
    int masked = any_missing_flag(LOGICAL_RO(x), rows);
    into->where.kind = WIRE_BOOL;
    into->where.nulls = masked ? MASKED : NONE;
    into->where.bytes = TO_EIGHT(rows) * (masked ? 2 : 1);
  }
  return 1;
}

/* The element of a list by name; NULL where there is none whose name is the very same text. */
static SEXP element(SEXP list, SEXP name) {
  SEXP names = Rf_getAttrib(list, R_NamesSymbol);
  if (TYPEOF(names) != STRSXP) return NULL;
  for (R_xlen_t i = 0; i < XLENGTH(names); i++)
    if (STRING_ELT(names, i) == name) return VECTOR_ELT(list, i);
  return NULL;
}

/* 1 where every output is a bare vector of numbers, one a row. */
int bare_answers(SEXP came, SEXP outputs, R_xlen_t rows, answer *into) {
  R_xlen_t count = XLENGTH(outputs);
  if (TYPEOF(came) != VECSXP) return count == 1 && bare_answer(came, rows, into);
  if (Rf_isS4(came) || Rf_inherits(came, "POSIXlt")) return 0;
  for (R_xlen_t i = 0; i < count; i++) {
    SEXP one = element(came, STRING_ELT(outputs, i));
    if (one == NULL || !bare_answer(one, rows, &into[i])) return 0;
  }
  return 1;
}

static int64_t bytes_of(SEXP part) {
  switch (TYPEOF(part)) {
    case REALSXP: return 8 * (int64_t)XLENGTH(part);
    case INTSXP: return 4 * (int64_t)XLENGTH(part);
    case RAWSXP: return (int64_t)XLENGTH(part);
    default: Rf_error("an answer has a part of type %s", Rf_type2char(TYPEOF(part)));
  }
}

/* The columns that collect() of values.R has made: list(kind, nulls, parts) each. */
void column_answers(SEXP columns, answer *into) {
  for (R_xlen_t i = 0; i < XLENGTH(columns); i++) {
    SEXP one = VECTOR_ELT(columns, i), parts = VECTOR_ELT(one, 2);
    into[i].value = parts;
    into[i].where.kind = Rf_asInteger(VECTOR_ELT(one, 0));
    into[i].where.nulls = Rf_asInteger(VECTOR_ELT(one, 1));
    into[i].where.bytes = 0;
    for (R_xlen_t j = 0; j < XLENGTH(parts); j++) into[i].where.bytes += bytes_of(VECTOR_ELT(parts, j));
  }
}

static void write_flags(const answer *one, char *to) {
  R_xlen_t rows = XLENGTH(one->value);
  const int *flags = LOGICAL_RO(one->value);
  size_t size = TO_EIGHT((size_t)rows);
  memset(to, 0, (size_t)one->where.bytes);
  if (one->where.nulls == MASKED) {
    for (R_xlen_t i = 0; i < rows; i++) to[i] = flags[i] == NA_LOGICAL;
    to += size;
  }
  for (R_xlen_t i = 0; i < rows; i++) to[i] = flags[i] != NA_LOGICAL && flags[i] != 0;
}

static void write_parts(SEXP parts, char *to) {
  for (R_xlen_t j = 0; j < XLENGTH(parts); j++) {
    SEXP part = VECTOR_ELT(parts, j);
    size_t bytes = (size_t)bytes_of(part);
    if (bytes == 0) continue;
    const void *from = TYPEOF(part) == REALSXP ? (const void *)REAL_RO(part) : TYPEOF(part) == INTSXP ? (const void *)INTEGER_RO(part) : (const void *)RAW_RO(part);
    memcpy(to, from, bytes);
    to += bytes;
  }
}

#if defined(__GNUC__) && !defined(__clang__)
#define VECTORISED __attribute__((optimize("O3")))
#else
#define VECTORISED
#endif

VECTORISED static int any_not_a_number(const double *values, size_t n) {
  int found = 0;
  for (size_t i = 0; i < n; i++) found |= values[i] != values[i];
  return found;
}

VECTORISED static int any_missing_integer(const int *values, size_t n) {
  int found = 0;
  for (size_t i = 0; i < n; i++) found |= values[i] == NA_INTEGER;
  return found;
}

/* Copied and looked at while they are in the cache; whether all are numbers. */
static int copy_doubles(double *to, const double *from, size_t n) {
  const size_t some = 2048;
  int found = 0;
  for (size_t at = 0; at < n; at += some) {
    size_t now = n - at < some ? n - at : some;
    memcpy(to + at, from + at, now * sizeof *to);
    found |= any_not_a_number(to + at, now);
  }
  return !found;
}

/* Where it turns out that nothing is missing, that is noted. */
void write_answer(answer *one, char *to) {
  SEXP x = one->value;
  switch (TYPEOF(x)) {
    case REALSXP:
      if (copy_doubles((double *)to, REAL_RO(x), (size_t)XLENGTH(x))) one->where.nulls = NONE;
      break;
    case INTSXP:
      if (XLENGTH(x) % 2) memset(to + one->where.bytes - 8, 0, 8);
      memcpy(to, INTEGER_RO(x), 4 * (size_t)XLENGTH(x));
      if (!any_missing_integer((const int *)to, (size_t)XLENGTH(x))) one->where.nulls = NONE;
      break;
    case LGLSXP: write_flags(one, to); break;
    default: write_parts(x, to);
  }
}
