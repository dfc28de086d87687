/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an answer, the first of them telling the kind of question: what is taken is told harmlessly, and what is
 * told is taken for the same again; what is refused is refused with words. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "language/answer.h"
#include "language/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* False when it is refused. */
static bool tell(enum answer_kind kind, const struct statement_list *block, const char *text,
	size_t len, struct text *out)
{
	struct answer a;
	struct diag d = { 0 };

	if (answer_parse(kind, false, block, text, len, &a, &d) < 0) {
		LAB_ASSERT(d.message[0]);
		return false;
	}
	answer_format(&a, out);
	answer_done(&a);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char question[] =
		"predict \"Q?\" choice { step; choice \"one\" c CLOSED; choice \"two\" c LISTEN }";
	struct statement_list list = { 0 };
	struct text told = TEXT_EMPTY, again = TEXT_EMPTY;
	struct diag d = { 0 };
	enum answer_kind kind;

	if (size == 0)
		return 0;
	kind = data[0] % ANSWER_KIND_COUNT;
	LAB_ASSERT(statement_parse(question, strlen(question), "", 1, &list, &d) == 0);
	if (tell(kind, &list.statements[0].block, (const char *)data + 1, size - 1, &told)) {
		for (const char *c = text_get(&told); *c; c++)
			LAB_ASSERT((unsigned char)*c >= ' ' && *c != 0x7f);
		if (kind !=
			ANSWER_RESULT) { /* times and long data are told shorter than they are written */
			LAB_ASSERT(tell(kind, &list.statements[0].block, told.s, told.len, &again));
			LAB_ASSERT(strcmp(text_get(&told), text_get(&again)) == 0);
		}
	}
	statement_list_done(&list);
	text_done(&told);
	text_done(&again);
	return 0;
}
