/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any datagrams as the kernel's answers, to each question there is: it is told what they are, or refused, and what is
 * told has a state. The first byte chooses the question; then each datagram is its length, two bytes, and itself. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/lab_assert.h"
#include "base/text.h"
#include "observe/sock_detail.h"
#include "observe/sock_field.h"
#include "observe/sockdiag.h"

#define COOKIE 0x1122334455667788

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of the input goes into the socket, as much as that takes. */
static void queue_answers(int kernel, const uint8_t *data, size_t size)
{
	while (size >= 2) {
		size_t len = (size_t)(data[0] | data[1] << 8);

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		if (send(kernel, data, len, MSG_DONTWAIT) < 0)
			return;
		data += len;
		size -= len;
	}
}

static void check_report(void *arg, const struct sock_report *report)
{
	char text[ADDRESS_TEXT_MAX];
	int *count = arg;

	LAB_ASSERT(tcp_state_name(report->state)[0]);
	LAB_ASSERT(sock_timer_name(report->timer));
	address_format(&report->local, text);
	address_format(&report->remote, text);
	++*count;
}

static void check_detail(const struct sock_detail *detail)
{
	const struct sock_field *f;
	struct text out = TEXT_EMPTY;

	for (size_t i = 0; (f = sock_field_at(i)); i++) {
		uint64_t value;

		if (sock_field_read(f, detail, &value))
			sock_field_format(f, detail, value, &out);
	}
	LAB_ASSERT(out.len == strlen(text_get(&out)));
	text_done(&out);
}

static void ask(struct sockdiag *diag, uint8_t question)
{
	const struct address local = { .family = AF_INET, .bytes = { 127, 0, 0, 1 }, .port = 80 },
			     remote = { .family = AF_INET,
				     .bytes = { 127, 0, 0, 1 },
				     .port = 1000 },
			     none = { 0 };
	uint8_t protocol = question & 0x80 ? IPPROTO_UDP : IPPROTO_TCP;
	struct sock_detail detail;
	struct sock_report report;
	int r, count = 0;

	switch (question % 4) {
	case 0:
		r = sockdiag_lookup(diag, &local, &remote, &report);
		if (r == 0)
			check_report(&count, &report);
		break;
	case 1:
		r = sockdiag_search(diag, 1 << STATE_LISTEN, COOKIE, &report);
		if (r == 0)
			LAB_ASSERT(report.cookie == COOKIE);
		break;
	case 2:
		r = sockdiag_detail(diag, protocol, &local, question & 0x40 ? &remote : &none,
			COOKIE, 0xff, &detail);
		if (r == 0)
			check_detail(&detail);
		break;
	default:
		r = sockdiag_dump(diag, AF_INET6, IPPROTO_TCP, ~0U, check_report, &count);
	}
	LAB_ASSERT(r <= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sockdiag *diag;
	int pair[2];

	if (size == 0)
		return 0;
	/* non-blocking: a question without an answer fails, and does not hang */
	LAB_ASSERT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
	diag = sockdiag_open(pair[1]);
	LAB_ASSERT(diag);
	queue_answers(pair[0], data + 1, size - 1);
	ask(diag, data[0]);
	sockdiag_close(diag);
	close(pair[0]);
	return 0;
}
