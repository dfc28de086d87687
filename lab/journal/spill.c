/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/cleanup.h"

void spill_done(struct spill *s)
{
	fd_closep(&s->fd);
	s->end = 0;
}

static bool is_in_memory(const char *folder)
{
	struct statfs fs;

	return statfs(folder, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

/* A file without a name. -errno */
static int open_in(const char *folder)
{
	char path[4096];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

	/* EISDIR, ENOENT: a kernel, EOPNOTSUPP: a file system without O_TMPFILE, open(2) */
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
		return fd >= 0 ? fd : -errno;
	if ((size_t)snprintf(path, sizeof(path), "%s/tcplab-XXXXXX", folder) >= sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

static int open_somewhere(void)
{
	const char *const folders[] = { getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp",
		"/var/tmp" };
	int error = -ENOENT;

	for (int memory = 0; memory <= 1; memory++) {
		for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
			int fd;

			if (!folders[i] || folders[i][0] != '/' ||
				is_in_memory(folders[i]) != (memory == 1))
				continue;
			fd = open_in(folders[i]);
			if (fd >= 0)
				return fd;
			error = fd;
		}
	}
	return error;
}

/* write(2) beyond the limit is EFBIG for those who ignore SIGXFSZ, and the end of all others. */
static bool may_be_as_large(uint64_t size)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
		size <= limit.rlim_cur;
}

int spill_write(struct spill *s, const void *bytes, size_t len, uint64_t *ret_offset)
{
	size_t done = 0;

	if (!may_be_as_large(s->end + len))
		return -EFBIG;
	if (s->fd < 0) {
		int fd = open_somewhere();

		if (fd < 0)
			return fd;
		s->fd = fd;
	}
	while (done < len) {
		ssize_t n = pwrite(s->fd, (const char *)bytes + done, len - done,
			(off_t)(s->end + done));

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	*ret_offset = s->end;
	s->end += len;
	return 0;
}

int spill_read(const struct spill *s, uint64_t offset, void *ret_bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n =
			pread(s->fd, (char *)ret_bytes + done, len - done, (off_t)(offset + done));

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return -EIO;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}
