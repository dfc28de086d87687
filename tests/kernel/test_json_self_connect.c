/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal as JSON Lines tells the life of a self-connect, every state with what caused it: a call
 * for the steps the program takes, the arrival of a certain segment for the others. */
#include "program.h"

#define EVENTS_MAX 400

struct story {
	struct program program;
	json_t *events[EVENTS_MAX]; /* owned; [n] has the number n + 1 */
	size_t count;
};

/* What the socket goes through: by a call, or by the arrival of a segment with these flags. */
static const struct {
	const char *from, *to;
	const char *call, *flags;
} steps[] = {
	{ "CLOSED", "SYN-SENT", "connect(", NULL },
	{ "SYN-SENT", "SYN-RECEIVED", NULL, "SYN" },
	{ "SYN-RECEIVED", "ESTABLISHED", NULL, "SYN/ACK" },
	{ "ESTABLISHED", "FIN-WAIT-1", "close(", NULL },
	{ "FIN-WAIT-1", "CLOSING", NULL, "FIN/ACK" },
	{ "CLOSING", "TIME-WAIT", NULL, "ACK" },
};

static const char *text_of(const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));

	return text ? text : "";
}

static long long number_of(const json_t *event, const char *key)
{
	return json_integer_value(json_object_get(event, key));
}

static const json_t *cause_of(const struct story *s, const json_t *event)
{
	long long cause = number_of(event, "cause");

	assert_in_range(cause, 1, s->count);
	return s->events[cause - 1];
}

static int play(void **state)
{
	struct story *s = memory_new(sizeof(*s));
	const char *const arguments[] = { "--json", "-c",
		"socket c; bind c :6666; hold without retransmissions; connect c :6666 &; expect c SYN-SENT; "
		"step; expect c SYN-RECEIVED; step; expect c ESTABLISHED; step; wait; "
		"close c; expect c FIN-WAIT-1; step; expect c CLOSING; step; expect c TIME-WAIT",
		NULL };
	json_t *event;

	*state = s;
	program_open(&s->program, arguments, -1);
	while (s->count < EVENTS_MAX && (event = program_event(&s->program, NULL)))
		s->events[s->count++] = event;
	return program_end(&s->program);
}

static int forget(void **state)
{
	struct story *s = *state;

	for (size_t i = 0; i < s->count; i++)
		json_decref(s->events[i]);
	program_close(&s->program);
	free(s);
	return 0;
}

static void events_are_numbered_and_causes_come_before(void **state)
{
	const struct story *s = *state;

	assert_true(s->count > 0 && s->count < EVENTS_MAX);
	for (size_t i = 0; i < s->count; i++) {
		const json_t *event = s->events[i];

		assert_int_equal(number_of(event, "v"), 1);
		assert_int_equal(number_of(event, "n"), i + 1);
		assert_in_range(number_of(event, "cause"), 0, i);
		if (i)
			assert_true(
				number_of(event, "t_ns") >= number_of(s->events[i - 1], "t_ns"));
	}
}

static void check_step(const struct story *s, const json_t *event, size_t step)
{
	const json_t *cause = cause_of(s, event);

	assert_string_equal(text_of(event, "from"), steps[step].from);
	assert_string_equal(text_of(event, "to"), steps[step].to);
	if (steps[step].call) {
		assert_string_equal(text_of(cause, "type"), "call");
		assert_ptr_equal(strstr(text_of(cause, "text"), steps[step].call),
			text_of(cause, "text"));
	} else {
		const json_t *segment = cause_of(s, cause);

		assert_string_equal(text_of(cause, "type"), "delivered");
		assert_string_equal(text_of(segment, "type"), "segment");
		assert_string_equal(text_of(segment, "flags"), steps[step].flags);
		assert_int_equal(number_of(segment, "number"), number_of(cause, "number"));
	}
}

static void states_come_in_order_each_with_its_cause(void **state)
{
	const struct story *s = *state;
	size_t step = 0;

	for (size_t i = 0; i < s->count; i++) {
		const json_t *event = s->events[i];

		if (strcmp(text_of(event, "type"), "state") != 0 || !text_of(event, "from")[0])
			continue;
		assert_string_equal(text_of(event, "subject"), "c");
		assert_true(step < sizeof(steps) / sizeof(steps[0]));
		check_step(s, event, step++);
	}
	assert_int_equal(step, sizeof(steps) / sizeof(steps[0]));
}

/* SYN by the call; each of the others by the arrival of the one before, but the FIN by the call. A slow machine's kernel
 * sends again meanwhile, which the wire drops. */
static void segments_are_caused_by_calls_or_by_segments(void **state)
{
	static const struct {
		const char *flags, *cause;
	} expected[] = { { "SYN", "call" }, { "SYN/ACK", "delivered" }, { "ACK", "delivered" },
		{ "FIN/ACK", "call" }, { "ACK", "delivered" } };
	const struct story *s = *state;
	long long before = 0;
	size_t seen = 0;

	for (size_t i = 0; i < s->count; i++) {
		const json_t *event = s->events[i], *cause;

		if (strcmp(text_of(event, "type"), "segment") != 0 || number_of(event, "repeats"))
			continue;
		assert_true(seen < sizeof(expected) / sizeof(expected[0]));
		cause = cause_of(s, event);
		assert_string_equal(text_of(event, "flags"), expected[seen].flags);
		assert_string_equal(text_of(cause, "type"), expected[seen].cause);
		assert_true(number_of(event, "number") > before);
		if (strcmp(expected[seen].cause, "delivered") == 0)
			assert_int_equal(number_of(cause, "number"), before);
		before = number_of(event, "number");
		seen++;
	}
	assert_int_equal(seen, sizeof(expected) / sizeof(expected[0]));
}

/* connect() slept; what woke it is that the connection was there. */
static void blocked_connect_returns_because_of_established(void **state)
{
	const struct story *s = *state;
	bool blocked = false, returned = false;

	for (size_t i = 0; i < s->count; i++) {
		const json_t *event = s->events[i], *call;
		const char *type = text_of(event, "type");

		if (strcmp(type, "blocked") != 0 && strcmp(type, "return") != 0)
			continue;
		assert_in_range(number_of(event, "call"), 1, i);
		call = s->events[number_of(event, "call") - 1];
		assert_string_equal(text_of(call, "type"), "call");
		if (strncmp(text_of(call, "text"), "connect(", 8) != 0)
			continue;
		if (strcmp(type, "blocked") == 0) {
			blocked = true;
			continue;
		}
		assert_true(blocked);
		assert_string_equal(text_of(cause_of(s, event), "type"), "state");
		assert_string_equal(text_of(cause_of(s, event), "to"), "ESTABLISHED");
		returned = true;
	}
	assert_true(returned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_numbered_and_causes_come_before),
		cmocka_unit_test(states_come_in_order_each_with_its_cause),
		cmocka_unit_test(segments_are_caused_by_calls_or_by_segments),
		cmocka_unit_test(blocked_connect_returns_because_of_established),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, play, forget);
}
