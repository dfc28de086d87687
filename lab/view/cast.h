/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who there is in a journal: every socket, with the listener it came to, and addresses that packets went to
 * and nobody has; who talked with whom. Built by walking the journal once. One thread. */
#ifndef LAB_VIEW_CAST_H
#define LAB_VIEW_CAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/number_index.h"
#include "base/tcp_state.h"

struct event;
struct journal;

#define NOBODY SIZE_MAX

/* A socket, or an address that packets go to or come from and no socket has. */
struct party {
	char *name; /* owned; now */
	char *first_name; /* owned; "l/1" of what is called "a" since accept() */
	char *process; /* owned; whose it was first; NULL = nobody's yet */
	char *owner; /* owned; whose it is now, or was last */
	char *host; /* owned; NULL = not known */
	struct address local, remote;
	/* the listener it came to; after cast_settle() also who was of this name before, or who has this
	 * address; NOBODY */
	size_t parent;
	enum tcp_state state;
	bool socket; /* else only an address */
	bool listened;
	bool shared; /* several listeners or UDP sockets at one address, of which the kernel chooses */
	uint64_t turn; /* 1 = the first that a packet left or was for; 0 = none was */
	/* counted behind the event where the ladder begins: */
	uint64_t events; /* states, calls and packets */
	uint64_t packets;
	uint64_t all_packets; /* after cast_settle(), of a root: of all whose root it is */
	int lifeline; /* for lifelines_choose(); -1 = it has none */
};

/* The descriptor a call has made: what the call was about has a name only after it returned. */
struct birth {
	uint64_t call;
	size_t party;
	char *name; /* owned */
};

struct talk {
	size_t a, b;
	uint64_t packets;
};

struct cast_host {
	char *name; /* owned */
	struct address addresses[2];
};

struct cast {
	struct party *parties; /* owned, in order of appearance */
	size_t count;
	size_t *sockets; /* owned: party of each endpoint number; NOBODY */
	size_t socket_count;
	struct birth *births; /* owned */
	size_t birth_count;
	struct talk *talks; /* owned */
	size_t talk_count;
	struct cast_host *hosts; /* owned */
	size_t host_count;
	/* so that nobody has to be looked for: */
	struct number_index who; /* parties, by what they are or were known by */
	struct number_index birth_of, talk_of; /* by call; by the two that talk */
	size_t strangers; /* parties that are only addresses */
	uint64_t began; /* event of the last reset; 0 = none */
	uint64_t after; /* events up to this one are not counted */
	uint64_t turns;
	size_t from, to; /* of the packet that was seen last */
};

/* all zero = nobody yet */
void cast_done(struct cast *c);
/* Take in the next event of j; of a packet, say who sent it (c->from) and who it is for (c->to). The same
 * events give the same parties under the same numbers. */
void cast_see(struct cast *c, const struct journal *j, const struct event *event);
/* At the end of the walk: put together what is one to people, a name given again and an address somebody was
 * later seen to have. Numbers stay. */
void cast_settle(struct cast *c);
/* The party of a socket's number, or of its name now or once; NOBODY. */
size_t cast_socket(const struct cast *c, uint32_t endpoint);
size_t cast_name(const struct cast *c, const char *name);
/* What a call gave a name to; NULL = nothing. */
const struct birth *cast_birth(const struct cast *c, uint64_t call);

/* The listener it came to, or what else it is a part of; itself. */
size_t cast_root(const struct cast *c, size_t party);

#endif
