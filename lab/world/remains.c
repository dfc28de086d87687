/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/remains.h"

#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/text.h"
#include "observe/sockdiag.h"

#define ROUNDS_MAX 3 /* a dump may miss one */

struct remains {
	struct sock_report *reports; /* owned */
	size_t count;
};

static void keep(void *arg, const struct sock_report *report)
{
	struct remains *r = arg;

	r->reports = memory_grow(r->reports, (r->count + 1) * sizeof(*r->reports));
	r->reports[r->count++] = *report;
}

/* How many there were; one more when not all could be listed (-ENOBUFS), so that it is tried again. */
static size_t clear_family(struct sockdiag *diag, int family)
{
	struct remains r = { 0 };
	/* request mini-sockets go with the listener */
	size_t missed = sockdiag_dump(diag, family, IPPROTO_TCP, ~0U, keep, &r) < 0;

	for (size_t i = 0; i < r.count; i++)
		(void)sockdiag_destroy(diag, &r.reports[i]);
	free(r.reports);
	return r.count + missed;
}

void remains_clear(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	struct sockdiag *diag = fd < 0 ? NULL : sockdiag_open(fd);

	if (!diag)
		return;
	sockdiag_bound_to(diag, if_nametoindex("wire0"));
	for (int round = 0; round < ROUNDS_MAX; round++) {
		if (clear_family(diag, AF_INET) + clear_family(diag, AF_INET6) == 0)
			break;
	}
	sockdiag_close(diag);
}
