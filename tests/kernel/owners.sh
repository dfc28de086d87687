#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Programs whose sockets go from hand to hand, by fork(), close() and exit(), and that connect a socket again: whose a socket
# is, and whose doing.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

cat >"$work/program.c" <<'PROGRAM'
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct sockaddr_in *here(void)
{
	static struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_port = htons(7000);
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	return &address;
}

static int try_to_connect(int fd)
{
	return connect(fd, (const struct sockaddr *)here(), sizeof(*here()));
}

/* The same socket is refused three times. */
static int again(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	for (int i = 0; i < 3; i++) {
		if (try_to_connect(fd) == 0)
			return 1;
		usleep(200 * 1000);
	}
	return 0;
}

/* Say who has it, as ps(1) does outside, and keep it until the other side is at the end. */
static void serve(int fd)
{
	char pid[32], rest;
	ssize_t len = readlink("/proc/self", pid, sizeof(pid));

	if (len <= 0 || write(fd, pid, (size_t)len) != len)
		_exit(1);
	while (read(fd, &rest, 1) > 0)
		;
	close(fd);
}

static int listener(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)here(), sizeof(*here())) < 0 || listen(fd, 5) < 0)
		perror("bind, listen");
	return fd;
}

/* Until its parent has closed what it has inherited. */
static void await_parent(const int tube[2])
{
	char none;

	close(tube[1]);
	if (read(tube[0], &none, 1) != 0)
		_exit(1);
	close(tube[0]);
}

/* A child for each connection, which has it as descriptor 0 if it shall move. */
static void forking(int move)
{
	int l = listener();

	for (;;) {
		int fd = accept(l, NULL, NULL), tube[2];

		if (fd < 0 || pipe(tube) < 0)
			return;
		if (fork() == 0) {
			close(l);
			await_parent(tube);
			if (move) {
				dup2(fd, 0);
				close(fd);
			}
			serve(move ? 0 : fd);
			_exit(0);
		}
		close(fd);
		close(tube[0]);
		close(tube[1]);
	}
}

/* Two children that accept; the parent has nothing. */
static void forked(void)
{
	int l = listener(), tube[2];

	if (pipe(tube) < 0)
		return;
	for (int i = 0; i < 2; i++) {
		if (fork())
			continue;
		await_parent(tube);
		for (;;)
			serve(accept(l, NULL, NULL));
	}
	close(l);
	close(tube[0]);
	close(tube[1]);
	pause();
}

/* Leaves a child behind, that has a UDP socket, and connects when it is told to. */
static int leave(const char *port)
{
	struct sockaddr_in address = *here();
	int fd = socket(AF_INET, SOCK_DGRAM, 0), c;
	char none;

	address.sin_port = htons(atoi(port));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
		recv(fd, &none, 1, 0) != 1)
		return 1;
	if (fork())
		return 0;
	if (recv(fd, &none, 1, 0) != 1)
		return 1;
	c = socket(AF_INET, SOCK_STREAM, 0);
	if (try_to_connect(c) < 0)
		return 1;
	serve(c);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return leave(argv[2]);
	if (argc != 2)
		return 2;
	if (strcmp(argv[1], "again") == 0)
		return again();
	if (strcmp(argv[1], "forked") == 0)
		forked();
	forking(strcmp(argv[1], "moving") == 0);
	return 1;
}
PROGRAM
if ! cc -o "$work/program" "$work/program.c" 2>"$work/err"; then
	echo 'skipped: there is no C compiler' >&2
	exit 77
fi
chmod -R go+rX "$work"

# pid_of SOCKET NTH: whom the process told that sent to SOCKET, the NTH time that something was received from it.
pid_of()
{
	sed -nE '/^> recv '"$1"'$/,/^>/s/.* = [0-9]+ "([0-9]+)".*/\1/p' "$work/out" | sed -n "${2-1}p"
}

# owners NAME NTH: "PID fd N" as the NTH `ss` tells them of the sockets of that name.
owners()
{
	awk -v name="$1" -v nth="$2" '/^SOCKET /{ n++ } n == nth && $1 == name' "$work/out" |
		sed -E 's/.* (s|nobody:) //'
}

same()
{
	[[ $1 == "$2" ]] || wrong "'$1' and not '$2'"
}

# ---- a socket that is connected again: the program's doing each time ----

run 0 -c "exec r $work/program again; expect r exited 0 within 9s"
lacks out 'does not report'
same "$(grep -cE ' r/3 +(CLOSED -> )?SYN-SENT +<- r$' "$work/out")" 3
same "$(grep -cE ' #[0-9]+ +r/3 > .* SYN seq .*<- r$' "$work/out")" 3

# ---- the child has it, and the parent does not ----

for how in staying:4 moving:0; do
	cat >"$work/forking.lab" <<-RECIPE
		exec s $work/program ${how%:*}
		expect s/3 LISTEN within 9s
		socket k
		connect k 127.0.0.1:7000
		recv k
		ss
		close k
	RECIPE
	run 0 --allow-exec -f "$work/forking.lab"
	same "$(owners s/3 1)" "$(sed -nE 's/.* s +runs on localhost as PID ([0-9]+)$/\1/p' "$work/out") fd 3"
	same "$(awk '$1 ~ "^s/[^3]" && $2 == "ESTABLISHED"' "$work/out" | sed 's/.* s //')" "$(pid_of k) fd ${how#*:}"
done

# ---- two children that accept; the parent dies, and they go on ----

cat >"$work/forked.lab" <<RECIPE
exec s $work/program forked
expect s/3 LISTEN within 9s
socket k
connect k 127.0.0.1:7000
recv k
socket m
connect m 127.0.0.1:7000
recv m
ss
kill s KILL
expect s killed SIGKILL
ss
close k
expect k TIME-WAIT within 9s
socket n
connect n 127.0.0.1:7000
recv n
ss
host localhost crash
RECIPE
run 0 --allow-exec -f "$work/forked.lab"
k=$(pid_of k) m=$(pid_of m)
[[ $k && $m && $k != "$m" ]] || wrong "not two processes: '$k', '$m'"
for n in 1 2; do
	same "$(owners s/4 $n)" "$k fd 4"$'\n'"$m fd 4"
done
for n in 1 2 3; do
	[[ $(owners s/3 $n) == @($k|$m)" fd 3" ]] || wrong "the listener: '$(owners s/3 $n)'"
done
same "$(pid_of n)" "$k"
same "$(owners s/4 3 | sort)" "$(printf '%s\n' "$k fd 4" "$m fd 4" | sort)"
has out ' s/3 +LISTEN -> CLOSED +<- localhost: power cut$'
lacks out 'nobody: (orphan|not accepted yet)'
lacks out 'does not report'

# ---- two programs that have left a child behind: what one of these opens is not the other program's ----

cat >"$work/left.lab" <<RECIPE
socket l
bind l :7000
listen l
socket u udp
exec p $work/program leave 5301
exec s $work/program leave 5302
expect p blocked recvfrom within 9s
expect s blocked recvfrom within 9s
sendto u "f" :5301
sendto u "f" :5302
expect p exited 0 within 9s
expect s exited 0 within 9s
sendto u "c" :5302
accept l a
recv a
ss
RECIPE
run 0 --allow-exec -f "$work/left.lab"
same "$(owners s/4 1)" "$(pid_of a) fd 4"
has out ' #[0-9]+ +s/4 > l +SYN .*<- s$'
lacks out ' p/4 '

((failures == 0))
