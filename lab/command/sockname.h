/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What getsockname and getpeername have in common: the answer is an address. */
#ifndef LAB_COMMAND_SOCKNAME_H
#define LAB_COMMAND_SOCKNAME_H

#include "world/protocol.h"

struct cmd_call;
struct diag;

/* `kind SOCK`; => takes an address as it is written everywhere else. Returns what `run` shall return. */
int sockname_ask(struct cmd_call *c, enum call_kind kind, struct diag *d);

#endif
