#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `tcplab exercise` and `tcplab grade` at the shell: what is told, refused and written, and the exit codes.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"
cd "$work" || exit

# run CODE TYPED ARG...: TYPED (with \n) is standard input; what is printed goes to out and err.
run()
{
	local expected=$1 typed=$2 code
	shift 2
	what="tcplab $*"
	printf '%b' "$typed" | timeout 40 "$tcplab" "$@" >"$work/out" 2>"$work/err"
	code=$?
	((code == expected)) || wrong "exit code $code instead of $expected"
}

# has FILE REGEX: a line of it is so.
has()
{
	grep -qE -- "$2" "$work/$1" || wrong "std$1 has no line: $2"
}

cat >one.lab <<'EOF'
# Be told a word on port $port.
choose port from 8000..8000
choose word one of "yes yes" "yes yes"
given { process server; socket l in server; bind l :$port; listen l }
goal "c is connected." { expect c ESTABLISHED }
goal "c has the word." in order at the end { expect c returned recv "$word"; expect c ESTABLISHED }
goal "It was red." { answer "red" }
limit commands 7
limit answers 1
limit without kill
hint "One." costs 10
hint "Two."
EOF

# ---- what is no exercise, and who is no student ----

run 2 '' exercise
has err 'which exercise\?'
run 2 '' exercise no-such
has err 'there is no such recipe'
run 2 '' exercise open/three-way
has err 'is no exercise: it has no goal'
run 2 '' exercise one.lab --student '../ada'
has err "a student's ID is of letters"
run 2 '' exercise -6 one.lab
run 2 '' play one.lab --student ada
run 2 'goal\n' -f /dev/stdin	# a pipe is read once
has err 'no exercise is being done'
for verb in hint 'answer x' submit; do
	run 2 '' -c "$verb"
	has err 'no exercise is being done'
done
for verb in 'given { ss }' 'choose x from 1..2' 'limit commands 2' 'goal "x" { expect c CLOSED }' 'hint "x"'; do
	run 2 '' -c "$verb"
	has err 'is said by an exercise'
done

# ---- at work ----

run 0 'ss\ngoal\nhint\nhint\nhint\n' exercise one.lab
has out '^Be told a word on port 8000\.$'
has out '^\[ \] 1  c is connected\.$'
has out '^\[ \] 2  c has the word\. \(after the one above\) \(still at the end\)$'
has out '^limits: 7 commands, 1 answer, without kill$'
has out 'This is for practice; --student ID makes it yours'
has out '^hint 1 of 2 \(10 of 100\): One\.$'
has out '^hint 2 of 2: Two\.$'
has err 'there is no further hint'
! grep -q LISTEN "$work/out" || grep -q '^l  *LISTEN' "$work/out" || wrong 'what is given is told'

run 0 'submit\n' exercise one.lab
has err 'whose is it\? begin with: tcplab exercise one --student YOUR-ID'

all='socket c\nconnect c :8000\naccept l a\nsend a "yes yes"\nrecv c\nanswer RED\n'
run 0 "${all}goal\nsubmit\nsubmit\nclose c\ngoal\nsubmit two.tcplab\nsubmit\n" exercise one.lab --student ada
has out '^-- goal 1 met: c is connected\.  \(1 of 3\)$'
has out '^-- goal 2 met: c has the word\.  \(2 of 3\)$'
has out '^used: 5 commands, 0 of 2 hints, answer RED; score 100 of 100$'
has out '^written: one-ada\.tcplab, goals 3 of 3, score 100 of 100'
has out '^written again: one-ada\.tcplab, goals 3 of 3'
has out '^-- goal 2 no longer met: '
has out '^written: two\.tcplab, goals 2 of 3, score 66 of 100'
has err "'one-ada.tcplab' cannot be written: File exists; it is of another session"
cp one-ada.tcplab kept
run 0 'submit\n' exercise one.lab --student ada
has err 'it is of another session'
cmp -s one-ada.tcplab kept || wrong 'a submission of another session was overwritten'
run 0 "${all}" exercise one.lab --student ada
has err 'not handed in'

# a port that the kernel chose is no name for a socket elsewhere
run 0 'socket c\nconnect c :8000\nhold port 32767\nhold port 8000\n' exercise one.lab --student ada
! grep -q "the kernel's choice" "$work/out" || wrong 'a port that is given is warned of'
what='a port that the kernel chose'
coproc student { "$tcplab" exercise one.lab --student ada 2>&1; }
printf 'socket c\nconnect c :8000\ngetsockname c\n' >&"${student[1]}"
while read -r -t 20 line <&"${student[0]}"; do
	port=$(sed -nE 's/.*getsockname.*= 0 .*127\.0\.0\.1:([0-9]+).*/\1/p' <<<"$line")
	[[ -z $port ]] || break
done
printf 'hold port %s\nquit\n' "${port:-0}" >&"${student[1]}"
cat <&"${student[0]}" >"$work/out"
has out "port $port was the kernel's choice"

# ---- limits ----

run 0 'kill server SIGKILL\nanswer a\nanswer b\nsocket a\nnonsense\nsocket a\nsocket b\nsocket c\nsocket d\nsocket e\nsocket f\nsocket g\nss\nsocket h\ngoal\n' \
	exercise one.lab --student bob
has err "this exercise is to be done without 'kill'"
has err 'no answer is left: this exercise takes 1'
has err 'the 7 commands of this exercise are used up'
has out '^used: 7 commands'
for verb in 'exec p true' 'include one.lab' reset 'play open/three-way' 'needs sh { ss }' 'predict "Open?" l state { close l }'; do
	run 0 "$verb\n" exercise one.lab
	has err 'is not for exercises'
done

# a command that fails half-way has done the other half, and one that only looks costs nothing
run 0 'hold port 8000\nsocket c\nconnect c :8000\nstep 9\nrules remove 1 99\nstep 9\ngoal\n' exercise one.lab
has err 'nothing more is held'
has err 'there is no rule 99'
has out '^used: 5 commands'
run 0 'socket c\nclaim A1 "it is new" { expect c CLOSED }\nslow { ss }\nshow c\ndiagram c\nwatch\ngoal\n' exercise one.lab
has out '^used: 1 command,'
run 0 'socket c\nconnect c :8000\nwatch\nsubmit looked.tcplab\n' exercise one.lab --student ada
run 0 '' --json grade one.lab looked.tcplab
has out '"commands": ?2,'
has out '"reasons": ?null'

# ---- what is given ----

printf 'given { socket c; expect c LISTEN within 50ms }\ngoal "x" { expect c LISTEN }\n' >bad.lab
run 2 'ss\n' exercise bad.lab
has err 'not as expected: bad.lab:1:'
run 1 '' check bad.lab
printf 'given { socket c }\ngoal "x" { expect c LISTEN }\ngoal "y" { expect c CLOSED }\n' >met.lab
run 2 '' check met.lab
has out 'met.lab:3:1: this goal is met before anybody has done anything'
printf 'given { exec p touch %s/made }\ngoal "x" { expect p exited 0 }\n' "$work" >exec.lab
run 2 'ss\n' exercise exec.lab
printf 'given { socket c; save %s/made }\ngoal "x" { expect c LISTEN }\n' "$work" >save.lab
run 2 'ss\n' exercise save.lab
has err "'save' is not for what is given"
[[ ! -e made ]] || wrong 'what is given has written a file'

# ---- grading ----

run 2 '' grade one.lab
has err 'grade what\?'
run 2 '' grade one.lab nowhere
has err "no submission 'nowhere'"
run 2 '' grade open/three-way two.tcplab
has err 'is no exercise'
run 2 '' grade one.lab two.tcplab --report tap
has err 'grade reports as text, csv'
run 2 '' grade one.lab two.tcplab --students nowhere
run 0 '' grade one.lab one-ada.tcplab
has out '^100  ada  *graded  *goals 3/3  one-ada\.tcplab$'
run 0 '' grade one.lab two.tcplab
has out '^ 66  ada  *graded'
has out 'goal 2 not met: c has the word\. \(expected c ESTABLISHED, seen c FIN-WAIT-[12]\)'
mkdir in
cp one-ada.tcplab in
cp two.tcplab in
cp one-ada.tcplab in/one-eve.tcplab
echo x >in/notes.txt
ln -s /etc/passwd in/passwd.tcplab
printf 'ada\nbob\n' >class.txt
run 1 '' grade one.lab in --students class.txt -j 2
has out '^100  ada  *graded'
has out '^  0  ada  *refused .*two\.tcplab'
has out 'this student has handed in already: in/one-ada\.tcplab'
has out '^100  ada .*in/one-ada\.tcplab$'
has out 'another file says to be this student.s: in/two\.tcplab'
has out '^  0  eve  *refused'
has out 'it is the work of ada, under another name'
has out '^  0  bob  *absent'
has err "2 files in 'in' left out"
# anybody can write any ID into a file: the one that is named as `submit` names it comes before one that is not
cp two.tcplab in/aaa.tcplab
run 1 '' grade one.lab in
has out '^100  ada  *graded .*in/one-ada\.tcplab$'
has out '^  0  ada  *refused .*in/aaa\.tcplab'
has out 'another file says to be this student.s: in/aaa\.tcplab'
cp two.tcplab $'in/b\n100  eve.tcplab'
run 1 '' grade one.lab in
! grep -q '^ *100  eve' "$work/out" || wrong 'the name of a file is a line of the report'
has out 'another file says to be this student.s: in/b.x0a100  eve\.tcplab'
echo '# other' >>one.lab
run 1 '' grade one.lab one-ada.tcplab
has out 'it is of another exercise, or of another version of this one: "one"'
run 0 '' show one.lab --student ada
has out 'bind l :8000;'
exit $((failures > 0))
