/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/check.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/sysname.h"
#include "base/text.h"
#include "cli/child.h"
#include "cli/options.h"
#include "language/recipe.h"
#include "view/report.h"

struct check;

/* Room for one lab at a time. */
struct job {
	struct check *check; /* borrowed, up */
	struct child child;
	size_t recipe; /* index of what it plays */
	bool busy;
};

struct check {
	const struct options *options;
	const struct recipe_list *list;
	uv_loop_t loop;
	uv_signal_t child_ended, interrupt, terminate, hangup;
	struct job *jobs; /* options->jobs of them; owned */
	struct report_result *results; /* one for each recipe; owned */
	char **captures; /* the file of each recipe, owned; NULL = none is recorded */
	struct report report;
	size_t next; /* recipe to start */
	size_t told; /* results reported */
	size_t running;
	int signal; /* that ends us; 0 = none */
	bool no_lab; /* there is none, so there will be none */
	bool closed;
};

static void print(struct text *text)
{
	fwrite(text_get(text), 1, text->len, stdout);
	fflush(stdout);
	text_done(text);
}

/* ---- one recipe ---- */

/* Status of `tcplab -f` and what is to be added to what it said. */
static enum report_verdict judge(const struct child *c, uint64_t timeout_ns, struct text *why)
{
	if (c->overdue) {
		text_puts(why, "no end within ");
		text_duration(why, timeout_ns);
		text_puts(why, "; --timeout gives it more\n");
		return REPORT_OVERDUE;
	}
	if (WIFSIGNALED(c->status)) {
		text_printf(why, "the lab died by %s\n", signal_name(WTERMSIG(c->status)));
		return REPORT_DIED;
	}
	switch (WEXITSTATUS(c->status)) {
	case EXIT_PASSED:
		return REPORT_PASSED;
	case EXIT_FAILED:
		return REPORT_FAILED;
	case EXIT_USAGE:
		return REPORT_BAD;
	case EXIT_NO_LAB:
		return REPORT_NO_LAB;
	default: /* 128 + N: it was told to end by somebody else; 127: it could not be started */
		text_printf(why, "the lab ended with exit code %d\n", WEXITSTATUS(c->status));
		return REPORT_DIED;
	}
}

static void tell(struct check *c)
{
	struct text out = TEXT_EMPTY;

	for (; c->told < c->list->count && c->results[c->told].verdict; c->told++)
		report_result(&c->report, c->told, &out);
	print(&out);
}

static void advance(struct check *c);

static void on_child_ended(void *arg, struct child *child)
{
	struct job *job = arg;
	struct check *c = job->check;
	struct report_result *result = &c->results[job->recipe];
	struct text message = TEXT_EMPTY;

	job->busy = false;
	c->running--;
	result->time_ns = child->time_ns;
	if (!c->signal) { /* else it was us, or the same Ctrl-C, that ended it */
		result->verdict = judge(child, c->options->timeout_ns, &message);
		c->no_lab |= result->verdict == REPORT_NO_LAB;
		text_add(&message, text_get(&child->said), child->said.len);
		result->message = message.len ? text_take(&message) : NULL;
	}
	text_done(&message);
	child_done(child);
	tell(c);
	advance(c);
}

static void start(struct check *c, struct job *job)
{
	char *argv[12] = { (char *)"tcplab" };
	struct text message = TEXT_EMPTY;
	struct diag d = { 0 };
	size_t count = 1;

	job->check = c;
	job->recipe = c->next++;
	if (c->options->ipv6)
		argv[count++] = (char *)"-6";
	if (c->options->keep_going)
		argv[count++] = (char *)"-k";
	if (c->options->slow)
		argv[count++] = (char *)"--slow";
	if (c->options->allow_exec)
		argv[count++] = (char *)"--allow-exec";
	if (c->options->allow_write)
		argv[count++] = (char *)"--allow-write";
	if (c->captures) {
		argv[count++] = (char *)"--capture";
		argv[count++] = c->captures[job->recipe];
	}
	argv[count++] = (char *)"-f";
	argv[count] = c->list->paths[job->recipe];
	if (child_start(&job->child, &c->loop, argv, c->options->timeout_ns, on_child_ended, job,
		    &d) == 0) {
		job->busy = true;
		c->running++;
		return;
	}
	diag_format(&d, &message);
	c->results[job->recipe].verdict = REPORT_BAD;
	c->results[job->recipe].message = text_take(&message);
	tell(c);
}

/* ---- all of them ---- */

static void close_signals(struct check *c)
{
	if (c->closed)
		return;
	c->closed = true;
	uv_close((uv_handle_t *)&c->child_ended, NULL);
	uv_close((uv_handle_t *)&c->interrupt, NULL);
	uv_close((uv_handle_t *)&c->terminate, NULL);
	uv_close((uv_handle_t *)&c->hangup, NULL);
}

static void advance(struct check *c)
{
	for (unsigned i = 0; i < c->options->jobs; i++) {
		while (!c->jobs[i].busy && c->next < c->list->count && !c->signal && !c->no_lab)
			start(c, &c->jobs[i]);
	}
	if (c->running == 0)
		close_signals(c);
}

static void on_sigchld(uv_signal_t *handle, int number)
{
	struct check *c = handle->data;

	(void)number;
	for (unsigned i = 0; i < c->options->jobs; i++) {
		if (c->jobs[i].busy)
			child_look(&c->jobs[i].child);
	}
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct check *c = handle->data;

	c->signal = number;
	for (unsigned i = 0; i < c->options->jobs; i++) {
		if (c->jobs[i].busy)
			child_stop(&c->jobs[i].child);
	}
}

static void watch(struct check *c, uv_signal_t *handle, uv_signal_cb called, int number)
{
	uv_signal_init(&c->loop, handle);
	handle->data = c;
	uv_signal_start(handle, called, number);
}

/* Does one of the first `count` recipes have this file? */
static bool is_taken(const struct check *c, size_t count, const char *path)
{
	while (count && strcmp(c->captures[count - 1], path) != 0)
		count--;
	return count;
}

/* FOLDER/open-three-way.pcapng; with a number where another recipe has that already. Owned. */
static char *name_capture(const struct check *c, size_t recipe)
{
	struct text base = TEXT_EMPTY, path = TEXT_EMPTY;

	recipe_short_name(c->list->paths[recipe], &base);
	for (char *s = base.s; s && *s; s++)
		*s = *s == '/' ? '-' : *s;
	for (unsigned n = 1; n == 1 || is_taken(c, recipe, text_get(&path)); n++) {
		text_clear(&path);
		text_printf(&path, "%s/%s", c->options->capture, text_get(&base));
		if (n > 1)
			text_printf(&path, "-%u", n);
		text_puts(&path, ".pcapng");
	}
	text_done(&base);
	return text_take(&path);
}

static void prepare(struct check *c, const struct utsname *kernel)
{
	c->jobs = memory_new(c->options->jobs * sizeof(*c->jobs));
	c->results = memory_new(c->list->count * sizeof(*c->results));
	for (size_t i = 0; i < c->list->count; i++) {
		struct text name = TEXT_EMPTY;

		recipe_short_name(c->list->paths[i], &name);
		c->results[i].name = text_take(&name);
		c->results[i].file = c->list->paths[i];
	}
	if (c->options->capture)
		c->captures = memory_new(c->list->count * sizeof(*c->captures));
	for (size_t i = 0; c->captures && i < c->list->count; i++)
		c->captures[i] = name_capture(c, i);
	c->report = (struct report){ .format = c->options->report,
		.version = TCPLAB_VERSION,
		.kernel = kernel->release,
		.results = c->results,
		.count = c->list->count };
}

/* Print what is left, and find the exit code: the worst. */
static int conclude(struct check *c)
{
	static const int codes[] = {
		[REPORT_NOT_PLAYED] = EXIT_PASSED,
		[REPORT_PASSED] = EXIT_PASSED,
		[REPORT_FAILED] = EXIT_FAILED,
		[REPORT_BAD] = EXIT_USAGE,
		[REPORT_NO_LAB] = EXIT_NO_LAB,
		[REPORT_DIED] = EXIT_FAILED,
		[REPORT_OVERDUE] = EXIT_FAILED,
	};
	struct text out = TEXT_EMPTY;
	int code = EXIT_PASSED;

	if (c->signal)
		c->report.stopped = "Interrupted.";
	else if (c->no_lab)
		c->report.stopped = "There is no lab.";
	for (size_t i = 0; i < c->list->count; i++) {
		if (i >= c->told && c->results[i].verdict) /* behind one that was interrupted */
			report_result(&c->report, i, &out);
		if (codes[c->results[i].verdict] > code)
			code = codes[c->results[i].verdict];
	}
	report_end(&c->report, &out);
	print(&out);
	return c->signal ? EXIT_SIGNAL + c->signal : code;
}

int check_recipes(const struct options *o, const struct recipe_list *list)
{
	struct check c = { .options = o, .list = list };
	struct text out = TEXT_EMPTY;
	struct utsname kernel;
	int code;

	uname(&kernel);
	prepare(&c, &kernel);
	report_begin(&c.report, &out);
	print(&out);
	uv_loop_init(&c.loop);
	watch(&c, &c.child_ended, on_sigchld, SIGCHLD);
	watch(&c, &c.interrupt, on_signal, SIGINT);
	watch(&c, &c.terminate, on_signal, SIGTERM);
	watch(&c, &c.hangup, on_signal, SIGHUP);
	advance(&c);
	uv_run(&c.loop, UV_RUN_DEFAULT);
	LAB_ASSERT(uv_loop_close(&c.loop) == 0);
	code = conclude(&c);
	for (size_t i = 0; i < list->count; i++) {
		free(c.results[i].name);
		free(c.results[i].message);
		if (c.captures)
			free(c.captures[i]);
	}
	free(c.captures);
	free(c.results);
	free(c.jobs);
	return code;
}
