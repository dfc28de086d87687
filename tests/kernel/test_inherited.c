/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The descriptors tcplab is started with, whatever they are, neither disturb a lab nor get into its
 * processes: test runners, shells and editors leave some open, and daemons have none at all. */
#include <dirent.h>

#include "program.h"

#define INHERITED_MOST 24

static const char script[] =
	"process p; socket l in p; bind l :80; listen l; socket c; connect c :80";

/* Run the script with descriptors 3 ... 2 + count open, and of 0 to 2 those in the mask `closed` not.
 * Its exit code, or -signal. */
static int run_with(int count, unsigned closed)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		int marked = open(PROGRAM_INHERITED, O_RDONLY), null = open("/dev/null", O_RDWR);

		for (int fd = 0; fd < 3; fd++) {
			dup2(null, fd);
			if (closed & 1U << fd)
				close(fd);
		}
		marked = fcntl(marked, F_DUPFD, INHERITED_MOST + 10);
		for (int fd = 3; fd < 3 + count; fd++)
			dup2(marked, fd);
		close_range(3U + (unsigned)count, ~0U, 0);
		execl(program_path(), "tcplab", "-c", script, NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void inherited_descriptors_do_not_matter(void **state)
{
	(void)state;
	for (int count = 0; count <= INHERITED_MOST; count++) {
		int code = run_with(count, 0);

		if (code)
			fail_msg("exit code %d with %d descriptors inherited", code, count);
	}
}

static void missing_standard_descriptors_do_not_matter(void **state)
{
	(void)state;
	for (unsigned closed = 1; closed < 8; closed++) {
		int code = run_with(0, closed);

		if (code)
			fail_msg("exit code %d with descriptors closed: mask %u", code, closed);
	}
}

/* How many descriptors of a process are open on PROGRAM_INHERITED; *ret_all = on anything. */
static size_t marked_descriptors(long long pid, size_t *ret_all)
{
	char path[300], target[300];
	const struct dirent *entry;
	size_t marked = 0;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%lld/fd", pid);
	fds = opendir(path);
	assert_non_null(fds);
	*ret_all = 0;
	while ((entry = readdir(fds))) {
		ssize_t len = readlinkat(dirfd(fds), entry->d_name, target, sizeof(target) - 1);

		if (len < 0)
			continue;
		target[len] = '\0';
		marked += strcmp(target, PROGRAM_INHERITED) == 0;
		++*ret_all;
	}
	closedir(fds);
	return marked;
}

/* A process of the lab has the standard three, its channel and its socket. */
static void processes_get_none_of_them(void **state)
{
	const char *const arguments[] = { "--json", NULL };
	struct program p;
	json_t *event;
	size_t all, marked;
	long long pid;

	(void)state;
	program_open_with(&p, arguments, -1, 4);
	program_say(&p, "socket c; mark\n", 15);
	event = program_event(&p, "process");
	assert_non_null(event);
	pid = json_integer_value(json_object_get(event, "pid"));
	json_decref(event);
	program_await(&p, "mark");
	marked = marked_descriptors(pid, &all);
	program_close(&p);
	assert_int_equal(marked, 0);
	assert_int_equal(all, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inherited_descriptors_do_not_matter),
		cmocka_unit_test(missing_standard_descriptors_do_not_matter),
		cmocka_unit_test(processes_get_none_of_them),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
