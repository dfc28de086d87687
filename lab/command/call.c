/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/call.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/descriptor.h"
#include "world/process.h"

const char *call_address(const struct address *a, char buffer[ADDRESS_TEXT_MAX])
{
	struct address with_port = *a;
	char digits[ADDRESS_TEXT_MAX];
	size_t len;

	if (a->port || !a->family)
		return address_format(a, buffer);
	with_port.port = 1;
	address_format(&with_port, digits);
	len = strlen(digits);
	digits[len - 1] = '0';
	memcpy(buffer, digits, len + 1);
	return buffer;
}

int call_on_socket(struct cmd_call *c, struct call_request *q, const struct call_order *order,
	struct diag *d, const char *format, ...)
{
	struct call_order full = order ? *order : (struct call_order){ 0 };
	struct text text = TEXT_EMPTY, arguments = TEXT_EMPTY;
	struct descriptor *on = NULL;
	va_list args;
	int r = name_callable(c->world, c->statement, &c->statement->words[1], &on, d);

	if (r < 0)
		return r;
	q->fd = on->fd;
	va_start(args, format);
	text_vprintf(&arguments, format, args);
	va_end(args);
	text_printf(&text, "%s(%d%s%s)", call_kind_name(q->kind), on->fd, arguments.len ? ", " : "",
		text_get(&arguments));
	text_done(&arguments);
	full.request = q;
	full.text = text_get(&text);
	full.endpoint = on->endpoint;
	r = script_call(c, on->process, &full, d);
	text_done(&text);
	return r;
}
