/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields that are not in struct tcp_info: of the message itself, of memory, and what a congestion control tells
 * about itself. */
#include <linux/inet_diag.h>
#include <stddef.h>

#include "observe/sock_field.h"

#define IN(where, at, bytes) .part = (where), .offset = (at), .width = (bytes)
#define MESSAGE(at, bytes) IN(DETAIL_MESSAGE, at, bytes)
#define AT(member)                                                                                 \
	MESSAGE(offsetof(struct inet_diag_msg, idiag_##member),                                    \
		sizeof(((struct inet_diag_msg *)NULL)->idiag_##member))

static const char *const timer_names[] = { "none", "retransmission", "keepalive", "time-wait",
	"probe", NULL };
static const char *const way_names[] = { "receive", "send", NULL };
static const char *const yes_names[] = { "no", "yes", NULL };
static const char *const flag_names[] = { "recverr", "is_icsk", "freebind", "hdrincl", "mc_loop",
	"transparent", "mc_all", "nodefrag", "bind_address_no_port", "recverr_rfc4884",
	"defer_connect", NULL };

const struct sock_field sock_field_rest[] = {
	{
		.name = "cookie",
		.group = FIELDS_SOCKET,
		.kind = FIELD_HEX,
		MESSAGE(offsetof(struct inet_diag_msg, id.idiag_cookie), 8),
		.sentence = "the kernel's own number of this socket",
		.more = "SO_COOKIE: it never changes, from SYN-RECEIVED to TIME-WAIT, and no other "
			"socket since the start of the machine has had it.",
		.source = "inet_diag_msg.id.idiag_cookie; sock_diag(7), socket(7)",
	},
	{
		.name = "inode",
		.group = FIELDS_SOCKET,
		.kind = FIELD_COUNT,
		AT(inode),
		.unit = "",
		.none = "none",
		.none_value = 0,
		.sentence = "its inode: the descriptor in /proc/PID/fd",
		.more = "0 when nobody has a descriptor: it was not accepted yet, or was closed. ls "
			"-l /proc/PID/fd shows socket:[INODE].",
		.source = "inet_diag_msg.idiag_inode; proc(5)",
	},
	{
		.name = "uid",
		.others = "user",
		.group = FIELDS_SOCKET,
		.of = FIELD_OF_WHOLE,
		.kind = FIELD_COUNT,
		AT(uid),
		.unit = "",
		.sentence = "number of the user who made it",
		.more = "As outside the lab: its user namespace, where it has one, keeps the "
			"numbers.",
		.source = "inet_diag_msg.idiag_uid",
	},
	{
		.name = "interface",
		.group = FIELDS_SOCKET,
		.kind = FIELD_COUNT,
		MESSAGE(offsetof(struct inet_diag_msg, id.idiag_if), 4),
		.unit = "",
		.none = "any",
		.none_value = 0,
		.sentence = "index of the device it is bound to",
		.more = "SO_BINDTODEVICE, or the scope of a link-local address.",
		.source = "inet_diag_msg.id.idiag_if; socket(7)",
	},
	{
		.name = "closed_ways",
		.others = "shutdown_flags|sk_shutdown",
		.group = FIELDS_SOCKET,
		.kind = FIELD_FLAGS,
		IN(DETAIL_SHUTDOWN, 0, 1),
		.names = way_names,
		.sentence = "directions that are shut down",
		.more = "receive: shutdown(SHUT_RD), or the peer's FIN has come. send: "
			"shutdown(SHUT_WR), or close(): our FIN is sent, or waits behind data.",
		.source = "INET_DIAG_SHUTDOWN (sk_shutdown); shutdown(2)",
	},
	{
		.name = "fwmark",
		.others = "so_mark|mark",
		.group = FIELDS_SOCKET,
		.kind = FIELD_HEX,
		IN(DETAIL_MARK, 0, 4),
		.sentence = "SO_MARK: for rules of routing and filters",
		.more = "The kernel tells it only to who has CAP_NET_ADMIN there; whoever starts a "
			"lab has it in that.",
		.source = "INET_DIAG_MARK; socket(7)",
	},
	{
		.name = "tos",
		.group = FIELDS_SOCKET,
		.kind = FIELD_HEX,
		IN(DETAIL_TOS, 0, 1),
		.sentence = "type of service in its IPv4 headers",
		.more = "IP_TOS: six bits of DSCP, two of ECN.",
		.source = "INET_DIAG_TOS; ip(7), RFC 2474",
	},
	{
		.name = "tclass",
		.group = FIELDS_SOCKET,
		.kind = FIELD_HEX,
		IN(DETAIL_TCLASS, 0, 1),
		.sentence = "traffic class in its IPv6 headers",
		.more = "IPV6_TCLASS: as tos.",
		.source = "INET_DIAG_TCLASS; ipv6(7)",
	},
	{
		.name = "v6only",
		.group = FIELDS_SOCKET,
		.kind = FIELD_NAMED,
		IN(DETAIL_V6ONLY, 0, 1),
		.names = yes_names,
		.sentence = "IPv6 only, or IPv4 too?",
		.more = "IPV6_V6ONLY. no: a listener on :: takes IPv4 connections, too.",
		.source = "INET_DIAG_SKV6ONLY; ipv6(7)",
	},
	{
		.name = "cgroup",
		.group = FIELDS_SOCKET,
		.kind = FIELD_HEX,
		IN(DETAIL_CGROUP, 0, 8),
		.sentence = "cgroup of the process that made it",
		.more = "Its number is the inode of the folder in /sys/fs/cgroup.",
		.source = "INET_DIAG_CGROUP_ID; cgroups(7)",
	},
	{
		.name = "flags",
		.others = "sockopt",
		.group = FIELDS_SOCKET,
		.kind = FIELD_FLAGS,
		IN(DETAIL_SOCKOPT, 0, 2),
		.names = flag_names,
		.sentence = "options of its IP side that are on",
		.more = "As the kernel calls them: mc_loop is IP_MULTICAST_LOOP, mc_all "
			"IP_MULTICAST_ALL, freebind IP_FREEBIND, is_icsk: a socket that knows "
			"connections.",
		.source = "INET_DIAG_SOCKOPT; ip(7)",
	},
	{
		.name = "recvq",
		.others = "recv-q|idiag_rqueue",
		.group = FIELDS_QUEUES,
		.of = FIELD_OF_OTHERS,
		.kind = FIELD_BYTES,
		AT(rqueue),
		.sentence = "received, and not read by the program",
		.more = "The RECV-Q of ss. A FIN counts as one byte, which SIOCINQ does not "
			"count. Of UDP it is the memory that the datagrams take, bookkeeping and "
			"all.",
		.source = "inet_diag_msg.idiag_rqueue; tcp(7)",
	},
	{
		.name = "sendq",
		.others = "send-q|idiag_wqueue",
		.group = FIELDS_QUEUES,
		.of = FIELD_OF_OTHERS,
		.kind = FIELD_BYTES,
		AT(wqueue),
		.sentence = "written by the program, not acknowledged",
		.more = "The SEND-Q of ss: sent or not. SYN and FIN count as one byte. SIOCOUTQ "
			"tells 0 until the handshake is complete, and the same after it. While "
			"TCP_FASTOPEN_CONNECT puts the SYN off, this is no number of bytes: where "
			"they begin is chosen, and what is acknowledged not yet set.",
		.source = "inet_diag_msg.idiag_wqueue; tcp(7)",
	},
	{
		.name = "accept_queue",
		.group = FIELDS_QUEUES,
		.of = FIELD_OF_LISTENER,
		.kind = FIELD_COUNT,
		AT(rqueue),
		.unit = "",
		.sentence = "connections that wait for accept()",
		.more = "The kernel has completed their handshakes. When there are more than backlog, "
			"the ACK of the next is dropped. In expect it is recvq.",
		.source = "inet_diag_msg.idiag_rqueue (sk_ack_backlog); listen(2)",
	},
	{
		.name = "backlog",
		.group = FIELDS_QUEUES,
		.of = FIELD_OF_LISTENER,
		.kind = FIELD_COUNT,
		AT(wqueue),
		.unit = "",
		.sentence = "how many may wait for accept()",
		.more = "The second argument of listen(), and no more than net.core.somaxconn; one "
			"more than that fits.",
		.source = "inet_diag_msg.idiag_wqueue (sk_max_ack_backlog); listen(2)",
	},
	{
		.name = "timer",
		.group = FIELDS_QUEUES,
		.kind = FIELD_NAMED,
		AT(timer),
		.names = timer_names,
		.sentence = "which of its timers fires next",
		.more = "sock_diag shows one, and the delayed ACK never. retransmission is also "
			"that of a loss probe and of RACK; keepalive also ends FIN-WAIT-2. See "
			"`help timers`.",
		.source =
			"inet_diag_msg.idiag_timer; sock_diag(7); net/ipv4/inet_diag.c inet_sk_diag_fill()",
	},
	{
		.name = "timer_left",
		.group = FIELDS_QUEUES,
		.of = FIELD_OF_TIMED,
		.kind = FIELD_MS,
		AT(expires),
		.runs = true,
		.sentence = "until it fires",
		.more = "Some timers fire up to an eighth late, as the wheel they are on has coarse "
			"spokes.",
		.source = "inet_diag_msg.idiag_expires; kernel/time/timer.c",
	},
	{
		.name = "timer_tries",
		.group = FIELDS_QUEUES,
		.of = FIELD_OF_TIMED,
		.kind = FIELD_COUNT,
		AT(retrans),
		.unit = "times",
		.sentence = "times it has fired in vain",
		.more = "Retransmissions or probes, whichever the timer is for; of a SYN/ACK how "
			"often that was sent again. In expect it is retransmits.",
		.source = "inet_diag_msg.idiag_retrans; sock_diag(7)",
	},
	{
		.name = "congestion",
		.others = "cong|cc",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_TEXT,
		IN(DETAIL_CONGESTION, 0, 1),
		.sentence = "the algorithm that sets cwnd",
		.more = "TCP_CONGESTION; `sysctl net.ipv4.tcp_congestion_control` is what new sockets "
			"get, tcp_available_congestion_control what there is.",
		.source = "INET_DIAG_CONG; tcp(7), RFC 9438",
	},
	{
		.name = "vegas_enabled",
		.others = "tcpv_enabled",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_NAMED,
		IN(DETAIL_VEGAS, 0, 4),
		.names = yes_names,
		.sentence = "is vegas at work?",
		.more = "Private to vegas (and what is made like it): it sees a queue on the path by "
			"round trips that get longer.",
		.source = "INET_DIAG_VEGASINFO; net/ipv4/tcp_vegas.c",
	},
	{
		.name = "vegas_rttcnt",
		.others = "tcpv_rttcnt",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_COUNT,
		IN(DETAIL_VEGAS, 4, 4),
		.unit = "",
		.sentence = "round trips measured in this one",
		.more = "Private to vegas (and what is made like it): it sees a queue on the path by "
			"round trips that get longer.",
		.source = "INET_DIAG_VEGASINFO; net/ipv4/tcp_vegas.c",
	},
	{
		.name = "vegas_rtt",
		.others = "tcpv_rtt",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_US,
		IN(DETAIL_VEGAS, 8, 4),
		.sentence = "round-trip time, as vegas has it",
		.more = "Private to vegas (and what is made like it): it sees a queue on the path by "
			"round trips that get longer.",
		.source = "INET_DIAG_VEGASINFO; net/ipv4/tcp_vegas.c",
	},
	{
		.name = "vegas_minrtt",
		.others = "tcpv_minrtt",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_US,
		IN(DETAIL_VEGAS, 12, 4),
		.sentence = "shortest round trip, as vegas has it",
		.more = "Private to vegas (and what is made like it): it sees a queue on the path by "
			"round trips that get longer.",
		.source = "INET_DIAG_VEGASINFO; net/ipv4/tcp_vegas.c",
	},
	{
		.name = "dctcp_enabled",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_NAMED,
		IN(DETAIL_DCTCP, 0, 2),
		.names = yes_names,
		.sentence = "is dctcp at work?",
		.more = "Private to dctcp, which makes cwnd smaller in proportion to the ECN "
			"marks.",
		.source = "INET_DIAG_DCTCPINFO; RFC 8257; net/ipv4/tcp_dctcp.c",
	},
	{
		.name = "dctcp_ce_state",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_COUNT,
		IN(DETAIL_DCTCP, 2, 2),
		.unit = "",
		.sentence = "was the last packet marked?",
		.more = "Private to dctcp, which makes cwnd smaller in proportion to the ECN "
			"marks.",
		.source = "INET_DIAG_DCTCPINFO; RFC 8257; net/ipv4/tcp_dctcp.c",
	},
	{
		.name = "dctcp_alpha",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_COUNT,
		IN(DETAIL_DCTCP, 4, 4),
		.unit = "",
		.sentence = "how many were marked lately, of 1024",
		.more = "Private to dctcp, which makes cwnd smaller in proportion to the ECN "
			"marks.",
		.source = "INET_DIAG_DCTCPINFO; RFC 8257; net/ipv4/tcp_dctcp.c",
	},
	{
		.name = "dctcp_ab_ecn",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_BYTES,
		IN(DETAIL_DCTCP, 8, 4),
		.sentence = "acknowledged with a mark, this round trip",
		.more = "Private to dctcp, which makes cwnd smaller in proportion to the ECN "
			"marks.",
		.source = "INET_DIAG_DCTCPINFO; RFC 8257; net/ipv4/tcp_dctcp.c",
	},
	{
		.name = "dctcp_ab_tot",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_BYTES,
		IN(DETAIL_DCTCP, 12, 4),
		.sentence = "acknowledged in all, this round trip",
		.more = "Private to dctcp, which makes cwnd smaller in proportion to the ECN "
			"marks.",
		.source = "INET_DIAG_DCTCPINFO; RFC 8257; net/ipv4/tcp_dctcp.c",
	},
	{
		.name = "bbr_bw",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_RATE,
		IN(DETAIL_BBR, 0, 8),
		.sentence = "what the path takes, as bbr has it",
		.more = "Private to bbr, which goes by the measured rate and the shortest round trip "
			"rather than by losses.",
		.source = "INET_DIAG_BBRINFO; net/ipv4/tcp_bbr.c",
	},
	{
		.name = "bbr_min_rtt",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_US,
		IN(DETAIL_BBR, 8, 4),
		.none = "not measured",
		.none_value = UINT32_MAX,
		.sentence = "shortest round trip, as bbr has it",
		.more = "Private to bbr, which goes by the measured rate and the shortest round trip "
			"rather than by losses.",
		.source = "INET_DIAG_BBRINFO; net/ipv4/tcp_bbr.c",
	},
	{
		.name = "bbr_pacing_gain",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_GAIN,
		IN(DETAIL_BBR, 12, 4),
		.sentence = "it sends so many times as fast as bbr_bw",
		.more = "Private to bbr, which goes by the measured rate and the shortest round trip "
			"rather than by losses.",
		.source = "INET_DIAG_BBRINFO; net/ipv4/tcp_bbr.c",
	},
	{
		.name = "bbr_cwnd_gain",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_GAIN,
		IN(DETAIL_BBR, 16, 4),
		.sentence = "cwnd is so many times what the path holds",
		.more = "Private to bbr, which goes by the measured rate and the shortest round trip "
			"rather than by losses.",
		.source = "INET_DIAG_BBRINFO; net/ipv4/tcp_bbr.c",
	},
	{
		.name = "rmem_alloc",
		.group = FIELDS_MEMORY,
		.kind = FIELD_BYTES,
		IN(DETAIL_MEMORY, 0, 4),
		.sentence = "memory that received data takes",
		.more = "Headers and bookkeeping counted, so more than recvq. In ss -m it is r.",
		.source = "INET_DIAG_SKMEMINFO, include/uapi/linux/sock_diag.h; ss(8)",
	},
	{
		.name = "rcvbuf",
		.group = FIELDS_MEMORY,
		.kind = FIELD_BYTES,
		IN(DETAIL_MEMORY, 4, 4),
		.sentence = "memory that it may take",
		.more = "SO_RCVBUF, or what the kernel has made of it on its own (tcp_rmem). The "
			"window is about half of it. In ss -m it is rb.",
		.source = "INET_DIAG_SKMEMINFO, include/uapi/linux/sock_diag.h; ss(8)",
	},
	{
		.name = "wmem_alloc",
		.group = FIELDS_MEMORY,
		.kind = FIELD_BYTES,
		IN(DETAIL_MEMORY, 8, 4),
		.sentence = "memory of what is with the device",
		.more = "What was handed to the network and not freed by it yet. In ss -m it is t.",
		.source = "INET_DIAG_SKMEMINFO, include/uapi/linux/sock_diag.h; ss(8)",
	},
	{
		.name = "sndbuf",
		.group = FIELDS_MEMORY,
		.kind = FIELD_BYTES,
		IN(DETAIL_MEMORY, 12, 4),
		.sentence = "memory that the send queue may take",
		.more = "SO_SNDBUF, or what the kernel has made of it on its own (tcp_wmem). When it "
			"is full, send() blocks. In ss -m it is tb.",
		.source = "INET_DIAG_SKMEMINFO, include/uapi/linux/sock_diag.h; ss(8)",
	},
	{
		.name = "fwd_alloc",
		.group = FIELDS_MEMORY,
		.kind = FIELD_BYTES,
		IN(DETAIL_MEMORY, 16, 4),
		.sentence = "memory set aside and not used yet",
		.more = "Taken in pages ahead of need, from what net.ipv4.tcp_mem allows all "
			"together. In ss -m it is f.",
		.source = "INET_DIAG_SKMEMINFO, include/uapi/linux/sock_diag.h; ss(8)",
	},
	{
		.name = "wmem_queued",
		.group = FIELDS_MEMORY,
		.kind = FIELD_BYTES,
		IN(DETAIL_MEMORY, 20, 4),
		.sentence = "memory that the send queue takes",
		.more = "Headers and bookkeeping counted, so more than sendq. In ss -m it is w.",
		.source = "INET_DIAG_SKMEMINFO, include/uapi/linux/sock_diag.h; ss(8)",
	},
	{
		.name = "optmem",
		.group = FIELDS_MEMORY,
		.kind = FIELD_BYTES,
		IN(DETAIL_MEMORY, 24, 4),
		.sentence = "memory of options and filters",
		.more = "Bounded by net.core.optmem_max. In ss -m it is o.",
		.source = "INET_DIAG_SKMEMINFO, include/uapi/linux/sock_diag.h; ss(8)",
	},
	{
		.name = "backlog_memory",
		.group = FIELDS_MEMORY,
		.kind = FIELD_BYTES,
		IN(DETAIL_MEMORY, 28, 4),
		.sentence = "came while a call had the socket locked",
		.more = "Segments that wait until the call lets go; they are processed then. Not the "
			"backlog of listen(). In ss -m it is bl.",
		.source = "INET_DIAG_SKMEMINFO, include/uapi/linux/sock_diag.h; ss(8)",
	},
	{
		.name = "drops",
		.group = FIELDS_MEMORY,
		.kind = FIELD_COUNT,
		IN(DETAIL_MEMORY, 32, 4),
		.unit = "packets",
		.sentence = "packets it has dropped",
		.more = "For lack of memory, or because they were of no use to it; the counters of "
			"the host say which. In ss -m it is d.",
		.source = "INET_DIAG_SKMEMINFO, include/uapi/linux/sock_diag.h; ss(8)",
	},
	{ .name = NULL },
};
