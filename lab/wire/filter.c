/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/filter.h"

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

	set->pcap = pcap_open_dead(DLT_RAW, PACKET_MAX);
	LAB_ASSERT(set->pcap);
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

static bool compiles(pcap_t *pcap, const char *text)
{
	struct bpf_program program;

	if (pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) < 0)
		return false;
	pcap_freecode(&program);
	return true;
}

/* Could the first `len` bytes begin a filter? libpcap does not say where it stopped; so a beginning counts
 * as sound when some ordinary end makes it a filter. */
static bool begins_filter(pcap_t *pcap, const char *text, size_t len)
{
	static const char *const ends[] = { "", " tcp", " 1", " = 1", " 1 = 1", "1] = 1",
		" 10.0.0.1", " port 1", " 10.0.0.0/8", " src port 1" };
	struct text whole = TEXT_EMPTY;
	bool sound = false;
	int open = 0;

	for (size_t i = 0; i < len; i++)
		open += (text[i] == '(') - (text[i] == ')');
	for (size_t i = 0; !sound && i < sizeof(ends) / sizeof(ends[0]); i++) {
		text_clear(&whole);
		text_add(&whole, text, len);
		text_puts(&whole, ends[i]);
		for (int k = 0; k < open; k++)
			text_puts(&whole, ")");
		sound = compiles(pcap, text_get(&whole));
	}
	text_done(&whole);
	return sound;
}

/* Where the first word is that cannot follow what is before it. */
static size_t find_offence(pcap_t *pcap, const char *text)
{
	static const char ends_word[] = " ()[]&|=<>!";
	size_t at = strspn(text, " ");

	while (text[at]) {
		size_t len = strcspn(text + at, ends_word);

		if (len == 0)
			len = 1;
		if (!begins_filter(pcap, text, at + len))
			return at;
		at += len;
		at += strspn(text + at, " ");
	}
	return 0;
}

const struct filter *filter_get(struct filter_set *set, const char *text, char ret_message[256],
	size_t *ret_offset)
{
	struct filter key = { .text = (char *)text }, *made;
	struct filter **found = tfind(&key, &set->filters, compare_filters);

	if (found)
		return *found;
	made = memory_new(sizeof(*made));
	if (pcap_compile(set->pcap, &made->program, text, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		free(made);
		snprintf(ret_message, 256, "%s", pcap_geterr(set->pcap));
		*ret_offset = find_offence(set->pcap, text);
		return NULL;
	}
	made->text = text_copy(text);
	LAB_ASSERT(tsearch(made, &set->filters, compare_filters));
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
