/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a host's kernel counts of itself (SNMP counters), under the names of nstat(8): TcpRetransSegs,
 * TcpExtTCPTimeouts, UdpInErrors, Ip6InReceives. All begin at 0 when the host comes up.
 * Source: /proc/net/snmp, /proc/net/netstat, /proc/net/snmp6; proc(5), Documentation/networking/
 * snmp_counter.rst. And of wire0, from /proc/net/dev, what it had no room for. */
#ifndef LAB_WORLD_COUNTERS_H
#define LAB_WORLD_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

struct host;

#define COUNTER_WIRE_DROPPED "Wire0TxDropped"

/* Called once a counter; name is borrowed during the call. */
typedef void counters_each_fn(void *arg, const char *name, int64_t value);

/* Read them all. 0 or -errno (-ESRCH: the host is down). */
int counters_read(struct host *host, counters_each_fn *each, void *arg);
/* One of them. 0; -ENOENT: this kernel has none of that name; or as above. */
int counters_get(struct host *host, const char *name, int64_t *ret_value);

#endif
