/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions, as somebody answers them: at a terminal, from a pipe, and where nobody is there to. */
#include "program.h"
#include "session.h"

#define PAIR                                                                                       \
	"process server\nsocket l in server\nbind l :8080\nlisten l\n"                             \
	"process client\nsocket c in client\nconnect c :8080\naccept l a\n"
#define STATE "predict \"Which state?\" c state { close a }\n"
#define ANSWER "your prediction > "

/* A question of each kind. */
static const char all[] =
	PAIR STATE "predict \"Which flags?\" segment from a { send c \"x\" }\n"
		   "expect c CLOSED\n"
		   "predict \"Which errno?\" result { send c \"y\" MSG_NOSIGNAL }\n"
		   "predict \"Which fate?\" client fate { send c \"y\" }\n"
		   "socket d\n"
		   "predict \"Does it wait?\" result { hold syn; connect d :8080 }\n"
		   "predict \"Which one?\" choice {\n"
		   "	release\n"
		   "	wait\n"
		   "	choice \"connected\" d ESTABLISHED\n"
		   "	choice \"refused\" d CLOSED\n"
		   "}\n";

static void write_recipe(const struct session *s, const char *text, char *path, size_t size)
{
	snprintf(path, size, "%s/demo.lab", s->home);
	write_file(path, text);
}

static void assert_holds(const struct program *p, const char *text)
{
	if (!strstr(text_get(&p->output), text) && !strstr(text_get(&p->errors), text)) {
		program_blame(p);
		fail_msg("not told: %s", text);
	}
}

static unsigned count(const struct text *text, const char *what)
{
	unsigned found = 0;

	for (const char *at = text_get(text); (at = strstr(at, what)); at++)
		found++;
	return found;
}

/* Play `recipe` with these lines on standard input. */
static void play(const struct session *s, struct program *p, const char *recipe, const char *lines,
	size_t len, bool json)
{
	char path[220];
	const char *arguments[] = { "play", path, json ? "--json" : NULL, NULL };

	write_recipe(s, recipe, path, sizeof(path));
	program_open(p, arguments, -1);
	program_say(p, lines, len);
	fd_closep(&p->in);
	assert_int_equal(program_end(p), 0);
}

static void answers_from_a_pipe_stand_beside_what_the_kernel_did(void **state)
{
	static const char lines[] = "close_wait\nfin\nepipe\nrunning\nblocked\n1\n";
	struct program p;

	play(*state, &p, all, lines, strlen(lines), false);
	assert_holds(&p, "   locked   CLOSE-WAIT\n");
	assert_holds(&p, "   you said CLOSE-WAIT\n   it is    CLOSE-WAIT  (as foretold)\n");
	assert_holds(&p, "   you said fin\n   it is    rst  (not what was said)\n");
	assert_holds(&p, "   you said EPIPE\n   it is    EPIPE  (as foretold)\n");
	assert_holds(&p, "   you said running\n   it is    killed SIGPIPE  (not what was said)\n");
	assert_holds(&p, "   you said blocked\n   it is    blocked  (as foretold)\n");
	assert_holds(&p, "   you said connected\n   it is    connected  (as foretold)\n");
	assert_holds(&p, "predictions: 4 of 6 as foretold\n");
	assert_int_equal(count(&p.output, "because"), 6);
	assert_null(strstr(text_get(&p.errors), "skipped"));
	program_close(&p);
}

static int64_t number_of(const json_t *event, const char *key)
{
	return json_integer_value(json_object_get(event, key));
}

static void observation_is_caused_by_what_the_kernel_did(void **state)
{
	static const char *const kinds[] = { "state", "segment", "return", "process-end", "blocked",
		"state" };
	static const char lines[] = "\n\n\n\n\n\n";
	json_t *events[1000] = { NULL };
	size_t seen = 0;
	struct program p;

	play(*state, &p, all, lines, strlen(lines), true);
	for (json_t *event; (event = program_event(&p, NULL));) {
		int64_t no = number_of(event, "n");
		const json_t *cause, *question, *answer;

		assert_in_range(no, 1, 999);
		events[no] = event;
		if (strcmp(json_string_value(json_object_get(event, "type")), "observation") != 0)
			continue;
		cause = events[number_of(event, "cause")];
		question = events[number_of(event, "question")];
		answer = events[number_of(event, "prediction")];
		assert_string_equal(json_string_value(json_object_get(cause, "type")),
			kinds[seen++]);
		assert_string_equal(json_string_value(json_object_get(question, "type")),
			"question");
		assert_string_equal(json_string_value(json_object_get(answer, "type")),
			"prediction");
		assert_null(json_object_get(answer, "text"));
		assert_string_equal(json_string_value(json_object_get(event, "verdict")),
			"unanswered");
	}
	assert_int_equal(seen, 6);
	for (size_t i = 0; i < 1000; i++)
		json_decref(events[i]);
	program_close(&p);
}

static void wrong_kind_of_answer_is_told_and_takes_no_other_questions_line(void **state)
{
	static const char lines[] = "rst\nrst\nTIME-WAIT\n";
	struct program p;

	play(*state, &p, PAIR STATE "predict \"Which flags?\" segment from a { send c \"x\" }\n",
		lines, strlen(lines), false);
	assert_holds(&p, "'rst' is no TCP state; they are");
	assert_holds(&p, "it is    CLOSE-WAIT  (not answered)\n");
	assert_holds(&p, "you said rst\n   it is    rst  (as foretold)\n");
	assert_int_equal(count(&p.output, "   locked   "), 1);
	assert_int_equal(count(&p.output, "is no TCP state"), 1);
	assert_holds(&p, "predictions: 1 of 2 as foretold, 1 not answered\n");
	program_close(&p);
}

static void answers_are_of_one_recipe_after_the_other(void **state)
{
	const struct session *s = *state;
	static const char lines[] = "close-wait\nclosed\n";
	const char *const arguments[] = { "play", s->home, NULL };
	char path[220], second[220];
	struct program p;

	write_recipe(s, PAIR STATE, path, sizeof(path));
	snprintf(second, sizeof(second), "%s/second.lab", s->home);
	assert_int_equal(rename(path, second), 0);
	write_recipe(s, PAIR STATE, path, sizeof(path));
	program_open(&p, arguments, -1);
	program_say(&p, lines, strlen(lines));
	fd_closep(&p.in);
	assert_int_equal(program_end(&p), 0);
	assert_int_equal(count(&p.output, "you said CLOSE-WAIT\n"), 1);
	assert_int_equal(count(&p.output, "you said CLOSED\n"), 1);
	program_close(&p);
}

static void hostile_answers_reach_nothing(void **state)
{
	struct text lines = TEXT_EMPTY, recipe = TEXT_EMPTY;
	struct program p;

	for (size_t i = 0; i < 1 << 20; i++)
		text_puts(&lines, "x");
	text_puts(&lines, "\n\x1b[2JCLOSED\n\xff\xfe\n\"\\x1b[2J\"\nCLOSED; exec p /bin/true\n");
	text_add(&lines, "CLO\0SED\n", 8);
	text_puts(&lines, "close-wait");
	text_puts(&recipe, PAIR);
	for (size_t i = 0; i < 6; i++) /* one for each of these lines, and then */
		text_puts(&recipe, "predict \"What?\" l state { sleep 1ms }\n");
	text_puts(&recipe, STATE);
	play(*state, &p, text_get(&recipe), lines.s, lines.len, false);
	assert_int_equal(count(&p.output, "the limit is 65536"), 1);
	assert_int_equal(count(&p.output, "it is    LISTEN  (not answered)"), 6);
	assert_null(strchr(text_get(&p.output), '\033'));
	assert_null(strstr(text_get(&p.output), "execve"));
	assert_holds(&p, "it is    CLOSE-WAIT  (as foretold)");
	assert_int_equal(count(&p.output, "   locked   "), 1);
	text_done(&lines);
	text_done(&recipe);
	program_close(&p);
}

static void question_that_nobody_hears_is_skipped_and_counted(void **state)
{
	char path[220];
	const char *const file[] = { "-f", path, NULL }, *const check[] = { "check", path, NULL };
	const char *const line[] = { "-c", PAIR STATE, NULL };
	const char *const *const ways[] = { file, check, line };
	struct program p;

	play(*state, &p, all, "CLOSED\n", 7, false);
	assert_holds(&p, "predictions: 0 of 6 as foretold, 5 not answered\n");
	assert_null(strstr(text_get(&p.errors), "skipped"));
	program_close(&p);
	write_recipe(*state, all, path, sizeof(path));
	for (size_t i = 0; i < 3; i++) {
		program_open(&p, ways[i],
			-1); /* where nothing is read from a pipe that stays open */
		assert_int_equal(program_end(&p), 0);
		assert_holds(&p, i == 2 ? "1 prediction skipped" : "6 predictions skipped");
		assert_holds(&p, i == 1 ? "ok 1" : "it is    CLOSE-WAIT  (nobody was asked)");
		program_close(&p);
	}
	program_open(&p, (const char *const[]){ "report", path, "--md", NULL }, -1);
	assert_int_equal(program_end(&p), 0);
	assert_holds(&p, "nobody was asked");
	assert_string_equal(text_get(&p.errors), ""); /* who writes one can do nothing about it */
	program_close(&p);
}

static void recipe_whose_choices_both_come_true_is_bad(void **state)
{
	const char *const arguments[] = { "-c",
		PAIR
		"predict \"Q?\" choice { close a; choice \"x\" c CLOSE-WAIT; choice \"y\" no segments; "
		"choice \"z\" count CLOSE-WAIT 1 }",
		NULL };
	struct program p;

	(void)state;
	program_open(&p, arguments, -1);
	assert_int_equal(program_end(&p), 2);
	assert_holds(&p, "choices 1 and 3 have both come true");
	program_close(&p);
}

/* ---- at a terminal ---- */

static void play_on(struct session *s, const char *recipe)
{
	char path[220];
	char *argv[] = { text_copy(lab_path()), text_copy("play"), path, NULL };

	write_recipe(s, recipe, path, sizeof(path));
	pty_open(&s->pty, argv, "xterm", true);
	free(argv[0]);
	free(argv[1]);
	pty_await_cursor(&s->pty, ANSWER);
}

static void tab_completes_answers_and_enter_locks_one(void **state)
{
	struct session *s = *state;

	play_on(s, all);
	assert_int_equal(pty_count(&s->pty, "close(", NULL), 0);
	pty_type(&s->pty, "fin\t");
	pty_await_cursor(&s->pty, ANSWER "FIN-WAIT-");
	pty_type(&s->pty, "2\r");
	pty_await_lines(&s->pty, 1, "locked   FIN-WAIT-2", NULL);
	/* The next question; the answer to the last one stays. */
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "CLOSE-WAIT\r");
	pty_await_lines(&s->pty, 1, "'CLOSE-WAIT' is no segment", NULL);
	pty_await_cursor(&s->pty, ANSWER);
	assert_int_equal(pty_count(&s->pty, "you said FIN-WAIT-2", NULL), 1);
	assert_int_equal(pty_count(&s->pty, "(not what was said)", NULL), 1);
	pty_type(&s->pty, "rs\t");
	pty_await_lines(&s->pty, 1, ANSWER "rst", NULL);
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "it is    rst  (as foretold)", NULL);
	/* Ctrl-D: no more answers, but the rest of the story. */
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "\004");
	assert_int_equal(pty_wait(&s->pty), 0);
	assert_int_equal(pty_count(&s->pty, "predictions: 1 of 6 as foretold, 4 not answered",
				 NULL),
		1);
}

static void interrupt_at_a_question_ends_play(void **state)
{
	struct session *s = *state;
	int status;

	play_on(s,
		"# What there is to look for.\n" PAIR "claim Z1 \"What it states.\" {\n" STATE
		"expect c CLOSE-WAIT\n}\n");
	pty_type(&s->pty, "half\003");
	status = pty_wait(&s->pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 130);
	assert_int_equal(pty_count(&s->pty, "stopped at this question", NULL), 1);
	assert_int_equal(pty_count(&s->pty, "look for.", NULL), 0); /* that may answer it */
	assert_int_equal(pty_count(&s->pty, "states", NULL), 0);
}

static void interrupt_at_a_step_says_which(void **state)
{
	struct session *s = *state;
	char path[220];
	char *argv[] = { text_copy(lab_path()), text_copy("play"), text_copy("--step"), path,
		NULL };
	int status;

	write_recipe(s, PAIR STATE, path, sizeof(path));
	pty_open(&s->pty, argv, "xterm", true);
	for (size_t i = 0; i < 3; i++)
		free(argv[i]);
	pty_await_cursor(&s->pty, "[1/10] process server  (Enter, or ?) ");
	pty_type(&s->pty, "\r");
	pty_await_cursor(&s->pty, "[2/10] socket l in server  (Enter, or ?) ");
	pty_type(&s->pty, "\003");
	status = pty_wait(&s->pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 130);
	assert_int_equal(pty_count(&s->pty, "stopped at 2 of 10", NULL), 1);
}

/* Whoever goes on with Enter, and presses it once too often, can still answer. */
static void enter_alone_answers_nothing(void **state)
{
	struct session *s = *state;
	char path[220];
	char *argv[] = { text_copy(lab_path()), text_copy("play"), text_copy("--step"), path,
		NULL };

	write_recipe(s, PAIR STATE, path, sizeof(path));
	pty_open(&s->pty, argv, "xterm", true);
	for (size_t i = 0; i < 3; i++)
		free(argv[i]);
	pty_await_cursor(&s->pty, "[1/10] process server  (Enter, or ?) ");
	pty_type(&s->pty, "c\r");
	pty_await_cursor(&s->pty, ANSWER);
	for (unsigned i = 1; i <= 2; i++) {
		pty_type(&s->pty, "\r");
		pty_await_lines(&s->pty, i, "nothing is said yet; `pass`: I don't know", NULL);
		pty_await_cursor(&s->pty, ANSWER);
	}
	pty_type(&s->pty, "close-wait\r");
	assert_int_equal(pty_wait(&s->pty), 0);
	assert_int_equal(pty_count(&s->pty, "it is    CLOSE-WAIT  (as foretold)", NULL), 1);
}

static void lab_goes_on_while_a_question_waits(void **state)
{
	struct session *s = *state;

	play_on(s, PAIR "process p\n" STATE);
	pty_type(&s->pty, "clo");
	pty_await_cursor(&s->pty, ANSWER "clo");
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "SIGKILL", NULL);
	pty_await_cursor(&s->pty, ANSWER "clo");
	pty_type(&s->pty, "se_wait\r");
	assert_int_equal(pty_wait(&s->pty), 0);
	assert_int_equal(pty_count(&s->pty, "(as foretold)", NULL), 1);
}

/* What is held would be sent again while somebody thinks, and what comes behind the question be another story. */
static void time_to_think_changes_nothing_on_the_wire(void **state)
{
	struct session *s = *state;

	play_on(s,
		"process p\nsocket d in p\nhold\ndrop to :7777 always\nsocket c\nbind c :6666\nconnect c :6666 &\n"
		"sleep 100ms\nconnect d :7777 &\nmark\n"
		"predict \"Its own SYN?\" c state { step }\n"
		"step\nexpect c ESTABLISHED\n");
	/* the SYN of c was sent before this one, and so it is again */
	pty_await_lines(&s->pty, 1, "(again: #2)", NULL);
	pty_await_cursor(&s->pty, ANSWER);
	assert_int_equal(pty_count(&s->pty, "(again: #1)", NULL), 0);
	assert_int_equal(pty_count(&s->pty, "the recipe waits", NULL), 0);
	pty_type(&s->pty, "syn-rec\t\r");
	assert_int_equal(pty_wait(&s->pty), 0);
	assert_int_equal(pty_count(&s->pty, "it is    SYN-RECEIVED  (as foretold)", NULL), 1);
	assert_int_equal(pty_count(&s->pty, "dropped while the recipe waited", NULL), 1);
}

/* A kernel that may try twice would have given up all of these by then, and the answers be about nothing: a SYN that is
 * held, one that is lost, a SYN/ACK, the FIN of an orphan. What the recipe set counts again behind the question. The
 * orphan, which is given up 0.6 s later, comes last before it. */
static void nothing_is_given_up_while_somebody_thinks(void **state)
{
	struct session *s = *state;

	play_on(s,
		"sysctl net.ipv4.tcp_syn_linear_timeouts 0\nsysctl net.ipv4.tcp_syn_retries 1\n"
		"sysctl net.ipv4.tcp_synack_retries 1\nsysctl net.ipv4.tcp_orphan_retries 1\n" PAIR
		"process q\nsocket e in q\nprocess p\nsocket d in p\nsocket f\nbind f :6666\n"
		"hold fin\nhold syn/ack\nhold from :6666\ndrop to :7777 always\n"
		"connect e :8080 &\nconnect f :6666 &\nsleep 100ms\nconnect d :7777 &\nclose a\n"
		"predict \"Its own SYN?\" f state { step from f }\n"
		"expect a FIN-WAIT-1\nexpect l/2 SYN-RECEIVED\nexpect count SYN-SENT 2\n"
		"sysctl net.ipv4.tcp_syn_retries => 1\nsysctl net.ipv4.tcp_synack_retries => 1\n"
		"sysctl net.ipv4.tcp_orphan_retries => 1\nsysctl net.ipv4.tcp_retries2 => 15\n");
	/* d's is lost, so its timer shows what time it is for the others: once more is one too many */
	pty_await_lines(&s->pty, 1, "retransmission timer, retransmission 2", NULL);
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "syn-rec\t\r");
	assert_int_equal(pty_wait(&s->pty), 0);
	assert_int_equal(pty_count(&s->pty, "it is    SYN-RECEIVED  (as foretold)", NULL), 1);
}

/* ---- at the prompt ---- */

static void connect_pair(struct session *s)
{
	run(s, "socket l; bind l :80; listen l; socket c; connect c :80; accept l a");
}

static void question_at_the_prompt_takes_the_next_line(void **state)
{
	struct session *s = *state;

	start(s, "xterm");
	connect_pair(s);
	pty_type(&s->pty, "predict \"Which?\" c state { close a }\r");
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "socket x\r");
	pty_await_lines(&s->pty, 1, "'socket' has to wait for this answer", NULL);
	pty_await_cursor(&s->pty, ANSWER);
	assert_int_equal(pty_count(&s->pty, "?? Which?", NULL), 1);
	pty_type(&s->pty, "help CLOSE-WAIT\r");
	pty_await_lines(&s->pty, 1, "CLOSE-WAIT, a TCP state", NULL);
	/* what was looked at may be long: the question stands below it */
	pty_await_lines(&s->pty, 2, "?? Which?", NULL);
	pty_await_lines(&s->pty, 2, "a state: LISTEN, SYN-SENT", NULL);
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "sockets\r");
	pty_await_lines(&s->pty, 1, "is no TCP state", NULL);
	pty_await_cursor(&s->pty, ANSWER);
	/* what may be said, and what it means */
	pty_type(&s->pty, "?\r");
	pty_await_lines(&s->pty, 1, "`pass`: I don't know; `help TIME-WAIT` tells more", NULL);
	assert_int_equal(pty_count(&s->pty, "?? Which?", NULL), 2);
	assert_int_equal(pty_count(&s->pty, "Which?", NULL), 4); /* as it was typed, too */
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "help closing\r");
	pty_await_lines(&s->pty, 1, "CLOSING, a TCP state", NULL);
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "help nonsense\r");
	pty_await_lines(&s->pty, 1, "no help on 'nonsense'", NULL);
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "\r"); /* one Enter too many says nothing */
	pty_await_lines(&s->pty, 1, "nothing is said yet", NULL);
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "pass\r");
	pty_await_lines(&s->pty, 1, "not answered", "it is");
	pty_await_lines(&s->pty, 1, "it is    CLOSE-WAIT  (not answered)", NULL);
	pty_await_typed(&s->pty, "");
	assert_int_equal(pty_count(&s->pty, "socket(", NULL), 2);
}

static void interrupt_at_the_prompt_takes_the_question_back(void **state)
{
	struct session *s = *state;

	start(s, "xterm");
	connect_pair(s);
	pty_type(&s->pty, "predict \"Which?\" c state { close a }\r");
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "\003");
	pty_await_lines(&s->pty, 1, "^C", NULL);
	pty_await_lines(&s->pty, 1, "not answered", NULL);
	pty_await_typed(&s->pty, "");
	run(s, "predict \"Now?\" c state { close c }");
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "fin_wait\t\t");
	pty_type(&s->pty, "\025pass\r");
	pty_await_lines(&s->pty, 1, "it is    FIN-WAIT-", NULL);
	pty_await_typed(&s->pty, "");
	assert_int_equal(pty_count(&s->pty, "close(", "c"), 0);
}

/* Its commands go on; what is typed between the steps is none of its block's. */
static void interrupt_in_a_recipe_played_by_hand_is_no_answer(void **state)
{
	struct session *s = *state;
	char path[220], line[240];

	write_recipe(s, PAIR "predict \"Which?\" result { send c \"x\" }\n", path, sizeof(path));
	start(s, "xterm");
	snprintf(line, sizeof(line), "play %s", path);
	run(s, line);
	run(s, "next 9");
	pty_await_cursor(&s->pty, ANSWER);
	pty_type(&s->pty, "\003");
	pty_await_lines(&s->pty, 1, "not answered", NULL);
	pty_await_typed(&s->pty, "");
	run(s, "socket x; getpeername x => ENOTCONN");
	run(s, "next all");
	pty_await_lines(&s->pty, 1, "it is    1  (not answered)", NULL);
	pty_await_lines(&s->pty, 1, "predictions: 0 of 1 as foretold, 1 not answered", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_home, tear_down)
		TEST(answers_from_a_pipe_stand_beside_what_the_kernel_did),
		TEST(observation_is_caused_by_what_the_kernel_did),
		TEST(wrong_kind_of_answer_is_told_and_takes_no_other_questions_line),
		TEST(answers_are_of_one_recipe_after_the_other),
		TEST(hostile_answers_reach_nothing),
		TEST(question_that_nobody_hears_is_skipped_and_counted),
		TEST(recipe_whose_choices_both_come_true_is_bad),
		TEST(tab_completes_answers_and_enter_locks_one),
		TEST(interrupt_at_a_question_ends_play),
		TEST(interrupt_at_a_step_says_which),
		TEST(enter_alone_answers_nothing),
		TEST(lab_goes_on_while_a_question_waits),
		TEST(time_to_think_changes_nothing_on_the_wire),
		TEST(nothing_is_given_up_while_somebody_thinks),
		TEST(question_at_the_prompt_takes_the_next_line),
		TEST(interrupt_at_the_prompt_takes_the_question_back),
		TEST(interrupt_in_a_recipe_played_by_hand_is_no_answer),
	};

	if (!session_possible())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
