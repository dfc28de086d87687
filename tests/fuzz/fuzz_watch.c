/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what a lab tells a watcher: refused, or good enough for every pane. */
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "watch/link.h"
#include "watch/page.h"
#include "watch/pane.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fill_all(const struct link *l)
{
	for (int pane = 0; pane < PANE_COUNT; pane++) {
		struct pane_order order = { .link = l, .height = 20, .width = 100, .utf8 = true };
		struct text title = TEXT_EMPTY;
		struct page page = { 0 };
		struct pane_rows rows;

		rows = pane_fill((enum pane)pane, &order, &page);
		pane_title((enum pane)pane, &order, &rows, &title);
		order.from = pane_scroll((enum pane)pane, &order, -3);
		page_clear(&page);
		pane_fill((enum pane)pane, &order, &page);
		LAB_ASSERT(page.line_count <= 20);
		text_done(&title);
		page_done(&page);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag d = { 0 };
	struct link l;

	link_init(&l, -1, 1);
	if (size == 0 || link_take(&l, (const char *)data, size, &d) == 0)
		fill_all(&l);
	else
		LAB_ASSERT(d.message[0]);
	link_close(&l);
	return 0;
}
