/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nothing is missed: connections between several hosts, opened and closed while the wire loses, doubles, delays,
 * spoils and reorders their segments by lot, go from state to state only as one step of RFC 9293 3.3.2 allows.
 * A state that was passed through unseen would show as a step that is none. */
#include "base/random.h"
#include "base/tcp_state.h"
#include "program.h"

#define ROUNDS 6
#define HOSTS 4
#define CONNECTIONS 8
#define RULES 10

static unsigned pick(uint64_t *random, unsigned count)
{
	return (unsigned)(random_next(random) % count);
}

/* What one call, one segment or one timer can do. STATE_NONE: the socket is seen for the first time. */
static bool is_step(enum tcp_state from, enum tcp_state to)
{
	static const uint32_t steps[STATE_COUNT] = {
		[STATE_NONE] = 1 << STATE_CLOSED | 1 << STATE_SYN_RECEIVED,
		[STATE_CLOSED] = 1 << STATE_LISTEN | 1 << STATE_SYN_SENT,
		[STATE_LISTEN] = 1 << STATE_CLOSED,
		[STATE_SYN_SENT] =
			1 << STATE_SYN_RECEIVED | 1 << STATE_ESTABLISHED | 1 << STATE_CLOSED,
		/* a FIN that carries the ACK of the handshake, too, does both at once */
		[STATE_SYN_RECEIVED] =
			1 << STATE_ESTABLISHED | 1 << STATE_CLOSE_WAIT | 1 << STATE_CLOSED,
		[STATE_ESTABLISHED] =
			1 << STATE_FIN_WAIT_1 | 1 << STATE_CLOSE_WAIT | 1 << STATE_CLOSED,
		[STATE_FIN_WAIT_1] = 1 << STATE_FIN_WAIT_2 | 1 << STATE_CLOSING |
			1 << STATE_TIME_WAIT | 1 << STATE_CLOSED,
		[STATE_FIN_WAIT_2] = 1 << STATE_TIME_WAIT | 1 << STATE_CLOSED,
		[STATE_CLOSING] = 1 << STATE_TIME_WAIT | 1 << STATE_CLOSED,
		[STATE_CLOSE_WAIT] = 1 << STATE_LAST_ACK | 1 << STATE_CLOSED,
		[STATE_LAST_ACK] = 1 << STATE_CLOSED,
		[STATE_TIME_WAIT] = 1 << STATE_CLOSED,
	};

	return steps[from] >> to & 1;
}

/* A rule for a few of the segments to come. */
static void add_rule(struct text *script, uint64_t *random)
{
	static const char *const matches[] = { "syn", "syn/ack", "ack", "data", "fin", "any" };
	const char *match = matches[pick(random, sizeof(matches) / sizeof(matches[0]))];
	unsigned count = 1 + pick(random, 3);

	switch (pick(random, 5)) {
	case 0:
		text_printf(script, "drop %s x%u\n", match, count);
		break;
	case 1:
		text_printf(script, "duplicate %s x%u\n", match, count);
		break;
	case 2:
		text_printf(script, "corrupt %s x%u\n", match, count);
		break;
	case 3:
		text_printf(script, "delay %s x%u 3ms\n", match, count);
		break;
	default:
		text_printf(script, "delay %s x%u 20ms +-15ms seed %u\n", match, count,
			pick(random, 1000));
	}
}

static void add_connection(struct text *script, unsigned n, uint64_t *random)
{
	unsigned client = pick(random, HOSTS), server = pick(random, HOSTS);

	text_printf(script,
		"process c%u on h%u; process s%u on h%u\n"
		"socket l%u in s%u; bind l%u :%u; listen l%u; socket x%u in c%u\n"
		"connect x%u h%u:%u &\naccept l%u a%u &\n",
		n, client, n, server, n, n, n, 1000 + n, n, n, n, n, server, 1000 + n, n, n);
}

/* Both ends close, in either order or as good as at once, with data on the way or not. */
static void add_end(struct text *script, unsigned n, uint64_t *random)
{
	const char first = pick(random, 2) ? 'x' : 'a', second = first == 'x' ? 'a' : 'x';

	if (pick(random, 2))
		text_printf(script, "send %c%u \"some data\"\n", first, n);
	if (pick(random, 3) == 0)
		text_printf(script, "shutdown %c%u wr\n", first, n);
	text_printf(script, "close %c%u\n", first, n);
	if (pick(random, 2))
		text_printf(script, "sleep %ums\n", 1 + pick(random, 30));
	text_printf(script, "close %c%u\n", second, n);
}

static void check_steps(const struct text *script, struct program *p)
{
	unsigned steps = 0;
	json_t *event;

	while ((event = program_event(p, "state"))) {
		const char *from = json_string_value(json_object_get(event, "from"));
		const char *to = json_string_value(json_object_get(event, "to"));

		if (!is_step(from ? tcp_state_parse(from) : STATE_NONE, tcp_state_parse(to))) {
			fprintf(stderr, "%s\n", text_get(script));
			program_blame(p);
			fail_msg("%s: %s > %s is no step",
				json_string_value(json_object_get(event, "subject")),
				from ? from : "", to);
		}
		if (!json_object_get(event, "cause"))
			fail_msg("%s > %s has no cause", from ? from : "", to);
		steps++;
		json_decref(event);
	}
	/* client and server each at least: opened, established, two steps of closing, closed or TIME-WAIT */
	assert_in_range(steps, CONNECTIONS * 8, CONNECTIONS * 20);
}

static void play_round(uint64_t seed)
{
	const char *const arguments[] = { "--json", NULL };
	struct text script = TEXT_EMPTY;
	uint64_t random = seed;
	struct program p;

	for (unsigned h = 0; h < HOSTS; h++)
		text_printf(&script, "host h%u\n", h);
	for (unsigned i = 0; i < RULES; i++)
		add_rule(&script, &random);
	for (unsigned n = 0; n < CONNECTIONS; n++)
		add_connection(&script, n, &random);
	text_puts(&script, "wait\n");
	for (unsigned i = 0; i < RULES; i++)
		add_rule(&script, &random);
	for (unsigned n = 0; n < CONNECTIONS; n++)
		add_end(&script, n, &random);
	/* whatever was lost is sent again by then */
	text_puts(&script,
		"expect count LAST-ACK 0 within 30s\nexpect count FIN-WAIT-1 0 within 30s\n");
	program_open(&p, arguments, -1);
	program_say(&p, text_get(&script), script.len);
	fd_closep(&p.in);
	check_steps(&script, &p);
	if (program_end(&p) != 0) {
		fprintf(stderr, "%s\n", text_get(&script));
		program_blame(&p);
		fail_msg("seed %d: the script failed", (int)seed);
	}
	program_close(&p);
	text_done(&script);
}

static void connections_on_a_bad_wire_take_one_step_at_a_time(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= ROUNDS; seed++)
		play_round(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
		connections_on_a_bad_wire_take_one_step_at_a_time) };

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
