/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays a submission again, in this process and a lab of its own, and says what the kernel made of it. The file is
 * hostile until proven otherwise: it is refused by its first line that is wrong; it runs no programs, reads and writes no
 * files (by what commands may do, and by RLIMIT_FSIZE); and time, memory and commands are limited. Still it belongs into
 * a process of its own (grade.h). Owns the loop. Prints nothing.
 *
 * When a turn is played the next one begins as soon as everything was seen that the submission says was seen before it:
 * so where a student waited for a timer, the replay waits for the same one, and no longer. A pause in which nothing
 * happened is not repeated. What never comes is waited for a little longer than the student says he did. */
#ifndef LAB_CLI_REPLAY_H
#define LAB_CLI_REPLAY_H

#include <stdint.h>

struct diag;
struct grade;

/* exercise, file: paths. timeout_ns: of all of it.
 * 0, and the grade is the caller's; -errno with d filled when there is no lab, or the exercise cannot be read. */
int replay_grade(const char *exercise, const char *file, uint64_t timeout_ns,
	struct grade *ret_grade, struct diag *d);

#endif
