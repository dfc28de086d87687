/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sysname.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
