/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe at the prompt, step by step. It begins in a lab where nothing is yet, as it does elsewhere: else its names
 * may be taken, its ports bound, its segments not the only ones. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/diag.h"
#include "base/paragraph.h"
#include "base/tcp_state.h"
#include "base/text.h"
#include "command/output.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/play.h"
#include "language/prediction.h"
#include "language/recipe.h"
#include "language/script.h"
#include "language/statement.h"
#include "language/telling.h"
#include "observe/tracker.h"
#include "wire/rule.h"
#include "wire/wire.h"
#include "world/process.h"
#include "world/world.h"

#define STEPS_SHOWN 5

/* Is nothing there that was not there in the beginning? */
static bool is_new(const struct world *w)
{
	const struct endpoint *e;
	const struct process *p;
	size_t running = 0, sockets = 0;

	for (size_t i = 0; (p = world_process_at(w, i)); i++)
		running += !p->ended;
	for (size_t i = 0; (e = world_socket_at(w, i)); i++)
		sockets += e->fd >= 0 || (e->state != STATE_CLOSED && e->state != STATE_NONE);
	return running == 1 && !sockets && !world_host_at(w, 1) &&
		!wire_rules(world_wire(w))->first && !wire_next(world_wire(w), NULL);
}

/* Does it call segments by their numbers? */
static bool has_numbers(const struct statement_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct statement *st = &list->statements[i];

		for (size_t t = 0; t < st->word_count; t++) {
			if (st->words[t].kind == TOKEN_SEGMENT)
				return true;
		}
		if (has_numbers(&st->block))
			return true;
	}
	return false;
}

static void tell(const struct cmd_call *c, const struct text *text)
{
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_NOTE, .cause = c->event, .text = text_get(text) });
}

static int tell_place(struct cmd_call *c, struct diag *d)
{
	const struct play *p = script_playing(c->script);
	struct text out = TEXT_EMPTY;
	uint32_t last = p->taken;

	if (!p->file)
		return statement_error(c->statement, NULL, d,
			"no recipe is being played; begin one: play open/self-connect");
	recipe_short_name(p->file, &out);
	text_printf(&out, ": %u of %u steps have run; `next` or Enter goes on with\n", p->taken,
		p->steps);
	for (uint32_t i = p->taken + 1; i <= p->steps && i <= p->taken + STEPS_SHOWN; i++) {
		text_printf(&out, "  [%u/%u] ", i, p->steps);
		play_format(p, i, &out);
		text_puts(&out, "\n");
		last = i;
		if (play_asks(p, i))
			break;
	}
	text_puts(&out, last < p->steps ? "  ...\n" : "");
	return output_tell(c, &out);
}

/* The one recipe that is called so. 0 or -errno with d filled. */
static int read_recipe(const struct cmd_call *c, struct text *path, struct text *out,
	struct diag *d)
{
	const struct token *name = &c->statement->words[1];
	struct recipe_list found = { 0 };
	int r = name_path(c->statement, name, d);

	if (r < 0)
		return r;
	r = recipe_find(name->text, &found, d);
	if (r == 0 && found.count != 1)
		r = statement_error(c->statement, name, d,
			"'%.40s' is a folder: play one of its recipes", name->text);
	else if (r == 0) {
		text_puts(path, found.paths[0]);
		r = recipe_read_plain(found.paths[0], out, d);
	}
	recipe_list_done(&found);
	return r;
}

static void tell_replaced(const struct cmd_call *c)
{
	const struct play *p = script_playing(c->script);
	struct text note = TEXT_EMPTY;

	if (p->file) {
		recipe_short_name(p->file, &note);
		text_printf(&note, " is left at step %u of %u", p->taken, p->steps);
		tell(c, &note);
	}
	text_done(&note);
}

/* What was before a `reset` was counted too. */
static void tell_numbers(const struct cmd_call *c)
{
	uint64_t last = wire_last_number(world_wire(c->world));
	struct text note = TEXT_EMPTY;

	if (last && has_numbers(&script_playing(c->script)->list)) {
		text_printf(&note, "segments are counted on: what it calls #1 is #%" PRIu64 " here",
			last + 1);
		tell(c, &note);
	}
	text_done(&note);
}

/* What to look for; or, when it asks, that this is told later. */
static void tell_opening(const struct cmd_call *c, const struct text *recipe)
{
	struct text lines = TEXT_EMPTY, opening = TEXT_EMPTY;
	size_t questions = script_prediction(c->script)->ask
		? prediction_count(&script_playing(c->script)->list)
		: 0;

	if (questions) {
		telling_format_waiting(questions, &opening);
	} else {
		recipe_opening(text_get(recipe), recipe->len, &lines);
		paragraph_add_filled(&opening, text_get(&lines));
	}
	output_tell(c, &opening);
	text_done(&lines);
}

static int play_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct text path = TEXT_EMPTY, text = TEXT_EMPTY;
	int r;

	if (!script_typed(c->script))
		return statement_error(s, NULL, d,
			"'play' is for the prompt; in a recipe, 'include' runs the commands of another");
	if (s->word_count == 1)
		return tell_place(c, d);
	r = read_recipe(c, &path, &text, d);
	if (r == 0 && !is_new(c->world))
		r = statement_error(s, NULL, d,
			"a recipe begins in a lab where nothing is yet; write: reset; play %.80s",
			s->words[1].text);
	if (r == 0 && world_localhost(c->world)->tuned) /* perhaps by the last recipe */
		r = statement_error(s, NULL, d,
			"a sysctl was set here, and a recipe begins with the kernel's own; write: reset; play %.80s",
			s->words[1].text);
	if (r == 0) {
		tell_replaced(c);
		r = script_play(c->script, text_get(&path), text_get(&text), text.len, d);
	}
	if (r == 0) {
		tell_opening(c, &text);
		tell_numbers(c);
	}
	text_done(&path);
	text_done(&text);
	return r;
}

const struct cmd_def cmd_play = {
	.name = "play",
	.args = "[RECIPE]",
	.min_args = 0,
	.max_args = 1,
	.summary = "play a recipe step by step, or tell where the one under way stands",
	.detail =
		"`next`, or Enter alone, runs its next command, which the prompt shows, with its place; between them anything\n"
		"may be typed. RECIPE is a file, or a name such as open/three-way. It begins in a lab where nothing is yet:\n"
		"`reset; play open/three-way`. `reset` under way begins it anew, too. While it waits for you, what a kernel sends\n"
		"again because something is held is dropped, and it gives nothing up. Some ask what will happen (`tcplab list` marks them: ?2): the next line is\n"
		"the answer, see `help predict`.",
	.source = "tcplab",
	.example = "play open/self-connect",
	.flags = CMD_OUTSIDE | CMD_REFUSED,
	.run = play_run,
};
