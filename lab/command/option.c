/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/option.h"

#include <linux/tcp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "language/statement.h"

/* Newer than the headers of the systems this is built on. Source: include/uapi/linux/tcp.h of Linux 6.18.
 * An older kernel says ENOPROTOOPT. */
#ifndef TCP_RTO_MAX_MS
#define TCP_RTO_MAX_MS 44
#define TCP_RTO_MIN_US 45
#define TCP_DELACK_MAX_US 46
#endif

static const struct sockopt_name socket_types[] = { { "SOCK_STREAM", SOCK_STREAM },
	{ "SOCK_DGRAM", SOCK_DGRAM }, { NULL, 0 } };
static const struct sockopt_name protocols[] = { { "IPPROTO_TCP", IPPROTO_TCP },
	{ "IPPROTO_UDP", IPPROTO_UDP }, { NULL, 0 } };
static const struct sockopt_name families[] = { { "AF_INET", AF_INET }, { "AF_INET6", AF_INET6 },
	{ NULL, 0 } };
/* The same numbers for IPv6. */
static const struct sockopt_name path_mtu[] = { { "IP_PMTUDISC_DONT", IP_PMTUDISC_DONT },
	{ "IP_PMTUDISC_WANT", IP_PMTUDISC_WANT }, { "IP_PMTUDISC_DO", IP_PMTUDISC_DO },
	{ "IP_PMTUDISC_PROBE", IP_PMTUDISC_PROBE },
	{ "IP_PMTUDISC_INTERFACE", IP_PMTUDISC_INTERFACE },
	{ "IP_PMTUDISC_OMIT", IP_PMTUDISC_OMIT }, { NULL, 0 } };

#define RO SOCKOPT_READ
#define WO SOCKOPT_WRITE
#define RW (SOCKOPT_READ | SOCKOPT_WRITE)
/* Each pastes by itself: a name handed on to another macro would be its number there. */
#define SOCKET(name, type, access, example, summary)                                               \
	{                                                                                          \
#name, SOL_SOCKET, name, SOCKOPT_##type, access, NULL, example, summary,           \
			"socket(7)"                                                                \
	}
#define NAMED(level, name, access, names, example, source, summary)                                \
	{                                                                                          \
#name, level, name, SOCKOPT_NAMED, access, names, example, summary, source         \
	}
#define TCP(name, type, access, example, source, summary)                                          \
	{                                                                                          \
#name, IPPROTO_TCP, name, SOCKOPT_##type, access, NULL, example, summary, source   \
	}
#define UDP(name, type, access, example, summary)                                                  \
	{                                                                                          \
#name, IPPROTO_UDP, name, SOCKOPT_##type, access, NULL, example, summary, "udp(7)" \
	}
#define IP(name, type, access, example, summary)                                                   \
	{                                                                                          \
#name, IPPROTO_IP, name, SOCKOPT_##type, access, NULL, example, summary, "ip(7)"   \
	}
#define IP6(name, type, access, example, source, summary)                                          \
	{                                                                                          \
#name, IPPROTO_IPV6, name, SOCKOPT_##type, access, NULL, example, summary, source  \
	}

static const struct sockopt options[] = {
	/* What a socket is, and how it fares. */
	NAMED(SOL_SOCKET, SO_TYPE, RO, socket_types, "SOCK_STREAM", "socket(7)",
		"what socket(2) was asked for: a stream or datagrams"),
	NAMED(SOL_SOCKET, SO_PROTOCOL, RO, protocols, "IPPROTO_TCP", "socket(7)",
		"which protocol the socket speaks"),
	NAMED(SOL_SOCKET, SO_DOMAIN, RO, families, "AF_INET", "socket(7)",
		"which family of addresses the socket uses"),
	SOCKET(SO_ACCEPTCONN, FLAG, RO, "off",
		"whether listen(2) was called on the socket and still holds"),
	SOCKET(SO_COOKIE, LONG, RO, "42",
		"the number by which this kernel knows the socket, never used twice"),
	SOCKET(SO_ERROR, ERRNO, RO, "ECONNREFUSED",
		"the error that waits to be reported, or 0; reading it takes it away"),
	SOCKET(SO_MEMINFO, MEMINFO, RO, "rcv 0 of 131072, snd 0 of 16384, backlog 0, drops 0",
		"how much memory the socket's queues hold and may hold"),
	SOCKET(SO_INCOMING_CPU, INT, RW, "0",
		"the processor on which the last packet came in; of a listener's group, the one to prefer"),
	SOCKET(SO_INCOMING_NAPI_ID, INT, RO, "0",
		"the device queue that the last packet came from"),

	/* Addresses. */
	SOCKET(SO_REUSEADDR, FLAG, RW, "on",
		"bind(2) to an address that only connections in TIME-WAIT or others with this flag still use"),
	SOCKET(SO_REUSEPORT, FLAG, RW, "on",
		"share one address and port among sockets of one user that all set this before bind(2)"),
	SOCKET(SO_BINDTODEVICE, STRING, RW, "wire0",
		"take and send packets by this interface only"),
	SOCKET(SO_BINDTOIFINDEX, INT, RW, "0", "the same by the interface's number; 0 is any"),
	SOCKET(SO_DONTROUTE, FLAG, RW, "on", "send only to hosts that are directly connected"),
	SOCKET(SO_BROADCAST, FLAG, RW, "on",
		"allow datagrams to a broadcast address, which give EACCES otherwise"),

	/* Queues. */
	SOCKET(SO_RCVBUF, BYTES, RW, "64k",
		"how much memory received data may take; the kernel doubles what is set, for its own needs"),
	SOCKET(SO_SNDBUF, BYTES, RW, "64k",
		"how much memory data to send may take before send(2) blocks; the kernel doubles what is set"),
	SOCKET(SO_RCVBUFFORCE, BYTES, WO, "64k",
		"SO_RCVBUF without the limit net.core.rmem_max, for those who have CAP_NET_ADMIN"),
	SOCKET(SO_SNDBUFFORCE, BYTES, WO, "64k",
		"SO_SNDBUF without the limit net.core.wmem_max, for those who have CAP_NET_ADMIN"),
	SOCKET(SO_RCVLOWAT, BYTES, RW, "1",
		"how many bytes must be there before recv(2) and poll(2) call a socket readable"),
	SOCKET(SO_SNDLOWAT, BYTES, RO, "1", "always 1 here; other systems let it be set"),
	SOCKET(SO_RESERVE_MEM, BYTES, RW, "0",
		"memory set aside for this socket, so that pressure elsewhere does not reach it"),
	SOCKET(SO_MAX_PACING_RATE, LONG, RW, "1000000",
		"how many bytes a second TCP sends at most; all ones is no limit"),

	/* Time and life. */
	SOCKET(SO_RCVTIMEO, TIMEVAL, RW, "2s",
		"how long recv(2) and accept(2) block before they give EAGAIN; 0 is for ever"),
	SOCKET(SO_SNDTIMEO, TIMEVAL, RW, "2s",
		"how long send(2) blocks before EAGAIN, and connect(2) before EINPROGRESS; 0 is for ever"),
	SOCKET(SO_KEEPALIVE, FLAG, RW, "on",
		"probe an idle connection, see TCP_KEEPIDLE, so that a dead peer is noticed"),
	SOCKET(SO_LINGER, LINGER, RW, "1,0",
		"what close(2) does with data not yet acknowledged: wait for it so long, or with 1,0 throw it away and send RST"),

	/* Odds and ends. */
	SOCKET(SO_OOBINLINE, FLAG, RW, "on",
		"leave urgent bytes in the stream instead of aside for MSG_OOB"),
	SOCKET(SO_PRIORITY, INT, RW, "0", "the priority of its packets in queues of this host"),
	SOCKET(SO_MARK, INT, RW, "1",
		"a number on its packets for routing and filter rules; setting it needs CAP_NET_ADMIN"),
	SOCKET(SO_DEBUG, FLAG, RW, "on",
		"record debugging information; needs CAP_NET_ADMIN and does little today"),
	SOCKET(SO_TIMESTAMP, FLAG, RW, "on", "have recvmsg(2) tell when a datagram arrived"),
	SOCKET(SO_NO_CHECK, FLAG, RW, "on", "send UDP over IPv4 without a checksum"),
	SOCKET(SO_RXQ_OVFL, FLAG, RW, "on",
		"have recvmsg(2) tell how many datagrams were dropped for want of room"),
	SOCKET(SO_PEEK_OFF, INT, RW, "-1",
		"where MSG_PEEK begins to look; -1 is at the front, always"),
	SOCKET(SO_ZEROCOPY, FLAG, RW, "on",
		"allow MSG_ZEROCOPY, with which send(2) does not copy the data"),
	SOCKET(SO_BUSY_POLL, INT, RW, "0",
		"for how many microseconds to watch the device before sleeping"),
	SOCKET(SO_TXREHASH, INT, RW, "1",
		"choose another path through the network after a retransmission timeout"),

	/* TCP: when it sends. */
	TCP(TCP_NODELAY, FLAG, RW, "on", "tcp(7); RFC 9293 3.7.4",
		"send small segments at once, without Nagle's waiting for acknowledgements"),
	TCP(TCP_CORK, FLAG, RW, "on", "tcp(7)",
		"send nothing but full segments until it is taken off, or 200 ms are over"),
	TCP(TCP_QUICKACK, FLAG, RW, "on", "tcp(7); RFC 9293 3.8.6.3",
		"acknowledge at once for now; the kernel takes it back when it sees fit"),
	TCP(TCP_MAXSEG, BYTES, RW, "1000", "tcp(7); RFC 9293 3.7.1",
		"the largest segment to send and, set before the handshake, to ask of the peer"),
	TCP(TCP_WINDOW_CLAMP, BYTES, RW, "64k", "tcp(7)", "the largest window to advertise"),
	TCP(TCP_NOTSENT_LOWAT, BYTES, RW, "16k", "tcp(7)",
		"how much unsent data there may be before poll(2) calls the socket not writable"),
	TCP(TCP_CONGESTION, STRING, RW, "cubic", "tcp(7); RFC 5681",
		"which congestion control algorithm decides how much may be on its way"),
	TCP(TCP_THIN_LINEAR_TIMEOUTS, FLAG, RW, "on", "Documentation/networking/tcp-thin.rst",
		"with little on its way, repeat at an even pace instead of ever more slowly"),
	TCP(TCP_TX_DELAY, MICROSECONDS, RW, "0", "include/uapi/linux/tcp.h",
		"delay what is sent by so much, to act as a longer wire"),

	/* TCP: how long it tries. */
	TCP(TCP_KEEPIDLE, SECONDS, RW, "60s", "tcp(7); RFC 9293 3.8.4",
		"how long a connection is idle before the first keep-alive probe"),
	TCP(TCP_KEEPINTVL, SECONDS, RW, "10s", "tcp(7); RFC 9293 3.8.4",
		"how long from one keep-alive probe to the next"),
	TCP(TCP_KEEPCNT, INT, RW, "5", "tcp(7); RFC 9293 3.8.4",
		"how many keep-alive probes go unanswered before the connection is given up"),
	TCP(TCP_USER_TIMEOUT, MILLISECONDS, RW, "1500ms", "tcp(7); RFC 5482, RFC 9293 3.8.3",
		"how long data may stay unacknowledged before the connection is given up; 0 is the system's way"),
	TCP(TCP_SYNCNT, INT, RW, "2", "tcp(7)",
		"how many times SYN is repeated before connect(2) gives up; 0 is the system's way"),
	TCP(TCP_LINGER2, SECONDS, RW, "5s", "tcp(7)",
		"how long FIN-WAIT-2 may last after close(2); -1 is no time at all"),
	TCP(TCP_DEFER_ACCEPT, SECONDS, RW, "3s", "tcp(7)",
		"let accept(2) wait for data, at most so long; the kernel rounds to a number of retransmissions"),
	TCP(TCP_RTO_MAX_MS, MILLISECONDS, RW, "60s", "include/uapi/linux/tcp.h of Linux 6.18",
		"the longest a retransmission timeout grows to"),
	TCP(TCP_RTO_MIN_US, MICROSECONDS, RW, "100ms", "include/uapi/linux/tcp.h of Linux 6.18",
		"the shortest a retransmission timeout can be"),
	TCP(TCP_DELACK_MAX_US, MICROSECONDS, RW, "40ms", "include/uapi/linux/tcp.h of Linux 6.18",
		"the longest an acknowledgement is delayed"),

	/* TCP: opening, and what there is to know. */
	TCP(TCP_FASTOPEN, INT, RW, "5", "tcp(7); RFC 7413",
		"on a listener: take data in SYN, from at most so many not yet complete connections"),
	TCP(TCP_FASTOPEN_CONNECT, FLAG, RW, "on", "tcp(7); RFC 7413",
		"connect(2) returns at once and the first data goes with the SYN, if the peer gave a cookie"),
	TCP(TCP_FASTOPEN_NO_COOKIE, FLAG, RW, "on", "include/uapi/linux/tcp.h; RFC 7413",
		"the same without a cookie"),
	TCP(TCP_SAVE_SYN, FLAG, RW, "on", "include/uapi/linux/tcp.h",
		"on a listener: keep the header of each SYN for later"),
	TCP(TCP_TIMESTAMP, INT, RW, "0", "include/uapi/linux/tcp.h; RFC 7323",
		"the clock behind the timestamps it sends"),
	TCP(TCP_INQ, FLAG, RW, "on", "include/uapi/linux/tcp.h",
		"have recvmsg(2) tell how much more there is to read"),
	TCP(TCP_ULP, STRING, RW, "tls", "Documentation/networking/tls.rst",
		"a protocol in the kernel on top of TCP, such as tls"),
	TCP(TCP_REPAIR, INT, RW, "1", "tcp(7)",
		"take a connection apart to move it elsewhere; needs CAP_NET_ADMIN"),
	TCP(TCP_INFO, TCP_INFO, RO, "ESTABLISHED, rto 204ms, rtt 51us, cwnd 10, retransmits 0",
		"tcp(7); RFC 6298",
		"state, timeout, round-trip time, congestion window and repetitions, in short"),

	/* UDP. */
	UDP(UDP_CORK, FLAG, RW, "on",
		"gather what is sent into one datagram until it is taken off"),
	UDP(UDP_SEGMENT, BYTES, RW, "1000",
		"cut what one send(2) brings into datagrams of so many bytes"),
	UDP(UDP_GRO, FLAG, RW, "on", "let recvmsg(2) give several datagrams of a size at once"),

	/* IPv4, and what IPv6 sockets share with it. */
	IP(IP_TTL, INT, RW, "64", "how many routers a packet may pass; -1 is the system's default"),
	IP(IP_MINTTL, INT, RW, "255",
		"drop what arrives with a lower TTL, so with 255 what is not from this network"),
	IP(IP_TOS, INT, RW, "0x10", "the type-of-service byte of its packets"),
	IP(IP_MTU, BYTES, RO, "1500",
		"the largest packet the path of a connected socket is known to take"),
	NAMED(IPPROTO_IP, IP_MTU_DISCOVER, RW, path_mtu, "IP_PMTUDISC_DO", "ip(7); RFC 1191",
		"whether packets may be cut on their way, or the path's limit is looked for"),
	IP(IP_RECVERR, FLAG, RW, "on",
		"keep ICMP errors for recvmsg(2) with MSG_ERRQUEUE, and report them all"),
	IP(IP_FREEBIND, FLAG, RW, "on",
		"allow bind(2) to an address that this host does not have yet"),
	IP(IP_TRANSPARENT, FLAG, RW, "on",
		"allow bind(2) to other people's addresses; needs CAP_NET_ADMIN"),
	IP(IP_BIND_ADDRESS_NO_PORT, FLAG, RW, "on",
		"bind(2) to port 0 leaves the choice of a port to connect(2)"),
	IP(IP_ADD_MEMBERSHIP, GROUP, WO, "239.1.2.3", "receive what is sent to a multicast group"),
	IP(IP_DROP_MEMBERSHIP, GROUP, WO, "239.1.2.3", "receive it no longer"),
	IP(IP_MULTICAST_IF, ADDRESS, RW, "127.0.0.1",
		"the address of the interface by which to send to groups"),
	IP(IP_MULTICAST_TTL, INT, RW, "1", "how many routers a packet to a group may pass"),
	IP(IP_MULTICAST_LOOP, FLAG, RW, "on",
		"let this host's own members have what is sent to a group"),
	IP(IP_MULTICAST_ALL, FLAG, RW, "on",
		"receive for groups that other sockets of this host have joined"),

	/* IPv6. */
	IP6(IPV6_V6ONLY, FLAG, RW, "on", "ipv6(7); RFC 3493 5.3",
		"no IPv4 on this socket: [::] does not include 0.0.0.0, and ::ffff:127.0.0.1 cannot be reached"),
	IP6(IPV6_UNICAST_HOPS, INT, RW, "64", "ipv6(7); RFC 3493 5.1",
		"how many routers a packet may pass; -1 is the system's default"),
	IP6(IPV6_MINHOPCOUNT, INT, RW, "255", "ip(7) under IP_MINTTL",
		"drop what arrives with a lower hop limit"),
	IP6(IPV6_TCLASS, INT, RW, "0x10", "RFC 3542 6.5", "the traffic class of its packets"),
	IP6(IPV6_MTU, BYTES, RW, "1500", "ipv6(7)",
		"the largest packet the path of a connected socket is known to take; set, the largest to send"),
	NAMED(IPPROTO_IPV6, IPV6_MTU_DISCOVER, RW, path_mtu, "IP_PMTUDISC_DO", "ipv6(7); RFC 8201",
		"whether to cut packets here, or to look for the path's limit"),
	IP6(IPV6_DONTFRAG, FLAG, RW, "on", "RFC 3542 11.2",
		"a datagram too large for the path gives EMSGSIZE"),
	IP6(IPV6_RECVERR, FLAG, RW, "on", "ipv6(7)",
		"keep ICMP errors for recvmsg(2) with MSG_ERRQUEUE, and report them all"),
	IP6(IPV6_JOIN_GROUP, GROUP6, WO, "ff15::1", "ipv6(7); RFC 3493 5.2",
		"receive what is sent to a multicast group"),
	IP6(IPV6_LEAVE_GROUP, GROUP6, WO, "ff15::1", "ipv6(7); RFC 3493 5.2",
		"receive it no longer"),
	IP6(IPV6_MULTICAST_IF, INT, RW, "0", "ipv6(7); RFC 3493 5.2",
		"the number of the interface by which to send to groups"),
	IP6(IPV6_MULTICAST_HOPS, INT, RW, "1", "ipv6(7); RFC 3493 5.2",
		"how many routers a packet to a group may pass"),
	IP6(IPV6_MULTICAST_LOOP, FLAG, RW, "on", "ipv6(7); RFC 3493 5.2",
		"let this host's own members have what is sent to a group"),
	IP6(IPV6_MULTICAST_ALL, FLAG, RW, "on", "ip(7) under IP_MULTICAST_ALL",
		"receive for groups that other sockets of this host have joined"),
};
#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

const struct sockopt *sockopt_at(size_t index)
{
	return index < OPTION_COUNT ? &options[index] : NULL;
}

const struct sockopt *sockopt_find(const char *name)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	}
	return NULL;
}

const struct sockopt *sockopt_of(int level, int number)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (options[i].level == level && options[i].number == number)
			return &options[i];
	}
	return NULL;
}

const char *sockopt_nearest(const char *typed)
{
	size_t best = strlen(typed) / 3 + 2; /* more edits than that is another word */
	const char *nearest = NULL;

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const char *bare = strchr(options[i].name, '_') + 1; /* "LINGER" */
		size_t distance = text_distance(typed, options[i].name);
		size_t without = text_distance(typed, bare) + 1;

		if (without < distance)
			distance = without;
		if (distance < best) {
			best = distance;
			nearest = options[i].name;
		}
	}
	return nearest;
}

const char *sockopt_level_name(int level)
{
	switch (level) {
	case IPPROTO_TCP:
		return "IPPROTO_TCP";
	case IPPROTO_UDP:
		return "IPPROTO_UDP";
	case IPPROTO_IP:
		return "IPPROTO_IP";
	case IPPROTO_IPV6:
		return "IPPROTO_IPV6";
	default:
		return "SOL_SOCKET";
	}
}

int sockopt_parse_name(const struct statement *s, size_t index, const struct sockopt **ret_option,
	struct diag *d)
{
	const struct token *t = &s->words[index];
	const struct sockopt *found = sockopt_find(t->text);
	const char *near;

	if (found) {
		*ret_option = found;
		return 0;
	}
	near = sockopt_nearest(t->text);
	return statement_error(s, t, d, "no socket option '%.40s'%s%s%s", t->text,
		near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "; 'help options' lists them");
}
