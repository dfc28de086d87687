/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fact: TUNSETOFFLOAD decides at any time, for the sockets there are too, whether a TUN gives the data of a connection
 * as trains of segments or segment by segment, and whoever has the descriptor may ask for it, without any power in
 * the namespace. A train is taken by the receiver as it is, its checksum not looked at. And a kernel cuts
 * a train to the bytes that train_cut() cuts it to.
 * Source: drivers/net/tun.c set_offload(), no capability asked for; net/core/dev.c validate_xmit_skb(): TCP makes
 * GSO packets for every device (net/core/sock.c sk_setup_caps()), and what the device cannot is done here, v6.1. */
#include "base/diag.h"
#include "fact.h"

#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <libmnl/libmnl.h>

#include "wire/build.h"
#include "wire/train.h"
#include "world/netconf.h"

#define SENT 10000 /* bytes at a time: in the first window, and more than one segment of them */
#define ROOM 2048 /* bytes: a segment of the wire's MTU of 1500 fits */

static void set_offload(const struct fact *f, unsigned features)
{
	assert_int_equal(ioctl(f->host.tun, TUNSETOFFLOAD, features), 0);
}

static void trains_on(const struct fact *f)
{
	set_offload(f, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6);
}

static void send_bytes(struct process *p, int fd)
{
	struct call_request q = { .kind = CALL_SEND, .fd = fd, .generate = true, .size = SENT };

	assert_int_equal(fact_call(p, q).result, SENT);
}

/* The next packet of TCP, NULL when there is none. A kernel that becomes a router has to say some more. */
static struct fact_packet *next_packet(struct fact *f)
{
	static struct fact_packet packet;
	const struct iovec parts[] = { { &packet.header, sizeof(packet.header) },
		{ packet.bytes, sizeof(packet.bytes) } };
	ssize_t len;

	while ((len = readv(f->host.tun, parts, 2)) >= 0) {
		packet.len = (size_t)len - sizeof(packet.header);
		assert_true(segment_decode(packet.bytes, packet.len, &packet.segment));
		if (packet.segment.kind == SEGMENT_TCP)
			return &packet;
	}
	return NULL;
}

/* How much of it is new; what was waited for too long has been sent again. */
static size_t new_bytes(const struct segment *s, uint32_t *next)
{
	const uint32_t end = s->seq + s->payload_len, from = *next ? *next : s->seq;

	if (!s->payload_len || (int32_t)(end - from) <= 0)
		return 0;
	*next = end;
	return end - from;
}

/* All the data is there, in segments that fit the MTU. */
static void assert_segments(struct fact *f)
{
	const struct virtio_net_hdr none = { 0 };
	struct fact_packet *packet;
	uint32_t next = 0;
	size_t bytes = 0;

	while ((packet = next_packet(f))) {
		assert_memory_equal(&packet->header, &none, sizeof(none));
		assert_true(packet->len <= 1500);
		assert_true(packet_checksum_ok(packet->bytes, packet->len));
		bytes += new_bytes(&packet->segment, &next);
		fact_give(f, packet);
	}
	assert_int_equal(bytes, SENT);
}

/* The same, and trains among it: how long one is depends on the pace (net/ipv4/tcp_output.c tcp_tso_autosize()). */
static void assert_trains(struct fact *f)
{
	struct fact_packet *packet;
	uint32_t next = 0;
	size_t bytes = 0, trains = 0;

	while ((packet = next_packet(f))) {
		if (train_piece(&packet->header, &packet->segment)) {
			assert_true(packet->header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
			assert_in_range(packet->header.gso_size, 1000, 1460);
			trains++;
		}
		bytes += new_bytes(&packet->segment, &next);
		fact_give(f, packet);
	}
	assert_int_equal(bytes, SENT);
	assert_true(trains > 0);
}

static void receive(struct fact *f, int fd, uint32_t size)
{
	struct call_request q = { .kind = CALL_RECV,
		.fd = fd,
		.number = MSG_WAITALL,
		.size = size };

	assert_int_equal(fact_call(&f->a, q).result, size);
}

static void offload_changes_at_run_time(struct fact *f)
{
	int accepted, c, listener = fact_listen(f, &f->a);

	c = fact_connect(f, &f->b);
	fact_carry(f, SEGMENT_SYN);
	fact_carry(f, SEGMENT_SYN | SEGMENT_ACK);
	fact_carry(f, SEGMENT_ACK);
	accepted =
		(int)fact_call(&f->a, (struct call_request){ .kind = CALL_ACCEPT, .fd = listener })
			.result;
	assert_true(accepted >= 0);
	send_bytes(&f->b, c);
	assert_segments(f);
	receive(f, accepted, SENT);
	while (next_packet(f))
		;
	trains_on(f);
	send_bytes(&f->b, c);
	set_offload(f, 0); /* what waits stays as it is */
	assert_trains(f);
	receive(f, accepted, SENT);
	send_bytes(&f->b, c);
	assert_segments(f);
	receive(f, accepted, SENT);
	fact_close(&f->b, c);
}

/* ---- a kernel's way of cutting ---- */

/* In the host's namespace: what comes in by wire0 and is not for this host goes out there again. */
static void add_route(const struct fact *f)
{
	int pidfd = (int)syscall(SYS_pidfd_open, f->host.pid, 0);
	struct mnl_socket *nl;

	if (pidfd < 0 || setns(pidfd, CLONE_NEWNET | (f->host.new_user ? CLONE_NEWUSER : 0)) < 0)
		_exit(1);
	nl = netconf_open();
	_exit(!nl ||
		netconf_route_add(nl, f->server.family, RT_TABLE_MAIN, f->host.wire, NULL, 0,
			NULL) < 0);
}

static void forward(struct fact *f)
{
	bool v6 = f->server.family == AF_INET6;
	const char *key = v6 ? "net/ipv6/conf/all/forwarding" : "net/ipv4/ip_forward";
	pid_t pid = fork();
	struct diag d = { 0 };
	int status;

	if (pid == 0)
		add_route(f);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(host_sysctl(&f->host, key, "1", NULL, &d), 0);
}

/* f->server does not exist: answer the SYN in its place. */
static void answer_syn(struct fact *f)
{
	struct fact_packet *packet = next_packet(f);
	struct segment s;
	int len;

	assert_non_null(packet);
	s = packet->segment;
	s.src = f->server; /* with a source route the SYN goes to somebody else first */
	s.dst = packet->segment.src;
	s.flags = SEGMENT_SYN | SEGMENT_ACK;
	s.ack = packet->segment.seq + 1;
	s.seq = 1;
	s.options.ts_echo = s.options.ts_value;
	s.options.ts_value = 1;
	len = packet_build(&s, NULL, 0, packet->bytes, sizeof(packet->bytes));
	assert_true(len > 0);
	packet->len = (size_t)len;
	packet->header = (struct virtio_net_hdr){ 0 };
	fact_give(f, packet);
	packet = next_packet(f);
	assert_non_null(packet);
	assert_int_equal(packet->segment.flags, SEGMENT_ACK);
}

/* What a router does to a packet. */
static void pass_hop(struct fact_packet *train)
{
	bool v6 = train->segment.src.family == AF_INET6;

	train->bytes[v6 ? 7 : 8]--;
}

/* Begin to connect to f->server by way of somebody else. The checksum is that of a packet to f->server; the IP header
 * says who is next. -1: this kernel (6.18) lets nobody without CAP_NET_RAW choose the way of IPv4.
 * Source: ip(7), RFC 791 3.1; ipv6(7), RFC 8754 2. */
static int connect_by_way(struct fact *f)
{
	bool v6 = f->server.family == AF_INET6;
	const uint8_t lsrr[] = { 131, 7, 4, 10, 8, 8, 8, 0 };
	const uint8_t srh[8 + 2 * 16] = { 0, 4, 4, 1, 1, [8 + 16] = 0xfd, [8 + 16 + 15] = 88 };
	const struct call_request option = { .kind = CALL_SETSOCKOPT,
		.fd = fact_socket(f, &f->b, SOCK_NONBLOCK),
		.level = v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		.option = v6 ? IPV6_RTHDR : IP_OPTIONS,
		.size = v6 ? sizeof(srh) : sizeof(lsrr) };
	const struct call_request connect = { .kind = CALL_CONNECT,
		.fd = option.fd,
		.address = f->server };
	int error;

	assert_int_equal(process_send(&f->b, &option, v6 ? srh : lsrr), 0);
	error = fact_end(&f->b).error;
	if (!v6 && error == EPERM)
		return -1;
	assert_int_equal(error, 0);
	assert_int_equal(fact_call(&f->b, connect).error, EINPROGRESS);
	return option.fd;
}

/* A train to somebody else is given to the kernel, which cuts it where it goes on: so must we. */
static void kernel_cuts_as_we_do(struct fact *f, bool by_way)
{
	struct fact_packet train, *packet;
	uint8_t part[ROOM];
	unsigned i = 0;
	uint16_t piece;
	int c;

	forward(f);
	trains_on(f);
	c = by_way ? connect_by_way(f) : fact_connect(f, &f->b);
	if (c < 0)
		return;
	answer_syn(f);
	send_bytes(&f->b, c);
	packet = next_packet(f);
	assert_non_null(packet);
	train = *packet;
	piece = train_piece(&train.header, &train.segment);
	assert_in_range(piece, 1000, 1460);
	assert_true(train.segment.options.present & OPTION_TIMESTAMPS);
	while (next_packet(f))
		;
	set_offload(f, 0);
	fact_give(f, &train);
	pass_hop(&train);
	while ((packet = next_packet(f))) {
		if (packet->segment.hop_limit == train.segment.hop_limit)
			continue; /* not from a router: its sender, who waits for an answer */
		assert_int_equal(train_cut(&train.segment, train.bytes, piece, i++, part),
			packet->len);
		assert_memory_equal(packet->bytes, part, packet->len);
		assert_true(packet_checksum_ok(part, packet->len)); /* by way of others, too */
	}
	assert_int_equal(i, train_count(&train.segment, piece));
	assert_true(i > 1);
}

static struct address nobody(int family)
{
	const struct address ipv4 = { .family = AF_INET, .bytes = { 10, 9, 9, 9 }, .port = 8080 },
			     ipv6 = { .family = AF_INET6,
				     .bytes = { 0xfd, [15] = 99 },
				     .port = 8080 };

	return family == AF_INET6 ? ipv6 : ipv4;
}

static void kernel_cuts_ipv4_as_we_do(struct fact *f)
{
	f->server = nobody(AF_INET);
	kernel_cuts_as_we_do(f, false);
}

static void kernel_cuts_ipv6_as_we_do(struct fact *f)
{
	f->server = nobody(AF_INET6);
	kernel_cuts_as_we_do(f, false);
}

static void kernel_cuts_a_source_route_as_we_do(struct fact *f)
{
	struct diag d = { 0 };

	f->server = nobody(AF_INET);
	assert_int_equal(host_sysctl(&f->host, "net/ipv4/conf/all/accept_source_route", "1", NULL,
				 &d),
		0);
	kernel_cuts_as_we_do(f, true);
}

static void kernel_cuts_a_routing_header_as_we_do(struct fact *f)
{
	f->server = nobody(AF_INET6);
	kernel_cuts_as_we_do(f, true);
}

int main(void)
{
	static void (*const facts[])(struct fact *) = { offload_changes_at_run_time,
		kernel_cuts_ipv4_as_we_do, kernel_cuts_ipv6_as_we_do,
		kernel_cuts_a_source_route_as_we_do, kernel_cuts_a_routing_header_as_we_do };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(facts) / sizeof(facts[0]); i++)
		r = fact_prove(__FILE__, facts[i]);
	return r;
}
