/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ladder.c and ladder_packets.c share, and nobody else. */
#ifndef LAB_VIEW_LADDER_PARTS_H
#define LAB_VIEW_LADDER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/cast.h"
#include "view/lifeline.h"
#include "view/rung.h"
#include "view/rung_list.h"

struct event;
struct journal;
struct ladder_options;

#define NAME_MOST 8 /* bytes of a socket's name where it is told again and again */
#define NAME_BUFFER 16 /* that, and a mark where it is cut */

/* A packet by its number. */
struct packet {
	uint64_t number;
	bool known; /* both of its ends are drawn */
	bool moves; /* a SYN, FIN or RST */
	bool waits; /* it was kept on the wire: its arrival gets a line of its own */
	bool crosses; /* another that was sent the other way before it; so does this one then */
	bool arrived; /* or was lost */
	enum rung_line line;
	int from, to; /* lifelines */
	size_t rung; /* where it was sent; NO_RUNG = before the ladder begins */
	char *brief; /* owned: "#1 SYN" */
};

/* A call that has not returned. */
struct open_call {
	uint64_t event;
	size_t rung;
	int lifeline;
	bool blocked;
	size_t party; /* NOBODY = not known */
	char *text; /* owned: "recv()" */
};

struct ladder {
	const struct journal *journal; /* borrowed */
	const struct ladder_options *options; /* borrowed */
	struct cast cast, now; /* at the end, and as the walk goes on */
	struct lifelines lifelines;
	struct rung_list list;
	struct packet *packets; /* owned; in order of their numbers */
	size_t packet_count, packet_room;
	struct open_call *calls; /* owned */
	size_t call_count;
	uint64_t hidden; /* packets not shown */
};

/* The name of a socket when its lifeline stands for several, cut where it is long; NULL = it need not be told, or the
 * party has not come up yet. */
const char *ladder_name(const struct ladder *l, size_t party, int lifeline,
	char buffer[NAME_BUFFER]);
/* -1 = it is not drawn. */
int ladder_lifeline(const struct ladder *l, size_t party);
/* A packet that was put on the wire, after the cast has seen it; what became of one. !shown: before the ladder
 * begins, it is only remembered. */
void ladder_take_packet(struct ladder *l, const struct event *event, bool shown);
void ladder_take_verdict(struct ladder *l, const struct event *event, bool shown);

#endif
