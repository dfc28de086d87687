/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An exercise done by a person: on a pseudo-terminal, with a retransmission waited for, a line stopped by Ctrl-C, and a
 * prompt copied along; and what is handed in is played again. */
#include "session.h"

#include <jansson.h>

static const char task[] = "# Lose it once, and be patient.\n"
			   "given {\n"
			   "\tprocess server\n"
			   "\tsocket l in server\n"
			   "\tbind l :8000\n"
			   "\tlisten l\n"
			   "\tsocket c\n"
			   "\tconnect c :8000\n"
			   "\taccept l a\n"
			   "\tdrop data from c x2\n"
			   "}\n"
			   "goal \"The word was on the wire three times.\" {\n"
			   "\texpect seen data from c data from c data from c\n"
			   "}\n"
			   "goal \"a has it.\" in order { expect a returned recv \"word\" }\n"
			   "limit commands 4\n";

static void path_in(const struct session *s, const char *name, char *ret_path, size_t size)
{
	snprintf(ret_path, size, "%s/%s", s->home, name);
}

static const char asking[] = "# Which colour?\nchoose colour one of amber azure beige\n"
			     "goal \"It is told.\" { answer $colour }\n";

static int set_up_task(void **state, const char *text, const char *prompt)
{
	char path[300], *argv[6];
	struct session *s;
	FILE *file;

	if (set_up_home(state) < 0)
		return -1;
	s = *state;
	path_in(s, "task.lab", path, sizeof(path));
	file = fopen(path, "we");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		return -1;
	argv[0] = text_copy(lab_path());
	argv[1] = text_copy("exercise");
	argv[2] = text_copy(path);
	argv[3] = text_copy("--student");
	argv[4] = text_copy("ada");
	argv[5] = NULL;
	pty_open(&s->pty, argv, "xterm", true);
	for (int i = 0; i < 5; i++)
		free(argv[i]);
	pty_await_cursor(&s->pty, prompt);
	return 0;
}

static int set_up_exercise(void **state)
{
	return set_up_task(state, task, "goal 0/2  l LISTEN  a ESTABLISHED > ");
}

static int set_up_asking(void **state)
{
	return set_up_task(state, asking, "goal 0/1 > ");
}

static void assert_graded(const struct session *s, const char *submission)
{
	char command[900], line[4096] = "";
	json_t *grade;
	FILE *p;

	snprintf(command, sizeof(command), "'%s' --json grade '%s/task.lab' '%s'", lab_path(),
		s->home, submission);
	p = popen(command, "re");
	assert_non_null(p);
	assert_non_null(fgets(line, sizeof(line), p));
	assert_int_equal(pclose(p), 0);
	grade = json_loads(line, 0, NULL);
	if (strcmp(json_string_value(json_object_get(grade, "verdict")), "graded") != 0 ||
		json_integer_value(json_object_get(grade, "score")) != 100)
		fail_msg("%s", line);
	json_decref(grade);
}

static void exercise_is_done_and_graded(void **state)
{
	struct session *s = *state;
	char submission[300], line[400];

	/* the given is not told, the task is */
	assert_int_equal(pty_count(&s->pty, "Lose it once, and be patient.", NULL), 1);
	assert_int_equal(pty_count(&s->pty, "[ ] 2  a has it. (after the one above)", NULL), 1);
	assert_int_equal(pty_count(&s->pty, "SYN-SENT", NULL), 0);

	run(s, "send c \"word\"");
	pty_await_lines(&s->pty, 1,
		"-- goal 1 met: The word was on the wire three times.  (1 of 2)", NULL);
	pty_await_cursor(&s->pty, "goal 1/2  c ESTABLISHED  a ESTABLISHED > ");
	pty_type(&s->pty, "sleep 1000s\r");
	pty_await_lines(&s->pty, 1, "sleep 1000s", NULL);
	pty_type(&s->pty, "\003");
	pty_await_cursor(&s->pty, "goal 1/2  c ESTABLISHED  a ESTABLISHED > ");
	/* as it is copied from another terminal */
	run(s, "goal 1/2  c ESTABLISHED > recv a");
	pty_await_cursor(&s->pty, "goal 2/2  c ESTABLISHED  a ESTABLISHED > ");
	pty_await_lines(&s->pty, 1, "-- goal 2 met: a has it.  (2 of 2)", NULL);
	run(s, "goal");
	pty_await_lines(&s->pty, 1, "used: 2 commands; score 100 of 100", NULL);
	path_in(s, "ada.tcplab", submission, sizeof(submission));
	snprintf(line, sizeof(line), "submit \"%s\"", submission);
	run(s, line);
	pty_await_lines(&s->pty, 1, "goals 2 of 2, score 100 of 100. Hand in that file.", NULL);
	finish_with_ctrl_d(s);
	assert_graded(s, submission);
}

static void leaving_without_a_file_is_remarked(void **state)
{
	struct session *s = *state;

	run(s, "recv a MSG_DONTWAIT");
	run(s, "ss");
	pty_type(&s->pty, "\004");
	pty_await_lines(&s->pty, 1, "not handed in", NULL);
	pty_wait(&s->pty);
	pty_close(&s->pty);
}

/* What can be the answer is no secret: which of them is. */
static void tab_offers_what_can_be_the_answer(void **state)
{
	struct session *s = *state;

	pty_type(&s->pty, "answer a\t\t");
	pty_await_lines(&s->pty, 1, "amber  azure", NULL);
	pty_type(&s->pty, "m\t");
	pty_await_typed(&s->pty, "answer amber ");
	pty_type(&s->pty, "\025answer b\t");
	pty_await_typed(&s->pty, "answer beige ");
	pty_type(&s->pty, "\025");
	finish_with_ctrl_d(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(exercise_is_done_and_graded, set_up_exercise,
			tear_down),
		cmocka_unit_test_setup_teardown(leaving_without_a_file_is_remarked, set_up_exercise,
			tear_down),
		cmocka_unit_test_setup_teardown(tab_offers_what_can_be_the_answer, set_up_asking,
			tear_down),
	};

	if (!session_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
