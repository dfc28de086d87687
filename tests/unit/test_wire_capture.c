/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of the wire's doings reaches a recording. What the file looks like, test_capture.c says. */
#include "wire_bench.h"

#include <stdio.h>

#include "base/diag.h"
#include "wire/capture.h"
#include "../kernel/temporary.h"

static char path[TEMPORARY_MAX + 32];

static void begin(struct bench *b)
{
	struct capture *capture = NULL;
	struct diag d = { 0 };
	int fd;

	temporary_name("test", path, sizeof(path));
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(capture_open(path, &capture, &d), 0);
	assert_int_equal(wire_capture(b->wire, capture, &d), 0);
	assert_true(wire_captured(b->wire));
}

/* The comments in the file must be these, in this order, each as "#1: ...", or parts of them. */
static void assert_file(const char *name, const char *const *expected)
{
	char bytes[65536];
	size_t len, at = 0;
	FILE *file;

	file = fopen(name, "r");
	assert_non_null(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	unlink(name);
	for (; *expected; expected++) {
		const char *found = memmem(bytes + at, len - at, *expected, strlen(*expected));

		if (!found)
			fail_msg("no '%s' behind byte %zu", *expected, at);
		at = (size_t)(found - bytes) + strlen(*expected);
	}
	assert_null(memmem(bytes + at, len - at, "#", 1));
}

/* End the recording, and look into its file. */
static void assert_comments(struct bench *b, const char *const *expected)
{
	assert_int_equal(wire_capture(b->wire, NULL, NULL), 0);
	assert_false(wire_captured(b->wire));
	assert_file(path, expected);
}

#define COMMENTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void capture_has_each_packet_and_its_fate(void **state)
{
	struct bench *b = *state;

	begin(b);
	send_numbered(b, 2);
	wire_pump(b->wire);
	send_numbered(b, 1);
	rule(b, RULE_DROP, NULL, 1);
	wire_pump(b->wire);
	assert_comments(b,
		COMMENTS("left", "#1: delivered to right", "#2: delivered to right",
			"#3: sent again (#1), dropped: rule 1: drop any"));
}

static void capture_has_what_is_on_the_wire_already(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 3);
	wire_pump(b->wire);
	assert_int_equal(wire_swap(b->wire, 1, 3, 0), 0);
	begin(b);
	assert_int_equal(wire_drop(b->wire, 2, 0), 0);
	wire_release(b->wire);
	wire_pump(b->wire);
	assert_comments(b,
		COMMENTS("#1: held ", " ms, delivered to right", "#2: held ",
			" ms, dropped: by hand", "#3: held ", " ms, delivered to right"));
}

static void capture_has_what_was_done_by_hand(void **state)
{
	struct bench *b = *state;

	begin(b);
	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 3);
	wire_pump(b->wire);
	assert_int_equal(wire_swap(b->wire, 1, 2, 0), 0);
	assert_int_equal(wire_duplicate(b->wire, 3, 0), 0);
	assert_int_equal(wire_corrupt(b->wire, 3, CORRUPT_PAYLOAD, 0), 0);
	assert_int_equal(wire_delay(b->wire, 1, UINT64_C(3600000000000), 0), 0);
	wire_step(b->wire, 2, NULL, 1);
	wire_pump(b->wire);
	assert_comments(b,
		COMMENTS("#1: changed places with #2, delayed by 3600.000 s: by hand, still held",
			"#2: changed places with #1, held ", " ms, delivered to right",
			"#3: corrupted: its first payload byte was \"x\" and is \"y\"",
			"#4: copy of #3, still held when the capture ended"));
}

static void capture_of_a_host_that_goes_says_so(void **state)
{
	struct bench *b = *state;

	begin(b);
	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 1);
	wire_pump(b->wire);
	wire_detach(b->wire, 1);
	assert_comments(b, COMMENTS("#1: lost with its host"));
}

static void capture_that_follows_another_ends_it(void **state)
{
	struct bench *b = *state;
	char first[sizeof(path)];

	begin(b);
	send_numbered(b, 1);
	wire_pump(b->wire);
	snprintf(first, sizeof(first), "%s", path);
	begin(b);
	assert_file(first, COMMENTS("#1: delivered to right"));
	assert_comments(b, COMMENTS("tcplab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(capture_has_each_packet_and_its_fate),
		WIRE_TEST(capture_has_what_is_on_the_wire_already),
		WIRE_TEST(capture_has_what_was_done_by_hand),
		WIRE_TEST(capture_of_a_host_that_goes_says_so),
		WIRE_TEST(capture_that_follows_another_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
