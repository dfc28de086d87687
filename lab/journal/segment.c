/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/segment.h"

#include <stddef.h>

#include "base/text.h"

void segment_format_flags(const struct segment *s, struct text *out)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} flags[] = {
		{ SEGMENT_FIN, "FIN" },
		{ SEGMENT_SYN, "SYN" },
		{ SEGMENT_RST, "RST" },
		{ SEGMENT_PSH, "PSH" },
		{ SEGMENT_URG, "URG" },
		{ SEGMENT_ACK, "ACK" },
		{ SEGMENT_ECE, "ECE" },
		{ SEGMENT_CWR, "CWR" },
	};
	const char *separator = "";

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (!(s->flags & flags[i].bit))
			continue;
		text_printf(out, "%s%s", separator, flags[i].name);
		separator = "/";
	}
	if (!s->flags)
		text_puts(out, "none");
}

/* One present option, without separators. */
static void option_format(const struct segment *s, enum segment_option option, struct text *out)
{
	const struct segment_options *o = &s->options;

	switch (option) {
	case OPTION_MSS:
		text_printf(out, "MSS %u", o->mss);
		break;
	case OPTION_SACK_PERMITTED:
		text_puts(out, "SACK permitted");
		break;
	case OPTION_TIMESTAMPS:
		text_printf(out, "TS %u/%u", o->ts_value, o->ts_echo);
		break;
	case OPTION_WINDOW_SCALE:
		text_printf(out, "window scale %u", o->window_scale);
		break;
	case OPTION_SACK:
		text_puts(out, "SACK");
		for (size_t i = 0; i < o->sack_count && i < SEGMENT_SACK_MAX; i++)
			text_printf(out, " %u-%u", o->sack[i].left - s->ack_base,
				o->sack[i].right - s->ack_base);
		break;
	case OPTION_FAST_OPEN:
		if (o->fast_open_len)
			text_printf(out, "fast open cookie of %u bytes", o->fast_open_len);
		else
			text_puts(out, "fast open cookie request");
		break;
	case OPTION_USER_TIMEOUT:
		text_printf(out, "user timeout %u %s", o->user_timeout & 0x7fffu,
			o->user_timeout & 0x8000u ? "min" : "s");
		break;
	case OPTION_MD5:
		text_puts(out, "MD5");
		break;
	case OPTION_AUTHENTICATION:
		text_puts(out, "authentication");
		break;
	case OPTION_MULTIPATH:
		text_puts(out, "multipath");
		break;
	case OPTION_UNKNOWN:
		text_printf(out, "unknown kind %u", o->unknown_kind);
		break;
	case OPTION_MALFORMED:
		text_puts(out, "malformed option");
		break;
	}
}

void segment_format_options(const struct segment *s, struct text *out)
{
	/* first the four of a SYN in the order Linux sends them */
	static const enum segment_option order[] = {
		OPTION_MSS,
		OPTION_SACK_PERMITTED,
		OPTION_TIMESTAMPS,
		OPTION_WINDOW_SCALE,
		OPTION_SACK,
		OPTION_FAST_OPEN,
		OPTION_USER_TIMEOUT,
		OPTION_MD5,
		OPTION_AUTHENTICATION,
		OPTION_MULTIPATH,
		OPTION_UNKNOWN,
		OPTION_MALFORMED,
	};
	const char *separator = "";

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!(s->options.present & order[i]))
			continue;
		text_puts(out, separator);
		option_format(s, order[i], out);
		separator = ", ";
	}
}

void segment_format(const struct segment *s, bool with_options, struct text *out)
{
	segment_format_flags(s, out);
	text_printf(out, " seq %u", s->seq_rel);
	if (s->flags & SEGMENT_ACK)
		text_printf(out, " ack %u", s->ack_rel);
	text_printf(out, " win %u", s->window);
	if (s->flags & SEGMENT_URG)
		text_printf(out, " urg %u", s->urgent);
	if (with_options && s->options.present) {
		text_puts(out, " <");
		segment_format_options(s, out);
		text_puts(out, ">");
	}
	if (!s->payload_len)
		return;
	text_printf(out, " len %u", s->payload_len);
	if (!s->excerpt_len)
		return;
	text_puts(out, " ");
	text_quote(out, (const char *)s->excerpt, s->excerpt_len, 0);
	if (s->payload_len > s->excerpt_len)
		text_puts(out, "...");
}
