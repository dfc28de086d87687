/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/exercising.h"

#include "language/cmd.h"
#include "language/script.h"
#include "language/statement.h"

int exercising_find(struct cmd_call *c, struct attempt **ret_attempt, struct diag *d)
{
	*ret_attempt = script_attempt(c->script);
	if (*ret_attempt)
		return 0;
	return statement_error(c->statement, NULL, d,
		"no exercise is being done: `tcplab exercise NAME` begins one, `tcplab list exercises` "
		"shows them");
}

int exercising_refuse(struct cmd_call *c, struct diag *d)
{
	return statement_error(c->statement, NULL, d,
		"'%s' is said by an exercise, not by who does it: `tcplab exercise NAME` begins one",
		c->def->name);
}
