#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a script expects and what it then says: exit codes, and what is told when it was otherwise.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

listener='socket l; bind l :80; listen l'
pair="process server; socket l in server; bind l :80; listen l; socket c; connect c :80; accept l a"

# ---- an expectation that is not met: 1, the place, the line, both sides, the story ----

run 1 -c 'socket c; expect c LISTEN within 50ms; say "never reached"'
told err 'not as expected: -c:1:11: expect c LISTEN within 50ms' 'expected  c LISTEN' \
	'seen      c CLOSED' 'the story before it:'
grep -q '  c  *CLOSED$' "$work/err" || wrong 'the story does not tell how c came to be CLOSED'
never out 'never reached'

printf '# title\nsocket c\n\n  expect c ESTABLISHED within 50ms\n' >"$work/state.lab"
run 1 -f "$work/state.lab"
told err "not as expected: $work/state.lab:4:3: expect c ESTABLISHED within 50ms" \
	'expected  c ESTABLISHED' 'seen      c CLOSED'

run 1 -c "mark; $pair; expect c path CLOSED > ESTABLISHED"
told err 'not as expected: -c:1:' 'expected  c path CLOSED > ESTABLISHED' \
	'seen      c path CLOSED > SYN-SENT > ESTABLISHED' 'the story before it:'
grep -q '#3 .*ACK seq 1 ack 1' "$work/err" || wrong 'the story does not end with the last segments'

run 1 -c "mark; $pair; expect segments syn rst"
told err 'not as expected: -c:1:' 'expected  segments syn rst' 'seen      segments syn syn/ack ack'
run 1 -c "mark; $pair; expect segments syn rst ack"
told err 'not as expected: -c:1:' 'expected  segments syn rst ack' 'seen      segments syn syn/ack ack'

run 0 -c "mark; $pair; send c \"abc\"; recv a; expect seen syn ack data; expect a returned recv \"abc\"; expect c returned send 3"
run 1 -c "mark; $pair; expect seen ack syn within 50ms"
told err 'not as expected: -c:1:' 'expected  seen ack syn' 'seen      segments syn syn/ack ack'
run 1 -c 'socket c; connect c :80 => ECONNREFUSED; expect c returned connect 0 within 50ms'
told err 'not as expected: -c:1:' 'expected  c returned connect 0' 'seen      c returned connect ECONNREFUSED'
run 1 -c 'socket c; connect c :80 => ECONNREFUSED; mark; expect c returned connect ECONNREFUSED within 50ms'
told err 'not as expected: -c:1:' 'expected  c returned connect ECONNREFUSED' 'seen      c returned nothing'
run 1 -c 'socket u udp; bind u :9; socket v udp; sendto v "x" :9; expect v returned sendto 1; expect v returned send 1 within 50ms'
told err 'not as expected: -c:1:' 'expected  v returned send 1' 'seen      v returned nothing'
run 2 -c 'socket c; expect c returned recv'

run 1 -c 'expect main exited 0 within 50ms'
told err 'not as expected: -c:1:1:' 'expected  main exited 0' 'seen      main running'
run 1 -c 'process p; kill p KILL; expect p exited 0'
told err 'not as expected: -c:1:25:' 'expected  p exited 0' 'seen      p killed SIGKILL'
run 1 -c "process server; socket l in server; bind l :80; listen l; socket c; mark; drop syn x1; connect c :80
expect gap syn syn 9s +-20%"
told err 'not as expected: -c:2:1:' 'expected  gap syn syn 9.000 s +-20%' 'seen      gap '

# ---- what a call gives ----

run 0 -c 'socket c; connect c :80 => ECONNREFUSED'
run 1 -c 'socket c; connect c :80 => ETIMEDOUT'
told err 'not as expected: -c:1:11: connect c :80 => ETIMEDOUT' 'expected  ETIMEDOUT' \
	'seen      ECONNREFUSED'
run 1 -c 'socket c; connect c :80'
told err 'not as expected: -c:1:11: connect c :80' 'expected  success' 'seen      ECONNREFUSED'
run 0 -c 'socket c => 3; socket d => 4'
run 1 -c 'socket c => 4'
told err 'not as expected: -c:1:1: socket c => 4' 'expected  4' 'seen      3'
run 1 -c 'socket t; get t TCP_CONGESTION => 0' # a name is no number
told err 'not as expected: -c:1:11: get t TCP_CONGESTION => 0' 'expected  0'
run 0 -c "$pair; send c \"a\\x00b\" => 3; recv a => \"a\\x00b\""
run 1 -c "$pair; send c \"abc\"; recv a => \"abd\""
told err 'not as expected: -c:1:' 'expected  "abd"' 'seen      3 "abc"'
run 0 -c "$pair; close a; recv c => 0"

# ---- calls that do not return ----

run 0 -c "$listener; accept l a => blocked"
run 1 -c 'socket c => blocked'
told err 'not as expected: -c:1:1: socket c => blocked' 'expected  blocked' 'seen      3'
run 1 -c "$listener; accept l a"
told err 'not as expected: -c:1:33: accept l a' 'expected  success' "seen      still blocked after 10 s"
run 1 -c "$listener; accept l a &; wait within 100ms"
told err 'not as expected: -c:1:47: wait within 100ms' 'expected  every call has returned' \
	'seen      accept(3) of main still blocked'

# ---- in the background: the outcome is checked when it comes, also by the end ----

run 0 -c "$listener; process p; socket c in p; accept l a => 4 &; connect c :80; wait"
run 1 -c 'hold; process p; socket c in p; connect c :80 => 0 &; step 2; wait; say "never reached"'
told err 'not as expected: -c:1:33: connect c :80 => 0 &' 'expected  0' 'seen      ECONNREFUSED'
never out 'never reached'
run 1 -c "$listener; accept l a => 4 &; say \"the end\""
told err 'not as expected: -c:1:33: accept l a => 4 &' 'expected  4' 'seen      still blocked'

# ---- death ----

gone="process p; socket c in p; $listener; connect c :80; accept l a; close a; expect c CLOSE-WAIT"
run 0 -c "$gone; send c \"1\"; expect c CLOSED; send c \"2\" => killed SIGPIPE; expect p killed PIPE"
run 1 -c "$gone; send c \"1\"; expect c CLOSED; send c \"2\" => EPIPE"
told err 'not as expected: -c:1:' 'expected  EPIPE' 'seen      killed SIGPIPE'
run 1 -c "$gone; send c \"1\"; expect c CLOSED; send c \"2\""
told err 'not as expected: -c:1:' 'expected  success' 'seen      killed SIGPIPE'
run 0 -c 'process p; kill p; expect p killed TERM'

# ---- the wire's faults, and never ----

run 0 -c "mark; process server; socket l in server; bind l :80; listen l; socket c; drop syn x1
connect c :80; expect segments syn syn syn/ack ack within 5s"
grep -q '(again: #1)' "$work/out" || wrong 'the second SYN is not told to be the first again'
run 0 -c 'socket c; expect never c LISTEN within 50ms'
run 1 -c 'socket c; expect never c CLOSED within 50ms'
told err 'not as expected: -c:1:11:' 'expected  never c CLOSED' 'seen      c CLOSED'
run 1 -c "$pair; delay fin 1s; close a; close c; expect never c CLOSING within 3s" # it goes on to TIME-WAIT
told err 'not as expected: -c:1:' 'expected  never c CLOSING'
run 0 -c "hold; $listener; process p; socket c in p; connect c :80 &; expect c SYN-SENT
expect never c ESTABLISHED within 50ms"
run 1 -c "hold; $listener; process p; socket c in p; connect c :80 &; step 2
expect never c ESTABLISHED within 50ms"

# ---- what is sent again of what is held ----

run 0 -c "hold without retransmissions; $listener; socket c; mark; connect c :80 &
expect c retransmits 1 within 5s; rules; expect segments syn; step; expect l/1 SYN-RECEIVED; ladder"
grep -qE '^ +[0-9]+ retransmissions? (was|were) dropped because of what is held$' "$work/out" ||
	wrong 'what was dropped is not told'
grep -qE '^rule 1 +hold any without retransmissions +1 hit, [0-9]+ retransmissions? dropped$' "$work/out" ||
	wrong 'what was dropped is not counted'
never out '(again'
run 2 -c 'hold syn without'
told err 'error: -c:1:10: without what? hold syn without retransmissions'
run 2 -c 'hold without retransmissions x'
told err "error: -c:1:30: 'x' is one word too many"

# ---- check: TAP ----

mkdir "$work/two"
printf 'say "fine"\n' >"$work/two/a.lab"
printf 'socket c\nexpect c LISTEN within 50ms\n' >"$work/two/b.lab"
printf 'socket c\nclose c\n' >"$work/two/c.lab"
run 1 check "$work/two"
told out 'TAP version 13' '1..3' 'ok 1 - two/a' 'not ok 2 - two/b' \
	"# not as expected: $work/two/b.lab:2:1: expect c LISTEN within 50ms" \
	'#   expected  c LISTEN' '#   seen      c CLOSED' 'ok 3 - two/c'
[[ $(grep -cvE '^(TAP version 13|1\.\.[0-9]+|(not )?ok [0-9]+ - .*|#.*)$' "$work/out") == 0 ]] ||
	wrong 'not all of it is TAP'
run 0 check "$work/two/a.lab" "$work/two/c.lab"
printf 'frobnicate\n' >"$work/two/b.lab"
run 2 check "$work/two"
told out 'not ok 2 - two/b' "# error: $work/two/b.lab:1:1: unknown command" 'ok 3 - two/c'

((failures == 0))
