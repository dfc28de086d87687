/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve [TCPLAB]: what 100 viewers of `tcplab serve` cost the lab, as the rate at which it makes events with and without
 * them, in turns; and how long after a command is typed what it did is with a viewer, one among a hundred. Run by hand,
 * on a machine that is otherwise idle, with a release build. */
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
#include "base/clock.h"
#include "base/text.h"

#define VIEWERS 100
#define ROUNDS 5
#define LOAD "repeat 10000 { send c \"hello\"; recv a 10 }"
#define STEPS 100 /* of the second measurement */

struct lab {
	pid_t pid;
	int in;
	char output[64]; /* file */
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
	char answer[4096], path[128] = "", *output, *at;
	int in[2], fd;

	*lab = (struct lab){ .output = "/tmp/tcplab-bench-XXXXXX" };
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
	memset(answer, 0, sizeof(answer));
	if (read(fd, answer, sizeof(answer) - 1) < 0 || !(at = strstr(answer, "Set-Cookie: ")))
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

/* Seconds of a processor that it took. */
static double stop(struct lab *lab)
{
	struct rusage usage;

	close(lab->in);
	wait4(lab->pid, NULL, 0, &usage);
	unlink(lab->output);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
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

/* Seconds the load takes; and how many of a processor's main and the hosts take, from start to end. */
static double run(const char *tcplab, bool viewed, double *ret_cpu)
{
	struct lab lab;
	uint64_t begin, end;
	pid_t viewers = 0;

	start(&lab, tcplab);
	if (viewed) {
		viewers = start_viewers(&lab);
		usleep(500000);
	}
	type(&lab, LOAD);
	begin = clock_now_ns();
	type(&lab, "say \"it is \\x64one\"");
	while (!has_said(&lab, "it is done"))
		usleep(20000);
	end = clock_now_ns();
	if (viewers) {
		kill(viewers, SIGKILL);
		waitpid(viewers, NULL, 0);
	}
	*ret_cpu = stop(&lab);
	return (double)(end - begin) / (double)NS_PER_S;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* From typing a command until a viewer has what it said. */
static void delay(const char *tcplab)
{
	double delays[STEPS];
	struct lab lab;
	pid_t viewers;
	struct text come = TEXT_EMPTY;
	char buffer[65536], line[64], words[64];
	int fd;

	start(&lab, tcplab);
	viewers = start_viewers(&lab);
	fd = ask(&lab, "/events");
	for (int i = 0; i < STEPS; i++) {
		uint64_t begin;

		snprintf(line, sizeof(line), "say \"step \\x23%d.\"", i);
		snprintf(words, sizeof(words), "step #%d.", i);
		usleep(50000 +
			(unsigned)i * 331 % 40000); /* a person types slowly, and whenever it is */
		begin = clock_now_ns();
		type(&lab, line);
		while (!come.len || !strstr(text_get(&come), words)) {
			ssize_t len = read(fd, buffer, sizeof(buffer));

			if (len <= 0)
				give_up("the page has ended");
			text_clear(&come);
			text_add(&come, buffer, (size_t)len);
		}
		delays[i] = (double)(clock_now_ns() - begin) / (double)NS_PER_MS;
	}
	kill(viewers, SIGKILL);
	waitpid(viewers, NULL, 0);
	stop(&lab);
	text_done(&come);
	qsort(delays, STEPS, sizeof(delays[0]), compare);
	printf("typed to told, one of %d viewers: median %.1f ms, 99th percentile %.1f ms, most %.1f ms\n",
		VIEWERS + 1, delays[STEPS / 2], delays[STEPS * 99 / 100 - 1], delays[STEPS - 1]);
}

/* From typing a command until the page shows it, by the clock both have. */
static void delay_on_page(const char *tcplab)
{
	double delays[STEPS];
	struct browser browser;
	struct lab lab;
	pid_t viewers;

	if (!browser_open(&browser)) {
		puts("there is no chromium: the page itself was not measured");
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
	for (int i = 0; i < STEPS; i++) {
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
		delays[i] = json_number_value(seen) - (double)typed.tv_sec * 1e3 -
			(double)typed.tv_nsec / 1e6;
		json_decref(seen);
	}
	kill(viewers, SIGKILL);
	waitpid(viewers, NULL, 0);
	browser_close(&browser);
	stop(&lab);
	qsort(delays, STEPS, sizeof(delays[0]), compare);
	printf("typed to shown on the page, among %d viewers: median %.0f ms, 99th percentile %.0f ms, most %.0f ms\n",
		VIEWERS + 1, delays[STEPS / 2], delays[STEPS * 99 / 100 - 1], delays[STEPS - 1]);
}

int main(int argc, char **argv)
{
	const char *tcplab = argc > 1 ? argv[1] : "build/tcplab";
	double alone[ROUNDS], viewed[ROUNDS], alone_cpu[ROUNDS], viewed_cpu[ROUNDS];

	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < ROUNDS; i++) {
		alone[i] = run(tcplab, false, &alone_cpu[i]);
		viewed[i] = run(tcplab, true, &viewed_cpu[i]);
	}
	qsort(alone, ROUNDS, sizeof(alone[0]), compare);
	qsort(viewed, ROUNDS, sizeof(viewed[0]), compare);
	printf("`%s`: %.2f s without viewers, %.2f s with %d: %.2f of the rate (best of %d)\n",
		LOAD, alone[0], viewed[0], VIEWERS, alone[0] / viewed[0], ROUNDS);
	qsort(alone_cpu, ROUNDS, sizeof(alone_cpu[0]), compare);
	qsort(viewed_cpu, ROUNDS, sizeof(viewed_cpu[0]), compare);
	printf("the lab's share of the processors: %.2f s without, %.2f s with them\n",
		alone_cpu[0], viewed_cpu[0]);
	delay(tcplab);
	delay_on_page(tcplab);
	return 0;
}
