/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main's side of one real process: what it was last asked to do, and how it stands. No event loop
 * inside; the world reads the channel when it is readable. */
#ifndef LAB_WORLD_PROCESS_H
#define LAB_WORLD_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "world/protocol.h"

struct diag;
struct endpoint;
struct host;

/* How a call ended. */
struct call_outcome {
	int64_t result;
	int error; /* errno, 0 = success */
	int killed; /* signal that ended the process in the call; 0 = it returned */
	int exit_code; /* when the process ended without a signal (killed 0, ended true) */
	bool ended;
	const uint8_t *data; /* recv; valid during the call of the function only */
	size_t size;
	uint64_t event; /* the EVENT_RETURN or EVENT_PROCESS_END */
};
typedef void call_done_fn(void *arg, const struct call_outcome *outcome);

/* The one call a process can be in. */
struct call {
	enum call_kind kind;
	struct endpoint *endpoint; /* borrowed: the socket it is made on; NULL for socket(2) */
	char *text; /* owned: "connect(3, 127.0.0.1:80)" */
	char *new_name; /* owned: what socket(2) or accept(2) shall be called; NULL otherwise */
	struct address remote; /* connect: where to */
	uint64_t event; /* its EVENT_CALL */
	uint64_t begin_ns;
	bool blocked; /* it has been seen asleep, and that was journalled */
	call_done_fn *done;
	void *arg;
};

struct process {
	char *name; /* owned */
	struct host *host; /* borrowed */
	int pid; /* inside the host */
	pid_t outer_pid; /* as the user sees it in ps(1) */
	int channel; /* owned; -1 = closed */
	bool ended;
	int exit_code, killed; /* once ended: status, or the signal */
	bool in_call; /* `call` counts */
	/* The kernel may still be at work for it: it was given a call or a signal, or its socket a segment,
	 * and has not been seen asleep or back since. */
	bool in_motion;
	uint64_t signal_event; /* a signal is on its way: its EVENT_SIGNAL; 0 = none */
	struct call call;
};

/* Start one on `host` (borrowed). 0 or -errno with d filled. Free with process_free() either way. */
int process_open(struct process *p, const char *name, struct host *host, struct diag *d);
void process_close(struct process *p);

/* Hand over a call; the answer comes as one message on the channel. data: q->size bytes for send.
 * 0 or -errno. */
int process_send(struct process *p, const struct call_request *q, const void *data);
/* The call is over: forget it. */
void process_end_call(struct process *p);

/* Where the kernel says the process is: 'R' running, 'S' asleep, 'D', 'T' stopped, 'Z' dead ...;
 * 0 = no such process any more. Source: proc(5), /proc/PID/stat. */
char process_state(const struct process *p);

#endif
