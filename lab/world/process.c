/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "world/channel.h"
#include "world/family.h"
#include "world/host.h"

/* Open what process_state() reads: there and then, for later there may be no descriptor left, and what cannot be read
 * is not made up. One that has died since has nothing to read; of one that lives a kernel may show no system call. */
static int open_state(struct process *p)
{
	p->stat = family_open((int)p->outer_pid, "stat", 0);
	if (p->stat < 0)
		return errno == ENOENT || errno == ESRCH ? 0 : -errno;
	p->syscall = family_open((int)p->outer_pid, "syscall", 0);
	if (p->syscall < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return -errno;
	return 0;
}

/* Its first message carries nothing but its PID as main sees it. */
static int read_hello(struct process *p)
{
	struct pollfd polled = { .fd = p->channel, .events = POLLIN };
	struct call_reply hello;
	ssize_t len;
	int r;

	do {
		r = poll(&polled, 1, HOST_ANSWER_MS);
	} while (r < 0 && errno == EINTR);
	if (r <= 0)
		return r < 0 ? -errno : -ETIMEDOUT;
	len = channel_receive(p->channel, &hello, sizeof(hello), 0, NULL, 0, &p->outer_pid);
	return len == sizeof(hello) ? open_state(p) : -EPIPE;
}

int process_open(struct process *p, const char *name, struct host *host, struct diag *d)
{
	int r;

	*p = (struct process){ .channel = -1,
		.stat = -1,
		.syscall = -1,
		.input = -1,
		.host = host,
		.name = text_copy(name) };
	r = host_spawn(host, &p->pid, &p->channel, d);
	if (r < 0)
		return r;
	r = read_hello(p);
	if (r < 0)
		diag_errno(d, -r, "wait", "process '%s' did not start", name);
	if (r == -EPIPE)
		diag_remedy(d, "it or its host's first process was killed: start the lab again");
	return r;
}

int process_meet(struct process *p, const char *name, struct host *host, int pid, int channel)
{
	*p = (struct process){ .channel = channel,
		.stat = -1,
		.syscall = -1,
		.input = -1,
		.host = host,
		.name = text_copy(name),
		.pid = pid };
	return read_hello(p);
}

void process_close(struct process *p)
{
	if (p->name) {
		fd_closep(&p->channel);
		fd_closep(&p->input);
		fd_closep(&p->stat);
		fd_closep(&p->syscall);
	}
	process_end_call(p);
	free(p->name);
	p->name = NULL;
}

int process_send(struct process *p, const struct call_request *q, const void *data)
{
	size_t size = data && !q->generate ? q->size : 0;
	CLEANUP(freep) uint8_t *message = memory_new(sizeof(*q) + size);

	LAB_ASSERT(size <= CALL_DATA_MAX);
	memcpy(message, q, sizeof(*q));
	if (size)
		memcpy(message + sizeof(*q), data, size);
	return channel_send(p->channel, message, sizeof(*q) + size, NULL, 0);
}

void process_end_call(struct process *p)
{
	free(p->call.text);
	free(p->call.new_name);
	p->call = (struct call){ 0 };
	p->in_call = false;
}

/* The text of such a file from its beginning, empty when it cannot be read. */
static void read_proc(int fd, char *buffer, size_t capacity)
{
	ssize_t len = fd < 0 ? -1 : pread(fd, buffer, capacity - 1, 0);

	buffer[len < 0 ? 0 : len] = '\0';
}

/* On its way to sleep a task says S while it still runs, and may find that it need not sleep. To tell what system
 * call it is in, the kernel waits until it is off the run queue, or says "running" (lib/syscall.c
 * task_current_syscall()). So that is asked first; it is also the cheaper question. What woke it between the
 * two could as well have done so after the second. */
static char read_state(int stat, int syscall)
{
	char line[512], call[64];
	const char *end;

	read_proc(syscall, call, sizeof(call));
	if (strncmp(call, "running", 7) == 0)
		return 'R';
	read_proc(stat, line, sizeof(line));
	/* the name in parentheses may hold anything; the state follows the last one */
	end = strrchr(line, ')');
	return !end || end[1] != ' ' ? 0 : end[2];
}

char process_state(const struct process *p)
{
	return read_state(p->stat, p->syscall);
}

char process_task_state(int tid)
{
	CLEANUP(fd_closep) int stat = family_open(tid, "stat", 0);
	CLEANUP(fd_closep) int syscall = family_open(tid, "syscall", 0);

	return read_state(stat, syscall);
}

long process_sleeps_in(const struct process *p)
{
	char call[64], *end;
	long number;

	read_proc(p->syscall, call, sizeof(call));
	number = strtol(call, &end, 10); /* "running": none */
	return end == call || process_state(p) != 'S' ? -1 : number;
}
