#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What `events` lists: the last ones, by number, by kind, by name; and what it says to words it cannot take.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

# listed CODE COMMAND: what the command answers after a refused connect() goes to $work/out, blanks squeezed.
listed()
{
	local code
	what=$2
	timeout -s KILL 20 "$tcplab" -c "socket c; connect c :80 => ECONNREFUSED; $2" \
		>"$work/all" 2>"$work/err" </dev/null
	code=$?
	sed -n '/^> events/,$p' "$work/all" | sed '1d; s/  */ /g; s/^ //' >"$work/out"
	((code == $1)) || wrong "exit code $code instead of $1"
}

# lines LEAST MOST
lines()
{
	local count
	count=$(wc -l <"$work/out")
	((count >= $1 && count <= $2)) || wrong "$count lines"
}

# has REGEX...: a line for each, in this order.
has()
{
	local line
	while read -r line; do
		(($#)) || break
		[[ ! $line =~ $1 ]] || shift
	done <"$work/out"
	(($# == 0)) || wrong "there is no line, in its place: $1"
}

refused()
{
	listed 2 "$1"
	grep -qF -- "$2" "$work/err" || wrong "it does not say: $2"
}

listed 0 'events'
has '^1 [0-9.]+ lab Linux' ' command socket c$' 'c CLOSED -> SYN-SENT <- main: connect$' \
	'#2 .*RST/ACK.* <- #1$' 'c SYN-SENT -> CLOSED <- #2 RST/ACK$'
lines 15 20
listed 0 'repeat 30 { say "x" }; events'
lines 20 20
listed 0 'events 3'
lines 3 3
listed 0 'events 2-4'
has '^2 ' '^3 ' '^4 '
lines 3 3
listed 0 'events 9-'
has '^9 '
listed 0 'events state'
has ' c CLOSED$' ' c CLOSED -> SYN-SENT ' ' c SYN-SENT -> CLOSED '
lines 3 3
listed 0 'events 2 state segment'
has ' #2 ' ' c SYN-SENT -> CLOSED '
lines 2 2
listed 0 'events of #1'
has ' #1 c > ' ' #1 delivered$'
lines 2 2
listed 0 'events call of main'
has 'socket\(' 'connect\('
lines 2 2
listed 0 'events timer'
has '^no such event so far$'
lines 1 1

# its own answers are quoted in part, once
listed 0 'events; events output; events output; events output'
sed -i '1,/> events output/d' "$work/out"
lines 6 8
awk 'length > 110 { exit 1 }' "$work/out" || wrong 'an answer is quoted at length'

refused 'events 900-' 'there are only'
refused 'events 9-3' "'9-3' is no range of event numbers: 10-20"
refused 'events 0' "'0' is no number from 1"
refused 'events sate' 'kinds are: lab, host,'
refused 'events of' 'of what? a socket, process or host'
refused 'events of nobody' 'no event is of nobody'
refused 'events #1' 'say: events of #1'
exit $((failures > 0))
