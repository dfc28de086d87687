/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the lab may do beyond what its user may: capabilities(7), which root has and others have not. Each of the three
 * roles gives away early what it does not need. */
#ifndef LAB_WORLD_POWER_H
#define LAB_WORLD_POWER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define POWER(capability) ((uint64_t)1 << (capability)) /* CAP_... */

/* For main, before it reads anything. Nobody but root has any. Root's main keeps what people expect of root's files and
 * ports, CAP_DAC_OVERRIDE and CAP_NET_BIND_SERVICE, and at hand CAP_SETFCAP for power_clone(); and everything where a
 * user namespace is refused to who has no more than that, for then a lab takes root's power. 0 or -errno. */
int power_drop(void);
/* clone_process() into these namespaces and a new user namespace, with SIGCHLD. The kernel lets only who has
 * CAP_SETFCAP at this moment map root to itself there: user_namespaces(7). */
pid_t power_clone(uint64_t flags);
/* Have only these from now on, as far as there are any, and never more: no_new_privs. 0 or -errno. */
int power_keep(uint64_t capabilities);
bool power_has(int capability);

#endif
