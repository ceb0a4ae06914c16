/* What the user sees: one result in two dresses.
 *
 * A command states its result as fields. For people each field is a line "label: value" on stdout;
 * with --json the same fields become one object, printed at the end. Problems are one line on stderr.
 *
 *     out_text("name", "Key", "%s", name);
 *     out_open("p256", "P-256");
 *     out_hex("hash", "Hash", hash, 32);
 *     out_close();
 */
#ifndef HF_TOOLS_OUTPUT_H
#define HF_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUT_FORMAT(at) __attribute__((format(printf, at, (at) + 1)))

/* Exit codes of the command. */
enum { OUT_OK = 0, OUT_REFUSED = 1, OUT_USAGE = 2 };

typedef enum out_style { OUT_HUMAN, OUT_QUIET, OUT_JSON } out_style;
void out_begin(out_style wanted);
out_style out_style_now(void);
/* Prints the JSON object, adding "ok" and, after a failure, "error". Returns exit_code, or OUT_REFUSED
 * when stdout did not take everything. */
int out_end(int exit_code);

/* field: JSON name, null: not in JSON. label: for people, null: not for people. */
void out_text(const char *field, const char *label, const char *format, ...) OUT_FORMAT(3);
/* The same of any length, in JSON only: a file's content. */
void out_long_text(const char *field, const char *text);
/* An object that out_end() printed in another process: an element of the list that is open; in JSON only. False: it is none. */
bool out_element(const char *text);
void out_number(const char *field, const char *label, uint64_t number);
void out_truth(const char *field, const char *label, bool truth); /* people see yes / no */
void out_hex(const char *field, const char *label, const uint8_t *bytes, size_t count);
/* Fields until out_close() belong to this part. In a list, every element is opened with field null. */
void out_open(const char *field, const char *label);
void out_open_list(const char *field, const char *label);
void out_close(void);

/* A line for people only. */
void out_line(const char *format, ...) OUT_FORMAT(1);

/* One line on stderr, whatever the style; "holdfast: " is put before it. */
void out_error(const char *format, ...) OUT_FORMAT(1);
/* The same, and the exit code to return. */
int out_refuse(const char *format, ...) OUT_FORMAT(1);
/* A remark on stderr; silent with -q. */
void out_note(const char *format, ...) OUT_FORMAT(1);

/* Progress of something long: a bar on a terminal, a line per tenth otherwise (stderr; silent with -q). */
void out_progress(const char *what, uint64_t done, uint64_t total);

#endif
