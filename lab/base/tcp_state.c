/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/tcp_state.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const names[] = {
	[STATE_NONE] = "NONE",
	[STATE_ESTABLISHED] = "ESTABLISHED",
	[STATE_SYN_SENT] = "SYN-SENT",
	[STATE_SYN_RECEIVED] = "SYN-RECEIVED",
	[STATE_FIN_WAIT_1] = "FIN-WAIT-1",
	[STATE_FIN_WAIT_2] = "FIN-WAIT-2",
	[STATE_TIME_WAIT] = "TIME-WAIT",
	[STATE_CLOSED] = "CLOSED",
	[STATE_CLOSE_WAIT] = "CLOSE-WAIT",
	[STATE_LAST_ACK] = "LAST-ACK",
	[STATE_LISTEN] = "LISTEN",
	[STATE_CLOSING] = "CLOSING",
	[STATE_NEW_SYN_RECV] = "SYN-RECEIVED",
};
static_assert(sizeof(names) / sizeof(names[0]) == STATE_COUNT, "a name for each state");

/* ss(8) and kernel names that differ from the RFC's in more than hyphens and case. */
static const struct {
	const char *name;
	enum tcp_state state;
} aliases[] = {
	{ "estab", STATE_ESTABLISHED },
	{ "synrecv", STATE_SYN_RECEIVED },
	{ "close", STATE_CLOSED },
	{ "unconn", STATE_CLOSED },
	{ "listening", STATE_LISTEN },
};

/* Compare letters and digits only, any case. */
static bool same_word(const char *a, const char *b)
{
	for (;;) {
		while (*a == '-' || *a == '_')
			a++;
		while (*b == '-' || *b == '_')
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

const char *tcp_state_name(enum tcp_state state)
{
	return (unsigned)state < STATE_COUNT ? names[state] : "UNKNOWN";
}

enum tcp_state tcp_state_parse(const char *name)
{
	if (strncasecmp(name, "tcp_", 4) == 0)
		name += 4;
	for (int s = STATE_ESTABLISHED; s < STATE_NEW_SYN_RECV; s++) {
		if (same_word(name, names[s]))
			return (enum tcp_state)s;
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (same_word(name, aliases[i].name))
			return aliases[i].state;
	}
	return STATE_NONE;
}
