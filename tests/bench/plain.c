/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plain COMMAND [ARG...]: run a command on a host of the lab's own making, with a wire that is nothing but
 * read() and write(): what the lab is measured against. Ends with the command, and with its exit code. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/text.h"
#include "world/host.h"

/* Become a process of the host, then the command. */
static void run(const struct host *h, char **argv)
{
	int pidfd = (int)syscall(SYS_pidfd_open, h->pid, 0);

	if (pidfd >= 0 && setns(pidfd, CLONE_NEWNET | (h->new_user ? CLONE_NEWUSER : 0)) == 0)
		execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static void carry(int tun, int ended)
{
	static uint8_t packet[65536];
	struct pollfd polled[] = { { tun, POLLIN, 0 }, { ended, POLLIN, 0 } };

	while (!polled[1].revents) {
		ssize_t len = read(tun, packet, sizeof(packet));

		if (len < 0)
			poll(polled, 2, -1);
		else if (write(tun, packet, (size_t)len) < 0)
			perror("write to the TUN");
	}
}

int main(int argc, char **argv)
{
	struct host host;
	struct diag d = { 0 };
	struct text why = TEXT_EMPTY;
	int status = 0;
	pid_t pid;

	if (argc < 2) {
		fprintf(stderr, "usage: plain COMMAND [ARG...]\n");
		return 2;
	}
	if (host_open(&host, 0, "localhost", NULL, 0, NULL, &d) < 0) {
		diag_format(&d, &why);
		fprintf(stderr, "plain: %s\n", text_get(&why));
		return 3;
	}
	pid = fork();
	if (pid == 0)
		run(&host, argv + 1);
	carry(host.tun, (int)syscall(SYS_pidfd_open, pid, 0));
	waitpid(pid, &status, 0);
	host_close(&host);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
