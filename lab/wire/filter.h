/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packet filters in the language of pcap-filter(7), compiled by libpcap and run by it, on raw IP packets
 * without a link layer. One thread. */
#ifndef LAB_WIRE_FILTER_H
#define LAB_WIRE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter;
struct filter_set;

/* Filters live as long as their set: rules borrow them. */
struct filter_set *filter_set_new(void);
void filter_set_free(struct filter_set *set);

#define FILTER_MAX 500 /* bytes of text: to say where one is wrong takes many tries */

/* The filter with this text, compiled when it is new. NULL when it is none: then ret_message (256 bytes) says
 * why, in libpcap's own words or ours, and *ret_offset is the first byte of the word that it objects to, or
 * the end of the text when something is missing there. Names of ports and protocols are looked for in
 * /etc/services and /etc/protocols; those of hosts and networks are refused, or libpcap would ask DNS.
 * Source: pcap-filter(7). */
const struct filter *filter_get(struct filter_set *set, const char *text, char ret_message[256],
	size_t *ret_offset);

/* The text it was made from. Borrowed. */
const char *filter_text(const struct filter *filter);
/* packet: `len` bytes from the IP header on. */
bool filter_matches(const struct filter *filter, const uint8_t *packet, size_t len);

#endif
