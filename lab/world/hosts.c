/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hosts of a world: made, crashed, rebooted, cut off, ended; which addresses they have.
 * An entry is for one life of a host, numbered as on the wire. A rebooted host is a new entry with the same
 * name and addresses: sockets and processes of the life before keep pointing to theirs, and only the new one
 * stands. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/readiness.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "world/parts.h"

#define LOCALHOST "localhost"

static const struct address loopback4 = { .family = AF_INET, .bytes = { 127, 0, 0, 1 } };
/* ::1 cannot leave lo, so in IPv6 localhost is this, and others reach it there too. For IPv4 they need an
 * address that is not everybody's own: the highest of those that are given out. */
static const struct address localhost_addresses[] = {
	{ .family = AF_INET, .bytes = { 10, 0, 0, 254 } },
	{ .family = AF_INET6, .bytes = { 0xfd, [15] = 1 } },
};

/* ---- look-ups ---- */

struct host *world_host_at(const struct world *w, size_t index)
{
	for (size_t i = 0; i < w->host_count; i++) {
		if (w->hosts[i]->stands && index-- == 0)
			return &w->hosts[i]->host;
	}
	return NULL;
}

struct host *world_host(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->host_count; i++) {
		if (w->hosts[i]->stands && strcmp(w->hosts[i]->host.name, name) == 0)
			return &w->hosts[i]->host;
	}
	return NULL;
}

struct host *world_localhost(const struct world *w)
{
	return world_host(w, LOCALHOST);
}

struct tracker *world_tracker(const struct world *w, const struct host *host)
{
	return w->hosts[host->index]->tracker;
}

struct tracker *world_tracker_at(const struct world *w, unsigned host)
{
	return host < w->host_count ? w->hosts[host]->tracker : NULL;
}

/* ---- addresses ---- */

void world_host_address(const struct world *w, const struct host *host, const struct host *self,
	int family, struct address *ret_address)
{
	const struct address *own;

	if (family == AF_UNSPEC)
		family = w->ipv6 ? AF_INET6 : AF_INET;
	if (!self)
		self = world_localhost(w);
	own = host_address(host, family);
	if (family == AF_INET && host == self && strcmp(host->name, LOCALHOST) == 0)
		own = &loopback4;
	*ret_address = own ? *own : (struct address){ .family = (uint8_t)family };
}

struct host *world_address_holder(const struct world *w, const struct address *address)
{
	for (size_t i = 0; i < w->host_count; i++) {
		struct host *h = &w->hosts[i]->host;

		for (size_t a = 0; w->hosts[i]->stands && a < h->address_count; a++) {
			if (address_same_host(&h->addresses[a], address))
				return h;
		}
	}
	return NULL;
}

/* The IPv6 address that reads as the IPv4 one does: 10.0.0.12 and fd00::10:0:0:12. */
static struct address in_step(const struct address *v4)
{
	struct address v6 = { .family = AF_INET6, .bytes = { 0xfd } };

	for (int i = 0; i < 4; i++) {
		unsigned n = v4->bytes[i];

		v6.bytes[8 + 2 * i] = (uint8_t)(n / 100);
		v6.bytes[9 + 2 * i] = (uint8_t)(n / 10 % 10 << 4 | n % 10);
	}
	return v6;
}

static const struct address *first_of(const struct address *addresses, size_t count, int family)
{
	for (size_t i = 0; i < count; i++) {
		if (addresses[i].family == family)
			return &addresses[i];
	}
	return NULL;
}

void world_choose_addresses(const struct world *w, struct address *addresses, size_t *count)
{
	const struct address *given4 = first_of(addresses, *count, AF_INET);
	const struct address *given6 = first_of(addresses, *count, AF_INET6);
	struct address v4, v6;

	if (given4 && given6)
		return;
	LAB_ASSERT(*count + 1 + (*count == 0) <= HOST_ADDRESSES_MAX);
	if (given4) {
		v6 = in_step(given4);
		if (!world_address_holder(w, &v6)) {
			addresses[(*count)++] = v6;
			return;
		}
	}
	/* 64 hosts of 9 addresses leave one of these free */
	for (unsigned n = 1; n < 0xffff; n++) {
		v4 = (struct address){ .family = AF_INET,
			.bytes = { 10, 0, (uint8_t)(n >> 8), (uint8_t)n } };
		v6 = in_step(&v4);
		if (v4.bytes[3] == 0 || v4.bytes[3] == 255)
			continue;
		if ((given4 || !world_address_holder(w, &v4)) &&
			(given6 || !world_address_holder(w, &v6)))
			break;
	}
	if (!given4)
		addresses[(*count)++] = v4;
	if (!given6)
		addresses[(*count)++] = v6;
}

/* ---- what the journal says of them ---- */

static uint64_t tell(struct world *w, const struct host *h, const char *what, uint64_t cause)
{
	struct event event = { .kind = EVENT_HOST,
		.cause = cause,
		.subject = h->name,
		.text = what,
		.socket = { .fd = -1 } };

	world_host_address(w, h, h, AF_INET, &event.socket.local);
	if (host_address(h, AF_INET6))
		world_host_address(w, h, h, AF_INET6, &event.socket.remote);
	return journal_add(w->journal, event);
}

/* The addresses that tell() had no room for, an event each. */
static void tell_further(struct world *w, const struct host *h, uint64_t cause)
{
	for (size_t i = 0; i < h->address_count; i++) {
		const struct address *a = &h->addresses[i];
		struct event event = { .kind = EVENT_HOST,
			.cause = cause,
			.subject = h->name,
			.socket = { .fd = -1 } };
		struct text what = TEXT_EMPTY;
		char address[ADDRESS_TEXT_MAX];
		struct address told;

		world_host_address(w, h, h, a->family, &told);
		if (address_same_host(a, &told))
			continue;
		*(a->family == AF_INET ? &event.socket.local : &event.socket.remote) = *a;
		text_printf(&what, "also has %s", address_format(a, address));
		event.text = text_get(&what);
		journal_add(w->journal, event);
		text_done(&what);
	}
}

/* ---- making and ending ---- */

/* 0 or -errno: then what was begun is for world_unwatch_host(). */
static int watch_host(struct world *w, struct world_host *h)
{
	int r = uv_poll_init(w->loop, &h->channel_poll, h->host.channel);

	h->channel_polled = r == 0;
	w->open_handles += h->channel_polled;
	if (r == 0)
		r = uv_poll_init(w->loop, &h->tun_poll, h->host.tun);
	h->channel_poll.data = h->tun_poll.data = h;
	if (r < 0)
		return r;
	h->tun_polled = true;
	w->open_handles++;
	r = readiness_await(&h->channel_poll, UV_READABLE | UV_DISCONNECT, answers_on_host);
	return r < 0 ? r : readiness_await(&h->tun_poll, UV_READABLE, motion_on_tun);
}

static void on_host_handle_closed(uv_handle_t *handle)
{
	world_handle_closed(((struct world_host *)handle->data)->world);
}

void world_unwatch_host(struct world_host *h)
{
	if (h->channel_polled)
		uv_close((uv_handle_t *)&h->channel_poll, on_host_handle_closed);
	if (h->tun_polled)
		uv_close((uv_handle_t *)&h->tun_poll, on_host_handle_closed);
	h->channel_polled = h->tun_polled = false;
}

/* Everything on it ends here and now. Nothing is read from its TUN any more (wire_silence() or
 * wire_detach() came before), so nobody hears what its kernel sends for the sockets it closes. */
static void kill_host(struct world_host *h, uint64_t cause)
{
	world_unwatch_host(h);
	host_stop(&h->host);
	if (h->tracker)
		tracker_abandon(h->tracker, cause);
	answers_end_host(h, cause);
}

/* Let it stand: on the wire, watched, by its name. 0 or -errno. */
static int join_host(struct world *w, struct world_host *h, struct diag *d)
{
	int r;

	h->stands = true;
	w->hosts = memory_grow(w->hosts, (w->host_count + 1) * sizeof(struct world_host *));
	w->hosts[w->host_count++] = h;
	wire_attach(w->wire, h->host.index, h->host.name, h->host.tun);
	for (size_t i = 0; i < h->host.address_count; i++)
		wire_address(w->wire, h->host.index, &h->host.addresses[i]);
	r = h->host.ghost ? 0 : watch_host(w, h);
	if (r == 0)
		return 0;
	h->stands = false;
	wire_detach(w->wire, h->host.index);
	kill_host(h, 0);
	return readiness_refused(d, -r, "host '%s' cannot be listened to", h->host.name);
}

/* A host with its kernel, which nobody knows of yet. 0 or -errno. */
static int make_host(struct world *w, const char *name, const struct address *addresses,
	size_t count, enum host_step *ret_step, struct world_host **ret_host, struct diag *d)
{
	struct world_host *h = memory_new(sizeof(*h));
	struct sockdiag *diag = NULL;
	int r = host_open(&h->host, (unsigned)w->host_count, name, addresses, count, ret_step, d);

	if (r == 0 && !(diag = sockdiag_open(fd_take(&h->host.diag))))
		r = diag_errno(d, errno, "mnl_socket_fdopen", "the lab cannot use sock_diag");
	if (r < 0) {
		host_close(&h->host);
		free(h);
		return r;
	}
	sockdiag_bound_to(diag, h->host.wire);
	h->world = w;
	h->tracker = tracker_new(w->journal, h->host.name, diag, &w->endpoint_ids);
	*ret_host = h;
	return 0;
}

int world_add_host(struct world *w, const char *name, const struct address *addresses, size_t count,
	uint64_t cause, struct diag *d)
{
	struct world_host *h = NULL;
	int r = make_host(w, name, addresses, count, NULL, &h, d);

	if (r == 0)
		r = join_host(w, h, d);
	if (r < 0)
		return r;
	tell(w, &h->host, NULL, cause);
	tell_further(w, &h->host, cause);
	return 0;
}

void world_add_ghost(struct world *w, const char *name, const struct address *addresses,
	size_t count, uint64_t cause)
{
	struct world_host *h = memory_new(sizeof(*h));
	struct diag none = { 0 };

	host_open_ghost(&h->host, (unsigned)w->host_count, name, addresses, count);
	h->world = w;
	join_host(w, h, &none); /* there is nothing to listen to, so nothing fails */
	tell(w, &h->host, "a ghost: an address and no kernel", cause);
	tell_further(w, &h->host, cause);
}

int world_make_first(struct world *w, enum host_step *ret_step, struct diag *d)
{
	struct world_host *h = NULL;
	int r = make_host(w, LOCALHOST, localhost_addresses,
		sizeof(localhost_addresses) / sizeof(*localhost_addresses), ret_step, &h, d);

	if (r == 0)
		r = join_host(w, h, d);
	if (r < 0)
		return r;
	tell(w, &h->host, NULL, 0);
	tell_further(w, &h->host, 0);
	r = world_add_process(w, "main", &h->host, 0, d);
	if (r < 0 && ret_step)
		*ret_step = STEP_PROCESS;
	return r;
}

void world_crash(struct world *w, struct host *host, uint64_t cause)
{
	struct world_host *h = w->hosts[host->index];
	uint64_t event;

	LAB_ASSERT(h->stands && !host->ghost && !host->down);
	wire_drain(w->wire); /* what it has sent until now is on the wire */
	wire_silence(w->wire, host->index);
	event = tell(w, host, "power cut", cause);
	host->down = true;
	kill_host(h, event);
	world_kick(w);
}

int world_reboot(struct world *w, struct host *host, uint64_t cause, struct diag *d)
{
	struct world_host *old = w->hosts[host->index], *h = NULL;
	int r;

	if (!host->down)
		world_crash(w, host, cause);
	r = make_host(w, host->name, host->addresses, host->address_count, NULL, &h, d);
	if (r < 0)
		return r;
	old->stands = false;
	h->host.cut = host->cut;
	r = join_host(w, h, d);
	old->stands = r < 0;
	if (r < 0)
		return r;
	wire_succeed(w->wire, host->index, h->host.index);
	tell(w, &h->host, "up again", cause);
	world_kick(w);
	return 0;
}

void world_cut(struct world *w, struct host *host, bool cut, uint64_t cause)
{
	wire_cut(w->wire, host->index, cut);
	host->cut = cut;
	tell(w, host, cut ? "its cable is cut" : "its cable is mended", cause);
}

int world_reset(struct world *w, uint64_t cause, struct diag *d)
{
	wire_begin_anew(w->wire);
	for (size_t i = 0; i < w->process_count; i++)
		w->processes[i]->process.call.done = NULL; /* nobody asks how they end */
	for (size_t i = 0; i < w->host_count; i++) {
		struct world_host *h = w->hosts[i];

		if (!h->stands)
			continue;
		h->stands = false;
		wire_detach(w->wire, h->host.index);
		if (!h->host.down)
			kill_host(h, cause);
	}
	w->first_host = w->host_count;
	w->first_process = w->process_count;
	w->descriptors.first = w->descriptors.count;
	return world_make_first(w, NULL, d);
}
