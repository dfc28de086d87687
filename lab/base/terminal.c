/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_LEAST 60

unsigned terminal_width(unsigned otherwise)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return otherwise;
	return size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col;
}
