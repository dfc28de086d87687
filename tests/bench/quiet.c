/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quiet COMMANDS: a lab with everything but a view: what runs as `tcplab -c COMMANDS` does, and is all in the
 * journal. Says at each `mark NAME` how many nanoseconds of a processor main has needed and how many states were entered
 * until then; behind the end how often each TCP state was, as the journal has it; how many of these were passed before
 * they could be read; and what main has needed of memory. Exit codes as tcplab(1). */
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/tcp_state.h"
#include "base/text.h"
#include "command/table.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/script.h"
#include "world/world.h"

struct quiet {
	uv_loop_t loop;
	struct world *world;
	struct script *script;
	uint64_t entered[STATE_COUNT], passed;
	int code;
};

static unsigned long long processor_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (unsigned long long)used.tv_sec * NS_PER_S + (unsigned long long)used.tv_nsec;
}

static void tell_mark(const struct quiet *q, const char *name)
{
	uint64_t states = 0;

	for (int s = 0; s < STATE_COUNT; s++)
		states += q->entered[s];
	printf("mark %s %llu %llu\n", name, processor_ns(), (unsigned long long)states);
}

static void on_event(void *arg, const struct journal *j, const struct event *event)
{
	struct quiet *q = arg;

	(void)j;
	if (event->kind == EVENT_STATE) {
		q->entered[event->state.to]++;
		q->passed += event->text != NULL;
	} else if (event->kind == EVENT_MARK) {
		tell_mark(q, event->text);
	} else if (event->kind == EVENT_ERROR || event->kind == EVENT_NOTE ||
		(event->kind == EVENT_EXPECTATION && !event->place.passed))
		fprintf(stderr, "quiet: %s\n", event->text);
}

static void on_closed(void *arg)
{
	(void)arg; /* the loop runs dry by itself */
}

static void on_idle(void *arg)
{
	(void)arg;
}

static void on_ended(void *arg, enum script_verdict verdict)
{
	struct quiet *q = arg;

	q->code = (int)verdict;
	world_close(q->world, on_closed, NULL);
}

static void report(const struct quiet *q)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	for (int s = 0; s < STATE_COUNT; s++) {
		if (q->entered[s])
			printf("%s %llu\n", tcp_state_name((enum tcp_state)s),
				(unsigned long long)q->entered[s]);
	}
	printf("passed %llu\nevents %llu\nKiB %ld\n", (unsigned long long)q->passed,
		(unsigned long long)journal_last(world_journal(q->world)), usage.ru_maxrss);
}

int main(int argc, char **argv)
{
	struct quiet q = { 0 };
	struct script_options options = { .may_exec = true,
		.idle = on_idle,
		.ended = on_ended,
		.arg = &q };
	struct text why = TEXT_EMPTY;
	struct diag d = { 0 };

	if (argc != 2) {
		fprintf(stderr, "usage: quiet COMMANDS\n");
		return 2;
	}
	uv_loop_init(&q.loop);
	q.world = world_new(&q.loop, false);
	journal_read(world_journal(q.world), on_event, &q);
	q.script = script_new(q.world, &command_table, &options);
	if (world_open(q.world, NULL, &d) < 0) {
		diag_format(&d, &why);
		fprintf(stderr, "quiet: %s\n", text_get(&why));
		return 3;
	}
	script_push_told(q.script, argv[1], strlen(argv[1]), "-c", 1);
	script_end(q.script);
	uv_run(&q.loop, UV_RUN_DEFAULT);
	report(&q);
	script_free(q.script);
	world_free(q.world);
	uv_loop_close(&q.loop);
	return q.code;
}
