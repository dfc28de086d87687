/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where running labs are found: a folder of the user's own, with a unix socket for each lab that is called as the
 * lab's PID is. $XDG_RUNTIME_DIR/tcplab, or /tmp/tcplab-UID where there is no such; watchers look in both. A folder
 * that is not ours, or that others may enter, is refused and never used. It goes with the last lab. Blocks no longer
 * than the file system does. Any thread. */
#ifndef LAB_WATCH_FOLDER_H
#define LAB_WATCH_FOLDER_H

#include <stddef.h>
#include <sys/types.h>

struct diag;

/* Listen as the lab of this process. A descriptor, non-blocking, owned by the caller; or -errno with d filled. */
int folder_listen(struct diag *d);
/* Take it back: nobody finds this lab any more. */
void folder_leave(void);

/* The labs there are, oldest name first; sockets that dead ones left behind are removed. *ret_pids: owned by the
 * caller. Returns how many; -errno with d filled when there is a folder that may not be used. */
ssize_t folder_list(pid_t **ret_pids, struct diag *d);
/* Connect to one. A descriptor, non-blocking, owned by the caller; or -errno with d filled: -ENOENT there is no such lab, or it
 * lets nobody watch; -ECONNREFUSED it has ended; -EPERM somebody else is at the other end. */
int folder_connect(pid_t pid, struct diag *d);

#endif
