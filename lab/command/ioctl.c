/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/text.h"
#include "command/call.h"
#include "language/cmd.h"
#include "language/statement.h"
#include "world/process.h"

static const struct {
	const char *name;
	int request;
} requests[] = {
	{ "SIOCINQ", SIOCINQ },
	{ "FIONREAD", FIONREAD }, /* the same, as textbooks have it */
	{ "SIOCOUTQ", SIOCOUTQ },
	{ "SIOCOUTQNSD", SIOCOUTQNSD },
	{ "SIOCATMARK", SIOCATMARK },
};

static void describe(const struct call_request *q, const struct call_reply *reply,
	struct call_answer *answer)
{
	struct text text = TEXT_EMPTY;
	int value;

	(void)q;
	memcpy(&value, reply->data, sizeof(value));
	text_printf(&text, "%d", value);
	answer->text = text_take(&text);
	answer->has_value = true;
	answer->value = value;
}

static int ioctl_run(struct cmd_call *c, struct diag *d)
{
	const struct token *name = &c->statement->words[2];

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct call_request q = { .kind = CALL_IOCTL, .number = requests[i].request };

		if (strcmp(name->text, requests[i].name) == 0)
			return call_on_socket(c, &q, &(struct call_order){ .describe = describe },
				d, "%s", requests[i].name);
	}
	return statement_error(c->statement, name, d,
		"'%.40s' is no request: SIOCINQ (FIONREAD), SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK",
		name->text);
}

const struct cmd_def cmd_ioctl = {
	.name = "ioctl",
	.args = "SOCK SIOCINQ|SIOCOUTQ|SIOCOUTQNSD|SIOCATMARK",
	.min_args = 2,
	.max_args = 2,
	.summary = "how many bytes are in a socket's queues, and is the next one urgent",
	.detail =
		"SIOCINQ: bytes to read (UDP: of the first datagram). SIOCOUTQ: bytes not acknowledged yet,\n"
		"of which SIOCOUTQNSD were not sent yet. SIOCATMARK: 1 when the urgent byte is next.",
	.source = "tcp(7), udp(7); include/uapi/linux/sockios.h",
	.example = "ioctl a SIOCINQ => 5",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = ioctl_run,
};
