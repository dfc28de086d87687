/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/sock_field.h"

#include <assert.h>
#include <inttypes.h>
#include <linux/inet_diag.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "observe/sockdiag.h"

static const char *const group_names[] = {
	[FIELDS_SOCKET] = "The socket",
	[FIELDS_QUEUES] = "Queues and timer",
	[FIELDS_AGREED] = "Agreed in the handshake, sizes of segments",
	[FIELDS_TIME] = "Round trips and timeouts",
	[FIELDS_CONGESTION] = "Congestion control: what may be on its way",
	[FIELDS_LOSS] = "Losses and what was done about them",
	[FIELDS_WINDOW] = "Windows: what there is room for",
	[FIELDS_COUNTED] = "Counted since the beginning",
	[FIELDS_MEMORY] = "Memory",
};
static_assert(sizeof(group_names) / sizeof(group_names[0]) == FIELDS_GROUP_COUNT, "a name each");

const char *sock_field_group_name(enum sock_field_group group)
{
	return group_names[group];
}

/* Both tables are in the order of the groups: merge them. */
const struct sock_field *sock_field_at(size_t index)
{
	const struct sock_field *info = sock_field_info, *rest = sock_field_rest;

	for (;; index--) {
		const struct sock_field *next = rest->name ? rest : info;

		if (info->name && rest->name && info->group < rest->group)
			next = info;
		if (!next->name)
			return NULL;
		if (index == 0)
			return next;
		if (next == info)
			info++;
		else
			rest++;
	}
}

static bool is_named(const struct sock_field *f, const char *name)
{
	size_t len = strlen(name);

	if (strcasecmp(f->name, name) == 0)
		return true;
	for (const char *list = f->others; list && *list;) {
		size_t entry = strcspn(list, "|");

		if (entry == len && strncasecmp(list, name, len) == 0)
			return true;
		list += entry + (list[entry] == '|');
	}
	return false;
}

const struct sock_field *sock_field_find(const char *name)
{
	static const struct sock_field *const tables[] = { sock_field_info, sock_field_rest };

	if (strncasecmp(name, "tcpi_", 5) == 0)
		name += 5;
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (const struct sock_field *f = tables[t]; f->name; f++) {
			if (is_named(f, name))
				return f;
		}
	}
	return NULL;
}

const struct sock_field *sock_field_nearest(const char *typed, size_t *ret_distance)
{
	const struct sock_field *f, *nearest = NULL;
	size_t best = strlen(typed) / 3 + 2; /* more edits than that is another word */

	for (size_t i = 0; (f = sock_field_at(i)); i++) {
		size_t distance = text_distance(typed, f->name);

		if (distance < best) {
			best = distance;
			nearest = f;
		}
	}
	*ret_distance = best;
	return nearest;
}

static bool is_told_of(const struct sock_field *f, const struct sock_detail *detail)
{
	enum tcp_state state = sock_detail_state(detail);
	uint8_t timer =
		detail->parts[DETAIL_MESSAGE].bytes[offsetof(struct inet_diag_msg, idiag_timer)];

	switch (f->of) {
	case FIELD_OF_LISTENER:
		return state == STATE_LISTEN;
	case FIELD_OF_OTHERS:
		return state != STATE_LISTEN;
	case FIELD_OF_TIMED:
		return timer != 0;
	case FIELD_OF_WHOLE: /* net/ipv4/inet_diag.c inet_twsk_diag_fill(), inet_req_diag_fill() */
		return timer != SOCK_TIMER_TIME_WAIT &&
			(state != STATE_SYN_RECEIVED || detail->parts[DETAIL_INFO].len);
	default: /* net/ipv4/tcp.c tcp_get_info() returns early for a listener, v6.1 */
		return f->part != DETAIL_INFO || state != STATE_LISTEN;
	}
}

/* A number of `width` bytes as this machine writes it. */
static uint64_t number_at(const uint8_t *bytes, uint8_t width)
{
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	switch (width) {
	case 1:
		return bytes[0];
	case 2:
		memcpy(&two, bytes, sizeof(two));
		return two;
	case 4:
		memcpy(&four, bytes, sizeof(four));
		return four;
	default:
		memcpy(&eight, bytes, sizeof(eight));
		return eight;
	}
}

bool sock_field_read(const struct sock_field *f, const struct sock_detail *detail,
	uint64_t *ret_value)
{
	const uint8_t *bytes = detail->parts[f->part].bytes + f->offset;
	uint8_t shift = f->shift;

	if (!is_told_of(f, detail) || detail->parts[f->part].len < (uint32_t)f->offset + f->width)
		return false;
	if (f->kind == FIELD_TEXT) {
		*ret_value = 0;
		return sock_field_string(f, detail)[0] != '\0';
	}
	*ret_value = number_at(bytes, f->width);
	if (!f->bits)
		return true;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ /* there bit fields are counted from the other end */
	shift = (uint8_t)(8 * f->width - f->bits - f->shift);
#endif
	*ret_value = *ret_value >> shift & ((UINT64_C(1) << f->bits) - 1);
	return true;
}

const char *sock_field_string(const struct sock_field *f, const struct sock_detail *detail)
{
	const char *string = (const char *)detail->parts[f->part].bytes + f->offset;
	size_t len = detail->parts[f->part].len;

	if (f->kind != FIELD_TEXT || len <= f->offset)
		return "";
	return memchr(string, '\0', len - f->offset) ? string : ""; /* not ended: no string */
}

/* ---- in words ---- */

/* "0.041 ms", "204 ms", "1.5 s": as many digits as can matter. */
static void put_time(uint64_t us, struct text *out)
{
	if (us % 1000 == 0 && us < 1000000)
		text_printf(out, "%" PRIu64 " ms", us / 1000);
	else if (us < 1000000)
		text_printf(out, "%.3f ms", (double)us / 1e3);
	else
		text_printf(out, "%.3f s", (double)us / 1e6);
}

static void put_rate(uint64_t rate, struct text *out)
{
	if (rate < 10000)
		text_printf(out, "%" PRIu64 " bytes/s", rate);
	else if (rate < 10000000)
		text_printf(out, "%.1f kB/s", (double)rate / 1e3);
	else
		text_printf(out, "%.1f MB/s", (double)rate / 1e6);
}

static void put_flags(const struct sock_field *f, uint64_t value, struct text *out)
{
	const char *separator = "";
	size_t known = 0;

	for (; f->names[known]; known++) {
		if (value >> known & 1) {
			text_printf(out, "%s%s", separator, f->names[known]);
			separator = " ";
		}
	}
	if (value >> known)
		text_printf(out, "%s0x%" PRIx64, separator, value >> known << known);
	else if (!value)
		text_puts(out, "none");
}

static void put_named(const struct sock_field *f, uint64_t value, struct text *out)
{
	for (size_t i = 0; f->names[i]; i++) {
		if (i == value) {
			text_puts(out, f->names[i]);
			return;
		}
	}
	text_printf(out, "%" PRIu64, value);
}

static void put_count(const struct sock_field *f, uint64_t value, struct text *out)
{
	size_t len = strlen(f->unit);

	text_printf(out, "%" PRIu64, value);
	if (len) /* "1 segment" */
		text_printf(out, " %.*s", (int)(len - (value == 1 && f->unit[len - 1] == 's')),
			f->unit);
}

/* Has what the time is told of never been? */
static bool is_never(const struct sock_field *f, const struct sock_detail *detail)
{
	const uint8_t *bytes = detail->parts[f->part].bytes;

	return f->count_offset &&
		detail->parts[f->part].len >= f->count_offset + sizeof(uint32_t) &&
		number_at(bytes + f->count_offset, sizeof(uint32_t)) == 0;
}

void sock_field_format(const struct sock_field *f, const struct sock_detail *detail, uint64_t value,
	struct text *out)
{
	const char *string;

	if (is_never(f, detail) || (f->none && value == f->none_value && f->kind != FIELD_TEXT)) {
		text_puts(out, f->none);
		return;
	}
	switch (f->kind) {
	case FIELD_COUNT:
		put_count(f, value, out);
		break;
	case FIELD_BYTES:
		text_printf(out, "%" PRIu64 " byte%s", value, value == 1 ? "" : "s");
		break;
	case FIELD_RATE:
		put_rate(value, out);
		break;
	case FIELD_US:
		put_time(value, out);
		break;
	case FIELD_MS:
		put_time(value * 1000, out);
		break;
	case FIELD_GAIN:
		text_printf(out, "%.2f", (double)value / 256);
		break;
	case FIELD_HEX:
		text_printf(out, "0x%" PRIx64, value);
		break;
	case FIELD_NAMED:
		put_named(f, value, out);
		break;
	case FIELD_FLAGS:
		put_flags(f, value, out);
		break;
	case FIELD_TEXT:
		string = sock_field_string(f, detail);
		text_printable(out, string, strlen(string));
		break;
	default:
		break;
	}
}

const char *sock_field_unit(const struct sock_field *f)
{
	static const char *const units[] = {
		[FIELD_COUNT] = "a number",
		[FIELD_BYTES] = "bytes",
		[FIELD_RATE] = "bytes a second",
		[FIELD_US] = "a time, in microseconds",
		[FIELD_MS] = "a time, in milliseconds",
		[FIELD_GAIN] = "a factor",
		[FIELD_HEX] = "a number in hexadecimal",
		[FIELD_NAMED] = "one of",
		[FIELD_FLAGS] = "some of",
		[FIELD_TEXT] = "a name",
	};

	static_assert(sizeof(units) / sizeof(units[0]) == FIELD_KIND_COUNT, "a unit each");
	return f->kind == FIELD_COUNT && f->unit[0] ? f->unit : units[f->kind];
}
