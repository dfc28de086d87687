#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Whose a program's socket is, told from its first SYN on, and that what it sends is put down to nobody else; also where a
# core must be waited for.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"
bin=$(dirname "$tcplab")/tests
burners=()
trap 'kill "${burners[@]}" 2>/dev/null; rm -rf "$work"' EXIT

# The client has other files open, so that the number of its socket is not the next one; it closes at once.
client="$work/client"
printf 'exec 3</dev/null 4</dev/null 9<>/dev/tcp/127.0.0.1/"$1"\necho hi >&9\n' >"$client"
line='^ *[0-9.]+ +(#[0-9]+ +)?'

two_programs()
{
	run 0 -c "exec web $bin/load sink 7000 $work/rate; expect web/3 LISTEN within 9s
		exec get bash $client 7000; expect get exited 0 within 9s; expect web exited 0 within 9s"
	has out "${line}get/5 +SYN-SENT +<- get$"
	has out "${line}get/5 > web/3 .*SYN seq .*<- get$"
	# or for what it was woken by, when it has sent before the delivery of that is over
	has out "${line}get/5 > .*len 3 \"hi.*<- (get|#2)$"
	lacks out 'localhost/\?[2-9]'
	lacks out "${line}get/5 .*<- web$"
	lacks out "${line}web/[0-9/]+ .*<- get$"
}

# A listener of ours: the kernel answers the SYN, whatever the program is at.
one_program()
{
	run 0 -c "socket l; bind l :7000; listen l; exec get bash $client 7000; expect get exited 0 within 9s"
	has out "${line}get/5 > l .*SYN seq .*<- get$"
	has out "${line}l/1 > get/5 .*SYN/ACK .*<- #1$"
	lacks out "${line}l/1 .*<- get$"
}

# It sends its SYN from a child.
run 0 -c "socket l; bind l :7000; listen l; exec get bash -c \"(. $client 7000); :\"; expect get exited 0 within 9s"
has out "${line}get/5 > l .*SYN seq .*<- get$"

for ((i = 0; i < 3; i++)); do
	two_programs
	one_program
done
for ((i = 0; i < 4; i++)); do
	(while :; do :; done) &
	burners+=($!)
done
for ((i = 0; i < 5; i++)); do
	two_programs
	one_program
done
kill "${burners[@]}"

# ---- one that does not have it yet is waited for ----

slow="exec s bash -c \"sleep 0.3; exec $bin/load sink 7000 $work/rate\""
run 0 -c "$slow; expect s/3 LISTEN within 9s"
run 0 -c "$slow; expect s/3 timer none within 9s; expect s/3 recvq 0"
run 0 -c "$slow; until s/3 LISTEN within 9s { sleep 20ms; }"
run 2 -c "$slow; expect s/3 LISTN within 9s"
has err "'LISTN' is no TCP state"
run 1 -c "$slow; expect s/7 LISTEN within 50ms"
told err 'expected  s/7 LISTEN' 'seen      no socket s/7'
run 2 -c 'exec s sleep 0.1; expect s/3 LISTEN within 9s'
has err "program 's' has ended and never had a socket 's/3'"
run 2 -c 'expect s/3 LISTEN within 9s'
has err "no socket 's/3'"
run 2 -c 'exec s sleep 9; show s/3'
has err "program 's' does not have a socket 's/3'"

((failures == 0))
