/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"

static size_t address_len(const struct address *a)
{
	return a->family == AF_INET6 ? 16 : a->family == AF_INET ? 4 : 0;
}

bool address_same_host(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, address_len(a)) == 0;
}

int address_compare(const struct address *a, const struct address *b)
{
	int order;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	order = memcmp(a->bytes, b->bytes, address_len(a));
	if (order)
		return order;
	return (a->port > b->port) - (a->port < b->port);
}

/* Asked several times a segment: the two lengths are written out, so that no call is made. */
bool address_equal(const struct address *a, const struct address *b)
{
	if (a->family != b->family || a->port != b->port)
		return false;
	if (a->family == AF_INET6)
		return memcmp(a->bytes, b->bytes, 16) == 0;
	return a->family != AF_INET || memcmp(a->bytes, b->bytes, 4) == 0;
}

static uint64_t number_of(const struct address *a)
{
	uint64_t number = 0, more = 0;

	memcpy(&number, a->bytes, a->family == AF_INET6 ? 8 : address_len(a));
	if (a->family == AF_INET6)
		memcpy(&more, a->bytes + 8, 8);
	return hash_number(number ^ (uint64_t)a->port << 40) + hash_number(~more);
}

uint64_t address_hash(const struct address *a, const struct address *b)
{
	return hash_number(number_of(a) * 3 + number_of(b));
}

bool address_is_loopback(const struct address *a)
{
	return a->family == AF_INET && a->bytes[0] == 127;
}

bool address_is_any(const struct address *a)
{
	static const uint8_t zero[16];

	return memcmp(a->bytes, zero, address_len(a)) == 0;
}

int address_parse_host(const char *text, size_t len, struct address *ret_address)
{
	struct address a = { 0 };
	char host[INET6_ADDRSTRLEN];

	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len >= sizeof(host) || memchr(text, 0, len))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, a.bytes) == 1)
		a.family = AF_INET;
	else if (inet_pton(AF_INET6, host, a.bytes) == 1)
		a.family = AF_INET6;
	else
		return -EINVAL;
	*ret_address = a;
	return 0;
}

int address_parse(const char *text, struct address *ret_address)
{
	const char *end = strrchr(text, ']'), *colon = NULL;
	unsigned long port = 0;
	char *rest;
	int r;

	if (end || strchr(text, ':') == strrchr(text, ':')) /* else an IPv6 address and no port */
		colon = strchr(end ? end : text, ':');
	if (colon) {
		port = strtoul(colon + 1, &rest, 10);
		if (colon[1] < '0' || colon[1] > '9' || *rest || port > UINT16_MAX)
			return -EINVAL;
	}
	r = address_parse_host(text, colon ? (size_t)(colon - text) : strlen(text), ret_address);
	if (r == 0)
		ret_address->port = (uint16_t)port;
	return r;
}

void address_unmap(struct address *a)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	if (a->family != AF_INET6 || memcmp(a->bytes, prefix, sizeof(prefix)) != 0)
		return;
	memmove(a->bytes, a->bytes + 12, 4);
	memset(a->bytes + 4, 0, 12);
	a->family = AF_INET;
}

socklen_t address_to_sockaddr(const struct address *a, struct sockaddr_storage *ret_storage)
{
	memset(ret_storage, 0, sizeof(*ret_storage));
	if (a->family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)ret_storage;

		in->sin_family = AF_INET;
		in->sin_port = htons(a->port);
		memcpy(&in->sin_addr, a->bytes, 4);
		return sizeof(*in);
	}
	if (a->family == AF_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret_storage;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(a->port);
		memcpy(&in6->sin6_addr, a->bytes, 16);
		return sizeof(*in6);
	}
	return 0;
}

void address_from_sockaddr(const struct sockaddr_storage *storage, struct address *ret_address)
{
	struct address a = { 0 };

	if (storage->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)storage;

		a.family = AF_INET;
		a.port = ntohs(in->sin_port);
		memcpy(a.bytes, &in->sin_addr, 4);
	} else if (storage->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)storage;

		a.family = AF_INET6;
		a.port = ntohs(in6->sin6_port);
		memcpy(a.bytes, &in6->sin6_addr, 16);
	}
	*ret_address = a;
}

const char *address_format(const struct address *a, char buffer[ADDRESS_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN] = "*";

	if (a->family == AF_INET || a->family == AF_INET6)
		inet_ntop(a->family, a->bytes, host, sizeof(host));
	if (!a->port)
		snprintf(buffer, ADDRESS_TEXT_MAX, "%s", host);
	else if (a->family == AF_INET6)
		snprintf(buffer, ADDRESS_TEXT_MAX, "[%s]:%u", host, a->port);
	else
		snprintf(buffer, ADDRESS_TEXT_MAX, "%s:%u", host, a->port);
	return buffer;
}
