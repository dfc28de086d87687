/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a string of ours: what is written is JSON, harmless on a terminal, and when they are UTF-8 without control
 * bytes they come back as they were. */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/lab_assert.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text string = TEXT_EMPTY, out = TEXT_EMPTY, plain = TEXT_EMPTY;
	const char *back;
	json_t *object;

	text_add(&string, (const char *)data, size);
	json_begin(&out);
	json_put_number(&out, "n", (int64_t)size);
	json_put_string(&out, "s", text_get(&string));
	json_end(&out);
	for (size_t i = 0; i < out.len; i++)
		LAB_ASSERT((unsigned char)out.s[i] >= ' ' && out.s[i] != 0x7f);
	object = json_loads(text_get(&out), 0, NULL);
	LAB_ASSERT(object && json_object_size(object) == 2);
	back = json_string_value(json_object_get(object, "s"));
	LAB_ASSERT(back);
	text_printable(&plain, text_get(&string), strlen(text_get(&string)));
	if (strcmp(text_get(&plain), text_get(&string)) == 0)
		LAB_ASSERT(strcmp(back, text_get(&string)) == 0);
	json_decref(object);
	text_done(&string);
	text_done(&out);
	text_done(&plain);
	return 0;
}
