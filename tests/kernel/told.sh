#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How the story tells what a kernel sent: options, SACK, windows, and whose a packet is, in 100 columns.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

# told COMMANDS REGEX...: what the commands tell has a line for each.
told()
{
	local regex
	timeout -s KILL 30 "$tcplab" -c "$1" >"$work/out" 2>"$work/err" </dev/null ||
		wrong "$1" "exit code $?"
	for regex in "${@:2}"; do
		grep -qE -- "$regex" "$work/out" || wrong "$1" "no line has: $regex"
	done
}

wrong()
{
	printf 'FAILED: %s\n  %s\n' "$1" "$2" >&2
	sed 's/^/  out| /' "$work/out" >&2
	sed 's/^/  err| /' "$work/err" >&2
	failures=$((failures + 1))
}

pair='socket l; bind l :80; listen l; socket c; connect c :80; accept l a;'

# a handshake; that its SYN/ACK came twice is told by a D-SACK
told 'socket c; bind c :6666; hold; connect c :6666 &; expect segments syn syn within 3s; release; wait' \
	'SYN seq 0 win 64240 <mss 1460, sackOK, TS, wscale [0-9]+> HELD <- main: connect$' \
	' ACK seq 1 ack 1 win [0-9]+ <dsack 0-1>'
if grep '#' "$work/out" | grep -v again | awk 'length($0) > 100' | grep .; then
	wrong 'a handshake' 'more than 100 columns'
fi
told "$pair drop data to l x1; send c 1000; send c 1000; send c 1000; recv a 3000 MSG_WAITALL => 3000" \
	' a > c +ACK seq 1 ack 1 win [0-9]+ <sack [0-9]+-[0-9]+>'
# in bytes: 63 of 1024
told "$pair ladder ascii" ' c > l/1 +ACK seq 1 ack 1 win [1-9][0-9]{4}' \
	'#1 SYN seq 0 -' '\|    <mss 1460, sackOK, TS, wscale'
told 'forge rst from 10.9.9.9:1000 to :80' 'RST seq 0 win 0  \(forged\)'
told 'forge rst from 10.9.9.9:1000 to :80 win 7' 'RST seq 0 win 7  \(forged\)'
told 'forge syn from 10.9.9.9:1000 to :80 seq 0 mss 1000 ts 12 34 sack 5 9' \
	'SYN seq 0 win 64240 <mss 1000, TS 12/34, sack 5-9>  \(forged\)'
# a FIN that came before the data: what fills the gap moves the state
told "$pair hold data without retransmissions; send c \"x\"; close c; release; expect a CLOSE-WAIT" \
	' a +ESTABLISHED -> CLOSE-WAIT +<- #4'
# the same pair again: the socket that had it is gone, the listener answers
told 'socket l; bind l :80; listen l; socket k; bind k :4000; connect k :80; accept l a; send k "unread"; close a; close k
	socket k2; bind k2 :4000; connect k2 :80' \
	' k2 > l +SYN ' ' l/2 +SYN-RECEIVED'
# the kernel binds it with what it sends
told 'socket s udp; bind s :53; socket q udp; sendto q "x" :53; recvfrom s => "x"' \
	'#1 +q > s  UDP len 1 "x" +<- main: sendto'
told 'host bob; host bob reboot' 'bob +power cut' 'bob +up again'
told 'drop syn x1; socket c; connect c :80 => ECONNREFUSED; wire' \
	'rule 1: drop syn x1  \(1 hit, used up\)'
# the name of a file is somebody else's text
printf 'drop syn\nsocket c => 9\n' >"$work/"$'red\e[31m.lab'
(cd "$work" && timeout -s KILL 30 "$tcplab" -k -f $'red\e[31m.lab' >out 2>err </dev/null)
for words in '2:1: socket c => 9' '1: rule 1 never fired'; do
	cat "$work/out" "$work/err" | grep -qF "red\\x1b[31m.lab:$words" || wrong "a file's name" "not told: $words"
done
! grep -q $'\e' "$work/out" "$work/err" || wrong "a file's name" 'it acts on the terminal'
exit $((failures > 0))
