/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe tells the same story every time: played ten times, over IPv4 and over IPv6, each socket goes
 * through the same states for the same reasons and sends the same segments, and each process's calls give
 * the same. Compared is what does not change by itself: no times, PIDs, cookies, absolute sequence
 * numbers, ports the kernel chose; nor what a kernel at work beside its processes decides by who comes
 * first: bare ACKs, and how it cuts a stream into segments. Nor are plays compared that are stories of chance: of
 * real programs, and of an `until` that took more rounds this time (close/three-way on a slow day). */
#include <inttypes.h>

#include "language/recipe.h"
#include "base/diag.h"
#include "program.h"

#define TIMES 10
/* A recipe that waits for kernel timers sleeps most of the time: its plays may run side by side. */
#define LONG_PLAY_NS (NS_PER_S / 2)

/* One play, reduced. */
struct story {
	struct program program;
	json_t *events; /* owned array; [n] has the number n + 1 */
	struct text states; /* by socket, each with why */
	struct text segments; /* by socket that sends them */
	struct text calls; /* what they gave, by process */
	struct text commands; /* where each stands */
	bool programs; /* were run */
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

static const json_t *event_at(const struct story *s, long long number)
{
	return number ? json_array_get(s->events, (size_t)number - 1) : NULL;
}

/* An ACK alone may come at once or a moment later, from a timer that ticks at any time, or not at all
 * because data took it along: it is what the kernel does for no reason of the story. */
static bool is_bare_ack(const json_t *event)
{
	return strcmp(text_of(event, "flags"), "ACK") == 0 && number_of(event, "len") == 0;
}

static bool is_control(const json_t *segment)
{
	const char *flags = text_of(segment, "flags");

	return strstr(flags, "SYN") || strstr(flags, "FIN") || strstr(flags, "RST");
}

/* "<- delivered <- c SYN <- call connect <- command": from an event back to where it began, or to an ACK
 * or data, whose own causes are a matter of who was quicker. */
static void add_causes(const struct story *s, const json_t *event, struct text *out)
{
	while ((event = event_at(s, number_of(event, "cause")))) {
		const char *type = text_of(event, "type"), *text = text_of(event, "text");

		text_puts(out, " <- ");
		if (strcmp(type, "segment") == 0) {
			text_printf(out, "%s %s", text_of(event, "subject"),
				is_control(event) ? text_of(event, "flags") : "data or ACK");
			if (!is_control(event))
				break;
		} else if (strcmp(type, "call") == 0) {
			text_printf(out, "call %.*s", (int)strcspn(text, "("), text);
		} else if (strcmp(type, "state") == 0) {
			text_printf(out, "%s %s", text_of(event, "subject"), text_of(event, "to"));
		} else {
			text_puts(out, type);
		}
	}
}

static bool is_first_of(const struct story *s, size_t index, const char *type, const char *key)
{
	const json_t *event = json_array_get(s->events, index);

	if (strcmp(text_of(event, "type"), type) != 0)
		return false;
	for (size_t i = 0; i < index; i++) {
		const json_t *other = json_array_get(s->events, i);

		if (strcmp(text_of(other, "type"), type) == 0 &&
			json_equal(json_object_get(other, key), json_object_get(event, key)))
			return false;
	}
	return true;
}

/* What each socket goes through, and why; a line a socket. FIN-WAIT-2 is left out: it is passed through
 * unseen when data brings the ACK of the FIN. */
static void add_states(struct story *s)
{
	size_t first, i;
	json_t *socket, *event;

	json_array_foreach(s->events, first, socket) {
		if (!is_first_of(s, first, "state", "endpoint"))
			continue;
		text_printf(&s->states, "%s:", text_of(socket, "subject"));
		json_array_foreach(s->events, i, event) {
			if (strcmp(text_of(event, "type"), "state") != 0 ||
				number_of(event, "endpoint") != number_of(socket, "endpoint") ||
				strcmp(text_of(event, "to"), "FIN-WAIT-2") == 0)
				continue;
			text_printf(&s->states, "  > %s", text_of(event, "to"));
			add_causes(s, event, &s->states);
		}
		text_puts(&s->states, "\n");
	}
}

/* What each socket sends: SYN, FIN and RST one by one, the data between them as one, however the kernel
 * cuts it. Not what it sends again: the kernel's timers run on while the wire holds, so on a slow day a held
 * segment is repeated. Nor what is no socket's: a kernel draws by lot when it reports its groups (IGMP). Nor how far
 * the numbers of the port's connection before lie below this one's. */
static void add_segments(struct story *s)
{
	size_t first, i;
	json_t *sender, *event;

	json_array_foreach(s->events, first, sender) {
		long long data_end = -1;

		if (!is_first_of(s, first, "segment", "subject") || !text_of(sender, "subject")[0])
			continue;
		json_array_foreach(s->events, i, event) {
			long long seq = number_of(event, "seq"), len = number_of(event, "len");

			if (strcmp(text_of(event, "type"), "segment") != 0 || is_bare_ack(event) ||
				number_of(event, "repeats") ||
				strcmp(text_of(event, "subject"), text_of(sender, "subject")) != 0)
				continue;
			if (len)
				data_end = seq + len;
			if (!is_control(event))
				continue;
			text_printf(&s->segments, "%s > %s: ", text_of(event, "subject"),
				text_of(event, "peer"));
			if (data_end >= 0)
				text_printf(&s->segments, "data up to %lld, ", data_end);
			data_end = -1;
			text_printf(&s->segments, "%s%s at ",
				strstr(text_of(event, "flags"), "SYN") ? "SYN" : "",
				strstr(text_of(event, "flags"), "FIN") ? "FIN" : "");
			if (seq > INT32_MAX)
				text_puts(&s->segments, "a number of before");
			else
				text_printf(&s->segments, "%lld", seq + len);
			text_printf(&s->segments, " ack %lld", number_of(event, "ack"));
			text_printf(&s->segments, "%s\n",
				strstr(text_of(event, "flags"), "RST") ? " RST" : "");
		}
		if (data_end >= 0)
			text_printf(&s->segments, "%s: data up to %lld\n",
				text_of(sender, "subject"), data_end);
	}
}

/* Two processes return when they do; each for itself does so in order. */
static void add_calls(struct story *s)
{
	size_t p, i;
	json_t *process, *event;

	json_array_foreach(s->events, p, process) {
		if (strcmp(text_of(process, "type"), "process") != 0)
			continue;
		json_array_foreach(s->events, i, event) {
			if (strcmp(text_of(event, "type"), "return") != 0 ||
				strcmp(text_of(event, "process"), text_of(process, "subject")) != 0)
				continue;
			text_printf(&s->calls, "%s: %s = %lld %s %s\n", text_of(process, "subject"),
				text_of(event_at(s, number_of(event, "call")), "text"),
				number_of(event, "result"), text_of(event, "errno"),
				text_of(event, "text"));
		}
	}
}

static void add_commands(struct story *s)
{
	size_t i;
	json_t *event;

	json_array_foreach(s->events, i, event) {
		const char *type = text_of(event, "type");

		if (strcmp(type, "command") == 0)
			text_printf(&s->commands, "%lld:%lld\n", number_of(event, "line"),
				number_of(event, "column"));
		else if (strcmp(type, "call") == 0)
			s->programs |= strncmp(text_of(event, "text"), "execve(", 7) == 0;
	}
}

static void story_begin(struct story *s, const char *path, bool ipv6)
{
	const char *const arguments[] = { "--json", "-f", path, ipv6 ? "-6" : NULL, NULL };

	*s = (struct story){ .events = json_array() };
	program_open(&s->program, arguments, -1);
	fd_closep(&s->program.in);
}

static void story_end(struct story *s, const char *path)
{
	json_t *event;
	int code;

	while ((event = program_event(&s->program, NULL)))
		json_array_append_new(s->events, event);
	code = program_end(&s->program);
	if (code) {
		program_blame(&s->program);
		fail_msg("%s: exit code %d", path, code);
	}
	add_states(s);
	add_segments(s);
	add_calls(s);
	add_commands(s);
}

static void story_done(struct story *s)
{
	json_decref(s->events);
	text_done(&s->states);
	text_done(&s->segments);
	text_done(&s->calls);
	text_done(&s->commands);
	program_close(&s->program);
}

/* Line by line. `open_end`: a line may go on further in one of them: the recipe ended first. */
static void assert_same(const char *path, const char *what, int time, bool open_end,
	const char *first, const char *other)
{
	while (*first || *other) {
		size_t first_len = strcspn(first, "\n"), other_len = strcspn(other, "\n");
		size_t len = first_len;

		if (open_end && other_len < first_len)
			len = other_len;
		if (strncmp(first, other, len) != 0 || (!open_end && first_len != other_len))
			fail_msg(
				"%s: the %s of play %d are others\n  first time  %.*s\n  this time   %.*s",
				path, what, time, (int)first_len, first, (int)other_len, other);
		first += first_len + (first[first_len] == '\n');
		other += other_len + (other[other_len] == '\n');
	}
}

static void compare(const char *path, int time, const struct story *first,
	const struct story *other)
{
	if (strcmp(text_get(&first->commands), text_get(&other->commands)) != 0)
		return;
	assert_same(path, "states", time, true, text_get(&first->states), text_get(&other->states));
	assert_same(path, "segments", time, false, text_get(&first->segments),
		text_get(&other->segments));
	assert_same(path, "calls", time, false, text_get(&first->calls), text_get(&other->calls));
}

static void compare_plays(const char *path, bool ipv6)
{
	struct story first, others[TIMES - 1];
	uint64_t begin_ns = clock_now_ns();
	int at_once;

	story_begin(&first, path, ipv6);
	story_end(&first, path);
	assert_true(json_array_size(first.events) > 0);
	at_once = clock_now_ns() - begin_ns > LONG_PLAY_NS ? TIMES - 1 : 1;
	for (int i = first.programs ? TIMES : 0; i < TIMES - 1; i += at_once) {
		for (int k = i; k < i + at_once; k++)
			story_begin(&others[k], path, ipv6);
		for (int k = i; k < i + at_once; k++) {
			story_end(&others[k], path);
			compare(path, k + 2, &first, &others[k]);
			story_done(&others[k]);
		}
	}
	story_done(&first);
}

static void compare_folder(bool ipv6)
{
	struct recipe_list list = { 0 };
	const char *stories = getenv("TCPLAB_STORIES");
	struct text folder = TEXT_EMPTY;
	struct diag d = { 0 };

	/* Those of the wire; TCPLAB_STORIES=recipes takes all, which wants minutes and a quiet machine: who is first
	 * when two kernel timers are due together is no matter of the lab. */
	text_printf(&folder, "%s/%s", program_source(), stories ? stories : "recipes/wire");
	assert_int_equal(recipe_find(text_get(&folder), &list, &d), 0);
	for (size_t i = 0; i < list.count; i++)
		compare_plays(list.paths[i], ipv6);
	recipe_list_done(&list);
	text_done(&folder);
}

static void recipes_tell_the_same_story_over_ipv4(void **state)
{
	(void)state;
	compare_folder(false);
}

static void recipes_tell_the_same_story_over_ipv6(void **state)
{
	(void)state;
	compare_folder(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recipes_tell_the_same_story_over_ipv4),
		cmocka_unit_test(recipes_tell_the_same_story_over_ipv6),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
