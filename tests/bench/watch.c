/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What it costs to be watched, and how soon what happens is seen. By hand, on a quiet machine:
 *
 *   build/tests/bench-watch [TCPLAB]
 *
 * Soon: at a prompt a socket is made, with a name that no character of the one before has in the same place, so that it
 * is written whole. From the time the journal gives to its first state until the bytes of the line are read from the
 * terminal: the prompt's own, without a watcher and with one, and the watcher's screen. Cost: a lab with 1,000 sockets
 * sends as fast as it can; events a second without a watcher and with one, and how often that one draws. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "watch/link.h"

#define TRIALS 200
#define PAIRS 500
#define SENDS 1000
#define ROUNDS 7
#define PAUSE_US 100000
#define DEADLINE_NS (60 * NS_PER_S)
#define QUIET_NS                                                                                   \
	(2 * NS_PER_MS) /* between two pictures of a watcher there is at least so much silence */

/* A program on a terminal of its own. */
struct seat {
	pid_t pid;
	int fd;
	struct text seen; /* what came since it was last cleared */
	uint64_t read_ns; /* when the last of it did */
	unsigned bursts;
};

static struct seat sit(const char *program, const char *const *arguments, int input, int output)
{
	const struct winsize size = { .ws_row = 60, .ws_col = 200 };
	struct seat s = { .pid = -1 };

	s.pid = forkpty(&s.fd, NULL, NULL, &size);
	LAB_ASSERT(s.pid >= 0);
	if (s.pid == 0) {
		if (input >= 0)
			dup2(input, STDIN_FILENO);
		if (output >= 0)
			dup2(output, STDOUT_FILENO);
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		setenv("NO_COLOR", "1", 1);
		unsetenv("TMUX");
		execv(program, (char *const *)arguments);
		_exit(127);
	}
	fcntl(s.fd, F_SETFL, O_NONBLOCK);
	return s;
}

static void leave(struct seat *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->fd);
	text_done(&s->seen);
}

static void take(struct seat *s)
{
	char bytes[65536];
	ssize_t len;

	while ((len = read(s->fd, bytes, sizeof(bytes))) > 0) {
		uint64_t now = clock_now_ns();

		s->bursts += now - s->read_ns > QUIET_NS;
		s->read_ns = now;
		for (ssize_t i = 0; i < len; i++)
			bytes[i] = bytes[i] ? bytes[i] : ' ';
		text_add(&s->seen, bytes, (size_t)len);
	}
}

/* Wait for any of them to say something. */
static void wait_for(struct seat *const *seats, unsigned count)
{
	struct pollfd fds[4] = { 0 };

	for (unsigned i = 0; i < count; i++)
		fds[i] = (struct pollfd){ .fd = seats[i]->fd, .events = POLLIN };
	poll(fds, count, 100);
	for (unsigned i = 0; i < count; i++)
		take(seats[i]);
}

static void await(struct seat *s, const char *word)
{
	uint64_t deadline = clock_now_ns() + DEADLINE_NS;

	while (!strstr(text_get(&s->seen), word)) {
		wait_for(&s, 1);
		if (clock_now_ns() > deadline) {
			fprintf(stderr, "bench: '%s' has not come; but\n%s\n", word,
				text_get(&s->seen));
			abort();
		}
	}
}

static uint64_t start_of(pid_t lab)
{
	struct diag d = { 0 };
	struct link l;
	uint64_t start;

	while (link_open(&l, lab, &d) < 0)
		usleep(1000);
	LAB_ASSERT(link_greet(&l, 10000, &d) == 0);
	start = l.start_ns;
	link_close(&l);
	return start;
}

static int compare(const void *a, const void *b)
{
	const double *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static void tell(const char *what, double *ms)
{
	qsort(ms, TRIALS, sizeof(*ms), compare);
	printf("%-34s median %5.2f ms, 99th percentile %5.2f ms, most %5.2f ms\n", what,
		ms[TRIALS / 2], ms[TRIALS * 99 / 100], ms[TRIALS - 1]);
}

/* When the journal says it was: "   610.8 NAME     CLOSED" */
static uint64_t told_at(const char *line, const char *name, uint64_t start_ns)
{
	const char *at = strstr(line, name);

	while (at > line && at[-1] != '\n' && at[-1] != '\r' && at[-1] != 'm' && at[-1] != 'K')
		at--;
	return start_ns + (uint64_t)(strtod(at, NULL) * (double)NS_PER_MS);
}

static void measure_delay(const char *program, bool watched)
{
	const char *const prompt[] = { "tcplab", NULL };
	struct seat lab = sit(program, prompt, -1, -1), screen = { .pid = -1 };
	static double at_prompt[TRIALS], on_screen[TRIALS];
	uint64_t start = start_of(lab.pid);
	char pid[16], name[8] = "abcdef", line[32], shown[16];

	await(&lab, "> ");
	snprintf(pid, sizeof(pid), "%d", (int)lab.pid);
	if (watched) {
		screen = sit(program, (const char *[]){ "tcplab", "watch", pid, NULL }, -1, -1);
		await(&screen, "no socket yet");
	}
	for (unsigned i = 0; i < TRIALS; i++) {
		struct seat *seats[] = { &lab, &screen };
		uint64_t seen = 0, drawn = 0, told;

		for (char *c = name; *c; c++)
			*c = (char)('a' + (*c - 'a' + 3) % 26);
		snprintf(line, sizeof(line), "socket %s\r", name);
		snprintf(shown, sizeof(shown), "%-8s CLOSED", name);
		text_clear(&lab.seen);
		text_clear(&screen.seen);
		LAB_ASSERT(write(lab.fd, line, strlen(line)) > 0);
		while (!seen || (watched && !drawn)) {
			wait_for(seats, watched ? 2 : 1);
			if (!seen && strstr(text_get(&lab.seen), shown))
				seen = lab.read_ns;
			if (watched && !drawn && strstr(text_get(&screen.seen), name))
				drawn = screen.read_ns;
		}
		/* the line of the state; that of the prompt has another blank before it */
		told = told_at(text_get(&lab.seen), shown, start);
		at_prompt[i] = (double)(int64_t)(seen - told) / (double)NS_PER_MS;
		on_screen[i] = (double)(int64_t)(drawn - told) / (double)NS_PER_MS;
		snprintf(line, sizeof(line), "close %s\r", name);
		LAB_ASSERT(write(lab.fd, line, strlen(line)) > 0);
		await(&lab, "close(3) = 0");
		usleep((useconds_t)random() %
			PAUSE_US); /* people do not type as fast as it draws */
	}
	tell(watched ? "at the prompt, while watched" : "at the prompt, not watched", at_prompt);
	if (watched) {
		tell("on the watcher's screen", on_screen);
		leave(&screen);
	}
	leave(&lab);
}

/* ---- the cost ---- */

static void write_script(struct text *out)
{
	text_puts(out, "socket l\nbind l :80\nlisten l\n");
	for (unsigned i = 0; i < PAIRS; i++)
		text_printf(out, "socket c%u\nconnect c%u :80\naccept l a%u\n", i, i, i);
	text_puts(out, "say \"begun\"\n");
	/* some 6,000 events a second */
	text_printf(out, "repeat %d { send c7 \"x\"; recv a7 1; sleep 1ms }\n", SENDS);
	text_puts(out, "say \"done\"\n");
}

/* Until `word` stands in the story. */
static void read_story(int fd, struct seat *screen, const char *word, struct text *story)
{
	char bytes[65536];

	while (!strstr(text_get(story), word)) {
		struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
			{ .fd = screen->pid > 0 ? screen->fd : -1, .events = POLLIN } };
		ssize_t len;

		poll(fds, 2, 1000);
		if (screen->pid > 0)
			take(screen);
		text_clear(&screen->seen);
		if (!(fds[0].revents & (POLLIN | POLLHUP)))
			continue;
		len = read(fd, bytes, sizeof(bytes));
		LAB_ASSERT(len > 0);
		if (story->len > 4096) { /* the word may stand across two pieces */
			memmove(story->s, story->s + story->len - 64, 65);
			story->len = 64;
		}
		text_add(story, bytes, (size_t)len);
	}
}

/* How many events a round is: of the last thousands, which a watcher that comes now is told without a gap. */
static double events_a_round(pid_t lab)
{
	const uint64_t calls = EVENT_BIT(EVENT_CALL);
	uint64_t no, rounds = 0, first = 0, last = 0;
	const struct journal *j;
	struct diag d = { 0 };
	struct link l;

	LAB_ASSERT(link_open(&l, lab, &d) == 0 && link_greet(&l, 10000, &d) == 0);
	j = link_journal(&l);
	while (link_read(&l, &d) >= 0 && !journal_previous(j, UINT64_MAX, EVENT_BIT(EVENT_SAY)))
		usleep(1000);
	no = journal_previous(j, UINT64_MAX, EVENT_BIT(EVENT_SAY));
	while (rounds < 200 && (no = journal_previous(j, no, calls))) {
		if (strncmp(journal_get(j, no)->text, "send(", 5) != 0)
			continue;
		last = last ? last : no;
		rounds += first != 0;
		first = no;
	}
	link_close(&l);
	return (double)(last - first) / (double)rounds;
}

/* Events a second; *ret_draws: pictures a second. */
static double measure_rate(const char *program, bool watched, double *ret_draws)
{
	struct seat lab, screen = { .pid = -1 };
	struct text script = TEXT_EMPTY, story = TEXT_EMPTY;
	int in[2], out[2];
	uint64_t begin, end;
	double events;
	char pid[16];

	LAB_ASSERT(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	lab = sit(program, (const char *const[]){ "tcplab", NULL }, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	start_of(lab.pid);
	write_script(&script);
	snprintf(pid, sizeof(pid), "%d", (int)lab.pid);
	if (watched) {
		screen = sit(program, (const char *[]){ "tcplab", "watch", pid, NULL }, -1, -1);
		await(&screen, "no socket yet");
	}
	LAB_ASSERT(write(in[1], script.s, script.len) == (ssize_t)script.len);
	read_story(out[0], &screen, "begun", &story);
	begin = clock_now_ns();
	screen.bursts = 0;
	read_story(out[0], &screen, "done", &story);
	end = clock_now_ns();
	*ret_draws = (double)screen.bursts * (double)NS_PER_S / (double)(end - begin);
	events = events_a_round(lab.pid) * SENDS;
	if (watched)
		leave(&screen);
	close(in[1]);
	leave(&lab);
	close(out[0]);
	text_done(&script);
	text_done(&story);
	return events * (double)NS_PER_S / (double)(end - begin);
}

static void measure_cost(const char *program)
{
	double draws = 0, without[ROUNDS], with[ROUNDS], ratios[ROUNDS];

	for (unsigned i = 0; i < ROUNDS; i++) { /* by turns: the machine has its moods */
		without[i] = measure_rate(program, false, &draws);
		with[i] = measure_rate(program, true, &draws);
		ratios[i] = with[i] / without[i];
	}
	qsort(without, ROUNDS, sizeof(*without), compare);
	qsort(with, ROUNDS, sizeof(*with), compare);
	qsort(ratios, ROUNDS, sizeof(*ratios), compare);
	printf("%d sockets, events a second: %.0f without a watcher, %.0f with one; of %d pairs the ratio is "
	       "%.2f (%.2f to %.2f); %.0f pictures a second\n",
		2 * PAIRS, without[ROUNDS / 2], with[ROUNDS / 2], ROUNDS, ratios[ROUNDS / 2],
		ratios[0], ratios[ROUNDS - 1], draws);
}

int main(int argc, char **argv)
{
	const char *program = argc > 1 ? argv[1] : "build/tcplab";

	setvbuf(stdout, NULL, _IOLBF, 0);
	measure_delay(program, false);
	measure_delay(program, true);
	measure_cost(program);
	return 0;
}
