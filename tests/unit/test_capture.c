/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in a recording. */
#include <inttypes.h>
#include <pcap/pcap.h>

#include "capture_bench.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
