/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/host.h"

#include <assert.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "world/channel.h"
#include "world/clone.h"
#include "world/host_role.h"
#include "world/power.h"

static const struct {
	const char *name, *remedy;
} steps[] = {
	[STEP_PROC] = { "find its own processes in /proc",
		"/proc must be mounted, and be of this PID namespace: mount -t proc proc /proc; "
		"behind unshare --pid also --mount-proc" },
	[STEP_NAMESPACES] = { "make user, network and PID namespaces",
		"user namespaces are switched off here; as root, one of these allows them: "
		"sysctl -w kernel.unprivileged_userns_clone=1 (Debian, Arch); "
		"sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu); "
		"sysctl -w user.max_user_namespaces=15000; in a container, start it with "
		"--security-opt seccomp=unconfined; or run tcplab as root" },
	[STEP_ID_MAP] = { "map the user into the namespace",
		"sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), "
		"or run tcplab as root" },
	[STEP_TUN_OPEN] = { "open /dev/net/tun",
		"as root: modprobe tun; chmod 0666 /dev/net/tun; in a container, start it with "
		"--device /dev/net/tun; if the file is missing: mknod /dev/net/tun c 10 200" },
	[STEP_SYSCTL] = { "set the host's sysctls",
		"/proc/sys must be writable: in a container, start it with "
		"--security-opt systempaths=unconfined" },
	[STEP_TUN_CREATE] = { "create wire0",
		"the kernel must allow a TUN in a new namespace: "
		"is the tun module the running kernel's own?" },
	[STEP_ROUTES] = { "turn the routes to wire0",
		"the kernel needs policy routing "
		"(CONFIG_IP_MULTIPLE_TABLES)" },
	[STEP_DIAG] = { "open sock_diag", "as root: modprobe inet_diag; modprobe tcp_diag" },
	[STEP_PROCESS] = { "start a process", "is the limit of processes (ulimit -u) reached?" },
};
static_assert(sizeof(steps) / sizeof(steps[0]) == STEP_COUNT, "each step is named");

const char *host_step_name(enum host_step step)
{
	return (unsigned)step < STEP_COUNT ? steps[step].name : "unknown step";
}

/* Where a machine, a user or a container may have no more of something, or somebody kills: whichever step that hits. */
static const struct {
	int error;
	const char *remedy;
} shortages[] = {
	{ EAGAIN,
		"you may have no more processes: end some (ps -u $USER), or allow more: ulimit -u; where a "
		"container or a service is limited: docker run --pids-limit, TasksMax of systemd" },
	{ EPIPE, "the host's first process has gone: start the lab again" },
	{ ETIMEDOUT, "the machine is too busy: try again when there are fewer labs" },
};

static const char *remedy_for(enum host_step step, int error)
{
	for (size_t i = 0; i < sizeof(shortages) / sizeof(shortages[0]); i++) {
		if (shortages[i].error == error)
			return shortages[i].remedy;
	}
	return diag_shortage(error) ? diag_shortage(error) : steps[step].remedy;
}

static int step_failed(struct diag *d, enum host_step step, int error, const char *operation,
	enum host_step *ret_step)
{
	if (ret_step)
		*ret_step = step;
	diag_errno(d, error, operation, "the lab cannot %s", host_step_name(step));
	d->unable = true;
	diag_remedy(d, "%s", remedy_for(step, error));
	return -error;
}

/* Whether a process sleeps is read there, by its number here: another PID namespace's would tell of strangers. */
static int look_into_proc(void)
{
	char self[16] = "";

	if (readlink("/proc/self", self, sizeof(self) - 1) < 0)
		return -errno;
	return strtol(self, NULL, 10) == getpid() ? 0 : -ESRCH;
}

/* The child is PID 1 of its own namespaces; no second process in between. With a user namespace it needs no power of
 * main's; where that is refused, root's main has kept it (power_drop()). */
static pid_t clone_host(bool new_user)
{
	return clone_process(CLONE_NEWNET | CLONE_NEWPID | (new_user ? CLONE_NEWUSER : 0), SIGCHLD);
}

/* ENOSPC does not say of which kind of namespace there may be no more: each is tried alone. */
static void add_full_kind(bool new_user, struct diag *d)
{
	static const struct {
		uint64_t flag;
		const char *name;
	} kinds[] = { { 0, "user" }, { CLONE_NEWNET, "net" }, { CLONE_NEWPID, "pid" } };

	for (size_t i = new_user ? 0 : 1; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		pid_t pid = clone_process(kinds[i].flag | (new_user ? CLONE_NEWUSER : 0), SIGCHLD);

		if (pid == 0)
			_exit(0);
		if (pid < 0 && errno == ENOSPC) {
			diag_remedy(d,
				"you may have no more %s namespaces, and each host of a lab takes one: end "
				"other labs, or as root: sysctl -w user.max_%s_namespaces=15000",
				kinds[i].name, kinds[i].name);
			return;
		}
		clone_reap(pid);
	}
	diag_remedy(d, "there were no more namespaces, and are again: start the lab again");
}

/* Wait for the next message of the host. 0 or -errno (-EPIPE: it is gone). */
static int receive(struct host *h, struct host_message *m, int *ret_fds, size_t fd_capacity)
{
	struct pollfd polled = { .fd = h->channel, .events = POLLIN };
	ssize_t len;
	int r;

	do {
		r = poll(&polled, 1, HOST_ANSWER_MS);
	} while (r < 0 && errno == EINTR);
	if (r <= 0) { /* a late answer would be taken for that to another question */
		r = r < 0 ? -errno : -ETIMEDOUT;
		kill(h->pid, SIGKILL);
		return r;
	}
	len = channel_receive(h->channel, m, sizeof(*m), 0, ret_fds, fd_capacity, NULL);
	if (len == sizeof(*m))
		return 0;
	return len < 0 ? (int)len : -EPIPE;
}

void host_open_ghost(struct host *h, unsigned index, const char *name,
	const struct address *addresses, size_t count)
{
	*h = (struct host){ .index = index,
		.name = text_copy(name),
		.pid = -1,
		.channel = -1,
		.tun = -1,
		.diag = -1,
		.address_count = count,
		.ghost = true };
	LAB_ASSERT(count <= HOST_ADDRESSES_MAX);
	memcpy(h->addresses, addresses, count * sizeof(*addresses));
}

const struct address *host_address(const struct host *h, int family)
{
	for (size_t i = 0; i < h->address_count; i++) {
		if (h->addresses[i].family == family)
			return &h->addresses[i];
	}
	return NULL;
}

static void take_addresses(struct host *h, const struct address *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (h->ipv6 || addresses[i].family != AF_INET6)
			h->addresses[h->address_count++] = addresses[i];
	}
}

int host_open(struct host *h, unsigned index, const char *name, const struct address *addresses,
	size_t count, enum host_step *ret_step, struct diag *d)
{
	struct host_message m = { 0 };
	/* asked before the clone: in a new user namespace nobody has a name yet */
	const uid_t uid = power_uid(), uid_outside = geteuid();
	const gid_t gid = getegid();
	int pair[2], fds[2] = { -1, -1 }, r;

	LAB_ASSERT(count <= HOST_ADDRESSES_MAX);
	*h = (struct host){ .index = index, .pid = -1, .channel = -1, .tun = -1, .diag = -1 };
	r = look_into_proc();
	if (r < 0)
		return step_failed(d, STEP_PROC, -r, "readlink /proc/self", ret_step);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return step_failed(d, STEP_NAMESPACES, errno, "socketpair", ret_step);
	h->name = text_copy(name);
	h->channel = pair[0];
	h->new_user = !power_has(CAP_SYS_ADMIN);
	h->pid = clone_host(h->new_user);
	if (h->pid == 0)
		host_role_run(pair[1],
			&(struct host_plan){ .new_user = h->new_user,
				.uid = uid,
				.uid_outside = uid_outside,
				.gid = gid,
				.addresses = addresses,
				.address_count = count });
	r = h->pid < 0 ? -errno : 0;
	close(pair[1]);
	if (r < 0) {
		r = step_failed(d, STEP_NAMESPACES, -r, "clone", ret_step);
		if (r == -ENOSPC)
			add_full_kind(h->new_user, d);
		return r;
	}
	r = receive(h, &m, fds, 2);
	if (r < 0)
		return step_failed(d, STEP_NAMESPACES, -r, "wait for the host", ret_step);
	m.text[sizeof(m.text) - 1] = '\0';
	if (m.kind == HOST_STEP_FAILED)
		return step_failed(d, m.step, m.error, m.text, ret_step);
	h->tun = fds[0];
	h->diag = fds[1];
	h->ipv6 = m.value;
	h->wire = m.wire;
	take_addresses(h, addresses, count);
	return 0;
}

void host_dismiss(const struct host *h)
{
	if (h->channel >= 0)
		shutdown(h->channel, SHUT_RDWR);
}

/* One that was dismissed; it is killed when it does not go. */
static void await_end(struct host *h)
{
	CLEANUP(fd_closep) int pidfd = (int)syscall(SYS_pidfd_open, h->pid, 0);
	struct pollfd polled = { .fd = pidfd, .events = POLLIN };

	while (pidfd >= 0 && poll(&polled, 1, HOST_ANSWER_MS) < 0 && errno == EINTR)
		;
	if (!polled.revents)
		kill(h->pid, SIGKILL);
	clone_reap(h->pid);
	h->pid = -1;
}

void host_stop(struct host *h)
{
	host_dismiss(h);
	if (h->pid > 0)
		await_end(h);
	if (!h->name)
		return;
	fd_closep(&h->channel);
	fd_closep(&h->tun);
	fd_closep(&h->diag);
}

void host_close(struct host *h)
{
	host_stop(h);
	free(h->name);
	free(h->exits);
	h->name = NULL;
	h->exits = NULL;
	h->exit_count = 0;
}

/* Ask and wait for the answer; exits that come first are kept for later. 0 or -errno. */
static int request(struct host *h, struct host_message *m, int *ret_fds, size_t fd_count)
{
	int r = channel_send(h->channel, m, sizeof(*m), NULL, 0);

	while (r == 0) {
		r = receive(h, m, ret_fds, fd_count);
		if (r < 0 || m->kind == HOST_ANSWER)
			break;
		h->exits = memory_grow(h->exits, (h->exit_count + 1) * sizeof(*h->exits));
		h->exits[h->exit_count++] = *m;
	}
	m->text[sizeof(m->text) - 1] = '\0';
	return r < 0 ? r : -m->error;
}

int host_spawn(struct host *h, int *ret_pid, int *ret_channel, struct diag *d)
{
	struct host_message m = { .kind = HOST_SPAWN };
	int r = request(h, &m, ret_channel, 1);

	if (r < 0)
		return step_failed(d, STEP_PROCESS, -r, "fork", NULL);
	*ret_pid = m.pid;
	return 0;
}

int host_kill(struct host *h, int pid, int signal)
{
	struct host_message m = { .kind = HOST_KILL, .pid = pid, .value = signal };

	return request(h, &m, NULL, 0);
}

/* No answer to what was asked: the host had nothing to look with. */
static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EINTR;
}

int host_sysctl(struct host *h, const char *key, const char *value, char *ret_value, struct diag *d)
{
	struct host_message m = { .kind = value ? HOST_SYSCTL_SET : HOST_SYSCTL_GET };
	size_t key_len = strlen(key), value_len = value ? strlen(value) : 0;
	int r;

	if (key_len + value_len + 2 > sizeof(m.text))
		return -EINVAL;
	memcpy(m.text, key, key_len + 1);
	if (value)
		memcpy(m.text + key_len + 1, value, value_len + 1);
	r = request(h, &m, NULL, 0);
	if (r < 0 && (m.kind != HOST_ANSWER || is_shortage(m.error))) {
		diag_errno(d, -r, "sysctl", "host '%s' cannot be asked", h->name);
		return -EHOSTDOWN;
	}
	if (r == 0 && ret_value)
		memcpy(ret_value, m.text, sizeof(m.text));
	return r;
}

int host_counters(struct host *h, int ret_fds[HOST_COUNTER_FILES])
{
	struct host_message m = { .kind = HOST_COUNTERS };

	for (int i = 0; i < HOST_COUNTER_FILES; i++)
		ret_fds[i] = -1;
	if (h->pid < 0)
		return -ESRCH;
	return request(h, &m, ret_fds, HOST_COUNTER_FILES);
}

int host_next_exit(struct host *h, struct host_message *ret_exit)
{
	ssize_t len;

	if (h->exit_count) {
		*ret_exit = h->exits[0];
		memmove(h->exits, h->exits + 1, --h->exit_count * sizeof(*h->exits));
		return 1;
	}
	len = channel_receive(h->channel, ret_exit, sizeof(*ret_exit), MSG_DONTWAIT, NULL, 0, NULL);
	if (len == -EAGAIN)
		return 0;
	return len == sizeof(*ret_exit) && ret_exit->kind == HOST_EXITED ? 1 : -EPIPE;
}
