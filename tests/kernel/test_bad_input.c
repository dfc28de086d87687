/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with the input is told once, clearly, with its place, on standard error; the exit code is
 * 2, nothing stays behind, and no byte of the input that a terminal would obey comes back. Each line is
 * tried as -c, as a file, as standard input that is a file, and through a pipe. */
#include <sys/prctl.h>

#include "bad_lines.h"
#include "program.h"
#include "temporary.h"

#define RANDOM_BYTES 8192
#define LONG_LINE_BYTES 1000000
/* One argument of execve(2) holds at most MAX_ARG_STRLEN, 32 pages, with its NUL. */
#define ARGUMENT_MAX (128 * 1024 - 1)

static char folder[TEMPORARY_MAX];

static int make_folder(void **state)
{
	(void)state;
	temporary_name("test", folder, sizeof(folder));
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* ---- what is always so ---- */

static bool terminal_obeys(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	return (u[0] < 0x20 && u[0] != '\n') || u[0] == 0x7f ||
		(u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0);
}

static void assert_harmless(const struct text *text, const char *what)
{
	assert_int_equal(strlen(text_get(text)), text->len);
	for (size_t i = 0; i < text->len; i++) {
		if (terminal_obeys(text->s + i))
			fail_msg("%s: byte 0x%02x at %zu of what was printed", what,
				(unsigned char)text->s[i], i);
	}
}

static size_t count_lines(const char *text, const char *begin)
{
	size_t count = 0;

	while (text) {
		count += strncmp(text, begin, strlen(begin)) == 0;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return count;
}

/* The end of a run: code and first line as expected, one error, nobody left. */
static void assert_refused(struct program *p, int code, const char *first_line, const char *what)
{
	int got = program_end(p);
	const char *errors = text_get(&p->errors);

	if (got != code || strncmp(errors, first_line, strlen(first_line)) != 0) {
		program_blame(p);
		fail_msg("%s\n  expected exit code %d and: %s", what, code, first_line);
	}
	if (count_lines(errors, "error:") + count_lines(errors, "tcplab:") != (code ? 1 : 0)) {
		program_blame(p);
		fail_msg("%s: not one error", what);
	}
	assert_harmless(&p->errors, what);
	assert_harmless(&p->output, what);
	errno = 0;
	assert_int_equal(waitpid(-1, NULL, WNOHANG),
		-1); /* we would be the parent of its orphans */
	assert_int_equal(errno, ECHILD);
	program_close(p);
}

/* ---- the same input, four ways ---- */

static void run_argument(const char *input, const char *message)
{
	const char *const arguments[] = { "-c", input, NULL };
	struct text first = TEXT_EMPTY;
	struct program p;

	text_printf(&first, "error: -c%s", message);
	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	assert_refused(&p, 2, text_get(&first), "as -c");
	text_done(&first);
}

static void run_file(const char *input, size_t len, const char *message)
{
	char path[TEMPORARY_MAX + 32];
	const char *const as_option[] = { "-f", path, NULL };
	const char *const as_input[] = { NULL };
	struct text first = TEXT_EMPTY;
	struct program p;
	CLEANUP(fd_closep) int fd = -1;

	snprintf(path, sizeof(path), "%s/bad.lab", folder);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, input, len), len);
	text_printf(&first, "error: %s%s", path, message);
	program_open(&p, as_option, -1);
	fd_closep(&p.in);
	assert_refused(&p, 2, text_get(&first), "as -f");

	text_clear(&first);
	text_printf(&first, "error: stdin%s", message);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	program_open(&p, as_input, fd);
	assert_refused(&p, 2, text_get(&first), "as a file that is standard input");
	text_done(&first);
	unlink(path);
}

/* In a child: tcplab need not read it all. */
static pid_t feed(int fd, const char *input, size_t len)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	signal(SIGPIPE, SIG_DFL);
	while (len) {
		ssize_t n = write(fd, input, len);

		if (n <= 0)
			_exit(1);
		input += n;
		len -= (size_t)n;
	}
	_exit(0);
}

static void run_pipe(const char *input, size_t len, const char *message)
{
	const char *const arguments[] = { NULL };
	struct text first = TEXT_EMPTY;
	int ends[2];
	pid_t feeder;
	struct program p;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	text_printf(&first, "error: stdin%s", message);
	program_open(&p, arguments, ends[0]);
	close(ends[0]);
	feeder = feed(ends[1], input, len);
	close(ends[1]);
	/* it ends by itself: a pipe that nobody reads any more kills it */
	assert_int_equal(waitpid(feeder, NULL, 0), feeder);
	assert_refused(&p, 2, text_get(&first), "through a pipe");
	text_done(&first);
}

static void run_all_ways(const char *input, size_t len, const char *message)
{
	if (!memchr(input, '\0', len) && len <= ARGUMENT_MAX)
		run_argument(input, message);
	run_file(input, len, message);
	run_pipe(input, len, message);
}

static void bad_line_is_told_once_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_lines) / sizeof(bad_lines[0]); i++) {
		const struct bad_line *bad = &bad_lines[i];

		run_all_ways(bad->input, bad->len ? bad->len : strlen(bad->input), bad->message);
	}
}

static void long_line_is_refused(void **state)
{
	char *line = memory_new(LONG_LINE_BYTES + 1);

	(void)state;
	memset(line, 'a', LONG_LINE_BYTES);
	run_all_ways(line, LONG_LINE_BYTES, ":1:65537: line is ");
	line[70000] = '\0'; /* short enough for -c */
	run_all_ways(line, 70000,
		":1:65537: line is 70000 bytes long, the limit is 65536: split it");
	free(line);
}

/* Any bytes: xorshift32 from fixed seeds, so that a failure comes again. */
static void random_bytes_are_refused(void **state)
{
	char bytes[RANDOM_BYTES];

	(void)state;
	for (uint32_t seed = 1; seed <= 8; seed++) {
		uint32_t x = seed * 2654435761U;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			bytes[i] = (char)(x >> 24);
		}
		bytes[0] = (char)0x80; /* the first line is wrong in any case */
		run_all_ways(bytes, sizeof(bytes), ":1:1: byte 0x80 is not valid UTF-8: ");
	}
}

/* Nothing runs of a file that has a mistake anywhere. */
static void mistake_further_down_is_found_before_anything_runs(void **state)
{
	const char *const arguments[] = { "-c", "say \"it ran\"; conect c :80", NULL };
	struct program p;

	(void)state;
	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	assert_int_equal(program_end(&p), 2);
	assert_null(strstr(text_get(&p.output), "it ran"));
	program_close(&p);
}

/* ---- the command line itself ---- */

static void bad_command_line_is_told(void **state)
{
	static const struct {
		const char *arguments[4];
		int code;
		const char *first_line;
	} cases[] = {
		{ { "--frobnicate" }, 2, "tcplab: there is no option '--frobnicate'" },
		{ { "check", "open/refused", "-dx" }, 2, "tcplab: there is no option '-d'" },
		{ { "-6\303\251" }, 2, "tcplab: there is no option '-\\xc3'" },
		{ { "--version=1" }, 2, "tcplab: there is no option '--version=1'" },
		{ { "-c" }, 2, "tcplab: option '-c' needs a value" },
		{ { "frobnicate" }, 2,
			"tcplab: unknown command 'frobnicate': play, check, claims, " },
		{ { "-c", "ss", "play" }, 2, "tcplab: 'play' makes no sense after -c or -f" },
		{ { "play" }, 2, "tcplab: play what? " },
		{ { "play", "no/such" }, 2, "tcplab: there is no recipe 'no/such'" },
		{ { "check", "no/such" }, 2, "tcplab: there is no recipe 'no/such'" },
		{ { "list", "no/such" }, 2, "tcplab: there is no recipe 'no/such'" },
		{ { "-f", "/no/such.lab" }, 2,
			"tcplab: no recipe '/no/such.lab': open: No such file" },
		{ { "check", folder }, 2, "tcplab: " },
		{ { "-f", folder }, 2, "tcplab: " },
		{ { "-f", "/dev/null" }, 0, "" },
		{ { "-c", "" }, 0, "" },
		{ { "-c", "# only a comment" }, 0, "" },
		{ { "play", "\033[31m" }, 2, "tcplab: " },
		{ { "-f", "/no/\033[31m" }, 2, "tcplab: " },
		{ { "--\033[31m" }, 2, "tcplab: " },
		{ { "\033[31m" }, 2, "tcplab: " },
		{ { "doctor", "recipes" }, 2, "tcplab: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct program p;

		program_open(&p, cases[i].arguments, -1);
		fd_closep(&p.in);
		assert_refused(&p, cases[i].code, cases[i].first_line, cases[i].arguments[0]);
	}
}

static void folder_without_recipes_is_named(void **state)
{
	const char *const arguments[] = { "check", folder, NULL };
	struct text first = TEXT_EMPTY;
	struct program p;

	(void)state;
	text_printf(&first, "tcplab: %s: no *.lab file below it", folder);
	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	assert_refused(&p, 2, text_get(&first), "check");
	text_done(&first);
}

/* A file's name is not its owner's to paint the terminal with. */
static void file_name_is_made_harmless(void **state)
{
	char path[TEMPORARY_MAX + 32];
	const char *const arguments[] = { "-f", path, NULL };
	struct program p;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/\033[31m.lab", folder);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("frobnicate\n", file);
	fclose(file);
	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	program_end(&p);
	unlink(path);
	assert_harmless(&p.errors, "the name of a file with a mistake");
	program_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_line_is_told_once_with_its_place),
		cmocka_unit_test(long_line_is_refused),
		cmocka_unit_test(random_bytes_are_refused),
		cmocka_unit_test(mistake_further_down_is_found_before_anything_runs),
		cmocka_unit_test(bad_command_line_is_told),
		cmocka_unit_test(folder_without_recipes_is_named),
		cmocka_unit_test(file_name_is_made_harmless),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* what tcplab leaves behind becomes our child */
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
