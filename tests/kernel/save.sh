#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `save`: a session becomes a recipe that comes true when it is played; what it leaves out, and what it refuses.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"
cd "$work" || exit 1

# session CODE COMMANDS [OPTION...]
session()
{
	local code
	what=$2
	timeout -s KILL 40 "$tcplab" "${@:3}" -c "$2" >out 2>err </dev/null
	code=$?
	((code == $1)) || wrong "exit code $code instead of $1"
}

# saved LINE...: the recipe has these lines, in this order. left_out WORDS: none begins so.
saved()
{
	local line
	while IFS= read -r line; do
		(($#)) || break
		[[ $line != "$1" ]] || shift
	done <my.lab
	(($# == 0)) || wrong "my.lab does not have, in its place: $1"
}

left_out()
{
	! grep -E -- "^$1( |$)" my.lab >unwanted || wrong "my.lab has: $1"
}

# plays: what was saved comes true when it is played.
plays()
{
	timeout -s KILL 40 "$tcplab" check my.lab >out 2>err </dev/null || wrong "played again: exit code $?"
}

# Each kind of outcome: a number, data, an errno, end of file, one that came later; and what leaves nothing to repeat.
session 0 'socket l; bind l :80; listen l; process p; socket c in p; accept l a &; connect c :80; wait
	send a "one\n"; recv c; send c 100; recv a 100 MSG_WAITALL; shutdown c wr; recv a; close a; recv c
	socket d; connect d :9 => ECONNREFUSED; ss; help ss; wire; repeat 2 { socket e udp; close e }; save my.lab'
saved 'socket l => 3' 'bind l :80 => 0' 'accept l a => 4 &' 'connect c :80 => 0' 'send a "one\n" => 4' 'recv c => "one\n"' \
	'send c 100 => 100' 'recv a 100 MSG_WAITALL => 100' 'recv a => 0' 'recv c => 0' 'connect d :9 => ECONNREFUSED' \
	'socket e udp => 5' 'close e => 0' 'socket e udp => 5' 'expect l LISTEN' 'expect c TIME-WAIT' 'expect d CLOSED'
for word in ss help wire repeat save; do
	left_out "$word"
done
grep -qF 'saved; play it with: tcplab check my.lab' out || wrong 'it does not say how to play it'
plays

# A call that kills, one that is still blocked, an expectation that was not met.
rm my.lab
session 1 'socket l; bind l :80; listen l; process p; socket c in p; connect c :80; accept l a
	close a; send c "x" => 1; expect c CLOSED; send c "x" => killed SIGPIPE; expect l CLOSED within 10ms
	accept l b &; save my.lab' -k
saved 'send c "x" => 1' 'expect c CLOSED' 'send c "x" => killed SIGPIPE' 'accept l b &' 'expect l LISTEN'
left_out 'expect l CLOSED'
plays

# At a person's pace the kernel sends again meanwhile, and each copy takes a `step` of its own: what was waited for comes
# again. The pauses are kept, and not what was typed to look on.
rm my.lab
what='a retransmission is waited for'
coproc lab { timeout -s KILL 40 "$tcplab" --allow-write 2>err; }
exec {type}>&"${lab[1]}" {tells}<&"${lab[0]}"
session=$lab_PID
eval "exec ${lab[1]}>&-"
printf '%s\n' 'socket c' 'bind c :6666' 'hold' 'connect c :6666 &' ss >&"$type"
while IFS= read -r -t 30 line <&"$tells" && [[ $line != *'(again: #1)'* ]]; do
	:
done
printf '%s\n' step step step step 'save my.lab' >&"$type"
exec {type}>&-
cat <&"$tells" >out
exec {tells}<&-
wait "$session" || wrong "exit code $?"
saved 'connect c :6666 => 0 &' step step step step 'expect c ESTABLISHED'
left_out ss
grep -A1 '^connect' my.lab | grep -qxE 'sleep [1-9][0-9]{3,}ms' || wrong 'my.lab does not wait behind connect'
plays

# refused TEXT [OPTION...]: to save is an error that says so.
refused()
{
	local code
	what="refused: $1"
	timeout -s KILL 40 "$tcplab" "${@:2}" >out 2>err </dev/null
	code=$?
	((code == 2)) || wrong "exit code $code instead of 2"
	grep -qF -- "$1" err || wrong 'it does not say so'
}

session 0 $'save "red\e[31m.lab"'
grep -qF 'tcplab check red\x1b[31m.lab' out || wrong 'the name is not told as text'

cp my.lab before
refused "'my.lab' is there already: choose another name" -c 'save my.lab'
cmp -s my.lab before || wrong 'it has been written over'
refused "'/nowhere/my.lab' cannot be written: No such file or directory" -c 'save /nowhere/my.lab'
refused 'a file name or an argument holds no NUL' -c 'save "a\0b"'
refused "'~' is not replaced by your folder here" -c 'save ~/my.lab'
echo 'save new.lab' >recipe.lab
refused 'a recipe may not write files' -f recipe.lab
[[ ! -e new.lab ]] || wrong 'it has written'
timeout -s KILL 40 "$tcplab" --allow-write -f recipe.lab >out 2>err </dev/null || wrong '--allow-write: refused'
[[ -s new.lab ]] || wrong '--allow-write: nothing was saved'

((failures == 0))
