/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the command line, wires the parts of a lab together, and turns its end into an exit code. Nothing
 * happens here that another front end would want to do as well. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "cli/check.h"
#include "cli/claims.h"
#include "cli/options.h"
#include "cli/reporting.h"
#include "command/table.h"
#include "journal/jsonl.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/claim.h"
#include "language/lexer.h"
#include "language/recipe.h"
#include "language/script.h"
#include "language/statement.h"
#include "repl/prompt.h"
#include "view/console.h"
#include "watch/feed.h"
#include "watch/watch.h"
#include "wire/capture.h"
#include "wire/wire.h"
#include "world/world.h"

/* One lab from its first process to its last, with whatever feeds it commands. */
struct lab {
	const struct options *options;
	uv_loop_t loop;
	uv_signal_t interrupt, terminate, hangup;
	uv_poll_t input; /* standard input when it is a pipe */
	bool reading;
	struct world *world;
	struct script *script;
	struct console *console;
	struct prompt *prompt;
	struct feed *feed; /* for watchers; NULL = nobody can watch */
	struct text title; /* what they are told this lab is */
	struct text typed; /* a line of standard input that is not complete yet */
	uint32_t line; /* of standard input */
	int code; /* exit code */
	bool closing;
};

static bool wants_color(int fd)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	return isatty(fd) && !(no_color && no_color[0]) && term && strcmp(term, "dumb") != 0;
}

static void print_stdio(void *arg, bool error, const char *lines, size_t len)
{
	struct lab *lab = arg;

	if (lab->prompt) {
		prompt_print(lab->prompt, lines, len);
	} else if (error || !(lab->options->json || lab->options->page)) {
		fwrite(lines, 1, len, error ? stderr : stdout);
		fflush(error ? stderr : stdout);
	}
}

static void print_json(void *arg, const struct journal *j, const struct event *event)
{
	char *line = jsonl_format(event);

	(void)arg;
	(void)j;
	fputs(line, stdout);
	fflush(stdout);
	free(line);
}

/* What went wrong before there was a journal to tell it, and what to try. */
static void print_diag(const struct diag *d)
{
	struct text message = TEXT_EMPTY;

	text_puts(&message, "tcplab: ");
	diag_format(d, &message);
	text_puts(&message, "\n");
	if (d->remedy[0])
		text_printf(&message, "  try: %s\n", d->remedy);
	fputs(text_get(&message), stderr);
	text_done(&message);
}

/* ---- ending ---- */

static void on_closed(void *arg)
{
	(void)arg; /* the loop runs dry by itself */
}

static void close_lab(struct lab *lab)
{
	if (lab->closing)
		return;
	lab->closing = true;
	if (lab->prompt)
		prompt_close(lab->prompt, on_closed, lab);
	lab->prompt = NULL;
	if (lab->reading)
		uv_close((uv_handle_t *)&lab->input, NULL);
	uv_close((uv_handle_t *)&lab->interrupt, NULL);
	uv_close((uv_handle_t *)&lab->terminate, NULL);
	uv_close((uv_handle_t *)&lab->hangup, NULL);
	feed_close(lab->feed);
	lab->feed = NULL;
	world_close(lab->world, on_closed, lab);
}

static void on_script_ended(void *arg, enum script_verdict verdict)
{
	struct lab *lab = arg;

	lab->code = (int)verdict;
	close_lab(lab);
}

static void on_prompt_ended(void *arg)
{
	close_lab(arg);
}

static void on_script_idle(void *arg)
{
	struct lab *lab = arg;

	if (lab->prompt)
		prompt_ready(lab->prompt);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct lab *lab = handle->data;

	if (number == SIGINT && lab->prompt)
		return; /* the prompt has its own use for it */
	lab->code = EXIT_SIGNAL + number;
	close_lab(lab);
}

/* ---- standard input that is no terminal ---- */

static void push_lines(struct lab *lab, bool end)
{
	char *newline;

	while (!script_over(lab->script) &&
		(newline = memchr(lab->typed.s, '\n', lab->typed.len))) {
		size_t len = (size_t)(newline - lab->typed.s);

		script_push_told(lab->script, lab->typed.s, len, "stdin", ++lab->line);
		lab->typed.len -= len + 1;
		memmove(lab->typed.s, newline + 1, lab->typed.len);
	}
	/* a line that is too long is refused as soon as that is known, not collected for ever */
	if (!script_over(lab->script) &&
		(lab->typed.len > LEXER_LINE_MAX || (end && lab->typed.len))) {
		script_push_told(lab->script, lab->typed.s, lab->typed.len, "stdin", ++lab->line);
		text_clear(&lab->typed);
	}
	if (end)
		script_end(lab->script);
}

static void on_input(uv_poll_t *handle, int status, int events)
{
	struct lab *lab = handle->data;
	char buffer[65536];
	ssize_t len = read(STDIN_FILENO, buffer, sizeof(buffer));

	(void)status;
	(void)events;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len > 0)
		text_add(&lab->typed, buffer, (size_t)len);
	else
		uv_poll_stop(&lab->input);
	if (lab->typed.s || len <= 0)
		push_lines(lab, len <= 0);
}

/* A pipe is read as it fills, so that a program can talk with the lab; a file at once (epoll has no
 * use for files). */
static int read_input(struct lab *lab, struct diag *d)
{
	struct text text = TEXT_EMPTY;
	int r;

	if (uv_poll_init(&lab->loop, &lab->input, STDIN_FILENO) == 0) {
		lab->reading = true;
		lab->input.data = lab;
		text_add(&lab->typed, "", 0);
		uv_poll_start(&lab->input, UV_READABLE | UV_DISCONNECT, on_input);
		return 0;
	}
	r = recipe_read_fd(STDIN_FILENO, "stdin", &text, d);
	if (r == 0) {
		script_push_told(lab->script, text_get(&text), text.len, "stdin", 1);
		script_end(lab->script);
	}
	text_done(&text);
	return r;
}

/* ---- running ---- */

static char *history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct text path = TEXT_EMPTY;

	if (state && state[0] == '/')
		text_printf(&path, "%s/tcplab/history", state);
	else if (home && home[0])
		text_printf(&path, "%s/.local/state/tcplab/history", home);
	else
		return NULL;
	return text_take(&path);
}

static void welcome(void)
{
	printf("tcplab " TCPLAB_VERSION
	       ": a private host whose loopback is the wire. Times are in ms.\n"
	       "`help` lists the commands, Ctrl-D leaves. A first story, in the shell:\n"
	       "%s play open/self-connect\n",
		program_invocation_name);
	fflush(stdout);
}

static int open_prompt(struct lab *lab, struct diag *d)
{
	CLEANUP(freep) char *history = history_path();
	struct prompt_options options = { .history_file = history,
		.color = wants_color(STDOUT_FILENO),
		.ended = on_prompt_ended,
		.arg = lab };
	int r = prompt_open(&lab->prompt, &lab->loop, lab->world, lab->script, &options, d);
	if (r == 0)
		prompt_ready(lab->prompt);
	return r;
}

/* What to look for is part of the story: comments are no commands, so nothing else keeps it. */
static void tell_recipe(const struct lab *lab, const struct text *recipe)
{
	struct text opening = TEXT_EMPTY;

	recipe_opening(text_get(recipe), recipe->len, &opening);
	journal_add(world_journal(lab->world),
		(struct event){ .kind = EVENT_RECIPE,
			.subject = lab->options->file,
			.text = text_get(&opening) });
	text_done(&opening);
}

/* Give the script what it shall run. 0 or -errno with d filled. */
static int feed(struct lab *lab, bool interactive, struct diag *d)
{
	const struct options *o = lab->options;
	struct text text = TEXT_EMPTY;
	int r = 0;

	if (o->command) {
		script_push_told(lab->script, o->command, strlen(o->command), "-c", 1);
	} else if (o->file) {
		r = recipe_read(o->file, &text, d);
		if (r == 0) {
			tell_recipe(lab, &text);
			script_push_told(lab->script, text_get(&text), text.len, o->file, 1);
		}
		text_done(&text);
	} else if (interactive) {
		return open_prompt(lab, d);
	} else {
		return read_input(lab, d);
	}
	if (r == 0)
		script_end(lab->script);
	return r;
}

static void start_signal(struct lab *lab, uv_signal_t *handle, int number)
{
	uv_signal_init(&lab->loop, handle);
	handle->data = lab;
	uv_signal_start(handle, on_signal, number);
}

/* A recording that has not all of it must not look like one. */
static void end_capture(struct lab *lab)
{
	struct diag d = { 0 };

	if (wire_capture(world_wire(lab->world), NULL, &d) == 0)
		return;
	print_diag(&d);
	lab->code = lab->code ? lab->code : EXIT_USAGE;
}

static void write_report(struct lab *lab)
{
	struct diag d = { 0 };

	if (reporting_write(lab->options, world_journal(lab->world), &d) == 0)
		return;
	print_diag(&d);
	lab->code = EXIT_USAGE;
}

/* Let people watch, where there are people: a lab without a terminal, as those of `check` are, is not looked for. That
 * it cannot be watched is no reason to stop; the command `watch` says why. */
static void offer(struct lab *lab, bool interactive)
{
	const struct options *o = lab->options;
	struct diag d = { 0 };

	if (!isatty(STDIN_FILENO) && !isatty(STDOUT_FILENO) && !isatty(STDERR_FILENO))
		return;
	if (o->file)
		recipe_short_name(o->file, &lab->title);
	else
		text_puts(&lab->title,
			o->command	      ? "commands behind -c"
				: interactive ? "the prompt"
					      : "standard input");
	feed_open(&lab->feed, &lab->loop, lab->world, text_get(&lab->title), &d);
}

static int run_lab(const struct options *o)
{
	bool interactive = !o->command && !o->file && isatty(STDIN_FILENO);
	struct lab lab = { .options = o };
	struct script_options script_options = { .interactive = interactive,
		.may_exec = interactive || o->command || o->allow_exec ||
			(o->file && recipe_came_along(o->file)),
		.may_write = interactive || o->command || o->allow_write,
		.slow = o->slow,
		.keep_going = o->keep_going,
		.idle = on_script_idle,
		.ended = on_script_ended,
		.arg = &lab };
	struct console_options console_options = { .commands = !interactive,
		.story = !o->json && !o->page,
		.color = wants_color(STDOUT_FILENO),
		.print = print_stdio,
		.arg = &lab };
	struct capture *capture = NULL;
	struct diag d = { 0 };
	int r;

	if (o->capture && capture_open(o->capture, &capture, &d) < 0) {
		print_diag(&d);
		return EXIT_USAGE;
	}
	uv_loop_init(&lab.loop);
	start_signal(&lab, &lab.interrupt, SIGINT);
	start_signal(&lab, &lab.terminate, SIGTERM);
	start_signal(&lab, &lab.hangup, SIGHUP);
	lab.world = world_new(&lab.loop, o->ipv6);
	wire_capture(world_wire(lab.world), capture, &d);
	if (o->json)
		journal_read(world_journal(lab.world), print_json, NULL);
	lab.console = console_new(world_journal(lab.world), &console_options);
	lab.script = script_new(lab.world, &command_table, &script_options);
	if (interactive)
		welcome();
	r = world_open(lab.world, NULL, &d);
	if (r == 0)
		offer(&lab, interactive);
	if (r < 0)
		lab.code = EXIT_NO_LAB;
	else if ((r = feed(&lab, interactive, &d)) < 0)
		lab.code = EXIT_USAGE;
	if (r < 0) {
		print_diag(&d);
		close_lab(&lab);
	}
	uv_run(&lab.loop, UV_RUN_DEFAULT);
	end_capture(&lab);
	if (o->page && lab.code != EXIT_NO_LAB)
		write_report(&lab);
	script_free(lab.script);
	world_free(lab.world);
	console_free(lab.console);
	text_done(&lab.typed);
	text_done(&lab.title);
	LAB_ASSERT(uv_loop_close(&lab.loop) == 0);
	return lab.code;
}

/* ---- subcommands ---- */

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
	print_diag(&d);
	recipe_list_done(list);
	return EXIT_USAGE;
}

/* What to look for, before it begins. */
static void print_opening(const char *path)
{
	struct text text = TEXT_EMPTY, opening = TEXT_EMPTY;
	struct diag d = { 0 };

	if (recipe_read(path, &text, &d) == 0)
		recipe_opening(text_get(&text), text.len, &opening);
	if (opening.len)
		printf("%s\n", text_get(&opening));
	fflush(stdout);
	text_done(&text);
	text_done(&opening);
}

static int play(struct options *o, char **names, int count)
{
	struct recipe_list list = { 0 };
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
	for (size_t i = 0; i < list.count && code == 0; i++) {
		o->file = list.paths[i];
		if (!o->json)
			print_opening(o->file);
		code = run_lab(o);
	}
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
	print_diag(&d);
	return EXIT_USAGE;
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

static int show(char **names, int count)
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
		if (recipe_read(list.paths[i], &text, &d) < 0) {
			print_diag(&d);
			code = EXIT_USAGE;
		}
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
		(journal && reporting_write(o, journal, &d) < 0)) {
		print_diag(&d);
		code = EXIT_USAGE;
	}
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

static void add_id(void *arg, const struct statement *claim)
{
	struct text *ids = arg, id = TEXT_EMPTY;

	text_printf(&id, " %s ", claim->words[1].text);
	if (!strstr(text_get(ids), text_get(&id))) /* " A1 " is not in " A10 " */
		text_printf(ids, "%s%s ", ids->len ? "" : " ", claim->words[1].text);
	text_done(&id);
}

/* " A1 A2 ": what a recipe claims, each once. */
static void add_ids(const struct text *recipe, struct text *out)
{
	struct statement_list list = { 0 };
	struct diag d = { 0 };

	if (statement_parse_all(text_get(recipe), recipe->len, "", 1, &list, &d) < 0)
		return; /* it is told when it is played */
	if (claim_check(&list, &d) == 0)
		claim_each(&list, add_id, out);
	statement_list_done(&list);
}

static int list_recipes(char **names, int count)
{
	struct recipe_list list = { 0 };
	int code = find_recipes(names, count, &list);

	for (size_t i = 0; i < list.count; i++) {
		struct text text = TEXT_EMPTY, name = TEXT_EMPTY, title = TEXT_EMPTY;
		struct text ids = TEXT_EMPTY;
		struct diag d = { 0 };

		recipe_short_name(list.paths[i], &name);
		if (recipe_read(list.paths[i], &text, &d) == 0) {
			recipe_title(text_get(&text), text.len, &title);
			add_ids(&text, &ids);
		}
		printf("%-27s %s", text_get(&name), text_get(&title));
		if (ids.len)
			printf("  [%.*s]", (int)(ids.len - 2), text_get(&ids) + 1);
		puts("");
		text_done(&text);
		text_done(&name);
		text_done(&title);
		text_done(&ids);
	}
	recipe_list_done(&list);
	return code;
}

static int watch(char **words, int count)
{
	struct text list = TEXT_EMPTY;
	struct diag d = { 0 };
	pid_t pid = 0;
	int r = 0;

	if (count > 1 || (count == 1 && watch_parse_pid(words[0], &pid) < 0)) {
		fputs("tcplab: watch which lab? tcplab watch [PID]\n", stderr);
		return EXIT_USAGE;
	}
	if (count == 0)
		r = watch_find(&pid, &list, &d);
	if (r == 0)
		r = watch_run(pid, &d);
	if (r < 0)
		print_diag(&d);
	fputs(text_get(&list), stderr);
	text_done(&list);
	if (r > 0)
		return EXIT_SIGNAL + r;
	return r < 0 ? EXIT_USAGE : 0;
}

/* The probe is the start of a lab itself, told step by step. */
static int doctor(void)
{
	enum host_step failed = STEP_COUNT;
	struct diag d = { 0 };
	struct host host = { .pid = -1 };
	int pid, channel = -1, r = host_open(&host, 0, "localhost", NULL, 0, &failed, &d);

	if (r == 0) {
		r = host_spawn(&host, &pid, &channel, &d);
		failed = r < 0 ? STEP_PROCESS : STEP_COUNT;
	}
	for (int step = 0; step < STEP_COUNT && step <= (int)failed; step++)
		printf("%-8s %s\n", step == (int)failed ? "FAILED" : "ok",
			host_step_name((enum host_step)step));
	if (r == 0)
		printf("%-8s IPv6\nA lab can stand here%s.\n", host.ipv6 ? "ok" : "missing",
			host.new_user ? ", without root" : ", as root");
	fflush(stdout);
	if (r < 0)
		print_diag(&d);
	fd_closep(&channel);
	host_close(&host);
	return r < 0 ? EXIT_NO_LAB : 0;
}

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

static int subcommand(struct options *o, char **words, int count)
{
	enum verb verb = count ? verb_parse(words[0]) : VERB_NONE;
	struct text error = TEXT_EMPTY;

	if (count && (o->command || o->file))
		return misused_word("", words[0], " makes no sense after -c or -f");
	if (count && verb == VERB_NONE)
		return misused_word("unknown command ", words[0],
			": play, check, claims, watch, report, list, show or doctor");
	if (options_check(o, verb, &error) < 0)
		return misused(&error);
	switch (verb) {
	case VERB_PLAY:
		return play(o, words + 1, count - 1);
	case VERB_CHECK:
		return check(o, words + 1, count - 1);
	case VERB_CLAIMS:
		return claims(o, words + 1, count - 1);
	case VERB_SHOW:
		return show(words + 1, count - 1);
	case VERB_REPORT:
		return report(o, words + 1, count - 1);
	case VERB_LIST:
		return list_recipes(words + 1, count - 1);
	case VERB_WATCH:
		return watch(words + 1, count - 1);
	case VERB_DOCTOR:
		return count > 1 ? misused_word("doctor takes no ", words[1], "") : doctor();
	default:
		return run_lab(o);
	}
}

static void print_usage(void)
{
	struct text text = TEXT_EMPTY;

	options_usage(&text);
	fputs(text_get(&text), stdout);
	text_done(&text);
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
	return code ? code : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct text error = TEXT_EMPTY;
	struct options o;
	int first;

	open_standard();
	/* a reader of ours that leaves is no reason to die; hosts and processes reset it */
	signal(SIGPIPE, SIG_IGN);
	first = options_parse(argc, argv, &o, &error);
	if (first < 0)
		return misused(&error);
	if (o.help) {
		print_usage();
		return 0;
	}
	if (o.version) {
		puts("tcplab " TCPLAB_VERSION);
		return 0;
	}
	return written(subcommand(&o, argv + first, argc - first));
}
