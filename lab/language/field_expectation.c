/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/field_expectation.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "language/expectation.h"
#include "language/names.h"
#include "language/statement.h"
#include "observe/sock_field.h"
#include "observe/tracker.h"

/* One of the field's names. */
static int parse_name(const struct statement *s, const struct token *t, struct expectation *e,
	struct diag *d)
{
	struct text all = TEXT_EMPTY;

	for (e->number = 0; e->field->names[e->number]; e->number++) {
		if (strcmp(e->field->names[e->number], t->text) == 0) {
			text_done(&all);
			return 0;
		}
		text_printf(&all, "%s%s", e->number ? ", " : "", e->field->names[e->number]);
	}
	statement_error(s, t, d, "'%.40s' is no value of %s: %s", t->text, e->field->name,
		text_get(&all));
	text_done(&all);
	return -EINVAL;
}

static int parse_value(const struct statement *s, const struct token *t, struct expectation *e,
	struct diag *d)
{
	uint64_t ns = 0;
	int r;

	switch (e->field->kind) {
	case FIELD_US:
	case FIELD_MS:
		r = name_duration(s, t, &ns, d);
		e->number = ns / (e->field->kind == FIELD_US ? NS_PER_US : NS_PER_MS);
		return r;
	case FIELD_BYTES:
	case FIELD_RATE:
		return name_size(s, t, UINT64_MAX >> 1, &e->number, d);
	case FIELD_NAMED:
	case FIELD_FLAGS:
		return parse_name(s, t, e, d);
	case FIELD_TEXT:
		snprintf(e->call, sizeof(e->call), "%s", t->text);
		return 0;
	case FIELD_COUNT:
		return name_number(s, t, 0, e->field->width < 8 ? UINT32_MAX : UINT64_MAX >> 1,
			&e->number, d);
	default:
		return statement_error(s, t, d,
			"nothing can be expected of %s, only read: show %s %s", e->field->name,
			expectation_socket_name(e), e->field->name);
	}
}

int field_expectation_parse(const struct statement *s, size_t *i, struct expectation *e,
	struct diag *d)
{
	const struct token *t = &s->words[*i];

	e->kind = EXPECT_FIELD;
	if (e->field->runs)
		return statement_error(s, t - 1, d,
			"%s runs with the clock, so that nothing can be expected of it: show %s %s",
			e->field->name, expectation_socket_name(e), e->field->name);
	if (*i >= s->word_count || strcmp(t->text, "within") == 0)
		return statement_error(s, t - 1, d, "a value is missing after this");
	++*i;
	if (strcmp(t->text, "none") == 0 && (e->field->none || e->field->kind == FIELD_FLAGS)) {
		e->is_none = true;
		return 0;
	}
	return parse_value(s, t, e, d);
}

bool field_expectation_is_number(const struct expectation *e)
{
	return !e->is_none && e->field->kind < FIELD_GAIN;
}

/* false: the kernel does not tell it of this socket now. */
static bool read_field(const struct expectation *e, struct sock_detail *detail, uint64_t *value)
{
	return tracker_detail(e->endpoint->tracker, e->endpoint, SOCK_DETAIL_ALL, detail) == 0 &&
		sock_field_read(e->field, detail, value);
}

bool field_expectation_stands(const struct expectation *e)
{
	struct sock_detail detail;
	uint64_t value;

	if (!read_field(e, &detail, &value))
		return false;
	if (e->is_none)
		return value == (e->field->kind == FIELD_FLAGS ? 0 : e->field->none_value);
	if (e->field->none && value == e->field->none_value)
		return false;
	if (e->field->kind == FIELD_TEXT)
		return strcmp(sock_field_string(e->field, &detail), e->call) == 0;
	if (e->field->kind == FIELD_FLAGS)
		return value >> e->number & 1;
	return fabs((double)value - (double)e->number) <= (double)e->number * e->tolerance;
}

void field_expectation_format(const struct expectation *e, struct text *out)
{
	static const struct sock_detail nothing;

	text_printf(out, "%s %s ", expectation_socket_name(e), e->field->name);
	if (e->is_none)
		text_puts(out, e->field->none ? e->field->none : "none");
	else if (e->field->kind == FIELD_TEXT)
		text_printable(out, e->call, strlen(e->call));
	else if (e->field->kind == FIELD_FLAGS)
		text_puts(out, e->field->names[e->number]);
	else
		sock_field_format(e->field, &nothing, e->number, out);
	if (e->tolerance > 0)
		text_printf(out, " +-%g%%", e->tolerance * 100);
}

void field_expectation_format_seen(const struct expectation *e, struct text *out)
{
	struct sock_detail detail;
	uint64_t value;

	text_printf(out, "%s %s ", e->endpoint->name, e->field->name);
	if (read_field(e, &detail, &value))
		sock_field_format(e->field, &detail, value, out);
	else
		text_printf(out, "is not told: %s is %s", e->endpoint->name,
			tcp_state_name(e->endpoint->state));
}
