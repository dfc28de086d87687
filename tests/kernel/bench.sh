#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/bench/run in its shortest form: every bench works and says what it promises to, and the table is right: medians,
# spreads, goals. How fast anything is, is not looked at.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"
bench=$(dirname "$(realpath "$0")")/../bench

for need in awk ip ss unshare; do
	if ! command -v $need >/dev/null; then
		echo "skipped: there is no $need" >&2
		exit 77
	fi
done
if ! unshare -rnpf true 2>"$work/out"; then
	echo "skipped: $(<"$work/out")" >&2
	exit 77
fi

# table EXPECTED-CODE ROW...: with | for the tabs.
table()
{
	local expected=$1 code
	shift
	printf '%s\n' "$@" | tr '|' '\t' | "$bench/table" >"$work/out" 2>&1
	code=$?
	what="the table of: $*"
	((code == expected)) || wrong "exit code $code"
}

told()
{
	grep -qE -- "$1" "$work/out" || wrong "no line has: $1"
}

# medians of three and of two, the median of the ratios and not the ratio of the medians, units, goals met and missed
table 0 'a|ns|2000|b|1000|ratio >= 2' 'a|ns|9000|b|3000|ratio >= 2' 'a|ns|8000|b|4000|ratio >= 2' \
	'm|KiB|1024|-|-|ours <= 4096' 'm|KiB|3072|-|-|ours <= 4096' 'n|/s|5|c|0|-'
told '^a +8 us +3 us +b +2 +2 to 3 +3  >= 2: met$'
told '^m +2 MiB +1 MiB to 3 MiB +2  <= 4 MiB: met$'
told '^n +5 /s +0 /s +c +5 /s to 5 /s +1 +$'
table 0 'a|KiB|-2048|-|-|told'
told '^a +-2 MiB +-2 MiB to -2 MiB +1 +$'
table 1 'a|ns|3001|b|1000|ratio <= 3'
told '<= 3: MISSED$'
table 1 'a|/s|4|-|-|ours >= 5'
told '>= 5 /s: MISSED$'
# the medians 4 and 6 are 0.67, the ratios 0.50, 1 and 2; widely parted, by more than half on both sides; a load
table 1 'a|/s|4|b|8|ratio >= 0.8' 'a|/s|3|b|3|ratio >= 0.8' 'a|/s|12|b|6|ratio >= 0.8'
told '^a +4 /s +6 /s +b +1 +0\.50 to 2 +3  >= 0\.80: UNDECIDED, the medians say 0\.67, not quiet$'
told '^the machine was not quiet: what is behind 1 of the goals says little$'
table 0 'a|/s|9|b|10|ratio >= 0.8' 'a|/s|30|b|20|ratio >= 0.8'
told '>= 0\.80: met$'
printf '%s\n' 'a|/s|1|b|1|ratio >= 1' | tr '|' '\t' | "$bench/table" -v load=1.01 >"$work/out" 2>&1
told '>= 1: met, not quiet$'
rows=()
for ((i = 1; i <= 200; i++)); do
	rows+=("late|ns|${i}000000|-|-|p99 < 199000000")
done
table 0 "${rows[@]}"
told '^late, 99th percentile +198 ms +most 200 ms +200  < 199 ms: met$'
printf '%s\n' 'a|ns|1|b|1|-' 'b|ns|1|b|1|told' | tr '|' '\t' | "$bench/table" -v markdown=1 >"$work/out" 2>&1
told '^\| b \| 1 ns \| 1 ns \| b \| 1 \| 1 to 1 \|  \|$'
! grep -q '^| a ' "$work/out" || wrong 'Markdown has what is not worth telling'
table 2 'a|ns|1|b'
table 2 'a|ns|nan|b|1|-'
table 2 'a|ns|1|b|1|quick'
what='a table of nothing'
"$bench/table" </dev/null >"$work/out" 2>&1
(($? == 2)) || wrong 'not exit code 2'

what='run --help'
"$bench/run" --help >"$work/out" 2>&1 || wrong 'not exit code 0'
told '^usage: '
told 'minutes'
what='run nosuch'
"$bench/run" --short nosuch >"$work/out" 2>&1
(($? == 2)) || wrong 'not exit code 2'

what='run --markdown startup'
"$bench/run" --short --markdown --built "$(dirname "$tcplab")" startup >"$work/out" 2>&1
(($? <= 1)) || wrong 'no exit code it has'
told ', [0-9]+ cores?, Linux [^ ]+, 20[0-9]{2}-[01][0-9]-[0-3][0-9]; load before it [0-9.]+$'
told '^\| start and end of a lab \| [0-9.]+ m?s \| [0-9.]+ m?s \| unshare -rnpf true \| [0-9.]+ \| [0-9.]+ to [0-9.]+ \| <= 3: (met|MISSED|UNDECIDED, [a-z0-9. ]+)(, not quiet)? \|$'

what='the short run'
"$bench/run" --short --built "$(dirname "$tcplab")" >"$work/out" 2>"$work/err"
code=$?
((code <= 1)) || wrong "exit code $code"
misses=$(grep -cE ': (MISSED|UNDECIDED)' "$work/out")
((code == (misses > 0))) || wrong "exit code $code, and $misses goals missed"
value='-?[0-9]+(\.[0-9]+)?( (s|ms|us|ns|[KMG]iB|[kMG]?B|[kMG]?B/s|/s))?'
line="^[^ ].* $value( +$value +[^ 0-9].*)? +([0-9.]+ +)?($value to $value|most $value) +[0-9]+  ((<|<=|>=) $value: (met|MISSED|UNDECIDED, the medians say [0-9.]+)(, not quiet)?)?$"
if tail -n +6 "$work/out" | grep -vE -- "$line" >"$work/other"; then
	cp "$work/other" "$work/out"
	wrong 'these are no lines of the table'
fi
while read -r name; do
	told "^$name"
done <<'END'
start and end of a lab .* unshare -rnpf true .*<= 3:
memory of main \(RSS\), one connection .*<= 12 MiB:
a recipe, close/four-way .* the same calls in C
- start and end
- in the calls
- asking for them, being answered
- packets, states, expectations
bulk transfer .* a plain loop .*>= 2:
bulk transfer .* the kernel's lo
bulk transfer, [0-9]+ idle sockets .*>= 0\.90:
connections .* a plain loop .*>= 0\.60:
connections .* the kernel's lo
connections, [0-9]+ idle sockets .*>= 0\.90:
memory of main \(RSS\), bulk transfer
memory of main \(RSS\), connections
states of these connections, told .*>= 1:
a state's change, [0-9]+ sockets .* one ss -tan
a state's change, [0-9]+ sockets .* with [0-9]+ .*<= 1\.50:
a state at the prompt, watched, 99th percentile .*< 20 ms:
a state on a watcher's screen, 99th percentile .*< 20 ms:
events, [0-9]+ sockets, watched .*>= 0\.90:
pictures on a watcher's screen .*>= 5 /s:
memory of a watcher \(RSS\)
send and recv, 100 viewers .*>= 0\.80:
processor time of that
typed, with one of 101 viewers, 99th percentile .*< 100 ms:
[0-9]+ labs at once: start, recipe, end .* one after the other
[0-9]+ prompts: memory of one \(PSS\)
[0-9]+ prompts: one takes \(MemAvailable\)
report of .* events .*<= 15:
memory of that \(RSS\) .*
an event into the journal .* and out of it
an event kept .* struct event
memory \(RSS\), ten million segments .*<= 128 MiB:
END
exit $((failures > 0))
