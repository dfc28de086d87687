/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/matching.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "language/names.h"
#include "language/statement.h"
#include "observe/tracker.h"
#include "wire/filter.h"
#include "wire/wire.h"
#include "world/host.h"
#include "world/world.h"

/* X of `from X`: a socket's local address, a host (all its addresses), or an address with or without port. */
static int match_end(const struct world *w, const struct statement *s, const struct token *t,
	struct address *ret_address, const struct address **ret_also, size_t *ret_also_count,
	struct diag *d)
{
	const struct endpoint *e = name_find_socket(w, t->text);
	const struct host *host = e ? NULL : world_host(w, t->text);

	if (e && !e->local.port)
		return statement_error(s, t, d, "socket '%s' has no address yet", e->name);
	if (e) {
		*ret_address = e->local;
		return 0;
	}
	if (host) {
		*ret_also = host->addresses;
		*ret_also_count = host->address_count;
	}
	if (name_host_part(w, t->text, strlen(t->text), NULL, AF_UNSPEC, ret_address) == 0)
		return 0;
	if (strchr(t->text, ':') || t->text[0] == '@')
		return name_address(w, s, t, NULL, AF_UNSPEC, ret_address, d);
	return statement_error(s, t, d, "'%.40s' is no socket, host or address", t->text);
}

/* `where "FILTER"`: libpcap says what is wrong with it, and we where. */
static int match_filter(const struct world *w, const struct statement *s, const struct token *t,
	const struct filter **ret_filter, struct diag *d)
{
	char message[256];
	size_t offset = 0;
	struct token place = *t;

	if (t->kind != TOKEN_STRING)
		return statement_error(s, t, d,
			"where takes a filter in quotes: where \"tcp[tcpflags] & tcp-push != 0\"");
	*ret_filter = filter_get(wire_filters(world_wire(w)), t->text, message, &offset);
	if (*ret_filter)
		return 0;
	place.column += (uint32_t)offset + 1; /* behind the quote */
	if (offset == strlen(t->text))
		return statement_error(s, &place, d,
			"something is missing at the end of this filter, see pcap-filter(7): %s",
			message);
	return statement_error(s, &place, d, "libpcap does not take this filter: %s", message);
}

/* One pair of words: from X, to X, port N, where "FILTER". 0; 1 = it is none; or -EINVAL. */
static int match_pair(const struct world *w, const struct statement *s, const struct token *word,
	struct match *m, struct diag *d)
{
	const struct token *value = word + 1;
	uint64_t port = 0;
	int r;

	if (strcmp(word->text, "from") == 0)
		return match_end(w, s, value, &m->from, &m->from_also, &m->from_also_count, d);
	if (strcmp(word->text, "to") == 0)
		return match_end(w, s, value, &m->to, &m->to_also, &m->to_also_count, d);
	if (strcmp(word->text, "where") == 0)
		return match_filter(w, s, value, &m->filter, d);
	if (strcmp(word->text, "port") != 0)
		return 1;
	r = name_number(s, value, 1, 65535, &port, d);
	m->port = (uint16_t)port;
	return r;
}

static bool wants_value(const struct token *word)
{
	return word->kind == TOKEN_WORD &&
		(strcmp(word->text, "from") == 0 || strcmp(word->text, "to") == 0 ||
			strcmp(word->text, "port") == 0 || strcmp(word->text, "where") == 0);
}

int match_read(const struct world *w, const struct statement *s, size_t *index,
	struct match *ret_match, struct diag *d)
{
	struct match m = { 0 };
	size_t i = *index;
	int r = 0;

	if (i < s->word_count && match_parse_word(s->words[i].text, &m.must) == 0)
		i++;
	while (r == 0 && i + 1 < s->word_count) {
		r = match_pair(w, s, &s->words[i], &m, d);
		if (r == 0)
			i += 2;
	}
	if (r < 0)
		return r;
	if (i + 1 == s->word_count && wants_value(&s->words[i]))
		return statement_error(s, &s->words[i], d,
			"'%s' needs something behind it: from X, to X (a socket, host or address), "
			"port N, where \"FILTER\"",
			s->words[i].text);
	if (i == *index)
		return statement_error(s, i < s->word_count ? &s->words[i] : NULL, d,
			"%s%.40s%s a kind of packet is needed: syn, syn/ack, ack, data, fin, "
			"fin/ack, rst, udp, icmp; from X, to X, port N, where \"FILTER\"",
			i < s->word_count ? "'" : "", i < s->word_count ? s->words[i].text : "",
			i < s->word_count ? "' is none:" : "");
	*index = i;
	*ret_match = m;
	return 0;
}

int match_read_sent(const struct world *w, const struct statement *s, size_t *index,
	struct match *ret_match, struct diag *d)
{
	size_t first = *index;
	struct match m;
	int r = match_read(w, s, index, &m, d);

	if (r == 0 && m.filter)
		return statement_error(s, &s->words[first], d,
			"a filter reads the bytes of a packet on the wire, for hold, step, drop ...; an "
			"expectation is about what was sent: use words such as syn/ack from X");
	if (r == 0)
		*ret_match = m;
	return r;
}

int match_read_count(const struct statement *s, size_t *index, uint64_t *ret_count, struct diag *d)
{
	const struct token *t = &s->words[*index];
	struct token number;
	int r;

	if (*index < s->word_count && strcmp(t->text, "always") == 0) {
		*ret_count = 0;
		++*index;
		return 0;
	}
	if (*index >= s->word_count || t->kind != TOKEN_WORD || t->text[0] != 'x')
		return 0;
	if (!isdigit((unsigned char)t->text[1]))
		return statement_error(s, t, d, "'%.40s' is no count: x3, or always", t->text);
	number = *t;
	number.text++;
	number.column++;
	r = name_number(s, &number, 1, 1000000, ret_count, d);
	if (r == 0)
		++*index;
	return r;
}
