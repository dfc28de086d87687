/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole drawings of ways made by hand, and what must be true of any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "view/diagram.h"
#include "view/figure.h"
#include "view/row.h"
#include "view/way.h"

#define CLOSED STATE_CLOSED
#define WIDEST 140

/* ---- ways by hand ---- */

static int ways_open(void **state)
{
	*state = memory_new(sizeof(struct ways));
	*(struct ways *)*state = (struct ways){ 0 };
	return 0;
}

static int ways_close(void **state)
{
	ways_done(*state);
	free(*state);
	return 0;
}

/* A socket that is in `first` and has gone nowhere yet; the next one's place is lost. */
static struct way *add_way(struct ways *w, const char *name, enum tcp_state first)
{
	w->ways = memory_grow(w->ways, (w->count + 1) * sizeof(*w->ways));
	w->ways[w->count] = (struct way){ .name = text_copy(name), .state = first, .open = true };
	return &w->ways[w->count++];
}

static void go(struct way *way, enum tcp_state to, const char *reason)
{
	way->steps = memory_grow(way->steps, (way->count + 1) * sizeof(*way->steps));
	way->steps[way->count] = (struct way_step){ .from = way->state,
		.to = to,
		.event = way->count,
		.reason = text_copy(reason) };
	way->count++;
	way->steps[way->count - 1].beside = !figure_find(way->state, to) || strstr(reason, "RST");
	way->before = way->state;
	way->state = to;
}

/* The newly made thread of a connection, from the server's point of view. */
static struct way *add_accepted(struct ways *w, const char *name)
{
	struct way *a = add_way(w, name, STATE_LISTEN);

	go(a, STATE_SYN_RECEIVED, "#1 SYN");
	go(a, STATE_ESTABLISHED, "#3 ACK");
	return a;
}

static struct way *add_client(struct ways *w, const char *name)
{
	struct way *c = add_way(w, name, CLOSED);

	go(c, STATE_SYN_SENT, "main: connect");
	go(c, STATE_ESTABLISHED, "#2 SYN/ACK");
	return c;
}

static void draw(const struct ways *w, int width, bool ascii, struct text *out)
{
	struct diagram d = { 0 };

	diagram_draw(&d, w, &(struct diagram_options){ .width = width, .ascii = ascii });
	assert_int_equal(d.width, width);
	diagram_write(&d, out);
	diagram_done(&d);
}

static void assert_drawn(const struct ways *w, int width, bool ascii, const char *expected)
{
	struct text out = TEXT_EMPTY;

	draw(w, width, ascii, &out);
	if (strcmp(text_get(&out), expected) != 0)
		print_message("drawn:\n%s", text_get(&out));
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

/* ---- whole drawings ---- */

static void nothing_happened_all_is_thin(void **state)
{
	assert_drawn(*state, 80, false,
		"                              [    CLOSED    ]─────────────────────────┐\n"
		"                                 │   ▲      ▲                          │\n"
		"                                 ▼   │      └─────────────────────┐    │\n"
		"     ┌───────────────────────►[    LISTEN    ]                    │    │\n"
		"     │        ┌──────────────────┘        └──────────────────┐    │    │\n"
		"     │        ▼                                              ▼    │    ▼\n"
		"  [ SYN-RECEIVED ]◄───────────────────────────────────────[   SYN-SENT   ]\n"
		"     │        └──────────────────┐        ┌──────────────────┘\n"
		"     │                           ▼        ▼\n"
		"     │                        [ ESTABLISHED  ]\n"
		"     │        ┌──────────────────┘        └──────────────────┐\n"
		"     ▼        ▼                                              ▼\n"
		"  [  FIN-WAIT-1  ]                                        [  CLOSE-WAIT  ]\n"
		"     │        └───────────────────────┐                      │\n"
		"     ▼                                ▼                      ▼\n"
		"  [  FIN-WAIT-2  ]            [   CLOSING    ]            [   LAST-ACK   ]\n"
		"     │                                │                      │\n"
		"     │                                ▼                      ▼\n"
		"     └───────────────────────►[  TIME-WAIT   ]───────────►[    CLOSED    ]\n"
		"no socket is in any of these states\n");
	assert_drawn(*state, 80, true,
		"                              [    CLOSED    ]..........................\n"
		"                                 :   ^      ^                          :\n"
		"                                 v   :      .......................    :\n"
		"     ........................>[    LISTEN    ]                    :    :\n"
		"     :        ....................        ....................    :    :\n"
		"     :        v                                              v    :    v\n"
		"  [ SYN-RECEIVED ]<.......................................[   SYN-SENT   ]\n"
		"     :        ....................        ....................\n"
		"     :                           v        v\n"
		"     :                        [ ESTABLISHED  ]\n"
		"     :        ....................        ....................\n"
		"     v        v                                              v\n"
		"  [  FIN-WAIT-1  ]                                        [  CLOSE-WAIT  ]\n"
		"     :        .........................                      :\n"
		"     v                                v                      v\n"
		"  [  FIN-WAIT-2  ]            [   CLOSING    ]            [   LAST-ACK   ]\n"
		"     :                                :                      :\n"
		"     :                                v                      v\n"
		"     ........................>[  TIME-WAIT   ]...........>[    CLOSED    ]\n"
		"no socket is in any of these states\n");
	assert_drawn(*state, 100, false,
		"                                          [    CLOSED    ]─────────────────────────────────────┐\n"
		"                                    listen() │   ▲      ▲          connect() / snd SYN         │\n"
		"                                             │   │      └─────────────────────────────────┐    │\n"
		"                    rcv RST                  ▼   │ close()            close()             │    │\n"
		"     ┌───────────────────────────────────►[    LISTEN    ]                                │    │\n"
		"     │             rcv SYN / snd SYN,ACK     │        │       send() / snd SYN            │    │\n"
		"     │        ┌──────────────────────────────┘        └──────────────────────────────┐    │    │\n"
		"     │        ▼                        rcv SYN / snd SYN,ACK                         ▼    │    ▼\n"
		"  [ SYN-RECEIVED ]◄───────────────────────────────────────────────────────────────[   SYN-SENT   ]\n"
		"     │        │        rcv ACK of SYN                      rcv SYN,ACK / snd ACK     │\n"
		"     │        └──────────────────────────────┐        ┌──────────────────────────────┘\n"
		"     │ close() / snd FIN                     ▼        ▼\n"
		"     │                                    [ ESTABLISHED  ]\n"
		"     │               close() / snd FIN       │        │      rcv FIN / snd ACK\n"
		"     │        ┌──────────────────────────────┘        └──────────────────────────────┐\n"
		"     ▼        ▼                                                                      ▼\n"
		"  [  FIN-WAIT-1  ]                                                                [  CLOSE-WAIT  ]\n"
		"     │        │         rcv FIN / snd ACK                                            │\n"
		"     │        └───────────────────────────────────┐                close() / snd FIN │\n"
		"     ▼ rcv ACK of FIN                             ▼                                  ▼\n"
		"  [  FIN-WAIT-2  ]                        [   CLOSING    ]                        [   LAST-ACK   ]\n"
		"     │                                            │                                  │\n"
		"     │                             rcv ACK of FIN │                   rcv ACK of FIN │\n"
		"     │         rcv FIN / snd ACK                  ▼             after 2 MSL          ▼\n"
		"     └───────────────────────────────────►[  TIME-WAIT   ]───────────────────────►[    CLOSED    ]\n"
		"no socket is in any of these states\n");
	assert_drawn(*state, 100, true,
		"                                          [    CLOSED    ]......................................\n"
		"                                    listen() :   ^      ^          connect() / snd SYN         :\n"
		"                                             :   :      ...................................    :\n"
		"                    rcv RST                  v   : close()            close()             :    :\n"
		"     ....................................>[    LISTEN    ]                                :    :\n"
		"     :             rcv SYN / snd SYN,ACK     :        :       send() / snd SYN            :    :\n"
		"     :        ................................        ................................    :    :\n"
		"     :        v                        rcv SYN / snd SYN,ACK                         v    :    v\n"
		"  [ SYN-RECEIVED ]<...............................................................[   SYN-SENT   ]\n"
		"     :        :        rcv ACK of SYN                      rcv SYN,ACK / snd ACK     :\n"
		"     :        ................................        ................................\n"
		"     : close() / snd FIN                     v        v\n"
		"     :                                    [ ESTABLISHED  ]\n"
		"     :               close() / snd FIN       :        :      rcv FIN / snd ACK\n"
		"     :        ................................        ................................\n"
		"     v        v                                                                      v\n"
		"  [  FIN-WAIT-1  ]                                                                [  CLOSE-WAIT  ]\n"
		"     :        :         rcv FIN / snd ACK                                            :\n"
		"     :        .....................................                close() / snd FIN :\n"
		"     v rcv ACK of FIN                             v                                  v\n"
		"  [  FIN-WAIT-2  ]                        [   CLOSING    ]                        [   LAST-ACK   ]\n"
		"     :                                            :                                  :\n"
		"     :                             rcv ACK of FIN :                   rcv ACK of FIN :\n"
		"     :         rcv FIN / snd ACK                  v             after 2 MSL          v\n"
		"     ....................................>[  TIME-WAIT   ].......................>[    CLOSED    ]\n"
		"no socket is in any of these states\n");
}

static void active_and_passive_go_left_and_right(void **state)
{
	struct way *c = add_client(*state, "client"), *a;

	go(c, STATE_FIN_WAIT_1, "main: close");
	go(c, STATE_FIN_WAIT_2, "#5 ACK");
	go(c, STATE_TIME_WAIT, "#6 FIN/ACK");
	a = add_accepted(*state, "l/1");
	go(a, STATE_CLOSE_WAIT, "#4 FIN/ACK");
	go(a, STATE_LAST_ACK, "server: close");
	assert_drawn(*state, 80, false,
		"                              [    CLOSED    ]════════════c1═══════════╗\n"
		"                                 │   ▲      ▲                          ║\n"
		"                                 ▼   │      └─────────────────────┐    ║\n"
		"     ┌───────────────────────►[    LISTEN    ]                    │    ║\n"
		"     │        ╔════════l1════════╝        └──────────────────┐    │    ║\n"
		"     │        ▼                                              ▼    │    ▼\n"
		"  [ SYN-RECEIVED ]◄───────────────────────────────────────[   SYN-SENT   ]\n"
		"     │        ╚════════l2════════╗        ╔════════c2════════╝\n"
		"     │                           ▼        ▼\n"
		"     │                        [ ESTABLISHED  ]\n"
		"     │        ╔════════c3════════╝        ╚════════l3════════╗\n"
		"     ▼        ▼                                              ▼\n"
		"  [  FIN-WAIT-1  ]                                        [  CLOSE-WAIT  ]\n"
		"     ║c4      └───────────────────────┐                      ║l4\n"
		"     ▼                                ▼                      ▼\n"
		"  [  FIN-WAIT-2  ]            [   CLOSING    ]            [[ LAST-ACK l ]]\n"
		"     ║                                │                      │\n"
		"     ║                                ▼                      ▼\n"
		"     ╚══════════c5═══════════►[[TIME-WAIT c ]]───────────►[    CLOSED    ]\n"
		"c: client, TIME-WAIT\n"
		"   c1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   c2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n"
		"   c3  ESTABLISHED -> FIN-WAIT-1      <- main: close\n"
		"   c4  FIN-WAIT-1 -> FIN-WAIT-2       <- #5 ACK\n"
		"   c5  FIN-WAIT-2 -> TIME-WAIT        <- #6 FIN/ACK\n"
		"l: l/1, LAST-ACK\n"
		"   l1  LISTEN -> SYN-RECEIVED         <- #1 SYN\n"
		"   l2  SYN-RECEIVED -> ESTABLISHED    <- #3 ACK\n"
		"   l3  ESTABLISHED -> CLOSE-WAIT      <- #4 FIN/ACK\n"
		"   l4  CLOSE-WAIT -> LAST-ACK         <- server: close\n");
	assert_drawn(*state, 100, true,
		"                                          [    CLOSED    ]==================c1=================+\n"
		"                                    listen() :   ^      ^          connect() / snd SYN         |\n"
		"                                             :   :      ...................................    |\n"
		"                    rcv RST                  v   : close()            close()             :    |\n"
		"     ....................................>[    LISTEN    ]                                :    |\n"
		"     :             rcv SYN / snd SYN,ACK     |        :       send() / snd SYN            :    |\n"
		"     :        +==============l1==============+        ................................    :    |\n"
		"     :        v                        rcv SYN / snd SYN,ACK                         v    :    v\n"
		"  [ SYN-RECEIVED ]<...............................................................[   SYN-SENT   ]\n"
		"     :        |        rcv ACK of SYN                      rcv SYN,ACK / snd ACK     |\n"
		"     :        +==============l2==============+        +==============c2==============+\n"
		"     : close() / snd FIN                     v        v\n"
		"     :                                    [ ESTABLISHED  ]\n"
		"     :               close() / snd FIN       |        |      rcv FIN / snd ACK\n"
		"     :        +==============c3==============+        +==============l3==============+\n"
		"     v        v                                                                      v\n"
		"  [  FIN-WAIT-1  ]                                                                [  CLOSE-WAIT  ]\n"
		"     |        :         rcv FIN / snd ACK                                            |\n"
		"     |c4      .....................................                close() / snd FIN |l4\n"
		"     v rcv ACK of FIN                             v                                  v\n"
		"  [  FIN-WAIT-2  ]                        [   CLOSING    ]                        [[ LAST-ACK l ]]\n"
		"     |                                            :                                  :\n"
		"     |                             rcv ACK of FIN :                   rcv ACK of FIN :\n"
		"     |         rcv FIN / snd ACK                  v             after 2 MSL          v\n"
		"     +================c5=================>[[TIME-WAIT c ]].......................>[    CLOSED    ]\n"
		"c: client, TIME-WAIT\n"
		"   c1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   c2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n"
		"   c3  ESTABLISHED -> FIN-WAIT-1      <- main: close\n"
		"   c4  FIN-WAIT-1 -> FIN-WAIT-2       <- #5 ACK\n"
		"   c5  FIN-WAIT-2 -> TIME-WAIT        <- #6 FIN/ACK\n"
		"l: l/1, LAST-ACK\n"
		"   l1  LISTEN -> SYN-RECEIVED         <- #1 SYN\n"
		"   l2  SYN-RECEIVED -> ESTABLISHED    <- #3 ACK\n"
		"   l3  ESTABLISHED -> CLOSE-WAIT      <- #4 FIN/ACK\n"
		"   l4  CLOSE-WAIT -> LAST-ACK         <- server: close\n");
}

static void simultaneous_open_and_close_meet_in_the_middle(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct way *w = add_way(*state, i ? "s2" : "s1", CLOSED);

		go(w, STATE_SYN_SENT, "main: connect");
		go(w, STATE_SYN_RECEIVED, "SYN");
		go(w, STATE_ESTABLISHED, "SYN/ACK");
		go(w, STATE_FIN_WAIT_1, "main: close");
		go(w, STATE_CLOSING, "FIN/ACK");
		if (i)
			go(w, STATE_TIME_WAIT, "ACK");
	}
	assert_drawn(*state, 100, false,
		"                                          [    CLOSED    ]════════════════a1 b1════════════════╗\n"
		"                                    listen() │   ▲      ▲          connect() / snd SYN         ║\n"
		"                                             │   │      └─────────────────────────────────┐    ║\n"
		"                    rcv RST                  ▼   │ close()            close()             │    ║\n"
		"     ┌───────────────────────────────────►[    LISTEN    ]                                │    ║\n"
		"     │             rcv SYN / snd SYN,ACK     │        │       send() / snd SYN            │    ║\n"
		"     │        ┌──────────────────────────────┘        └──────────────────────────────┐    │    ║\n"
		"     │        ▼                        rcv SYN / snd SYN,ACK                         ▼    │    ▼\n"
		"  [ SYN-RECEIVED ]◄════════════════════════════a2 b2══════════════════════════════[   SYN-SENT   ]\n"
		"     │        ║        rcv ACK of SYN                      rcv SYN,ACK / snd ACK     │\n"
		"     │        ╚════════════a3 b3═════════════╗        ┌──────────────────────────────┘\n"
		"     │ close() / snd FIN                     ▼        ▼\n"
		"     │                                    [ ESTABLISHED  ]\n"
		"     │               close() / snd FIN       ║        │      rcv FIN / snd ACK\n"
		"     │        ╔════════════a4 b4═════════════╝        └──────────────────────────────┐\n"
		"     ▼        ▼                                                                      ▼\n"
		"  [  FIN-WAIT-1  ]                                                                [  CLOSE-WAIT  ]\n"
		"     │        ║         rcv FIN / snd ACK                                            │\n"
		"     │        ╚═══════════════a5 b5═══════════════╗                close() / snd FIN │\n"
		"     ▼ rcv ACK of FIN                             ▼                                  ▼\n"
		"  [  FIN-WAIT-2  ]                        [[ CLOSING a  ]]                        [   LAST-ACK   ]\n"
		"     │                                            ║                                  │\n"
		"     │                             rcv ACK of FIN ║b6                 rcv ACK of FIN │\n"
		"     │         rcv FIN / snd ACK                  ▼             after 2 MSL          ▼\n"
		"     └───────────────────────────────────►[[TIME-WAIT b ]]───────────────────────►[    CLOSED    ]\n"
		"a: s1, CLOSING\n"
		"   a1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   a2  SYN-SENT -> SYN-RECEIVED       <- SYN\n"
		"   a3  SYN-RECEIVED -> ESTABLISHED    <- SYN/ACK\n"
		"   a4  ESTABLISHED -> FIN-WAIT-1      <- main: close\n"
		"   a5  FIN-WAIT-1 -> CLOSING          <- FIN/ACK\n"
		"b: s2, TIME-WAIT\n"
		"   b1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   b2  SYN-SENT -> SYN-RECEIVED       <- SYN\n"
		"   b3  SYN-RECEIVED -> ESTABLISHED    <- SYN/ACK\n"
		"   b4  ESTABLISHED -> FIN-WAIT-1      <- main: close\n"
		"   b5  FIN-WAIT-1 -> CLOSING          <- FIN/ACK\n"
		"   b6  CLOSING -> TIME-WAIT           <- ACK\n");
}

static void self_connect_is_one_way_through_all(void **state)
{
	struct way *c = add_way(*state, "c", CLOSED);

	go(c, STATE_SYN_SENT, "main: connect");
	go(c, STATE_SYN_RECEIVED, "#1 SYN");
	go(c, STATE_ESTABLISHED, "#2 SYN/ACK");
	go(c, STATE_FIN_WAIT_1, "main: close");
	go(c, STATE_CLOSING, "#4 FIN/ACK");
	go(c, STATE_TIME_WAIT, "#5 ACK");
	go(c, CLOSED, "time-wait timer");
	c->open = false;
	assert_drawn(*state, 80, true,
		"                              [    CLOSED    ]============c1===========+\n"
		"                                 :   ^      ^                          |\n"
		"                                 v   :      .......................    |\n"
		"     ........................>[    LISTEN    ]                    :    |\n"
		"     :        ....................        ....................    :    |\n"
		"     :        v                                              v    :    v\n"
		"  [ SYN-RECEIVED ]<==================c2===================[   SYN-SENT   ]\n"
		"     :        +========c3========+        ....................\n"
		"     :                           v        v\n"
		"     :                        [ ESTABLISHED  ]\n"
		"     :        +========c4========+        ....................\n"
		"     v        v                                              v\n"
		"  [  FIN-WAIT-1  ]                                        [  CLOSE-WAIT  ]\n"
		"     :        +==========c5===========+                      :\n"
		"     v                                v                      v\n"
		"  [  FIN-WAIT-2  ]            [   CLOSING    ]            [   LAST-ACK   ]\n"
		"     :                                |c6                    :\n"
		"     :                                v                      v\n"
		"     ........................>[  TIME-WAIT   ]=====c7====>[[  CLOSED c  ]]\n"
		"c: CLOSED, gone\n"
		"   c1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   c2  SYN-SENT -> SYN-RECEIVED       <- #1 SYN\n"
		"   c3  SYN-RECEIVED -> ESTABLISHED    <- #2 SYN/ACK\n"
		"   c4  ESTABLISHED -> FIN-WAIT-1      <- main: close\n"
		"   c5  FIN-WAIT-1 -> CLOSING          <- #4 FIN/ACK\n"
		"   c6  CLOSING -> TIME-WAIT           <- #5 ACK\n"
		"   c7  TIME-WAIT -> CLOSED            <- time-wait timer\n");
}

static void reset_is_told_below_and_lights_the_end(void **state)
{
	struct way *c = add_client(*state, "c");
	struct way *d;

	go(c, CLOSED, "#4 RST");
	d = add_way(*state, "d", CLOSED);
	go(d, STATE_SYN_SENT, "main: connect");
	go(d, CLOSED, "#6 RST/ACK");
	assert_drawn(*state, 80, false,
		"                              [[  CLOSED d  ]]══════════c1 d1══════════╗\n"
		"                                 │   ▲      ▲                          ║\n"
		"                                 ▼   │      └─────────────────────┐    ║\n"
		"     ┌───────────────────────►[    LISTEN    ]                    │    ║\n"
		"     │        ┌──────────────────┘        └──────────────────┐    │    ║\n"
		"     │        ▼                                              ▼    │    ▼\n"
		"  [ SYN-RECEIVED ]◄───────────────────────────────────────[   SYN-SENT   ]\n"
		"     │        └──────────────────┐        ╔════════c2════════╝\n"
		"     │                           ▼        ▼\n"
		"     │                        [ ESTABLISHED  ]\n"
		"     │        ┌──────────────────┘        └──────────────────┐\n"
		"     ▼        ▼                                              ▼\n"
		"  [  FIN-WAIT-1  ]                                        [  CLOSE-WAIT  ]\n"
		"     │        └───────────────────────┐                      │\n"
		"     ▼                                ▼                      ▼\n"
		"  [  FIN-WAIT-2  ]            [   CLOSING    ]            [   LAST-ACK   ]\n"
		"     │                                │                      │\n"
		"     │                                ▼                      ▼\n"
		"     └───────────────────────►[  TIME-WAIT   ]───────────►[[  CLOSED c  ]]\n"
		"c: CLOSED\n"
		"   c1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   c2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n"
		"   c3  ESTABLISHED - -> CLOSED        <- #4 RST\n"
		"d: CLOSED\n"
		"   d1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   d2  SYN-SENT - -> CLOSED           <- #6 RST/ACK\n"
		"- -> is not drawn in RFC 9293's figure, which leaves out every RST (note 3)\n");
}

/* The RFC names it below the figure: a student must not read that Linux does what the RFC does not know. */
static void fin_that_acknowledges_ours_is_told_to_be_in_a_note(void **state)
{
	struct way *c = add_client(*state, "c");

	go(c, STATE_FIN_WAIT_1, "main: close");
	go(c, STATE_TIME_WAIT, "#5 FIN/ACK");
	assert_drawn(*state, 75, false,
		"c: TIME-WAIT\n"
		"   c1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   c2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n"
		"   c3  ESTABLISHED -> FIN-WAIT-1      <- main: close\n"
		"   c4  FIN-WAIT-1 - -> TIME-WAIT      <- #5 FIN/ACK\n"
		"- -> is not drawn in RFC 9293's figure, which leaves out every RST (note 3)\n"
		"FIN-WAIT-1 - -> TIME-WAIT is its note 2: a FIN, and ours is acknowledged\n"
		"the figure takes 76 columns\n");
}

static void three_sockets_share_edges_by_letter(void **state)
{
	struct way *l = add_way(*state, "listener", CLOSED), *c;

	go(l, STATE_LISTEN, "server: listen");
	go(l, CLOSED, "server: shutdown");
	go(l, STATE_LISTEN, "server: listen");
	c = add_client(*state, "l2"); /* l is taken, and it has no other letter */
	go(c, STATE_CLOSE_WAIT, "#4 FIN/ACK");
	add_client(*state, "last");
	assert_drawn(*state, 100, false,
		"                                          [    CLOSED    ]════════════════a1 s1════════════════╗\n"
		"                                    listen() ║   ▲      ▲          connect() / snd SYN         ║\n"
		"                                         i1,3║   ║i2    └─────────────────────────────────┐    ║\n"
		"                    rcv RST                  ▼   ║ close()            close()             │    ║\n"
		"     ┌───────────────────────────────────►[[  LISTEN i  ]]                                │    ║\n"
		"     │             rcv SYN / snd SYN,ACK     │        │       send() / snd SYN            │    ║\n"
		"     │        ┌──────────────────────────────┘        └──────────────────────────────┐    │    ║\n"
		"     │        ▼                        rcv SYN / snd SYN,ACK                         ▼    │    ▼\n"
		"  [ SYN-RECEIVED ]◄───────────────────────────────────────────────────────────────[   SYN-SENT   ]\n"
		"     │        │        rcv ACK of SYN                      rcv SYN,ACK / snd ACK     ║\n"
		"     │        └──────────────────────────────┐        ╔════════════a2 s2═════════════╝\n"
		"     │ close() / snd FIN                     ▼        ▼\n"
		"     │                                    [[ESTABLISHED s]]\n"
		"     │               close() / snd FIN       │        ║      rcv FIN / snd ACK\n"
		"     │        ┌──────────────────────────────┘        ╚══════════════a3══════════════╗\n"
		"     ▼        ▼                                                                      ▼\n"
		"  [  FIN-WAIT-1  ]                                                                [[CLOSE-WAIT a]]\n"
		"     │        │         rcv FIN / snd ACK                                            │\n"
		"     │        └───────────────────────────────────┐                close() / snd FIN │\n"
		"     ▼ rcv ACK of FIN                             ▼                                  ▼\n"
		"  [  FIN-WAIT-2  ]                        [   CLOSING    ]                        [   LAST-ACK   ]\n"
		"     │                                            │                                  │\n"
		"     │                             rcv ACK of FIN │                   rcv ACK of FIN │\n"
		"     │         rcv FIN / snd ACK                  ▼             after 2 MSL          ▼\n"
		"     └───────────────────────────────────►[  TIME-WAIT   ]───────────────────────►[    CLOSED    ]\n"
		"i: listener, LISTEN\n"
		"   i1  CLOSED -> LISTEN               <- server: listen\n"
		"   i2  LISTEN -> CLOSED               <- server: shutdown\n"
		"   i3  CLOSED -> LISTEN               <- server: listen\n"
		"a: l2, CLOSE-WAIT\n"
		"   a1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   a2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n"
		"   a3  ESTABLISHED -> CLOSE-WAIT      <- #4 FIN/ACK\n"
		"s: last, ESTABLISHED\n"
		"   s1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   s2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n");
	assert_drawn(*state, 80, true,
		"                              [    CLOSED    ]==========a1 s1==========+\n"
		"                             i1,3|   ^      ^                          |\n"
		"                                 v   |i2    .......................    |\n"
		"     ........................>[[  LISTEN i  ]]                    :    |\n"
		"     :        ....................        ....................    :    |\n"
		"     :        v                                              v    :    v\n"
		"  [ SYN-RECEIVED ]<.......................................[   SYN-SENT   ]\n"
		"     :        ....................        +======a2 s2=======+\n"
		"     :                           v        v\n"
		"     :                        [[ESTABLISHED s]]\n"
		"     :        ....................        +========a3========+\n"
		"     v        v                                              v\n"
		"  [  FIN-WAIT-1  ]                                        [[CLOSE-WAIT a]]\n"
		"     :        .........................                      :\n"
		"     v                                v                      v\n"
		"  [  FIN-WAIT-2  ]            [   CLOSING    ]            [   LAST-ACK   ]\n"
		"     :                                :                      :\n"
		"     :                                v                      v\n"
		"     ........................>[  TIME-WAIT   ]...........>[    CLOSED    ]\n"
		"i: listener, LISTEN\n"
		"   i1  CLOSED -> LISTEN               <- server: listen\n"
		"   i2  LISTEN -> CLOSED               <- server: shutdown\n"
		"   i3  CLOSED -> LISTEN               <- server: listen\n"
		"a: l2, CLOSE-WAIT\n"
		"   a1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   a2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n"
		"   a3  ESTABLISHED -> CLOSE-WAIT      <- #4 FIN/ACK\n"
		"s: last, ESTABLISHED\n"
		"   s1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   s2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n");
}

static void little_room_has_only_the_list(void **state)
{
	add_client(*state, "c");
	assert_drawn(*state, 40, false,
		"c: ESTABLISHED\n"
		"   c1  CLOSED -> SYN-SENT             <…\n"
		"   c2  SYN-SENT -> ESTABLISHED        <…\n"
		"the figure takes 76 columns\n");
}

static void hostile_names_are_only_letters(void **state)
{
	struct way *c = add_client(*state, "\033]0;owned\007\n");

	go(c, STATE_FIN_WAIT_1, "\033[2J\xe2\x80\xae \xff\xc3\x28 \xf0\x9f\x92\xa9 close");
	add_client(*state, "\xe4\xb8\xad\xe6\x96\x87");
	add_client(*state,
		"a-name-that-is-so-long-that-no-list-could-have-it-in-one-line-with-a-state");
	assert_drawn(*state, 80, false,
		"                              [    CLOSED    ]═════════o1 b1 a1════════╗\n"
		"                                 │   ▲      ▲                          ║\n"
		"                                 ▼   │      └─────────────────────┐    ║\n"
		"     ┌───────────────────────►[    LISTEN    ]                    │    ║\n"
		"     │        ┌──────────────────┘        └──────────────────┐    │    ║\n"
		"     │        ▼                                              ▼    │    ▼\n"
		"  [ SYN-RECEIVED ]◄───────────────────────────────────────[   SYN-SENT   ]\n"
		"     │        └──────────────────┐        ╔═════o2 b2 a2═════╝\n"
		"     │                           ▼        ▼\n"
		"     │                       [[ESTABLISHED ba]]\n"
		"     │        ╔════════o3════════╝        └──────────────────┐\n"
		"     ▼        ▼                                              ▼\n"
		"  [[FIN-WAIT-1 o]]                                        [  CLOSE-WAIT  ]\n"
		"     │        └───────────────────────┐                      │\n"
		"     ▼                                ▼                      ▼\n"
		"  [  FIN-WAIT-2  ]            [   CLOSING    ]            [   LAST-ACK   ]\n"
		"     │                                │                      │\n"
		"     │                                ▼                      ▼\n"
		"     └───────────────────────►[  TIME-WAIT   ]───────────►[    CLOSED    ]\n"
		"o: ?]0;owned?\?, FIN-WAIT-1\n"
		"   o1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   o2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n"
		"   o3  ESTABLISHED -> FIN-WAIT-1      <- ?[2J? ?\?( ? close\n"
		"b: ?\?, ESTABLISHED\n"
		"   b1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   b2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n"
		"a: a-name-that-is-so-long-that-no-…, ESTABLISHED\n"
		"   a1  CLOSED -> SYN-SENT             <- main: connect\n"
		"   a2  SYN-SENT -> ESTABLISHED        <- #2 SYN/ACK\n");
}
/* ---- what must be true of any ---- */

static void long_way_is_cut_in_the_middle_unless_all_is_asked(void **state)
{
	struct diagram d = { 0 };
	struct way *l = add_way(*state, "l", CLOSED);
	struct text out = TEXT_EMPTY;

	for (int i = 0; i < 50; i++) {
		go(l, STATE_LISTEN, "main: listen");
		go(l, CLOSED, "main: shutdown");
	}
	draw(*state, 80, false, &out);
	assert_non_null(strstr(text_get(&out), "\n   l3  "));
	assert_non_null(strstr(text_get(&out), "\n   ... 89 steps ...\n   l93 "));
	assert_non_null(strstr(text_get(&out), "\n   l100 LISTEN -> CLOSED"));
	text_clear(&out);
	diagram_draw(&d, *state, &(struct diagram_options){ .width = 80, .all = true });
	diagram_write(&d, &out);
	assert_int_equal(d.height, DIAGRAM_LINES + 1 + 100);
	assert_null(strstr(text_get(&out), "..."));
	for (int lines = 24; lines < 60; lines++) {
		diagram_draw(&d, *state, &(struct diagram_options){ .width = 80, .lines = lines });
		assert_in_range(d.height, lines - 1, lines);
	}
	diagram_done(&d);
	text_done(&out);
}

static int widest_line(const char *text)
{
	int widest = 0;

	while (*text) {
		char line[4 * WIDEST + 1];
		size_t len = strcspn(text, "\n");

		assert_in_range(len, 0, sizeof(line) - 1);
		assert_int_equal(text[len], '\n');
		assert_true(len == 0 || text[len - 1] != ' ');
		memcpy(line, text, len);
		line[len] = '\0';
		if (row_columns(line) > widest)
			widest = row_columns(line);
		text += len + 1;
	}
	return widest;
}

static void width_is_never_more_than_asked(void **state)
{
	struct way *c = add_client(*state, "a-client-with-a-name-of-some-length");

	for (int i = 0; i < 100; i++) {
		go(c, STATE_LISTEN,
			"a reason that is as long as reasons can be, and then some more of it");
		go(c, CLOSED, "main: close");
		go(c, STATE_SYN_SENT, "main: connect");
		go(c, CLOSED, "main: close");
	}
	for (int i = 0; i < DIAGRAM_WAYS_MOST + 3; i++)
		add_client(*state, "c");
	for (int width = 1; width < WIDEST; width++) {
		for (int ascii = 0; ascii < 2; ascii++) {
			struct text out = TEXT_EMPTY;

			draw(*state, width, ascii, &out);
			assert_in_range(widest_line(text_get(&out)), 1, width);
			for (const char *s = text_get(&out); *s && ascii; s++)
				assert_true(*s == '\n' || (*s >= ' ' && *s < 0x7f));
			text_done(&out);
		}
	}
}

static bool is_of_box(uint32_t point)
{
	return point == ' ' || point == '-' || point == '[' || point == ']' ||
		(point >= '0' && point <= '9') || (point >= 'A' && point <= 'Z');
}

/* Is there, at this place, the box of a state that nobody is in? */
static bool is_box(const struct diagram *d, int x, int y, enum tcp_state state)
{
	char row[WIDEST + 1], *name;
	int begin, end;

	if (x < 0 || x >= d->width || y < 0 || y >= d->height)
		return false;
	for (int i = 0; i < d->width; i++) {
		uint32_t point = diagram_cell(d, i, y)->point;

		row[i] = is_of_box(point) ? (char)point : '?';
	}
	row[d->width] = '\0';
	for (begin = x; begin >= 0 && row[begin] != '[' && row[begin] != '?'; begin--)
		if (row[begin] == ']' && begin != x)
			return false;
	for (end = x; end < d->width && row[end] != ']' && row[end] != '?'; end++)
		if (row[end] == '[' && end != x)
			return false;
	if (begin < 0 || end == d->width || row[begin] != '[' || row[end] != ']')
		return false;
	row[end] = '\0';
	name = strstr(row + begin, tcp_state_name(state));
	return name && strspn(row + begin + 1, " ") == (size_t)(name - row - begin - 1) &&
		name[strlen(tcp_state_name(state))] <= ' ';
}

static bool touches_box(const struct diagram *d, int x, int y, enum tcp_state state)
{
	return is_box(d, x - 1, y, state) || is_box(d, x + 1, y, state) ||
		is_box(d, x, y - 1, state) || is_box(d, x, y + 1, state);
}

/* Where a head points: 0 = it is none. */
static int head_of(uint32_t point, int *ret_dx, int *ret_dy)
{
	static const struct {
		uint32_t point;
		int dx, dy;
	} heads[] = { { 0x25b2, 0, -1 }, { 0x25bc, 0, 1 }, { 0x25ba, 1, 0 }, { 0x25c4, -1, 0 },
		{ '^', 0, -1 }, { 'v', 0, 1 }, { '>', 1, 0 }, { '<', -1, 0 } };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (heads[i].point == point) {
			*ret_dx = heads[i].dx;
			*ret_dy = heads[i].dy;
			return 1;
		}
	}
	return 0;
}

/* Draw one way over this edge; who is in `ret_cells` afterwards belongs to it. Nobody is in a box: it went on to where
 * no box is. */
static void draw_edge(const struct figure_edge *e, int width, bool ascii, struct diagram *d)
{
	struct ways w = { 0 };

	go(add_way(&w, "x", e->from), e->to, "");
	w.ways[0].state = STATE_NONE;
	diagram_draw(d, &w, &(struct diagram_options){ .width = width, .ascii = ascii });
	ways_done(&w);
}

/* The cells of an edge hang together, from the box it leaves to a head that points to the box it is for. */
static void assert_leads(const struct diagram *d, int lines, const struct figure_edge *e)
{
	int heads = 0, cells = 0, letters = 0, begins = 0, joined = 0;

	for (int y = 0; y < lines; y++) {
		for (int x = 0; x < d->width; x++) {
			uint32_t point = diagram_cell(d, x, y)->point;
			int dx, dy;

			if (diagram_cell(d, x, y)->mark != 1)
				continue;
			cells++;
			letters += point == 'x';
			if (head_of(point, &dx, &dy)) {
				heads++;
				assert_true(is_box(d, x + dx, y + dy, e->to));
			} else {
				begins += touches_box(d, x, y, e->from);
			}
			joined += x + 1 < d->width && diagram_cell(d, x + 1, y)->mark == 1;
			joined += y + 1 < lines && diagram_cell(d, x, y + 1)->mark == 1;
		}
	}
	assert_int_equal(heads, 1);
	assert_int_equal(letters, 1);
	assert_true(begins >= 1);
	assert_true(joined >= cells - 1); /* no loop in it, so no gap either */
}

static void edge_of_the_figure_is_marked_alone(void **state)
{
	(void)state;
	for (int form = 0; form < 4; form++) {
		int width = form & 1 ? DIAGRAM_WIDTH_WIDE : DIAGRAM_WIDTH;
		int lines = form & 1 ? DIAGRAM_LINES_WIDE : DIAGRAM_LINES;
		struct diagram d = { 0 }, blank = { 0 };
		uint8_t *owner = memory_new((size_t)(width * lines));

		memset(owner, 0, (size_t)(width * lines));
		diagram_draw(&blank, &(struct ways){ 0 },
			&(struct diagram_options){ .width = width, .ascii = form & 2 });
		for (size_t e = 0; e < FIGURE_EDGES; e++) {
			draw_edge(&figure_edges[e], width, form & 2, &d);
			assert_leads(&d, lines, &figure_edges[e]);
			for (int i = 0; i < width * lines; i++) {
				if (d.cells[i].mark == 1) {
					assert_int_equal(owner[i], 0);
					owner[i] = (uint8_t)(e + 1);
				} else {
					assert_int_equal(d.cells[i].point, blank.cells[i].point);
				}
			}
		}
		diagram_done(&d);
		diagram_done(&blank);
		free(owner);
	}
}

static void state_of_each_is_lit_alone(void **state)
{
	(void)state;
	for (enum tcp_state s = STATE_ESTABLISHED; s < STATE_NEW_SYN_RECV; s++) {
		struct ways w = { 0 };
		struct text out = TEXT_EMPTY, box = TEXT_EMPTY;
		const char *lit;

		add_way(&w, "x", s);
		draw(&w, DIAGRAM_WIDTH, true, &out);
		lit = strstr(text_get(&out), "[[");
		assert_non_null(lit);
		text_add(&box, lit, (size_t)(strstr(lit, "]]") - lit));
		assert_non_null(strstr(text_get(&box), tcp_state_name(s)));
		assert_non_null(strstr(text_get(&box), " x"));
		assert_null(strstr(lit + 2, "[["));
		text_done(&out);
		text_done(&box);
		ways_done(&w);
	}
}

static void cells_tell_whose_and_what_is_lit(void **state)
{
	struct diagram d = { 0 };
	int several = 0, lit[3] = { 0 };

	add_client(*state, "c");
	add_client(*state, "d");
	diagram_draw(&d, *state, &(struct diagram_options){ .width = DIAGRAM_WIDTH });
	assert_memory_equal(d.marks, "cd", 2);
	for (int y = 0; y < DIAGRAM_LINES; y++) {
		for (int x = 0; x < d.width; x++) {
			const struct diagram_cell *c = diagram_cell(&d, x, y);

			several += c->mark == DIAGRAM_SEVERAL;
			if (c->mark == 1 || c->mark == 2)
				assert_true(c->lit || strchr("cd12 ", (int)c->point));
			if (c->lit)
				lit[c->mark]++;
		}
	}
	assert_in_range(several, 20, 200);
	assert_int_equal(lit[1], 1);
	assert_int_equal(lit[2], 1);
	assert_in_range(lit[0], 13, 18);
	diagram_done(&d);
}

#define DRAWS(test) cmocka_unit_test_setup_teardown(test, ways_open, ways_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DRAWS(nothing_happened_all_is_thin),
		DRAWS(active_and_passive_go_left_and_right),
		DRAWS(simultaneous_open_and_close_meet_in_the_middle),
		DRAWS(self_connect_is_one_way_through_all),
		DRAWS(reset_is_told_below_and_lights_the_end),
		DRAWS(fin_that_acknowledges_ours_is_told_to_be_in_a_note),
		DRAWS(three_sockets_share_edges_by_letter),
		DRAWS(little_room_has_only_the_list),
		DRAWS(hostile_names_are_only_letters),
		DRAWS(long_way_is_cut_in_the_middle_unless_all_is_asked),
		DRAWS(width_is_never_more_than_asked),
		DRAWS(edge_of_the_figure_is_marked_alone),
		DRAWS(state_of_each_is_lit_alone),
		DRAWS(cells_tell_whose_and_what_is_lit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
