/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "wire/capture.h"

struct bench {
	char folder[32];
	char path[64]; /* folder/wire.pcapng */
	struct capture *capture;
	uint64_t begin_ns; /* when the first packet is sent */
};

static int open_bench(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	snprintf(b->folder, sizeof(b->folder), "/tmp/tcplab-test-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof(b->path), "%s/wire.pcapng", b->folder);
	b->begin_ns = clock_now_ns();
	*state = b;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *b = *state;

	assert_int_equal(capture_close(b->capture, NULL), 0);
	unlink(b->path);
	assert_int_equal(rmdir(b->folder), 0);
	free(b);
	return 0;
}

static void begin(struct bench *b)
{
	struct diag d = { 0 };

	if (capture_open(b->path, &b->capture, &d) < 0)
		fail_msg("%s", d.message);
}

static void end(struct bench *b)
{
	assert_int_equal(capture_close(b->capture, NULL), 0);
	b->capture = NULL;
}

/* A packet of `len` bytes 0x45 that leaves `host` as many ns after the first as its number says. */
static void send_event(struct bench *b, enum event_kind kind, uint64_t number, const char *host,
	uint64_t repeats, size_t len)
{
	const struct event sent = { .kind = kind,
		.host = host,
		.wire = { .number = number, .repeats = repeats } };
	static uint8_t bytes[65535];

	memset(bytes, 0x45, len);
	capture_packet(b->capture, &sent, b->begin_ns + number, bytes, len);
}

static void send_one(struct bench *b, uint64_t number, const char *host)
{
	send_event(b, EVENT_SEGMENT, number, host, 0, 41);
}

static void tell(struct bench *b, enum event_kind kind, uint64_t number, const char *text)
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

static void deliver(struct bench *b, uint64_t number)
{
	tell(b, EVENT_DELIVERED, number, NULL);
}

/* ---- reading it back ---- */

static void read_file(const char *path, struct text *out)
{
	char buffer[65536];
	size_t len;
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	while ((len = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_add(out, buffer, len);
	fclose(file);
}

static uint32_t field(const uint8_t *bytes, size_t len)
{
	uint32_t value = 0;

	memcpy(&value, bytes, len);
	return value;
}

/* The value of an option, which must be there, in a list that must end within `len` bytes. */
static const uint8_t *find_option(const uint8_t *bytes, size_t len, unsigned code, size_t *ret_len)
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

static void add_option_text(const uint8_t *bytes, size_t len, unsigned code, struct text *out)
{
	size_t value_len = 0;
	const uint8_t *value = find_option(bytes, len, code, &value_len);

	text_add(out, (const char *)value, value_len);
}

static void describe_packet(const struct bench *b, const uint8_t *body, size_t len,
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
	assert_true(time_ns < clock_now_ns() - b->begin_ns + 10 * NS_PER_MS);
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
static void describe(const struct bench *b, struct text *out)
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

static void assert_file(const struct bench *b, const char *expected)
{
	struct text seen = TEXT_EMPTY;

	describe(b, &seen);
	assert_string_equal(text_get(&seen), expected);
	text_done(&seen);
}

/* ---- what is in the file ---- */

static void close_without_packets_leaves_a_section(void **state)
{
	struct bench *b = *state;

	begin(b);
	end(b);
	assert_file(b, SECTION);
}

static void verdicts_are_told_in_the_comment(void **state)
{
	struct bench *b = *state;

	begin(b);
	send_one(b, 1, "left");
	deliver(b, 1);
	send_one(b, 2, "left");
	tell(b, EVENT_HELD, 2, NULL);
	deliver(b, 2);
	send_one(b, 3, "left");
	tell(b, EVENT_DROPPED, 3, "rule 1: drop syn");
	send_event(b, EVENT_COPY, 4, "left", 3, 41);
	deliver(b, 4);
	send_event(b, EVENT_FORGED, 5, NULL, 0, 41);
	tell(b, EVENT_HELD, 5, NULL);
	tell(b, EVENT_DROPPED, 5, "by hand");
	send_event(b, EVENT_SEGMENT, 6, "right", 2, 41);
	tell(b, EVENT_DELAYED, 6, "rule 2: delay data 100 ms");
	deliver(b, 6);
	send_one(b, 7, "left");
	send_one(b, 8, "left");
	tell(b, EVENT_SWAPPED, 7, NULL);
	deliver(b, 8);
	capture_lost(b->capture, 7);
	end(b);
	assert_file(b,
		SECTION "interface left\n"
			"0 41 45 #1: delivered to right\n"
			"0 41 45 #2: held 3.204 s, delivered to right\n"
			"0 41 45 #3: dropped: rule 1: drop syn\n"
			"0 41 45 #4: copy of #3, delivered to right\n"
			"interface forged\n"
			"1 41 45 #5: forged, held 3.204 s, dropped: by hand\n"
			"interface right\n"
			"2 41 45 #6: sent again (#2), delayed by 100.000 ms: rule 2: delay data "
			"100 ms, delivered to right\n"
			"0 41 45 #7: changed places with #8, lost with its host\n"
			"0 41 45 #8: changed places with #7, delivered to right\n");
}

static void a_corrupted_packet_is_as_delivered(void **state)
{
	struct bench *b = *state;

	begin(b);
	send_one(b, 1, "left");
	tell(b, EVENT_CORRUPTED, 1, "its checksum is wrong (rule 1)");
	deliver(b, 1);
	end(b);
	assert_file(b,
		SECTION "interface left\n"
			"0 41 6e #1: corrupted: its checksum is wrong (rule 1), delivered to "
			"right\n");
}

static void lengths_are_padded(void **state)
{
	struct bench *b = *state;

	begin(b);
	for (uint64_t n = 0; n < 5; n++) {
		send_event(b, EVENT_SEGMENT, n + 1, &"12345"[n], 0, n);
		deliver(b, n + 1);
	}
	send_event(b, EVENT_SEGMENT, 6, "", 0, 65535);
	deliver(b, 6);
	end(b);
	assert_file(b,
		SECTION "interface 12345\n"
			"0 0 #1: delivered to right\n"
			"interface 2345\n"
			"1 1 45 #2: delivered to right\n"
			"interface 345\n"
			"2 2 45 #3: delivered to right\n"
			"interface 45\n"
			"3 3 45 #4: delivered to right\n"
			"interface 5\n"
			"4 4 45 #5: delivered to right\n"
			"interface \n"
			"5 65535 45 #6: delivered to right\n");
}

static void what_is_finished_waits_for_what_was_sent_before(void **state)
{
	struct bench *b = *state;

	begin(b);
	send_one(b, 1, "left");
	tell(b, EVENT_HELD, 1, NULL);
	send_one(b, 2, "left");
	deliver(b, 2);
	capture_flush(b->capture);
	assert_file(b, SECTION "interface left\n");
	deliver(b, 1);
	send_one(b, 3, "left");
	capture_flush(b->capture);
	assert_file(b,
		SECTION "interface left\n"
			"0 41 45 #1: held 3.204 s, delivered to right\n"
			"0 41 45 #2: delivered to right\n");
}

static void too_much_behind_a_held_one_is_written_before_it(void **state)
{
	struct bench *b = *state;
	struct text seen = TEXT_EMPTY;
	const char *first, *last, *held;

	begin(b);
	send_one(b, 1, "left");
	tell(b, EVENT_HELD, 1, NULL);
	for (uint64_t n = 2; n < 152; n++) {
		send_event(b, EVENT_SEGMENT, n, "left", 0, 30000);
		deliver(b, n);
	}
	capture_flush(b->capture);
	describe(b, &seen);
	assert_non_null(strstr(text_get(&seen), "#2:"));
	assert_null(strstr(text_get(&seen), "#1:"));
	deliver(b, 1);
	end(b);
	text_clear(&seen);
	describe(b, &seen);
	first = strstr(text_get(&seen), "#2:");
	last = strstr(text_get(&seen), "#151:");
	held = strstr(text_get(&seen), "#1: held");
	assert_true(first && last && held && first < held && held < last);
	text_done(&seen);
}

static void close_tells_what_has_no_fate(void **state)
{
	struct bench *b = *state;

	begin(b);
	send_one(b, 1, "left");
	tell(b, EVENT_HELD, 1, NULL);
	send_one(b, 2, "left");
	send_one(b, 3, "left");
	deliver(b, 3);
	end(b);
	assert_file(b,
		SECTION "interface left\n"
			"0 41 45 #1: still held when the capture ended\n"
			"0 41 45 #2: still on its way when the capture ended\n"
			"0 41 45 #3: delivered to right\n");
}

static void numbers_it_was_not_told_of_are_passed_over(void **state)
{
	struct bench *b = *state;

	begin(b);
	/* as found on the wire, where 7 and 5 had changed places */
	send_one(b, 7, "left");
	send_one(b, 5, "left");
	send_one(b, 6, "left");
	deliver(b, 4);
	deliver(b, 8);
	capture_lost(b->capture, 9);
	deliver(b, 6);
	deliver(b, 7);
	deliver(b, 5);
	deliver(b, 5);
	end(b);
	assert_file(b,
		SECTION "interface left\n"
			"0 41 45 #5: delivered to right\n"
			"0 41 45 #6: delivered to right\n"
			"0 41 45 #7: delivered to right\n");
}

static void a_comment_stays_utf_8_and_short_enough(void **state)
{
	struct bench *b = *state;
	struct text seen = TEXT_EMPTY;
	char *words = malloc(100000);

	assert_non_null(words);
	memset(words, '\x01', 99999);
	words[99999] = '\0';
	begin(b);
	send_one(b, 1, "left");
	tell(b, EVENT_DROPPED, 1, "where \"\xc3\xa9\xff\n\"");
	send_one(b, 2, "left");
	send_one(b, 3, "left");
	for (int i = 0; i < 10000; i++) {
		tell(b, EVENT_SWAPPED, 2, NULL);
		tell(b, EVENT_CORRUPTED, 3, words);
	}
	deliver(b, 2);
	tell(b, EVENT_DROPPED, 3, words);
	end(b);
	describe(b, &seen);
	assert_non_null(strstr(text_get(&seen), "#1: dropped: where \"\xc3\xa9\\xff\\x0a\"\n"));
	assert_non_null(strstr(text_get(&seen), "#3, delivered to right\n"));
	assert_non_null(strstr(text_get(&seen), ", dropped: \\x01\\x01"));
	text_done(&seen);
	free(words);
}

static void a_long_queue_keeps_its_order(void **state)
{
	struct bench *b = *state;
	struct text seen = TEXT_EMPTY, expected = TEXT_EMPTY;

	begin(b);
	text_puts(&expected, SECTION "interface left\n");
	for (uint64_t n = 1; n <= 1000; n++) {
		send_event(b, EVENT_SEGMENT, n, "left", 0, 40);
		if (n > 100) /* a hundred are always on their way */
			deliver(b, n - 100);
		text_printf(&expected, "0 40 45 #%" PRIu64 ": %s\n", n,
			n <= 900 ? "delivered to right"
				 : "still on its way when the capture ended");
	}
	end(b);
	describe(b, &seen);
	assert_string_equal(text_get(&seen), text_get(&expected));
	text_done(&seen);
	text_done(&expected);
}

/* ---- as libpcap reads it ---- */

/* Packets 1 and 2 of the file: their lengths, and 1 ns between them. */
static void assert_libpcap_reads(const struct bench *b)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *p =
		pcap_open_offline_with_tstamp_precision(b->path, PCAP_TSTAMP_PRECISION_NANO, error);
	struct pcap_pkthdr *header, first;
	const u_char *bytes;

	if (!p)
		fail_msg("%s", error);
	assert_int_equal(pcap_datalink(p), DLT_RAW);
	assert_int_equal(pcap_next_ex(p, &header, &bytes), 1);
	first = *header;
	assert_int_equal(first.caplen, 41);
	assert_int_equal(first.len, 41);
	assert_int_equal(bytes[40], 0x45);
	assert_int_equal(pcap_next_ex(p, &header, &bytes), 1);
	assert_int_equal((header->ts.tv_sec - first.ts.tv_sec) * (int64_t)NS_PER_S +
			header->ts.tv_usec - first.ts.tv_usec,
		1);
	assert_int_equal(pcap_next_ex(p, &header, &bytes), PCAP_ERROR_BREAK);
	pcap_close(p);
}

static void libpcap_reads_pcapng(void **state)
{
	struct bench *b = *state;

	begin(b);
	send_one(b, 1, "left");
	send_one(b, 2, "left");
	end(b);
	assert_libpcap_reads(b);
}

static void plain_pcap_is_written_where_the_name_says_so(void **state)
{
	static const uint32_t magic = 0xa1b23c4d; /* nanoseconds */
	struct bench *b = *state;
	struct text file = TEXT_EMPTY;

	snprintf(b->path, sizeof(b->path), "%s/wire.pcap", b->folder);
	begin(b);
	send_one(b, 1, "left");
	send_one(b, 2, "right");
	deliver(b, 2);
	end(b);
	assert_libpcap_reads(b);
	read_file(b->path, &file);
	assert_memory_equal(text_get(&file), &magic, 4);
	text_done(&file);
}

/* ---- the file itself ---- */

static void assert_open_fails(struct bench *b, const char *path, int error)
{
	struct diag d = { 0 };

	assert_int_equal(capture_open(path, &b->capture, &d), -error);
	assert_null(b->capture);
	assert_int_equal(d.error, error);
	assert_non_null(strstr(d.message, path));
}

static void write_file(const char *path, const char *content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

static void open_new_is_for_its_owner_only(void **state)
{
	struct bench *b = *state;
	struct stat status;

	begin(b);
	assert_int_equal(stat(b->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void open_overwrites_a_recording_only(void **state)
{
	struct bench *b = *state;
	struct text file = TEXT_EMPTY;

	write_file(b->path, "my thesis");
	assert_open_fails(b, b->path, EEXIST);
	read_file(b->path, &file);
	assert_string_equal(text_get(&file), "my thesis");
	text_done(&file);
	write_file(b->path, "");
	for (int i = 0; i < 3; i++) {
		begin(b);
		for (uint64_t n = 1; n < 4; n++)
			send_one(b, n, "left");
		end(b);
	}
	begin(b);
	end(b);
	assert_file(b, SECTION);
	unlink(b->path);
	/* of the other kind, too */
	snprintf(b->path, sizeof(b->path), "%s/wire.pcap", b->folder);
	begin(b);
	end(b);
	begin(b);
}

static void open_what_is_no_file_is_refused(void **state)
{
	struct bench *b = *state;
	char other[64];

	assert_open_fails(b, b->folder, EISDIR);
	assert_open_fails(b, "/tmp/no/such/folder", ENOENT);
	snprintf(other, sizeof(other), "%s/other", b->folder);
	assert_int_equal(symlink(other, b->path), 0);
	assert_open_fails(b, b->path, ELOOP);
	assert_int_equal(access(other, F_OK), -1);
	unlink(b->path);
	assert_int_equal(mkfifo(b->path, 0600), 0); /* and nobody waits for a reader */
	assert_open_fails(b, b->path, EEXIST);
	assert_open_fails(b, "/dev/null", EEXIST);
}

/* A disk that is full, as a limit of this process: after `bytes` every write fails. */
static void assert_breaks(struct bench *b, rlim_t bytes)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	const struct rlimit limit = { bytes, RLIM_INFINITY };
	struct diag d = { 0 };

	signal(SIGXFSZ, SIG_IGN);
	begin(b);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_false(capture_broke(b->capture, &d));
	for (uint64_t n = 1; n < 200; n++) {
		send_event(b, EVENT_SEGMENT, n, "left", 0, 1000);
		if (n > 1)
			deliver(b, n);
	}
	deliver(b, 1);
	capture_flush(b->capture);
	assert_true(capture_broke(b->capture, &d));
	assert_int_equal(d.error, EFBIG);
	assert_non_null(strstr(d.message, b->path));
	assert_false(capture_broke(b->capture, &d));
	send_one(b, 200, "right"); /* the lab goes on */
	deliver(b, 200);
	capture_flush(b->capture);
	d.error = 0;
	assert_int_equal(capture_close(b->capture, &d), -EFBIG);
	assert_int_equal(d.error, EFBIG);
	b->capture = NULL;
	setrlimit(RLIMIT_FSIZE, &unlimited);
	signal(SIGXFSZ, SIG_DFL);
}

static void a_full_disk_is_told_once(void **state)
{
	struct bench *b = *state;

	assert_breaks(b, 0);
	assert_breaks(b, 100000);
	unlink(b->path);
	snprintf(b->path, sizeof(b->path), "%s/wire.pcap", b->folder);
	assert_breaks(b, 10000);
}

#define CAPTURE_TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAPTURE_TEST(close_without_packets_leaves_a_section),
		CAPTURE_TEST(verdicts_are_told_in_the_comment),
		CAPTURE_TEST(a_corrupted_packet_is_as_delivered),
		CAPTURE_TEST(lengths_are_padded),
		CAPTURE_TEST(what_is_finished_waits_for_what_was_sent_before),
		CAPTURE_TEST(too_much_behind_a_held_one_is_written_before_it),
		CAPTURE_TEST(close_tells_what_has_no_fate),
		CAPTURE_TEST(numbers_it_was_not_told_of_are_passed_over),
		CAPTURE_TEST(a_comment_stays_utf_8_and_short_enough),
		CAPTURE_TEST(a_long_queue_keeps_its_order),
		CAPTURE_TEST(libpcap_reads_pcapng),
		CAPTURE_TEST(plain_pcap_is_written_where_the_name_says_so),
		CAPTURE_TEST(open_new_is_for_its_owner_only),
		CAPTURE_TEST(open_overwrites_a_recording_only),
		CAPTURE_TEST(open_what_is_no_file_is_refused),
		CAPTURE_TEST(a_full_disk_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
