/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls and packets in a few words, for where there is room for no more. Any thread. */
#ifndef LAB_VIEW_LABEL_H
#define LAB_VIEW_LABEL_H

#include <stdbool.h>

struct event;
struct segment;
struct text;

/* "shutdown(3, SHUT_WR)" -> "shutdown(SHUT_WR)", "recv(4, 4096, 0)" -> "recv()". Appended. */
void label_call(const char *call, struct text *out);
/* What a return gave: "5", "\"hello\"", "ECONNREFUSED". Appended. */
void label_result(const struct event *event, struct text *out);
/* "(retransmission timer)"; brief: without the last word. Appended. */
void label_timer(const struct event *event, bool brief, struct text *out);
/* What befell a process or a host: "(killed by SIGPIPE)", "(power cut)". Appended. */
void label_fate(const struct event *event, struct text *out);
/* "SYN/ACK", "UDP", "ICMP port unreachable". Appended. */
void label_packet(const struct segment *s, struct text *out);
/* The rest of a TCP segment in parts, each appended with a blank before it, and nothing where it has none:
 * " seq 0 ack 1": where it is in the stream. A window only when it is shut (RFC 9293 3.8.6). raw: sequence numbers as
 * on the wire. */
void label_place(const struct segment *s, bool raw, struct text *out);
/* " dsack 1-5, sack 9-13" */
void label_sack(const struct segment *s, bool raw, struct text *out);
/* " <mss 1460, sackOK, TS, wscale 7>": of a SYN only. */
void label_offer(const struct segment *s, struct text *out);
/* " len 5" and " \"hello\"", of UDP too. */
void label_length(const struct segment *s, struct text *out);
void label_excerpt(const struct segment *s, struct text *out);

#endif
