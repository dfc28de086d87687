/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal [SEGMENTS]: what one journal of so many segments costs, ten million unless told: each is put on
 * the wire and delivered, as in a bulk transfer over IPv4 with timestamps. Prints nanoseconds an event
 * (median and best of equal parts, less what it takes to make such events up), bytes an event in memory and on disk together, the time to walk over
 * all of them, and the most this program had resident. Run by hand, with a release build. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "journal/event.h"
#include "journal/journal.h"

#define PARTS 21
#define MOST_KB (128 * 1024) /* what tcplab promises of ten million segments */

static long peak_kb(void)
{
	char line[256];
	long kb = -1;
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	}
	if (file)
		fclose(file);
	return kb;
}

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

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
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

int main(int argc, char **argv)
{
	uint64_t segments = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
	struct journal *j = journal_new();
	uint64_t walked_ns, sum = 0;
	struct journal_size size;
	double ns[PARTS];

	if (segments < PARTS)
		segments = PARTS;
	for (unsigned part = 0; part < PARTS; part++) {
		uint64_t from = segments * part / PARTS, to = segments * (part + 1) / PARTS;

		ns[part] = add_segments(journal_add, j, from, to) -
			add_segments(add_nothing, j, from, to);
	}
	qsort(ns, PARTS, sizeof(ns[0]), compare);
	printf("journal_add     %7.1f ns an event  (best %.1f, worst %.1f)\n", ns[PARTS / 2], ns[0],
		ns[PARTS - 1]);
	walked_ns = clock_now_ns();
	for (uint64_t no = 1; no <= journal_last(j); no++)
		sum += journal_get(j, no)->time_ns;
	walked_ns = clock_now_ns() - walked_ns;
	printf("journal_get     %7.1f ns an event, in order  (%" PRIx64 ")\n",
		(double)walked_ns / (double)journal_last(j), sum);
	size = journal_size(j);
	printf("records         %7.1f bytes an event, %" PRIu64 " MiB of them in the file\n",
		(double)(size.memory + size.file) / (double)journal_last(j), size.file >> 20);
	printf("memory          %7ld KiB at most (VmHWM), of %d\n", peak_kb(), MOST_KB);
	journal_free(j);
	return 0;
}
