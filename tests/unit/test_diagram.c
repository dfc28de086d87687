/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole drawings of ways made by hand. */
#include "diagram_bench.h"

static void assert_drawn(const struct ways *w, int width, bool ascii, const char *expected)
{
	struct text out = TEXT_EMPTY;

	draw(w, width, ascii, &out);
	if (strcmp(text_get(&out), expected) != 0)
		print_message("drawn:\n%s", text_get(&out));
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

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
}

static void nothing_happened_with_room_has_what_the_steps_are(void **state)
{
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		DRAWS(nothing_happened_all_is_thin),
		DRAWS(nothing_happened_with_room_has_what_the_steps_are),
		DRAWS(active_and_passive_go_left_and_right),
		DRAWS(simultaneous_open_and_close_meet_in_the_middle),
		DRAWS(self_connect_is_one_way_through_all),
		DRAWS(reset_is_told_below_and_lights_the_end),
		DRAWS(fin_that_acknowledges_ours_is_told_to_be_in_a_note),
		DRAWS(three_sockets_share_edges_by_letter),
		DRAWS(little_room_has_only_the_list),
		DRAWS(hostile_names_are_only_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
