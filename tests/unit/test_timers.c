/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tracker makes of kernel timers. A reported time of 0 ms is due at once, so nothing
 * waits. */
#include "tracker_bench.h"

#define FAR_MS 3600000 /* no test lasts that long */

/* The scripted kernel's next answer about the connection 1000>80, cookie 7. */
static void answer(struct bench *b, enum tcp_state tcp, enum sock_timer timer, uint32_t timer_ms,
	uint8_t retransmits)
{
	struct inet_diag_msg m = diag_socket(7, (uint8_t)tcp, 1000, 80);

	m.idiag_timer = (uint8_t)timer;
	m.idiag_expires = timer_ms;
	m.idiag_retrans = retransmits;
	scripted_answer(&b->kernel, m);
}

/* ---- what changed without a cause ---- */

static void look_without_cause_puts_a_change_down_to_the_timer(void **state)
{
	struct bench *b = *state;
	uint64_t cause = 99;

	adopt(b, "c", 7, STATE_FIN_WAIT_2, 1000, 80, SOCK_TIMER_TIME_WAIT, FAR_MS);
	answer(b, STATE_TIME_WAIT, SOCK_TIMER_TIME_WAIT, FAR_MS, 0);
	look_at(b, 1000, 80, 0, &cause);
	assert_int_equal(cause, 2);
	assert_story(b, "1 c NONE>FIN-WAIT-2<500 2 c time-wait:0<0 3 c FIN-WAIT-2>TIME-WAIT<2 ");
	scripted_refuse(&b->kernel, -ENOENT);
	look_at(b, 1000, 80, 0, &cause);
	assert_int_equal(cause, 4);
	assert_story(b, "4 c time-wait:0<0 5 c TIME-WAIT>CLOSED<4 ");
}

static void look_without_cause_and_without_change_says_nothing(void **state)
{
	struct bench *b = *state;
	uint64_t cause = 99;

	adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_KEEPALIVE, FAR_MS);
	answer(b, STATE_ESTABLISHED, SOCK_TIMER_KEEPALIVE, FAR_MS, 0);
	look_at(b, 1000, 80, 0, &cause);
	assert_int_equal(cause, 0);
	assert_story(b, "1 c NONE>ESTABLISHED<500 ");
}

/* Of one just met nobody knows what it was before, so no timer can have changed it. */
static void look_without_cause_at_a_stranger_is_no_timer(void **state)
{
	struct bench *b = *state;

	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, FAR_MS, 2);
	look_at(b, 1000, 80, 0, NULL);
	assert_story(b, "1 left/?1 NONE>SYN-SENT<0 ");
}

static void look_without_cause_or_timer_calls_it_unreported(void **state)
{
	struct bench *b = *state;

	adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);
	answer(b, STATE_CLOSE_WAIT, SOCK_TIMER_NONE, 0, 0);
	look_at(b, 1000, 80, 0, NULL);
	assert_story(b,
		"1 c NONE>ESTABLISHED<500 2 c unreported:0<0 3 c ESTABLISHED>CLOSE-WAIT<2 ");
}

static void look_with_more_retransmits_is_a_timer(void **state)
{
	struct bench *b = *state;
	struct endpoint *e =
		adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_RETRANSMIT, FAR_MS);
	uint64_t cause = 0;

	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, FAR_MS, 1);
	look_at(b, 1000, 80, 0, &cause);
	assert_int_equal(cause, 2);
	assert_int_equal(e->retransmits, 1);
	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, FAR_MS, 2);
	look_at(b, 1000, 80, 0, NULL);
	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, FAR_MS, 2);
	look_at(b, 1000, 80, 0, NULL);
	assert_story(b, "1 c NONE>SYN-SENT<500 2 c retransmission:1<0 3 c retransmission:2<0 ");
	assert_int_equal(e->retransmits, 2);
}

static const struct event *last_timer(const struct bench *b, uint64_t back)
{
	const struct event *e = journal_get(b->journal, journal_last(b->journal) - back);

	assert_int_equal(e->kind, EVENT_TIMER);
	return e;
}

static void keepalive_that_ends_a_connection_has_given_up(void **state)
{
	struct bench *b = *state;
	struct endpoint *e =
		adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_KEEPALIVE, FAR_MS);

	answer(b, STATE_ESTABLISHED, SOCK_TIMER_KEEPALIVE, FAR_MS, 1);
	look_at(b, 1000, 80, 0, NULL);
	assert_false(last_timer(b, 0)->timer.gave_up);
	scripted_refuse(&b->kernel, -ENOENT);
	tracker_look(b->tracker, e, NULL, 0);
	assert_true(last_timer(b, 1)->timer.gave_up);
	assert_story(b,
		"1 c NONE>ESTABLISHED<500 2 c keepalive:1<0 3 c keepalive:1<0 "
		"4 c ESTABLISHED>CLOSED<3 ");
}

/* Nobody holds it, and what it had probed for before is no count of this timer's. */
static void keepalive_for_fin_wait_2_gives_nothing_up(void **state)
{
	struct bench *b = *state;
	struct endpoint *e =
		adopt(b, "c", 7, STATE_FIN_WAIT_2, 1000, 80, SOCK_TIMER_KEEPALIVE, FAR_MS);

	answer(b, STATE_FIN_WAIT_2, SOCK_TIMER_KEEPALIVE, FAR_MS, 1);
	look_at(b, 1000, 80, CAUSE, NULL);
	scripted_answer(&b->kernel, diag_socket(8, STATE_SYN_SENT, 1000, 80)); /* another one */
	tracker_look(b->tracker, e, NULL, 0);
	assert_false(last_timer(b, 1)->timer.gave_up);
	assert_story(b, "1 c NONE>FIN-WAIT-2<500 2 c keepalive:0<0 3 c FIN-WAIT-2>CLOSED<2 ");
}

/* One retransmission is not more than two probes, but another count. */
static void count_of_another_timer_begins_at_none(void **state)
{
	struct bench *b = *state;

	adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_KEEPALIVE, FAR_MS);
	answer(b, STATE_ESTABLISHED, SOCK_TIMER_KEEPALIVE, FAR_MS, 2);
	look_at(b, 1000, 80, 0, NULL);
	answer(b, STATE_ESTABLISHED, SOCK_TIMER_RETRANSMIT, FAR_MS, 1);
	look_at(b, 1000, 80, 0, NULL);
	assert_story(b, "1 c NONE>ESTABLISHED<500 2 c keepalive:2<0 3 c retransmission:1<0 ");
}

static void look_with_a_cause_makes_no_timer(void **state)
{
	struct bench *b = *state;
	uint64_t cause = 0;

	adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_RETRANSMIT, FAR_MS);
	answer(b, STATE_ESTABLISHED, SOCK_TIMER_NONE, 0, 1);
	look_at(b, 1000, 80, 77, &cause);
	assert_int_equal(cause, 77);
	assert_story(b, "1 c NONE>SYN-SENT<500 2 c SYN-SENT>ESTABLISHED<77 ");
}

static void timer_fired_with_a_change_is_told_once(void **state)
{
	struct bench *b = *state;
	struct endpoint *e =
		adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_RETRANSMIT, FAR_MS);

	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, FAR_MS, 1);
	assert_int_equal(tracker_timer_fired(b->tracker, e), 2);
	assert_story(b, "1 c NONE>SYN-SENT<500 2 c retransmission:1<0 ");
}

static bool last_may_be_probe(const struct bench *b)
{
	return last_timer(b, 0)->timer.maybe_probe;
}

/* The kernel has one name for a loss probe and a retransmission; it counts only the latter. */
static void resent_uncounted_may_be_a_loss_probe(void **state)
{
	struct bench *b = *state;
	struct endpoint *e =
		adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_RETRANSMIT, FAR_MS);

	answer(b, STATE_ESTABLISHED, SOCK_TIMER_RETRANSMIT, FAR_MS, 0);
	tracker_timer_fired(b->tracker, e);
	assert_true(last_may_be_probe(b));
	answer(b, STATE_ESTABLISHED, SOCK_TIMER_RETRANSMIT, FAR_MS, 1);
	tracker_timer_fired(b->tracker, e);
	assert_false(last_may_be_probe(b));
	answer(b, STATE_ESTABLISHED, SOCK_TIMER_RETRANSMIT, FAR_MS, 1);
	tracker_timer_fired(b->tracker, e); /* one more at the same timeout */
	assert_false(last_may_be_probe(b));
}

static void resent_syn_is_no_loss_probe(void **state)
{
	struct bench *b = *state;
	struct endpoint *e =
		adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_RETRANSMIT, FAR_MS);

	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, FAR_MS, 0);
	tracker_timer_fired(b->tracker, e);
	assert_false(last_may_be_probe(b));
}

static void timer_fired_without_a_change_is_told_anyway(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);

	answer(b, STATE_ESTABLISHED, SOCK_TIMER_NONE, 0, 0);
	assert_int_equal(tracker_timer_fired(b->tracker, e), 2);
	assert_story(b, "1 c NONE>ESTABLISHED<500 2 c unreported:0<0 ");
}

static void hidden_timer_is_told_as_unreported_and_changes_nothing(void **state)
{
	struct bench *b = *state;
	struct endpoint *e =
		adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_RETRANSMIT, FAR_MS);

	answer(b, STATE_ESTABLISHED, SOCK_TIMER_RETRANSMIT, FAR_MS, 0);
	assert_int_equal(tracker_hidden_timer_fired(b->tracker, e), 2);
	assert_int_equal(e->timer, SOCK_TIMER_RETRANSMIT);
	assert_int_equal(e->timer_event, 0);
	assert_story(b, "1 c NONE>ESTABLISHED<500 2 c unreported:0<0 ");
}

static void hidden_timer_with_a_change_was_none(void **state)
{
	struct bench *b = *state;
	struct endpoint *e =
		adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_RETRANSMIT, FAR_MS);

	answer(b, STATE_ESTABLISHED, SOCK_TIMER_RETRANSMIT, FAR_MS, 1);
	assert_int_equal(tracker_hidden_timer_fired(b->tracker, e), 2);
	assert_int_equal(e->timer_event, 2);
	assert_story(b, "1 c NONE>ESTABLISHED<500 2 c retransmission:1<0 ");
}

/* ---- when to look ---- */

static void due_is_the_earliest_reported(void **state)
{
	struct bench *b = *state;
	uint64_t before, after, due;

	assert_int_equal(tracker_due_ns(b->tracker), 0);
	adopt(b, "a", 5, STATE_ESTABLISHED, 1001, 80, SOCK_TIMER_NONE, 0);
	assert_int_equal(tracker_due_ns(b->tracker), 0);
	before = clock_now_ns();
	adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_RETRANSMIT, FAR_MS);
	after = clock_now_ns();
	adopt(b, "d", 8, STATE_SYN_SENT, 1002, 80, SOCK_TIMER_RETRANSMIT, 2 * FAR_MS);
	due = tracker_due_ns(b->tracker);
	assert_true(due >= before + FAR_MS * NS_PER_MS && due <= after + FAR_MS * NS_PER_MS);
}

static void timers_before_the_due_time_ask_nobody(void **state)
{
	struct bench *b = *state;
	uint64_t due;

	tracker_timers(b->tracker);
	adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_RETRANSMIT, FAR_MS);
	assert_asked(&b->kernel, "1000>80 ");
	due = tracker_due_ns(b->tracker);
	tracker_timers(b->tracker);
	assert_asked(&b->kernel, "");
	assert_int_equal(tracker_due_ns(b->tracker), due);
}

static void timers_when_due_ask_for_those_only(void **state)
{
	struct bench *b = *state;
	struct endpoint *later, *now;

	later = adopt(b, "d", 8, STATE_SYN_SENT, 1002, 80, SOCK_TIMER_RETRANSMIT, FAR_MS);
	now = adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_RETRANSMIT, 0);
	assert_asked(&b->kernel, "1002>80 1000>80 ");
	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, 2 * FAR_MS, 1);
	tracker_timers(b->tracker);
	assert_asked(&b->kernel, "1000>80 ");
	assert_story(b, "1 d NONE>SYN-SENT<500 2 c NONE>SYN-SENT<500 3 c retransmission:1<0 ");
	assert_int_equal(tracker_due_ns(b->tracker), later->timer_due_ns);
	assert_true(now->timer_due_ns > later->timer_due_ns);
}

static void timers_that_end_a_socket_leave_nothing_due(void **state)
{
	struct bench *b = *state;

	adopt(b, "c", 7, STATE_TIME_WAIT, 1000, 80, SOCK_TIMER_TIME_WAIT, 0);
	scripted_refuse(&b->kernel, -ENOENT);
	tracker_timers(b->tracker);
	assert_story(b, "1 c NONE>TIME-WAIT<500 2 c time-wait:0<0 3 c TIME-WAIT>CLOSED<2 ");
	assert_int_equal(tracker_due_ns(b->tracker), 0);
}

/* Due at once, and nothing has happened: the tracker must want to look again after `ms`. (The look
 * before makes the timer due at once again.) */
static void assert_late_by(struct bench *b, struct endpoint *e, uint64_t ms)
{
	uint64_t before, after;

	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, 0, 0);
	tracker_look(b->tracker, e, NULL, CAUSE);
	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, 0, 0);
	before = clock_now_ns();
	tracker_timers(b->tracker);
	after = clock_now_ns();
	assert_in_range(tracker_due_ns(b->tracker), before + ms * NS_PER_MS,
		after + ms * NS_PER_MS);
}

static void timers_that_are_late_are_asked_less_and_less(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_RETRANSMIT, 0);

	for (uint64_t ms = 1; ms <= 64; ms *= 2)
		assert_late_by(b, e, ms);
	assert_late_by(b, e, 64);
	assert_story(b, "1 c NONE>SYN-SENT<500 ");
}

static void timers_that_fired_after_all_begin_again(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_RETRANSMIT, 0);

	assert_late_by(b, e, 1);
	assert_late_by(b, e, 2);
	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, 0, 0);
	tracker_look(b->tracker, e, NULL, CAUSE);
	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, FAR_MS, 1);
	tracker_timers(b->tracker);
	assert_int_equal(tracker_due_ns(b->tracker), e->timer_due_ns);
	assert_story(b, "1 c NONE>SYN-SENT<500 2 c retransmission:1<0 ");
	assert_late_by(b, e, 1);
}

/* ---- a segment that is read before its sender has set the timer ---- */

/* Until the tracker is due, which is some milliseconds off. */
static void timers_when_due(struct bench *b)
{
	assert_true(tracker_due_ns(b->tracker) < clock_now_ns() + 1000 * NS_PER_MS);
	while (clock_now_ns() < tracker_due_ns(b->tracker))
		;
	tracker_timers(b->tracker);
}

static void timer_not_set_yet_is_looked_for(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_NONE, 0);

	answer(b, STATE_SYN_SENT, SOCK_TIMER_NONE, 0, 0);
	timers_when_due(b);
	answer(b, STATE_SYN_SENT, SOCK_TIMER_RETRANSMIT, FAR_MS, 0);
	timers_when_due(b);
	assert_int_equal(e->timer, SOCK_TIMER_RETRANSMIT);
	assert_int_equal(tracker_due_ns(b->tracker), e->timer_due_ns);
	assert_asked(&b->kernel, "1000>80 1000>80 1000>80 ");
	assert_story(b, "1 c NONE>SYN-SENT<500 ");
}

/* Who waits for an acknowledgement has a timer too; a listener's queue is none of that kind. */
static void timer_is_looked_for_while_something_is_unacknowledged(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);
	const struct endpoint_facts l = facts(1, STATE_LISTEN, 80, 0);
	struct inet_diag_msg m;

	m = diag_socket(1, STATE_LISTEN, 80, 0);
	m.idiag_wqueue = 128;
	scripted_answer(&b->kernel, m);
	tracker_adopt(b->tracker, &l, "l", CAUSE);
	assert_int_equal(tracker_due_ns(b->tracker), 0);
	m = diag_socket(7, STATE_ESTABLISHED, 1000, 80);
	m.idiag_wqueue = 5;
	scripted_answer(&b->kernel, m);
	tracker_look(b->tracker, e, NULL, CAUSE);
	answer(b, STATE_ESTABLISHED, SOCK_TIMER_RETRANSMIT, FAR_MS, 0);
	timers_when_due(b);
	assert_int_equal(e->timer, SOCK_TIMER_RETRANSMIT);
}

/* Between going off and being set anew there is none: what is sent meanwhile is its work all the same. */
static void timer_at_work_is_none_in_between(void **state)
{
	struct bench *b = *state;
	struct inet_diag_msg m = diag_socket(7, STATE_ESTABLISHED, 1000, 80);
	struct endpoint *e =
		adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_RETRANSMIT, 0);

	m.idiag_wqueue = 5;
	scripted_answer(&b->kernel, m);
	tracker_timers(b->tracker);
	assert_int_equal(e->timer, SOCK_TIMER_RETRANSMIT);
	scripted_answer(&b->kernel, m);
	tracker_timer_fired(b->tracker, e);
	assert_story(b, "1 c NONE>ESTABLISHED<500 2 c retransmission:0<0 ");
	m.idiag_wqueue = 0; /* all of it has been acknowledged */
	scripted_answer(&b->kernel, m);
	tracker_look(b->tracker, e, NULL, CAUSE);
	assert_int_equal(e->timer, SOCK_TIMER_NONE);
}

static void timer_that_is_never_set_is_given_up(void **state)
{
	struct bench *b = *state;
	unsigned looks = 0;

	adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_NONE, 0);
	for (; tracker_due_ns(b->tracker); looks++) {
		answer(b, STATE_SYN_SENT, SOCK_TIMER_NONE, 0, 0);
		timers_when_due(b);
	}
	assert_int_equal(looks, 7); /* after 1, 2, 4 ... 64 ms */
}

/* The look is for the timer: what else has changed has another cause, and whoever knows it will look. */
static void look_for_a_timer_takes_over_nothing_else(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_NONE, 0);

	answer(b, STATE_ESTABLISHED, SOCK_TIMER_KEEPALIVE, FAR_MS, 0);
	timers_when_due(b);
	assert_int_equal(e->state, STATE_SYN_SENT);
	assert_int_equal(e->timer, SOCK_TIMER_NONE);
	assert_int_equal(tracker_due_ns(b->tracker), 0);
	assert_story(b, "1 c NONE>SYN-SENT<500 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRACKER_TEST(look_without_cause_puts_a_change_down_to_the_timer),
		TRACKER_TEST(look_without_cause_and_without_change_says_nothing),
		TRACKER_TEST(look_without_cause_at_a_stranger_is_no_timer),
		TRACKER_TEST(look_without_cause_or_timer_calls_it_unreported),
		TRACKER_TEST(look_with_more_retransmits_is_a_timer),
		TRACKER_TEST(keepalive_that_ends_a_connection_has_given_up),
		TRACKER_TEST(keepalive_for_fin_wait_2_gives_nothing_up),
		TRACKER_TEST(count_of_another_timer_begins_at_none),
		TRACKER_TEST(look_with_a_cause_makes_no_timer),
		TRACKER_TEST(timer_fired_with_a_change_is_told_once),
		TRACKER_TEST(resent_uncounted_may_be_a_loss_probe),
		TRACKER_TEST(resent_syn_is_no_loss_probe),
		TRACKER_TEST(timer_fired_without_a_change_is_told_anyway),
		TRACKER_TEST(hidden_timer_is_told_as_unreported_and_changes_nothing),
		TRACKER_TEST(hidden_timer_with_a_change_was_none),
		TRACKER_TEST(due_is_the_earliest_reported),
		TRACKER_TEST(timers_before_the_due_time_ask_nobody),
		TRACKER_TEST(timers_when_due_ask_for_those_only),
		TRACKER_TEST(timers_that_end_a_socket_leave_nothing_due),
		TRACKER_TEST(timers_that_are_late_are_asked_less_and_less),
		TRACKER_TEST(timers_that_fired_after_all_begin_again),
		TRACKER_TEST(timer_not_set_yet_is_looked_for),
		TRACKER_TEST(timer_is_looked_for_while_something_is_unacknowledged),
		TRACKER_TEST(timer_at_work_is_none_in_between),
		TRACKER_TEST(timer_that_is_never_set_is_given_up),
		TRACKER_TEST(look_for_a_timer_takes_over_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
