/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes that became other programs. Nobody tells us of their calls, so they are watched from outside:
 * what they write comes through a pipe, and whose a socket is stands in /proc/PID/fd, by its inode. A program
 * given something to do (started, typed to, a segment arrived for it) is in motion until /proc shows all
 * of it asleep, or PROGRAM_MOTION_NS later: one that computes must not stop the story. (Time in which it waits for a
 * core does not count: on a crowded machine it may not even have begun.)
 *
 * Nothing is missed all the same. Whatever a program does to the state of a connection puts a segment on the wire,
 * and with each of those its socket is read (motion.c). No segment tells of a listener that comes or goes, of a
 * connect() given up, of a FIN that has to wait behind data, and of accept(). Those are read when all is at
 * rest and at each heartbeat; of the sockets that anything has happened to, so ten thousand idle ones cost
 * nothing. A listener is also looked for before a SYN comes to it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/readiness.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "world/parts.h"

#define PROGRAM_MOTION_NS (50 * NS_PER_MS)
#define PROGRAM_MOTION_MOST_NS (500 * NS_PER_MS) /* with all its waiting */
#define PROGRAM_WORK_NS (500 * NS_PER_US) /* it has hardly begun: not worth the question */
#define MOTION_POLL_NS NS_PER_MS /* is it asleep by now? */
#define BEAT_BUSY_NS (10 * NS_PER_MS) /* it computes: a listener may appear any moment */
#define BEAT_IDLE_NS (100 * NS_PER_MS) /* all of it sleeps */
#define READS_AT_ONCE 16 /* a pipe's worth */
#define LINE_MAX_BYTES 4096 /* of output; a longer line is told in pieces */
#define CHILDREN_DEPTH 4 /* nc from a shell from a script */
#define CLAIM_AHEAD 8 /* numbers of descriptors to try before all are looked through */
#define BEAT_SOCKETS 64 /* looked at in one heartbeat, in turns */

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

void program_wake(struct process *p)
{
	p->in_motion = p->unread = true;
	p->motion_since_ns = clock_now_ns();
}

static int open_proc(int pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC | flags);
}

static int open_children(int pid, int tid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Not all need be there: it may have ended, and `children` is a matter of the kernel's configuration. 0 or -errno. */
static int open_files(struct world_process *wp, int pid)
{
	errno = 0;
	wp->tasks = open_proc(pid, "task", O_DIRECTORY);
	wp->children = open_children(pid, pid);
	wp->descriptors = open_proc(pid, "fd", O_DIRECTORY);
	wp->schedstat = open_proc(pid, "schedstat", 0);
	return diag_is_machine(errno) ? -errno : 0;
}

void program_runs(struct world_process *wp, uint64_t event)
{
	struct process *p = &wp->process;
	int r;

	p->program = true;
	p->program_event = event;
	program_wake(p);
	wp->world->hosts[p->host->index]->programs++;
	wp->next_fd = STDERR_FILENO + 1;
	r = open_files(wp, (int)p->outer_pid);
	if (r == 0)
		r = uv_poll_init(wp->world->loop, &wp->output_poll, wp->output);
	if (r < 0) {
		world_give_up(wp->world, p->host, "a program cannot be looked at", -r);
		return;
	}
	wp->world->open_handles++;
	wp->output_polled = true;
	wp->output_poll.data = wp;
	r = readiness_await(&wp->output_poll, UV_READABLE | UV_DISCONNECT, on_output);
	if (r < 0)
		world_give_up(wp->world, p->host, "a program's output cannot be read", -r);
}

void program_hear(struct world_process *wp)
{
	if (wp->output_polled)
		read_output(wp);
}

void program_ended(struct world_process *wp)
{
	fd_closep(&wp->process.input);
	fd_closep(&wp->tasks);
	fd_closep(&wp->children);
	fd_closep(&wp->descriptors);
	fd_closep(&wp->schedstat);
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
	program_wake(p);
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
	char line[4096], *at = line, *end;
	CLEANUP(fd_closep) int fd = open_children(pid, tid);
	ssize_t len;

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

/* The program whose calls are to answer for what is found on a host: one that moved, else any. */
static const struct process *any_program(const struct world_host *h)
{
	const struct world *w = h->world;
	const struct process *found = NULL;

	for (size_t i = 0; i < w->process_count; i++) {
		const struct process *p = &w->processes[i]->process;

		if (p->host != &h->host || !p->program || p->ended)
			continue;
		if (p->unread)
			return p;
		if (!found)
			found = p;
	}
	return found;
}

static bool is_unclaimed(const struct endpoint *e)
{
	return e->inode && e->state != STATE_CLOSED && !e->held;
}

/* Name what a program holds: "web/3". */
static void claim(struct world_process *wp, int fd, struct endpoint *e)
{
	struct text name = TEXT_EMPTY;

	text_printf(&name, "%s/%d", wp->process.name, fd);
	descriptor_add(&wp->world->descriptors, text_get(&name), &wp->process, fd, e);
	tracker_own(e->tracker, e, text_get(&name), wp->process.name, fd,
		wp->process.program_event);
	text_done(&name);
	wp->next_fd = fd + 1;
}

/* The inode of the socket behind an entry of /proc/PID/fd; 0 = it is none. */
static unsigned long inode_of(int folder, const char *entry)
{
	char target[64];
	ssize_t len = readlinkat(folder, entry, target, sizeof(target) - 1);

	if (len <= 0)
		return 0;
	target[len] = '\0';
	return strncmp(target, "socket:[", 8) == 0 ? strtoul(target + 8, NULL, 10) : 0;
}

/* Sockets that somebody holds and nobody is known to hold, and a program that may be who. */
struct claims {
	struct world_process *wp;
	struct endpoint **endpoints; /* owned */
	size_t count;
};

static void claim_of(void *arg, int pid, bool leader)
{
	const struct claims *c = arg;
	const struct dirent *entry;
	DIR *folder;
	int fd;

	if (!leader || (fd = open_proc(pid, "fd", O_DIRECTORY)) < 0)
		return;
	folder = fdopendir(fd);
	while (folder && (entry = readdir(folder))) {
		unsigned long inode = inode_of(fd, entry->d_name);

		for (size_t i = 0; inode && i < c->count; i++) {
			if (c->endpoints[i]->inode == inode && !c->endpoints[i]->held)
				claim(c->wp, (int)strtol(entry->d_name, NULL, 10), c->endpoints[i]);
		}
	}
	if (folder)
		closedir(folder);
}

/* The kernel says that no process has a descriptor of it any more. */
static void give_up(struct world *w, struct endpoint *e)
{
	struct descriptor *next;

	for (struct descriptor *d = e->held; d; d = next) {
		struct world_process *wp = world_process_of(d->process);

		next = d->next;
		if (!d->process->program)
			continue;
		if (d->fd < wp->next_fd)
			wp->next_fd = d->fd;
		world_close_descriptor(w, d, d->process->program_event);
	}
}

/* May it change again without a segment? */
static bool stays_touched(const struct endpoint *e)
{
	switch (e->state) {
	case STATE_LISTEN: /* close() */
	case STATE_SYN_SENT: /* close() */
		return true;
	case STATE_SYN_RECEIVED:
	case STATE_ESTABLISHED:
	case STATE_CLOSE_WAIT: /* accept(); close() while data waits that the FIN must wait for */
		return !e->held || e->sendq;
	default:
		return false;
	}
}

/* Descriptors are given out lowest first: does it have the next number of this program's, or one soon behind? Between
 * them are its files, and what it has accepted and was not claimed yet. */
static bool claim_next(struct world_process *wp, struct endpoint *e)
{
	char entry[16];

	for (int fd = wp->next_fd; wp->descriptors >= 0 && fd < wp->next_fd + CLAIM_AHEAD; fd++) {
		snprintf(entry, sizeof(entry), "%d", fd);
		if (inode_of(wp->descriptors, entry) != e->inode)
			continue;
		claim(wp, fd, e);
		return true;
	}
	return false;
}

/* The listener's program, or else that of a client: the last one started is the likeliest. */
static void claim_cheaply(struct world_host *h, struct endpoint *e)
{
	struct world *w = h->world;
	const struct endpoint *listener = tracker_listener(h->tracker, &e->local);

	if (listener && listener->held && claim_next(world_process_of(listener->held->process), e))
		return;
	for (size_t i = w->process_count; i-- > 0;) {
		if (w->processes[i]->process.host == &h->host && claim_next(w->processes[i], e))
			return;
	}
}

struct endpoint *program_meet_sender(struct world_host *h, const struct address *local,
	const struct address *remote)
{
	struct world *w = h->world;
	struct endpoint *e;
	struct claims claims = { .endpoints = &e, .count = 1 };

	for (size_t i = 0; i < w->process_count; i++)
		answers_hear_exec(w->processes[i]); /* it may be quicker than its answer is read */
	e = h->programs ? tracker_foresee(h->tracker, local, remote) : NULL;
	if (e && is_unclaimed(e))
		claim_cheaply(h, e);
	for (size_t i = w->process_count; e && is_unclaimed(e) && i-- > 0;) {
		const struct process *p = &w->processes[i]->process;

		claims.wp = w->processes[i];
		if (p->host == &h->host && p->program && !p->ended)
			for_family((int)p->outer_pid, CHILDREN_DEPTH, claim_of, &claims);
	}
	return e;
}

void program_met(struct world_host *h, struct endpoint *e)
{
	if (!h->programs)
		return;
	if (e->held && (!e->inode || e->state == STATE_CLOSED))
		give_up(h->world, e);
	if (is_unclaimed(e))
		claim_cheaply(h, e);
	if (!stays_touched(e) && !is_unclaimed(e))
		tracker_untouch(e);
}

void program_meet_listeners(struct world_host *h)
{
	const struct process *p = any_program(h);

	tracker_meet_listeners(h->tracker, p ? p->program_event : 0);
}

/* Read back what the programs of a host have done; whose the sockets are, of those that may have done it. */
static void read_host(struct world_host *h)
{
	struct world *w = h->world;
	const struct process *p = any_program(h);
	uint64_t cause = p ? p->program_event : 0;
	struct claims claims = { 0 };
	struct endpoint *e, *next;

	tracker_meet_listeners(h->tracker, cause);
	for (e = tracker_touched(h->tracker, NULL); e; e = next) {
		next = tracker_touched(h->tracker, e);
		if (e->held && !e->held->process->program) { /* whoever has it tells of his calls */
			tracker_untouch(e);
			continue;
		}
		if (e->state != STATE_CLOSED)
			tracker_look(h->tracker, e, NULL,
				e->held ? e->held->process->program_event : cause);
		program_met(h, e);
		if (!is_unclaimed(e))
			continue;
		claims.endpoints = memory_grow(claims.endpoints,
			(claims.count + 1) * sizeof(struct endpoint *));
		claims.endpoints[claims.count++] = e;
	}
	for (size_t i = 0; i < w->process_count; i++) {
		claims.wp = w->processes[i];
		p = &claims.wp->process;
		if (p->host != &h->host || !p->program || !p->unread)
			continue;
		if (claims.count && !p->ended)
			for_family((int)p->outer_pid, CHILDREN_DEPTH, claim_of, &claims);
		claims.wp->process.unread = false;
	}
	free(claims.endpoints);
}

/* ---- in motion ---- */

static void add_awake(void *arg, int tid, bool leader)
{
	char state = process_task_state(tid);

	(void)leader;
	if (state != 'S' && state != 'T' && state != 't' && state != 'Z' && state != 0)
		++*(unsigned *)arg;
}

/* One thread and no children, as most are: then nobody else has to be asked.
 * Source: proc(5); fs/proc/base.c proc_task_getattr(): a link for each thread, and two. */
static bool is_alone(const struct world_process *wp)
{
	struct stat tasks;
	char child;

	return fstat(wp->tasks, &tasks) == 0 && tasks.st_nlink == 3 &&
		pread(wp->children, &child, 1, 0) <= 0;
}

static bool is_asleep(struct world_process *wp)
{
	char state = process_state(&wp->process);
	unsigned awake = 0;

	if (state != 'S' && state != 'T' && state != 't' && state != 'Z' && state != 0)
		return false;
	if (!is_alone(wp))
		for_family((int)wp->process.outer_pid, CHILDREN_DEPTH, add_awake, &awake);
	return awake == 0;
}

static void come_to_rest(struct world_process *wp, uint64_t beat_ns)
{
	wire_drain(wp->world->wire); /* what it has sent, while it still counts as the cause */
	program_hear(wp);
	wp->process.in_motion = false;
	wp->process.signal_event = 0;
	wp->beat_due_ns = clock_now_ns() + beat_ns;
}

static void add_waited(void *arg, int tid, bool leader)
{
	(void)leader;
	*(uint64_t *)arg += clock_waited_ns(tid);
}

/* How long all of it has waited for a core since it was first asked in this motion. */
static uint64_t waited_ns(struct world_process *wp)
{
	uint64_t waited = 0;

	for_family((int)wp->process.outer_pid, CHILDREN_DEPTH, add_waited, &waited);
	if (wp->waited_motion_ns != wp->process.motion_since_ns || waited < wp->waited_ns) {
		wp->waited_motion_ns = wp->process.motion_since_ns;
		wp->waited_ns = waited;
	}
	return waited - wp->waited_ns;
}

void program_check(struct world_process *wp)
{
	uint64_t moved_ns = clock_now_ns() - wp->process.motion_since_ns, waited;

	if (moved_ns < PROGRAM_WORK_NS)
		return;
	if (is_asleep(wp)) {
		come_to_rest(wp, BEAT_IDLE_NS);
		return;
	}
	waited = waited_ns(wp);
	if (moved_ns >= PROGRAM_MOTION_MOST_NS || moved_ns >= PROGRAM_MOTION_NS + waited)
		come_to_rest(wp, BEAT_BUSY_NS);
}

bool program_read_all(struct world *w)
{
	bool any = false;

	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i]->process;

		if (p->unread && w->hosts[p->host->index]->tracker) {
			read_host(w->hosts[p->host->index]);
			any = true;
		}
		p->unread = false;
	}
	return any;
}

/* Has it had the CPU since we asked last? One that slept all the time has done nothing. Source: proc(5) of 6.x,
 * /proc/PID/schedstat: time on the CPU, time waiting for it, how often it had it. */
static bool has_run(struct world_process *wp)
{
	char run[sizeof(wp->run)] = "";
	bool same;

	if (pread(wp->schedstat, run, sizeof(run) - 1, 0) <= 0 || !is_alone(wp))
		return true;
	same = strcmp(run, wp->run) == 0;
	memcpy(wp->run, run, sizeof(run));
	return !same;
}

/* Every socket has its turn, so that nothing stays unseen for ever, whatever a program has done to it. */
static void look_in_turn(struct world_host *h)
{
	for (unsigned i = 0; i < BEAT_SOCKETS && i < tracker_count(h->tracker); i++) {
		struct endpoint *e;

		if (h->beat_next >= tracker_count(h->tracker))
			h->beat_next = 0;
		e = tracker_get(h->tracker, h->beat_next++);
		if (e->held && e->held->process->program)
			tracker_touch(e);
	}
}

uint64_t program_beat(struct world_process *wp)
{
	struct process *p = &wp->process;
	struct world_host *h = wp->world->hosts[p->host->index];

	if (!p->program || p->ended)
		return 0;
	if (!p->in_motion && wp->beat_due_ns <= clock_now_ns()) {
		come_to_rest(wp, is_asleep(wp) ? BEAT_IDLE_NS : BEAT_BUSY_NS);
		if (has_run(wp)) {
			p->unread = true;
			look_in_turn(h);
			read_host(h);
		}
	}
	return p->in_motion ? clock_now_ns() + MOTION_POLL_NS : wp->beat_due_ns;
}
