/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/sockname.h"

#include "base/text.h"
#include "command/call.h"
#include "command/said.h"
#include "language/cmd.h"
#include "language/names.h"
#include "world/process.h"

static void describe(const struct call_request *q, const struct call_reply *reply,
	struct call_answer *answer)
{
	char address[ADDRESS_TEXT_MAX];

	(void)q;
	answer->text = text_copy(call_address(&reply->address, address));
	answer->in_words = true;
}

int sockname_ask(struct cmd_call *c, enum call_kind kind, struct diag *d)
{
	const struct statement *s = c->statement;
	struct call_request q = { .kind = kind };
	struct call_order order = { .describe = describe };
	char text[ADDRESS_TEXT_MAX];
	struct address expected;
	struct said said;
	int r;

	if (!said_in_words(s))
		return call_on_socket(c, &q, &order, d, "%s", "");
	r = name_peer(c->world, s, &s->words[1], &s->outcome[0], &expected, d);
	if (r < 0)
		return r;
	said_replace(&said, c, call_address(&expected, text));
	r = call_on_socket(c, &q, &order, d, "%s", "");
	said_restore(&said, c);
	return r;
}
