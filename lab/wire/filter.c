/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/filter.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <pcap/pcap.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lab_assert.h"
#include "base/text.h"

#define PACKET_MAX 65535

struct filter {
	char *text; /* owned */
	struct bpf_program program; /* owned */
};

struct filter_set {
	pcap_t *pcap; /* owned: the link type and where errors go */
	void *filters; /* tsearch(3) tree of owned filters, by text */
};

struct filter_set *filter_set_new(void)
{
	struct filter_set *set = memory_new(sizeof(*set));

	set->pcap = memory_granted(pcap_open_dead(DLT_RAW, PACKET_MAX));
	return set;
}

static void free_filter(void *owned)
{
	struct filter *f = owned;

	pcap_freecode(&f->program);
	free(f->text);
	free(f);
}

void filter_set_free(struct filter_set *set)
{
	if (!set)
		return;
	tdestroy(set->filters, free_filter);
	pcap_close(set->pcap);
	free(set);
}

static int compare_filters(const void *a, const void *b)
{
	const struct filter *x = a, *y = b;

	return strcmp(x->text, y->text);
}

/* ---- words ---- */

/* What libpcap's scanner.l knows (1.10.4), as far as it means something on IP packets without a link layer. */
static const char *const keywords[] = { "src", "dst", "host", "net", "mask", "port", "portrange",
	"proto", "protochain", "and", "or", "not", "ip", "ip6", "tcp", "udp", "icmp", "icmp6",
	"sctp", "igmp", "igrp", "pim", "vrrp", "carp", "ah", "esp", "broadcast", "multicast",
	"less", "greater", "len", "length", "tcpflags", "tcp-fin", "tcp-syn", "tcp-rst", "tcp-push",
	"tcp-ack", "tcp-urg", "tcp-ece", "tcp-cwr", "icmptype", "icmpcode", "icmp-echoreply",
	"icmp-unreach", "icmp-sourcequench", "icmp-redirect", "icmp-echo", "icmp-routeradvert",
	"icmp-routersolicit", "icmp-timxceed", "icmp-paramprob", "icmp-tstamp", "icmp-tstampreply",
	"icmp-ireq", "icmp-ireqreply", "icmp-maskreq", "icmp-maskreply", "icmp6type", "icmp6code",
	"icmp6-destinationunreach", "icmp6-packettoobig", "icmp6-timeexceeded",
	"icmp6-parameterproblem", "icmp6-echo", "icmp6-echoreply", "icmp6-multicastlistenerquery",
	"icmp6-multicastlistenerreportv1", "icmp6-multicastlistenerdone", "icmp6-routersolicit",
	"icmp6-routeradvert", "icmp6-neighborsolicit", "icmp6-neighboradvert", "icmp6-redirect",
	"icmp6-multicastlistenerreportv2", NULL };
/* What it also knows, and no packet here has. */
static const char *const link_words[] = { "ether", "vlan", "mpls", "pppoed", "pppoes", "geneve",
	"arp", "rarp", "gateway", "link", "llc", "wlan", "fddi", "tr", "ppp", "slip", "radio",
	"type", "subtype", "dir", "addr1", "addr2", "addr3", "addr4", "ra", "ta", "atalk", "aarp",
	"decnet", "iso", "stp", "ipx", "netbeui", "lat", "moprc", "mopdl", "inbound", "outbound",
	"ifname", "on", NULL };
/* A name behind one of these is looked for in /etc/services or /etc/protocols. */
static const char *const before_names[] = { "port", "portrange", "proto", "protochain", NULL };

static bool is_among(const char *const *list, const char *word, size_t len)
{
	while (*list && (strlen(*list) != len || strncmp(*list, word, len) != 0))
		list++;
	return *list;
}

/* "80", "0x10", "10.0.0", "10.0.0.999": what the scanner takes for a number or an IPv4 address. */
static bool is_number(const char *word, size_t len)
{
	size_t at = 0;

	for (unsigned part = 0; part < 4; part++) {
		bool hex = word[at] == '0' && (word[at + 1] == 'x' || word[at + 1] == 'X');
		size_t digits;

		at += hex ? 2 : 0;
		digits = strspn(word + at, hex ? "0123456789abcdefABCDEF" : "0123456789");
		at += digits;
		if (digits == 0 || at == len || word[at++] != '.')
			return digits && at == len;
	}
	return false;
}

/* How long the IPv6 address at the beginning of `text` is; 0 = there is none. */
static size_t ip6_length(const char *text)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF:.");
	struct in6_addr address;
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof(copy))
		return 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return inet_pton(AF_INET6, copy, &address) == 1 ? len : 0;
}

/* How long the word, number, address or operator at the beginning of `text` is; at least 1. */
static size_t token_length(const char *text)
{
	static const char *const pairs[] = { "&&", "||", ">=", "<=", "!=", "==", "<<", ">>", NULL };
	size_t len = ip6_length(text);

	if (len || is_among(pairs, text, 2))
		return len ? len : 2;
	if (text[0] == '\\') /* a name that would be a keyword without it: proto \tcp */
		return 1 + strcspn(text + 1, " !()\n\t");
	while (isalnum((unsigned char)text[len]) || (len && text[len] && strchr("-_.", text[len])))
		len++;
	while (len && (text[len - 1] == '-' || text[len - 1] == '_'))
		len--;
	return len ? len : 1;
}

/* The offset of the token at or behind `at`. */
static size_t skip_blanks(const char *text, size_t at)
{
	return at + strspn(text + at, " \t\r\n");
}

/* libpcap takes a word that it does not know for the name of a host and asks DNS for it: over your own
 * network, and while the lab waits. So it never gets to see one. false: there is one at *ret_offset. */
static bool knows_words(const char *text, size_t *ret_offset, size_t *ret_len)
{
	bool name_may_follow = false;
	size_t at, len;

	for (at = skip_blanks(text, 0); text[at]; at = skip_blanks(text, at + len)) {
		const char *word = text + at;

		len = token_length(word);
		if ((isalnum((unsigned char)word[0]) || word[0] == '\\') && !name_may_follow &&
			!is_number(word, len) && !ip6_length(word) &&
			!is_among(keywords, word, len)) {
			*ret_offset = at;
			*ret_len = len;
			return false;
		}
		name_may_follow = is_among(before_names, word, len);
	}
	return true;
}

/* ---- where a filter is wrong ---- */

#define NESTING_MAX 8 /* brackets; what is inside more of them is not looked into */

/* What closes the brackets that are open behind the first `len` bytes, innermost first. Returns how many
 * there are; more than NESTING_MAX = too many. */
static size_t find_open(const char *text, size_t len, char ret_closing[NESTING_MAX])
{
	size_t open = 0;

	for (size_t i = 0; i < len && open <= NESTING_MAX; i++) {
		if (text[i] == '(' || text[i] == '[') {
			if (open < NESTING_MAX) {
				memmove(ret_closing + 1, ret_closing, open);
				ret_closing[0] = text[i] == '(' ? ')' : ']';
			}
			open++;
		} else if (open && text[i] == ret_closing[0]) {
			open--;
			memmove(ret_closing, ret_closing + 1, open);
		}
	}
	return open;
}

/* Not optimized: or "tcp and udp", which no packet fulfils, would be refused where "tcp and udp or icmp" is
 * begun. */
static bool compiles(pcap_t *pcap, const char *text)
{
	struct bpf_program program;

	if (pcap_compile(pcap, &program, text, 0, PCAP_NETMASK_UNKNOWN) < 0)
		return false;
	pcap_freecode(&program);
	return true;
}

/* Could the first `len` bytes begin a filter? libpcap does not say where it stopped; so a beginning counts as
 * sound when something ordinary behind it makes a filter: the rest of a term, then the brackets closed, with
 * a comparison between them where it begins with a calculation. */
static bool begins_filter(pcap_t *pcap, const char *text, size_t len)
{
	static const char *const ends[] = { "", "1", "tcp", "32", "10.0.0.1", "fd00::1", "port 1",
		"src port 1" };
	char closing[NESTING_MAX];
	size_t open = find_open(text, len, closing);
	struct text whole = TEXT_EMPTY;
	bool sound = false;

	if (open > NESTING_MAX)
		return false;
	for (size_t i = 0; !sound && i < sizeof(ends) / sizeof(ends[0]); i++) {
		/* compared behind so many closing brackets; one more than there are = not at all */
		for (size_t closed = 0; !sound && closed <= open + 1; closed++) {
			size_t before = closed <= open ? closed : open;

			text_clear(&whole);
			text_add(&whole, text, len);
			text_printf(&whole, " %s", ends[i]);
			text_add(&whole, closing, before);
			text_puts(&whole, closed <= open ? " = 1" : "");
			text_add(&whole, closing + before, open - before);
			sound = compiles(pcap, text_get(&whole));
		}
	}
	text_done(&whole);
	return sound;
}

/* Where the first token is that cannot follow what is before it; the end, where something is missing. The
 * longest sound beginning is looked for from behind: one that begins_filter() has no end for does no harm. */
static size_t find_offence(pcap_t *pcap, const char *text)
{
	size_t tokens[FILTER_MAX], count = 0, at, end = 0;

	if (compiles(pcap, text)) /* each token is fine, but no packet fulfils it */
		return skip_blanks(text, 0);
	for (at = skip_blanks(text, 0); text[at]; at = skip_blanks(text, end)) {
		tokens[count++] = at;
		end = at + token_length(text + at);
	}
	if (begins_filter(pcap, text, end))
		return end;
	while (count > 1) {
		size_t last = tokens[--count];

		end = tokens[count - 1] + token_length(text + tokens[count - 1]);
		if (begins_filter(pcap, text, end))
			return last;
	}
	return skip_blanks(text, 0);
}

/* ---- filters ---- */

static bool compile(pcap_t *pcap, const char *text, struct bpf_program *ret_program,
	char ret_message[256], size_t *ret_offset)
{
	size_t len = 0;
	bool known;

	if (strlen(text) > FILTER_MAX) {
		snprintf(ret_message, 256, "a filter has %d bytes at most", FILTER_MAX);
		*ret_offset = FILTER_MAX;
		return false;
	}
	known = knows_words(text, ret_offset, &len);
	if (!known && is_among(link_words, text + *ret_offset, len)) {
		snprintf(ret_message, 256,
			"'%.*s' asks for what is before the IP header or beside the packet; packets here "
			"begin at the IP header",
			(int)len, text + *ret_offset);
		return false;
	}
	if (!known) {
		snprintf(ret_message, 256,
			"'%.*s' is no word of pcap-filter(7), no number and no address; names of "
			"hosts are not looked up",
			len < 60 ? (int)len : 60, text + *ret_offset);
		return false;
	}
	if (pcap_compile(pcap, ret_program, text, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		snprintf(ret_message, 256, "%s", pcap_geterr(pcap));
		*ret_offset = find_offence(pcap, text);
		return false;
	}
	return true;
}

const struct filter *filter_get(struct filter_set *set, const char *text, char ret_message[256],
	size_t *ret_offset)
{
	struct filter key = { .text = (char *)text }, *made;
	struct filter **found = tfind(&key, &set->filters, compare_filters);

	if (found)
		return *found;
	made = memory_new(sizeof(*made));
	if (!compile(set->pcap, text, &made->program, ret_message, ret_offset)) {
		free(made);
		return NULL;
	}
	made->text = text_copy(text);
	memory_granted(tsearch(made, &set->filters, compare_filters));
	return made;
}

const char *filter_text(const struct filter *filter)
{
	return filter->text;
}

bool filter_matches(const struct filter *filter, const uint8_t *packet, size_t len)
{
	const struct pcap_pkthdr header = { .caplen = (bpf_u_int32)len, .len = (bpf_u_int32)len };

	return pcap_offline_filter(&filter->program, &header, packet) != 0;
}
