/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGKILL at random moments: to main, to the first process of a host, to a process that may be in the middle of a
 * call, to a watcher. Nothing stays behind; who is left tells what has happened, and goes on where it can.
 *
 * Short form: ROUNDS_SHORT; TCPLAB_KILLS=200: so many. The moments come from a seed, which is told; TCPLAB_SEED=N
 * takes the same again. */
#include <pty.h>
#include <sys/stat.h>

#include "base/random.h"
#include "gone.h"
#include "program.h"
#include "temporary.h"

#define ROUNDS_SHORT 20
#define MOMENT_MOST_NS (60 * NS_PER_MS) /* the story takes about as long */

/* Two hosts, always somebody in a call, connections come and go. */
static const char story[] = "host bob\n"
			    "process server on bob\n"
			    "process waiter on bob\n"
			    "process client\n"
			    "socket l in server\n"
			    "bind l :80\n"
			    "listen l\n"
			    "socket w in waiter\n"
			    "bind w :81\n"
			    "listen w\n"
			    "accept w never &\n"
			    "repeat 12 {\n"
			    "	socket c in client\n"
			    "	connect c bob:80\n"
			    "	accept l a\n"
			    "	send c \"hello\" => 5\n"
			    "	recv a => \"hello\"\n"
			    "	close c\n"
			    "	close a\n"
			    "}\n"
			    "say \"the end\"\n";

enum victim {
	VICTIM_MAIN,
	VICTIM_HOST,
	VICTIM_PROCESS,
	VICTIM_WATCHER,
	VICTIM_COUNT,
};
static const char *const victim_names[] = { "main", "a host", "a process", "a watcher" };

struct scene {
	char folder[TEMPORARY_MAX];
	uint64_t random;
	int terminal, far_end; /* the lab's standard input: who has a terminal can be watched */
	struct program program;
	pid_t watcher;
	int screen; /* its terminal */
};

/* No event: the deadline is the moment. What the lab prints meanwhile is taken. */
static void let_pass(struct program *p, uint64_t duration_ns)
{
	uint64_t until_ns = clock_now_ns() + duration_ns, now;

	while ((now = clock_now_ns()) < until_ns && p->out >= 0) {
		const struct timespec rest = { .tv_nsec = (long)(until_ns - now) };
		struct pollfd polled[] = { { .fd = p->out, .events = POLLIN },
			{ .fd = p->err, .events = POLLIN } };

		if (ppoll(polled, 2, &rest, NULL) <= 0)
			return;
		if (polled[0].revents)
			program_take(&p->out, &p->output);
		if (polled[1].revents)
			program_take(&p->err, &p->errors);
	}
}

static uint64_t pick(struct scene *s, uint64_t below)
{
	return random_next(&s->random) % below;
}

/* One of the children; 0 = there is none (any more). */
static pid_t pick_child(struct scene *s, pid_t parent)
{
	pid_t children[16];
	size_t count = gone_children(parent, children, 16);

	return count ? children[pick(s, count)] : 0;
}

static pid_t find_victim(struct scene *s, enum victim victim)
{
	pid_t host;

	if (victim == VICTIM_MAIN)
		return s->program.pid;
	if (victim == VICTIM_WATCHER)
		return s->watcher;
	host = pick_child(s, s->program.pid);
	return victim == VICTIM_HOST || !host ? host : pick_child(s, host);
}

/* On a terminal of its own, which nobody reads. */
static void start_watcher(struct scene *s)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)s->program.pid);
	s->watcher = forkpty(&s->screen, NULL, NULL, NULL);
	assert_true(s->watcher >= 0);
	if (s->watcher == 0) {
		setenv("TERM", "xterm", 1);
		execl(program_path(), "tcplab", "watch", pid, (char *)NULL);
		_exit(127);
	}
}

static bool printed(const struct program *p, const char *words)
{
	return strstr(text_get(&p->output), words) || strstr(text_get(&p->errors), words);
}

/* What is wrong with how it ended; NULL = nothing. hit: the victim was there. */
static const char *judge(const struct program *p, enum victim victim, bool hit, int code)
{
	bool whole = code == 0 && printed(p, "the end");

	if (victim == VICTIM_MAIN)
		return code == -SIGKILL || whole ? NULL : "it has ended otherwise";
	if (code < 0)
		return "a signal ended it";
	if (!hit || victim == VICTIM_WATCHER)
		return whole ? NULL : "it has not gone on";
	if (victim == VICTIM_HOST)
		return whole || (code == 3 && printed(p, "first process")) ||
				(code && printed(p, "host's first process"))
			? NULL
			: "the host's end is not told";
	/* what the kernel says to others, now that it is gone, may be heard first, and is true */
	return whole || printed(p, "\"signal\":\"SIGKILL\"") || printed(p, "did not start") ||
			(code == 1 && printed(p, "not as expected"))
		? NULL
		: "the process's end is not told";
}

static bool round_of(struct scene *s, enum victim victim)
{
	static const char *const arguments[] = { "--json", "-f", "story.lab", NULL };
	struct program *p = &s->program;
	uint64_t moment_ns = pick(s, MOMENT_MOST_NS);
	const char *wrong;
	char socket[32];
	pid_t pid;
	int code;

	program_open(p, arguments, s->far_end);
	snprintf(socket, sizeof(socket), "run/tcplab/%d", (int)p->pid);
	if (victim == VICTIM_WATCHER) {
		program_await(p, "command");
		start_watcher(s);
	}
	let_pass(p, moment_ns);
	pid = find_victim(s, victim);
	if (pid > 0)
		kill(pid, SIGKILL);
	code = program_end(p);
	wrong = judge(p, victim, pid > 0, code);
	if (victim == VICTIM_WATCHER)
		fd_closep(&s->screen);
	if (!gone_all())
		wrong = "a process stayed behind";
	/* of a main that was killed, the socket for watchers, until the next `watch` looks there: README */
	if (victim != VICTIM_MAIN && access(socket, F_OK) == 0)
		wrong = "a file stayed behind";
	if (wrong) {
		print_error("%s was killed after %.3f ms: %s (exit code %d)\n",
			victim_names[victim], (double)moment_ns / (double)NS_PER_MS, wrong, code);
		program_blame(p);
	}
	program_close(p);
	return !wrong;
}

static int set_up(void **state)
{
	struct scene *s = memory_new(sizeof(*s));
	char path[TEMPORARY_MAX + 32];
	FILE *file;

	*state = s;
	s->program = (struct program){ .pid = -1, .pidfd = -1, .in = -1, .out = -1, .err = -1 };
	temporary_name("test", s->folder, sizeof(s->folder));
	assert_non_null(mkdtemp(s->folder));
	assert_int_equal(chdir(s->folder), 0);
	file = fopen("story.lab", "we");
	assert_non_null(file);
	fputs(story, file);
	fclose(file);
	assert_int_equal(mkdir("run", 0700), 0);
	snprintf(path, sizeof(path), "%s/run", s->folder);
	setenv("XDG_RUNTIME_DIR", path, 1);
	setenv("TMPDIR", path, 1);
	assert_int_equal(openpty(&s->terminal, &s->far_end, NULL, NULL, NULL), 0);
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;
	struct text command = TEXT_EMPTY;

	program_close(&s->program);
	text_printf(&command, "rm -rf %s", s->folder);
	assert_int_equal(system(text_get(&command)), 0);
	*strrchr(s->folder, '/') = '\0';
	setenv("TMPDIR", s->folder, 1); /* as it was */
	text_done(&command);
	free(s);
	return 0;
}

static void killed_at_any_moment_leaves_nothing(void **state)
{
	struct scene *s = *state;
	const char *seed = getenv("TCPLAB_SEED"), *rounds = getenv("TCPLAB_KILLS");
	unsigned count = rounds ? (unsigned)strtoul(rounds, NULL, 10) : ROUNDS_SHORT, wrong = 0;

	s->random = seed ? strtoull(seed, NULL, 10) : clock_now_ns();
	print_message("TCPLAB_SEED=%llu\n", (unsigned long long)s->random);
	for (unsigned i = 0; i < count; i++)
		wrong += !round_of(s, (enum victim)(i % VICTIM_COUNT));
	assert_int_equal(wrong, 0);
}

/* A person closes the window while a recipe is played in it. */
static void terminal_gone_in_a_call_leaves_nothing(void **state)
{
	static const char waits[] = "socket l; bind l :80; listen l; accept l a";
	struct text seen = TEXT_EMPTY;
	char bytes[4096];
	ssize_t len = 1;
	int fd, status;
	pid_t pid;

	(void)state;
	pid = forkpty(&fd, NULL, NULL, NULL);
	assert_true(pid >= 0);
	if (pid == 0) {
		execl(program_path(), "tcplab", "-c", waits, (char *)NULL);
		_exit(127);
	}
	while (len > 0 && !strstr(text_get(&seen), "is blocked")) {
		len = read(fd, bytes, sizeof(bytes));
		text_add(&seen, bytes, len > 0 ? (size_t)len : 0);
	}
	assert_true(len > 0);
	close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + SIGHUP);
	assert_true(gone_all());
	text_done(&seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed_at_any_moment_leaves_nothing, set_up,
			tear_down),
		cmocka_unit_test(terminal_gone_in_a_call_leaves_nothing),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	gone_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
