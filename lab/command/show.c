/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/terminal.h"
#include "base/text.h"
#include "command/output.h"
#include "command/socket_rows.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "observe/sock_field.h"
#include "observe/tracker.h"
#include "world/descriptor.h"
#include "world/process.h"
#include "world/world.h"

#define FIELDS_MOST 40
#define TRANSITIONS_MOST 5
#define VALUE_COLUMN (2 + SOCK_FIELD_NAME_MOST + 1)
#define SENTENCE_COLUMN (VALUE_COLUMN + 15)
#define ANSWER_NS (10 * NS_PER_S)

/* ---- the fields ---- */

static void add_field(const struct sock_field *f, const struct sock_detail *detail, uint64_t value,
	struct text *out)
{
	size_t begin = out->len, width;

	text_printf(out, "  %-*s ", SOCK_FIELD_NAME_MOST, f->name);
	sock_field_format(f, detail, value, out);
	width = out->len - begin;
	if (width < SENTENCE_COLUMN)
		text_printf(out, "%*s%s\n", (int)(SENTENCE_COLUMN - width), "", f->sentence);
	else /* a list of names: the sentence below it */
		text_printf(out, "\n%*s%s\n", SENTENCE_COLUMN, "", f->sentence);
}

static void add_fields(const struct sock_detail *detail, struct text *out)
{
	int group = -1;
	const struct sock_field *f;

	for (size_t i = 0; (f = sock_field_at(i)); i++) {
		uint64_t value;

		if (!sock_field_read(f, detail, &value))
			continue;
		if ((int)f->group != group)
			text_printf(out, "%s\n", sock_field_group_name(f->group));
		group = (int)f->group;
		add_field(f, detail, value, out);
	}
}

static void add_chosen(const struct statement *s, const struct sock_detail *detail,
	struct text *out)
{
	for (size_t i = 2; i < s->word_count; i++) {
		const struct sock_field *f = sock_field_find(s->words[i].text);
		uint64_t value;

		if (sock_field_read(f, detail, &value))
			add_field(f, detail, value, out);
		else
			text_printf(out, "  %-*s the kernel does not tell that of this socket\n",
				SOCK_FIELD_NAME_MOST, f->name);
	}
}

/* ---- what the lab knows ---- */

static void add_transition(struct cmd_call *c, const struct event *event, struct text *out)
{
	struct text what = TEXT_EMPTY, cause = TEXT_EMPTY;

	text_puts(out, "  ");
	narrate_what(world_journal(c->world), event, &what);
	text_printf(out, "%-30s ", text_get(&what));
	socket_table_span(socket_rows_age(c->world, event, c->event), false, out);
	text_puts(out, " ago");
	narrate_cause(world_journal(c->world), event, &cause);
	if (cause.len)
		text_printf(out, " <- %s", text_get(&cause));
	text_puts(out, "\n");
	text_done(&what);
	text_done(&cause);
}

/* The last ones before the one that the row tells. */
static void add_transitions(struct cmd_call *c, const struct endpoint *e, struct text *out)
{
	const struct journal *j = world_journal(c->world);
	uint64_t numbers[TRANSITIONS_MOST], no = e->changed;
	size_t count = 0;

	while (count < TRANSITIONS_MOST && (no = journal_previous(j, no, EVENT_BIT(EVENT_STATE)))) {
		if (journal_get(j, no)->state.endpoint == e->id)
			numbers[count++] = no;
	}
	text_puts(out, count ? "Before that\n" : "");
	while (count--)
		add_transition(c, journal_get(j, numbers[count]), out);
}

/* "Also held by kid 4712 fd 3": fork() and dup() make more than one. */
static void add_holders(const struct endpoint *e, struct text *out)
{
	const struct descriptor *other = e->held ? e->held->next : NULL;

	for (const char *begin = "Also held by "; other; other = other->next, begin = ", ")
		text_printf(out, "%s%s %d fd %d", begin, other->process->name,
			descriptor_pid(other), other->fd);
	text_puts(out, e->held && e->held->next ? "\n" : "");
}

/* Why there is no more than that; nothing when there is. */
static void add_why_little(const struct endpoint *e, const struct sock_detail *detail,
	struct text *out)
{
	if (detail->parts[DETAIL_INFO].len || !detail->parts[DETAIL_MESSAGE].len ||
		e->state == STATE_LISTEN)
		return;
	if (e->protocol != IPPROTO_TCP)
		text_puts(out,
			"UDP has no connection, so there are no timer, window or round trips to tell of.\n");
	else if (e->timer == SOCK_TIMER_TIME_WAIT)
		text_puts(out,
			"It is a time-wait mini-socket: the kernel keeps its addresses and a timer, no more.\n");
	else if (e->state == STATE_SYN_RECEIVED)
		text_puts(out,
			"It is a request mini-socket: until its handshake is complete the kernel keeps no more.\n");
}

static void tell(struct cmd_call *c, const struct endpoint *e, const struct sock_detail *detail,
	const char *instead)
{
	struct socket_rows rows = { 0 };
	struct text out = TEXT_EMPTY;

	if (c->statement->word_count > 2 && !instead) {
		add_chosen(c->statement, detail, &out);
	} else {
		socket_rows_add(&rows, c->world, e, detail, c->event);
		socket_table_format(rows.rows, rows.count, terminal_width(SOCKET_TABLE_WIDTH),
			&out);
		socket_rows_done(&rows);
		add_holders(e, &out);
		add_transitions(c, e, &out);
		add_fields(detail, &out);
		add_why_little(e, detail, &out);
		text_puts(&out, instead ? instead : "");
		text_puts(&out, instead ? "\n" : "");
	}
	output_tell(c, &out);
}

/* ---- a socket that sock_diag does not know: its process can be asked ---- */

struct asking {
	const struct endpoint *endpoint; /* borrowed */
	bool answered, left; /* nobody waits for it any more */
	int error; /* errno */
	struct sock_detail detail;
};

static void on_answer(void *arg, const struct call_outcome *outcome)
{
	struct asking *a = arg;

	a->answered = true;
	a->error = outcome->ended ? ESRCH : outcome->error;
	if (!a->error)
		sock_detail_from_info(outcome->data, (uint32_t)outcome->size, &a->detail);
	if (a->left)
		free(a);
}

static int show_check(struct cmd_call *c, struct diag *d)
{
	struct asking *a = c->state;

	if (!a->answered || !world_settled(c->world))
		return CMD_WAIT;
	if (a->error)
		return diag_errno(d, a->error, "getsockopt", "the kernel does not tell of '%s'",
			a->endpoint->name);
	tell(c, a->endpoint, &a->detail, NULL);
	return CMD_DONE;
}

static int show_expired(struct cmd_call *c, struct diag *d)
{
	struct asking *a = c->state;

	(void)a;
	return statement_error(c->statement, &c->statement->words[1], d,
		"its process does not answer");
}

static void show_end(struct cmd_call *c)
{
	struct asking *a = c->state;

	if (a->answered)
		free(a);
	else
		a->left = true;
}

/* Why nobody can be asked; NULL = somebody can. */
static const char *no_asking(const struct endpoint *e)
{
	const struct process *p = world_owner(e);

	if (e->protocol != IPPROTO_TCP)
		return "It is not bound to a port, so it is in none of the kernel's tables yet; or this kernel has "
		       "no udp_diag.";
	if (!e->held || !p)
		return "It is CLOSED and nobody has a descriptor of it: the kernel does not know it any more.";
	if (p->ended || p->program)
		return "It is CLOSED, so that only its process could ask for it, and a program makes its own calls.";
	if (p->in_call)
		return "It is CLOSED, so that only its process can ask for it, and that is in a call.";
	return NULL;
}

static int ask_process(struct cmd_call *c, const struct endpoint *e, struct diag *d)
{
	struct call_request q = { .kind = CALL_GETSOCKOPT,
		.fd = e->held->fd,
		.level = IPPROTO_TCP,
		.option = TCP_INFO,
		.size = SOCK_DETAIL_BYTES };
	struct asking *a = memory_new(sizeof(*a));
	struct text call = TEXT_EMPTY;
	int r;

	a->endpoint = e;
	text_printf(&call, "getsockopt(%d, IPPROTO_TCP, TCP_INFO)", e->held->fd);
	r = world_call(c->world, e->held->process,
		&(struct call_order){ .request = &q,
			.text = text_get(&call),
			.endpoint = e->held->endpoint },
		c->event, on_answer, a, d);
	text_done(&call);
	if (r < 0) {
		free(a);
		return r;
	}
	c->state = a;
	c->check = show_check;
	c->expired = show_expired;
	c->end = show_end;
	c->deadline_ns = clock_now_ns() + ANSWER_NS;
	return CMD_WAIT;
}

static int show_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct sock_detail detail = { 0 };
	struct endpoint *e = NULL;
	int r;

	world_read_programs(c->world);
	r = name_socket(c->world, s, &s->words[1], &e, d);
	for (size_t i = 2; r == 0 && i < s->word_count; i++) {
		size_t distance;
		const struct sock_field *near = sock_field_nearest(s->words[i].text, &distance);

		if (!sock_field_find(s->words[i].text))
			r = statement_error(s, &s->words[i], d,
				"no field '%.40s'%s%s%s; `help topics` lists them",
				s->words[i].text, near ? "; did you mean '" : "",
				near ? near->name : "", near ? "'?" : "");
	}
	if (r < 0)
		return r;
	world_look(c->world, e);
	r = tracker_detail(e->tracker, e, SOCK_DETAIL_ALL, &detail);
	if (r == -ENOENT && !no_asking(e))
		return ask_process(c, e, d);
	if (r == -EHOSTDOWN)
		tell(c, e, &detail, "Its host has lost power: there is no kernel to ask.");
	else if (r == -ENOENT)
		tell(c, e, &detail, no_asking(e));
	else if (r < 0)
		return diag_errno(d, -r, "sock_diag", "the kernel does not tell of '%s'", e->name);
	else
		tell(c, e, &detail, NULL);
	return CMD_DONE;
}

const struct cmd_def cmd_show = {
	.name = "show",
	.args = "SOCK [FIELD...]",
	.min_args = 1,
	.max_args = FIELDS_MOST,
	.summary =
		"everything the kernel tells of one socket, each value with a sentence; or some of it",
	.detail =
		"Its row of `ss`, its last transitions, then what sock_diag tells: timer and queues, what was agreed in the\n"
		"handshake, round trips, congestion window, losses, windows, counts, memory. What this kernel does not fill is\n"
		"left out; a mini-socket (SYN-RECEIVED, TIME-WAIT) and UDP have little. A CLOSED socket is in none of the\n"
		"kernel's tables, so its process is asked, by getsockopt(TCP_INFO). `help FIELD` tells more of each;\n"
		"`expect c cwnd 10` asserts it.",
	.source = "sock_diag(7), tcp(7) TCP_INFO; include/uapi/linux/tcp.h, inet_diag.h",
	.example = "show c rto cwnd",
	.flags = CMD_FREE,
	.run = show_run,
};
