/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP states under their RFC 9293 names; the values are the kernel's (include/net/tcp_states.h). */
#ifndef LAB_BASE_TCP_STATE_H
#define LAB_BASE_TCP_STATE_H

enum tcp_state {
	STATE_NONE, /* not known to be a connection in any state */
	STATE_ESTABLISHED,
	STATE_SYN_SENT,
	STATE_SYN_RECEIVED,
	STATE_FIN_WAIT_1,
	STATE_FIN_WAIT_2,
	STATE_TIME_WAIT,
	STATE_CLOSED,
	STATE_CLOSE_WAIT,
	STATE_LAST_ACK,
	STATE_LISTEN,
	STATE_CLOSING,
	STATE_NEW_SYN_RECV, /* kernel-internal; sock_diag reports it as SYN-RECEIVED */
	STATE_COUNT,
};

/* The RFC 9293 spelling. */
const char *tcp_state_name(enum tcp_state state);
/* Any spelling people use: RFC 9293 ("FIN-WAIT-1"), ss ("fin-wait-1", "estab", "syn-recv"), kernel
 * ("TCP_FIN_WAIT1", "FIN_WAIT2"). STATE_NONE when it is none. */
enum tcp_state tcp_state_parse(const char *name);

#endif
