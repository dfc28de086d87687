/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calls: the system calls of recipes/close/four-way.lab, one behind the other, on the `lo` of a network namespace of its
 * own. Prints how many nanoseconds they have taken together. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT 8080
#define NS_PER_S 1000000000

static int must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
	return result;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void enter_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	must(unshare(CLONE_NEWUSER | CLONE_NEWNET), "unshare");
	fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	must(ioctl(fd, SIOCSIFFLAGS, &lo), "lo");
	close(fd);
}

int main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int64_t begin;
	int l, c, a;
	char byte;

	enter_network();
	begin = now_ns();
	l = must(socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), "socket");
	must(bind(l, (struct sockaddr *)&at, sizeof(at)), "bind");
	must(listen(l, 128), "listen");
	c = must(socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), "socket");
	must(connect(c, (struct sockaddr *)&at, sizeof(at)), "connect");
	a = must(accept(l, NULL, NULL), "accept");
	must(close(c), "close");
	must((int)recv(a, &byte, 1, 0), "recv");
	must(close(a), "close");
	printf("%lld\n", (long long)(now_ns() - begin));
	return 0;
}
