/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "language/cmd.h"
#include "language/matching.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "wire/wire.h"
#include "world/world.h"

#define STEP_WAIT_NS (2 * NS_PER_S) /* a script waits this long for a segment to step */

struct step {
	uint64_t number; /* #N; 0 = not by number */
	bool by_match;
	struct match match;
	uint64_t left; /* how many are still to go */
};

/* One at a time: the next may be what the last one drew. */
static int step_check(struct cmd_call *c, struct diag *d)
{
	struct step *step = c->state;

	(void)d;
	if (!world_settled(c->world))
		return CMD_WAIT;
	while (step->left) {
		if (!wire_step(world_wire(c->world), step->number,
			    step->by_match ? &step->match : NULL, 1))
			return CMD_WAIT;
		world_kick(c->world);
		c->deadline_ns = clock_now_ns() + STEP_WAIT_NS;
		if (--step->left)
			return CMD_WAIT;
	}
	return CMD_DONE;
}

static int step_expired(struct cmd_call *c, struct diag *d)
{
	const struct step *step = c->state;
	struct text expected = TEXT_EMPTY;

	if (script_interactive(c->script))
		return statement_error(c->statement, NULL, d,
			"nothing %s is held; 'wire' lists what is",
			step->number || step->by_match ? "of that kind" : "more");
	if (step->number)
		text_printf(&expected, "segment #%llu held", (unsigned long long)step->number);
	else if (step->by_match)
		match_format(&step->match, &expected);
	else
		text_puts(&expected, "one more segment");
	text_puts(&expected, step->number ? "" : " held on the wire");
	script_mismatch(c, NULL, text_get(&expected), "none");
	text_done(&expected);
	return CMD_FAILED;
}

static void step_end(struct cmd_call *c)
{
	free(c->state);
}

static int step_parse(struct cmd_call *c, struct step *step, struct diag *d)
{
	const struct statement *s = c->statement;
	size_t i = 1;
	int r;

	*step = (struct step){ .left = 1 };
	if (s->word_count == 1)
		return 0;
	if (s->words[1].kind == TOKEN_SEGMENT) {
		r = name_number(s, &s->words[1], 1, UINT64_MAX, &step->number, d);
		i = 2;
	} else if (isdigit((unsigned char)s->words[1].text[0])) {
		r = name_number(s, &s->words[1], 1, 1000000, &step->left, d);
		i = 2;
	} else {
		r = match_read(c->world, s, &i, &step->match, d);
		step->by_match = true;
	}
	if (r == 0 && i < s->word_count)
		r = statement_error(s, &s->words[i], d, "'%.40s' is one word too many",
			s->words[i].text);
	return r;
}

static int step_run(struct cmd_call *c, struct diag *d)
{
	struct step step;
	int r = step_parse(c, &step, d);

	if (r < 0)
		return r;
	c->state = memory_new(sizeof(step));
	*(struct step *)c->state = step;
	c->check = step_check;
	c->expired = step_expired;
	c->end = step_end;
	/* at the prompt the user sees what is there; a script may be ahead of a timer */
	c->deadline_ns = clock_now_ns() + (script_interactive(c->script) ? 0 : STEP_WAIT_NS);
	r = step_check(c, d);
	return r == CMD_WAIT && step.left == 1 && script_interactive(c->script) ? step_expired(c, d)
										: r;
}

const struct cmd_def cmd_step = {
	.name = "step",
	.args = "[N|#SEG|MATCH]",
	.min_args = 0,
	.max_args = 16,
	.summary = "deliver the oldest held segment, or N one after the other, or a certain one",
	.detail =
		"The effects of each are read before the next goes. In a script it waits up to 2 s for\n"
		"a segment to be held.",
	.source = "the wire is the lab itself",
	.example = "step 2",
	.flags = CMD_COUNTS,
	.run = step_run,
};
