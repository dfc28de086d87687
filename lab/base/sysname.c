/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sysname.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>

#define ERRNO_MOST 4095 /* MAX_ERRNO of include/linux/err.h */

/* "SIGPIPE" and so on: glibc has the abbreviations only, and answers must outlive the call. */
static const char *const signal_names[] = {
#define SIGNAL(name) [name] = #name
	SIGNAL(SIGHUP),
	SIGNAL(SIGINT),
	SIGNAL(SIGQUIT),
	SIGNAL(SIGILL),
	SIGNAL(SIGTRAP),
	SIGNAL(SIGABRT),
	SIGNAL(SIGBUS),
	SIGNAL(SIGFPE),
	SIGNAL(SIGKILL),
	SIGNAL(SIGUSR1),
	SIGNAL(SIGSEGV),
	SIGNAL(SIGUSR2),
	SIGNAL(SIGPIPE),
	SIGNAL(SIGALRM),
	SIGNAL(SIGTERM),
	SIGNAL(SIGCHLD),
	SIGNAL(SIGCONT),
	SIGNAL(SIGSTOP),
	SIGNAL(SIGTSTP),
	SIGNAL(SIGTTIN),
	SIGNAL(SIGTTOU),
	SIGNAL(SIGURG),
	SIGNAL(SIGXCPU),
	SIGNAL(SIGXFSZ),
	SIGNAL(SIGVTALRM),
	SIGNAL(SIGPROF),
	SIGNAL(SIGWINCH),
	SIGNAL(SIGIO),
	SIGNAL(SIGPWR),
	SIGNAL(SIGSYS),
#undef SIGNAL
};
#define SIGNAL_COUNT ((int)(sizeof(signal_names) / sizeof(signal_names[0])))

static const struct {
	long number;
	const char *name;
} syscall_names[] = {
#define SYSCALL(name)                                                                              \
	{                                                                                          \
		SYS_##name, #name                                                                  \
	}
	SYSCALL(accept),
	SYSCALL(accept4),
	SYSCALL(clock_nanosleep),
	SYSCALL(close),
	SYSCALL(connect),
	SYSCALL(epoll_pwait),
	SYSCALL(epoll_pwait2),
	SYSCALL(flock),
	SYSCALL(futex),
	SYSCALL(io_uring_enter),
	SYSCALL(nanosleep),
	SYSCALL(ppoll),
	SYSCALL(pselect6),
	SYSCALL(read),
	SYSCALL(readv),
	SYSCALL(recvfrom),
	SYSCALL(recvmmsg),
	SYSCALL(recvmsg),
	SYSCALL(restart_syscall),
	SYSCALL(rt_sigsuspend),
	SYSCALL(rt_sigtimedwait),
	SYSCALL(sendfile),
	SYSCALL(sendmmsg),
	SYSCALL(sendmsg),
	SYSCALL(sendto),
	SYSCALL(splice),
	SYSCALL(wait4),
	SYSCALL(waitid),
	SYSCALL(write),
	SYSCALL(writev),
#ifdef SYS_poll /* younger kinds of machines have only what took their place */
	SYSCALL(epoll_wait),
	SYSCALL(pause),
	SYSCALL(poll),
	SYSCALL(select),
#endif
#undef SYSCALL
};

const char *errno_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "E?";
}

int errno_parse(const char *name)
{
	if (name[0] != 'E')
		return 0;
	for (int e = 1; e <= ERRNO_MOST; e++) {
		const char *known = strerrorname_np(e);

		if (known && strcmp(known, name) == 0)
			return e;
	}
	return strcmp(name, "EWOULDBLOCK") == 0 ? errno_parse("EAGAIN") : 0;
}

const char *signal_name(int signal)
{
	const char *name = signal > 0 && signal < SIGNAL_COUNT ? signal_names[signal] : NULL;

	return name ? name : "SIG?";
}

int signal_parse(const char *name)
{
	char *end;
	long number = strtol(name, &end, 10);

	if (end != name)
		return *end == '\0' && number > 0 && number < SIGNAL_COUNT ? (int)number : 0;
	for (int s = 1; s < SIGNAL_COUNT; s++) {
		if (signal_names[s] &&
			(strcasecmp(signal_names[s], name) == 0 ||
				strcasecmp(signal_names[s] + 3, name) == 0))
			return s;
	}
	return 0;
}

const char *syscall_name(long number)
{
	for (size_t i = 0; i < sizeof(syscall_names) / sizeof(syscall_names[0]); i++) {
		if (syscall_names[i].number == number)
			return syscall_names[i].name;
	}
	return NULL;
}
