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

/* What a call gave besides its result, in words and as a number to compare. */
struct call_answer {
	char *text; /* owned: "\"hello\"", "1,0", "POLLIN|POLLHUP"; NULL = nothing */
	bool in_words; /* `text` is all of it: no number is the answer */
	bool has_value; /* `value` counts, instead of the result */
	int64_t value;
	uint64_t unit_ns; /* of value, when it is a time; else 0 */
};
/* Fill answer from the reply; only called when the call succeeded. */
typedef void call_describe_fn(const struct call_request *q, const struct call_reply *reply,
	struct call_answer *answer);

/* How a call ended. */
struct call_outcome {
	int64_t result;
	int error; /* errno, 0 = success */
	const struct call_answer
		*answer; /* NULL = none; valid during the call of the function only */
	int killed; /* signal that ended the process in the call; 0 = it returned */
	int exit_code; /* when the process ended without a signal (killed 0, ended true) */
	bool ended;
	const uint8_t *data; /* recv; valid during the call of the function only */
	size_t size;
	uint64_t event; /* the EVENT_RETURN or EVENT_PROCESS_END */
};
typedef void call_done_fn(void *arg, const struct call_outcome *outcome);

/* A call to be made. All is borrowed or copied. */
struct call_order {
	const struct call_request *request;
	const void *data; /* request->size bytes, unless it generates; NULL = none */
	const char *text; /* as strace(1) prints it: "connect(3, 127.0.0.1:80)" */
	struct endpoint *endpoint; /* the socket it is made on; NULL for socket(2), fork(2) ... */
	const char *
		new_name; /* what the socket or process it makes shall be called; NULL = makes none */
	call_describe_fn *describe; /* NULL = the result says it all */
};

/* The one call a process can be in. */
struct call {
	struct call_request request; /* without its data */
	struct endpoint *endpoint; /* borrowed: the socket it is made on; NULL for socket(2) */
	char *text; /* owned: "connect(3, 127.0.0.1:80)" */
	char *new_name; /* owned; NULL = it makes nothing that has a name */
	call_describe_fn *describe;
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
	int stat, syscall; /* owned: its files of these names in /proc; -1 = it has ended */
	bool ended;
	int exit_code, killed; /* once ended: status, or the signal */
	bool program; /* it became another program: it makes its own calls, and has no channel */
	uint64_t program_event; /* the EVENT_RETURN of its execve() */
	int input; /* program: where its standard input is written; -1 = closed */
	uint64_t motion_since_ns; /* program: when it was last given something to do */
	bool unread; /* program: it was in motion since its sockets were last read */
	bool in_call; /* `call` counts */
	/* The kernel may still be at work for it: it was given a call or a signal, or its socket a segment,
	 * and has not been seen asleep or back since. */
	bool in_motion;
	uint64_t signal_event; /* a signal is on its way: its EVENT_SIGNAL; 0 = none */
	int last_signal; /* the last one we sent, and its EVENT_SIGNAL: it may be what ended it */
	uint64_t last_signal_event;
	struct call call;
};

/* Start one on `host` (borrowed). 0 or -errno with d filled. Close with process_close() either way. */
int process_open(struct process *p, const char *name, struct host *host, struct diag *d);
/* Meet one that fork(2) made: pid inside the host, channel is taken over. 0 or -errno; free either way. */
int process_meet(struct process *p, const char *name, struct host *host, int pid, int channel);
void process_close(struct process *p);

/* Hand over a call; the answer comes as one message on the channel. data: q->size bytes for send.
 * 0 or -errno. */
int process_send(struct process *p, const struct call_request *q, const void *data);
/* The call is over: forget it. */
void process_end_call(struct process *p);

/* Where the kernel says the process is: 'R' running, 'S' asleep and off the run queue, 'D', 'T' stopped, 'Z'
 * dead ...; 0 = no such process any more. Source: proc(5), /proc/PID/stat and /proc/PID/syscall. */
char process_state(const struct process *p);
/* The number of the system call that its first thread sleeps in; -1 = it does not sleep, or this kernel does not tell.
 * Source: proc(5), /proc/PID/syscall. */
long process_sleeps_in(const struct process *p);
/* How a thread or process stands that is none of ours, by its number as main sees it. */
char process_task_state(int tid);

#endif
