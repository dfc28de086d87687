/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each role may do, as the kernel has it in /proc/PID/status: main nothing, root's no more than
 * anybody's, a host the network of its namespace, a process and a program nothing, and nobody ever more. */
#include <inttypes.h>
#include <linux/capability.h>
#include <sys/stat.h>

#include "gone.h"
#include "program.h"
#include "status.h"
#include "temporary.h"
#include "world/power.h"

static void assert_power(const char *who, pid_t pid, uint64_t effective, uint64_t permitted,
	bool no_new)
{
	print_message("%s: effective %" PRIx64 ", permitted %" PRIx64 "\n", who,
		status_of(pid, "CapEff", 16), status_of(pid, "CapPrm", 16));
	assert_int_equal(status_of(pid, "CapEff", 16), effective);
	assert_int_equal(status_of(pid, "CapPrm", 16), permitted);
	assert_int_equal(status_of(pid, "CapInh", 16), 0);
	assert_int_equal(status_of(pid, "CapAmb", 16), 0);
	if (no_new)
		assert_int_equal(status_of(pid, "NoNewPrivs", 10), 1);
}

static void await_process(struct program *p, const char *name, const char *type)
{
	json_t *event = NULL;
	bool found = false;

	while (!found && (event = program_event(p, type))) {
		const char *subject = json_string_value(json_object_get(event, "subject"));
		const char *process = json_string_value(json_object_get(event, "process"));

		found = (subject && strcmp(subject, name) == 0) ||
			(process && strcmp(process, name) == 0);
		json_decref(event);
	}
	assert_true(found);
}

static void every_role_has_what_it_needs(void **state)
{
	static const char first[] = "process server\n";
	static const char then[] = "host bob\nsysctl bob net.ipv4.tcp_fin_timeout 5 => 5\nquit\n";
	pid_t hosts[2] = { 0 }, processes[4] = { 0 };
	struct program p;

	(void)state;
	program_open(&p, (const char *const[]){ "--json", NULL }, -1);
	program_say(&p, first, strlen(first));
	await_process(&p, "server", "process");
	assert_int_equal(gone_children(p.pid, hosts, 2), 1);
	assert_int_equal(gone_children(hosts[0], processes, 4), 2);
	assert_power("main", p.pid, 0, 0, false);
	assert_power("host", hosts[0], POWER(CAP_NET_ADMIN), POWER(CAP_NET_ADMIN), true);
	assert_power("process main", processes[0], 0, 0, true);
	assert_power("process server", processes[1], 0, 0, true);
	/* and with that it can do what it has to: another host, a setting of it */
	program_say(&p, then, strlen(then));
	assert_int_equal(program_end(&p), 0);
	assert_true(gone_all());
	program_close(&p);
}

static void a_program_has_no_power(void **state)
{
	const char *const arguments[] = { "--json", "-c",
		"exec p cat; type p \"hello\\n\"; sleep 60s", NULL };
	pid_t hosts[2] = { 0 }, processes[4] = { 0 };
	struct program p;

	(void)state;
	program_open(&p, arguments, -1);
	await_process(&p, "p", "program");
	assert_int_equal(gone_children(p.pid, hosts, 2), 1);
	assert_int_equal(gone_children(hosts[0], processes, 4), 2);
	assert_power("program", processes[1], 0, 0, true);
	kill(p.pid, SIGTERM);
	assert_int_equal(program_end(&p), 128 + SIGTERM);
	assert_true(gone_all());
	program_close(&p);
}

/* A recording of root's into a folder of that owner. The exit code. */
static int record_below(uid_t owner, struct program *p, struct stat *ret_about)
{
	char folder[TEMPORARY_MAX], path[TEMPORARY_MAX + 32];
	const char *const arguments[] = { "--json", "--capture", path, "-c", "socket c", NULL };
	int code;

	temporary_name("test", folder, sizeof(folder));
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/tape.pcapng", folder);
	assert_int_equal(chown(folder, owner, owner), 0);
	program_open(p, arguments, -1);
	code = program_end(p);
	*ret_about = (struct stat){ .st_uid = UINT32_MAX };
	if (stat(path, ret_about) == 0)
		assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	return code;
}

static void root_is_still_root_but_of_what_is_its_own(void **state)
{
	struct stat about;
	struct program p;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(record_below(0, &p, &about), 0);
	assert_int_equal(about.st_uid, 0);
	program_close(&p);
	assert_int_equal(record_below(54321, &p, &about), 2);
	assert_non_null(strstr(text_get(&p.errors), "open: Permission denied"));
	assert_non_null(strstr(text_get(&p.errors), "try: without sudo"));
	program_close(&p);
}

static void programs_see_who_started_the_lab(void **state)
{
	const char *const arguments[] = { "-c", "exec p id -u; expect p exited 0", NULL };
	char said[32];
	struct program p;

	(void)state;
	snprintf(said, sizeof(said), "p        | %u\n", geteuid());
	program_open(&p, arguments, -1);
	assert_int_equal(program_end(&p), 0);
	if (!strstr(text_get(&p.output), said)) {
		program_blame(&p);
		fail();
	}
	program_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_has_what_it_needs),
		cmocka_unit_test(a_program_has_no_power),
		cmocka_unit_test(root_is_still_root_but_of_what_is_its_own),
		cmocka_unit_test(programs_see_who_started_the_lab),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	gone_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
