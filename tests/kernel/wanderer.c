/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wanderer: a program with a UDP socket, descriptor 3, that does as it is told, a letter at a time, on its standard input; by
 * another, descriptor 4, it says to 127.0.0.1:5301 that it has done it.
 *   c  connect to 127.0.0.1:5302, which binds it too    u  connect to AF_UNSPEC, which undoes both
 *   b  bind to port 5300                                a  answer the next datagram
 *   x  close it */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address_of(in_addr_t host, in_port_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(host) } };
}

static int answer(int fd)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char byte;

	if (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &len) < 0)
		return -1;
	return sendto(fd, "answer", 6, 0, (struct sockaddr *)&from, len) == 6 ? 0 : -1;
}

static int act(int fd, char letter)
{
	struct sockaddr_in friend = address_of(INADDR_LOOPBACK, 5302),
			   here = address_of(INADDR_ANY, 5300);
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	switch (letter) {
	case 'c':
		return connect(fd, (struct sockaddr *)&friend, sizeof(friend));
	case 'u':
		return connect(fd, &none, sizeof(none));
	case 'b':
		return bind(fd, (struct sockaddr *)&here, sizeof(here));
	case 'a':
		return answer(fd);
	case 'x':
		return close(fd);
	default:
		return -1;
	}
}

int main(void)
{
	struct sockaddr_in teller = address_of(INADDR_LOOPBACK, 5301);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), voice = socket(AF_INET, SOCK_DGRAM, 0);
	char letter;

	if (fd != 3 || connect(voice, (struct sockaddr *)&teller, sizeof(teller)) < 0)
		return 1;
	while (read(STDIN_FILENO, &letter, 1) == 1) {
		if (act(fd, letter) < 0 || send(voice, &letter, 1, 0) != 1)
			return 1;
	}
	return 0;
}
