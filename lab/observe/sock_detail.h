/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything sock_diag tells of one socket, part by part and as the kernel wrote it: the message itself and the
 * attributes behind it. A part is as long as this kernel has made it, 0 when it told nothing: an older kernel's
 * struct tcp_info is shorter than ours, a newer one's longer, and a request or time-wait mini-socket has
 * none. What the bytes mean, sock_field.h says. Plain value; any thread. */
#ifndef LAB_OBSERVE_SOCK_DETAIL_H
#define LAB_OBSERVE_SOCK_DETAIL_H

#include <stdint.h>

#include "base/tcp_state.h"

struct nlmsghdr;

#define SOCK_DETAIL_BYTES                                                                          \
	512 /* of a part; what is behind is not ours to know. struct tcp_info has 280 in 6.18 */

enum detail_part {
	DETAIL_MESSAGE, /* struct inet_diag_msg */
	DETAIL_INFO, /* struct tcp_info */
	DETAIL_MEMORY, /* uint32_t[SK_MEMINFO_VARS] */
	DETAIL_CONGESTION, /* the name of the algorithm, with its terminator */
	DETAIL_VEGAS, /* struct tcpvegas_info */
	DETAIL_DCTCP, /* struct tcp_dctcp_info */
	DETAIL_BBR, /* struct tcp_bbr_info */
	DETAIL_SHUTDOWN, /* uint8_t: 1 receives no more, 2 sends no more */
	DETAIL_TOS, /* uint8_t */
	DETAIL_TCLASS, /* uint8_t */
	DETAIL_MARK, /* uint32_t; told to CAP_NET_ADMIN only */
	DETAIL_V6ONLY, /* uint8_t */
	DETAIL_CGROUP, /* uint64_t */
	DETAIL_SOCKOPT, /* struct inet_diag_sockopt */
	DETAIL_PART_COUNT,
};

/* What to ask for beside the message, as in inet_diag_req_v2.idiag_ext. */
#define SOCK_DETAIL_SENDING (1u << 1) /* INET_DIAG_INFO */
#define SOCK_DETAIL_ALL 0xffu

struct sock_detail {
	struct {
		uint32_t len; /* bytes */
		_Alignas(8) uint8_t bytes[SOCK_DETAIL_BYTES];
	} parts[DETAIL_PART_COUNT];
};

/* Take the parts out of a reply that holds at least a struct inet_diag_msg. An attribute whose length is not
 * possible ends the reading: what came before it counts. */
void sock_detail_read(const struct nlmsghdr *reply, struct sock_detail *ret_detail);
/* The same from getsockopt(TCP_INFO), for a socket that sock_diag does not know: only DETAIL_INFO. */
void sock_detail_from_info(const void *info, uint32_t len, struct sock_detail *ret_detail);
/* From the message, else from struct tcp_info; STATE_NONE when there is neither. */
enum tcp_state sock_detail_state(const struct sock_detail *detail);

#endif
