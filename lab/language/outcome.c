/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/outcome.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "base/text.h"
#include "language/statement.h"
#include "world/process.h"

/* "5", "-1", "64k", "2s", "1.5s". Returns false when it is no number. */
static bool parse_number(const char *text, struct outcome *o)
{
	static const struct {
		const char *unit;
		double scale;
		bool is_time;
	} units[] = { { "k", 1 << 10, false }, { "M", 1 << 20, false }, { "G", 1 << 30, false },
		{ "ns", 1, true }, { "us", 1e3, true }, { "ms", 1e6, true }, { "s", 1e9, true },
		{ "m", 60e9, true }, { "h", 3600e9, true } };
	char *end;
	double value;

	if (!strchr("-0123456789", text[0]))
		return false;
	errno = 0;
	o->number = strtoll(text, &end, 10); /* a double would not hold all of 64 bits */
	if (end == text || errno)
		return false;
	if (!*end)
		return true;
	value = strtod(text, &end);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) == 0 && fabs(value * units[i].scale) < 9e18) {
			o->number = (int64_t)(value * units[i].scale);
			o->is_time = units[i].is_time;
			return true;
		}
	}
	return false;
}

/* "+-10%" after a number. */
static int parse_tolerance(const struct statement *s, struct outcome *o, struct diag *d)
{
	const struct token *word = &s->outcome[1];
	char *end;

	if (strncmp(word->text, "+-", 2) != 0)
		return statement_error(s, word, d, "'%.40s' is one word too many after '=>'",
			word->text);
	o->tolerance = strtod(word->text + 2, &end) / 100;
	if (strcmp(end, "%") != 0 || o->tolerance < 0)
		return statement_error(s, word, d, "'%.40s' is no tolerance: +-10%%", word->text);
	return 0;
}

/* The words from the first on, with a blank between: "1 0". */
static void take_words(const struct statement *s, struct outcome *o)
{
	struct text words = TEXT_EMPTY;

	for (size_t i = 0; i < s->outcome_count; i++)
		text_printf(&words, "%s%s", i ? " " : "", s->outcome[i].text);
	o->kind = OUTCOME_WORDS;
	o->size = words.len;
	o->data = text_take(&words);
}

static int parse_words(const struct statement *s, bool words, struct outcome *o, struct diag *d)
{
	const struct token *word = &s->outcome[0];
	size_t used = 1;
	int r = 0;

	if (strcmp(word->text, "blocked") == 0) {
		o->kind = OUTCOME_BLOCKED;
	} else if (strcmp(word->text, "killed") == 0) {
		o->kind = OUTCOME_KILLED;
		o->number = s->outcome_count > 1 ? signal_parse(s->outcome[1].text) : 0;
		if (!o->number)
			return statement_error(s, word, d,
				"'killed' needs the signal: killed SIGPIPE");
		used = 2;
	} else if ((o->number = errno_parse(word->text))) {
		o->kind = OUTCOME_ERRNO;
	} else if (parse_number(word->text, o)) {
		o->kind = OUTCOME_NUMBER;
		if (s->outcome_count > 1)
			r = parse_tolerance(s, o, d);
		used = 2;
	} else if (words) {
		take_words(s, o);
		return 0;
	} else {
		return statement_error(s, word, d,
			"'%s' is no outcome: use a number, \"data\", an errno name such as "
			"ECONNREFUSED, blocked, or killed SIGNAL",
			word->text);
	}
	if (r == 0 && s->outcome_count > used)
		r = statement_error(s, &s->outcome[used], d, "'%s' is one word too many after '=>'",
			s->outcome[used].text);
	return r;
}

int outcome_parse(const struct statement *s, bool words, struct outcome *ret_outcome,
	struct diag *d)
{
	struct outcome o = { .kind = OUTCOME_SUCCESS };
	int r = 0;

	if (s->outcome_count && s->outcome[0].kind == TOKEN_STRING) {
		o.kind = OUTCOME_DATA;
		o.size = s->outcome[0].len;
		o.data = memory_new(o.size + 1);
		memcpy(o.data, s->outcome[0].text, o.size);
		if (s->outcome_count > 1)
			r = statement_error(s, &s->outcome[1], d,
				"'%s' is one word too many after '=>'", s->outcome[1].text);
	} else if (s->outcome_count) {
		r = parse_words(s, words, &o, d);
	}
	if (r < 0)
		outcome_done(&o);
	else
		*ret_outcome = o;
	return r;
}

void outcome_done(struct outcome *o)
{
	free(o->data);
	*o = (struct outcome){ 0 };
}

static bool number_met(const struct outcome *o, const struct call_outcome *got)
{
	const struct call_answer *answer = got->answer;
	int64_t exact = answer && answer->has_value ? answer->value : got->result;
	double value = (double)exact;

	if (answer && answer->in_words)
		return false;
	if (!o->is_time && o->tolerance <= 0)
		return exact == o->number;
	if (o->is_time) /* no time is no match */
		value *= answer ? (double)answer->unit_ns : 0.0;
	return fabs(value - (double)o->number) <= fabs((double)o->number) * o->tolerance;
}

static bool words_met(const struct call_outcome *got, const char *words)
{
	return got->error == 0 && got->answer && got->answer->text &&
		strcmp(got->answer->text, words) == 0;
}

bool outcome_met(const struct outcome *o, const struct call_outcome *got)
{
	switch (o->kind) {
	case OUTCOME_SUCCESS:
		return !got->ended && got->error == 0;
	case OUTCOME_NUMBER:
		return !got->ended && got->error == 0 && number_met(o, got);
	case OUTCOME_WORDS:
		return !got->ended && words_met(got, o->data);
	case OUTCOME_DATA:
		return !got->ended && got->error == 0 && got->size == o->size &&
			memcmp(got->data, o->data, o->size) == 0;
	case OUTCOME_ERRNO:
		/* SO_ERROR: the call succeeds, and an errno is what it answers */
		return !got->ended &&
			(got->error == o->number || words_met(got, errno_name((int)o->number)));
	case OUTCOME_BLOCKED:
		return false;
	case OUTCOME_KILLED:
		return got->ended && got->killed == o->number;
	}
	return false;
}

void outcome_format(const struct outcome *o, struct text *out)
{
	switch (o->kind) {
	case OUTCOME_SUCCESS:
		text_puts(out, "success");
		break;
	case OUTCOME_NUMBER:
		if (o->is_time)
			text_duration(out, (unsigned long long)o->number);
		else
			text_printf(out, "%" PRId64, o->number);
		if (o->tolerance > 0)
			text_printf(out, " +-%g%%", o->tolerance * 100);
		break;
	case OUTCOME_WORDS:
		text_printable(out, o->data, o->size);
		break;
	case OUTCOME_DATA:
		text_quote(out, o->data, o->size, 200);
		break;
	case OUTCOME_ERRNO:
		text_puts(out, errno_name((int)o->number));
		break;
	case OUTCOME_BLOCKED:
		text_puts(out, "blocked");
		break;
	case OUTCOME_KILLED:
		text_printf(out, "killed %s", signal_name((int)o->number));
		break;
	}
}

void outcome_format_got(const struct call_outcome *got, struct text *out)
{
	if (got->ended && got->killed)
		text_printf(out, "killed %s", signal_name(got->killed));
	else if (got->ended)
		text_printf(out, "exited %d", got->exit_code);
	else if (got->error)
		text_puts(out, errno_name(got->error));
	else if (got->answer && got->answer->text &&
		(got->answer->has_value || got->answer->in_words))
		text_puts(out, got->answer->text);
	else
		text_printf(out, "%" PRId64 "%s%s", got->result,
			got->answer && got->answer->text ? " " : "",
			got->answer && got->answer->text ? got->answer->text : "");
}
