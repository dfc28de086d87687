/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process role: a real process on a host. It takes one request at a time from its channel, makes
 * the system call, and answers with result, errno and time. It blocks where the call blocks and dies of
 * what kills processes: every signal disposition is the default. */
#ifndef LAB_WORLD_PROCESS_ROLE_H
#define LAB_WORLD_PROCESS_ROLE_H

/* Runs in the forked child. channel: SOCK_SEQPACKET to main, owned. Never returns. */
_Noreturn void process_role_run(int channel);

#endif
