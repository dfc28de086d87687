/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the command line and does what its verb says. Nothing happens here that another front end would want
 * to do as well. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/orphans.h"
#include "base/paragraph.h"
#include "base/text.h"
#include "cli/check.h"
#include "cli/claims.h"
#include "cli/complaint.h"
#include "cli/grade.h"
#include "cli/lab.h"
#include "cli/lines.h"
#include "cli/listing.h"
#include "cli/options.h"
#include "cli/practice.h"
#include "cli/reporting.h"
#include "cli/usage.h"
#include "command/help.h"
#include "command/table.h"
#include "journal/journal.h"
#include "language/claim.h"
#include "language/exercise.h"
#include "language/prediction.h"
#include "language/recipe.h"
#include "language/statement.h"
#include "language/telling.h"
#include "watch/watch.h"
#include "world/host.h"
#include "world/power.h"

/* Bad usage: one line, which says where help is. */
static int misused(struct text *message)
{
	fprintf(stderr, "tcplab: %s\n", text_get(message));
	text_done(message);
	return EXIT_USAGE;
}

static int misused_word(const char *before, const char *word, const char *after)
{
	struct text message = TEXT_EMPTY;

	text_printf(&message, "%s'", before);
	text_printable(&message, word, strlen(word));
	text_printf(&message, "'%s; `tcplab --help` tells more", after);
	return misused(&message);
}

/* Every recipe that the arguments name, or all. 0 or an exit code. */
static int find_recipes(char **names, int count, struct recipe_list *list)
{
	struct diag d = { 0 };
	int r = 0;

	if (count == 0)
		r = recipe_find("recipes", list, &d);
	for (int i = 0; i < count && r == 0; i++)
		r = recipe_find(names[i], list, &d);
	if (r == 0)
		return 0;
	recipe_list_done(list);
	return complaint_print(&d);
}

/* How often it asks what will happen. 0 too when it cannot be read, which is told when it is played. */
static size_t count_questions(const struct text *recipe)
{
	struct statement_list list = { 0 };
	struct diag d = { 0 };
	size_t count;

	if (statement_parse_all(text_get(recipe), recipe->len, "", 1, &list, &d) < 0)
		return 0;
	count = prediction_count(&list);
	statement_list_done(&list);
	return count;
}

/* What to look for: before it is played; behind it, when somebody is asked. played: it was. */
static void print_opening(const char *path, bool played)
{
	struct text text = TEXT_EMPTY, opening = TEXT_EMPTY, wrapped = TEXT_EMPTY;
	struct diag d = { 0 };
	size_t questions;

	if (recipe_read(path, &text, &d) == 0)
		recipe_opening(text_get(&text), text.len, &opening);
	questions = count_questions(&text);
	if (questions && !played)
		telling_format_waiting(questions, &wrapped);
	else if (played == (questions > 0))
		paragraph_add_filled(&wrapped, text_get(&opening));
	if (wrapped.len)
		printf("%s%s%s", played ? "\n" : "", text_get(&wrapped), played ? "" : "\n");
	fflush(stdout);
	text_done(&text);
	text_done(&opening);
	text_done(&wrapped);
}

static int run_lab(const struct options *o)
{
	struct lines input = { 0 };
	int code = lab_run(o, &input);

	lines_done(&input);
	return code;
}

static int play(struct options *o, char **names, int count)
{
	struct recipe_list list = { 0 };
	struct lines answers = { 0 };
	int code = 0;

	if (count == 0) {
		fputs("tcplab: play what? tcplab play RECIPE; `tcplab list` shows them\n", stderr);
		return EXIT_USAGE;
	}
	code = find_recipes(names, count, &list);
	if (o->capture && list.count > 1) {
		fputs("tcplab: one file cannot hold several recordings: play one recipe, or "
		      "`tcplab check --capture FOLDER`\n",
			stderr);
		code = EXIT_USAGE;
	}
	if (o->step && list.count > 1) {
		fputs("tcplab: --step plays one recipe, and that is a folder\n", stderr);
		code = EXIT_USAGE;
	}
	o->ask = true;
	for (size_t i = 0; i < list.count && code == 0; i++) {
		o->file = list.paths[i];
		if (!o->json)
			print_opening(o->file, false);
		code = lab_run(o, &answers);
		/* --step, --pace: the script does; Ctrl-C: it has not been played */
		if (!o->json && !o->step && !o->pace_ns && code < EXIT_SIGNAL)
			print_opening(o->file, true);
	}
	lines_done(&answers);
	recipe_list_done(&list);
	return code;
}

/* Where the recordings go. 0 or an exit code. */
static int make_folder(const char *path)
{
	struct diag d = { 0 };
	int fd;

	if (mkdir(path, 0777) == 0 || errno == EEXIST) {
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			close(fd);
			return 0;
		}
	}
	diag_errno(&d, errno, "mkdir", "recordings cannot go to the folder '%s'", path);
	return complaint_print(&d);
}

static int check(const struct options *o, char **names, int count)
{
	struct recipe_list list = { 0 };
	int code = find_recipes(names, count, &list);

	if (code)
		return code;
	code = o->capture ? make_folder(o->capture) : 0;
	if (code == 0)
		code = check_recipes(o, &list);
	recipe_list_done(&list);
	return code;
}

/* Words that look like one are IDs, in capitals or not; the others are where to look for claims. */
static int claims(const struct options *o, char **words, int count)
{
	struct recipe_list list = { 0 };
	int ids = 0, places = 0, code;
	char **sorted = memory_new(((size_t)count + 1) * sizeof(char *));

	for (int i = 0; i < count; i++) {
		char *word = words[i], first = word[0];

		word[0] = (char)toupper((unsigned char)first);
		if (claim_is_id(word)) {
			sorted[ids++] = word;
		} else {
			word[0] = first;
			sorted[count - ++places] = word;
		}
	}
	code = find_recipes(sorted + ids, places, &list);
	if (code == 0)
		code = claims_put(o, &list, sorted, (size_t)ids);
	recipe_list_done(&list);
	free(sorted);
	return code;
}

/* `tcplab exercise`, and the first word of `grade`: the path of the only exercise that this means. 0 or an exit code. */
static int find_exercise(const char *name, struct recipe_list *list)
{
	struct diag d = { 0 };

	if (practice_find(name, list, &d) == 0)
		return 0;
	return complaint_print(&d);
}

static int exercise(struct options *o, char **names, int count)
{
	struct recipe_list list = { 0 };
	int code;

	if (count != 1) {
		fputs("tcplab: which exercise? `tcplab list exercises` shows them\n", stderr);
		return EXIT_USAGE;
	}
	code = find_exercise(names[0], &list);
	if (code)
		return code;
	o->file = list.paths[0];
	o->exercise = true;
	code = run_lab(o);
	recipe_list_done(&list);
	return code;
}

static int grade(const struct options *o, char **words, int count)
{
	struct recipe_list exercise = { 0 };
	int code;

	if (count < 2 || (o->json && count != 2)) {
		fputs("tcplab: grade what? tcplab grade EXERCISE FILE|FOLDER ...\n", stderr);
		return EXIT_USAGE;
	}
	code = find_exercise(words[0], &exercise);
	if (code == 0 && o->json)
		code = grade_here(o, exercise.paths[0], words[1]);
	else if (code == 0)
		code = grade_submissions(o, exercise.paths[0], words + 1, count - 1);
	recipe_list_done(&exercise);
	return code;
}

/* An exercise as one student has it. 0, or -errno with d filled. */
static int personalize(const char *path, const char *student, struct text *text, struct diag *d)
{
	struct text own = TEXT_EMPTY;
	struct exercise *e = NULL;
	int r = exercise_read(path, text_get(text), text->len, student, &e, d);

	if (r == 0)
		r = exercise_show(e, text_get(text), text->len, &own, d);
	exercise_free(e);
	text_done(text);
	*text = own;
	return r;
}

static int show(const struct options *o, char **names, int count)
{
	struct recipe_list list = { 0 };
	struct text text = TEXT_EMPTY;
	struct diag d = { 0 };
	int code;

	if (count == 0) {
		fputs("tcplab: show what? tcplab show RECIPE; `tcplab list` shows them\n", stderr);
		return EXIT_USAGE;
	}
	code = find_recipes(names, count, &list);
	for (size_t i = 0; i < list.count && code == 0; i++) {
		if (list.count > 1)
			printf("%s# %s\n", i ? "\n" : "", list.paths[i]);
		text_clear(&text);
		if (recipe_read(list.paths[i], &text, &d) < 0 ||
			(o->student && personalize(list.paths[i], o->student, &text, &d) < 0))
			code = complaint_print(&d);
		fwrite(text_get(&text), 1, text.len, stdout);
	}
	text_done(&text);
	recipe_list_done(&list);
	return code;
}

static int report(struct options *o, char **names, int count)
{
	struct recipe_list list = { 0 };
	struct journal *journal = NULL;
	struct diag d = { 0 };
	int code = 0;

	if (count != 1) {
		fputs("tcplab: report what? tcplab report RECIPE|JOURNAL -o FILE\n", stderr);
		return EXIT_USAGE;
	}
	o->page = o->page ? o->page : PAGE_HTML;
	if (!o->output && isatty(STDOUT_FILENO)) {
		fputs("tcplab: a report is no text for a terminal: tcplab report ... -o FILE\n",
			stderr);
		return EXIT_USAGE;
	}
	if (reporting_read(names[0], &journal, &d) < 0 ||
		(journal && reporting_write(o, journal, &d) < 0))
		code = complaint_print(&d);
	if (journal || code) {
		journal_free(journal);
		return code;
	}
	code = find_recipes(names, count, &list);
	if (code == 0 && list.count != 1) {
		fputs("tcplab: a report is of one recipe, and that is a folder\n", stderr);
		code = EXIT_USAGE;
	}
	o->file = code ? NULL : list.paths[0];
	if (code == 0)
		code = run_lab(o);
	recipe_list_done(&list);
	return code;
}

static int serve(struct options *o, char **names, int count)
{
	struct recipe_list list = { 0 };
	int code = 0;

	if (count > (o->command || o->file ? 0 : 1))
		return misused_word("serve plays one recipe; it cannot take ", names[count - 1],
			"");
	if (count)
		code = find_recipes(names, count, &list);
	if (code == 0 && list.count > 1) {
		fputs("tcplab: serve plays one recipe, and that is a folder\n", stderr);
		code = EXIT_USAGE;
	}
	if (code == 0 && list.count) {
		o->file = list.paths[0];
		o->ask = true;
	}
	o->serve = true;
	if (code == 0)
		code = run_lab(o);
	recipe_list_done(&list);
	return code;
}

static int list_recipes(char **names, int count)
{
	struct recipe_list list = { 0 };
	int code = find_recipes(names, count, &list);

	for (size_t i = 0; i < list.count; i++) {
		struct text line = TEXT_EMPTY;

		listing_format(list.paths[i], &line);
		puts(text_get(&line));
		text_done(&line);
	}
	recipe_list_done(&list);
	return code;
}

/* End as whoever's terminal goes ends, and not by exit(): the leak checker of sanitized builds stops the process there,
 * and the SIGCONT that comes with a hangup undoes that before it is seen, so that both wait for ever (gcc 12). */
static void hang_up(void)
{
	sigset_t hangup;

	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	signal(SIGHUP, SIG_DFL);
	raise(SIGHUP);
	sigprocmask(SIG_UNBLOCK, &hangup, NULL);
}

static int watch(char **words, int count)
{
	struct text list = TEXT_EMPTY;
	struct diag d = { 0 };
	pid_t pid = 0;
	int r = 0, code = 0;

	if (count > 1 || (count == 1 && watch_parse_pid(words[0], &pid) < 0)) {
		fputs("tcplab: watch which lab? tcplab watch [PID]\n", stderr);
		return EXIT_USAGE;
	}
	if (count == 0)
		r = watch_find(&pid, &list, &d);
	if (r == 0)
		r = watch_run(pid, &d);
	if (r == -ENOENT && count == 1)
		watch_list(&list);
	if (r < 0)
		code = complaint_print(&d);
	if (r == -ENOENT && list.len)
		fputs("these can be watched:\n", stderr);
	fputs(text_get(&list), stderr);
	text_done(&list);
	if (r == SIGHUP)
		hang_up();
	if (r > 0)
		return EXIT_SIGNAL + r;
	return code;
}

/* The probe is the start of a lab itself, told step by step. */
static int doctor(void)
{
	enum host_step failed = STEP_COUNT;
	struct diag d = { 0 };
	struct host host = { .pid = -1 };
	struct text crowd = TEXT_EMPTY;
	struct orphans orphans;
	int pid, channel = -1, r = host_open(&host, 0, "localhost", NULL, 0, &failed, &d);

	if (r == 0) {
		r = host_spawn(&host, &pid, &channel, &d);
		failed = r < 0 ? STEP_PROCESS : STEP_COUNT;
	}
	for (int step = 0; step < STEP_COUNT && step <= (int)failed; step++)
		printf("%-8s %s\n", step == (int)failed ? "FAILED" : "ok",
			host_step_name((enum host_step)step));
	if (r == 0 && orphans_read(&orphans) && orphans_crowd(&orphans, &crowd))
		printf("%-8s %s\n", "crowded", text_get(&crowd));
	text_done(&crowd);
	if (r == 0)
		printf("%-8s IPv6\nA lab can stand here%s.\n", host.ipv6 ? "ok" : "missing",
			host.new_user ? ", without root" : ", as root");
	fflush(stdout);
	if (r < 0)
		complaint_print(&d);
	fd_closep(&channel);
	host_close(&host);
	return r < 0 ? EXIT_NO_LAB : 0;
}

/* Of the subcommand that `word` is, or of all; else what `help` at the prompt tells of it. */
static int print_usage(const char *word)
{
	enum verb verb = word ? verb_parse(word) : VERB_NONE;
	struct text text = TEXT_EMPTY;

	if (word && verb == VERB_NONE) {
		if (!help_on(&command_table, word, false, &text))
			return misused_word("no help on ", word, "");
		text_puts(&text, "\nThat is of the prompt, where `help` lists more.\n");
	} else {
		usage_format(verb, &text);
	}
	fputs(text_get(&text), stdout);
	text_done(&text);
	return 0;
}

static int subcommand(struct options *o, char **words, int count)
{
	enum verb verb = count ? verb_parse(words[0]) : VERB_NONE;
	struct text error = TEXT_EMPTY;

	if (count && (o->command || o->file) && verb != VERB_SERVE)
		return misused_word("", words[0], " makes no sense after -c or -f");
	if (count && verb == VERB_NONE)
		return misused_word("unknown command ", words[0],
			": play, check, claims, exercise, grade, watch, serve, report, list, show, doctor or help");
	if (options_check(o, verb, &error) < 0)
		return misused(&error);
	switch (verb) {
	case VERB_PLAY:
		return play(o, words + 1, count - 1);
	case VERB_CHECK:
		return check(o, words + 1, count - 1);
	case VERB_CLAIMS:
		return claims(o, words + 1, count - 1);
	case VERB_EXERCISE:
		return exercise(o, words + 1, count - 1);
	case VERB_GRADE:
		return grade(o, words + 1, count - 1);
	case VERB_SHOW:
		return show(o, words + 1, count - 1);
	case VERB_SERVE:
		return serve(o, words + 1, count - 1);
	case VERB_REPORT:
		return report(o, words + 1, count - 1);
	case VERB_LIST:
		return list_recipes(words + 1, count - 1);
	case VERB_WATCH:
		return watch(words + 1, count - 1);
	case VERB_HELP:
		return print_usage(count > 1 ? words[1] : NULL);
	case VERB_DOCTOR:
		return count > 1 ? misused_word("doctor takes no ", words[1], "") : doctor();
	default:
		return run_lab(o);
	}
}

/* 0, 1 and 2 are what everybody takes them for: one that is closed must not become our epoll. */
static void open_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	fd_closep(&fd);
}

/* A full disk must not look like success. A reader that has left (head(1)) is no failure. */
static int written(int code)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (poll(&out, 1, 0) > 0 && (out.revents & POLLERR))
		return code;
	fputs("tcplab: standard output could not be written: is the disk full?\n", stderr);
	return code ? code : EXIT_NO_LAB;
}

int main(int argc, char **argv)
{
	struct text error = TEXT_EMPTY;
	struct options o;
	int first, r;

	open_standard();
	r = power_drop();
	if (r < 0) {
		fprintf(stderr, "tcplab: root's power cannot be given away: capset: %s\n",
			strerror(-r));
		return EXIT_NO_LAB;
	}
	json_set_alloc_funcs(memory_new, free); /* it too ends when there is no memory left */
	/* a reader of ours that leaves is no reason to die, nor is a file that may not grow: EPIPE and EFBIG say it as well;
	 * hosts and processes reset them */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	first = options_parse(argc, argv, &o, &error);
	if (first < 0)
		return misused(&error);
	if (o.help)
		return written(print_usage(first < argc ? argv[first] : NULL));
	if (o.version) {
		puts("tcplab " TCPLAB_VERSION);
		return written(0);
	}
	return written(subcommand(&o, argv + first, argc - first));
}
