/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "command/output.h"
#include "command/ruling.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "wire/wire.h"
#include "world/world.h"

static void tell(const struct cmd_call *c, const char *text)
{
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_RULE, .cause = c->event, .text = text });
}

static int list_rules(struct cmd_call *c)
{
	const struct rule *rule = wire_rules(world_wire(c->world))->first;
	struct text out = TEXT_EMPTY;

	if (!rule)
		text_puts(&out, "no rules: the wire delivers everything\n");
	for (; rule; rule = rule->next) {
		struct text what = TEXT_EMPTY;

		rule_format(rule, &what);
		text_printf(&out, "rule %-3u %-48s %" PRIu64 " hit%s", rule->number,
			text_get(&what), rule->hits, rule->hits == 1 ? "" : "s");
		if (rule->chance_ppm)
			text_printf(&out, ", %" PRIu64 " passed", rule->passed);
		if (rule->once)
			text_printf(&out, ", %" PRIu64 " retransmission%s dropped", rule->repeats,
				rule->repeats == 1 ? "" : "s");
		if (rule->count && rule->hits == rule->count)
			text_puts(&out, ", used up");
		else if (rule->count)
			text_printf(&out, ", %" PRIu64 " to go", rule->count - rule->hits);
		if (match_is_over(&rule->match))
			text_puts(&out, ", over: its socket's addresses are another's");
		text_puts(&out, "\n");
		text_done(&what);
	}
	return output_tell(c, &out);
}

/* `rules remove all`: their ends are told one by one, as if each had been named. */
static int remove_all(struct cmd_call *c)
{
	struct rule_list *rules = wire_rules(world_wire(c->world));

	while (rules->first)
		rule_remove(rules, rules->first->number);
	tell(c, "no rules any more; what is held stays held");
	return CMD_DONE;
}

static int rules_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct rule_list *rules = wire_rules(world_wire(c->world));

	if (s->word_count == 1)
		return list_rules(c);
	if (strcmp(s->words[1].text, "remove") != 0 || s->word_count == 2)
		return statement_error(s, &s->words[1], d,
			"rules lists them; rules remove 2, or rules remove all");
	if (strcmp(s->words[2].text, "all") == 0 && s->word_count > 3)
		return ruling_end(c, 3, d);
	if (strcmp(s->words[2].text, "all") == 0)
		return remove_all(c);
	for (size_t i = 2; i < s->word_count; i++) {
		struct text text = TEXT_EMPTY;
		uint64_t number = 0;
		int r = name_number(s, &s->words[i], 1, UINT32_MAX, &number, d);

		if (r == 0 && rule_remove(rules, (unsigned)number) == -ENOENT)
			r = statement_error(s, &s->words[i], d,
				"there is no rule %" PRIu64 "; 'rules' lists them", number);
		if (r < 0)
			return r;
		text_printf(&text, "rule %" PRIu64 " is removed", number);
		tell(c, text_get(&text));
		text_done(&text);
	}
	return CMD_DONE;
}

const struct cmd_def cmd_rules = {
	.name = "rules",
	.args = "[remove N...|remove all]",
	.min_args = 0,
	.max_args = 16,
	.summary = "list the rules of the wire with their hits, or remove some",
	.detail =
		"hold, drop, duplicate, delay, corrupt and rate with a MATCH make rules. A coming packet meets the\n"
		"oldest of each kind that matches, is not used up and whose dice take it; a drop ends it. With a\n"
		"chance also what passed is counted. A rule that never fired\n"
		"is pointed out when a recipe ends.",
	.source = "the wire is the lab itself",
	.example = "rules remove all",
	.flags = CMD_COUNTS,
	.run = rules_run,
};
