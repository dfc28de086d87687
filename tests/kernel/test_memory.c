/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcplab promises to need less than 12 MB while a lab is up: the most main ever had resident. Of the host
 * and the processes it is less: they share its pages. */
#include "program.h"

#define MOST_KB (12 * 1024)

/* VmHWM of /proc/PID/status, in KiB. Source: proc(5). */
static long peak_kb(pid_t pid)
{
	char path[64], line[256];
	long kb = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	}
	fclose(file);
	return kb;
}

static void lab_with_a_connection_needs_little(void **state)
{
	const char *const arguments[] = { "--json", NULL };
	static const char script[] =
		"process server; socket l in server; bind l :8080; listen l; socket c\n"
		"connect c :8080; accept l a; send c \"hello\"; recv a => \"hello\"\n"
		"mark done\n";
	struct program p;
	long kb;

	(void)state;
	program_open(&p, arguments, -1);
	program_say(&p, script, strlen(script));
	program_await(&p, "mark");
	kb = peak_kb(p.pid);
	program_close(&p);
	printf("# %ld KiB\n", kb);
	assert_in_range(kb, 1, MOST_KB - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lab_with_a_connection_needs_little) };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	fputs("skipped: the sanitizer's own memory would be measured\n", stderr);
	return PROGRAM_SKIPPED;
#endif
	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
