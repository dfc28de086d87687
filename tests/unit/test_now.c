/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/diag.h"
#include "base/text.h"
#include "watch/now.h"

static struct socket_now example(void)
{
	struct socket_now now = { .endpoint = 3,
		.name = "c",
		.host = "localhost",
		.process = "main",
		.pid = 4711,
		.fd = 5,
		.tcp = true,
		.state = STATE_FIN_WAIT_1,
		.recvq = 1,
		.sendq = 4000000000,
		.timer = "retransmission",
		.due_ns = 123456789012345,
		.retransmits = 2,
		.held = true,
		.cwnd = 10,
		.rto_us = 204000,
		.read_ns = 99 };

	assert_int_equal(address_parse("127.0.0.1:80", &now.local), 0);
	assert_int_equal(address_parse("[fd00::1]:65535", &now.remote), 0);
	return now;
}

static json_t *parse(const char *line)
{
	json_t *object = json_loads(line, 0, NULL);

	assert_non_null(object);
	return object;
}

static void line_of_a_socket_gives_the_same_socket(void **state)
{
	struct socket_now now = example(), read;
	struct text line = TEXT_EMPTY;
	struct diag d = { 0 };
	json_t *object;

	(void)state;
	now_format(&now, 100, &line);
	object = parse(line.s);
	assert_int_equal(now_kind(object), WATCH_LINE_NOW);
	assert_int_equal(now_read(object, &read, &d), 0);
	assert_true(now_hash(&read) == now_hash(&now));
	assert_string_equal(read.name, "c");
	assert_string_equal(read.timer, "retransmission");
	assert_int_equal(read.pid, 4711);
	assert_true(address_equal(&read.remote, &now.remote));
	assert_true(read.due_ns == now.due_ns && read.sendq == now.sendq);
	json_decref(object);
	text_done(&line);
}

static void hash_of_what_changed_differs(void **state)
{
	struct socket_now now = example(), other = now;

	(void)state;
	other.cwnd++;
	assert_true(now_hash(&now) != now_hash(&other));
	other = now;
	other.process = NULL;
	assert_true(now_hash(&now) != now_hash(&other));
	other = now;
	other.read_ns++;
	assert_true(now_hash(&now) == now_hash(&other));
}

static void values_that_cannot_be_are_refused(void **state)
{
	static const char *const lines[] = {
		"{\"type\":\"now\"}",
		"{\"type\":\"now\",\"endpoint\":0,\"subject\":\"c\",\"host\":\"h\"}",
		"{\"type\":\"now\",\"endpoint\":1,\"subject\":7,\"host\":\"h\"}",
		"{\"type\":\"now\",\"endpoint\":4294967295,\"subject\":\"c\",\"host\":\"h\"}",
		"{\"type\":\"now\",\"endpoint\":1,\"subject\":\"c\",\"host\":\"h\",\"recvq\":-1}",
		"{\"type\":\"now\",\"endpoint\":1,\"subject\":\"c\",\"host\":\"h\",\"local\":\"x\"}",
		"{\"type\":\"now\",\"endpoint\":1,\"subject\":\"c\",\"host\":\"h\",\"timer\":[]}",
		"{\"type\":\"now\",\"endpoint\":1,\"subject\":\"c\",\"host\":\"h\",\"state\":\"OPEN\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		json_t *object = parse(lines[i]);
		struct socket_now now;
		struct diag d = { 0 };

		if (now_read(object, &now, &d) != -EBADMSG)
			fail_msg("taken: %s", lines[i]);
		json_decref(object);
	}
}

static void hello_of_another_version_is_refused(void **state)
{
	json_t *object =
		parse("{\"v\":2,\"type\":\"watch\",\"pid\":1,\"start_ns\":1,\"text\":\"t\"}");
	struct watch_hello hello;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(now_kind(object), WATCH_LINE_HELLO);
	assert_int_equal(now_read_hello(object, &hello, &d), -EBADMSG);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_of_a_socket_gives_the_same_socket),
		cmocka_unit_test(hash_of_what_changed_differs),
		cmocka_unit_test(values_that_cannot_be_are_refused),
		cmocka_unit_test(hello_of_another_version_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
