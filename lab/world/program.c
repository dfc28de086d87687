/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes that became other programs. Nobody tells us of their calls, so they are watched from outside: what they
 * write comes through a pipe, and whose a socket is claims.c finds out. A program given something to do (started, typed
 * to, a segment arrived for it) is in motion until /proc shows all of it asleep, or PROGRAM_MOTION_NS later: one that
 * computes must not stop the story. (Time in which it waits for a core does not count: on a crowded machine it may not
 * even have begun.) */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/readiness.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "world/family.h"
#include "world/parts.h"

#define PROGRAM_MOTION_NS (50 * NS_PER_MS)
#define PROGRAM_MOTION_MOST_NS (500 * NS_PER_MS) /* with all its waiting */
#define PROGRAM_WORK_NS (500 * NS_PER_US) /* it has hardly begun: not worth the question */
#define MOTION_POLL_NS NS_PER_MS /* is it asleep by now? */
#define BEAT_BUSY_NS (10 * NS_PER_MS) /* it computes: a listener may appear any moment */
#define BEAT_IDLE_NS (100 * NS_PER_MS) /* all of it sleeps */
#define READS_AT_ONCE 16 /* a pipe's worth */
#define LINE_MAX_BYTES 4096 /* of output; a longer line is told in pieces */
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

/* Not all need be there: it may have ended, and `children` is a matter of the kernel's configuration. 0 or -errno. */
static int open_files(struct world_process *wp, int pid)
{
	errno = 0;
	wp->tasks = family_open(pid, "task", O_DIRECTORY);
	wp->children = family_children(pid, pid);
	wp->descriptors = family_open(pid, "fd", O_DIRECTORY);
	wp->schedstat = family_open(pid, "schedstat", 0);
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
		family_walk((int)wp->process.outer_pid, add_awake, &awake);
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

	family_walk((int)wp->process.outer_pid, add_waited, &waited);
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
			claims_read(w->hosts[p->host->index]);
			any = true;
		}
		p->unread = false;
	}
	return any;
}

void world_read_programs(struct world *w)
{
	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i]->process;

		p->unread |= p->program && !p->ended;
	}
	program_read_all(w);
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

/* It has ended; have the children that it has left behind a socket of it yet? */
static bool still_lives_on(const struct world_process *wp)
{
	const struct descriptor_table *t = &wp->world->descriptors;

	for (size_t i = t->count; i-- > 0;) {
		if (t->items[i]->open && t->items[i]->process == &wp->process)
			return true;
	}
	return false;
}

uint64_t program_beat(struct world_process *wp)
{
	struct process *p = &wp->process;
	struct world_host *h = wp->world->hosts[p->host->index];

	if (wp->lives_on && !still_lives_on(wp)) {
		wp->lives_on = false;
		h->programs--;
	}
	if (!program_is_there(wp))
		return 0;
	if (!p->in_motion && wp->beat_due_ns <= clock_now_ns()) {
		come_to_rest(wp, is_asleep(wp) ? BEAT_IDLE_NS : BEAT_BUSY_NS);
		if (has_run(wp)) {
			p->unread = true;
			look_in_turn(h);
			claims_read(h);
		}
	}
	return p->in_motion ? clock_now_ns() + MOTION_POLL_NS : wp->beat_due_ns;
}
