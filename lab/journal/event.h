/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vocabulary of the journal: everything that can happen in a lab, as plain values. */
#ifndef LAB_JOURNAL_EVENT_H
#define LAB_JOURNAL_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/tcp_state.h"
#include "journal/segment.h"

enum event_kind {
	EVENT_LAB, /* the lab stands; text = kernel release */
	/* subject = host name; socket.local = its IPv4, socket.remote = its IPv6 address; text = what became of
	 * it, NULL = it is up */
	EVENT_HOST,
	EVENT_PROCESS, /* subject = process, host; process.pid */
	EVENT_PROCESS_END, /* subject = process, host; process.pid/.signal/.code */
	EVENT_PROGRAM, /* a program wrote a line; subject = process, text = the line */
	EVENT_SIGNAL, /* a signal was sent; subject = process; process.signal */
	EVENT_RECIPE, /* a file of commands begins; subject = file, text = its opening comment */
	EVENT_COMMAND, /* a line is run; subject = file, text = the line; place */
	EVENT_CALL, /* a system call begins; subject = socket, process, text = "connect(3, ...)" */
	EVENT_BLOCKED, /* it sleeps in the kernel; call */
	EVENT_RETURN, /* it returned; subject, process, text = what came with it; call */
	/* a socket has got a name or was first seen; subject = name, host, process, text = how it was found out whose it
	 * is, where that was not known; socket */
	EVENT_SOCKET,
	/* a TCP state changed; subject = socket, host; text = "passed" when a program had moved on before it could
	 * be read; state */
	EVENT_STATE,
	EVENT_TIMER, /* a kernel timer fired; subject = socket, host, text = which; timer */
	/* A packet is on the wire: it left a kernel (host), the wire made a copy of another, or it was built by
	 * hand (host NULL); subject and text = sockets it is from and to; wire */
	EVENT_SEGMENT,
	EVENT_COPY,
	EVENT_FORGED,
	/* What the wire does with it; host = where it is going; verdict */
	EVENT_HELD, /* it is kept until let go */
	EVENT_DELAYED, /* it comes later: verdict.delay_ns; text = by which rule or command */
	EVENT_CORRUPTED, /* it was changed; text = what is wrong with it now, and by which rule or command */
	EVENT_SWAPPED, /* it has changed places with verdict.other */
	EVENT_DELIVERED, /* it was handed to its destination's kernel */
	EVENT_DROPPED, /* the wire lost it; text = by which rule or command */
	EVENT_RULE, /* the wire's rules changed; text */
	EVENT_MARK, /* `segments` and `path` count from here; text */
	EVENT_SAY, /* text */
	EVENT_EXPECTATION, /* text = the line; expectation */
	/* A claim has come to its end; subject = its ID, text = what it states; host = the evidence, process = what
	 * this kernel does instead (NULL = it does not differ); claim */
	EVENT_CLAIM,
	/* `predict` asks; subject = what about ("c state"), text = the question, host = what may be answered, or the
	 * choices, a line each; prediction */
	EVENT_QUESTION,
	EVENT_PREDICTION, /* it was answered, for good; subject, text = the answer, NULL = "I don't know"; prediction */
	/* What came of it; subject, text = what the kernel did, cause = the event in which it did; prediction */
	EVENT_OBSERVATION,
	/* An exercise begins (goal.number 0; text = its name), or one of its goals is met, or no longer is; text = the
	 * goal; goal */
	EVENT_GOAL,
	EVENT_OUTPUT, /* answer of ss, wire, help ...: text, may have many lines */
	EVENT_NOTE, /* the lab remarks something; text */
	EVENT_ERROR, /* the lab could not; text = message, subject = remedy; place */
	EVENT_COUNT,
};
enum claim_verdict {
	CLAIM_HOLDS,
	CLAIM_DIFFERS,
	CLAIM_FAILED, /* the kernel did otherwise than the claim's block says */
	CLAIM_UNTESTED, /* nothing was asked of the kernel: what would is for --slow, or needs a program */
	CLAIM_VERDICT_COUNT,
};

enum prediction_verdict {
	PREDICTION_FORETOLD, /* as the answer says */
	PREDICTION_OTHERWISE,
	PREDICTION_UNANSWERED, /* "I don't know" */
	PREDICTION_SKIPPED, /* nobody was asked */
	PREDICTION_VERDICT_COUNT,
};

#define EVENT_BIT(kind) (UINT64_C(1) << (kind)) /* in a mask of kinds */
/* Those of event_is_segment(). */
#define EVENT_SEGMENTS (EVENT_BIT(EVENT_SEGMENT) | EVENT_BIT(EVENT_COPY) | EVENT_BIT(EVENT_FORGED))

/* Strings are borrowed from the caller in journal_add() and from the journal afterwards. Any may be
 * NULL. Which part of the union counts follows from the kind. */
struct event {
	uint64_t no; /* 1, 2, 3 ... ; set by the journal */
	uint64_t time_ns; /* since the lab began; set by the journal when 0 */
	uint64_t cause; /* number of the event that made this one happen; 0 = the user or none */
	enum event_kind kind;
	const char *subject, *host, *process, *text;
	union {
		struct {
			int pid; /* in the user's own PID namespace */
			int signal; /* 0 = none */
			int code; /* exit status */
			bool core;
		} process_fate;
		struct {
			uint64_t call; /* number of the EVENT_CALL; 0 in the call itself */
			int64_t result;
			int error; /* errno, 0 when it succeeded */
			uint64_t duration_ns;
		} call;
		struct {
			uint64_t cookie; /* SO_COOKIE: the kernel's own identity of the socket */
			uint32_t endpoint; /* the lab's number of it */
			int fd; /* -1 = nobody's */
			struct address local, remote;
		} socket;
		struct {
			uint64_t cookie;
			uint32_t endpoint;
			enum tcp_state from, to;
			struct address local, remote;
		} state;
		struct {
			uint32_t endpoint;
			/* After it fired, what the kernel counts beside it: retransmissions; of keepalive and of a
			 * zero window probes without an answer. */
			uint32_t retransmits;
			bool gave_up; /* it tried no more, and the connection is gone */
			/* The kernel calls it retransmission and has counted none: a loss probe goes by that name. */
			bool maybe_probe;
		} timer;
		struct {
			uint64_t number; /* 1, 2, 3 ... : the #N people type */
			/* number of the segment this one sends again, or is a copy of; 0 = new */
			uint64_t repeats;
			struct segment segment;
		} wire;
		struct {
			uint64_t number;
			uint64_t on_wire_ns; /* since it was sent */
			uint64_t delay_ns;
			uint64_t
				other; /* DROPPED: sent again because of this one, which is held (wire_wait()) */
			bool held; /* it was held or delayed before */
		} verdict;
		struct {
			uint32_t line, column; /* 1-based; 0 = none */
			bool passed;
		} place;
		struct {
			uint32_t line, column;
			enum claim_verdict verdict;
		} claim;
		struct {
			uint64_t question; /* number of the EVENT_QUESTION; 0 in itself */
			uint64_t
				answer; /* of an observation: the EVENT_PREDICTION; 0 = nobody was asked */
			uint32_t line, column;
			enum prediction_verdict verdict; /* of an observation */
		} prediction;
		struct {
			uint32_t number; /* 1, 2 ... as they are written; 0 = none of them */
			uint32_t met, count; /* how many are met now, of how many */
			bool passed; /* it is met */
		} goal;
	};
};

/* Its kind is one of the three that put a packet on the wire: event.wire counts. */
bool event_is_segment(const struct event *event);
/* Its kind is one of the six that tell what became of a packet: event.verdict counts. */
bool event_is_verdict(const struct event *event);
/* The name used in JSON Lines and in messages: "state", "process-end". */
const char *event_kind_name(enum event_kind kind);
/* "holds", "differs", "failed", "untested". */
const char *claim_verdict_name(enum claim_verdict verdict);
/* "foretold", "otherwise", "unanswered", "skipped". */
const char *prediction_verdict_name(enum prediction_verdict verdict);
/* Its kind is one of the three of `predict`: event.prediction counts. */
bool event_is_prediction(const struct event *event);
/* A command whose own event tells all of it: say, predict, and the choices of one. */
bool event_is_retold(const struct event *command);

#endif
