/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/matching.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "language/names.h"
#include "language/statement.h"
#include "observe/tracker.h"
#include "wire/filter.h"
#include "wire/rule.h"
#include "wire/wire.h"
#include "world/host.h"
#include "world/world.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* X of `from X`: a socket, a host (all its addresses), or an address with or without port. */
static int match_end(const struct world *w, const struct statement *s, const struct token *t,
	struct match_end *ret_end, struct diag *d)
{
	const struct endpoint *e = name_find_socket(w, t->text);
	const struct host *host = e ? NULL : world_host(w, t->text);

	if (e) {
		ret_end->socket = &e->party;
		return 0;
	}
	if (host) {
		ret_end->also = host->addresses;
		ret_end->also_count = host->address_count;
	}
	if (name_host_part(w, t->text, strlen(t->text), NULL, AF_UNSPEC, &ret_end->address) == 0)
		return 0;
	if (strchr(t->text, ':') || t->text[0] == '@')
		return name_address(w, s, t, NULL, AF_UNSPEC, &ret_end->address, d);
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
	if (strspn(t->text, " \t\r\n") == t->len)
		return statement_error(s, t, d,
			"an empty filter lets everything through: leave out "
			"where, or say what is meant");
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

static int pair_from(const struct world *w, const struct statement *s, const struct token *value,
	struct match *m, struct diag *d)
{
	return match_end(w, s, value, &m->from, d);
}

static int pair_to(const struct world *w, const struct statement *s, const struct token *value,
	struct match *m, struct diag *d)
{
	return match_end(w, s, value, &m->to, d);
}

static int pair_port(const struct world *w, const struct statement *s, const struct token *value,
	struct match *m, struct diag *d)
{
	uint64_t port = 0;
	int r = name_number(s, value, 1, 65535, &port, d);

	(void)w;
	m->port = (uint16_t)port;
	return r;
}

static int pair_where(const struct world *w, const struct statement *s, const struct token *value,
	struct match *m, struct diag *d)
{
	return match_filter(w, s, value, &m->filter, d);
}

/* One pair of words: from X, to X, port N, where "FILTER". said: which were read before, a bit each. 0; 1 = it is
 * none; or -EINVAL. */
static int match_pair(const struct world *w, const struct statement *s, const struct token *word,
	struct match *m, unsigned *said, struct diag *d)
{
	static const struct {
		const char *word;
		int (*read)(const struct world *w, const struct statement *s,
			const struct token *value, struct match *m, struct diag *d);
	} pairs[] = { { "from", pair_from }, { "to", pair_to }, { "port", pair_port },
		{ "where", pair_where } };

	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (strcmp(word->text, pairs[i].word) != 0)
			continue;
		if (*said & 1u << i)
			return statement_error(s, word, d, "'%s' is said twice", word->text);
		*said |= 1u << i;
		return pairs[i].read(w, s, word + 1, m, d);
	}
	return 1;
}

/* ---- words in a wrong place ---- */

static bool is_count(const char *word)
{
	return strcmp(word, "always") == 0 || (word[0] == 'x' && isdigit((unsigned char)word[1]));
}

static bool is_chance(const char *word)
{
	return isdigit((unsigned char)word[0]) && word[strlen(word) - 1] == '%';
}

/* "synack", "SYN,ACK", "syn-ack": the word of a MATCH it has the letters of; NULL = none. */
static const char *meant_by(const char *typed)
{
	for (size_t i = 0; match_words[i]; i++) {
		const char *a = typed, *b = match_words[i];

		for (;;) {
			a += strcspn(a, LETTERS);
			b += strcspn(b, LETTERS);
			if (!*a || !*b || tolower((unsigned char)*a) != *b)
				break;
			a++;
			b++;
		}
		if (!*a && !*b)
			return match_words[i];
	}
	return NULL;
}

/* There is no MATCH at words[index]. */
static int no_match(const struct statement *s, size_t index, struct diag *d)
{
	const struct token *t = index < s->word_count ? &s->words[index] : NULL;
	const char *meant = t ? meant_by(t->text) : NULL;
	bool more = index + 1 < s->word_count;
	uint16_t must;

	if (meant)
		return statement_error(s, t, d, "'%.40s' is none: did you mean %s?", t->text,
			meant);
	if (t && (is_count(t->text) || isdigit((unsigned char)t->text[0])))
		return statement_error(s, t, d,
			"which packets comes first, then '%.40s': %s %s %s ...", t->text,
			s->words[0].text,
			more && match_parse_word(t[1].text, &must) == 0 ? t[1].text : "data",
			t->text);
	return statement_error(s, t, d,
		"%s%.40s%s a kind of packet is needed: syn, syn/ack, ack, data, fin, fin/ack, rst, "
		"udp, icmp; from X, to X, port N, where \"FILTER\"",
		t ? "'" : "", t ? t->text : "", t ? "' is none:" : "");
}

static bool wants_value(const struct token *word)
{
	return word->kind == TOKEN_WORD &&
		(strcmp(word->text, "from") == 0 || strcmp(word->text, "to") == 0 ||
			strcmp(word->text, "port") == 0 || strcmp(word->text, "where") == 0);
}

int match_left_over(const struct statement *s, size_t index, const char *usage, struct diag *d)
{
	const struct token *t = &s->words[index], *first = &s->words[1];
	uint16_t must, first_must;
	bool of_rule = match_parse_word(first->text, &must) == 0 || wants_value(first);

	if (match_parse_word(t->text, &must) == 0 &&
		match_parse_word(first->text, &first_must) == 0 && must != first_must) {
		struct text joined = TEXT_EMPTY;

		text_printf(&joined, "%s/%s", first->text, t->text);
		if (match_parse_word(text_get(&joined), &must) == 0)
			statement_error(s, t, d,
				"a rule is for one kind of packet: '%s' for what has both, or a rule "
				"each",
				text_get(&joined));
		else
			statement_error(s, t, d,
				"a rule is for one kind of packet: make another for '%.40s'",
				t->text);
		text_done(&joined);
		return -EINVAL;
	}
	if (of_rule && (is_count(t->text) || is_chance(t->text)))
		return statement_error(s, t, d, "'%.40s' is in the wrong place: %s %s", t->text,
			s->words[0].text, usage);
	if (of_rule && strspn(t->text, "0123456789") == t->len)
		return statement_error(s, t, d, "how many is written with an x: x%.40s", t->text);
	return statement_error(s, t, d, "'%.40s' is one word too many: %s %s", t->text,
		s->words[0].text, usage);
}

/* ---- all of it ---- */

int match_read(const struct world *w, const struct statement *s, size_t *index,
	struct match *ret_match, struct diag *d)
{
	struct match m = { 0 };
	size_t i = *index;
	unsigned said = 0;
	int r = 0;

	if (i < s->word_count && match_parse_word(s->words[i].text, &m.must) == 0)
		i++;
	while (r == 0 && i + 1 < s->word_count) {
		r = match_pair(w, s, &s->words[i], &m, &said, d);
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
		return no_match(s, i, d);
	*index = i;
	*ret_match = m;
	return 0;
}

int match_read_sent(const struct world *w, const struct statement *s, size_t *index,
	struct match *ret_match, struct diag *d)
{
	size_t first = *index;
	struct match m = { 0 };
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

int match_read_chance(const struct statement *s, size_t *index, struct rule *rule, struct diag *d)
{
	const struct token *t = &s->words[*index];
	double percent;
	char *end;

	if (*index >= s->word_count || t->kind != TOKEN_WORD || !is_chance(t->text))
		return 0;
	percent = strtod(t->text, &end);
	rule->chance_ppm =
		percent <= 100 ? (uint32_t)(percent * (RULE_CHANCE_SURE / 100.0) + 0.5) : 0;
	rule->chance_seed = 1;
	if (strcmp(end, "%") != 0 || !rule->chance_ppm)
		return statement_error(s, t, d,
			"'%.40s' is no chance: 10%%, 0.5%%, more than 0 and at most 100%%",
			t->text);
	++*index;
	if (*index >= s->word_count || strcmp(s->words[*index].text, "seed") != 0)
		return 0;
	if (++*index == s->word_count)
		return statement_error(s, &s->words[*index - 1], d, "which seed? a number");
	return name_number(s, &s->words[(*index)++], 0, UINT64_MAX, &rule->chance_seed, d);
}
