/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/expectation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/sysname.h"
#include "language/field_expectation.h"
#include "language/matching.h"
#include "language/names.h"
#include "language/statement.h"
#include "observe/sock_field.h"
#include "observe/tracker.h"
#include "world/counters.h"
#include "world/host.h"
#include "world/world.h"

#define WITHIN_NS (2 * NS_PER_S)

static bool is_word(const struct statement *s, size_t i, const char *word)
{
	return i < s->word_count && s->words[i].kind == TOKEN_WORD &&
		strcmp(s->words[i].text, word) == 0;
}

static int parse_state(const struct statement *s, size_t i, enum tcp_state *ret_state,
	struct diag *d)
{
	if (i >= s->word_count)
		return statement_error(s, &s->words[s->word_count - 1], d,
			"a state is missing after this");
	*ret_state = tcp_state_parse(s->words[i].text);
	if (*ret_state == STATE_NONE)
		return statement_error(s, &s->words[i], d,
			"'%.40s' is no TCP state, nor a field (`help topics` lists these); states are "
			"LISTEN, SYN-SENT, SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, "
			"CLOSE-WAIT, CLOSING, LAST-ACK, TIME-WAIT, CLOSED",
			s->words[i].text);
	return 0;
}

static int parse_path(const struct statement *s, size_t *i, struct expectation *e, struct diag *d)
{
	for (;;) {
		int r;

		if (e->count == EXPECTATION_PARTS_MAX)
			return statement_error(s, &s->words[*i], d, "a path has at most %d states",
				EXPECTATION_PARTS_MAX);
		r = parse_state(s, *i, &e->states[e->count], d);
		if (r < 0)
			return r;
		e->count++;
		++*i;
		if (*i >= s->word_count || s->words[*i].kind != TOKEN_THEN)
			return 0;
		++*i;
	}
}

static int parse_segments(const struct world *w, const struct statement *s, size_t *i,
	struct expectation *e, struct diag *d)
{
	while (*i < s->word_count && !is_word(s, *i, "within")) {
		int r;

		if (e->count == EXPECTATION_PARTS_MAX)
			return statement_error(s, &s->words[*i], d, "at most %d segments in a list",
				EXPECTATION_PARTS_MAX);
		r = match_read_sent(w, s, i, &e->matches[e->count++], d);
		if (r < 0)
			return r;
	}
	if (e->count == 0)
		return statement_error(s, &s->words[s->word_count - 1], d,
			"which segments? e.g. expect segments syn syn/ack ack; none: expect no "
			"segments");
	return 0;
}

/* The name of a system call: a whole word of its letters, so that what is told is what was written. */
static int read_call(const struct statement *s, const struct token *word, struct expectation *e,
	struct diag *d)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789";

	if (!word->len || word->len >= sizeof(e->call) || strspn(word->text, letters) != word->len)
		return statement_error(s, word, d, "'%.40s' is no system call", word->text);
	snprintf(e->call, sizeof(e->call), "%s", word->text);
	return 0;
}

int expectation_read_fate(const struct statement *s, size_t *i, struct expectation *e,
	struct diag *d)
{
	uint64_t number = 0;
	int r = 0;

	if (is_word(s, *i, "running")) {
		e->kind = EXPECT_RUNNING;
	} else if (is_word(s, *i, "blocked")) {
		e->kind = EXPECT_BLOCKED;
		if (*i + 1 < s->word_count && !is_word(s, *i + 1, "within"))
			r = read_call(s, &s->words[++*i], e, d);
	} else if (is_word(s, *i, "exited") && *i + 1 < s->word_count) {
		e->kind = EXPECT_EXITED;
		r = name_number(s, &s->words[++*i], 0, 255, &number, d);
		e->number = number;
	} else if (is_word(s, *i, "killed") && *i + 1 < s->word_count) {
		e->kind = EXPECT_KILLED;
		*i += is_word(s, *i + 1, "by") && *i + 2 < s->word_count; /* as the story says it */
		e->number = (uint64_t)signal_parse(s->words[++*i].text);
		if (!e->number)
			return statement_error(s, &s->words[*i], d, "'%.40s' is no signal",
				s->words[*i].text);
	} else {
		return statement_error(s, &s->words[*i < s->word_count ? *i : *i - 1], d,
			"of a process expect: running, blocked [CALL], exited N, killed SIGNAL");
	}
	++*i;
	return r;
}

static int parse_fate(const struct world *w, const struct statement *s, size_t *i,
	struct expectation *e, struct diag *d)
{
	int r = name_process(w, s, &s->words[*i], &e->process, d);

	if (r < 0)
		return r;
	++*i;
	return expectation_read_fate(s, i, e, d);
}

/* The words behind a socket's name that take a number. */
static const struct {
	const char *word;
	enum expectation_kind kind;
} counters[] = {
	{ "recvq", EXPECT_RECVQ },
	{ "sendq", EXPECT_SENDQ },
	{ "backlog", EXPECT_BACKLOG },
	{ "retransmits", EXPECT_RETRANSMITS },
};

/* [+-P%] */
static int parse_tolerance(const struct statement *s, size_t *i, struct expectation *e,
	struct diag *d)
{
	char *end;

	if (*i >= s->word_count || strncmp(s->words[*i].text, "+-", 2) != 0)
		return 0;
	e->tolerance = strtod(s->words[*i].text + 2, &end) / 100;
	/* with 100% nothing would be too little, and not a number is never between */
	if (strcmp(end, "%") != 0 || !(e->tolerance >= 0 && e->tolerance < 1))
		return statement_error(s, &s->words[*i], d,
			"'%.40s' is no tolerance, which is below 100%%: +-20%%", s->words[*i].text);
	++*i;
	return 0;
}

/* [T +-P%]: it runs down, so there is no time that it has exactly. */
static int parse_time_left(const struct statement *s, size_t *i, struct expectation *e,
	struct diag *d)
{
	const struct token *time = &s->words[*i];
	int r;

	if (*i >= s->word_count || is_word(s, *i, "within"))
		return 0;
	e->timed = true;
	++*i;
	r = name_duration(s, time, &e->gap_ns, d);
	if (r == 0)
		r = parse_tolerance(s, i, e, d);
	if (r == 0 && (e->tolerance <= 0 || e->number == SOCK_TIMER_NONE))
		r = statement_error(s, time, d,
			"how long a timer still runs needs a tolerance: time-wait 60s +-2%%");
	return r;
}

static int parse_timer(const struct statement *s, size_t *i, struct expectation *e, struct diag *d)
{
	static const char *const names[] = { "none", "retransmission", "keepalive", "time-wait",
		"probe" };

	e->kind = EXPECT_TIMER;
	for (e->number = 0; e->number < SOCK_TIMER_COUNT; e->number++) {
		if (is_word(s, *i, names[e->number])) {
			++*i;
			return parse_time_left(s, i, e, d);
		}
	}
	return statement_error(s, &s->words[*i < s->word_count ? *i : *i - 1], d,
		"which timer? none, retransmission, keepalive, time-wait, probe");
}

static int parse_counter(const struct statement *s, size_t *i, struct diag *d, uint64_t *ret_number)
{
	if (*i >= s->word_count)
		return statement_error(s, &s->words[*i - 1], d, "a number is missing after this");
	return name_number(s, &s->words[(*i)++], 0, UINT32_MAX, ret_number, d);
}

/* S returned CALL VALUE: VALUE is a number, "data" or an errno's name. */
static int parse_returned(const struct statement *s, size_t *i, struct expectation *e,
	struct diag *d)
{
	if (*i + 1 >= s->word_count)
		return statement_error(s, &s->words[s->word_count - 1], d,
			"which call, and what? e.g. c returned recv \"hello\", c returned send EPIPE");
	e->kind = EXPECT_RETURNED;
	if (read_call(s, &s->words[*i], e, d) < 0)
		return -EINVAL;
	e->value = &s->words[*i + 1];
	*i += 2;
	return 0;
}

static int parse_socket(const struct world *w, const struct statement *s, size_t *i,
	struct expectation *e, struct diag *d)
{
	int r = 0;

	if (name_is_awaited(w, s->words[*i].text))
		e->awaited = &s->words[*i];
	else
		r = name_socket(w, s, &s->words[*i], &e->endpoint, d);
	if (r < 0)
		return r;
	++*i;
	if (is_word(s, *i, "path")) {
		e->kind = EXPECT_PATH;
		++*i;
		return parse_path(s, i, e, d);
	}
	if (is_word(s, *i, "timer")) {
		++*i;
		return parse_timer(s, i, e, d);
	}
	if (is_word(s, *i, "returned")) {
		++*i;
		return parse_returned(s, i, e, d);
	}
	for (size_t c = 0; c < sizeof(counters) / sizeof(counters[0]); c++) {
		if (is_word(s, *i, counters[c].word)) {
			e->kind = counters[c].kind;
			++*i;
			return parse_counter(s, i, d, &e->number);
		}
	}
	e->field = *i < s->word_count ? sock_field_find(s->words[*i].text) : NULL;
	if (e->field) {
		++*i;
		r = field_expectation_parse(s, i, e, d);
		return r < 0 || !field_expectation_is_number(e) ? r : parse_tolerance(s, i, e, d);
	}
	e->kind = EXPECT_STATE;
	e->count = 1;
	r = parse_state(s, *i, &e->states[0], d);
	++*i;
	return r;
}

/* count STATE N */
static int parse_count(const struct statement *s, size_t *i, struct expectation *e, struct diag *d)
{
	int r = parse_state(s, *i, &e->states[0], d);

	e->kind = EXPECT_COUNT;
	++*i;
	return r < 0 ? r : parse_counter(s, i, d, &e->number);
}

/* gap MATCH MATCH T [+-P%] */
static int parse_gap(const struct world *w, const struct statement *s, size_t *i,
	struct expectation *e, struct diag *d)
{
	int r = match_read_sent(w, s, i, &e->matches[0], d);

	e->kind = EXPECT_GAP;
	if (r == 0)
		r = match_read_sent(w, s, i, &e->matches[1], d);
	if (r == 0 && *i >= s->word_count)
		r = statement_error(s, &s->words[*i - 1], d, "how long? gap syn syn 1s +-20%%");
	if (r == 0)
		r = name_duration(s, &s->words[(*i)++], &e->gap_ns, d);
	return r < 0 ? r : parse_tolerance(s, i, e, d);
}

/* [HOST] counter NAME N; *i stands at `counter`. on: the HOST; NULL = localhost. */
static int parse_kernel_counter(const struct world *w, const struct token *on,
	const struct statement *s, size_t *i, struct expectation *e, struct diag *d)
{
	const struct token *name = &s->words[*i + 1];
	struct host *host = NULL;
	int64_t value;
	int r = name_running_host(w, s, on, &host, d);

	if (r < 0)
		return r;
	if (*i + 1 >= s->word_count)
		return statement_error(s, &s->words[*i], d,
			"which counter? e.g. counter TcpRetransSegs 1; `counters` lists them");
	e->kind = EXPECT_COUNTER;
	e->host = host;
	snprintf(e->counter, sizeof(e->counter), "%s", name->text);
	r = counters_get(host, e->counter, &value);
	if (r == -ENOENT)
		return statement_error(s, name, d,
			"this kernel has no counter '%.40s'; `counters` lists them, as nstat(8) does",
			name->text);
	if (r < 0)
		return statement_errno(s, name, d, -r, "host '%s' cannot be asked", host->name);
	*i += 2;
	return parse_counter(s, i, d, &e->number);
}

/* The expectation itself, from words[*i] on. */
static int parse_what(const struct world *w, const struct statement *s, size_t *i,
	struct expectation *e, struct diag *d)
{
	if (is_word(s, *i, "segments") || is_word(s, *i, "seen")) {
		e->kind = is_word(s, *i, "seen") ? EXPECT_SEEN : EXPECT_SEGMENTS;
		++*i;
		return parse_segments(w, s, i, e, d);
	}
	if (is_word(s, *i, "no") && is_word(s, *i + 1, "segments")) {
		e->kind = EXPECT_SEGMENTS;
		*i += 2;
		return 0;
	}
	if (is_word(s, *i, "count")) {
		++*i;
		return parse_count(s, i, e, d);
	}
	if (is_word(s, *i, "gap")) {
		++*i;
		return parse_gap(w, s, i, e, d);
	}
	if (is_word(s, *i, "counter"))
		return parse_kernel_counter(w, NULL, s, i, e, d);
	if (is_word(s, *i + 1, "counter")) {
		++*i;
		return parse_kernel_counter(w, &s->words[*i - 1], s, i, e, d);
	}
	if (world_process(w, s->words[*i].text))
		return parse_fate(w, s, i, e, d);
	return parse_socket(w, s, i, e, d);
}

int expectation_parse(const struct world *w, const struct statement *s,
	struct expectation *ret_expectation, struct diag *d)
{
	struct expectation e = { .within_ns = WITHIN_NS };
	size_t i = 1;
	int r;

	if (is_word(s, i, "never")) {
		e.never = true;
		i++;
	}
	if (i >= s->word_count)
		return statement_error(s, &s->words[i - 1], d, "what must never be?");
	r = parse_what(w, s, &i, &e, d);
	if (r == 0 && is_word(s, i, "within")) {
		if (i + 1 >= s->word_count)
			return statement_error(s, &s->words[i], d,
				"within what time? e.g. within 5s");
		r = name_duration(s, &s->words[i + 1], &e.within_ns, d);
		i += 2;
	}
	if (r == 0 && i < s->word_count)
		r = statement_error(s, &s->words[i], d, "'%.40s' is not understood here",
			s->words[i].text);
	if (r == 0 && e.never && e.kind != EXPECT_STATE)
		r = statement_error(s, &s->words[1], d,
			"'never' goes with a state: expect never "
			"SOCK STATE within T");
	if (r == 0)
		*ret_expectation = e;
	return r;
}
