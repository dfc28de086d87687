/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every system call of main, of a host and of a process fails in turn, with each errno that fits. Whatever it was,
 * tcplab ends in time, by itself, and says what went wrong, or has not been hurt by it; nothing stays behind, and what
 * it tells of the kernel is what the kernel did.
 *
 * The calls are those of one story, in which all parts of the lab have something to do: two hosts, a listener, a
 * program, a rule, a recording. Short form: POINTS_SHORT of them, chosen evenly; TCPLAB_FAULTS=all: each. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <assert.h>

#include "base/sysname.h"
#include "gone.h"
#include "plan.h"
#include "program.h"
#include "temporary.h"

#define POINTS_SHORT 150
/* Main looks again and again whether processes sleep, so of most calls in a row one is as good as the other. */
#define ALIKE_MOST 24
#define FILES 4 /* story.lab, plan, recording.pcapng, run */
#define END_NS                                                                                     \
	(10 * NS_PER_S + PROGRAM_DEADLINE_NS) /* a call is given 10 s, and then it has to end */

static const char *const role_names[] = { "main", "host", "process" };
static_assert(sizeof(role_names) / sizeof(*role_names) == FAULT_ROLES, "each role is named");

/* ---- which calls can fail, and how ---- */

#define ERRORS_MOST 4
static const struct fault {
	int number;
	const char *name;
	int errors[ERRORS_MOST];
} faults[] = {
	{ SYS_openat, "openat", { EMFILE, ENFILE, ENOMEM } },
	{ SYS_socket, "socket", { EMFILE, ENFILE, ENOBUFS } },
	{ SYS_socketpair, "socketpair", { EMFILE, ENFILE, ENOMEM } },
	{ SYS_pipe2, "pipe2", { EMFILE, ENFILE } },
	{ SYS_eventfd2, "eventfd2", { EMFILE, ENFILE, ENOMEM } },
	{ SYS_epoll_create1, "epoll_create1", { EMFILE, ENFILE, ENOMEM } },
	{ SYS_signalfd4, "signalfd4", { EMFILE, ENFILE, ENOMEM } },
	{ SYS_pidfd_open, "pidfd_open", { EMFILE, ENFILE, ENOMEM } },
	{ SYS_memfd_create, "memfd_create", { EMFILE, ENFILE, ENOMEM } },
	{ SYS_accept4, "accept4", { EMFILE, ENFILE, ENOMEM } },
	{ SYS_accept, "accept", { EMFILE, ENFILE, ENOMEM } },
	{ SYS_dup, "dup", { EMFILE } },
	{ SYS_dup2, "dup2", { EMFILE, EINTR } },
	{ SYS_fcntl, "fcntl", { EMFILE, EINVAL } },
	{ SYS_mmap, "mmap", { ENOMEM } },
	{ SYS_brk, "brk", { ENOMEM } },
	{ SYS_mremap, "mremap", { ENOMEM } },
	{ SYS_mprotect, "mprotect", { ENOMEM } },
	{ SYS_read, "read", { EIO, EINTR } },
	{ SYS_pread64, "pread64", { EIO, EINTR } },
	{ SYS_readv, "readv", { EIO, EINTR } },
	{ SYS_getdents64, "getdents64", { EIO } },
	{ SYS_write, "write", { ENOSPC, EIO, EINTR } },
	{ SYS_pwrite64, "pwrite64", { ENOSPC, EIO, EINTR } },
	{ SYS_writev, "writev", { ENOSPC, EIO, EINTR } },
	{ SYS_sendto, "sendto", { ENOBUFS, EINTR } },
	{ SYS_sendmsg, "sendmsg", { ENOBUFS, ENOMEM, EINTR } },
	{ SYS_recvfrom, "recvfrom", { ENOMEM, EINTR } },
	{ SYS_recvmsg, "recvmsg", { ENOMEM, EINTR } },
	{ SYS_bind, "bind", { ENOMEM } },
	{ SYS_listen, "listen", { ENOMEM } },
	{ SYS_connect, "connect", { ENOMEM } },
	{ SYS_shutdown, "shutdown", { ENOMEM } },
	{ SYS_setsockopt, "setsockopt", { ENOMEM } },
	{ SYS_ioctl, "ioctl", { ENOMEM, EIO } },
	{ SYS_poll, "poll", { EINTR, ENOMEM } },
	{ SYS_epoll_wait, "epoll_wait", { EINTR } },
	{ SYS_epoll_pwait, "epoll_pwait", { EINTR } },
	{ SYS_epoll_ctl, "epoll_ctl", { ENOMEM, ENOSPC } },
	{ SYS_wait4, "wait4", { EINTR } },
	{ SYS_clone, "clone", { EAGAIN, ENOMEM, ENOSPC, EPERM } },
	{ SYS_execve, "execve", { ENOMEM, EAGAIN } },
	{ SYS_capset, "capset", { EPERM } },
	{ SYS_prctl, "prctl", { EINVAL } },
	{ SYS_close, "close", { EINTR, EIO } },
	{ SYS_close_range, "close_range", { ENOMEM } },
	{ SYS_newfstatat, "newfstatat", { ENOMEM, EIO } },
	{ SYS_access, "access", { ENOMEM, EIO } },
	{ SYS_readlink, "readlink", { ENOMEM, EIO } },
	{ SYS_lseek, "lseek", { EIO } },
	{ SYS_ftruncate, "ftruncate", { ENOSPC, EIO } },
	{ SYS_fallocate, "fallocate", { ENOSPC } },
	{ SYS_unlink, "unlink", { EIO } },
	{ SYS_mkdir, "mkdir", { ENOSPC } },
};
#define FAULTS (sizeof(faults) / sizeof(*faults))

/* One run: that call of that role. */
struct point {
	enum fault_role role;
	const struct fault *fault;
	unsigned nth;
	int error;
};

struct scene {
	char folder[TEMPORARY_MAX];
	struct fault_plan *plan; /* shared with tcplab */
	unsigned calls[FAULT_ROLES][FAULT_NUMBERS]; /* of a run in which nothing failed */
	char *states; /* owned: what it told of states */
};

static const char story[] = "host bob\n"
			    "process server on bob\n"
			    "socket l in server\n"
			    "bind l :80\n"
			    "listen l\n"
			    "sysctl bob net.ipv4.tcp_fin_timeout => 60\n"
			    "capture recording.pcapng\n"
			    "duplicate data x1\n"
			    "exec p cat\n"
			    "type p \"hello\\n\"\n"
			    "socket c\n"
			    "connect c bob:80\n"
			    "accept l a\n"
			    "send c \"hello\" => 5\n"
			    "recv a => \"hello\"\n"
			    "set a TCP_QUICKACK 1\n"
			    "counters bob\n"
			    "show c rto\n"
			    "fork server kid\n"
			    "exit kid\n"
			    "type p eof\n"
			    "expect p exited 0\n"
			    "close c\n"
			    "expect c FIN-WAIT-2\n"
			    "recv a => \"\"\n"
			    "close a\n"
			    "expect c TIME-WAIT\n"
			    "expect a CLOSED\n"
			    "capture off\n"
			    "say \"the end\"\n";

/* ---- a run ---- */

struct run {
	struct program program;
	int code; /* or -signal */
	bool stuck, leaked;
	struct text states; /* of each socket the way it took, a line each, as the journal tells */
};

/* Until it has ended, or its time is over: then it is ended. */
static void run_to_end(struct run *r)
{
	struct program *p = &r->program;
	uint64_t deadline_ns = clock_now_ns() + END_NS;

	while (p->out >= 0 || p->err >= 0) {
		struct pollfd polled[] = { { .fd = p->out, .events = POLLIN },
			{ .fd = p->err, .events = POLLIN } };
		uint64_t now = clock_now_ns();

		if (now >= deadline_ns ||
			poll(polled, 2, (int)((deadline_ns - now) / NS_PER_MS) + 1) == 0)
			break;
		if (polled[0].revents)
			program_take(&p->out, &p->output);
		if (polled[1].revents)
			program_take(&p->err, &p->errors);
	}
	r->stuck = p->out >= 0 || p->err >= 0;
	if (r->stuck)
		kill(p->pid, SIGKILL);
	waitpid(p->pid, &p->status, 0);
	p->pid = -1;
	r->code = WIFSIGNALED(p->status) ? -WTERMSIG(p->status) : WEXITSTATUS(p->status);
}

/* "3 SYN-RECEIVED ESTABLISHED": by the lab's number of the socket, in the order of the first. */
static void read_states(struct run *r)
{
	struct text ways[8] = { 0 };
	const char *line = text_get(&r->program.output), *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		json_t *event = json_loadb(line, (size_t)(end - line), 0, NULL);
		const char *type = json_string_value(json_object_get(event, "type"));
		size_t endpoint = (size_t)json_integer_value(json_object_get(event, "endpoint"));

		if (type && strcmp(type, "state") == 0 && endpoint < 8)
			text_printf(&ways[endpoint], " %s",
				json_string_value(json_object_get(event, "to")));
		json_decref(event);
	}
	for (size_t i = 0; i < 8; i++) {
		if (ways[i].len)
			text_printf(&r->states, "%zu%s\n", i, text_get(&ways[i]));
		text_done(&ways[i]);
	}
}

static void run(struct run *r)
{
	const char *const arguments[] = { "--json", "--allow-exec", "--allow-write", "-f",
		"story.lab", NULL };

	*r = (struct run){ 0 };
	program_open(&r->program, arguments, -1);
	fd_closep(&r->program.in);
	run_to_end(r);
	r->leaked = !gone_all();
	read_states(r);
}

static void run_done(struct run *r)
{
	program_close(&r->program);
	text_done(&r->states);
}

/* ---- what may come of a fault ---- */

/* What is wrong with this end; NULL = nothing. */
static const char *judge(const struct scene *s, const struct point *p, const struct run *r)
{
	const char *said = text_get(&r->program.errors);
	struct text seen = TEXT_EMPTY;
	bool kernel_did;

	if (r->stuck)
		return "it does not end";
	if (r->leaked)
		return "a process stayed behind";
	if (gone_files("run") || gone_files(".") != FILES)
		return "a file stayed behind";
	if (strstr(said, "Sanitizer") || strstr(said, "runtime error"))
		return "a sanitizer complains";
	if (r->code < 0)
		return "a signal ended it";
	if (r->code == 0 && strcmp(text_get(&r->states), s->states) != 0)
		return "it passed, and tells of other states";
	if (r->code != 0 && !strstr(said, "tcplab: ") && !strstr(said, "story.lab:") &&
		!strstr(said, "error: "))
		return "it failed, and does not say why";
	if (r->code > 3)
		return "its exit code is none";
	if (r->code == 2)
		return "it takes the fault for bad input";
	/* an expectation that failed says that the kernel did otherwise: then it did, and this is what is seen */
	text_printf(&seen, "seen      %s", errno_name(p->error));
	kernel_did = p->role != FAULT_MAIN && strstr(said, text_get(&seen));
	text_done(&seen);
	if (r->code == 1 && !kernel_did)
		return "it takes the fault for what the kernel does";
	return NULL;
}

/* Whether that went well. */
static bool try(struct scene *s, const struct point *p, unsigned *hits)
{
	const char *wrong;
	struct run r;

	memset(s->plan, 0, sizeof(*s->plan));
	s->plan->role = p->role;
	s->plan->number = p->fault->number;
	s->plan->error = p->error;
	s->plan->nth = p->nth;
	run(&r);
	*hits += s->plan->hits;
	wrong = judge(s, p, &r);
	if (wrong) {
		print_error("%s: call %u of %s fails with %s: %s (exit code %d)\n%s",
			role_names[p->role], p->nth, p->fault->name, errno_name(p->error), wrong,
			r.code, text_get(&r.states));
		program_blame(&r.program);
	}
	run_done(&r);
	return !wrong;
}

/* ---- which there are ---- */

struct points {
	struct point *items; /* owned */
	size_t count;
};

/* The first ones each, then further and further apart. */
static unsigned next_of(unsigned nth)
{
	return nth < ALIKE_MOST ? nth + 1 : nth + nth / 2;
}

/* Of itself a process waits for its next order: if that fails it is gone, its sockets with it, and what the kernel then
 * says to others is true before main can know why. unix(7) does not have it fail so. */
static bool is_idle_wait(enum fault_role role, const struct fault *fault, int error)
{
	return role == FAULT_PROCESS && fault->number == SYS_recvmsg && error != EINTR;
}

static void find_points(const struct scene *s, struct points *points)
{
	for (size_t i = 0; i < FAULTS * FAULT_ROLES; i++) {
		const struct fault *fault = &faults[i / FAULT_ROLES];
		enum fault_role role = (enum fault_role)(i % FAULT_ROLES);

		for (unsigned nth = 1; nth <= s->calls[role][fault->number]; nth = next_of(nth)) {
			for (size_t e = 0; e < ERRORS_MOST && fault->errors[e]; e++) {
				if (is_idle_wait(role, fault, fault->errors[e]))
					continue;
				points->items = memory_grow(points->items,
					(points->count + 1) * sizeof(*points->items));
				points->items[points->count++] =
					(struct point){ role, fault, nth, fault->errors[e] };
			}
		}
	}
}

/* ---- the tests ---- */

static void write_file(const char *name, const char *text, size_t len)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	fputs(text, file);
	fflush(file);
	assert_int_equal(ftruncate(fileno(file), (off_t)len), 0);
	fclose(file);
}

/* In a folder of its own; and once with nothing failing, to learn what there is to fail. */
static int set_up(void **state)
{
	struct scene *s = memory_new(sizeof(*s));
	char path[TEMPORARY_MAX + 32];
	int fd;

	*state = s;
	temporary_name("test", s->folder, sizeof(s->folder));
	assert_non_null(mkdtemp(s->folder));
	assert_int_equal(chdir(s->folder), 0);
	write_file("story.lab", story, strlen(story));
	write_file("plan", "", sizeof(*s->plan));
	write_file("recording.pcapng", "", 0);
	assert_int_equal(mkdir("run", 0700), 0);
	snprintf(path, sizeof(path), "%s/run", s->folder);
	setenv("XDG_RUNTIME_DIR", path, 1);
	setenv("TMPDIR", path, 1);
	snprintf(path, sizeof(path), "%s/plan", s->folder);
	setenv(FAULT_PLAN, path, 1);
	fd = open("plan", O_RDWR | O_CLOEXEC);
	s->plan = mmap(NULL, sizeof(*s->plan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(s->plan != MAP_FAILED);
	close(fd);
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	unlink("story.lab");
	unlink("plan");
	unlink("recording.pcapng");
	rmdir("run");
	rmdir(s->folder);
	*strrchr(s->folder, '/') = '\0';
	setenv("TMPDIR", s->folder, 1); /* as it was */
	munmap(s->plan, sizeof(*s->plan));
	free(s->states);
	free(s);
	return 0;
}

/* Once with nothing failing, to learn what there is to fail. */
static void learn(struct scene *s)
{
	struct run r;

	memset(s->plan, 0, sizeof(*s->plan));
	run(&r);
	if (!s->plan->installed)
		skip();
	if (r.code)
		program_blame(&r.program);
	assert_int_equal(r.code, 0);
	assert_false(r.leaked);
	memcpy(s->calls, (void *)s->plan->calls, sizeof(s->calls));
	s->states = text_take(&r.states);
	assert_non_null(strstr(s->states, "TIME-WAIT"));
	run_done(&r);
}

static void every_call_that_fails_is_told_and_leaves_nothing(void **state)
{
	struct scene *s = *state;
	struct points points = { 0 };
	const char *form = getenv("TCPLAB_FAULTS");
	size_t step, tried = 0, wrong = 0;
	unsigned hits = 0;

	learn(s);
	find_points(s, &points);
	step = form && strcmp(form, "all") == 0 ? 1 : points.count / POINTS_SHORT + 1;
	for (size_t i = 0; i < points.count; i += step) {
		wrong += !try(s, &points.items[i], &hits);
		tried++;
	}
	print_message("%zu of %zu faults tried, %u met, %zu wrong\n", tried, points.count, hits,
		wrong);
	free(points.items);
	assert_int_equal(wrong, 0);
	assert_true(hits > tried / 2); /* what is counted in one run is met in another */
}

/* What was not answered is asked again, before anything goes on: no state is missed. */
static void no_answer_of_sock_diag_costs_no_state(void **state)
{
	struct scene *s = *state;
	unsigned last, noted = 0;

	learn(s);
	last = s->calls[FAULT_MAIN][SYS_recvfrom];
	for (unsigned nth = 1; nth <= last; nth += last / 8 + 1) {
		struct run r;

		memset(s->plan, 0, sizeof(*s->plan));
		*s->plan = (struct fault_plan){ .role = FAULT_MAIN,
			.number = SYS_recvfrom,
			.error = ENOBUFS,
			.nth = nth,
			.more = 4 };
		run(&r);
		if (r.code || strcmp(text_get(&r.states), s->states) != 0) {
			print_error("recvfrom %u\n", nth);
			program_blame(&r.program);
		}
		assert_int_equal(r.code, 0);
		assert_string_equal(text_get(&r.states), s->states);
		noted += strstr(text_get(&r.program.output),
				 "sock_diag has been asked about every socket again") != NULL;
		run_done(&r);
	}
	assert_true(noted > 0);
}

/* Times are of a clock that only goes on. Of the other one a recording tells when it began. */
static void a_clock_that_jumps_changes_nothing(void **state)
{
	struct scene *s = *state;
	const char *line, *end;
	json_int_t last = 0;
	struct run r;

	memset(s->plan, 0, sizeof(*s->plan));
	s->plan->clock = true;
	run(&r);
	if (!s->plan->installed)
		skip();
	assert_true(s->plan->hits > 0);
	assert_int_equal(r.code, 0);
	for (line = text_get(&r.program.output); (end = strchr(line, '\n')); line = end + 1) {
		json_t *event = json_loadb(line, (size_t)(end - line), 0, NULL);
		json_int_t now = json_integer_value(json_object_get(event, "t_ns"));

		assert_true(now >= last && now < (json_int_t)END_NS);
		last = now;
		json_decref(event);
	}
	assert_true(last > 0);
	run_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_call_that_fails_is_told_and_leaves_nothing,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_answer_of_sock_diag_costs_no_state, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_clock_that_jumps_changes_nothing, set_up,
			tear_down),
	};
	const char *faulty = getenv("TCPLAB_FAULTY");

	if (!program_can())
		return PROGRAM_SKIPPED;
	setenv("TCPLAB", faulty ? faulty : "build/tests/faulty", 1);
	gone_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
