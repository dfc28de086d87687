/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/terminal.h"

#include <stdio.h>
#include <readline/readline.h>
#include <termios.h>
#include <unistd.h>

#include "base/rescue.h"
#include "repl/paste.h"

static void print(const char *string)
{
	fputs(string, rl_outstream);
	fflush(rl_outstream);
}

void terminal_take(bool brackets)
{
	struct termios mode;

	if (tcgetattr(STDIN_FILENO, &mode) == 0) /* as it is before */
		rescue_prepare(STDIN_FILENO, &mode, brackets ? PASTE_OFF "\n" : "\n");
	rl_prep_terminal(1);
	if (tcgetattr(STDIN_FILENO, &mode) == 0) {
		mode.c_cc[VMIN] = mode.c_cc[VTIME] = 0;
		tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
	}
	if (brackets)
		print(PASTE_ON);
}

void terminal_release(bool brackets)
{
	if (brackets)
		print(PASTE_OFF);
	rl_deprep_terminal();
	rescue_forget();
}

void terminal_forget(void)
{
	tcflush(STDIN_FILENO, TCIFLUSH);
}
