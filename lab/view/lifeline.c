/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/lifeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "view/cast.h"

#define NAMED_MOST 4 /* in a title */
#define LEFT_OUT_MOST 32 /* columns of names: the line they stand in takes 100 at most */

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* ---- who is drawn ---- */

/* What a lifeline stands for, until all are chosen. */
struct choice {
	size_t root; /* this party and all that came to it; NOBODY = another of these three */
	size_t only; /* of these that came to it only this one; NOBODY = all */
	const char *process; /* all of this process */
	const char *host; /* all on this host */
};

struct choices {
	struct choice items[LIFELINES_MAX];
	size_t count;
};

static bool chosen_root(const struct choices *chosen, size_t root)
{
	for (size_t i = 0; i < chosen->count; i++) {
		if (chosen->items[i].root == root)
			return true;
	}
	return false;
}

/* Roots in the order of their first packet, of those that had any lately; when nobody talked, all sockets in
 * order of appearance. Owned by the caller. */
static size_t *list_roots(const struct cast *c, size_t *ret_count)
{
	size_t *roots = memory_new((c->count + 1) * sizeof(*roots)), count = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct party *p = &c->parties[i];
		size_t at = count;

		if (p->parent != NOBODY || (c->talk_count ? !p->all_packets : !p->socket))
			continue;
		for (; at > 0 && c->parties[roots[at - 1]].turn > p->turn; at--)
			roots[at] = roots[at - 1];
		roots[at] = i;
		count++;
	}
	*ret_count = count;
	return roots;
}

/* The first turn anybody had on the host of a root, or in its process. */
static uint64_t first_turn(const struct cast *c, size_t root, bool of_process)
{
	const struct party *r = &c->parties[root];
	uint64_t first = r->turn;

	for (size_t i = 0; i < c->count; i++) {
		const struct party *p = &c->parties[i];

		if (p->turn && p->turn < first && same(p->host, r->host) &&
			(!of_process || same(p->process, r->process)))
			first = p->turn;
	}
	return first;
}

/* Two columns keep their sides from one ladder to the next, whoever began this time: who was on the left before is
 * there again, as long as the host, and on one host the process, is the same. */
static void keep_sides(const struct cast *c, size_t roots[2])
{
	uint64_t a = first_turn(c, roots[0], false), b = first_turn(c, roots[1], false);
	size_t first = roots[0];

	if (a == b) {
		a = first_turn(c, roots[0], true);
		b = first_turn(c, roots[1], true);
	}
	if (b >= a)
		return;
	roots[0] = roots[1];
	roots[1] = first;
}

static const char *process_of(const struct cast *c, size_t party)
{
	return c->parties[cast_root(c, party)].process;
}

/* Do two sockets of one process talk? Then they cannot be one lifeline. */
static bool talks_to_itself(const struct cast *c, const char *process)
{
	for (size_t i = 0; i < c->talk_count; i++) {
		if (same(process_of(c, c->talks[i].a), process) &&
			same(process_of(c, c->talks[i].b), process))
			return true;
	}
	return false;
}

/* A lifeline for each process, and one for each address that nobody has. Not always possible. */
static bool choose_processes(const struct cast *c, const size_t *roots, size_t count,
	struct choices *ret_chosen)
{
	struct choices chosen = { .count = 0 };

	for (size_t i = 0; i < count; i++) {
		const char *process = c->parties[roots[i]].process;
		size_t at = 0;

		while (at < chosen.count && !same(chosen.items[at].process, process))
			at++;
		if (at < chosen.count)
			continue;
		if (at == LIFELINES_MAX || (process && talks_to_itself(c, process)))
			return false;
		chosen.items[chosen.count++] = (struct choice){
			.root = process ? NOBODY : roots[i],
			.only = NOBODY,
			.process = process,
		};
	}
	*ret_chosen = chosen;
	return true;
}

/* The LIFELINES_MAX that talked most, in the order they began to. */
static void choose_busiest(const struct cast *c, const size_t *roots, size_t count,
	struct choices *ret_chosen)
{
	struct choices busiest = { .count = 0 };

	while (busiest.count < LIFELINES_MAX) {
		size_t best = NOBODY;

		for (size_t i = 0; i < count; i++) {
			if (!chosen_root(&busiest, roots[i]) &&
				(best == NOBODY ||
					c->parties[roots[i]].all_packets >
						c->parties[best].all_packets))
				best = roots[i];
		}
		busiest.items[busiest.count++] = (struct choice){ .root = best, .only = NOBODY };
	}
	for (size_t i = 0; i < count; i++) {
		if (chosen_root(&busiest, roots[i]))
			ret_chosen->items[ret_chosen->count++] =
				(struct choice){ .root = roots[i], .only = NOBODY };
	}
}

static void choose_talkers(const struct cast *c, struct choices *ret_chosen)
{
	size_t count, *roots = list_roots(c, &count);

	if (count == 2 && c->talk_count)
		keep_sides(c, roots);
	/* the words on the arrows are worth more than a lifeline for each socket */
	if (count < LIFELINES_MAX || !choose_processes(c, roots, count, ret_chosen)) {
		if (count > LIFELINES_MAX)
			choose_busiest(c, roots, count, ret_chosen);
		for (size_t i = 0; i < count && count <= LIFELINES_MAX; i++)
			ret_chosen->items[ret_chosen->count++] =
				(struct choice){ .root = roots[i], .only = NOBODY };
	}
	free(roots);
}

/* A socket, and when it is one of those a listener accepted, this one alone; two of them are all. */
static bool choose_socket(const struct cast *c, size_t party, struct choices *chosen,
	struct choice *ret_choice)
{
	size_t root = cast_root(c, party);

	for (size_t i = 0; i < chosen->count; i++) {
		if (chosen->items[i].root == root) {
			chosen->items[i].only = NOBODY;
			return false;
		}
	}
	ret_choice->root = root;
	/* of listeners at one address it is not known what came to which */
	ret_choice->only =
		c->parties[party].listened || same(c->parties[party].name, c->parties[root].name)
		? NOBODY
		: party;
	return true;
}

static int choose_name(const struct cast *c, const char *name, struct choices *chosen,
	struct diag *d)
{
	size_t party = cast_name(c, name);
	struct choice choice = { .root = NOBODY, .only = NOBODY };

	if (party != NOBODY && !choose_socket(c, party, chosen, &choice))
		return 0;
	for (size_t i = 0; i < c->count && party == NOBODY && !choice.process; i++) {
		if (same(c->parties[i].process, name))
			choice.process = c->parties[i].process;
	}
	for (size_t i = 0; i < c->host_count && party == NOBODY && !choice.process; i++) {
		if (same(c->hosts[i].name, name))
			choice.host = c->hosts[i].name;
	}
	if (party == NOBODY && !choice.process && !choice.host)
		return diag_set(d, ENOENT,
			"'%.40s' is no socket, no process that has had one, and no host", name);
	if (chosen->count == LIFELINES_MAX)
		return diag_set(d, E2BIG, "a ladder has at most %d columns", LIFELINES_MAX);
	chosen->items[chosen->count++] = choice;
	return 0;
}

static bool stands_for(const struct cast *c, const struct choice *choice, size_t party)
{
	const struct party *p = &c->parties[party];

	if (choice->root != NOBODY)
		return cast_root(c, party) == choice->root &&
			(choice->only == NOBODY || choice->only == party || p->listened);
	if (choice->process)
		return same(process_of(c, party), choice->process) ||
			same(p->process, choice->process);
	return same(p->host, choice->host);
}

static bool is_of_choice(const struct cast *c, const struct choice *choice, size_t party)
{
	if (choice->root == NOBODY)
		return stands_for(c, choice, party);
	return choice->only == NOBODY ? cast_root(c, party) == choice->root : party == choice->only;
}

/* Packets each root exchanged with the first that was chosen. Owned by the caller. */
static uint64_t *packets_with_first(const struct cast *c, const struct choice *first)
{
	uint64_t *packets = memory_new((c->count + 1) * sizeof(*packets));

	memset(packets, 0, (c->count + 1) * sizeof(*packets));
	for (size_t i = 0; i < c->talk_count; i++) {
		const struct talk *t = &c->talks[i];
		size_t ends[2] = { t->a, t->b };

		for (size_t e = 0; e < 2; e++) {
			if (is_of_choice(c, first, ends[e]))
				packets[cast_root(c, ends[1 - e])] += t->packets;
		}
	}
	return packets;
}

/* Of what a listener accepted, the one that talked with the first; NOBODY = none or several did. */
static size_t only_with_first(const struct cast *c, const struct choice *first, size_t root)
{
	size_t only = NOBODY;

	for (size_t i = 0; i < c->talk_count; i++) {
		size_t ends[2] = { c->talks[i].a, c->talks[i].b };

		for (size_t e = 0; e < 2; e++) {
			if (!is_of_choice(c, first, ends[e]) || ends[1 - e] == root ||
				ends[1 - e] == only || cast_root(c, ends[1 - e]) != root)
				continue;
			if (only != NOBODY)
				return NOBODY;
			only = ends[1 - e];
		}
	}
	return only;
}

/* One name alone: those it talked with go along, the most talkative first. */
static void choose_peers(const struct cast *c, struct choices *chosen)
{
	const struct choice *first = &chosen->items[0];
	uint64_t *packets = packets_with_first(c, first);

	while (chosen->count < LIFELINES_MAX) {
		size_t best = NOBODY;
		uint64_t most = 0;

		for (size_t i = 0; i < c->count; i++) {
			bool drawn = chosen_root(chosen, i) ||
				(first->root == NOBODY && stands_for(c, first, i));

			if (!drawn && packets[i] > most) {
				most = packets[i];
				best = i;
			}
		}
		if (best == NOBODY)
			break;
		chosen->items[chosen->count++] = (struct choice){
			.root = best,
			.only = only_with_first(c, first, best),
		};
	}
	free(packets);
}

/* ---- titles ---- */

/* Does an earlier party of this lifeline have the same name? */
static bool named_before(const struct cast *c, size_t party)
{
	const struct party *p = &c->parties[party];

	for (size_t i = 0; i < party; i++) {
		if (c->parties[i].lifeline == p->lifeline && same(c->parties[i].name, p->name))
			return true;
	}
	return false;
}

/* "l, a, b": what a listener accepted, by the names it was given. */
static void write_names(const struct cast *c, int lifeline, struct text *out)
{
	size_t named = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct party *p = &c->parties[i];
		bool waiting = p->parent != NOBODY && strchr(p->name, '/');

		if (p->lifeline != lifeline || waiting || (!p->socket && p->parent != NOBODY) ||
			named_before(c, i))
			continue;
		if (++named > NAMED_MOST) {
			text_puts(out, ", ...");
			return;
		}
		text_printf(out, "%s%s", out->len ? ", " : "", p->name);
	}
}

/* Has a socket of another port the same name, given again? */
static bool has_other_ports(const struct cast *c, const struct party *p)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct party *other = &c->parties[i];

		if (other->lifeline == p->lifeline && other->socket && other->local.port &&
			other->local.port != p->local.port && same(other->name, p->name))
			return true;
	}
	return false;
}

/* "server 127.0.0.1:8080"; of many on one host ":8080"; of one name for many ports "main 127.0.0.1:*" */
static void write_place(const struct cast *c, const struct party *p, bool narrow, struct text *out)
{
	char address[ADDRESS_TEXT_MAX];
	struct address host = p->local;

	if (!p->socket) {
		/* the address is the title */
		text_printf(out, "no socket%s%s", c->host_count > 1 && p->host ? " on " : "",
			c->host_count > 1 && p->host ? p->host : "");
		return;
	}
	if (p->process)
		text_puts(out, p->process);
	if (c->host_count > 1 && p->host)
		text_printf(out, "%s%s", out->len ? " on " : "", p->host);
	if (!p->local.port)
		return;
	text_puts(out, out->len ? " " : "");
	if (has_other_ports(c, p)) {
		host.port = 0;
		if (!narrow)
			text_printf(out, p->local.family == AF_INET6 ? "[%s]" : "%s",
				address_format(&host, address));
		text_puts(out, ":*");
	} else if (narrow) {
		text_printf(out, ":%u", p->local.port);
	} else {
		text_puts(out, address_format(&p->local, address));
	}
}

/* The title of an address is the address; without a port when it stands for several. */
static void drop_port(const struct cast *c, size_t root, struct text *title)
{
	struct address host = c->parties[root].local;
	char address[ADDRESS_TEXT_MAX];
	bool several = false;

	for (size_t i = 0; i < c->count; i++)
		several |= c->parties[i].parent == root;
	if (c->parties[root].socket || !several)
		return;
	host.port = 0;
	text_clear(title);
	text_puts(title, address_format(&host, address));
}

/* Sockets by different names that something happened to: 2 = several. */
static unsigned count_sockets(const struct cast *c, int lifeline, bool listeners)
{
	unsigned sockets = 0;

	for (size_t i = 0; i < c->count && sockets < 2; i++) {
		const struct party *p = &c->parties[i];

		sockets += p->lifeline == lifeline && p->socket && p->listened == listeners &&
			p->events && !named_before(c, i);
	}
	return sockets;
}

static void write_titles(const struct cast *c, const struct choice *choice, int index, bool narrow,
	struct lifeline *ret_line)
{
	struct text title = TEXT_EMPTY, subtitle = TEXT_EMPTY;
	unsigned connections;

	if (choice->root != NOBODY) {
		write_names(c, index, &title);
		drop_port(c, choice->root, &title);
		write_place(c, &c->parties[choice->root], narrow, &subtitle);
	} else {
		text_puts(&title, choice->process ? choice->process : choice->host);
		write_names(c, index, &subtitle);
	}
	connections = count_sockets(c, index, false);
	*ret_line = (struct lifeline){ .process = choice->process,
		.several = connections > 1,
		.shared = connections == 1 && count_sockets(c, index, true) > 0 };
	ret_line->title = text_take(&title);
	ret_line->subtitle = text_take(&subtitle);
}

/* Who talked and is not drawn; of_drawn: of a listener that is drawn with one of its connections, the others. */
static void write_hidden(const struct cast *c, bool of_drawn, struct text *out)
{
	size_t more = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct party *p = &c->parties[i];

		if (p->lifeline >= 0 || of_drawn != (p->parent != NOBODY))
			continue;
		if (of_drawn ? !p->packets || c->parties[cast_root(c, i)].lifeline < 0
			     : !p->all_packets)
			continue;
		if (more || out->len + 2 + strlen(p->name) > LEFT_OUT_MOST) {
			more++;
			continue;
		}
		text_puts(out, out->len ? ", " : "");
		text_escape(out, p->name, strlen(p->name));
	}
	if (more)
		text_printf(out, "%s%zu more", out->len ? " and " : "", more);
}

static void write_left_out(const struct cast *c, struct lifelines *l)
{
	struct text out = TEXT_EMPTY;

	write_hidden(c, false, &out);
	if (!out.len)
		write_hidden(c, true, &out);
	l->left_out = out.len ? text_take(&out) : NULL;
	text_done(&out);
}

int lifelines_choose(struct lifelines *l, struct cast *c, const char *const *names, size_t count,
	struct diag *d)
{
	struct choices chosen = { .count = 0 };
	bool narrow;

	for (size_t i = 0; i < count; i++) {
		int r = choose_name(c, names[i], &chosen, d);

		if (r < 0)
			return r;
	}
	if (count == 0)
		choose_talkers(c, &chosen);
	else if (chosen.count == 1)
		choose_peers(c, &chosen);
	for (size_t i = 0; i < c->count; i++) {
		for (size_t n = 0; n < chosen.count && c->parties[i].lifeline < 0; n++) {
			if (stands_for(c, &chosen.items[n], i))
				c->parties[i].lifeline = (int)n;
		}
	}
	*l = (struct lifelines){ .count = chosen.count };
	narrow = chosen.count > 2 && c->host_count < 2;
	for (size_t n = 0; n < chosen.count; n++)
		write_titles(c, &chosen.items[n], (int)n, narrow, &l->items[n]);
	write_left_out(c, l);
	return 0;
}

int lifelines_of_call(const struct lifelines *l, const struct cast *c, const struct event *call,
	size_t party)
{
	for (size_t i = 0; call->process && i < l->count; i++) {
		if (same(l->items[i].process, call->process))
			return (int)i;
	}
	return party == NOBODY ? -1 : c->parties[party].lifeline;
}

void lifelines_done(struct lifelines *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->items[i].title);
		free(l->items[i].subtitle);
	}
	free(l->left_out);
	*l = (struct lifelines){ 0 };
}
