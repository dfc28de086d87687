/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every socket option that a user of TCP or UDP meets, by its C name, and the two directions of its value:
 * from the word after `set` to the bytes setsockopt(2) takes, and from the bytes getsockopt(2) gives to the
 * words that `=>` compares. What is a sensible value the kernel decides, not this: a value that has the right
 * form goes there. Constant; any thread. */
#ifndef LAB_COMMAND_OPTION_H
#define LAB_COMMAND_OPTION_H

#include <stddef.h>
#include <stdint.h>

struct call_answer;
struct diag;
struct statement;
struct text;
struct token;

#define SOCKOPT_BYTES_MAX 256 /* the largest value: struct tcp_info, about 250 bytes and growing */

/* What the value is in C, and so how it is written. */
enum sockopt_type {
	SOCKOPT_FLAG, /* int: on, off, 1, 0 */
	SOCKOPT_INT, /* int: 64, -1, 0x10 */
	SOCKOPT_NAMED, /* int that has names: SOCK_STREAM, IP_PMTUDISC_DO */
	SOCKOPT_BYTES, /* int: 4096, 64k */
	SOCKOPT_SECONDS, /* int: 10s, 10 */
	SOCKOPT_MILLISECONDS, /* int: 1500ms, 1500 */
	SOCKOPT_MICROSECONDS, /* int: 200ms, 200000 */
	SOCKOPT_LONG, /* uint64_t */
	SOCKOPT_TIMEVAL, /* struct timeval: 2s, 250ms, 0 */
	SOCKOPT_LINGER, /* struct linger: ON,SECONDS */
	SOCKOPT_STRING, /* char[] */
	SOCKOPT_ADDRESS, /* struct in_addr */
	SOCKOPT_GROUP, /* struct ip_mreq: GROUP[,INTERFACE ADDRESS] */
	SOCKOPT_GROUP6, /* struct ipv6_mreq: GROUP[,INTERFACE INDEX] */
	SOCKOPT_ERRNO, /* int: an errno */
	SOCKOPT_TCP_INFO, /* struct tcp_info, in short */
	SOCKOPT_MEMINFO, /* uint32_t[], in short */
	SOCKOPT_TYPE_COUNT,
};

enum sockopt_access {
	SOCKOPT_READ = 1 << 0,
	SOCKOPT_WRITE = 1 << 1,
};

/* A value of SOCKOPT_NAMED. */
struct sockopt_name {
	const char *name; /* NULL at the end of a list */
	int value;
};

struct sockopt {
	const char *name; /* as in C: "SO_LINGER" */
	int level, number;
	enum sockopt_type type;
	unsigned access; /* enum sockopt_access: what the kernel offers, not what may be tried */
	const struct sockopt_name *names; /* of SOCKOPT_NAMED; else NULL */
	const char *example; /* a value as it is written; what a read-only one may answer */
	const char *summary; /* one sentence without its full stop */
	const char *source; /* man page, RFC */
};

struct sockopt_value {
	_Alignas(8) uint8_t bytes[SOCKOPT_BYTES_MAX];
	uint32_t size;
};

/* The table, from 0 on; NULL behind its end. For help and completion. */
const struct sockopt *sockopt_at(size_t index);
/* NULL when there is none. */
const struct sockopt *sockopt_find(const char *name);
const struct sockopt *sockopt_of(int level, int number);
/* The name nearest to what was typed, its prefix forgotten or its case wrong; NULL when nothing is near. */
const char *sockopt_nearest(const char *typed);

/* "IPPROTO_TCP" */
const char *sockopt_level_name(int level);
/* What it is in C and how it is written: "int", "on or off". */
const char *sockopt_type_name(enum sockopt_type type);
const char *sockopt_type_form(enum sockopt_type type);
/* Bytes to offer getsockopt(2) for it. */
uint32_t sockopt_read_size(const struct sockopt *o);

/* From words[index] of a statement, the name: 0, or -EINVAL with a message that helps. */
int sockopt_parse_name(const struct statement *s, size_t index, const struct sockopt **ret_option,
	struct diag *d);
/* From the word behind it. t NULL = there is none, which means `on`. shown: the value as strace(1) would
 * print it, appended. 0, or -EINVAL with the place in d. */
int sockopt_parse_value(const struct sockopt *o, const struct statement *s, const struct token *t,
	struct sockopt_value *ret_value, struct text *shown, struct diag *d);
/* What getsockopt(2) gave, as words and number to compare. answer->text is the caller's to free. */
void sockopt_describe(const struct sockopt *o, const uint8_t *bytes, uint32_t size,
	struct call_answer *answer);

#endif
