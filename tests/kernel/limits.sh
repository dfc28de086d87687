#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Limits that are met by a later command, when the lab stands already: descriptors, processes, file size, memory. Whichever
# it is, tcplab ends by itself, with 0 or 3 (what was asked for was no bad input), says what was refused and what to try.
# Runs as an ordinary user: root has no limit of processes.
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
if ((EUID == 0)); then
	# shellcheck disable=SC2016 # expanded there
	exec bash "$here/../as_user" bash -c 'TCPLAB=$1 exec bash "$2/limits.sh"' bash \
		"$(realpath "${TCPLAB:-build/tcplab}")" "$here"
fi
. "$here/preamble"
export LC_ALL=C
export ASAN_OPTIONS=detect_leaks=0	# that takes a process, a thread and /proc
cd "$work" || exit 1

# Each needs something; all are good input.
cat >later.lab <<'END'
process p
host b
process q on b
socket c in q
fork q kid
exec cat cat
capture recording.pcapng
socket d
connect d :80 => ECONNREFUSED
capture off
save saved.lab
END

printf 'socket c\nconnect c :80 => ECONNREFUSED\n' >refused.lab

# limited WHAT SAID COMMAND...: it runs tcplab; $met and $passed count how it ended.
limited()
{
	local code said
	what=$1
	said=$2
	shift 2
	rm -f recording.pcapng saved.lab
	timeout 40 "$@" >"$work/out" 2>"$work/err" </dev/null
	code=$?
	case $code in
	0)	passed=$((passed + 1)) ;;
	1)	# a call of a process of the user's, which is told as such
		grep -qE 'seen +E(MFILE|AGAIN|NOMEM)' "$work/err" || wrong 'it is told as an observation' ;;
	3)	met=$((met + 1))
		grep -qE -- "$said" "$work/err" || wrong "it does not say: $said" ;;
	*)	wrong "exit code $code" ;;
	esac
}

# some: both have happened.
some()
{
	((met && passed)) || { what=$1; wrong "met $met times, not met $passed times"; }
	met=0
	passed=0
}
met=0
passed=0
play=("$tcplab" --allow-exec --allow-write -f later.lab)

for ((most = 9; most < 40; most++)); do
	limited "$most descriptors" "try: allow more open files: ulimit -n" prlimit --nofile=$most "${play[@]}"
done
some 'descriptors'

# Other tests may run as the same user.
for most in {1..13} 4000; do
	limited "$most processes" "try: .*ulimit -u" prlimit --nproc=$most "${play[@]}"
done
some 'processes'

large='File too large|standard output could not be written'
for ((most = 1500; most < 20000; most += 1500)); do
	limited "files of $most bytes" "$large" prlimit --fsize=$most "${play[@]}"
	limited "a report of $most bytes" "$large" prlimit --fsize=$most "$tcplab" report refused.lab -o x.html
	limited "a journal of $most bytes" "$large" prlimit --fsize=$most "$tcplab" --json -c 'socket c; connect c :80 => ECONNREFUSED'
done
some 'file size'

# What the loader says when it has not enough is not ours to judge (127); a sanitizer takes terabytes.
if ! grep -qa __asan_init "$tcplab"; then
	for ((kib = 9000; kib < 14000; kib += 200)); do
		prlimit --as=$((kib * 1024)) "$tcplab" --version >/dev/null 2>&1 || continue
		limited "$kib KiB of memory" "there is no memory left" prlimit --as=$((kib * 1024)) "${play[@]}"
	done
fi
((failures == 0))
