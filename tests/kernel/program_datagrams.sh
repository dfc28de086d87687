#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The UDP sockets of programs: named, listed, asked about, and drawn as those of our own processes; also where they are
# connected, bound to nothing again, and closed.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"
wanderer=${TCPLAB_WANDERER:-$(dirname "$tcplab")/tests/wanderer}
listening="socket r udp; bind r :5301; exec p $wanderer"

# tells LETTER: told to do it, it has done it.
tells()
{
	printf 'type p "%s"; recvfrom r 1 => "%s"' "$1" "$1"
}

# ---- whose it is, where it is, and where it goes ----

run 0 -c "$listening; $(tells c); ss p; say connected; $(tells u); ss p; say nowhere; $(tells b); ss p; say bound
	show p/3 rcvbuf; $(tells x); ss p; say closed"
told out 'p/3    UDP        0      0 127.0.0.1:' '-- connected' 'p/3    UDP        0      0 *' '-- nowhere' \
	'p/3    UDP        0      0 0.0.0.0:5300 ' '-- bound' 'p/4 ' '-- closed'
has out '^ *[0-9.]+ p/3 +is descriptor 3 of p, 127\.0\.0\.1:[0-9]+ to 127\.0\.0\.1:5302 +<- p$'
has out '^ *[0-9.]+ p/3 +is descriptor 3 of p, 0\.0\.0\.0:5300 +<- p$'
has out '#[0-9]+ +p/4 > r +UDP len 1 "c" +<- p$'
sed '1,/^-- bound$/d' "$work/out" >"$work/after"
lacks after 'p/3    UDP'

# ---- who asks and who answers, of two programs; a third that has nothing to do with it ----

client="$work/client"
printf 'exec 9<>/dev/udp/127.0.0.1/5300\nprintf q >&9\nhead -c 1 <&9 >/dev/null\n' >"$client"
chmod -R go+rX "$work"
run 0 -c "$listening; exec idle sleep 99; $(tells b); type p \"a\"; expect p blocked recvfrom within 9s
	exec q bash $client; recvfrom r 1 => \"a\"; expect q exited 0 within 9s; ladder"
has out '#[0-9]+ +q/[0-9] > p/3 +UDP len 1 "q" +<- q$'
has out '#[0-9]+ +p/3 > q/[0-9] +UDP len 6 "answer" +<- (p|#[0-9]+)$'
lacks out 'no socket'
has out '^ *ms p/4, p/3 +r +q/[0-9]$'

# ---- one that does not have it yet is waited for; its queue ----

slow="exec p bash -c \"sleep 0.3; (sleep 0.3; printf b; sleep 99) | $wanderer\""
run 0 -c "socket r udp; bind r :5301; $slow; expect p/3 recvq 0 within 9s; kill p STOP"
run 0 -c "$listening; $(tells b); kill p STOP; socket u udp; sendto u \"12345\" 127.0.0.1:5300; ss p/3"
has out '^p/3 +UDP +[1-9][0-9]* +0 0\.0\.0\.0:5300 +\* +p [0-9]+ fd 3$'
exit $((failures > 0))
