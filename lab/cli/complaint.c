/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/complaint.h"

#include <stdio.h>

#include "base/diag.h"
#include "base/text.h"
#include "cli/options.h"
#include "world/power.h"

int complaint_print(const struct diag *d)
{
	const char *remedy = d->remedy[0] ? d->remedy : power_remedy(d->error);
	struct text message = TEXT_EMPTY;

	text_puts(&message, "tcplab: ");
	diag_format(d, &message);
	text_puts(&message, "\n");
	if (remedy)
		text_printf(&message, "  try: %s\n", remedy);
	fputs(text_get(&message), stderr);
	text_done(&message);
	return d->unable ? EXIT_NO_LAB : EXIT_USAGE;
}
