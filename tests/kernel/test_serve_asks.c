/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe that asks, on the page of `tcplab serve`: the question goes to all who look on, and is answered at the prompt,
 * on standard input, or by whoever holds the control link. */
#include "session.h"
#include "web.h"

#define RECIPE                                                                                     \
	"socket c\n"                                                                               \
	"predict \"Is it bound?\" choice {\n"                                                      \
	"	bind c :80\n"                                                                            \
	"	choice \"to a port\" c CLOSED\n"                                                         \
	"	choice \"to none\" c LISTEN\n"                                                           \
	"}\n"                                                                                      \
	"predict \"And now?\" c state { listen c }\n"                                              \
	"say \"all asked\"\n"
#define ANSWER "your prediction > "

static void write_recipe(const struct session *s, char *path, size_t size)
{
	snprintf(path, size, "%s/asks.lab", s->home);
	write_file(path, RECIPE);
}

/* What a request has whose sender holds the control link. */
static void hold_control(const struct web *w, char *line, size_t size)
{
	char cookie[WEB_COOKIE_MAX];

	web_join(w, w->control, cookie, sizeof(cookie));
	snprintf(line, size, "%sOrigin: http://%s\r\n", cookie, w->host);
}

static void answer(const struct web *w, const char *control, const char *line)
{
	assert_int_equal(web_try(w, "POST /command", NULL, control, line), 204);
}

static void holder_of_the_control_link_answers(void **state)
{
	char path[220], control[512];
	const char *const arguments[] = { "serve", "--control", path, NULL };
	struct stream s;
	struct web w;

	write_recipe(*state, path, sizeof(path));
	web_open(&w, arguments);
	hold_control(&w, control, sizeof(control));
	fd_closep(&w.program.in); /* nobody is at a prompt */
	s = web_view(&w, 0);
	stream_await(&s, "\"ask\":\"Is it bound?\",\"answers\":\"1  to a port\\n2  to none\"");
	answer(&w, control, "ss c");
	stream_await(&s, "\"what\":\"SOCKET STATE"); /* who only looks may */
	answer(&w, control, "ss; close c");
	stream_await(&s, "'close' has to wait for the answer");
	answer(&w, control, "ss nobody");
	stream_await(&s, "'nobody'");
	answer(&w, control, "close c");
	stream_await(&s, "'close' has to wait for this answer");
	answer(&w, control, " ");
	stream_await(&s, "nothing is said yet");
	answer(&w, control, "3");
	stream_await(&s, "'3' is no choice");
	answer(&w, control, "1");
	stream_await(&s, "\"said\":\"to a port\",\"is\":\"to a port\",\"verdict\":\"as foretold\"");
	/* all there are to choose from */
	stream_await(&s, "\"answers\":\"a state: LISTEN, SYN-SENT, SYN-RECEIVED");
	assert_non_null(strstr(text_get(&s.text), "TIME-WAIT or CLOSED"));
	answer(&w, control, "pass");
	stream_await(&s, "\"is\":\"LISTEN\",\"verdict\":\"not answered\"");
	stream_await(&s, "all asked");
	/* behind them it takes commands again */
	answer(&w, control, "say \"and on\"");
	stream_await(&s, "and on");
	stream_done(&s);
	kill(w.program.pid, SIGINT);
	assert_int_equal(web_close(&w), 0);
}

/* Wait for a line of standard output that begins so. */
static void await_line(struct web *w, const char *begin)
{
	char *line;
	bool found = false;

	while (!found && (line = program_line(&w->program))) {
		found = strncmp(line, begin, strlen(begin)) == 0;
		free(line);
	}
	if (!found)
		fail_msg("there was no line '%s'", begin);
}

/* Who goes about the room with a tablet says when, as who sits there does: nothing, `next`, `c`. */
static void holder_of_the_control_link_goes_from_step_to_step(void **state)
{
	char path[220], control[512];
	const char *const arguments[] = { "serve", "--control", "--step", path, NULL };
	struct stream s;
	struct web w;

	write_recipe(*state, path, sizeof(path));
	web_open(&w, arguments);
	hold_control(&w, control, sizeof(control));
	s = web_view(&w, 0);
	await_line(&w, "[1/5] socket c");
	answer(&w, control, " ");
	stream_await(&s, "\"what\":\"CLOSED\"");
	await_line(&w, "[2/5] predict");
	answer(&w, control, "next");
	stream_await(&s, "Is it bound?");
	answer(&w, control, "1");
	await_line(&w, "[3/5] bind");
	web_type(&w, "");
	await_line(&w, "[4/5] predict");
	answer(&w, control, "c");
	stream_await(&s, "And now?");
	/* the links have gone up meanwhile */
	await_line(&w, "?? And now?");
	await_line(&w, "control: ");
	answer(&w, control, "pass");
	stream_await(&s, "all asked");
	await_line(&w, "It has been played");
	answer(&w, control, "say \"and on\"");
	stream_await(&s, "and on");
	stream_done(&s);
	kill(w.program.pid, SIGINT);
	assert_int_equal(web_close(&w), 0);
}

static void lines_of_a_pipe_answer_too(void **state)
{
	char path[220];
	const char *const arguments[] = { "serve", path, NULL };
	struct stream s;
	struct web w;

	write_recipe(*state, path, sizeof(path));
	web_open(&w, arguments);
	s = web_view(&w, 0);
	stream_await(&s, "Is it bound?");
	web_type(&w, "to none");
	stream_await(&s,
		"\"said\":\"to none\",\"is\":\"to a port\",\"verdict\":\"not what was said\"");
	fd_closep(&w.program.in); /* whoever could answer has gone */
	stream_await(&s, "\"is\":\"LISTEN\",\"verdict\":\"not answered\"");
	stream_await(&s, "all asked");
	stream_done(&s);
	kill(w.program.pid, SIGINT);
	assert_int_equal(web_close(&w), 0);
}

/* The links as the terminal shows them. */
static void read_links(struct session *s, struct web *w)
{
	pty_await_cursor(&s->pty, ANSWER);
	*w = (struct web){ .program = { .in = -1 } };
	for (unsigned row = 0; row <= s->pty.last;) {
		char *line = pty_line(&s->pty, row, &row);
		const char *link = strstr(line, "http://");

		if (link)
			snprintf(strstr(line, "control") ? w->control : w->view, sizeof(w->view),
				"%s", link);
		free(line);
	}
	w->port = (unsigned)strtoul(strchr(w->control + 7, ':') + 1, NULL, 10);
	snprintf(w->host, sizeof(w->host), "127.0.0.1:%u", w->port);
}

/* What the presenter has half typed is no answer any more, and the next question is asked on a line of its own. */
static void answer_on_the_page_takes_the_prompt_away(void **state)
{
	struct session *s = *state;
	char path[220], control[512];
	char *argv[] = { text_copy(lab_path()), text_copy("serve"), text_copy("--control"), path,
		NULL };
	struct web w;

	write_recipe(s, path, sizeof(path));
	pty_open(&s->pty, argv, "xterm", true);
	for (size_t i = 0; i < 3; i++)
		free(argv[i]);
	read_links(s, &w);
	hold_control(&w, control, sizeof(control));
	pty_type(&s->pty, "2");
	pty_await_cursor(&s->pty, ANSWER "2");
	answer(&w, control, "1");
	pty_await_lines(&s->pty, 1, "you said to a port", NULL);
	pty_await_cursor(&s->pty, ANSWER);
	assert_int_equal(pty_count(&s->pty, ANSWER "2", NULL), 0);
	pty_type(&s->pty, "listen\r");
	pty_await_lines(&s->pty, 1, "it is    LISTEN  (as foretold)", NULL);
	pty_await_lines(&s->pty, 1, "-- all asked", NULL);
	pty_type(&s->pty, "\003");
	pty_wait(&s->pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_home, tear_down)
		TEST(holder_of_the_control_link_answers),
		TEST(holder_of_the_control_link_goes_from_step_to_step),
		TEST(lines_of_a_pipe_answer_too),
		TEST(answer_on_the_page_takes_the_prompt_away),
	};

	if (!session_possible())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
