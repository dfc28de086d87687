/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/diag.h"
#include "world/parts.h"

/* What a kernel reads anew each time a timer fires, so that it counts for what is on its way already. Source: ip-sysctl in
 * the kernel's documentation; net/ipv4/tcp_timer.c tcp_write_timeout(), tcp_orphan_retries(), tcp_probe_timer();
 * net/ipv4/inet_connection_sock.c reqsk_timer_handler(), v6.18. */
static const char *const limits[] = {
	"net/ipv4/tcp_syn_retries",
	"net/ipv4/tcp_synack_retries",
	"net/ipv4/tcp_orphan_retries",
	"net/ipv4/tcp_retries2",
};
static_assert(sizeof(limits) / sizeof(limits[0]) == PATIENCE_LIMITS, "all");

/* 45 minutes and more: 200 ms or 1 s at first, doubled up to 120 s. Not as many as can be: a request's timer is shifted by
 * how often it has fired, without a look at what remains of it (reqsk_timeout()). */
#define PATIENT "30"

/* What cannot be read or raised stays as it is. 0 of tcp_orphan_retries means 8. */
static void raise_limits(struct world_host *h)
{
	struct diag d = { 0 };

	for (size_t i = 0; i < PATIENCE_LIMITS; i++) {
		struct patience_limit *limit = &h->limits[i];

		limit->raised = host_sysctl(&h->host, limits[i], NULL, limit->before, &d) == 0 &&
			strtoul(limit->before, NULL, 10) < strtoul(PATIENT, NULL, 10) &&
			host_sysctl(&h->host, limits[i], PATIENT, NULL, &d) == 0;
	}
}

static void restore_limits(struct world_host *h)
{
	struct diag d = { 0 };
	int r = 0;

	for (size_t i = 0; i < PATIENCE_LIMITS && r == 0; i++) {
		if (h->limits[i].raised)
			r = host_sysctl(&h->host, limits[i], h->limits[i].before, NULL, &d);
		h->limits[i].raised = false;
	}
	if (r < 0) /* its kernel would go on as no recipe has said */
		world_give_up(h->world, &h->host, "its sysctls cannot be set back", -r);
}

void world_wait(struct world *w, bool waits)
{
	wire_wait(w->wire, waits);
	if (w->waits == waits)
		return;
	w->waits = waits;
	for (size_t i = 0; i < w->host_count; i++) {
		struct world_host *h = w->hosts[i];

		if (h->host.pid < 0)
			continue;
		if (waits)
			raise_limits(h);
		else
			restore_limits(h);
	}
}
