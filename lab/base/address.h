/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An IPv4 or IPv6 address with a port, as sockets and segments carry it. Plain value, no owner. */
#ifndef LAB_BASE_ADDRESS_H
#define LAB_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_MAX 64 /* "[ffff:...]:65535" and the terminator */

struct address {
	uint8_t family; /* AF_INET, AF_INET6; AF_UNSPEC = no address */
	uint8_t bytes[16]; /* network order; the first 4 for AF_INET */
	uint16_t port; /* host order; 0 = none */
};

/* Compare family, bytes and port: < 0, 0, > 0. */
int address_compare(const struct address *a, const struct address *b);
bool address_equal(const struct address *a, const struct address *b);
/* Of both ends of a conversation, in this order: equal addresses give equal numbers. */
uint64_t address_hash(const struct address *a, const struct address *b);
/* The same without the port. */
bool address_same_host(const struct address *a, const struct address *b);
/* 127.0.0.0/8: every host's own. */
bool address_is_loopback(const struct address *a);
/* All bytes zero (0.0.0.0, ::), or no address at all. */
bool address_is_any(const struct address *a);

/* Parse the host part alone: "127.0.0.1", "fd00::1" or "[fd00::1]". 0 or -EINVAL. */
int address_parse_host(const char *text, size_t len, struct address *ret_address);

/* What address_format() writes: "127.0.0.1:80", "[fd00::1]:80", "fd00::1". 0 or -EINVAL. */
int address_parse(const char *text, struct address *ret_address);

/* An IPv4-mapped IPv6 address becomes the IPv4 address it stands for; others stay. */
void address_unmap(struct address *a);

/* Kernel form. Returns the length for bind/connect; 0 when there is no address. */
socklen_t address_to_sockaddr(const struct address *a, struct sockaddr_storage *ret_storage);
/* From kernel form; AF_UNSPEC when it is neither IPv4 nor IPv6. */
void address_from_sockaddr(const struct sockaddr_storage *storage, struct address *ret_address);

/* "127.0.0.1:80", "[fd00::1]:80"; without ":port" when port is 0. "*" when there is none. */
const char *address_format(const struct address *a, char buffer[ADDRESS_TEXT_MAX]);

#endif
