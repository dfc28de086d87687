/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/topic.h"

#define PAIR "socket l; bind l :80; listen l; socket c; connect c :80; accept l a; "
#define SENDS "send sendto write"
#define RECEIVES "recv recvfrom read"

/* From the manual pages named with each; where there is an example it is played by a test. */
static const struct errno_topic errnos[] = {
	{
		.name = "EACCES",
		.meaning = "Not allowed as you are.",
		.cases = { { "sendto connect", "UDP to a broadcast address without SO_BROADCAST" },
			{ "bind",
				"a port below net.ipv4.ip_unprivileged_port_start (0 in the lab) without "
				"CAP_NET_BIND_SERVICE" },
			{ "exec", "the file is no program, or may not be run" } },
		.example = "socket u udp; sendto u \"x\" 255.255.255.255:9 => EACCES",
		.source = "ip(7), socket(7), execve(2)",
	},
	{
		.name = "EADDRINUSE",
		.meaning = "Another socket has this address and port; it may be in TIME-WAIT.",
		.cases = { { "bind",
				   "the port is taken, and SO_REUSEADDR or SO_REUSEPORT do not apply" },
			{ "listen", "two bound with SO_REUSEADDR, and the other listens already" },
			{ "set", "IP_ADD_MEMBERSHIP: it is a member of that group already" } },
		.example = "socket a; bind a :80; socket b; bind b :80 => EADDRINUSE",
		.source = "bind(2), listen(2), socket(7)",
	},
	{
		.name = "EADDRNOTAVAIL",
		.meaning = "The address is not this host's, or no port is left.",
		.cases = { { "bind",
				   "the address is of no interface here (IP_FREEBIND allows it)" },
			{ "connect",
				"every port of net.ipv4.ip_local_port_range, or this pair of addresses, "
				"is in use" },
			{ "set", "IP_DROP_MEMBERSHIP: it is not in that group" } },
		.example = "socket c; bind c 192.0.2.1:80 => EADDRNOTAVAIL",
		.source = "bind(2), connect(2), ip(7)",
	},
	{
		.name = "EAFNOSUPPORT",
		.meaning = "An address of the wrong family for this socket.",
		.cases = { { "bind connect sendto", "an IPv6 address on an IPv4 socket" } },
		.example = "socket c; connect c [fd00::1]:80 => EAFNOSUPPORT",
		.source = "bind(2), connect(2), socket(2)",
	},
	{
		.name = "EAGAIN",
		.meaning = "It would have to wait, and must not. The same number as EWOULDBLOCK.",
		.cases = { { RECEIVES,
				   "nothing has arrived; nonblock, MSG_DONTWAIT or SO_RCVTIMEO over" },
			{ SENDS,
				"the send queue is full, or the handshake under way; nonblock, "
				"MSG_DONTWAIT or SO_SNDTIMEO over" },
			{ "accept", "no finished connection; nonblock or SO_RCVTIMEO over" },
			{ "connect",
				"UDP or IP_BIND_ADDRESS_NO_PORT: no port is left to choose" } },
		.example = "socket l; listen l; nonblock l on; accept l a => EAGAIN",
		.source = "recv(2), send(2), accept(2), socket(7)",
	},
	{
		.name = "EALREADY",
		.meaning = "The connection is being made already, by an earlier call.",
		.cases = { { "connect",
			"again on a nonblocking socket, before the handshake is over" } },
		.example = "hold; socket c; nonblock c on; connect c :80 => EINPROGRESS; "
			   "connect c :80 => EALREADY",
		.source = "connect(2)",
	},
	{
		.name = "EBADF",
		.meaning = "Not an open descriptor.",
		.why_not =
			"commands name sockets, not numbers: a closed one is refused before any call",
		.source = "close(2)",
	},
	{
		.name = "ECONNABORTED",
		.meaning = "The connection ended in a way that nobody reported.",
		.cases = { { "connect",
				   "again on a nonblocking socket whose handshake failed, when SO_ERROR "
				   "was read before" },
			{ "accept connect " SENDS " " RECEIVES,
				"the administrator ended it: ss -K" } },
		.example =
			"socket c; nonblock c on; connect c :80 => EINPROGRESS; expect c CLOSED; "
			"get c SO_ERROR => ECONNREFUSED; connect c :80 => ECONNABORTED",
		.source = "accept(2), ss(8); net/ipv4/af_inet.c __inet_stream_connect()",
	},
	{
		.name = "ECONNREFUSED",
		.meaning = "The other host is there and nobody has that port.",
		.cases = { { "connect", "a RST answers the SYN" },
			{ SENDS " " RECEIVES,
				"connected UDP: ICMP port unreachable came for an earlier one; "
				"TCP, nonblocking: the handshake was refused" },
			{ "get", "SO_ERROR answers it, once" } },
		.example = "socket c; connect c :80 => ECONNREFUSED",
		.source = "connect(2), udp(7); RFC 9293 3.10.7.3",
	},
	{
		.name = "ECONNRESET",
		.meaning =
			"The peer has ended the connection by RST: it closed with unread data or SO_LINGER "
			"1,0, was sent something after close, or knows nothing of it.",
		.cases = { { RECEIVES, "the first call after the RST; told once, then 0" },
			{ SENDS, "the RST comes while it waits for room" },
			{ "get", "SO_ERROR answers it, once" } },
		.example = PAIR "set a SO_LINGER 1,0; close a; recv c => ECONNRESET",
		.source = "tcp(7); RFC 9293 3.10.7.4; net/ipv4/tcp_input.c tcp_reset()",
	},
	{
		.name = "EDESTADDRREQ",
		.meaning = "A datagram to nobody.",
		.cases = { { "send write", "UDP that is not connected" } },
		.example = "socket u udp; send u \"x\" => EDESTADDRREQ",
		.source = "send(2), udp(7)",
	},
	{
		.name = "EFAULT",
		.meaning = "A pointer that leads nowhere.",
		.why_not = "the lab's processes hand the kernel memory that is theirs",
		.source = "send(2), recv(2)",
	},
	{
		.name = "EHOSTUNREACH",
		.meaning =
			"The network is reached, the host is not. On a LAN the machine itself gives it after "
			"some seconds, when nobody answers its ARP; this wire has no ARP, what is for a "
			"strange address is lost there, and connect() ends in ETIMEDOUT.",
		.cases = { { "connect " SENDS " " RECEIVES,
			"ICMP host unreachable came from a router, or no "
			"neighbour answers for the address; TCP tells it when "
			"it gives up" } },
		.example = "socket c; connect c 10.9.9.9:80 => EHOSTUNREACH &; "
			   "forge icmp host-unreachable about c; wait",
		.source = "connect(2), ip(7); RFC 1122 4.2.3.9",
	},
	{
		.name = "EINPROGRESS",
		.meaning = "Begun and not finished: no error. POLLOUT and SO_ERROR tell the end.",
		.cases = { { "connect",
			"nonblocking, or SO_SNDTIMEO over; the handshake goes on" } },
		.example = "hold; socket c; nonblock c on; connect c :80 => EINPROGRESS",
		.source = "connect(2)",
	},
	{
		.name = "EINTR",
		.meaning = "A signal handler ran while the call slept.",
		.cases = { { "accept " RECEIVES " " SENDS,
				   "nothing was done yet, and the handler was set "
				   "without SA_RESTART (handle), or a timeout is set" },
			{ "connect", "the handshake goes on all the same" },
			{ "poll", "also with SA_RESTART" } },
		.example = "process p; socket l in p; listen l; signal p USR1 handle; "
			   "accept l a => EINTR &; kill p USR1; wait",
		.source = "signal(7)",
	},
	{
		.name = "EINVAL",
		.meaning = "Not in this state, or not with this value.",
		.cases = { { "accept", "the socket does not listen" },
			{ "bind", "it is bound already" },
			{ "listen", "it is connected or connecting" },
			{ "connect", "IPV6_V6ONLY and an IPv4 address" }, { "sendto", "port 0" },
			{ RECEIVES, "MSG_OOB and there is no urgent byte" },
			{ "set", "a value out of range, or the state does not allow it" },
			{ "ioctl", "a queue's length asked of a listener" } },
		.example = "socket l; accept l a => EINVAL",
		.source = "accept(2), bind(2), listen(2), setsockopt(2), tcp(7)",
	},
	{
		.name = "EISCONN",
		.meaning = "Connected already, or listening.",
		.cases = { { "connect",
			"TCP that is connected or was and is not closed; a listener" } },
		.example = PAIR "connect c :80 => EISCONN",
		.source = "connect(2)",
	},
	{
		.name = "EMFILE",
		.meaning = "The process has as many descriptors as it may.",
		.cases = { { "socket accept dup exec", "RLIMIT_NOFILE is reached" } },
		.why_not =
			"it takes as many sockets as `ulimit -n` says, each with a name of its own",
		.source = "socket(2), accept(2), getrlimit(2)",
	},
	{
		.name = "EMSGSIZE",
		.meaning = "A datagram too large to be one.",
		.cases = { { SENDS,
			"UDP above 65507 bytes (IPv6: 65527), or above the path's MTU with "
			"IP_PMTUDISC_DO" } },
		.example = "socket u udp; sendto u 70k :9 => EMSGSIZE",
		.source = "send(2), udp(7), ip(7)",
	},
	{
		.name = "ENETDOWN",
		.meaning = "The interface is down.",
		.cases = { { SENDS " connect",
			"the route leads to an interface that was taken down" } },
		.why_not = "the lab's only interface stays up as long as the lab",
		.source = "connect(2), packet(7)",
	},
	{
		.name = "ENETUNREACH",
		.meaning = "There is no route to this address.",
		.cases = { { "connect", "TCP to a multicast or broadcast address; no route" },
			{ "sendto", "IPV6_V6ONLY and an IPv4 address; no route" } },
		.example = "socket c; connect c 224.0.0.1:80 => ENETUNREACH",
		.source = "connect(2), ip(7)",
	},
	{
		.name = "ENFILE",
		.meaning = "The whole machine has as many open files as it may.",
		.cases = { { "socket accept exec", "fs.file-max is reached" } },
		.why_not = "it would take the machine down with it",
		.source = "socket(2), proc(5)",
	},
	{
		.name = "ENOBUFS",
		.meaning = "No room where the kernel counts.",
		.cases = { { "set",
				   "IP_ADD_MEMBERSHIP above net.ipv4.igmp_max_memberships; IP options" },
			{ SENDS,
				"the device's queue was full, with IP_RECVERR on (else it is a silent loss)" } },
		.example = "sysctl net.ipv4.igmp_max_memberships 1; socket u udp; "
			   "set u IP_ADD_MEMBERSHIP 239.1.2.3; "
			   "set u IP_ADD_MEMBERSHIP 239.1.2.4 => ENOBUFS",
		.source = "send(2), ip(7), udp(7)",
	},
	{
		.name = "ENODEV",
		.meaning = "No such interface.",
		.cases = { { "set",
			"SO_BINDTODEVICE or a group names an interface that is not there" } },
		.example = "socket u udp; set u SO_BINDTODEVICE nosuch0 => ENODEV",
		.source = "socket(7), ip(7)",
	},
	{
		.name = "ENOENT",
		.meaning = "Nothing of that name.",
		.cases = { { "set",
				   "TCP_CONGESTION or TCP_ULP: this kernel has no such algorithm or protocol" },
			{ "exec", "no such program" } },
		.example = "socket c; set c TCP_CONGESTION nonesuch => ENOENT",
		.source = "tcp(7), execve(2)",
	},
	{
		.name = "ENOMEM",
		.meaning = "No memory for it.",
		.cases = { { "socket accept connect set " SENDS,
			"the kernel is out of memory, or the limit of a "
			"control group is reached" } },
		.why_not = "a machine that has memory left gives it",
		.source = "socket(2), tcp(7) under tcp_mem",
	},
	{
		.name = "ENOPROTOOPT",
		.meaning =
			"The protocol has no such option, or it cannot be used in this direction.",
		.cases = { { "set",
				   "an option that can only be read, is of another protocol or newer than the "
				   "kernel" },
			{ "get", "an option that can only be set, or is of another protocol" } },
		.example = "socket c; set c SO_TYPE 1 => ENOPROTOOPT",
		.source = "setsockopt(2), getsockopt(2)",
	},
	{
		.name = "ENOTCONN",
		.meaning = "There is no connection.",
		.cases = { { RECEIVES, "TCP that never was connected, or listens" },
			{ "shutdown", "CLOSED, or UDP without a peer" },
			{ "getpeername", "before the handshake is over, after a reset" },
			{ "get", "IP_MTU and others that belong to a connection" } },
		.example = "socket c; getpeername c => ENOTCONN",
		.source = "recv(2), shutdown(2), getpeername(2)",
	},
	{
		.name = "ENOTSOCK",
		.meaning = "A descriptor that is no socket.",
		.why_not = "commands name sockets only",
		.source = "bind(2), send(2)",
	},
	{
		.name = "ENOTTY",
		.meaning = "The socket has no such request; nothing to do with terminals.",
		.cases = { { "ioctl", "SIOCOUTQNSD or SIOCATMARK on UDP" } },
		.example = "socket u udp; ioctl u SIOCOUTQNSD => ENOTTY",
		.source = "ioctl(2), udp(7)",
	},
	{
		.name = "EOPNOTSUPP",
		.meaning = "This kind of socket cannot do that.",
		.cases = { { "listen accept", "UDP" }, { SENDS, "UDP with MSG_OOB" },
			{ "set", "the kernel was built or set up without it: SO_RESERVE_MEM" } },
		.example = "socket u udp; listen u => EOPNOTSUPP",
		.source = "listen(2), accept(2), send(2)",
	},
	{
		.name = "EPERM",
		.meaning = "It takes a privilege, which nobody has in the lab.",
		.cases = { { "set",
				   "SO_MARK, SO_RCVBUFFORCE, IP_TRANSPARENT, TCP_REPAIR ... without "
				   "CAP_NET_ADMIN" },
			{ "connect " SENDS, "a packet filter of the host refuses the packet" } },
		.example = "socket c; set c SO_MARK 1 => EPERM",
		.source = "socket(7), ip(7), capabilities(7)",
	},
	{
		.name = "EPIPE",
		.meaning =
			"This end cannot send any more. The call raises SIGPIPE too, which kills unless it is "
			"ignored, handled, or MSG_NOSIGNAL is given.",
		.cases = { { SENDS,
			"after shutdown wr, after a RST (the second call, or after recv told it), "
			"or never connected" } },
		.example = "socket c; send c \"x\" MSG_NOSIGNAL => EPIPE",
		.source = "send(2), tcp(7); net/core/stream.c sk_stream_error()",
	},
	{
		.name = "EPROTO",
		.meaning = "A protocol error, as other systems and other protocols have it.",
		.why_not = "Linux gives it for neither TCP nor UDP; accept(2) only warns of it",
		.source = "accept(2)",
	},
	{
		.name = "EPROTONOSUPPORT",
		.meaning = "The protocol does not go with this type of socket.",
		.why_not = "the socket command asks for TCP streams and UDP datagrams only",
		.source = "socket(2)",
	},
	{
		.name = "ETIMEDOUT",
		.meaning = "Nothing came back for too long, and TCP has given up.",
		.cases = { { "connect",
				   "SYN was repeated TCP_SYNCNT times (net.ipv4.tcp_syn_retries, 6: two "
				   "minutes) or for TCP_USER_TIMEOUT" },
			{ RECEIVES " " SENDS,
				"data was repeated net.ipv4.tcp_retries2 times, "
				"TCP_USER_TIMEOUT is over, or keep-alive "
				"probes went unanswered; told once" },
			{ "get", "SO_ERROR answers it, once" } },
		.example = PAIR
		"set c TCP_USER_TIMEOUT 300ms; hold; send c \"x\"; recv c => ETIMEDOUT",
		.source =
			"connect(2), tcp(7); RFC 9293 3.8.3; net/ipv4/tcp_timer.c tcp_write_err()",
	},
};
#define ERRNO_TOPIC_COUNT (sizeof(errnos) / sizeof(errnos[0]))

const struct errno_topic *topic_errno_at(size_t index)
{
	return index < ERRNO_TOPIC_COUNT ? &errnos[index] : NULL;
}
