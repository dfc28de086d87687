#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `tcplab check`: several labs at a time, all failures of a script, the three reports, labs that die or hang.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

# ---- names ----

# a file of the folder one is in goes without its ending, as recipes do
printf 'say "here"\n' >"$work/hs.lab"
cd "$work" || exit 1
run 0 check hs
has out '^ok 1 - .*hs'
cd - >/dev/null || exit 1

# ---- -k ----

run 1 -k -c 'socket c; expect c LISTEN within 10ms; socket d => 9; say "the end"'
has err '^not as expected: -c:1:11: expect c LISTEN'
has err '^not as expected: -c:1:40: socket d => 9'
has out '^-- the end$'
run 1 -k -c 'repeat 2 { socket c => 9; close c }'
[[ $(grep -c '^not as expected' "$work/err") == 2 ]] || wrong 'not one failure for each round'
run 2 -k -c 'socket c => 9; frobnicate'
! grep -q 'not as expected' "$work/err" || wrong 'it ran before it was understood'
run 2 -k -c 'socket c => 9; bind nobody :80; say "the end"'
! grep -q 'the end' "$work/out" || wrong 'went on behind an error'
run 0 -k -c 'socket c => 3'
printf 'socket c => 9\nclose c\nsocket c => 8\n' >"$work/k.lab"
run 1 -k -f "$work/k.lab"
has err ':3:1: socket c => 8'
run 1 check -k "$work/k.lab"
has out '^# not as expected: .*:1:1: socket c => 9'
has out '^# not as expected: .*:3:1: socket c => 8'

# ---- -j: side by side, told in order ----

mkdir "$work/many"
printf 'sleep 800ms\n' >"$work/many/a.lab"
for name in b c d e f g; do
	printf 'socket c\nclose c\n' >"$work/many/$name.lab"
done
printf 'socket c => 9\n' >"$work/many/d.lab"
run 1 check -j 3 "$work/many"
[[ $(grep -oE '^(not )?ok [0-9]+ - many/.' "$work/out" | tr '\n' ' ') == \
'ok 1 - many/a ok 2 - many/b ok 3 - many/c not ok 4 - many/d ok 5 - many/e ok 6 - many/f ok 7 - many/g ' ]] ||
	wrong 'not in order'
has out '^ok 1 - many/a # time=[0-9]{3,}\.[0-9]{3}ms$'
has out '^#   expected  9$'
run 1 check -j 64 "$work/many"
run 0 check -j 2 -6 "$work/many/b.lab" "$work/many/c.lab"

# ---- reports ----

python=$(command -v python3) && "$python" -c 'import json, xml.dom.minidom' 2>/dev/null || python=
printf 'say "<&\\x1b"\nsocket c => "\\xff<&>\\x01]]>"\n' >"$work/many/<&>\"'#.lab"
run 1 check -j 4 --report junit "$work/many"
has out '<testsuite name="tcplab" tests="8" failures="2" errors="0" skipped="0"'
if [[ $python ]]; then
	"$python" - "$work/out" <<'EOF' >"$work/err" 2>&1 || wrong 'no good XML'
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
cases = {c.get("name"): c for c in suite.findall("testcase")}
assert len(cases) == 8, cases
assert cases["d"].find("failure").get("message").startswith("not as expected: "), cases
assert "<&>\"'#" in cases, cases
assert float(cases["a"].get("time")) > 0.7
EOF
fi
run 1 check --report json "$work/many"
has out '"kernel": "'"$(uname -r)"'"'
if [[ $python ]]; then
	"$python" - "$work/out" <<'EOF' >"$work/err" 2>&1 || wrong 'no good JSON'
import json, sys
report = json.load(open(sys.argv[1]))
assert (report["passed"], report["failed"], report["not_played"]) == (6, 2, 0), report
assert [r["verdict"] for r in report["results"]].count("failed") == 2
assert report["results"][1]["time_ms"] > 0
EOF
fi
# ---- what the program under test said, and why all came so ----

mkdir "$work/program"
cat >"$work/program/cl.lab" <<'EOF'
socket l; bind l :80; listen l; socket c; connect c :80
exec cl sh -c "printf 'refused <&>\\033[31m\\n'; exit 7"
expect cl exited 0
EOF
run 1 check --allow-exec "$work/program"
has out '^# +[0-9.]+  cl       \| refused <&>\\x1b\[31m$'
has out '^# .*  c        SYN-SENT -> ESTABLISHED  <- #2 SYN/ACK$'
run 1 check --allow-exec --report json "$work/program"
has out 'cl       \| refused <&>\\\\x1b\[31m'
run 1 check --allow-exec --report junit "$work/program"
what="$what: its output"
[[ $(grep -c 'cl       | refused &lt;&amp;&gt;\\x1b\[31m$' "$work/out") == 2 ]] || wrong 'not in <failure> and in <system-out>'
has out '^      <system-out> .* main     runs on localhost as PID'
printf 'socket c; repeat 3000 { getsockname c }\nsocket d => 9\n' >"$work/long.lab"
run 1 check --report junit "$work/long.lab"
has out '^      <system-out>\.\.\.$'
(($(stat -c %s "$work/out") < 200000)) || wrong 'all of it is kept'

run 2 check --report xml "$work/many"
run 2 check --json "$work/many"

# ---- what hangs, what dies ----

mkdir "$work/bad"
printf 'sleep 30s\n' >"$work/bad/a.lab"
printf 'socket c\n' >"$work/bad/b.lab"
run 1 check --timeout 4s "$work/bad" # as much as b needs where a core must be waited for
has out '^not ok 1 - bad/a # time=[0-9]{4,}\.'
has out '^# no end within 4.000 s'
has out '^ok 2 - bad/b'

printf 'socket l; bind l :80; listen l\naccept l a\n' >"$work/hangs.lab"
run 1 check --timeout 4s --report junit "$work/hangs.lab"
has out 'no end within 4.000 s; --timeout gives it more'
has out '^not as expected: .*hangs\.lab:2:1: accept l a$'
has out '^  seen      still running after [0-9.]+ m?s, ended by SIGTERM$'
has out '  l        CLOSED -&gt; LISTEN  &lt;- main: listen$'
has out '  main     accept\(3\) is blocked$'

# Start `check ARG...` in the background and wait for its child that plays bad/a.
begin()
{
	local tries=0
	what="tcplab check $*"
	"$tcplab" check "$@" >"$work/out" 2>"$work/err" </dev/null &
	main=$!
	until child=$(pgrep -P $main -f 'bad/a\.lab') && pgrep -P "$child" >/dev/null; do
		((++tries < 1000)) || { wrong 'it does not begin'; return; }
		kill -0 $main || { wrong 'it has ended'; return; }
	done
}

begin -j 2 "$work/bad"
kill -KILL "$child"
wait $main
(($? == 1)) || wrong 'its exit code is not 1'
has out '^not ok 1 - bad/a'
has out '^# the lab died by SIGKILL$'
has out '^ok 2 - bad/b'

begin --report json "$work/bad"
kill -INT $main
wait $main
(($? == 130)) || wrong 'interrupted, its exit code is not 130'
has out '"stopped": "Interrupted."'
has out '"not_played": 2'
! kill -0 "$child" 2>/dev/null || wrong 'its child is still there'

begin "$work/bad"
kill -KILL $main
wait $main 2>/dev/null
tries=0
while kill -0 "$child" 2>/dev/null && [[ $(ps -o stat= "$child") != Z* ]]; do
	((++tries < 1000)) || { wrong 'killed, it leaves its child behind'; break; }
done

((failures == 0))
