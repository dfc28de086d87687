/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/line.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "view/label.h"

#define CAUSES_MOST 6 /* links of a chain */

/* A copy of the words, harmless, cut where they are endless; nothing when there are none. */
static void put_words(json_t *line, const char *key, const char *words)
{
	struct text safe = TEXT_EMPTY;
	size_t cut;

	if (!words || !words[0])
		return;
	text_printable_lines(&safe, words);
	cut = safe.len;
	if (cut > LINE_WORDS_MOST) {
		cut = LINE_WORDS_MOST;
		while ((safe.s[cut] & 0xc0) == 0x80)
			cut--;
		safe.len = cut;
		text_puts(&safe, " ...");
	}
	LAB_ASSERT(json_object_set_new(line, key, json_string(text_get(&safe))) == 0);
	text_done(&safe);
}

static void put_number(json_t *line, const char *key, uint64_t number)
{
	json_object_set_new(line, key, json_integer((json_int_t)number));
}

static void put_packet(json_t *line, const struct event *event)
{
	const struct segment *s = &event->wire.segment;
	struct text words = TEXT_EMPTY;
	char address[ADDRESS_TEXT_MAX];

	put_number(line, "s", event->wire.number);
	if (event->wire.repeats)
		put_number(line, "again", event->wire.repeats);
	put_words(line, "from", event->subject ? event->subject : address_format(&s->src, address));
	put_words(line, "to", event->text ? event->text : address_format(&s->dst, address));
	label_packet(s, &words);
	put_words(line, "head", text_get(&words));
	text_clear(&words);
	label_place(s, false, &words);
	label_length(s, &words);
	label_excerpt(s, &words);
	put_words(line, "tail", text_get(&words));
	text_done(&words);
}

/* Prediction beside observation, and why. */
static void put_observation(json_t *line, const struct journal *j, const struct event *event)
{
	const struct event *answer = journal_get(j, event->prediction.answer);
	struct text chain = TEXT_EMPTY;

	put_words(line, "said", answer ? answer->text : NULL);
	put_words(line, "is", event->text);
	put_words(line, "verdict", narrate_verdict(event->prediction.verdict));
	json_object_set_new(line, "ok",
		json_boolean(event->prediction.verdict == PREDICTION_FORETOLD));
	narrate_chain(j, event->cause, CAUSES_MOST, &chain);
	put_words(line, "chain", text_get(&chain));
	text_done(&chain);
}

static void put_details(json_t *line, const struct journal *j, const struct event *event)
{
	struct text brief = TEXT_EMPTY;

	switch (event->kind) {
	case EVENT_CALL:
		put_words(line, "on", event->subject);
		label_call(event->text, &brief);
		break;
	case EVENT_BLOCKED:
	case EVENT_RETURN:
		put_number(line, "of", event->call.call);
		put_words(line, "on", event->subject);
		if (event->kind == EVENT_RETURN)
			label_result(event, &brief);
		break;
	case EVENT_SOCKET:
		put_number(line, "e", event->socket.endpoint);
		put_words(line, "name", event->subject);
		break;
	case EVENT_STATE:
		put_number(line, "e", event->state.endpoint);
		put_words(line, "name", event->subject);
		if (event->state.from != STATE_NONE)
			put_words(line, "from", tcp_state_name(event->state.from));
		put_words(line, "to", tcp_state_name(event->state.to));
		break;
	case EVENT_TIMER:
		put_number(line, "e", event->timer.endpoint);
		label_timer(event, true, &brief);
		break;
	case EVENT_HOST:
		if (!event->text)
			json_object_set_new(line, "new", json_true());
		break;
	case EVENT_EXPECTATION:
		json_object_set_new(line, "ok", json_boolean(event->place.passed));
		break;
	case EVENT_QUESTION:
		put_words(line, "ask", event->text);
		put_words(line, "answers", event->host);
		break;
	case EVENT_PREDICTION:
		put_number(line, "of", event->prediction.question);
		put_words(line, "said", event->text);
		break;
	case EVENT_OBSERVATION:
		put_number(line, "of", event->prediction.question);
		put_observation(line, j, event);
		break;
	case EVENT_ERROR:
		put_words(line, "try", event->subject);
		break;
	case EVENT_COMMAND:
	case EVENT_RECIPE:
		put_words(line, "file", event->subject);
		break;
	default:
		if (event_is_segment(event)) {
			put_packet(line, event);
		} else if (event_is_verdict(event)) {
			put_number(line, "s", event->verdict.number);
			if (event->kind == EVENT_DROPPED && event->verdict.other)
				json_object_set_new(line, "repeat", json_true());
		}
	}
	put_words(line, "brief", text_get(&brief));
	text_done(&brief);
}

/* What a console does not tell: it is for pictures only. */
static bool is_quiet(const struct journal *j, const struct event *event)
{
	const struct event *cause;

	if (event->kind == EVENT_LAB || event->kind == EVENT_RECIPE)
		return true;
	if (event->kind == EVENT_HOST)
		return !event->cause; /* there is one from the beginning */
	if (event->kind == EVENT_COMMAND)
		return event_is_retold(event);
	if (event->kind != EVENT_SOCKET)
		return false;
	cause = journal_get(j, event->cause);
	return !event->process || !cause || cause->kind != EVENT_RETURN ||
		!event->socket.local.port;
}

static bool has_subject(const struct event *event)
{
	return event->kind != EVENT_ERROR && event->kind != EVENT_COMMAND &&
		event->kind != EVENT_RECIPE && event->kind != EVENT_CLAIM;
}

void line_format(const struct journal *j, const struct event *event, struct text *out)
{
	struct text words = TEXT_EMPTY;
	json_t *line;
	char *dumped;

	if (event->kind == EVENT_MARK) /* where `segments` counts from */
		return;
	line = json_object();
	put_number(line, "n", event->no);
	put_number(line, "t", event->time_ns / NS_PER_US);
	json_object_set_new(line, "k", json_string(event_kind_name(event->kind)));
	if (event->cause)
		put_number(line, "c", event->cause);
	if (has_subject(event))
		narrate_subject(event, &words);
	put_words(line, "who", text_get(&words));
	text_clear(&words);
	narrate_what(j, event, &words);
	put_words(line, "what", text_get(&words));
	text_clear(&words);
	if (!event_is_verdict(event))
		narrate_cause(j, event, &words);
	put_words(line, "why", text_get(&words));
	text_done(&words);
	put_details(line, j, event);
	if (is_quiet(j, event))
		json_object_set_new(line, "quiet", json_true());
	dumped = json_dumps(line, JSON_COMPACT);
	LAB_ASSERT(dumped);
	text_puts(out, dumped);
	free(dumped);
	json_decref(line);
}
