/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The watcher's side of feed.h: takes lines from a lab and makes of them a journal and how the lab stands. What comes is
 * checked, as somebody else's text is. Reading never blocks. One thread. */
#ifndef LAB_WATCH_LINK_H
#define LAB_WATCH_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"
#include "watch/stand.h"

struct diag;
struct jsonl_reader;

enum link_end {
	LINK_OPEN,
	LINK_LEFT, /* the lab has said that it ends */
	LINK_LOST, /* it had no time to, or goes on without us */
};

struct link {
	int fd; /* owned; -1 = it is over */
	pid_t pid; /* of the lab */
	int process; /* owned: its pidfd, readable when it has ended; -1 = unknown */
	uint64_t start_ns; /* when it began, CLOCK_MONOTONIC */
	char *title; /* owned; what it plays; NULL until it said so */
	struct text in; /* what has come and is no whole line yet */
	struct jsonl_reader *reader; /* owned */
	struct stand stand;
	enum link_end end;
	uint64_t end_ns; /* when, in the lab's time */
	uint64_t taken; /* lines */
};

/* One that has heard nothing yet, of a connection to lab `pid`, which is owned from here; -1 = to none. */
void link_init(struct link *l, int fd, pid_t pid);
/* 0, or -errno with d filled as folder_connect() does. */
int link_open(struct link *l, pid_t pid, struct diag *d);
void link_close(struct link *l);
/* Take in what has come, for about a slice of time. 1: there may be more at once; 0: there is none for now, or it is
 * over; -errno with d filled: what came makes no sense. */
int link_read(struct link *l, struct diag *d);
/* The same with bytes from elsewhere. 0 or -errno. */
int link_take(struct link *l, const char *bytes, size_t len, struct diag *d);
/* Wait for the first line. 0; -ETIMEDOUT: the lab does not answer. */
int link_greet(struct link *l, int timeout_ms, struct diag *d);

/* Is it over, but not for the lab? */
bool link_is_dropped(const struct link *l);
const struct journal *link_journal(const struct link *l);
/* The lab's clock, which stands still when it has ended. */
uint64_t link_now_ns(const struct link *l);

#endif
