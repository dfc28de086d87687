/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of a prediction: read where an expectation would read it, and from the journal the event in which it
 * happened, whose causes are the explanation. */
#include <string.h>

#include "base/lab_assert.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/matching.h"
#include "language/names.h"
#include "language/prediction.h"
#include "language/statement.h"
#include "observe/tracker.h"
#include "world/process.h"
#include "world/world.h"

/* What was seen. */
struct sight {
	struct text text;
	uint64_t event; /* in which it happened, since the block began; 0 = nothing did */
	bool met; /* as answered; counts when it was */
};

static uint64_t last_of_socket(const struct prediction *p, const struct journal *j,
	const struct endpoint *e)
{
	uint64_t no = UINT64_MAX;

	while ((no = journal_previous(j, no, EVENT_BIT(EVENT_STATE))) > p->began) {
		if (journal_get(j, no)->state.endpoint == e->id)
			return no;
	}
	return 0;
}

static uint64_t last_of_process(const struct prediction *p, const struct journal *j,
	const struct process *process)
{
	const uint64_t kinds =
		EVENT_BIT(EVENT_PROCESS_END) | EVENT_BIT(EVENT_BLOCKED) | EVENT_BIT(EVENT_RETURN);
	uint64_t no = UINT64_MAX;

	while ((no = journal_previous(j, no, kinds)) > p->began) {
		const struct event *event = journal_get(j, no);

		if (strcmp(event->kind == EVENT_PROCESS_END ? event->subject : event->process,
			    process->name) == 0)
			return no;
	}
	return 0;
}

/* ---- each kind: 0, 1 (not yet) or -EINVAL ---- */

static int see_state(const struct prediction *p, struct world *w, struct sight *sight,
	struct diag *d)
{
	struct endpoint *e;
	int r = name_socket(w, p->statement, &p->statement->words[2], &e, d);

	if (r < 0)
		return r;
	text_puts(&sight->text, tcp_state_name(e->state));
	sight->event = last_of_socket(p, world_journal(w), e);
	sight->met = p->answered && e->state == p->answer.state;
	return 0;
}

static int see_fate(const struct prediction *p, struct world *w, struct sight *sight,
	struct diag *d)
{
	struct expectation fate = p->answer.fate;
	struct process *process;
	int r = name_process(w, p->statement, &p->statement->words[2], &process, d);

	if (r < 0)
		return r;
	expectation_format_seen_fate(process, &sight->text);
	sight->event = last_of_process(p, world_journal(w), process);
	fate.process = process;
	sight->met = p->answered && expectation_stands(&fate, w, p->began, p->began) == STANDS_MET;
	/* who foretells that it runs has not foretold that it sleeps in a call */
	if (fate.kind == EXPECT_RUNNING && expectation_blocked_in(process, ""))
		sight->met = false;
	return 0;
}

/* segment [MATCH] [within T] */
static int read_segment(const struct prediction *p, const struct world *w, struct match *ret_match,
	uint64_t *ret_within_ns, struct diag *d)
{
	struct statement s = *p->statement;
	size_t i = 3;
	int r = 0;

	*ret_match = (struct match){ 0 };
	*ret_within_ns = 0;
	if (s.word_count >= 5 && strcmp(s.words[s.word_count - 2].text, "within") == 0) {
		r = name_duration(&s, &s.words[s.word_count - 1], ret_within_ns, d);
		s.word_count -= 2;
	}
	if (r == 0 && s.word_count > 3)
		r = match_read_sent(w, &s, &i, ret_match, d);
	if (r == 0 && i < s.word_count)
		r = statement_error(&s, &s.words[i], d, "'%.40s' is not understood here",
			s.words[i].text);
	return r;
}

static int see_segment(const struct prediction *p, struct world *w, bool final, struct sight *sight,
	struct diag *d)
{
	const struct journal *j = world_journal(w);
	const struct event *event = NULL;
	uint64_t no = p->began, within_ns;
	struct match match;
	int r = read_segment(p, w, &match, &within_ns, d);

	if (r < 0)
		return r;
	while ((no = journal_next(j, no, EVENT_BIT(EVENT_SEGMENT)))) {
		event = journal_get(j, no);
		if (match_segment(&match, &event->wire.segment))
			break;
	}
	sight->event = no;
	if (!no && !final)
		return 1;
	if (no)
		match_format_segment(&event->wire.segment, &sight->text);
	else
		text_puts(&sight->text, "none");
	if (p->answered && no && !p->answer.none)
		sight->met = match_segment(&(struct match){ .must = p->answer.must },
			&event->wire.segment);
	else
		sight->met = p->answered && !no && p->answer.none;
	return 0;
}

static int see_result(const struct prediction *p, struct world *w, struct sight *sight,
	struct diag *d)
{
	if (!p->call)
		return statement_error(p->statement, NULL, d,
			"no call was made in this block: it has no result");
	if (p->returned) {
		text_puts(&sight->text, text_get(&p->got));
		sight->event = p->returned_event;
		sight->met = p->met;
		return 0;
	}
	text_puts(&sight->text, p->process->call.blocked ? "blocked" : "still running");
	sight->event = last_of_process(p, world_journal(w), p->process);
	sight->met = p->answered && p->process->call.blocked &&
		p->answer.outcome.kind == OUTCOME_BLOCKED;
	return 0;
}

/* A choice's expectation, which stands behind its text as it would behind `expect`. */
static int read_choice(const struct world *w, const struct statement *choice,
	struct expectation *ret_expectation, struct diag *d)
{
	struct statement behind = *choice;

	behind.words++;
	behind.word_count--;
	return expectation_parse(w, &behind, ret_expectation, d);
}

/* The last packet that matches (NULL = any). */
static uint64_t last_segment(const struct prediction *p, const struct journal *j,
	const struct match *match)
{
	uint64_t no = UINT64_MAX;

	while ((no = journal_previous(j, no, EVENT_BIT(EVENT_SEGMENT))) > p->began) {
		if (!match || match_segment(match, &journal_get(j, no)->wire.segment))
			return no;
	}
	return 0;
}

/* The last socket that came into this state. */
static uint64_t last_into(const struct prediction *p, const struct journal *j, enum tcp_state state)
{
	uint64_t no = UINT64_MAX;

	while ((no = journal_previous(j, no, EVENT_BIT(EVENT_STATE))) > p->began) {
		if (journal_get(j, no)->state.to == state)
			return no;
	}
	return 0;
}

/* What made it come true; 0 where no single event did. */
static uint64_t event_of(const struct prediction *p, struct world *w, const struct expectation *e)
{
	const struct journal *j = world_journal(w);

	if (e->process)
		return last_of_process(p, j, e->process);
	if (e->endpoint)
		return last_of_socket(p, j, e->endpoint);
	switch (e->kind) {
	case EXPECT_SEGMENTS:
		return e->count ? last_segment(p, j, NULL) : 0;
	case EXPECT_GAP:
		return last_segment(p, j, &e->matches[1]);
	case EXPECT_COUNT:
		return e->number ? last_into(p, j, e->states[0]) : 0;
	default:
		return 0;
	}
}

static int see_choice(const struct prediction *p, struct world *w, bool final, struct sight *sight,
	struct diag *d)
{
	size_t count, met = 0;
	const struct statement *choices = answer_choices(&p->statement->block, &count);

	for (size_t i = 0; i < count; i++) {
		struct expectation e;
		int r = read_choice(w, &choices[i], &e, d);

		if (r < 0)
			return r;
		if (expectation_stands(&e, w, p->began, p->began) != STANDS_MET)
			continue;
		if (met)
			return statement_error(&choices[i], NULL, d,
				"choices %zu and %zu have both come true: only one may", met,
				i + 1);
		met = i + 1;
		sight->event = event_of(p, w, &e);
	}
	if (!met && !final)
		return 1;
	if (met)
		text_printable(&sight->text, choices[met - 1].words[1].text,
			choices[met - 1].words[1].len);
	else
		text_puts(&sight->text, "none of these");
	sight->met = p->answered && met == p->answer.choice;
	return 0;
}

/* ---- all of them ---- */

int prediction_patience(const struct prediction *p, struct world *w, uint64_t *ret_within_ns,
	struct diag *d)
{
	size_t count;
	const struct statement *choices = answer_choices(&p->statement->block, &count);
	struct match match;
	int r = 0;

	*ret_within_ns = 0;
	if (p->kind == ANSWER_SEGMENT)
		return read_segment(p, w, &match, ret_within_ns, d);
	for (size_t i = 0; i < count && r == 0; i++) {
		struct expectation e;

		r = read_choice(w, &choices[i], &e, d);
		if (r == 0 && e.within_ns > *ret_within_ns)
			*ret_within_ns = e.within_ns;
	}
	return r;
}

int prediction_observe(struct prediction *p, struct world *w, bool final, struct diag *d)
{
	struct sight sight = { .text = TEXT_EMPTY };
	int r;

	LAB_ASSERT(p->stage == PREDICTION_OBSERVING);
	switch (p->kind) {
	case ANSWER_STATE:
		r = see_state(p, w, &sight, d);
		break;
	case ANSWER_FATE:
		r = see_fate(p, w, &sight, d);
		break;
	case ANSWER_SEGMENT:
		r = see_segment(p, w, final, &sight, d);
		break;
	case ANSWER_RESULT:
		r = see_result(p, w, &sight, d);
		break;
	default:
		r = see_choice(p, w, final, &sight, d);
	}
	if (r == 0)
		prediction_end(p, world_journal(w), text_get(&sight.text), sight.event, sight.met);
	text_done(&sight.text);
	return r;
}
