/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of a recording: whose it is, what it may overwrite, and a disk that is full. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "capture_bench.h"

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
	char other[TEMPORARY_MAX + 16];

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAPTURE_TEST(open_new_is_for_its_owner_only),
		CAPTURE_TEST(open_overwrites_a_recording_only),
		CAPTURE_TEST(open_what_is_no_file_is_refused),
		CAPTURE_TEST(a_full_disk_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
