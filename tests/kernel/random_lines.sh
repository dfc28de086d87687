#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Command lines nobody would type: random but well-formed ones, then the same with bytes changed, lost and
# doubled. None may crash tcplab, keep it longer than its deadline, make it print what a terminal obeys, or
# leave a process behind.
# RANDOM_LINES=N many of each (default 150; the seed is fixed, so a failure comes again).
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"
export LC_ALL=C
lines=${RANDOM_LINES:-150}

# Well-formed lines: a template a line, each word in capitals replaced by one of its kind.
awk -v lines="$lines" '
function one(list,   parts, n) { n = split(list, parts, " "); return parts[1 + int(rand() * n)] }
function word(kind)
{
	if (kind == "S") return one("c a l u b c2 l/1 nobody")
	if (kind == "P") return one("main server q nobody")
	if (kind == "H") return one("bob g localhost nowhere x")
	if (kind == "B") return one("10.0.0.7 10.0.0.1 fd00::7 127.0.0.1 ::1 224.0.0.1")
	if (kind == "N") return one("x y z main c 7 -")
	if (kind == "A") return one(":80 :81 :0 127.0.0.1:80 127.9.9.9:5 10.1.1.1:80 localhost:80 bob:80 g:80 [fd00::1]:80 @l @c @u")
	if (kind == "I") return one("0 1 2 5 64 4096 65535 100000 1k")
	if (kind == "D") return one("\"\" \"x\" \"hello\\n\" \"\\x00\\xff\" 100 20k")
	if (kind == "F") return one("MSG_DONTWAIT MSG_PEEK|MSG_DONTWAIT MSG_OOB|MSG_DONTWAIT MSG_NOSIGNAL MSG_MORE MSG_FASTOPEN")
	if (kind == "M") return one("syn syn/ack ack data fin rst fin/ack data/fin")
	if (kind == "X") return one("from to") " " one("c a l 127.0.0.1 localhost :80")
	if (kind == "T") return one("CLOSED LISTEN SYN-SENT ESTABLISHED FIN-WAIT-1 TIME-WAIT estab TCP_CLOSE_WAIT")
	if (kind == "G") return one("TERM KILL PIPE USR1 STOP CONT 15")
	if (kind == "O") return one("SO_ERROR SO_LINGER SO_RCVBUF TCP_NODELAY TCP_INFO TCP_CONGESTION IP_TTL SO_REUSEADDR")
	if (kind == "V") return one("0 1 on off 1,0 2s 64k cubic")
	return kind
}
BEGIN {
	srand(20261120)
	n = split("socket N|socket N udp|socket N tcp6 in P|bind S A|listen S I|connect S A &|accept S N &|" \
		"send S D &|send S D F &|write S D &|sendto S D A &|recv S F|recv S I F|recvfrom S F|read S &|" \
		"shutdown S wr|shutdown S rd|shutdown S rdwr|close S|dup S N|fork P N|kill P G|" \
		"signal P G handle|signal P G ignore|exit P I|get S O|set S O V|poll S|nonblock S on|" \
		"getsockname S|getpeername S|ioctl S SIOCINQ|hold|hold M|hold M X|release|drop M|drop M xI|" \
		"wire|ss|help|help S|mark|mark N|say D|sleep 1ms|wait within 5ms|sysctl net.ipv4.tcp_fin_timeout I|" \
		"expect S T within 5ms|expect S path T > T within 5ms|expect never S T within 5ms|" \
		"expect segments M M within 5ms|expect no segments within 5ms|expect P running within 5ms|" \
		"expect P blocked within 5ms|expect count T I within 5ms|expect S recvq I within 5ms|" \
		"host|host N|host N B|host N ghost B B|host H crash|host H reboot|host H cut|host H mend|" \
		"process N on H|socket N in P|connect S bob:80 &|host H reboot ; process N on H ; socket z in N|" \
		"repeat 3 { send S D F & }|until S T within 5ms { sleep 1ms }", templates, "|")
	for (i = 0; i < lines; i++) {
		m = split(templates[1 + int(rand() * n)], words, " ")
		line = ""
		for (w = 1; w <= m; w++)
			line = line (w > 1 ? " " : "") word(words[w])
		print line
	}
}' >"$work/lines"

# The same, each with one to three bytes lost, doubled or replaced.
awk 'BEGIN {
	srand(20261121)
	for (i = 1; i < 256; i++)
		if (i != 10) byte[i] = sprintf("%c", i)
}
{
	for (k = int(rand() * 3); k >= 0; k--) {
		at = 1 + int(rand() * length($0))
		do { b = byte[1 + int(rand() * 255)] } while (b == "")
		how = int(rand() * 3)
		$0 = substr($0, 1, at - 1) (how == 0 ? "" : how == 1 ? b : substr($0, at, 1) substr($0, at, 1)) \
			substr($0, at + 1)
	}
	if ($0 !~ /[0-9]m([^s]|$)/) # minutes would be waited for
		print
}' "$work/lines" >"$work/mutated"

cat >"$work/before" <<'LAB'
process server
socket l in server
bind l :80
listen l
socket c
connect c :80
accept l a
socket u udp
host bob
host g ghost
process q on bob
socket b in q
bind b :80
listen b
LAB

while IFS= read -r line; do
	{ cat "$work/before"; printf '%s\n' "$line"; } >"$work/script"
	timeout -s KILL 25 "$tcplab" -f "$work/script" >"$work/out" 2>&1 </dev/null
	code=$?
	if ((code > 3)) || grep -qa '[^[:print:][:space:]]' <(tr -d '\200-\377' <"$work/out"); then
		printf 'FAILED: exit code %d after: %q\n' "$code" "$line" >&2
		tail -n 5 "$work/out" >&2
		((++failures < 10)) || break
	fi
done < <(cat "$work/lines" "$work/mutated")

# Hosts and processes are copies of tcplab and carry its arguments: none may be left.
if command -v pgrep >/dev/null && pgrep -f "$work/script" >/dev/null; then
	echo "FAILED: processes are left:" >&2
	pgrep -af "$work/script" >&2
	failures=$((failures + 1))
fi
exit $((failures > 0))
