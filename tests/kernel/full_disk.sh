#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A disk that is full, a small one in a mount namespace of our own: what cannot be written is told, with its name, and
# counts as what it is, no bad input: exit code 3; what was there before stays; half a file is not left.
set -uo pipefail

if [[ ${1-} != inside ]]; then
	tcplab=$(realpath "${TCPLAB:-build/tcplab}")
	disk=$(mktemp -d)
	trap 'rmdir "$disk"' EXIT
	user=(--map-root-user)
	((EUID)) || user=()
	if ! unshare "${user[@]}" --mount mount -t tmpfs none "$disk"; then
		echo 'skipped: no file system can be mounted here' >&2
		exit 77
	fi
	timeout 30 "$tcplab" doctor >/dev/null
	if (($? == 3)); then
		echo 'skipped: no lab can stand here' >&2
		exit 77
	fi
	TCPLAB=$tcplab unshare "${user[@]}" --mount bash "$0" inside "$disk"
	exit
fi

tcplab=$TCPLAB
disk=$2
mount -t tmpfs -o size=16k none "$disk" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$disk" || exit 1
failures=0

wrong()
{
	printf 'FAILED: %s\n  %s\n' "$what" "$1" >&2
	sed 's/^/  | /' "$work/said" >&2
	failures=$((failures + 1))
}

# run CODE WORDS COMMAND...: its standard error says that, and it ends so.
run()
{
	local expected=$1 words=$2 code
	shift 2
	what=$*
	timeout 40 "$@" 2>"$work/said" </dev/null
	code=$?
	((code == expected)) || wrong "exit code $code instead of $expected"
	grep -qF -- "$words" "$work/said" || wrong "it does not say: $words"
}

full='No space left on device'
story='socket c; connect c :80 => ECONNREFUSED'
run 3 'standard output could not be written: is the disk full?' "$tcplab" --version >/dev/full

# What is there already, and must stay.
echo old >kept.html
mkdir tapes
head -c 1M /dev/zero >fill 2>/dev/null

run 3 "'x.pcapng' cannot be written: write: $full" "$tcplab" -c "capture x.pcapng; $story" >/dev/null
run 3 "'y.pcapng' cannot be written: write: $full" "$tcplab" --capture y.pcapng -c "$story" >/dev/null
run 3 "'x.lab' cannot be written: $full" "$tcplab" -c "$story; save x.lab" >/dev/null
run 3 "the report cannot go to 'x.html': write: $full" "$tcplab" report open/refused -o x.html
run 3 "the report cannot go to 'kept.html': write: $full" "$tcplab" report open/refused -o kept.html
run 3 'standard output could not be written: is the disk full?' "$tcplab" -c "$story" >journal
run 3 'standard output could not be written: is the disk full?' "$tcplab" --json -c "$story" >journal
run 3 'standard output could not be written: is the disk full?' "$tcplab" claims C1 --report html >claims
what="check --capture"
timeout 40 "$tcplab" check --capture tapes open/refused >"$work/said" 2>&1 </dev/null
(($? == 3)) || wrong 'a recording that is not whole passes'
grep -q "^not ok 1 .*open/refused" "$work/said" && grep -q "open-refused.pcapng' cannot be written" "$work/said" ||
	wrong 'it does not say which'

# Handed in before, and again when the disk is full: that from before stays.
what='submit'
rm fill
{
	printf 'submit work\n'
	while [[ ! -s work ]]; do read -rt 0.1 <> <(:); done
	head -c 1M /dev/zero >fill 2>/dev/null
	printf 'socket c\nsubmit work\n'
} | timeout 40 "$tcplab" exercise close-wait --student ada >"$work/said" 2>&1
grep -qF "$full" "$work/said" || wrong "it does not say: $full"
[[ -s work ]] || wrong 'the submission from before has gone'

what='the history'
if command -v script >/dev/null; then
	printf 'ss\nquit\n' | XDG_STATE_HOME=$disk timeout 40 script -qec "$tcplab" /dev/null >"$work/said" 2>&1
	grep -qF "cannot be kept in '$disk/tcplab/history': $full" "$work/said" || wrong 'it is not told'
fi

what='what is left'
ls -A >"$work/said"
[[ $(<kept.html) == old ]] || wrong 'an older report has gone'
for name in x.lab x.html work.*.tmp kept.html.*; do
	[[ ! -e $name ]] || wrong "half of $name is left"
done
((failures == 0))
