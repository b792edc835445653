/* The loop of a worker: read a frame, run the form on a batch, answer.
 *
 * A form that raises leaves this code by R's own way, to the handlers that serve_calls() of native.R has set; it
 * comes back through parity_settle(). So nothing here may be half done when the form is called. */
#include "native.h"
#include <fcntl.h>
#include <string.h>

enum { CALL_SHARED = 40, RESULT_SHARED = 41, REFUSED_SHARED = 42 };

#define SMALL 32768 /* answers up to this travel in the frame itself */
#define ALIGNED(bytes) (((bytes) + 63) / 64 * 64)

typedef struct {
  int64_t stamps[4];
  int32_t columns, inlined;
  int64_t warned;
} result;

/* What R gave of the form, and what a call is about now: a list, so that R sees it. */
static struct {
  SEXP parts;
  int call, warned;
} form;
enum { THE_CALL, ITS_NAMES, ITS_LEVELS, ITS_OUTPUTS, ITS_PLACE, COLLECT, WARNINGS, SAY_RESULT, GIVEN, BATCH = GIVEN, AROUND, CAME, PARTS };

static SEXP held(int what) { return VECTOR_ELT(form.parts, what); }

/* ---- a call --------------------------------------------------------------------------------------------- */

/* The data.frame of a batch, held; 0 where a value was refused. */
static int make_frame(const batch *from, refusal *refused) {
  SEXP frame = Rf_allocVector(VECSXP, from->columns);
  SET_VECTOR_ELT(form.parts, BATCH, frame);
  for (int i = 0; i < from->columns; i++) {
    SEXP made;
    if (!decode(&from->column[i], (R_xlen_t)from->rows, VECTOR_ELT(held(ITS_LEVELS), i), &made, &refused->row)) {
      refused->column = i;
      return 0;
    }
    SET_VECTOR_ELT(frame, i, made);
  }
  Rf_setAttrib(frame, R_NamesSymbol, held(ITS_NAMES));
  SEXP rows = PROTECT(Rf_allocVector(INTSXP, 2));
  INTEGER(rows)[0] = NA_INTEGER;
  INTEGER(rows)[1] = -(int)from->rows;
  Rf_setAttrib(frame, R_RowNamesSymbol, rows);
  SEXP class = PROTECT(Rf_mkString("data.frame"));
  Rf_setAttrib(frame, R_ClassSymbol, class);
  UNPROTECT(2);
  return 1;
}

static SEXP new_environment(SEXP inside) {
#if R_VERSION >= R_Version(4, 1, 0)
  return R_NewEnv(inside, FALSE, 0);
#else
  SEXP call = PROTECT(Rf_lang3(Rf_install("new.env"), Rf_ScalarLogical(FALSE), inside));
  SEXP made = Rf_eval(call, R_BaseEnv);
  UNPROTECT(1);
  return made;
#endif
}

/* The batch's own environment, with nothing but `df` in it: a promise that the form keeps finds its own batch. */
static SEXP run(void) {
  SEXP around = new_environment(held(ITS_PLACE));
  SET_VECTOR_ELT(form.parts, AROUND, around);
  Rf_defineVar(Rf_install("df"), held(BATCH), around);
  return Rf_eval(held(THE_CALL), around);
}

/* From here on only the form itself can hold the batch. */
static void give_batch_up(void) {
  SEXP frame = held(BATCH), around = held(AROUND);
  SET_VECTOR_ELT(form.parts, BATCH, R_NilValue);
  SET_VECTOR_ELT(form.parts, AROUND, R_NilValue);
  SET_VECTOR_ELT(form.parts, CAME, R_NilValue);
  if (any_lent()) take_back(frame, around);
}

/* ---- the answer ----------------------------------------------------------------------------------------- */

/* `value` may be any object, code too: it is handed over in a variable. */
static SEXP ask_r(int what, SEXP value, SEXP more) {
  SEXP here = PROTECT(new_environment(R_BaseEnv));
  SEXP name = Rf_install("value");
  Rf_defineVar(name, value, here);
  SEXP call = PROTECT(Rf_lang3(held(what), name, more));
  SEXP said = PROTECT(Rf_eval(call, here));
  Rf_defineVar(name, R_NilValue, here);
  UNPROTECT(3);
  return said;
}

static SEXP warnings_said(void) {
  if (!form.warned) return R_NilValue;
  form.warned = 0;
  SEXP call = PROTECT(Rf_lang1(held(WARNINGS)));
  SEXP said = Rf_eval(call, R_BaseEnv);
  UNPROTECT(1);
  return said;
}

static int64_t lay_out(answer *answers, int count) {
  int64_t offset = 0;
  for (int i = 0; i < count; i++) {
    answers[i].where.offset = offset;
    offset += ALIGNED(answers[i].where.bytes);
  }
  return offset;
}

/* 0 where the answer has no room in shared memory: it then goes through the pipe, as a frame of R's. */
static int send_answer(answer *answers, int count, uint32_t area, int64_t *stamps, SEXP warned) {
  int64_t bytes = lay_out(answers, count);
  size_t size = 0;
  char *to = bytes > SMALL ? answer_area(area, &size) : R_alloc((size_t)bytes + 1, 1);
  if (bytes > SMALL && (to == NULL || (size_t)bytes > size)) return 0;
  for (int i = 0; i < count; i++) write_answer(&answers[i], to + answers[i].where.offset);
  size_t told = warned == R_NilValue ? 0 : (size_t)XLENGTH(warned);
  result head = {{stamps[0], stamps[1], stamps[2], now()}, count, bytes <= SMALL, (int64_t)told};
  place *places = (place *)R_alloc((size_t)count + 1, sizeof(place));
  for (int i = 0; i < count; i++) places[i] = answers[i].where;
  size_t listed = (size_t)count * sizeof(place), inlined = bytes > SMALL ? 0 : (size_t)bytes;
  header frame = {MARK + RESULT_SHARED, form.call, (double)(sizeof head + listed + inlined + told)};
  struct iovec parts[] = {{&frame, sizeof frame}, {&head, sizeof head}, {places, listed}, {to, inlined}, {told ? RAW(warned) : NULL, told}};
  send_frame(parts, 5);
  return 1;
}

static void say_by_pipe(SEXP columns, int64_t rows, const int64_t *stamps, int warned) {
  SEXP told = PROTECT(Rf_allocVector(REALSXP, 6));
  REAL(told)[0] = (double)rows;
  for (int i = 0; i < 3; i++) REAL(told)[1 + i] = (double)stamps[i];
  REAL(told)[4] = form.call;
  REAL(told)[5] = warned;
  ask_r(SAY_RESULT, columns, told);
  UNPROTECT(1);
}

static void answer_with(SEXP came, int64_t rows, uint32_t area, int64_t *stamps) {
  int count = (int)XLENGTH(held(ITS_OUTPUTS));
  answer *answers = (answer *)R_alloc((size_t)count + 1, sizeof(answer));
  if (bare_answers(came, held(ITS_OUTPUTS), (R_xlen_t)rows, answers)) {
    SEXP warned = PROTECT(warnings_said());
    int done = send_answer(answers, count, area, stamps, warned);
    UNPROTECT(1);
    if (done) return;
  }
  SEXP many = PROTECT(Rf_ScalarReal((double)rows));
  SEXP columns = ask_r(COLLECT, came, many);
  UNPROTECT(1);
  if (columns == R_NilValue) return; /* refused, and said so */
  SET_VECTOR_ELT(form.parts, CAME, columns);
  column_answers(columns, answers);
  SEXP warned = PROTECT(warnings_said());
  if (!send_answer(answers, count, area, stamps, warned)) say_by_pipe(columns, rows, stamps, warned != R_NilValue);
  UNPROTECT(1);
}

static void say_refused(refusal refused) {
  int64_t told[2] = {refused.column, refused.row};
  header frame = {MARK + REFUSED_SHARED, form.call, sizeof told};
  struct iovec parts[] = {{&frame, sizeof frame}, {told, sizeof told}};
  send_frame(parts, 2);
}

static void answer_call(size_t size) {
  int64_t stamps[3] = {now()};
  batch given;
  refusal refused = {0, 0};
  uint32_t area = read_call(size, (int)XLENGTH(held(ITS_NAMES)), &given);
  if (!make_frame(&given, &refused)) {
    say_refused(refused);
  } else {
    stamps[1] = now();
    SEXP came = run();
    SET_VECTOR_ELT(form.parts, CAME, came);
    stamps[2] = now();
    answer_with(came, given.rows, area, stamps);
  }
  /* while the harness reads the answer: it writes to these segments again only after one more call */
  give_batch_up();
}

/* ---- what R calls --------------------------------------------------------------------------------------- */

static SEXP parity_start(SEXP descriptors) {
  open_pipe(INTEGER(descriptors)[0], INTEGER(descriptors)[1]);
  listen_for_segments(INTEGER(descriptors)[2]);
  /* programs that a form starts have nothing to do with them */
  for (int i = 0; i < 3; i++) fcntl(INTEGER(descriptors)[i], F_SETFD, FD_CLOEXEC);
  form.parts = Rf_allocVector(VECSXP, PARTS);
  R_PreserveObject(form.parts);
  return R_NilValue;
}

static SEXP parity_form(SEXP parts) {
  for (int i = 0; i < GIVEN; i++) SET_VECTOR_ELT(form.parts, i, VECTOR_ELT(parts, i));
  return R_NilValue;
}

/* Calls are answered until a frame comes that is none: that frame, whole; NULL at the end of the pipe. */
static SEXP parity_serve(void) {
  for (;;) {
    size_t size = next_frame();
    if (size == 0) return R_NilValue;
    header head;
    memcpy(&head, frame_bytes(), sizeof head);
    if (head.kind != MARK + CALL_SHARED) {
      SEXP frame = Rf_allocVector(RAWSXP, (R_xlen_t)size);
      memcpy(RAW(frame), frame_bytes(), size);
      return frame;
    }
    form.call = head.call;
    form.warned = 0;
    const void *top = vmaxget();
    answer_call(size);
    vmaxset(top);
  }
}

/* After a form has raised: its batch is taken back. The number of the call. */
static SEXP parity_settle(void) {
  give_batch_up();
  form.warned = 0;
  return Rf_ScalarInteger(form.call);
}

/* The number of the call that is being answered. */
static SEXP parity_call(void) { return Rf_ScalarInteger(form.call); }

static SEXP parity_warned(void) {
  form.warned = 1;
  return R_NilValue;
}

static SEXP parity_now(void) { return Rf_ScalarReal((double)now()); }

void R_init_parity(DllInfo *library) {
  static const R_CallMethodDef routines[] = {
      {"parity_start", (DL_FUNC)&parity_start, 1}, {"parity_form", (DL_FUNC)&parity_form, 1},
      {"parity_serve", (DL_FUNC)&parity_serve, 0}, {"parity_settle", (DL_FUNC)&parity_settle, 0},
      {"parity_call", (DL_FUNC)&parity_call, 0},
      {"parity_warned", (DL_FUNC)&parity_warned, 0}, {"parity_now", (DL_FUNC)&parity_now, 0},
      {NULL, NULL, 0}};
  R_registerRoutines(library, NULL, routines, NULL, NULL);
  R_useDynamicSymbols(library, FALSE);
  make_lent_classes(library);
}
