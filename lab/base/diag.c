/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int diag_errno(struct diag *d, int error, const char *operation, const char *format, ...)
{
	va_list args;

	*d = (struct diag){ .error = error };
	snprintf(d->operation, sizeof(d->operation), "%s", operation);
	va_start(args, format);
	vsnprintf(d->message, sizeof(d->message), format, args);
	va_end(args);
	return -error;
}

int diag_set(struct diag *d, int error, const char *format, ...)
{
	va_list args;

	*d = (struct diag){ .error = error };
	va_start(args, format);
	vsnprintf(d->message, sizeof(d->message), format, args);
	va_end(args);
	return -error;
}

void diag_remedy(struct diag *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(d->remedy, sizeof(d->remedy), format, args);
	va_end(args);
}

void diag_at(struct diag *d, const char *file, uint32_t line, uint32_t column)
{
	if (d->line)
		return;
	snprintf(d->file, sizeof(d->file), "%s", file);
	d->line = line;
	d->column = column;
}

void diag_format(const struct diag *d, struct text *out)
{
	if (d->file[0]) {
		text_printable(out, d->file, strlen(d->file));
		text_printf(out, ":%u:%u: ", d->line, d->column);
	}
	text_printable(out, d->message, strlen(d->message));
	if (d->operation[0])
		text_printf(out, ": %s: %s", d->operation, strerror(d->error));
}
