/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A class on one server: many labs at once, which know nothing of each other. Each plays its recipe as it does when it
 * is alone, an idle one costs nothing but its memory, and all are gone when they have ended. Twenty here, TCPLAB_CROWD
 * of them where that is set. The recipes are such that wait for none of the kernel's timers: those run on while a lab
 * has to wait for a core, and what they send then is another story, and as true. */
#include "program.h"

#define LABS_USUAL 20
#define LABS_MOST 500
#define CROWD_DEADLINE_NS (50 * NS_PER_S)
#define IDLE_S 3 /* how long they are looked at */
#define WAKES_MOST 5 /* a second: what begins ten times a second is twice as many */
#define MEMORY_MOST_KB (4 * 1024) /* of one lab: main, host, process */
#define MEMBERS_MOST 8 /* processes of one lab */

static const char *const recipes[] = { "open/three-way", "open/refused", "api/udp", "api/names",
	"api/hosts", "api/fork-dup", "api/poll", "wire/ghost", "wire/where" };
#define RECIPES (sizeof(recipes) / sizeof(recipes[0]))

struct crowd {
	size_t count;
	struct program labs[LABS_MOST];
};

/* One that stands, and all its processes. */
struct members {
	pid_t pids[MEMBERS_MOST];
	int pidfds[MEMBERS_MOST]; /* owned */
	size_t count;
};

static size_t crowd_size(void)
{
	const char *word = getenv("TCPLAB_CROWD");
	size_t count = word ? strtoul(word, NULL, 10) : LABS_USUAL;

	assert_in_range(count, 1, LABS_MOST);
	return count;
}

static void crowd_close(struct crowd *c)
{
	while (c->count)
		program_close(&c->labs[--c->count]);
}

static void start_recipe(struct program *p, const char *recipe)
{
	char path[4096];
	const char *const arguments[] = { "--json", "-f", path, NULL };

	snprintf(path, sizeof(path), "%s/recipes/%s.lab", program_source(), recipe);
	program_open(p, arguments, -1);
	fd_closep(&p->in);
}

/* How many expectations came true; the recipe has ended as it should. */
static unsigned end_recipe(struct program *p, const char *recipe)
{
	unsigned count = 0;
	json_t *event;
	int code = program_end_by(p, clock_now_ns() + CROWD_DEADLINE_NS);

	if (code != 0) {
		program_blame(p);
		fail_msg("%s ended with %d", recipe, code);
	}
	while ((event = program_event(p, "expectation"))) {
		count += json_is_true(json_object_get(event, "passed"));
		json_decref(event);
	}
	return count;
}

static void each_plays_as_if_alone(void **state)
{
	struct crowd *c = *state;
	unsigned alone[RECIPES];
	uint64_t begin;

	for (size_t i = 0; i < RECIPES; i++) {
		start_recipe(&c->labs[0], recipes[i]);
		alone[i] = end_recipe(&c->labs[0], recipes[i]);
		assert_true(alone[i] > 0);
		program_close(&c->labs[0]);
	}
	begin = clock_now_ns();
	for (; c->count < crowd_size(); c->count++)
		start_recipe(&c->labs[c->count], recipes[c->count % RECIPES]);
	for (size_t i = 0; i < c->count; i++)
		assert_int_equal(end_recipe(&c->labs[i], recipes[i % RECIPES]), alone[i % RECIPES]);
	printf("# %zu labs start, play and end in %llu ms\n", c->count,
		(unsigned long long)((clock_now_ns() - begin) / NS_PER_MS));
	crowd_close(c);
}

/* ---- those that stand ---- */

static void find_members(struct members *m, pid_t pid)
{
	char path[64];
	FILE *file;
	int child;

	assert_true(m->count < MEMBERS_MOST);
	m->pids[m->count] = pid;
	m->pidfds[m->count] = pidfd_open(pid, 0);
	assert_true(m->pidfds[m->count++] >= 0);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fscanf(file, "%d", &child) == 1)
		find_members(m, child);
	fclose(file);
}

/* The sum of the lines of a file of theirs in /proc that begin so. */
static long sum_of(const struct members *m, const char *file_name, const char *word)
{
	long sum = 0;

	for (size_t i = 0; i < m->count; i++) {
		char path[64], line[256];
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/%s", (int)m->pids[i], file_name);
		file = fopen(path, "re");
		assert_non_null(file);
		while (fgets(line, sizeof(line), file)) {
			if (strncmp(line, word, strlen(word)) == 0)
				sum += strtol(line + strlen(word), NULL, 10);
		}
		fclose(file);
	}
	return sum;
}

static void await_end(struct members *m)
{
	for (size_t i = 0; i < m->count; i++) {
		struct pollfd polled = { .fd = m->pidfds[i], .events = POLLIN };

		assert_int_equal(poll(&polled, 1, (int)(PROGRAM_DEADLINE_NS / NS_PER_MS)), 1);
		fd_closep(&m->pidfds[i]);
	}
}

/* A lab of its own measures the time. */
static void let_time_pass(void)
{
	char script[32];
	const char *const arguments[] = { "-c", script, NULL };
	struct program p;

	snprintf(script, sizeof(script), "sleep %ds", IDLE_S);
	program_open(&p, arguments, -1);
	assert_int_equal(program_end(&p), 0);
	program_close(&p);
}

static void idle_labs_cost_only_memory_and_leave_none(void **state)
{
	static const char script[] =
		"process server; socket l in server; bind l :8080; listen l; socket c\n"
		"connect c :8080; accept l a; send c \"hello\"; recv a => \"hello\"; "
		"expect c sendq 0; mark\n";
	static struct members members[LABS_MOST];
	static uint64_t since_ns[LABS_MOST];
	static long wakes[LABS_MOST];
	const char *const arguments[] = { "--json", NULL };
	struct crowd *c = *state;
	double most = 0; /* wakes a second */
	long memory_kb = 0;

	for (; c->count < crowd_size(); c->count++) {
		program_open(&c->labs[c->count], arguments, -1);
		program_say(&c->labs[c->count], script, strlen(script));
	}
	assert_true(c->count > 0);
	for (size_t i = 0; i < c->count; i++) {
		program_await(&c->labs[i], "mark");
		members[i].count = 0;
		find_members(&members[i], c->labs[i].pid);
		assert_int_equal(members[i].count, 4);
		since_ns[i] = clock_now_ns();
		wakes[i] = sum_of(&members[i], "status", "voluntary_ctxt_switches:");
	}
	let_time_pass();
	for (size_t i = 0; i < c->count; i++) {
		long more = sum_of(&members[i], "status", "voluntary_ctxt_switches:") - wakes[i];
		double rate =
			(double)more * (double)NS_PER_S / (double)(clock_now_ns() - since_ns[i]);

		most = rate > most ? rate : most;
		memory_kb += sum_of(&members[i], "smaps_rollup", "Pss:");
	}
	printf("# idle: at most %.1f wakes a second; %ld KiB a lab\n", most,
		memory_kb / (long)c->count);
	assert_true(most <= WAKES_MOST);
#ifndef __SANITIZE_ADDRESS__
	assert_in_range(memory_kb / (long)c->count, 1, MEMORY_MOST_KB);
#endif
	for (size_t i = 0; i < c->count; i++)
		fd_closep(&c->labs[i].in);
	for (size_t i = 0; i < c->count; i++) {
		assert_int_equal(program_end(&c->labs[i]), 0);
		await_end(&members[i]);
	}
	crowd_close(c);
}

static int set_up(void **state)
{
	*state = memory_new(sizeof(struct crowd));
	return 0;
}

static int tear_down(void **state)
{
	crowd_close(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_plays_as_if_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(idle_labs_cost_only_memory_and_leave_none, set_up,
			tear_down),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
