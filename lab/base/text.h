/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A growing, always terminated piece of text. Without memory for it the process says so and ends, with exit code 3:
 * a lab that cannot hold one more line cannot go on. Any thread may use its own. */
#ifndef LAB_BASE_TEXT_H
#define LAB_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMORY_GONE "tcplab: there is no memory left\n" /* what it says then */

struct text {
	char *s; /* owned; NULL while nothing was added */
	size_t len; /* bytes, without the terminator */
	size_t capacity;
};

#define TEXT_EMPTY                                                                                 \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void text_done(struct text *t);
/* Forget the content, keep the memory. */
void text_clear(struct text *t);
/* Append `len` bytes as they are. */
void text_add(struct text *t, const char *bytes, size_t len);
void text_puts(struct text *t, const char *string);
__attribute__((format(printf, 2, 3))) void text_printf(struct text *t, const char *format, ...);
__attribute__((format(printf, 2, 0))) void text_vprintf(struct text *t, const char *format,
	va_list args);
/* The content, "" when nothing was ever added. Valid until the next change. */
const char *text_get(const struct text *t);
/* Move the string out; the caller frees it. The text is empty afterwards. */
char *text_take(struct text *t);

/* Append `len` bytes of any origin as a C string literal body: printable ASCII as it is, the rest as
 * escapes, so that hostile bytes never reach a terminal. Valid UTF-8 is escaped too. */
void text_escape(struct text *t, const char *bytes, size_t len);
/* The same between double quotes, cut after `most` bytes with "..."; 0 = no limit. */
void text_quote(struct text *t, const char *bytes, size_t len, size_t most);
/* Append text that may hold UTF-8: control bytes and malformed sequences are escaped, the rest kept. */
void text_printable(struct text *t, const char *bytes, size_t len);

/* The same for a string of several lines: newlines stay. */
void text_printable_lines(struct text *t, const char *string);

/* The length of the well-formed UTF-8 sequence at `bytes` (RFC 3629), of which there are at least one; 0 = malformed. */
size_t text_point(const char *bytes, size_t len, uint32_t *ret_point);
/* Does a terminal act on this code point: a control (C0, DEL, C1), or a mark that turns the direction of a line around? */
bool text_point_acts(uint32_t point);

/* Append a duration as people read it: "1.204 ms", "60.000 s". */
void text_duration(struct text *t, unsigned long long duration_ns);
/* The same in brief: "401.6 ms", "41.2 s". */
void text_brief_duration(struct text *t, unsigned long long duration_ns);

/* The number of single-letter edits between two words, for "did you mean"; two neighbours that changed places are one. */
size_t text_distance(const char *a, const char *b);
/* strdup that never fails. */
char *text_copy(const char *string);
/* What somebody else's malloc() has given; NULL ends the process, which says so: exit code 3. */
void *memory_granted(void *memory);
/* malloc/realloc that never fail. */
void *memory_new(size_t size);
void *memory_grow(void *old, size_t size);
/* An array of `count` items of `size` bytes, grown by nothing else, with room for one more. It doubles: a million times cost
 * no more than a million. */
void *memory_one_more(void *array, size_t count, size_t size);

#endif
