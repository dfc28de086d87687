/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of struct tcp_info. Those that this machine's <linux/tcp.h> may not have yet stand under their
 * offset, which is part of the kernel's ABI and does not change. */
#include <linux/tcp.h>
#include <stddef.h>

#include "observe/sock_field.h"

#define INFO(at, bytes) .part = DETAIL_INFO, .offset = (at), .width = (bytes)
#define AT(member)                                                                                 \
	INFO(offsetof(struct tcp_info, tcpi_##member),                                             \
		sizeof(((struct tcp_info *)NULL)->tcpi_##member))
/* The three times since something are the clock less a time stamp, and a stamp that was never made is 0: what the
 * kernel gives then is its jiffies since boot, or since the handshake, which makes the stamps, data or not
 * (net/ipv4/tcp.c tcp_get_info(), tcp_input.c tcp_finish_connect()). What it counts tells whether there was any. */
#define COUNTED_BY(member)                                                                         \
	.count_offset = offsetof(struct tcp_info, tcpi_##member), .none = "never",                 \
	.none_value = UINT64_MAX /* none that four bytes hold: it is the count that says so */

static const char *const agreed_names[] = { "timestamps", "sack", "wscale", "ecn", "ecn_seen",
	"fastopen", "usec_ts", "child", NULL };
static const char *const ca_names[] = { "Open", "Disorder", "CWR", "Recovery", "Loss", NULL };
static const char *const fastopen_names[] = { "no reason", "no cookie", "data not acknowledged",
	"SYN repeated", NULL };
static const char *const yes_names[] = { "no", "yes", NULL };

const struct sock_field sock_field_info[] = {
	{
		.name = "unacked",
		.group = FIELDS_QUEUES,
		.kind = FIELD_COUNT,
		AT(unacked),
		.unit = "segments",
		.sentence = "segments sent and not yet acknowledged",
		.more = "What is on its way, or lost: packets_out in the kernel; SYN and FIN "
			"count, too. No more may be sent once unacked, less sacked and lost, with "
			"retrans, has reached cwnd, or what the peer has room for is full.",
		.source = "struct tcp_info, tcpi_unacked; RFC 9293 3.3.1 (SND.NXT - SND.UNA)",
	},
	{
		.name = "notsent_bytes",
		.group = FIELDS_QUEUES,
		.kind = FIELD_BYTES,
		AT(notsent_bytes),
		.sentence = "in the send queue, not sent even once",
		.more = "write_seq less snd_nxt: what the program has given and the kernel has kept "
			"back, since the window, cwnd, Nagle or pacing do not let it go. "
			"TCP_NOTSENT_LOWAT bounds it.",
		.source = "tcpi_notsent_bytes; tcp(7)",
	},
	{
		.name = "agreed",
		.others = "options|tfo|ecn_seen|usec_ts",
		.group = FIELDS_AGREED,
		.kind = FIELD_FLAGS,
		AT(options),
		.names = agreed_names,
		.sentence = "what both SYNs have agreed on",
		.more = "timestamps, sack and wscale: the option was in both SYNs. ecn: both can mark "
			"congestion instead of dropping; ecn_seen: a packet has come that could be "
			"marked. fastopen: data in the SYN was acknowledged. usec_ts: timestamps "
			"count microseconds. child: the listener made it from a Fast Open SYN.",
		.source = "tcpi_options; RFC 7323, 2018, 3168, 7413",
	},
	{
		.name = "snd_wscale",
		.others = "wscale",
		.group = FIELDS_AGREED,
		.kind = FIELD_COUNT,
		INFO(6, 1),
		.shift = 0,
		.bits = 4,
		.unit = "bits",
		.sentence = "shift of the windows that the peer sends",
		.more = "A window field of 63 and a shift of 10 mean 63 * 1024 bytes. The peer chose "
			"this one, in its SYN; it counts when wscale was agreed on.",
		.source = "tcpi_snd_wscale; RFC 7323 2",
	},
	{
		.name = "rcv_wscale",
		.group = FIELDS_AGREED,
		.kind = FIELD_COUNT,
		INFO(6, 1),
		.shift = 4,
		.bits = 4,
		.unit = "bits",
		.sentence = "shift of the windows that it sends itself",
		.more = "Chosen when the SYN was sent, large enough for the largest receive buffer "
			"that net.ipv4.tcp_rmem allows, or the SO_RCVBUF that was set.",
		.source =
			"tcpi_rcv_wscale; RFC 7323 2; net/ipv4/tcp_output.c tcp_select_initial_window()",
	},
	{
		.name = "snd_mss",
		.others = "mss_now",
		.group = FIELDS_AGREED,
		.kind = FIELD_BYTES,
		AT(snd_mss),
		.sentence = "most data that it puts into one segment",
		.more = "What the peer has offered as mss, or the path allows (pmtu), whichever is "
			"less, and less the options that each segment has: with timestamps 1448 of "
			"1460.",
		.source = "tcpi_snd_mss; RFC 9293 3.7.1, RFC 6691",
	},
	{
		.name = "rcv_mss",
		.others = "rcvmss",
		.group = FIELDS_AGREED,
		.kind = FIELD_BYTES,
		AT(rcv_mss),
		.sentence = "size of the segments that come, as guessed",
		.more = "Guessed from what came so far; two such segments have the receiver "
			"acknowledge at once, and less may have it wait.",
		.source = "tcpi_rcv_mss; net/ipv4/tcp_input.c tcp_measure_rcv_mss()",
	},
	{
		.name = "advmss",
		.group = FIELDS_AGREED,
		.kind = FIELD_BYTES,
		AT(advmss),
		.sentence = "mss that it would offer, less its options",
		.more = "The MTU of the way to the peer less the headers; the timestamps of each "
			"segment are counted as header.",
		.source = "tcpi_advmss; RFC 9293 3.7.1",
	},
	{
		.name = "pmtu",
		.group = FIELDS_AGREED,
		.kind = FIELD_BYTES,
		AT(pmtu),
		.sentence = "largest packet for the path, as known",
		.more = "The MTU of the device, until an ICMP message or a probe says that somewhere "
			"on the way there is less.",
		.source = "tcpi_pmtu; RFC 1191, RFC 8201; ip(7) IP_MTU_DISCOVER",
	},
	{
		.name = "fastopen_fail",
		.others = "fastopen_client_fail",
		.group = FIELDS_AGREED,
		.kind = FIELD_NAMED,
		INFO(7, 1),
		.shift = 1,
		.bits = 2,
		.names = fastopen_names,
		.sentence = "why TCP Fast Open was not used",
		.more = "no cookie: there was none of this server yet. data not acknowledged: the SYN "
			"was, its data was not. SYN repeated: the one with data was lost, or dropped "
			"for having any.",
		.source =
			"tcpi_fastopen_client_fail; RFC 7413; include/uapi/linux/tcp.h enum tcp_fastopen_client_fail",
	},
	{
		.name = "rto",
		.group = FIELDS_TIME,
		.kind = FIELD_US,
		AT(rto),
		.sentence = "no ACK for so long, and it is sent again",
		.more = "The retransmission timeout: the smoothed round-trip time, and on top of "
			"it four times its variation or 200 ms (net.ipv4.tcp_rto_min_us), "
			"whichever is more; at most 120 s, and 1 s before anything was measured. "
			"It doubles with each timeout, which backoff counts, but not with the "
			"first four of a SYN (net.ipv4.tcp_syn_linear_timeouts, Linux 6.5). See "
			"`help retransmission`; the recipe loss/syn-lost shows it.",
		.source = "tcpi_rto; RFC 6298 2 and 5; net/ipv4/tcp_input.c tcp_set_rto()",
	},
	{
		.name = "backoff",
		.group = FIELDS_TIME,
		.kind = FIELD_COUNT,
		AT(backoff),
		.unit = "",
		.sentence = "times rto was doubled, or the probe interval",
		.more = "Goes back to 0 when a round trip is measured again, not by an ACK that "
			"may be of either sending (RFC 6298 3). Of a sender at a zero window it "
			"counts how often the time between probes was doubled. The first "
			"retransmissions of a SYN do not double it (`help tcp_syn_linear_timeouts`).",
		.source = "tcpi_backoff; RFC 6298 5.5; net/ipv4/tcp_timer.c tcp_retransmit_timer()",
	},
	{
		.name = "rtt",
		.others = "srtt|smoothed_rtt",
		.group = FIELDS_TIME,
		.kind = FIELD_US,
		AT(rtt),
		.none = "not measured",
		.none_value = 0,
		.sentence = "round-trip time, smoothed",
		.more = "From a segment to its ACK, an eighth of each new one counting. In the lab "
			"the wire takes no time unless it is told to: hold and delay make it long.",
		.source = "tcpi_rtt (srtt_us / 8); RFC 6298 2",
	},
	{
		.name = "rttvar",
		.group = FIELDS_TIME,
		.kind = FIELD_US,
		AT(rttvar),
		.sentence = "how much round trips vary, smoothed",
		.more = "Mean deviation of the round-trip time; 250 ms before anything was measured, "
			"half the first rtt after it. Four times this is in rto, which is why one "
			"late ACK makes rto long.",
		.source = "tcpi_rttvar (mdev_us / 4); RFC 6298 2",
	},
	{
		.name = "min_rtt",
		.others = "minrtt",
		.group = FIELDS_TIME,
		.kind = FIELD_US,
		AT(min_rtt),
		.none = "not measured",
		.none_value = UINT32_MAX,
		.sentence = "shortest round trip of the last minutes",
		.more = "The least in net.ipv4.tcp_min_rtt_wlen, 300 s: what the path takes when no "
			"queue is on it.",
		.source = "tcpi_min_rtt; net/ipv4/tcp_input.c tcp_update_rtt_min()",
	},
	{
		.name = "rcv_rtt",
		.group = FIELDS_TIME,
		.kind = FIELD_US,
		AT(rcv_rtt),
		.none = "not measured",
		.none_value = 0,
		.sentence = "round-trip time, as the receiver sees it",
		.more = "Who only receives has no ACKs to measure by: timestamps that come back, or "
			"the time for a window full of data.",
		.source = "tcpi_rcv_rtt; net/ipv4/tcp_input.c tcp_rcv_rtt_update()",
	},
	{
		.name = "ato",
		.group = FIELDS_TIME,
		.kind = FIELD_US,
		AT(ato),
		.sentence = "how long an ACK may be put off",
		.more = "The delayed ACK timer, guessed from how quickly data comes: 40 ms to 200 ms. 0 "
			"until data has come; what is put off then, as the ACK of a FIN, goes with the "
			"next tick of the kernel's clock. See `help delayed-ack`.",
		.source = "tcpi_ato; RFC 9293 3.8.6.3; net/ipv4/tcp_input.c tcp_event_data_recv(), "
			  "tcp_output.c tcp_send_delayed_ack()",
	},
	{
		.name = "last_data_sent",
		.others = "lastsnd",
		.group = FIELDS_TIME,
		.kind = FIELD_MS,
		AT(last_data_sent),
		COUNTED_BY(data_segs_out),
		.runs = true,
		.sentence = "since it has sent data",
		.more = "It runs with the clock. Without any data the kernel counts from the "
			"handshake, or before that from when the machine was started: the lab says "
			"never, since data_segs_out is 0.",
		.source = "tcpi_last_data_sent",
	},
	{
		.name = "last_data_recv",
		.others = "lastrcv",
		.group = FIELDS_TIME,
		.kind = FIELD_MS,
		AT(last_data_recv),
		COUNTED_BY(data_segs_in),
		.runs = true,
		.sentence = "since data has come",
		.more = "It runs with the clock. As long as data_segs_in is 0 it is never, whatever "
			"the kernel says.",
		.source = "tcpi_last_data_recv",
	},
	{
		.name = "last_ack_recv",
		.others = "lastack",
		.group = FIELDS_TIME,
		.kind = FIELD_MS,
		AT(last_ack_recv),
		COUNTED_BY(
			delivered), /* its SYN is the first to be, on either side of a handshake */
		.runs = true,
		.sentence = "since an ACK has come",
		.more = "It runs with the clock. As long as delivered is 0, not even its SYN was "
			"acknowledged: never.",
		.source = "tcpi_last_ack_recv",
	},
	{
		.name = "ca_state",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_NAMED,
		AT(ca_state),
		.names = ca_names,
		.sentence = "what the sender thinks of the network",
		.more = "Open: all is well. Disorder: ACKs have come twice, or SACK; perhaps "
			"something is lost. CWR: it slows down, for ECN or for its own device. "
			"Recovery: fast retransmit is repairing a loss. Loss: the retransmission "
			"timer has fired; cwnd is 1, and it starts slowly again.",
		.source =
			"tcpi_ca_state; RFC 5681, RFC 6675; include/uapi/linux/tcp.h enum tcp_ca_state",
	},
	{
		.name = "cwnd",
		.others = "snd_cwnd|congestion window",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_COUNT,
		AT(snd_cwnd),
		.unit = "segments",
		.sentence = "segments that it may have on their way",
		.more = "The congestion window. 10 at the beginning (RFC 6928); in slow start it "
			"grows by one for each segment acknowledged, so it doubles in a round trip; "
			"beyond ssthresh slowly. It only grows while it is what holds the sender "
			"back. After a timeout it is 1.",
		.source = "tcpi_snd_cwnd; RFC 5681 3.1; net/ipv4/tcp_cong.c tcp_slow_start()",
	},
	{
		.name = "ssthresh",
		.others = "snd_ssthresh|slow start",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_COUNT,
		AT(snd_ssthresh),
		.unit = "segments",
		.none = "none yet",
		.none_value = 0x7fffffff,
		.sentence = "cwnd grows fast below this, slowly above",
		.more = "The slow start threshold. There is none until a loss has set it: to 0.7 of "
			"cwnd with cubic, to half of it with reno, 2 at least.",
		.source = "tcpi_snd_ssthresh; RFC 5681 3.1, RFC 9438",
	},
	{
		.name = "pacing_rate",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_RATE,
		AT(pacing_rate),
		.none = "no limit",
		.none_value = UINT64_MAX,
		.sentence = "how fast it may let segments go",
		.more = "cwnd segments in a round trip, twice that in slow start and 1.2 times "
			"beyond (net.ipv4.tcp_pacing_ss_ratio, tcp_pacing_ca_ratio), so that the "
			"network gets no bursts. Segments wait for it with bbr, with the fq "
			"queue, and where SO_MAX_PACING_RATE is set, its limit; else it only "
			"bounds how much is handed to the device at once.",
		.source = "tcpi_pacing_rate; net/ipv4/tcp_input.c tcp_update_pacing_rate()",
	},
	{
		.name = "max_pacing_rate",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_RATE,
		AT(max_pacing_rate),
		.none = "no limit",
		.none_value = UINT64_MAX,
		.sentence = "no faster than that, SO_MAX_PACING_RATE says",
		.more = "A limit that the program has set; none by default.",
		.source = "tcpi_max_pacing_rate; socket(7)",
	},
	{
		.name = "delivery_rate",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_RATE,
		AT(delivery_rate),
		.sentence = "how fast data has reached the peer lately",
		.more = "What was acknowledged between a segment and its ACK, divided by that time: "
			"what bbr goes by.",
		.source = "tcpi_delivery_rate; net/ipv4/tcp_rate.c tcp_rate_gen()",
	},
	{
		.name = "app_limited",
		.others = "delivery_rate_app_limited",
		.group = FIELDS_CONGESTION,
		.kind = FIELD_NAMED,
		INFO(7, 1),
		.shift = 0,
		.bits = 1,
		.names = yes_names,
		.sentence = "was the program slower than the network?",
		.more = "yes: there was not enough to send when delivery_rate was measured, so that "
			"says nothing about the network.",
		.source = "tcpi_delivery_rate_app_limited; net/ipv4/tcp_rate.c",
	},
	{
		.name = "retransmits",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		AT(retransmits),
		.unit = "times",
		.sentence = "timeouts in a row, with nothing acknowledged",
		.more = "0 again as soon as something new is acknowledged; net.ipv4.tcp_retries2 (15) "
			"and TCP_USER_TIMEOUT bound it. `expect S retransmits` is about what "
			"sock_diag tells beside the timer (timer_tries), which is the same while that "
			"is a retransmission. See `help retransmission`.",
		.source = "tcpi_retransmits; net/ipv4/tcp_timer.c tcp_write_timeout()",
	},
	{
		.name = "probes",
		.others = "unanswered_probes",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		AT(probes),
		.unit = "",
		.sentence = "probes without an answer",
		.more = "Zero-window probes or keepalives. Too many end the connection with "
			"ETIMEDOUT.",
		.source = "tcpi_probes; RFC 9293 3.8.6.1, 3.8.4",
	},
	{
		.name = "sacked",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		AT(sacked),
		.unit = "segments",
		.sentence = "of unacked, received behind a hole (SACK)",
		.more = "The peer has them, so they are not sent again; what is before them is "
			"missing.",
		.source = "tcpi_sacked; RFC 2018",
	},
	{
		.name = "lost",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		AT(lost),
		.unit = "segments",
		.sentence = "of unacked, taken for lost",
		.more = "Guessed: by the time (RACK), or because the timeout has come. They are sent "
			"again as far as cwnd allows.",
		.source = "tcpi_lost; RFC 8985; net/ipv4/tcp_recovery.c",
	},
	{
		.name = "retrans",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		AT(retrans),
		.unit = "segments",
		.sentence = "of unacked, sent again",
		.more = "Those that are on their way a second time now; total_retrans counts them "
			"all.",
		.source = "tcpi_retrans",
	},
	{
		.name = "reordering",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		AT(reordering),
		.unit = "segments",
		.sentence = "places a segment may be late, and not lost",
		.more = "3 at first, as the three duplicate ACKs of RFC 5681; it grows when segments "
			"are seen to overtake each other.",
		.source = "tcpi_reordering; RFC 5681 3.2; net.ipv4.tcp_reordering",
	},
	{
		.name = "reord_seen",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		AT(reord_seen),
		.unit = "times",
		.sentence = "times its segments overtook each other",
		.more = "A segment was acknowledged behind one that was sent after it, without "
			"having been sent again.",
		.source =
			"tcpi_reord_seen; RFC 8985 6.2, step 3; net/ipv4/tcp_input.c tcp_check_sack_reordering()",
	},
	{
		.name = "dsack_dups",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		AT(dsack_dups),
		.unit = "segments",
		.sentence = "segments the peer says it got twice (D-SACK)",
		.more = "Sent again without need. `help sack` has more.",
		.source = "tcpi_dsack_dups; RFC 2883",
	},
	{
		.name = "rcv_ooopack",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		AT(rcv_ooopack),
		.unit = "segments",
		.sentence = "segments that came out of order",
		.more = "They wait in a queue of their own until what is missing has come.",
		.source = "tcpi_rcv_ooopack",
	},
	{
		.name = "rehash",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		INFO(236, 4),
		.unit = "times",
		.sentence = "times it tried another path",
		.more = "After a timeout the flow label or hash is changed, so that routers may "
			"choose another way. Linux 6.2.",
		.source = "tcpi_rehash; net/ipv4/tcp_timer.c sk_rethink_txhash()",
	},
	{
		.name = "total_rto",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		INFO(240, 2),
		.unit = "times",
		.sentence = "timeouts since the beginning",
		.more = "Each time the retransmission timer fired. Linux 6.7.",
		.source = "tcpi_total_rto; net/ipv4/tcp_timer.c tcp_update_rto_stats()",
	},
	{
		.name = "rto_recoveries",
		.others = "total_rto_recoveries",
		.group = FIELDS_LOSS,
		.kind = FIELD_COUNT,
		INFO(242, 2),
		.unit = "times",
		.sentence = "rows of timeouts",
		.more = "A row counts once, when it begins; one that has not ended yet, too. An "
			"ACK of something new ends it. Linux 6.7.",
		.source = "tcpi_total_rto_recoveries",
	},
	{
		.name = "rto_time",
		.others = "total_rto_time",
		.group = FIELDS_LOSS,
		.kind = FIELD_MS,
		INFO(244, 4),
		.sentence = "time lost with timeouts",
		.more = "From the first timeout of a row to the ACK that ended it, and of one "
			"that has not ended until now. Linux 6.7.",
		.source = "tcpi_total_rto_time",
	},
	{
		.name = "snd_wnd",
		.group = FIELDS_WINDOW,
		.kind = FIELD_BYTES,
		AT(snd_wnd),
		.sentence = "what the peer has room for",
		.more = "The window of the last ACK, shifted by snd_wscale: no more than that may be "
			"sent and not acknowledged. 0: see `help zero-window`.",
		.source = "tcpi_snd_wnd; RFC 9293 3.8.6 (SND.WND)",
	},
	{
		.name = "rcv_wnd",
		.group = FIELDS_WINDOW,
		.kind = FIELD_BYTES,
		INFO(232, 4),
		.sentence = "what it has room for, as it last said",
		.more = "The window in the last ACK that it sent. It may not be taken back, so it "
			"shrinks only as data comes. Linux 6.2.",
		.source = "tcpi_rcv_wnd; RFC 9293 3.8.6 (RCV.WND)",
	},
	{
		.name = "rcv_ssthresh",
		.group = FIELDS_WINDOW,
		.kind = FIELD_BYTES,
		AT(rcv_ssthresh),
		.sentence = "most that it would offer now",
		.more = "The window opens step by step, as the receiver sees that segments are large "
			"enough to be worth their memory.",
		.source = "tcpi_rcv_ssthresh; net/ipv4/tcp_input.c tcp_grow_window()",
	},
	{
		.name = "rcv_space",
		.others = "rcvq_space",
		.group = FIELDS_WINDOW,
		.kind = FIELD_BYTES,
		AT(rcv_space),
		.sentence = "what the program reads in a round trip",
		.more = "By this the kernel makes the receive buffer larger while the program keeps "
			"up (net.ipv4.tcp_moderate_rcvbuf).",
		.source = "tcpi_rcv_space; net/ipv4/tcp_input.c tcp_rcv_space_adjust()",
	},
	{
		.name = "bytes_sent",
		.group = FIELDS_COUNTED,
		.kind = FIELD_BYTES,
		AT(bytes_sent),
		.sentence = "data sent, each repeat counted",
		.more = "Without headers, SYN and FIN.",
		.source = "tcpi_bytes_sent; RFC 4898",
	},
	{
		.name = "bytes_retrans",
		.group = FIELDS_COUNTED,
		.kind = FIELD_BYTES,
		AT(bytes_retrans),
		.sentence = "of these, sent again",
		.more = "bytes_sent less this is what was sent once.",
		.source = "tcpi_bytes_retrans; RFC 4898",
	},
	{
		.name = "bytes_acked",
		.group = FIELDS_COUNTED,
		.kind = FIELD_BYTES,
		AT(bytes_acked),
		.sentence = "of what it sent, acknowledged",
		.more = "The SYN counts as a byte where connect() sent it, and the FIN at both ends, "
			"so it may be more than the data.",
		.source = "tcpi_bytes_acked; RFC 4898",
	},
	{
		.name = "bytes_received",
		.group = FIELDS_COUNTED,
		.kind = FIELD_BYTES,
		AT(bytes_received),
		.sentence = "received in order",
		.more = "Whether the program has read it or not. A FIN counts as a byte.",
		.source = "tcpi_bytes_received; RFC 4898",
	},
	{
		.name = "segs_out",
		.group = FIELDS_COUNTED,
		.kind = FIELD_COUNT,
		AT(segs_out),
		.unit = "segments",
		.sentence = "sent, with all ACKs and repeats",
		.more = "Every packet, whatever it holds.",
		.source = "tcpi_segs_out; RFC 4898",
	},
	{
		.name = "segs_in",
		.group = FIELDS_COUNTED,
		.kind = FIELD_COUNT,
		AT(segs_in),
		.unit = "segments",
		.sentence = "received, with all ACKs and repeats",
		.more = "Every packet that reached this socket; a train of segments, as in bulk, "
			"is one (help counters).",
		.source = "tcpi_segs_in; RFC 4898",
	},
	{
		.name = "data_segs_out",
		.group = FIELDS_COUNTED,
		.kind = FIELD_COUNT,
		AT(data_segs_out),
		.unit = "segments",
		.sentence = "of those sent, with data",
		.more = "Repeats are counted.",
		.source = "tcpi_data_segs_out; RFC 4898",
	},
	{
		.name = "data_segs_in",
		.group = FIELDS_COUNTED,
		.kind = FIELD_COUNT,
		AT(data_segs_in),
		.unit = "segments",
		.sentence = "of those received, with data",
		.more = "Repeats are counted.",
		.source = "tcpi_data_segs_in; RFC 4898",
	},
	{
		.name = "total_retrans",
		.group = FIELDS_COUNTED,
		.kind = FIELD_COUNT,
		AT(total_retrans),
		.unit = "segments",
		.sentence = "sent again, for whatever reason",
		.more = "Timeouts, fast retransmits and loss probes; SYN too.",
		.source = "tcpi_total_retrans",
	},
	{
		.name = "delivered",
		.group = FIELDS_COUNTED,
		.kind = FIELD_COUNT,
		AT(delivered),
		.unit = "segments",
		.sentence = "known to have reached the peer",
		.more = "Acknowledged by number or by SACK; the SYN is one of them.",
		.source = "tcpi_delivered",
	},
	{
		.name = "delivered_ce",
		.group = FIELDS_COUNTED,
		.kind = FIELD_COUNT,
		AT(delivered_ce),
		.unit = "segments",
		.sentence = "of these, with a mark of congestion on them",
		.more = "What the peer echoed of ECN marks.",
		.source = "tcpi_delivered_ce; RFC 3168",
	},
	{
		.name = "busy_time",
		.group = FIELDS_COUNTED,
		.kind = FIELD_US,
		AT(busy_time),
		.runs = true,
		.sentence = "had data to send or on its way",
		.more = "With the two below it tells what held a transfer back; the rest of the time "
			"it was the network, or cwnd.",
		.source = "tcpi_busy_time; net/ipv4/tcp_output.c tcp_chrono_start()",
	},
	{
		.name = "rwnd_limited",
		.group = FIELDS_COUNTED,
		.kind = FIELD_US,
		AT(rwnd_limited),
		.runs = true,
		.sentence = "of that, the peer's window was full",
		.more = "The program at the other end does not read, or its buffer is small.",
		.source = "tcpi_rwnd_limited",
	},
	{
		.name = "sndbuf_limited",
		.group = FIELDS_COUNTED,
		.kind = FIELD_US,
		AT(sndbuf_limited),
		.runs = true,
		.sentence = "of that, its own send buffer was full",
		.more = "SO_SNDBUF, or net.ipv4.tcp_wmem, is too small for the path.",
		.source = "tcpi_sndbuf_limited",
	},
	{
		.name = "received_ce",
		.group = FIELDS_COUNTED,
		.kind = FIELD_COUNT,
		INFO(248, 4),
		.unit = "segments",
		.sentence = "received, with a mark of congestion",
		.more = "Packets that a router has marked instead of dropping them. With Accurate ECN "
			"only, net.ipv4.tcp_ecn 3. Linux 6.18.",
		.source = "tcpi_received_ce; RFC 9768; include/uapi/linux/tcp.h",
	},
	{
		.name = "delivered_e1_bytes",
		.group = FIELDS_COUNTED,
		.kind = FIELD_BYTES,
		INFO(252, 4),
		.sentence = "reached the peer marked ECT(1)",
		.more = "With Accurate ECN only, net.ipv4.tcp_ecn 3. Linux 6.18.",
		.source = "tcpi_delivered_e1_bytes; RFC 9768; include/uapi/linux/tcp.h",
	},
	{
		.name = "delivered_e0_bytes",
		.group = FIELDS_COUNTED,
		.kind = FIELD_BYTES,
		INFO(256, 4),
		.sentence = "reached the peer marked ECT(0)",
		.more = "With Accurate ECN only, net.ipv4.tcp_ecn 3. Linux 6.18.",
		.source = "tcpi_delivered_e0_bytes; RFC 9768; include/uapi/linux/tcp.h",
	},
	{
		.name = "delivered_ce_bytes",
		.group = FIELDS_COUNTED,
		.kind = FIELD_BYTES,
		INFO(260, 4),
		.sentence = "reached the peer with a mark of congestion",
		.more = "With Accurate ECN only, net.ipv4.tcp_ecn 3. Linux 6.18.",
		.source = "tcpi_delivered_ce_bytes; RFC 9768; include/uapi/linux/tcp.h",
	},
	{
		.name = "received_e1_bytes",
		.group = FIELDS_COUNTED,
		.kind = FIELD_BYTES,
		INFO(264, 4),
		.sentence = "received marked ECT(1)",
		.more = "With Accurate ECN only, net.ipv4.tcp_ecn 3. Linux 6.18.",
		.source = "tcpi_received_e1_bytes; RFC 9768; include/uapi/linux/tcp.h",
	},
	{
		.name = "received_e0_bytes",
		.group = FIELDS_COUNTED,
		.kind = FIELD_BYTES,
		INFO(268, 4),
		.sentence = "received marked ECT(0)",
		.more = "With Accurate ECN only, net.ipv4.tcp_ecn 3. Linux 6.18.",
		.source = "tcpi_received_e0_bytes; RFC 9768; include/uapi/linux/tcp.h",
	},
	{
		.name = "received_ce_bytes",
		.group = FIELDS_COUNTED,
		.kind = FIELD_BYTES,
		INFO(272, 4),
		.sentence = "received with a mark of congestion",
		.more = "With Accurate ECN only, net.ipv4.tcp_ecn 3. Linux 6.18.",
		.source = "tcpi_received_ce_bytes; RFC 9768; include/uapi/linux/tcp.h",
	},
	{ .name = NULL },
};
