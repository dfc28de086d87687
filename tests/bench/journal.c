/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal BUILD [short]: what one journal of ten million segments costs: each is put on the wire and delivered, as in a
 * bulk transfer over IPv4 with timestamps. Nanoseconds an event, less what it takes to make such events up; what it takes to
 * walk over them; bytes an event, in memory and on disk together; and the most this program had resident. */
#include <string.h>
#include <unistd.h>

#include "../kernel/status.h"
#include "base/clock.h"
#include "bench.h"
#include "journal/event.h"
#include "journal/journal.h"

#define PARTS 21
#define SEGMENTS 10000000
#define SEGMENTS_SHORT 10000
#define MOST "ours <= 131072" /* KiB: what tcplab promises of ten million segments */

typedef uint64_t add_fn(struct journal *j, struct event event);

/* journal_add() that does not. */
__attribute__((noinline)) static uint64_t add_nothing(struct journal *j, struct event event)
{
	__asm__ volatile("" : : "r"(j), "r"(&event) : "memory");
	return event.no;
}

/* Segment `number` of a transfer: two of data, then an ACK from the other end. */
static void add_segment(add_fn *add, struct journal *j, uint64_t number, uint64_t time_ns)
{
	bool ack = number % 3 == 2;
	uint32_t sent = (uint32_t)(number / 3 * 2896 + number % 3 * 1448 + 1);
	struct event event = { .kind = EVENT_SEGMENT,
		.time_ns = time_ns,
		.host = "localhost",
		.subject = ack ? "server" : "client",
		.text = ack ? "client" : "server" };
	struct segment *s = &event.wire.segment;
	struct address client = { .family = AF_INET, .bytes = { 127, 0, 0, 1 }, .port = 43210 };
	struct address server = { .family = AF_INET, .bytes = { 127, 0, 0, 1 }, .port = 8080 };
	uint64_t no;

	event.wire.number = number + 1;
	*s = (struct segment){ .src = ack ? server : client,
		.dst = ack ? client : server,
		.protocol = 6,
		.flags = ack ? SEGMENT_ACK : SEGMENT_ACK | SEGMENT_PSH,
		.hop_limit = 64,
		.window = 512,
		.seq_base = 0x12345678,
		.ack_base = 0x87654321,
		.seq_rel = ack ? 1 : sent,
		.ack_rel = ack ? sent : 1,
		.payload_offset = 52,
		.payload_len = ack ? 0 : 1448,
		.excerpt_len = ack ? 0 : SEGMENT_EXCERPT_MAX,
		.options = { .present = OPTION_TIMESTAMPS,
			.ts_value = (uint32_t)(time_ns / NS_PER_MS),
			.ts_echo = (uint32_t)(time_ns / NS_PER_MS) } };
	s->seq = s->seq_base + s->seq_rel;
	s->ack = s->ack_base + s->ack_rel;
	if (!ack)
		memcpy(s->excerpt, "The quick brown fox jump", SEGMENT_EXCERPT_MAX);
	no = add(j, event);
	add(j,
		(struct event){ .kind = EVENT_DELIVERED,
			.time_ns = time_ns + 2500,
			.cause = no,
			.host = "localhost",
			.verdict = { .number = number + 1, .on_wire_ns = 2500 } });
}

/* Add segments from..to, 200,000 a second of the journal's time. Returns nanoseconds an event. */
static double add_segments(add_fn *add, struct journal *j, uint64_t from, uint64_t to)
{
	static uint64_t first_ns;
	uint64_t begun_ns = clock_now_ns();

	if (!first_ns)
		first_ns = begun_ns;
	for (uint64_t number = from; number < to; number++)
		add_segment(add, j, number, first_ns + number * 5000);
	return (double)(clock_now_ns() - begun_ns) / (double)(2 * (to - from));
}

/* Look at all events behind `from`, up to `to`. Returns nanoseconds an event. */
static double walk(const struct journal *j, uint64_t from, uint64_t to)
{
	uint64_t begun_ns = clock_now_ns(), sum = 0;

	for (uint64_t no = from + 1; no <= to; no++)
		sum += journal_get(j, no)->time_ns;
	__asm__ volatile("" : : "r"(sum)); /* so that nothing of it is left out */
	return (double)(clock_now_ns() - begun_ns) / (double)(to - from);
}

int main(int argc, char **argv)
{
	struct bench b = bench_begin(argc, argv);
	uint64_t segments = b.is_short ? SEGMENTS_SHORT : SEGMENTS;
	struct journal *j = journal_new();
	struct journal_size size;
	double added[PARTS];

	for (unsigned part = 0; part < PARTS; part++) {
		uint64_t from = segments * part / PARTS, to = segments * (part + 1) / PARTS;

		added[part] = add_segments(journal_add, j, from, to) -
			add_segments(add_nothing, j, from, to);
	}
	for (unsigned part = 0; part < PARTS; part++)
		bench_row("an event into the journal", "ns", added[part], "and out of it",
			walk(j, 2 * segments * part / PARTS, 2 * segments * (part + 1) / PARTS),
			"-");
	size = journal_size(j);
	bench_row("an event kept", "B", (double)(size.memory + size.file) / (double)journal_last(j),
		"struct event", sizeof(struct event), "-");
	bench_row("memory (RSS), ten million segments", "KiB",
		(double)status_of(getpid(), "VmHWM", 10), NULL, 0, MOST);
	journal_free(j);
	return 0;
}
