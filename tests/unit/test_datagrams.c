/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UDP sockets as the tracker knows them: ours, and those of programs, which only the kernel tells of. */
#include "tracker_bench.h"

static struct endpoint *adopt_datagram(struct bench *b, uint64_t cookie, struct address local,
	uint16_t remote)
{
	struct endpoint_facts f = { .cookie = cookie, .protocol = IPPROTO_UDP, .local = local };
	struct endpoint *e;

	if (remote)
		f.remote = loopback(remote);
	e = tracker_adopt(b->tracker, &f, "u", CAUSE);
	tracker_own(b->tracker, e, "u", "main", 3, CAUSE);
	return e;
}

static void party_of_a_datagram_socket_is_what_it_is_connected_to(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt_datagram(b, 1, loopback(53), 1000);

	assert_int_equal(e->party.remote.port, 1000);
	adopt_datagram(b, 1, loopback(53), 0); /* connect() to AF_UNSPEC */
	assert_int_equal(e->party.local.port, 53);
	assert_int_equal(e->party.remote.port, 0);
}

/* net/ipv4/udp.c compute_score() */
static void datagram_goes_to_whom_it_fits_best(void **state)
{
	struct bench *b = *state;
	const struct address here = loopback(53), friend = loopback(1000), other = loopback(1001),
			     far = { .family = AF_INET, .bytes = { 10, 0, 0, 1 }, .port = 53 };
	struct address any = { .family = AF_INET, .port = 53 };
	struct endpoint *wild = adopt_datagram(b, 1, any, 0), *connected;

	assert_ptr_equal(tracker_datagram(b->tracker, &here, &friend), wild);
	adopt_datagram(b, 2, here, 0);
	connected = adopt_datagram(b, 3, here, 1000);
	adopt_datagram(b, 4, here, 0);
	assert_ptr_equal(tracker_datagram(b->tracker, &here, &friend), connected);
	assert_false(tracker_is_shared(b->tracker, &here, &friend));
	assert_null(tracker_datagram(b->tracker, &here, &other)); /* one of two */
	assert_true(tracker_is_shared(b->tracker, &here, &other));
	assert_ptr_equal(tracker_datagram(b->tracker, &far, &other), wild);
	/* it is another's port now */
	any.port = 54;
	tracker_bound(b->tracker, wild, &any);
	assert_null(tracker_datagram(b->tracker, &far, &other));
	assert_ptr_equal(tracker_datagram(b->tracker, &any, &other), wild);
}

static struct inet_diag_msg datagram_socket(uint64_t cookie, uint16_t local, uint16_t remote)
{
	struct inet_diag_msg m = diag_socket(cookie, STATE_CLOSED, local, remote);

	m.idiag_inode = 1234;
	return m;
}

/* What the kernel's next dumps, of both families, are to have; port 0: nothing. */
static void meet_datagram(struct bench *b, uint64_t cookie, uint16_t local, uint16_t remote)
{
	if (local)
		scripted_dump(&b->kernel, datagram_socket(cookie, local, remote));
	else
		scripted_nobody(&b->kernel);
	scripted_nobody(&b->kernel);
	tracker_meet_datagrams(b->tracker, CAUSE);
}

static void datagram_sockets_of_programs_are_met_and_followed(void **state)
{
	struct bench *b = *state;
	const struct address here = loopback(53), there = loopback(1000);
	struct endpoint *e;

	meet_datagram(b, 7, 53, 0);
	e = tracker_met_datagram(b->tracker, NULL);
	assert_non_null(e);
	assert_null(tracker_met_datagram(b->tracker, e));
	assert_string_equal(e->name, "left/?1");
	assert_int_equal(e->protocol, IPPROTO_UDP);
	assert_int_equal(e->inode, 1234);
	assert_true(e->is_touched);
	assert_false(e->has_moved);
	assert_null(tracker_datagram(b->tracker, &here, &there)); /* whose is not known */
	tracker_own(b->tracker, e, "p/3", "p", 3, CAUSE);
	assert_ptr_equal(tracker_datagram(b->tracker, &here, &there), e);
	tracker_untouch(e);
	meet_datagram(b, 7, 53, 0);
	assert_false(e->is_touched);
	meet_datagram(b, 7, 53, 1000);
	assert_true(e->is_touched && e->has_moved);
	assert_true(address_equal(&e->remote, &there));
	assert_story(b, "1 p/3 p:3<500 ");
}

/* It is believed to be gone when a second look finds it nowhere, for a dump may miss one. */
static void datagram_socket_that_is_missed_is_looked_for(void **state)
{
	struct bench *b = *state;
	struct endpoint *e;

	meet_datagram(b, 7, 53, 0);
	e = tracker_met_datagram(b->tracker, NULL);
	tracker_untouch(e);
	scripted_nobody(&b->kernel);
	scripted_nobody(&b->kernel);
	scripted_dump(&b->kernel, datagram_socket(7, 53, 0));
	tracker_meet_datagrams(b->tracker, CAUSE);
	assert_int_equal(e->local.port, 53);
	assert_false(e->is_touched);
	for (int i = 0; i < 4; i++)
		scripted_nobody(&b->kernel);
	tracker_meet_datagrams(b->tracker, CAUSE);
	assert_int_equal(e->local.port, 0);
	assert_true(e->is_touched);
	assert_ptr_equal(tracker_met_datagram(b->tracker, NULL), e); /* somebody may hold it */
	e->inode = 0;
	meet_datagram(b, 0, 0, 0);
	assert_null(tracker_met_datagram(b->tracker, NULL));
}

/* What its own calls have told of it is known better. */
static void datagram_socket_of_ours_is_not_met(void **state)
{
	struct bench *b = *state;
	struct endpoint *e = adopt_datagram(b, 7, loopback(53), 0);

	meet_datagram(b, 7, 54, 1000);
	assert_null(tracker_met_datagram(b->tracker, NULL));
	assert_int_equal(e->local.port, 53);
	assert_false(e->has_moved);
}

/* net/ipv4/inet_diag.c inet_diag_lock_handler(): a kernel without CONFIG_INET_UDP_DIAG. */
static void kernel_without_udp_diag_is_told_of_once(void **state)
{
	struct bench *b = *state;

	scripted_dump_fails(&b->kernel, -ENOENT);
	tracker_meet_datagrams(b->tracker, CAUSE);
	assert_asked(&b->kernel, "0>0 ");
	tracker_meet_datagrams(b->tracker, CAUSE);
	assert_asked(&b->kernel, "");
	assert_int_equal(journal_get(b->journal, 1)->kind, EVENT_NOTE);
	assert_non_null(strstr(journal_get(b->journal, 1)->text, "no udp_diag"));
	assert_int_equal(journal_last(b->journal), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRACKER_TEST(party_of_a_datagram_socket_is_what_it_is_connected_to),
		TRACKER_TEST(datagram_goes_to_whom_it_fits_best),
		TRACKER_TEST(datagram_sockets_of_programs_are_met_and_followed),
		TRACKER_TEST(datagram_socket_that_is_missed_is_looked_for),
		TRACKER_TEST(datagram_socket_of_ours_is_not_met),
		TRACKER_TEST(kernel_without_udp_diag_is_told_of_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
