/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve BUILD [short]: what 100 viewers of `tcplab serve` cost the lab, as the rate at which it does the same with and
 * without them; and how long after a command is typed what it did is with a viewer, one among a hundred, and on the page
 * itself when there is a chromium. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kernel/browser.h"
#include "../kernel/status.h"
#include "base/clock.h"
#include "base/text.h"
#include "bench.h"

#define VIEWERS 100
#define LATE "p99 < 100000000" /* ns */

/* How much of everything. */
struct size {
	int repeats, steps;
};

static const struct size full = { 10000, 20 }, small = { 50, 2 };

struct lab {
	pid_t pid;
	int in;
	char output[TEMPORARY_MAX]; /* file */
	unsigned port;
	char link[192], cookie[128];
};

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

/* The end of the output so far, the caller's. */
static char *read_output(const struct lab *lab)
{
	struct text text = TEXT_EMPTY;
	char buffer[65536];
	ssize_t len;
	int fd = open(lab->output, O_RDONLY | O_CLOEXEC);

	if (lseek(fd, -2000, SEEK_END) < 0)
		lseek(fd, 0, SEEK_SET); /* it is shorter */
	while (fd >= 0 && (len = read(fd, buffer, sizeof(buffer))) > 0)
		text_add(&text, buffer, (size_t)len);
	close(fd);
	return text_take(&text);
}

static bool has_said(const struct lab *lab, const char *words)
{
	char *output = read_output(lab);
	bool has = strstr(output, words) != NULL;

	free(output);
	return has;
}

static void type(const struct lab *lab, const char *line)
{
	if (write(lab->in, line, strlen(line)) < 0 || write(lab->in, "\n", 1) < 0)
		give_up("the lab has ended");
}

static int ask(const struct lab *lab, const char *path)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)lab->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct text request = TEXT_EMPTY;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	text_printf(&request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", path, lab->port,
		lab->cookie);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
		write(fd, text_get(&request), request.len) < 0)
		give_up("no answer");
	text_done(&request);
	return fd;
}

static void start(struct lab *lab, const char *tcplab)
{
	char answer[4096] = "", path[128] = "", *output, *at;
	size_t len = 0;
	ssize_t more;
	int in[2], fd;

	*lab = (struct lab){ 0 };
	temporary_name("bench", lab->output, sizeof(lab->output));
	fd = mkstemp(lab->output);
	if (fd < 0 || pipe2(in, O_CLOEXEC) < 0)
		give_up("pipe");
	lab->pid = fork();
	if (lab->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(fd, STDOUT_FILENO);
		execl(tcplab, "tcplab", "serve", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(fd);
	lab->in = in[1];
	while (!has_said(lab, "--bind lets others"))
		usleep(1000);
	output = read_output(lab);
	at = strstr(output, "http://127.0.0.1:");
	lab->port = (unsigned)strtoul(at + 17, NULL, 10);
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(strstr(at, "/join"), "\n"),
		strstr(at, "/join"));
	snprintf(lab->link, sizeof(lab->link), "http://127.0.0.1:%u%s", lab->port, path);
	free(output);
	fd = ask(lab, path);
	while (!strstr(answer, "\r\n\r\n") &&
		(more = read(fd, answer + len, sizeof(answer) - 1 - len)) > 0)
		len += (size_t)more;
	at = strstr(answer, "Set-Cookie: ");
	if (!at)
		give_up("no cookie");
	snprintf(lab->cookie, sizeof(lab->cookie), "Cookie: %.*s\r\n", (int)strcspn(at + 12, ";"),
		at + 12);
	close(fd);
	type(lab,
		"socket l; bind l 127.0.0.1:80; listen l; process p; socket c in p; connect c 127.0.0.1:80; accept l a");
	type(lab, "say \"it \\x73tands\"");
	while (!has_said(lab, "it stands"))
		usleep(1000);
}

/* Nanoseconds of a processor that it took; and what main had resident at most, unless ret_kib is NULL. */
static double stop(struct lab *lab, double *ret_kib)
{
	struct rusage usage;

	if (ret_kib)
		*ret_kib = (double)status_of(lab->pid, "VmHWM", 10);
	close(lab->in);
	wait4(lab->pid, NULL, 0, &usage);
	unlink(lab->output);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

/* A process that reads what 100 viewers are told and throws it away. */
static pid_t start_viewers(const struct lab *lab)
{
	struct pollfd fds[VIEWERS];
	char buffer[65536];
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	for (int i = 0; i < VIEWERS; i++)
		fds[i] = (struct pollfd){ .fd = ask(lab, "/events"), .events = POLLIN };
	for (;;) {
		if (poll(fds, VIEWERS, -1) < 0)
			_exit(1);
		for (int i = 0; i < VIEWERS; i++) {
			if (fds[i].revents && read(fds[i].fd, buffer, sizeof(buffer)) <= 0)
				_exit(0);
		}
	}
}

/* What came of a lab at work. */
struct work {
	double rate; /* times a second, what the load repeats */
	double cpu_ns; /* of main and the hosts, from start to end */
	double kib; /* of main, at most */
};

static struct work measure_work(const char *tcplab, int repeats, bool viewed)
{
	struct lab lab;
	struct work w;
	uint64_t begin;
	pid_t viewers = 0;
	char load[64];

	start(&lab, tcplab);
	if (viewed) {
		viewers = start_viewers(&lab);
		usleep(500000);
	}
	snprintf(load, sizeof(load), "repeat %d { send c \"hello\"; recv a 10 }", repeats);
	type(&lab, load);
	begin = clock_now_ns();
	type(&lab, "say \"it is \\x64one\"");
	while (!has_said(&lab, "it is done"))
		usleep(20000);
	w.rate = repeats * (double)NS_PER_S / (double)(clock_now_ns() - begin);
	if (viewers) {
		kill(viewers, SIGKILL);
		waitpid(viewers, NULL, 0);
	}
	w.cpu_ns = stop(&lab, &w.kib);
	return w;
}

static void tell_work(const char *tcplab, int repeats)
{
	struct work alone = measure_work(tcplab, repeats, false);
	struct work viewed = measure_work(tcplab, repeats, true);

	bench_row("send and recv, 100 viewers", "/s", viewed.rate, "without viewers", alone.rate,
		"ratio >= 0.8");
	bench_row("processor time of that", "ns", viewed.cpu_ns, "without viewers", alone.cpu_ns,
		"-");
	bench_row("memory of main (RSS), 100 viewers", "KiB", viewed.kib, "without viewers",
		alone.kib, "-");
}

/* From typing a command until a viewer has what it said. */
static void tell_delay(const char *tcplab, int steps)
{
	struct lab lab;
	pid_t viewers;
	struct text come = TEXT_EMPTY;
	char buffer[65536], line[64], words[64];
	int fd;

	start(&lab, tcplab);
	viewers = start_viewers(&lab);
	fd = ask(&lab, "/events");
	for (int i = 0; i < steps; i++) {
		uint64_t begin;

		snprintf(line, sizeof(line), "say \"step \\x23%d.\"", i);
		snprintf(words, sizeof(words), "step #%d.", i);
		usleep(50000 +
			(unsigned)i * 331 % 40000); /* a person types slowly, and whenever it is */
		text_clear(&come);
		begin = clock_now_ns();
		type(&lab, line);
		while (!strstr(text_get(&come), words)) {
			ssize_t len = read(fd, buffer, sizeof(buffer));

			if (len <= 0)
				give_up("the page has ended");
			text_add(&come, buffer, (size_t)len);
		}
		bench_row("typed, with one of 101 viewers", "ns", (double)(clock_now_ns() - begin),
			NULL, 0, LATE);
	}
	kill(viewers, SIGKILL);
	waitpid(viewers, NULL, 0);
	stop(&lab, NULL);
	text_done(&come);
}

/* From typing a command until the page shows it, by the clock both have. */
static void tell_delay_on_page(const char *tcplab, int steps)
{
	struct browser browser;
	struct lab lab;
	pid_t viewers;

	if (!browser_open(&browser)) {
		fputs("there is no chromium: the page itself is not measured\n", stderr);
		browser_close(&browser);
		return;
	}
	start(&lab, tcplab);
	viewers = start_viewers(&lab);
	browser_look(&browser, "light", 1920);
	browser_visit(&browser, lab.link);
	json_decref(browser_evaluate(&browser,
		"window.seen = {}; new MutationObserver(() => { for (const one of document.querySelectorAll("
		"'#story .say .what')) seen[one.textContent] ||= Date.now(); })"
		".observe(document.querySelector('#story ol'), { childList: true }); 1"));
	for (int i = 0; i < steps; i++) {
		struct timespec typed;
		char line[64], expression[64];
		json_t *seen;

		snprintf(line, sizeof(line), "say \"step %d.\"", i);
		snprintf(expression, sizeof(expression), "seen['step %d.']", i);
		usleep(50000 + (unsigned)i * 331 % 40000);
		clock_gettime(CLOCK_REALTIME, &typed);
		type(&lab, line);
		if (!browser_await(&browser, expression))
			give_up("the page does not go on");
		seen = browser_evaluate(&browser, expression);
		bench_row("typed, on the page, one of 101", "ns",
			(json_number_value(seen) - (double)typed.tv_sec * 1e3) * NS_PER_MS -
				(double)typed.tv_nsec,
			NULL, 0, "-");
		json_decref(seen);
	}
	kill(viewers, SIGKILL);
	waitpid(viewers, NULL, 0);
	browser_close(&browser);
	stop(&lab, NULL);
}

int main(int argc, char **argv)
{
	struct bench b = bench_begin(argc, argv);
	const struct size *size = b.is_short ? &small : &full;

	signal(SIGPIPE, SIG_IGN);
	tell_work(b.tcplab, size->repeats);
	tell_delay(b.tcplab, size->steps);
	tell_delay_on_page(b.tcplab, size->steps);
	return 0;
}
