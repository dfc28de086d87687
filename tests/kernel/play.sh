#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A recipe played for people who watch: --step with what somebody types, from a pipe; --pace.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"
cd "$work" || exit 1

wrong()
{
	printf 'FAILED: %s\n  %s\n' "$1" "$2" >&2
	sed 's/^/  out| /' out >&2
	sed 's/^/  err| /' err >&2
	failures=$((failures + 1))
}

# played NAME TYPED CODE OPTION...: play one.lab with these lines typed.
played()
{
	name=$1
	printf "$2" | timeout -s KILL 60 "$tcplab" play "${@:4}" >out 2>err
	local code=${PIPESTATUS[1]}
	((code == $3)) || wrong "$name" "exit code $code"
}

# shown COUNT REGEX: so many lines of its output have that.
shown()
{
	local count
	count=$(grep -cE -- "$2" out)
	((count == $1)) || wrong "$name" "$count lines, not $1, have: $2"
}

cat >one.lab <<'EOF'
# What it shows.
say "it begins"
socket c
repeat 2 { bind c :6666 => 0; close c; socket c }
claim Z1 "It is refused." {
	connect c :9 => ECONNREFUSED
}
close c
EOF

played 'step by step' '\n\n\n\n\n' 0 --step one.lab
shown 1 '^What it shows\.$'
shown 1 '^\[1/5\] socket c$'
shown 1 '^\[2/5\] repeat 2 \{\.\.\.\}$'
shown 1 '^\[3/5\] claim Z1 "It is refused\." \{$'
shown 1 '^\[4/5\] connect c :9 => ECONNREFUSED$'
shown 1 '^\[5/5\] close c$'
shown 5 '^\['
shown 1 '^-- claim Z1 holds'
shown 2 '^> bind c :6666 => 0'
[[ $(grep -nE 'it begins|\[1/5\]|> socket c|\[2/5\]' out | cut -d: -f2 | head -4 | tr '\n' '|') == \
	'-- it begins|[1/5] socket c|> socket c|[2/5] repeat 2 {...}|' ]] || wrong "$name" 'out of order'

shown 1 ' one has come to its end$'
played 'go on' '\nc\n' 0 --step one.lab
shown 2 '^\['
shown 1 'claim Z1 holds'
played 'quit' '\nq\n' 0 --step one.lab
shown 1 '^> '
played 'nobody there' '' 0 --step one.lab
shown 0 '^> '
played 'help and a question' '?\nss\n\nss\nq\n' 0 --step one.lab
shown 1 '^Enter runs it'
shown 1 '^c  +CLOSED'
played 'a block that is typed' 'repeat 2 {\nsay "ty\\x70ed"\n}\nc\n' 0 --step one.lab
shown 2 '^-- typed$'
played 'what is typed fails' 'expect c ESTABLISHED\nsocket d\nconnect d :9\nzork\nc\n' 0 --step one.lab
shown 1 'claim Z1 holds'
grep -q "did you mean 'fork'" err || wrong "$name" 'no word on zork'
played 'as IPv6' 'c\n' 0 -6 --step one.lab
shown 2 'bind\(3, \[::\]:6666\)|bind\(3, \[fd00::'

# Who leaves has tested nothing, and is not told what he would have been asked: what the claim states, what was seen.
cat >asks.lab <<'EOF'
# What there is to look for.
claim Z2 "It will be refused." {
	socket c => 3
	predict "What will connect() give?" result { connect c :9 }
}
EOF
for typed in '\n\nq\n' '\n\n\nq\n' '\n\n\nquit\n'; do
	played "left with $typed" "$typed" 0 --step asks.lab
	shown 1 '^-- claim Z2 untested: it was left before its end$'
	shown 0 'refused|is to look for|failed'
	shown 0 '^> connect'
done
played 'not left' '\n\n\npass\nc\n' 0 --step asks.lab
shown 1 '^-- claim Z2 holds: "It will be refused\."'
shown 1 'is to look for'

# a failure is told, and it goes on; the exit code is the recipe's
sed -i 's/ECONNREFUSED/0/' one.lab
played 'fails' 'c\nc\n' 1 --step one.lab
shown 1 '^\[5/5\] close c$'
shown 1 'claim Z1 failed'
shown 3 '^> close c'
# what is not typed is not trusted
printf 'exec p true\n' >two.lab
played 'programs' 'c\n' 2 --step two.lab
grep -q -- --allow-exec err || wrong "$name" 'no word on --allow-exec'
printf 'socket c\nsocket c\nsocket d\n' >two.lab
played 'an error' 'c\nc\n' 2 --step two.lab
shown 1 '^> socket d$'
printf 'socket\n' >two.lab
played 'a mistake' '\n' 2 --step two.lab
grep -q 'two.lab:1:1' err || wrong "$name" 'no place'

# a file as standard input
printf '\nc\n' >typed
timeout -s KILL 30 "$tcplab" play --step two.lab </dev/null >out 2>err
printf 'socket c\nclose c\n' >two.lab
timeout -s KILL 30 "$tcplab" play --step two.lab <typed >out 2>err || wrong 'a file' "exit code $?"
name='a file' shown 2 '^\['

# A call in the background returns while the next step waits.
cat >late.lab <<'EOF'
socket l
bind l :80
listen l
process p
socket c in p
accept l a &
connect c :80
EOF
mkfifo typing
timeout -s KILL 30 "$tcplab" play --step late.lab <typing >out 2>err &
player=$!	# <(...) has one, too
exec 9>typing
printf '\n\n\n\n\n\nprocess q\nsocket d in q\nconnect d :80\n' >&9
for ((i = 0; i < 3000; i++)); do
	[[ $(tail -n 1 out) == *'[7/7] connect c :80' ]] && grep -q 'accept(3) = 4' out && break
	read -rt 0.01 <> <(:)
done
exec 9>&-
wait $player || wrong 'late results' "exit code $?"
name='late results' shown 1 'accept\(3\) = 4'

# The clock. within counts from where its expectation begins, so a pace that is longer changes nothing.
cat >pace.lab <<'EOF'
socket l
bind l :80
listen l
socket c
connect c :80
expect c ESTABLISHED within 20ms
expect never c CLOSED within 1ms
until c ESTABLISHED within 1ms { sleep 1ms }
EOF
played 'at a pace' '' 0 --pace 50ms pace.lab
shown 8 '^> '
shown 0 '^\['
timeout -s KILL 30 "$tcplab" play --json --pace 50ms pace.lab >out 2>err || wrong 'times' "exit code $?"
# how long after the one before: never less than the pace
jq -e -s '[.[] | select(.type == "command") | .t_ns] | [.[1:], .[:-1]] | transpose
	| map(.[0] - .[1]) | length == 7 and all(. >= 49000000)' out >/dev/null 2>&1 ||
	! command -v jq >/dev/null || wrong 'times' 'two commands are closer than the pace'
# What is held meanwhile is sent again, and that is no part of the recipe; what was lost is.
cat >held.lab <<'EOF'
socket l
bind l :80
listen l
socket c
connect c :80
accept l a
mark
hold data
send c "held" => 4
expect segments data
step
expect segments data ack
recv a => "held"
release
mark
drop data x1
send c "lost" => 4
expect segments data data ack
EOF
played 'held for long' '' 0 --pace 600ms held.lab
shown 0 '\(again: #4\)|the recipe waits'
grep -qE '^ +[0-9]+ repeats? (was|were) dropped while the recipe waited' out ||
	wrong "$name" 'nothing was sent again, or it was not summed up'
[[ $(grep -cE '^ *[0-9.]+ c +retransmission' out) -le 1 ]] || wrong "$name" 'a timer is told whose segment is not'
timeout -s KILL 60 "$tcplab" play --json --pace 600ms held.lab >out 2>err || wrong 'held, as JSON' "exit code $?"
name='held, as JSON'
grep -qE '"dropped".*"other": ?4' out || wrong "$name" 'no word of #4'

"$tcplab" play --pace 5m pace.lab >out 2>err &
player=$!
for ((i = 0; i < 3000; i++)); do
	grep -q '^> socket l' out && break
	read -rt 0.01 <> <(:)
done
kill -INT $player
wait $player
(($? == 130)) || wrong 'Ctrl-C' 'exit code is not 130'
name='Ctrl-C' shown 1 '^stopped at 2 of 8$'

# what the author says of a command comes before it, once
printf '# All of it.\n# first\n\nsocket c\n# why\n# \\x1b so\nrepeat 2 {\n\t# each\n\tbind c :80 => 0\n\tclose c; socket c\n}\n# last\nclose c\n' >said.lab
played 'comments' '\n\nss\n\n' 0 --step said.lab
[[ $(grep -E '^#|^\[|^> (bind|repeat|close)' out | tr '\n' '|') == '[1/3] socket c|# why|# \x1b so|[2/3] repeat 2 {...}|> repeat 2|# each|> bind c :80 => 0|> close c|> bind c :80 => 0|> close c|# last|[3/3] close c|[3/3] close c|> close c|' ]] ||
	wrong "$name" "$(grep -E '^#|^\[|^> (bind|repeat|close)' out | tr '\n' '|')"

# how often one asks is known before
printf '# What it is about.\nsocket c\nclaim Z2 "x" { predict "Q?" c state { bind c :80 }\nexpect c CLOSED }\npredict "R?" c state { close c }\n' >asks.lab
"$tcplab" list . >out 2>err
name='list' shown 1 'asks +What it is about\.  \[Z2\] \?2$'
shown 1 'one +What it shows\.  \[Z1\]$'

# what would answer a question is told behind it: what to look for, and what is claimed; `check` asks nobody
for how in '' --step; do
	played "veiled $how" "${how:+c\n}CLOSED\nCLOSED\n" 0 ${how:+--step} asks.lab
	sed -n '/?? Q?/q;p' out >above
	! grep -qE '"x"|What it is about' above || wrong "$name" 'it is told above the question'
	shown 1 '^It asks 2 times what will happen; what there was to look for is told at its end\.$'
	shown 1 '^-- claim Z2 holds: "x": c CLOSED$'
	shown 1 '^What it is about\.$'
done
"$tcplab" -f asks.lab >out 2>err
name='not veiled' shown 1 '^> claim Z2 "x"$'

# refused
refused()
{
	timeout -s KILL 30 "$tcplab" "${@:2}" >out 2>err </dev/null
	(($? == 2)) || wrong "$*" 'not refused'
	grep -qF -- "$1" err || wrong "$*" "no word of: $1"
}
refused "'--step' excludes '--pace'" play --step --pace 1s pace.lab
refused "'--step' excludes '--json'" play --step --json pace.lab
refused 'a time such as 1s' play --pace 1 pace.lab
refused "'check' has no option '--step'" check --step pace.lab
refused '--step plays one recipe' play --step .
refused "'play' is for the prompt" -c 'play open/refused'
refused "'next' is for the prompt" -c next
exit $((failures > 0))
