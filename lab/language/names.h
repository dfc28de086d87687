/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From words to things: processes, sockets, addresses, numbers and durations. Each function takes
 * the statement for the place of the error and one token; 0, or -EINVAL with a message that helps. */
#ifndef LAB_LANGUAGE_NAMES_H
#define LAB_LANGUAGE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world/protocol.h"

struct address;
struct descriptor;
struct diag;
struct endpoint;
struct host;
struct process;
struct statement;
struct token;
struct world;

/* Is it a word for what becomes of a host: crash, reboot, cut, mend? */
bool host_deed(const char *word);
/* A name that is still free for a new thing: letters, digits, _ and -, beginning with a letter. A name
 * of a socket whose descriptor is gone is free again. */
int name_new(const struct world *w, const struct statement *s, const struct token *t,
	struct diag *d);
int name_process(const struct world *w, const struct statement *s, const struct token *t,
	struct process **ret_process, struct diag *d);
/* A word that goes out of the lab, a path or a program's argument: no NUL, and no ~ that a shell would have replaced;
 * between quotes it is one. */
int name_path(const struct statement *s, const struct token *t, struct diag *d);
/* Of a sysctl of a host: "net.ipv4.tcp_fin_timeout" is "net/ipv4/tcp_fin_timeout" in /proc/sys. Only below net., which is
 * the namespace's own; the rest is the machine's. */
bool name_sysctl(const char *key, char ret_path[HOST_TEXT_MAX]);
/* Any socket ever seen, also one nobody owns. */
int name_socket(const struct world *w, const struct statement *s, const struct token *t,
	struct endpoint **ret_endpoint, struct diag *d);
/* PROGRAM/FD, or what comes of that: a socket that a program which runs does not have, and may have yet. */
bool name_is_awaited(const struct world *w, const char *name);
/* A descriptor on which a call can be made: it is open, its process lives and is not in a call. */
int name_callable(const struct world *w, const struct statement *s, const struct token *t,
	struct descriptor **ret_descriptor, struct diag *d);
/* A process that can take a call. */
int name_idle_process(const struct world *w, const struct statement *s, const struct token *t,
	struct process **ret_process, struct diag *d);

/* A host that stands: up, down or a ghost. */
int name_host(const struct world *w, const struct statement *s, const struct token *t,
	struct host **ret_host, struct diag *d);
/* A host whose kernel runs; t NULL = localhost, if that does. */
int name_running_host(const struct world *w, const struct statement *s, const struct token *t,
	struct host **ret_host, struct diag *d);
/* The error for a host where a process is wanted: says what to type. Returns -EINVAL. */
int name_host_for_process(const struct world *w, const struct statement *s, const struct token *t,
	const struct host *h, struct diag *d);

/* "127.0.0.1:80", "[fd00::1]:80", ":80" (this host), "bob:80", "@s" (where s is bound). Said on `self` (NULL =
 * localhost), which is this host, and which may reach a host at another address than others do. A host has an
 * address of each family: `family` says which is meant (AF_UNSPEC = that of the lab). */
int name_address(const struct world *w, const struct statement *s, const struct token *t,
	const struct host *self, int family, struct address *ret_address, struct diag *d);
/* The same in a call on the socket that another word names: of its family, seen from its host. */
int name_peer(const struct world *w, const struct statement *s, const struct token *socket,
	const struct token *t, struct address *ret_address, struct diag *d);
/* The host part of an address: nothing (this host), a host's name, or digits. 0 or -EINVAL. */
int name_host_part(const struct world *w, const char *text, size_t len, const struct host *self,
	int family, struct address *ret_address);
/* What a name stands for: the socket behind the descriptor of that name, else one that nobody has named.
 * NULL when there is none. */
struct endpoint *name_find_socket(const struct world *w, const char *name);
/* A whole number from least to most. */
int name_number(const struct statement *s, const struct token *t, uint64_t least, uint64_t most,
	uint64_t *ret_number, struct diag *d);
/* A number of bytes: "512", "100k", "2M", at most `most`. */
int name_size(const struct statement *s, const struct token *t, uint64_t most, uint64_t *ret_size,
	struct diag *d);
/* "300ms", "2s", "1.5s", "1m". */
int name_duration(const struct statement *s, const struct token *t, uint64_t *ret_ns,
	struct diag *d);

#endif
