/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON text, written as it comes: for what is written so often that a tree of it (jansson's) costs more than all the
 * rest. Strings of any origin become valid JSON that is harmless on a terminal. One thread per text. */
#ifndef LAB_BASE_JSON_H
#define LAB_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

struct text;

/* An object; a comma stands before each member but the first. Keys are plain ASCII. */
void json_begin(struct text *out);
void json_end(struct text *out);

void json_put_number(struct text *out, const char *key, int64_t number);
void json_put_flag(struct text *out, const char *key, bool flag);
/* What is no UTF-8 is escaped as in C first. NULL: there is no such member. */
void json_put_string(struct text *out, const char *key, const char *string);
/* A list of numbers. */
void json_put_numbers(struct text *out, const char *key, const int64_t *numbers, unsigned count);

#endif
