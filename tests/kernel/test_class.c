/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A class hands in, and some of it is up to no good: every honest submission gets what it deserves, every hostile one
 * is named with the reason, nothing of them happens outside the lab, and nothing is left running.
 *
 * $TCPLAB_CLASS says how many hand in (40); 200 is the number that was measured. */
#include "gone.h"
#include "handing_in.h"
#include "temporary.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "language/submission.h"
#include "language/transcript.h"

#define CLASS_SIZE 40
#define HOSTILE_COUNT 15
#define STORY_LINE 30000 /* bytes */
#define TIME_MOST_NS (600 * NS_PER_S) /* for all of it */
#define ONE_MOST "20s"

/* No limits: it is up to tcplab alone. */
static const char task[] =
	"# Connect, and be told a word.\n"
	"choose port from 8000..8999\n"
	"choose word one of red green blue black white\n"
	"given { process server; socket l in server; bind l :$port; listen l }\n"
	"goal \"c is connected.\" { expect c ESTABLISHED }\n"
	"goal \"c has received the word.\" { expect c returned recv \"$word\" }\n"
	"hint \"accept, send, recv\" costs 15\n";

static const char all_of_it[] =
	"socket c\nconnect c :$port\naccept l a\nsend a \"$word\"\nrecv c\n";

/* What honest students do, by turns, and what they get. */
static const struct {
	const char *typed;
	unsigned score;
} honest[] = {
	{ all_of_it, 100 },
	{ "socket c; connect c :$port; accept l a\nsend a \"$word\"\nss\ngoal\nrecv c\nclose c\n",
		100 },
	{ "hint\nsocket c\nconnect c :$port\naccept l a\nsend a \"$word\"\nrecv c\n", 85 },
	{ "socket c\nconnect c :1\nconnect c :$port\naccept l a\nsend a \"something else\"\nrecv c\n",
		50 },
	{ "socket c\nbind c :$port\nnonsense\nconnect c\n", 0 },
	{ "drop syn x1\nsocket c\nconnect c :$port\nexpect c ESTABLISHED within 5s\naccept l a\n"
	  "repeat 2 {\n  send a \"$word\"\n}\nrecv c\n",
		50 }, /* the word twice is another word */
};
#define HONEST_COUNT (sizeof(honest) / sizeof(honest[0]))

struct class
{
	char folder[TEMPORARY_MAX], exercise[TEMPORARY_MAX + 32],
		outside[TEMPORARY_MAX + 32]; /* outside: a file that nobody may make */
	unsigned size;
};

static void path_of(const struct class *c, const char *student, char *ret_path, size_t size)
{
	snprintf(ret_path, size, "%s/in/task-%s.tcplab", c->folder, student);
}

/* A submission that nobody has typed: its chain is right. */
static void make_up(const struct class *c, const struct exercise *e, const char *student,
	const struct transcript *t)
{
	struct text text = TEXT_EMPTY;
	char path[2 * TEMPORARY_MAX];

	path_of(c, student, path, sizeof(path));
	submission_write(e, t, "6.18.0", &text);
	write_text(path, text_get(&text), text.len);
	text_done(&text);
}

/* One of turns in which nothing was seen. lines: with $NAMEs of the student. */
static void make_up_turns(const struct class *c, const char *student, const char *lines)
{
	struct exercise *e = exercise_of(c->exercise, student);
	struct text template = TEXT_EMPTY, own = TEXT_EMPTY;
	struct transcript t = { 0 };

	text_puts(&template, lines);
	make_own(e, &template, &own);
	transcript_begin(&t, "", 0);
	for (const char *line = text_get(&own), *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		transcript_begin(&t, line, (size_t)(end - line));
	}
	make_up(c, e, student, &t);
	transcript_done(&t);
	text_done(&template);
	text_done(&own);
	exercise_free(e);
}

static void hand_in_own(const struct class *c, const char *student, const char *lines,
	const char *path)
{
	struct exercise *e = exercise_of(c->exercise, student);
	struct text template = TEXT_EMPTY, own = TEXT_EMPTY;

	text_puts(&template, lines);
	make_own(e, &template, &own);
	hand_in(e, &own, path);
	text_done(&template);
	text_done(&own);
	exercise_free(e);
}

/* ---- what hostile students hand in ---- */

static void endless_loop(const struct class *c, const char *student)
{
	make_up_turns(c, student,
		"until c CLOSED within 100000s { mark }\nsocket c\n"
		"until c LISTEN within 100000s { mark; wait }\n");
}

static void long_sleep(const struct class *c, const char *student)
{
	make_up_turns(c, student, "sleep 100000s\n");
}

static void fork_flood(const struct class *c, const char *student)
{
	struct text lines = TEXT_EMPTY;

	for (int i = 0; i < 1000; i++)
		text_printf(&lines, "fork main k%d\n", i);
	make_up_turns(c, student, text_get(&lines));
	text_done(&lines);
}

static void million_lines(const struct class *c, const char *student)
{
	struct text text = TEXT_EMPTY;
	char path[2 * TEMPORARY_MAX];

	for (int i = 0; i < 1000000; i++)
		text_puts(&text, "{\"saw\":\"x\"}\n");
	path_of(c, student, path, sizeof(path));
	write_text(path, text_get(&text), text.len);
	text_done(&text);
}

static void many_turns(const struct class *c, const char *student)
{
	struct text lines = TEXT_EMPTY;

	for (int i = 0; i < TRANSCRIPT_TURNS_MAX - 1; i++)
		text_puts(&lines, "repeat 1000000 { mark }\n");
	make_up_turns(c, student, text_get(&lines));
	text_done(&lines);
}

static void binary(const struct class *c, const char *student)
{
	char path[2 * TEMPORARY_MAX], bytes[65536];
	uint64_t state = 1;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] =
			(char)((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
	path_of(c, student, path, sizeof(path));
	write_text(path, bytes, sizeof(bytes));
}

static void edited(const struct class *c, const char *student)
{
	struct text text = TEXT_EMPTY;
	char path[2 * TEMPORARY_MAX], *send;

	path_of(c, student, path, sizeof(path));
	hand_in_own(c, student, "socket c\nconnect c :$port\naccept l a\nsend a \"no\"\nrecv c\n",
		path);
	read_file(path, &text);
	send = strstr(text.s, "send a");
	assert_non_null(send);
	memcpy(send, "sned", 4);
	write_text(path, text_get(&text), text.len);
	text_done(&text);
}

static void copied(const struct class *c, const char *student)
{
	char path[2 * TEMPORARY_MAX];

	path_of(c, student, path, sizeof(path));
	hand_in_own(c, "another", all_of_it, path);
}

/* Another's seed, with the chain put right. */
static void stolen_seed(const struct class *c, const char *student)
{
	struct exercise *e = exercise_of(c->exercise, student);
	struct transcript t = { 0 };

	e->seed ^= 1;
	transcript_begin(&t, "", 0);
	make_up(c, e, student, &t);
	transcript_done(&t);
	exercise_free(e);
}

/* The commands of somebody who never ran them, and what he believes they do. */
static void made_up(const struct class *c, const char *student)
{
	struct exercise *e = exercise_of(c->exercise, student);
	struct transcript t = { 0 };

	transcript_begin(&t, "", 0);
	transcript_begin(&t, "socket c", 8);
	transcript_saw(&t, "main socket = 3", false);
	transcript_saw(&t, "c CLOSED", false);
	transcript_saw(&t, "goal 1 met", false);
	transcript_saw(&t, "goal 2 met", false);
	make_up(c, e, student, &t);
	transcript_done(&t);
	exercise_free(e);
}

static void programs_and_files(const struct class *c, const char *student)
{
	struct text lines = TEXT_EMPTY;

	text_printf(&lines,
		"exec p sh -c \"touch %s\"\ncapture \"%s\"\nsave \"%s\"\nsubmit \"%s\"\n"
		"include \"/etc/passwd\"\nneeds sh { exec p sh -c \"touch %s\" }\n",
		c->outside, c->outside, c->outside, c->outside, c->outside);
	make_up_turns(c, student, text_get(&lines));
	text_done(&lines);
}

static void cut_off(const struct class *c, const char *student)
{
	struct text text = TEXT_EMPTY;
	char path[2 * TEMPORARY_MAX];

	path_of(c, student, path, sizeof(path));
	hand_in_own(c, student, all_of_it, path);
	read_file(path, &text);
	write_text(path, text_get(&text), text.len / 2);
	text_done(&text);
}

static void deep(const struct class *c, const char *student)
{
	struct text text = TEXT_EMPTY;
	char path[2 * TEMPORARY_MAX];

	for (int i = 0; i < 60000; i++)
		text_puts(&text, "[");
	text_puts(&text, "\n");
	path_of(c, student, path, sizeof(path));
	write_text(path, text_get(&text), text.len);
	text_done(&text);
}

static void much_memory(const struct class *c, const char *student)
{
	struct text lines = TEXT_EMPTY;

	text_puts(&lines, "socket c\nconnect c :$port\naccept l a\nhold\n");
	for (int i = 0; i < 100; i++)
		text_puts(&lines, "repeat 40 { nonblock c on; send c 1G }\n");
	make_up_turns(c, student, text_get(&lines));
	text_done(&lines);
}

/* More to tell than its replay has room for, which may not write it to a file. */
static void long_story(const struct class *c, const char *student)
{
	struct text lines = TEXT_EMPTY;

	text_printf(&lines, "repeat 4900 { say %0*d }\n", STORY_LINE, 0);
	make_up_turns(c, student, text_get(&lines));
	text_done(&lines);
}

#ifdef __SANITIZE_ADDRESS__ /* its memory is not limited: replay.c */
#define STORY_VERDICT NULL
#define STORY_REASON ""
#else
#define STORY_VERDICT "stopped"
#define STORY_REASON "its commands take more memory than a session has"
#endif

static const struct {
	const char *student;
	void (*make)(const struct class *c, const char *student);
	const char *verdict, *reason;
} hostile[HOSTILE_COUNT] = {
	{ "a-story", long_story, STORY_VERDICT, STORY_REASON }, /* before all others */
	{ "x-loop", endless_loop, NULL, "" },
	{ "x-sleep", long_sleep, "stopped", "do not come to an end" },
	{ "x-fork", fork_flood, NULL, "an exercise has room for 16 processes" },
	{ "x-million", million_lines, "refused", "longer than any session" },
	{ "x-turns", many_turns, NULL, "more than 5000 commands in one session" },
	{ "x-binary", binary, "refused", "line 1: this is no line of a submission" },
	{ "x-edited", edited, "refused", "it was changed after it was written" },
	{ "x-copied", copied, "refused", "it is the work of another, under another name" },
	{ "x-seed", stolen_seed, "refused", "its seed is not the one of x-seed" },
	{ "x-made-up", made_up, "parts",
		"parts from the submission at its line 6: it says \"goal 1 met\"" },
	{ "x-files", programs_and_files, NULL, "'exec' is not for exercises" },
	{ "x-cut-off", cut_off, "refused", "" },
	{ "x-deep", deep, "refused", "line 1: this is no line of a submission" },
	{ "x-memory", much_memory, NULL, "" },
};

/* ---- grading them ---- */

static const json_t *grade_of(const json_t *report, const char *student)
{
	const json_t *grades = json_object_get(report, "grades");
	char ending[64];

	snprintf(ending, sizeof(ending), "/task-%s.tcplab", student);
	for (size_t i = 0; i < json_array_size(grades); i++) {
		const json_t *grade = json_array_get(grades, i);

		if (strstr(json_string_value(json_object_get(grade, "file")), ending))
			return grade;
	}
	fail_msg("%s was not graded", student);
	return NULL;
}

static void check_honest(const json_t *report, unsigned number)
{
	char student[32];
	const json_t *grade;
	json_int_t score;

	snprintf(student, sizeof(student), "student%03u", number);
	grade = grade_of(report, student);
	score = json_integer_value(json_object_get(grade, "score"));
	if (score != honest[number % HONEST_COUNT].score ||
		strcmp(json_string_value(json_object_get(grade, "verdict")), "graded") != 0)
		fail_msg("%s: %s", student, json_dumps(grade, JSON_INDENT(2)));
}

static void check_hostile(const json_t *report, size_t i)
{
	const json_t *grade = grade_of(report, hostile[i].student);
	const char *verdict = json_string_value(json_object_get(grade, "verdict"));
	const char *reasons = json_string_value(json_object_get(grade, "reasons"));

	if ((hostile[i].verdict && strcmp(verdict, hostile[i].verdict) != 0) ||
		!strstr(reasons ? reasons : "", hostile[i].reason) ||
		json_integer_value(json_object_get(grade, "score")) == 100)
		fail_msg("%s: %s", hostile[i].student, json_dumps(grade, JSON_INDENT(2)));
}

static void class_is_graded(void **state)
{
	const struct class *c = *state;
	uint64_t began_ns = clock_now_ns();
	char folder[TEMPORARY_MAX + 8];
	const char *const arguments[] = { "grade", c->exercise, folder, "--report", "json", "-j",
		"2", "--timeout", ONE_MOST, NULL };
	unsigned count = c->size - HOSTILE_COUNT;
	struct program p;
	json_t *report;

	snprintf(folder, sizeof(folder), "%s/in", c->folder);
	for (unsigned i = 0; i < count; i++) {
		char student[32], path[2 * TEMPORARY_MAX];

		snprintf(student, sizeof(student), "student%03u", i);
		path_of(c, student, path, sizeof(path));
		hand_in_own(c, student, honest[i % HONEST_COUNT].typed, path);
	}
	for (size_t i = 0; i < HOSTILE_COUNT; i++)
		hostile[i].make(c, hostile[i].student);

	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	assert_int_equal(program_end_by(&p, clock_now_ns() + TIME_MOST_NS), 1);
	report = json_loads(text_get(&p.output), 0, NULL);
	assert_non_null(report);
	assert_int_equal(json_array_size(json_object_get(report, "grades")), c->size);
	for (unsigned i = 0; i < count; i++)
		check_honest(report, i);
	for (size_t i = 0; i < HOSTILE_COUNT; i++)
		check_hostile(report, i);
	assert_int_equal(access(c->outside, F_OK), -1);
	assert_true(
		gone_all()); /* one that has taken all memory leaves its hosts, which end by themselves */
	json_decref(report);
	program_close(&p);
	printf("%u submissions in %.1f s\n", c->size,
		(double)(clock_now_ns() - began_ns) / (double)NS_PER_S);
}

static int set_up(void **state)
{
	static struct class c = { .size = CLASS_SIZE };
	const char *size = getenv("TCPLAB_CLASS");
	char path[TEMPORARY_MAX + 8];

	if (size)
		c.size = (unsigned)strtoul(size, NULL, 10);
	temporary_name("class", c.folder, sizeof(c.folder));
	if (c.size < HOSTILE_COUNT || !mkdtemp(c.folder))
		return -1;
	snprintf(c.exercise, sizeof(c.exercise), "%s/task.lab", c.folder);
	snprintf(c.outside, sizeof(c.outside), "%s/outside", c.folder);
	snprintf(path, sizeof(path), "%s/in", c.folder);
	write_text(c.exercise, task, sizeof(task) - 1);
	gone_prepare();
	*state = &c;
	return mkdir(path, 0700);
}

static int tear_down(void **state)
{
	const struct class *c = *state;
	struct text command = TEXT_EMPTY;
	int r;

	text_printf(&command, "rm -r %s", c->folder);
	r = system(text_get(&command));
	text_done(&command);
	return r;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(class_is_graded),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
