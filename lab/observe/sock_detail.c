/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/sock_detail.h"

#include <assert.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <stddef.h>
#include <string.h>

static_assert(SOCK_DETAIL_SENDING == 1u << (INET_DIAG_INFO - 1), "as in idiag_ext");

static const uint16_t attributes[DETAIL_PART_COUNT] = {
	[DETAIL_INFO] = INET_DIAG_INFO,
	[DETAIL_MEMORY] = INET_DIAG_SKMEMINFO,
	[DETAIL_CONGESTION] = INET_DIAG_CONG,
	[DETAIL_VEGAS] = INET_DIAG_VEGASINFO,
	[DETAIL_DCTCP] = INET_DIAG_DCTCPINFO,
	[DETAIL_BBR] = INET_DIAG_BBRINFO,
	[DETAIL_SHUTDOWN] = INET_DIAG_SHUTDOWN,
	[DETAIL_TOS] = INET_DIAG_TOS,
	[DETAIL_TCLASS] = INET_DIAG_TCLASS,
	[DETAIL_MARK] = INET_DIAG_MARK,
	[DETAIL_V6ONLY] = INET_DIAG_SKV6ONLY,
	[DETAIL_CGROUP] = INET_DIAG_CGROUP_ID,
	[DETAIL_SOCKOPT] = INET_DIAG_SOCKOPT,
};

static void take(struct sock_detail *detail, enum detail_part part, const void *bytes, size_t len)
{
	detail->parts[part].len = (uint32_t)(len < SOCK_DETAIL_BYTES ? len : SOCK_DETAIL_BYTES);
	memcpy(detail->parts[part].bytes, bytes, detail->parts[part].len);
}

static void take_attribute(struct sock_detail *detail, const struct nlattr *attribute)
{
	for (int part = DETAIL_INFO; part < DETAIL_PART_COUNT; part++) {
		if (mnl_attr_get_type(attribute) == attributes[part])
			take(detail, (enum detail_part)part, mnl_attr_get_payload(attribute),
				mnl_attr_get_payload_len(attribute));
	}
}

void sock_detail_read(const struct nlmsghdr *reply, struct sock_detail *ret_detail)
{
	/* not mnl_attr_for_each(): that takes the padding behind the message for a part of it */
	const char *end = (const char *)reply + reply->nlmsg_len;
	const struct nlattr *attribute =
		mnl_nlmsg_get_payload_offset(reply, sizeof(struct inet_diag_msg));

	memset(ret_detail, 0, sizeof(*ret_detail));
	take(ret_detail, DETAIL_MESSAGE, mnl_nlmsg_get_payload(reply),
		sizeof(struct inet_diag_msg));
	for (; mnl_attr_ok(attribute, (int)(end - (const char *)attribute));
		attribute = mnl_attr_next(attribute))
		take_attribute(ret_detail, attribute);
}

void sock_detail_from_info(const void *info, uint32_t len, struct sock_detail *ret_detail)
{
	memset(ret_detail, 0, sizeof(*ret_detail));
	take(ret_detail, DETAIL_INFO, info, len);
}

enum tcp_state sock_detail_state(const struct sock_detail *detail)
{
	uint8_t state = STATE_NONE;

	if (detail->parts[DETAIL_MESSAGE].len)
		state = detail->parts[DETAIL_MESSAGE]
				.bytes[offsetof(struct inet_diag_msg, idiag_state)];
	else if (detail->parts[DETAIL_INFO].len)
		state = detail->parts[DETAIL_INFO].bytes[0]; /* tcpi_state */
	return state < STATE_COUNT ? (enum tcp_state)state : STATE_NONE;
}
