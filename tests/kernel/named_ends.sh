#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a socket means in a MATCH: its connection, whatever else has its address and port.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

two='process s; process k; socket l in s; bind l :80; listen l
socket c; connect c :80; accept l a; socket d in k; connect d :80; accept l b; mark;'

# ---- expectations ----

run 0 -c "$two send b \"2\"; expect segments data from b to d ack from d to b; expect seen data from l ack to l"
run 1 -c "$two send b \"2\"; recv d; expect seen data from a within 100ms"
told err 'expected  seen data from a'
run 1 -c "$two send b \"2\"; recv d; expect segments data from b ack to a"
# of what was refused and what was reset, too: then the kernel tells no addresses any more
run 0 -c 'socket c; connect c :81 => ECONNREFUSED; expect segments syn from c rst to c'
run 0 -c "$two set c SO_LINGER 1,0; close c; expect a CLOSED; recv a => ECONNRESET; expect segments rst to a; mark
send b \"2\"; recv d; expect segments data from b ack to b"
run 1 -c "$two set c SO_LINGER 1,0; close c; expect a CLOSED; recv a => ECONNRESET; mark
send b \"2\"; recv d; expect seen data from a within 100ms"

# ---- rules ----

run 0 -c "$two drop data from a; send b \"3\"; recv d => \"3\"; send a \"4\"; recv c => \"4\"; expect seen data from b data from a data from a; rules"
has out 'dropped: rule 1: drop data from a x1$'
has out '^rule 1 +drop data from a x1 +1 hit, used up$'
run 0 -c "$two hold to a; socket e in k; connect e :80 => 0; send c \"x\"; expect a recvq 0; step data to a; expect a recvq 1"
run 0 -c "$two hold data to l; send c \"x\"; send d \"y\"; step data to b; expect b recvq 1; expect a recvq 0; step data to l; expect a recvq 1"
# on both ends of the wire, in IPv6, and by a connection nobody has accepted
run 0 -6 -c "$two drop data to b; send c \"x\"; recv a => \"x\"; send d \"y\"; recv b => \"y\"; expect seen data to a data to b data to b"
run 0 -c 'socket l; bind l :80; listen l; socket c; connect c :80; socket d; connect d :80; mark
drop data to l/2; send c "x"; expect l/1 recvq 1; send d "y"; expect l/2 recvq 1; expect seen data to l/1 data to l/2 data to l/2'

# ---- before it has an address ----

run 0 -c 'socket l; bind l :80; listen l; socket c; drop syn from c; socket d; connect d :80; mark; connect c :80
expect seen syn from c syn from c syn/ack to c ack from c'
run 0 -c 'socket v udp; bind v :53; socket w udp; bind w :54; socket u udp; drop udp from u always; mark
sendto u "a" :53; expect segments udp from u to v; connect u :54; mark; send u "b"; sendto u "c" :53; recvfrom v => "c"
expect segments udp from u to w udp to v; rules'
has out '^rule 1 +drop udp from u +2 hits$'

# ---- its addresses are another's ----

run 0 -c 'socket l; bind l :80; listen l; socket c; bind c :5000; connect c :80; accept l a; drop data from c always; hold fin to a
set c SO_LINGER 1,0; close c; expect a CLOSED; socket d; set d SO_REUSEADDR 1; bind d :5000; connect d :80; accept l b
mark; send d "x"; recv b => "x"; expect segments data from d ack to d; rules'
has out '^rule 1 +drop data from c +0 hits, over: its socket'\''s addresses are another'\''s$'
exit $((failures > 0))
