/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/rescue.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct {
	volatile sig_atomic_t pid; /* whose terminal it is; 0 = there is nothing to put right */
	int fd;
	struct termios mode;
	char leave[128];
} the;

void rescue_terminal(void)
{
	if (the.pid == 0 || the.pid != getpid())
		return;
	if (write(the.fd, the.leave, strlen(the.leave)) < 0) {
		/* there is nothing to be done */
	}
	tcsetattr(the.fd, TCSANOW, &the.mode);
	the.pid = 0;
}

static void on_crash(int number)
{
	rescue_terminal();
	raise(number);
}

void rescue_prepare(int fd, const struct termios *mode, const char *leave)
{
	const struct sigaction action = { .sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND };
	struct sigaction old;
	static const int fatal[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

	the.pid = 0;
	the.fd = fd;
	the.mode = *mode;
	snprintf(the.leave, sizeof(the.leave), "%s", leave);
	the.pid = getpid();
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		/* a sanitizer has handlers of its own, which tell more */
		if (sigaction(fatal[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			sigaction(fatal[i], &action, NULL);
	}
}

void rescue_forget(void)
{
	the.pid = 0;
}
