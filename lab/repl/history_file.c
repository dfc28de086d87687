/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <readline/history.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/text.h"

char *history_file_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct text path = TEXT_EMPTY;

	if (state && state[0] == '/')
		text_printf(&path, "%s/tcplab/history", state);
	else if (home && home[0])
		text_printf(&path, "%s/.local/state/tcplab/history", home);
	else
		return NULL;
	return text_take(&path);
}

void history_file_load(const char *path)
{
	using_history();
	clear_history();
	stifle_history(HISTORY_LINES_MAX);
	if (path)
		read_history(path);
}

size_t history_file_add(const char *line, size_t len)
{
	HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
	char *copy;

	if (last && strlen(last->line) == len && memcmp(last->line, line, len) == 0)
		return 0;
	copy = memory_new(len + 1);
	memcpy(copy, line, len);
	copy[len] = '\0';
	add_history(copy);
	free(copy);
	return 1;
}

/* mkdir -p for the folder of `path`. Failures show when the file is opened. */
static void make_folders(const char *path)
{
	CLEANUP(freep) char *folder = text_copy(path);

	for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(folder, 0700); /* the mode the XDG base directory specification asks for */
		*slash = '/';
	}
}

/* 0 or errno. */
static int append(const char *path, size_t added)
{
	CLEANUP(fd_closep) int fd = -1;
	int error;

	make_folders(path);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	if (added > (size_t)history_length)
		added = (size_t)history_length;
	error = append_history((int)added, path);
	return error ? error : history_truncate_file(path, HISTORY_LINES_MAX);
}

void history_file_save(const char *path, size_t added)
{
	int error = path && *path && added ? append(path, added) : 0;

	if (error)
		fprintf(stderr, "tcplab: what you typed cannot be kept in '%s': %s\n", path,
			strerror(error));
}
