/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/topic.h"

#define PAIR "socket l; bind l :80; listen l; socket c; connect c :80; accept l a; "

static const struct word_topic words[] = {
	{
		.name = "match",
		.others =
			"matches|from|to|port|where|syn|syn/ack|ack|data|fin|fin/ack|rst|rst/ack|data/fin|tcp|udp|"
			"icmp|any|always|filter|filters|pcap|pcap-filter|bpf",
		.meaning =
			"Which packets are meant. One word for what they have: syn, syn/ack, ack, data, fin, "
			"fin/ack, rst, rst/ack, data/fin, tcp, udp, icmp, any. syn means SYN without ACK, and ack "
			"alone a segment with nothing else; the others leave the rest open, so fin is any segment "
			"with FIN. Then `from X`, `to X` (a socket, a host, an address), `port N` (either end) "
			"and where \"FILTER\". A socket is what it is by the time that is asked: one that is "
			"connected, its connection, both ends of it; a listener or a UDP socket without a peer, "
			"its address and port, so `to l` is also what comes for all that l accepts; one without "
			"an address nothing yet, so `drop syn from c` may stand before `connect c :80`. A "
			"connection that has ended is still meant, until another socket has one between the "
			"same addresses. FILTER is in the language of pcap-filter(7), seeing the packet from its IP "
			"header on. What is left out is any. Taken by hold and step, by drop, duplicate, delay, "
			"corrupt and rate, for which xN says how many, always all and P% how many of a hundred "
			"by chance (help loss), and by expect segments and expect gap: these are about what was "
			"sent, and take no where. Words may be in capitals, as the lab prints them.",
		.example = "drop syn/ack from l x2",
		.source = "lab/wire/match.h; pcap-filter(7)",
	},
	{
		.name = "loss",
		.others =
			"lose|lossy|chance|percent|P%|%|seed|dice|random|random loss|packet loss|netem|jitter",
		.meaning =
			"`drop syn x1` loses the next SYN, `drop #3` a held packet, `drop data 10%` one of ten by "
			"chance; so do duplicate, delay and corrupt. The dice are thrown once for each packet "
			"the rule is for, from a seed (1, unless told: 10% seed 7), so the same packets give the "
			"same losses every time; which packets TCP sends depends on its timers, too. `rules` "
			"tells how many were hit and how many passed. delay 100ms +-20ms spreads from a seed in "
			"the same way. What is lost is told as dropped, with the rule.",
		.example =
			"socket s udp; bind s :53; drop udp 50% seed 4; socket q udp; sendto q \"x\" :53; rules",
		.source = "lab/wire/rule.c; tc-netem(8) has the like",
	},
	{
		.name = "window",
		.others = "win|wscale|window scale|window scaling|scaling|window_scaled|rwnd",
		.meaning =
			"win: how many bytes the sender of the segment has room for. The field has 16 bits and is "
			"shifted by what the SYNs agreed on, wscale, when both offered it; the lab shows it "
			"shifted once it has seen both, so 63 on the wire with wscale 10 is win 64512. In a SYN "
			"itself it is never shifted. `forge ... win N` takes the field as on the wire; --json "
			"has both, window and window_scaled. win 0: help zero-window.",
		.example = PAIR "send c 1000; ladder",
		.source = "RFC 9293 3.8.6, RFC 7323 2; help TCP_WINDOW_CLAMP, SO_RCVBUF",
	},
	{
		.name = "mss",
		.others =
			"TS|timestamp|timestamps|1448|1460|segment size|maximum segment size|PAWS",
		.meaning =
			"mss 1460 in a SYN: the largest segment its sender wants to receive, the MTU of wire0 (1500) "
			"less 20 bytes of IP and 20 of TCP header; over IPv6 1440. Segments hold 1448 all the "
			"same, for each has 12 bytes of options: timestamps, which both SYNs offered (TS). With "
			"these the kernel measures round trips and knows old duplicates (PAWS). The story tells "
			"that they are offered; `events`, `capture` and --json have their values, forge's ts makes "
			"them. `sysctl net.ipv4.tcp_timestamps 0` does without, TCP_MAXSEG asks for less.",
		.example = "sysctl net.ipv4.tcp_timestamps 0; " PAIR
			   "mark; send c 1460; expect segments data ack",
		.source = "RFC 9293 3.7.1, RFC 6691, RFC 7323 3 and 5",
	},
	{
		.name = "sack",
		.others =
			"dsack|d-sack|sackOK|sackPermitted|selective acknowledgement|selective acknowledgment",
		.meaning =
			"sackOK in both SYNs: an ACK may tell what arrived behind a hole. ack 1 <sack 1001-3001>: "
			"everything before 1 is here, and 1001 to 3000, too; so only 1 to 1000 need be sent "
			"again. dsack 1-1001: these bytes came twice, so sending them again was not necessary. "
			"Numbers count as ack does, the second is the first byte that is not in it. "
			"`sysctl net.ipv4.tcp_sack 0` does without.",
		.example = PAIR "drop data x1; send c 1000; send c 1000; send c 1000; "
				"recv a 3000 MSG_WAITALL => 3000; ladder",
		.source = "RFC 2018, RFC 2883; net/ipv4/tcp_input.c tcp_sack_new_ofo_skb()",
	},
	{
		.name = "expect",
		.others =
			"expectation|expectations|path|count|counter|gap|segments|seen|returned|never|"
			"running|exited",
		.meaning =
			"The forms of an expectation:\n"
			" c ESTABLISHED: the socket is in that state, now or within the time.\n"
			" c path CLOSED > SYN-SENT > ESTABLISHED: these states since `mark` and no others.\n"
			" c recvq 5, c sendq 0, c backlog 16, c retransmits 2: its numbers.\n"
			" c timer retransmission: which timer runs; none is none.\n"
			" c timer time-wait 60s +-2%: that timer, and how long until it fires.\n"
			" c cwnd 10, c rto 200ms +-20%, c ca_state Loss: a field that `show` tells.\n"
			" counter TcpRetransSegs 1, bob counter ...: what a host's kernel has counted.\n"
			" count TIME-WAIT 2: so many sockets are in that state.\n"
			" segments syn syn/ack ack, no segments: what was sent since `mark`.\n"
			" seen syn rst: these were among them, in this order.\n"
			" c returned recv \"hello\", c returned send EPIPE: such a call since `mark` gave that.\n"
			" gap syn syn 1s +-20%: the time from the first such segment to the next.\n"
			" main running | blocked accept | exited 0 | killed SIGPIPE: the process's fate.\n"
			" never c CLOSED within 1s: it must not come true.\n"
			" Each waits up to 2 s, or `within T`.",
		.example = "expect c path CLOSED > SYN-SENT within 1s",
		.source = "lab/language/expectation.h",
	},
	{
		.name = "outcome",
		.others = "outcomes|blocked|killed|success",
		.meaning =
			"What a call must give, behind => : a number (=> 5, => 64k, => 2s, => 100 +-10%), the "
			"data it receives (=> \"hello\"), an errno (=> ECONNRESET), what an option or poll "
			"answers (=> on, => cubic, => POLLIN|POLLHUP), => blocked (it does not return), "
			"=> killed SIGPIPE (the process dies of it). Without => anything but an error is "
			"well, and at the prompt an error is only told. & behind it: go on, and check when "
			"it returns.",
		.example = "socket c; connect c :80 => ECONNREFUSED",
		.source = "lab/language/outcome.h",
	},
	{
		.name = "addresses",
		.others = "address|localhost|@|ADDR:PORT",
		.meaning =
			"127.0.0.1:80 and [fd00::1]:80 as everywhere; bob:80 is host bob, :80 this host (that of "
			"the socket's process), both in the family of the socket; @s is where socket s is "
			"bound; port 0 has the kernel choose. All of 127.0.0.1 goes by the wire, and is each "
			"host's own; ::1 cannot leave lo, so localhost has fd00::1. To other hosts localhost "
			"is 10.0.0.254. What is sent to an address that no host has is dropped on the wire.",
		.example = PAIR "getpeername a => @c",
		.source = "ip(7), ipv6(7); lab/language/names.h",
	},
	{
		.name = "hosts",
		.others = "machine|machines|crash|reboot|cut|mend|ghost|power cut|cable|half-open",
		.meaning =
			"A host is a machine: a kernel's network of its own, with addresses, settings, counters "
			"and one interface, wire0. localhost is there from the start, `host alice` makes "
			"another, `process p on alice` starts something there. crash cuts its power: nothing "
			"more comes from it, neither FIN nor RST, and what is sent to it is lost. reboot: it is "
			"up again and remembers nothing, so it answers the segments of old connections with "
			"RST; one that is up loses its power first. cut and mend are about its cable: a host without one still reaches itself. A "
			"ghost is addresses without a kernel: it never answers, but `forge` can.",
		.example =
			"host alice; process p on alice; host alice crash; host alice reboot; host",
		.source = "namespaces(7); RFC 9293 3.5.1",
	},
	{
		.name = "names",
		.others = "name|l/1|kid/c|web/3|SOCK|PROC|nobody|main",
		.meaning =
			"A socket, a process and a host have a name: letters, digits, _ and -. main is the process "
			"that is there from the start. l/1, l/2: the connections of listener l that nobody "
			"has accepted; accept gives one its own name. :80 (b:80 on host b): whoever gets it of "
			"several that share the port, see SO_REUSEPORT; :80/?7: a connection of one of them, "
			"until its handshake is complete and one accept queue has grown: then it is l/1. kid/c: "
			"c in kid after `fork main kid`; the same socket, one more descriptor. web/3: descriptor 3 of a program under exec. A "
			"socket keeps its name after close, as nobody's, until the name is used again.",
		.example = PAIR "fork main kid; send kid/c \"x\"; recv a => \"x\"",
		.source = "lab/language/names.h",
	},
	{
		.name = "story",
		.others = "columns|line|lines|<-|HELD|again|#1|#|seq|len",
		.meaning =
			"The columns of a line: the time in ms since the start; who (a process, a socket, or #N, "
			"a segment); what; and <- why: the call, the segment or the timer that made it happen.\n"
			" A call: connect(3, 127.0.0.1:80) = 0 <0.2 ms>: descriptor, arguments, result, how long.\n"
			" A state: SYN-SENT -> ESTABLISHED.\n"
			" A segment: c > l SYN/ACK seq 0 ack 1 win 64240 len 5 \"hello\": numbers count from the "
			"SYN's, which is 0, the window is in bytes (help window); <...> is what a SYN offers "
			"(help mss, sack), or SACK blocks; HELD: it stands on the wire; (again: #2): the same bytes as #2.",
		.example = "socket c; connect c :80 => ECONNREFUSED",
		.source = "lab/journal/README.md",
	},
	{
		.name = "timers",
		.others = "time-wait timer|KIND",
		.meaning =
			"The kernel's timers run on while segments are held. One at a time is shown for a socket: "
			"retransmission, keepalive, zero-window probe, time-wait (60 s, from the last FIN; see "
			"help TIME-WAIT). A timer that sock_diag does not show is told as an unreported timer: "
			"help delayed-ack. `ss` shows which runs and for how long, `expect c timer KIND` waits "
			"for one.",
		.example = PAIR "hold; send c \"x\"; expect c timer retransmission",
		.source = "ss(8); net/ipv4/inet_diag.c inet_sk_diag_fill()",
	},
	{
		.name = "retransmission",
		.others = "retransmissions|retransmit|retransmission timer|tcp_syn_linear_timeouts|"
			  "net.ipv4.tcp_syn_linear_timeouts",
		.meaning =
			"Sent and not acknowledged in time: the oldest segment is sent again, and the time doubles. "
			"1 s for SYN and SYN/ACK, then 200 ms and more, by the round-trip time; at most 120 s. "
			"Of a SYN the first net.ipv4.tcp_syn_linear_timeouts (4; since Linux 6.5) come 1 s "
			"apart before it doubles, so 1, 2, 3, 4, 5, 7, 11 s after the first: `tcplab claims B2` "
			"shows it, and `sysctl net.ipv4.tcp_syn_linear_timeouts 0` ends it. "
			"The number told is how often in a row. TCP_SYNCNT, net.ipv4.tcp_retries2 and "
			"TCP_USER_TIMEOUT say when TCP gives up: ETIMEDOUT.",
		.example = PAIR "hold; send c \"x\"; expect c retransmits 1 within 3s",
		.source = "RFC 6298, RFC 9293 3.8.1; net/ipv4/tcp_timer.c tcp_retransmit_timer()",
	},
	{
		.name = "loss-probe",
		.others = "loss probe|tlp|tail loss probe",
		.meaning =
			"Before the retransmission timeout the last segment is sent again once, after about two "
			"round-trip times, so that the peer's answer tells what was lost. sock_diag shows it "
			"as a retransmission timer, as it does the timer that RACK waits for reordered segments with, but counts none: the story tells it so, \"(or loss probe)\".",
		.example = PAIR "hold; mark; send c \"x\"; expect segments data data within 2s",
		.source = "RFC 8985 7; net/ipv4/tcp_output.c tcp_send_loss_probe()",
	},
	{
		.name = "keepalive",
		.others = "keep-alive|keepalive timer|keepalives",
		.meaning =
			"With SO_KEEPALIVE an idle connection is probed after TCP_KEEPIDLE (2 hours): a segment "
			"without data, one number old, that a living peer acknowledges. TCP_KEEPCNT probes "
			"without an answer, TCP_KEEPINTVL apart, end it with ETIMEDOUT. Without SO_KEEPALIVE the same "
			"timer, by the same name, serves a FIN-WAIT-2 that nobody holds, when that is to last more than "
			"60 s (tcp_fin_timeout, TCP_LINGER2, or 3.5 times the rto if that is more); and SYN-RECEIVED.",
		.example = PAIR "set c SO_KEEPALIVE; expect c timer keepalive",
		.source = "tcp(7); RFC 9293 3.8.4; net/ipv4/tcp_timer.c tcp_keepalive_timer()",
	},
	{
		.name = "zero-window",
		.others = "zero-window probe|zero window|probe|persist",
		.meaning =
			"The receiver's buffer is full, so it advertises win 0 and the sender must stop. A "
			"zero-window probe asks from time to time whether there is room again, because the "
			"segment that says so may be lost. It is told as the zero-window probe timer; in "
			"expect: timer probe.",
		.example =
			"socket l; set l SO_RCVBUF 8k; bind l :80; listen l; socket c; connect c :80; "
			"nonblock c on; send c 100k; expect c timer probe within 10s",
		.source = "RFC 9293 3.8.6.1; net/ipv4/tcp_timer.c tcp_probe_timer()",
	},
	{
		.name = "delayed-ack",
		.others = "delayed ack|unreported|unreported timer|delack|quickack",
		.meaning =
			"An ACK may wait, 40 ms and more, for data to ride on or for a second segment: how long, "
			"`show a ato` tells. sock_diag does not show the timer behind it, so what it sends is "
			"told as done by an unreported timer. At the start of a connection, and with "
			"TCP_QUICKACK, the kernel acknowledges data at once. The ACK of a FIN waits in "
			"CLOSE-WAIT for the program's own FIN: 40 ms too, but where no data has come before, "
			"ato is 0, and it goes with the next tick of the kernel's clock (every 1 to 10 ms).",
		.example =
			PAIR "send c \"x\"; recv a; mark; close c; expect c FIN-WAIT-2; show a ato",
		.source =
			"RFC 9293 3.8.6.3; net/ipv4/tcp_timer.c tcp_delack_timer_handler(), tcp_input.c tcp_fin()",
	},
	{
		.name = "sigpipe",
		.others = "SIGPIPE|broken pipe|MSG_NOSIGNAL",
		.meaning =
			"Sending on a connection that takes nothing any more gives EPIPE and raises SIGPIPE, whose "
			"default is death. The first send after the peer's close still succeeds: its RST "
			"comes later, and the next call fails. MSG_NOSIGNAL with send, or `signal PROC PIPE "
			"ignore`, leaves only EPIPE.",
		.example = "process p; socket c in p; send c \"x\" => killed SIGPIPE",
		.source = "send(2), signal(7); net/core/stream.c sk_stream_error()",
	},
	{
		.name = "wire",
		.others = "wire0|segment|on the wire",
		.meaning =
			"What lies between sockets, even on one host: a TUN device, wire0, at whose other end the lab "
			"sits. What a socket sends is on the wire until it is delivered, held or dropped. The "
			"kernels do not know: to them the network is slow or bad. UDP and ICMP pass here as "
			"TCP does: all can be held, lost, delayed, forged.",
		.example =
			"hold; socket c; nonblock c on; connect c :80 => EINPROGRESS; wire; step",
		.source = "lab/wire/wire.h; tun.rst in the kernel's documentation",
	},
	{
		.name = "mark",
		.meaning =
			"expect path and expect segments look at what happened since the last mark; without one, "
			"since the start.",
		.example = "socket c; mark; connect c :80 => ECONNREFUSED; expect segments syn rst",
		.source = "lab/language/expectation.h",
	},
	{
		.name = "claims",
		.others = "verdict|verdicts|evidence|holds|untested",
		.meaning =
			"A statement about TCP, put to this kernel: claim A1 \"...\" { COMMANDS }. What the expectations "
			"in the block and its calls with => saw is the evidence. It holds; with `differs \"...\"` as "
			"the block's last command it differs, and that says what this kernel does instead; it has "
			"failed when an expectation was not met, and is untested when all it expects is for "
			"--slow, or needs a program. segments and path count from its beginning; a claim of nothing but "
			"expectations looks back to the last mark or claim that did something. In the shell, "
			"`tcplab claims` plays them all, `tcplab claims A16` those that test one.",
		.example =
			"socket c; claim C1 \"Nobody listens: refused.\" { connect c :80 => ECONNREFUSED }",
		.source = "lab/language/claim.h; recipes/README.md",
	},
	{
		.name = "exercise",
		.others = "exercises|student|students|grade|submission|score|goals|hints|practice",
		.meaning =
			"Something to bring about: `tcplab list exercises` shows what there is, `tcplab exercise "
			"close-wait --student ID` begins one at the prompt. The prompt tells how many goals are met. "
			"What the kernel does is what counts, at the first moment of rest at which all of a goal "
			"stands; a goal met stays met, unless it says: still at the end. `goal` tells how it "
			"stands and what is left of the limits; looking (ss, ladder, events, help) and waiting "
			"are free. `hint` may cost part of the score, `answer` answers, `submit` writes the file to "
			"hand in. It is graded by playing it again: what was typed, waiting for what was waited for. "
			"A port that the kernel chose will be another one then: write @c, not its number.",
		.source = "language/exercise.h; recipes/exercises/README.md",
	},
	{
		.name = "recipe",
		.others = "recipes|play|check",
		.meaning =
			"A session in a file, TOPIC/BEHAVIOUR.lab: commands as at the prompt, # begins a comment, ; "
			"or a new line ends a command. In the shell, `tcplab play open/three-way` tells it, "
			"`tcplab check recipes` plays them all as tests, `tcplab list` lists them. save "
			"makes one from a session, include runs one inside another. A call that does not "
			"return fails after 10 s, unless it ends in & or says => blocked.",
		.source = "recipes/README.md",
	},
};
#define WORD_TOPIC_COUNT (sizeof(words) / sizeof(words[0]))

const struct word_topic *topic_word_at(size_t index)
{
	return index < WORD_TOPIC_COUNT ? &words[index] : NULL;
}
