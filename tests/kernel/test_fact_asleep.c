/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fact: /proc/PID/stat tells whether the kernel is still at work for a process: asleep in accept(2) it
 * shows 'S'; once the connection was delivered (write(2) to the TUN has returned) it shows 'R', or has
 * answered. Never 'S' with the answer still to come: so the world knows when the effect of a segment is in.
 * Source: kernel/sched/core.c try_to_wake_up() sets TASK_RUNNING (or TASK_WAKING, shown as 'R' too)
 * before the waker goes on, v6.1; fs/proc/array.c task_state_array. */
#include "fact.h"

#define ROUNDS 200

/* No event tells that a process falls asleep: look until it has, the CPU left to it meanwhile. */
static void await_sleep(struct process *p)
{
	uint64_t deadline_ns = clock_now_ns() + FACT_DEADLINE_MS * NS_PER_MS;

	while (process_state(p) != 'S') {
		assert_true(clock_now_ns() < deadline_ns);
		assert_false(fact_answered(p, 0));
		sched_yield();
	}
}

static void sleeper_is_awake_when_write_returns(struct fact *f)
{
	const struct call_request accept = { .kind = CALL_ACCEPT, .fd = fact_listen(f, &f->a) };
	unsigned running = 0;

	/* it does not push us off the CPU when it wakes, so that there is a state to be seen */
	sched_setscheduler(f->a.outer_pid, SCHED_BATCH, &(struct sched_param){ 0 });
	for (int i = 0; i < ROUNDS; i++) {
		char state;

		fact_connect(f, &f->b);
		fact_carry(f, SEGMENT_SYN);
		fact_carry(f, SEGMENT_SYN | SEGMENT_ACK);
		fact_begin(&f->a, &accept);
		await_sleep(&f->a);
		assert_false(fact_answered(&f->a, 0)); /* asleep in the call, not behind it */
		fact_carry(f, SEGMENT_ACK);
		state = process_state(&f->a);
		running += state == 'R';
		if (state != 'R' && !fact_answered(&f->a, 0))
			fail_msg("round %d: the state is '%c', and there is no answer", i, state);
		assert_true(fact_end(&f->a).result >= 0);
	}
	printf("# seen running in %u of %d rounds\n", running, ROUNDS);
}

int main(void)
{
	cpu_set_t one;

	/* all on one CPU: else the woken process has answered before anybody can look */
	CPU_ZERO(&one);
	CPU_SET((unsigned)sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	return fact_prove(__FILE__, sleeper_is_awake_when_write_returns);
}
