/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/descriptor.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "observe/tracker.h"
#include "world/process.h"

void descriptor_table_done(struct descriptor_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->items[i]->name);
		free(t->items[i]);
	}
	free(t->items);
	*t = (struct descriptor_table){ 0 };
}

struct descriptor *descriptor_add(struct descriptor_table *t, const char *name,
	struct process *process, int fd, struct endpoint *endpoint)
{
	struct descriptor *d = memory_new(sizeof(*d)), **end = &endpoint->held;

	d->name = text_copy(name);
	d->process = process;
	d->endpoint = endpoint;
	d->fd = fd;
	d->open = true;
	while (*end)
		end = &(*end)->next;
	*end = d;
	t->items = memory_grow(t->items, (t->count + 1) * sizeof(struct descriptor *));
	t->items[t->count++] = d;
	return d;
}

int descriptor_pid(const struct descriptor *d)
{
	return d->pid ? d->pid : (int)d->process->outer_pid;
}

void descriptor_found_in(struct descriptor *d, int pid)
{
	d->pid = pid == (int)d->process->outer_pid ? 0 : pid;
}

void descriptor_close(struct descriptor *d)
{
	struct descriptor **place = &d->endpoint->held;

	while (*place != d)
		place = &(*place)->next;
	*place = d->next;
	d->endpoint->left_by = d->process;
	d->next = NULL;
	d->open = false;
}

struct descriptor *descriptor_find(const struct descriptor_table *t, const char *name)
{
	struct descriptor *closed = NULL;

	for (size_t i = t->count; i-- > t->first;) {
		struct descriptor *d = t->items[i];

		if (strcmp(d->name, name) != 0)
			continue;
		if (d->open)
			return d;
		if (!closed)
			closed = d;
	}
	return closed;
}

struct descriptor *descriptor_at(const struct descriptor_table *t, const struct process *process,
	int fd)
{
	for (size_t i = t->count; i-- > 0;) {
		struct descriptor *d = t->items[i];

		if (d->open && d->process == process && d->fd == fd)
			return d;
	}
	return NULL;
}
