/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/process_role.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "world/channel.h"
#include "world/protocol.h"

/* Sockets get 3, 4, 5 ... as they would in a student's program, so the channel moves out of the way. */
#define CHANNEL_FD 900

static void read_facts(int fd, struct socket_facts *facts)
{
	struct sockaddr_storage address = { 0 };
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(facts->cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &facts->cookie, &len) < 0)
		return;
	len = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
		facts->state = info.tcpi_state;
	len = sizeof(address);
	if (getsockname(fd, (struct sockaddr *)&address, &len) == 0)
		address_from_sockaddr(&address, &facts->local);
	len = sizeof(address);
	if (getpeername(fd, (struct sockaddr *)&address, &len) == 0)
		address_from_sockaddr(&address, &facts->remote);
}

/* The call itself, nothing else: this is what the user asked for. */
static int64_t make_call(const struct call_request *q, struct call_reply *reply)
{
	struct sockaddr_storage address;
	socklen_t len = address_to_sockaddr(&q->address, &address);

	switch (q->kind) {
	case CALL_SOCKET:
		return socket(q->family, q->type, q->protocol);
	case CALL_BIND:
		return bind(q->fd, (struct sockaddr *)&address, len);
	case CALL_LISTEN:
		return listen(q->fd, q->number);
	case CALL_CONNECT:
		return connect(q->fd, (struct sockaddr *)&address, len);
	case CALL_ACCEPT:
		return accept4(q->fd, NULL, NULL, SOCK_CLOEXEC);
	case CALL_SEND:
		return send(q->fd, q->data, q->size, q->number);
	case CALL_RECV:
		return recv(q->fd, reply->data, q->size, q->number);
	case CALL_SHUTDOWN:
		return shutdown(q->fd, q->number);
	case CALL_CLOSE:
		return close(q->fd);
	case CALL_COUNT:
		break;
	}
	errno = EBADMSG;
	return -1;
}

static size_t serve(const struct call_request *q, struct call_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	reply->begin_ns = clock_now_ns();
	reply->result = make_call(q, reply);
	reply->error = reply->result < 0 ? errno : 0;
	reply->end_ns = clock_now_ns();
	if (q->kind == CALL_RECV && reply->result > 0)
		reply->size = (uint32_t)reply->result;
	if (q->kind == CALL_SOCKET && reply->result >= 0)
		read_facts((int)reply->result, &reply->facts);
	else if (q->kind != CALL_CLOSE)
		read_facts(q->fd, &reply->facts);
	if (q->kind == CALL_ACCEPT && reply->result >= 0)
		read_facts((int)reply->result, &reply->accepted);
	return sizeof(*reply) + reply->size;
}

/* Ordinary power only: the same answers for root and for everybody else. */
static void drop_power(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	syscall(SYS_capset, &header, none);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* capset() cleared nothing main must lose sight of: it reads our state from /proc */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void default_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void process_role_run(int channel)
{
	static _Alignas(16) uint8_t request[sizeof(struct call_request) + CALL_DATA_MAX];
	static _Alignas(16) uint8_t reply[sizeof(struct call_reply) + CALL_DATA_MAX];
	struct call_reply hello = { 0 };
	int moved = fcntl(channel, F_DUPFD_CLOEXEC, CHANNEL_FD);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	default_signals();
	drop_power();
	if (moved < 0) /* a descriptor limit below 900 */
		moved = fcntl(channel, F_DUPFD_CLOEXEC, 64);
	if (moved < 0)
		_exit(1);
	close_range(3, (unsigned)moved - 1, 0);
	close_range((unsigned)moved + 1, ~0U, 0);
	if (channel_send(moved, &hello, sizeof(hello), NULL, 0) < 0)
		_exit(1);
	for (;;) {
		const struct call_request *q = (const struct call_request *)request;
		ssize_t len =
			channel_receive(moved, request, sizeof(request), 0, NULL, 0, NULL);
		size_t reply_len;

		if (len < (ssize_t)sizeof(*q) || q->size > CALL_DATA_MAX)
			_exit(1); /* main is gone */
		reply_len = serve(q, (struct call_reply *)reply);
		if (channel_send(moved, reply, reply_len, NULL, 0) < 0)
			_exit(1);
	}
}
