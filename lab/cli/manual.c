/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/manual.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "cli/options.h"
#include "language/cmd.h"

/* ---- roff: groff_man(7), groff_char(7) ---- */

/* One byte so that it is printed as itself, also where it could be copied into a shell. */
static void roff_byte(char c, bool line_begins, struct text *out)
{
	static const char *const named[] = {
		['\\'] = "\\e",
		['-'] = "\\-",
		['\''] = "\\(aq",
		['`'] = "\\(ga",
		['^'] = "\\(ha",
		['~'] = "\\(ti",
		['"'] = "\\(dq",
	};
	unsigned char byte = (unsigned char)c;

	if (byte < sizeof(named) / sizeof(named[0]) && named[byte])
		text_puts(out, named[byte]);
	else
		text_printf(out, "%s%c", line_begins && c == '.' ? "\\&" : "", c);
}

/* Running text; `code` becomes bold. */
static void roff(const char *s, struct text *out)
{
	bool bold = false;

	for (size_t i = 0; s[i]; i++) {
		if (s[i] == '`') {
			bold = !bold;
			text_puts(out, bold ? "\\fB" : "\\fR");
		} else {
			roff_byte(s[i], i == 0 || s[i - 1] == '\n', out);
		}
	}
}

static void roff_bold(const char *s, struct text *out)
{
	text_puts(out, "\\fB");
	for (size_t i = 0; s[i]; i++)
		roff_byte(s[i], false, out);
	text_puts(out, "\\fR");
}

/* A signature: words in capitals stand for others and become italic. */
static void roff_signature(const char *s, struct text *out)
{
	while (*s) {
		size_t len = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (len) {
			text_printf(out, "\\fI%.*s\\fR", (int)len, s);
			s += len;
		} else {
			roff_byte(*s++, false, out);
		}
	}
}

/* Half a line becomes a sentence. */
static void roff_sentence(const char *s, struct text *out)
{
	char first[] = { (char)toupper((unsigned char)s[0]), '\0' };
	size_t len = strlen(s);

	roff(first, out);
	if (len)
		roff(s + 1, out);
	text_puts(out, len && strchr(".?!", s[len - 1]) ? "\n" : ".\n");
}

static void add_verb(const struct verb_def *def, struct text *out)
{
	text_puts(out, ".TP\n");
	roff_bold("tcplab", out);
	if (def->name[0]) {
		text_puts(out, " ");
		roff_bold(def->name, out);
	}
	if (def->args[0]) {
		text_puts(out, " ");
		roff_signature(def->args, out);
	}
	text_puts(out, "\n");
	roff_sentence(def->summary, out);
	if (def->detail) {
		roff(def->detail, out);
		text_puts(out, "\n");
	}
}

/* "For play and check." when it is not for all. */
static void add_verbs_of(const struct option_def *def, struct text *out)
{
	const char *between = "For ";

	if (def->verbs & (1u << VERB_NONE))
		return;
	for (enum verb v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		if (def->verbs & (1u << v)) {
			text_puts(out, between);
			roff_bold(verb_defs[v].name, out);
			between = " and ";
		}
	}
	text_puts(out, ".\n");
}

static void add_option(const struct option_def *def, struct text *out)
{
	char letter[] = { '-', def->letter, '\0' };

	text_puts(out, ".TP\n");
	if (def->letter)
		roff_bold(letter, out);
	if (def->name) {
		text_printf(out, "%s\\fB\\-\\-", def->letter ? ", " : "");
		for (size_t i = 0; def->name[i]; i++)
			roff_byte(def->name[i], false, out);
		text_puts(out, "\\fR");
	}
	if (def->arg) {
		text_puts(out, " ");
		roff_signature(def->arg, out);
	}
	text_puts(out, "\n");
	roff_sentence(def->summary, out);
	if (def->detail) {
		roff(def->detail, out);
		text_puts(out, "\n");
	}
	add_verbs_of(def, out);
}

static void add_command(const struct cmd_def *def, struct text *out)
{
	text_puts(out, ".TP\n");
	roff_bold(def->name, out);
	if (def->args[0]) {
		text_puts(out, " ");
		roff_signature(def->args, out);
	}
	text_puts(out, "\n");
	roff_sentence(def->summary, out);
	if (def->detail) {
		roff(def->detail, out);
		text_puts(out, "\n");
	}
	if (def->author) {
		roff(def->author, out);
		text_puts(out, "\n");
	}
	if (def->flags & CMD_OUTCOME)
		text_printf(out, "May be followed by \\fB=> \\fIVALUE\\fR%s.\n",
			def->flags & CMD_BACKGROUND ? " and by \\fB&\\fR" : "");
	text_puts(out, ".br\nExample: ");
	roff_bold(def->example, out);
	text_puts(out, "\n.br\nSee ");
	roff(def->source, out);
	text_puts(out, ".\n");
}

static const char description[] =
	".B tcplab\n"
	"is a laboratory for the socket API.\n"
	"The calls are real, made one at a time by real processes; the answers are those of the running kernel.\n"
	"The lab itself is the wire: no segment arrives before you let it, and every state of every socket is read\n"
	"back from the kernel after each call, each segment and each timer, with its cause.\n"
	".PP\n"
	"A lab has its own network and PID namespace.\n"
	"It needs no root, touches nothing outside itself, and leaves nothing behind, however it ends, but what\n"
	".B FILES\n"
	"lists.\n"
	"A program under\n"
	".B exec\n"
	"is you: it has your files and your environment, and only its network is the lab\\(aqs.\n"
	".PP\n"
	"A\n"
	".I recipe\n"
	"is a session in a file, with what must come true: a story to play and a test to check.\n";

static const char language[] =
	"One a line, or several with \\fB;\\fR between; \\fB#\\fR begins a comment.\n"
	"The same at the prompt, in recipes, behind \\fB\\-c\\fR and on standard input.\n"
	"After a call, \\fB=> \\fIVALUE\\fR says what it must give: a number, \\(dqdata\\(dq, the name of an\n"
	"errno, \\fBblocked\\fR, or \\fBkilled\\fR \\fISIGNAL\\fR; without it a call that fails fails the recipe.\n"
	"\\fB&\\fR sends it to the background.\n";

static const char files[] =
	".TP\n"
	".I $XDG_STATE_HOME/tcplab/history\n"
	"What was typed at the prompt; without that variable in\n"
	".IR \\(ti/.local/state .\n"
	".TP\n"
	".IR $XDG_RUNTIME_DIR/tcplab \", \" /tmp/tcplab\\-UID\n"
	"The socket by which\n"
	".B tcplab watch\n"
	"finds a lab; of one that was killed, until the next watch looks there.\n"
	".TP\n"
	".I share/tcplab/recipes\n"
	"Beside the folder of the program: the recipes that came with it.\n"
	"A folder\n"
	".I recipes\n"
	"in the current one goes first.\n"
	".TP\n"
	".I /dev/net/tun\n"
	"What the wire is made of. It must be readable and writable.\n";

static const char environment[] = ".TP\n"
				  ".BR NO_COLOR \", \" TERM\n"
				  "Text is plain when the first is not empty, or the second is\n"
				  ".BR dumb ,\n"
				  "or standard output is no terminal.\n";

static const char examples[] = ".TP\n"
			       "A first story:\n"
			       ".B tcplab play open/self\\-connect\n"
			       ".TP\n"
			       "What does connecting to a port give where nobody listens?\n"
			       ".B tcplab \\-c \\(aqsocket c; connect c :80 => ECONNREFUSED\\(aq\n"
			       ".TP\n"
			       "All recipes, over IPv6, four at a time, for a CI service:\n"
			       ".B tcplab check \\-6 \\-j 4 \\-\\-report junit > report.xml\n"
			       ".TP\n"
			       "A recipe that is a program begins with:\n"
			       ".B #!/usr/bin/env \\-S tcplab \\-f\n";

void manual_page(const struct cmd_table *commands, const char *date, struct text *out)
{
	text_printf(out, ".\\\" Made from the tables of tcplab at build time: do not edit.\n");
	text_printf(out, ".TH TCPLAB 1 \"%s\" \"tcplab %s\" \"User Commands\"\n", date,
		TCPLAB_VERSION);
	text_puts(out, ".SH NAME\ntcplab \\- a laboratory for the socket API\n.SH SYNOPSIS\n");
	text_puts(out, ".nf\n");
	for (enum verb v = VERB_NONE; v < VERB_COUNT; v++) {
		text_printf(out, "\\fBtcplab\\fR [\\fIOPTIONS\\fR]%s",
			verb_defs[v].name[0] ? " " : "");
		roff_bold(verb_defs[v].name, out);
		text_puts(out, verb_defs[v].args[0] ? " " : "");
		roff_signature(verb_defs[v].args, out);
		text_puts(out, "\n");
	}
	text_puts(out, ".fi\n.SH DESCRIPTION\n");
	text_puts(out, description);
	for (enum verb v = VERB_NONE; v < VERB_COUNT; v++)
		add_verb(&verb_defs[v], out);
	text_puts(out, ".SH OPTIONS\n");
	for (size_t i = 0; i < OPTION_COUNT; i++)
		add_option(&option_defs[i], out);
	text_puts(out, ".SH COMMANDS\n");
	text_puts(out, language);
	for (size_t i = 0; commands->defs[i]; i++)
		add_command(commands->defs[i], out);
	text_puts(out, ".SH EXIT STATUS\n");
	for (const struct exit_def *e = exit_defs; e->meaning; e++) {
		text_printf(out, ".TP\n.B %d\n", e->code);
		roff_sentence(e->meaning, out);
	}
	text_puts(out, ".SH ENVIRONMENT\n");
	text_puts(out, environment);
	text_puts(out, ".SH FILES\n");
	text_puts(out, files);
	text_puts(out, ".SH EXAMPLES\n");
	text_puts(out, examples);
	text_puts(out,
		".SH SEE ALSO\n"
		".BR socket (2),\n.BR tcp (7),\n.BR udp (7),\n.BR sock_diag (7),\n"
		".BR ss (8),\n.BR tcpdump (1)\n.PP\nRFC 9293\n");
}

/* ---- bash ---- */

/* A pattern of case: "-j|--jobs". */
static void bash_pattern(const struct option_def *def, struct text *out)
{
	if (def->letter)
		text_printf(out, "-%c%s", def->letter, def->name ? "|" : "");
	if (def->name)
		text_printf(out, "--%s", def->name);
}

/* What may follow an option that takes a value. */
static void bash_value(const struct option_def *def, enum option_id id, struct text *out)
{
	text_puts(out, "\t");
	bash_pattern(def, out);
	text_puts(out, ")\n\t\t");
	if (id == OPTION_COMMAND) {
		text_puts(out, "_tcplab_offer \"$commands\" \"$cur\"");
	} else if (id == OPTION_FILE || id == OPTION_CAPTURE) {
		text_puts(out, "_tcplab_files \"$cur\"");
	} else if (strchr(def->arg, '|')) {
		text_puts(out, "_tcplab_offer '");
		for (const char *s = def->arg; *s; s++)
			text_add(out, *s == '|' ? " " : s, 1);
		text_puts(out, "' \"$cur\"");
	} else {
		text_puts(out, ": # only the user knows");
	}
	text_puts(out, "\n\t\treturn ;;\n");
}

/* The options that make sense with a verb, as words. */
static void bash_options_of(enum verb verb, struct text *out)
{
	const char *between = "";

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_def *def = &option_defs[i];

		/* before a verb is known it may still come */
		if (verb != VERB_NONE && !(def->verbs & (1u << verb)))
			continue;
		if (def->letter) {
			text_printf(out, "%s-%c", between, def->letter);
			between = " ";
		}
		if (def->name) {
			text_printf(out, "%s--%s", between, def->name);
			between = " ";
		}
	}
}

static void bash_verbs(struct text *out)
{
	text_puts(out, "\tcase $verb in\n");
	for (enum verb v = VERB_NONE; v < VERB_COUNT; v++) {
		text_printf(out, "\t'%s') options='", verb_defs[v].name);
		bash_options_of(v, out);
		text_printf(out, "' recipes=%s ;;\n",
			verb_defs[v].recipes ? verb_defs[v].recipes : "");
	}
	text_puts(out, "\tesac\n");
}

static const char bash_helpers[] = "# _tcplab_offer WORDS BEGUN\n"
				   "_tcplab_offer()\n"
				   "{\n"
				   "\tlocal word\n"
				   "\tfor word in $1; do\n"
				   "\t\t[[ $word != \"$2\"* ]] || COMPREPLY+=(\"$word\")\n"
				   "\tdone\n"
				   "}\n"
				   "\n"
				   "_tcplab_files()\n"
				   "{\n"
				   "\tlocal name\n"
				   "\tcompopt -o filenames 2>/dev/null\n"
				   "\twhile IFS= read -r name; do\n"
				   "\t\tCOMPREPLY+=(\"$name\")\n"
				   "\tdone < <(compgen -f -- \"$1\")\n"
				   "}\n"
				   "\n";

void manual_bash(const struct cmd_table *commands, struct text *out)
{
	const char *between = "";

	text_puts(out,
		"# bash completion for tcplab; made from its tables at build time: do not edit.\n"
		"# shellcheck shell=bash\n\n");
	text_puts(out, bash_helpers);
	text_puts(out,
		"_tcplab()\n{\n\tlocal cur=$2 prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
		"\tlocal i verb='' options='' recipes='' commands='");
	for (size_t i = 0; commands->defs[i]; i++, between = " ")
		text_printf(out, "%s%s", between, commands->defs[i]->name);
	text_puts(out,
		"'\n\tCOMPREPLY=()\n"
		"\t[[ $cur != '=' ]] || cur=''\n"
		"\t# --report=json comes as three words\n"
		"\t[[ ${COMP_WORDS[COMP_CWORD]} != '=' ]] || prev='='\n"
		"\tif [[ $prev == '=' ]]; then\n"
		"\t\tfor ((i = COMP_CWORD; i > 0; i--)); do\n"
		"\t\t\t[[ ${COMP_WORDS[i]} != -* ]] || { prev=${COMP_WORDS[i]}; break; }\n"
		"\t\tdone\n"
		"\tfi\n"
		"\tcase $prev in\n");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (option_defs[i].arg)
			bash_value(&option_defs[i], (enum option_id)i, out);
	}
	text_puts(out,
		"\tesac\n\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		"\t\tcase ${COMP_WORDS[i]} in\n\t\t");
	between = "";
	for (enum verb v = VERB_NONE + 1; v < VERB_COUNT; v++, between = "|")
		text_printf(out, "%s%s", between, verb_defs[v].name);
	text_puts(out, ") verb=${COMP_WORDS[i]}; break ;;\n\t\tesac\n\tdone\n");
	bash_verbs(out);
	text_puts(out,
		"\tif [[ $cur == -* ]]; then\n"
		"\t\t_tcplab_offer \"$options\" \"$cur\"\n"
		"\telif [[ ! $verb ]]; then\n\t\t_tcplab_offer '");
	between = "";
	for (enum verb v = VERB_NONE + 1; v < VERB_COUNT; v++, between = " ")
		text_printf(out, "%s%s", between, verb_defs[v].name);
	text_puts(out,
		"' \"$cur\"\n"
		"\telif [[ $recipes ]]; then\n"
		"\t\t_tcplab_files \"$cur\"\n"
		"\t\t_tcplab_offer \"$(\"${1/#\\~/$HOME}\" list \"$recipes\" 2>/dev/null |\n"
		"\t\t\twhile read -r name _; do echo \"$name\"; done)\" \"$cur\"\n"
		"\tfi\n}\n\ncomplete -F _tcplab tcplab\n");
}
