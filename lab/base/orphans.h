/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that no process has any more, and that the kernel still ends in good order. Of these it keeps only so many
 * for the whole machine, whoever made them, and resets others: one lab with tens of thousands changes the stories of all.
 * The one limit of a crowded machine that no call tells of. Source: tcp(7) tcp_max_orphans; net/ipv4/tcp_timer.c
 * tcp_out_of_resources(), which counts one twice, and twice again, that does not get on. */
#ifndef LAB_BASE_ORPHANS_H
#define LAB_BASE_ORPHANS_H

#include <stdbool.h>
#include <stdint.h>

struct text;

struct orphans {
	uint64_t count, most;
};

/* sockstat: the text of /proc/net/sockstat; limit: of /proc/sys/net/ipv4/tcp_max_orphans. false: there are no such
 * numbers in them. */
bool orphans_parse(const char *sockstat, const char *limit, struct orphans *ret);
/* false: they are not shown here, as in a container. */
bool orphans_read(struct orphans *ret);
/* Are there so many that connections of a lab may be reset? Then say so, without a newline. */
bool orphans_crowd(const struct orphans *o, struct text *out);

#endif
