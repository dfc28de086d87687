#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Programs that nobody waits for: each state that their connections go through is told.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"
bin=$(dirname "$tcplab")/tests
connections=300

# The client closes first. Whether FIN-WAIT-2 is ever entered is up to the server's delayed ACK.
timeout 100 "$bin/quiet" "exec s $bin/load accept 7000 $connections $work/rate
	exec c $bin/load connect 7000 $connections; expect s exited 0 within 40s; expect c exited 0 within 15s
	expect count TIME-WAIT $connections within 15s" >"$work/out" 2>&1
code=$?
for state in SYN-SENT:1 SYN-RECEIVED:1 ESTABLISHED:2 FIN-WAIT-1:1 TIME-WAIT:1 CLOSE-WAIT:1 LAST-ACK:1; do
	grep -qx "${state%:*} $((connections * ${state#*:}))" "$work/out" || code=1
done
((code == 0)) || cat "$work/out" >&2
exit "$code"
