/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "language/exercise.h"
#include "language/names.h"
#include "language/statement.h"
#include "view/findings.h"
#include "view/gradebook.h"

#define JOBS_MAX 64 /* each is three processes and a TUN */
#define TIMEOUT_NS (120 * NS_PER_S)
#define SLOW_TIMEOUT_NS ((uint64_t)20 * 60 * NS_PER_S) /* tcp_retries2 takes 15 minutes */
#define ON(verb) (1u << VERB_##verb)
#define ANY_VERB ((1u << VERB_COUNT) - 1)
#define LONG_ONLY 256 /* what getopt_long() gives for options without a letter: this + id */

const struct exit_def exit_defs[] = {
	{ EXIT_PASSED, "all well" },
	{ EXIT_FAILED, "an expectation failed" },
	{ EXIT_USAGE, "bad input" },
	{ EXIT_NO_LAB, "no lab, or a limit met" },
	{ EXIT_SIGNAL + 2, "interrupted" },
	{ 0, NULL },
};

const struct verb_def verb_defs[VERB_COUNT] = {
	[VERB_NONE] = {
		.name = "",
		.args = "",
		.summary = "the prompt; commands from standard input when it is no terminal",
		.detail = "The prompt completes with Tab and explains itself: type help.",
	},
	[VERB_PLAY] = {
		.name = "play",
		.args = "RECIPE",
		.summary = "tell a recipe's story as it happens",
		.detail = "RECIPE is a file, or a name such as open/three-way, or three-way where only one is called so.\n"
			  "Where it asks what will happen it waits for the answer: of whoever sits at the terminal, or the next\n"
			  "line of standard input.",
		.recipes = "recipes",
	},
	[VERB_CHECK] = {
		.name = "check",
		.args = "[RECIPE|FOLDER]",
		.summary = "play recipes and report: exit 0 when all hold",
		.detail = "Without a name all recipes there are. Each is played in a process of its own, so that one\n"
			  "that dies or hangs is reported like any other that fails.",
		.recipes = "recipes",
	},
	[VERB_CLAIMS] = {
		.name = "claims",
		.args = "[ID|RECIPE|FOLDER]",
		.summary = "put what is claimed of TCP to this kernel: it holds, or it differs",
		.detail = "Plays the recipes that hold claims, as many at a time as there are cores, and tells for each claim\n"
			  "whether it holds and what was seen; those that differ come again in full. An ID is a letter and a\n"
			  "number: A16. A claim whose recipe fails has failed, and only then the exit code is 1.",
		.recipes = "recipes",
	},
	[VERB_WATCH] = {
		.name = "watch",
		.args = "[PID]",
		.summary = "a second screen for a running lab: sockets, ladder, states, wire",
		.detail = "Shows what happens in a lab that runs in another terminal, as it happens; the lab is not changed by\n"
			  "it. Of several labs, PID says which. Keys: q leaves, ? tells the others.",
	},
	[VERB_EXERCISE] = {
		.name = "exercise",
		.args = "EXERCISE",
		.summary = "do an exercise: goals to bring about, at the prompt",
		.detail = "`tcplab list exercises` shows them. The prompt tells how many goals are met; `goal`, `hint` and\n"
			  "`submit` are its commands there. Ports, data and losses are the student's own, by --student.",
		.recipes = "exercises",
	},
	[VERB_GRADE] = {
		.name = "grade",
		.args = "EXERCISE FILE|FOLDER",
		.summary = "grade what students have handed in, by playing it again",
		.detail = "Each is played in a lab and a process of its own, with a limit on time and memory; what the kernel\n"
			  "does there is what counts, not what the file says. Exit 0 when each could be graded, whatever\n"
			  "its score; 1 when one was refused, or its replay parts from what it says.",
		.recipes = "exercises",
	},
	[VERB_SERVE] = {
		.name = "serve",
		.args = "[RECIPE]",
		.summary = "the lab as a live page for a projector, and for those who follow along",
		.detail = "Prints a link. The page shows sockets, the state diagram, the ladder and the story as they come; it\n"
			  "changes nothing. You type at the prompt, or a recipe is played: then the page stays until Ctrl-C. The\n"
			  "link works on this machine only, unless --bind says otherwise.",
		.recipes = "recipes",
	},
	[VERB_REPORT] = {
		.name = "report",
		.args = "RECIPE|JOURNAL",
		.summary = "a recipe's story as a page to keep: HTML, with pictures",
		.detail = "Plays the recipe and writes what happened as one file that needs nothing else: the ladder, the\n"
			  "state diagram, the story and what was expected. JOURNAL is a file that `tcplab --json` has\n"
			  "printed, `-` is one on standard input. The exit code is that of the recipe.",
		.recipes = "recipes",
	},
	[VERB_LIST] = {
		.name = "list",
		.args = "[FOLDER]",
		.summary = "the recipes there are",
		.detail = "One a line: its topic and name, its first words, the claims it puts to the kernel, and how often it asks\n"
			  "what will happen: [A25 A26] ?2.",
		.recipes = "recipes",
	},
	[VERB_SHOW] = {
		.name = "show",
		.args = "RECIPE",
		.summary = "print a recipe",
		.detail = "With the comment that says what to look for.",
		.recipes = "recipes",
	},
	[VERB_DOCTOR] = {
		.name = "doctor",
		.args = "",
		.summary = "can a lab stand here? if not, what is missing?",
		.detail = "Goes through the steps of a start one by one, and says what to type where one fails.",
	},
	[VERB_HELP] = {
		.name = "help",
		.args = "[COMMAND]",
		.summary = "tell this, or what one of these does, with its options",
		.detail = "The same as --help, and --help behind COMMAND. Of what is no COMMAND here it tells what `help`\n"
			  "does at the prompt: tcplab help hold, tcplab help CLOSE-WAIT.",
	},
};

const struct option_def option_defs[OPTION_COUNT] = {
	[OPTION_COMMAND] = {
		.letter = 'c',
		.arg = "'CMD; CMD'",
		.summary = "run these commands",
		.verbs = ON(NONE) | ON(SERVE),
	},
	[OPTION_FILE] = {
		.letter = 'f',
		.arg = "FILE",
		.summary = "run the commands in FILE",
		.verbs = ON(NONE) | ON(SERVE),
	},
	[OPTION_IPV6] = {
		.letter = '6',
		.name = "ipv6",
		.summary = "names and :80 mean IPv6 addresses",
		.verbs = ANY_VERB & ~(ON(EXERCISE) | ON(GRADE)),
	},
	[OPTION_KEEP_GOING] = {
		.letter = 'k',
		.name = "keep-going",
		.summary = "go on behind a failed expectation, tell all",
		.detail = "The exit code is still 1. A mistake in the commands ends them at once, as without it.",
		.verbs = ON(NONE) | ON(PLAY) | ON(CHECK) | ON(CLAIMS) | ON(REPORT) | ON(SERVE),
	},
	[OPTION_SLOW] = {
		.name = "slow",
		.summary = "play what takes minutes, too",
		.detail = "Recipes mark it with `slow`: waiting for TIME-WAIT to end, for one. Else it is left out.",
		.verbs = ON(NONE) | ON(PLAY) | ON(CHECK) | ON(CLAIMS) | ON(REPORT) | ON(SERVE),
	},
	[OPTION_ALLOW_EXEC] = {
		.name = "allow-exec",
		.summary = "a recipe may run programs (exec)",
		.detail = "What is typed at the prompt or behind `-c` may without, and so may the recipes that came with tcplab.",
		.verbs = ON(NONE) | ON(PLAY) | ON(CHECK) | ON(CLAIMS) | ON(REPORT) | ON(SERVE),
	},
	[OPTION_ALLOW_WRITE] = {
		.name = "allow-write",
		.summary = "a recipe may write files (save, capture)",
		.verbs = ON(NONE) | ON(PLAY) | ON(CHECK) | ON(CLAIMS) | ON(REPORT) | ON(SERVE),
	},
	[OPTION_CAPTURE] = {
		.name = "capture",
		.arg = "FILE",
		.summary = "record the wire in FILE (pcapng); check: in a folder",
		.detail = "Every packet from the first on, with what became of it in a comment, as the command `capture`\n"
			  "does. FILE is taken as it is named. With check it is a folder, which is made when it is not there, and each recipe has its\n"
			  "file in it: open-three-way.pcapng.",
		.verbs = ON(NONE) | ON(PLAY) | ON(CHECK) | ON(SERVE),
	},
	[OPTION_STEP] = {
		.name = "step",
		.summary = "show each command before it runs, and wait for Enter",
		.detail = "With its place: [7/23]. `c` goes on without stopping, `q` quits, `?` tells more, and any other line is run\n"
			  "as at the prompt. A loop is one step. It goes on behind a failed expectation, and the exit code is still 1.\n"
			  "The lab lives on while it waits, with the timers of its kernel; but what is held is not sent again.",
		.verbs = ON(PLAY) | ON(SERVE),
	},
	[OPTION_PACE] = {
		.name = "pace",
		.arg = "T",
		.summary = "wait so long between two commands: 1s, 500ms",
		.detail = "For a projector. `within` and `sleep` take as long as ever; timers of the kernel that are shorter than the\n"
			  "pace run out between the commands, but what is held is not sent again.",
		.verbs = ON(PLAY) | ON(SERVE),
	},
	[OPTION_JSON] = {
		.name = "json",
		.summary = "the journal as JSON Lines on standard output; grade: the grade",
		.verbs = ON(NONE) | ON(PLAY) | ON(GRADE),
	},
	[OPTION_OUTPUT] = {
		.letter = 'o',
		.name = "output",
		.arg = "FILE",
		.summary = "write the report to FILE",
		.detail = "Otherwise it goes to standard output; a page does not, when that is a terminal.",
		.verbs = ON(REPORT) | ON(GRADE),
	},
	[OPTION_SVG] = {
		.name = "svg",
		.summary = "only the ladder, as a picture (SVG)",
		.verbs = ON(REPORT),
	},
	[OPTION_DIAGRAM] = {
		.name = "diagram",
		.summary = "only the state diagram, as a picture (SVG)",
		.verbs = ON(REPORT),
	},
	[OPTION_MARKDOWN] = {
		.name = "md",
		.summary = "the ladder in characters and the story, as Markdown",
		.verbs = ON(REPORT),
	},
	[OPTION_JOBS] = {
		.letter = 'j',
		.name = "jobs",
		.arg = "N",
		.summary = "play N recipes, or submissions, at a time (1; claims: all)",
		.detail = "They are reported in the order of their names, whichever ends first.",
		.verbs = ON(CHECK) | ON(CLAIMS) | ON(GRADE),
	},
	[OPTION_REPORT] = {
		.name = "report",
		.arg = "tap|junit|json|text|markdown|html|csv|gradescope",
		.summary = "how check (tap), claims or grade (text) report",
		.detail = "tap: the Test Anything Protocol, line by line. junit: XML as CI services read it, with\n"
			  "the story of what failed as <system-out>. json: one object with version, kernel and results. All\n"
			  "but tap come when all recipes have ended. text, markdown, html (one page that needs nothing else)\n"
			  "are for claims, which takes no tap. csv and gradescope (the results.json of its autograder) are\n"
			  "for grade, which also takes text, junit and json.",
		.verbs = ON(CHECK) | ON(CLAIMS) | ON(GRADE),
	},
	[OPTION_TIMEOUT] = {
		.name = "timeout",
		.arg = "T",
		.summary = "a recipe that takes longer has failed (120s; --slow: 20m)",
		.detail = "T is a time as in recipes: 300ms, 2s, 5m. What was running then is told, with the story before\n"
			  "it.",
		.verbs = ON(CHECK) | ON(CLAIMS) | ON(GRADE),
	},
	[OPTION_STUDENT] = {
		.name = "student",
		.arg = "ID",
		.summary = "whose exercise it is: letters, digits, _ . @ -",
		.detail = "Ports, data and which segment is lost are drawn by it. Without one nothing can be handed in. With\n"
			  "show, the exercise as this student has it.",
		.verbs = ON(EXERCISE) | ON(SHOW),
	},
	[OPTION_STUDENTS] = {
		.name = "students",
		.arg = "FILE",
		.summary = "the class, an ID a line: a row for each, and no other",
		.detail = "Who handed in nothing is told, too; what came from others is told on standard error. What stands behind\n"
			  "a comma, a semicolon or a tab is not looked at, a line \"ID\" at the top is a heading, # begins a comment.",
		.verbs = ON(GRADE),
	},
	[OPTION_PORT] = {
		.name = "port",
		.arg = "N",
		.summary = "serve the page at this TCP port (any that is free)",
		.verbs = ON(SERVE),
	},
	[OPTION_BIND] = {
		.name = "bind",
		.arg = "ADDR",
		.summary = "serve the page at this IP address (127.0.0.1)",
		.detail = "0.0.0.0 is every address of this machine: whoever reaches it and has the link sees all of the lab. It is\n"
			  "plain HTTP, so whoever reads the network's traffic does, too.",
		.verbs = ON(SERVE),
	},
	[OPTION_CONTROL] = {
		.name = "control",
		.summary = "print a second link, whose page can also send commands",
		.detail = "They go where those typed at the prompt go, but run and feed no programs and read and write no files. While a\n"
			  "recipe asks, a line from there is an answer. One command may bring about 2000 at most.",
		.verbs = ON(SERVE),
	},
	[OPTION_HELP] = {
		.letter = 'h',
		.name = "help",
		.summary = "tell this",
		.verbs = ANY_VERB,
	},
	[OPTION_VERSION] = {
		.letter = 'V',
		.name = "version",
		.summary = "tell the version",
		.verbs = ANY_VERB,
	},
};

enum verb verb_parse(const char *word)
{
	enum verb v = VERB_COUNT;

	while (--v != VERB_NONE && strcmp(verb_defs[v].name, word) != 0)
		;
	return v;
}

/* ---- reading ---- */

/* `before`'word'`after`, the word made harmless. */
static int refuse(struct text *error, const char *before, const char *word, const char *after)
{
	text_printf(error, "%s'", before);
	text_printable(error, word, strlen(word));
	text_printf(error, "'%s; `tcplab --help` tells more", after);
	return -EINVAL;
}

static int parse_time(const char *value, uint64_t *ret_ns)
{
	const struct token word = { .kind = TOKEN_WORD, .text = (char *)value, .column = 1 };
	const struct statement words = { .file = (char *)"", .words = &word, .word_count = 1 };
	struct diag d = { 0 };
	uint64_t ns = 0;

	if (name_duration(&words, &word, &ns, &d) < 0 || ns == 0)
		return -EINVAL;
	*ret_ns = ns;
	return 0;
}

/* A report is one thing, and the last one named must not win in silence. */
static int choose_page(struct options *o, enum option_id id, enum page page, struct text *error)
{
	if (o->page && o->page != page)
		return refuse(error, "--svg, --diagram and --md: one at a time, so no ",
			option_defs[id].name, " here");
	o->page = page;
	return 0;
}

static int take(struct options *o, enum option_id id, const char *value, struct text *error)
{
	char *end;

	o->given |= 1u << id;
	switch (id) {
	case OPTION_COMMAND:
		o->command = value;
		break;
	case OPTION_FILE:
		o->file = value;
		break;
	case OPTION_IPV6:
		o->ipv6 = true;
		break;
	case OPTION_KEEP_GOING:
		o->keep_going = true;
		break;
	case OPTION_SLOW:
		o->slow = true;
		break;
	case OPTION_ALLOW_EXEC:
		o->allow_exec = true;
		break;
	case OPTION_ALLOW_WRITE:
		o->allow_write = true;
		break;
	case OPTION_CAPTURE:
		o->capture = value;
		break;
	case OPTION_STEP:
		o->step = true;
		break;
	case OPTION_PACE:
		if (parse_time(value, &o->pace_ns) < 0 || o->pace_ns < NS_PER_MS)
			return refuse(error, "option '--pace' takes a time such as 1s, not ", value,
				"");
		break;
	case OPTION_JSON:
		o->json = true;
		break;
	case OPTION_OUTPUT:
		o->output = value;
		break;
	case OPTION_SVG:
		return choose_page(o, id, PAGE_SVG, error);
	case OPTION_DIAGRAM:
		return choose_page(o, id, PAGE_DIAGRAM, error);
	case OPTION_MARKDOWN:
		return choose_page(o, id, PAGE_MARKDOWN, error);
	case OPTION_JOBS:
		o->jobs = (unsigned)strtoul(value, &end, 10);
		if (value[0] < '0' || value[0] > '9' || *end || strlen(value) > 3 || !o->jobs ||
			o->jobs > JOBS_MAX)
			return refuse(error, "option '-j' takes a number from 1 to 64, not ", value,
				"");
		break;
	case OPTION_REPORT:
		o->report = report_format_parse(value);
		if (o->report == REPORT_FORMAT_COUNT)
			return refuse(error, "there is no report ", value, "");
		break;
	case OPTION_TIMEOUT:
		if (parse_time(value, &o->timeout_ns) < 0)
			return refuse(error, "option '--timeout' takes a time such as 90s, not ",
				value, "");
		break;
	case OPTION_STUDENT:
		if (!exercise_is_student(value))
			return refuse(error,
				"a student's ID is of letters, digits, _ . @ and -, not ", value,
				"");
		o->student = value;
		break;
	case OPTION_STUDENTS:
		o->students = value;
		break;
	case OPTION_PORT:
		o->port = (unsigned)strtoul(value, &end, 10);
		if (value[0] < '0' || value[0] > '9' || *end || strlen(value) > 5 ||
			o->port > UINT16_MAX)
			return refuse(error, "option '--port' takes a TCP port, not ", value, "");
		break;
	case OPTION_BIND:
		o->bind = value;
		break;
	case OPTION_CONTROL:
		o->control = true;
		break;
	case OPTION_HELP:
		o->help = true;
		break;
	case OPTION_VERSION:
		o->version = true;
		break;
	case OPTION_COUNT:
		break;
	}
	return 0;
}

/* The tables of getopt_long(3): ":c:f:6", and the long ones. */
static void fill_getopt(struct text *letters, struct option *names)
{
	text_puts(letters, ":");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_def *def = &option_defs[i];

		if (def->letter)
			text_printf(letters, "%c%s", def->letter, def->arg ? ":" : "");
		if (def->name)
			*names++ = (struct option){ .name = def->name,
				.has_arg = def->arg ? required_argument : no_argument,
				.val = LONG_ONLY + (int)i };
	}
}

static enum option_id option_of(int given)
{
	size_t i = 0;

	if (given >= LONG_ONLY)
		return (enum option_id)(given - LONG_ONLY);
	while (option_defs[i].letter != given)
		i++;
	return (enum option_id)i;
}

int options_parse(int argc, char **argv, struct options *ret_options, struct text *ret_error)
{
	struct options o = { .jobs = 1, .timeout_ns = TIMEOUT_NS };
	struct option names[OPTION_COUNT + 1] = { 0 };
	struct text letters = TEXT_EMPTY;
	int given, r = 0;

	fill_getopt(&letters, names);
	opterr = 0; /* it would print */
	optind = 0; /* so that it can be called again (glibc) */
	/* who asks for help is told, whatever else is there; and the other words come last in the end only */
	while ((r == 0 || o.help || o.version) &&
		(given = getopt_long(argc, argv, letters.s, names, NULL)) != -1) {
		if (given == ':')
			r = refuse(ret_error, "option ", argv[optind - 1], " needs a value");
		else if (given == '?')
			r = refuse(ret_error, "there is no option ",
				optopt && optopt < LONG_ONLY ? (char[]){ '-', (char)optopt, '\0' }
							     : argv[optind - 1],
				"");
		else
			r = take(&o, option_of(given), optarg, ret_error);
	}
	text_done(&letters);
	if (r < 0 && (o.help || o.version)) {
		text_done(ret_error);
		r = 0;
	}
	if (r < 0)
		return r;
	if (o.slow && !(o.given & (1u << OPTION_TIMEOUT)))
		o.timeout_ns = SLOW_TIMEOUT_NS;
	*ret_options = o;
	return optind;
}

/* TAP tells recipe by recipe; of claims there is more to tell than passed or not. */
static int check_report(const struct options *o, enum verb verb, struct text *error)
{
	bool of_check = o->report <= REPORT_JSON;

	if (!(o->given & (1u << OPTION_REPORT)))
		return 0;
	if (verb == VERB_CHECK && !of_check)
		return refuse(error, "check reports as tap, junit or json, not as ",
			report_format_name(o->report), "");
	if (verb == VERB_GRADE && !gradebook_takes(o->report))
		return refuse(error,
			"grade reports as text, csv, junit, json or gradescope, not as ",
			report_format_name(o->report), "");
	if (verb == VERB_CLAIMS && !findings_take(o->report))
		return refuse(error,
			"claims reports as text, junit, json, markdown or html, not as ",
			report_format_name(o->report), "");
	return 0;
}

int options_check(const struct options *o, enum verb verb, struct text *ret_error)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_def *def = &option_defs[i];
		char name[32];

		if (!(o->given & (1u << i)) || (def->verbs & (1u << verb)))
			continue;
		if (def->name)
			snprintf(name, sizeof(name), "--%s", def->name);
		else
			snprintf(name, sizeof(name), "-%c", def->letter);
		if (verb == VERB_NONE)
			return refuse(ret_error, "option ", name, " is for check");
		text_printf(ret_error, "'%s' has no ", verb_defs[verb].name);
		return refuse(ret_error, "option ", name, "");
	}
	if (o->step && (o->pace_ns || o->json))
		return refuse(ret_error, "option '--step' excludes ", o->json ? "--json" : "--pace",
			"");
	return check_report(o, verb, ret_error);
}
