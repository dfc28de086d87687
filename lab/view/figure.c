/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/figure.h"

#include <stddef.h>

const struct figure_edge figure_edges[FIGURE_EDGES] = {
	{ STATE_CLOSED, STATE_LISTEN, "listen()", NULL },
	{ STATE_LISTEN, STATE_CLOSED, "close()", NULL },
	{ STATE_CLOSED, STATE_SYN_SENT, "connect()", "snd SYN" },
	{ STATE_SYN_SENT, STATE_CLOSED, "close()", NULL },
	{ STATE_LISTEN, STATE_SYN_RECEIVED, "rcv SYN", "snd SYN,ACK" },
	{ STATE_SYN_RECEIVED, STATE_LISTEN, "rcv RST", NULL },
	{ STATE_LISTEN, STATE_SYN_SENT, "send()", "snd SYN" },
	{ STATE_SYN_SENT, STATE_SYN_RECEIVED, "rcv SYN", "snd SYN,ACK" },
	{ STATE_SYN_RECEIVED, STATE_ESTABLISHED, "rcv ACK of SYN", NULL },
	{ STATE_SYN_SENT, STATE_ESTABLISHED, "rcv SYN,ACK", "snd ACK" },
	{ STATE_SYN_RECEIVED, STATE_FIN_WAIT_1, "close()", "snd FIN" },
	{ STATE_ESTABLISHED, STATE_FIN_WAIT_1, "close()", "snd FIN" },
	{ STATE_ESTABLISHED, STATE_CLOSE_WAIT, "rcv FIN", "snd ACK" },
	{ STATE_FIN_WAIT_1, STATE_FIN_WAIT_2, "rcv ACK of FIN", NULL },
	{ STATE_FIN_WAIT_1, STATE_CLOSING, "rcv FIN", "snd ACK" },
	{ STATE_CLOSE_WAIT, STATE_LAST_ACK, "close()", "snd FIN" },
	{ STATE_FIN_WAIT_2, STATE_TIME_WAIT, "rcv FIN", "snd ACK" },
	{ STATE_CLOSING, STATE_TIME_WAIT, "rcv ACK of FIN", NULL },
	{ STATE_TIME_WAIT, STATE_CLOSED, "after 2 MSL", NULL },
	{ STATE_LAST_ACK, STATE_CLOSED, "rcv ACK of FIN", NULL },
};

const struct figure_edge *figure_find(enum tcp_state from, enum tcp_state to)
{
	for (size_t i = 0; i < FIGURE_EDGES; i++) {
		if (figure_edges[i].from == from && figure_edges[i].to == to)
			return &figure_edges[i];
	}
	return NULL;
}
