/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links, addresses, routes and policy rules of the network namespace we are in, over rtnetlink(7).
 * Runs in the host role only. Each call waits for the kernel's acknowledgement, which comes at once. */
#ifndef LAB_WORLD_NETCONF_H
#define LAB_WORLD_NETCONF_H

#include <stdbool.h>
#include <stdint.h>

struct address;
struct mnl_socket;

/* An rtnetlink socket, closed by mnl_socket_close(). NULL with errno. */
struct mnl_socket *netconf_open(void);

/* Bring interface `index` up with room for `queue_len` packets (0 = leave as it is). 0 or -errno. */
int netconf_link_up(struct mnl_socket *nl, unsigned index, uint32_t queue_len);
/* Give interface `index` an address, without duplicate address detection. 0 or -errno. */
int netconf_address_add(struct mnl_socket *nl, unsigned index, const struct address *address,
	uint8_t prefix_len);
/* The same for IPv6, with the local route, so that what is sent to the address is taken in from now on: the
 * kernel adds that route by itself, but some milliseconds later, from a workqueue (net/ipv6/addrconf.c
 * addrconf_dad_start()), and loses what comes before. 0 or -errno. */
int netconf_address6_add(struct mnl_socket *nl, unsigned index, const struct address *address,
	uint8_t prefix_len);
/* In `table`: `destination`/prefix_len leaves by interface `index`. destination NULL = default route of
 * `family`; source NULL = let the kernel choose. 0 or -errno. */
int netconf_route_add(struct mnl_socket *nl, int family, uint32_t table, unsigned index,
	const struct address *destination, uint8_t prefix_len, const struct address *source);
/* Policy rule at `priority`: look up `table`, for packets that come from interface `iif` (NULL = all).
 * add false removes the rule at that priority. 0 or -errno. */
int netconf_rule(struct mnl_socket *nl, bool add, int family, uint32_t priority, uint32_t table,
	const char *iif);

#endif
