/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a recipe says must come true, and how it stands right now. Reads the journal and what the
 * observers last saw; changes nothing.
 *
 *   S STATE | S path ST > ST ... | S recvq|sendq|backlog|retransmits N | S timer KIND [T +-P%]
 *   S FIELD VALUE [+-P%] (field_expectation.h) | S returned CALL VALUE
 *   count STATE N | [HOST] counter NAME N | segments MATCH ... | no segments | seen MATCH ...
 *   gap MATCH MATCH T [+-P%]
 *   PROC running | PROC blocked [CALL] | PROC exited N | PROC killed SIG
 *   never S STATE            each may end with: within T */
#ifndef LAB_LANGUAGE_EXPECTATION_H
#define LAB_LANGUAGE_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tcp_state.h"
#include "wire/match.h"

struct diag;
struct endpoint;
struct host;
struct process;
struct sock_field;
struct statement;
struct text;
struct token;
struct world;

enum expectation_kind {
	EXPECT_STATE,
	EXPECT_PATH,
	EXPECT_RECVQ, /* number: bytes; of a listener its accept queue */
	EXPECT_SENDQ, /* number: bytes */
	EXPECT_BACKLOG, /* number: a listener's limit */
	EXPECT_RETRANSMITS, /* number: of what it is sending now */
	EXPECT_TIMER, /* number: enum sock_timer; timed: gap_ns until it fires, tolerance */
	EXPECT_FIELD, /* field, and number or call or is_none; tolerance */
	EXPECT_COUNT, /* states[0], number: sockets in that state */
	EXPECT_COUNTER, /* host, counter, number: what its kernel has counted */
	EXPECT_GAP, /* matches[0] and [1], gap_ns, tolerance */
	EXPECT_SEGMENTS, /* match_count 0 = no segments */
	EXPECT_SEEN, /* matches: these among others, in this order */
	EXPECT_RETURNED, /* a call on the endpoint; call, value */
	EXPECT_RUNNING,
	EXPECT_BLOCKED,
	EXPECT_EXITED,
	EXPECT_KILLED,
};

enum expectation_standing {
	STANDS_NOT_YET,
	STANDS_MET,
	STANDS_NEVER, /* what has happened already rules it out */
};

#define EXPECTATION_PARTS_MAX 64 /* states of a path, segments of a list */

struct expectation {
	enum expectation_kind kind;
	bool never;
	struct endpoint *endpoint; /* borrowed */
	/* borrowed from the statement: a program's socket that there is not yet, and `endpoint` is NULL. Nothing is so of
	 * it; parse again when something has happened. NULL = nothing is awaited */
	const struct token *awaited;
	struct process *process; /* borrowed */
	struct host *host; /* borrowed */
	char counter[64]; /* its name */
	enum tcp_state states[EXPECTATION_PARTS_MAX];
	struct match matches[EXPECTATION_PARTS_MAX];
	size_t count; /* of states or matches */
	uint64_t number; /* of what the kind says; exit code or signal */
	bool timed;
	/* between the first of matches[0] and the next of matches[1] since `mark`; until a timer fires */
	uint64_t gap_ns;
	double tolerance; /* a part of gap_ns, or of the field's number */
	char call[32]; /* blocked in which, "" = any; returned from which; a field's name */
	const struct sock_field *field;
	bool is_none; /* the field must have the value that is none */
	const struct token *value; /* borrowed from the statement: what it returned */
	uint64_t within_ns;
};

/* From `expect ...`. 0, or -EINVAL with the place in d. */
int expectation_parse(const struct world *w, const struct statement *s,
	struct expectation *ret_expectation, struct diag *d);
/* How it stands; reads the kernel back where it says so about queues and timers. mark: event the story counts from. since: event number at which `never` began. */
enum expectation_standing expectation_stands(const struct expectation *e, struct world *w,
	uint64_t mark, uint64_t since);
/* What the socket it is about is called, also before there is one. */
const char *expectation_socket_name(const struct expectation *e);
/* Both sides in one notation. Appended. */
void expectation_format(const struct expectation *e, struct text *out);
void expectation_format_seen(const struct expectation *e, struct world *w, uint64_t mark,
	struct text *out);

/* What becomes of a process, for other questions in the same words: from words[*i] on, which moves behind it, into kind,
 * call and number. 0 or -EINVAL. */
int expectation_read_fate(const struct statement *s, size_t *i, struct expectation *e,
	struct diag *d);
/* "running", "blocked recv", "killed SIGPIPE": of an expectation, and of a process as it is. Appended. */
void expectation_format_fate(const struct expectation *e, struct text *out);
void expectation_format_seen_fate(const struct process *p, struct text *out);
/* Is it asleep in this call? "" = in any. */
bool expectation_blocked_in(const struct process *p, const char *call);

#endif
