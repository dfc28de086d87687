#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Claims put to the kernel: that hold, differ, fail, are left out; alone in a recipe, and all of them by `tcplab claims`.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

# ---- in a recipe ----

mkdir -p "$work/recipes/close" "$work/recipes/open"
cd "$work" || exit 1
cat >recipes/close/four.lab <<'END'
# A close, told in full.
socket l
bind l :80
listen l
delay syn/ack x1 300ms # far away, so that nothing is sent again 0.2 s later, where a core must be waited for
socket c
connect c :80
accept l a
claim A1 "Four segments." {
	close c
	expect c FIN-WAIT-2
	close a
	expect segments fin/ack ack fin/ack ack
	expect c path ESTABLISHED > FIN-WAIT-1 > FIN-WAIT-2 > TIME-WAIT
}
claim A2 "Each sends one FIN." { expect segments fin/ack ack fin/ack ack }
claim B18 "TIME-WAIT lasts 120 s." {
	expect c timer time-wait 60s +-3%
	slow { expect c CLOSED within 65s }
	differs "60 s: include/net/tcp.h TCP_TIMEWAIT_LEN"
}
slow { claim C9 "It ends." { expect c CLOSED within 65s } }
END
cat >recipes/open/refused.lab <<'END'
# Nobody listens.
socket c
claim C1 "It is refused, and CLOSED again." {
	connect c :80 => ECONNREFUSED
	expect c path CLOSED > SYN-SENT > CLOSED
}
claim A2 "Each sends one FIN." { sysctl net.ipv4.tcp_fin_timeout => 60 }
END
run 0 play four
has out '^-- claim A1 holds: c FIN-WAIT-2; segments fin/ack ack fin/ack ack; c path ESTABLISHED > FIN'
has out '^-- claim A2 holds: segments fin/ack ack fin/ack ack$' # it looks back
has out '^-- claim B18 differs: c timer time-wait (59\.|60\.0)'
has out '^   instead: 60 s: include/net'
has out 'left out: it takes long; --slow plays it'
lacks out 'claim C9 (holds|untested)'
[[ $(grep -c '^> claim A1' "$work/out") == 1 ]] || wrong 'claim A1 is not told once'
run 0 --json -f recipes/open/refused.lab
has out '"type":"claim","subject":"C1","verdict":"holds","evidence":"connect c :80 => ECONNREFUSED; c path'

# one that fails ends the recipe; with -k all are told
printf 'socket c\nclaim A1 "x" { expect c LISTEN within 10ms; say "on" }\nclaim A2 "y" { close c => 0 }\n' >k.lab
run 1 -f k.lab
has out '^-- claim A1 failed: expected c LISTEN, seen c CLOSED$'
lacks out 'claim A2'
run 1 -k -f k.lab
has out '^-- on$'
has out '^-- claim A1 failed'
has out '^-- claim A2 holds: close c => 0$'
# what comes late, and what blocks, is evidence too; an error is a failure
run 0 -c 'socket l; bind l :80; listen l; process p; socket c in p; claim A1 "x" { accept l a => 4 &; connect c :80; wait }'
has out '^-- claim A1 holds: accept l a => 4$'
run 0 -c 'socket l; bind l :80; listen l; claim A1 "x" { accept l a => blocked }'
has out '^-- claim A1 holds: accept l a => blocked$'
run 2 -c 'claim A1 "x" { expect nobody CLOSED }'
has out '^-- claim A1 failed$'
run 0 -c 'socket c; claim A1 "x" { expect never c LISTEN within 10ms; until c CLOSED { close c } }'
has out '^-- claim A1 holds: never c LISTEN, but c CLOSED; c CLOSED$'
run 0 -c 'claim A1 "x" { slow { expect main running } }'
has out '^-- claim A1 untested$'
run 0 --slow -c 'claim A1 "x" { slow { expect main running } }'
has out '^-- claim A1 holds: main running$'

# bad input is found before anything runs
run 2 -c 'socket c; claim A1 "x" { close c }'
has err '^error: -c:1:11: a claim needs an expectation: nothing is tested$'
run 2 -c 'differs "x"'
has err "^error: -c:1:1: 'differs' is the last command"
run 2 -c 'socket c; expect c timer probe 5s'
has err '^error: -c:1:32: how long a timer still runs needs a tolerance'
run 2 -c 'socket c; expect c timer probe 5s +-x'
has err "is no tolerance"
run 2 -c 'slow close'
run 1 -c 'sysctl net.ipv4.tcp_fin_timeout => 61'
has err '^  seen      60$'
run 0 -c 'sysctl net.ipv4.tcp_fin_timeout 5 => 5; sysctl net.ipv4.tcp_fin_timeout x => EINVAL'
run 0 -c 'sysctl net.ipv4.ip_local_port_range "4000 5000" => "4000 5000"'

# ---- tcplab claims ----

run 0 claims
has out '^5 claims put to Linux '
has out '^A1   holds     Four segments\.$'
has out ' close/four \+1$'
has out '^B18  differs   TIME-WAIT lasts 120 s\.$'
has out '^C9   untested  It ends\.$'
has out '^Where this kernel differs:$'
has out '^     instead   60 s: include/net/tcp.h TCP_TIMEWAIT_LEN$'
has out '^3 hold, 1 differs, 1 untested; 2 recipes in '
[[ $(awk '/^[A-C][0-9]+ +(holds|differs|untested)/ { print $1 }' out | paste -sd' ') == 'A1 A2 B18 C1 C9' ]] ||
	wrong 'not in order'
[[ $(awk '{ if (length($0) > 100) print }' out) == '' ]] || wrong 'wider than 100 columns'
run 0 claims a1 c1 -j 1
has out '^2 claims put to '
has out '2 recipes in'
run 0 claims C1
has out '1 recipe in'
run 0 claims recipes/open
has out '^2 claims put to '
run 2 claims A3
has err '^tcplab: no recipe holds the claim A3; did you mean A1\?$'
run 2 claims k2.lab
run 2 claims --report tap
has err 'claims reports as text, junit, json, markdown or html'
run 2 check --report html
has err 'check reports as tap, junit or json'
run 0 claims --report json
if command -v python3 >/dev/null; then
	python3 -c 'import json,sys; d = json.load(open("out")); assert d["holds"] == 3 and len(d["claims"]) == 5' ||
		wrong 'no JSON'
	run 0 claims --report junit
	python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("out")' || wrong 'no XML'
fi
run 0 claims --report markdown
has out '^\| A1 \| Four segments\. \| holds \| c FIN-WAIT-2; '
run 0 claims --report html -6
has out '^<!DOCTYPE html>$'

# all recipes of a claim must agree
cat >recipes/open/other.lab <<'END'
# It says otherwise.
claim A1 "Four segments." { sysctl net.ipv4.tcp_fin_timeout => 60; differs "three" }
END
run 1 claims A1
has out '^A1   failed '
has out 'Its recipes do not agree'
rm recipes/open/other.lab

# a recipe that fails takes its claims along, a bad one is told
cat >recipes/open/fails.lab <<'END'
# It fails behind its claim.
socket c
claim C2 "It is closed." { expect c CLOSED }
connect c :80 => EPIPE
claim C3 "Never reached." { expect c CLOSED }
END
run 1 claims
has out '^C2   failed '
has out '^C3   failed '
has out '^     \| not as expected: .*fails.lab:4:1: connect c :80 => EPIPE$'
has out '^A1   holds '
has out '^3 hold, 1 differs, 2 failed, 1 untested'
printf 'claim A1 "x" { close c }\n' >recipes/open/bad.lab
run 2 claims A1
has err 'bad.lab:1:1: a claim needs an expectation'
has out '^A1   holds ' # the others are played all the same
rm recipes/open/bad.lab recipes/open/fails.lab

# ---- names ----

run 0 list
has out '^close/four +A close, told in full\.  \[A1 A2 B18 C9\]$'
run 0 show refused
cmp -s out recipes/open/refused.lab || wrong 'not the recipe'
run 2 show
run 2 show refuse
has err "there is no recipe 'refuse'; did you mean 'open/refused'\?"
cp recipes/open/refused.lab recipes/close/refused.lab
run 2 play refused
has err "several recipes are called 'refused': close/refused, open/refused"
run 0 check open/refused

((failures == 0))
