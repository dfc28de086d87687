/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record is its kind (1 byte), the index of its model in the chunk (2 bytes, from 1; 0 = it has none and is
 * compared with zeros), the words in which it differs (image.h), and its texts. A model has none itself. */
#include "journal/chunk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/lab_assert.h"
#include "base/text.h"

#define HEAD 3 /* bytes of kind and model */

static_assert(EVENT_COUNT <= 64, "a kind is a byte here and a bit of `kinds`");
static_assert(CHUNK_EVENTS <= UINT16_MAX, "the index of a model has 2 bytes");

static const struct image nothing; /* what a record without a model is compared with */

void chunk_begin(struct chunk_writer *w, uint64_t first)
{
	w->len = sizeof(*w->chunk);
	if (w->capacity < w->len) {
		w->capacity = w->len;
		w->chunk = memory_grow(w->chunk, w->capacity);
	}
	w->chunk->first = first;
	w->count = 0;
	w->kinds = 0;
	for (size_t i = 0; i < CHUNK_MODELS; i++)
		w->models[i].index = 0;
}

void chunk_done(struct chunk_writer *w)
{
	free(w->chunk);
	*w = (struct chunk_writer){ 0 };
}

bool chunk_full(const struct chunk_writer *w)
{
	return w->count == CHUNK_EVENTS || w->len >= CHUNK_BYTES;
}

static void reserve(struct chunk_writer *w, size_t more)
{
	size_t need = w->len + more;

	LAB_ASSERT(need <= UINT32_MAX); /* texts of gigabytes */
	if (need <= w->capacity)
		return;
	w->capacity = need + need / 2;
	w->chunk = memory_grow(w->chunk, w->capacity);
}

/* The one that an event like this is compared with; it may be free. Two that meet here without being alike
 * cost bytes and nothing else. */
static struct chunk_model *model_for(struct chunk_writer *w, enum event_kind kind,
	const struct image *image)
{
	return &w->models[(kind + 5 * image->strings[0]) % CHUNK_MODELS];
}

void chunk_add(struct chunk_writer *w, const struct event *event, struct strings *strings)
{
	struct chunk_model *model;
	struct image image;
	uint16_t compared = 0;
	uint8_t *at;

	if (w->count == 0)
		w->chunk->base_ns = event->time_ns;
	image_take(event, w->chunk->base_ns, strings, &image);
	reserve(w, HEAD + IMAGE_DIFFERENCE_MOST + image_texts_len(&image));
	model = model_for(w, event->kind, &image);
	if (model->index && model->kind == event->kind)
		compared = model->index;
	w->chunk->at[w->count++] = (uint32_t)w->len;
	w->kinds |= EVENT_BIT(event->kind);
	at = (uint8_t *)w->chunk + w->len;
	*at = (uint8_t)event->kind;
	memcpy(at + 1, &compared, sizeof(compared));
	at = image_write(&image, compared ? &model->image : &nothing, image_size(event->kind),
		at + HEAD);
	at = image_texts_write(&image, event, at);
	w->len = (size_t)(at - (uint8_t *)w->chunk);
	if (!model->index) {
		model->index = (uint16_t)w->count;
		model->kind = event->kind;
		model->image = image;
	}
}

static const uint8_t *record_of(const struct chunk *c, uint64_t index)
{
	return (const uint8_t *)c + c->at[index];
}

enum event_kind chunk_kind(const struct chunk *c, uint64_t no)
{
	return (enum event_kind) * record_of(c, no - c->first);
}

void chunk_get(const struct chunk *c, uint64_t no, const struct strings *strings,
	struct text *texts, struct event *ret_event)
{
	const uint8_t *at = record_of(c, no - c->first);
	enum event_kind kind = (enum event_kind) * at;
	size_t size = image_size(kind);
	struct image image;
	uint16_t compared;

	memset(&image, 0, size * sizeof(image.words[0]));
	memcpy(&compared, at + 1, sizeof(compared));
	if (compared)
		image_read(&image, size, record_of(c, compared - 1u) + HEAD);
	at = image_read(&image, size, at + HEAD);
	image_give(&image, kind, no, c->base_ns, at, strings, texts, ret_event);
}
