/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the script: what its files share. Nobody but these includes this.
 *
 * script.c   the life of a script, what runs next, and how it ended
 * feeding.c  what it is given: lines, from a file, a person or a guest, until they are whole commands */
#ifndef LAB_LANGUAGE_SCRIPT_PARTS_H
#define LAB_LANGUAGE_SCRIPT_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "language/claim.h"
#include "language/cmd.h"
#include "language/pending.h"
#include "language/play.h"
#include "language/prediction.h"
#include "language/queue.h"
#include "language/script.h"

struct script {
	struct world *world; /* borrowed */
	const struct cmd_table *table; /* borrowed */
	struct script_options options;
	struct queue queue; /* what is still to run */
	struct play play; /* a recipe; it has a queue of its own */
	struct statement *current; /* what runs or waits; borrowed from its queue */
	struct text kept; /* lines of a block that is not closed yet */
	uint32_t kept_line; /* number of the first of them */
	char kept_file[256];
	struct cmd_call call; /* the command that runs or waits */
	bool running; /* `call` counts */
	bool advancing; /* inside script_advance() */
	bool told_idle;
	bool ending; /* nothing more will be pushed */
	bool ended;
	enum script_verdict verdict;
	uint64_t mark;
	uint64_t settle_by_ns; /* go on then even if the lab is not settled; 0 = not waiting */
	uint64_t waited_ns; /* for a core, when it began */
	uint64_t guest_item; /* the guest's command that began last, as the queue counts them, */
	unsigned guest_run; /* how many have run because of it, */
	uint64_t guest_bytes; /* and what the journal took when it began */
	struct claim_stack claims; /* whose blocks run; those of the recipe are in `play` */
	struct prediction prediction; /* the question that is open, and how those before it ended */
	struct pending_list pending; /* calls made and not returned */
};

/* A command has failed: at the prompt drop what was pasted behind it, else end, unless all failures are
 * wanted. by: the command; NULL = it could not even be read. A recipe that is played stops there, and its failure counts
 * also where what is typed does not. What a guest did wrong is told, and nobody else's commands suffer. */
void script_fail(struct script *s, const struct statement *by, enum script_verdict verdict);

#endif
