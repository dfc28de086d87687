/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/table.h"

#include <stddef.h>

#define COMMANDS(X)                                                                                \
	X(host)                                                                                    \
	X(process)                                                                                 \
	X(exec)                                                                                    \
	X(type)                                                                                    \
	X(socket)                                                                                  \
	X(bind)                                                                                    \
	X(listen)                                                                                  \
	X(connect)                                                                                 \
	X(accept)                                                                                  \
	X(send)                                                                                    \
	X(sendto)                                                                                  \
	X(write)                                                                                   \
	X(recv)                                                                                    \
	X(recvfrom)                                                                                \
	X(read)                                                                                    \
	X(shutdown)                                                                                \
	X(close)                                                                                   \
	X(dup)                                                                                     \
	X(set)                                                                                     \
	X(get)                                                                                     \
	X(nonblock)                                                                                \
	X(poll)                                                                                    \
	X(getsockname)                                                                             \
	X(getpeername)                                                                             \
	X(ioctl)                                                                                   \
	X(fork)                                                                                    \
	X(exit)                                                                                    \
	X(signal)                                                                                  \
	X(kill)                                                                                    \
	X(wire)                                                                                    \
	X(hold)                                                                                    \
	X(release)                                                                                 \
	X(step)                                                                                    \
	X(drop)                                                                                    \
	X(duplicate)                                                                               \
	X(delay)                                                                                   \
	X(corrupt)                                                                                 \
	X(rate)                                                                                    \
	X(swap)                                                                                    \
	X(rules)                                                                                   \
	X(forge)                                                                                   \
	X(capture)                                                                                 \
	X(ss)                                                                                      \
	X(show)                                                                                    \
	X(ladder)                                                                                  \
	X(diagram)                                                                                 \
	X(events)                                                                                  \
	X(watch)                                                                                   \
	X(counters)                                                                                \
	X(expect)                                                                                  \
	X(wait)                                                                                    \
	X(sleep)                                                                                   \
	X(repeat)                                                                                  \
	X(claim)                                                                                   \
	X(differs)                                                                                 \
	X(predict)                                                                                 \
	X(choice)                                                                                  \
	X(slow)                                                                                    \
	X(needs)                                                                                   \
	X(until)                                                                                   \
	X(play)                                                                                    \
	X(next)                                                                                    \
	X(include)                                                                                 \
	X(save)                                                                                    \
	X(mark)                                                                                    \
	X(say)                                                                                     \
	X(given)                                                                                   \
	X(choose)                                                                                  \
	X(limit)                                                                                   \
	X(goal)                                                                                    \
	X(hint)                                                                                    \
	X(answer)                                                                                  \
	X(submit)                                                                                  \
	X(sysctl)                                                                                  \
	X(reset)                                                                                   \
	X(help)                                                                                    \
	X(quit)

#define DECLARE(name) extern const struct cmd_def cmd_##name;
#define ENTRY(name) &cmd_##name,

COMMANDS(DECLARE)

static const struct cmd_def *const defs[] = { COMMANDS(ENTRY) NULL };

const struct cmd_table command_table = { .defs = defs };
