/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of sockets as lines of text: what `ss` prints, and any other view that has rows to show. Takes plain
 * values and knows neither kernel nor observer nor clock: times are spans, counted by whoever fills the row.
 *
 *   SOCKET STATE       RECV-Q SEND-Q LOCAL           REMOTE       OWNER
 *   c      ESTABLISHED      0      5 127.0.0.1:36150 127.0.0.1:80 main 4711 fd 3
 *          retransmission in 0.2 s, 1 done; cwnd 10, rto 204 ms
 *          SYN-SENT -> ESTABLISHED 0.4 s ago <- #2 SYN/ACK
 *
 * The first line of a socket is a row of the table; what stands below is parts, as many on a line as there is
 * room. Where the owners do not fit in the table, they are the first part. Any thread. */
#ifndef LAB_VIEW_SOCKET_TABLE_H
#define LAB_VIEW_SOCKET_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/tcp_state.h"

struct text;

#define SOCKET_TABLE_WIDTH 100 /* columns, where nobody says how many there are */

/* Why nobody has a descriptor of it. */
enum socket_nobody {
	SOCKET_ORPHAN, /* it was closed, and the kernel brings it to its end */
	SOCKET_TIME_WAIT, /* the same, as a time-wait mini-socket */
	SOCKET_NOT_ACCEPTED, /* it waits for accept() */
	SOCKET_NOBODY_COUNT,
};

struct socket_row {
	const char *name; /* "c", "l/1" */
	const char *protocol; /* "UDP", told in place of the state; NULL = TCP */
	enum tcp_state state;
	uint32_t recvq, sendq; /* bytes; of a listener: to be accepted, and how many at most */
	struct address local, remote; /* AF_UNSPEC = none */
	const char *process; /* who holds it; NULL = nobody, and `nobody` says why */
	int pid, fd; /* of that process, as the user's ps shows it, and in it */
	enum socket_nobody nobody;
	const char *timer; /* "retransmission", "time-wait" ...; NULL or "" = none runs */
	uint64_t timer_ns; /* until it fires */
	uint32_t retransmits; /* so far, of what is on its way now */
	bool is_deferred; /* SYN-SENT, and its SYN is not sent yet: TCP_FASTOPEN_CONNECT */
	bool has_sending; /* cwnd and rto_us are known */
	uint32_t cwnd; /* segments */
	uint64_t rto_us;
	bool has_change; /* the last transition is known */
	enum tcp_state from; /* it was in this state before; STATE_NONE = first seen in `state` */
	uint64_t changed_ns; /* ago */
	const char *cause; /* "#2 SYN/ACK", as narrate_cause() tells it; NULL or "" = none known */
};

/* The header and all rows, each line of at most `width` columns as long as names and addresses allow it, and
 * ended with a newline. Of many, a last line says how many there are in which state. Appended. */
void socket_table_format(const struct socket_row *rows, size_t count, unsigned width,
	struct text *out);

/* The parts one by one, each appended as it stands, without blanks around it; nothing where there is none.
 * "main 4711 fd 3"; "nobody: time-wait" */
void socket_row_owner(const struct socket_row *row, struct text *out);
/* "retransmission in 0.2 s, 1 done" */
void socket_row_timer(const struct socket_row *row, struct text *out);
/* "cwnd 10, rto 204 ms"; of a listener "accept queue 1 of 16" */
void socket_row_sending(const struct socket_row *row, struct text *out);
/* "SYN-SENT -> ESTABLISHED 0.4 s ago <- #2 SYN/ACK" */
void socket_row_change(const struct socket_row *row, struct text *out);

/* A span of time as it is read at a glance: "0.2 s", "59.9 s", "119 min", and in milliseconds below a tenth of a
 * second, when `fine` below a whole one: "204 ms". Appended. */
void socket_table_span(uint64_t span_ns, bool fine, struct text *out);

#endif
