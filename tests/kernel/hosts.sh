#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Several hosts: how many there can be, what a power cut leaves, what is said to who asks for the impossible.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

# refused COMMANDS PLACE MESSAGE: bad input, with the place and the start of the message.
refused()
{
	run 2 -c "$1"
	told err "error: -c:$2: $3"
}

few=$(for i in $(seq 63); do echo "host h$i;"; done)
what='64 hosts with 100 descriptors'
(ulimit -n 100 && timeout 40 "$tcplab" -c "$few") >"$work/out" 2>"$work/err" </dev/null
(($? == 3)) || wrong 'no exit code 3'
grep -q '^error: -c:[0-9]*:1: .*Too many open files$' "$work/err" || wrong 'does not say what is missing, and where'
told err 'try: allow more open files: ulimit -n 1024'

# ---- how many: 64 at once, however many there have been ----

for i in $(seq 63); do echo "host h$i"; done >"$work/many.lab"
cp "$work/many.lab" "$work/too-many.lab"
cat >>"$work/many.lab" <<-'EOF'
	process a on h1
	process b on h63
	socket l in b
	bind l :80
	listen l
	socket c in a
	connect c h63:80
	repeat 70 { host h62 reboot }
	reset
	host h1
EOF
run 0 -f "$work/many.lab"
echo 'host one-more ghost' >>"$work/too-many.lab"
run 2 -f "$work/too-many.lab"
told err "error: $work/too-many.lab:64:6: a lab has at most 64 hosts at once, localhost included"

# ---- a whole room: 16 hosts, 200 processes, 1,000 connections ----

{
	for i in $(seq 15); do
		echo "host h$i; process s$i on h$i; socket l$i in s$i; bind l$i :80; listen l$i 128"
	done
	for i in $(seq 184); do echo "process p$i on h$((i % 15 + 1))"; done
	for i in $(seq 1000); do
		echo "socket c$i in p$((i % 184 + 1)); connect c$i h$((i % 15 + 1)):80"
	done
	echo 'expect count ESTABLISHED 2000; host h3 crash; host h3 reboot'
} >"$work/room.lab"
run 0 -f "$work/room.lab"

# ---- a power cut: nothing leaves the host, not even for sockets whose close() would send RST ----

pair='host alice; host bob; process a on alice; process b on bob; socket l in b; bind l :80; listen l
socket c in a; connect c bob:80; accept l s; socket d in a; connect d bob:80; accept l t'
run 0 --json -c "$pair
send c \"unread\"; fork b kid; recv t => blocked; host bob crash; host; sysctl alice net.ipv4.tcp_retries2
expect c ESTABLISHED; expect d ESTABLISHED; expect s CLOSED; expect t CLOSED; expect b killed SIGKILL
expect kid killed SIGKILL"
awk '/"type":"host".*"text":"power cut"/ { cut = 1 }
	cut && /"type":"segment"/ { bad = 1 }
	END { exit bad || !cut }' "$work/out" || wrong 'bob has sent something after the power cut'

run 0 -c "$pair
recv s => killed SIGKILL &
host bob crash"
run 1 -c "$pair
recv s &
host bob crash"
told err 'not as expected: -c:3:1: recv s &' 'expected  success' 'seen      killed SIGKILL'

run 0 -c 'sysctl net.ipv4.tcp_retries2 3; host localhost reboot; process main
sysctl net.ipv4.tcp_retries2; socket c; connect c :80 => ECONNREFUSED'
told out 'localhost: net.ipv4.tcp_retries2 = 3' '> host localhost reboot' \
	'localhost: net.ipv4.tcp_retries2 = 15'

# ---- addresses: chosen in step, or as given ----

run 0 -c 'host a; host b 10.0.0.2; host c fd00::10:0:0:3; host d 192.168.7.1; host e 10.7.0.1 fd07::1 10.7.0.2
host'
told out 'localhost  up         10.0.0.254 fd00::1' 'a          up         10.0.0.1 fd00::10:0:0:1' \
	'b          up         10.0.0.2 fd00::10:0:0:2' 'c          up         fd00::10:0:0:3 10.0.0.3' \
	'd          up         192.168.7.1 fd00::192:168:7:1' 'e          up         10.7.0.1 fd07::1 10.7.0.2'
run 0 -c 'host e 10.7.0.1 10.7.0.2; process p on e; socket l in p; bind l 10.7.0.2:80; listen l
socket c; connect c 10.7.0.2:80; accept l a; getsockname a => 10.7.0.2:80
socket own in p; connect own 10.7.0.2:80; accept l b; getsockname own; getpeername b => @own
expect segments syn syn/ack ack syn from 10.7.0.2 syn/ack ack'

refused 'host x 10.0.0.254' 1:8 "10.0.0.254 is the address of host 'localhost'"
refused 'host x 10.0.0.9; host y ghost 10.0.0.9' 1:31 "10.0.0.9 is the address of host 'x'"
refused 'host x 127.0.0.5' 1:8 "127.0.0.5 is every host's own loopback"
refused 'host x ::1' 1:8 '::1 is loopback'
refused 'host x 224.0.0.1' 1:8 '224.0.0.1 is a multicast group'
refused 'host x ff02::1' 1:8 'ff02::1 is a multicast group'
refused 'host x 0.0.0.0' 1:8 '0.0.0.0 is no address of a host'
refused 'host x ::' 1:8 ':: is no address of a host'
refused 'host x 255.255.255.255' 1:8 '255.255.255.255 is broadcast'
refused 'host x fe80::1' 1:8 'fe80::1 is link-local'
refused 'host x ::ffff:10.0.0.1' 1:8 '::ffff:10.0.0.1 stands for an IPv4 address'
refused 'host x 10.0.0.1 fd00::7 10.0.0.1' 1:25 '10.0.0.1 is here twice'
refused 'host x 10.0.0.1:80' 1:8 "'10.0.0.1:80' is no address of a host"
refused 'host x nonsense' 1:8 "'nonsense' is no address of a host"

# ---- the wrong thing, or at the wrong time ----

refused 'host main' 1:6 "'main' is a process already"
refused 'host localhost' 1:6 "'localhost' is a host already"
refused 'socket c; host c' 1:16 "socket 'c' is still open"
refused 'host a; process a' 1:17 "'a' is a host already"
refused 'host a; socket a' 1:16 "'a' is a host already"
refused 'host bob crash' 1:6 "no host 'bob'; there are: localhost"
refused 'host a; host a mend' 1:14 "the cable of 'a' is not cut"
refused 'host a; host a cut; host a cut' 1:26 "the cable of 'a' is cut already"
refused 'host a; host a crash; host a crash' 1:28 "host 'a' is down already"
refused 'host a; host a crash; process p on a' 1:36 "host 'a' is down"
refused 'host a; host a crash; sysctl a net.ipv4.tcp_retries2' 1:30 "host 'a' is down"
refused 'host g ghost; process p on g' 1:28 "'g' is a ghost"
refused 'host g ghost; host g crash' 1:22 "'g' is a ghost"
refused 'host g ghost; sysctl g net.ipv4.tcp_retries2' 1:22 "'g' is a ghost"
refused 'process p on nowhere' 1:14 "no host 'nowhere'; there are: localhost"
refused 'host a; socket c in a' 1:21 "'a' is a host without a process"
refused 'host a; process p on a; socket c on a' 1:37 "'a' is a host: write one of its processes (p)"
refused 'host a; process p on a; kill a SIGTERM' 1:30 "'a' is a host: write one of its processes (p)"
refused 'host a; process p on a; socket c in p; host a crash; listen c' 1:61 \
	"socket 'c' went with its host a"
refused 'host a; process p on a; host a reboot; socket c in p' 1:52 "process 'p' went with its host a"
refused 'host localhost crash; socket c' 1:23 "process 'main' went with its host localhost"
refused 'host localhost crash; process p' 1:23 "host 'localhost' is down"

exit $((failures != 0))
