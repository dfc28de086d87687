#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Where no lab can stand, `tcplab doctor` and every other start say the same: which step failed, with
# which errno, what to type; exit code 3. Runs as an ordinary user, in namespaces where something is
# missing. as_user would change the mode of /dev/net/tun, so it comes first, outside of them.
set -uo pipefail
tcplab=${TCPLAB:-build/tcplab}
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

if ((EUID == 0)); then
	# shellcheck disable=SC2016 # expanded there
	exec bash "$here/../as_user" bash -c 'TCPLAB=$1 exec bash "$0"' "$here/probe.sh" \
		"$(realpath "$tcplab")"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
export ASAN_OPTIONS=detect_leaks=0	# that takes a process, a thread and /proc
failures=0
tried=0

if ! unshare -rm true 2>"$work/err"; then
	echo "skipped: a user cannot have a mount namespace here: $(<"$work/err")" >&2
	exit 77
fi

wrong()
{
	printf 'FAILED: %s: %s\n' "$what" "$1" >&2
	sed 's/^/  | /' "$work"/{doctor,start}.{out,err} >&2
	failures=$((failures + 1))
}

# probe WHAT STEP OPERATION ERROR REMEDY COMMAND...: run by COMMAND, tcplab fails at STEP.
probe()
{
	local what=$1 step=$2 operation=$3 error=$4 remedy=$5 code
	shift 5
	tried=$((tried + 1))
	timeout 30 "$@" "$tcplab" doctor >"$work/doctor.out" 2>"$work/doctor.err" </dev/null
	code=$?
	: >"$work/start.out"
	: >"$work/start.err"
	if ((code == 126)); then
		echo "left out: $what: $(<"$work/doctor.err")" >&2
		tried=$((tried - 1))
		return
	fi
	((code == 3)) || wrong "doctor's exit code is $code"
	timeout 30 "$@" "$tcplab" -c ss >"$work/start.out" 2>"$work/start.err" </dev/null
	code=$?
	((code == 3)) || wrong "the exit code of -c ss is $code"

	cmp -s "$work/doctor.err" "$work/start.err" || wrong 'the two say it differently'
	[[ $(head -n 1 "$work/start.err") == "tcplab: the lab cannot $step: $operation: $error" ]] ||
		wrong "the first line is not: tcplab: the lab cannot $step: $operation: $error"
	[[ $(sed -n 2p "$work/start.err") == "  try: "*"$remedy"* ]] ||
		wrong "the second line does not say what to type: $remedy"
	[[ $(tail -n 1 "$work/doctor.out") == "FAILED   $step" ]] ||
		wrong "doctor's list does not end with: FAILED   $step"
	[[ ! -s $work/start.out ]] || wrong 'a start that failed has something to tell'
}

# with_mount MOUNT...: a command behind it runs where that was mounted; 126 = that cannot be.
with_mount()
{
	mount_command="mount $*"
	# shellcheck disable=SC2016
	command=(unshare -rm bash -c "$mount_command"' || exit 126; exec "$@"' bash)
}

# Whether processes sleep is read in /proc; that of another PID namespace knows others by these numbers.
with_mount -t tmpfs none /proc
if ! grep -qa __asan_init "$tcplab"; then	# a sanitizer cannot do without it
	probe 'no /proc' 'find its own processes in /proc' 'readlink /proc/self' 'No such file or directory' \
		'mount -t proc' "${command[@]}"
fi
probe "somebody else's /proc" 'find its own processes in /proc' 'readlink /proc/self' 'No such process' \
	'--mount-proc' unshare -rpf

tun_remedy='chmod 0666 /dev/net/tun'
users_remedy='as root: sysctl -w user.max_user_namespaces=15000'

# Somebody else's file, which this user may not write.
with_mount --bind /etc/passwd /dev/net/tun
probe 'TUN not ours' 'open /dev/net/tun' 'open /dev/net/tun' 'Permission denied' \
	"$tun_remedy" "${command[@]}"
with_mount -t tmpfs none /dev/net
probe 'TUN missing' 'open /dev/net/tun' 'open /dev/net/tun' 'No such file or directory' \
	'mknod /dev/net/tun c 10 200' "${command[@]}"
with_mount --bind /dev/null /dev/net/tun
probe 'TUN is another device' 'create wire0' 'ioctl TUNSETIFF wire0' \
	'Inappropriate ioctl for device' 'tun module' "${command[@]}"

# One user namespace is allowed, and taken: by the user who cannot have another (ENOSPC). A namespace's
# limit counts all that are made below it: user_namespaces(7), namespaces(7).
# shellcheck disable=SC2016
probe 'no user namespaces' 'make user, network and PID namespaces' clone \
	'No space left on device' "$users_remedy" \
	unshare -rU bash -c 'echo 1 >/proc/sys/user/max_user_namespaces || exit 126
		exec unshare -U --map-user=1000 --map-group=1000 "$@"' bash
# A root without power (a container's), who may not make network namespaces and no user namespaces either.
# shellcheck disable=SC2016
probe 'root without power' 'make user, network and PID namespaces' clone \
	'No space left on device' "$users_remedy" \
	unshare -rU bash -c 'echo 0 >/proc/sys/user/max_user_namespaces || exit 126
		exec setpriv --bounding-set=-all --inh-caps=-all "$@"' bash
# Limits that a class meets on one server: every kind of namespace counts, processes, descriptors.
for kind in net pid; do
	# shellcheck disable=SC2016
	probe "no $kind namespaces" 'make user, network and PID namespaces' clone \
		'No space left on device' "as root: sysctl -w user.max_${kind}_namespaces=15000" \
		unshare -rU bash -c "echo 0 >/proc/sys/user/max_${kind}_namespaces || exit 126"'
			exec "$@"' bash
done
probe 'no more processes' 'make user, network and PID namespaces' clone \
	'Resource temporarily unavailable' 'ulimit -u' prlimit --nproc=1

# However few descriptors there may be, a lab stands or says why not. (Below 10 not even libuv can.)
what='few descriptors'
: >"$work/doctor.out"
: >"$work/doctor.err"
failed=0
stood=0
for ((most = 10; most < 40; most++)); do
	timeout 30 prlimit --nofile=$most "$tcplab" -c 'socket c' >"$work/start.out" 2>"$work/start.err" </dev/null
	code=$?
	if ((code == 0)); then
		stood=$((stood + 1))
	elif ((code != 3)); then
		wrong "with $most the exit code is $code"
	else
		failed=$((failed + 1))
		[[ $(sed -n 2p "$work/start.err") == '  try: allow more open files: ulimit -n 1024' ]] ||
			wrong "with $most it does not say what to type"
	fi
done
((failed && stood)) || wrong "of 30 limits $failed were too low and $stood were not"

# shortage COMMANDS WORDS: with however few descriptors, either WORDS are told or what is missing; nothing else, for it
# would be the lab's want and not the kernel's word.
shortage()
{
	local commands=$1 words=$2 told=0 missing=0 code
	what="few descriptors: $commands"
	for ((most = 12; most < 40; most++)); do
		timeout 30 prlimit --nofile=$most "$tcplab" -c "$commands" >"$work/start.out" 2>"$work/start.err" </dev/null
		code=$?
		if ((code)); then
			missing=$((missing + 1))
			grep -qF 'Too many open files' "$work/start.err" || wrong "with $most it does not say what is missing"
		else
			told=$((told + 1))
			grep -qE -- "$words" "$work/start.out" || wrong "with $most it does not say $words"
		fi
	done
	((told && missing)) || wrong "of 28 limits $missing were too low and $told were not"
}

shortage 'fork main kid' 'kid +runs on localhost'
shortage 'exec web /bin/true; wait web' 'execve\(/bin/true\) = 0  <[0-9.]+ ms>'
shortage 'counters TcpActiveOpens; counters TcpExtTCPTimeouts' 'TcpExtTCPTimeouts +0'
shortage 'process b; socket l in b; listen l; accept l a &; expect b blocked accept' 'accept\(3\) is blocked'

# Refused to root too, who then needs its power for the lab itself.
# shellcheck disable=SC2016
what='root without user namespaces'
unshare -rU bash -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"' bash \
	timeout 30 "$tcplab" doctor >"$work/doctor.out" 2>"$work/doctor.err" </dev/null
: >"$work/start.out" 2>"$work/start.err"
[[ $(tail -n 1 "$work/doctor.out") == 'A lab can stand here, as root.' ]] || wrong 'no lab takes root'"'"'s power'

if ((tried == 0)); then
	echo 'skipped: none of this can be arranged here' >&2
	exit 77
fi
((failures == 0))
