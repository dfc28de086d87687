/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file a student hands in: what is written is read again, and no byte of it can be changed unnoticed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "language/exercise.h"
#include "language/submission.h"

static struct exercise *exercise(void)
{
	static const char text[] = "goal \"c is gone\" { expect c CLOSED }\n";
	struct exercise *e = NULL;
	struct diag d = { 0 };

	assert_int_equal(exercise_read("exercises/x.lab", text, strlen(text), "ada", &e, &d), 0);
	return e;
}

#define SAY "say \"\\x00 \xc3\xa9 \\\"\""

/* A session of three turns. */
static void write_session(struct text *out)
{
	struct exercise *e = exercise();
	struct transcript t = { 0 };

	transcript_saw(&t, "before all turns: not noted", false);
	transcript_begin(&t, "", 0);
	transcript_begin(&t, "repeat 2 {\n close c\n}", 21);
	transcript_saw(&t, "main close = EBADF", false);
	transcript_saw(&t, "c > a FIN/ACK", true);
	transcript_begin(&t, SAY, strlen(SAY));
	t.turns[2].stopped = true;
	submission_write(e, &t, "6.18", out);
	transcript_done(&t);
	exercise_free(e);
}

static void what_is_written_is_read_again(void **state)
{
	struct text file = TEXT_EMPTY;
	struct submission s;
	struct exercise *e = exercise();
	struct diag d = { 0 };

	(void)state;
	write_session(&file);
	assert_int_equal(submission_read("f", text_get(&file), file.len, &s, &d), 0);
	assert_string_equal(s.exercise, "exercises/x");
	assert_string_equal(s.digest, e->digest);
	assert_string_equal(s.student, "ada");
	assert_string_equal(s.kernel, "6.18");
	assert_true(s.seed == e->seed);
	assert_int_equal(s.transcript.count, 3);
	assert_string_equal(s.transcript.turns[1].typed, "repeat 2 {\n close c\n}");
	assert_int_equal(s.transcript.turns[1].seen_count, 2);
	assert_string_equal(s.transcript.turns[1].seen[0].words, "main close = EBADF");
	assert_false(s.transcript.turns[1].seen[0].of_wire);
	assert_true(s.transcript.turns[1].seen[1].of_wire);
	assert_in_range(s.transcript.turns[1].within_ns, 1, NS_PER_S);
	assert_false(s.transcript.turns[1].stopped);
	assert_string_equal(s.transcript.turns[2].typed, SAY);
	assert_true(s.transcript.turns[2].stopped);
	submission_done(&s);
	exercise_free(e);
	text_done(&file);
}

static void assert_refused(const char *text, size_t len, const char *why)
{
	struct submission s;
	struct diag d = { 0 };

	if (submission_read("f", text, len, &s, &d) == 0)
		fail_msg("taken: %.*s", (int)len, text);
	assert_true(d.line > 0);
	if (why && !strstr(d.message, why))
		fail_msg("%u: %s, not: %s", d.line, d.message, why);
}

static void no_byte_can_be_changed(void **state)
{
	struct text file = TEXT_EMPTY;

	(void)state;
	write_session(&file);
	for (size_t i = 0; i < file.len; i++) {
		char was = file.s[i];

		/* whose it is and of what is checked against the exercise, and the chain covers it */
		file.s[i] ^= 1;
		assert_refused(file.s, file.len, NULL);
		file.s[i] = was;
	}
	for (size_t len = 0; len + 1 < file.len; len++) /* the last newline is no loss */
		assert_refused(file.s, len, NULL);
	text_done(&file);
}

static void no_line_can_be_left_out_or_moved(void **state)
{
	struct text file = TEXT_EMPTY;
	const char *lines[16], *line;
	size_t lens[16], count = 0;

	(void)state;
	write_session(&file);
	for (line = file.s; *line; line += lens[count++]) {
		lines[count] = line;
		lens[count] = (size_t)(strchr(line, '\n') + 1 - line);
	}
	assert_int_equal(count, 8);
	for (size_t without = 0; without < count; without++) {
		for (size_t at = 0; at <= count; at++) { /* where it stands then; count = nowhere */
			struct text other = TEXT_EMPTY;

			for (size_t i = 0; i < count; i++) {
				if (i == at)
					text_add(&other, lines[without], lens[without]);
				if (i != without)
					text_add(&other, lines[i], lens[i]);
			}
			if (at != without && at != without + 1)
				assert_refused(text_get(&other), other.len, NULL);
			text_done(&other);
		}
	}
	text_done(&file);
}

static void windows_line_ends_are_no_edit(void **state)
{
	struct text file = TEXT_EMPTY, windows = TEXT_EMPTY;
	struct submission s;
	struct diag d = { 0 };

	(void)state;
	write_session(&file);
	for (size_t i = 0; i < file.len; i++)
		text_add(&windows, file.s[i] == '\n' ? "\r\n" : &file.s[i],
			file.s[i] == '\n' ? 2 : 1);
	assert_int_equal(submission_read("f", text_get(&windows), windows.len, &s, &d), 0);
	submission_done(&s);
	text_done(&file);
	text_done(&windows);
}

static void what_is_no_submission_is_refused(void **state)
{
	static const char nobody[] =
		"{\"tcplab\":1,\"exercise\":\"x\",\"digest\":\"d\",\"student\":\"../x\","
		"\"seed\":\"0123456789abcdef\",\"kernel\":\"k\"}";
	struct text many = TEXT_EMPTY;

	(void)state;
	assert_refused("", 0, "it is empty");
	assert_refused("\0\0\0", 3, "no line of a submission");
	assert_refused("socket c\n", 9, "no line of a submission");
	assert_refused("{\"tcplab\":2}", 12, "of this version");
	assert_refused("{\"tcplab\":1}", 12, "lacks something");
	assert_refused(nobody, strlen(nobody), "no student's ID");
	for (int i = 0; i < 100000; i++)
		text_puts(&many, "[");
	assert_refused(text_get(&many), many.len, "a line longer");
	while (many.len <= SUBMISSION_MAX)
		text_puts(&many,
			"\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n");
	assert_refused(text_get(&many), many.len, "longer than any session");
	text_done(&many);
}

/* By name and by text: another version of the same one is not another. */
static void first_line_tells_another_exercise(void **state)
{
	static const char other[] = "goal \"c is here\" { expect c ESTABLISHED }\n";
	static const struct {
		const char *file, *text;
		bool another;
	} cases[] = {
		{ "exercises/y.lab", other, true },
		{ "elsewhere/x.lab", other, false },
	};
	struct text file = TEXT_EMPTY, which = TEXT_EMPTY;
	struct exercise *e = exercise();
	struct diag d = { 0 };
	size_t line;

	(void)state;
	write_session(&file);
	line = strcspn(text_get(&file), "\n");
	assert_false(submission_of_another(file.s, line, e, &which));
	exercise_free(e);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(exercise_read(cases[i].file, cases[i].text, strlen(cases[i].text),
					 "", &e, &d),
			0);
		assert_int_equal(submission_of_another(file.s, line, e, &which), cases[i].another);
		assert_false(submission_of_another(file.s, line - 1, e, &which)); /* no line */
		exercise_free(e);
	}
	assert_string_equal(text_get(&which), "exercises/x");
	text_done(&which);
	text_done(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(no_byte_can_be_changed),
		cmocka_unit_test(no_line_can_be_left_out_or_moved),
		cmocka_unit_test(windows_line_ends_are_no_edit),
		cmocka_unit_test(what_is_no_submission_is_refused),
		cmocka_unit_test(first_line_tells_another_exercise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
