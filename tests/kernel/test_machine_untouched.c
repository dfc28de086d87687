/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcplab touches nothing outside itself: the machine's interfaces, addresses, routes, policy rules and
 * network settings are the same before, while and after the recipes are played. */
#include <ftw.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "program.h"

#define REPLY_BYTES 32768 /* a link's message is up to 2 KiB, and many come together */

/* Everything that must stay, one thing a line. */
struct machine {
	struct text text;
};

/* ---- rtnetlink ---- */

/* Each kind of thing, and the attributes that say how it is (the others count, or age). */
static const struct {
	const char *name;
	uint16_t request;
	size_t header_len; /* bytes in front of the attributes that count */
	uint16_t attributes[12];
} dumps[] = {
	{ "link", RTM_GETLINK, sizeof(struct ifinfomsg),
		{ IFLA_IFNAME, IFLA_ADDRESS, IFLA_MTU, IFLA_TXQLEN, IFLA_MASTER, IFLA_QDISC } },
	{ "address", RTM_GETADDR, sizeof(struct ifaddrmsg),
		{ IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFA_BROADCAST, IFA_FLAGS } },
	{ "route", RTM_GETROUTE, sizeof(struct rtmsg),
		{ RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_PREFSRC, RTA_TABLE,
			RTA_MULTIPATH, RTA_METRICS } },
	{ "rule", RTM_GETRULE, sizeof(struct fib_rule_hdr),
		{ FRA_PRIORITY, FRA_TABLE, FRA_IIFNAME, FRA_OIFNAME, FRA_SRC, FRA_DST, FRA_FWMARK,
			FRA_GOTO } },
};

struct dump {
	struct machine *machine;
	size_t kind; /* in dumps[] */
};

static void add_hex(struct text *out, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text_printf(out, "%02x", ((const unsigned char *)bytes)[i]);
}

static bool counts(size_t kind, uint16_t attribute)
{
	for (size_t i = 0; i < 12 && dumps[kind].attributes[i]; i++) {
		if (dumps[kind].attributes[i] == attribute)
			return true;
	}
	return false;
}

static int add_message(const struct nlmsghdr *message, void *arg)
{
	const struct dump *dump = arg;
	struct text *out = &dump->machine->text;
	const struct nlattr *attribute;

	text_printf(out, "%s ", dumps[dump->kind].name);
	add_hex(out, mnl_nlmsg_get_payload(message), dumps[dump->kind].header_len);
	mnl_attr_for_each(attribute, message, dumps[dump->kind].header_len) {
		const char *value = mnl_attr_get_payload(attribute);
		uint16_t type = mnl_attr_get_type(attribute);

		if (!counts(dump->kind, type))
			continue;
		text_printf(out, " %u=", type);
		if (dump->kind == 0 && type == IFLA_IFNAME)
			text_puts(out, value);
		else
			add_hex(out, value, mnl_attr_get_payload_len(attribute));
	}
	text_puts(out, "\n");
	return MNL_CB_OK;
}

static void add_dump(struct machine *m, size_t kind, unsigned char family)
{
	char buffer[REPLY_BYTES];
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct dump dump = { m, kind };
	ssize_t len;
	int r;

	assert_non_null(nl);
	assert_int_equal(mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID), 0);
	request->nlmsg_type = dumps[kind].request;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	/* every header here begins with the family; the longest is asked with */
	*(unsigned char *)mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg)) = family;
	assert_true(mnl_socket_sendto(nl, request, request->nlmsg_len) > 0);
	do {
		len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		assert_true(len > 0);
		r = mnl_cb_run(buffer, (size_t)len, 0, mnl_socket_get_portid(nl), add_message,
			&dump);
		assert_true(r >= 0);
	} while (r > MNL_CB_STOP);
	mnl_socket_close(nl);
}

/* ---- sysctls ---- */

static struct machine *walked; /* nftw(3) passes nothing on */

static int add_setting(const char *path, const struct stat *about, int type, struct FTW *ftw)
{
	char value[4096];
	ssize_t len;
	CLEANUP(fd_closep) int fd = -1;

	(void)about;
	(void)ftw;
	if (type != FTW_F)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, value, sizeof(value));
	text_printf(&walked->text, "%s = ", path);
	/* write-only ones, and secrets that were never set, stay unreadable */
	text_printable(&walked->text, len < 0 ? "unreadable" : value,
		len < 0 ? strlen("unreadable") : (size_t)len);
	text_puts(&walked->text, "\n");
	return 0;
}

static void add_settings(struct machine *m, const char *folder)
{
	walked = m;
	if (access(folder, F_OK) == 0)
		assert_int_equal(nftw(folder, add_setting, 16, FTW_PHYS), 0);
}

/* ---- the comparison ---- */

static void look(struct machine *m)
{
	static const unsigned char families[] = { AF_INET, AF_INET6 };

	text_clear(&m->text);
	add_dump(m, 0, AF_UNSPEC);
	for (size_t kind = 1; kind < sizeof(dumps) / sizeof(dumps[0]); kind++) {
		for (size_t i = 0; i < sizeof(families); i++)
			add_dump(m, kind, families[i]);
	}
	add_settings(m, "/proc/sys/net/ipv4");
	add_settings(m, "/proc/sys/net/ipv6");
}

/* Look again; the first line that differs is told. */
static void assert_unchanged(const struct machine *before, const char *when)
{
	struct machine now = { TEXT_EMPTY };
	const char *a = text_get(&before->text), *b;
	size_t line = 0;

	look(&now);
	b = text_get(&now.text);
	if (strcmp(a, b) != 0) {
		for (size_t i = 0; a[i] && a[i] == b[i]; i++) {
			if (a[i] == '\n')
				line = i + 1;
		}
		fail_msg("the machine is not the same %s\n  before  %.*s\n  now     %.*s", when,
			(int)strcspn(a + line, "\n"), a + line, (int)strcspn(b + line, "\n"),
			b + line);
	}
	text_done(&now.text);
}

static int set_up(void **state)
{
	struct machine *m = memory_new(sizeof(*m));

	*m = (struct machine){ TEXT_EMPTY };
	look(m);
	*state = m;
	return 0;
}

static int tear_down(void **state)
{
	struct machine *m = *state;

	text_done(&m->text);
	free(m);
	return 0;
}

static void look_sees_the_machine(void **state)
{
	const struct machine *m = *state;
	const char *text = text_get(&m->text);

	assert_non_null(strstr(text, "link "));
	assert_non_null(strstr(text, "=lo"));
	assert_non_null(strstr(text, "rule "));
	assert_non_null(strstr(text, "/proc/sys/net/ipv4/tcp_fin_timeout = "));
	assert_non_null(strstr(text, "/proc/sys/net/ipv4/conf/all/rp_filter = "));
}

/* A lab that stands still, its own settings changed, while the machine is looked at. */
static void lab_in_the_middle_changes_nothing(void **state)
{
	const char *const arguments[] = { "--json", NULL };
	static const char script[] = "sysctl net.ipv4.tcp_fin_timeout 7\n"
				     "process server; socket l in server; bind l :8080; listen l\n"
				     "hold; socket c; connect c :8080 &\n";
	struct program p;

	program_open(&p, arguments, -1);
	program_say(&p, script, strlen(script));
	program_await(&p, "held");
	assert_unchanged(*state, "while a lab is up");
	fd_closep(&p.in);
	assert_int_equal(program_end(&p), 0);
	program_close(&p);
	assert_unchanged(*state, "after a lab");
}

static void check_recipes(void **state, bool ipv6)
{
	struct text folder = TEXT_EMPTY, told = TEXT_EMPTY;
	const char *arguments[] = { "check", "-j4", NULL, NULL, NULL };
	struct program p;
	char *line;

	text_printf(&folder, "%s/recipes", program_source());
	arguments[2] = ipv6 ? "-6" : text_get(&folder);
	arguments[3] = ipv6 ? text_get(&folder) : NULL;
	program_open(&p, arguments, -1);
	while ((line = program_line(&p))) {
		assert_unchanged(*state, "while recipes are played");
		if (strncmp(line, "ok ", 3) != 0)
			text_printf(&told, "%s\n", line);
		free(line);
	}
	if (program_end(&p) != 0)
		fail_msg("a recipe failed:\n%s", text_get(&told));
	program_close(&p);
	text_done(&folder);
	text_done(&told);
	assert_unchanged(*state, "after the recipes");
}

static void recipes_change_nothing_over_ipv4(void **state)
{
	check_recipes(state, false);
}

static void recipes_change_nothing_over_ipv6(void **state)
{
	check_recipes(state, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(look_sees_the_machine),
		cmocka_unit_test(lab_in_the_middle_changes_nothing),
		cmocka_unit_test(recipes_change_nothing_over_ipv4),
		cmocka_unit_test(recipes_change_nothing_over_ipv6),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
