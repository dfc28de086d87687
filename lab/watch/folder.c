/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/text.h"
#include "world/power.h"

#define PLACES 2 /* where a folder may be */
#define WAITING_MOST 8 /* watchers that were not accepted yet */

/* The folder in place 0 or 1; false = there is no such place. */
static bool name_folder(unsigned place, struct text *path)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	text_clear(path);
	if (place == 1)
		text_printf(path, "/tmp/tcplab-%u", (unsigned)power_uid());
	else if (runtime && runtime[0] == '/')
		text_printf(path, "%s/tcplab", runtime);
	return path->len > 0;
}

/* Open it if it is ours alone: what somebody else may write to, he could answer from in our name. -errno. */
static int open_folder(const char *path, struct diag *d)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct text shown = TEXT_EMPTY;
	struct stat about;
	int r;

	if (fd >= 0 && fstat(fd, &about) == 0 && about.st_uid == geteuid() &&
		(about.st_mode & 07777) == 0700)
		return fd_take(&fd);
	r = fd < 0 ? errno : EPERM;
	text_printable(&shown, path, strlen(path));
	if (fd >= 0 || r == ELOOP || r == ENOTDIR)
		diag_set(d, r, "'%.300s' is not a folder that is yours alone (mode 0700)",
			text_get(&shown));
	else
		diag_errno(d, r, "open", "the folder of running labs, '%.300s'", text_get(&shown));
	diag_remedy(d, "remove it, or set XDG_RUNTIME_DIR to a folder of your own");
	text_done(&shown);
	return -r;
}

/* The name of a lab's socket there, however long the way to the folder is: sun_path has 108 bytes. prefix: "" when it
 * listens, "." before. */
static struct sockaddr_un name_socket(int folder, const char *prefix, pid_t pid)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	snprintf(name.sun_path, sizeof(name.sun_path), "/proc/self/fd/%d/%s%d", folder, prefix,
		(int)pid);
	return name;
}

/* ---- the lab's side ---- */

static int listen_in(const char *path, struct diag *d)
{
	CLEANUP(fd_closep) int folder = -1;
	CLEANUP(fd_closep) int fd = -1;
	struct sockaddr_un name, listening;

	/* twice: the last lab in it may have ended, and taken the folder away, since we made it */
	for (int attempt = 0; attempt < 2; attempt++) {
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return diag_errno(d, errno, "mkdir", "the folder of running labs");
		fd_closep(&folder);
		folder = open_folder(path, d);
		if (folder < 0)
			return folder;
		name = name_socket(folder, ".", getpid());
		listening = name_socket(folder, "", getpid());
		unlink(name.sun_path); /* of a dead lab that had our PID */
		fd_closep(&fd);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (fd < 0)
			return diag_errno(d, errno, "socket", "for watchers");
		/* a name that is a PID has always somebody listening, or he is dead */
		if (bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0 &&
			listen(fd, WAITING_MOST) == 0 &&
			rename(name.sun_path, listening.sun_path) == 0)
			return fd_take(&fd);
	}
	return diag_errno(d, errno, "bind", "for watchers");
}

int folder_listen(struct diag *d)
{
	struct text path = TEXT_EMPTY;
	int fd = -ENOENT;

	for (unsigned place = 0; place < PLACES && fd < 0; place++) {
		if (name_folder(place, &path))
			fd = listen_in(text_get(&path), d);
	}
	text_done(&path);
	return fd;
}

void folder_leave(void)
{
	struct text path = TEXT_EMPTY;
	struct diag d = { 0 };

	for (unsigned place = 0; place < PLACES; place++) {
		CLEANUP(fd_closep) int folder = -1;

		if (!name_folder(place, &path))
			continue;
		folder = open_folder(text_get(&path), &d);
		if (folder >= 0 && unlink(name_socket(folder, "", getpid()).sun_path) == 0)
			rmdir(text_get(&path)); /* when it was the last one */
	}
	text_done(&path);
}

/* ---- the watcher's side ---- */

/* A descriptor, or -errno; -EAGAIN when too many wait to be let in by a lab that stands still. */
static int connect_in(int folder, pid_t pid)
{
	CLEANUP(fd_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_un name = name_socket(folder, "", pid);
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || peer.uid != geteuid())
		return -EPERM;
	return fd_take(&fd);
}

int folder_connect(pid_t pid, struct diag *d)
{
	struct text path = TEXT_EMPTY;
	struct diag refused = { 0 };
	int r = -ENOENT;

	for (unsigned place = 0; place < PLACES && r < 0; place++) {
		CLEANUP(fd_closep) int folder = -1;

		if (!name_folder(place, &path))
			continue;
		folder = open_folder(text_get(&path), d);
		if (folder >= 0)
			r = connect_in(folder, pid);
		else if (folder != -ENOENT)
			refused = *d;
	}
	text_done(&path);
	*d = refused;
	if (r >= 0 || (refused.error && r == -ENOENT))
		return r >= 0 ? r : -refused.error;
	if (r == -ENOENT)
		return diag_set(d, ENOENT, "there is no lab %d that can be watched", (int)pid);
	return diag_errno(d, -r, "connect", "lab %d", (int)pid);
}

/* A name that is a PID, else 0. */
static pid_t parse_pid(const char *name)
{
	char *end;
	long pid = strtol(name, &end, 10);

	return name[0] >= '1' && name[0] <= '9' && !*end && pid <= INT32_MAX ? (pid_t)pid : 0;
}

/* Dead: nobody listens. Somebody else may have its PID by now. */
static bool is_dead(int folder, pid_t pid)
{
	CLEANUP(fd_closep) int fd = connect_in(folder, pid);

	return fd == -ECONNREFUSED;
}

static int compare_pids(const void *a, const void *b)
{
	const pid_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static void list_in(int folder, pid_t **pids, size_t *count)
{
	DIR *entries = fdopendir(dup(folder));

	for (const struct dirent *entry; entries && (entry = readdir(entries));) {
		pid_t pid = parse_pid(entry->d_name);

		if (!pid)
			continue;
		if (is_dead(folder, pid)) {
			unlinkat(folder, entry->d_name, 0);
			continue;
		}
		*pids = memory_grow(*pids, (*count + 1) * sizeof(**pids));
		(*pids)[(*count)++] = pid;
	}
	if (entries)
		closedir(entries);
}

ssize_t folder_list(pid_t **ret_pids, struct diag *d)
{
	struct text path = TEXT_EMPTY;
	struct diag refused = { 0 };
	pid_t *pids = NULL;
	size_t count = 0;

	for (unsigned place = 0; place < PLACES; place++) {
		CLEANUP(fd_closep) int folder = -1;

		if (!name_folder(place, &path))
			continue;
		folder = open_folder(text_get(&path), d);
		if (folder >= 0) {
			size_t before = count;

			list_in(folder, &pids, &count);
			if (count == before) /* what dead ones left behind */
				rmdir(text_get(&path));
		} else if (folder != -ENOENT) {
			refused = *d;
		}
	}
	text_done(&path);
	*d = refused;
	if (count == 0 && refused.error) {
		free(pids);
		return -refused.error;
	}
	if (count)
		qsort(pids, count, sizeof(*pids), compare_pids);
	*ret_pids = pids;
	return (ssize_t)count;
}
