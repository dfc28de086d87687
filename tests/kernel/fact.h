/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the small programs that prove kernel behaviour no manual promises and the lab leans on: a host made
 * by the lab's own code, its TUN and sock_diag, and processes that make calls on it. No event loop, no
 * wire: the test carries each segment itself. Each such program fails the day a kernel differs. */
#ifndef TESTS_KERNEL_FACT_H
#define TESTS_KERNEL_FACT_H

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "observe/sockdiag.h"
#include "wire/decode.h"
#include "world/channel.h"
#include "world/host.h"
#include "world/process.h"

#define FACT_DEADLINE_MS 10000
#define FACT_SKIPPED 77
#define FACT_PACKET_MAX 65536

struct fact {
	struct host host;
	struct sockdiag *diag; /* owned; its descriptor does not block: see test_fact_lookup.c */
	struct process a, b;
	struct address server; /* 127.0.0.1:8080, unless the test says otherwise */
};

struct fact_packet {
	struct virtio_net_hdr header;
	size_t len; /* bytes */
	uint8_t bytes[FACT_PACKET_MAX];
	struct segment segment;
};

/* The answer to a call, without data. */
struct fact_answer {
	int64_t result;
	int error;
	struct socket_facts facts, made;
};

static inline void fact_done(struct fact *f)
{
	process_close(&f->a);
	process_close(&f->b);
	sockdiag_close(f->diag);
	host_close(&f->host);
}

/* 0, or the exit code of a program that must be skipped, the reason told. */
static inline int fact_init(struct fact *f)
{
	static const struct address own[] = { { .family = AF_INET, .bytes = { 10, 0, 0, 1 } },
		{ .family = AF_INET6, .bytes = { 0xfd, [15] = 1 } } };
	struct diag d = { 0 };
	int r;

	*f = (struct fact){ .a = { .channel = -1 },
		.b = { .channel = -1 },
		.server = { .family = AF_INET, .bytes = { 127, 0, 0, 1 }, .port = 8080 } };
	r = host_open(&f->host, 0, "localhost", own, 2, NULL, &d);
	if (r == 0) {
		assert_true(fcntl(f->host.diag, F_SETFL, O_NONBLOCK) == 0);
		f->diag = sockdiag_open(fd_take(&f->host.diag));
		assert_non_null(f->diag);
		r = process_open(&f->a, "a", &f->host, &d);
	}
	if (r == 0)
		r = process_open(&f->b, "b", &f->host, &d);
	if (r == 0)
		return 0;
	fprintf(stderr, "skipped: %s: %s: %s\n", d.message, d.operation, strerror(d.error));
	fact_done(f);
	return FACT_SKIPPED;
}

/* ---- calls ---- */

static inline void fact_begin(struct process *p, const struct call_request *q)
{
	assert_int_equal(process_send(p, q, NULL), 0);
}

static inline bool fact_answered(const struct process *p, int timeout_ms)
{
	struct pollfd polled = { .fd = p->channel, .events = POLLIN };

	return poll(&polled, 1, timeout_ms) == 1;
}

static inline struct fact_answer fact_end(struct process *p)
{
	static _Alignas(16) uint8_t buffer[sizeof(struct call_reply) + CALL_DATA_MAX];
	const struct call_reply *reply = (const struct call_reply *)buffer;

	assert_true(fact_answered(p, FACT_DEADLINE_MS));
	assert_true(channel_receive(p->channel, buffer, sizeof(buffer), 0, NULL, 0, NULL) >=
		(ssize_t)sizeof(*reply));
	return (struct fact_answer){ .result = reply->result,
		.error = reply->error,
		.facts = reply->facts,
		.made = reply->made };
}

static inline struct fact_answer fact_call(struct process *p, struct call_request q)
{
	fact_begin(p, &q);
	return fact_end(p);
}

static inline int fact_socket(const struct fact *f, struct process *p, int flags)
{
	struct fact_answer answer = fact_call(p,
		(struct call_request){ .kind = CALL_SOCKET,
			.family = f->server.family,
			.type = SOCK_STREAM | SOCK_CLOEXEC | flags,
			.protocol = IPPROTO_TCP });

	assert_true(answer.result >= 0);
	return (int)answer.result;
}

/* A listener in `p` on f->server; its descriptor. */
static inline int fact_listen(struct fact *f, struct process *p)
{
	int fd = fact_socket(f, p, 0);

	assert_int_equal(
		fact_call(p,
			(struct call_request){ .kind = CALL_BIND, .fd = fd, .address = f->server })
			.result,
		0);
	assert_int_equal(
		fact_call(p, (struct call_request){ .kind = CALL_LISTEN, .fd = fd, .number = 1000 })
			.result,
		0);
	return fd;
}

/* Begin to connect from `p` to f->server; a call that does not block. */
static inline int fact_connect(struct fact *f, struct process *p)
{
	int fd = fact_socket(f, p, SOCK_NONBLOCK);

	assert_int_equal(fact_call(p,
				 (struct call_request){ .kind = CALL_CONNECT,
					 .fd = fd,
					 .address = f->server })
				 .error,
		EINPROGRESS);
	return fd;
}

static inline void fact_close(struct process *p, int fd)
{
	assert_int_equal(fact_call(p, (struct call_request){ .kind = CALL_CLOSE, .fd = fd }).result,
		0);
}

/* ---- segments ---- */

/* Take the TCP segment the kernel has sent; it must be there already, with just these flags (PSH apart). */
static inline void fact_take(struct fact *f, uint8_t flags, struct fact_packet *ret_packet)
{
	const struct iovec parts[] = { { &ret_packet->header, sizeof(ret_packet->header) },
		{ ret_packet->bytes, sizeof(ret_packet->bytes) } };
	ssize_t len = readv(f->host.tun, parts, 2);

	if (len < 0)
		fail_msg("no segment with flags %#x yet: %s", flags, strerror(errno));
	ret_packet->len = (size_t)len - sizeof(ret_packet->header);
	assert_true(segment_decode(ret_packet->bytes, ret_packet->len, &ret_packet->segment));
	assert_int_equal(ret_packet->segment.kind, SEGMENT_TCP);
	assert_int_equal(ret_packet->segment.flags & ~SEGMENT_PSH, flags);
}

static inline void fact_give(struct fact *f, const struct fact_packet *packet)
{
	const struct iovec parts[] = { { (void *)&packet->header, sizeof(packet->header) },
		{ (void *)packet->bytes, packet->len } };

	assert_int_equal(writev(f->host.tun, parts, 2), sizeof(packet->header) + packet->len);
}

/* Carry one segment over, which must be there. */
static inline struct segment fact_carry(struct fact *f, uint8_t flags)
{
	static struct fact_packet packet;

	fact_take(f, flags, &packet);
	fact_give(f, &packet);
	return packet.segment;
}

/* The same for an ACK the kernel may delay, for up to TCP_DELACK_MAX (200 ms). */
static inline struct segment fact_carry_late(struct fact *f, uint8_t flags)
{
	struct pollfd polled = { .fd = f->host.tun, .events = POLLIN };

	assert_int_equal(poll(&polled, 1, FACT_DEADLINE_MS), 1);
	return fact_carry(f, flags);
}

/* What the kernel reports, at once, of the socket with these addresses. */
static inline struct sock_report fact_look(struct fact *f, const struct address *local,
	const struct address *remote)
{
	struct sock_report report = { 0 };
	int r = sockdiag_lookup(f->diag, local, remote, &report);

	if (r < 0)
		fail_msg("look-up: %s", strerror(-r));
	return report;
}

struct fact_proof {
	struct fact *fact;
	void (*prove)(struct fact *);
};

static inline void fact_prove_one(void **state)
{
	struct fact_proof *proof = *state;

	proof->prove(proof->fact);
}

/* A program of one fact: set up, prove, tear down. An exit code. */
static inline int fact_prove(const char *name, void (*prove)(struct fact *))
{
	struct fact f;
	const struct CMUnitTest tests[] = { { .name = name,
		.test_func = fact_prove_one,
		.initial_state = &(struct fact_proof){ &f, prove } } };
	int r = fact_init(&f);

	if (r)
		return r;
	r = cmocka_run_group_tests(tests, NULL, NULL);
	fact_done(&f);
	return r;
}

#endif
