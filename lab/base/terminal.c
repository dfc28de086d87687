/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/terminal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_LEAST 60

bool terminal_size(unsigned *ret_columns, unsigned *ret_rows)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return false;
	*ret_columns = size.ws_col;
	if (ret_rows)
		*ret_rows = size.ws_row;
	return true;
}

unsigned terminal_width(unsigned otherwise)
{
	unsigned columns;

	if (!terminal_size(&columns, NULL))
		return otherwise;
	return columns < WIDTH_LEAST ? WIDTH_LEAST : columns;
}

bool terminal_no_color(void)
{
	const char *value = getenv("NO_COLOR");

	return value && value[0];
}

bool terminal_wants_color(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && !terminal_no_color() && term && strcmp(term, "dumb") != 0;
}
