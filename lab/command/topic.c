/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/topic.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/sysname.h"
#include "base/text.h"

#define WORD_MAX 64

const char *const topic_always = "close dup get set getsockname ioctl nonblock poll";

const struct state_topic *topic_state(const char *name)
{
	enum tcp_state state = tcp_state_parse(name);
	const struct state_topic *t = NULL;

	if (state == STATE_NONE)
		return NULL;
	for (size_t i = 0; (t = topic_state_at(i)) && t->state != state; i++)
		;
	return t;
}

static void change_case(const char *from, int (*change)(int), char ret_to[WORD_MAX])
{
	size_t i;

	for (i = 0; i < WORD_MAX - 1 && from[i]; i++)
		ret_to[i] = (char)change((unsigned char)from[i]);
	ret_to[i] = '\0';
}

const struct errno_topic *topic_errno(const char *name)
{
	const struct errno_topic *t = NULL;
	char upper[WORD_MAX];
	int number;

	change_case(name, toupper, upper);
	number = errno_parse(upper);
	if (!number)
		return NULL;
	for (size_t i = 0; (t = topic_errno_at(i)) && errno_parse(t->name) != number; i++)
		;
	return t;
}

/* Is `name` in a list of names between '|'? */
static bool names_list_has(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (list && *list) {
		size_t entry = strcspn(list, "|");

		if (entry == len && strncasecmp(list, name, len) == 0)
			return true;
		list += entry + (list[entry] == '|');
	}
	return false;
}

const struct word_topic *topic_word(const char *name)
{
	const struct word_topic *t = NULL;

	for (size_t i = 0; (t = topic_word_at(i)); i++) {
		if (strcasecmp(t->name, name) == 0 || names_list_has(t->others, name))
			break;
	}
	return t;
}

bool topic_lists(const char *commands, const char *command)
{
	size_t len = strlen(command);

	while (*commands) {
		size_t word = strcspn(commands, " ");

		if (word == len && strncmp(commands, command, len) == 0)
			return true;
		commands += word;
		commands += strspn(commands, " ");
	}
	return false;
}

static void consider(const char *typed, const char *name, const char **nearest, size_t *best)
{
	char lower[WORD_MAX];
	size_t distance;

	change_case(name, tolower, lower);
	distance = text_distance(typed, lower);
	if (distance < *best) {
		*best = distance;
		*nearest = name;
	}
}

const char *topic_nearest(const char *typed, size_t *ret_distance)
{
	size_t best = strlen(typed) / 3 + 2; /* more edits than that is another word */
	const struct state_topic *s;
	const struct errno_topic *e;
	const struct word_topic *w;
	const char *nearest = NULL;
	char lower[WORD_MAX];

	change_case(typed, tolower, lower);
	for (size_t i = 0; (s = topic_state_at(i)); i++)
		consider(lower, tcp_state_name(s->state), &nearest, &best);
	for (size_t i = 0; (e = topic_errno_at(i)); i++)
		consider(lower, e->name, &nearest, &best);
	for (size_t i = 0; (w = topic_word_at(i)); i++)
		consider(lower, w->name, &nearest, &best);
	*ret_distance = best;
	return nearest;
}
