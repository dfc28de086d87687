/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sched.h>

#include "tracker_bench.h"

/* ---- meeting ---- */

static void adopt_of_a_new_cookie_reads_the_state_back(void **state)
{
	struct bench *b = *state;
	struct inet_diag_msg m = diag_socket(UINT64_MAX - 1, STATE_SYN_SENT, 1000, 80);
	const struct endpoint_facts f = facts(UINT64_MAX - 1, STATE_CLOSED, 1000, 80);
	struct endpoint *e;

	m.idiag_rqueue = 3;
	m.idiag_wqueue = 1;
	scripted_answer(&b->kernel, m);
	e = tracker_adopt(b->tracker, &f, "c", CAUSE);
	assert_asked(&b->kernel, "1000>80 ");
	assert_story(b, "1 c NONE>SYN-SENT<500 ");
	assert_string_equal(e->name, "c");
	assert_true(e->cookie == UINT64_MAX - 1);
	assert_int_equal(e->id, 1);
	assert_int_equal(e->fd, -1);
	assert_null(e->process);
	assert_int_equal(e->recvq, 3);
	assert_int_equal(e->sendq, 1);
	assert_int_equal(e->changed, 1);
	assert_ptr_equal(tracker_get(b->tracker, 0), e);
	assert_null(tracker_get(b->tracker, 1));
	assert_ptr_equal(find(b, 1000, 80), e);
	assert_null(find(b, 80, 1000));
}

static void adopt_of_an_unbound_socket_asks_nobody(void **state)
{
	struct bench *b = *state;
	const struct endpoint_facts f = facts(7, STATE_CLOSED, 0, 0);

	tracker_adopt(b->tracker, &f, "c", CAUSE);
	assert_asked(&b->kernel, "");
	assert_story(b, "1 c NONE>CLOSED<500 ");
}

static void adopt_of_a_bound_socket_believes_the_process(void **state)
{
	struct bench *b = *state;
	const struct endpoint_facts f = facts(7, STATE_CLOSED, 1000, 0);

	scripted_refuse(&b->kernel, -ENOENT); /* bound ones are in none of the kernel's tables */
	tracker_adopt(b->tracker, &f, "c", CAUSE);
	assert_asked(&b->kernel, "1000>0 ");
	assert_story(b, "1 c NONE>CLOSED<500 ");
}

static void adopt_of_a_known_cookie_is_the_same_endpoint(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_NONE, 0);

	assert_ptr_equal(adopt(b, "x", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0), e);
	assert_string_equal(e->name, "c");
	assert_null(tracker_get(b->tracker, 1));
	assert_story(b, "1 c NONE>SYN-SENT<500 2 c SYN-SENT>ESTABLISHED<500 ");
}

static void own_renames_and_says_whose_it_is(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt(b, NULL, 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);

	assert_string_equal(e->name, "left/?1");
	tracker_own(b->tracker, e, "a", "main", 5, 41);
	assert_string_equal(e->name, "a");
	assert_string_equal(e->process, "main");
	assert_int_equal(e->fd, 5);
	tracker_own(b->tracker, e, e->name, NULL, -1, 42);
	assert_string_equal(e->name, "a");
	assert_null(e->process);
	assert_story(b, "1 left/?1 NONE>ESTABLISHED<500 2 a main:5<41 3 a -:-1<42 ");
}

static void look_at_an_unknown_child_names_it_after_its_listener(void **state)
{
	struct bench *b = *state;
	struct endpoint *l = listener(b), *child;

	scripted_answer(&b->kernel, diag_socket(2, STATE_NEW_SYN_RECV, 80, 1000));
	child = look_at(b, 80, 1000, CAUSE, NULL);
	assert_string_equal(child->name, "l/1");
	assert_int_equal(child->state, STATE_SYN_RECEIVED);
	assert_int_equal(child->fd, -1);
	scripted_answer(&b->kernel, diag_socket(3, STATE_NEW_SYN_RECV, 80, 1001));
	assert_string_equal(look_at(b, 80, 1001, CAUSE, NULL)->name, "l/2");
	assert_int_equal(l->children, 2);
	assert_asked(&b->kernel, "80>0 80>1000 80>1001 ");
	assert_story(b,
		"1 l NONE>LISTEN<500 2 l/1 NONE>SYN-RECEIVED<500 3 l/2 NONE>SYN-RECEIVED<500 ");
}

static void look_at_a_pair_only_a_listener_has_meets_nobody(void **state)
{
	struct bench *b = *state;
	uint64_t cause = 9;

	listener(b);
	scripted_answer(&b->kernel, diag_socket(1, STATE_LISTEN, 80, 0));
	assert_null(look_at(b, 80, 1000, 0, &cause));
	assert_int_equal(cause, 0);
	assert_null(tracker_get(b->tracker, 1));
	assert_story(b, "1 l NONE>LISTEN<500 ");
}

static void ids_count_over_all_trackers(void **state)
{
	struct bench *b = *state;

	b->ids = 41;
	assert_int_equal(listener(b)->id, 42);
	assert_int_equal(b->ids, 42);
}

/* ---- programs ---- */

/* Adopted in one state, read in another, while a program may have been faster than we. */
static void overtake(struct bench *b, enum tcp_state from, enum tcp_state through,
	enum tcp_state to, const char *story)
{
	const struct overtaken overtaken = { .state = through, .cause = 70, .by = 80 };
	const struct address here = loopback(1000), there = loopback(80);

	adopt(b, "c", 7, from, 1000, 80, SOCK_TIMER_NONE, 0);
	scripted_answer(&b->kernel, diag_socket(7, (uint8_t)to, 1000, 80));
	tracker_look_at(b->tracker, &here, &there, 77, &overtaken, NULL);
	assert_story(b, story);
}

static void state_overtaken_by_a_program_is_told_as_passed(void **state)
{
	struct bench *b = *state;

	overtake(b, STATE_SYN_SENT, STATE_ESTABLISHED, STATE_FIN_WAIT_1,
		"1 c NONE>SYN-SENT<500 2 c SYN-SENT>ESTABLISHED<70 3 c ESTABLISHED>FIN-WAIT-1<80 ");
	assert_string_equal(journal_get(b->journal, 2)->text, "passed");
	assert_null(journal_get(b->journal, 3)->text);
}

static void close_wait_overtaken_by_a_program_is_told_as_passed(void **state)
{
	overtake(*state, STATE_ESTABLISHED, STATE_CLOSE_WAIT, STATE_LAST_ACK,
		"1 c NONE>ESTABLISHED<500 2 c ESTABLISHED>CLOSE-WAIT<70 3 c CLOSE-WAIT>LAST-ACK<80 ");
}

static void state_that_was_read_in_time_is_not_told_twice(void **state)
{
	overtake(*state, STATE_SYN_SENT, STATE_ESTABLISHED, STATE_ESTABLISHED,
		"1 c NONE>SYN-SENT<500 2 c SYN-SENT>ESTABLISHED<77 ");
}

/* It may have been closed before the segment came, or after. */
static void state_that_need_not_have_been_is_not_told(void **state)
{
	overtake(*state, STATE_SYN_SENT, STATE_ESTABLISHED, STATE_TIME_WAIT,
		"1 c NONE>SYN-SENT<500 2 c SYN-SENT>TIME-WAIT<77 ");
}

static void endpoint_is_touched_when_new_and_until_untouched(void **state)
{
	struct bench *b = *state;
	struct endpoint *l = listener(b);
	struct endpoint *c = adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);

	assert_ptr_equal(tracker_touched(b->tracker, NULL), l);
	assert_ptr_equal(tracker_touched(b->tracker, l), c);
	tracker_touch(l);
	tracker_untouch(l);
	tracker_untouch(l);
	assert_ptr_equal(tracker_touched(b->tracker, NULL), c);
	tracker_touch(l);
	assert_ptr_equal(tracker_touched(b->tracker, c), l);
	assert_null(tracker_touched(b->tracker, l));
}

/* ---- identity ---- */

static void cookie_is_the_identity_from_syn_received_to_time_wait(void **state)
{
	static const uint8_t path[] = { STATE_NEW_SYN_RECV, STATE_ESTABLISHED, STATE_FIN_WAIT_1,
		STATE_TIME_WAIT };
	struct bench *b = *state;
	struct endpoint *e = NULL;

	for (size_t i = 0; i < sizeof(path); i++) {
		struct endpoint *seen;

		scripted_answer(&b->kernel, diag_socket(2, path[i], 80, 1000));
		seen = look_at(b, 80, 1000, 10 + i, NULL);
		assert_true(i == 0 || seen == e);
		e = seen;
	}
	assert_null(tracker_get(b->tracker, 1));
	assert_story(b,
		"1 left/?1 NONE>SYN-RECEIVED<10 2 left/?1 SYN-RECEIVED>ESTABLISHED<11 "
		"3 left/?1 ESTABLISHED>FIN-WAIT-1<12 4 left/?1 FIN-WAIT-1>TIME-WAIT<13 ");
	assert_ptr_equal(find(b, 80, 1000), e);
}

static void other_cookie_with_the_same_pair_ends_the_old_one(void **state)
{
	struct bench *b = *state;
	struct endpoint *old = adopt(b, "c", 7, STATE_TIME_WAIT, 1000, 80, SOCK_TIMER_NONE, 0);
	struct endpoint *new;
	uint64_t cause = 0;

	scripted_answer(&b->kernel, diag_socket(8, STATE_SYN_SENT, 1000, 80));
	new = look_at(b, 1000, 80, 77, &cause);
	assert_ptr_not_equal(new, old);
	assert_int_equal(cause, 77);
	assert_int_equal(old->state, STATE_CLOSED);
	assert_ptr_equal(find(b, 1000, 80), new);
	assert_true(old->party.over);
	assert_false(new->party.over);
	assert_story(b,
		"1 c NONE>TIME-WAIT<500 2 c TIME-WAIT>CLOSED<77 "
		"3 left/?2 NONE>SYN-SENT<77 ");
}

static void look_finding_another_cookie_ends_the_endpoint(void **state)
{
	struct bench *b = *state;
	struct endpoint *old = adopt(b, "c", 7, STATE_TIME_WAIT, 1000, 80, SOCK_TIMER_NONE, 0);

	scripted_answer(&b->kernel, diag_socket(8, STATE_SYN_SENT, 1000, 80));
	tracker_look(b->tracker, old, NULL, 77);
	assert_story(b, "1 c NONE>TIME-WAIT<500 2 c TIME-WAIT>CLOSED<77 ");
	assert_null(find(b, 1000, 80));
}

/* ---- the end ---- */

static void look_when_gone_is_closed_once(void **state)
{
	struct bench *b = *state;
	struct endpoint *e =
		adopt(b, "c", 7, STATE_LAST_ACK, 1000, 80, SOCK_TIMER_RETRANSMIT, 60000);
	const struct address here = loopback(1000), there = loopback(80);

	e->sendq = 1;
	scripted_refuse(&b->kernel, -ENOENT);
	tracker_look(b->tracker, e, NULL, 77);
	scripted_refuse(&b->kernel, -ENOENT);
	tracker_look(b->tracker, e, NULL, 78);
	assert_story(b, "1 c NONE>LAST-ACK<500 2 c LAST-ACK>CLOSED<77 ");
	assert_int_equal(e->timer, SOCK_TIMER_NONE);
	assert_int_equal(e->sendq, 0);
	assert_null(find(b, 1000, 80));
	assert_ptr_equal(tracker_last(b->tracker, &here, &there), e);
	assert_ptr_equal(tracker_get(b->tracker, 0), e);
}

static void look_at_when_gone_is_closed_with_the_cause(void **state)
{
	struct bench *b = *state;
	uint64_t cause = 0;

	adopt(b, "c", 7, STATE_LAST_ACK, 1000, 80, SOCK_TIMER_NONE, 0);
	scripted_refuse(&b->kernel, -ENOENT);
	assert_null(look_at(b, 1000, 80, 77, &cause));
	assert_int_equal(cause, 77);
	assert_story(b, "1 c NONE>LAST-ACK<500 2 c LAST-ACK>CLOSED<77 ");
}

/* That the question could not be put or its answer not be read says nothing about the socket. */
/* net/ipv4/inet_timewait_sock.c: for a moment there is neither the one nor the other. */
static void look_while_the_time_wait_one_takes_its_place_sees_that(void **state)
{
	static const enum tcp_state from[] = { STATE_FIN_WAIT_1, STATE_FIN_WAIT_2, STATE_CLOSING };
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		const uint16_t port = (uint16_t)(1000 + i);
		struct endpoint *e = adopt(b, "c", 7 + i, from[i], port, 80, SOCK_TIMER_NONE, 0);

		scripted_refuse(&b->kernel, -ENOENT);
		scripted_answer(&b->kernel, diag_socket(7 + i, STATE_TIME_WAIT, port, 80));
		tracker_look(b->tracker, e, NULL, CAUSE);
		assert_int_equal(e->state, STATE_TIME_WAIT);
	}
}

static void look_when_the_answer_is_unreadable_keeps_the_state(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);

	scripted_raw(&b->kernel, ++b->kernel.answers, SOCK_DIAG_BY_FAMILY, "", 0);
	tracker_look(b->tracker, e, NULL, CAUSE);
	assert_story(b, "1 c NONE>ESTABLISHED<500 2 (note) ");
}

static void look_at_when_the_answer_is_unreadable_keeps_the_state(void **state)
{
	struct bench *b = *state;

	adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);
	scripted_refuse(&b->kernel, -EPERM);
	look_at(b, 1000, 80, CAUSE, NULL);
	assert_story(b, "1 c NONE>ESTABLISHED<500 2 (note) ");
}

static void look_whose_answer_was_lost_is_made_again(void **state)
{
	struct bench *b = *state;

	adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);
	scripted_refuse(&b->kernel, -ENOBUFS);
	scripted_refuse(&b->kernel, -ENOMEM);
	scripted_answer(&b->kernel, diag_socket(7, STATE_CLOSE_WAIT, 1000, 80));
	look_at(b, 1000, 80, CAUSE, NULL);
	assert_story(b, "1 c NONE>ESTABLISHED<500 2 c ESTABLISHED>CLOSE-WAIT<500 ");
}

static void refuse_often(struct bench *b)
{
	for (unsigned i = 0; i < 3; i++)
		scripted_refuse(&b->kernel, -ENOBUFS);
}

static void wait_until_due(struct bench *b)
{
	while (clock_now_ns() < tracker_due_ns(b->tracker))
		sched_yield();
}

/* c has moved on, d is gone, and of 1002 nobody knows yet: all because of what c was asked for. */
static void after_no_answer_everything_is_asked_again(void **state)
{
	struct bench *b = *state;

	adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);
	adopt(b, "d", 8, STATE_ESTABLISHED, 1001, 80, SOCK_TIMER_NONE, 0);
	assert_asked(&b->kernel, "1000>80 1001>80 ");
	refuse_often(b);
	look_at(b, 1000, 80, 77, NULL);
	assert_story(b, "1 c NONE>ESTABLISHED<500 2 d NONE>ESTABLISHED<500 3 (note) ");
	assert_true(tracker_due_ns(b->tracker) > 0);
	wait_until_due(b);
	scripted_refuse(&b->kernel, -ENOBUFS); /* still */
	tracker_timers(b->tracker);
	assert_story(b, "");
	wait_until_due(b);
	scripted_raw(&b->kernel, ++b->kernel.answers, SOCK_DIAG_BY_FAMILY,
		&(struct inet_diag_msg[]){ diag_socket(7, STATE_CLOSE_WAIT, 1000, 80) },
		sizeof(struct inet_diag_msg));
	scripted_raw(&b->kernel, b->kernel.answers, SOCK_DIAG_BY_FAMILY,
		&(struct inet_diag_msg[]){ diag_socket(9, STATE_ESTABLISHED, 1002, 80) },
		sizeof(struct inet_diag_msg));
	scripted_raw(&b->kernel, b->kernel.answers, NLMSG_DONE, &(int){ 0 }, sizeof(int));
	scripted_refuse(&b->kernel, -ENOENT); /* IPv6 */
	scripted_refuse(&b->kernel, -ENOENT); /* d */
	tracker_timers(b->tracker);
	assert_story(b,
		"4 c ESTABLISHED>CLOSE-WAIT<77 5 left/?3 NONE>ESTABLISHED<77 "
		"6 d ESTABLISHED>CLOSED<77 7 (note) ");
	assert_int_equal(tracker_due_ns(b->tracker), 0);
}

/* ---- whose a packet is ---- */

static void party_outlives_a_connection_until_there_is_another(void **state)
{
	struct bench *b = *state;
	struct endpoint_facts f = facts(7, STATE_CLOSED, 0, 0);
	struct endpoint *e = adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);

	assert_string_equal(*e->party.name, "c");
	scripted_refuse(&b->kernel, -ENOENT); /* it was reset, and its port is nobody's */
	tracker_look(b->tracker, e, &f, CAUSE);
	assert_int_equal(e->state, STATE_CLOSED);
	assert_int_equal(e->local.port, 0);
	assert_int_equal(e->remote.port, 0);
	assert_int_equal(e->party.local.port, 1000);
	assert_int_equal(e->party.remote.port, 80);
	adopt(b, "c", 7, STATE_SYN_SENT, 1001, 81, SOCK_TIMER_NONE, 0);
	assert_int_equal(e->party.local.port, 1001);
	assert_int_equal(e->party.remote.port, 81);
	assert_false(e->party.over);
}

static void party_of_a_socket_that_listens_after_a_connection_is_its_address(void **state)
{
	struct bench *b = *state;
	struct endpoint_facts f = facts(7, STATE_CLOSED, 90, 0);
	struct endpoint *e = adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 80, SOCK_TIMER_NONE, 0);

	scripted_refuse(&b->kernel, -ENOENT);
	scripted_refuse(&b->kernel, -ENOENT);
	tracker_look(b->tracker, e, &f, CAUSE);
	assert_int_equal(e->party.remote.port, 80);
	adopt(b, "c", 7, STATE_LISTEN, 90, 0, SOCK_TIMER_NONE, 0);
	assert_int_equal(e->party.local.port, 90);
	assert_int_equal(e->party.remote.port, 0);
}

/* ---- finding ---- */

/* getpeername(2) is ENOTCONN in SYN-SENT, so what a process tells then lacks the remote end. */
static void look_that_changes_addresses_only_stays_findable(void **state)
{
	struct bench *b = *state;
	const struct endpoint_facts f = facts(7, STATE_SYN_SENT, 1000, 0);
	struct endpoint *e = adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_NONE, 0);

	scripted_refuse(&b->kernel, -ENOENT); /* by what it knew */
	scripted_refuse(&b->kernel, -ENOENT); /* by what it was told */
	scripted_nobody(&b->kernel); /* by its cookie, among those of IPv4 and of IPv6 */
	scripted_nobody(&b->kernel);
	tracker_look(b->tracker, e, &f, CAUSE);
	scripted_answer(&b->kernel, diag_socket(7, STATE_SYN_SENT, 1000, 80));
	assert_ptr_equal(look_at(b, 1000, 80, CAUSE, NULL), e);
	assert_int_equal(e->remote.port, 80);
	assert_story(b, "1 c NONE>SYN-SENT<500 ");
	assert_ptr_equal(find(b, 1000, 80), e);
}

/* TCP_FASTOPEN_CONNECT: connect() has put it into SYN-SENT, and no SYN tells whom it dials. */
static void look_at_a_deferred_syn_finds_whom_it_dials(void **state)
{
	struct bench *b = *state;
	const struct endpoint_facts f = facts(7, STATE_SYN_SENT, 1000, 0);
	struct endpoint *e = adopt(b, "c", 7, STATE_CLOSED, 1000, 0, SOCK_TIMER_NONE, 0);

	scripted_refuse(&b->kernel, -ENOENT);
	scripted_dump(&b->kernel, diag_socket(7, STATE_SYN_SENT, 1000, 80));
	tracker_look(b->tracker, e, &f, CAUSE);
	assert_story(b, "1 c NONE>CLOSED<500 2 c CLOSED>SYN-SENT<500 ");
	assert_int_equal(e->remote.port, 80);
	assert_ptr_equal(find(b, 1000, 80), e);
	assert_asked(&b->kernel, "1000>0 1000>0 0>0 ");
	scripted_answer(&b->kernel, diag_socket(7, STATE_SYN_SENT, 1000, 80));
	tracker_look(b->tracker, e, NULL, 0); /* as `ss` does */
	assert_asked(&b->kernel, "1000>80 ");
	assert_story(b, "");
}

static void find_after_a_change_of_addresses_forgets_the_old_ones(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt(b, "c", 7, STATE_SYN_SENT, 1000, 80, SOCK_TIMER_NONE, 0);

	adopt(b, "c", 7, STATE_ESTABLISHED, 1000, 81, SOCK_TIMER_NONE, 0);
	assert_null(find(b, 1000, 80));
	assert_ptr_equal(find(b, 1000, 81), e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRACKER_TEST(adopt_of_a_new_cookie_reads_the_state_back),
		TRACKER_TEST(adopt_of_an_unbound_socket_asks_nobody),
		TRACKER_TEST(adopt_of_a_bound_socket_believes_the_process),
		TRACKER_TEST(adopt_of_a_known_cookie_is_the_same_endpoint),
		TRACKER_TEST(own_renames_and_says_whose_it_is),
		TRACKER_TEST(look_at_an_unknown_child_names_it_after_its_listener),
		TRACKER_TEST(look_at_a_pair_only_a_listener_has_meets_nobody),
		TRACKER_TEST(ids_count_over_all_trackers),
		TRACKER_TEST(state_overtaken_by_a_program_is_told_as_passed),
		TRACKER_TEST(close_wait_overtaken_by_a_program_is_told_as_passed),
		TRACKER_TEST(state_that_was_read_in_time_is_not_told_twice),
		TRACKER_TEST(state_that_need_not_have_been_is_not_told),
		TRACKER_TEST(endpoint_is_touched_when_new_and_until_untouched),
		TRACKER_TEST(cookie_is_the_identity_from_syn_received_to_time_wait),
		TRACKER_TEST(other_cookie_with_the_same_pair_ends_the_old_one),
		TRACKER_TEST(look_finding_another_cookie_ends_the_endpoint),
		TRACKER_TEST(look_when_gone_is_closed_once),
		TRACKER_TEST(look_at_when_gone_is_closed_with_the_cause),
		TRACKER_TEST(look_while_the_time_wait_one_takes_its_place_sees_that),
		TRACKER_TEST(look_when_the_answer_is_unreadable_keeps_the_state),
		TRACKER_TEST(look_at_when_the_answer_is_unreadable_keeps_the_state),
		TRACKER_TEST(look_whose_answer_was_lost_is_made_again),
		TRACKER_TEST(after_no_answer_everything_is_asked_again),
		TRACKER_TEST(party_outlives_a_connection_until_there_is_another),
		TRACKER_TEST(party_of_a_socket_that_listens_after_a_connection_is_its_address),
		TRACKER_TEST(look_that_changes_addresses_only_stays_findable),
		TRACKER_TEST(look_at_a_deferred_syn_finds_whom_it_dials),
		TRACKER_TEST(find_after_a_change_of_addresses_forgets_the_old_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
