/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/syscalls.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "world/channel.h"
#include "world/clone.h"
#include "world/protocol.h"

#define PATTERN_PERIOD 65521 /* prime, and no multiple of a usual segment or buffer */

uint8_t call_pattern(uint64_t offset)
{
	uint32_t x =
		(uint32_t)(offset % PATTERN_PERIOD) * 2654435761u; /* Knuth's multiplicative hash */

	return (uint8_t)('!' +
		(x >> 16) % ('~' - '!' + 1)); /* printable, so that it can be shown */
}

static const char *const names[] = {
	[CALL_SOCKET] = "socket",
	[CALL_BIND] = "bind",
	[CALL_LISTEN] = "listen",
	[CALL_CONNECT] = "connect",
	[CALL_ACCEPT] = "accept",
	[CALL_SEND] = "send",
	[CALL_SENDTO] = "sendto",
	[CALL_WRITE] = "write",
	[CALL_RECV] = "recv",
	[CALL_RECVFROM] = "recvfrom",
	[CALL_READ] = "read",
	[CALL_SHUTDOWN] = "shutdown",
	[CALL_CLOSE] = "close",
	[CALL_DUP] = "dup",
	[CALL_FORK] = "fork",
	[CALL_SETSOCKOPT] = "setsockopt",
	[CALL_GETSOCKOPT] = "getsockopt",
	[CALL_GETSOCKNAME] = "getsockname",
	[CALL_GETPEERNAME] = "getpeername",
	[CALL_FCNTL] = "fcntl",
	[CALL_IOCTL] = "ioctl",
	[CALL_POLL] = "poll",
	[CALL_SIGACTION] = "sigaction",
	[CALL_EXIT] = "exit",
	[CALL_EXEC] = "execve",
};
static_assert(sizeof(names) / sizeof(names[0]) == CALL_COUNT, "a name for each call");

const char *call_kind_name(enum call_kind kind)
{
	return names[kind];
}

void syscall_hello(int channel)
{
	struct call_reply hello;

	memset(&hello, 0, sizeof(hello));
	if (channel_send(channel, &hello, sizeof(hello), NULL, 0) < 0)
		_exit(PROCESS_LOST);
}

/* One call under way: what was asked, what is answered, and memory for its bytes. */
struct making {
	const struct call_request *q;
	struct call_reply *reply;
	uint8_t *bytes; /* send: what goes out; recv: where it comes in */
};

static int64_t make_socket(struct making *m)
{
	return socket(m->q->family, m->q->type, m->q->protocol);
}

static int64_t make_bind(struct making *m)
{
	struct sockaddr_storage address;
	socklen_t len = address_to_sockaddr(&m->q->address, &address);

	return bind(m->q->fd, (struct sockaddr *)&address, len);
}

static int64_t make_listen(struct making *m)
{
	return listen(m->q->fd, m->q->number);
}

static int64_t make_connect(struct making *m)
{
	struct sockaddr_storage address;
	socklen_t len = address_to_sockaddr(&m->q->address, &address);

	if (!len) { /* connect to nobody: how a UDP socket is disconnected */
		address.ss_family = AF_UNSPEC;
		len = sizeof(sa_family_t);
	}
	return connect(m->q->fd, (struct sockaddr *)&address, len);
}

static int64_t make_accept(struct making *m)
{
	return accept4(m->q->fd, NULL, NULL, SOCK_CLOEXEC);
}

static int64_t make_send(struct making *m)
{
	return send(m->q->fd, m->bytes, m->q->size, m->q->number);
}

static int64_t make_sendto(struct making *m)
{
	struct sockaddr_storage address;
	socklen_t len = address_to_sockaddr(&m->q->address, &address);

	return sendto(m->q->fd, m->bytes, m->q->size, m->q->number, (struct sockaddr *)&address,
		len);
}

static int64_t make_write(struct making *m)
{
	return write(m->q->fd, m->bytes, m->q->size);
}

static int64_t make_recv(struct making *m)
{
	return recv(m->q->fd, m->bytes, m->q->size, m->q->number);
}

static int64_t make_recvfrom(struct making *m)
{
	struct sockaddr_storage from = { 0 };
	socklen_t len = sizeof(from);
	int64_t result = recvfrom(m->q->fd, m->bytes, m->q->size, m->q->number,
		(struct sockaddr *)&from, &len);

	if (result >= 0)
		address_from_sockaddr(&from, &m->reply->address);
	return result;
}

static int64_t make_read(struct making *m)
{
	return read(m->q->fd, m->bytes, m->q->size);
}

static int64_t make_shutdown(struct making *m)
{
	return shutdown(m->q->fd, m->q->number);
}

static int64_t make_close(struct making *m)
{
	return close(m->q->fd);
}

static int64_t make_dup(struct making *m)
{
	return dup(m->q->fd);
}

static int64_t make_setsockopt(struct making *m)
{
	return setsockopt(m->q->fd, m->q->level, m->q->option, call_data(m->q), m->q->size);
}

static int64_t make_getsockopt(struct making *m)
{
	socklen_t len = m->q->size;
	int64_t result = getsockopt(m->q->fd, m->q->level, m->q->option, m->reply->data, &len);

	m->reply->size = result < 0 ? 0 : len;
	return result;
}

static int64_t make_getsockname(struct making *m)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);
	int64_t result = getsockname(m->q->fd, (struct sockaddr *)&address, &len);

	if (result == 0)
		address_from_sockaddr(&address, &m->reply->address);
	return result;
}

static int64_t make_getpeername(struct making *m)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);
	int64_t result = getpeername(m->q->fd, (struct sockaddr *)&address, &len);

	if (result == 0)
		address_from_sockaddr(&address, &m->reply->address);
	return result;
}

/* Blocking or not: the one thing fcntl(2) is asked here. */
static int64_t make_fcntl(struct making *m)
{
	return fcntl(m->q->fd, F_SETFL, m->q->number);
}

static int64_t make_ioctl(struct making *m)
{
	int value = 0;
	int64_t result = ioctl(m->q->fd, (unsigned long)m->q->number, &value);

	memcpy(m->reply->data, &value, sizeof(value));
	m->reply->size = result < 0 ? 0 : sizeof(value);
	return result;
}

static int64_t make_poll(struct making *m)
{
	struct pollfd polled = { .fd = m->q->fd, .events = (short)m->q->number };
	int64_t result = poll(&polled, 1, m->q->timeout_ms);

	m->reply->number = polled.revents;
	return result;
}

static void handler(int number)
{
	(void)number; /* to be interrupted is all it is for */
}

static int64_t make_sigaction(struct making *m)
{
	struct sigaction action = { .sa_handler = handler };

	if (m->q->disposition == DISPOSITION_DEFAULT)
		action.sa_handler = SIG_DFL;
	else if (m->q->disposition == DISPOSITION_IGNORE)
		action.sa_handler = SIG_IGN;
	if (m->q->disposition == DISPOSITION_HANDLE_RESTART)
		action.sa_flags = SA_RESTART;
	return sigaction(m->q->number, &action, NULL);
}

static int64_t make_exit(struct making *m)
{
	_exit(m->q->number);
}

static int64_t (*const makers[])(struct making *) = {
	[CALL_SOCKET] = make_socket,
	[CALL_BIND] = make_bind,
	[CALL_LISTEN] = make_listen,
	[CALL_CONNECT] = make_connect,
	[CALL_ACCEPT] = make_accept,
	[CALL_SEND] = make_send,
	[CALL_SENDTO] = make_sendto,
	[CALL_WRITE] = make_write,
	[CALL_RECV] = make_recv,
	[CALL_RECVFROM] = make_recvfrom,
	[CALL_READ] = make_read,
	[CALL_SHUTDOWN] = make_shutdown,
	[CALL_CLOSE] = make_close,
	[CALL_DUP] = make_dup,
	[CALL_FORK] = NULL, /* returns twice: make_fork() */
	[CALL_SETSOCKOPT] = make_setsockopt,
	[CALL_GETSOCKOPT] = make_getsockopt,
	[CALL_GETSOCKNAME] = make_getsockname,
	[CALL_GETPEERNAME] = make_getpeername,
	[CALL_FCNTL] = make_fcntl,
	[CALL_IOCTL] = make_ioctl,
	[CALL_POLL] = make_poll,
	[CALL_SIGACTION] = make_sigaction,
	[CALL_EXIT] = make_exit,
	[CALL_EXEC] = NULL, /* does not return when it works: make_exec() */
};
static_assert(sizeof(makers) / sizeof(makers[0]) == CALL_COUNT, "each call is made by somebody");

static bool sends(enum call_kind kind)
{
	return kind == CALL_SEND || kind == CALL_SENDTO || kind == CALL_WRITE;
}

static bool receives(enum call_kind kind)
{
	return kind == CALL_RECV || kind == CALL_RECVFROM || kind == CALL_READ;
}

static void read_facts(int fd, struct socket_facts *facts)
{
	struct sockaddr_storage address = { 0 };
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(facts->cookie);
	int protocol = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &facts->cookie, &len) < 0)
		return;
	len = sizeof(protocol);
	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) == 0)
		facts->protocol = (uint8_t)protocol;
	len = sizeof(info);
	if (protocol == IPPROTO_TCP && getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
		facts->state = info.tcpi_state;
	len = sizeof(address);
	if (getsockname(fd, (struct sockaddr *)&address, &len) == 0)
		address_from_sockaddr(&address, &facts->local);
	len = sizeof(address);
	if (getpeername(fd, (struct sockaddr *)&address, &len) == 0)
		address_from_sockaddr(&address, &facts->remote);
}

/* Ready the bytes of a send, or room for those of a recv. NULL with errno when there is no memory. */
static uint8_t *ready_bytes(const struct call_request *q)
{
	uint8_t *bytes = malloc(q->size ? q->size : 1);

	if (!bytes || !sends(q->kind))
		return bytes;
	if (!q->generate)
		memcpy(bytes, call_data(q), q->size);
	for (uint32_t i = 0; q->generate && i < q->size; i++)
		bytes[i] = call_pattern(q->offset + i);
	return bytes;
}

/* Answer with the first bytes, and whether they all are what the pattern says. */
static void take_bytes(const struct making *m)
{
	uint64_t count = (uint64_t)m->reply->result;

	/* With MSG_TRUNC the result is the length there was: of a datagram only `size` bytes came, of a stream
	 * none, they were thrown away (tcp(7)). */
	if (count > m->q->size)
		count = m->q->size;
	if ((m->q->number & MSG_TRUNC) && m->q->kind != CALL_READ &&
		m->reply->facts.protocol == IPPROTO_TCP)
		count = 0;
	m->reply->size = count < CALL_DATA_MAX ? (uint32_t)count : CALL_DATA_MAX;
	memcpy(m->reply->data, m->bytes, m->reply->size);
	m->reply->pattern = count > 0;
	for (uint64_t i = 0; i < count && m->reply->pattern; i++)
		m->reply->pattern = m->bytes[i] == call_pattern(m->q->offset + i);
}

/* A child of our own parent, the host, which so hears of its end as of ours. It shares our descriptors
 * and talks to main over a channel of its own. */
static int64_t make_fork(int channel, int *ret_child)
{
	int pair[2], yes = 1;
	pid_t pid = -1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	if (setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) == 0)
		pid = clone_process(CLONE_PARENT, 0);
	if (pid != 0) {
		close(pair[1]);
		*ret_child = pid < 0 ? -1 : pair[0];
		if (pid < 0)
			close(pair[0]);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(pair[0]);
	dup3(pair[1], channel, O_CLOEXEC); /* the parent's channel is not ours */
	close(pair[1]);
	return 0; /* and this answer, over the new channel, is its hello */
}

static int put_at(int fd, int place)
{
	int r;

	do {
		r = dup2(fd, place);
	} while (r < 0 && errno == EINTR);
	return r;
}

/* Become another program, with pipes for its input and output. main gets their other ends in an answer of
 * its own, before; when the channel then closes by itself (close-on-exec) the program runs. */
static int64_t make_exec(const struct call_request *q, struct call_reply *reply, int channel)
{
	char *arguments[EXEC_ARGUMENTS_MAX + 1] = { NULL };
	char *at = (char *)call_data(q), *end = at + q->size;
	int in[2], out[2];

	for (size_t i = 0; at < end && i < EXEC_ARGUMENTS_MAX; i++) {
		arguments[i] = at;
		at += strlen(at) + 1;
	}
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return -1;
	if (channel_send(channel, reply, sizeof(*reply), (int[]){ in[1], out[0] }, 2) < 0)
		return -1;
	if (put_at(in[0], STDIN_FILENO) < 0 || put_at(out[1], STDOUT_FILENO) < 0 ||
		put_at(out[1], STDERR_FILENO) < 0)
		return -1;
	/* A program that a segment wakes does not take the CPU from main at once: so main is first to read the state the
	 * segment brought about, which the program may leave again with its next call. Its share of the CPU stays
	 * the same. Source: sched(7), SCHED_BATCH. */
	sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 });
	if (arguments[0])
		execvp(arguments[0], arguments);
	return -1;
}

size_t syscall_make(const struct call_request *q, struct call_reply *reply, int channel,
	int *ret_child)
{
	struct making m = { .q = q, .reply = reply };

	memset(reply, 0, sizeof(*reply));
	if (sends(q->kind) || receives(q->kind)) {
		m.bytes = ready_bytes(q);
		if (!m.bytes) {
			reply->result = -1;
			reply->error = ENOMEM;
			return sizeof(*reply);
		}
	}
	reply->begin_ns = clock_now_ns();
	if (q->kind == CALL_FORK)
		reply->result = make_fork(channel, ret_child);
	else if (q->kind == CALL_EXEC)
		reply->result = make_exec(q, reply, channel);
	else
		reply->result = makers[q->kind](&m);
	reply->error = reply->result < 0 ? errno : 0;
	reply->end_ns = clock_now_ns();
	if (q->fd >= 0 && q->kind != CALL_CLOSE)
		read_facts(q->fd, &reply->facts);
	if (receives(q->kind) && reply->result >= 0)
		take_bytes(&m);
	free(m.bytes);
	if (reply->result >= 0 &&
		(q->kind == CALL_SOCKET || q->kind == CALL_ACCEPT || q->kind == CALL_DUP))
		read_facts((int)reply->result, &reply->made);
	return sizeof(*reply) + reply->size;
}
