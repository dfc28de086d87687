/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is on the wire, and whether there is a way to him. */
#include "wire/wire.h"

#include <stdlib.h>

#include "base/lab_assert.h"
#include "base/text.h"
#include "wire/capture.h"
#include "wire/parts.h"

void wire_attach(struct wire *w, unsigned host, const char *name, int tun)
{
	LAB_ASSERT(host == w->host_count);
	w->hosts = memory_grow(w->hosts, (host + 1) * sizeof(*w->hosts));
	w->hosts[host] = (struct wire_host){ .name = name,
		.tun = tun,
		.condition = tun < 0 ? HOST_GHOST : HOST_UP };
	w->host_count++;
}

void wire_address(struct wire *w, unsigned host, const struct address *address)
{
	struct wire_host *h = &w->hosts[host];

	LAB_ASSERT(host < w->host_count);
	h->addresses = memory_grow(h->addresses, (h->address_count + 1) * sizeof(*h->addresses));
	h->addresses[h->address_count++] = *address;
}

void wire_cut(struct wire *w, unsigned host, bool cut)
{
	w->hosts[host].cut = cut;
}

void wire_silence(struct wire *w, unsigned host)
{
	w->hosts[host].tun = -1;
	w->hosts[host].condition = HOST_DOWN;
}

void wire_succeed(struct wire *w, unsigned host, unsigned next)
{
	struct wire_host *old = &w->hosts[host], *new = &w->hosts[next];

	free(new->addresses);
	new->addresses = old->addresses;
	new->address_count = old->address_count;
	new->cut = old->cut;
	old->addresses = NULL;
	old->address_count = 0;
	old->tun = -1;
	old->condition = HOST_GONE;
	for (int i = 0; i < STANDINGS; i++) {
		struct wire_packet *p;

		TAILQ_FOREACH(p, &w->queues[i], place)
		{
			if (p->to == host)
				p->to = next;
			if (p->from == host) /* its cable is the new one's by now */
				p->from = next;
		}
	}
}

void wire_detach(struct wire *w, unsigned host)
{
	w->hosts[host].tun = -1;
	w->hosts[host].condition = HOST_GONE;
	w->hosts[host].address_count = 0;
	for (int i = 0; i < STANDINGS; i++) {
		struct wire_packet *p = TAILQ_FIRST(&w->queues[i]);

		while (p) {
			struct wire_packet *next = TAILQ_NEXT(p, place);

			if (p->from == host || p->to == host) {
				if (w->capture)
					capture_lost(w->capture, p->number);
				packet_take(w, p);
				packet_free(w, p);
			}
			p = next;
		}
	}
}

/* The newest host with an address has it: an older one may have been its life before a reboot. */
unsigned wire_find_host(const struct wire *w, unsigned self, const struct address *address)
{
	if (address_is_loopback(address))
		return self;
	for (unsigned h = w->host_count; h-- > 0;) {
		for (size_t i = 0; i < w->hosts[h].address_count; i++) {
			if (address_same_host(&w->hosts[h].addresses[i], address))
				return h;
		}
	}
	return WIRE_NOWHERE;
}

static const char *cable_of(const struct wire *w, const struct wire_packet *p)
{
	if (p->from == p->to)
		return NULL; /* it never leaves the machine */
	if (p->from != WIRE_NOWHERE && w->hosts[p->from].cut)
		return w->hosts[p->from].name;
	return w->hosts[p->to].cut ? w->hosts[p->to].name : NULL;
}

bool wire_is_clear(const struct wire *w, const struct wire_packet *p)
{
	return p->to != WIRE_NOWHERE && w->hosts[p->to].condition == HOST_UP && !cable_of(w, p);
}

bool wire_has_way(struct wire *w, struct wire_packet *p)
{
	struct text why = TEXT_EMPTY;
	const char *cut;

	if (p->to == WIRE_NOWHERE)
		text_puts(&why, "no host has this address");
	else if ((cut = cable_of(w, p)))
		text_printf(&why, "the cable of %s is cut", cut);
	else if (w->hosts[p->to].condition == HOST_DOWN)
		text_printf(&why, "%s is down", w->hosts[p->to].name);
	if (!why.len)
		return true;
	wire_tell(w, p, EVENT_DROPPED, 0, text_get(&why));
	text_done(&why);
	return false;
}

bool wire_is_group(const struct address *a)
{
	if (a->family == AF_INET6)
		return a->bytes[0] == 0xff;
	return (a->bytes[0] & 0xf0) == 0xe0 ||
		(a->bytes[0] & a->bytes[1] & a->bytes[2] & a->bytes[3]) == 0xff;
}

unsigned wire_next_member(const struct wire *w, unsigned from, unsigned host)
{
	for (unsigned h = host == WIRE_NOWHERE ? 0 : host + 1; h < w->host_count; h++) {
		if (h != from && w->hosts[h].condition <= HOST_GHOST)
			return h;
	}
	return WIRE_NOWHERE;
}
