/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load: the programs that give the wire something to do; `flow` runs the same ones on the plain loop and in
 * the lab. All at 127.0.0.1. A rate goes to the file RESULT, so that nothing depends on what a lab prints.
 *   load sink PORT RESULT        take one connection, discard what comes, write bytes per second
 *   load bulk PORT MEGABYTES     connect and send that much
 *   load accept PORT N RESULT    take N connections one after the other, each until its peer closes; then
 *                                write connections per second
 *   load connect PORT N          connect and close, N times one after the other
 *   load idle PORT N             make N connections to itself, and hold them until killed */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 65536
#define NS_PER_S 1000000000

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static struct sockaddr_in address_of(long port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
}

/* A reader of RESULT sees all of it or nothing. */
static int write_result(const char *path, long long result)
{
	char text[32], unfinished[4096];
	int len = snprintf(text, sizeof(text), "%lld\n", result), fd;

	snprintf(unfinished, sizeof(unfinished), "%s.part", path);
	fd = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, text, (size_t)len) != len || close(fd) < 0 ||
		rename(unfinished, path) < 0)
		return fail(path);
	return 0;
}

static int listen_on(long port, int backlog)
{
	struct sockaddr_in at = address_of(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, backlog) < 0)
		return -1;
	return fd;
}

/* The other side may not listen yet: the refusal is what we wait for, not time. */
static int connect_to(long port)
{
	struct sockaddr_in to = address_of(port);

	for (;;) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
			return fd;
		close(fd);
		if (errno != ECONNREFUSED)
			return -1;
	}
}

static int sink(long port, const char *result)
{
	static char buffer[CHUNK];
	int listener = listen_on(port, 1), fd = -1;
	int64_t begin, bytes = 0;
	ssize_t len;

	if (listener < 0 || (fd = accept(listener, NULL, NULL)) < 0)
		return fail("accept");
	begin = now_ns();
	while ((len = read(fd, buffer, sizeof(buffer))) > 0)
		bytes += len;
	if (len < 0)
		return fail("read");
	return write_result(result, bytes * NS_PER_S / (now_ns() - begin));
}

static int bulk(long port, long megabytes)
{
	static const char buffer[CHUNK];
	int fd = connect_to(port);

	if (fd < 0)
		return fail("connect");
	for (int64_t left = (int64_t)megabytes * 1000000; left > 0;) {
		ssize_t len = write(fd, buffer, left < CHUNK ? (size_t)left : CHUNK);

		if (len < 0)
			return fail("write");
		left -= len;
	}
	return 0;
}

static int accept_all(long port, long count, const char *result)
{
	int listener = listen_on(port, SOMAXCONN);
	int64_t begin = 0;
	char byte;

	if (listener < 0)
		return fail("listen");
	for (long i = 0; i < count; i++) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			return fail("accept");
		if (begin == 0)
			begin = now_ns();
		if (read(fd, &byte, 1) < 0)
			return fail("read");
		close(fd);
	}
	return write_result(result, count * NS_PER_S / (now_ns() - begin));
}

static int connect_all(long port, long count)
{
	for (long i = 0; i < count; i++) {
		int fd = connect_to(port);

		if (fd < 0)
			return fail("connect");
		close(fd);
	}
	return 0;
}

static int idle(long port, long count)
{
	struct rlimit limit;
	int listener;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	listener = listen_on(port, SOMAXCONN);
	if (listener < 0)
		return fail("listen");
	for (long i = 0; i < count; i++) {
		if (connect_to(port) < 0)
			return fail("connect");
		if (accept(listener, NULL, NULL) < 0)
			return fail("accept");
	}
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	long port = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
	long count = argc > 3 ? strtol(argv[3], NULL, 10) : 0;

	if (strcmp(what, "sink") == 0 && argc == 4)
		return sink(port, argv[3]);
	if (strcmp(what, "bulk") == 0 && argc == 4)
		return bulk(port, count);
	if (strcmp(what, "accept") == 0 && argc == 5)
		return accept_all(port, count, argv[4]);
	if (strcmp(what, "connect") == 0 && argc == 4)
		return connect_all(port, count);
	if (strcmp(what, "idle") == 0 && argc == 4)
		return idle(port, count);
	fprintf(stderr, "usage: load sink|bulk|accept|connect|idle PORT ...\n");
	return 2;
}
