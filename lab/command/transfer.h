/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What send, sendto, write and recv, recvfrom, read have in common: data, sizes and MSG_ flags. */
#ifndef LAB_COMMAND_TRANSFER_H
#define LAB_COMMAND_TRANSFER_H

#include "world/protocol.h"

struct cmd_call;
struct diag;

/* The MSG_ flags people can name, NULL at the end, for completion and help. */
extern const char *const transfer_flags[];

/* `kind SOCK "DATA"|SIZE [FLAG...] [ADDR:PORT]`: build the call and make it. */
int transfer_send(struct cmd_call *c, enum call_kind kind, struct diag *d);
/* `kind SOCK [SIZE] [FLAG...]` */
int transfer_receive(struct cmd_call *c, enum call_kind kind, struct diag *d);

#endif
