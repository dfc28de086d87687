/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/counters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "world/host.h"

/* All of a file of /proc, from where it stands. */
static void read_all(int fd, struct text *out)
{
	char buffer[4096];
	ssize_t len;

	while ((len = read(fd, buffer, sizeof(buffer))) > 0)
		text_add(out, buffer, (size_t)len);
}

/* "Tcp: RtoMin RtoMax\nTcp: 200 120000\n": a line of names, then a line of values. */
static void read_pairs(char *text, counters_each_fn *each, void *arg)
{
	char *lines = NULL, *names, *values;

	for (names = strtok_r(text, "\n", &lines); names; names = strtok_r(NULL, "\n", &lines)) {
		char *name_at = NULL, *value_at = NULL, *prefix, *name, *value;

		values = strtok_r(NULL, "\n", &lines);
		prefix = strtok_r(names, ": ", &name_at);
		if (!values || !prefix || !strtok_r(values, ": ", &value_at))
			return;
		while ((name = strtok_r(NULL, " ", &name_at)) &&
			(value = strtok_r(NULL, " ", &value_at))) {
			char whole[128];

			snprintf(whole, sizeof(whole), "%s%s", prefix, name);
			each(arg, whole, strtoll(value, NULL, 10));
		}
	}
}

/* "Ip6InReceives                   	0\n": one a line. */
static void read_lines(char *text, counters_each_fn *each, void *arg)
{
	char *lines = NULL;

	for (char *line = strtok_r(text, "\n", &lines); line; line = strtok_r(NULL, "\n", &lines)) {
		char *behind = line + strcspn(line, " \t"), *end;
		int64_t value = strtoll(behind, &end, 10);

		if (behind == line || end == behind)
			continue;
		*behind = '\0';
		each(arg, line, value);
	}
}

/* "wire0: 8 numbers of what has come in, 8 of what has gone out, of which the fourth is what found no room". */
static void read_device(char *text, counters_each_fn *each, void *arg)
{
	const char *line = strstr(text, "wire0:");
	char *at = line ? strchr(line, ':') + 1 : NULL;

	for (int i = 0; line && i < 8 + 3; i++)
		strtoull(at, &at, 10);
	if (line)
		each(arg, COUNTER_WIRE_DROPPED, strtoll(at, NULL, 10));
}

int counters_read(struct host *host, counters_each_fn *each, void *arg)
{
	static void (*const readers[HOST_COUNTER_FILES])(char *text, counters_each_fn *each,
		void *arg) = { read_pairs, read_pairs, read_device, read_lines };
	int fds[HOST_COUNTER_FILES];
	int r = host_counters(host, fds);

	for (int i = 0; r == 0 && i < HOST_COUNTER_FILES; i++) {
		struct text text = TEXT_EMPTY;

		if (fds[i] < 0)
			continue; /* IPv6 is not there */
		read_all(fds[i], &text);
		if (text.len)
			readers[i](text.s, each, arg);
		text_done(&text);
		close(fds[i]);
	}
	return r;
}

struct wanted {
	const char *name;
	int64_t value;
	bool found;
};

static void compare(void *arg, const char *name, int64_t value)
{
	struct wanted *w = arg;

	if (strcmp(name, w->name) != 0)
		return;
	w->value = value;
	w->found = true;
}

int counters_get(struct host *host, const char *name, int64_t *ret_value)
{
	struct wanted w = { .name = name };
	int r = counters_read(host, compare, &w);

	if (r == 0 && !w.found)
		r = -ENOENT;
	if (r == 0)
		*ret_value = w.value;
	return r;
}
