/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why the lab could not do its work. Filled once, where most is known; callers add the place in the
 * script or pass it on; only the prompt, the recipe runner and main print it. What the kernel answers
 * to a user's system call is not an error of the lab and never comes here. */
#ifndef LAB_BASE_DIAG_H
#define LAB_BASE_DIAG_H

#include <stdbool.h>
#include <stdint.h>

struct text;

enum { EXIT_UNABLE = 3 }; /* the exit code where the machine could not */

struct diag {
	int error; /* errno, positive; 0 = nothing went wrong */
	char operation[64]; /* what failed: "open", "unshare"; may be empty */
	char message[512]; /* one line */
	char remedy[512]; /* what to try; may be empty */
	bool unable; /* the machine could not, whatever had been asked for: no bad input */
	char file[256]; /* script place; empty when there is none */
	uint32_t line, column; /* 1-based; 0 = unknown */
};

/* Is this errno about what the machine, the user or the container has, or has no more of (EMFILE, ENOSPC, EIO), and not
 * about what was named (ENOENT, EACCES)? */
bool diag_is_machine(int error);
/* What to try where there are no more descriptors, or there is no memory, whatever it was for. NULL: any other errno. */
const char *diag_shortage(int error);
/* The cause of what d tells: its number, whether it is the machine's, and what to try then. */
void diag_because(struct diag *d, int error);
/* Record a failed operation; `unable` and `remedy` as above. Returns -error, so that `return diag_errno(...)` reads well. */
__attribute__((format(printf, 4, 5))) int diag_errno(struct diag *d, int error,
	const char *operation, const char *format, ...);
/* Record a failure that has no operation, such as bad input. Returns -error. */
__attribute__((format(printf, 3, 4))) int diag_set(struct diag *d, int error, const char *format,
	...);
/* Add what to try. */
__attribute__((format(printf, 2, 3))) void diag_remedy(struct diag *d, const char *format, ...);
/* Add the place, unless a deeper caller knew it already. */
void diag_at(struct diag *d, const char *file, uint32_t line, uint32_t column);
/* "file:line:column: message: operation: strerror" in one line, without the remedy. */
void diag_format(const struct diag *d, struct text *out);

#endif
