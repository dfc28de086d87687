/* SPDX-License-Identifier: GPL-3.0-or-later */
/* However tcplab ends, in the middle of calls and with segments held, nothing of it stays behind: no
 * process, nobody in its namespaces, and no connection. */
#include <dirent.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "observe/sockdiag.h"
#include "program.h"
#include "status.h"
#include "temporary.h"

#define DESCENDANTS_MAX 16
#define NAMESPACES_MAX 3
/* What a host takes for itself. user: only when it was not made by root. */
static const char *const kinds[NAMESPACES_MAX] = { "net", "pid", "user" };

struct family {
	pid_t pids[DESCENDANTS_MAX]; /* [0] = the host: the child of main */
	int pidfds[DESCENDANTS_MAX];
	size_t count;
	/* Held open, so that the kernel cannot give their numbers to somebody else's meanwhile. */
	int namespaces[NAMESPACES_MAX];
	ino_t inodes[NAMESPACES_MAX]; /* 0 = shared with us */
};

struct scene {
	struct program program;
	struct family family;
	char folder[TEMPORARY_MAX]; /* temporary; "" = none */
};

/* ---- who is there ---- */

/* From /proc/PID/stat: "pid (name) state ppid ..."; 0 = no such process. Source: proc(5). */
static pid_t parent_of(const char *pid)
{
	char path[300], stat[512];
	const char *behind_name;
	ssize_t len;
	CLEANUP(fd_closep) int fd = -1;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, stat, sizeof(stat) - 1);
	if (len <= 0)
		return 0;
	stat[len] = '\0';
	behind_name = strrchr(stat, ')');
	return behind_name ? (pid_t)strtol(behind_name + 4, NULL, 10) : 0;
}

static void add_children(struct family *f, pid_t parent)
{
	size_t first = f->count;
	const struct dirent *entry;
	DIR *proc = opendir("/proc");

	assert_non_null(proc);
	while ((entry = readdir(proc))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
			parent_of(entry->d_name) != parent)
			continue;
		assert_true(f->count < DESCENDANTS_MAX);
		f->pids[f->count] = (pid_t)strtol(entry->d_name, NULL, 10);
		f->pidfds[f->count] = pidfd_open(f->pids[f->count], 0);
		f->count += f->pidfds[f->count] >= 0; /* not who has ended meanwhile */
	}
	closedir(proc);
	for (size_t i = first, last = f->count; i < last; i++)
		add_children(f, f->pids[i]);
}

static ino_t namespace_of(const char *pid, const char *kind)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, kind);
	return stat(path, &st) < 0 ? 0 : st.st_ino;
}

/* Everybody below main, and the namespaces of the host. */
static void meet(struct family *f, pid_t program)
{
	add_children(f, program);
	assert_true(f->count > 0);
	for (size_t i = 0; i < NAMESPACES_MAX; i++) {
		char path[300], pid[16];

		snprintf(pid, sizeof(pid), "%d", (int)f->pids[0]);
		snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, kinds[i]);
		f->inodes[i] = namespace_of(pid, kinds[i]);
		assert_int_not_equal(f->inodes[i], 0);
		f->namespaces[i] = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(f->namespaces[i] >= 0);
		if (f->inodes[i] == namespace_of("self", kinds[i]))
			f->inodes[i] = 0;
	}
	assert_int_not_equal(f->inodes[0], 0);
	assert_int_not_equal(f->inodes[1], 0);
}

static size_t inhabitants(const struct family *f)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");
	size_t count = 0;

	assert_non_null(proc);
	while ((entry = readdir(proc))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		for (size_t i = 0; i < NAMESPACES_MAX; i++)
			count += f->inodes[i] &&
				namespace_of(entry->d_name, kinds[i]) == f->inodes[i];
	}
	closedir(proc);
	return count;
}

static void part(struct family *f)
{
	for (size_t i = 0; i < f->count; i++)
		fd_closep(&f->pidfds[i]);
	for (size_t i = 0; i < NAMESPACES_MAX; i++)
		fd_closep(&f->namespaces[i]);
	f->count = 0;
}

static void count_one(void *arg, const struct sock_report *report)
{
	(void)report;
	++*(size_t *)arg;
}

/* In a child, since one does not come back from another user namespace. Exit code: how many TCP sockets are there. */
static _Noreturn void count_sockets(const struct family *f)
{
	struct sockdiag *diag;
	size_t count = 0;

	if (f->inodes[2] && setns(f->namespaces[2], CLONE_NEWUSER) < 0)
		_exit(101);
	if (setns(f->namespaces[0], CLONE_NEWNET) < 0)
		_exit(102);
	diag = sockdiag_open(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
	if (!diag || sockdiag_dump(diag, AF_INET, IPPROTO_TCP, ~0U, count_one, &count) < 0 ||
		sockdiag_dump(diag, AF_INET6, IPPROTO_TCP, ~0U, count_one, &count) < 0)
		_exit(103);
	sockdiag_close(diag);
	_exit(count > 100 ? 100 : (int)count);
}

static int sockets(const struct family *f)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		count_sockets(f);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Each of them ends within the deadline, and nobody else is in their namespaces. */
static void assert_all_gone(struct family *f)
{
	uint64_t deadline_ns = clock_now_ns() + PROGRAM_DEADLINE_NS;

	for (size_t i = 0; i < f->count; i++) {
		struct pollfd polled = { .fd = f->pidfds[i], .events = POLLIN };
		uint64_t now = clock_now_ns();

		if (poll(&polled, 1,
			    now < deadline_ns ? (int)((deadline_ns - now) / NS_PER_MS) : 0) != 1)
			fail_msg("process %d is still there", (int)f->pids[i]);
		/* a zombie has no namespaces any more, but is a process: ours to reap, as an orphan */
		waitpid(f->pids[i], NULL, 0);
	}
	assert_int_equal(inhabitants(f), 0);
	errno = 0;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no orphan that nobody knew of */
	assert_int_equal(errno, ECHILD);
}

/* ---- the scene ---- */

static int set_up(void **state)
{
	struct scene *s = memory_new(sizeof(*s));

	s->program = (struct program){ .pid = -1, .pidfd = -1, .in = -1, .out = -1, .err = -1 };
	for (size_t i = 0; i < NAMESPACES_MAX; i++)
		s->family.namespaces[i] = -1;
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	program_close(&s->program);
	part(&s->family);
	for (const char *name = s->folder[0] ? "ab" : ""; *name; name++) {
		char path[TEMPORARY_MAX + 32];

		snprintf(path, sizeof(path), "%s/%c.lab", s->folder, *name);
		unlink(path);
	}
	if (s->folder[0])
		rmdir(s->folder);
	free(s);
	return 0;
}

/* A lab in the middle: three processes, two of them blocked in a call, and a SYN held on the wire. */
static void begin(struct scene *s)
{
	static const char script[] =
		"process server; process client; socket l in server; bind l :8080; listen l\n"
		"accept l a &; socket o in client; connect o :8080\n"
		"hold; close o\n" /* an orphan: its FIN is held */
		"accept l b &; socket c in client; connect c :8080 &\n";
	const char *const arguments[] = { "--json", NULL };

	program_open(&s->program, arguments, -1);
	program_say(&s->program, script, strlen(script));
	program_await(&s->program, "blocked"); /* accept */
	program_await(&s->program, "held"); /* the orphan's FIN */
	program_await(&s->program, "blocked"); /* accept */
	program_await(&s->program, "held");
	program_await(&s->program, "blocked"); /* connect */
	meet(&s->family, s->program.pid);
	assert_int_equal(s->family.count, 4); /* the host, main, server, client */
	assert_true(inhabitants(&s->family) >= 4);
	assert_true(sockets(&s->family) >= 4); /* the listener, both ends of the orphan, c */
}

static void signal_then_expect(void **state, int signal_number, int code)
{
	struct scene *s = *state;

	begin(s);
	assert_int_equal(kill(s->program.pid, signal_number), 0);
	assert_int_equal(program_end(&s->program), code);
	assert_all_gone(&s->family);
	assert_int_equal(sockets(&s->family), 0);
}

static void killed_leaves_nothing(void **state)
{
	signal_then_expect(state, SIGKILL, -SIGKILL);
}

static void terminated_leaves_nothing(void **state)
{
	signal_then_expect(state, SIGTERM, 128 + SIGTERM);
}

static void interrupted_leaves_nothing_and_exits_130(void **state)
{
	signal_then_expect(state, SIGINT, 130);
}

static void hung_up_leaves_nothing(void **state)
{
	signal_then_expect(state, SIGHUP, 128 + SIGHUP);
}

static void end_of_input_leaves_nothing(void **state)
{
	struct scene *s = *state;

	begin(s);
	fd_closep(&s->program.in);
	assert_int_equal(program_end(&s->program), 0);
	assert_all_gone(&s->family);
	assert_int_equal(sockets(&s->family), 0);
}

static void quit_leaves_nothing(void **state)
{
	struct scene *s = *state;

	begin(s);
	program_say(&s->program, "quit\n", 5);
	assert_int_equal(program_end(&s->program), 0);
	assert_all_gone(&s->family);
	assert_int_equal(sockets(&s->family), 0);
}

/* main dies before, while and after the host is set up: at any moment that comes. */
static void killed_early_leaves_nothing(void **state)
{
	struct scene *s = *state;

	for (int i = 0; i < 20; i++) {
		const char *const arguments[] = { "--json", NULL };
		struct pollfd polled = { .events = POLLIN };
		siginfo_t orphan;

		program_open(&s->program, arguments, -1);
		polled.fd = s->program.out;
		poll(&polled, 1, i / 4); /* no event: the deadline is the moment */
		assert_int_equal(kill(s->program.pid, SIGKILL), 0);
		assert_int_equal(program_end(&s->program), -SIGKILL);
		program_close(&s->program);
		/* whoever is left is ours now; the test's own time limit ends the wait */
		while (waitid(P_ALL, 0, &orphan, WEXITED) == 0)
			;
		assert_int_equal(errno, ECHILD);
	}
}

/* ---- the host's first process dies ---- */

static void host_killed_is_told_and_ends_the_lab(void **state)
{
	struct scene *s = *state;

	begin(s);
	assert_int_equal(kill(s->family.pids[0], SIGKILL), 0);
	program_await(&s->program, "error");
	fd_closep(&s->program.in);
	/* a lab that lost its host has not done its work */
	assert_int_not_equal(program_end(&s->program), 0);
	assert_non_null(strstr(text_get(&s->program.errors), "first process"));
	assert_all_gone(&s->family);
}

/* Nobody is left who could answer the call: it must not be waited for (a call is given 10 s). */
static void host_killed_in_a_call_does_not_hang(void **state)
{
	struct scene *s = *state;
	const char *const arguments[] = { "--json", "-c",
		"socket l; bind l :8080; listen l; accept l a", NULL };

	program_open(&s->program, arguments, -1);
	program_await(&s->program, "blocked");
	meet(&s->family, s->program.pid);
	assert_int_equal(kill(s->family.pids[0], SIGKILL), 0);
	assert_int_not_equal(program_end_by(&s->program, clock_now_ns() + 5 * NS_PER_S), 0);
	assert_all_gone(&s->family);
}

/* ---- check: a signal ends all of it, not one recipe ---- */

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Source: proc(5), SigCgt: bit N - 1 is signal N. */
static bool handles(pid_t pid, int number)
{
	uint64_t handled = status_of(pid, "SigCgt", 16);

	return handled != UINT64_MAX && handled >> (number - 1) & 1;
}

/* Wait until the recipe's lab has children and handles signals: then they are its hosts. Those with which root's main
 * gives its power away come before. */
static void await_recipe(struct scene *s)
{
	uint64_t deadline_ns = clock_now_ns() + PROGRAM_DEADLINE_NS;

	do {
		assert_true(clock_now_ns() < deadline_ns);
		part(&s->family);
		add_children(&s->family, s->program.pid);
	} while (s->family.count < 2 || !handles(s->family.pids[0], SIGTERM));
}

static void terminated_check_plays_no_other_recipe(void **state)
{
	struct scene *s = *state;
	const char *const arguments[] = { "check", s->folder, NULL };

	temporary_name("test", s->folder, sizeof(s->folder));
	assert_non_null(mkdtemp(s->folder));
	write_file(s->folder, "a.lab", "socket c\nexpect c ESTABLISHED within 15s\n");
	write_file(s->folder, "b.lab", "say \"the second\"\n");
	program_open(&s->program, arguments, -1);
	await_recipe(s);
	kill(s->program.pid, SIGTERM);
	assert_int_equal(program_end(&s->program), 128 + SIGTERM);
	assert_null(strstr(text_get(&s->program.output), "ok 2"));
	assert_all_gone(&s->family);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(terminated_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(interrupted_leaves_nothing_and_exits_130, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(hung_up_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(end_of_input_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(quit_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(killed_early_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(host_killed_is_told_and_ends_the_lab, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(host_killed_in_a_call_does_not_hang, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(terminated_check_plays_no_other_recipe, set_up,
			tear_down),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* what tcplab leaves behind becomes our child */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
