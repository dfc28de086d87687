/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/power.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "world/clone.h"

/* Root's in main's user namespace. The kernel lets nobody without a capability pass on the number 0
 * (user_namespaces(7), CAP_SETFCAP); any other will do, and this one is nobody's. */
#define ROOTS_OTHER_NUMBER ((uid_t)INT32_MAX - 1)
#define HALF 32 /* bits of a __user_cap_data_struct */

static int get(uint64_t *ret_permitted, uint64_t *ret_effective)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	*ret_permitted = *ret_effective = 0;
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	*ret_permitted = (uint64_t)data[1].permitted << HALF | data[0].permitted;
	*ret_effective = (uint64_t)data[1].effective << HALF | data[0].effective;
	return 0;
}

static int set(uint64_t permitted, uint64_t effective)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .permitted = (uint32_t)permitted, .effective = (uint32_t)effective },
		{ .permitted = (uint32_t)(permitted >> HALF),
			.effective = (uint32_t)(effective >> HALF) },
	};

	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int power_map(uid_t uid, uid_t uid_outside, gid_t gid, const char **ret_operation)
{
	char users[64], groups[64];
	const struct {
		const char *path, *value;
	} files[] = {
		{ "/proc/self/setgroups", "deny" }, /* else gid_map is not for who has no power */
		{ "/proc/self/uid_map", users },
		{ "/proc/self/gid_map", groups },
	};
	int r = 0;

	snprintf(users, sizeof(users), "%u %u 1", uid, uid_outside);
	snprintf(groups, sizeof(groups), "%u %u 1", gid, gid);
	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
		*ret_operation = files[i].path;
		r = file_set(files[i].path, files[i].value);
	}
	return r;
}

/* Root becomes an ordinary user, in a user namespace. What it opens is still root's. */
static int become_ordinary(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	const char *operation;
	int r = 0;

	if (uid == 0) {
		if (unshare(CLONE_NEWUSER) < 0)
			return -errno;
		r = power_map(ROOTS_OTHER_NUMBER, uid, gid, &operation);
	}
	return r < 0 ? r : set(0, 0);
}

/* As who has become ordinary: may a lab have a user namespace, with some power in it? */
static int try_user_namespace(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	pid_t pid = clone_process(CLONE_NEWUSER | CLONE_NEWUTS, SIGCHLD);
	const char *operation;

	if (pid == 0)
		_exit(power_map(power_uid(), uid, gid, &operation) < 0);
	return clone_reap(pid);
}

static bool may_become_ordinary(void)
{
	pid_t pid = clone_process(0, SIGCHLD);

	if (pid == 0)
		_exit(become_ordinary() < 0 || try_user_namespace() != 0);
	return clone_reap(pid) == 0;
}

int power_drop(void)
{
	uint64_t permitted, effective;
	int r = get(&permitted, &effective);

	if (r < 0 || permitted == 0 || !may_become_ordinary())
		return r;
	return become_ordinary();
}

uid_t power_uid(void)
{
	uid_t uid = geteuid();

	return uid == ROOTS_OTHER_NUMBER ? 0 : uid;
}

const char *power_remedy(int error)
{
	return error == EACCES && geteuid() == ROOTS_OTHER_NUMBER
		? "without sudo: tcplab needs no root, and root's opens only what is root's own"
		: NULL;
}

int power_keep(uint64_t capabilities)
{
	uint64_t permitted, effective;
	int r = get(&permitted, &effective);

	if (r == 0)
		r = set(permitted & capabilities, effective & capabilities);
	if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = -errno;
	return r;
}

bool power_has(int capability)
{
	uint64_t permitted, effective = 0;

	return get(&permitted, &effective) == 0 && (effective & POWER(capability));
}
