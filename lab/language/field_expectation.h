/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `expect S FIELD VALUE [+-P%]`: of what the kernel tells of a socket, any field of observe/sock_field.h that does not
 * run with the clock. A value is written as its kind asks for: 10, 64k, 200ms, cubic, Recovery; `none` where the
 * field has a value that is none. Of flags one is named, which must be among them. On the world's thread. */
#ifndef LAB_LANGUAGE_FIELD_EXPECTATION_H
#define LAB_LANGUAGE_FIELD_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>

struct diag;
struct endpoint;
struct expectation;
struct sock_field;
struct statement;
struct text;

/* e->field and words[*i], the value: fills number or word, and moves *i behind it. A tolerance is the caller's to
 * read. 0, or -EINVAL with the place in d. */
int field_expectation_parse(const struct statement *s, size_t *i, struct expectation *e,
	struct diag *d);
/* It was a number that was said, so a tolerance makes sense. */
bool field_expectation_is_number(const struct expectation *e);
/* Is it so now? Asks the kernel. */
bool field_expectation_stands(const struct expectation *e);
/* "c rto 200.000 ms +-20%", "c congestion cubic"; and what the kernel says. Appended. */
void field_expectation_format(const struct expectation *e, struct text *out);
void field_expectation_format_seen(const struct expectation *e, struct text *out);

#endif
