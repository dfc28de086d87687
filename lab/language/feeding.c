/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/abbreviation.h"
#include "language/attempt.h"
#include "language/checking.h"
#include "language/claim.h"
#include "language/cmd.h"
#include "language/prediction.h"
#include "language/script_parts.h"
#include "language/statement.h"
#include "language/telling.h"
#include "world/world.h"

#define BLOCK_TEXT_MAX (1u << 20) /* bytes of a block typed line by line */
/* Commands that a guest may have waiting; one that is long takes megabytes. */
#define GUEST_WAITING_MOST 32

void script_push_list(struct script *s, struct statement_list *list)
{
	queue_push(&s->queue, list);
	s->told_idle = false;
	world_kick(s->world);
}

static int push(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line, bool guest, struct diag *d)
{
	struct statement_list list = { 0 };
	int r = statement_parse_all(text, len, file, first_line, &list, d);

	if (r == 0 && s->options.interactive)
		r = abbreviation_expand(s->table, &list, d);
	if (r == 0)
		r = checking_all(s->world, s->table, &list, false, d);
	if (r == 0 && guest)
		r = checking_guest(s->table, &list, d);
	if (r < 0) {
		statement_list_done(&list);
		return r;
	}
	if (s->prediction.ask)
		claim_veil(&list);
	if (s->options.attempt && list.count)
		attempt_typed(s->options.attempt, text, len);
	script_push_list(s, &list);
	return 0;
}

int script_push(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line, struct diag *d)
{
	return push(s, text, len, file, first_line, false, d);
}

bool script_in_block(const struct script *s)
{
	return s->kept.len > 0;
}

void script_drop_block(struct script *s)
{
	text_clear(&s->kept);
}

/* It could not be read: say so. `line` is the number of the text's first one. */
static void tell_unread(struct script *s, const char *text, size_t len, uint32_t first_line,
	const struct diag *d)
{
	char *line = telling_line_of(text, len, first_line, d->line);

	telling_error(world_journal(s->world), 0, d, line);
	free(line);
	s->told_idle = false;
	world_kick(s->world);
}

bool script_takes_guest(const struct script *s)
{
	return queue_count(&s->queue) < GUEST_WAITING_MOST;
}

void script_push_guest(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line)
{
	struct diag d = { 0 };

	if (!s->ended && push(s, text, len, file, first_line, true, &d) < 0)
		tell_unread(s, text, len, first_line, &d);
}

/* The command whose name the line begins with. NULL = none. */
static const struct cmd_def *verb_of(const struct script *s, const char *text, size_t len)
{
	char verb[32];
	size_t begin = 0, word;

	while (begin < len && (text[begin] == ' ' || text[begin] == '\t'))
		begin++;
	for (word = 0; begin + word < len && text[begin + word] >= 'a' &&
		text[begin + word] <= 'z' && word < sizeof(verb) - 1;)
		word++;
	memcpy(verb, text + begin, word);
	verb[word] = '\0';
	return cmd_find(s->table, verb);
}

static int run_look(struct script *s, const struct statement *st, struct diag *d)
{
	struct cmd_call call = { .script = s,
		.world = s->world,
		.def = cmd_find(s->table, st->words->text),
		.statement = st };
	int r;

	if (!(call.def->flags & CMD_LOOKS))
		return statement_error(st, NULL, d, "'%s' has to wait for the answer",
			call.def->name);
	call.event = journal_add(world_journal(s->world),
		(struct event){ .kind = EVENT_COMMAND,
			.subject = st->file,
			.text = st->text,
			.place = { .line = st->line, .column = st->words->column } });
	r = call.def->run(&call, d);
	LAB_ASSERT(r != CMD_WAIT); /* nobody would come back to it */
	return r;
}

/* Commands that only look, while another is parked. */
static void look(struct script *s, const char *text, size_t len, const char *file)
{
	struct statement_list list = { 0 };
	struct diag d = { 0 };
	int r = statement_parse_all(text, len, file, 1, &list, &d);

	if (r == 0)
		r = checking_all(s->world, s->table, &list, false, &d);
	for (size_t i = 0; i < list.count && r == 0; i++)
		r = run_look(s, &list.statements[i], &d);
	if (r < 0) {
		diag_at(&d, file, 1, 1); /* unless it has a place */
		tell_unread(s, text, len, 1, &d);
	} else if (s->options.ask_again) {
		s->options.ask_again(s->options.arg);
	}
	statement_list_done(&list);
}

/* `?`: what is asked, and what may be answered. */
static bool tell_legal(struct script *s, const char *text, size_t len)
{
	const struct token *question;
	struct text legal = TEXT_EMPTY;
	size_t begin = 0;

	while (begin < len && (text[begin] == ' ' || text[begin] == '\t'))
		begin++;
	while (len > begin && (text[len - 1] == ' ' || text[len - 1] == '\r'))
		len--;
	if (len - begin != 1 || text[begin] != '?')
		return false;
	question = &s->prediction.statement->words[1];
	text_printable(&legal, question->text, question->len);
	text_puts(&legal, "\n");
	answer_format_legal(s->prediction.kind, &s->prediction.statement->block, &legal);
	text_printf(&legal,
		"\n`%s`: I don't know; `help TIME-WAIT` tells more of one, or of a word",
		PREDICTION_PASS);
	journal_add(world_journal(s->world),
		(struct event){ .kind = EVENT_OUTPUT,
			.cause = s->prediction.question,
			.text = text_get(&legal) });
	text_done(&legal);
	return true;
}

bool script_answer(struct script *s, const char *text, size_t len, const char *file)
{
	const struct cmd_def *def;
	struct diag d = { 0 };

	if (prediction_answer(&s->prediction, s->world, text, len, &d) == 0)
		return true;
	def = verb_of(s, text, len);
	if (tell_legal(s, text, len))
		return false;
	if (def && (def->flags & CMD_LOOKS)) {
		look(s, text, len, file);
		return false;
	}
	if (def)
		diag_set(&d, EINVAL, "'%s' has to wait for this answer; `%s`: I don't know",
			def->name, PREDICTION_PASS);
	prediction_refuse(&s->prediction, s->world, &d);
	return false;
}

bool script_go_on(struct script *s, const char *line, size_t len)
{
	uint64_t steps = 1;

	while (len && strchr(" \t\r", line[len - 1]) && line[len - 1])
		len--;
	if (len == 1 && line[0] == 'c')
		steps = PLAY_ALL;
	else if (len)
		return false;
	if (!s->play.file || s->kept.len)
		return false;
	script_play_go(s, steps);
	return true;
}

void script_push_told(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line)
{
	struct diag d = { 0 };
	int r;

	if (s->ended)
		return;
	if (!s->kept.len) {
		s->kept_line = first_line;
		snprintf(s->kept_file, sizeof(s->kept_file), "%s", file);
	}
	text_add(&s->kept, text, len);
	r = script_push(s, text_get(&s->kept), s->kept.len, s->kept_file, s->kept_line, &d);
	if (r == -EAGAIN && !s->ending && s->kept.len < BLOCK_TEXT_MAX) {
		text_puts(&s->kept, "\n");
		return;
	}
	if (r < 0) {
		tell_unread(s, text_get(&s->kept), s->kept.len, s->kept_line, &d);
		script_fail(s, NULL, SCRIPT_BAD);
	}
	text_clear(&s->kept);
}

void script_end(struct script *s)
{
	s->ending = true;
	if (s->kept.len) /* a block that will never be closed: tell it */
		script_push_told(s, "", 0, s->kept_file, s->kept_line);
	world_kick(s->world);
}
