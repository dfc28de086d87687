/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What main, a host and a process say to each other over their SOCK_SEQPACKET pairs. All three are
 * the same binary, so the structs travel as they are. One message a packet; descriptors ride along. */
#ifndef LAB_WORLD_PROTOCOL_H
#define LAB_WORLD_PROTOCOL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

#define HOST_TEXT_MAX 256
#define CALL_DATA_MAX 65536 /* bytes a call can carry either way in one message */
#define CALL_SIZE_MAX (1u << 30) /* bytes of one send or recv */

/* The steps that make a host, in order; the first that fails is what the probe reports. */
enum host_step {
	STEP_PROC,
	STEP_NAMESPACES,
	STEP_ID_MAP,
	STEP_TUN_OPEN,
	STEP_SYSCTL,
	STEP_TUN_CREATE,
	STEP_ROUTES,
	STEP_DIAG,
	STEP_PROCESS,
	STEP_COUNT,
};

enum host_message_kind {
	/* host -> main */
	HOST_STEP_FAILED, /* step, error, text = the exact operation */
	HOST_READY, /* fds: TUN, sock_diag; value = 1 when IPv6 works; wire */
	HOST_EXITED, /* pid, status as of waitpid(2) */
	HOST_ANSWER, /* to the last request: error, pid; fd with a spawn; text with a sysctl */
	/* main -> host */
	HOST_SPAWN,
	HOST_KILL, /* pid, value = signal */
	HOST_SYSCTL_GET, /* text = "net/ipv4/tcp_fin_timeout" */
	HOST_SYSCTL_SET, /* text = path, NUL, value */
	HOST_COUNTERS, /* answer: fds: /proc/net/snmp, netstat, dev, snmp6 unless there is no IPv6 */
};

struct host_message {
	enum host_message_kind kind;
	enum host_step step;
	int error; /* errno, 0 = fine */
	int pid; /* inside the host's PID namespace */
	int value;
	unsigned wire; /* index of wire0 */
	char text[HOST_TEXT_MAX];
};

/* The system calls a process makes for us. */
enum call_kind {
	CALL_SOCKET,
	CALL_BIND,
	CALL_LISTEN,
	CALL_CONNECT,
	CALL_ACCEPT,
	CALL_SEND,
	CALL_SENDTO,
	CALL_WRITE,
	CALL_RECV,
	CALL_RECVFROM,
	CALL_READ,
	CALL_SHUTDOWN,
	CALL_CLOSE,
	CALL_DUP,
	CALL_FORK,
	CALL_SETSOCKOPT,
	CALL_GETSOCKOPT,
	CALL_GETSOCKNAME,
	CALL_GETPEERNAME,
	CALL_FCNTL,
	CALL_IOCTL,
	CALL_POLL,
	CALL_SIGACTION,
	CALL_EXIT,
	CALL_EXEC, /* data: the arguments, a NUL behind each */
	CALL_COUNT,
};

/* "connect": the name of the system call, as in its manual page. */
const char *call_kind_name(enum call_kind kind);

#define EXEC_ARGUMENTS_MAX 256

/* Exit code of a process that cannot hear main any more, or not answer; that is no part of the story. */
#define PROCESS_LOST 125

/* What a signal shall do (CALL_SIGACTION). */
enum call_disposition {
	DISPOSITION_DEFAULT,
	DISPOSITION_IGNORE,
	DISPOSITION_HANDLE, /* an empty handler, without SA_RESTART */
	DISPOSITION_HANDLE_RESTART,
	DISPOSITION_COUNT,
};

struct call_request {
	enum call_kind kind;
	int fd;
	int family, type, protocol; /* socket(2) */
	int level, option; /* setsockopt, getsockopt */
	/* backlog; MSG_ flags; how; ioctl request; F_SETFL flags; poll events; signal; exit status */
	int number;
	int disposition; /* enum call_disposition */
	int timeout_ms; /* poll */
	struct address address; /* bind, connect, sendto */
	bool generate; /* send `size` bytes of the pattern, from `offset` on, instead of data */
	uint64_t offset; /* of the first byte in its direction's stream, for the pattern */
	uint32_t size; /* recv: bytes wanted; send: bytes; options: bytes in data */
};

/* Of a message as it travels: the bytes behind the request (send, setsockopt, execve). */
static inline const uint8_t *call_data(const struct call_request *q)
{
	return (const uint8_t *)(q + 1);
}

/* What the process reads off the socket right after the call. */
struct socket_facts {
	uint64_t cookie; /* 0 = no socket behind the descriptor any more */
	uint8_t state; /* tcpi_state; 0 = not TCP */
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP ... */
	struct address local, remote;
};

struct call_reply {
	int64_t result;
	int error; /* errno, 0 = it succeeded */
	uint64_t begin_ns, end_ns; /* CLOCK_MONOTONIC, around the call alone */
	struct socket_facts facts;
	struct socket_facts made; /* socket, accept, dup: of the new descriptor */
	struct address address; /* recvfrom: the sender; getsockname, getpeername */
	int number; /* poll: revents; fork: unused */
	bool pattern; /* recv: every byte is the pattern's at its place in the stream */
	uint32_t size; /* bytes in data */
	_Alignas(8) uint8_t data[]; /* recv: the first bytes; getsockopt, ioctl: the value */
};
static_assert(offsetof(struct call_reply, data) == sizeof(struct call_reply), "no gap");

/* The pattern: byte at `offset` of a stream. Has a long period, so that a byte lost or doubled shows. */
uint8_t call_pattern(uint64_t offset);

#endif
