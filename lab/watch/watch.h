/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `tcplab watch`: the second screen of a running lab. Draws what its feed tells until the user leaves; gives the terminal
 * back however it ends. In a process of its own. */
#ifndef LAB_WATCH_WATCH_H
#define LAB_WATCH_WATCH_H

#include <sys/types.h>

struct diag;
struct text;

/* In the environment of a watcher: it leaves when the lab says that it ends. */
#define WATCH_LEAVES "TCPLAB_WATCH_LEAVES"

/* A PID in words. 0 or -EINVAL. */
int watch_parse_pid(const char *word, pid_t *ret_pid);
/* The only lab there is. 0; or -errno with d filled, -ENOTUNIQ when there are several: these are appended to ret_list, a
 * line each. */
int watch_find(pid_t *ret_pid, struct text *ret_list, struct diag *d);
/* The labs there are, a line each. Appended. */
void watch_list(struct text *out);
/* Watch lab `pid`. -ENOENT: there is no such. 0 when the user left; > 0: the signal that ended it; -errno with d filled. */
int watch_run(pid_t pid, struct diag *d);

#endif
