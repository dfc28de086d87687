/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/outcome.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "base/text.h"
#include "language/statement.h"
#include "world/process.h"

static int parse_word(const struct statement *s, struct outcome *o, struct diag *d)
{
	const struct token *word = &s->outcome[0];
	char *end;

	if (strcmp(word->text, "blocked") == 0) {
		o->kind = OUTCOME_BLOCKED;
		return 0;
	}
	if (strcmp(word->text, "killed") == 0) {
		o->kind = OUTCOME_KILLED;
		o->number = s->outcome_count == 2 ? signal_parse(s->outcome[1].text) : 0;
		if (!o->number)
			return statement_error(s, word, d, "'killed' needs the signal: killed SIGPIPE");
		return 0;
	}
	o->kind = OUTCOME_ERRNO;
	o->number = errno_parse(word->text);
	if (o->number)
		return 0;
	o->kind = OUTCOME_NUMBER;
	o->number = strtoll(word->text, &end, 10);
	if (end != word->text && *end == '\0')
		return 0;
	return statement_error(s, word, d,
		"'%s' is no outcome: use a number, \"data\", an errno name such as ECONNREFUSED, "
		"blocked, or killed SIGNAL",
		word->text);
}

int outcome_parse(const struct statement *s, struct outcome *ret_outcome, struct diag *d)
{
	struct outcome o = { .kind = OUTCOME_SUCCESS };
	int r = 0;

	if (s->outcome_count && s->outcome[0].kind == TOKEN_STRING) {
		o.kind = OUTCOME_DATA;
		o.size = s->outcome[0].len;
		o.data = memory_new(o.size);
		memcpy(o.data, s->outcome[0].text, o.size);
	} else if (s->outcome_count) {
		r = parse_word(s, &o, d);
	}
	if (r == 0 && s->outcome_count > (o.kind == OUTCOME_KILLED ? 2 : 1))
		r = statement_error(s, &s->outcome[s->outcome_count - 1], d,
			"'%s' is one word too many after '=>'",
			s->outcome[s->outcome_count - 1].text);
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

bool outcome_met(const struct outcome *o, const struct call_outcome *got)
{
	switch (o->kind) {
	case OUTCOME_SUCCESS:
		return !got->ended && got->error == 0;
	case OUTCOME_NUMBER:
		return !got->ended && got->error == 0 && got->result == o->number;
	case OUTCOME_DATA:
		return !got->ended && got->error == 0 && got->size == o->size &&
			memcmp(got->data, o->data, o->size) == 0;
	case OUTCOME_ERRNO:
		return !got->ended && got->error == o->number;
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
		text_printf(out, "%" PRId64, o->number);
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
	else
		text_printf(out, "%" PRId64, got->result);
	if (got->size) {
		text_puts(out, " ");
		text_quote(out, (const char *)got->data, got->size, 200);
	}
}
