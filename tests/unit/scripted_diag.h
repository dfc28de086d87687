/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel that answers sock_diag questions from a script: one end of a SOCK_SEQPACKET pair
 * stands for the netlink socket, and the answers are queued at the other end before they are
 * asked for. Addresses are 127.0.0.1 unless said otherwise, so that a socket is its two ports. */
#ifndef TESTS_UNIT_SCRIPTED_DIAG_H
#define TESTS_UNIT_SCRIPTED_DIAG_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "observe/sockdiag.h"

struct scripted {
	int fd; /* the kernel's end */
	uint32_t answers; /* queued so far: each request counts its nlmsg_seq up by one */
};

/* Opens both ends; the returned one becomes the caller's. */
static inline struct sockdiag *scripted_open(struct scripted *k)
{
	struct sockdiag *diag;
	int pair[2];

	/* non-blocking: a question without an answer fails, not hangs */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	*k = (struct scripted){ .fd = pair[0] };
	diag = sockdiag_open(pair[1]);
	assert_non_null(diag);
	return diag;
}

static inline void scripted_close(struct scripted *k)
{
	close(k->fd);
}

static inline struct address loopback(uint16_t port)
{
	return (struct address){ .family = AF_INET, .bytes = { 127, 0, 0, 1 }, .port = port };
}

/* One message as it stands, with the sequence number `seq`. */
static inline void scripted_raw(struct scripted *k, uint32_t seq, uint16_t type,
	const void *payload, size_t len)
{
	uint8_t bytes[2048];
	const struct nlmsghdr header = { .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + len),
		.nlmsg_type = type,
		.nlmsg_seq = seq };

	assert_true(NLMSG_HDRLEN + len <= sizeof(bytes));
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + NLMSG_HDRLEN, payload, len);
	assert_int_equal(write(k->fd, bytes, NLMSG_HDRLEN + len), NLMSG_HDRLEN + len);
}

/* A socket of 127.0.0.1 for the scripted kernel to report; remote port 0 = a listener. */
static inline struct inet_diag_msg diag_socket(uint64_t cookie, uint8_t state, uint16_t local,
	uint16_t remote)
{
	return (struct inet_diag_msg){ .idiag_family = AF_INET,
		.idiag_state = state,
		.id = { .idiag_sport = htons(local),
			.idiag_dport = htons(remote),
			.idiag_src = { htonl(INADDR_LOOPBACK) },
			.idiag_dst = { remote ? htonl(INADDR_LOOPBACK) : 0 },
			.idiag_cookie = { (uint32_t)cookie, (uint32_t)(cookie >> 32) } } };
}

/* The next question will be answered with this socket. */
static inline void scripted_answer(struct scripted *k, struct inet_diag_msg m)
{
	scripted_raw(k, ++k->answers, SOCK_DIAG_BY_FAMILY, &m, sizeof(m));
}

/* The next question will be refused, with -ENOENT and the like. */
static inline void scripted_refuse(struct scripted *k, int error)
{
	const struct nlmsgerr refusal = { .error = error };

	scripted_raw(k, ++k->answers, NLMSG_ERROR, &refusal, sizeof(refusal));
}

/* The next question, a dump, will be answered with nothing. */
static inline void scripted_nobody(struct scripted *k)
{
	scripted_raw(k, ++k->answers, NLMSG_DONE, &(int){ 0 }, sizeof(int));
}

/* The next question, a dump, will be answered with this socket. */
static inline void scripted_dump(struct scripted *k, struct inet_diag_msg m)
{
	scripted_raw(k, ++k->answers, SOCK_DIAG_BY_FAMILY, &m, sizeof(m));
	scripted_raw(k, k->answers, NLMSG_DONE, &(int){ 0 }, sizeof(int));
}

/* The next question, a dump, will end before its time, with -ENOENT and the like. */
static inline void scripted_dump_fails(struct scripted *k, int error)
{
	scripted_raw(k, ++k->answers, NLMSG_DONE, &error, sizeof(error));
}

/* What was asked since the last look must be these pairs of ports: "1000>80 ". */
static inline void assert_asked(struct scripted *k, const char *expected)
{
	struct text asked = TEXT_EMPTY;
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 query;
	} request;

	while (read(k->fd, &request, sizeof(request)) == (ssize_t)sizeof(request))
		text_printf(&asked, "%u>%u ", ntohs(request.query.id.idiag_sport),
			ntohs(request.query.id.idiag_dport));
	assert_string_equal(text_get(&asked), expected);
	text_done(&asked);
}

#endif
