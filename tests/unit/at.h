/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses as a test writes them. */
#ifndef TESTS_UNIT_AT_H
#define TESTS_UNIT_AT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"

static inline struct address at(const char *host, uint16_t port)
{
	struct address a = { 0 };

	assert_int_equal(address_parse_host(host, strlen(host), &a), 0);
	a.port = port;
	return a;
}

#endif
