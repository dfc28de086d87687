/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/links.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/address.h"

bool links_are_local(const struct address *address)
{
	static const uint8_t one[16] = { [15] = 1 };
	static const uint8_t
		mapped[13] = { [10] = 0xff, [11] = 0xff, [12] = 127 }; /* ::ffff:127.0.0.0/104 */

	return address_is_loopback(address) ||
		(address->family == AF_INET6 &&
			(memcmp(address->bytes, one, sizeof(one)) == 0 ||
				memcmp(address->bytes, mapped, sizeof(mapped)) == 0));
}

static void tell(const struct address *address, void (*each)(void *, const char *), void *arg)
{
	struct address host = *address;
	char text[ADDRESS_TEXT_MAX], bracketed[ADDRESS_TEXT_MAX + 2];

	host.port = 0;
	address_format(&host, text);
	snprintf(bracketed, sizeof(bracketed), host.family == AF_INET6 ? "[%s]" : "%s", text);
	each(arg, bracketed);
}

/* Link-local addresses of IPv6 need a zone, which a URL cannot carry into a browser. */
static bool is_useful(const struct ifaddrs *i, int family)
{
	return i->ifa_addr && i->ifa_addr->sa_family == family && (i->ifa_flags & IFF_UP) &&
		!(i->ifa_flags & IFF_LOOPBACK);
}

static bool is_link_local(const struct address *a)
{
	return a->family == AF_INET6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

static void tell_all(int family, void (*each)(void *, const char *), void *arg)
{
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all) < 0)
		return;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		struct sockaddr_storage storage = { 0 };
		struct address address;

		if (!is_useful(i, family))
			continue;
		memcpy(&storage, i->ifa_addr,
			family == AF_INET ? sizeof(struct sockaddr_in)
					  : sizeof(struct sockaddr_in6));
		address_from_sockaddr(&storage, &address);
		if (!is_link_local(&address))
			tell(&address, each, arg);
	}
	freeifaddrs(all);
}

void links_each(const struct address *address, void (*each)(void *arg, const char *name), void *arg)
{
	if (!address_is_any(address)) {
		tell(address, each, arg);
		if (links_are_local(address))
			each(arg, "localhost");
		return;
	}
	tell_all(address->family, each, arg);
	each(arg, address->family == AF_INET ? "127.0.0.1" : "[::1]");
	each(arg, "localhost");
}
