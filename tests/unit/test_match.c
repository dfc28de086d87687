/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "at.h"
#include "base/text.h"
#include "wire/flow.h"
#include "wire/match.h"

#define SYN SEGMENT_SYN
#define FIN SEGMENT_FIN
#define RST SEGMENT_RST
#define ACK SEGMENT_ACK
#define PSH SEGMENT_PSH

/* ---- match ---- */

static void assert_word(const char *word, uint16_t must)
{
	uint16_t got = 0xffff;

	if (match_parse_word(word, &got) < 0)
		fail_msg("'%s' is refused", word);
	assert_int_equal(got, must);
}

static void word_of_each_kind_names_its_bits(void **state)
{
	(void)state;
	assert_word("syn", SYN);
	assert_word("syn/ack", SYN | ACK);
	assert_word("ack", ACK);
	assert_word("data", MATCH_DATA);
	assert_word("fin", FIN);
	assert_word("fin/ack", FIN | ACK);
	assert_word("ack/fin", FIN | ACK);
	assert_word("rst", RST);
	assert_word("rst/ack", RST | ACK);
	assert_word("data/fin", MATCH_DATA | FIN);
}

static void word_that_is_none_is_refused(void **state)
{
	static const char *const wrong[] = { "", "/", "syn/", "/syn", "syn//ack", "sy", "synack",
		"psh", "udp/data", "icmp/tcp", "any/syn", "from", "syn,ack", "syn " };
	uint16_t got = 0x1234;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (match_parse_word(wrong[i], &got) != -EINVAL)
			fail_msg("'%s' is taken", wrong[i]);
		assert_int_equal(got, 0x1234);
	}
}

static void words_offered_all_parse(void **state)
{
	uint16_t seen[32];
	size_t count = 0;

	(void)state;
	for (; match_words[count]; count++) {
		assert_true(count < 32);
		assert_int_equal(match_parse_word(match_words[count], &seen[count]), 0);
		for (size_t i = 0; i < count; i++)
			assert_int_not_equal(seen[i], seen[count]);
	}
	assert_true(count >= 7);
}

/* Which of the kinds of segment below `word` matches: their letters. */
static void assert_matches(const char *word, const char *expected)
{
	static const struct {
		char letter;
		uint8_t flags;
		uint32_t payload_len;
	} kinds[] = {
		{ 's', SYN, 0 }, { 'S', SYN | ACK, 0 }, { 'o', SYN, 5 }, /* fast open */
		{ 'a', ACK, 0 }, { 'p', ACK | PSH, 0 }, { 'd', ACK | PSH, 5 },
		{ 'f', FIN | ACK, 0 }, { 'F', FIN | ACK | PSH, 5 }, { 'n', FIN, 0 },
		{ 'r', RST, 0 }, { 'R', RST | ACK, 0 }, { 'u', 0, 5 }, /* UDP */
	};
	char got[32] = "";
	size_t len = 0;
	struct match m = { 0 };

	if (word)
		assert_int_equal(match_parse_word(word, &m.must), 0);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct segment s = { .kind = kinds[i].letter == 'u' ? SEGMENT_UDP
									  : SEGMENT_TCP,
			.flags = kinds[i].flags,
			.payload_len = kinds[i].payload_len };

		if (match_segment(&m, &s))
			got[len++] = kinds[i].letter;
	}
	assert_string_equal(got, expected);
}

static void match_by_word_takes_what_it_names(void **state)
{
	(void)state;
	assert_matches(NULL, "sSoapdfFnrRu");
	assert_matches("tcp", "sSoapdfFnrR");
	assert_matches("udp", "u");
	assert_matches("syn", "so"); /* not the SYN/ACK */
	assert_matches("syn/ack", "S");
	assert_matches("ack", "ap"); /* a pure one only */
	assert_matches("data", "odF"); /* of a connection */
	assert_matches("fin", "fFn");
	assert_matches("fin/ack", "fF");
	assert_matches("rst", "rR");
	assert_matches("rst/ack", "R");
	assert_matches("data/fin", "F");
	assert_matches("data/ack", "dF");
}

static struct segment between(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	return (struct segment){ .src = at(src, sport), .dst = at(dst, dport), .flags = ACK };
}

static void match_from_looks_at_the_source_only(void **state)
{
	const struct segment s = between("10.0.0.1", 1000, "10.0.0.2", 80);

	(void)state;
	assert_true(match_segment(&(struct match){ .from.address = at("10.0.0.1", 0) }, &s));
	assert_true(match_segment(&(struct match){ .from.address = at("10.0.0.1", 1000) }, &s));
	assert_false(match_segment(&(struct match){ .from.address = at("10.0.0.1", 80) }, &s));
	assert_false(match_segment(&(struct match){ .from.address = at("10.0.0.2", 0) }, &s));
	assert_false(
		match_segment(&(struct match){ .from.address = at("::ffff:10.0.0.1", 0) }, &s));
}

static void match_to_looks_at_the_destination_only(void **state)
{
	const struct segment s = between("fd00::1", 1000, "fd00::2", 80);

	(void)state;
	assert_true(match_segment(&(struct match){ .to.address = at("fd00::2", 0) }, &s));
	assert_true(match_segment(&(struct match){ .to.address = at("fd00::2", 80) }, &s));
	assert_false(match_segment(&(struct match){ .to.address = at("fd00::2", 1000) }, &s));
	assert_false(match_segment(&(struct match){ .to.address = at("fd00::1", 0) }, &s));
}

static void match_port_takes_either_end(void **state)
{
	const struct segment s = between("10.0.0.1", 1000, "10.0.0.2", 80);

	(void)state;
	assert_true(match_segment(&(struct match){ .port = 80 }, &s));
	assert_true(match_segment(&(struct match){ .port = 1000 }, &s));
	assert_false(match_segment(&(struct match){ .port = 8080 }, &s));
}

static void match_joined_needs_every_part(void **state)
{
	const struct segment s = between("10.0.0.1", 1000, "10.0.0.2", 80);
	const struct match whole = { .must = ACK,
		.from.address = at("10.0.0.1", 0),
		.to.address = at("10.0.0.2", 80),
		.port = 1000 };
	struct match m = whole;

	(void)state;
	assert_true(match_segment(&m, &s));
	m.must = RST;
	assert_false(match_segment(&m, &s));
	m = whole;
	m.from.address.bytes[0]++;
	assert_false(match_segment(&m, &s));
	m = whole;
	m.to.address.port++;
	assert_false(match_segment(&m, &s));
	m = whole;
	m.port++;
	assert_false(match_segment(&m, &s));
}

static void assert_match_shown(const struct match *m, const char *expected)
{
	struct text out = TEXT_EMPTY;

	match_format(m, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void match_of_a_host_takes_each_of_its_addresses(void **state)
{
	const struct address also[] = { at("10.0.0.254", 0), at("fd00::1", 0) };
	const struct match m = { .to.address = at("127.0.0.1", 0),
		.to.also = also,
		.to.also_count = 2 };
	const struct segment own = between("127.0.0.1", 1000, "127.0.0.1", 80);
	const struct segment second = between("10.0.0.1", 1000, "10.0.0.254", 80);
	const struct segment sixth = between("fd00::2", 1000, "fd00::1", 80);
	const struct segment back = between("10.0.0.254", 80, "10.0.0.1", 1000);

	(void)state;
	assert_true(match_segment(&m, &own));
	assert_true(match_segment(&m, &second));
	assert_true(match_segment(&m, &sixth));
	assert_false(match_segment(&m, &back));
}

static void match_of_a_socket_takes_what_it_is_by_then(void **state)
{
	struct party socket = { 0 };
	const struct match from = { .from.socket = &socket }, to = { .to.socket = &socket };
	const struct segment own = between("10.0.0.1", 80, "10.0.0.2", 1000);
	const struct segment other = between("10.0.0.1", 80, "10.0.0.2", 1001);
	const struct segment answer = between("10.0.0.2", 1000, "10.0.0.1", 80);
	const struct segment open = between("10.0.0.3", 1000, "10.0.0.1", 80);

	(void)state;
	/* neither bound nor connected: not even by 0.0.0.0:0 */
	assert_false(match_segment(&from, &own));
	assert_false(match_segment(&to, &own));
	/* a listener */
	socket.local = at("10.0.0.1", 80);
	assert_true(match_segment(&from, &own));
	assert_true(match_segment(&from, &other));
	assert_false(match_segment(&from, &answer));
	assert_true(match_segment(&to, &answer));
	assert_true(match_segment(&to, &open));
	assert_false(match_segment(&to, &own));
	/* bound to its port only */
	socket.local = at("0.0.0.0", 80);
	assert_true(match_segment(&from, &own));
	assert_false(match_segment(&from, &answer));
	/* connected */
	socket.local = at("10.0.0.1", 80);
	socket.remote = at("10.0.0.2", 1000);
	assert_true(match_segment(&from, &own));
	assert_false(match_segment(&from, &other));
	assert_false(match_segment(&from, &answer));
	assert_true(match_segment(&to, &answer));
	assert_false(match_segment(&to, &open));
	assert_false(match_segment(&to, &own));
}

static void match_of_a_socket_is_over_when_it_is(void **state)
{
	struct party socket = { 0 };

	(void)state;
	for (int over = 0; over < 2; over++) {
		socket.over = over;
		assert_int_equal(match_is_over(&(struct match){ .from.socket = &socket }), over);
		assert_int_equal(match_is_over(&(struct match){ .to.socket = &socket }), over);
	}
	assert_false(match_is_over(&(struct match){ .from.address = at("10.0.0.1", 80) }));
}

static void match_prints_as_it_is_typed(void **state)
{
	char waiting[] = "l/1", accepted[] = "a", *name = waiting;
	const struct party socket = { .name = &name, .local = at("127.0.0.1", 80) };
	const struct match data = { .must = MATCH_DATA, .from.socket = &socket };

	(void)state;
	assert_match_shown(&data, "data from l/1");
	name = accepted;
	assert_match_shown(&data, "data from a");
	assert_match_shown(&(struct match){ .to.socket = &socket }, "any to a");
	assert_match_shown(&(struct match){ 0 }, "any");
	assert_match_shown(&(struct match){ .must = SYN | ACK,
				   .from.address = at("127.0.0.1", 80) },
		"syn/ack from 127.0.0.1:80");
	assert_match_shown(&(struct match){ .to.address = at("fd00::1", 0), .port = 80 },
		"any to fd00::1 port 80");
}

static void match_word_printed_parses_back(void **state)
{
	(void)state;
	for (size_t i = 0; match_words[i]; i++) {
		struct text out = TEXT_EMPTY;
		struct match m = { 0 };
		uint16_t back = 0;

		assert_int_equal(match_parse_word(match_words[i], &m.must), 0);
		match_format(&m, &out);
		assert_int_equal(match_parse_word(text_get(&out), &back), 0);
		assert_int_equal(back, m.must);
		text_done(&out);
	}
}

/* ---- flow ---- */

struct talk {
	struct flow_table *table;
	uint64_t number;
};

static int talk_open(void **state)
{
	struct talk *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->table = flow_table_new();
	*state = t;
	return 0;
}

static int talk_close(void **state)
{
	struct talk *t = *state;

	flow_table_free(t->table);
	free(t);
	flow_table_free(NULL);
	return 0;
}

/* See the next segment, client (port 1000) to server (80) or back; its relative numbers and the
 * number of the segment it repeats must be those given. */
static void assert_seen(struct talk *t, bool back, uint8_t flags, uint32_t seq, uint32_t ack,
	uint32_t len, uint32_t seq_rel, uint32_t ack_rel, uint64_t repeats)
{
	struct segment s = back ? between("10.0.0.2", 80, "10.0.0.1", 1000)
				: between("10.0.0.1", 1000, "10.0.0.2", 80);
	uint64_t earlier;

	s.flags = flags;
	s.seq = seq;
	s.ack = ack;
	s.payload_len = len;
	earlier = flow_table_see(t->table, &s, 0, ++t->number, 0);
	if (s.seq_rel != seq_rel || s.ack_rel != ack_rel || earlier != repeats)
		fail_msg("#%u: seq %u ack %u repeats %u, not seq %u ack %u repeats %u",
			(unsigned)t->number, s.seq_rel, s.ack_rel, (unsigned)earlier, seq_rel,
			ack_rel, (unsigned)repeats);
	assert_int_equal(s.seq, seq);
	assert_int_equal(s.ack, ack);
	assert_int_equal(s.seq - s.seq_base, seq_rel);
	if (flags & ACK)
		assert_int_equal(s.ack - s.ack_base, ack_rel);
}

static void see_handshake_counts_from_the_syns(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, SYN, 5000, 0, 0, 0, 0, 0);
	assert_seen(t, true, SYN | ACK, 900, 5001, 0, 0, 1, 0);
	assert_seen(t, false, ACK, 5001, 901, 0, 1, 1, 0);
	assert_seen(t, false, ACK | PSH, 5001, 901, 5, 1, 1, 0);
	assert_seen(t, true, ACK, 901, 5006, 0, 1, 6, 0);
	assert_seen(t, true, FIN | ACK, 901, 5006, 0, 1, 6, 0);
	assert_seen(t, false, ACK, 5006, 902, 0, 6, 2, 0);
}

static void see_wrap_around_goes_on_counting(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, SYN, 0xfffffffe, 0, 0, 0, 0, 0);
	assert_seen(t, true, SYN | ACK, 0xffffffff, 0xffffffff, 0, 0, 1, 0);
	assert_seen(t, false, ACK | PSH, 0xffffffff, 0, 10, 1, 1, 0);
	assert_seen(t, true, ACK, 0, 9, 0, 1, 11, 0);
	assert_seen(t, false, ACK | PSH, 9, 0, 1, 11, 1, 0);
	/* and a range over the end is known again, whole and from its middle */
	assert_seen(t, false, ACK | PSH, 0xffffffff, 0, 10, 1, 1, 3);
	assert_seen(t, false, ACK | PSH, 3, 0, 6, 5, 1, 6);
}

static void see_rst_to_a_syn_counts_from_zero(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, SYN, 5000, 0, 0, 0, 0, 0);
	assert_seen(t, true, RST | ACK, 0, 5001, 0, 0, 1, 0);
}

/* RFC 9293 3.10.7.1: to an ACK without a connection the RST takes its number from that ACK. */
static void see_rst_to_a_stray_ack_counts_from_that_ack(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, ACK, 7000, 300, 0, 0, 1, 0);
	assert_seen(t, true, RST, 300, 0, 0, 1, 0, 0);
}

static void see_middle_of_a_conversation_begins_there(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, ACK | PSH, 7000, 300, 10, 0, 1, 0);
	assert_seen(t, true, ACK, 300, 7010, 0, 1, 10, 0);
	assert_seen(t, false, ACK | PSH, 7010, 300, 10, 10, 1, 0);
}

static void see_new_syn_on_the_same_pair_begins_again(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, SYN, 5000, 0, 0, 0, 0, 0);
	assert_seen(t, true, SYN | ACK, 900, 5001, 0, 0, 1, 0);
	assert_seen(t, false, ACK, 5001, 901, 0, 1, 1, 0);
	assert_seen(t, false, SYN, 80000, 0, 0, 0, 0, 0);
	assert_seen(t, true, SYN | ACK, 44000, 80001, 0, 0, 1, 0);
	assert_seen(t, false, ACK | PSH, 80001, 44001, 3, 1, 1, 0);
	/* the old conversation's ranges are forgotten with it */
	assert_seen(t, false, ACK | PSH, 80004, 44001, 3, 4, 1, 0);
}

/* The port is closed by now: the refusal's number 0 does not count from the old connection. */
static void see_rst_to_a_new_syn_on_the_same_pair_counts_from_zero(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, SYN, 5000, 0, 0, 0, 0, 0);
	assert_seen(t, true, SYN | ACK, 900, 5001, 0, 0, 1, 0);
	assert_seen(t, false, SYN, 80000, 0, 0, 0, 0, 0);
	assert_seen(t, true, RST | ACK, 0, 80001, 0, 0, 1, 0);
}

static void see_other_pair_is_another_conversation(void **state)
{
	struct talk *t = *state;
	struct segment other = between("10.0.0.1", 1001, "10.0.0.2", 80);

	assert_seen(t, false, SYN, 5000, 0, 0, 0, 0, 0);
	other.flags = SYN;
	other.seq = 5000;
	assert_int_equal(flow_table_see(t->table, &other, 0, ++t->number, 0), 0);
	assert_int_equal(other.seq_rel, 0);
	assert_seen(t, true, SYN | ACK, 900, 5001, 0, 0, 1, 0);
}

static void see_retransmission_names_the_last_time(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, SYN, 5000, 0, 0, 0, 0, 0);
	assert_seen(t, false, SYN, 5000, 0, 0, 0, 0, 1);
	assert_seen(t, false, SYN, 5000, 0, 0, 0, 0, 2);
	assert_seen(t, true, SYN | ACK, 900, 5001, 0, 0, 1, 0);
	assert_seen(t, true, SYN | ACK, 900, 5001, 0, 0, 1, 4);
	assert_seen(t, false, ACK, 5001, 901, 0, 1, 1, 0);
	assert_seen(t, false, ACK | PSH, 5001, 901, 10, 1, 1, 0);
	assert_seen(t, false, ACK | PSH, 5001, 901, 10, 1, 1, 7);
	assert_seen(t, false, FIN | ACK, 5011, 901, 0, 11, 1, 0);
	assert_seen(t, false, FIN | ACK, 5011, 901, 0, 11, 1, 9);
}

static void see_part_sent_again_is_a_repetition(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, ACK | PSH, 100, 1, 10, 0, 1, 0);
	assert_seen(t, false, ACK | PSH, 100, 1, 4, 0, 1, 1); /* its beginning */
	assert_seen(t, false, ACK | PSH, 106, 1, 4, 6, 1, 1); /* its end */
	assert_seen(t, false, ACK | PSH, 106, 1, 5, 6, 1, 3); /* and one byte more */
	assert_seen(t, false, ACK | PSH, 99, 1, 5, UINT32_MAX, 1, 0); /* one before all */
}

static void see_without_sequence_space_is_never_a_repetition(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, ACK | PSH, 100, 1, 10, 0, 1, 0);
	assert_seen(t, false, ACK, 110, 1, 0, 10, 1, 0);
	assert_seen(t, false, ACK, 110, 1, 0, 10, 1, 0);
	assert_seen(t, false, ACK, 109, 1, 0, 9, 1, 0); /* keepalive */
	assert_seen(t, false, RST, 105, 0, 0, 5, 0, 0);
}

/* RFC 9293 3.5, figure 7: each end answers the other's SYN with its own number again, and ACK. */
static void see_syn_ack_of_simultaneous_open_is_new(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, SYN, 5000, 0, 0, 0, 0, 0);
	assert_seen(t, true, SYN, 900, 0, 0, 0, 0, 0);
	assert_seen(t, true, SYN | ACK, 900, 5001, 0, 0, 1, 0);
	assert_seen(t, false, SYN | ACK, 5000, 901, 0, 0, 1, 0);
	assert_seen(t, false, SYN | ACK, 5000, 901, 0, 0, 1, 4);
}

/* The same on a pair that was used before: the second SYN must not forget the first again. */
static void see_simultaneous_open_on_a_used_pair_begins_again(void **state)
{
	struct talk *t = *state;

	assert_seen(t, false, SYN, 5000, 0, 0, 0, 0, 0);
	assert_seen(t, true, SYN | ACK, 900, 5001, 0, 0, 1, 0);
	assert_seen(t, false, SYN, 80000, 0, 0, 0, 0, 0);
	assert_seen(t, true, SYN, 44000, 0, 0, 0, 0, 0);
	assert_seen(t, true, SYN | ACK, 44000, 80001, 0, 0, 1, 0);
	assert_seen(t, false, SYN | ACK, 80000, 44001, 0, 0, 1, 0);
	assert_seen(t, false, SYN | ACK, 80000, 44001, 0, 0, 1, 6);
}

static void see_self_connect_is_one_flow_both_ways(void **state)
{
	struct talk *t = *state;
	struct segment s = between("127.0.0.1", 6666, "127.0.0.1", 6666);

	s.flags = SYN;
	s.seq = 5000;
	assert_int_equal(flow_table_see(t->table, &s, 0, 1, 0), 0);
	s.flags = SYN | ACK;
	s.ack = 5001;
	assert_int_equal(flow_table_see(t->table, &s, 0, 2, 0), 0);
	assert_int_equal(s.seq_rel, 0);
	assert_int_equal(s.ack_rel, 1);
	s.flags = ACK;
	s.seq = 5001;
	assert_int_equal(flow_table_see(t->table, &s, 0, 3, 0), 0);
	assert_int_equal(s.seq_rel, 1);
	assert_int_equal(s.ack_rel, 1);
}

#define FLOW_TEST(name) cmocka_unit_test_setup_teardown(name, talk_open, talk_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(word_of_each_kind_names_its_bits),
		cmocka_unit_test(word_that_is_none_is_refused),
		cmocka_unit_test(words_offered_all_parse),
		cmocka_unit_test(match_by_word_takes_what_it_names),
		cmocka_unit_test(match_from_looks_at_the_source_only),
		cmocka_unit_test(match_to_looks_at_the_destination_only),
		cmocka_unit_test(match_port_takes_either_end),
		cmocka_unit_test(match_joined_needs_every_part),
		cmocka_unit_test(match_of_a_host_takes_each_of_its_addresses),
		cmocka_unit_test(match_of_a_socket_takes_what_it_is_by_then),
		cmocka_unit_test(match_of_a_socket_is_over_when_it_is),
		cmocka_unit_test(match_prints_as_it_is_typed),
		cmocka_unit_test(match_word_printed_parses_back),
		FLOW_TEST(see_handshake_counts_from_the_syns),
		FLOW_TEST(see_wrap_around_goes_on_counting),
		FLOW_TEST(see_rst_to_a_syn_counts_from_zero),
		FLOW_TEST(see_rst_to_a_stray_ack_counts_from_that_ack),
		FLOW_TEST(see_middle_of_a_conversation_begins_there),
		FLOW_TEST(see_new_syn_on_the_same_pair_begins_again),
		FLOW_TEST(see_rst_to_a_new_syn_on_the_same_pair_counts_from_zero),
		FLOW_TEST(see_other_pair_is_another_conversation),
		FLOW_TEST(see_retransmission_names_the_last_time),
		FLOW_TEST(see_part_sent_again_is_a_repetition),
		FLOW_TEST(see_without_sequence_space_is_never_a_repetition),
		FLOW_TEST(see_syn_ack_of_simultaneous_open_is_new),
		FLOW_TEST(see_simultaneous_open_on_a_used_pair_begins_again),
		FLOW_TEST(see_self_connect_is_one_flow_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
