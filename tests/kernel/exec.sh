#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Real programs on the wire: output, input, end, whose sockets; nc, curl and a C client where they are there.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

# run CODE SCRIPT [OPTION...]: what it prints goes to $work/out.
run()
{
	local expected=$1 code
	what=$2
	timeout 40 "$tcplab" "${@:3}" -c "$2" >"$work/out" 2>&1 </dev/null
	code=$?
	((code == expected)) || wrong "exit code $code instead of $expected"
}

wrong()
{
	printf 'FAILED: %s\n  %s\n' "$what" "$1" >&2
	tail -n 50 "$work/out" | sed 's/^/  | /' >&2
	failures=$((failures + 1))
}

# told REGEX...: each is found, in this order.
told()
{
	local line
	while IFS= read -r line; do
		(($#)) || break
		[[ ! $line =~ $1 ]] || shift
	done <"$work/out"
	(($# == 0)) || wrong "not told, in its place: $1"
}

# ---- output, input, end ----

run 0 'exec p sh -c "echo one; echo two >&2; exit 3"; expect p exited 3 within 5s'
told 'p +\| one' 'p +\| two' 'p +exited with 3'
run 0 'exec p cat; type p "hello\n"; type p eof; expect p exited 0 within 5s'
told 'p +\| hello'
run 0 'exec p cat; expect p running; kill p; expect p killed by SIGTERM within 5s'
run 0 'exec p printf "\\033[31m\\200\\n"; expect p exited 0 within 5s'
told 'p +\| \\x1b\[31m\\x80'
run 0 'exec p /no/such/program => ENOENT; expect p exited 127'
run 2 'exec p ~/client'
told "'~' is not replaced by your folder here"
run 0 'exec p echo "~/client"; expect p exited 0 within 5s'
told 'p +\| ~/client'
run 2 'exec p cat; socket c in p'
told "'p' is a program and makes its own calls"
printf 'exec p cat\n' >"$work/recipe.lab"
timeout 40 "$tcplab" -f "$work/recipe.lab" >"$work/out" 2>&1 </dev/null
what='exec in a recipe'
told 'may not run programs unless .* --allow-exec'
timeout 40 "$tcplab" --allow-exec -f "$work/recipe.lab" >"$work/out" 2>&1 </dev/null || wrong "exit code $?"

# ---- what it sleeps in ----

run 0 'exec p cat; expect p blocked; expect p blocked read; type p eof; expect p exited 0 within 5s'
run 1 'exec p cat; expect p blocked connect within 50ms'
told 'expected +p blocked connect' 'seen +p blocked in read'
run 0 'hold syn/ack; socket l; bind l :80; listen l; exec p bash -c "exec 3<>/dev/tcp/127.0.0.1/80"; expect p blocked connect within 5s'

# ---- programs that are no help: writing without end, ending while nobody waits, going to the background ----

run 0 'exec p yes; kill p; expect p killed SIGTERM within 5s'
run 0 'exec p sleep 0.1; until p exited 0 within 5s { }'
run 0 'exec p sh -c "(sleep 0.1; echo late) &"; expect p exited 0; exec q sleep 0.3; expect q exited 0 within 5s'
told 'p +exited with 0' 'p +\| late'

# ---- a C client whose first SYN is lost ----

cat >"$work/client.c" <<'CLIENT'
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7777) };
	char buffer[64];
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ssize_t len;

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		perror("connect");
		return 1;
	}
	if (write(fd, "hello from C", 12) != 12)
		return 1;
	len = read(fd, buffer, sizeof(buffer));
	if (len > 0)
		printf("got %.*s\n", (int)len, buffer);
	return len > 0 ? 0 : 1;
}
CLIENT
if cc -o "$work/client" "$work/client.c" 2>"$work/out"; then
	chmod -R go+rX "$work"
	run 0 "socket l; bind l :7777; listen l; drop syn; exec c $work/client; accept l a;
		recv a => \"hello from C\"; send a \"hello back\"; expect c exited 0 within 5s; recv a => 0; close a"
	told 'c/3 +is descriptor 3 of c' 'again: #1'
	told 'SYN-SENT' '#1 .*SYN seq 0' '#1 +dropped' 'again: #1' \
		'c/3 +SYN-SENT -> ESTABLISHED' 'c/3 +ESTABLISHED -> FIN-WAIT-1'
	told 'c +\| got hello back'
fi

# ---- a C program that connects to itself: one socket, no server anywhere ----

cat >"$work/itself.c" <<'ITSELF'
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(6666) };
	char buffer[64];
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ssize_t len;

	inet_pton(AF_INET, "127.0.0.1", &here.sin_addr);
	if (bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0 ||
		connect(fd, (struct sockaddr *)&here, sizeof(here)) < 0) {
		perror("bind, connect");
		return 1;
	}
	if (write(fd, "hello, me", 9) != 9)
		return 1;
	len = read(fd, buffer, sizeof(buffer));
	if (len > 0)
		printf("I said %.*s\n", (int)len, buffer);
	return len > 0 ? 0 : 1;
}
ITSELF
if cc -o "$work/itself" "$work/itself.c" 2>"$work/out"; then
	chmod -R go+rX "$work"
	run 0 "hold; exec i $work/itself; expect i/3 SYN-SENT; step; expect i/3 SYN-RECEIVED; step;
		expect i/3 ESTABLISHED; release; expect i exited 0 within 5s"
	told 'SYN-SENT -> SYN-RECEIVED' 'SYN-RECEIVED -> ESTABLISHED' '"hello, me"' 'I said hello, me'
fi

# ---- nc that connects to itself, step by step ----

if command -v nc >/dev/null; then
	run 0 'hold; exec n nc -p 6666 127.0.0.1 6666; expect n/3 SYN-SENT; step; expect n/3 SYN-RECEIVED;
		step; expect n/3 ESTABLISHED; release; type n "echo\n";
		expect n/3 path SYN-SENT > SYN-RECEIVED > ESTABLISHED; kill n; expect n killed SIGTERM'
	told 'n/3 +SYN-SENT -> SYN-RECEIVED' 'n +\| echo'
	run 0 'exec s sh -c "nc -l 127.0.0.1 8080 || nc -l -p 8080"; expect count LISTEN 1 within 5s;
		socket c; connect c 127.0.0.1:8080; send c "to nc\n"; close c; expect s exited 0 within 5s'
	told 's +\| to nc'
fi

# ---- curl and an HTTP server ----

if command -v curl >/dev/null && command -v python3 >/dev/null; then
	run 0 'exec web python3 -u -m http.server 8000 --bind 127.0.0.1; expect count LISTEN 1 within 10s;
		drop syn; exec get curl -s -o /dev/null http://127.0.0.1:8000/; expect get exited 0 within 10s'
	told 'web +\| Serving HTTP' 'LISTEN' '#1 .*SYN seq 0' '#1 +dropped' 'again: #1' 'ESTABLISHED' 'web +\| .*GET / '
fi
exit $((failures > 0))
