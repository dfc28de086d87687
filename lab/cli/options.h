/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the command line, each in one table: subcommands, options, exit codes. --help, getopt, the
 * man page and the completion of shells are made from these. Prints nothing. */
#ifndef LAB_CLI_OPTIONS_H
#define LAB_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "view/report.h"

struct text;

enum exit_code {
	EXIT_PASSED = 0, /* 0 to 3 are enum script_verdict, too */
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_LAB = EXIT_UNABLE,
	EXIT_SIGNAL = 128, /* + its number */
};

struct exit_def {
	int code;
	const char *meaning;
};
extern const struct exit_def exit_defs[]; /* meaning NULL at the end */

enum verb {
	VERB_NONE, /* the prompt, -c, -f */
	VERB_PLAY,
	VERB_CHECK,
	VERB_CLAIMS,
	VERB_WATCH,
	VERB_EXERCISE,
	VERB_GRADE,
	VERB_SERVE,
	VERB_REPORT,
	VERB_LIST,
	VERB_SHOW,
	VERB_DOCTOR,
	VERB_HELP,
	VERB_COUNT,
};

struct verb_def {
	const char *name; /* "" = no verb */
	const char *args; /* signature */
	const char *summary;
	const char *detail; /* sentences for the man page */
	const char *recipes; /* takes names of those in this folder; NULL = of none */
};
extern const struct verb_def verb_defs[VERB_COUNT];

/* VERB_NONE when it is no verb. */
enum verb verb_parse(const char *word);

enum option_id {
	OPTION_COMMAND,
	OPTION_FILE,
	OPTION_IPV6,
	OPTION_KEEP_GOING,
	OPTION_SLOW,
	OPTION_ALLOW_EXEC,
	OPTION_ALLOW_WRITE,
	OPTION_CAPTURE,
	OPTION_STEP,
	OPTION_PACE,
	OPTION_JSON,
	OPTION_OUTPUT,
	OPTION_SVG,
	OPTION_DIAGRAM,
	OPTION_MARKDOWN,
	OPTION_JOBS,
	OPTION_REPORT,
	OPTION_TIMEOUT,
	OPTION_STUDENT,
	OPTION_STUDENTS,
	OPTION_PORT,
	OPTION_BIND,
	OPTION_CONTROL,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_COUNT,
};

struct option_def {
	const char *name; /* without dashes; NULL = none */
	const char *arg; /* its value: FILE, N, T; "a|b" = one of these; NULL = takes none */
	const char *summary;
	const char *detail; /* more sentences for the man page; NULL = none */
	unsigned verbs; /* 1 << VERB_: where it makes sense */
	char letter; /* 0 = none */
};
extern const struct option_def option_defs[OPTION_COUNT];

/* What `report` writes. */
enum page {
	PAGE_NONE, /* it is another verb */
	PAGE_HTML,
	PAGE_SVG, /* the ladder alone */
	PAGE_DIAGRAM, /* the state diagram alone */
	PAGE_MARKDOWN,
};

/* What the command line says. Strings are borrowed from argv. */
struct options {
	const char *command; /* -c */
	const char *file; /* -f or play */
	const char *capture; /* file; of check, folder */
	const char *student; /* of exercise: his ID; NULL = nobody's */
	const char *students; /* of grade: a file of IDs; NULL = anybody's */
	bool exercise; /* `file` is to be done, not played */
	const char *output; /* of report; NULL = standard output */
	enum page page;
	bool step, json, ipv6, keep_going, slow, help, version;
	bool ask; /* play: questions are put, and answers read */
	bool serve; /* a page that shows it live */
	bool control; /* and takes commands */
	const char *bind; /* IP address to serve on; NULL = this machine only */
	unsigned port; /* to serve on; 0 = any */
	bool allow_exec, allow_write; /* for a recipe: somebody else's text */
	enum report_format report;
	unsigned jobs; /* labs at a time, at least 1 */
	uint64_t timeout_ns; /* of one recipe */
	uint64_t pace_ns; /* between its commands; 0 = none */
	unsigned given; /* 1 << OPTION_ */
};

/* Read the options; argv is sorted so that the other words come last. Returns the index of the first of
 * these, or -EINVAL with one line in ret_error (without "tcplab: "), made harmless for a terminal. */
int options_parse(int argc, char **argv, struct options *ret_options, struct text *ret_error);
/* Does each option make sense with this verb? 0, or -EINVAL as above. */
int options_check(const struct options *o, enum verb verb, struct text *ret_error);

#endif
