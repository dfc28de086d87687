/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/power.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world/clone.h"

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

pid_t power_clone(uint64_t flags)
{
	uint64_t permitted, effective;
	int r = get(&permitted, &effective), error;
	pid_t pid;

	if (r == 0)
		set(permitted, effective | (permitted & POWER(CAP_SETFCAP)));
	pid = clone_process(flags | CLONE_NEWUSER, SIGCHLD);
	error = errno;
	if (r == 0 && pid != 0)
		set(permitted, effective);
	errno = error;
	return pid;
}

/* In a new user namespace: is this user's own number accepted there? */
static bool map_user(uid_t uid)
{
	int fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);

	return fd >= 0 && dprintf(fd, "%u %u 1", uid, uid) > 0;
}

/* With what is effective now. */
static bool may_have_user_namespace(void)
{
	uid_t uid = geteuid();
	pid_t pid = power_clone(0);
	int status = -1;

	if (pid == 0)
		_exit(map_user(uid) ? 0 : 1);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0;
}

int power_drop(void)
{
	const uint64_t kept = POWER(CAP_DAC_OVERRIDE) | POWER(CAP_NET_BIND_SERVICE);
	uint64_t permitted, effective;
	int r = get(&permitted, &effective);

	if (r < 0 || permitted == 0)
		return r;
	r = set(permitted, effective & kept);
	if (r == 0)
		r = may_have_user_namespace()
			? set(permitted & (kept | POWER(CAP_SETFCAP)), effective & kept)
			: set(permitted, effective);
	return r;
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
