/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/lab_assert.h"

int channel_send(int channel, const void *data, size_t len, const int *fds, size_t fd_count)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * CHANNEL_FDS_MAX)] = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	LAB_ASSERT(fd_count <= CHANNEL_FDS_MAX);
	if (fd_count) {
		struct cmsghdr *header;

		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
		memcpy(CMSG_DATA(header), fds, sizeof(int) * fd_count);
	}
	for (;;) {
		if (sendmsg(channel, &message, MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno != EINTR)
			return -errno;
	}
}

/* Store what fits, close what does not. */
static void take_descriptors(struct cmsghdr *header, int *ret_fds, size_t fd_capacity)
{
	size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	for (size_t i = 0; i < count; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(fd));
		if (i < fd_capacity)
			ret_fds[i] = fd;
		else
			close(fd);
	}
}

ssize_t channel_receive(int channel, void *data, size_t capacity, int flags, int *ret_fds,
	size_t fd_capacity, pid_t *ret_pid)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * CHANNEL_FDS_MAX) +
		CMSG_SPACE(sizeof(struct ucred))];
	struct iovec iov = { .iov_base = data, .iov_len = capacity };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *header;
	ssize_t len;

	for (size_t i = 0; i < fd_capacity; i++)
		ret_fds[i] = -1;
	if (ret_pid)
		*ret_pid = 0;
	do {
		len = recvmsg(channel, &message, flags | MSG_CMSG_CLOEXEC);
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		return errno == ECONNRESET ? 0 : -errno;
	for (header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
		if (header->cmsg_level != SOL_SOCKET)
			continue;
		if (header->cmsg_type == SCM_RIGHTS)
			take_descriptors(header, ret_fds, fd_capacity);
		if (header->cmsg_type == SCM_CREDENTIALS && ret_pid) {
			struct ucred who;

			memcpy(&who, CMSG_DATA(header), sizeof(who));
			*ret_pid = who.pid;
		}
	}
	if (message.msg_flags &
		MSG_CTRUNC) { /* what we may not have is thrown away; without it the rest says nothing */
		for (size_t i = 0; i < fd_capacity; i++)
			fd_closep(&ret_fds[i]);
		return -EMFILE;
	}
	return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : len;
}
