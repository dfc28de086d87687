/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two accounts of the same packets: the wire's in the journal, and each kernel's in its counters. Whatever the
 * wire does to them, both must agree, at both ends, over IPv4 and over IPv6:
 *
 *   TcpInSegs         every TCP packet delivered to the host, bad checksums too (net/ipv4/tcp_ipv4.c
 *                     tcp_v4_rcv() counts before it looks)
 *   TcpInCsumErrors   those of them that were spoilt, which are TcpInErrs too
 *   TcpInErrs         these, and a SYN in an open connection (tcp_input.c tcp_validate_incoming()), as the second
 *                     SYN/ACK is
 *   TcpOutSegs +      every segment it has sent: what Linux sends again is no OutSeg (RFC 4022; tcp_output.c
 *   TcpRetransSegs    __tcp_transmit_skb()), but for a listener's SYN/ACK, which is both (tcp_make_synack()
 *                     and tcp_rtx_synack())
 *   TcpRetransSegs    the segments that the wire calls repetitions
 *   TCPTimeouts +     retransmission timers that have fired: a tail-loss probe is one. In a busy transfer that is
 *   TCPLossProbes     guesswork: a probe may send new data (RFC 8985 7.3), and looks like the doing of the call
 *                     that gave it to the kernel; what is sent again when a socket in use gets to its backlog, or
 *                     by RACK's reordering timer, looks like that of the timer. No more than that.
 *                     A timer that finds its segment still waiting to be read from wire0 sends nothing, and the
 *                     kernel counts that too: TCPSpuriousRtxHostQueues (tcp_output.c __tcp_retransmit_skb())
 *   UdpInDatagrams    what was read, not what has arrived; the others are NoPorts and InErrors, and a checksum
 *                     is looked at when it is read (net/ipv4/udp.c udp_recvmsg()) */
#include <sched.h>

#include "program.h"

#define HOSTS 2
#define PACKETS_MOST 20000
#define RULES_MOST 16

static const char *const host_names[HOSTS] = { "alice", "bob" };

/* What the wire says of one host. */
struct wire_account {
	long long sent, again, syn_acks_again; /* TCP, by its kernel */
	long long delivered, delivered_spoilt; /* TCP, to its kernel */
	long long syn_acks; /* sound ones of these */
	long long udp, udp_spoilt; /* delivered to its kernel */
	long long timers;
};

struct kernel_account {
	long long in, out, again, errors, spoilt, timeouts, probes, unread;
	long long udp_in, udp_no_port, udp_errors, udp_spoilt;
};

struct packet {
	bool tcp, udp, syn_ack;
	bool spoilt; /* its checksum */
	bool gone; /* delivered or dropped */
};

struct play {
	struct program program;
	bool ipv6;
	struct packet packets[PACKETS_MOST]; /* by number */
	long long last; /* the highest number */
	long long on_wire;
	struct wire_account wire[HOSTS];
	struct kernel_account kernel[HOSTS];
	long long hits[RULES_MOST], fired[RULES_MOST]; /* by rule, as `rules` says and as told */
	struct text output; /* of the last command that had any */
	long long client; /* its PID */
};

static const char *text_of(const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));

	return text ? text : "";
}

static long long number_of(const json_t *event, const char *key)
{
	return json_integer_value(json_object_get(event, key));
}

static int host_of(const json_t *event)
{
	for (int h = 0; h < HOSTS; h++) {
		if (strcmp(text_of(event, "host"), host_names[h]) == 0)
			return h;
	}
	return -1;
}

/* "rule 3: ..." or "... (rule 3)" */
static void count_rule(struct play *p, const char *text)
{
	const char *rule = strstr(text, "rule ");
	unsigned long number = rule ? strtoul(rule + 5, NULL, 10) : 0;

	assert_true(number < RULES_MOST);
	p->fired[number]++;
}

static void see_packet(struct play *p, const json_t *event)
{
	long long number = number_of(event, "number"), copy_of = number_of(event, "copy_of");
	bool tcp = strcmp(text_of(event, "protocol"), "TCP") == 0;
	int host = host_of(event);

	assert_int_equal(number, ++p->last); /* without a gap */
	assert_true(number < PACKETS_MOST);
	p->on_wire++;
	p->packets[number] = (struct packet){ .tcp = tcp,
		.udp = strcmp(text_of(event, "protocol"), "UDP") == 0,
		.syn_ack = strcmp(text_of(event, "flags"), "SYN/ACK") == 0,
		.spoilt = p->packets[copy_of].spoilt };
	if (strcmp(text_of(event, "type"), "segment") != 0 || !tcp || host < 0)
		return;
	p->wire[host].sent++;
	if (!number_of(event, "repeats"))
		return;
	p->wire[host].again++;
	p->wire[host].syn_acks_again += p->packets[number].syn_ack;
}

static void see_delivery(struct play *p, const json_t *event, const struct packet *packet)
{
	int host = host_of(event);

	if (host < 0)
		return;
	p->wire[host].delivered += packet->tcp;
	p->wire[host].delivered_spoilt += packet->tcp && packet->spoilt;
	p->wire[host].syn_acks += packet->syn_ack && !packet->spoilt;
	p->wire[host].udp += packet->udp;
	p->wire[host].udp_spoilt += packet->udp && packet->spoilt;
}

static void see_verdict(struct play *p, const json_t *event)
{
	const char *type = text_of(event, "type"), *text = text_of(event, "text");
	struct packet *packet = &p->packets[number_of(event, "number")];

	assert_in_range(number_of(event, "number"), 1, p->last);
	if (strcmp(type, "corrupted") == 0 && strstr(text, "is wrong"))
		packet->spoilt = true;
	if (strcmp(type, "delivered") == 0)
		see_delivery(p, event, packet);
	if (strcmp(type, "delivered") == 0 || strcmp(type, "dropped") == 0) {
		assert_false(packet->gone);
		packet->gone = true;
		p->on_wire--;
	}
	if (strcmp(type, "dropped") == 0 || strcmp(type, "corrupted") == 0)
		count_rule(p, text);
}

static void see(struct play *p, const json_t *event)
{
	const char *type = text_of(event, "type");

	if (json_object_get(event, "src"))
		see_packet(p, event);
	else if (json_object_get(event, "number"))
		see_verdict(p, event);
	else if (strcmp(type, "timer") == 0 && host_of(event) >= 0 &&
		strcmp(text_of(event, "text"), "retransmission") == 0)
		p->wire[host_of(event)].timers++;
	else if (strcmp(type, "process") == 0 && strcmp(text_of(event, "subject"), "client") == 0)
		p->client = number_of(event, "pid");
	else if (strcmp(type, "output") == 0) {
		text_clear(&p->output);
		text_puts(&p->output, text_of(event, "text"));
	}
}

/* See what there is up to a mark, which must come. */
static void see_until(struct play *p, const char *mark)
{
	json_t *event;
	bool found = false;

	while (!found && (event = program_event(&p->program, NULL))) {
		see(p, event);
		found = strcmp(text_of(event, "type"), "mark") == 0 &&
			strcmp(text_of(event, "text"), mark) == 0;
		json_decref(event);
	}
	if (!found) {
		program_end(&p->program);
		program_blame(&p->program);
		fail_msg("the script ended before '%s'", mark);
	}
}

static void say(struct play *p, const char *line)
{
	program_say(&p->program, line, strlen(line));
}

/* "TcpInSegs                        167" of the last output; 0 when it is not there. */
static long long counter(const struct play *p, const char *name)
{
	const char *line = text_get(&p->output);
	size_t len = strlen(name);

	while (line) {
		if (strncmp(line, name, len) == 0 && line[len] == ' ')
			return strtoll(line + len, NULL, 10);
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return 0;
}

static void ask_counters(struct play *p, int host)
{
	struct kernel_account *k = &p->kernel[host];
	struct text line = TEXT_EMPTY;

	text_printf(&line,
		"counters %s TcpIn TcpOutSegs TcpRetransSegs TcpExtTCPTimeouts TcpExtTCPLossProbes "
		"TcpExtTCPSpuriousRtxHostQueues Udp\nmark asked\n",
		host_names[host]);
	say(p, text_get(&line));
	text_done(&line);
	see_until(p, "asked");
	*k = (struct kernel_account){ .in = counter(p, "TcpInSegs"),
		.out = counter(p, "TcpOutSegs"),
		.again = counter(p, "TcpRetransSegs"),
		.errors = counter(p, "TcpInErrs"),
		.spoilt = counter(p, "TcpInCsumErrors"),
		.timeouts = counter(p, "TcpExtTCPTimeouts"),
		.probes = counter(p, "TcpExtTCPLossProbes"),
		.unread = counter(p, "TcpExtTCPSpuriousRtxHostQueues"),
		.udp_in = counter(p, p->ipv6 ? "Udp6InDatagrams" : "UdpInDatagrams"),
		.udp_no_port = counter(p, p->ipv6 ? "Udp6NoPorts" : "UdpNoPorts"),
		.udp_errors = counter(p, p->ipv6 ? "Udp6InErrors" : "UdpInErrors"),
		.udp_spoilt = counter(p, p->ipv6 ? "Udp6InCsumErrors" : "UdpInCsumErrors") };
}

/* "rule 3   drop any x2    2 hits" */
static void ask_rules(struct play *p)
{
	const char *line;

	say(p, "rules\nmark asked\n");
	see_until(p, "asked");
	for (line = text_get(&p->output); line; line = strchr(line, '\n')) {
		const char *hit, *end;
		unsigned long number;

		line += *line == '\n';
		if (strncmp(line, "rule ", 5) != 0)
			break;
		number = strtoul(line + 5, NULL, 10);
		assert_in_range(number, 1, RULES_MOST - 1);
		hit = strstr(line, " hit");
		for (end = hit; end > line && end[-1] != ' ';)
			end--;
		p->hits[number] = strtoll(end, NULL, 10);
		/* of these each hit is told in words that name the rule */
		line = strstr(line, " ") + 1;
		line += strspn(line, "0123456789 ");
		if (strncmp(line, "drop ", 5) != 0 && strncmp(line, "corrupt ", 8) != 0)
			p->hits[number] = p->fired[number] = 0;
		line = hit;
	}
}

static void play_begin(struct play *p, const char *script, bool ipv6)
{
	const char *const arguments[] = { "--json", ipv6 ? "-6" : NULL, NULL };

	*p = (struct play){ .ipv6 = ipv6 };
	program_open(&p->program, arguments, -1);
	say(p, "host alice; host bob; process client on alice; process server on bob\n");
	say(p, script);
	say(p, "\nmark over\n");
	see_until(p, "over");
}

/* Ask both kernels when nothing is on its way, and nothing has been sent between the questions. */
static void play_settle(struct play *p)
{
	const uint64_t deadline_ns = clock_now_ns() + PROGRAM_DEADLINE_NS;

	while (clock_now_ns() < deadline_ns) {
		long long last;

		while (p->on_wire) { /* delayed: each mark is a look at what has come since */
			say(p, "mark late\n");
			see_until(p, "late");
		}
		last = p->last;
		for (int h = 0; h < HOSTS; h++)
			ask_counters(p, h);
		if (p->last == last && !p->on_wire)
			return;
	}
	fail_msg("it does not come to rest");
}

static void play_end(struct play *p)
{
	fd_closep(&p->program.in);
	assert_int_equal(program_end(&p->program), 0);
	program_close(&p->program);
	text_done(&p->output);
}

static void check(const struct play *p, const char *name, int host, const char *what,
	long long wire, long long kernel)
{
	if (wire == kernel)
		return;
	program_blame(&p->program);
	fail_msg("%s, IPv%d: %s of %s: the wire says %lld, the kernel %lld", name, p->ipv6 ? 6 : 4,
		what, host_names[host], wire, kernel);
}

static void check_accounts(struct play *p, const char *name, bool busy)
{
	play_settle(p);
	for (int h = 0; h < HOSTS; h++) {
		const struct wire_account *w = &p->wire[h];
		const struct kernel_account *k = &p->kernel[h];

		check(p, name, h, "TcpInSegs", w->delivered, k->in);
		check(p, name, h, "TcpInCsumErrors", w->delivered_spoilt, k->spoilt);
		check(p, name, h, "TcpInErrs",
			w->delivered_spoilt + (w->syn_acks > 1 ? w->syn_acks - 1 : 0), k->errors);
		check(p, name, h, "TcpOutSegs + TcpRetransSegs", w->sent + w->syn_acks_again,
			k->out + k->again);
		check(p, name, h, "TcpRetransSegs", w->again, k->again);
		if ((!busy && k->unread == 0) || w->timers > k->timeouts + k->probes + k->again)
			check(p, name, h, "TCPTimeouts + TCPLossProbes", w->timers,
				k->timeouts + k->probes);
		check(p, name, h, "UdpInDatagrams + NoPorts + InErrors", w->udp,
			k->udp_in + k->udp_no_port + k->udp_errors);
		check(p, name, h, "UdpInCsumErrors", w->udp_spoilt, k->udp_spoilt);
	}
	ask_rules(p);
	for (int r = 1; r < RULES_MOST; r++) {
		if (p->fired[r] != p->hits[r])
			fail_msg("%s: rule %d: %lld told, %lld hits", name, r, p->fired[r],
				p->hits[r]);
	}
}

/* ---- the cases ---- */

#define LISTENER "socket l in server; bind l :80; listen l; socket c in client\n"
#define CONNECTION LISTENER "connect c bob:80; accept l a\n"
#define DATAGRAMS                                                                                  \
	"socket s udp in server; bind s :5000; socket c udp in client; bind c :5001\n"             \
	"connect c bob:5000\n"
#define ACKED "expect c sendq 0 within 10s; expect a sendq 0 within 10s\n"

#define ANY (-1)
#define BUSY (-2) /* any, with calls and timers at work at the same time */

/* What that host's kernel must have counted, so that a case is about what it says. One that has to wait for a core
 * sends more again, by more timers. */
struct expected {
	int host;
	long long again, spoilt, timers;
};

static const struct {
	const char *name, *script;
	struct expected expected;
} cases[] = {
	{ "nothing done",
		CONNECTION "send c \"hello\"; recv a => \"hello\"\n" ACKED
			   "close c; expect a CLOSE-WAIT; close a; expect c TIME-WAIT",
		{ 0, 0, 0, 0 } },
	{ "data dropped", CONNECTION "drop data from c x2\nsend c \"hello\"; recv a\n" ACKED,
		{ 0, 2, 0, 2 } },
	{ "SYN dropped", LISTENER "drop syn x1\nconnect c bob:80; accept l a", { 0, 1, 0, 1 } },
	/* both ends' timers are due together: who is late finds the one's SYN behind the other's SYN/ACK */
	{ "SYN/ACK dropped", LISTENER "drop syn/ack x1\nconnect c bob:80; accept l a",
		{ 1, ANY, 0, BUSY } },
	{ "FIN dropped",
		CONNECTION "drop fin x1\nclose c\nexpect a CLOSE-WAIT within 5s\n"
			   "expect c FIN-WAIT-2",
		{ 0, 1, 0, 1 } },
	{ "dropped by hand",
		CONNECTION "hold data\nsend c \"hello\"\ndrop #4\nrelease\nrecv a\n" ACKED,
		{ 0, 1, 0, 1 } },
	{ "several small ones dropped",
		CONNECTION "set c TCP_NODELAY on; drop data from c x4\n"
			   "send c \"one\"; send c \"two\"; send c \"three\"\n"
			   "recv a 11 MSG_WAITALL => 11\n" ACKED,
		{ 0, ANY, 0, ANY } },
	{ "data doubled",
		CONNECTION "duplicate data from c x2\nsend c \"hello\"; recv a\n"
			   "send c \"again\"; recv a\n" ACKED,
		{ 0, 0, 0, 0 } },
	{ "SYN doubled", LISTENER "duplicate syn x1\nconnect c bob:80; accept l a",
		{ 0, 0, 0, 0 } },
	{ "doubled by hand",
		CONNECTION "hold data x1\nsend c \"hello\"\nduplicate #4\nstep 2\n"
			   "recv a\n" ACKED,
		{ 0, 0, 0, 0 } },
	{ "data delayed beyond the timer",
		CONNECTION "delay data from c x1 700ms\nsend c \"hello\"; recv a\n" ACKED,
		{ 0, ANY, 0, ANY } },
	{ "acknowledgements delayed",
		CONNECTION "delay ack from a x3 400ms\nsend c \"hello\"; recv a\n" ACKED,
		{ 0, ANY, 0, ANY } },
	{ "data held, then let go",
		CONNECTION "hold data from c\nsend c \"hello\"\nexpect c retransmits 1\nrelease\n"
			   "recv a\n" ACKED,
		{ 0, ANY, 0, ANY } },
	{ "two swapped",
		CONNECTION "set c TCP_NODELAY on; hold\nsend c \"one\"; send c \"two\"\n"
			   "swap #4 #5\nrelease\nrecv a 6 MSG_WAITALL\n" ACKED,
		{ 0, ANY, 0, ANY } },
	{ "checksum of data spoilt",
		CONNECTION "corrupt data from c x2\nsend c \"hello\"; recv a\n" ACKED,
		{ 1, 0, 2, 0 } },
	{ "checksum of ACKs spoilt",
		CONNECTION "corrupt ack from a x2\nsend c \"hello\"; recv a\n" ACKED,
		{ 0, ANY, 2, ANY } },
	{ "checksum of a SYN spoilt", LISTENER "corrupt syn x1\nconnect c bob:80; accept l a",
		{ 1, 0, 1, 0 } },
	{ "checksum spoilt by hand",
		CONNECTION "hold data x1\nsend c \"hello\"\ncorrupt #4\nrelease\nrecv a\n" ACKED,
		{ 1, 0, 1, 0 } },
	{ "spoilt and doubled",
		CONNECTION "corrupt data from c x1; duplicate data from c x1\n"
			   "send c \"hello\"; recv a\n" ACKED,
		{ 1, 0, 2, 0 } },
	{ "payload changed",
		CONNECTION
		"corrupt data from c x1 payload\nsend c \"hello\"; recv a => \"iello\"\n" ACKED,
		{ 1, 0, 0, 0 } },
	{ "a narrow wire",
		CONNECTION "rate data from c 10mbit\nsend c 50000 &\n"
			   "recv a 50000 MSG_WAITALL => 50000\n" ACKED,
		{ 1, 0, 0, BUSY } },
	{ "the cable cut and mended",
		CONNECTION "host bob cut\nsend c \"hello\"\nexpect c retransmits 1\nhost bob mend\n"
			   "recv a\n" ACKED,
		{ 0, ANY, 0, ANY } },
	{ "forged, right and wrong",
		CONNECTION "forge psh/ack from c to a data \"x\"; recv a => \"x\"\n"
			   "forge rst from c to a seq next+100\n"
			   "forge ack from c to a checksum wrong\n"
			   "forge ack from a to c checksum wrong\n",
		{ 1, 0, 1, 0 } },
	{ "nobody listens", "socket c in client; connect c bob:81 => ECONNREFUSED",
		{ 1, 0, 0, 0 } },
	{ "the window closed",
		"socket l in server; bind l :80; set l SO_RCVBUF 4608; listen l; socket c in client\n"
		"connect c bob:80; accept l a\nsend c 30000\nexpect c timer probe within 5s\n"
		"mark\nexpect seen ack from c ack from a within 5s\nrecv a 30000 MSG_WAITALL => 30000\n" ACKED,
		{ 0, ANY, 0, BUSY } },
	{ "datagrams: all of it",
		DATAGRAMS
		"drop udp x1; send c \"lost\"\nduplicate udp x1; send c \"twice\"\n"
		"corrupt udp x2; send c \"spoilt\"; send c \"spoilt\"\n"
		"corrupt udp x1 payload; send c \"cat\"\ndelay udp x1 20ms; send c \"late\"\n"
		"recv s => \"twice\"; recv s => \"twice\"; recv s => \"dat\"\n"
		"recv s => \"late\"; recv s MSG_DONTWAIT => EAGAIN",
		{ 1, 0, 0, 0 } },
	{ "datagrams: held and swapped",
		DATAGRAMS
		"hold udp x2; send c \"1\"; send c \"2\"; swap #1 #2; duplicate #1; release\n"
		"recv s => \"2\"; recv s => \"1\"; recv s => \"1\"",
		{ 1, 0, 0, 0 } },
	{ "datagrams: no such port",
		"socket c udp in client; sendto c \"x\" bob:9; duplicate udp to bob x1\n"
		"sendto c \"x\" bob:9; corrupt udp to bob x1; sendto c \"x\" bob:9",
		{ 1, 0, 0, 0 } },
	{ "all at once in a transfer",
		CONNECTION "drop data from c x2; duplicate data from c x7; corrupt data from c x2\n"
			   "drop ack from a x4; duplicate ack from a x3; corrupt ack from a x3\n"
			   "corrupt data from c x2 payload\n"
			   "delay data from c x20 15ms +-15ms seed 5; rate data from c 200mbit\n"
			   "send c 400000 &\nrecv a 400000 MSG_WAITALL => 400000\nwait\n" ACKED
			   "close c; expect a CLOSE-WAIT; close a; expect c TIME-WAIT",
		{ 1, 0, ANY, BUSY } },
	{ "a hole at the beginning of a large window",
		CONNECTION "send c 200000 &; recv a 200000 MSG_WAITALL => 200000; wait\n"
			   "drop data from c x1\n"
			   "send c 300000 &; recv a 300000 MSG_WAITALL => 300000; wait\n" ACKED,
		{ 0, ANY, 0, BUSY } },
	{ "a thousand SYNs of nobody",
		"host crowd ghost; socket l in server; bind l :80; listen l 16\n"
		"repeat 1000 { forge syn from crowd:random to bob:80 }\n"
		"expect bob counter TcpInSegs 1000; expect bob counter TcpExtListenDrops 0\n",
		{ 1, ANY, 0, BUSY } },
	{ "both ways at once",
		CONNECTION
		"drop data x6; duplicate data x6; corrupt data x6\n"
		"delay data x30 10ms +-10ms seed 9\n"
		"process other on alice; process another on bob\n"
		"send c 100000 &; send a 100000 &; wait\n"
		"recv a 100000 MSG_WAITALL => 100000; recv c 100000 MSG_WAITALL => 100000\n" ACKED,
		{ 0, ANY, ANY, BUSY } },
};

static void check_extent(const struct play *p, size_t i)
{
	const struct expected *e = &cases[i].expected;
	const struct kernel_account *k = &p->kernel[e->host];

	if (k->again < e->again)
		check(p, cases[i].name, e->host, "segments that must be sent again", e->again,
			k->again);
	if (e->spoilt >= 0)
		check(p, cases[i].name, e->host, "segments that must be spoilt", e->spoilt,
			k->spoilt);
	if (k->timeouts + k->probes < e->timers)
		check(p, cases[i].name, e->host, "timers that must fire", e->timers,
			k->timeouts + k->probes);
}

static void compare_all(bool ipv6)
{
	static struct play p; /* large */
	const char *only = getenv("CASE"); /* by hand */

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (only && strcmp(only, cases[i].name) != 0)
			continue;
		play_begin(&p, cases[i].script, ipv6);
		check_accounts(&p, cases[i].name, cases[i].expected.timers == BUSY);
		check_extent(&p, i);
		play_end(&p);
	}
}

static void accounts_agree_over_ipv4(void **state)
{
	(void)state;
	compare_all(false);
}

static void accounts_agree_over_ipv6(void **state)
{
	(void)state;
	compare_all(true);
}

/* TCPTimeouts + TCPLossProbes as /proc tells them: a line of names, then one of numbers. */
static long long timers_of(long long pid)
{
	CLEANUP(freep) char *names = NULL, *numbers = NULL;
	char path[64], *name_place, *number_place;
	size_t names_size = 0, numbers_size = 0;
	long long sum = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%lld/net/netstat", pid);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_true(getline(&names, &names_size, file) > 0);
	assert_true(getline(&numbers, &numbers_size, file) > 0);
	fclose(file);
	for (char *name = strtok_r(names, " ", &name_place),
		  *number = strtok_r(numbers, " ", &number_place);
		name && number; name = strtok_r(NULL, " ", &name_place),
		  number = strtok_r(NULL, " ", &number_place)) {
		if (strcmp(name, "TCPTimeouts") == 0 || strcmp(name, "TCPLossProbes") == 0)
			sum += strtoll(number, NULL, 10);
	}
	return sum;
}

/* A lab that is kept from running finds the work of two timers at once, and tells them apart. */
static void timers_of_a_stall_are_told_apart(void **state)
{
	static struct play p; /* large */
	uint64_t deadline = clock_now_ns() + PROGRAM_DEADLINE_NS;

	(void)state;
	play_begin(&p,
		"socket l in server; bind l :80; listen l; socket c in client\n"
		"delay syn x2 40ms\nconnect c bob:80; accept l a\n" /* so that the probe comes later */
		"set c TCP_NODELAY on; drop data from c x4\n"
		"send c \"one\"; send c \"two\"; send c \"three\"",
		false);
	assert_int_equal(kill(p.program.pid, SIGSTOP), 0);
	while (timers_of(p.client) < 2 && clock_now_ns() < deadline)
		sched_yield();
	assert_int_equal(kill(p.program.pid, SIGCONT), 0);
	say(&p, "recv a 11 MSG_WAITALL => 11\n" ACKED "mark recovered\n");
	see_until(&p, "recovered");
	check_accounts(&p, "a stall", false);
	assert_true(p.kernel[0].timeouts + p.kernel[0].probes >= 2);
	play_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_of_a_stall_are_told_apart),
		cmocka_unit_test(accounts_agree_over_ipv4),
		cmocka_unit_test(accounts_agree_over_ipv6),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
