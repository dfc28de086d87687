/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every kind of event comes back from a chunk as it went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "journal/chunk.h"
#include "journal/event.h"
#include "journal/strings.h"

struct bench {
	struct chunk_writer writer;
	struct strings strings;
	struct text texts;
};

static int bench_open(void **state)
{
	*state = memory_new(sizeof(struct bench));
	return 0;
}

static int bench_close(void **state)
{
	struct bench *b = *state;

	chunk_done(&b->writer);
	strings_done(&b->strings);
	text_done(&b->texts);
	free(b);
	return 0;
}

/* Bytes of the union that event.h says count. */
static size_t details_of(enum event_kind kind)
{
	static const struct event *const e;

	switch (kind) {
	case EVENT_PROCESS:
	case EVENT_PROCESS_END:
	case EVENT_SIGNAL:
		return sizeof(e->process_fate);
	case EVENT_CALL:
	case EVENT_BLOCKED:
	case EVENT_RETURN:
		return sizeof(e->call);
	case EVENT_HOST:
	case EVENT_SOCKET:
		return sizeof(e->socket);
	case EVENT_STATE:
		return sizeof(e->state);
	case EVENT_TIMER:
		return sizeof(e->timer);
	case EVENT_COMMAND:
	case EVENT_EXPECTATION:
	case EVENT_ERROR:
		return sizeof(e->place);
	default:
		if (event_is_segment(&(struct event){ .kind = kind }))
			return sizeof(e->wire);
		return event_is_verdict(&(struct event){ .kind = kind }) ? sizeof(e->verdict) : 0;
	}
}

/* The union begins here, as all its members do. */
static unsigned char *details(struct event *event)
{
	return (unsigned char *)&event->process_fate;
}

static void assert_same_string(const char *got, const char *wanted)
{
	if (wanted)
		assert_string_equal(got, wanted);
	else
		assert_null(got);
}

static void assert_same(struct event *got, struct event *wanted)
{
	assert_int_equal(got->no, wanted->no);
	assert_int_equal(got->time_ns, wanted->time_ns);
	assert_int_equal(got->cause, wanted->cause);
	assert_int_equal(got->kind, wanted->kind);
	assert_same_string(got->subject, wanted->subject);
	assert_same_string(got->host, wanted->host);
	assert_same_string(got->process, wanted->process);
	assert_same_string(got->text, wanted->text);
	assert_memory_equal(details(got), details(wanted), details_of(wanted->kind));
}

static void add(struct bench *b, struct event *event)
{
	event->no = b->writer.chunk->first + b->writer.count;
	chunk_add(&b->writer, event, &b->strings);
}

static void assert_in(struct bench *b, struct event *wanted)
{
	struct event got;

	assert_int_equal(chunk_kind(b->writer.chunk, wanted->no), wanted->kind);
	chunk_get(b->writer.chunk, wanted->no, &b->strings, &b->texts, &got);
	assert_same(&got, wanted);
}

/* An event made of a number: which strings it has, which bytes of its details are not zero. */
static struct event event_of(enum event_kind kind, unsigned variant)
{
	static const char *const strings[] = { NULL, "", "client",
		"a text that does not come again" };
	struct event event = { .kind = kind,
		.time_ns = 1000 + variant * UINT64_C(1234567891011),
		.cause = variant * UINT64_C(77777777777777),
		.subject = strings[variant % 4],
		.host = strings[variant / 4 % 4],
		.process = strings[variant / 16 % 4],
		.text = strings[variant / 64 % 4] };
	uint32_t random = variant * 2654435761u + kind;

	for (size_t i = 0; i < details_of(kind); i++) {
		random = random * 1664525u + 1013904223u;
		details(&event)[i] = variant % 3 == 0 ? 0
			: variant % 3 == 1	      ? (unsigned char)(random >> 24)
			: random >> 29		      ? 0
						      : (unsigned char)(random >> 16);
	}
	return event;
}

#define VARIANTS 256

static void get_of_every_kind_gives_every_field_back(void **state)
{
	static struct event events[VARIANTS];
	struct bench *b = *state;

	for (int kind = 0; kind < EVENT_COUNT; kind++) {
		chunk_begin(&b->writer, 1 + (uint64_t)kind * VARIANTS);
		for (unsigned v = 0; v < VARIANTS; v++) {
			events[v] = event_of((enum event_kind)kind, v);
			add(b, &events[v]);
		}
		assert_int_equal(b->writer.kinds, EVENT_BIT(kind));
		for (unsigned v = 0; v < VARIANTS; v++)
			assert_in(b, &events[v]);
	}
}

static void get_of_kinds_in_turns_is_in_any_order(void **state)
{
	static struct event events[CHUNK_EVENTS];
	struct bench *b = *state;
	unsigned count = 0;

	chunk_begin(&b->writer, UINT64_C(1) << 40);
	while (!chunk_full(&b->writer)) {
		events[count] = event_of(count % EVENT_COUNT, count * 7);
		add(b, &events[count++]);
	}
	assert_int_equal(count, CHUNK_EVENTS);
	assert_int_equal(b->writer.kinds, EVENT_BIT(EVENT_COUNT) - 1);
	for (unsigned i = 0; i < count; i++)
		assert_in(b, &events[i * 389 % count]);
}

static void get_of_an_earlier_time_and_a_later_cause(void **state)
{
	struct bench *b = *state;
	struct event first = { .kind = EVENT_SAY, .time_ns = 5000 };
	struct event second = { .kind = EVENT_SAY, .time_ns = 0, .cause = UINT64_MAX };

	chunk_begin(&b->writer, 10);
	add(b, &first);
	add(b, &second);
	assert_in(b, &first);
	assert_in(b, &second);
}

static void add_of_the_same_names_does_not_keep_them_again(void **state)
{
	struct bench *b = *state;
	struct event event = { .kind = EVENT_SEGMENT, .subject = "c", .host = "left", .text = "l" };
	struct event error = { .kind = EVENT_ERROR, .text = "no", .subject = "try this" };

	chunk_begin(&b->writer, 1);
	for (int i = 0; i < 100; i++)
		add(b, &event);
	add(b, &error);
	assert_int_equal(b->strings.count, 3);
	assert_in(b, &error);
}

static void full_when_texts_are_long(void **state)
{
	struct bench *b = *state;
	char *text = memory_new(CHUNK_BYTES + 1);
	struct event event = { .kind = EVENT_OUTPUT, .text = text };

	memset(text, 'x', CHUNK_BYTES);
	chunk_begin(&b->writer, 1);
	assert_false(chunk_full(&b->writer));
	add(b, &event);
	assert_true(chunk_full(&b->writer));
	assert_in(b, &event);
	free(text);
}

static void add_of_a_transfer_takes_few_bytes(void **state)
{
	struct bench *b = *state;
	size_t most = sizeof(*b->writer.chunk) + (size_t)CHUNK_EVENTS * 32;

	chunk_begin(&b->writer, 1);
	for (uint32_t i = 0; !chunk_full(&b->writer); i++) {
		struct event event = { .kind = EVENT_SEGMENT,
			.time_ns = UINT64_C(5000) * i,
			.subject = "c",
			.host = "left",
			.text = "l",
			.wire = { .number = i,
				.segment = { .src = { .family = 2, .bytes = { 10, 0, 0, 1 } },
					.dst = { .family = 2, .bytes = { 10, 0, 0, 2 } },
					.seq = 99 + i * 1448,
					.seq_rel = i * 1448,
					.window = 512,
					.payload_len = 1448,
					.excerpt_len = 3,
					.excerpt = "abc" } } };

		add(b, &event);
	}
	assert_in_range(b->writer.len, 1, most);
}

#define CHUNK_TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHUNK_TEST(get_of_every_kind_gives_every_field_back),
		CHUNK_TEST(get_of_kinds_in_turns_is_in_any_order),
		CHUNK_TEST(get_of_an_earlier_time_and_a_later_cause),
		CHUNK_TEST(add_of_the_same_names_does_not_keep_them_again),
		CHUNK_TEST(full_when_texts_are_long),
		CHUNK_TEST(add_of_a_transfer_takes_few_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
