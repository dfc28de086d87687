/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Anybody's bytes made harmless for the reports that programs and browsers read. */
#ifndef LAB_VIEW_MARKUP_H
#define LAB_VIEW_MARKUP_H

#include <jansson.h>
#include <stddef.h>

struct text;

/* As the text of an element, or of an attribute between double quotes: XML and HTML. Appended. */
void markup_text(const char *string, size_t len, struct text *out);
/* ` name="value"`. Appended. */
void markup_attribute(const char *name, const char *value, size_t len, struct text *out);
/* A string that every reader takes: control bytes and malformed UTF-8 as \xNN. NULL is null. The caller's. */
json_t *markup_json(const char *string);

#endif
