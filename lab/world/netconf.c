/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/netconf.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"

#define REQUEST_BYTES 512 /* the largest message here is a route of about 80 bytes */
#define REPLY_BYTES 8192 /* what libmnl advises at most: a page or 8 KiB */

struct mnl_socket *netconf_open(void)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (nl && mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		int saved = errno;

		mnl_socket_close(nl);
		errno = saved;
		return NULL;
	}
	return nl;
}

/* Send one request and wait for its acknowledgement. 0 or -errno. */
static int netconf_request(struct mnl_socket *nl, struct nlmsghdr *request)
{
	char reply[REPLY_BYTES];
	ssize_t len;

	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (mnl_socket_sendto(nl, request, request->nlmsg_len) < 0)
		return -errno;
	len = mnl_socket_recvfrom(nl, reply, sizeof(reply));
	if (len < 0)
		return -errno;
	if (mnl_cb_run(reply, (size_t)len, 0, mnl_socket_get_portid(nl), NULL, NULL) < 0)
		return -errno;
	return 0;
}

static void put_address(struct nlmsghdr *request, uint16_t attribute, const struct address *address)
{
	mnl_attr_put(request, attribute, address->family == AF_INET6 ? 16 : 4, address->bytes);
}

int netconf_link_up(struct mnl_socket *nl, unsigned index, uint32_t queue_len)
{
	char buffer[REQUEST_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(request, sizeof(*link));

	request->nlmsg_type = RTM_NEWLINK;
	link->ifi_family = AF_UNSPEC;
	link->ifi_index = (int)index;
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	if (queue_len)
		mnl_attr_put_u32(request, IFLA_TXQLEN, queue_len);
	return netconf_request(nl, request);
}

int netconf_address_add(struct mnl_socket *nl, unsigned index, const struct address *address,
	uint8_t prefix_len)
{
	char buffer[REQUEST_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *message = mnl_nlmsg_put_extra_header(request, sizeof(*message));

	request->nlmsg_type = RTM_NEWADDR;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	message->ifa_family = address->family;
	message->ifa_prefixlen = prefix_len;
	message->ifa_flags = IFA_F_PERMANENT | IFA_F_NODAD;
	message->ifa_scope = RT_SCOPE_UNIVERSE;
	message->ifa_index = index;
	put_address(request, IFA_LOCAL, address);
	put_address(request, IFA_ADDRESS, address);
	return netconf_request(nl, request);
}

int netconf_address6_add(struct mnl_socket *nl, unsigned index, const struct address *address,
	uint8_t prefix_len)
{
	char buffer[REQUEST_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
	int r = netconf_address_add(nl, index, address, prefix_len);

	request->nlmsg_type = RTM_NEWROUTE;
	request->nlmsg_flags = NLM_F_CREATE;
	route->rtm_family = AF_INET6;
	route->rtm_dst_len = 128;
	route->rtm_table = RT_TABLE_LOCAL;
	route->rtm_protocol = RTPROT_KERNEL;
	route->rtm_scope = RT_SCOPE_UNIVERSE;
	route->rtm_type = RTN_LOCAL;
	put_address(request, RTA_DST, address);
	mnl_attr_put_u32(request, RTA_OIF, index);
	if (r == 0)
		r = netconf_request(nl, request);
	return r == -EEXIST ? 0 : r; /* the kernel was there first */
}

int netconf_route_add(struct mnl_socket *nl, int family, uint32_t table, unsigned index,
	const struct address *destination, uint8_t prefix_len, const struct address *source)
{
	char buffer[REQUEST_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(request, sizeof(*route));

	request->nlmsg_type = RTM_NEWROUTE;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	route->rtm_family = (unsigned char)family;
	route->rtm_dst_len = destination ? prefix_len : 0;
	route->rtm_table = RT_TABLE_UNSPEC;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = RT_SCOPE_LINK;
	route->rtm_type = RTN_UNICAST;
	if (destination)
		put_address(request, RTA_DST, destination);
	if (source)
		put_address(request, RTA_PREFSRC, source);
	mnl_attr_put_u32(request, RTA_TABLE, table);
	mnl_attr_put_u32(request, RTA_OIF, index);
	return netconf_request(nl, request);
}

int netconf_rule(struct mnl_socket *nl, bool add, int family, uint32_t priority, uint32_t table,
	const char *iif)
{
	char buffer[REQUEST_BYTES] = {
		0
	}; /* libmnl (1.0.4) leaves what pads the string as it was */
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct fib_rule_hdr *rule = mnl_nlmsg_put_extra_header(request, sizeof(*rule));

	request->nlmsg_type = add ? RTM_NEWRULE : RTM_DELRULE;
	request->nlmsg_flags = add ? NLM_F_CREATE | NLM_F_EXCL : 0;
	rule->family = (uint8_t)family;
	rule->action = FR_ACT_TO_TBL;
	rule->table = RT_TABLE_UNSPEC;
	mnl_attr_put_u32(request, FRA_TABLE, table);
	mnl_attr_put_u32(request, FRA_PRIORITY, priority);
	if (iif)
		mnl_attr_put_strz(request, FRA_IIFNAME, iif);
	return netconf_request(nl, request);
}
