#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Recordings: the command capture, --capture of one lab and of check, what Wireshark's reader finds in them, and
# files that may not or cannot be written.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"
recipes=$(realpath "${TCPLAB_SOURCE:-.}")/recipes
cd "$work" || exit 1

# run CODE ARG...: what it prints goes to out and err.
run()
{
	local expected=$1 code
	shift
	what="tcplab $*"
	timeout 40 "$tcplab" "$@" >out 2>err </dev/null
	code=$?
	((code == expected)) || wrong "exit code $code instead of $expected"
}

has()
{
	grep -qE -- "$2" "$1" || wrong "$1 has no line with: $2"
}

# Is it a recording in pcapng?
recorded()
{
	[[ $(head -c 4 "$1" 2>/dev/null | od -An -tx1) == ' 0a 0d 0d 0a' ]] || wrong "no recording: $1"
}

# ---- who may write, and where ----

cat >story.lab <<'END'
# A story with everything that can become of a packet.
capture story.pcapng
socket l; bind l :80; listen l 5
hold syn
socket c; connect c :80 &
step
wait
duplicate data
send c "hello"
drop data
send c "lost"
expect c sendq 0 within 5s
delay data 10ms
send c "late"
expect c sendq 0
hold data
send c "never"
reset
capture off
END
run 2 -f story.lab
has err 'story.lab:2:1: a recipe may not write files.*--allow-write'
[[ ! -e story.pcapng ]] || wrong 'it was written all the same'
run 2 -c 'capture off'
has err '1:9: nothing is being recorded'
run 2 -c 'capture none/wire.pcapng'
has err "1:9: 'none/wire.pcapng' cannot be written: open: No such file"
echo 'my thesis' >thesis
run 2 -c 'capture thesis'
has err "'thesis' is there already, and no recording"
run 2 --capture thesis -c 'say "hello"'
has err "tcplab: 'thesis' is there already, and no recording"
[[ $(<thesis) == 'my thesis' ]] || wrong 'it was overwritten'

# ---- the command, and --capture of one lab ----

run 0 -c 'capture one.pcapng; capture two.pcapng; capture two.pcapng; capture off'
has out '^ +the wire is recorded in one.pcapng$'
has out '^ +the recording has ended$'
recorded one.pcapng
recorded two.pcapng
[[ $(stat -c %a one.pcapng) == 600 ]] || wrong 'others may read it'
run 0 --capture three.pcapng -c 'socket s udp; sendto s "hello" :9'
recorded three.pcapng
run 0 play --capture three.pcapng "$recipes/open/three-way.lab"
run 2 play --capture four.pcapng "$recipes/open"
has err 'one file cannot hold several recordings'
[[ ! -e four.pcapng ]] || wrong 'it was written all the same'
run 2 list --capture x
has err "has no option '--capture'"

# ---- check ----

mkdir -p x/t y/t
echo 'say "hello"' | tee x/t/a.lab y/t/a.lab >y/t/b.lab
run 0 check -j 3 --capture folder x y "$recipes/open/three-way.lab"
for name in t-a t-a-2 t-b open-three-way; do
	recorded "folder/$name.pcapng"
done
[[ $(find folder -type f | wc -l) == 4 ]] || wrong 'not four files'
run 0 check -6 --capture folder "$recipes/open/three-way.lab"
run 2 check --capture thesis x
has err "recordings cannot go to the folder 'thesis'"

# ---- a full disk: the lab goes on, and says so at its end ----

what='a file that may not grow'
{
	ulimit -f 1 # KiB; out is written by cat, which is under no limit
	timeout 40 "$tcplab" --capture full.pcapng -c \
		'socket s udp; repeat 20 { sendto s "12345678901234567890" :9 }; say "the end"' 2>&1
} | cat >out
[[ ${PIPESTATUS[0]} == 3 ]] || wrong 'not told at the end'
has out "the capture ends: 'full.pcapng' cannot be written: write: File too large"
has out '^-- the end$'

# ---- what is in them ----

if ! command -v tshark >/dev/null; then
	((failures == 0)) || exit 1
	echo "skipped: no tshark to read the recordings with" >&2
	exit 77
fi

# read_back FILE: "INTERFACE COMMENT" of each packet.
read_back()
{
	tshark -r "$1" -T fields -E separator=' ' -e frame.interface_name -e frame.comment \
		>out 2>err || wrong "tshark does not read $1"
	! grep -v '^Running as' err | grep -q . || wrong 'tshark complains'
}

before=$(date +%s)
run 0 --allow-write -f story.lab
read_back story.pcapng
has out '^localhost #1: held [0-9.]+ ms, delivered to localhost$'
has out '^localhost #2: delivered to localhost$'
has out '^localhost #[0-9]+: copy of #4, delivered to localhost$'
has out '^localhost #[0-9]+: dropped: rule [0-9]+: drop data'
has out '^localhost #[0-9]+: sent again \(#[0-9]+\), delivered to localhost$'
has out '^localhost #[0-9]+: delayed by 10.000 ms: rule [0-9]+: delay data 10ms, delivered to localhost$'
has out '^localhost #[0-9]+: .*lost with its host$'
what='time and protocol in story.pcapng'
tshark -r story.pcapng -Y 'tcp.flags.syn == 1' -T fields -e frame.time_epoch -e _ws.expert.message \
	>out 2>/dev/null
[[ $(wc -l <out) == 2 ]] || wrong 'there are not two SYN'
while read -r time rest; do
	((${time%.*} >= before && ${time%.*} <= before + 60)) || wrong "sent at $time, it is $before"
done <out

run 0 --capture forged.pcapng -c 'hold; forge syn from 10.9.9.9:1 to :80; corrupt udp checksum
socket s udp; bind s :9; socket c udp; sendto c "x" :9'
read_back forged.pcapng
has out '^forged #1: forged, '
has out '^localhost #2: dropped: no host has this address$'
has out '^localhost #3: corrupted: its checksum is wrong \(rule [0-9]+\), still held when the capture ended$'
tshark -r forged.pcapng -o udp.check_checksum:TRUE -Y 'udp.checksum.status == 0' >out 2>err
has out UDP
run 0 --capture plain.pcap -c 'socket s udp; sendto s "hello" :9'
read_back plain.pcap
[[ $(wc -l <out) -ge 2 ]] || wrong 'a datagram and the answer to it are not there'

((failures == 0))
