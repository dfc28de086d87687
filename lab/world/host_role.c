/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/host_role.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "world/channel.h"
#include "world/clone.h"
#include "world/netconf.h"
#include "world/power.h"
#include "world/process_role.h"
#include "world/protocol.h"
#include "world/remains.h"

#define WIRE_TABLE 100 /* routing table of everything that is sent here: out by wire0 */
/* Packets the TUN keeps for a main that is busy; the stock 500 loses some under a bulk transfer. What it loses is told:
 * motion.c. */
#define WIRE_QUEUE_LEN 10000

struct host_role {
	int channel;
	int tun, diag; /* owned until handed over */
	int ends; /* signalfd of SIGCHLD */
	const struct host_plan *plan; /* borrowed */
	bool ipv6;
	const char *operation; /* what is being tried, for the step that fails */
};

/* Settings of a new interface are copied from `default`, so it goes first. accept_local and
 * route_localnet let 127.0.0.1 come in from wire0; no IPv6 chatter of its own on the wire. Ports
 * below 1024 are open to all: the machine is the user's own. */
static const struct {
	bool ipv6;
	const char *path, *value;
} before_wire[] = {
	{ false, "net/ipv4/conf/all/route_localnet", "1" },
	{ false, "net/ipv4/conf/all/accept_local", "1" },
	{ false, "net/ipv4/conf/all/rp_filter", "0" },
	{ false, "net/ipv4/conf/default/rp_filter", "0" },
	{ false, "net/ipv4/ip_unprivileged_port_start", "0" },
	{ true, "net/ipv6/conf/default/accept_dad", "0" },
	{ true, "net/ipv6/conf/default/accept_ra", "0" },
	{ true, "net/ipv6/conf/default/autoconf", "0" },
	{ true, "net/ipv6/conf/default/router_solicitations", "0" },
	{ true, "net/ipv6/conf/default/addr_gen_mode", "1" }, /* no link-local address */
};

static int sysctl_write(const char *key, const char *value)
{
	char path[HOST_TEXT_MAX + 16];

	snprintf(path, sizeof(path), "/proc/sys/%s", key);
	return file_set(path, value);
}

/* In a new user namespace: the user stays who he is, so files look the same to `exec`. */
static int map_identity(struct host_role *h)
{
	const struct host_plan *plan = h->plan;

	return plan->new_user ? power_map(plan->uid, plan->uid_outside, plan->gid, &h->operation)
			      : 0;
}

static int open_tun(struct host_role *h)
{
	h->operation = "open /dev/net/tun";
	h->tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return h->tun < 0 ? -errno : 0;
}

static int create_wire(struct host_role *h)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "wire0");
	h->operation = "ioctl TUNSETIFF wire0";
	if (ioctl(h->tun, TUNSETIFF, &request) < 0)
		return -errno;
	/* With the last descriptor the device would be taken apart then and there, in main, for some 30 ms.
	 * A persistent one goes with its namespace, which the kernel clears away on its own time. */
	h->operation = "ioctl TUNSETPERSIST wire0";
	return ioctl(h->tun, TUNSETPERSIST, 1) < 0 ? -errno : 0;
}

static int set_sysctls(struct host_role *h)
{
	for (size_t i = 0; i < sizeof(before_wire) / sizeof(before_wire[0]); i++) {
		int r;

		if (before_wire[i].ipv6 && !h->ipv6)
			continue;
		h->operation = before_wire[i].path;
		r = sysctl_write(before_wire[i].path, before_wire[i].value);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What is sent here, even to 127.0.0.1 itself, leaves by wire0; what comes in from wire0 is local. The
 * stock rule 0 (`lookup local`) would short-circuit it through lo, so it goes, last. */
static int turn_rules(struct mnl_socket *nl, int family)
{
	int r = netconf_rule(nl, true, family, 1, WIRE_TABLE, "lo");

	if (r == 0)
		r = netconf_rule(nl, true, family, 2, RT_TABLE_LOCAL, NULL);
	if (r == 0)
		r = netconf_rule(nl, false, family, 0, RT_TABLE_LOCAL, NULL);
	return r;
}

/* The addresses of wire0, each alone (/32, /128): no network is "connected" to it, none has a broadcast
 * address, and none is secondary to another. An IPv4 address gets a route of its own in table 100, so that
 * what a host sends to itself comes from the address it goes to, as it does by way of lo; all else comes from
 * the first. IPv6 chooses so by itself (RFC 6724 5, rule 1). */
static int add_addresses(struct host_role *h, struct mnl_socket *nl, int family, unsigned wire)
{
	const struct address *first = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < h->plan->address_count; i++) {
		const struct address *a = &h->plan->addresses[i];

		if (a->family != family)
			continue;
		if (family == AF_INET6) {
			r = netconf_address6_add(nl, wire, a, 128);
			continue;
		}
		if (!first)
			first = a;
		r = netconf_address_add(nl, wire, a, 32);
		if (r == 0)
			r = netconf_route_add(nl, AF_INET, WIRE_TABLE, wire, a, 32, a);
	}
	if (r == 0)
		r = netconf_route_add(nl, family, WIRE_TABLE, wire, NULL, 0, first);
	return r;
}

static int set_routes(struct host_role *h)
{
	struct address loopback = { .family = AF_INET, .bytes = { 127, 0, 0, 1 } };
	struct address net127 = { .family = AF_INET, .bytes = { 127, 0, 0, 0 } };
	struct address groups = { .family = AF_INET6, .bytes = { 0xff } };
	unsigned lo = if_nametoindex("lo"), wire = if_nametoindex("wire0");
	struct mnl_socket *nl = netconf_open();
	int r = nl ? 0 : -errno;

	h->operation = "rtnetlink: bring lo and wire0 up";
	if (r == 0)
		r = netconf_link_up(nl, lo, 0);
	if (r == 0)
		r = netconf_link_up(nl, wire, WIRE_QUEUE_LEN);
	if (r == 0) {
		h->operation = "rtnetlink: IPv4 addresses and routes of table 100";
		r = netconf_route_add(nl, AF_INET, WIRE_TABLE, wire, &net127, 8, &loopback);
	}
	if (r == 0)
		r = add_addresses(h, nl, AF_INET, wire);
	if (r == 0) {
		h->operation = "rtnetlink: IPv4 policy rules";
		r = turn_rules(nl, AF_INET);
	}
	if (r == 0 && h->ipv6) {
		h->operation = "rtnetlink: IPv6 addresses, routes and policy rules";
		r = add_addresses(h, nl, AF_INET6, wire);
		/* without a route of its own, what a group is sent comes back as if for the default route */
		if (r == 0)
			r = netconf_route_add(nl, AF_INET6, WIRE_TABLE, wire, &groups, 8, NULL);
		if (r == 0)
			r = turn_rules(nl, AF_INET6);
	}
	if (nl)
		mnl_socket_close(nl);
	return r;
}

static int open_diag(struct host_role *h)
{
	h->operation = "socket NETLINK_SOCK_DIAG";
	h->diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	return h->diag < 0 ? -errno : 0;
}

static int await_ends(struct host_role *h)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	h->operation = "signalfd";
	h->ends = signalfd(-1, &child, SFD_CLOEXEC);
	return h->ends < 0 ? -errno : 0;
}

static int tell(const struct host_role *h, const struct host_message *m, const int *fds,
	size_t fd_count)
{
	return channel_send(h->channel, m, sizeof(*m), fds, fd_count);
}

/* Run the set-up steps; on the first failure tell main which, and end. */
static void set_up(struct host_role *h)
{
	static int (*const steps[STEP_COUNT])(struct host_role *) = {
		[STEP_ID_MAP] = map_identity,
		[STEP_TUN_OPEN] = open_tun,
		[STEP_SYSCTL] = set_sysctls,
		[STEP_TUN_CREATE] = create_wire,
		[STEP_ROUTES] = set_routes,
		[STEP_DIAG] = open_diag,
		[STEP_PROCESS] = await_ends,
	};
	struct host_message ready = { .kind = HOST_READY, .value = h->ipv6 };

	for (int step = 0; step < STEP_COUNT; step++) {
		int r = steps[step] ? steps[step](h) : 0;

		if (r < 0) {
			struct host_message failed = { .kind = HOST_STEP_FAILED,
				.step = (enum host_step)step,
				.error = -r };

			snprintf(failed.text, sizeof(failed.text), "%s", h->operation);
			tell(h, &failed, NULL, 0);
			_exit(1);
		}
	}
	ready.wire = if_nametoindex("wire0");
	/* left to do: sysctls, and at the end connections that are nobody's */
	if (power_keep(POWER(CAP_NET_ADMIN)) < 0)
		_exit(1);
	if (tell(h, &ready, (int[]){ h->tun, h->diag }, 2) < 0)
		_exit(1);
	fd_closep(&h->tun);
	fd_closep(&h->diag);
}

/* Everybody here goes, and what they leave behind in the kernel. */
static _Noreturn void end(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	remains_clear();
	_exit(0);
}

/* Main hears of it first: what the sockets of a process do that dies then is not to be told as an observation. */
static _Noreturn void give_up(const struct host_role *h)
{
	close(h->channel);
	end();
}

/* A main that is not answered would wait for it, and may take a later answer for this one. */
static void answer(const struct host_role *h, const struct host_message *m, const int *fds,
	size_t fd_count)
{
	if (tell(h, m, fds, fd_count) < 0)
		give_up(h);
}

static void spawn(struct host_role *h)
{
	struct host_message m = { .kind = HOST_ANSWER };
	int pair[2], yes = 1;
	pid_t pid = -1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		m.error = errno;
		answer(h, &m, NULL, 0);
		return;
	}
	/* main's end learns the PID as main sees it from the credentials of the first message */
	if (setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) == 0)
		pid = clone_process(0, SIGCHLD);
	if (pid == 0)
		process_role_run(pair[1]);
	if (pid < 0)
		m.error = errno;
	m.pid = pid;
	answer(h, &m, pair, pid < 0 ? 0 : 1);
	close(pair[0]);
	close(pair[1]);
}

static void serve_sysctl(struct host_message *m)
{
	char path[HOST_TEXT_MAX + 16];

	m->text[sizeof(m->text) - 1] = '\0';
	if (m->kind == HOST_SYSCTL_SET) {
		size_t key_len = strnlen(m->text, sizeof(m->text) - 2);

		m->error = -sysctl_write(m->text, m->text + key_len + 1);
	} else {
		CLEANUP(fd_closep) int fd = -1;
		ssize_t len = -1;

		snprintf(path, sizeof(path), "/proc/sys/%s", m->text);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			len = read(fd, m->text, sizeof(m->text) - 1);
		m->error = len < 0 ? errno : 0;
		m->text[len < 0 ? 0 : len] = '\0';
		m->text[strcspn(m->text, "\n")] = '\0';
	}
	m->kind = HOST_ANSWER;
}

/* /proc/net is that of the namespace it was opened in, whoever reads it then. */
static void serve_counters(struct host_role *h, struct host_message *m)
{
	static const char *const files[] = { "/proc/self/net/snmp", "/proc/self/net/netstat",
		"/proc/self/net/dev", "/proc/self/net/snmp6" };
	int fds[4];
	size_t count = 0;

	m->kind = HOST_ANSWER;
	m->error = 0;
	for (size_t i = 0; i < (h->ipv6 ? 4 : 3) && !m->error; i++) {
		fds[count] = open(files[i], O_RDONLY | O_CLOEXEC);
		if (fds[count] < 0)
			m->error = errno;
		else
			count++;
	}
	answer(h, m, fds, m->error ? 0 : count);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

static void serve(struct host_role *h)
{
	struct host_message m;
	ssize_t len = channel_receive(h->channel, &m, sizeof(m), 0, NULL, 0, NULL);

	if (len != sizeof(m))
		end(); /* main wants it so, or is gone */
	switch (m.kind) {
	case HOST_SPAWN:
		spawn(h);
		return;
	case HOST_KILL:
		m.error = kill(m.pid, m.value) < 0 ? errno : 0;
		m.kind = HOST_ANSWER;
		break;
	case HOST_COUNTERS:
		serve_counters(h, &m);
		return;
	case HOST_SYSCTL_GET:
	case HOST_SYSCTL_SET:
		serve_sysctl(&m);
		break;
	default:
		m.kind = HOST_ANSWER;
		m.error = EBADMSG;
	}
	answer(h, &m, NULL, 0);
}

/* Init's duty: also orphans of our processes end up here. */
static void reap(struct host_role *h)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR)) {
		struct host_message m = { .kind = HOST_EXITED, .pid = pid, .value = status };

		if (pid > 0)
			answer(h, &m, NULL, 0);
	}
}

void host_role_run(int channel, const struct host_plan *plan)
{
	struct host_role h = { .channel = 3, .tun = -1, .diag = -1, .ends = -1, .plan = plan };
	struct pollfd polled[2] = { { .events = POLLIN }, { .events = POLLIN } };
	struct signalfd_siginfo info;
	sigset_t none;

	/* Ctrl-C at the prompt is for the prompt: leave its session and terminal. Whatever main does with
	 * signals, or was started with (SIGCHLD ignored: nobody would hear of an end), is not for us. */
	setsid();
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (channel != h.channel)
		dup2(channel, h.channel);
	close_range((unsigned)h.channel + 1, ~0U, 0);
	h.ipv6 = access("/proc/sys/net/ipv6", F_OK) == 0;
	set_up(&h);

	polled[0].fd = h.channel;
	polled[1].fd = h.ends;
	for (;;) {
		if (poll(polled, 2, -1) < 0) { /* and says nothing of either */
			if (errno == EINTR)
				continue;
			give_up(&h);
		}
		if (polled[1].revents && read(polled[1].fd, &info, sizeof(info)) > 0)
			reap(&h);
		if (polled[0].revents)
			serve(&h);
	}
}
