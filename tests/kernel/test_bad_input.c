/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with the input is told once, clearly, with its place, on standard error; the exit code is
 * 2, nothing stays behind, and no byte of the input that a terminal would obey comes back. Each line is
 * tried as -c, as a file, as standard input that is a file, and through a pipe. */
#include <sys/prctl.h>
#include <sys/stat.h>

#include "program.h"

#define RANDOM_BYTES 8192
#define LONG_LINE_BYTES 1000000
/* One argument of execve(2) holds at most MAX_ARG_STRLEN, 32 pages, with its NUL. */
#define ARGUMENT_MAX (128 * 1024 - 1)

/* What the first line of standard error must begin with, behind the name of the file. */
struct bad_line {
	const char *input;
	size_t len; /* 0 = up to the NUL */
	const char *message;
};

#define LISTENER "socket l; bind l :80; listen l; "
#define FORGE "forge syn from :1 to :80 "
#define HELD_SYN "socket c; hold; connect c :80 &; expect c SYN-SENT; "

static const struct bad_line bad_lines[] = {
	/* verbs and words */
	{ "conect c :80", 0, ":1:1: unknown command 'conect'; did you mean 'connect'?" },
	{ "say hi\nfrobnicate\n", 0, ":2:1: unknown command 'frobnicate'; 'help' lists them all" },
	{ "connect", 0, ":1:1: 'connect' needs more: connect SOCK ADDR:PORT" },
	{ "connect a b c", 0, ":1:13: 'c' is one word too many: connect SOCK ADDR:PORT" },
	{ "say x => 3", 0, ":1:7: 'say' is no system call: '=>' does not apply" },
	{ "say x &", 0, ":1:7: 'say' never waits: '&' does not apply" },
	{ "socket c => bogus", 0, ":1:13: 'bogus' is no outcome: use a number, " },
	{ "socket c =>", 0, ":1:10: '=>' needs what the call must give: " },
	{ "socket c & ss", 0, ":1:12: unexpected word; end the command with ';' or a new line" },
	{ "{ socket c }", 0, ":1:1: '{' belongs behind a command" },
	{ "exit", 0, ":1:1: 'exit' needs more: exit PROC [CODE]; to leave the lab: quit" },
	{ "forge rst", 0, ":1:1: 'forge' needs more: forge PACKET DETAIL...; from whom to whom?" },
	{ "remove 3", 0, ":1:1: unknown command 'remove'; write: rules remove N" },
	{ "crash bob", 0, ":1:1: unknown command 'crash'; write: host bob crash" },
	{ "mend", 0, ":1:1: unknown command 'mend'; write: host NAME mend" },
	{ "bob crash", 0, ":1:1: unknown command 'bob'; write: host bob crash" },
	/* names */
	{ "host crash", 0, ":1:6: 'crash' is what becomes of a host: host NAME crash" },
	{ "host crash bob", 0, ":1:6: 'crash' is what becomes of a host: host bob crash" },
	{ "host bob; host bob crush", 0,
		":1:20: 'bob' is a host already, and 'crush' nothing that "
		"becomes of one; did you mean: host bob crash" },
	{ "host bob; host bob now", 0,
		":1:20: 'bob' is a host already, and 'now' nothing that becomes "
		"of one: host bob crash|reboot|cut|mend" },
	{ "process from", 0, ":1:9: 'from' is a word of the commands; choose another name" },
	{ "socket mend", 0, ":1:8: 'mend' is a word of the commands" },
	{ "host bob; socket c; connect c bob", 0,
		":1:31: 'bob' is a host, its port is missing: bob:80" },
	{ "mark m3; socket c; ladder m3", 0,
		":1:20: 'm3' is no socket, no process that has had one, and no host; it is a mark: "
		"ladder since m3" },
	{ "mark m3; socket c; diagram m3", 0,
		":1:20: 'm3' is no socket, and no process or host that has had one; it is a mark: "
		"diagram since m3" },
	{ "socket u udp; diagram u", 0, ":1:15: 'u' has no TCP state" },
	{ "diagram since", 0, ":1:9: since what? `since mark`, or the name of a mark" },
	{ "diagram since nosuch", 0, ":1:15: there was no `mark nosuch`" },
	{ "process p; socket q in p udp", 0,
		":1:26: the kind comes before the process: socket q udp in p" },
	{ "counters carol", 0, ":1:10: there is no such host, and no counter begins with 'carol'" },
	{ "sysctl carol net.ipv4.tcp_sack", 0, ":1:8: no host 'carol'; there are: localhost" },
	{ "connect nosuch :80", 0, ":1:9: no socket 'nosuch'; make one with: socket NAME" },
	{ "socket c; close c; connect c :80", 0, ":1:28: socket 'c' is closed" },
	{ LISTENER "process p; socket c in p; connect c :80; send l/1 \"x\"", 0,
		":1:79: 'l/1' was not accepted yet" },
	{ "socket c\nsocket c\n", 0, ":2:8: socket 'c' is still open" },
	{ "socket main", 0, ":1:8: 'main' is a process already" },
	{ "socket syn", 0, ":1:8: 'syn' names a kind of segment" },
	{ "socket 1x", 0, ":1:8: '1x' is no name" },
	{ "socket c in nobody", 0, ":1:13: no process 'nobody'; there are: main" },
	{ LISTENER "accept l a &; listen l", 0, ":1:54: process 'main' is still in accept(3)" },
	{ "process p; kill p KILL; expect p killed KILL; socket c in p", 0,
		":1:59: process 'p' has ended" },
	/* values */
	{ "socket c; expect c BOGUS", 0, ":1:20: 'BOGUS' is no TCP state, nor a field " },
	{ "socket c; expect c cwnd", 0, ":1:20: a value is missing after this" },
	{ "socket c; expect c cwnd within 1s", 0, ":1:20: a value is missing after this" },
	{ "socket c; expect c cwnd ten", 0, ":1:25: 'ten' is no number from 0 to 4294967295" },
	{ "socket c; expect c cwnd 10 +-x", 0, ":1:28: '+-x' is no tolerance" },
	{ "socket c; expect c cwnd 99 +-inf%", 0, ":1:28: '+-inf%' is no tolerance" },
	{ "socket c; expect c cwnd 99 +-nan%", 0, ":1:28: '+-nan%' is no tolerance" },
	{ "socket c; expect c cwnd 99 +-100%", 0, ":1:28: '+-100%' is no tolerance" },
	{ "socket c; expect c rto 5", 0, ":1:24: '5' is no time: " },
	{ "socket c; expect c ca_state Bogus", 0,
		":1:29: 'Bogus' is no value of ca_state: Open, " },
	{ "socket c; expect c ca_state Loss +-5%", 0, ":1:34: '+-5%' is not understood here" },
	{ "socket c; expect c last_ack_recv 1s", 0, ":1:20: last_ack_recv runs with the clock, " },
	{ "socket c; expect c cookie 5", 0, ":1:27: nothing can be expected of cookie, only read" },
	{ "socket c; show c rtoo", 0, ":1:18: no field 'rtoo'; did you mean 'rto'?" },
	{ "socket c; show c xyzzyxyzzy", 0, ":1:18: no field 'xyzzyxyzzy'; `help topics` lists " },
	{ "socket c; reset; expect c CLOSED", 0,
		":1:25: no socket 'c'; make one with: socket NAME" },
	{ "process kid; reset; expect kid killed SIGKILL", 0, ":1:28: no socket 'kid'" },
	{ "socket c; show d", 0, ":1:16: no socket 'd'; there are: c" },
	{ "ss bogus", 0, ":1:4: 'bogus' is no socket, process, host or TCP state, nor udp" },
	{ "socket c; connect c 1.2.3:80", 0, ":1:21: '1.2.3' is neither an address nor a host" },
	{ "socket c; connect c :99999", 0, ":1:21: ':99999' is no address: " },
	{ "socket c; connect c 127.0.0.1", 0, ":1:21: '127.0.0.1' is no address: " },
	{ "socket c; bind c [::1:80", 0, ":1:18: '[::1' is neither an address nor a host" },
	{ "forge syn from :1 to :2 seq -9223372036854775808", 0,
		":1:29: sequence numbers have 32 bits" },
	{ "forge syn from :1 to :2 seq next+4294967296", 0,
		":1:29: sequence numbers have 32 bits" },
	{ "forge syn from :1 to :2 ttl 0", 0, ":1:29: no packet is sent with a TTL of 0" },
	{ "forge udp from :1 to :2 mss 5", 0, ":1:25: 'mss' is for TCP packets" },
	{ "forge syn from :1 to :2 mtu 5", 0, ":1:25: 'mtu' is for ICMP packets" },
	{ "hold bogus", 0, ":1:6: 'bogus' is none: " },
	{ "hold syn port 99999", 0, ":1:15: '99999' is no number from 1 to 65535" },
	/* rules: the words of a MATCH, and where they stand */
	{ "host a; host b; drop data from a from b", 0, ":1:34: 'from' is said twice" },
	{ "drop port 1 to 10.0.0.1 port 2", 0, ":1:25: 'port' is said twice" },
	{ "drop where \"\"", 0, ":1:12: an empty filter lets everything through" },
	{ "drop where \" \"", 0, ":1:12: an empty filter lets everything through" },
	{ "drop where \"vlan 7\"", 0, ":1:13: libpcap does not take this filter: 'vlan' asks for" },
	{ "drop synack", 0, ":1:6: 'synack' is none: did you mean syn/ack?" },
	{ "hold SYN,ACK", 0, ":1:6: 'SYN,ACK' is none: did you mean syn/ack?" },
	{ "drop x2 data", 0, ":1:6: which packets comes first, then 'x2': drop data x2" },
	{ "delay 300ms syn", 0, ":1:7: which packets comes first, then '300ms': delay syn 300ms" },
	{ "delay data 300ms x1", 0,
		":1:18: 'x1' is in the wrong place: delay #SEG TIME | MATCH [xN] [P% [seed N]] TIME" },
	{ "rate 1mbit data", 0,
		":1:6: the rate comes last, behind what it is for: rate data 1mbit" },
	{ "drop syn 1", 0, ":1:10: how many is written with an x: x1" },
	{ "drop udp syn", 0, ":1:10: a rule is for one kind of packet: make another for 'syn'" },
	{ "drop SYN ack", 0,
		":1:10: a rule is for one kind of packet: 'SYN/ack' for what has both" },
	{ "drop data 0%", 0, ":1:11: '0%' is no chance: " },
	{ "drop data 100.1%", 0, ":1:11: '100.1%' is no chance: " },
	{ "drop data 10% seed", 0, ":1:15: which seed?" },
	{ "drop data 10% x2", 0,
		":1:15: 'x2' is in the wrong place: drop #SEG|MATCH [xN|always] " },
	{ "forge rst from 10.0.0.9:1 seq 1 from 10.0.0.9:2", 0, ":1:33: 'from' is said twice" },
	{ "forge rst seq 1 seq 2", 0, ":1:17: 'seq' is said twice" },
	{ "forge rst from :1", 0, ":1:1: to whom? forge rst from alice:1000 to bob:80" },
	{ "forge rst from 10.0.0.9:1 to :80 x9", 0,
		":1:34: 'x9' is for rules; to forge it again and again: repeat 9 { forge ... }" },
	{ "socket c; send c hello world", 0, ":1:18: text goes in quotes: send c \"hello world\"" },
	{ "sysctl net.ipv4.tcp_sack off", 0,
		":1:26: the kernel does not take 'off' for net.ipv4.tcp_sack: " },
	{ "sysctl net.ipv4.tcp_sack = 0", 0, ":1:26: the kernel does not take '=' for " },
	{ "sysctl net.ipv4.tcp_sack=0", 0,
		":1:8: a blank instead of '=': sysctl net.ipv4.tcp_sack 0" },
	{ "sysctl tcp_sack 0", 0,
		":1:8: 'tcp_sack' is no sysctl; did you mean net.ipv4.tcp_sack?" },
	{ "kill main FOO", 0, ":1:11: 'FOO' is no signal: " },
	{ "drop #7", 0, ":1:6: packet #7 is not held" },
	{ "wait within soon", 0, ":1:13: 'soon' is no time: " },
	{ "sysctl net.no.such", 0, ":1:8: this kernel has no sysctl net.no.such" },
	{ "help frobnicate", 0, ":1:6: no help on 'frobnicate'" },
	/* the wire's rules: what for, how many */
	{ "drop", 0, ":1:1: 'drop' needs more: drop #SEG|MATCH [xN|always]" },
	{ "drop bogus", 0, ":1:6: 'bogus' is none: a kind of packet is needed: syn, " },
	{ "drop syn xx", 0, ":1:10: 'xx' is no count: x3, or always" },
	{ "drop syn x0", 0, ":1:11: '0' is no number from 1 to 1000000" },
	{ "drop syn 3", 0, ":1:10: how many is written with an x: x3" },
	{ "drop #0", 0, ":1:6: '0' is no number from 1 on" },
	{ "drop #7 x2", 0, ":1:9: 'x2' is one word too many: drop #SEG" },
	{ "drop syn from", 0, ":1:10: 'from' needs something behind it: from X, " },
	{ "drop to", 0, ":1:6: 'to' needs something behind it: " },
	{ "drop syn from nobody", 0, ":1:15: 'nobody' is no socket, host or address" },
	{ "drop syn port", 0, ":1:10: 'port' needs something behind it: " },
	{ "hold syn syn", 0, ":1:10: 'syn' is one word too many: hold [MATCH [xN] " },
	{ "hold #7", 0, ":1:6: hold is for coming packets: hold, or hold syn/ack" },
	{ "duplicate bogus", 0, ":1:11: 'bogus' is none: a kind of packet is needed: " },
	{ "duplicate #7", 0, ":1:11: packet #7 is not held; 'wire' lists what is" },
	{ "duplicate data twice", 0, ":1:16: 'twice' is one word too many: duplicate #SEG|MATCH" },
	{ "delay #7 100ms", 0, ":1:7: packet #7 is not held" },
	{ "delay #7 100ms +-20ms", 0, ":1:16: '+-20ms' is one word too many: delay #SEG TIME" },
	{ "delay syn", 0, ":1:1: 'delay' needs more: delay #SEG TIME | MATCH [xN] " },
	{ "delay syn x2", 0, ":1:11: by how long? delay data x1 100ms" },
	{ "delay syn soon", 0, ":1:11: 'soon' is no time: 300ms, 2s, 1.5s, 1m" },
	{ "delay syn 100", 0, ":1:11: '100' is no time: 100s, 100ms ..." },
	{ "sleep 20", 0, ":1:7: '20' is no time: 20s, 20ms ..." },
	{ "delay syn 100ms x2", 0,
		":1:17: 'x2' is in the wrong place: delay #SEG TIME | MATCH [xN] " },
	{ "delay syn 100ms +- 20ms", 0, ":1:17: '+-' needs a time right behind it: +-20ms" },
	{ "delay syn 100ms +-20", 0, ":1:19: '20' is no time: " },
	{ "delay syn 100ms +-20ms seed", 0, ":1:24: which seed? any number: seed 7" },
	{ "delay syn 100ms +-20ms seed x", 0, ":1:29: 'x' is no number from 0 on" },
	{ "corrupt #7", 0, ":1:9: packet #7 is not held" },
	{ "corrupt #7 payload", 0, ":1:9: packet #7 is not held" },
	{ "corrupt syn header", 0, ":1:13: 'header' is one word too many: corrupt #SEG|MATCH " },
	{ "corrupt data payload x2", 0, ":1:22: 'x2' is in the wrong place: corrupt #SEG|MATCH " },
	{ HELD_SYN "corrupt #1 payload", 0, ":1:61: packet #1 has no payload to corrupt" },
	{ "rate fast", 0, ":1:6: 'fast' is no rate, which comes last: 64kbit, 1.5mbit, " },
	{ "rate 0mbit", 0, ":1:6: '0mbit' is no rate" },
	{ "rate #7 10mbit", 0,
		":1:6: a rate is for coming packets; to let this one go later: "
		"delay #7 100ms" },
	{ "swap syn ack", 0, ":1:6: 'syn' is no held packet: swap #3 #4" },
	{ "swap #1 2", 0, ":1:9: '2' is no held packet: swap #3 #4" },
	{ "swap #1 #2", 0, ":1:6: packet #1 is not held; 'wire' lists what is" },
	{ HELD_SYN "swap #1 #2", 0, ":1:61: packet #2 is not held; 'wire' lists what is" },
	{ HELD_SYN "swap #1 #1", 0, ":1:61: these are the same packet" },
	{ "rules bogus", 0, ":1:7: rules lists them; rules remove 2, or rules remove all" },
	{ "rules remove", 0, ":1:7: rules lists them; " },
	{ "rules remove 1", 0, ":1:14: there is no rule 1; 'rules' lists them" },
	{ "hold; rules remove 1 2", 0, ":1:22: there is no rule 2; 'rules' lists them" },
	{ "rules remove x", 0, ":1:14: 'x' is no number from 1 to 4294967295" },
	{ "rules remove all 1", 0,
		":1:18: '1' is one word too many: rules [remove N...|remove all]" },
	/* filters: the word within the quotes */
	{ "hold where", 0, ":1:6: 'where' needs something behind it: " },
	{ "hold where tcp", 0, ":1:12: where takes a filter in quotes: where \"" },
	{ "hold where \"bogus\"", 0,
		":1:13: libpcap does not take this filter: 'bogus' is no word " },
	{ "hold udp where \"len > 40 and bogus\"", 0,
		":1:30: libpcap does not take this filter: 'bogus'" },
	{ "drop where \"host nobody\"", 0,
		":1:18: libpcap does not take this filter: 'nobody' is no " },
	{ "step where \"len >\"", 0, ":1:18: something is missing at the end of this filter, " },
	{ "say \"a\"\n  hold where \"tcp port 80 and\"\n", 0,
		":2:30: something is missing at the end " },
	{ "hold where \"tcp", 0, ":1:12: string is not closed: " },
	/* what kernels have counted */
	{ "counters nobody", 0,
		":1:10: there is no such host, and no counter begins with 'nobody'; " },
	{ "counters nobody TcpInSegs", 0, ":1:10: there is no such host, and no counter " },
	{ "counters TcpInSegs TcpNoSuch", 0,
		":1:20: no counter begins with 'TcpNoSuch'; `counters` alone " },
	{ "host x ghost; counters x", 0, ":1:24: " },
	{ "expect counter TcpNoSuch 1", 0,
		":1:16: this kernel has no counter 'TcpNoSuch'; `counters` " },
	{ "expect counter TcpInSegs", 0, ":1:16: a number is missing after this" },
	{ "expect nobody counter TcpInSegs 1", 0, ":1:8: no host 'nobody'; there are: localhost" },
	/* forged packets: what, from whom, to whom, with what */
	{ "forge syn", 0, ":1:1: 'forge' needs more: forge PACKET DETAIL" },
	{ "forge syn from", 0, ":1:11: an address is missing behind 'from'" },
	{ "forge bogus from :1 to :2", 0,
		":1:7: 'bogus' are no flags: syn, fin, rst, psh, ack, urg, " },
	{ "forge syn/bogus from :1 to :2", 0, ":1:7: 'syn/bogus' are no flags: " },
	{ "forge syn from :1 to", 0, ":1:19: an address is missing behind 'to'" },
	{ "forge syn from 10.0.0.9:1", 0, ":1:1: to whom? forge syn from " },
	{ "forge syn to 10.0.0.9:1", 0, ":1:1: from whom? forge syn from " },
	{ "forge syn from 10.0.0.9:1 to [fd00::1]:80", 0,
		":1:1: one address is IPv4 and the other IPv6" },
	{ "forge syn from 10.0.0.9 to :80", 0, ":1:16: '10.0.0.9' is no address: " },
	{ "forge syn from 10.9.0.0/16 to :80", 0,
		":1:16: which of these? 10.9.0.0/16:random takes " },
	{ "forge syn from 10.9.0.0/33:random to :80", 0,
		":1:16: '10.9.0.0/33:random' is no prefix: " },
	{ "forge syn from 10.9.0.0/:random to :80", 0, ":1:16: '10.9.0.0/:random' is no prefix: " },
	{ "forge syn from x/8:random to :80", 0,
		":1:16: 'x' is no address to begin with: 10.9.0.0/16:" },
	{ "forge syn from x:random to :80", 0,
		":1:16: 'x' is neither an address nor a host of this lab" },
	{ "socket c; forge syn from c to :80", 0, ":1:26: socket 'c' has no address yet" },
	{ FORGE "seq", 0, ":1:26: a number is missing behind 'seq'" },
	{ FORGE "seq x", 0, ":1:30: 'x' is no place in the sequence: 1, next, next+1, c+100 " },
	{ FORGE "seq next", 0, ":1:30: nothing was sent that way yet, so there is no next" },
	{ FORGE "seq raw", 0, ":1:30: 'raw' is no place in the sequence: " },
	{ FORGE "seq raw 4294967296", 0, ":1:34: '4294967296' is no number from 0 to 4294967295" },
	{ FORGE "seq 9999999999", 0, ":1:30: sequence numbers have 32 bits" },
	{ "socket c; bind c :1; forge syn from :9 to :80 seq c+1", 0,
		":1:51: 'c' has sent nothing yet to count from" },
	{ FORGE "win 65536", 0, ":1:30: '65536' is no number from 0 to 65535" },
	{ FORGE "mss", 0, ":1:26: a number is missing behind 'mss'" },
	{ FORGE "wscale 256", 0, ":1:33: '256' is no number from 0 to 255" },
	{ FORGE "urg x", 0, ":1:30: 'x' is no number from 0 to 65535" },
	{ FORGE "ttl 256", 0, ":1:30: '256' is no number from 0 to 255" },
	{ FORGE "ts 1", 0, ":1:29: a number is missing behind '1'" },
	{ FORGE "sack 1", 0, ":1:31: a number is missing behind '1'" },
	{ FORGE "sack 1 2 sack 3 4 sack 5 6 sack 7 8 sack 9 10", 0,
		":1:62: a segment holds at most 4 SACK blocks" },
	{ FORGE "sack 1 2 sack 3 4 sack 5 6 sack 7 8 mss 1 ts 1 1", 0,
		":1:1: the options do not fit: a TCP header has 40 bytes for them" },
	{ FORGE "data", 0, ":1:26: which data? data \"hello\" or data 1000" },
	{ FORGE "data lots", 0, ":1:31: 'lots' is no size: " },
	{ FORGE "data 66000", 0,
		":1:31: '66000' is no size: bytes such as 512, 100k, 2M, at most 65000" },
	{ FORGE "checksum right", 0, ":1:26: checksums are right unless told: checksum wrong" },
	{ FORGE "on nowhere", 0, ":1:29: on which host of this lab? " },
	{ FORGE "color red", 0,
		":1:26: 'color' says nothing about a packet: from, to, seq, ack, " },
	{ FORGE "about #1", 0, ":1:26: 'about' is for ICMP packets, and this is TCP" },
	{ FORGE "mtu 600", 0, ":1:26: 'mtu' is for ICMP packets, and this is TCP" },
	{ "forge udp from :1 to :2 seq 1", 0, ":1:25: 'seq' is for TCP packets, and this is UDP" },
	{ "forge icmp bogus about #1", 0,
		":1:12: 'bogus' is no kind of ICMP: net-, host-, prot- or " },
	{ "forge icmp echo from :1 to :1 mss 1", 0,
		":1:31: 'mss' is for TCP packets, and this is ICMP" },
	{ "forge icmp port-unreachable from 10.0.0.9 to 127.0.0.1", 0,
		":1:12: an ICMP error is about a packet: about #3, or about a socket" },
	{ "forge icmp frag-needed about #1", 0, ":1:30: there was no packet #1" },
	{ HELD_SYN "forge icmp frag-needed about #1", 0,
		":1:64: frag-needed tells the MTU of the next " },
	{ "forge icmp frag-needed mtu 600 about", 0, ":1:32: about what? #3, or a socket" },
	{ "forge icmp frag-needed mtu 600 about x", 0, ":1:38: no socket 'x'; make one with: " },
	{ "socket c; forge icmp prohibited about c", 0,
		":1:39: socket 'c' has no peer: say which packet " },
	/* bytes */
	{ "say \"abc", 0, ":1:5: string is not closed: " },
	{ "say \"a\\q\"", 0, ":1:7: unknown escape \\q: " },
	{ "say \"\\x1\"", 0, ":1:6: " },
	{ "say \"\\777\"", 0, ":1:6: octal escape \\777 is more than a byte holds" },
	{ "say \xff\xfe", 0, ":1:5: byte 0xff is not valid UTF-8: " },
	{ "say \"\xc3(\"", 0, ":1:6: byte 0xc3 is not valid UTF-8: " },
	{ "say x\0y", 7, ":1:6: control byte 0x00 outside a string: " },
	{ "\0\0\0\0", 4, ":1:1: control byte 0x00 outside a string: " },
	{ "\033[31mred\033[0m", 0, ":1:1: control byte 0x1b outside a string: " },
	{ "socket c; connect c \"\033[31m\177\"", 0, ":1:21: '\\x1b[31m\\x7f' is no address: " },
	{ "socket c; connect c \"\xc2\x9b"
	  "31m\"",
		0, ":1:21: '\\xc2\\x9b31m' is no address: " },
	{ "connect \"\r\n\"", 0, ":1:9: string is not closed: " },
};

static char folder[] = "/tmp/tcplab-test-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* ---- what is always so ---- */

static bool terminal_obeys(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	return (u[0] < 0x20 && u[0] != '\n') || u[0] == 0x7f ||
		(u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0);
}

static void assert_harmless(const struct text *text, const char *what)
{
	assert_int_equal(strlen(text_get(text)), text->len);
	for (size_t i = 0; i < text->len; i++) {
		if (terminal_obeys(text->s + i))
			fail_msg("%s: byte 0x%02x at %zu of what was printed", what,
				(unsigned char)text->s[i], i);
	}
}

static size_t count_lines(const char *text, const char *begin)
{
	size_t count = 0;

	while (text) {
		count += strncmp(text, begin, strlen(begin)) == 0;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return count;
}

/* The end of a run: code and first line as expected, one error, nobody left. */
static void assert_refused(struct program *p, int code, const char *first_line, const char *what)
{
	int got = program_end(p);
	const char *errors = text_get(&p->errors);

	if (got != code || strncmp(errors, first_line, strlen(first_line)) != 0) {
		program_blame(p);
		fail_msg("%s\n  expected exit code %d and: %s", what, code, first_line);
	}
	if (count_lines(errors, "error:") + count_lines(errors, "tcplab:") != (code ? 1 : 0)) {
		program_blame(p);
		fail_msg("%s: not one error", what);
	}
	assert_harmless(&p->errors, what);
	assert_harmless(&p->output, what);
	errno = 0;
	assert_int_equal(waitpid(-1, NULL, WNOHANG),
		-1); /* we would be the parent of its orphans */
	assert_int_equal(errno, ECHILD);
	program_close(p);
}

/* ---- the same input, four ways ---- */

static void run_argument(const char *input, const char *message)
{
	const char *const arguments[] = { "-c", input, NULL };
	struct text first = TEXT_EMPTY;
	struct program p;

	text_printf(&first, "error: -c%s", message);
	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	assert_refused(&p, 2, text_get(&first), "as -c");
	text_done(&first);
}

static void run_file(const char *input, size_t len, const char *message)
{
	char path[64];
	const char *const as_option[] = { "-f", path, NULL };
	const char *const as_input[] = { NULL };
	struct text first = TEXT_EMPTY;
	struct program p;
	CLEANUP(fd_closep) int fd = -1;

	snprintf(path, sizeof(path), "%s/bad.lab", folder);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, input, len), len);
	text_printf(&first, "error: %s%s", path, message);
	program_open(&p, as_option, -1);
	fd_closep(&p.in);
	assert_refused(&p, 2, text_get(&first), "as -f");

	text_clear(&first);
	text_printf(&first, "error: stdin%s", message);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	program_open(&p, as_input, fd);
	assert_refused(&p, 2, text_get(&first), "as a file that is standard input");
	text_done(&first);
	unlink(path);
}

/* In a child: tcplab need not read it all. */
static pid_t feed(int fd, const char *input, size_t len)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	signal(SIGPIPE, SIG_DFL);
	while (len) {
		ssize_t n = write(fd, input, len);

		if (n <= 0)
			_exit(1);
		input += n;
		len -= (size_t)n;
	}
	_exit(0);
}

static void run_pipe(const char *input, size_t len, const char *message)
{
	const char *const arguments[] = { NULL };
	struct text first = TEXT_EMPTY;
	int ends[2];
	pid_t feeder;
	struct program p;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	text_printf(&first, "error: stdin%s", message);
	program_open(&p, arguments, ends[0]);
	close(ends[0]);
	feeder = feed(ends[1], input, len);
	close(ends[1]);
	/* it ends by itself: a pipe that nobody reads any more kills it */
	assert_int_equal(waitpid(feeder, NULL, 0), feeder);
	assert_refused(&p, 2, text_get(&first), "through a pipe");
	text_done(&first);
}

static void run_all_ways(const char *input, size_t len, const char *message)
{
	if (!memchr(input, '\0', len) && len <= ARGUMENT_MAX)
		run_argument(input, message);
	run_file(input, len, message);
	run_pipe(input, len, message);
}

static void bad_line_is_told_once_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_lines) / sizeof(bad_lines[0]); i++) {
		const struct bad_line *bad = &bad_lines[i];

		run_all_ways(bad->input, bad->len ? bad->len : strlen(bad->input), bad->message);
	}
}

static void long_line_is_refused(void **state)
{
	char *line = memory_new(LONG_LINE_BYTES + 1);

	(void)state;
	memset(line, 'a', LONG_LINE_BYTES);
	run_all_ways(line, LONG_LINE_BYTES, ":1:65537: line is ");
	line[70000] = '\0'; /* short enough for -c */
	run_all_ways(line, 70000,
		":1:65537: line is 70000 bytes long, the limit is 65536: split it");
	free(line);
}

/* Any bytes: xorshift32 from fixed seeds, so that a failure comes again. */
static void random_bytes_are_refused(void **state)
{
	char bytes[RANDOM_BYTES];

	(void)state;
	for (uint32_t seed = 1; seed <= 8; seed++) {
		uint32_t x = seed * 2654435761U;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			bytes[i] = (char)(x >> 24);
		}
		bytes[0] = (char)0x80; /* the first line is wrong in any case */
		run_all_ways(bytes, sizeof(bytes), ":1:1: byte 0x80 is not valid UTF-8: ");
	}
}

/* Nothing runs of a file that has a mistake anywhere. */
static void mistake_further_down_is_found_before_anything_runs(void **state)
{
	const char *const arguments[] = { "-c", "say \"it ran\"; conect c :80", NULL };
	struct program p;

	(void)state;
	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	assert_int_equal(program_end(&p), 2);
	assert_null(strstr(text_get(&p.output), "it ran"));
	program_close(&p);
}

/* ---- the command line itself ---- */

static void bad_command_line_is_told(void **state)
{
	static const struct {
		const char *arguments[4];
		int code;
		const char *first_line;
	} cases[] = {
		{ { "--frobnicate" }, 2, "tcplab: there is no option '--frobnicate'" },
		{ { "check", "open/refused", "-dx" }, 2, "tcplab: there is no option '-d'" },
		{ { "-6\303\251" }, 2, "tcplab: there is no option '-\\xc3'" },
		{ { "--version=1" }, 2, "tcplab: there is no option '--version=1'" },
		{ { "-c" }, 2, "tcplab: option '-c' needs a value" },
		{ { "frobnicate" }, 2,
			"tcplab: unknown command 'frobnicate': play, check, claims, " },
		{ { "-c", "ss", "play" }, 2, "tcplab: 'play' makes no sense after -c or -f" },
		{ { "play" }, 2, "tcplab: play what? " },
		{ { "play", "no/such" }, 2, "tcplab: there is no recipe 'no/such'" },
		{ { "check", "no/such" }, 2, "tcplab: there is no recipe 'no/such'" },
		{ { "list", "no/such" }, 2, "tcplab: there is no recipe 'no/such'" },
		{ { "-f", "/no/such.lab" }, 2,
			"tcplab: no recipe '/no/such.lab': open: No such file" },
		{ { "check", folder }, 2, "tcplab: " },
		{ { "-f", folder }, 2, "tcplab: " },
		{ { "-f", "/dev/null" }, 0, "" },
		{ { "-c", "" }, 0, "" },
		{ { "-c", "# only a comment" }, 0, "" },
		{ { "play", "\033[31m" }, 2, "tcplab: " },
		{ { "-f", "/no/\033[31m" }, 2, "tcplab: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct program p;

		program_open(&p, cases[i].arguments, -1);
		fd_closep(&p.in);
		assert_refused(&p, cases[i].code, cases[i].first_line, cases[i].arguments[0]);
	}
}

static void refuse_argument(const char *argument)
{
	const char *const arguments[] = { argument, NULL };
	struct program p;

	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	assert_refused(&p, 2, "tcplab: ", "an argument that a terminal would obey");
}

static void hostile_option_is_made_harmless(void **state)
{
	(void)state;
	refuse_argument("--\033[31m");
}

static void hostile_subcommand_is_made_harmless(void **state)
{
	(void)state;
	refuse_argument("\033[31m");
}

static void doctor_takes_no_arguments(void **state)
{
	const char *const arguments[] = { "doctor", "recipes", NULL };
	struct program p;

	(void)state;
	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	assert_refused(&p, 2, "tcplab: ", "doctor with an argument");
}

static void folder_without_recipes_is_named(void **state)
{
	const char *const arguments[] = { "check", folder, NULL };
	struct text first = TEXT_EMPTY;
	struct program p;

	(void)state;
	text_printf(&first, "tcplab: %s: no *.lab file below it", folder);
	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	assert_refused(&p, 2, text_get(&first), "check");
	text_done(&first);
}

/* A file's name is not its owner's to paint the terminal with. */
static void file_name_is_made_harmless(void **state)
{
	char path[64];
	const char *const arguments[] = { "-f", path, NULL };
	struct program p;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/\033[31m.lab", folder);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("frobnicate\n", file);
	fclose(file);
	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	program_end(&p);
	unlink(path);
	assert_harmless(&p.errors, "the name of a file with a mistake");
	program_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_line_is_told_once_with_its_place),
		cmocka_unit_test(long_line_is_refused),
		cmocka_unit_test(random_bytes_are_refused),
		cmocka_unit_test(mistake_further_down_is_found_before_anything_runs),
		cmocka_unit_test(bad_command_line_is_told),
		cmocka_unit_test(hostile_option_is_made_harmless),
		cmocka_unit_test(hostile_subcommand_is_made_harmless),
		cmocka_unit_test(doctor_takes_no_arguments),
		cmocka_unit_test(folder_without_recipes_is_named),
		cmocka_unit_test(file_name_is_made_harmless),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* what tcplab leaves behind becomes our child */
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
