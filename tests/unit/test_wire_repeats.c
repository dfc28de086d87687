/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kernel sends again while the first one is held: when it is dropped, and when it is not. */
#include "wire_bench.h"

static void repeated_while_the_recipe_waits_is_dropped_when_its_conversation_is_held(void **state)
{
	struct bench *b = *state;
	const struct event *dropped;

	rule(b, RULE_HOLD, NULL, 1);
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_pump(b->wire);
	wire_wait(b->wire, true);
	send_flags(b, 0, SEGMENT_ACK, 501, 1); /* new: it goes its way */
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "501 ");
	dropped = event_at(b, journal_last(b->journal) - 1, EVENT_DROPPED);
	assert_int_equal(dropped->verdict.number, 3);
	assert_int_equal(dropped->verdict.other, 1);
	assert_int_equal(journal_get(b->journal, dropped->cause)->wire.number, 3);
	assert_on_wire(b, "500 ");

	wire_wait(b->wire, false); /* a command runs: the recipe may want to see it */
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "500 ");
}

static void repeated_while_the_recipe_waits_goes_when_nothing_is_held(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_DROP, NULL, 1);
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_pump(b->wire);
	wire_wait(b->wire, true);
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "500 ");
}

/* The sender cannot know that it has arrived: the acknowledgement is held. */
static void repeated_while_the_answer_is_held_is_dropped(void **state)
{
	struct bench *b = *state;
	const struct match ack = { .must = SEGMENT_ACK };
	uint8_t answer[HEADERS + 64];
	size_t size = build(answer, "10.0.0.2", "10.0.0.1", SEGMENT_ACK, 900, 0);

	memcpy(answer + 20, (const uint8_t[]){ 0, 80, 0x03, 0xe8 }, 4); /* from port 80 to 1000 */
	rule(b, RULE_HOLD, &ack, 1);
	send_flags(b, 0, SEGMENT_FIN, 500, 0);
	leave(b, 1, answer, size);
	wire_pump(b->wire);
	assert_arrived(b, 1, "500 ");
	wire_wait(b->wire, true);
	send_flags(b, 0, SEGMENT_FIN, 500, 0);
	wire_pump(b->wire);
	assert_arrived(b, 1, "");
}

/* By a rule that wants none; what is new goes into the same hold, and when it goes on so do those that come again. */
static void repeated_of_what_is_held_without_retransmissions_is_dropped(void **state)
{
	struct bench *b = *state;
	struct rule *held = rule(b, RULE_HOLD, NULL, 0);
	const struct event *dropped;

	held->once = true;
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	for (int i = 0; i < 3; i++)
		send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_pump(b->wire);
	dropped = event_at(b, journal_last(b->journal), EVENT_DROPPED);
	assert_int_equal(dropped->verdict.number, 4);
	assert_int_equal(dropped->verdict.other, 1);
	assert_string_equal(dropped->text, "rule 1: #1 is held without retransmissions");
	assert_int_equal(held->repeats, 3);
	assert_int_equal(held->hits, 1);
	send_flags(b, 0, SEGMENT_ACK, 501, 1);
	wire_pump(b->wire);
	assert_on_wire(b, "500 501 ");

	/* the rule is gone, what it held is not: as before */
	rule_remove(wire_rules(b->wire), 1);
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "");
	wire_step(b->wire, 0, NULL, 2);
	wire_pump(b->wire);
	assert_arrived(b, 1, "500 501 ");
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "500 ");
}

/* A hold of the other kind keeps all, also when its memory was that of a packet of the first kind. */
static void repeated_of_what_is_held_is_held(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 1)->once = true;
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_pump(b->wire);
	wire_release(b->wire);
	wire_pump(b->wire);
	assert_arrived(b, 1, "500 ");
	rule(b, RULE_HOLD, NULL, 0);
	send_flags(b, 0, SEGMENT_ACK, 600, 1);
	send_flags(b, 0, SEGMENT_ACK, 600, 1);
	wire_pump(b->wire);
	assert_on_wire(b, "600 600 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(repeated_while_the_recipe_waits_is_dropped_when_its_conversation_is_held),
		WIRE_TEST(repeated_while_the_recipe_waits_goes_when_nothing_is_held),
		WIRE_TEST(repeated_of_what_is_held_without_retransmissions_is_dropped),
		WIRE_TEST(repeated_of_what_is_held_is_held),
		WIRE_TEST(repeated_while_the_answer_is_held_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
