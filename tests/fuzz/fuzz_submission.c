/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a student hands in may be anything: it is refused at a line, or is whole. Each input twice: as it is, and with its
 * lines chained, which nobody would guess. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/diag.h"
#include "base/digest.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "language/exercise.h"
#include "language/submission.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t len)
{
	struct submission s;
	struct diag d = { 0 };

	if (submission_read("fuzz", text, len, &s, &d) < 0) {
		LAB_ASSERT(d.message[0] && d.line >= 1);
		return;
	}
	LAB_ASSERT(s.exercise && s.digest && s.kernel && exercise_is_student(s.student));
	LAB_ASSERT(s.transcript.count && !s.transcript.turns[0].typed[0]);
	submission_done(&s);
}

/* The line, with the digest of the one before it as its last member. */
static void add_chained(const char *line, size_t len, char chain[DIGEST_TEXT_MAX], struct text *out)
{
	size_t begin = out->len;

	if (chain[0] && len && line[len - 1] == '}') {
		text_add(out, line, len - 1);
		text_printf(out, ",\"chain\":\"%s\"}", chain);
	} else {
		text_add(out, line, len);
	}
	digest_text(out->s ? out->s + begin : "", out->len - begin, chain);
	text_puts(out, "\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size, *newline;
	char chain[DIGEST_TEXT_MAX] = "";
	struct text chained = TEXT_EMPTY;

	check(at, size);
	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		newline = newline ? newline : end;
		add_chained(at, (size_t)(newline - at), chain, &chained);
	}
	check(text_get(&chained), chained.len);
	text_done(&chained);
	return 0;
}
