#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Of several sockets at one address (SO_REUSEPORT), the story names the one whose queue has grown, and none before: what the
# queues hold and what close() ends must agree with it.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

# in_queue NAME: connections that the story has put into that listener's queue
in_queue()
{
	grep -cE ": the accept queue of $1 has grown" "$work/out"
}

# shown NAME: RECV-Q of that socket in the first table
shown()
{
	awk -v name="$1" '$1 == name && ($2 == "LISTEN" || $2 == "UDP") { print $3; exit }' "$work/out"
}

# same WHAT A B
same()
{
	[[ $2 == "$3" ]] || wrong "$1: $2, not $3"
}

listeners='socket l in s; set l SO_REUSEPORT on; bind l :80; listen l 50
socket m in t; set m SO_REUSEPORT on; bind m :80; listen m 50'
clients=
for n in {1..12}; do
	clients+="socket c$n; connect c$n b:80; "
done

for ip in "" -6; do
	# nobody is named in advance; each queue holds what was told; shutdown() and close() end what was there
	run 0 ${ip:+"$ip"} -c "host b; process s on b; process t on b; $listeners; $clients ss; shutdown l rd; ss l; close m; ladder l"
	same 'SYNs for either' "$(grep -cE '#[0-9]+ +c[0-9]+ > b:80  SYN ' "$work/out")" 12
	lacks out '> [lm]  SYN'
	same 'of one of them' "$(grep -cE '^ +[0-9.]+ b:80/\?[0-9]+ +SYN-RECEIVED ' "$work/out")" 12
	same 'told' $(($(in_queue l) + $(in_queue m))) 12
	same 'the queue of l' "$(shown l)" "$(in_queue l)"
	same 'the queue of m' "$(shown m)" "$(in_queue m)"
	same 'ended with l' "$(grep -cE ' l/[0-9]+ +ESTABLISHED -> CLOSED +<- s: shutdown' "$work/out")" "$(in_queue l)"
	same 'ended with m' "$(grep -cE ' m/[0-9]+ +ESTABLISHED -> CLOSED +<- t: close' "$work/out")" "$(in_queue m)"
	# a listener that is CLOSED has no queue; one column of the ladder is all at that address
	has out '^l +CLOSED +0 +0 '
	has out ' l, m, b:80'
done

# datagrams: each is in the queue that was told
sends=
for n in {1..12}; do
	sends+="socket v$n udp; sendto v$n \"x\" :9; "
done
run 0 -c "socket u udp; socket w udp; set u SO_REUSEPORT on; set w SO_REUSEPORT on; bind u :9; bind w :9; $sends ss"
same 'datagrams for either' "$(grep -cE '#[0-9]+ +v[0-9]+ > :9  UDP ' "$work/out")" 12
u=$(grep -cE '#[0-9]+ has gone to u: its receive queue has grown' "$work/out")
w=$(grep -cE '#[0-9]+ has gone to w: its receive queue has grown' "$work/out")
same 'datagrams told' $((u + w)) 12
same 'what they hold' $((u * $(shown w))) $((w * $(shown u)))

# who answers from there is told by his call; who is alone at the address is named again
run 0 -c 'socket u udp; socket w udp; set u SO_REUSEPORT on; set w SO_REUSEPORT on; bind u :9; bind w :9
	socket v udp; bind v :10; sendto u "x" :10; sendto w "y" :10; close w; sendto v "z" :9'
has out '#1 +u > v  UDP'
has out '#2 +w > v  UDP'
has out '#3 +v > u  UDP'
exit $((failures > 0))
