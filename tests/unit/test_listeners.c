/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listeners as the tracker knows them: which one is meant, and several at one address. */
#include "tracker_bench.h"

static void listener_on_the_very_address_goes_first(void **state)
{
	struct bench *b = *state;
	const struct address here = loopback(80), other = loopback(81);
	const struct endpoint_facts any = { .cookie = 2,
		.protocol = IPPROTO_TCP,
		.state = STATE_LISTEN,
		.local = { .family = AF_INET, .port = 80 } };
	struct endpoint *l, *wild;

	assert_null(tracker_listener(b->tracker, &here));
	scripted_refuse(&b->kernel, -ENOENT);
	wild = tracker_adopt(b->tracker, &any, "any", CAUSE);
	assert_ptr_equal(tracker_listener(b->tracker, &here), wild);
	l = listener(b);
	assert_ptr_equal(tracker_listener(b->tracker, &here), l);
	assert_null(tracker_listener(b->tracker, &other));
	scripted_refuse(&b->kernel, -ENOENT);
	scripted_nobody(&b->kernel); /* IPv4 */
	scripted_nobody(&b->kernel); /* IPv6 */
	tracker_look(b->tracker, l, NULL, CAUSE);
	assert_ptr_equal(tracker_listener(b->tracker, &here), wild);
}

/* SO_REUSEPORT: the exact look-up finds one of the two. */
static void listener_beside_another_is_found_by_its_cookie(void **state)
{
	struct bench *b = *state;
	struct endpoint *l = listener(b);
	struct inet_diag_msg itself = diag_socket(l->cookie, STATE_LISTEN, l->local.port, 0);

	itself.idiag_wqueue = 3;
	scripted_answer(&b->kernel, diag_socket(l->cookie + 1, STATE_LISTEN, l->local.port, 0));
	scripted_dump(&b->kernel, itself);
	tracker_look(b->tracker, l, NULL, CAUSE);
	assert_int_equal(l->state, STATE_LISTEN);
	assert_int_equal(l->sendq, 3);
}

/* As they are in a dump of both families; which of these it is does not matter here. */
static void script_queues(struct bench *b, uint32_t of_l, uint32_t of_m)
{
	struct inet_diag_msg l = diag_socket(1, STATE_LISTEN, 80, 0),
			     m = diag_socket(2, STATE_LISTEN, 80, 0);

	l.idiag_rqueue = of_l;
	m.idiag_rqueue = of_m;
	scripted_dump(&b->kernel, l);
	scripted_dump(&b->kernel, m);
}

static void child_of_one_of_several_is_of_the_one_whose_queue_grows(void **state)
{
	struct bench *b = *state;
	const struct address here = loopback(80);
	struct endpoint *l = listener(b), *child, *m;

	assert_false(tracker_is_shared(b->tracker, &here, NULL));
	m = adopt(b, "m", 2, STATE_LISTEN, 80, 0, SOCK_TIMER_NONE, 0);
	assert_true(tracker_is_shared(b->tracker, &here, NULL));
	assert_null(tracker_listener(b->tracker, &here));
	scripted_answer(&b->kernel, diag_socket(3, STATE_NEW_SYN_RECV, 80, 1000));
	child = look_at(b, 80, 1000, CAUSE, NULL);
	assert_string_equal(child->name, "left:80/?3");
	assert_true(child->of_several);
	script_queues(b, 4, 1);
	tracker_read_queues(b->tracker, IPPROTO_TCP, &here);
	script_queues(b, 4, 2);
	assert_ptr_equal(tracker_grown(b->tracker, IPPROTO_TCP, &here), m);
	tracker_came_to(b->tracker, child, m, CAUSE);
	assert_string_equal(child->name, "m/1");
	assert_ptr_equal(child->listener, m);
	assert_false(child->of_several);
	assert_int_equal(l->recvq, 4);
	assert_story(b,
		"1 l NONE>LISTEN<500 2 m NONE>LISTEN<500 3 left:80/?3 NONE>SYN-RECEIVED<500 4 m/1 -:-1<500 ");
}

static void queues_that_do_not_tell_are_nobodys(void **state)
{
	struct bench *b = *state;
	const struct address here = loopback(80);

	listener(b);
	adopt(b, "m", 2, STATE_LISTEN, 80, 0, SOCK_TIMER_NONE, 0);
	/* without a look before */
	assert_null(tracker_grown(b->tracker, IPPROTO_TCP, &here));
	/* before, the kernel did not answer */
	scripted_refuse(&b->kernel, -ENOBUFS);
	tracker_read_queues(b->tracker, IPPROTO_TCP, &here);
	assert_null(tracker_grown(b->tracker, IPPROTO_TCP, &here));
	/* none has grown: an accept() was quicker */
	script_queues(b, 1, 1);
	tracker_read_queues(b->tracker, IPPROTO_TCP, &here);
	script_queues(b, 1, 0);
	assert_null(tracker_grown(b->tracker, IPPROTO_TCP, &here));
	/* both have */
	script_queues(b, 1, 1);
	tracker_read_queues(b->tracker, IPPROTO_TCP, &here);
	script_queues(b, 2, 2);
	assert_null(tracker_grown(b->tracker, IPPROTO_TCP, &here));
}

static void listener_that_is_closed_has_no_queue(void **state)
{
	struct bench *b = *state;
	struct endpoint *l = listener(b);
	const struct endpoint_facts closed = facts(1, STATE_CLOSED, 80, 0);
	struct inet_diag_msg m = diag_socket(1, STATE_LISTEN, 80, 0);

	m.idiag_rqueue = 2;
	m.idiag_wqueue = 1;
	scripted_answer(&b->kernel, m);
	tracker_look(b->tracker, l, NULL, CAUSE);
	assert_int_equal(l->recvq, 2);
	scripted_refuse(&b->kernel, -ENOENT);
	scripted_nobody(&b->kernel); /* IPv4 */
	scripted_nobody(&b->kernel); /* IPv6 */
	tracker_look(b->tracker, l, &closed, CAUSE);
	assert_int_equal(l->state, STATE_CLOSED);
	assert_int_equal(l->recvq, 0);
	assert_int_equal(l->sendq, 0);
}

/* ip(7), ipv6(7): 0.0.0.0 takes IPv4 only, :: takes both. */
static void listener_on_any_takes_its_family_only(void **state)
{
	struct bench *b = *state;
	const struct endpoint_facts any4 = { .cookie = 2,
		.protocol = IPPROTO_TCP,
		.state = STATE_LISTEN,
		.local = { .family = AF_INET, .port = 80 } };
	const struct endpoint_facts any6 = { .cookie = 3,
		.protocol = IPPROTO_TCP,
		.state = STATE_LISTEN,
		.local = { .family = AF_INET6, .port = 81 } };
	struct address v6 = { .family = AF_INET6, .bytes = { 0xfd, [15] = 1 }, .port = 81 };
	const struct address v4 = loopback(81);
	struct endpoint *six;

	scripted_refuse(&b->kernel, -ENOENT);
	tracker_adopt(b->tracker, &any4, "four", CAUSE);
	scripted_refuse(&b->kernel, -ENOENT);
	six = tracker_adopt(b->tracker, &any6, "six", CAUSE);
	assert_ptr_equal(tracker_listener(b->tracker, &v6), six);
	assert_ptr_equal(tracker_listener(b->tracker, &v4), six);
	v6.port = 80;
	assert_null(tracker_listener(b->tracker, &v6));
}

static void listeners_of_both_families_are_met(void **state)
{
	struct bench *b = *state;
	const struct address v4 = loopback(80), v6 = { .family = AF_INET6, .port = 81 };
	struct inet_diag_msg six = diag_socket(8, STATE_LISTEN, 81, 0);

	six.idiag_family = AF_INET6;
	memset(six.id.idiag_src, 0, sizeof(six.id.idiag_src));
	scripted_dump(&b->kernel, diag_socket(7, STATE_LISTEN, 80, 0));
	scripted_dump(&b->kernel, six);
	tracker_meet_listeners(b->tracker, CAUSE);
	assert_story(b, "1 left/?1 NONE>LISTEN<500 2 left/?2 NONE>LISTEN<500 ");
	assert_int_equal(tracker_listener(b->tracker, &v4)->cookie, 7);
	assert_int_equal(tracker_listener(b->tracker, &v6)->cookie, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRACKER_TEST(listener_on_the_very_address_goes_first),
		TRACKER_TEST(listener_beside_another_is_found_by_its_cookie),
		TRACKER_TEST(child_of_one_of_several_is_of_the_one_whose_queue_grows),
		TRACKER_TEST(queues_that_do_not_tell_are_nobodys),
		TRACKER_TEST(listener_that_is_closed_has_no_queue),
		TRACKER_TEST(listener_on_any_takes_its_family_only),
		TRACKER_TEST(listeners_of_both_families_are_met),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
