/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/submission.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/digest.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "language/exercise.h"

#define WITHIN_MS_MAX 86400000 /* a day */

/* ---- writing ---- */

/* The object, with the chain, as a line; it is freed. */
static void put_line(json_t *object, char chain[DIGEST_TEXT_MAX], struct text *out)
{
	char *dumped;

	LAB_ASSERT(object);
	if (chain[0])
		json_object_set_new(object, "chain", json_string(chain));
	dumped = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
	LAB_ASSERT(dumped);
	text_printf(out, "%s\n", dumped);
	digest_text(dumped, strlen(dumped), chain);
	free(dumped);
	json_decref(object);
}

/* A string of any bytes. */
static json_t *string_of(const char *string)
{
	struct text printable = TEXT_EMPTY;
	json_t *value = json_string(string);

	if (value)
		return value;
	text_printable_lines(&printable, string);
	value = json_string(text_get(&printable));
	text_done(&printable);
	return value;
}

void submission_write(const struct exercise *e, const struct transcript *t, const char *kernel,
	struct text *out)
{
	char chain[DIGEST_TEXT_MAX] = "", seed[20];

	snprintf(seed, sizeof(seed), "%016" PRIx64, e->seed);
	put_line(json_pack("{s:i, s:o, s:s, s:s, s:s, s:o}", "tcplab", SUBMISSION_VERSION,
			 "exercise", string_of(e->name), "digest", e->digest, "student", e->student,
			 "seed", seed, "kernel", string_of(kernel)),
		chain, out);
	for (size_t i = 0; i < t->count; i++) {
		const struct turn *turn = &t->turns[i];

		put_line(json_pack("{s:o, s:I}", "do", string_of(turn->typed), "within_ms",
				 (json_int_t)turn->within_ns / (json_int_t)NS_PER_MS + 1),
			chain, out);
		for (size_t s = 0; s < turn->seen_count; s++)
			put_line(json_pack("{s:o}", turn->seen[s].of_wire ? "wire" : "saw",
					 string_of(turn->seen[s].words)),
				chain, out);
		if (turn->stopped)
			put_line(json_pack("{s:b}", "stopped", 1), chain, out);
	}
	put_line(json_pack("{s:b}", "end", 1), chain, out);
}

/* ---- reading ---- */

struct reader {
	const char *file;
	uint32_t line; /* 1, 2 ... */
	char chain[DIGEST_TEXT_MAX]; /* of the line before; "" = there is none */
	struct submission *s;
	bool ended;
};

static int refuse(const struct reader *r, struct diag *d, const char *why)
{
	diag_set(d, EINVAL, "%s", why);
	diag_at(d, r->file, r->line, 1);
	return -EINVAL;
}

/* A copy of a member that must be a string without NULs; NULL = it is none. */
static char *take_string(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
		return NULL;
	return text_copy(json_string_value(value));
}

static int read_head(struct reader *r, const json_t *object, struct diag *d)
{
	struct submission *s = r->s;
	char *seed, *end = NULL;
	bool bad;

	if (json_integer_value(json_object_get(object, "tcplab")) != SUBMISSION_VERSION)
		return refuse(r, d,
			"no submission of this version of tcplab: its first line is not that of one");
	s->exercise = take_string(object, "exercise");
	s->digest = take_string(object, "digest");
	s->student = take_string(object, "student");
	s->kernel = take_string(object, "kernel");
	seed = take_string(object, "seed");
	s->seed = seed ? strtoull(seed, &end, 16) : 0;
	bad = !seed || *end || strlen(seed) != 16;
	free(seed);
	if (bad || !s->exercise || !s->digest || !s->student || !s->kernel)
		return refuse(r, d,
			"the first line lacks something: exercise, digest, student, seed, kernel");
	if (!exercise_is_student(s->student))
		return refuse(r, d, "that is no student's ID");
	return 0;
}

static int check_chain(const struct reader *r, const json_t *object, struct diag *d)
{
	const char *chain = json_string_value(json_object_get(object, "chain"));

	if (!chain || strcmp(chain, r->chain) != 0)
		return refuse(r, d,
			"it was changed after it was written: this line or the one before it was edited, or one is missing");
	return 0;
}

static int read_turn(struct reader *r, const json_t *object, struct diag *d)
{
	struct transcript *t = &r->s->transcript;
	json_int_t within_ms = json_integer_value(json_object_get(object, "within_ms"));
	char *typed = take_string(object, "do");

	if (!typed)
		return refuse(r, d, "\"do\" is no text");
	transcript_begin(t, typed, strlen(typed));
	free(typed);
	if (t->count == 1 && t->turns[0].typed[0])
		return refuse(r, d, "its first turn types something");
	if (t->full)
		return refuse(r, d, "more turns than anybody types");
	if (within_ms < 0 || within_ms > WITHIN_MS_MAX)
		return refuse(r, d, "\"within_ms\" is no time");
	t->turns[t->count - 1].within_ns = (uint64_t)within_ms * NS_PER_MS;
	return 0;
}

static int read_seen(struct reader *r, const json_t *object, bool of_wire, struct diag *d)
{
	struct transcript *t = &r->s->transcript;
	char *seen = take_string(object, of_wire ? "wire" : "saw");
	uint64_t within_ns;

	if (!seen || !t->count) {
		free(seen);
		return refuse(r, d, "what was seen is no text, or stands before any \"do\"");
	}
	within_ns = t->turns[t->count - 1].within_ns;
	transcript_saw(t, seen, of_wire);
	t->turns[t->count - 1].within_ns = within_ns;
	free(seen);
	return t->full ? refuse(r, d, "more evidence than a session has") : 0;
}

static int read_object(struct reader *r, const json_t *object, struct diag *d)
{
	int r_chain;

	if (r->line == 1)
		return read_head(r, object, d);
	r_chain = check_chain(r, object, d);
	if (r_chain < 0)
		return r_chain;
	if (r->ended)
		return refuse(r, d, "there is something behind its end");
	if (json_object_get(object, "do"))
		return read_turn(r, object, d);
	if (json_object_get(object, "saw"))
		return read_seen(r, object, false, d);
	if (json_object_get(object, "wire"))
		return read_seen(r, object, true, d);
	if (json_object_get(object, "stopped") && r->s->transcript.count) {
		r->s->transcript.turns[r->s->transcript.count - 1].stopped = true;
		return 0;
	}
	if (json_object_get(object, "end")) {
		r->ended = true;
		return 0;
	}
	return refuse(r, d, "a line that no submission has");
}

static int read_line(struct reader *r, const char *line, size_t len, struct diag *d)
{
	json_error_t error;
	json_t *object;
	int result;

	if (len > SUBMISSION_LINE_MAX)
		return refuse(r, d, "a line longer than any that tcplab writes");
	object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	result = json_is_object(object) ? read_object(r, object, d)
					: refuse(r, d, "this is no line of a submission");
	json_decref(object);
	digest_text(line, len, r->chain);
	return result;
}

int submission_read(const char *file, const char *text, size_t len,
	struct submission *ret_submission, struct diag *d)
{
	struct submission s = { 0 };
	struct reader r = { .file = file, .s = &s };
	int result = 0;

	if (len > SUBMISSION_MAX) {
		r.line = 1;
		result = refuse(&r, d, "longer than any session");
	}
	while (len && result == 0) {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline ? (size_t)(newline - text) : len;

		r.line++;
		result = read_line(&r, text, line && text[line - 1] == '\r' ? line - 1 : line, d);
		text += line + !!newline;
		len -= line + !!newline;
	}
	if (result == 0 && (!r.ended || !s.transcript.count)) {
		r.line++;
		result = refuse(&r, d, r.line == 1 ? "it is empty" : "its end is missing");
	}
	if (result < 0)
		submission_done(&s);
	else
		*ret_submission = s;
	return result;
}

static const char *last_word(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

bool submission_of_another(const char *line, size_t len, const struct exercise *e,
	struct text *ret_which)
{
	struct submission s = { 0 };
	struct reader r = { .file = "", .s = &s };
	struct diag d = { 0 };
	bool another;

	r.line = 1;
	another = read_line(&r, line, len, &d) == 0 && strcmp(s.digest, e->digest) != 0 &&
		strcmp(last_word(s.exercise), last_word(e->name)) != 0;
	if (another)
		text_puts(ret_which, s.exercise);
	submission_done(&s);
	return another;
}

void submission_done(struct submission *s)
{
	free(s->exercise);
	free(s->digest);
	free(s->student);
	free(s->kernel);
	transcript_done(&s->transcript);
	*s = (struct submission){ 0 };
}
