/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay FILE|FOLDER...: each file through the target that this is linked with, as libFuzzer would, but with any
 * compiler. A file whose name ends in .hex is what its digits say: blanks mean nothing, and # goes to the end of a line.
 * --bytes FILE writes what it is to standard output, for libFuzzer, which does not know that. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void give_up(const char *path, const char *why)
{
	fprintf(stderr, "%s: %s\n", path, why);
	exit(2);
}

static void read_bytes(const char *path, struct text *out)
{
	FILE *file = fopen(path, "r");
	char buffer[4096];
	size_t got;

	if (!file)
		give_up(path, strerror(errno));
	while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_add(out, buffer, got);
	fclose(file);
}

static void read_digits(const char *path, const char *text, struct text *out)
{
	static const char digits[] = "0123456789abcdef";

	for (const char *at = text; *at; at++) {
		const char *high, *low;
		char byte;

		if (*at == '#')
			at += strcspn(at, "\n");
		if (isspace((unsigned char)*at))
			continue;
		if (!*at)
			return;
		high = strchr(digits, tolower((unsigned char)*at));
		low = at[1] ? strchr(digits, tolower((unsigned char)*++at)) : NULL;
		if (!high || !low)
			give_up(path, "these are no pairs of hexadecimal digits");
		byte = (char)((high - digits) << 4 | (low - digits));
		text_add(out, &byte, 1);
	}
}

static void read_input(const char *path, struct text *out)
{
	struct text raw = TEXT_EMPTY;
	size_t len = strlen(path);

	if (len < 4 || strcmp(path + len - 4, ".hex") != 0) {
		read_bytes(path, out);
		return;
	}
	read_bytes(path, &raw);
	read_digits(path, text_get(&raw), out);
	text_done(&raw);
}

static void replay(const char *path)
{
	struct text input = TEXT_EMPTY;
	uint8_t *exact;

	read_input(path, &input);
	printf("%s\n", path);
	fflush(stdout); /* it may be the last word */
	exact = memory_new(input.len ? input.len : 1); /* its very size: a byte too far is seen */
	memcpy(exact, text_get(&input), input.len);
	LLVMFuzzerTestOneInput(exact, input.len);
	free(exact);
	text_done(&input);
}

/* How many there were. */
static size_t replay_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	size_t played = 0;

	if (count < 0 && errno == ENOTDIR) {
		replay(path);
		return 1;
	}
	for (int i = 0; i < count; i++) {
		struct text file = TEXT_EMPTY;

		text_printf(&file, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			played += replay_folder(text_get(&file));
		text_done(&file);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return played;
}

int main(int argc, char **argv)
{
	size_t played = 0;

	if (argc == 3 && strcmp(argv[1], "--bytes") == 0) {
		struct text input = TEXT_EMPTY;

		read_input(argv[2], &input);
		fwrite(text_get(&input), 1, input.len, stdout);
		text_done(&input);
		return 0;
	}
	for (int i = 1; i < argc; i++)
		played += replay_folder(argv[i]);
	if (played == 0)
		give_up(argv[0], "there is nothing to replay");
	return 0;
}
