/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session at the prompt: the whole program on a pseudo-terminal, with a home of its own. */
#ifndef TESTS_KERNEL_SESSION_H
#define TESTS_KERNEL_SESSION_H

#include "files.h"
#include "gone.h"
#include "pty.h"

#define PROMPT "tcplab> "

struct session {
	char home[200]; /* temporary; HOME and XDG_STATE_HOME */
	struct pty pty;
};

static inline void start_on(struct session *s, const char *term, bool controlling)
{
	char *argv[] = { text_copy(lab_path()), NULL };

	pty_open(&s->pty, argv, term, controlling);
	free(argv[0]);
	pty_await_typed(&s->pty, "");
}

static inline void start(struct session *s, const char *term)
{
	start_on(s, term, true);
}

static inline int set_up_home(void **state)
{
	struct session *s = memory_new(sizeof(*s));
	const char *folder = getenv("TMPDIR");

	s->pty.fd = s->pty.pid = -1;
	snprintf(s->home, sizeof(s->home), "%s/home-XXXXXX", folder ? folder : "/tmp");
	if (!mkdtemp(s->home))
		return -1;
	setenv("HOME", s->home, 1);
	setenv("XDG_STATE_HOME", s->home, 1);
	*state = s;
	return 0;
}

static inline int set_up(void **state)
{
	if (set_up_home(state) < 0)
		return -1;
	start(*state, "xterm");
	return 0;
}

static inline int tear_down(void **state)
{
	struct session *s = *state;

	pty_kill(&s->pty);
	remove_tree(s->home);
	free(s);
	return 0;
}

/* The newest child of a process, which need not have the highest number; 0 = none. */
static inline pid_t newest_child(pid_t parent)
{
	pid_t children[64];
	size_t count = gone_children(parent, children, 64);

	return count ? children[count - 1] : 0;
}

/* Make something happen in the lab that no command asked for: its newest process dies. */
static inline void kill_newest_process(const struct session *s)
{
	pid_t host = newest_child(s->pty.pid);
	pid_t process = newest_child(host);

	assert_true(host > 0 && process > 0);
	assert_int_equal(kill(process, SIGKILL), 0);
}

/* Type a line and wait for the prompt after it. */
static inline void run(struct session *s, const char *line)
{
	pty_type(&s->pty, line);
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, line, NULL);
	pty_await_typed(&s->pty, "");
}

/* The lab is alive and the prompt whole: a fresh line runs and prints `word` + "!". */
static inline void assert_runs(struct session *s, const char *word)
{
	char line[100], printed[100];

	snprintf(line, sizeof(line), "say \"%s\\x21\"", word);
	snprintf(printed, sizeof(printed), "%s!", word);
	run(s, line);
	pty_await_lines(&s->pty, 1, printed, NULL);
}

static inline void finish_with_ctrl_d(struct session *s)
{
	int status;

	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "\004");
	status = pty_wait(&s->pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	pty_close(&s->pty);
}

static inline void listen_in_main(struct session *s)
{
	run(s, "socket l");
	run(s, "bind l 127.0.0.1:80");
	run(s, "listen l");
}

/* Make every session alike. False (and why is said) when no lab can run here. */
static inline bool session_possible(void)
{
	char command[4200];

	setenv("INPUTRC", "/dev/null", 1); /* the keys are the built-in ones */
	unsetenv("NO_COLOR");
	setenv("LC_ALL", "C.UTF-8", 1);
	snprintf(command, sizeof(command), "'%s' doctor >/dev/null 2>&1", lab_path());
	if (system(command) == 0)
		return true;
	printf("skipped: '%s doctor' says that no lab can run here\n", lab_path());
	return false;
}

#endif
