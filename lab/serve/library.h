/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libwebsockets, loaded when a page is served. Linked like the others, it and the TLS library it brings along would cost
 * every start of tcplab a millisecond or two and 2 MB (tests/bench/startup), and few starts serve. Its types and the
 * types of its functions come from its header as usual. The loop's thread. */
#ifndef LAB_SERVE_LIBRARY_H
#define LAB_SERVE_LIBRARY_H

#include <libwebsockets.h>

struct diag;

/* What is used of it. */
/* clang-format off */
#define LIBRARY_FUNCTIONS(each)              \
	each(lws_callback_on_writable)       \
	each(lws_context_destroy)            \
	each(lws_context_user)               \
	each(lws_create_context)             \
	each(lws_get_context)                \
	each(lws_get_socket_fd)              \
	each(lws_hdr_copy)                   \
	each(lws_hdr_custom_copy)            \
	each(lws_hdr_total_length)           \
	each(lws_send_pipe_choked)           \
	each(lws_set_log_level)              \
	each(lws_set_timeout)                \
	each(lws_write)
/* clang-format on */

struct library {
#define LIBRARY_MEMBER(name) __typeof__(&name) name;
	LIBRARY_FUNCTIONS(LIBRARY_MEMBER)
#undef LIBRARY_MEMBER
};

/* The library of the version this was built with; it stays until the process ends. NULL with d filled: it is not
 * installed. */
const struct library *library_load(struct diag *d);
/* The same once it is loaded: for what it calls. */
const struct library *library_get(void);

#endif
