/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/image.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/strings.h"

enum string {
	SUBJECT,
	HOST,
	PROCESS,
	TEXT,
	STRING_COUNT,
};
static_assert(STRING_COUNT == IMAGE_STRINGS, "the strings of an event");
static_assert(sizeof(((struct image *)NULL)->words) == sizeof(struct image),
	"an image is words and nothing else");

#define WORD sizeof(uint32_t)
#define SIZE_OF(part) (sizeof(((const struct event *)NULL)->part))

/* Bytes of the union that count. No default: a new kind does not compile without its line. */
static size_t details_size(enum event_kind kind)
{
	switch (kind) {
	case EVENT_PROCESS:
	case EVENT_PROCESS_END:
	case EVENT_SIGNAL:
		return SIZE_OF(process_fate);
	case EVENT_CALL:
	case EVENT_BLOCKED:
	case EVENT_RETURN:
		return SIZE_OF(call);
	case EVENT_HOST:
	case EVENT_SOCKET:
		return SIZE_OF(socket);
	case EVENT_STATE:
		return SIZE_OF(state);
	case EVENT_TIMER:
		return SIZE_OF(timer);
	case EVENT_SEGMENT:
	case EVENT_COPY:
	case EVENT_FORGED:
		return SIZE_OF(wire);
	case EVENT_HELD:
	case EVENT_DELAYED:
	case EVENT_CORRUPTED:
	case EVENT_SWAPPED:
	case EVENT_DELIVERED:
	case EVENT_DROPPED:
		return SIZE_OF(verdict);
	case EVENT_COMMAND:
	case EVENT_EXPECTATION:
	case EVENT_ERROR:
		return SIZE_OF(place);
	case EVENT_CLAIM:
		return SIZE_OF(claim);
	case EVENT_QUESTION:
	case EVENT_PREDICTION:
	case EVENT_OBSERVATION:
		return SIZE_OF(prediction);
	case EVENT_GOAL:
		return SIZE_OF(goal);
	case EVENT_LAB:
	case EVENT_PROGRAM:
	case EVENT_RECIPE:
	case EVENT_RULE:
	case EVENT_MARK:
	case EVENT_SAY:
	case EVENT_OUTPUT:
	case EVENT_NOTE:
		return 0;
	case EVENT_COUNT:
		break;
	}
	LAB_ASSERT(!"a kind of event");
	return 0;
}

size_t image_size(enum event_kind kind)
{
	return (offsetof(struct image, details) + details_size(kind) + WORD - 1) / WORD;
}

/* ---- strings ---- */

static const char *string_of(const struct event *event, enum string string)
{
	switch (string) {
	case SUBJECT:
		return event->subject;
	case HOST:
		return event->host;
	case PROCESS:
		return event->process;
	default:
		return event->text;
	}
}

static void set_string(struct event *event, enum string string, const char *value)
{
	switch (string) {
	case SUBJECT:
		event->subject = value;
		break;
	case HOST:
		event->host = value;
		break;
	case PROCESS:
		event->process = value;
		break;
	default:
		event->text = value;
	}
}

/* A name comes again, a text seldom does: command lines, calls and what they gave, what programs write. The
 * `text` of a packet is the socket it is for; the `subject` of an error is what to try; of a claim
 * only the ID comes again, of a question what it is about. */
static bool is_name(enum event_kind kind, enum string string)
{
	if (string == TEXT)
		return kind == EVENT_SEGMENT || kind == EVENT_COPY || kind == EVENT_FORGED ||
			kind == EVENT_TIMER;
	if (kind == EVENT_CLAIM || kind == EVENT_QUESTION)
		return string == SUBJECT;
	return string != SUBJECT || kind != EVENT_ERROR;
}

static uint32_t take_string(const struct event *event, enum string string, struct strings *strings)
{
	const char *value = string_of(event, string);
	uint32_t number;
	size_t len;

	if (!value)
		return 0;
	number = is_name(event->kind, string) ? strings_number(strings, value) : 0;
	if (number)
		return number;
	len = strlen(value);
	LAB_ASSERT(len < IMAGE_TEXT); /* a text of gigabytes */
	return IMAGE_TEXT | (uint32_t)len;
}

/* Bytes of a string that is a text; 0 when it is none. */
static size_t text_len(const struct image *image, unsigned string)
{
	return image->strings[string] & IMAGE_TEXT ? image->strings[string] & ~IMAGE_TEXT : 0;
}

size_t image_texts_len(const struct image *image)
{
	size_t len = 0;

	for (unsigned i = 0; i < STRING_COUNT; i++)
		len += text_len(image, i);
	return len;
}

uint8_t *image_texts_write(const struct image *image, const struct event *event, uint8_t *at)
{
	for (unsigned i = 0; i < STRING_COUNT; i++) {
		size_t len = text_len(image, i);

		if (len)
			memcpy(at, string_of(event, i), len);
		at += len;
	}
	return at;
}

/* ---- events ---- */

void image_take(const struct event *event, uint64_t base_ns, struct strings *strings,
	struct image *ret_image)
{
	/* differences modulo 2^64: they come back right when they are below zero, too */
	ret_image->since_ns = event->time_ns - base_ns;
	ret_image->ago = event->cause ? event->no - event->cause : 0;
	for (unsigned i = 0; i < STRING_COUNT; i++)
		ret_image->strings[i] = take_string(event, i, strings);
	memcpy(ret_image->details, (const char *)event + IMAGE_DETAILS, details_size(event->kind));
}

void image_give(const struct image *image, enum event_kind kind, uint64_t no, uint64_t base_ns,
	const uint8_t *texts, const struct strings *strings, struct text *kept,
	struct event *ret_event)
{
	const char *end;

	*ret_event = (struct event){ .no = no,
		.time_ns = base_ns + image->since_ns,
		.cause = image->ago ? no - image->ago : 0,
		.kind = kind };
	memcpy((char *)ret_event + IMAGE_DETAILS, image->details, details_size(kind));
	text_clear(kept);
	for (unsigned i = 0; i < STRING_COUNT; i++) {
		if (!(image->strings[i] & IMAGE_TEXT))
			continue;
		text_add(kept, (const char *)texts, text_len(image, i));
		text_add(kept, "", 1);
		texts += text_len(image, i);
	}
	end = kept->s; /* it has stopped moving */
	for (unsigned i = 0; i < STRING_COUNT; i++) {
		if (image->strings[i] & IMAGE_TEXT) {
			set_string(ret_event, i, end);
			end += text_len(image, i) + 1;
		} else if (image->strings[i]) {
			set_string(ret_event, i, strings_get(strings, image->strings[i]));
		}
	}
}

/* ---- differences: for every 8 words a byte that says which of them differ, and those ---- */

/* A bulk transfer spends its time here: without a branch a word, as it is hard to foretell which differ. */
uint8_t *image_write(const struct image *image, const struct image *other, size_t size, uint8_t *at)
{
	for (size_t i = 0; i < size;) {
		uint8_t *tag = at++;
		unsigned differ = 0;

		for (unsigned bit = 1; bit < 1u << 8 && i < size; bit <<= 1, i++) {
			bool differs = image->words[i] != other->words[i];

			memcpy(at, &image->words[i], WORD);
			at += differs ? WORD : 0;
			differ |= differs ? bit : 0;
		}
		*tag = (uint8_t)differ;
	}
	return at;
}

const uint8_t *image_read(struct image *image, size_t size, const uint8_t *at)
{
	for (size_t i = 0; i < size; i += 8) {
		unsigned differ = *at++;

		for (size_t word = i; differ; differ >>= 1, word++) {
			if (!(differ & 1))
				continue;
			memcpy(&image->words[word], at, WORD);
			at += WORD;
		}
	}
	return at;
}
