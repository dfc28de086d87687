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
has err "there is no exercise 'no-such'$"
has err 'try: `tcplab list exercises` shows'
run 2 '' exercise close-wiat
has err "there is no exercise 'close-wiat'; did you mean 'close-wait'\?"
run 2 '' grade closewait x
has err "did you mean 'close-wait'\?"
run 2 '' exercise exercises
has err "'exercises' is a folder of several"
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

run 0 '' grade --help
has out '^usage: tcplab grade \[OPTIONS\] EXERCISE FILE\|FOLDER$'
has out '^ +--students FILE'
! grep -qE -- '--bind|--student ID' "$work/out" || wrong 'it tells options of others'
run 0 '' help exercise
has out '--student ID'
run 2 '' help nosuch
has err "no help on 'nosuch'"
run 0 '' help hold
has out '^hold \[MATCH'
has out '^That is of the prompt'
run 0 '' help CLOSE-WAIT
has out '^CLOSE-WAIT, a TCP state$'

# ---- at work ----

run 0 'ss\ngoal\nhint\nhint\nhint\nhelp goal\nlimits\n' exercise one.lab
has out '^Be told a word on port 8000\.$'
has out '^\[ \] 1  c is connected\.$'
has out '^\[ \] 2  c has the word\. \(after the one above\) \(still at the end\)$'
has out '^limits: 7 commands, 1 answer, without kill$'
has out 'This is for practice, and cannot be handed in: for that begin with --student ID'
has out '^hint 1 of 2 \(10 of 100\): One\.$'
has out '^hint 2 of 2: Two\.$'
has err 'there is no further hint'
has out '^goal$'
! grep -q 'it states one' "$work/out" || wrong 'help on goal speaks to the author'
has err "unknown command 'limits'; write: goal"
! grep -q LISTEN "$work/out" || grep -q '^l  *LISTEN' "$work/out" || wrong 'what is given is told'

run 0 'submit\n' exercise one.lab
has err 'whose is it\? begin with: tcplab exercise one --student YOUR-ID'

all='socket c\nconnect c :8000\naccept l a\nsend a "yes yes"\nrecv c\nanswer RED\n'
run 0 "${all}goal\nsubmit\nsubmit\nclose c\ngoal\nsubmit two.tcplab\nsubmit\nsubmit two.tcplab\n" exercise one.lab --student ada
has out '^-- goal 1 met: c is connected\.  \(1 of 3\)$'
has out '^-- goal 2 met: c has the word\.  \(2 of 3\)$'
has out '^used: 5 commands, 0 of 2 hints, answer RED; score 100 of 100$'
has out '^written: one-ada\.tcplab, goals 3 of 3, score 100 of 100'
has out '^written again: one-ada\.tcplab, goals 3 of 3'
has out '^-- goal 2 no longer met: '
has out '^written: two\.tcplab, goals 2 of 3, score 66 of 100'
has out '^Your earlier try is kept as one-ada\.1\.tcplab; of several the best counts\.$'
has out '^locked: RED \(answer 1 of 1\)$'
run 0 '' grade one.lab one-ada.1.tcplab
has out '^100  ada  *graded'

# a bare name is an exercise's before another recipe's (close/time-wait)
run 0 '' exercise time-wait --student ada
has out '^Who keeps TIME-WAIT'

# what is worth less does not take the place of what is worth more
run 0 "${all}submit\nclose c\nsubmit\n" exercise one.lab --student eve
has out '^written: one-eve\.tcplab, goals 2 of 3, score 66 of 100'
has out '^Your earlier try is kept as one-eve\.1\.tcplab'
run 0 '' grade one.lab one-eve.1.tcplab
has out '^100  eve  *graded'
rm one-eve*

# a second try takes the name, and nothing is lost
cp one-ada.1.tcplab first
cp one-ada.tcplab second
run 0 'socket c\nsubmit\n' exercise one.lab --student ada
has out '^written: one-ada\.tcplab, goals 0 of 3'
has out '^Your earlier try is kept as one-ada\.2\.tcplab'
cmp -s one-ada.1.tcplab first || wrong 'the first try is lost'
cmp -s one-ada.2.tcplab second || wrong 'the second try is lost'
cp one-ada.tcplab third
# what is no earlier try of hers is left alone: notes, another student's, a link
echo notes >notes.tcplab
cp one-ada.tcplab ada-s
ln -s ada-s link.tcplab
for file in notes.tcplab ada-s; do
	run 0 "socket c\nsubmit $file\n" exercise one.lab --student bob
	has err "'$file' cannot be written: File exists; it is no earlier try of yours"
	has err 'not handed in'
done
[[ $(cat notes.tcplab) == notes ]] || wrong 'notes were overwritten'
cmp -s ada-s third || wrong "another student's file was overwritten"
run 0 'socket c\nsubmit link.tcplab\n' exercise one.lab --student ada
cmp -s ada-s third || wrong 'what a link leads to was overwritten'
run 0 'socket c\nsubmit nowhere/x.tcplab\n' exercise one.lab --student ada
has err "'nowhere/x.tcplab' cannot be written: No such file"
# nor is an empty one left where an earlier try cannot be moved: something is mounted on it
what='an earlier try that cannot be moved'
if unshare -rm mount --bind third third 2>"$work/err"; then
	# shellcheck disable=SC2016
	printf 'socket c\nsubmit third\n' | unshare -rm bash -c 'mount --bind third third && exec timeout 40 "$@"' - \
		"$tcplab" exercise one.lab --student ada >"$work/out" 2>"$work/err"
	has err "'third' cannot be written: Device or resource busy"
	[[ ! -e third.1.tcplab && ! -e third.1 ]] || wrong 'an empty file was left behind'
fi
[[ -z $(find . -name '*.tmp') ]] || wrong 'a half file was left behind'
rm -f one-ada.*tcplab link* notes.tcplab ada-s
cp first one-ada.tcplab

# ---- what is told on leaving ----

# told FILE|'' TYPED: "not handed in", or nothing
told()
{
	rm -f one-eve*
	run 0 "$2" exercise one.lab --student eve
	case $1 in
	'') ! grep -qE 'not handed in|is older' "$work/err" || wrong 'it was handed in' ;;
	*) has err "$1" ;;
	esac
}
told 'not handed in: `submit`' 'socket c\n'
told 'not handed in' 'socket c\nss\nsubmit nowhere/x\n'
told '' 'ss\ngoal\nhint\n'
told '' 'socket c\nsubmit\nss\nss\n'
told '' 'socket c\nsubmit\nhint\nhint\nsocket c\nnonsense\n'
told '' 'socket c\nsubmit\nss\nquit\n'
told "'one-eve.tcplab' is older than what you did since" 'socket c\nsubmit\nsocket d\n'
told "'one-eve.tcplab' is older" 'socket c\nsubmit\nanswer red'
told '' 'socket c\nsubmit\nsocket d\nsubmit\n'

# what no exercise takes and what tries nothing is no reason of a score; to reach for programs is one
run 0 'play open/three-way\nreset\nhint\nsubmit\n' exercise one.lab --student eve
run 0 '' grade one.lab one-eve.tcplab
has out '^ *1 hint: -10$'
! grep -q 'not for exercises' "$work/out" || wrong 'a word too many is a reason'
run 0 'exec p true\nsubmit\n' exercise one.lab --student eve
run 0 '' grade one.lab one-eve.tcplab
has out "'exec' is not for exercises"

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

# what cannot be an answer costs none
printf 'choose who one of ann ben\ngoal "x" { answer $who }\nlimit answers 1\n' >asks.lab
run 0 'answer foo\nanswer BEN\nanswer ann\ngoal\n' exercise asks.lab
has err "'foo' cannot be the answer, and costs nothing: it is ann or ben"
has out '^locked: BEN \(answer 1 of 1\)$'
has err 'no answer is left: this exercise takes 1'
has out '^used: 0 commands, answer BEN'
printf 'goal "x" { expect c CLOSED }\n' >asks.lab
run 0 'answer foo\ngoal\n' exercise asks.lab
has err 'this exercise asks for no answer'
has out '^used: 0 commands; score 0'

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
# one row a student: the best counts, the others are told in it
has out '^100  ada  *graded .*in/one-ada\.tcplab$'
has out '^ *another file, which does not count: in/two\.tcplab: graded, score 66$'
has out '^  0  bob  *absent'
has out '^1 graded, 1 absent$'
has err '^eve: in/one-eve\.tcplab: refused, it is the work of ada, under another name$'
has err 'left out, as the name of a submission ends in \.tcplab: in/notes\.txt$'
has err 'left out, as these are no plain files: in/passwd\.tcplab$'
run 1 '' grade one.lab in
has out '^  0  eve  *refused .*in/one-eve\.tcplab$'
has out 'it is the work of ada, under another name'
rm in/one-eve.tcplab in/notes.txt in/passwd.tcplab
run 0 '' grade one.lab in --students class.txt
# what nobody else may read is nobody else's business afterwards either
(umask 077 && : >kept.csv)
run 0 '' grade one.lab one-ada.tcplab --report csv -o kept.csv
[[ $(stat -c %a kept.csv) == 600 ]] || wrong 'others may read the grades now'
# names may look like options
mkdir ./-d
cp one.lab ./-e.lab
cp one-ada.tcplab ./-d
run 0 '' grade -- -e.lab -d
rm -r ./-d ./-e.lab
# the folder itself may be called by a link, and what cannot be read below it is told
ln -s in also
run 0 '' grade one.lab also --students class.txt
rm also
long=$(printf '%0200d' 0)
(
	cd in || exit
	for _ in {1..22}; do	# longer than a path can be
		mkdir "$long"
		cd "$long" || exit
	done
)
run 0 '' grade one.lab in --students class.txt
has err 'left out, as these cannot be read: in/.*\(File name too long\)$'
rm -r "in/$long"
# a better second try counts, whatever browsers, mail programs and courses make of the name; and a worse one does no harm
for name in 'one-ada-2' 'one-ada (1)' 'ada_1234_one-ada' '12_ada' 'one-Ada - Copy' 'one-ada.1'; do
	mkdir tries
	cp two.tcplab tries/one-ada.tcplab
	cp one-ada.tcplab "tries/$name.tcplab"
	run 0 '' grade one.lab tries
	has out '^100  ada  *graded'
	has out '^1 graded$'
	rm -r tries
	mkdir tries
	cp one-ada.tcplab "tries/$name.tcplab"
	run 0 '' grade one.lab tries
	has out '^100  ada  *graded'
	rm -r tries
done
# anybody can write any ID into a file, and give it any name: nobody's work is pushed aside, and nobody has two rows
cp two.tcplab in/aaa.tcplab
echo junk >in/1_one-ada.tcplab
: >'in/one-ada (9).tcplab'
run 1 '' grade one.lab in --report csv
has out '^"ada",100,100,graded,'
[[ $(grep -c ada "$work/out") == 1 ]] || wrong 'ada has more than one row'
has out 'another file, which does not count: in/1_one-ada\.tcplab: refused, line 1: this is no line of a submission; '
has out 'another file, which does not count: in/one-ada \(9\)\.tcplab: refused, line 1: it is empty'
has out ',"in/one-ada\.tcplab".$'
cp two.tcplab $'in/b\n100  eve.tcplab'
run 1 '' grade one.lab in
! grep -q '^ *100  eve' "$work/out" || wrong 'the name of a file is a line of the report'
has out 'another file, which does not count: in/b.x0a100  eve\.tcplab'
# who can be told by nothing but the name; and who by nothing
mkdir odd
echo junk >odd/one-bob-2.tcplab
echo junk >odd/12345.tcplab
run 1 '' grade one.lab odd --students class.txt
has out '^  0  bob  *refused .*odd/one-bob-2\.tcplab$'
has err '^of an unknown student: odd/12345\.tcplab: refused'
run 1 '' grade one.lab odd
has out '^  0  bob-2  *refused'
has out '^  0  \?  *refused'
# where both are in the class, bob-2 is not bob
printf 'bob-2\n' >>class.txt
run 1 '' grade one.lab odd --students class.txt
has out '^  0  bob-2  *refused'
has out '^  0  bob  *absent'

# one whom nobody looked into, as a mail program has named it
cp one-ada.tcplab odd/one-bob.tcplab.txt
run 1 '' grade one.lab odd --students class.txt
has out '^  0  bob  *absent'
has out 'a file with this ID in its name was left out, .*: odd/one-bob\.tcplab\.txt$'

# ---- the class list ----

printf '\xef\xbb\xbfID,Name\r\nada,"Ada, Countess"\r\n "bob" ;Bob # late\r\n# eve\r\n\r\ncat\tCat\n' >list.csv
run 0 '' grade one.lab one-ada.tcplab --students list.csv
has out '^1 graded, 2 absent$'
run 2 '' grade one.lab one-ada.tcplab --students nobody.csv
has err 'the class list nobody\.csv cannot be read: No such file'
printf 'ada\nbob smith\n' >list.txt
run 2 '' grade one.lab one-ada.tcplab --students list.txt
has err 'list\.txt:2:1: no student.s ID begins "bob smith": a line is ada, or ada,Ada Lovelace'
printf '# nobody\n' >list.txt
run 2 '' grade one.lab one-ada.tcplab --students list.txt
has err 'there is no student on this list'

# ---- where the report goes, and what one cannot be ----

run 0 '' grade one.lab one-ada.tcplab --report csv -o report.csv
[[ ! -s "$work/out" ]] || wrong 'it was printed, too'
grep -q '^"ada",100,' report.csv || wrong 'report.csv has no ada'
run 2 '' grade one.lab one-ada.tcplab -o nowhere/report
has err "the report cannot go to 'nowhere/report'"
run 0 '' grade one.lab one-ada.tcplab --report gradescope
has out '"score": 100'
cp one-ada.tcplab one-fay.tcplab
run 1 '' grade one.lab one-fay.tcplab
has out 'it is the work of ada, under another name'
run 1 '' grade one.lab one-fay.tcplab --report gradescope # fay reads this
has out "it is another student's work, under another name"
jq -e '.score == 0 and .tests == []' "$work/out" >/dev/null || wrong 'what a copy brings about counts'
! grep -q 'ada' "$work/out" || wrong 'it tells whose work it is'
rm one-fay.tcplab
run 2 '' grade one.lab one-ada.tcplab two.tcplab --report gradescope
has err 'gradescope is of one submission, and these are 2'
run 2 '' grade one.lab one-ada.tcplab --report gradescope --students class.txt
has err 'leave out --students'
mkdir none
run 2 '' grade one.lab none
has err "nothing to grade in 'none': it holds no submission of one"
# a folder of several exercises
cp one.lab other.lab
echo '# another' >>other.lab
mkdir mixed
run 0 'socket c\nsubmit mixed/other-ada.tcplab\n' exercise other.lab --student ada
cp one-ada.tcplab mixed
run 0 '' grade one.lab mixed
has out '^1 graded$'
has err 'left out, as these are of other exercises: mixed/other-ada\.tcplab \(other\)$'
run 1 '' grade one.lab mixed/other-ada.tcplab
has out 'it is of another exercise, or of another version of this one: "other"'
echo '# other' >>one.lab
run 1 '' grade one.lab one-ada.tcplab
has out 'it is of another exercise, or of another version of this one: "one"'
run 0 '' show one.lab --student ada
has out 'bind l :8000;'
# what a hint says costs something; what it costs is no secret
printf 'hint "it is $port" costs 10\nhint "and more"\n' >>one.lab
run 0 '' show one.lab --student ada
has out '^hint "\.\.\." costs 10$'
has out '^hint "\.\.\."$'
! grep -qE 'it is|and more' "$work/out" || wrong 'hints are given away'
run 0 '' show one.lab
has out '^hint "it is \$port" costs 10$'
exit $((failures > 0))
