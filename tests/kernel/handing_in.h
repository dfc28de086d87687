/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Students as a test has them: one does an exercise by typing what a file says, another hands in a file that was made
 * up. */
#ifndef TESTS_KERNEL_HANDING_IN_H
#define TESTS_KERNEL_HANDING_IN_H

#include "program.h"

#include "base/diag.h"
#include "language/exercise.h"
#include "language/recipe.h"

static inline void read_file(const char *path, struct text *out)
{
	struct diag d = { 0 };

	if (recipe_read(path, out, &d) < 0)
		fail_msg("%s: %s", path, d.message);
}

static inline void write_text(const char *path, const char *text, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* The exercise in a file, as one student has it. exercise_free() frees it. */
static inline struct exercise *exercise_of(const char *path, const char *student)
{
	struct text text = TEXT_EMPTY;
	struct exercise *e = NULL;
	struct diag d = { 0 };

	read_file(path, &text);
	if (exercise_read(path, text_get(&text), text.len, student, &e, &d) < 0)
		fail_msg("%s:%u: %s", path, d.line, d.message);
	text_done(&text);
	return e;
}

/* The same lines with this student's choices in them. */
static inline void make_own(const struct exercise *e, const struct text *text, struct text *out)
{
	struct diag d = { 0 };

	if (exercise_put_in(e, text_get(text), text->len, out, &d) < 0)
		fail_msg("%s: %s", e->file, d.message);
}

/* Do it: type these lines, and hand in `submission`. */
static inline void hand_in(const struct exercise *e, const struct text *typed,
	const char *submission)
{
	const char *const arguments[] = { "exercise", e->file, "--student", e->student, NULL };
	struct text all = TEXT_EMPTY;
	struct program p;
	int code;

	unlink(submission);
	text_printf(&all, "%s\nsubmit \"%s\"\n", text_get(typed), submission);
	program_open(&p, arguments, -1);
	program_say(&p, text_get(&all), all.len);
	fd_closep(&p.in);
	code = program_end(&p);
	if (code != 0 || access(submission, R_OK) < 0) {
		program_blame(&p);
		fail_msg("%s: exit code %d", e->file, code);
	}
	program_close(&p);
	text_done(&all);
}

#endif
