/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes that became other programs. Nobody tells us of their calls, so they are watched from outside:
 * what they write comes through a pipe, and whose a socket is stands in /proc/PID/fd, by its inode. A program
 * given something to do (started, typed to, a segment arrived on its host) is in motion until /proc shows all
 * of it asleep, or PROGRAM_MOTION_NS later: one that computes must not stop the wire. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "world/parts.h"

#define PROGRAM_MOTION_NS (50 * NS_PER_MS)
#define BEAT_BUSY_NS (10 * NS_PER_MS) /* it computes: a listener may appear any moment */
#define BEAT_IDLE_NS (100 * NS_PER_MS) /* all of it sleeps */
#define READS_AT_ONCE 16 /* a pipe's worth */
#define LINE_MAX_BYTES 4096 /* of output; a longer line is told in pieces */
#define CHILDREN_DEPTH 4 /* nc from a shell from a script */

/* ---- output ---- */

static void tell_line(struct world_process *wp)
{
	journal_add(wp->world->journal,
		(struct event){ .kind = EVENT_PROGRAM,
			.cause = wp->process.program_event,
			.subject = wp->process.name,
			.host = wp->process.host->name,
			.text = text_get(&wp->line) });
	text_clear(&wp->line);
}

static void take_output(struct world_process *wp, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n')
			tell_line(wp);
		else if (bytes[i] == '\0') /* a line of the journal is a C string */
			text_puts(&wp->line, "\\0");
		else
			text_add(&wp->line, bytes + i, 1);
		if (wp->line.len >= LINE_MAX_BYTES)
			tell_line(wp);
	}
}

static void on_output_closed(uv_handle_t *handle)
{
	struct world_process *wp = handle->data;

	fd_closep(&wp->output);
	world_handle_closed(wp->world);
}

static void read_output(struct world_process *wp)
{
	char buffer[4096];
	ssize_t len = 0;

	for (int i = 0; i < READS_AT_ONCE; i++) {
		len = read(wp->output, buffer, sizeof(buffer));
		if (len <= 0)
			break;
		take_output(wp, buffer, (size_t)len);
	}
	if (len > 0) /* it may write for ever: the loop calls again */
		return;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (wp->line.len)
		tell_line(wp);
	if (wp->output_polled) {
		wp->output_polled = false;
		uv_close((uv_handle_t *)&wp->output_poll, on_output_closed);
	}
}

static void on_output(uv_poll_t *handle, int status, int events)
{
	struct world_process *wp = handle->data;

	(void)status;
	(void)events;
	read_output(wp);
	world_kick(wp->world);
}

void program_pipes(struct world_process *wp, int input, int output)
{
	wp->process.input = input;
	wp->output = output;
	fcntl(input, F_SETFL, O_NONBLOCK);
	fcntl(output, F_SETFL, O_NONBLOCK);
}

void program_runs(struct world_process *wp, uint64_t event)
{
	struct process *p = &wp->process;

	p->program = p->in_motion = true;
	p->program_event = event;
	p->motion_since_ns = clock_now_ns();
	uv_poll_init(wp->world->loop, &wp->output_poll, wp->output);
	wp->world->open_handles++;
	wp->output_polled = true;
	wp->output_poll.data = wp;
	uv_poll_start(&wp->output_poll, UV_READABLE | UV_DISCONNECT, on_output);
}

void program_hear(struct world_process *wp)
{
	if (wp->output_polled)
		read_output(wp);
}

void program_ended(struct world_process *wp)
{
	fd_closep(&wp->process.input);
	if (!wp->output_polled) /* execve() failed: nothing was ever read */
		fd_closep(&wp->output);
}

void program_close(struct world_process *wp)
{
	program_ended(wp);
	if (wp->output_polled) {
		wp->output_polled = false;
		uv_close((uv_handle_t *)&wp->output_poll, on_output_closed);
	}
}

int world_type(struct world *w, struct process *p, const void *data, size_t len)
{
	ssize_t written;

	if (p->input < 0)
		return -EPIPE;
	p->in_motion = true;
	p->motion_since_ns = clock_now_ns();
	world_kick(w);
	if (!data) {
		fd_closep(&p->input);
		return 0;
	}
	written = write(p->input, data, len);
	if (written < 0)
		return -errno;
	return (size_t)written == len ? 0 : -EAGAIN;
}

/* ---- whose sockets ---- */

/* Call `each` for every thread of a process, of its children and of theirs. leader: the first of its process,
 * whose descriptors are those of all. Source: proc(5), /proc/PID/task/TID/children. */
typedef void each_task_fn(void *arg, int tid, bool leader);

static void for_family(int pid, unsigned depth, each_task_fn *each, void *arg);

static void for_children(int pid, int tid, unsigned depth, each_task_fn *each, void *arg)
{
	char path[64], line[4096], *at = line, *end;
	CLEANUP(fd_closep) int fd = -1;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (len <= 0)
		return;
	line[len] = '\0';
	/* each number has a blank behind it: one without was cut */
	for (long child; (child = strtol(at, &end, 10)) > 0 && *end == ' '; at = end)
		for_family((int)child, depth - 1, each, arg);
}

static void for_family(int pid, unsigned depth, each_task_fn *each, void *arg)
{
	const struct dirent *entry;
	char path[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		int tid = (int)strtol(entry->d_name, NULL, 10);

		if (tid <= 0)
			continue;
		each(arg, tid, tid == pid);
		if (depth)
			for_children(pid, tid, depth, each, arg);
	}
	if (tasks)
		closedir(tasks);
}

/* The socket with this inode that no descriptor of ours stands for. */
static struct endpoint *unclaimed(const struct world *w, unsigned long inode)
{
	struct endpoint *e;

	for (size_t i = 0; (e = world_socket_at(w, i)); i++) {
		if (e->inode == inode && e->state != STATE_CLOSED &&
			!descriptor_of(&w->descriptors, e))
			return e;
	}
	return NULL;
}

/* Name what one process holds: "web/3". */
static void claim_of(void *arg, int pid, bool leader)
{
	struct world_process *wp = arg;
	char path[64], target[64];
	const struct dirent *entry;
	DIR *folder;

	if (!leader)
		return;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		ssize_t len = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		struct endpoint *e = NULL;
		unsigned long inode;
		struct text name = TEXT_EMPTY;
		int fd = (int)strtol(entry->d_name, NULL, 10);

		if (len <= 0)
			continue;
		target[len] = '\0';
		if (sscanf(target, "socket:[%lu]", &inode) == 1 && inode)
			e = unclaimed(wp->world, inode);
		if (!e)
			continue;
		text_printf(&name, "%s/%d", wp->process.name, fd);
		descriptor_add(&wp->world->descriptors, text_get(&name), &wp->process, fd, e);
		tracker_own(world_tracker(wp->world, wp->process.host), e, text_get(&name),
			wp->process.name, fd, wp->process.program_event);
		text_done(&name);
	}
	if (folder)
		closedir(folder);
}

static bool any_unclaimed(const struct world *w)
{
	const struct endpoint *e;

	for (size_t i = 0; (e = world_socket_at(w, i)); i++) {
		if (e->inode && e->state != STATE_CLOSED && !descriptor_of(&w->descriptors, e))
			return true;
	}
	return false;
}

/* A program's descriptor that the kernel says nobody has any more. */
static void give_up_closed(struct world_process *wp)
{
	struct world *w = wp->world;

	for (size_t i = 0; i < w->descriptors.count; i++) {
		struct descriptor *d = w->descriptors.items[i];

		if (d->open && d->process == &wp->process &&
			(d->endpoint->inode == 0 || d->endpoint->state == STATE_CLOSED))
			world_close_descriptor(w, d, wp->process.program_event);
	}
}

static void look_at_sockets(struct world_process *wp)
{
	struct world *w = wp->world;
	struct tracker *t = world_tracker(w, wp->process.host);

	struct endpoint *e;

	tracker_meet_listeners(t, wp->process.program_event);
	/* accepted meanwhile? The kernel gives a socket its inode then */
	for (size_t i = 0; (e = tracker_get(t, i)); i++) {
		if (e->state != STATE_CLOSED && e->state != STATE_NONE && !e->inode &&
			!descriptor_of(&w->descriptors, e))
			tracker_look(t, e, NULL, wp->process.program_event);
	}
	for (size_t i = 0; i < w->descriptors.count; i++) {
		const struct descriptor *d = w->descriptors.items[i];

		if (d->open && d->process == &wp->process)
			tracker_look(t, d->endpoint, NULL, wp->process.program_event);
	}
	give_up_closed(wp);
	if (any_unclaimed(w))
		for_family((int)wp->process.outer_pid, CHILDREN_DEPTH, claim_of, wp);
}

/* ---- in motion ---- */

static void add_awake(void *arg, int tid, bool leader)
{
	struct process p = { .outer_pid = tid };
	char state = process_state(&p);

	(void)leader;
	if (state != 'S' && state != 'T' && state != 't' && state != 'Z' && state != 0)
		++*(unsigned *)arg;
}

void program_check(struct world_process *wp)
{
	struct process *p = &wp->process;
	unsigned awake = 0;

	for_family((int)p->outer_pid, CHILDREN_DEPTH, add_awake, &awake);
	if (awake && clock_now_ns() - p->motion_since_ns < PROGRAM_MOTION_NS)
		return;
	wire_drain(wp->world->wire); /* what it has sent, while it still counts as the cause */
	program_hear(wp);
	p->in_motion = false;
	p->signal_event = 0;
	wp->beat_due_ns = clock_now_ns() + (awake ? BEAT_BUSY_NS : BEAT_IDLE_NS);
	look_at_sockets(wp);
}

uint64_t program_beat(struct world_process *wp)
{
	const struct process *p = &wp->process;

	if (!p->program || p->ended)
		return 0;
	if (!p->in_motion && wp->beat_due_ns <= clock_now_ns())
		program_check(wp);
	return p->in_motion ? clock_now_ns() + BEAT_BUSY_NS : wp->beat_due_ns;
}
