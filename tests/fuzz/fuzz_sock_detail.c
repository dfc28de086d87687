/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes behind the header of a sock_diag reply: take its parts out, then print every field they hold. */
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/lab_assert.h"
#include "base/text.h"
#include "observe/sock_detail.h"
#include "observe/sock_field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *reply;
	struct sock_detail detail;
	struct text out = TEXT_EMPTY;
	const struct sock_field *f;

	if (size < sizeof(struct inet_diag_msg)) /* the observer refuses these */
		return 0;
	reply = memory_new(sizeof(*reply) + size); /* its very size: a byte too far is seen */
	reply->nlmsg_len = (uint32_t)(sizeof(*reply) + size);
	memcpy(mnl_nlmsg_get_payload(reply), data, size);
	sock_detail_read(reply, &detail);
	for (size_t i = 0; (f = sock_field_at(i)); i++) {
		uint64_t value;

		if (sock_field_read(f, &detail, &value))
			sock_field_format(f, &detail, value, &out);
	}
	LAB_ASSERT(out.len == strlen(text_get(&out)));
	text_done(&out);
	free(reply);
	return 0;
}
