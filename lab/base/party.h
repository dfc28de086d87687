/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A socket as packets know it: where it sends from, and to whom. Who reads its state keeps it up to date; who matches
 * packets borrows it, and so means what the socket is by then, as connect() may choose its port later. Plain value. */
#ifndef LAB_BASE_PARTY_H
#define LAB_BASE_PARTY_H

#include <stdbool.h>

#include "base/address.h"

struct party {
	char *const *name; /* borrowed, from whoever calls it so, and may call it otherwise later */
	struct address local; /* port 0: it has none yet, so no packet is its */
	/* of its connection, or the last it had; port 0: it has none, and its packets are all of its local address
	 * and port */
	struct address remote;
	bool over; /* that connection has ended, and another socket has one between the same addresses */
};

#endif
