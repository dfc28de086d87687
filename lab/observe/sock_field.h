/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel tells of a socket, field by field: where each is in a sock_detail, how its value is written, and
 * what it means. `show`, `help` and `expect S FIELD` are made from this one table, which stands in
 * sock_field_info.c (struct tcp_info) and sock_field_rest.c (all else). Constant; any thread.
 *
 * A field is there when the part it is in is long enough: what an older kernel does not fill is not shown. Left
 * out are what no kernel since 4.15 fills (tcpi_fackets, tcpi_last_ack_sent) and the last word of tcp_info, which
 * 6.18 and 7.0 divide differently. */
#ifndef LAB_OBSERVE_SOCK_FIELD_H
#define LAB_OBSERVE_SOCK_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "observe/sock_detail.h"

struct text;

enum sock_field_kind {
	FIELD_COUNT, /* of `unit`: "10 segments" */
	FIELD_BYTES,
	FIELD_RATE, /* bytes a second */
	FIELD_US, /* a time in microseconds */
	FIELD_MS, /* in milliseconds */
	FIELD_GAIN, /* 256 is 1 */
	FIELD_HEX,
	FIELD_NAMED, /* has `names`, by value */
	FIELD_FLAGS, /* has `names`, by bit */
	FIELD_TEXT, /* a string: it has no number */
	FIELD_KIND_COUNT,
};

enum sock_field_group {
	FIELDS_SOCKET,
	FIELDS_QUEUES,
	FIELDS_AGREED,
	FIELDS_TIME,
	FIELDS_CONGESTION,
	FIELDS_LOSS,
	FIELDS_WINDOW,
	FIELDS_COUNTED,
	FIELDS_MEMORY,
	FIELDS_GROUP_COUNT,
};

/* Of which sockets it is told. */
enum sock_field_of {
	FIELD_OF_ANY, /* that has it; of struct tcp_info: any but a listener, of which the kernel fills little */
	FIELD_OF_LISTENER,
	FIELD_OF_OTHERS,
	FIELD_OF_TIMED, /* that have a timer running */
	FIELD_OF_WHOLE, /* any but a request or time-wait mini-socket, for which the kernel writes 0 */
};

#define SOCK_FIELD_NAME_MOST 18 /* columns of a name, and */
#define SOCK_FIELD_SENTENCE_MOST 44 /* of a sentence: with a value of 13 a line of 80 */

struct sock_field {
	const char *name; /* "cwnd" */
	const char *
		others; /* further names between '|', as the kernel and ss(8) have them; NULL = none */
	enum sock_field_group group;
	enum sock_field_of of;
	enum sock_field_kind kind;
	enum detail_part part;
	uint16_t offset; /* in it */
	uint8_t width; /* bytes: 1, 2, 4, 8 */
	uint8_t shift, bits; /* of a bit field: where it begins, how many; bits 0 = all of it */
	const char *unit; /* of FIELD_COUNT: "segments" */
	const char *const *names; /* NULL at the end */
	/* A value that is none: what it means, in a word or two; NULL = every value is one. */
	const char *none;
	uint64_t none_value;
	/* Of a time since something: where in the part the kernel counts those, in four bytes; while that is 0 the time
	 * means nothing, and it is `none`. 0 = no such count. */
	uint16_t count_offset;
	bool runs; /* it runs with the clock, so that nothing can be expected of it */
	const char *sentence; /* what it is, for a line */
	const char *more; /* some sentences more */
	const char *source; /* where in the kernel it comes from, RFC */
};

/* The table, from 0 on, in the order of the groups; NULL behind its end. */
const struct sock_field *sock_field_at(size_t index);
/* By any of its names, in any case, with or without tcpi_; NULL = none. */
const struct sock_field *sock_field_find(const char *name);
/* The one whose name is nearest to what was typed, NULL when nothing is near; and how many edits away. */
const struct sock_field *sock_field_nearest(const char *typed, size_t *ret_distance);
/* "Round trips and timeouts" */
const char *sock_field_group_name(enum sock_field_group group);

/* Is it told of this socket, and what is it? */
bool sock_field_read(const struct sock_field *f, const struct sock_detail *detail,
	uint64_t *ret_value);
/* The string of a FIELD_TEXT, which is there; else "". Borrowed from detail; whatever the kernel wrote. */
const char *sock_field_string(const struct sock_field *f, const struct sock_detail *detail);
/* A value that sock_field_read() gave, with its unit: "204 ms", "10 segments", "none yet". Appended, printable. */
void sock_field_format(const struct sock_field *f, const struct sock_detail *detail, uint64_t value,
	struct text *out);
/* The unit in words, for help: "a time", "segments". */
const char *sock_field_unit(const struct sock_field *f);

/* The two tables, each ended by an entry without a name; for sock_field.c. */
extern const struct sock_field sock_field_info[], sock_field_rest[];

#endif
