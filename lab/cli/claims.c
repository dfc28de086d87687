/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/claims.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "cli/claim_book.h"
#include "cli/options.h"
#include "cli/pool.h"
#include "language/claim.h"
#include "language/recipe.h"
#include "language/statement.h"
#include "view/findings.h"
#include "view/report.h"

struct claims {
	struct claim_book *book; /* owned */
	struct recipe_list needed; /* the paths are borrowed */
	struct report_result *results; /* one for each that is needed; owned */
	size_t *numbers; /* of each that is needed: which recipe of the book it is; owned */
	size_t done;
};

static int parse_recipe(const char *path, struct statement_list *ret_list, struct diag *d)
{
	struct statement_list list = { 0 };
	struct text text = TEXT_EMPTY;
	int r = recipe_read(path, &text, d);

	if (r == 0)
		r = statement_parse_all(text_get(&text), text.len, path, 1, &list, d);
	text_done(&text);
	if (r == 0)
		r = claim_check(&list, d);
	if (r < 0)
		statement_list_done(&list);
	else
		*ret_list = list;
	return r;
}

static void complain(const char *message)
{
	fprintf(stderr, "tcplab: %s\n", message);
}

/* Every claim of every recipe goes into the book, but for bad ones, which are told. names: one for each, owned by the
 * caller. 0 or an exit code. */
static int enter_all(struct claims *c, const struct recipe_list *list, char **names)
{
	int code = EXIT_PASSED;

	for (size_t i = 0; i < list->count; i++) {
		struct text name = TEXT_EMPTY, message = TEXT_EMPTY;
		struct statement_list statements;
		struct diag d = { 0 };

		recipe_short_name(list->paths[i], &name);
		names[i] = text_take(&name);
		if (parse_recipe(list->paths[i], &statements, &d) < 0) {
			diag_format(&d, &message);
			complain(text_get(&message));
			text_done(&message);
			code = EXIT_USAGE;
			continue;
		}
		claim_book_enter(c->book, i, names[i], &statements);
		statement_list_done(&statements);
	}
	return code;
}

static int select_all(struct claims *c, char *const *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct text message = TEXT_EMPTY;
		const char *nearest;

		if (claim_book_knows(c->book, ids[i])) {
			claim_book_select(c->book, ids[i]);
			continue;
		}
		nearest = claim_book_nearest(c->book, ids[i]);
		text_printf(&message, "no recipe holds the claim %s", ids[i]);
		if (nearest)
			text_printf(&message, "; did you mean %s?", nearest);
		complain(text_get(&message));
		text_done(&message);
		return EXIT_USAGE;
	}
	return EXIT_PASSED;
}

static void gather_needed(struct claims *c, const struct recipe_list *list)
{
	c->needed.paths = memory_new((list->count + 1) * sizeof(char *));
	c->numbers = memory_new((list->count + 1) * sizeof(*c->numbers));
	c->results = memory_new((list->count + 1) * sizeof(*c->results));
	for (size_t i = 0; i < list->count; i++) {
		if (!claim_book_needs(c->book, i))
			continue;
		c->numbers[c->needed.count] = i;
		c->needed.paths[c->needed.count++] = list->paths[i];
	}
}

/* ---- playing ---- */

/* Somebody waits at a terminal, where the report comes at once and last. */
static void tell_progress(const struct claims *c)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%zu of %zu recipes", c->done, c->needed.count);
	if (c->done == c->needed.count)
		fputs("\r                              \r", stderr);
	fflush(stderr);
}

static void on_line(void *arg, size_t recipe, const char *line, size_t len)
{
	struct claims *c = arg;

	claim_book_take(c->book, c->numbers[recipe], line, len);
}

static void on_ended(void *arg, size_t recipe)
{
	struct claims *c = arg;
	const struct report_result *result = &c->results[recipe];

	c->done++;
	if (result->verdict != REPORT_PASSED && result->verdict != REPORT_NOT_PLAYED &&
		result->verdict != REPORT_NO_LAB)
		claim_book_fail(c->book, c->numbers[recipe], result->message);
	tell_progress(c);
}

static unsigned jobs_wanted(const struct options *o)
{
	unsigned cores = uv_available_parallelism();

	if (o->given & (1u << OPTION_JOBS))
		return o->jobs;
	return cores < 64 ? cores : 64;
}

static int put(struct claims *c, const struct options *o)
{
	struct pool pool = { .options = o,
		.jobs = jobs_wanted(o),
		.list = &c->needed,
		.results = c->results,
		.ended = on_ended,
		.line = on_line,
		.arg = c };
	struct findings f = { .format = o->given & (1u << OPTION_REPORT) ? o->report : REPORT_TEXT,
		.version = TCPLAB_VERSION };
	struct text out = TEXT_EMPTY, kernel = TEXT_EMPTY;
	uint64_t begin_ns = clock_now_ns();
	struct utsname name;
	int code;

	pool_run(&pool);
	uname(&name);
	text_printf(&kernel, "%s %s %s", name.sysname, name.release, name.machine);
	f.kernel = text_get(&kernel);
	f.recipes = c->done;
	f.time_ns = clock_now_ns() - begin_ns;
	f.findings = claim_book_findings(c->book, &f.count);
	f.stopped = pool.signal ? "Interrupted." : pool.no_lab ? "There is no lab." : NULL;
	findings_write(&f, &out);
	fwrite(text_get(&out), 1, out.len, stdout);
	for (size_t i = 0; pool.no_lab && i < c->needed.count; i++) {
		if (c->results[i].verdict == REPORT_NO_LAB && c->results[i].message) {
			fputs(c->results[i].message, stderr);
			break;
		}
	}
	code = pool_exit_code(&pool);
	if (code == EXIT_PASSED && findings_count(&f, CLAIM_FAILED)) /* recipes do not agree */
		code = EXIT_FAILED;
	text_done(&out);
	text_done(&kernel);
	return code;
}

int claims_put(const struct options *o, const struct recipe_list *list, char *const *ids,
	size_t id_count)
{
	struct claims c = { .book = claim_book_new() };
	char **names = memory_new((list->count + 1) * sizeof(char *));
	int bad = enter_all(&c, list, names), code = select_all(&c, ids, id_count);

	if (code == EXIT_PASSED) {
		gather_needed(&c, list);
		if (c.needed.count) {
			code = put(&c, o);
		} else {
			complain(
				"no recipe holds a claim here; recipes/README.md says how one is made");
			code = EXIT_USAGE;
		}
	}
	for (size_t i = 0; i < list->count; i++) {
		free(names[i]);
		if (i < c.needed.count)
			free(c.results[i].message);
	}
	free(names);
	free(c.needed.paths);
	free(c.numbers);
	free(c.results);
	claim_book_free(c.book);
	return code ? code : bad;
}
