/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The examples that `help` shows do what it says: each errno's gives that errno, each state's ends in that
 * state, each word's runs. Every command in them is checked by the lab itself: a call that gives something
 * else, or an expectation that is not met, is exit code 1. */
#include "program.h"

#include "command/topic.h"

static int play(const char *commands, struct program *p)
{
	program_open(p, (const char *const[]){ "-c", commands, NULL }, -1);
	return program_end(p);
}

static void assert_plays(const char *name, const char *commands)
{
	struct program p;
	int code = play(commands, &p);

	if (code != 0)
		fail_msg("%s: exit code %d of: %s\n%s%s", name, code, commands, text_get(&p.output),
			text_get(&p.errors));
	program_close(&p);
}

static void example_of_each_errno_gives_it(void **state)
{
	const struct errno_topic *e;

	(void)state;
	for (size_t i = 0; (e = topic_errno_at(i)); i++) {
		if (e->example)
			assert_plays(e->name, e->example);
	}
}

static void example_of_each_state_ends_in_it(void **state)
{
	const struct state_topic *s;

	(void)state;
	for (size_t i = 0; (s = topic_state_at(i)); i++)
		assert_plays(tcp_state_name(s->state), s->example);
}

static void example_of_each_word_runs(void **state)
{
	const struct word_topic *w;

	(void)state;
	for (size_t i = 0; (w = topic_word_at(i)); i++) {
		if (w->example && strncmp(w->example, "expect", 6) != 0 &&
			strncmp(w->example, "drop", 4) != 0)
			assert_plays(w->name, w->example);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_of_each_errno_gives_it),
		cmocka_unit_test(example_of_each_state_ends_in_it),
		cmocka_unit_test(example_of_each_word_runs),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
