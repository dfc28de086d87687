/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `tcplab watch` shows, as a person sees it: it is what the journal has. */
#include "desk.h"
#include "watch/link.h"

/* ---- what is on the screen ---- */

/* The last name of a socket. */
static const char *name_of(const struct journal *j, uint32_t endpoint)
{
	const char *name = NULL;

	for (uint64_t no = 0; (no = journal_next(j, no, EVENT_BIT(EVENT_SOCKET)));) {
		const struct event *event = journal_get(j, no);

		if (event->socket.endpoint == endpoint)
			name = event->subject;
	}
	return name;
}

/* Is this the last state of its socket, and no end? */
static bool stands(const struct journal *j, uint64_t no)
{
	struct event event = *journal_get(j, no);

	while ((no = journal_next(j, no, EVENT_BIT(EVENT_STATE)))) {
		if (journal_get(j, no)->state.endpoint == event.state.endpoint)
			return false;
	}
	return event.state.to != STATE_CLOSED;
}

static bool is_held(const struct journal *j, uint64_t no)
{
	const uint64_t verdicts = EVENT_BIT(EVENT_HELD) | EVENT_BIT(EVENT_DELIVERED);
	uint64_t packet = journal_get(j, no)->wire.number;
	bool held = false;

	while ((no = journal_next(j, no, verdicts))) {
		const struct event *verdict = journal_get(j, no);

		if (verdict->verdict.number == packet)
			held = verdict->kind == EVENT_HELD;
	}
	return held;
}

/* The states of all sockets that are there, what is kept on the wire, and the last packet, as the journal has them. On a
 * slow machine more is sent again meanwhile than the pane has room for; then its title still says how many there are.
 * NULL, or what is missing; owned. */
static char *find_missing(const char *screen, const struct journal *j)
{
	const char *ladder = strstr(screen, "2 ladder");
	struct text missing = TEXT_EMPTY;
	uint64_t last = 0, no;
	size_t held = 0, shown = 0;
	char number[24], kept[32];

	for (no = 0; (no = journal_next(j, no, EVENT_BIT(EVENT_STATE)));) {
		const struct event *event = journal_get(j, no);
		const char *const row[] = { name_of(j, event->state.endpoint),
			tcp_state_name(event->state.to), NULL };

		if (stands(j, no) && !has_line(screen, row))
			text_printf(&missing, "%s %s; ", row[0], row[1]);
	}
	for (no = 0; (no = journal_next(j, no, EVENT_SEGMENTS));) {
		const char *const row[] = { "HELD for", number, NULL };

		last = journal_get(j, no)->wire.number;
		snprintf(number, sizeof(number), "#%llu ", (unsigned long long)last);
		if (!is_held(j, no))
			continue;
		shown += shown == held && has_line(screen, row); /* the oldest come first */
		held++;
	}
	snprintf(kept, sizeof(kept), "wire: %zu kept", held);
	if (held && (!shown || !strstr(screen, kept)))
		text_printf(&missing, "%zu held, the first of which are shown; ", held);
	assert_true(last > 0);
	if (!ladder || !strstr(ladder, number))
		text_printf(&missing, "%s in the ladder", number);
	return missing.len ? text_take(&missing) : NULL;
}

/* The kernel's timers go on meanwhile, so both are read until they are at one. */
static void assert_shows(const struct desk *desk, const char *name)
{
	uint64_t deadline = clock_now_ns() + DEADLINE_NS;
	char *missing;

	do {
		struct journal *j = read_journal(desk);
		char *screen = see(desk, name);

		missing = j ? find_missing(screen, j) : text_copy("the journal");
		if (missing && clock_now_ns() > deadline)
			fail_msg("not on the screen: %s; but\n%s", missing, screen);
		free(missing);
		free(screen);
		journal_free(j);
	} while (missing);
}

static void screen_of_each_size_shows_the_journal(void **state)
{
	static const int sizes[][2] = { { 80, 24 }, { 120, 40 }, { 200, 60 }, { 80, 24 } };
	const struct desk *desk = *state;

	listen_and_connect(desk);
	journal_free(await_said(desk, "standing"));
	start_watch(desk, "w", 80, 24);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char lines[32];

		free(run_shell("tmux -S %s/tmux resize-window -t w -x %d -y %d", desk->folder,
			sizes[i][0], sizes[i][1]));
		/* something new at each size: what is held goes on, and another comes */
		snprintf(lines, sizeof(lines), "step\nsay s%zu\n", i);
		command(desk, lines);
		snprintf(lines, sizeof(lines), "s%zu", i);
		journal_free(await_said(desk, lines));
		assert_shows(desk, "w");
	}
}

static void two_watchers_see_the_same(void **state)
{
	const struct desk *desk = *state;
	char *one, *other, *from, *to;

	start_watch(desk, "w", 100, 40);
	listen_and_connect(desk);
	journal_free(await_said(desk, "standing"));
	start_watch(desk, "v", 100, 40);
	command(desk,
		"release\nexpect b ESTABLISHED\nclose b\nexpect b FIN-WAIT-2\nsay over\nquit\n");
	AWAIT(desk, "w", "the lab has ended");
	AWAIT(desk, "v", "the lab has ended");
	one = see(desk, "w");
	other = see(desk, "v");
	/* the ladder: of the rest the one who came later may not know all */
	from = strstr(one, "2 ladder");
	assert_non_null(from);
	to = strstr(from, "4 wire");
	assert_non_null(to);
	assert_non_null(strstr(from, "FIN-WAIT-2"));
	*to = '\0';
	assert_non_null(strstr(other, from));
	free(one);
	free(other);
}

/* Has the lab told its watcher that it said the word? */
static bool was_told(const struct journal *j, const char *word)
{
	uint64_t no = 0;

	while ((no = journal_next(j, no, EVENT_BIT(EVENT_SAY)))) {
		if (strcmp(journal_get(j, no)->text, word) == 0)
			return true;
	}
	return false;
}

static void assert_stands(const struct link *l, const char *name, enum tcp_state state)
{
	const struct stand_socket *s = stand_named(&l->stand, name);

	assert_non_null(s);
	assert_int_equal(s->state, state);
}

/* Of 20,000 events and more (BEHIND_MOST in lab/watch/feed.c) most are left out, but not what still stands. */
static void late_watcher_is_told_what_stands(void **state)
{
	const struct desk *desk = *state;
	uint64_t deadline;
	struct diag d = { 0 };
	struct link l;

	listen_and_connect(desk);
	command(desk, "repeat 11000 { mark }\nsay much\n");
	journal_free(await_said(desk, "much"));
	assert_int_equal(link_open(&l, desk->lab, &d), 0);
	deadline = clock_now_ns() + DEADLINE_NS;
	while (!was_told(link_journal(&l), "much")) {
		assert_true(link_read(&l, &d) >= 0);
		poll(&(struct pollfd){ .fd = l.fd, .events = POLLIN }, 1, LOOK_MS);
		assert_true(clock_now_ns() < deadline);
	}
	assert_true(jsonl_reader_missing(l.reader) > 0);
	assert_false(was_told(link_journal(&l), "standing"));
	assert_stands(&l, "l", STATE_LISTEN);
	assert_stands(&l, "a", STATE_FIN_WAIT_1);
	assert_stands(&l, "b", STATE_SYN_SENT);
	assert_true(l.stand.packet_count >= 2); /* the FIN, the SYN, and what was sent again */
	assert_int_equal(l.stand.call_count, 1);
	assert_true(l.stand.calls[0].blocked);
	link_close(&l);
}

static void last_line_has_whole_words(void **state)
{
	const struct desk *desk = *state;
	char *screen, *bar;

	command(desk,
		"socket u udp\nbind u :9\nsocket v udp\nconnect v :9\nhold\n"
		"send v \"1\"\nsay sent\n");
	journal_free(await_said(desk, "sent"));
	start_watch(desk, "w", 80, 24);
	AWAIT(desk, "w", "arrows scroll", "1-5 show, hide", "1 kept on the wire");
	screen = see(desk, "w");
	bar = strstr(screen, " q leave");
	assert_non_null(bar);
	assert_null(strstr(bar, " 0 "));
	free(screen);
	/* the states take all, and the story has no place */
	press(desk, "w", "3");
	press(desk, "w", "5");
	AWAIT(desk, "w", "no room for pane 5");
	press(desk, "w", "0");
	AWAIT(desk, "w", "1 kept on the wire");
}

static void story_has_questions_and_what_became_of_them(void **state)
{
	const struct desk *desk = *state;

	command(desk, "socket c\npredict \"What will close() give?\" result { close c }\n");
	start_watch(desk, "w", 120, 50);
	AWAIT(desk, "w", "question: What will close() give?");
	AWAIT(desk, "w", "it is: ");
}

/* ---- scrolling ---- */

/* The line after that with the word in it, or some further down; owned. */
static char *line_below(const char *screen, const char *word, int down)
{
	const char *at = strstr(screen, word);

	for (; at && down > 0; down--) {
		at = strchr(at, '\n');
		at += at != NULL;
	}
	assert_non_null(at);
	return strndup(at, strcspn(at, "\n"));
}

#define LADDER_ROWS 10 /* on a screen of 24, without its title and its head */

static void scrolled_ladder_is_one_picture(void **state)
{
	const struct desk *desk = *state;
	char *end, *home, *lines[3], *first;

	command(desk,
		"socket l\nbind l :80\nlisten l\nsocket c\nconnect c :80\naccept l a\n"
		"repeat 6 { send c \"x\"; recv a 1 }\nclose c\nclose a\nsay done\n");
	journal_free(await_said(desk, "done"));
	start_watch(desk, "w", 80, 24);
	AWAIT(desk, "w", "2 ladder (rows ", " of ");
	AWAIT(desk, "w", "c ", "TIME-WAIT");
	end = see(desk, "w");
	press(desk, "w", "Home");
	AWAIT(desk, "w", "2 ladder (rows 1 to ", "End: now");
	home = see(desk, "w");
	/* the head has not changed, and the pane is full */
	for (int i = 1; i <= 2; i++) {
		lines[0] = line_below(end, "2 ladder", i);
		lines[1] = line_below(home, "2 ladder", i);
		assert_string_equal(lines[0], lines[1]);
		free(lines[0]);
		free(lines[1]);
	}
	lines[0] = line_below(home, "2 ladder", LADDER_ROWS - 1);
	assert_true(lines[0][0] != '\0' && !strstr(lines[0], "4 wire"));
	/* the same rows, one further up */
	first = line_below(home, "2 ladder", 4);
	press(desk, "w", "Down");
	AWAIT(desk, "w", "2 ladder (rows 2 to ");
	free(home);
	home = see(desk, "w");
	lines[1] = line_below(home, "2 ladder", 3);
	lines[2] = line_below(home, "2 ladder", LADDER_ROWS - 2);
	assert_string_equal(lines[1], first);
	assert_string_equal(lines[2], lines[0]);
	/* and back */
	press(desk, "w", "End");
	AWAIT(desk, "w", "2 ladder (rows ", " of ");
	AWAIT(desk, "w", "FIN");
	for (int i = 0; i < 3; i++)
		free(lines[i]);
	free(first);
	free(home);
	free(end);
}

static void pane_scrolled_to_its_end_is_full(void **state)
{
	const struct desk *desk = *state;
	char *screen, *line;

	command(desk,
		"socket u udp\nbind u :9\nsocket v udp\nconnect v :9\nhold\n"
		"send v \"1\"\nsend v \"2\"\nsend v \"3\"\nsend v \"4\"\nsend v \"5\"\n"
		"send v \"6\"\nsay sent\n");
	journal_free(await_said(desk, "sent"));
	start_watch(desk, "w", 80, 24);
	AWAIT(desk, "w", "4 wire: 6 kept (rows 1 to ", " of 6)");
	press(desk, "w", "Tab");
	press(desk, "w", "End");
	AWAIT(desk, "w", "4 wire: 6 kept (rows ", " to 6 of 6)");
	screen = see(desk, "w");
	line = strstr(screen, "4 wire");
	assert_non_null(line);
	line = line_below(line, "#6 ", 1); /* the last row of the screen */
	assert_non_null(strstr(line, "q leave"));
	free(line);
	free(screen);
	press(desk, "w", "Home");
	AWAIT(desk, "w", "4 wire: 6 kept (rows 1 to ");
	AWAIT(desk, "w", "HELD", "#1 ");
}

static void what_is_sent_again_says_so_at_80_columns(void **state)
{
	const struct desk *desk = *state;

	command(desk, "socket l\nbind l :80\nlisten l\nsocket c\nhold\nconnect c :80 &\n");
	start_watch(desk, "w", 80, 24);
	AWAIT(desk, "w", "#2 SYN (again #1)");
	AWAIT(desk, "w", "HELD", "#2 ", "again #1", "SYN");
	/* and one whose flags are long */
	command(desk,
		"reset\nsocket l\nbind l :80\nlisten l\nsocket c\nconnect c :80\naccept l a\n"
		"hold\nsend c \"x\"\nclose c\n");
	AWAIT(desk, "w", "FIN/PSH/ACK (again #");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCH_TEST(screen_of_each_size_shows_the_journal),
		WATCH_TEST(two_watchers_see_the_same),
		WATCH_TEST(late_watcher_is_told_what_stands),
		WATCH_TEST(scrolled_ladder_is_one_picture),
		WATCH_TEST(pane_scrolled_to_its_end_is_full),
		WATCH_TEST(what_is_sent_again_says_so_at_80_columns),
		WATCH_TEST(last_line_has_whole_words),
		WATCH_TEST(story_has_questions_and_what_became_of_them),
	};

	if (!desk_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
