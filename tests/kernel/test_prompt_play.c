/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe played at the prompt, on a pseudo-terminal. What a recipe says is told from its text by escapes, as in
 * test_prompt.c. */
#include "session.h"

/* A recipe in the session's own folder, and the line that plays it. */
static void write_recipe(const struct session *s, const char *text, char line[static 240])
{
	char path[220];
	snprintf(path, sizeof(path), "%s/one.lab", s->home);
	snprintf(line, 240, "play %s", path);
	write_file(path, text);
}

static void play_text(struct session *s, const char *text)
{
	char line[240];

	write_recipe(s, text, line);
	run(s, line);
}

static const char three[] = "# What it shows.\n"
			    "say \"it \\x62egins\"\n"
			    "socket c\n"
			    "claim Z1 \"It is refused.\" {\n"
			    "	say \"in the \\x63laim\"\n"
			    "	connect c :9 => ECONNREFUSED\n"
			    "}\n"
			    "socket d\n";

static void enter_when_a_recipe_is_played_runs_its_next_command(void **state)
{
	struct session *s = *state;

	play_text(s, three);
	pty_await_lines(&s->pty, 1, "What it shows.", NULL);
	pty_await_lines(&s->pty, 1, "it begins", NULL); /* it announces what comes */
	pty_await_hint(&s->pty, "", "socket c");
	pty_await_cursor(&s->pty, "[1/4] tcplab> ");
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "> socket c", "tcplab");
	pty_await_hint(&s->pty, "", "claim Z1 \"It is refused.\" {");
	pty_await_cursor(&s->pty, "[2/4] c CLOSED > ");
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "in the claim", NULL);
	pty_await_cursor(&s->pty, "[3/4] c CLOSED > ");
	pty_type(&s->pty, "\r"); /* and with its last command the claim ends */
	pty_await_lines(&s->pty, 1, "claim Z1 holds", NULL);
	pty_await_cursor(&s->pty, "[4/4] c CLOSED > ");
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "/one has come to its end", NULL);
	pty_await_cursor(&s->pty, "c CLOSED  d CLOSED > ");
	pty_type(&s->pty, "\r");
	assert_runs(s, "over"); /* Enter repeats nothing any more */
	assert_int_equal(pty_count(&s->pty, "> socket d", NULL), 1);
	finish_with_ctrl_d(s);
}

static void anything_when_typed_in_between_leaves_the_recipe(void **state)
{
	struct session *s = *state;

	play_text(s, three);
	run(s, "next 2");
	pty_await_cursor(&s->pty, "[3/4] c CLOSED > ");
	run(s, "expect c ESTABLISHED within 1ms"); /* no failure of the claim that is open */
	pty_await_lines(&s->pty, 1, "not as expected", NULL);
	run(s, "socket mine");
	run(s, "play");
	pty_await_lines(&s->pty, 1, "/one: 2 of 4 steps have run", NULL);
	pty_await_lines(&s->pty, 1, "  [4/4] socket d", NULL);
	run(s, "?"); /* as at a question and in `play --step` */
	pty_await_lines(&s->pty, 1, "`help COMMAND` tells more", NULL);
	run(s, "? listen");
	pty_await_lines(&s->pty, 1, "listen SOCK [BACKLOG]", NULL);
	pty_type(&s->pty, "ne"); /* over what is dim there */
	pty_await_typed(&s->pty, "ne");
	pty_type(&s->pty, "xt; say \"\\x62ehind\"\r");
	pty_await_lines(&s->pty, 1, "behind", "\\x62");
	pty_await_lines(&s->pty, 1, "claim Z1 holds", NULL);
	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "[4/4] c CLOSED > say \"p\\x61sted\"\r"); /* with its prompt */
	pty_await_lines(&s->pty, 1, "pasted", NULL);
	run(s, "> say \"out of a st\\x6fry\"");
	pty_await_lines(&s->pty, 1, "out of a story", NULL);
	pty_await_cursor(&s->pty, "[4/4] c CLOSED  mine CLOSED > ");
	run(s, "next all");
	pty_await_lines(&s->pty, 1, "has come to its end", NULL);
}

static void expectation_when_it_fails_stops_the_recipe_there(void **state)
{
	struct session *s = *state;

	play_text(s,
		"claim Z1 \"No.\" {\nsocket c\nconnect c :9 => 0\nsocket d\n}\nsocket c\nsocket e\n");
	run(s, "next all");
	pty_await_lines(&s->pty, 1, "not as expected", NULL);
	pty_await_hint(&s->pty, "", "socket d");
	run(s, "next all; say \"not r\\x65ached\"");
	pty_await_lines(&s->pty, 1, "claim Z1 failed", NULL); /* and not what is typed */
	pty_await_lines(&s->pty, 1, "socket 'c' is still open", NULL);
	pty_await_hint(&s->pty, "", "socket e");
	assert_int_equal(pty_count(&s->pty, "not reached", NULL), 0);
	run(s, "next");
	pty_await_cursor(&s->pty, "c CLOSED  d CLOSED  e CLOSED > ");
	pty_type(&s->pty, "quit\r"); /* at the prompt that is an observation */
	assert_int_equal(pty_wait(&s->pty), 0);
}

static void the_readme_counts_a_recipes_commands_as_the_prompt_does(void **state)
{
	struct session *s = *state;
	const char *source = getenv("TCPLAB_SOURCE");
	struct text path = TEXT_EMPTY, there = TEXT_EMPTY;
	char readme[65536] = "";
	unsigned commands;
	FILE *file;

	text_printf(&path, "%s/README.md", source ? source : ".");
	file = fopen(text_get(&path), "re");
	text_done(&path);
	if (!file) /* an ordinary user does not see a tree of root's */
		skip();
	assert_true(fread(readme, 1, sizeof(readme) - 1, file) > 0);
	fclose(file);
	assert_non_null(strstr(readme, "[7/"));
	commands = (unsigned)strtoul(strstr(readme, "[7/") + 3, NULL, 10);
	text_printf(&there, "`[7/%u]`: the seventh of %u)", commands, commands);
	assert_non_null(strstr(readme, text_get(&there)));
	text_clear(&there);
	text_printf(&there, "\n[8/%u] c SYN-SENT  wire 1 held > ss", commands);
	assert_non_null(strstr(readme, text_get(&there)));
	text_clear(&there);
	run(s, "play open/self-connect");
	text_printf(&there, "/%u] ", commands);
	pty_await_lines(&s->pty, 1, text_get(&there), NULL);
	text_done(&there);
}

static void reset_when_a_recipe_is_played_begins_it_anew(void **state)
{
	struct session *s = *state;
	char line[240];

	write_recipe(s, three, line);
	run(s, line);
	run(s, "next 3");
	pty_await_cursor(&s->pty, "[4/4] c CLOSED > ");
	run(s, line);
	pty_await_lines(&s->pty, 1, "a recipe begins in a lab where nothing is yet; write:", NULL);
	run(s, "reset");
	pty_await_cursor(&s->pty, "[1/4] tcplab> ");
	run(s, line);
	pty_await_lines(&s->pty, 1, "/one is left at step 0 of 4", NULL);
	run(s, "next all");
	pty_await_lines(&s->pty, 1, "has come to its end", NULL);
}

/* What a recipe has set would be another story for the next, though no socket is left. */
static void recipe_begins_with_the_kernels_own_sysctls(void **state)
{
	struct session *s = *state;
	char line[240];

	play_text(s, "sysctl net.ipv4.tcp_syn_retries 2\nsocket c\nclose c\n");
	run(s, "next all");
	pty_await_lines(&s->pty, 1, "has come to its end", NULL);
	write_recipe(s, "sysctl net.ipv4.tcp_syn_retries => 6\n", line);
	run(s, line);
	pty_await_lines(&s->pty, 1, "a sysctl was set here, and a recipe begins", NULL);
	run(s, "reset");
	run(s, line);
	run(s, "next all");
	pty_await_lines(&s->pty, 2, "has come to its end", NULL);
	assert_int_equal(pty_count(&s->pty, "not as expected", NULL), 0);
	/* to look at one sets nothing */
	run(s, line);
	pty_await_cursor(&s->pty, "[1/1] tcplab> ");
}

static void ctrl_c_when_the_recipe_waits_keeps_its_place(void **state)
{
	struct session *s = *state;

	play_text(s, "socket c\nexpect c ESTABLISHED within 60s\nsay \"he\\x72e\"\nsocket d\n");
	pty_type(&s->pty, "next all\r");
	pty_await_lines(&s->pty, 1, "socket(", NULL);
	pty_type(&s->pty, "\003");
	pty_await_cursor(&s->pty, "[3/3] c CLOSED > ");
	assert_int_equal(pty_count(&s->pty, "here", NULL), 0);
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "here", NULL);
	pty_await_lines(&s->pty, 1, "has come to its end", NULL);
}

static void recipe_of_somebody_else_is_not_trusted(void **state)
{
	struct session *s = *state;

	play_text(s, "exec p true\nsave /nowhere/x\nplay open/refused\nnext\ninclude ../one.lab\n");
	run(s, "next");
	pty_await_lines(&s->pty, 1, "--allow-exec", NULL);
	run(s, "next");
	pty_await_lines(&s->pty, 1, "--allow-write", NULL);
	run(s, "next");
	pty_await_lines(&s->pty, 1, "'play' is for the prompt", NULL);
	run(s, "next");
	pty_await_lines(&s->pty, 1, "'next' is for the prompt", NULL);
	run(s, "next");
	pty_await_lines(&s->pty, 1, "only files beside this one or", NULL);
	pty_await_lines(&s->pty, 1, "has come to its end", NULL);
}

static void step_with_letters_of_many_bytes_leaves_the_cursor_at_the_prompt(void **state)
{
	struct session *s = *state;

	play_text(s,
		"say \"\xc3\xa9\xc3\xa9\"\nprocess a\nsysctl \"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"\n");
	run(s, "next");
	pty_await_lines(&s->pty, 1, "[2/2] tcplab> sysctl \"????\"", NULL);
	pty_await_cursor(&s->pty, "[2/2] tcplab> ");
}

static void next_without_a_recipe_says_what_to_do(void **state)
{
	struct session *s = *state;

	run(s, "next");
	pty_await_lines(&s->pty, 1, "no recipe is being played; begin one: play", NULL);
	run(s, "play open/self-conect");
	pty_await_lines(&s->pty, 1, "  'open/self-connect'?", NULL);
	run(s, "play open");
	pty_await_lines(&s->pty, 1, "'open' is a folder", NULL);
	run(s, "play ~/mine.lab");
	pty_await_lines(&s->pty, 1, "'~' is not replaced by your folder here", NULL);
	pty_type(&s->pty, "play self-connect-g\t");
	pty_await_typed(&s->pty, "play self-connect-g"); /* names complete with their topic */
	pty_type(&s->pty, "\025play open/self-connect-g\t");
	pty_await_typed(&s->pty, "play open/self-connect-guard ");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(enter_when_a_recipe_is_played_runs_its_next_command),
		TEST(anything_when_typed_in_between_leaves_the_recipe),
		TEST(expectation_when_it_fails_stops_the_recipe_there),
		TEST(the_readme_counts_a_recipes_commands_as_the_prompt_does),
		TEST(reset_when_a_recipe_is_played_begins_it_anew),
		TEST(recipe_begins_with_the_kernels_own_sysctls),
		TEST(ctrl_c_when_the_recipe_waits_keeps_its_place),
		TEST(recipe_of_somebody_else_is_not_trusted),
		TEST(step_with_letters_of_many_bytes_leaves_the_cursor_at_the_prompt),
		TEST(next_without_a_recipe_says_what_to_do),
	};

	if (!session_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
