/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tracker whose kernel is scripted_diag.h, and its journal as one line of text. */
#ifndef TESTS_UNIT_TRACKER_BENCH_H
#define TESTS_UNIT_TRACKER_BENCH_H

#include <inttypes.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "scripted_diag.h"

#define CAUSE 500 /* of what the test does */

struct bench {
	struct scripted kernel;
	struct journal *journal;
	struct tracker *tracker;
	uint32_t ids;
	uint64_t read; /* last event assert_story() has seen */
};

static inline int bench_open(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->journal = journal_new();
	b->tracker = tracker_new(b->journal, "left", scripted_open(&b->kernel), &b->ids);
	*state = b;
	return 0;
}

static inline int bench_close(void **state)
{
	struct bench *b = *state;

	tracker_free(b->tracker);
	tracker_free(NULL);
	journal_free(b->journal);
	scripted_close(&b->kernel);
	free(b);
	return 0;
}

/* The events since the last look must be these, "NO NAME WHAT<CAUSE" each, a blank after it. */
static inline void assert_story(struct bench *b, const char *expected)
{
	struct text story = TEXT_EMPTY;

	while (b->read < journal_last(b->journal)) {
		const struct event *e = journal_get(b->journal, ++b->read);

		assert_string_equal(e->host, "left");
		if (e->kind == EVENT_NOTE) {
			text_printf(&story, "%" PRIu64 " (note) ", e->no);
			continue;
		}
		text_printf(&story, "%" PRIu64 " %s ", e->no, e->subject);
		if (e->kind == EVENT_STATE)
			text_printf(&story, "%s>%s", tcp_state_name(e->state.from),
				tcp_state_name(e->state.to));
		else if (e->kind == EVENT_TIMER)
			text_printf(&story, "%s:%u", e->text, e->timer.retransmits);
		else
			text_printf(&story, "%s:%d", e->process ? e->process : "-", e->socket.fd);
		text_printf(&story, "<%" PRIu64 " ", e->cause);
	}
	assert_string_equal(text_get(&story), expected);
	text_done(&story);
}

static inline struct endpoint_facts facts(uint64_t cookie, enum tcp_state state, uint16_t local,
	uint16_t remote)
{
	struct endpoint_facts f = { .cookie = cookie, .state = state, .protocol = IPPROTO_TCP };

	if (local)
		f.local = loopback(local);
	if (remote)
		f.remote = loopback(remote);
	return f;
}

/* An endpoint adopted under `name`, which the kernel reports in `state` with that timer. */
static inline struct endpoint *adopt(struct bench *b, const char *name, uint64_t cookie,
	enum tcp_state state, uint16_t local, uint16_t remote, enum sock_timer timer,
	uint32_t timer_ms)
{
	const struct endpoint_facts f = facts(cookie, state, local, remote);
	struct inet_diag_msg m = diag_socket(cookie, (uint8_t)state, local, remote);
	struct endpoint *e;

	m.idiag_timer = (uint8_t)timer;
	m.idiag_expires = timer_ms;
	scripted_answer(&b->kernel, m);
	e = tracker_adopt(b->tracker, &f, name, CAUSE);
	assert_non_null(e);
	return e;
}

static inline struct endpoint *listener(struct bench *b)
{
	return adopt(b, "l", 1, STATE_LISTEN, 80, 0, SOCK_TIMER_NONE, 0);
}

static inline struct endpoint *look_at(struct bench *b, uint16_t local, uint16_t remote,
	uint64_t cause, uint64_t *ret_cause)
{
	const struct address here = loopback(local), there = loopback(remote);

	return tracker_look_at(b->tracker, &here, &there, cause, NULL, ret_cause);
}

static inline struct endpoint *find(struct bench *b, uint16_t local, uint16_t remote)
{
	const struct address here = loopback(local), there = loopback(remote);

	return tracker_find(b->tracker, &here, &there);
}

#define TRACKER_TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

#endif
