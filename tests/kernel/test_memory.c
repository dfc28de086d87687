/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcplab promises to need less than 12 MB while a lab is up, and less than 64 MB for one of 16 hosts, 200
 * processes and 1,000 connections: the most main ever had resident. Of the hosts and the processes it is less:
 * they share its pages. */
#include <inttypes.h>

#include "program.h"
#include "status.h"

#define MOST_KIB (12 * 1024)
#define LARGE_MOST_KIB (64 * 1024)
#define HOSTS 16
#define PROCESSES 200
#define CONNECTIONS 1000
#define AT_ONCE 50 /* connections asked for before the answers are read */

static void lab_with_a_connection_needs_little(void **state)
{
	const char *const arguments[] = { "--json", NULL };
	static const char script[] =
		"process server; socket l in server; bind l :8080; listen l; socket c\n"
		"connect c :8080; accept l a; send c \"hello\"; recv a => \"hello\"\n"
		"mark done\n";
	struct program p;
	uint64_t kib;

	(void)state;
	program_open(&p, arguments, -1);
	program_say(&p, script, strlen(script));
	program_await(&p, "mark");
	kib = status_of(p.pid, "VmHWM", 10);
	program_close(&p);
	print_message("%" PRIu64 " KiB\n", kib);
	assert_in_range(kib, 1, MOST_KIB - 1);
}

/* Say what is in `lines` and wait until it is done. */
static void run(struct program *p, struct text *lines)
{
	text_puts(lines, "mark\n");
	program_say(p, text_get(lines), lines->len);
	program_await(p, "mark");
	text_clear(lines);
}

/* Connection `c`: from one of the processes that do not listen to one of the listeners, one a host. */
static void add_connection(struct text *lines, unsigned c)
{
	unsigned process = HOSTS + c % (PROCESSES - HOSTS), host = (process * 7 + c) % HOSTS;

	text_printf(lines, "socket c%u in p%u; connect c%u h%u:80; accept l%u a%u\n", c, process, c,
		host, host, c);
}

static void large_lab_opens_closes_and_ends_with_little(void **state)
{
	const char *const arguments[] = { "--json", NULL };
	struct text lines = TEXT_EMPTY;
	struct program p;
	uint64_t kib;

	(void)state;
	program_open(&p, arguments, -1);
	for (unsigned h = 0; h < HOSTS; h++)
		text_printf(&lines, "host h%u\n", h);
	for (unsigned n = 0; n < PROCESSES; n++)
		text_printf(&lines, "process p%u on h%u\n", n, n % HOSTS);
	for (unsigned h = 0; h < HOSTS; h++)
		text_printf(&lines, "socket l%u in p%u; bind l%u :80; listen l%u\n", h, h, h, h);
	run(&p, &lines);
	for (unsigned c = 0; c < CONNECTIONS; c++) {
		add_connection(&lines, c);
		if (c % AT_ONCE == AT_ONCE - 1)
			run(&p, &lines);
	}
	text_printf(&lines, "expect count ESTABLISHED %d\n", 2 * CONNECTIONS);
	run(&p, &lines);
	for (unsigned c = 0; c < CONNECTIONS; c++) {
		text_printf(&lines, "close c%u; close a%u\n", c, c);
		if (c % AT_ONCE == AT_ONCE - 1)
			run(&p, &lines);
	}
	text_printf(&lines, "expect count TIME-WAIT %d\n", CONNECTIONS);
	run(&p, &lines);
	kib = status_of(p.pid, "VmHWM", 10);
	fd_closep(&p.in); /* it ends with its input */
	assert_int_equal(program_end(&p), 0);
	program_close(&p);
	text_done(&lines);
	print_message("%" PRIu64 " KiB\n", kib);
	assert_in_range(kib, 1, LARGE_MOST_KIB - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lab_with_a_connection_needs_little),
		cmocka_unit_test(large_lab_opens_closes_and_ends_with_little) };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	fputs("skipped: the sanitizer's own memory would be measured\n", stderr);
	return PROGRAM_SKIPPED;
#endif
	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
