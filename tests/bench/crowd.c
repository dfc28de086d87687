/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crowd BUILD [short]: a class on one server. A hundred labs at once start, play a recipe and end, against as many one
 * after the other; and a hundred prompts that wait: what each takes of the processor and of memory. Memory twice: what its
 * processes have (PSS: of what several share each has its part), and by how much less the machine has for others, which is
 * with all that the kernel keeps for it. */
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "bench.h"

#define LABS 100
#define LABS_SHORT 5
#define IDLE_S 5
#define IDLE_SHORT_S 1
#define RECIPE "open/three-way"
#define SETTLES_S 1 /* what has ended is freed by the kernel a little later */

struct sums {
	uint64_t pss_kb, cpu_ns;
};

static pid_t start_recipe(const char *program)
{
	pid_t pid = fork();

	LAB_ASSERT(pid >= 0);
	if (pid == 0) {
		if (!freopen("/dev/null", "r+", stdin) || !freopen("/dev/null", "w", stdout))
			_exit(127);
		execl(program, "tcplab", "play", RECIPE, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void await(pid_t pid)
{
	int status;

	LAB_ASSERT(waitpid(pid, &status, 0) == pid);
	if (status) {
		fprintf(stderr, "bench: a lab ended with %d\n", status);
		exit(EXIT_FAILURE);
	}
}

static uint64_t play(const char *program, unsigned count, bool at_once)
{
	uint64_t begin = clock_now_ns();
	pid_t pids[LABS];

	for (unsigned i = 0; i < count; i++) {
		pids[i] = start_recipe(program);
		if (!at_once)
			await(pids[i]);
	}
	for (unsigned i = 0; i < count && at_once; i++)
		await(pids[i]);
	return clock_now_ns() - begin;
}

/* ---- prompts ---- */

static pid_t open_prompt(const char *program, int *ret_fd)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };
	pid_t pid = forkpty(ret_fd, NULL, NULL, &size);

	LAB_ASSERT(pid >= 0);
	if (pid == 0) {
		setenv("TERM", "xterm", 1);
		execl(program, "tcplab", (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void await_word(int fd, const char *word)
{
	struct text seen = TEXT_EMPTY;
	char bytes[4096];
	ssize_t len;

	while (!strstr(text_get(&seen), word)) {
		len = read(fd, bytes, sizeof(bytes));
		LAB_ASSERT(len > 0);
		text_add(&seen, bytes, (size_t)len);
	}
	text_done(&seen);
}

/* The number behind `word` in a file of /proc; "": its first. */
static uint64_t number_in(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	uint64_t number = 0;
	char line[256];

	LAB_ASSERT(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, word, strlen(word)) == 0) {
			number = strtoull(line + strlen(word), NULL, 10);
			break;
		}
	}
	fclose(file);
	return number;
}

/* Of a process and all below it. */
static void add_sums(pid_t pid, struct sums *sums)
{
	char path[64];
	FILE *file;
	char *word = NULL;
	size_t room = 0;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	sums->pss_kb += number_in(path, "Pss:");
	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	sums->cpu_ns += number_in(path, "");
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	file = fopen(path, "re");
	LAB_ASSERT(file);
	while (getdelim(&word, &room, ' ', file) > 0)
		add_sums((pid_t)strtol(word, NULL, 10), sums);
	free(word);
	fclose(file);
}

static void measure_prompts(const char *program, unsigned count, unsigned idle_s)
{
	uint64_t least_kb = number_in("/proc/meminfo", "MemAvailable:"), most_kb;
	struct sums before = { 0 }, after = { 0 };
	pid_t pids[LABS];
	int fds[LABS];
	char what[64];

	for (unsigned i = 0; i < count; i++)
		pids[i] = open_prompt(program, &fds[i]);
	for (unsigned i = 0; i < count; i++)
		await_word(fds[i], "> ");
	sleep(SETTLES_S);
	for (unsigned i = 0; i < count; i++)
		add_sums(pids[i], &before);
	sleep(idle_s);
	for (unsigned i = 0; i < count; i++)
		add_sums(pids[i], &after);
	most_kb = least_kb;
	least_kb = number_in("/proc/meminfo", "MemAvailable:");
	for (unsigned i = 0; i < count; i++) {
		LAB_ASSERT(write(fds[i], "quit\r", 5) == 5);
		await(pids[i]);
		close(fds[i]);
	}
	snprintf(what, sizeof(what), "%u prompts: a second of one, idle", count);
	bench_row(what, "ns", (double)(after.cpu_ns - before.cpu_ns) / count / idle_s, NULL, 0,
		"-");
	snprintf(what, sizeof(what), "%u prompts: memory of one (PSS)", count);
	bench_row(what, "KiB", (double)after.pss_kb / count, NULL, 0, "told");
	snprintf(what, sizeof(what), "%u prompts: one takes (MemAvailable)", count);
	bench_row(what, "KiB", ((double)most_kb - (double)least_kb) / count, NULL, 0, "told");
}

int main(int argc, char **argv)
{
	struct bench b = bench_begin(argc, argv);
	unsigned count = b.is_short ? LABS_SHORT : LABS;
	uint64_t in_turn = play(b.tcplab, count, false);
	uint64_t at_once = play(b.tcplab, count, true);
	char what[64];

	snprintf(what, sizeof(what), "%u labs at once: start, recipe, end", count);
	bench_row(what, "ns", (double)at_once, "one after the other", (double)in_turn, "told");
	measure_prompts(b.tcplab, count, b.is_short ? IDLE_SHORT_S : IDLE_S);
	return 0;
}
