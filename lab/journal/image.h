/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event in words of 4 bytes, all that counts and nothing else: names as numbers of `strings`, times and
 * causes as distances, of its union the part that its kind says (event.h). What one image has other than an
 * alike one is a few words, and that is what is written. Words and bytes of this process for this process:
 * they are no file format. */
#ifndef LAB_JOURNAL_IMAGE_H
#define LAB_JOURNAL_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "journal/event.h"

struct strings;
struct text;

#define IMAGE_STRINGS 4 /* subject, host, process, text */
#define IMAGE_DETAILS                                                                              \
	offsetof(struct event, process_fate) /* where the union begins: its members do */
#define IMAGE_WORDS (8 + (sizeof(struct event) - IMAGE_DETAILS) / sizeof(uint32_t))

struct image {
	union {
		struct {
			uint64_t since_ns; /* since base_ns */
			uint64_t ago; /* how many events ago its cause was; 0 = it has none */
			/* 0 = NULL; a number of `strings`; or IMAGE_TEXT and the length of a text that
			 * is kept elsewhere */
			uint32_t strings[IMAGE_STRINGS];
			unsigned char details[sizeof(struct event) - IMAGE_DETAILS];
		};
		uint32_t words[IMAGE_WORDS];
	};
};
#define IMAGE_TEXT 0x80000000u

/* How many words the image of an event of this kind has. Those behind do not count. */
size_t image_size(enum event_kind kind);
/* The image of an event whose number is set. base_ns: a time not long before it. */
void image_take(const struct event *event, uint64_t base_ns, struct strings *strings,
	struct image *ret_image);
/* The texts of the event that image_take() left out, one behind the other: how many bytes, and a copy of them to
 * `at`. Returns their end. */
size_t image_texts_len(const struct image *image);
uint8_t *image_texts_write(const struct image *image, const struct event *event, uint8_t *at);
/* The event again. kind, no, base_ns: as they were; texts: what image_texts_write() wrote. They are copied to
 * `kept`, which is cleared before and holds them for the event; the names are the table's. */
void image_give(const struct image *image, enum event_kind kind, uint64_t no, uint64_t base_ns,
	const uint8_t *texts, const struct strings *strings, struct text *kept,
	struct event *ret_event);

/* Write the first `size` words as far as they differ from `other`. At most IMAGE_DIFFERENCE_MOST bytes; returns their
 * end. */
#define IMAGE_DIFFERENCE_MOST (IMAGE_WORDS * sizeof(uint32_t) + (IMAGE_WORDS + 7) / 8)
uint8_t *image_write(const struct image *image, const struct image *other, size_t size,
	uint8_t *at);
/* Put a difference into an image that is as `other` was. Returns the end of its bytes. */
const uint8_t *image_read(struct image *image, size_t size, const uint8_t *at);

#endif
