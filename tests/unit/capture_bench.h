/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording in a folder of its own, packets for it, and what is read in it again. */
#ifndef TESTS_UNIT_CAPTURE_BENCH_H
#define TESTS_UNIT_CAPTURE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "wire/capture.h"
#include "../kernel/temporary.h"

struct bench {
	char folder[TEMPORARY_MAX];
	char path[TEMPORARY_MAX + 32]; /* folder/wire.pcapng */
	struct capture *capture;
	uint64_t begin_ns; /* when the first packet is sent */
};

static inline int open_bench(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	temporary_name("test", b->folder, sizeof(b->folder));
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof(b->path), "%s/wire.pcapng", b->folder);
	b->begin_ns = clock_now_ns();
	*state = b;
	return 0;
}

static inline int close_bench(void **state)
{
	struct bench *b = *state;

	assert_int_equal(capture_close(b->capture, NULL), 0);
	unlink(b->path);
	assert_int_equal(rmdir(b->folder), 0);
	free(b);
	return 0;
}

static inline void begin(struct bench *b)
{
	struct diag d = { 0 };

	if (capture_open(b->path, &b->capture, &d) < 0)
		fail_msg("%s", d.message);
}

static inline void end(struct bench *b)
{
	assert_int_equal(capture_close(b->capture, NULL), 0);
	b->capture = NULL;
}

/* A packet of `len` bytes 0x45 that leaves `host` as many ns after the first as its number says. */
static inline void send_event(struct bench *b, enum event_kind kind, uint64_t number,
	const char *host, uint64_t repeats, size_t len)
{
	const struct event sent = { .kind = kind,
		.host = host,
		.wire = { .number = number, .repeats = repeats } };
	static uint8_t bytes[65535];

	memset(bytes, 0x45, len);
	capture_packet(b->capture, &sent, b->begin_ns + number, bytes, len);
}

static inline void send_one(struct bench *b, uint64_t number, const char *host)
{
	send_event(b, EVENT_SEGMENT, number, host, 0, 41);
}

static inline void tell(struct bench *b, enum event_kind kind, uint64_t number, const char *text)
{
	const struct event verdict = { .kind = kind,
		.host = "right",
		.text = text,
		.verdict = { .number = number,
			.on_wire_ns = 3204 * NS_PER_MS,
			.delay_ns = 100 * NS_PER_MS,
			.other = number + 1 } };

	capture_verdict(b->capture, &verdict, (const uint8_t *)"new bytes", 9);
}

static inline void deliver(struct bench *b, uint64_t number)
{
	tell(b, EVENT_DELIVERED, number, NULL);
}

/* ---- reading it back ---- */

static inline void read_file(const char *path, struct text *out)
{
	char buffer[65536];
	size_t len;
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	while ((len = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_add(out, buffer, len);
	fclose(file);
}

static inline uint32_t field(const uint8_t *bytes, size_t len)
{
	uint32_t value = 0;

	memcpy(&value, bytes, len);
	return value;
}

/* The value of an option, which must be there, in a list that must end within `len` bytes. */
static inline const uint8_t *find_option(const uint8_t *bytes, size_t len, unsigned code,
	size_t *ret_len)
{
	const uint8_t *found = NULL;
	size_t at = 0;

	for (;;) {
		size_t value_len;

		assert_true(len - at >= 4);
		value_len = field(bytes + at + 2, 2);
		if (field(bytes + at, 2) == 0)
			break;
		if (field(bytes + at, 2) == code) {
			found = bytes + at + 4;
			*ret_len = value_len;
		}
		at += 4 + (value_len + 3) / 4 * 4;
		assert_true(at <= len);
	}
	assert_int_equal(at + 4, len); /* the end of the options is that of the block */
	assert_non_null(found);
	return found;
}

static inline void add_option_text(const uint8_t *bytes, size_t len, unsigned code,
	struct text *out)
{
	size_t value_len = 0;
	const uint8_t *value = find_option(bytes, len, code, &value_len);

	text_add(out, (const char *)value, value_len);
}

static inline void describe_packet(const struct bench *b, const uint8_t *body, size_t len,
	struct text *out)
{
	uint64_t time_ns = (uint64_t)field(body + 4, 4) << 32 | field(body + 8, 4);
	size_t packet_len = field(body + 12, 4), padded = (packet_len + 3) / 4 * 4, flags_len = 0;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	assert_true(20 + padded < len);
	assert_int_equal(field(body + 16, 4), packet_len);
	/* as long ago as it is by the other clock; the two are read one after the other */
	time_ns = (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec - time_ns;
	assert_true(time_ns < clock_now_ns() - b->begin_ns + NS_PER_S);
	assert_int_equal(field(find_option(body + 20 + padded, len - 20 - padded, 2, &flags_len),
				 4),
		2);
	assert_int_equal(flags_len, 4);
	text_printf(out, "%u %zu ", field(body, 4), packet_len);
	if (packet_len)
		text_printf(out, "%02x ", body[20]);
	add_option_text(body + 20 + padded, len - 20 - padded, 1, out);
	text_puts(out, "\n");
}

/* The blocks of a file, a line each: "section", "interface NAME", "INTERFACE LENGTH FIRST-BYTE COMMENT". Every
 * length must be right. */
static inline void describe(const struct bench *b, struct text *out)
{
	struct text file = TEXT_EMPTY;
	size_t at = 0;

	read_file(b->path, &file);
	while (at < file.len) {
		const uint8_t *block = (const uint8_t *)file.s + at;
		size_t len;

		assert_true(file.len - at >= 12);
		len = field(block + 4, 4);
		assert_true(len >= 12 && len % 4 == 0 && len <= file.len - at);
		assert_int_equal(field(block + len - 4, 4), len);
		switch (field(block, 4)) {
		case 0x0a0d0d0a:
			assert_int_equal(field(block + 8, 4), 0x1a2b3c4d);
			text_puts(out, "section ");
			add_option_text(block + 24, len - 28, 4, out);
			text_puts(out, "\n");
			break;
		case 1:
			assert_int_equal(field(block + 8, 2), 101);
			text_puts(out, "interface ");
			add_option_text(block + 16, len - 20, 2, out);
			text_puts(out, "\n");
			break;
		case 6:
			describe_packet(b, block + 8, len - 12, out);
			break;
		default:
			fail_msg("block type %u", field(block, 4));
		}
		at += len;
	}
	text_done(&file);
}

#define SECTION "section tcplab " TCPLAB_VERSION "\n"

static inline void assert_file(const struct bench *b, const char *expected)
{
	struct text seen = TEXT_EMPTY;

	describe(b, &seen);
	assert_string_equal(text_get(&seen), expected);
	text_done(&seen);
}

#define CAPTURE_TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

#endif
