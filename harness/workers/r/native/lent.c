/* Doubles and integers that R sees where the harness's memory is mapped, without a copy.
 *
 * A lent column is an ALTREP vector: data1 is a handle (an external pointer) to the values, its tag holds the
 * length and the number of the loan; data2 is an ordinary copy, once there is one. After the call every column
 * is taken back: those that the form keeps get a copy of their own, all others a handle to nothing, so that
 * whatever may still look at them raises an error instead of seeing another batch. */
#include "native.h"
#include <R_ext/Altrep.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  SEXP column; /* kept alive by `keeper` until it is taken back, by the form alone after that */
  const char *at;
  size_t bytes;
  int asked; /* C code has asked for a pointer to write through, or may have */
} loan;

static R_altrep_class_t lent_double, lent_integer;
static loan *loans;
static SEXP keeper; /* a list of all columns that are lent: C code of a form may take one out of its data.frame */
static int lent, room;

static SEXP handle_of(SEXP x) { return R_altrep_data1(x); }

static R_xlen_t length_of(SEXP x) { return (R_xlen_t)REAL_RO(R_ExternalPtrTag(handle_of(x)))[0]; }

static size_t width_of(SEXP x) { return TYPEOF(x) == REALSXP ? sizeof(double) : sizeof(int); }

static const void *values_of(SEXP x) {
  SEXP own = R_altrep_data2(x);
  if (own != R_NilValue) return TYPEOF(x) == REALSXP ? (const void *)REAL_RO(own) : (const void *)INTEGER_RO(own);
  const void *values = R_ExternalPtrAddr(handle_of(x));
  if (values == NULL) Rf_error("a column was used after its batch was gone: copy what is to be kept (x + 0)");
  return values;
}

static void *pointer(SEXP x, Rboolean writable) {
  SEXP own = R_altrep_data2(x);
  if (own != R_NilValue) return TYPEOF(x) == REALSXP ? (void *)REAL(own) : (void *)INTEGER(own);
  void *values = (void *)values_of(x);
  int number = (int)REAL_RO(R_ExternalPtrTag(handle_of(x)))[1];
  if (writable && number < lent) loans[number].asked = 1;
  return values;
}

static const void *pointer_or_null(SEXP x) { return values_of(x); }

static double double_at(SEXP x, R_xlen_t i) { return ((const double *)values_of(x))[i]; }

static int integer_at(SEXP x, R_xlen_t i) { return ((const int *)values_of(x))[i]; }

static R_xlen_t region(SEXP x, R_xlen_t start, R_xlen_t size, void *into) {
  R_xlen_t left = length_of(x) - start;
  if (size > left) size = left;
  memcpy(into, (const char *)values_of(x) + (size_t)start * width_of(x), (size_t)size * width_of(x));
  return size;
}

static R_xlen_t doubles_from(SEXP x, R_xlen_t start, R_xlen_t size, double *into) { return region(x, start, size, into); }

static R_xlen_t integers_from(SEXP x, R_xlen_t start, R_xlen_t size, int *into) { return region(x, start, size, into); }

static Rboolean inspect(SEXP x, int before, int deep, int per_vector, void (*more)(SEXP, int, int, int)) {
  Rprintf(" a column of the harness (%s)\n", R_altrep_data2(x) == R_NilValue ? "lent" : "copied");
  return TRUE;
}

static void set_methods(R_altrep_class_t class) {
  R_set_altrep_Length_method(class, length_of);
  R_set_altrep_Inspect_method(class, inspect);
  R_set_altvec_Dataptr_method(class, pointer);
  R_set_altvec_Dataptr_or_null_method(class, pointer_or_null);
}

void make_lent_classes(DllInfo *library) {
  lent_double = R_make_altreal_class("lent_double", "parity", library);
  lent_integer = R_make_altinteger_class("lent_integer", "parity", library);
  set_methods(lent_double);
  set_methods(lent_integer);
  R_set_altreal_Elt_method(lent_double, double_at);
  R_set_altreal_Get_region_method(lent_double, doubles_from);
  R_set_altinteger_Elt_method(lent_integer, integer_at);
  R_set_altinteger_Get_region_method(lent_integer, integers_from);
}

static void make_room_for_loans(void) {
  int more = room ? 2 * room : 32;
  SEXP list = Rf_allocVector(VECSXP, more);
  loan *grown = realloc(loans, (size_t)more * sizeof *grown);
  if (grown == NULL) Rf_error("cannot allocate a list of %d columns", more);
  for (int i = 0; i < lent; i++) SET_VECTOR_ELT(list, i, VECTOR_ELT(keeper, i));
  R_PreserveObject(list);
  if (keeper != NULL) R_ReleaseObject(keeper);
  keeper = list;
  loans = grown;
  room = more;
}

SEXP lend(int type, const char *at, R_xlen_t n) {
  if (lent == room) make_room_for_loans();
  SEXP tag = PROTECT(Rf_allocVector(REALSXP, 2));
  REAL(tag)[0] = (double)n;
  REAL(tag)[1] = lent;
  SEXP handle = PROTECT(R_MakeExternalPtr((void *)at, tag, R_NilValue));
  SEXP column = R_new_altrep(type == REALSXP ? lent_double : lent_integer, handle, R_NilValue);
  loan made = {column, at, (size_t)n * width_of(column), 0};
  SET_VECTOR_ELT(keeper, lent, column);
  loans[lent++] = made;
  UNPROTECT(2);
  return column;
}

int any_lent(void) { return lent > 0; }

static void copy_for_itself(SEXP column) {
  PROTECT(column);
  R_xlen_t n = length_of(column);
  SEXP own = PROTECT(Rf_allocVector(TYPEOF(column), n));
  void *to = TYPEOF(own) == REALSXP ? (void *)REAL(own) : (void *)INTEGER(own);
  memcpy(to, values_of(column), (size_t)n * width_of(column));
  R_set_altrep_data2(column, own);
  R_ClearExternalPtr(handle_of(column));
  R_SetExternalPtrProtected(handle_of(column), R_NilValue);
  UNPROTECT(2);
}

/* Whether anything beside the data.frame holds a column. Reference counts may say so of what is garbage already. */
static int may_be_kept(SEXP frame, SEXP around) {
  if (MAYBE_REFERENCED(around) || MAYBE_SHARED(frame)) return 1;
  for (int i = 0; i < lent; i++)
    if (MAYBE_SHARED(loans[i].column)) return 1;
  return 0;
}

/* Weak references to the handles: what is left of them after a garbage collection is kept by somebody. A handle
 * can outlive its column (it may be of an older generation), so from here on it holds on to it. */
static SEXP watch_handles(void) {
  SEXP watched = PROTECT(Rf_allocVector(VECSXP, lent));
  for (int i = 0; i < lent; i++) {
    SEXP handle = handle_of(loans[i].column);
    R_SetExternalPtrProtected(handle, loans[i].column);
    SET_VECTOR_ELT(watched, i, R_MakeWeakRef(handle, R_NilValue, R_NilValue, FALSE));
  }
  UNPROTECT(1);
  return watched;
}

static void collect_young_garbage(void) {
  SEXP no = PROTECT(Rf_ScalarLogical(FALSE));
  SEXP call = PROTECT(Rf_lang4(Rf_install("gc"), no, no, no));
  Rf_eval(call, R_BaseEnv);
  UNPROTECT(2);
}

static void copy_kept(void *watched) {
  for (int i = 0; i < lent; i++) {
    SEXP handle = R_WeakRefKey(VECTOR_ELT((SEXP)watched, i));
    if (handle == R_NilValue) continue;
    copy_for_itself(loans[i].column);
  }
}

static void clear_kept(SEXP watched) {
  for (int i = 0; i < lent; i++) {
    SEXP handle = R_WeakRefKey(VECTOR_ELT(watched, i));
    if (handle != R_NilValue) R_ClearExternalPtr(handle);
  }
}

/* The values are read before this: what was written there is part of what the form keeps. */
void let_go(void) {
  for (int i = 0; i < lent; i++)
    if (loans[i].asked) forget_written(loans[i].at, loans[i].bytes);
  lent = 0;
}

static void keep(int whether) {
  for (int i = 0; i < lent; i++) SET_VECTOR_ELT(keeper, i, whether ? loans[i].column : R_NilValue);
}

/* Take all columns back. The caller protects neither `frame` nor `around`: only the form could. */
void take_back(SEXP frame, SEXP around) {
  if (lent == 0) return;
  keep(0); /* nothing is allocated before they are looked at */
  if (!may_be_kept(frame, around)) {
    for (int i = 0; i < lent; i++) R_ClearExternalPtr(handle_of(loans[i].column));
  } else {
    keep(1);
    SEXP watched = PROTECT(watch_handles());
    keep(0);
    collect_young_garbage();
    /* where there is no memory for a copy, what was kept raises an error when it is used */
    R_ToplevelExec(copy_kept, watched);
    clear_kept(watched);
    UNPROTECT(1);
  }
  let_go();
}
