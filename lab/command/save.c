/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session so far as a recipe: every command that worked, with what its call gave, and at the end the
 * state of every socket. Read from the journal, so it says what happened and not what was meant.
 *
 * Pauses: while somebody thinks, timers fire and programs go on, and what is typed next meets that. So all pauses up to
 * the last in which something happened of itself are kept as `sleep`: a timer counts from long before it fires. Where
 * nothing did, nobody has to wait again. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sysname.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "observe/tracker.h"
#include "world/descriptor.h"
#include "world/world.h"

#define AT_ONCE_NS                                                                                 \
	(10 * NS_PER_MS) /* what comes this soon is a command's own doing, and no pause */
#define MARGIN_NS (100 * NS_PER_MS) /* between what is waited for and the end of the pause */
#define LONG_NS (60 * NS_PER_S) /* of pauses: `check` gives a recipe two minutes */

/* What a kernel, the wire or a program does while nobody asks for anything. */
static const uint64_t doings = EVENT_SEGMENTS | EVENT_BIT(EVENT_TIMER) | EVENT_BIT(EVENT_STATE) |
	EVENT_BIT(EVENT_RETURN) | EVENT_BIT(EVENT_DELIVERED) | EVENT_BIT(EVENT_DROPPED) |
	EVENT_BIT(EVENT_PROGRAM) | EVENT_BIT(EVENT_PROCESS_END);

/* They leave nothing to repeat; and of blocks and files the commands inside are there by themselves. */
static const char *const left_out[] = { "save", "help", "ss", "wire", "events", "quit", "repeat",
	"until", "include", "capture", "counters", "play", "next", "claim", "differs", "predict",
	"choice", "slow", "needs", "watch" };

static bool has_verb(const char *command, const char *verb)
{
	size_t len = strcspn(command, " ");

	return strlen(verb) == len && strncmp(verb, command, len) == 0;
}

static bool is_left_out(const char *command)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
		if (has_verb(command, left_out[i]))
			return true;
	}
	return false;
}

/* One command, by the numbers of events. */
struct command {
	uint64_t no;
	uint64_t
		next; /* the command after it, or past the end: what it did itself is before that */
	uint64_t call; /* 0 = it made none */
};

/* The call that the command made. */
static uint64_t call_of(const struct journal *j, const struct command *c)
{
	for (uint64_t no = c->no;
		(no = journal_next(j, no, EVENT_BIT(EVENT_CALL))) && no < c->next;) {
		if (journal_get(j, no)->cause == c->no)
			return no;
	}
	return 0;
}

static uint64_t return_of(const struct journal *j, uint64_t call)
{
	for (uint64_t no = call; (no = journal_next(j, no, EVENT_BIT(EVENT_RETURN)));) {
		if (journal_get(j, no)->call.call == call)
			return no;
	}
	return 0;
}

/* The end of a process that the call brought. */
static uint64_t end_of(const struct journal *j, uint64_t call)
{
	for (uint64_t no = call; (no = journal_next(j, no, EVENT_BIT(EVENT_PROCESS_END)));) {
		if (journal_get(j, no)->cause == call)
			return no;
	}
	return 0;
}

/* Did the lab refuse it, or was it otherwise than it said? */
static bool went_wrong(const struct journal *j, const struct command *c)
{
	const uint64_t kinds = EVENT_BIT(EVENT_ERROR) | EVENT_BIT(EVENT_EXPECTATION);

	for (uint64_t no = c->no; (no = journal_next(j, no, kinds)) && no < c->next;) {
		const struct event *event = journal_get(j, no);

		/* an error without a cause is of a line that never ran */
		if (event->kind == EVENT_ERROR ? event->cause == c->no : !event->place.passed)
			return true;
	}
	return false;
}

/* " => 5": what the call gave, as far as it will be the same again. */
static void add_outcome(const struct event *returned, struct text *out)
{
	const char *text = returned->text ? returned->text : "";

	if (returned->call.error)
		text_printf(out, " => %s", errno_name(returned->call.error));
	else if (text[0] == '"' && text[strlen(text) - 1] == '"')
		text_printf(out, " => %s", text);
	else if (!text[0] || text[0] == '(' || text[0] == '<') /* end of file, the pattern */
		text_printf(out, " => %" PRId64, returned->call.result);
}

static void add_call(const struct journal *j, const struct command *c, struct text *out)
{
	const struct event *command = journal_get(j, c->no);
	const struct event *returned = journal_get(j, return_of(j, c->call));
	const struct event *ended = journal_get(j, end_of(j, c->call));
	size_t len = strlen(command->text);
	bool background = len && command->text[len - 1] == '&';
	bool late = returned && returned->no > c->next;

	while (background && len && strchr("& ", command->text[len - 1]))
		len--;
	text_add(out, command->text, len);
	if (strstr(command->text, "=>"))
		text_puts(out, background ? " &" : "");
	else if (returned) {
		add_outcome(returned, out);
		text_puts(out, background || late ? " &" : "");
	} else if (ended && ended->process_fate.signal) {
		text_printf(out, " => killed %s", signal_name(ended->process_fate.signal));
	} else if (!ended) {
		text_puts(out, background ? " &" : " => blocked");
	}
	text_puts(out, "\n");
}

/* ---- pauses ---- */

/* Is this how the command came to its end? `sleep` is all pause. */
static bool ends(const struct command *c, const char *command, const struct event *event)
{
	switch (event->kind) {
	case EVENT_EXPECTATION:
		return event->cause == c->no;
	case EVENT_RETURN:
		return has_verb(command, "wait") ||
			(event->call.call == c->call && command[strlen(command) - 1] != '&');
	default: /* in a script it waits for what it delivers */
		return event->verdict.held && has_verb(command, "step");
	}
}

static uint64_t end_ns(const struct journal *j, const struct command *c)
{
	const uint64_t kinds =
		EVENT_BIT(EVENT_EXPECTATION) | EVENT_BIT(EVENT_RETURN) | EVENT_BIT(EVENT_DELIVERED);
	uint64_t ns = journal_get(j, c->no)->time_ns;

	for (uint64_t no = c->no; (no = journal_next(j, no, kinds)) && no < c->next;) {
		const struct event *event = journal_get(j, no);

		if (ends(c, journal_get(j, c->no)->text, event))
			ns = event->time_ns;
	}
	return ns;
}

/* The command and what is known of it. `save` itself is the end. */
static struct command command_at(const struct journal *j, uint64_t no)
{
	struct command c = { .no = no, .next = journal_next(j, no, EVENT_BIT(EVENT_COMMAND)) };

	if (!c.next)
		c.next = UINT64_MAX;
	c.call = call_of(j, &c);
	return c;
}

/* Did something happen of itself behind it, before the next? */
static bool was_waited_behind(const struct journal *j, const struct command *c)
{
	uint64_t last = journal_previous(j, c->next, doings);

	return last > c->no && journal_get(j, last)->time_ns > end_ns(j, c) + AT_ONCE_NS;
}

/* The last command behind which something happened of itself, before `end`; 0 = nothing ever did. */
static uint64_t last_waited(const struct journal *j, uint64_t end)
{
	for (uint64_t no = end; (no = journal_previous(j, no, EVENT_BIT(EVENT_COMMAND)));) {
		struct command c = command_at(j, no);

		if (was_waited_behind(j, &c))
			return no;
	}
	return 0;
}

/* The pause between a command and `next`, the one that is saved behind it. Returns how long it takes. */
static uint64_t add_pause(const struct journal *j, const struct command *c, uint64_t next,
	struct text *out)
{
	uint64_t begin_ns = end_ns(j, c), pause_ns = journal_get(j, next)->time_ns - begin_ns;
	uint64_t last = journal_previous(j, next, doings);
	uint64_t last_ns = last > c->no ? journal_get(j, last)->time_ns : 0;

	if (pause_ns < AT_ONCE_NS)
		return 0;
	if (last_ns > begin_ns + AT_ONCE_NS && begin_ns + pause_ns < last_ns + MARGIN_NS)
		pause_ns = last_ns + MARGIN_NS - begin_ns;
	text_printf(out, "sleep %" PRIu64 "ms\n", (pause_ns + NS_PER_MS - 1) / NS_PER_MS);
	return pause_ns;
}

/* All commands before event `end`, a `save`. Returns how long their pauses take. */
static uint64_t add_session(const struct journal *j, uint64_t end, struct text *out)
{
	uint64_t waited = last_waited(j, end), pauses_ns = 0;
	struct command last = { 0 };

	for (uint64_t no = 0; (no = journal_next(j, no, EVENT_BIT(EVENT_COMMAND))) && no < end;) {
		struct command c = command_at(j, no);

		if (is_left_out(journal_get(j, no)->text) || went_wrong(j, &c))
			continue;
		/* of the pauses that are kept it is a part */
		if (no <= waited && has_verb(journal_get(j, no)->text, "sleep"))
			continue;
		if (last.no && last.no <= waited)
			pauses_ns += add_pause(j, &last, no, out);
		if (c.call)
			add_call(j, &c, out);
		else
			text_printf(out, "%s\n", journal_get(j, no)->text);
		last = c;
	}
	if (last.no && last.no <= waited)
		pauses_ns += add_pause(j, &last, end, out);
	return pauses_ns;
}

/* Where every socket has come to. */
static void add_states(const struct world *w, struct text *out)
{
	const struct descriptor *d;

	text_puts(out, "\n");
	for (size_t i = 0; (d = world_descriptor_at(w, i)); i++) {
		if (d->endpoint->protocol == IPPROTO_TCP && world_descriptor(w, d->name) == d &&
			!d->process->program)
			text_printf(out, "expect %s %s\n", d->name,
				tcp_state_name(d->endpoint->state));
	}
}

static int save_run(struct cmd_call *c, struct diag *d)
{
	const struct token *path = &c->statement->words[1];
	struct text out = TEXT_EMPTY;
	uint64_t pauses_ns;
	int r;

	if (!script_may_write(c->script))
		return statement_error(c->statement, NULL, d,
			"a recipe may not write files unless tcplab is told so: --allow-write");
	if (name_path(c->statement, path, d) < 0)
		return -EINVAL;
	text_puts(&out, "# A session with tcplab.\n\n");
	pauses_ns = add_session(world_journal(c->world), c->event, &out);
	add_states(c->world, &out);
	r = file_create(path->text, &out);
	if (r == 0) {
		const char *also = strstr(text_get(&out), "\nexec ") ? "--allow-exec " : "";

		text_clear(&out);
		text_puts(&out, "saved; play it with: tcplab check ");
		if (pauses_ns > LONG_NS)
			text_printf(&out, "--timeout %" PRIu64 "m ", pauses_ns / LONG_NS + 2);
		text_puts(&out, also);
		text_printable(&out, path->text, path->len);
		journal_add(world_journal(c->world),
			(struct event){ .kind = EVENT_NOTE,
				.cause = c->event,
				.text = text_get(&out) });
	}
	text_done(&out);
	if (r == -EEXIST)
		return statement_error(c->statement, path, d,
			"'%.80s' is there already: choose another name", path->text);
	if (r < 0)
		return statement_errno(c->statement, path, d, -r, "'%.80s' cannot be written",
			path->text);
	return CMD_DONE;
}

const struct cmd_def cmd_save = {
	.name = "save",
	.args = "FILE",
	.min_args = 1,
	.max_args = 1,
	.summary = "write the session so far to FILE as a recipe that plays back",
	.detail =
		"With what every call gave, and the state of every socket at the end. Pauses are kept as `sleep` up\n"
		"to the last in which something happened of itself: a timer fired, a program went on. An existing\n"
		"file is not overwritten.",
	.source = "tcplab",
	.example = "save my.lab",
	.flags = CMD_OUTSIDE | CMD_PERSON,
	.run = save_run,
};
