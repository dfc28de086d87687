/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `=> OUTCOME` says a call must give, and whether it did. Plain value but for `data`. */
#ifndef LAB_LANGUAGE_OUTCOME_H
#define LAB_LANGUAGE_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call_outcome;
struct diag;
struct statement;
struct text;

enum outcome_kind {
	OUTCOME_SUCCESS, /* no => : anything but an error */
	OUTCOME_NUMBER, /* 5, 64k, 2s, 65536 +-10% */
	OUTCOME_WORDS, /* of a call that answers in words: POLLIN|POLLHUP, 127.0.0.1:80, cubic */
	OUTCOME_DATA,
	OUTCOME_ERRNO, /* how the call failed, or what it answered: get c SO_ERROR */
	OUTCOME_BLOCKED,
	OUTCOME_KILLED,
};

struct outcome {
	enum outcome_kind kind;
	int64_t number; /* value, errno or signal */
	double tolerance; /* of NUMBER: a part of it; 0 = exactly */
	bool is_time; /* number is in nanoseconds */
	char *data; /* owned: DATA, WORDS */
	size_t size;
};

/* From the words after =>. words: the call answers in words. 0, or -EINVAL with the place in d. */
int outcome_parse(const struct statement *s, bool words, struct outcome *ret_outcome,
	struct diag *d);
void outcome_done(struct outcome *o);
/* Did the call end as it must? */
bool outcome_met(const struct outcome *o, const struct call_outcome *got);
/* Both in the notation of =>: "0", "\"hello\"", "ECONNRESET", "killed SIGPIPE". Appended. */
void outcome_format(const struct outcome *o, struct text *out);
void outcome_format_got(const struct call_outcome *got, struct text *out);

#endif
