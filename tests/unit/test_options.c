/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the command line, and what is made from them: --help, the man page, the completion. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/manual.h"
#include "cli/options.h"
#include "cli/usage.h"
#include "command/table.h"

/* Parse `words` (NULL ends them) behind the name. Returns as options_parse(). */
static int parse(const char *const *words, struct options *o, struct text *error)
{
	char *argv[12] = { (char *)"tcplab" };
	int argc = 1;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	return options_parse(argc, argv, o, error);
}

static void options_are_read_wherever_they_stand(void **state)
{
	const char *const words[] = { "check", "-6k", "open", "--report", "junit", "-j4",
		"--timeout=1.5s", "--capture=out", NULL };
	struct text error = TEXT_EMPTY;
	struct options o;

	(void)state;
	assert_int_equal(parse(words, &o, &error), 7); /* behind the options: check, open */
	assert_true(o.ipv6 && o.keep_going && !o.json && !o.help);
	assert_int_equal(o.report, REPORT_JUNIT);
	assert_int_equal(o.jobs, 4);
	assert_int_equal(o.timeout_ns, 3 * NS_PER_S / 2);
	assert_string_equal(o.capture, "out");
	assert_int_equal(options_check(&o, VERB_CHECK, &error), 0);
	text_done(&error);
}

static void bad_values_are_refused(void **state)
{
	static const char *const bad[][3] = { { "-j", "0" }, { "-j", "-1" }, { "-j", "65" },
		{ "-j", "4x" }, { "-j", "99999999999999999999" }, { "-j", "" }, { "--svg", "--md" },
		{ "--diagram", "--svg" }, { "--report", "xml" }, { "--report", "" },
		{ "--timeout", "0s" }, { "--timeout", "5" }, { "--timeout", "-1s" },
		{ "--timeout", "\033[31m" }, { "-j" }, { "--nonsense" }, { "-x" } };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct text error = TEXT_EMPTY;
		struct options o;

		assert_int_equal(parse(bad[i], &o, &error), -EINVAL);
		assert_non_null(strstr(text_get(&error), "--help"));
		assert_null(strchr(text_get(&error), '\033'));
		text_done(&error);
	}
}

static void options_where_they_do_nothing_are_refused(void **state)
{
	static const struct {
		const char *words[3];
		enum verb verb;
		const char *error;
	} cases[] = { { { "-j", "2" }, VERB_NONE, "option '--jobs' is for check" },
		{ { "--report", "tap" }, VERB_PLAY, "'play' has no option '--report'" },
		{ { "--capture", "x" }, VERB_LIST, "'list' has no option '--capture'" },
		{ { "--json" }, VERB_CHECK, "'check' has no option '--json'" },
		{ { "--report", "html" }, VERB_CHECK, "check reports as tap, junit or json" },
		{ { "--report", "tap" }, VERB_CLAIMS, "claims reports as text" },
		{ { "--slow" }, VERB_SHOW, "'show' has no option '--slow'" },
		{ { "-k" }, VERB_DOCTOR, "'doctor' has no option '--keep-going'" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text error = TEXT_EMPTY;
		struct options o;

		assert_true(parse(cases[i].words, &o, &error) > 0);
		assert_int_equal(options_check(&o, cases[i].verb, &error), -EINVAL);
		assert_non_null(strstr(text_get(&error), cases[i].error));
		text_done(&error);
	}
}

static void table_says_the_formats_there_are(void **state)
{
	struct text names = TEXT_EMPTY;

	(void)state;
	for (enum report_format f = 0; f < REPORT_FORMAT_COUNT; f++)
		text_printf(&names, "%s%s", f ? "|" : "", report_format_name(f));
	assert_string_equal(option_defs[OPTION_REPORT].arg, text_get(&names));
	text_done(&names);
}

static void table_has_each_option_once_and_in_full(void **state)
{
	(void)state;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_def *def = &option_defs[i];

		assert_true(def->letter || def->name);
		assert_true(def->summary && def->summary[0]);
		assert_true(def->verbs != 0);
		for (size_t k = 0; k < i; k++) {
			assert_true(!def->letter || def->letter != option_defs[k].letter);
			assert_true(!def->name || !option_defs[k].name ||
				strcmp(def->name, option_defs[k].name) != 0);
		}
	}
}

/* ---- what is made of it ---- */

static void assert_has(const struct text *text, const char *format, const char *word)
{
	struct text part = TEXT_EMPTY;

	text_puts(&part, format);
	text_puts(&part, word);
	if (!strstr(text_get(text), text_get(&part)))
		fail_msg("no '%s' in\n%s", text_get(&part), text_get(text));
	text_done(&part);
}

static void help_names_everything_within_100_columns(void **state)
{
	struct text out = TEXT_EMPTY;
	char *rest, *line;

	(void)state;
	usage_format(VERB_NONE, &out);
	for (enum verb v = VERB_NONE + 1; v < VERB_COUNT; v++)
		assert_has(&out, "\n  ", verb_defs[v].name);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		assert_has(&out, "  ", option_defs[i].summary);
	rest = out.s;
	while ((line = strsep(&rest, "\n"))) {
		if (strlen(line) > 104)
			fail_msg("too long: %s", line);
	}
	text_done(&out);
}

/* `tcplab grade --help`: its own options, with all there is to say of them, and no others. */
static void help_on_a_verb_names_its_options_and_no_others(void **state)
{
	(void)state;
	for (enum verb v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		struct text out = TEXT_EMPTY;

		usage_format(v, &out);
		assert_has(&out, "usage: tcplab ", verb_defs[v].name);
		assert_null(strstr(text_get(&out), "?."));
		for (size_t i = 0; i < OPTION_COUNT; i++) {
			bool named = strstr(text_get(&out), option_defs[i].summary);

			if (named != !!(option_defs[i].verbs & (1u << v)))
				fail_msg("%s, option %zu:\n%s", verb_defs[v].name, i,
					text_get(&out));
		}
		text_done(&out);
	}
}

/* Which verb is asked about is known however the words stand. */
static void help_finds_the_verb_before_and_behind_it(void **state)
{
	static char *const lines[][4] = { { (char *)"grade", (char *)"--help" },
		{ (char *)"--help", (char *)"grade" }, { (char *)"-h", (char *)"grade" },
		{ (char *)"grade", (char *)"-h", (char *)"--bogus" } };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *argv[5] = { (char *)"tcplab" };
		struct text error = TEXT_EMPTY;
		struct options o;
		int argc = 1, first;

		for (; lines[i][argc - 1]; argc++)
			argv[argc] = lines[i][argc - 1];
		first = options_parse(argc, argv, &o, &error);
		assert_in_range(first, 1, argc - 1);
		assert_true(o.help);
		assert_string_equal(argv[first], "grade");
		text_done(&error);
	}
}

static void page_names_every_command_verb_and_section(void **state)
{
	static const char *const sections[] = { "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS",
		"COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO" };
	struct text out = TEXT_EMPTY;
	const char *at;

	(void)state;
	manual_page(&command_table, "2026-01-31", &out);
	for (size_t i = 0; command_table.defs[i]; i++)
		assert_has(&out, ".TP\n\\fB", command_table.defs[i]->name);
	for (enum verb v = VERB_NONE + 1; v < VERB_COUNT; v++)
		assert_has(&out, ".TP\n\\fBtcplab\\fR \\fB", verb_defs[v].name);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		assert_has(&out, ".SH ", sections[i]);
	for (at = text_get(&out); (at = strchr(at, '\n')) && at[1]; at++)
		assert_true(at[1] != '\n' && at[1] != '\''); /* no empty line, no stray request */
	text_done(&out);
}

static void completion_names_every_command_verb_and_option(void **state)
{
	struct text out = TEXT_EMPTY;

	(void)state;
	manual_bash(&command_table, &out);
	for (size_t i = 0; command_table.defs[i]; i++)
		assert_has(&out, i ? " " : "commands='", command_table.defs[i]->name);
	for (enum verb v = VERB_NONE + 1; v < VERB_COUNT; v++)
		assert_has(&out, "\t'", verb_defs[v].name);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (option_defs[i].name)
			assert_has(&out, "--", option_defs[i].name);
	}
	text_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read_wherever_they_stand),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(options_where_they_do_nothing_are_refused),
		cmocka_unit_test(table_says_the_formats_there_are),
		cmocka_unit_test(table_has_each_option_once_and_in_full),
		cmocka_unit_test(help_names_everything_within_100_columns),
		cmocka_unit_test(help_on_a_verb_names_its_options_and_no_others),
		cmocka_unit_test(help_finds_the_verb_before_and_behind_it),
		cmocka_unit_test(page_names_every_command_verb_and_section),
		cmocka_unit_test(completion_names_every_command_verb_and_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
