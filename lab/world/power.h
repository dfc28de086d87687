/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the lab may do beyond what its user may: capabilities(7), which root has and others have not. Each of the three
 * roles gives away early what it does not need. */
#ifndef LAB_WORLD_POWER_H
#define LAB_WORLD_POWER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define POWER(capability) ((uint64_t)1 << (capability)) /* CAP_... */

/* For main, while it has one thread and before it reads anything: from now on it has no capability, neither in effect nor
 * at hand. Root becomes an ordinary user for that, in a user namespace in which it has another number; its files are
 * still its own, other people's are no longer. Where such a user may not make user namespaces, root stays root, for then
 * a lab takes root's power. 0 or -errno. */
int power_drop(void);
/* Who has started this: geteuid(), but 0 of root, whose number is another one after power_drop(). */
uid_t power_uid(void);
/* What to try when main was refused a file because it has given root's power away; NULL = that is not why. */
const char *power_remedy(int error);
/* In a new user namespace: be uid and gid, which are uid_outside and gid outside. 0, or -errno and the file that was
 * refused. Source: user_namespaces(7), "Defining user and group ID mappings". */
int power_map(uid_t uid, uid_t uid_outside, gid_t gid, const char **ret_operation);
/* Have only these from now on, as far as there are any, and never more: no_new_privs. 0 or -errno. */
int power_keep(uint64_t capabilities);
bool power_has(int capability);

#endif
