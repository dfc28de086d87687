#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing is written but what the user named, the history, and the run's private folder: strace lists every file that
# whole sessions open for writing, make, rename or remove, in main, hosts, processes.
set -uo pipefail
tcplab=$(realpath "${TCPLAB:-build/tcplab}")
failures=0

for need in strace script; do
	if ! command -v $need >/dev/null; then
		echo "skipped: there is no $need" >&2
		exit 77
	fi
done
if ! timeout 30 "$tcplab" doctor >/dev/null; then
	echo 'skipped: no lab can stand here' >&2
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! strace -o "$work/trace" true 2>"$work/err"; then
	echo "skipped: strace may not trace here: $(<"$work/err")" >&2
	exit 77
fi
cd "$work" || exit 1
mkdir -m 700 home state run temporary named
export HOME=$work/home XDG_STATE_HOME=$work/state XDG_RUNTIME_DIR=$work/run TMPDIR=$work/temporary

wrong()
{
	printf 'FAILED: %s\n  %s\n' "$what" "$1" >&2
	tail -n 30 "$work/said" | sed 's/^/  | /' >&2
	failures=$((failures + 1))
}

export ASAN_OPTIONS=detect_leaks=0	# which is done with ptrace, as strace is

writes='open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,link,linkat'
writes+=',symlink,symlinkat,unlink,unlinkat,rmdir,truncate,chmod,fchmodat,chown,lchown,fchownat,bind'

# Of what strace wrote: the files, one a line, that were opened to be written, or otherwise changed.
changed()
{
	cat trace.* | awk -F '"' '/ = -1 |resumed>/ || !/^[a-z0-9]+\(/ { next }
		/^open/ && !/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/ { next }
		/^bind/ && !/AF_UNIX/ { next }
		{ print $2 }' | sort -u
}

# Its own namespace's settings, itself, and devices that take nothing away.
harmless='^/dev/(null|tty|ptmx|net/tun|pts/[0-9]+)$|^/proc/sys/net/|^/proc/self/(setgroups|uid_map|gid_map)$'

# expect_only REGEX: what the last session has changed is that, or harmless.
expect_only()
{
	local rest
	rest=$(changed | grep -Ev "$harmless" | grep -Ev "$1")
	[[ -z $rest ]] || wrong "it writes to $(paste -sd' ' <<<"$rest")"
	changed | grep -Eq '/proc/sys/net/' || wrong 'strace has seen no host at work'
	rm -f trace.*
}

# traced ARG...: a run; what it prints goes to said.
traced()
{
	what="tcplab $*"
	timeout 100 strace -qq -ff -o trace -e trace="$writes" "$tcplab" "$@" >said 2>&1 </dev/null || wrong "exit code $?"
}

story='host bob; process p on bob; socket l in p; bind l :80; listen l; socket c; connect c bob:80; accept l a'
story+='; send c "hello"; recv a; exec e cat; type e "hello\n"; type e eof; expect e exited 0 within 30s; ladder; counters bob'

traced -c "$story"
expect_only '^$'
traced --json -c "$story; capture $work/named/tape; save $work/named/saved; capture off"
expect_only "^$work/named/(tape|saved)$"
traced report open/refused -o "$work/named/page.html"
expect_only "^$work/named/page.html(\.[0-9]+\.tmp)?$"
traced check -j 2 --capture "$work/named/tapes" open/refused close/three-way
expect_only "^$work/named/tapes(/[a-z-]+\.pcapng)?$"

# The prompt has a history, and a socket for watchers.
what='the prompt'
printf '%s\n' "${story//; /$'\n'}" quit | timeout 100 script -qec \
	"strace -qq -ff -o trace -e trace=$writes $tcplab" /dev/null >said 2>&1
changed >all
expect_only "^$work/(state|run)/tcplab(/[^/]*)?$|^/proc/self/fd/[0-9]+/"
grep -q "^$work/state/tcplab/history$" all || wrong 'strace has seen no history written'
[[ ! -e $work/run/tcplab || -z $(ls -A "$work/run/tcplab") ]] || wrong 'it leaves something in its private folder'

# An exercise, handed in.
what='an exercise'
printf 'socket c\nsubmit %s\n' "$work/named/work" | timeout 100 strace -qq -ff -o trace -e trace="$writes" \
	"$tcplab" exercise close-wait --student ada >said 2>&1
expect_only "^$work/named/work(\.[0-9]+\.tmp)?$"
[[ -s named/work ]] || wrong 'nothing was handed in'

what='what is left'
ls -A home temporary >said
[[ -z $(ls -A home temporary | grep -v ':$') ]] || wrong 'a file in the home folder, or a temporary one'
((failures == 0))
