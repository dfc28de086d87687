/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch BUILD [short]: what it costs to be watched, and how soon what happens is seen.
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

#include "../kernel/status.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "bench.h"
#include "watch/link.h"

#define TRIALS 40
#define PAUSE_US 100000
#define LATE "p99 < 20000000" /* ns */
#define DEADLINE_NS (60 * NS_PER_S)
#define QUIET_NS                                                                                   \
	(2 * NS_PER_MS) /* between two pictures of a watcher there is at least so much silence */

/* How much of everything. */
struct size {
	unsigned trials, pairs, sends;
};

static const struct size full = { TRIALS, 500, 1000 }, small = { 3, 20, 50 };

/* How soon each of the trials was seen, in nanoseconds. */
struct delays {
	double at_prompt[TRIALS], on_screen[TRIALS];
};

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

/* When the journal says it was: "   610.8 NAME     CLOSED" */
static uint64_t told_at(const char *line, const char *name, uint64_t start_ns)
{
	const char *at = strstr(line, name);

	while (at > line && at[-1] != '\n' && at[-1] != '\r' && at[-1] != 'm' && at[-1] != 'K')
		at--;
	return start_ns + (uint64_t)(strtod(at, NULL) * (double)NS_PER_MS);
}

static void measure_delay(const char *program, unsigned trials, bool watched, struct delays *ret)
{
	const char *const prompt[] = { "tcplab", NULL };
	struct seat lab = sit(program, prompt, -1, -1), screen = { .pid = -1 };
	uint64_t start = start_of(lab.pid);
	char pid[16], name[8] = "abcdef", line[32], shown[16];

	await(&lab, "> ");
	snprintf(pid, sizeof(pid), "%d", (int)lab.pid);
	if (watched) {
		screen = sit(program, (const char *[]){ "tcplab", "watch", pid, NULL }, -1, -1);
		await(&screen, "no socket yet");
	}
	for (unsigned i = 0; i < trials; i++) {
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
		ret->at_prompt[i] = (double)(int64_t)(seen - told);
		ret->on_screen[i] = (double)(int64_t)(drawn - told);
		snprintf(line, sizeof(line), "close %s\r", name);
		LAB_ASSERT(write(lab.fd, line, strlen(line)) > 0);
		await(&lab, "close(3) = 0");
		usleep((useconds_t)random() %
			PAUSE_US); /* people do not type as fast as it draws */
	}
	if (watched)
		leave(&screen);
	leave(&lab);
}

static void tell_delays(const char *program, unsigned trials)
{
	struct delays alone, watched;

	measure_delay(program, trials, false, &alone);
	measure_delay(program, trials, true, &watched);
	for (unsigned i = 0; i < trials; i++) {
		bench_row("a state at the prompt, watched", "ns", watched.at_prompt[i],
			"not watched", alone.at_prompt[i], LATE);
		bench_row("a state on a watcher's screen", "ns", watched.on_screen[i],
			"at the prompt", watched.at_prompt[i], LATE);
	}
}

/* ---- the cost ---- */

static void write_script(const struct size *size, struct text *out)
{
	text_puts(out, "socket l\nbind l :80\nlisten l\n");
	for (unsigned i = 0; i < size->pairs; i++)
		text_printf(out, "socket c%u\nconnect c%u :80\naccept l a%u\n", i, i, i);
	text_puts(out, "say \"begun\"\n");
	/* some 6,000 events a second */
	text_printf(out, "repeat %u { send c7 \"x\"; recv a7 1; sleep 1ms }\n", size->sends);
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
	do {
		LAB_ASSERT(link_read(&l, &d) >= 0);
		no = journal_previous(j, UINT64_MAX, EVENT_BIT(EVENT_SAY));
	} while (!no || strcmp(journal_get(j, no)->text, "done") != 0);
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

/* What came of a lab at work. */
struct work {
	double events, draws; /* a second */
	double kib, watcher_kib; /* that main, and a watcher, had at most */
};

static struct work measure_work(const char *program, const struct size *size, bool watched)
{
	struct seat lab, screen = { .pid = -1 };
	struct text script = TEXT_EMPTY, story = TEXT_EMPTY;
	int in[2], out[2];
	uint64_t begin;
	struct work w = { 0 };
	double seconds;
	char pid[16];

	LAB_ASSERT(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	lab = sit(program, (const char *const[]){ "tcplab", NULL }, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	start_of(lab.pid);
	write_script(size, &script);
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
	seconds = (double)(clock_now_ns() - begin) / (double)NS_PER_S;
	w.draws = screen.bursts / seconds;
	w.events = events_a_round(lab.pid) * size->sends / seconds;
	w.kib = (double)status_of(lab.pid, "VmHWM", 10);
	if (watched) {
		w.watcher_kib = (double)status_of(screen.pid, "VmHWM", 10);
		leave(&screen);
	}
	close(in[1]);
	leave(&lab);
	close(out[0]);
	text_done(&script);
	text_done(&story);
	return w;
}

static void tell_cost(const char *program, const struct size *size)
{
	struct work alone = measure_work(program, size, false);
	struct work watched = measure_work(program, size, true);
	char what[64];

	snprintf(what, sizeof(what), "events, %u sockets, watched", 2 * size->pairs);
	bench_row(what, "/s", watched.events, "not watched", alone.events, "ratio >= 0.9");
	bench_row("pictures on a watcher's screen", "/s", watched.draws, NULL, 0, "ours >= 5");
	bench_row("memory of main (RSS), watched", "KiB", watched.kib, "not watched", alone.kib,
		"-");
	bench_row("memory of a watcher (RSS)", "KiB", watched.watcher_kib, NULL, 0, "-");
}

int main(int argc, char **argv)
{
	struct bench b = bench_begin(argc, argv);
	const struct size *size = b.is_short ? &small : &full;

	tell_delays(b.tcplab, size->trials);
	tell_cost(b.tcplab, size);
	return 0;
}
