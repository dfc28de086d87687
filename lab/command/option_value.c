/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/option.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/lab_assert.h"
#include "base/sysname.h"
#include "base/tcp_state.h"
#include "base/text.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/process.h"

#define STRING_ROOM 64 /* IFNAMSIZ and TCP_CA_NAME_MAX are 16 */

/* ---- the types ---- */

static const struct {
	const char *name; /* in C */
	const char *form; /* how it is written */
	uint32_t read_size;
	uint64_t unit_ns; /* of an int that is a time; else 0 */
} types[] = {
	[SOCKOPT_FLAG] = { "int", "on or off", sizeof(int), 0 },
	[SOCKOPT_INT] = { "int", "a whole number, also -1 or 0x10", sizeof(int), 0 },
	[SOCKOPT_NAMED] = { "int", "one of the names below, or its number", sizeof(int), 0 },
	[SOCKOPT_BYTES] = { "int", "bytes: 4096, 64k, 1M", sizeof(int), 0 },
	[SOCKOPT_SECONDS] = { "int", "whole seconds: 10, 10s, 2m", sizeof(int), NS_PER_S },
	[SOCKOPT_MILLISECONDS] = { "int", "milliseconds: 1500, 1500ms, 2s", sizeof(int),
		NS_PER_MS },
	[SOCKOPT_MICROSECONDS] = { "int", "microseconds: 500, 500us, 200ms", sizeof(int),
		NS_PER_US },
	[SOCKOPT_LONG] = { "uint64_t", "a number: 1000000, 64k, 10M", sizeof(uint64_t), 0 },
	[SOCKOPT_TIMEVAL] = { "struct timeval", "a time: 2s, 250ms, 1.5s; 0 is none",
		sizeof(struct timeval), NS_PER_US },
	[SOCKOPT_LINGER] = { "struct linger", "ON,SECONDS: 1,0 or 1,5; off", sizeof(struct linger),
		0 },
	[SOCKOPT_STRING] = { "char[]", "a name", STRING_ROOM, 0 },
	[SOCKOPT_ADDRESS] = { "struct in_addr", "an IPv4 address: 127.0.0.1",
		sizeof(struct in_addr), 0 },
	[SOCKOPT_GROUP] = { "struct ip_mreq",
		"GROUP or GROUP,ADDRESS (of the interface): 239.1.2.3,127.0.0.1",
		sizeof(struct ip_mreq), 0 },
	[SOCKOPT_GROUP6] = { "struct ipv6_mreq",
		"GROUP or GROUP,INDEX (of the interface): ff15::1,2", sizeof(struct ipv6_mreq), 0 },
	[SOCKOPT_ERRNO] = { "int", "the name of an errno, or 0", sizeof(int), 0 },
	[SOCKOPT_TCP_INFO] = { "struct tcp_info", "read only, told in short", SOCKOPT_BYTES_MAX,
		0 },
	[SOCKOPT_MEMINFO] = { "uint32_t[]", "read only, told in short",
		SK_MEMINFO_VARS * sizeof(uint32_t), 0 },
};
static_assert(sizeof(types) / sizeof(types[0]) == SOCKOPT_TYPE_COUNT, "each type is told");
static_assert(sizeof(struct tcp_info) <= SOCKOPT_BYTES_MAX, "the largest value has room");

const char *sockopt_type_name(enum sockopt_type type)
{
	return types[type].name;
}

const char *sockopt_type_form(enum sockopt_type type)
{
	return types[type].form;
}

uint32_t sockopt_read_size(const struct sockopt *o)
{
	return types[o->type].read_size;
}

/* ---- from words to bytes ---- */

/* One value being read. */
struct reading {
	const struct sockopt *o;
	const struct statement *s;
	const struct token *t;
	struct sockopt_value value;
	struct text *shown;
	struct diag *d;
};

static int refuse(const struct reading *r)
{
	return statement_error(r->s, r->t, r->d, "'%.60s' is no value of %s: %s", r->t->text,
		r->o->name, types[r->o->type].form);
}

static int put(struct reading *r, const void *bytes, size_t size)
{
	LAB_ASSERT(size <= sizeof(r->value.bytes));
	memcpy(r->value.bytes, bytes, size);
	r->value.size = (uint32_t)size;
	return 0;
}

static int put_int(struct reading *r, int value)
{
	return put(r, &value, sizeof(value));
}

/* "64", "-1", "0x10": all of the word. */
static bool read_int(const char *word, int *ret_value)
{
	const char *digits = word[0] == '-' ? word + 1 : word;
	bool hex = strncmp(digits, "0x", 2) == 0;
	char *end;
	long value;

	if (!isxdigit((unsigned char)digits[hex ? 2 : 0]))
		return false;
	errno = 0;
	value = strtol(word, &end, hex ? 16 : 10);
	if (end == word || *end || errno || value < INT_MIN || value > INT_MAX)
		return false;
	*ret_value = (int)value;
	return true;
}

static int read_flag(struct reading *r)
{
	int value = 0;

	if (strcmp(r->t->text, "on") == 0)
		value = 1;
	else if (strcmp(r->t->text, "off") != 0 && !read_int(r->t->text, &value))
		return refuse(r);
	text_printf(r->shown, "%d", value);
	return put_int(r, value);
}

static int read_number(struct reading *r)
{
	int value;

	if (!read_int(r->t->text, &value))
		return refuse(r);
	text_puts(r->shown, r->t->text);
	return put_int(r, value);
}

static int refuse_name(const struct reading *r)
{
	struct text known = TEXT_EMPTY;

	for (const struct sockopt_name *n = r->o->names; n->name; n++)
		text_printf(&known, "%s%s", n == r->o->names ? "" : ", ", n->name);
	statement_error(r->s, r->t, r->d, "'%.40s' is no value of %s: %s", r->t->text, r->o->name,
		text_get(&known));
	text_done(&known);
	return -EINVAL;
}

static int read_named(struct reading *r)
{
	for (const struct sockopt_name *n = r->o->names; n->name; n++) {
		if (strcmp(n->name, r->t->text) == 0) {
			text_puts(r->shown, n->name);
			return put_int(r, n->value);
		}
	}
	return isalpha((unsigned char)r->t->text[0]) ? refuse_name(r) : read_number(r);
}

static int read_bytes(struct reading *r)
{
	uint64_t size;
	int e;

	if (r->t->text[0] == '-') /* for the kernel to judge */
		return read_number(r);
	e = name_size(r->s, r->t, INT_MAX, &size, r->d);
	if (e < 0)
		return e;
	text_printf(r->shown, "%" PRIu64, size);
	return put_int(r, (int)size);
}

static int read_long(struct reading *r)
{
	uint64_t size;
	int e = name_size(r->s, r->t, UINT64_MAX, &size, r->d);

	if (e < 0)
		return e;
	text_printf(r->shown, "%" PRIu64, size);
	return put(r, &size, sizeof(size));
}

/* A time that C has as an int, in units of unit_ns; a bare number is in these. */
static int read_time(struct reading *r)
{
	uint64_t unit_ns = types[r->o->type].unit_ns, ns;
	int value, e;

	if (read_int(r->t->text, &value)) {
		text_puts(r->shown, r->t->text);
		return put_int(r, value);
	}
	e = name_duration(r->s, r->t, &ns, r->d);
	if (e < 0)
		return refuse(r);
	if (ns % unit_ns || ns / unit_ns > INT_MAX)
		return statement_error(r->s, r->t, r->d, "%s counts %s: '%.40s' is not one",
			r->o->name, types[r->o->type].form, r->t->text);
	value = (int)(ns / unit_ns);
	text_printf(r->shown, "%d", value);
	return put_int(r, value);
}

static int read_timeval(struct reading *r)
{
	struct timeval time = { 0 };
	uint64_t ns = 0;

	if (strcmp(r->t->text, "0") != 0 && name_duration(r->s, r->t, &ns, r->d) < 0)
		return refuse(r);
	time.tv_sec = (time_t)(ns / NS_PER_S);
	time.tv_usec = (suseconds_t)(ns % NS_PER_S / NS_PER_US);
	text_printf(r->shown, "{%lld s, %ld us}", (long long)time.tv_sec, (long)time.tv_usec);
	return put(r, &time, sizeof(time));
}

static int read_linger(struct reading *r)
{
	struct linger linger = { 0 };
	struct text on = TEXT_EMPTY;
	const char *comma = strchr(r->t->text, ',');
	bool fine = strcmp(r->t->text, "off") == 0;

	if (comma) {
		text_add(&on, r->t->text, (size_t)(comma - r->t->text));
		fine = read_int(text_get(&on), &linger.l_onoff) &&
			read_int(comma + 1, &linger.l_linger);
		text_done(&on);
	}
	if (!fine)
		return refuse(r);
	text_printf(r->shown, "{%s %d, %d s}", linger.l_onoff ? "on" : "off", linger.l_onoff,
		linger.l_linger);
	return put(r, &linger, sizeof(linger));
}

static int read_string(struct reading *r)
{
	if (r->t->len >= STRING_ROOM)
		return refuse(r);
	text_quote(r->shown, r->t->text, r->t->len, 0);
	return put(r, r->t->text, r->t->len);
}

/* The part of `word` before its comma is an address of `family`; *ret_rest: what is behind it, or NULL. */
static bool read_host(const char *word, uint8_t family, struct address *ret_address,
	const char **ret_rest)
{
	const char *comma = strchr(word, ',');

	if (address_parse_host(word, strcspn(word, ","), ret_address) < 0 ||
		ret_address->family != family)
		return false;
	*ret_rest = comma ? comma + 1 : NULL;
	return true;
}

static int read_address(struct reading *r)
{
	struct address a;
	const char *rest;

	if (!read_host(r->t->text, AF_INET, &a, &rest) || rest)
		return refuse(r);
	text_puts(r->shown, r->t->text);
	return put(r, a.bytes, sizeof(struct in_addr));
}

static int read_group(struct reading *r)
{
	char group_text[ADDRESS_TEXT_MAX], interface_text[ADDRESS_TEXT_MAX];
	struct address group, interface = { .family = AF_INET };
	struct ip_mreq request = { 0 };
	const char *rest, *end = NULL;

	if (!read_host(r->t->text, AF_INET, &group, &rest) ||
		(rest && (!read_host(rest, AF_INET, &interface, &end) || end)))
		return refuse(r);
	memcpy(&request.imr_multiaddr, group.bytes, sizeof(request.imr_multiaddr));
	memcpy(&request.imr_interface, interface.bytes, sizeof(request.imr_interface));
	text_printf(r->shown, "{%s, %s}", address_format(&group, group_text),
		address_format(&interface, interface_text));
	return put(r, &request, sizeof(request));
}

static int read_group6(struct reading *r)
{
	char group_text[ADDRESS_TEXT_MAX];
	struct address group;
	struct ipv6_mreq request = { 0 };
	const char *rest;
	int index = 0;

	if (!read_host(r->t->text, AF_INET6, &group, &rest) || (rest && !read_int(rest, &index)))
		return refuse(r);
	memcpy(&request.ipv6mr_multiaddr, group.bytes, sizeof(request.ipv6mr_multiaddr));
	request.ipv6mr_interface = (unsigned)index;
	text_printf(r->shown, "{%s, %d}", address_format(&group, group_text), index);
	return put(r, &request, sizeof(request));
}

static int read_none(struct reading *r)
{
	return statement_error(r->s, r->t, r->d, "%s can only be read: get SOCK %s", r->o->name,
		r->o->name);
}

static int (*const readers[])(struct reading *) = {
	[SOCKOPT_FLAG] = read_flag,
	[SOCKOPT_INT] = read_number,
	[SOCKOPT_NAMED] = read_named,
	[SOCKOPT_BYTES] = read_bytes,
	[SOCKOPT_SECONDS] = read_time,
	[SOCKOPT_MILLISECONDS] = read_time,
	[SOCKOPT_MICROSECONDS] = read_time,
	[SOCKOPT_LONG] = read_long,
	[SOCKOPT_TIMEVAL] = read_timeval,
	[SOCKOPT_LINGER] = read_linger,
	[SOCKOPT_STRING] = read_string,
	[SOCKOPT_ADDRESS] = read_address,
	[SOCKOPT_GROUP] = read_group,
	[SOCKOPT_GROUP6] = read_group6,
	[SOCKOPT_ERRNO] = read_number,
	[SOCKOPT_TCP_INFO] = read_none,
	[SOCKOPT_MEMINFO] = read_none,
};
static_assert(sizeof(readers) / sizeof(readers[0]) == SOCKOPT_TYPE_COUNT, "each type is read");

int sockopt_parse_value(const struct sockopt *o, const struct statement *s, const struct token *t,
	struct sockopt_value *ret_value, struct text *shown, struct diag *d)
{
	static const struct token on = { .kind = TOKEN_WORD, .text = (char *)"on", .len = 2 };
	struct reading r = { .o = o, .s = s, .t = t ? t : &on, .shown = shown, .d = d };
	int e;

	if (!t && o->type != SOCKOPT_FLAG)
		return statement_error(s, NULL, d, "%s needs a value: %s", o->name,
			types[o->type].form);
	e = readers[o->type](&r);
	if (e == 0)
		*ret_value = r.value;
	return e;
}

/* ---- from bytes to words ---- */

/* "2s", "1500ms", "40us": exact, and `set` takes it back. */
static void put_duration(struct text *out, int64_t value, uint64_t unit_ns)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = { { "s", NS_PER_S }, { "ms", NS_PER_MS }, { "us", NS_PER_US } };
	int64_t ns = value * (int64_t)unit_ns;
	size_t u = 0;

	if (value < 0) { /* a special value, not a time */
		text_printf(out, "%" PRId64, value);
		return;
	}
	while (ns % units[u].ns)
		u++;
	text_printf(out, "%" PRId64 "%s", ns / units[u].ns, units[u].unit);
}

static void put_number(const struct sockopt *o, int value, struct text *out)
{
	const struct sockopt_name *n = o->names;

	switch (o->type) {
	case SOCKOPT_FLAG:
		if (value == 0 || value == 1)
			text_puts(out, value ? "on" : "off");
		break;
	case SOCKOPT_NAMED:
		while (n->name && n->value != value)
			n++;
		if (n->name)
			text_puts(out, n->name);
		break;
	case SOCKOPT_ERRNO:
		if (value)
			text_puts(out, errno_name(value));
		break;
	default:
		if (types[o->type].unit_ns)
			put_duration(out, value, types[o->type].unit_ns);
		break;
	}
	if (out->len == 0) /* nothing better than the number itself */
		text_printf(out, "%d", value);
}

static void put_tcp_info(const uint8_t *bytes, uint32_t size, struct text *out)
{
	struct tcp_info info = { 0 };

	memcpy(&info, bytes, size < sizeof(info) ? size : sizeof(info));
	text_printf(out, "%s, rto ", tcp_state_name((enum tcp_state)info.tcpi_state));
	put_duration(out, info.tcpi_rto, NS_PER_US);
	text_puts(out, ", rtt ");
	put_duration(out, info.tcpi_rtt, NS_PER_US);
	text_printf(out, ", cwnd %u, retransmits %u", info.tcpi_snd_cwnd, info.tcpi_total_retrans);
}

static void put_meminfo(const uint8_t *bytes, uint32_t size, struct text *out)
{
	uint32_t m[SK_MEMINFO_VARS] = { 0 };

	memcpy(m, bytes, size < sizeof(m) ? size : sizeof(m));
	text_printf(out, "rcv %u of %u, snd %u of %u, backlog %u, drops %u",
		m[SK_MEMINFO_RMEM_ALLOC], m[SK_MEMINFO_RCVBUF], m[SK_MEMINFO_WMEM_QUEUED],
		m[SK_MEMINFO_SNDBUF], m[SK_MEMINFO_BACKLOG], m[SK_MEMINFO_DROPS]);
}

static void put_string(const uint8_t *bytes, uint32_t size, struct text *out)
{
	size_t len = strnlen((const char *)bytes, size);

	if (len)
		text_printable(out, (const char *)bytes, len);
	else
		text_puts(out, "none");
}

static void put_linger(const uint8_t *bytes, struct text *out)
{
	struct linger linger;

	memcpy(&linger, bytes, sizeof(linger));
	text_printf(out, "%d,%d", linger.l_onoff, linger.l_linger);
}

/* Addresses, of a group or of an interface, and what follows them. */
static void put_addresses(const struct sockopt *o, const uint8_t *bytes, struct text *out)
{
	char text[ADDRESS_TEXT_MAX];
	bool six = o->type == SOCKOPT_GROUP6;
	struct address a = { .family = six ? AF_INET6 : AF_INET };
	struct ipv6_mreq request6;

	memcpy(a.bytes, bytes, six ? sizeof(struct in6_addr) : sizeof(struct in_addr));
	text_puts(out, address_format(&a, text));
	if (o->type == SOCKOPT_GROUP) {
		memcpy(a.bytes, bytes + sizeof(struct in_addr), sizeof(struct in_addr));
		text_printf(out, ",%s", address_format(&a, text));
	} else if (six) {
		memcpy(&request6, bytes, sizeof(request6));
		text_printf(out, ",%u", request6.ipv6mr_interface);
	}
}

/* What is a number, or a time as a number of its units. */
static void put_value(const struct sockopt *o, const uint8_t *bytes, struct call_answer *answer,
	struct text *out)
{
	struct timeval time;
	uint64_t wide;
	int number;

	if (o->type == SOCKOPT_TIMEVAL) {
		memcpy(&time, bytes, sizeof(time));
		answer->value = (int64_t)time.tv_sec * 1000000 + time.tv_usec;
		put_duration(out, answer->value, NS_PER_US);
	} else if (o->type == SOCKOPT_LONG) {
		memcpy(&wide, bytes, sizeof(wide));
		answer->value = (int64_t)wide;
		text_printf(out, "%" PRIu64, wide);
	} else {
		memcpy(&number, bytes, sizeof(number));
		answer->value = number;
		put_number(o, number, out);
	}
	answer->in_words = false;
	answer->has_value = true;
	answer->unit_ns = types[o->type].unit_ns;
}

void sockopt_describe(const struct sockopt *o, const uint8_t *bytes, uint32_t size,
	struct call_answer *answer)
{
	uint8_t whole[SOCKOPT_BYTES_MAX] = { 0 }; /* what the kernel left out is 0 */
	struct text out = TEXT_EMPTY;

	size = size < sizeof(whole) ? size : sizeof(whole);
	memcpy(whole, bytes, size);
	answer->in_words = true;
	switch (o->type) {
	case SOCKOPT_TCP_INFO:
		put_tcp_info(whole, size, &out);
		break;
	case SOCKOPT_MEMINFO:
		put_meminfo(whole, size, &out);
		break;
	case SOCKOPT_STRING:
		put_string(whole, size, &out);
		break;
	case SOCKOPT_LINGER:
		put_linger(whole, &out);
		break;
	case SOCKOPT_ADDRESS:
	case SOCKOPT_GROUP:
	case SOCKOPT_GROUP6:
		put_addresses(o, whole, &out);
		break;
	default:
		put_value(o, whole, answer, &out);
		break;
	}
	answer->text = text_take(&out);
}
