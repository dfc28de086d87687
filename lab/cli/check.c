/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/text.h"
#include "cli/options.h"
#include "cli/pool.h"
#include "language/recipe.h"
#include "view/report.h"

struct check {
	struct pool pool;
	struct report_result *results; /* one for each recipe; owned */
	char **captures; /* the file of each recipe, owned; NULL = none is recorded */
	struct report report;
	size_t told; /* results reported */
};

static void print(struct text *text)
{
	fwrite(text_get(text), 1, text->len, stdout);
	fflush(stdout);
	text_done(text);
}

static void on_ended(void *arg, size_t recipe)
{
	struct check *c = arg;
	struct text out = TEXT_EMPTY;

	(void)recipe; /* told when all before it are */
	for (; c->told < c->pool.list->count && c->results[c->told].verdict; c->told++)
		report_result(&c->report, c->told, &out);
	print(&out);
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

	recipe_short_name(c->pool.list->paths[recipe], &base);
	for (char *s = base.s; s && *s; s++)
		*s = *s == '/' ? '-' : *s;
	for (unsigned n = 1; n == 1 || is_taken(c, recipe, text_get(&path)); n++) {
		text_clear(&path);
		text_printf(&path, "%s/%s", c->pool.options->capture, text_get(&base));
		if (n > 1)
			text_printf(&path, "-%u", n);
		text_puts(&path, ".pcapng");
	}
	text_done(&base);
	return text_take(&path);
}

static void prepare(struct check *c, const struct utsname *kernel)
{
	const struct recipe_list *list = c->pool.list;

	c->results = memory_new(list->count * sizeof(*c->results));
	for (size_t i = 0; i < list->count; i++) {
		struct text name = TEXT_EMPTY;

		recipe_short_name(list->paths[i], &name);
		c->results[i].name = text_take(&name);
		c->results[i].file = list->paths[i];
	}
	if (c->pool.options->capture)
		c->captures = memory_new(list->count * sizeof(*c->captures));
	for (size_t i = 0; c->captures && i < list->count; i++)
		c->captures[i] = name_capture(c, i);
	c->pool.results = c->results;
	c->pool.captures = c->captures;
	c->report = (struct report){ .format = c->pool.options->report,
		.version = TCPLAB_VERSION,
		.kernel = kernel->release,
		.results = c->results,
		.count = list->count };
}

/* Print what is left. */
static void conclude(struct check *c)
{
	struct text out = TEXT_EMPTY;

	if (c->pool.signal)
		c->report.stopped = "Interrupted.";
	else if (c->pool.no_lab)
		c->report.stopped = "There is no lab.";
	for (size_t i = c->told; i < c->report.count; i++) {
		if (c->results[i].verdict) /* behind one that was interrupted */
			report_result(&c->report, i, &out);
	}
	report_end(&c->report, &out);
	print(&out);
}

int check_recipes(const struct options *o, const struct recipe_list *list)
{
	struct check c = { 0 };
	struct text out = TEXT_EMPTY;
	struct utsname kernel;
	int code;

	c.pool = (struct pool){ .options = o,
		.jobs = o->jobs,
		.list = list,
		.ended = on_ended,
		.arg = &c,
		.keep_output = o->report == REPORT_JUNIT };
	uname(&kernel);
	prepare(&c, &kernel);
	report_begin(&c.report, &out);
	print(&out);
	pool_run(&c.pool);
	conclude(&c);
	code = pool_exit_code(&c.pool);
	for (size_t i = 0; i < list->count; i++) {
		free(c.results[i].name);
		free(c.results[i].message);
		free(c.results[i].output);
		if (c.captures)
			free(c.captures[i]);
	}
	free(c.captures);
	free(c.results);
	return code;
}
