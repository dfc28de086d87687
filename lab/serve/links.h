/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By which names a server is reached that listens on an address: the address itself, or, when it listens on all of them,
 * each that this machine has. Asks the machine; does not block. Any thread. */
#ifndef LAB_SERVE_LINKS_H
#define LAB_SERVE_LINKS_H

#include <stdbool.h>

struct address;

/* Nobody but this machine reaches it. */
bool links_are_local(const struct address *address);

/* Call `each` for every name, as a URL has it: "192.168.1.5", "[fd00::1]", "localhost"; the best for others first. */
void links_each(const struct address *address, void (*each)(void *arg, const char *name),
	void *arg);

#endif
