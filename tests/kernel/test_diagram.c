/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `diagram` draws of real stories is what the journal says: the states that are lit, and every step in the list. */
#include "program.h"

#define SOCKETS_MAX 64
#define STEPS_MAX 64
#define EVENTS_MAX 4000

struct socket {
	long long endpoint;
	char name[32], state[32];
	struct {
		char from[32], to[32];
	} steps[STEPS_MAX];
	size_t count;
};

/* The sockets as the journal has told of them so far. */
struct known {
	struct socket sockets[SOCKETS_MAX];
	size_t count;
	char commands[EVENTS_MAX][64]; /* by number of the event */
	size_t drawings, lit, listed;
};

static const char *text_of(const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));

	return text ? text : "";
}

static long long number_of(const json_t *event, const char *key)
{
	return json_integer_value(json_object_get(event, key));
}

static void copy(char to[32], const char *from)
{
	assert_in_range(strlen(from), 1, 31);
	memcpy(to, from, strlen(from) + 1);
}

static struct socket *know(struct known *k, const json_t *event)
{
	struct socket *s = k->sockets;

	while (s < k->sockets + k->count && s->endpoint != number_of(event, "endpoint"))
		s++;
	if (s == k->sockets + k->count) {
		assert_true(k->count < SOCKETS_MAX);
		k->count++;
		*s = (struct socket){ .endpoint = number_of(event, "endpoint") };
	}
	copy(s->name, text_of(event, "subject"));
	return s;
}

static void see_state(struct known *k, const json_t *event)
{
	struct socket *s = know(k, event);
	const char *from = text_of(event, "from"), *to = text_of(event, "to");

	copy(s->state, to);
	if (!from[0] && strcmp(to, "CLOSED") == 0)
		return;
	assert_true(s->count < STEPS_MAX);
	copy(s->steps[s->count].from, from[0] ? from : "LISTEN");
	copy(s->steps[s->count++].to, to);
}

/* The youngest of that name. */
static const struct socket *find(const struct known *k, const char *name)
{
	const struct socket *found = NULL;

	for (size_t i = 0; i < k->count; i++) {
		if (strcmp(k->sockets[i].name, name) == 0 &&
			(!found || k->sockets[i].endpoint > found->endpoint))
			found = &k->sockets[i];
	}
	if (!found)
		fail_msg("the diagram has '%s', the journal has not", name);
	return found;
}

/* Is there a lit box of this state with this letter? */
static void assert_lit(const char *drawing, const char *state, char letter)
{
	for (const char *box = drawing; (box = strstr(box, "[[")); box++) {
		const char *name = box + 2 + strspn(box + 2, " ");
		const char *end = strstr(box, "]]");

		assert_non_null(end);
		if (strncmp(name, state, strlen(state)) == 0 && name[strlen(state)] == ' ' &&
			memchr(name + strlen(state), letter, (size_t)(end - name) - strlen(state)))
			return;
	}
	fail_msg("%c is in %s, which is not lit:\n%s", letter, state, drawing);
}

/* Letters in lit boxes, and boxes nobody is in. */
static size_t count_lit(const char *drawing)
{
	size_t count = 0;

	for (const char *box = drawing; (box = strstr(box, "[[")); box++) {
		const char *at = box + 2 + strspn(box + 2, " ");

		at += strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-12");
		assert_int_equal(*at++, ' ');
		assert_true(*at != ' ' && *at != ']');
		while (*at != ' ' && *at != ']') {
			count++;
			at++;
		}
	}
	return count;
}

static size_t count_steps(const char *at)
{
	size_t lines = 0;

	for (; at[0] == ' '; lines++) {
		at += strcspn(at, "\n");
		at += at[0] == '\n';
	}
	return lines;
}

/* The lines of one socket in the list, from "c: client, ESTABLISHED" on. Returns what is behind them. */
static const char *check_socket(struct known *k, const char *drawing, const char *at)
{
	char letter = at[0], head[128], name[32], from[32], to[32];
	size_t len = strcspn(at, "\n"), lines;
	const struct socket *s;
	char *comma;

	assert_in_range(len, 4, sizeof(head) - 1);
	memcpy(head, at + 3, len - 3);
	head[len - 3] = '\0';
	comma = strstr(head, ", gone");
	if (comma)
		*comma = '\0';
	comma = strstr(head, ", ");
	snprintf(name, sizeof(name), "%.*s", comma ? (int)(comma - head) : 1, comma ? head : at);
	s = find(k, name);
	assert_string_equal(comma ? comma + 2 : head, s->state);
	assert_lit(drawing, s->state, letter);
	at += len + (at[len] == '\n');
	lines = count_steps(at);
	assert_in_range(lines, 0, s->count); /* since a mark: these are the last ones */
	for (size_t i = 0; i < lines; i++, at += len + (at[len] == '\n')) {
		len = strcspn(at, "\n");
		assert_int_equal(at[3], letter);
		assert_int_equal(strtoul(at + 4, NULL, 10), i + 1);
		if (sscanf(at, "%*s %31s - -> %31s", from, to) != 2)
			assert_int_equal(sscanf(at, "%*s %31s -> %31s", from, to), 2);
		assert_string_equal(from, s->steps[s->count - lines + i].from);
		assert_string_equal(to, s->steps[s->count - lines + i].to);
	}
	k->listed++;
	return at;
}

static void check_drawing(struct known *k, const char *drawing)
{
	size_t before = k->listed;
	const char *at = drawing;

	for (int line = 0; line < 19; line++)
		at = strchr(at, '\n') + 1;
	while (at[0] && at[1] == ':')
		at = check_socket(k, drawing, at);
	assert_int_equal(count_lit(drawing), k->listed - before);
	k->lit += count_lit(drawing);
	k->drawings++;
}

/* Of no names were asked: who lives is drawn. */
static void check_living(const struct known *k, const char *drawing)
{
	for (size_t i = 0; i < k->count; i++) {
		const struct socket *s = &k->sockets[i];
		char listed[80];

		if (!s->state[0] || strcmp(s->state, "CLOSED") == 0)
			continue;
		snprintf(listed, sizeof(listed), "%s, %s", s->name, s->state);
		if (strlen(s->name) == 1)
			snprintf(listed, sizeof(listed), "%s: %s", s->name, s->state);
		if (!strstr(drawing, listed))
			fail_msg("'%s' is not in:\n%s", listed, drawing);
	}
}

static void see(struct known *k, const json_t *event)
{
	const char *type = text_of(event, "type");
	long long cause = number_of(event, "cause"), number = number_of(event, "n");

	assert_in_range(number, 1, EVENTS_MAX - 1);
	if (strcmp(type, "state") == 0)
		see_state(k, event);
	if (strcmp(type, "socket") == 0)
		know(k, event);
	if (strcmp(type, "command") == 0)
		snprintf(k->commands[number], sizeof(k->commands[number]), "%.63s",
			text_of(event, "text"));
	if (strcmp(type, "output") != 0 || strncmp(k->commands[cause], "diagram", 7) != 0)
		return;
	check_drawing(k, text_of(event, "text"));
	if (strcmp(k->commands[cause], "diagram ascii all") == 0)
		check_living(k, text_of(event, "text"));
}

static void play(const char *recipe, struct known *k)
{
	struct text commands = TEXT_EMPTY;
	struct program p;
	json_t *event;

	text_printf(&commands, "include recipes/%s.lab; diagram ascii all", recipe);
	program_open(&p, (const char *const[]){ "--json", "-c", text_get(&commands), NULL }, -1);
	while ((event = program_event(&p, NULL))) {
		see(k, event);
		json_decref(event);
	}
	if (program_end(&p) != 0)
		program_blame(&p);
	assert_int_equal(p.status, 0);
	program_close(&p);
	text_done(&commands);
}

static void diagram_of_each_story_is_what_the_journal_says(void **state)
{
	static const char *const recipes[] = { "api/diagram", "open/self-connect",
		"open/simultaneous", "open/refused", "close/four-way", "close/simultaneous",
		"close/unread-data", "api/linger", "api/fork-dup", "loss/last-fin-lost" };

	(void)state;
	for (size_t i = 0; i < sizeof(recipes) / sizeof(recipes[0]); i++) {
		struct known *k = memory_new(sizeof(*k));

		*k = (struct known){ .count = 0 };
		play(recipes[i], k);
		assert_true(k->drawings > 0 && k->listed > 0);
		assert_int_equal(k->lit, k->listed);
		assert_int_equal(k->drawings, i == 0 ? 4 : 1);
		free(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(diagram_of_each_story_is_what_the_journal_says),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	if (chdir(program_source()) < 0) /* a recipe is included from beside or below */
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
