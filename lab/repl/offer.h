/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tab: what complete.h says may stand here, in readline's hands. Globals, as readline's are. */
#ifndef LAB_REPL_OFFER_H
#define LAB_REPL_OFFER_H

struct script;
struct world;

/* Have readline complete words of this lab, and answers while a question waits; both are borrowed until offer_done(). Before
 * rl_initialize(). */
void offer_set_up(const struct world *world, struct script *script);
void offer_done(void);

#endif
