/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/label.h"

#include <inttypes.h>
#include <string.h>

#include "base/sysname.h"
#include "base/text.h"
#include "journal/event.h"

/* Calls of which an argument is the point; of all others the result says enough. */
static const struct {
	const char *name;
	unsigned argument; /* from 1 */
} telling[] = {
	{ "shutdown", 2 },
	{ "setsockopt", 3 },
	{ "getsockopt", 3 },
	{ "ioctl", 2 },
	{ "fcntl", 2 },
};

void label_call(const char *call, struct text *out)
{
	size_t len = strcspn(call, "(");
	const char *at = call[len] ? call + len + 1 : "";
	unsigned argument = 0;

	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++) {
		if (strlen(telling[i].name) == len && strncmp(telling[i].name, call, len) == 0)
			argument = telling[i].argument;
	}
	for (unsigned i = 1; i < argument && *at; i++) {
		at += strcspn(at, ",");
		at += strspn(at, ", ");
	}
	text_add(out, call, len);
	text_puts(out, "(");
	if (argument)
		text_add(out, at, strcspn(at, ",)"));
	text_puts(out, ")");
}

void label_result(const struct event *event, struct text *out)
{
	if (event->call.error)
		text_puts(out, errno_name(event->call.error));
	else if (event->text && event->text[0])
		text_puts(out, event->text);
	else
		text_printf(out, "%" PRId64, event->call.result);
}

void label_timer(const struct event *event, bool brief, struct text *out)
{
	if (!event->text || strcmp(event->text, "unreported") == 0)
		text_puts(out, "(delayed ACK?)"); /* the one timer that sock_diag never shows */
	else
		text_printf(out, "(%s%s)", event->text, brief ? "" : " timer");
}

void label_fate(const struct event *event, struct text *out)
{
	if (event->kind == EVENT_HOST)
		text_printf(out, "(%s)", event->text);
	else if (event->kind == EVENT_SIGNAL)
		text_printf(out, "(%s)", signal_name(event->process_fate.signal));
	else if (event->process_fate.signal)
		text_printf(out, "(killed by %s)", signal_name(event->process_fate.signal));
	else
		text_printf(out, "(exited with %d)", event->process_fate.code);
}

void label_packet(const struct segment *s, struct text *out)
{
	char number[16];

	if (s->kind == SEGMENT_TCP)
		segment_format_flags(s, out);
	else if (s->kind == SEGMENT_ICMP) { /* without the addresses of the packet it quotes */
		struct segment bare = *s;

		bare.icmp.quotes = false;
		text_printf(out, "%s ", segment_protocol_name(s, number));
		segment_format_icmp(&bare, out);
	} else {
		text_printf(out, "%s%s", s->fragment ? "fragment of " : "",
			segment_protocol_name(s, number));
	}
}

void label_place(const struct segment *s, bool raw, struct text *out)
{
	if (s->kind != SEGMENT_TCP)
		return;
	text_printf(out, " seq %" PRIu32, raw ? s->seq : s->seq_rel);
	if (s->flags & SEGMENT_ACK)
		text_printf(out, " ack %" PRIu32, raw ? s->ack : s->ack_rel);
	if (s->window == 0 && !(s->flags & SEGMENT_RST))
		text_puts(out, " win 0");
	if (s->flags & SEGMENT_URG)
		text_printf(out, " urg %u", s->urgent);
}

void label_sack(const struct segment *s, bool raw, struct text *out)
{
	if (s->kind != SEGMENT_TCP || !(s->options.present & OPTION_SACK))
		return;
	text_puts(out, " ");
	segment_format_sack(s, raw, out);
}

void label_offer(const struct segment *s, struct text *out)
{
	struct text offer = TEXT_EMPTY;

	if (s->kind != SEGMENT_TCP || !(s->flags & SEGMENT_SYN))
		return;
	segment_format_offer(s, false, &offer);
	if (offer.len)
		text_printf(out, " <%s>", text_get(&offer));
	text_done(&offer);
}

void label_length(const struct segment *s, struct text *out)
{
	if (s->kind != SEGMENT_ICMP && s->payload_len)
		text_printf(out, " len %" PRIu32, s->payload_len);
}

void label_excerpt(const struct segment *s, struct text *out)
{
	if (s->kind == SEGMENT_ICMP || !s->excerpt_len)
		return;
	text_puts(out, " ");
	text_quote(out, (const char *)s->excerpt, s->excerpt_len, 0);
	if (s->payload_len > s->excerpt_len)
		text_puts(out, "...");
}
