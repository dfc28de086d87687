/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/topic.h"

#include <assert.h>

#define PAIR "socket l; bind l :80; listen l; socket c; connect c :80; accept l a; "
#define DIAL "hold; socket c; bind c :80; nonblock c on; connect c :80 => EINPROGRESS; "

static const struct state_topic states[] = {
	{
		.state = STATE_CLOSED,
		.meaning =
			"No connection: a new socket, or what is left of one when its connection has "
			"ended. The RFC means that there is nothing at all; here the descriptor is there.",
		.enter =
			"socket(2); RST either way; the last ACK in LAST-ACK; TCP_USER_TIMEOUT, too many "
			"retransmissions or unanswered probes; shutdown rd on a listener; the end of "
			"TIME-WAIT.",
		.leave = "listen(2) to LISTEN, connect(2) to SYN-SENT.",
		.commands = "bind listen connect recv recvfrom read",
		.note = "bind once. recv gives what had arrived and then 0 when the connection has ended "
			"in order, the error once and then 0 when it has not, and ENOTCONN on a new "
			"socket. send gives EPIPE and SIGPIPE.",
		.example = "socket c; expect c CLOSED",
		.source = "RFC 9293 3.3.2; net/ipv4/tcp.c tcp_set_state(), tcp_done()",
	},
	{
		.state = STATE_LISTEN,
		.meaning =
			"Waits for connections from anybody. It never becomes one itself: each SYN makes "
			"a connection of its own, called l/1, l/2 ... until accept(2) takes it.",
		.enter = "listen(2); without bind(2) before it the kernel chooses a port.",
		.leave = "close(2) or shutdown rd, to CLOSED; what was not accepted yet is reset.",
		.commands = "accept listen shutdown",
		.note = "listen again changes the backlog. accept waits for a connection. connect gives "
			"EISCONN, recv ENOTCONN, send EPIPE and SIGPIPE.",
		.example = "socket l; bind l :80; listen l; expect l LISTEN",
		.source = "RFC 9293 3.3.2, 3.10.7.2; net/ipv4/inet_connection_sock.c "
			  "inet_csk_listen_start()",
	},
	{
		.state = STATE_SYN_SENT,
		.meaning = "connect(2) has sent a SYN, and nothing has come back that answers it.",
		.enter = "connect(2) from CLOSED.",
		.leave =
			"SYN/ACK to ESTABLISHED; SYN alone to SYN-RECEIVED (both dial at once); RST, or "
			"TCP_SYNCNT retransmissions, to CLOSED.",
		.commands = "connect send sendto write recv recvfrom read shutdown",
		.note = "connect waits, or gives EALREADY when nonblocking. send and recv wait for the "
			"handshake (nonblocking: EAGAIN). shutdown gives the attempt up. The SYN is sent again "
			"after 1, 2, 3, 4, 5, 7, 11 s: the time does not double at first (help "
			"tcp_syn_linear_timeouts); before Linux 6.5 after 1, 3, 7 s.",
		.example = "hold; socket c; nonblock c on; connect c :80 => EINPROGRESS; "
			   "expect c SYN-SENT",
		.source = "RFC 9293 3.3.2, 3.10.7.3; net/ipv4/tcp_input.c "
			  "tcp_rcv_synsent_state_process()",
	},
	{
		.state = STATE_SYN_RECEIVED,
		.meaning =
			"A SYN has arrived and was answered by SYN/ACK; the ACK of that is missing. A "
			"listener's connection has no descriptor yet. ss calls it SYN-RECV.",
		.enter = "SYN at a listener, or SYN in SYN-SENT (simultaneous open, self-connect).",
		.leave =
			"ACK to ESTABLISHED; RST, or net.ipv4.tcp_synack_retries retransmissions, to "
			"CLOSED.",
		.commands = "connect send sendto write recv recvfrom read shutdown getpeername",
		.note = "Only after a simultaneous open is there a socket to call on; it is as in SYN-SENT, "
			"but the peer is known.",
		.example = DIAL "step; expect c SYN-RECEIVED",
		.source = "RFC 9293 3.3.2, 3.10.7.4; net/ipv4/tcp_input.c tcp_conn_request(), "
			  "net/ipv4/tcp_minisocks.c tcp_check_req()",
	},
	{
		.state = STATE_ESTABLISHED,
		.meaning =
			"The connection is open, data goes both ways. Each end comes here at its own time: "
			"who dialled when SYN/ACK arrives, who listened when the ACK of it does.",
		.enter = "SYN/ACK in SYN-SENT; ACK in SYN-RECEIVED.",
		.leave =
			"close(2) or shutdown wr to FIN-WAIT-1; a FIN to CLOSE-WAIT; RST, close(2) with "
			"unread data or SO_LINGER 1,0, or a timeout, to CLOSED.",
		.commands = "send sendto write recv recvfrom read shutdown getpeername",
		.note = "connect gives EISCONN, bind, listen and accept EINVAL.",
		.example = PAIR "expect c ESTABLISHED",
		.source = "RFC 9293 3.3.2; net/ipv4/tcp_input.c tcp_rcv_established(), "
			  "tcp_finish_connect()",
	},
	{
		.state = STATE_FIN_WAIT_1,
		.meaning =
			"This end has closed first: its FIN is sent or waits behind data, and is not "
			"acknowledged. The peer may still send.",
		.enter = "close(2) or shutdown wr in ESTABLISHED.",
		.leave =
			"ACK of the FIN to FIN-WAIT-2; FIN to CLOSING, or to TIME-WAIT when it brings that "
			"ACK; RST or too many retransmissions to CLOSED.",
		.commands = "recv recvfrom read shutdown getpeername",
		.note = "After shutdown wr the descriptor is there and can receive; send gives EPIPE and "
			"SIGPIPE. After close it is nobody's, and data that arrives is answered by RST.",
		.example = PAIR "hold; close c; expect c FIN-WAIT-1",
		.source = "RFC 9293 3.3.2, 3.6; net/ipv4/tcp.c tcp_shutdown(), __tcp_close()",
	},
	{
		.state = STATE_FIN_WAIT_2,
		.meaning =
			"The peer has acknowledged our FIN and has not sent its own: half closed. It can "
			"last as long as the peer likes, if the descriptor is kept.",
		.enter = "ACK of the FIN in FIN-WAIT-1.",
		.leave =
			"FIN to TIME-WAIT; RST to CLOSED; after close(2) by a timer: TCP_LINGER2 or "
			"net.ipv4.tcp_fin_timeout, 60 s, or 3.5 times the rto, whichever is more. Of more than "
			"60 s all but the last 60 run on the keepalive timer, whose name sock_diag tells.",
		.commands = "recv recvfrom read shutdown getpeername",
		.note = "recv waits for data or the end. send gives EPIPE and SIGPIPE. After shutdown rdwr "
			"data that arrives is answered by RST.",
		.example = PAIR "shutdown c wr; expect c FIN-WAIT-2",
		.source = "RFC 9293 3.3.2, 3.6; net/ipv4/tcp_input.c tcp_rcv_state_process(), "
			  "net/ipv4/tcp_minisocks.c tcp_time_wait()",
	},
	{
		.state = STATE_CLOSE_WAIT,
		.meaning =
			"The peer has closed, this end has not. It waits for the program, for ever: many "
			"of them are a program that forgets close(2).",
		.enter = "FIN in ESTABLISHED.",
		.leave =
			"close(2) or shutdown wr to LAST-ACK; RST, or close(2) with unread data, to CLOSED.",
		.commands = "send sendto write recv recvfrom read shutdown getpeername",
		.note = "recv gives what is left, then 0. send works; if the peer has called close(2), a RST "
			"comes back.",
		.example = PAIR "close c; expect a CLOSE-WAIT",
		.source = "RFC 9293 3.3.2, 3.6; net/ipv4/tcp_input.c tcp_fin()",
	},
	{
		.state = STATE_CLOSING,
		.meaning =
			"Both ends have closed at once: the peer's FIN is here, the ACK of ours is not.",
		.enter = "FIN in FIN-WAIT-1 without the ACK of our FIN.",
		.leave = "that ACK to TIME-WAIT; RST or too many retransmissions to CLOSED.",
		.commands = "recv recvfrom read shutdown getpeername",
		.note = "After shutdown wr, recv gives what is left, then 0; send gives EPIPE and SIGPIPE.",
		.example = PAIR "hold; close c; close a; step 2; expect c CLOSING",
		.source = "RFC 9293 3.3.2, 3.6 figure 13; net/ipv4/tcp_input.c tcp_fin()",
	},
	{
		.state = STATE_LAST_ACK,
		.meaning =
			"The peer closed first, now this end has too; only the ACK of its FIN is missing.",
		.enter = "close(2) or shutdown wr in CLOSE-WAIT.",
		.leave =
			"that ACK to CLOSED, without TIME-WAIT; RST or too many retransmissions to CLOSED.",
		.commands = "recv recvfrom read shutdown getpeername",
		.note = "After shutdown wr, recv gives what is left, then 0; send gives EPIPE and SIGPIPE.",
		.example = PAIR "close c; expect a CLOSE-WAIT; hold; close a; expect a LAST-ACK",
		.source = "RFC 9293 3.3.2, 3.6; net/ipv4/tcp_input.c tcp_rcv_state_process()",
	},
	{
		.state = STATE_TIME_WAIT,
		.meaning =
			"Closed on both sides; who closed first stays to acknowledge a repeated FIN and to "
			"let old segments die before the same two ports are used again. It is the kernel's "
			"alone: no descriptor, no queue.",
		.enter = "FIN in FIN-WAIT-2; ACK in CLOSING; both at once in FIN-WAIT-1.",
		.leave =
			"the time-wait timer, 60 s (TCP_TIMEWAIT_LEN), or a new SYN that is certainly newer, "
			"to CLOSED.",
		.commands = "recv recvfrom read",
		.note = "A descriptor kept by shutdown is a CLOSED socket by now: recv gives what is left, "
			"then 0. Another socket's bind to the port gives EADDRINUSE unless both have "
			"SO_REUSEADDR set.",
		.example = PAIR "close c; expect a CLOSE-WAIT; close a; expect c TIME-WAIT",
		.source = "RFC 9293 3.3.2, 3.6.1; net/ipv4/tcp_minisocks.c tcp_time_wait(), "
			  "tcp_timewait_state_process()",
	},
};
#define STATE_TOPIC_COUNT (sizeof(states) / sizeof(states[0]))
static_assert(STATE_TOPIC_COUNT == STATE_COUNT - 2, "all but STATE_NONE and STATE_NEW_SYN_RECV");

const struct state_topic *topic_state_at(size_t index)
{
	return index < STATE_TOPIC_COUNT ? &states[index] : NULL;
}
