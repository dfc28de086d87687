/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/capture.h"

#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "wire/wire.h"
#include "world/world.h"

static void note(struct cmd_call *c, const char *words, const char *name)
{
	struct text text = TEXT_EMPTY;

	text_puts(&text, words);
	text_printable(&text, name, strlen(name));
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_NOTE, .cause = c->event, .text = text_get(&text) });
	text_done(&text);
}

/* Say at `token` what went wrong with a file. Returns -errno. */
static int refuse(struct cmd_call *c, const struct token *token, const struct diag *why,
	struct diag *d)
{
	struct text message = TEXT_EMPTY;
	int r;

	diag_format(why, &message);
	r = statement_error(c->statement, token, d, "%s", text_get(&message));
	d->unable = why->unable;
	diag_remedy(d, "%s", why->remedy);
	text_done(&message);
	return r;
}

static int capture_run(struct cmd_call *c, struct diag *d)
{
	const struct token *path = &c->statement->words[1];
	struct wire *w = world_wire(c->world);
	bool off = path->kind == TOKEN_WORD && strcmp(path->text, "off") == 0;
	struct capture *capture = NULL;
	struct diag why = { 0 };

	if (!script_may_write(c->script))
		return statement_error(c->statement, NULL, d,
			"a recipe may not write files unless tcplab is told so: --allow-write");
	if (name_path(c->statement, path, d) < 0)
		return -EINVAL;
	if (off && !wire_captured(w))
		return statement_error(c->statement, path, d, "nothing is being recorded");
	/* before the next one begins, which may be in the same file */
	if (wire_capture(w, NULL, &why) < 0)
		return refuse(c, NULL, &why, d);
	if (off) {
		note(c, "the recording has ended", "");
		return CMD_DONE;
	}
	if (capture_open(path->text, &capture, &why) < 0)
		return refuse(c, path, &why, d);
	wire_capture(w, capture, &why);
	note(c, "the wire is recorded in ", path->text);
	return CMD_DONE;
}

const struct cmd_def cmd_capture = {
	.name = "capture",
	.args = "FILE|off",
	.min_args = 1,
	.max_args = 1,
	.summary = "record every packet in FILE, for Wireshark; off ends it",
	.detail =
		"Each packet has its host as interface, the time it was sent, and in a comment its number and\n"
		"what became of it: \"#3: held 3.204 s, delivered to bob\" (pcapng; a FILE.pcap is plain, without\n"
		"comments). What is held comes into the file when it is let go. An older recording of that\n"
		"name is overwritten, no other file is. `tcplab --capture FILE` records from the beginning.",
	.source = "draft-ietf-opsawg-pcapng; pcap-savefile(5)",
	.example = "capture wire.pcapng",
	.flags = CMD_OUTSIDE | CMD_PERSON,
	.run = capture_run,
};
