/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool diag_is_machine(int error)
{
	switch (error) {
	case EAGAIN: /* processes: fork(2), clone(2) */
	case EDQUOT:
	case EFBIG: /* RLIMIT_FSIZE */
	case EINTR: /* nobody has interrupted us */
	case EIO:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case ENOSPC: /* a disk; namespaces; what epoll may watch */
	case EPIPE:
	case ETIMEDOUT:
		return true;
	default:
		return false;
	}
}

const char *diag_shortage(int error)
{
	switch (error) {
	case EMFILE:
		return "allow more open files: ulimit -n 1024";
	case ENFILE:
		return "as root: sysctl -w fs.file-max=1000000";
	case ENOMEM:
		return "there is no memory left, or none that you may have: end other programs, or labs (each "
		       "takes some 3 MB)";
	default:
		return NULL;
	}
}

void diag_because(struct diag *d, int error)
{
	d->error = error;
	d->unable = diag_is_machine(error);
	if (diag_shortage(error))
		diag_remedy(d, "%s", diag_shortage(error));
}

int diag_errno(struct diag *d, int error, const char *operation, const char *format, ...)
{
	va_list args;

	*d = (struct diag){ 0 };
	diag_because(d, error);
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
