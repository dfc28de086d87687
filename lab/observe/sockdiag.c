/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/sockdiag.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "observe/sock_detail.h"

#define ASK_MOST 3 /* times */
#define REPLY_BYTES 8192 /* what libmnl advises at most: a page or 8 KiB */

struct sockdiag {
	struct mnl_socket *nl; /* owned */
	uint32_t sequence; /* of the last request: tells its answer from an older one */
	unsigned interface; /* sockdiag_bound_to() */
};

static const char *const timer_names[] = {
	[SOCK_TIMER_NONE] = "",
	[SOCK_TIMER_RETRANSMIT] = "retransmission",
	[SOCK_TIMER_KEEPALIVE] = "keepalive",
	[SOCK_TIMER_TIME_WAIT] = "time-wait",
	[SOCK_TIMER_PROBE] = "zero-window probe",
};
static_assert(sizeof(timer_names) / sizeof(timer_names[0]) == SOCK_TIMER_COUNT, "a name each");

const char *sock_timer_name(enum sock_timer timer)
{
	return (unsigned)timer < SOCK_TIMER_COUNT ? timer_names[timer] : "unknown";
}

struct sockdiag *sockdiag_open(int fd)
{
	struct mnl_socket *nl = mnl_socket_fdopen(fd);
	struct sockdiag *diag;

	if (!nl) {
		int saved = errno;

		close(fd);
		errno = saved;
		return NULL;
	}
	diag = memory_new(sizeof(*diag));
	diag->nl = nl;
	return diag;
}

void sockdiag_bound_to(struct sockdiag *diag, unsigned interface)
{
	diag->interface = interface;
}

void sockdiag_close(struct sockdiag *diag)
{
	if (!diag)
		return;
	mnl_socket_close(diag->nl);
	free(diag);
}

static void id_address(const uint32_t words[4], uint16_t port_be, uint8_t family,
	struct address *ret_address)
{
	struct address a = { .family = family, .port = ntohs(port_be) };

	memcpy(a.bytes, words, family == AF_INET6 ? 16 : 4);
	*ret_address = a;
}

static void fill_report(const struct inet_diag_msg *m, struct sock_report *report)
{
	*report = (struct sock_report){
		.cookie = (uint64_t)m->id.idiag_cookie[1] << 32 | m->id.idiag_cookie[0],
		.state = (enum tcp_state)m->idiag_state,
		.timer = (enum sock_timer)m->idiag_timer,
		.timer_ms = m->idiag_expires,
		.retransmits = m->idiag_retrans,
		.recvq = m->idiag_rqueue,
		.sendq = m->idiag_wqueue,
		.inode = m->idiag_inode,
	};
	id_address(m->id.idiag_src, m->id.idiag_sport, m->idiag_family, &report->local);
	if (m->id.idiag_dport)
		id_address(m->id.idiag_dst, m->id.idiag_dport, m->idiag_family, &report->remote);
	address_unmap(&report->local);
	address_unmap(&report->remote);
	if (report->state == STATE_NEW_SYN_RECV)
		report->state = STATE_SYN_RECEIVED;
}

/* Is there a whole message in these bytes? mnl_nlmsg_ok() (libmnl 1.0.4) takes a length above INT_MAX for a negative one,
 * which fits anywhere. */
static bool is_whole(const struct nlmsghdr *m, int left)
{
	return mnl_nlmsg_ok(m, left) && m->nlmsg_len <= (uint32_t)left;
}

/* send(2) and recv(2) that no signal interrupts. */
static int send_message(struct sockdiag *diag, const struct nlmsghdr *request)
{
	ssize_t len;

	do {
		len = send(mnl_socket_get_fd(diag->nl), request, request->nlmsg_len, 0);
	} while (len < 0 && errno == EINTR);
	return len < 0 ? -errno : 0;
}

static ssize_t receive_message(struct sockdiag *diag, char *buffer)
{
	ssize_t len;

	do {
		len = recv(mnl_socket_get_fd(diag->nl), buffer, REPLY_BYTES, 0);
	} while (len < 0 && errno == EINTR);
	return len < 0 ? -errno : len;
}

/* The answer to the last request, in a buffer of REPLY_BYTES. 0 or -errno. */
static int receive_reply(struct sockdiag *diag, char *buffer)
{
	const struct nlmsghdr *reply = (const struct nlmsghdr *)buffer;
	ssize_t len;

	do { /* an older answer can only be left over from a look-up that failed half-way */
		len = receive_message(diag, buffer);
		if (len < 0)
			return (int)len;
		if (!is_whole(reply, (int)len))
			return -EBADMSG;
	} while (reply->nlmsg_seq != diag->sequence);
	if (reply->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *error = mnl_nlmsg_get_payload(reply);

		if (mnl_nlmsg_get_payload_len(reply) < sizeof(*error) || error->error >= 0)
			return -EBADMSG;
		return error->error;
	}
	return mnl_nlmsg_get_payload_len(reply) < sizeof(struct inet_diag_msg) ? -EBADMSG : 0;
}

/* A request about the TCP socket with these addresses. ext: idiag_ext. cookie 0: whichever it is. */
static int send_request(struct sockdiag *diag, uint16_t type, const struct address *local,
	const struct address *remote, uint8_t ext, uint64_t cookie)
{
	char buffer[256];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *query = mnl_nlmsg_put_extra_header(request, sizeof(*query));
	size_t len = local->family == AF_INET6 ? 16 : 4;

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST;
	request->nlmsg_seq = ++diag->sequence;
	query->sdiag_family = local->family;
	query->sdiag_protocol = IPPROTO_TCP;
	query->idiag_ext = ext;
	query->idiag_states = ~0U;
	query->id.idiag_sport = htons(local->port);
	query->id.idiag_dport = htons(remote->port);
	query->id.idiag_if = diag->interface;
	memcpy(query->id.idiag_src, local->bytes, len);
	memcpy(query->id.idiag_dst, remote->bytes, len);
	query->id.idiag_cookie[0] = cookie ? (uint32_t)cookie : INET_DIAG_NOCOOKIE;
	query->id.idiag_cookie[1] = cookie ? (uint32_t)(cookie >> 32) : INET_DIAG_NOCOOKIE;
	return send_message(diag, request);
}

/* Ask about one TCP socket, exactly. ext: idiag_ext. The reply is in `buffer`, of REPLY_BYTES. An answer that was lost for
 * want of memory, or of room in the queue, is asked for again: netlink(7), ENOBUFS tells of that once. */
static int ask(struct sockdiag *diag, const struct address *local, const struct address *remote,
	uint8_t ext, char *buffer)
{
	int r;

	for (unsigned n = 0; n < ASK_MOST; n++) {
		r = send_request(diag, SOCK_DIAG_BY_FAMILY, local, remote, ext, 0);
		if (r == 0)
			r = receive_reply(diag, buffer);
		if (r != -ENOBUFS && r != -ENOMEM)
			break;
	}
	return r;
}

int sockdiag_destroy(struct sockdiag *diag, const struct sock_report *report)
{
	/* its answer is one only when it says no: no NLM_F_ACK is asked for, and none waited for */
	return send_request(diag, SOCK_DESTROY, &report->local, &report->remote, 0, report->cookie);
}

int sockdiag_lookup(struct sockdiag *diag, const struct address *local,
	const struct address *remote, struct sock_report *ret_report)
{
	char buffer[REPLY_BYTES];
	int r = ask(diag, local, remote, 0, buffer);

	if (r < 0)
		return r;
	fill_report(mnl_nlmsg_get_payload((struct nlmsghdr *)buffer), ret_report);
	return (unsigned)ret_report->state < STATE_COUNT ? 0 : -EBADMSG;
}

/* 0, or what has ended a dump before its time; -ENOENT: no such protocol in this kernel. Source: net/netlink/af_netlink.c
 * netlink_dump() sends what the last call returned, net/ipv4/inet_diag.c __inet_diag_dump(), v6.1. */
static int how_it_ended(const struct nlmsghdr *done)
{
	int error = 0;

	if (mnl_nlmsg_get_payload_len(done) >= sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(done), sizeof(error));
	return error < 0 ? error : 0;
}

/* Have `each` see every message about a socket of this protocol and family. 0 or -errno. */
static int dump(struct sockdiag *diag, int family, uint8_t protocol, uint32_t states, uint8_t ext,
	void each(void *arg, const struct nlmsghdr *m), void *arg)
{
	char buffer[REPLY_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *query = mnl_nlmsg_put_extra_header(request, sizeof(*query));
	int r;

	request->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = ++diag->sequence;
	query->sdiag_family = (uint8_t)family;
	query->sdiag_protocol = protocol;
	query->idiag_ext = ext;
	query->idiag_states = states;
	r = send_message(diag, request);
	if (r < 0)
		return r;
	for (;;) {
		ssize_t got = receive_message(diag, buffer);
		const struct nlmsghdr *m = (const struct nlmsghdr *)buffer;
		int left = (int)got;

		if (got < 0)
			return (int)got;
		for (; is_whole(m, left); m = mnl_nlmsg_next(m, &left)) {
			const struct nlmsgerr *error = mnl_nlmsg_get_payload(m);

			if (m->nlmsg_seq != diag->sequence)
				continue;
			if (m->nlmsg_type == NLMSG_DONE)
				return how_it_ended(m);
			if (m->nlmsg_type == NLMSG_ERROR &&
				mnl_nlmsg_get_payload_len(m) >= sizeof(*error) && error->error < 0)
				return error->error;
			if (m->nlmsg_type == NLMSG_ERROR ||
				mnl_nlmsg_get_payload_len(m) < sizeof(struct inet_diag_msg))
				return -EBADMSG;
			each(arg, m);
		}
		if (left > 0) /* waited for the rest of that, it would be for ever */
			return -EBADMSG;
	}
}

struct reporting {
	sockdiag_each_fn *each;
	void *arg;
};

static void report_one(void *arg, const struct nlmsghdr *m)
{
	const struct reporting *r = arg;
	struct sock_report report;

	fill_report(mnl_nlmsg_get_payload(m), &report);
	if ((unsigned)report.state < STATE_COUNT)
		r->each(r->arg, &report);
}

int sockdiag_dump(struct sockdiag *diag, int family, uint8_t protocol, uint32_t states,
	sockdiag_each_fn *each, void *arg)
{
	struct reporting r = { .each = each, .arg = arg };

	return dump(diag, family, protocol, states, 0, report_one, &r);
}

struct search {
	uint64_t cookie;
	struct sock_detail *detail;
	bool found;
};

static void take_searched(void *arg, const struct nlmsghdr *m)
{
	struct search *s = arg;
	struct sock_report report;

	fill_report(mnl_nlmsg_get_payload(m), &report);
	if (report.cookie != s->cookie)
		return;
	sock_detail_read(m, s->detail);
	s->found = true;
}

/* Have s->detail filled by the socket that is in one of these states and has the cookie. 0 or -errno. */
static int search(struct sockdiag *diag, uint8_t protocol, uint32_t states, uint8_t wanted,
	struct search *s)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int r = 0;

	for (size_t i = 0; i < 2 && r == 0 && !s->found; i++)
		r = dump(diag, families[i], protocol, states, wanted, take_searched, s);
	return r;
}

int sockdiag_search(struct sockdiag *diag, uint32_t states, uint64_t cookie,
	struct sock_report *ret_report)
{
	struct sock_detail detail;
	struct search s = { .cookie = cookie, .detail = &detail };
	int r = search(diag, IPPROTO_TCP, states, 0, &s);

	if (r == 0 && s.found)
		fill_report((const void *)detail.parts[DETAIL_MESSAGE].bytes, ret_report);
	return r == 0 && !s.found ? -ENOENT : r;
}

int sockdiag_detail(struct sockdiag *diag, uint8_t protocol, const struct address *local,
	const struct address *remote, uint64_t cookie, uint8_t wanted,
	struct sock_detail *ret_detail)
{
	struct search s = { .cookie = cookie, .detail = ret_detail };
	char buffer[REPLY_BYTES];
	int r;

	if (protocol != IPPROTO_TCP) {
		r = search(diag, protocol, ~0U, wanted, &s);
	} else {
		r = ask(diag, local, remote, wanted, buffer);
		if (r == 0)
			take_searched(&s, (struct nlmsghdr *)buffer);
		if ((r == 0 || r == -ENOENT) && !s.found && !remote->port)
			r = search(diag, protocol, 1 << STATE_LISTEN, wanted, &s);
	}
	return r == 0 && !s.found ? -ENOENT : r;
}
