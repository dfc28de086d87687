/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/live.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/tcp_state.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"

#define SOCKETS_SHOWN_MAX 3
#define GAP "  " /* between two things said */

struct live_socket {
	char *name; /* owned; NULL = not heard of */
	enum tcp_state state; /* NONE = it has none, such as UDP */
	bool nobodys; /* no process holds its descriptor */
	uint64_t touched; /* number of the last event that was about it */
};

static struct live_socket *socket_of(struct live *l, uint32_t endpoint)
{
	if (endpoint > l->count) {
		l->sockets = memory_grow(l->sockets, endpoint * sizeof(*l->sockets));
		memset(l->sockets + l->count, 0, (endpoint - l->count) * sizeof(*l->sockets));
		l->count = endpoint;
	}
	return &l->sockets[endpoint - 1];
}

static void touch(struct live *l, uint32_t endpoint, const struct event *e)
{
	struct live_socket *s = endpoint ? socket_of(l, endpoint) : NULL;

	if (!s || !e->subject)
		return;
	if (!s->name || strcmp(s->name, e->subject) != 0) {
		free(s->name);
		s->name = text_copy(e->subject);
	}
	s->touched = e->no;
	if (e->kind == EVENT_STATE)
		s->state = e->state.to;
	s->nobodys = !e->process;
}

/* A call names its socket only by name; the newest of that name is meant. */
static void touch_by_name(struct live *l, const struct event *e)
{
	for (size_t i = l->count; e->subject && i-- > 0;) {
		if (l->sockets[i].name && strcmp(l->sockets[i].name, e->subject) == 0) {
			l->sockets[i].touched = e->no;
			return;
		}
	}
}

/* With `reset` the wire begins empty. */
static void see_host(struct live *l, const struct event *e)
{
	if (!l->first_host)
		l->first_host = text_copy(e->subject);
	else if (!e->text && strcmp(l->first_host, e->subject) == 0)
		l->held = 0;
}

static void take(struct live *l, const struct event *e)
{
	switch (e->kind) {
	case EVENT_HOST:
		see_host(l, e);
		break;
	case EVENT_SOCKET:
		touch(l, e->socket.endpoint, e);
		break;
	case EVENT_STATE:
		touch(l, e->state.endpoint, e);
		break;
	case EVENT_CALL:
		touch_by_name(l, e);
		break;
	case EVENT_HELD:
		l->held++;
		break;
	case EVENT_GOAL:
		l->goals = e->goal.count;
		l->goals_met = e->goal.met;
		break;
	case EVENT_DELIVERED:
	case EVENT_DROPPED:
		if (e->verdict.held && l->held)
			l->held--;
		break;
	default:
		break;
	}
}

void live_read(struct live *l, const struct journal *j)
{
	const uint64_t taken = EVENT_BIT(EVENT_SOCKET) | EVENT_BIT(EVENT_STATE) |
		EVENT_BIT(EVENT_CALL) | EVENT_BIT(EVENT_HELD) | EVENT_BIT(EVENT_DELIVERED) |
		EVENT_BIT(EVENT_DROPPED) | EVENT_BIT(EVENT_GOAL) | EVENT_BIT(EVENT_HOST);

	for (uint64_t no = l->read; (no = journal_next(j, no, taken));)
		take(l, journal_get(j, no));
	l->read = journal_last(j);
}

void live_done(struct live *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->sockets[i].name);
	free(l->sockets);
	free(l->first_host);
	*l = (struct live){ 0 };
}

/* ---- saying it ---- */

/* One that is CLOSED and nobody's is no more. */
static bool is_there(const struct live_socket *s)
{
	return s->name && s->state != STATE_NONE && !(s->state == STATE_CLOSED && s->nobodys);
}

/* The last touched of those touched before event `before`; NULL = there is none. */
static const struct live_socket *last_touched(const struct live *l, uint64_t before)
{
	const struct live_socket *last = NULL;

	for (size_t i = 0; i < l->count; i++) {
		const struct live_socket *s = &l->sockets[i];

		if (is_there(s) && s->touched < before && (!last || s->touched > last->touched))
			last = s;
	}
	return last;
}

static size_t columns_of(const struct live_socket *s)
{
	return strlen(s->name) + 1 + strlen(tcp_state_name(s->state)) + strlen(GAP);
}

static void style(struct text *out, bool color, const char *escape)
{
	if (color)
		text_printf(out, "\001%s\002", escape);
}

void live_format(const struct live *l, size_t columns, bool color, struct text *out)
{
	const struct live_socket *s;
	uint64_t since = UINT64_MAX; /* what is shown was touched then or later */
	size_t shown = 0, used = strlen(LIVE_END);
	const char *gap = "";

	if (l->goals) {
		used += strlen("goal 10/10") + strlen(GAP);
		style(out, color, l->goals_met == l->goals ? "\033[32m" : "\033[33m");
		text_printf(out, "goal %u/%u", l->goals_met, l->goals);
		style(out, color, "\033[0m");
		gap = GAP;
	}
	if (l->held)
		used += strlen("wire 10 held");
	while (shown < SOCKETS_SHOWN_MAX && (s = last_touched(l, since))) {
		used += columns_of(s);
		if (used > columns)
			break;
		since = s->touched;
		shown++;
	}
	for (size_t i = 0; i < l->count; i++) {
		s = &l->sockets[i];
		if (!is_there(s) || s->touched < since)
			continue;
		text_printf(out, "%s%s ", gap, s->name);
		style(out, color, "\033[1m");
		text_puts(out, tcp_state_name(s->state));
		style(out, color, "\033[0m");
		gap = GAP;
	}
	if (l->held) {
		text_printf(out, "%swire ", gap);
		style(out, color, "\033[33m");
		text_printf(out, "%llu held", (unsigned long long)l->held);
		style(out, color, "\033[0m");
	}
	text_puts(out, shown || l->held || l->goals ? LIVE_END : LIVE_PLAIN);
}

void live_format_place(uint32_t place, uint32_t steps, struct text *out)
{
	text_printf(out, "[%u/%u] ", place, steps);
}

/* ---- reading it back ---- */

/* Is this what stands between two gaps of a live prompt? */
static bool is_said(const char *part, size_t len)
{
	const char *blank = memchr(part, ' ', len);
	char second[32];
	size_t second_len;

	if (!blank || blank == part)
		return false;
	second_len = len - (size_t)(blank + 1 - part);
	if (second_len == 0 || second_len >= sizeof(second))
		return false;
	memcpy(second, blank + 1, second_len);
	second[second_len] = '\0';
	if (blank - part == 4 && memcmp(part, "goal", 4) == 0) {
		size_t met = strspn(second, "0123456789");

		return met && second[met] == '/' &&
			strspn(second + met, "/0123456789") == strlen(second + met);
	}
	if (blank - part == 4 && memcmp(part, "wire", 4) == 0) {
		size_t digits = strspn(second, "0123456789");

		return digits && strcmp(second + digits, " held") == 0;
	}
	for (enum tcp_state s = STATE_ESTABLISHED; s < STATE_NEW_SYN_RECV; s++)
		if (strcmp(second, tcp_state_name(s)) == 0)
			return true;
	return false;
}

/* "[7/23] ": how many bytes of it begin the line. */
static size_t place_len(const char *line, size_t len)
{
	static const char *const parts[] = { "[", "/", "] " };
	size_t at = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		size_t part = strlen(parts[i]);

		if (len - at < part || memcmp(line + at, parts[i], part) != 0)
			return 0;
		for (at += part; i < 2 && at < len && isdigit((unsigned char)line[at]); at++)
			;
	}
	return at;
}

static size_t behind_place(const char *line, size_t len)
{
	static const char *const whole[] = { LIVE_PLAIN, LIVE_BLOCK, LIVE_TOLD };
	const char *end = memmem(line, len, LIVE_END, strlen(LIVE_END)), *gap;

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		size_t most = strlen(whole[i]);

		if (len >= most && memcmp(line, whole[i], most) == 0)
			return most;
		if (len == most - 1 && memcmp(line, whole[i], len) == 0) /* without its blank */
			return len;
	}
	if (!end)
		return 0;
	for (const char *part = line; part < end; part = gap + strlen(GAP)) {
		gap = memmem(part, (size_t)(end - part), GAP, strlen(GAP));
		if (!is_said(part, (size_t)((gap ? gap : end) - part)))
			return 0;
		if (!gap)
			return (size_t)(end - line) + strlen(LIVE_END);
	}
	return 0;
}

size_t live_prompt_len(const char *line, size_t len)
{
	size_t place = place_len(line, len), rest = behind_place(line + place, len - place);

	return rest ? place + rest : 0;
}
