/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a student hands in may be anything. */
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "language/submission.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct submission s;
	struct diag d = { 0 };

	if (submission_read("fuzz", (const char *)data, size, &s, &d) == 0)
		submission_done(&s);
	return 0;
}
