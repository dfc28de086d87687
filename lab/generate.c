/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run at build time: prints what is written from the tables. Not installed. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/manual.h"
#include "command/table.h"

int main(int argc, char **argv)
{
	struct text out = TEXT_EMPTY;
	FILE *file;
	bool failed;

	if (argc == 4 && strcmp(argv[1], "man") == 0) {
		manual_page(&command_table, argv[3], &out);
	} else if (argc == 3 && strcmp(argv[1], "bash") == 0) {
		manual_bash(&command_table, &out);
	} else {
		fputs("usage: generate man FILE DATE | bash FILE\n", stderr);
		return 2;
	}
	file = fopen(argv[2], "we");
	failed = !file || fwrite(text_get(&out), 1, out.len, file) != out.len;
	if (file && fclose(file) != 0)
		failed = true;
	if (failed)
		perror(argv[2]);
	text_done(&out);
	return failed;
}
