#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What `ss` and `show` say is what the kernel says: of ss(8), run on the same host, and of getsockopt(); which sockets
# `ss` lists to which words; what of each kind of socket is shown, and that it fits 80 and 100 columns.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

# play COMMANDS: what the last of them answers goes to $work/out, all to $work/all.
play()
{
	what=$1
	timeout -s KILL 30 "$tcplab" -c "$1" >"$work/all" 2>"$work/err" </dev/null ||
		wrong "exit code $?"
	awk -v line="> ${1##*; }" 'begun; $0 == line { begun = 1 }' "$work/all" >"$work/out"
}

# has REGEX...: the answer has a line for each. lacks REGEX: it has none.
has()
{
	local regex
	for regex; do
		grep -qE -- "$regex" "$work/out" || wrong "no line has: $regex"
	done
}

lacks()
{
	! grep -E -- "$1" "$work/out" >/dev/null || wrong "a line has: $1"
}

# lists NAME...: the answer of `ss` has rows of these, in this order, and of no others.
lists()
{
	local names
	names=$(sed '/^SOCKET/d; /^ /d; s/ .*//' "$work/out" | tr '\n' ' ')
	[[ $names == "$*${1:+ }" ]] || wrong "rows of: $names"
}

pair='socket l; bind l :80; listen l 16; socket c; set c TCP_CONGESTION reno; connect c :80;'

# Against ss(8): the number behind NAME: in its line, and that of the field. A time is in ms there, with or without
# digits behind the point.
if command -v ss >/dev/null; then
	play "$pair accept l a; send c 5000; expect c unacked 0; exec k ss -tinmeoOH dport = :80; wait; show c"
	grep -E '^ *[0-9.]+ k +\| ESTAB' "$work/all" >"$work/ss"
	[[ -s $work/ss ]] || wrong 'ss(8) tells nothing'
	while read -r theirs ours; do
		grep -qE "[ (,]$theirs" "$work/ss" || continue # an older ss(8), or it is 0 and left out
		said=$(sed -E "s/.*[ (,]$theirs([0-9.a-f]+).*/\1/" "$work/ss")
		shown=$(awk -v name="$ours" '/^  [^ ]/ && $1 == name { print $2 }' "$work/out")
		# what is printed with fewer digits there, is rounded
		awk -v a="$said" -v b="${shown#0x}" \
			'BEGIN { exit !(a == b || (a + 0 > 0 && (a - b) ^ 2 <= (0.01 * b) ^ 2)) }' ||
			wrong "$ours is '$shown', of ss(8) $theirs$said"
		compared=$((${compared:-0} + 1))
	done <<-'end'
		ino: inode
		sk: cookie
		rb rcvbuf
		tb sndbuf
		rto: rto
		rtt: rtt
		mss: snd_mss
		pmtu: pmtu
		rcvmss: rcv_mss
		advmss: advmss
		cwnd: cwnd
		bytes_sent: bytes_sent
		bytes_acked: bytes_acked
		segs_out: segs_out
		segs_in: segs_in
		data_segs_out: data_segs_out
		delivered: delivered
		rcv_space: rcv_space
		rcv_ssthresh: rcv_ssthresh
		minrtt: min_rtt
		snd_wnd: snd_wnd
	end
	((${compared:-0} >= 15)) || wrong "only ${compared:-0} fields compared with ss(8)"
	has '^  congestion +reno ' '^  agreed +timestamps sack wscale'
fi
play "$pair show c cwnd rto agreed"
has '^  cwnd +10 segments +segments that it may' '^  rto +[0-9]+ ms +no ACK' '^  agreed +timestamps sack wscale'
play "sysctl net.ipv4.tcp_timestamps 0; sysctl net.ipv4.tcp_ecn 1; $pair show c agreed"
has '^  agreed +sack wscale ecn$'

# what of which socket: all there is, the little there is, or why there is nothing
play "$pair show l"
has '^  accept_queue +1 ' '^  backlog +16 ' '^  rcvbuf ' '^ +accept queue 1 of 16; CLOSED -> LISTEN .* <- main: listen$'
lacks '^  cwnd|^  sendq|cwnd 10'
play 'socket l; bind l :80; listen l; hold syn/ack; socket c; connect c :80 &; expect l/1 SYN-RECEIVED; show l/1'
has 'nobody: not accepted yet$' '^  timer +retransmission' 'request mini-socket'
lacks '^  cwnd|cwnd 10'
play "$pair accept l a; close c; expect a CLOSE-WAIT; close a; expect c TIME-WAIT; show c"
has 'nobody: time-wait$' '^  timer +time-wait ' '^  timer_left +[56][0-9]\.' 'time-wait mini-socket' \
	'^  ESTABLISHED -> FIN-WAIT-1 .* ago <- main: close$'
play "$pair accept l a; hold; close c; show c"
has '^c +FIN-WAIT-1 .* nobody: orphan$' '^  cwnd ' '^  closed_ways +receive send '
play 'socket c; show c'
has '^c +CLOSED ' '^  cwnd +10 segments' '^  rto +1\.000 s'
grep -q 'getsockopt(3, IPPROTO_TCP, TCP_INFO) = 0' "$work/all" || wrong 'its process was not asked'
play 'socket c; close c; show c'
has 'nobody has a descriptor'
play 'socket u udp; show u'
has 'not bound to a port'
play 'socket u udp; bind u :53; sendto u "x" :53; show u'
has '^  recvq +[1-9]' '^u +UDP +[1-9]' '^UDP has no connection'
lacks '^  timer_left|^  cwnd'
play 'process p; socket c in p; socket l; bind l :80; listen l; accept l a &; show l'
has '^  accept_queue'
play "$pair accept l a; fork main kid; show c"
has '^Also held by kid [0-9]+ fd '
play 'host bob; process p on bob; socket s in p; bind s :80; listen s; host bob crash; show s'
has 'lost power'

# what a mini-socket does not know, it does not tell: the kernel writes 0 for the user who made it
play 'socket l; bind l :80; listen l; hold syn/ack; socket c; connect c :80 &; expect l/1 SYN-RECEIVED; show l/1'
lacks '^  uid '
play "$pair accept l a; close c; expect a CLOSE-WAIT; close a; expect c TIME-WAIT; show c"
lacks '^  uid '
play "$pair show c"
has "^  uid +$(id -u) "
play 'socket u udp; bind u :53; show u'
has "^  uid +$(id -u) "

# What the sentences say of the kernel. SIOCINQ leaves out the FIN that recvq counts, SIOCOUTQ the SYN of sendq.
play "$pair accept l a; close c; expect a CLOSE-WAIT; expect a recvq 1; ioctl a SIOCINQ => 0; help recvq"
has 'SIOCINQ does not count'
play 'socket l; bind l :80; listen l; hold; socket c; nonblock c on; connect c :80 => EINPROGRESS; expect c sendq 1; ioctl c SIOCOUTQ => 0; help sendq'
has 'SIOCOUTQ tells 0'
# a SYN/ACK waits on the retransmission timer
play 'help timer'
lacks 'SYN/ACK'
# A row of timeouts is counted when it begins, not when it ends (Linux 6.7). The first four of a SYN are a second apart
# (6.5): backoff counts none of them.
play "$pair show c rto_recoveries"
if ! grep -q 'does not tell' "$work/out"; then
	play "$pair accept l a; drop data always; send c 1; expect c retransmits 2; expect c rto_recoveries 1; help rto_recoveries"
	has 'when it begins'
fi
if [[ -e /proc/sys/net/ipv4/tcp_syn_linear_timeouts ]]; then
	play 'socket c; drop syn always; connect c :80 &; expect c retransmits 1; expect c backoff 0; expect c rto 1s; help rto'
	has 'tcp_syn_linear_timeouts'
fi

# which rows
net="host bob; process p on bob; socket l in p; bind l :80; listen l; socket c; connect c bob:80; accept l a; \
socket d; connect d bob:80; socket u udp; bind u :53;"
play "$net ss"
lists c d u l a l/2
play "$net ss bob"
lists l a l/2
play "$net ss l"
lists l l/2
play "$net ss p LISTEN"
lists l
play "$net ss ESTABLISHED"
lists c d a l/2
play "$net ss c a"
lists c a
play "$net ss udp"
lists u
play "$net ss TIME-WAIT"
has '^no such socket now$'
play "$pair repeat 12 { socket x; connect x :80; close x; expect x FIN-WAIT-2 }; ss"
has '^27 sockets: 2 ESTABLISHED, 12 FIN-WAIT-2, 12 CLOSE-WAIT, 1 LISTEN$' '^x .* nobody: (orphan|time-wait)$'
# two listeners share an address, and an exact look-up finds one of them; one bound to a device is found as any other
play 'socket a; set a SO_REUSEPORT 1; bind a :80; listen a 3; socket b; set b SO_REUSEPORT 1; bind b :80; listen b 7; ss'
lists a b
has '^a +LISTEN +0 +3 ' '^b +LISTEN +0 +7 '
play 'socket a; set a SO_REUSEPORT 1; bind a :80; listen a 3; socket b; set b SO_REUSEPORT 1; bind b :80; listen b 7; show a backlog'
has '^  backlog +3 '
play 'socket a; set a SO_REUSEPORT 1; bind a :80; listen a 3; socket b; set b SO_REUSEPORT 1; bind b :80; listen b 7; show b backlog'
has '^  backlog +7 '
play 'socket l; bind l :80; listen l; socket c; set c SO_BINDTODEVICE "wire0"; connect c :80; ss c'
has '^c +ESTABLISHED '
play 'socket l; bind l :80; listen l; socket c; set c SO_BINDTODEVICE "wire0"; connect c :80; show c interface cwnd'
has '^  interface +[1-9]' '^  cwnd +'

# 100 columns in a pipe; on a terminal what that has
if awk 'length($0) > 100' "$work/out" | grep .; then
	wrong 'a line of more than 100 columns'
fi
play "$pair show c"
if awk 'length($0) > 80' "$work/out" | sed 1,3d | grep .; then
	wrong 'a line of more than 80 columns'
fi
exit $((failures > 0))
