/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pool.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uv.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/sysname.h"
#include "base/text.h"
#include "cli/child.h"
#include "cli/event_loop.h"
#include "cli/options.h"
#include "language/recipe.h"
#include "view/report.h"

#define OUTPUT_MOST (64u << 10) /* bytes of a lab's story that are kept */

struct run;

/* Room for one lab at a time. */
struct job {
	struct run *run; /* borrowed, up */
	struct child child;
	size_t recipe; /* index of what it plays */
	struct text
		output; /* with pool->keep_output: whole lines, the last OUTPUT_MOST bytes at least */
	bool busy;
};

struct run {
	struct pool *pool; /* borrowed */
	uv_loop_t loop;
	uv_signal_t child_ended, interrupt, terminate, hangup;
	struct job *jobs; /* pool->jobs of them; owned */
	size_t next; /* recipe to start */
	size_t running;
	bool closed;
};

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
	if (c->unheard) {
		text_printf(why, "no lab can be listened to: epoll_ctl: %s\n",
			strerror(c->unheard));
		return REPORT_NO_LAB;
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
	default: /* 128 + N: it was told to end by somebody else */
		text_printf(why, "the lab ended with exit code %d\n", WEXITSTATUS(c->status));
		return REPORT_DIED;
	}
}

static void advance(struct run *r);

static void on_child_ended(void *arg, struct child *child)
{
	struct job *job = arg;
	struct pool *pool = job->run->pool;
	struct report_result *result = &pool->results[job->recipe];
	struct text message = TEXT_EMPTY;

	job->busy = false;
	job->run->running--;
	result->time_ns = child->time_ns;
	if (!pool->signal) { /* else it was us, or the same Ctrl-C, that ended it */
		result->verdict = judge(child, pool->options->timeout_ns, &message);
		pool->no_lab |= result->verdict == REPORT_NO_LAB;
		text_add(&message, text_get(&child->said), child->said.len);
		result->message = message.len ? text_take(&message) : NULL;
		result->output = job->output.len ? text_take(&job->output) : NULL;
	}
	text_done(&message);
	text_done(&job->output);
	child_done(child);
	pool->ended(pool->arg, job->recipe);
	advance(job->run);
}

static void on_line(void *arg, const char *line, size_t len)
{
	const struct job *job = arg;
	const struct pool *pool = job->run->pool;

	pool->line(pool->arg, job->recipe, line, len);
}

static void on_output(void *arg, const char *line, size_t len)
{
	struct job *job = arg;

	text_add(&job->output, line, len);
	text_puts(&job->output, "\n");
	if (job->output.len > 2 * (size_t)OUTPUT_MOST) {
		const char *from = job->output.s + job->output.len - OUTPUT_MOST;
		struct text last = TEXT_EMPTY;

		text_puts(&last, "...\n");
		text_puts(&last, strchr(from - 1, '\n') + 1);
		text_done(&job->output);
		job->output = last;
	}
}

static void start(struct run *r, struct job *job)
{
	struct pool *pool = r->pool;
	const struct options *o = pool->options;
	char *argv[16] = { (char *)"tcplab" };
	struct text message = TEXT_EMPTY;
	struct diag d = { 0 };
	size_t count = 1;

	job->run = r;
	job->recipe = r->next++;
	if (o->ipv6)
		argv[count++] = (char *)"-6";
	if (o->keep_going)
		argv[count++] = (char *)"-k";
	if (o->slow)
		argv[count++] = (char *)"--slow";
	if (o->allow_exec)
		argv[count++] = (char *)"--allow-exec";
	if (o->allow_write)
		argv[count++] = (char *)"--allow-write";
	if (pool->line)
		argv[count++] = (char *)"--json";
	if (pool->captures) {
		argv[count++] = (char *)"--capture";
		argv[count++] = pool->captures[job->recipe];
	}
	for (char *const *word = pool->words; word && *word; word++)
		argv[count++] = *word;
	if (!pool->words)
		argv[count++] = (char *)"-f";
	argv[count] = pool->list->paths[job->recipe];
	if (child_start(&job->child, &r->loop, argv, o->timeout_ns,
		    pool->line			? on_line
			    : pool->keep_output ? on_output
						: NULL,
		    on_child_ended, job, &d) == 0) {
		job->busy = true;
		r->running++;
		return;
	}
	diag_format(&d, &message);
	pool->results[job->recipe].verdict = REPORT_NO_LAB;
	pool->no_lab = true;
	pool->results[job->recipe].message = text_take(&message);
	pool->ended(pool->arg, job->recipe);
}

/* ---- all of them ---- */

static void close_signals(struct run *r)
{
	if (r->closed)
		return;
	r->closed = true;
	uv_close((uv_handle_t *)&r->child_ended, NULL);
	uv_close((uv_handle_t *)&r->interrupt, NULL);
	uv_close((uv_handle_t *)&r->terminate, NULL);
	uv_close((uv_handle_t *)&r->hangup, NULL);
}

static void advance(struct run *r)
{
	const struct pool *pool = r->pool;

	for (unsigned i = 0; i < pool->jobs; i++) {
		while (!r->jobs[i].busy && r->next < pool->list->count && !pool->signal &&
			!pool->no_lab)
			start(r, &r->jobs[i]);
	}
	if (r->running == 0)
		close_signals(r);
}

static void on_sigchld(uv_signal_t *handle, int number)
{
	struct run *r = handle->data;

	(void)number;
	for (unsigned i = 0; i < r->pool->jobs; i++) {
		if (r->jobs[i].busy)
			child_look(&r->jobs[i].child);
	}
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct run *r = handle->data;

	r->pool->signal = number;
	for (unsigned i = 0; i < r->pool->jobs; i++) {
		if (r->jobs[i].busy)
			child_stop(&r->jobs[i].child);
	}
}

/* None can be played: the first says why. */
static void refuse(struct pool *pool, const struct diag *d)
{
	struct text message = TEXT_EMPTY;

	pool->no_lab = true;
	if (pool->list->count == 0)
		return;
	diag_format(d, &message);
	pool->results[0].verdict = REPORT_NO_LAB;
	pool->results[0].message = text_take(&message);
	pool->ended(pool->arg, 0);
}

void pool_run(struct pool *pool)
{
	struct run r = { .pool = pool, .jobs = memory_new(pool->jobs * sizeof(*r.jobs)) };
	struct diag d = { 0 };

	if (event_loop_open(&r.loop, &d) < 0) {
		refuse(pool, &d);
		free(r.jobs);
		return;
	}
	event_loop_hear(&r.loop, &r.child_ended, on_sigchld, SIGCHLD, &r);
	event_loop_hear(&r.loop, &r.interrupt, on_signal, SIGINT, &r);
	event_loop_hear(&r.loop, &r.terminate, on_signal, SIGTERM, &r);
	event_loop_hear(&r.loop, &r.hangup, on_signal, SIGHUP, &r);
	advance(&r);
	uv_run(&r.loop, UV_RUN_DEFAULT);
	LAB_ASSERT(uv_loop_close(&r.loop) == 0);
	free(r.jobs);
}

int pool_exit_code(const struct pool *pool)
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
	int code = EXIT_PASSED;

	for (size_t i = 0; i < pool->list->count; i++) {
		if (codes[pool->results[i].verdict] > code)
			code = codes[pool->results[i].verdict];
	}
	return pool->signal ? EXIT_SIGNAL + pool->signal : code;
}
