/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/call.h"

#include <assert.h>
#include <stdarg.h>

#include "base/text.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "observe/tracker.h"
#include "world/protocol.h"

static const char *const names[] = {
	[CALL_SOCKET] = "socket",
	[CALL_BIND] = "bind",
	[CALL_LISTEN] = "listen",
	[CALL_CONNECT] = "connect",
	[CALL_ACCEPT] = "accept",
	[CALL_SEND] = "send",
	[CALL_RECV] = "recv",
	[CALL_SHUTDOWN] = "shutdown",
	[CALL_CLOSE] = "close",
};
static_assert(sizeof(names) / sizeof(names[0]) == CALL_COUNT, "a name for each call");

int call_on_socket(struct cmd_call *c, struct call_request *q, const void *data,
	const char *new_name, struct diag *d, const char *format, ...)
{
	struct text text = TEXT_EMPTY, arguments = TEXT_EMPTY;
	struct endpoint *e = NULL;
	struct process *p = NULL;
	va_list args;
	int r = name_callable(c->world, c->statement, &c->statement->words[1], &e, &p, d);

	if (r < 0)
		return r;
	q->fd = e->fd;
	va_start(args, format);
	text_vprintf(&arguments, format, args);
	va_end(args);
	text_printf(&text, "%s(%d%s%s)", names[q->kind], e->fd, arguments.len ? ", " : "",
		text_get(&arguments));
	text_done(&arguments);
	r = script_call(c, p, q, data, text_get(&text), e, new_name, d);
	text_done(&text);
	return r;
}
