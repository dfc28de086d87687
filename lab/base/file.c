/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

#define MODE 0666 /* and the umask */

static int write_all(int fd, const struct text *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t len = write(fd, text->s + done, text->len - done);

		if (len < 0 && errno != EINTR)
			return -errno;
		done += len > 0 ? (size_t)len : 0;
	}
	return 0;
}

static int create(const char *path, mode_t mode, const struct text *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode), r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, text);
	if (close(fd) < 0 && r == 0 && errno != EINTR)
		r = -errno;
	if (r < 0)
		unlink(path); /* it is ours: O_EXCL */
	return r;
}

int file_create(const char *path, const struct text *text)
{
	return create(path, MODE, text);
}

int file_replace(const char *path, const struct text *text)
{
	struct text beside = TEXT_EMPTY;
	struct stat was;
	int r;

	text_printf(&beside, "%s.%d.tmp", path, (int)getpid());
	r = create(text_get(&beside), stat(path, &was) == 0 ? was.st_mode & MODE : MODE, text);
	if (r == 0 && rename(text_get(&beside), path) < 0) {
		r = -errno;
		unlink(text_get(&beside));
	}
	text_done(&beside);
	return r;
}

int file_set(const char *path, const char *value)
{
	CLEANUP(fd_closep) int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, value, strlen(value)) < 0 ? -errno : 0;
}
