/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A host that says it is ready takes the very first segment, over IPv6 too. The kernel installs the route
 * that makes an IPv6 address local from a work queue, some time after it has acknowledged the address
 * (net/ipv6/addrconf.c addrconf_dad_work(), v6.1); a SYN that arrives before is lost, and sent again only
 * after a second. Many hosts, because it is a matter of who comes first. */
#include "fact.h"

#define HOSTS 10

static void first_segment_is_taken(struct fact *f)
{
	fact_listen(f, &f->a);
	fact_connect(f, &f->b);
	fact_carry(f, SEGMENT_SYN);
	fact_carry(f, SEGMENT_SYN | SEGMENT_ACK);
	fact_carry(f, SEGMENT_ACK);
}

static void first_segment_is_taken_over_ipv4(void **state)
{
	struct fact f;

	(void)state;
	for (int i = 0; i < HOSTS; i++) {
		assert_int_equal(fact_init(&f), 0);
		first_segment_is_taken(&f);
		fact_done(&f);
	}
}

static void first_segment_is_taken_over_ipv6(void **state)
{
	struct fact f;

	(void)state;
	for (int i = 0; i < HOSTS; i++) {
		assert_int_equal(fact_init(&f), 0);
		f.server = (struct address){ .family = AF_INET6,
			.bytes = { 0xfd, [15] = 1 },
			.port = 8080 };
		if (f.host.ipv6)
			first_segment_is_taken(&f);
		fact_done(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_segment_is_taken_over_ipv4),
		cmocka_unit_test(first_segment_is_taken_over_ipv6),
	};
	cpu_set_t one;
	struct fact f;

	if (fact_init(&f))
		return FACT_SKIPPED;
	fact_done(&f);
	/* With one CPU for all of it, and (as root) no turn on it for the kernel's own threads, whatever was
	 * left for later has not been done yet. */
	CPU_ZERO(&one);
	CPU_SET((unsigned)sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 1 });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
