/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a Host, an Origin, a key and cookies: nobody comes in by guessing, and nothing breaks. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "serve/gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gate gate;
	struct text text = TEXT_EMPTY;
	struct diag d = { 0 };
	bool known;

	if (!gate.port) {
		LAB_ASSERT(gate_init(&gate, 4711, true, &d) == 0);
		gate_add_host(&gate, "127.0.0.1");
	}
	text_add(&text, (const char *)data, size);
	known = gate_knows_host(&gate, text_get(&text));
	LAB_ASSERT(!known || strcmp(text_get(&text), "127.0.0.1:4711") == 0);
	known = gate_knows_origin(&gate, text_get(&text), true);
	LAB_ASSERT(!known || strcmp(text_get(&text), "http://127.0.0.1:4711") == 0);
	LAB_ASSERT(gate_role_of_key(&gate, text_get(&text)) == GATE_NOBODY);
	LAB_ASSERT(gate_role_of_cookies(&gate, text_get(&text)) == GATE_NOBODY);
	text_done(&text);
	return 0;
}
