/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An exercise: a recipe that does only its beginning, and says what a student shall bring about. It is made of
 * these statements, and no others, each at the top:
 *
 *   choose NAME from 8000..8999             a number of this student's; $NAME everywhere else is that
 *   choose NAME one of syn syn/ack          one of these words
 *   given { COMMAND; ... }                  run before the student begins; counts for nothing
 *   goal "WORDS" [in order] [at the end] { expect ...; answer WORD; ... }
 *   limit commands N                        that change something; those that only look are free
 *   limit answers N
 *   limit without COMMAND ...
 *   hint "WORDS" [costs N]                  of 100
 *
 * A goal is met at the first moment of rest at which all its expectations stand at once; `path` and `segments`
 * count from the student's beginning. It stays met, unless it must stand `at the end`; one `in order` counts only when the
 * one above it has been met. Pure: what a student does is attempt.h. */
#ifndef LAB_LANGUAGE_EXERCISE_H
#define LAB_LANGUAGE_EXERCISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "language/statement.h"

struct diag;
struct text;

#define EXERCISE_GOALS_MAX 32
#define EXERCISE_HINTS_MAX 16
#define EXERCISE_CHOICES_MAX 32
#define EXERCISE_SCORE_MAX 100
#define STUDENT_MAX 64 /* bytes of an ID */

/* What a `choose` has come to. */
struct choice {
	char *name, *value; /* owned */
};

struct goal {
	const struct statement *statement; /* borrowed from the exercise: its block says what */
	bool in_order, at_end;
};

struct hint {
	const char *words; /* borrowed from the exercise */
	unsigned cost; /* of EXERCISE_SCORE_MAX */
};

struct exercise {
	char *file; /* owned: as it was found */
	char *name; /* owned: "exercises/close-wait" */
	char *student; /* owned; "" = somebody who practises */
	char digest[DIGEST_TEXT_MAX]; /* of the file's bytes */
	uint64_t seed; /* by student and digest */
	char *opening; /* owned: its first comment, as the student reads it */
	struct statement_list list; /* owned: all of it, choices put in */
	struct goal goals[EXERCISE_GOALS_MAX];
	size_t goal_count;
	struct hint hints[EXERCISE_HINTS_MAX];
	size_t hint_count;
	struct choice choices[EXERCISE_CHOICES_MAX];
	size_t choice_count;
	unsigned commands_most, answers_most; /* 0 = no limit */
};

/* Is this recipe one? It has a goal. */
bool exercise_is(const char *text, size_t len);
/* Is it fit to be a student's ID, and part of a file's name: letters, digits, _ . @ -, beginning with a letter or
 * digit? */
bool exercise_is_student(const char *id);
/* Make one of a file's bytes. student: "" = nobody, whose choices are his own, too. 0, or -EINVAL with the place
 * in d. */
int exercise_read(const char *file, const char *text, size_t len, const char *student,
	struct exercise **ret_exercise, struct diag *d);
void exercise_free(struct exercise *e);

/* Move the statements of `given` out: an empty list when there is none. */
void exercise_take_given(struct exercise *e, struct statement_list *ret_list);
/* Append `text` with the student's choices for each $NAME. 0, or -EINVAL with the place in d: nothing chooses it. */
int exercise_put_in(const struct exercise *e, const char *text, size_t len, struct text *out,
	struct diag *d);
/* The same, of its whole text, for the student to read: without the words of hints, which cost something. */
int exercise_show(const struct exercise *e, const char *text, size_t len, struct text *out,
	struct diag *d);
/* Can this be an answer? When what is asked for was chosen by `one of`, only one of these words can. 0, or -EINVAL with d
 * filled: what they are, or that nothing is asked. */
int exercise_check_answer(const struct exercise *e, const char *word, struct diag *d);
/* The words of which one is the answer, by index; NULL past the end. None when any word may be it, or nothing is asked. */
const char *exercise_answer_at(const struct exercise *e, size_t index);
/* `limit without` names this command. */
bool exercise_forbids(const struct exercise *e, const char *verb);
/* Append its limits: "8 commands, without forge"; nothing when there are none. */
void exercise_format_limits(const struct exercise *e, struct text *out);

#endif
