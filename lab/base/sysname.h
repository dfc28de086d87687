/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of errnos and signals, as C programs spell them, from glibc's own tables; and of system calls. */
#ifndef LAB_BASE_SYSNAME_H
#define LAB_BASE_SYSNAME_H

/* "ECONNREFUSED"; "E?" for a number that has no name. */
const char *errno_name(int error);
/* The number of an errno name, 0 when it is none. */
int errno_parse(const char *name);

/* "SIGPIPE"; "SIG?" for a number that has no name. */
const char *signal_name(int signal);
/* From "SIGPIPE", "PIPE", "sigpipe" or "13"; 0 when it is none. */
int signal_parse(const char *name);

/* "connect", by its number on this machine, of those that programs sleep in; NULL for any other. In the kernel recv() is
 * recvfrom, and send() is sendto. */
const char *syscall_name(long number);

#endif
