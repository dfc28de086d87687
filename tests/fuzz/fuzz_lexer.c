/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a line: the tokens must lie in it, in order; a refusal must name a place in it. */
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "language/lexer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct token_list list = { 0 };
	struct diag d = { 0 };
	uint32_t column = 1;

	if (lexer_line((const char *)data, size, "fuzz", 1, &list, &d) < 0) {
		LAB_ASSERT(d.line == 1 && d.column >= 1 && d.column <= size && d.message[0]);
		return 0;
	}
	for (size_t i = 0; i < list.count; i++) {
		LAB_ASSERT(list.tokens[i].column >= column);
		LAB_ASSERT(list.tokens[i].end_column > list.tokens[i].column);
		LAB_ASSERT(list.tokens[i].text[list.tokens[i].len] == '\0');
		column = list.tokens[i].end_column;
	}
	LAB_ASSERT(column <= size + 1);
	token_list_done(&list);
	return 0;
}
