/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words for completion that are on this machine's disk, and not in the lab: programs, files, and below /proc/sys/net the
 * keys that a host's sysctls have as well. Names that would have to be quoted are left out. Reads folders; the world's
 * thread. */
#ifndef LAB_REPL_ON_DISK_H
#define LAB_REPL_ON_DISK_H

struct request;

/* Those of $PATH once something is typed; what may be run here, as ./NAME; and what a path leads to. */
void on_disk_offer_programs(struct request *r);
void on_disk_offer_files(struct request *r);
/* As net.ipv4.tcp_fin_timeout, level by level. */
void on_disk_offer_sysctls(struct request *r);

#endif
