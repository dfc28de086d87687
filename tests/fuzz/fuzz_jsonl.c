/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a journal: refused with a place, or good enough for every page and picture. */
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/journal.h"
#include "journal/jsonl_read.h"
#include "view/html_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal *j = NULL;
	struct text page = TEXT_EMPTY;
	struct diag d = { 0 };

	if (jsonl_read((const char *)data, size, "fuzz", &j, &d) < 0) {
		LAB_ASSERT(!j && d.line >= 1 && d.message[0]);
		return 0;
	}
	html_report(j, &page);
	html_report_markdown(j, &page);
	for (size_t i = 0; i < page.len; i++)
		LAB_ASSERT((unsigned char)page.s[i] >= 0x20 || page.s[i] == '\n');
	text_done(&page);
	journal_free(j);
	return 0;
}
