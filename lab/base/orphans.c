/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/orphans.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

#define COUNTED_MOST 4 /* times, see tcp_out_of_resources() */

bool orphans_parse(const char *sockstat, const char *limit, struct orphans *ret)
{
	static const char word[] = "\nTCP: ", key[] = " orphan ";
	const char *line = strstr(sockstat, word), *at = line ? strstr(line, key) : NULL;
	uint64_t most = strtoull(limit, NULL, 10);

	if (!at || !most)
		return false;
	*ret = (struct orphans){ .count = strtoull(at + strlen(key), NULL, 10), .most = most };
	return true;
}

static void read_file(const char *path, char *text, size_t capacity)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, text, capacity - 1);

	text[len > 0 ? len : 0] = '\0';
}

bool orphans_read(struct orphans *ret)
{
	char sockstat[1024], limit[32];

	read_file("/proc/net/sockstat", sockstat, sizeof(sockstat));
	read_file("/proc/sys/net/ipv4/tcp_max_orphans", limit, sizeof(limit));
	return orphans_parse(sockstat, limit, ret);
}

bool orphans_crowd(const struct orphans *o, struct text *out)
{
	if (o->count < o->most / COUNTED_MOST)
		return false;
	text_printf(out,
		"this machine has %" PRIu64 " connections that no process has any more, and keeps "
		"%" PRIu64 " at most (net.ipv4.tcp_max_orphans): the kernel may reset others early",
		o->count, o->most);
	return true;
}
