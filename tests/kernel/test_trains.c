/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trains in a real lab: one transfer in bulk, and what happens to it in its middle. The bytes arrive as they were sent,
 * the journal has every segment, by both kernels' accounts, and whatever looks at single segments gets them.
 *
 * TcpOutSegs and TcpRetransSegs count the segments of a train. TcpInSegs counts a train as one (net/ipv4/tcp_ipv4.c
 * tcp_v4_rcv()), so it tells whether there were any. */
#include "program.h"

#include <uv.h>

#include "base/diag.h"
#include "command/table.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/script.h"
#include "wire/build.h"
#include "wire/wire.h"
#include "world/world.h"

#define HOSTS 2
#define PACKETS_MOST (1 << 18)
#define MTU 1500
#define CHUNK                                                                                      \
	8000000 /* bytes received at a time: many more than wait to be, and than it takes to be in flow */

enum side {
	ALICE,
	BOB,
};

static const char *const host_names[HOSTS] = { "alice", "bob" };

struct lab {
	uv_loop_t loop;
	struct world *world;
	struct script *script;
	bool idle, closed;
	uint64_t last; /* packet number */
	uint8_t gone[PACKETS_MOST]; /* packet number: delivered or dropped */
	bool to_bob[PACKETS_MOST];
	uint64_t sent[HOSTS], again[HOSTS], delivered[HOSTS], held;
	uint32_t next_rel; /* in alice's stream: behind the last byte */
	struct text output; /* of the last command that had any ... */
	uint64_t delivered_then; /* ... and what had been delivered to bob by then */
	struct text received; /* the last recv */
};

static enum side side_of(const char *name)
{
	assert_non_null(name);
	assert_true(strcmp(name, host_names[ALICE]) == 0 || strcmp(name, host_names[BOB]) == 0);
	return strcmp(name, host_names[BOB]) == 0 ? BOB : ALICE;
}

static void see_segment(struct lab *lab, const struct event *event)
{
	const struct segment *s = &event->wire.segment;
	enum side side = side_of(event->host);

	assert_int_equal(event->wire.number, ++lab->last);
	assert_true(lab->last < PACKETS_MOST);
	assert_int_equal(s->kind, SEGMENT_TCP);
	assert_true(s->payload_offset + s->payload_len <= MTU);
	lab->sent[side]++;
	lab->again[side] += event->wire.repeats != 0;
	lab->to_bob[lab->last] = side == ALICE;
	/* a probe of a closed window has a number that was used, and no data */
	if (side == BOB || event->wire.repeats || !(s->payload_len || s->flags & SEGMENT_SYN))
		return;
	assert_int_equal(s->seq_rel, lab->next_rel);
	lab->next_rel += s->payload_len + ((s->flags & SEGMENT_SYN) != 0);
}

static void on_event(void *arg, const struct journal *j, const struct event *event)
{
	struct lab *lab = arg;

	(void)j;
	switch (event->kind) {
	case EVENT_SEGMENT:
		see_segment(lab, event);
		break;
	case EVENT_DELIVERED:
	case EVENT_DROPPED:
		assert_in_range(event->verdict.number, 1, lab->last);
		assert_int_equal(lab->gone[event->verdict.number]++, 0);
		assert_int_equal(side_of(event->host), lab->to_bob[event->verdict.number]);
		if (event->kind == EVENT_DELIVERED)
			lab->delivered[side_of(event->host)]++;
		break;
	case EVENT_HELD:
		lab->held++;
		break;
	case EVENT_OUTPUT:
		text_clear(&lab->output);
		text_puts(&lab->output, event->text);
		lab->delivered_then = lab->delivered[BOB];
		break;
	case EVENT_RETURN:
		if (event->text && strstr(event->text, "pattern, bytes")) {
			text_clear(&lab->received);
			text_puts(&lab->received, event->text);
		}
		break;
	case EVENT_EXPECTATION:
	case EVENT_ERROR:
	case EVENT_NOTE:
		fprintf(stderr, "%s\n", event->text);
		break;
	default:
		break;
	}
}

static void on_idle(void *arg)
{
	((struct lab *)arg)->idle = true;
}

static void on_ended(void *arg, enum script_verdict verdict)
{
	(void)arg;
	fail_msg("the script ended: %d", (int)verdict);
}

static void on_closed(void *arg)
{
	((struct lab *)arg)->closed = true;
}

/* Run these commands, until they are done. */
static void run(struct lab *lab, const char *commands)
{
	lab->idle = false;
	script_push_told(lab->script, commands, strlen(commands), "test", 1);
	while (!lab->idle)
		uv_run(&lab->loop, UV_RUN_ONCE);
}

static struct lab *lab_open(bool ipv6)
{
	struct lab *lab = memory_new(sizeof(*lab));
	const struct script_options options = { .may_write = true,
		.idle = on_idle,
		.ended = on_ended,
		.arg = lab };
	struct diag d = { 0 };

	assert_int_equal(uv_loop_init(&lab->loop), 0);
	lab->world = world_new(&lab->loop, ipv6);
	lab->script = script_new(lab->world, &command_table, &options);
	assert_int_equal(world_open(lab->world, NULL, &d), 0);
	journal_read(world_journal(lab->world), on_event, lab);
	run(lab,
		"host alice; host bob; process client on alice; process server on bob\n"
		"socket l in server; bind l :80; set l SO_RCVBUF 200000; listen l; socket c in client\n"
		"connect c bob:80; accept l a");
	return lab;
}

static void lab_close(struct lab *lab)
{
	world_close(lab->world, on_closed, lab);
	uv_run(&lab->loop, UV_RUN_DEFAULT);
	assert_true(lab->closed);
	script_free(lab->script);
	world_free(lab->world);
	assert_int_equal(uv_loop_close(&lab->loop), 0);
	text_done(&lab->output);
	text_done(&lab->received);
	free(lab);
}

/* "TcpInSegs                        167" of the last output; 0 when it is not there. */
static uint64_t counter(const struct lab *lab, const char *name)
{
	const char *line = strstr(text_get(&lab->output), name);

	return line ? strtoull(line + strlen(name), NULL, 10) : 0;
}

/* Both kernels have sent what the wire says, once nothing is on its way. Returns bob's TcpInSegs. */
static uint64_t assert_accounts(struct lab *lab)
{
	const uint64_t deadline_ns = clock_now_ns() + PROGRAM_DEADLINE_NS;

	while (clock_now_ns() < deadline_ns) {
		bool agree = true;

		for (int h = 0; h < HOSTS; h++) {
			struct text line = TEXT_EMPTY;
			uint64_t out, again;

			text_printf(&line, "counters %s TcpOutSegs TcpRetransSegs TcpInSegs",
				host_names[h]);
			run(lab, text_get(&line));
			text_done(&line);
			out = counter(lab, "TcpOutSegs");
			again = counter(lab, "TcpRetransSegs");
			agree &= out > 0 && out + again == lab->sent[h] && again == lab->again[h];
		}
		if (agree && !wire_next(world_wire(lab->world), NULL))
			return counter(lab, "TcpInSegs");
	}
	fail_msg("the wire has seen alice send %llu, %llu of them again, and bob %llu: not so %s",
		(unsigned long long)lab->sent[ALICE], (unsigned long long)lab->again[ALICE],
		(unsigned long long)lab->sent[BOB], text_get(&lab->output));
	return 0;
}

/* Receive some more, and see whether the kernel was given trains. */
static void transfer(struct lab *lab, bool trains)
{
	uint64_t in = assert_accounts(lab), delivered = lab->delivered_then;
	struct text line = TEXT_EMPTY;

	text_printf(&line, "recv a %d MSG_WAITALL => %d", CHUNK, CHUNK);
	text_clear(&lab->received);
	run(lab, text_get(&line));
	assert_true(lab->received.len > 0); /* each byte is right */
	/* what follows fills the receive buffer, and then nothing more comes */
	in = assert_accounts(lab) - in;
	delivered = lab->delivered_then - delivered;
	if (trains)
		assert_true(in < delivered);
	else
		assert_int_equal(in, delivered);
	text_done(&line);
}

/* Something is held: each packet is one segment, as it would be on a cable. */
static void assert_held(struct lab *lab)
{
	const struct wire_packet *p = NULL;
	uint32_t next = 0;
	size_t held = 0;

	while ((p = wire_next(world_wire(lab->world), p))) {
		if (p->standing != PACKET_HELD)
			continue;
		assert_true(p->len <= MTU);
		assert_int_equal(p->len, p->segment.payload_offset + p->segment.payload_len);
		assert_true(packet_checksum_ok(p->bytes, p->len));
		if (held++)
			assert_true((int32_t)(p->segment.seq - next) <= 0); /* no hole */
		next = p->segment.seq + p->segment.payload_len;
	}
	assert_true(held > 1);
}

static void hold_in_the_middle(struct lab *lab)
{
	const uint64_t deadline_ns = clock_now_ns() + PROGRAM_DEADLINE_NS;
	struct text line = TEXT_EMPTY;

	run(lab, "hold data from c");
	lab->held = 0;
	text_clear(&lab->received);
	text_printf(&line, "recv a %d MSG_WAITALL => %d &", CHUNK, CHUNK);
	run(lab, text_get(&line));
	while (lab->held < 2 && clock_now_ns() < deadline_ns)
		run(lab, "mark");
	assert_held(lab);
	run(lab, "release");
	while (!lab->received.len && clock_now_ns() < deadline_ns)
		run(lab, "mark");
	assert_true(lab->received.len > 0);
	text_done(&line);
}

/* What is in a pcapng file: how many packets, all of them as long as a cable takes.
 * Source: draft-ietf-opsawg-pcapng, Enhanced Packet Block. */
static size_t count_recorded(const char *path)
{
	FILE *file = fopen(path, "re");
	uint32_t block[7]; /* type, length, interface, time, time, captured, original */
	size_t count = 0;

	assert_non_null(file);
	while (fread(block, sizeof(uint32_t), 2, file) == 2) {
		long rest = (long)block[1] - 8;

		if (block[0] == 6) {
			assert_int_equal(fread(block + 2, sizeof(uint32_t), 5, file), 5);
			assert_true(block[6] <= MTU && block[5] == block[6]);
			rest -= 20;
			count++;
		}
		assert_int_equal(fseek(file, rest, SEEK_CUR), 0);
	}
	fclose(file);
	return count;
}

static void capture_in_the_middle(struct lab *lab)
{
	char path[] = "/tmp/tcplab-trains-XXXXXX.pcapng";
	struct text line = TEXT_EMPTY;
	uint64_t packets;
	int fd = mkstemps(path, 7);

	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	text_printf(&line, "capture \"%s\"", path);
	run(lab, text_get(&line));
	packets = lab->last;
	transfer(lab, false);
	packets = lab->last - packets;
	run(lab, "capture off");
	assert_true(count_recorded(path) >= packets);
	unlink(path);
	text_done(&line);
}

static void transfer_in_bulk(bool ipv6)
{
	struct lab *lab = lab_open(ipv6);

	run(lab, "send c 64000000 &");
	transfer(lab, true);
	run(lab, "drop data from c x3");
	transfer(lab, false);
	run(lab, "rules remove 1");
	transfer(lab, true);
	hold_in_the_middle(lab);
	transfer(lab, true);
	capture_in_the_middle(lab);
	transfer(lab, true);
	lab_close(lab);
}

static void bulk_over_ipv4(void **state)
{
	(void)state;
	transfer_in_bulk(false);
}

static void bulk_over_ipv6(void **state)
{
	(void)state;
	transfer_in_bulk(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(bulk_over_ipv4),
		cmocka_unit_test(bulk_over_ipv6) };

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
