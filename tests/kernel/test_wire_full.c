/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device has room for so much, and this one's other end is the lab: where that is kept from reading, packets are lost
 * before it sees them. Then it says how many: with those it has told, they are all. */
#include <arpa/inet.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "program.h"
#include "temporary.h"

#define SENT 12000 /* wire0 has room for 10,000 */

/* The program under test. An end of a FIFO is open when somebody has the other: its first time says begin, the second
 * lasts until this has ended. */
static int flood(const char *fifo)
{
	const struct sockaddr_in discard = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(9) };
	int fd = open(fifo, O_RDONLY | O_CLOEXEC), end;

	if (fd < 0)
		return 1;
	close(fd);
	end = open(fifo, O_WRONLY | O_CLOEXEC);
	if (end < 0)
		return 1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (int i = 0; i < SENT; i++)
		sendto(fd, "x", 1, 0, (const struct sockaddr *)&discard, sizeof(discard));
	return close(end);
}

static void stop(const struct program *p)
{
	int status;

	assert_int_equal(kill(p->pid, SIGSTOP), 0);
	assert_int_equal(waitpid(p->pid, &status, WUNTRACED), p->pid);
	assert_true(WIFSTOPPED(status));
}

/* Read the story up to its mark. How many datagrams left, and how many the notes say were lost. */
static void count(struct program *p, long long *ret_told, long long *ret_lost)
{
	json_t *event;
	bool marked = false;

	while (!marked && (event = program_event(p, NULL))) {
		const char *type = json_string_value(json_object_get(event, "type"));
		const char *text = json_string_value(json_object_get(event, "text"));
		const char *protocol = json_string_value(json_object_get(event, "protocol"));

		*ret_told +=
			strcmp(type, "segment") == 0 && protocol && strcmp(protocol, "UDP") == 0;
		if (strcmp(type, "note") == 0 && text && strstr(text, "were lost"))
			*ret_lost += strtoll(text, NULL, 10);
		marked = strcmp(type, "mark") == 0;
		json_decref(event);
	}
	assert_true(marked);
}

static void what_wire0_has_no_room_for_is_told(void **state)
{
	const char *const arguments[] = { "--json", "--allow-exec", NULL };
	char folder[TEMPORARY_MAX], fifo[TEMPORARY_MAX + 8], self[300], line[1024], byte;
	long long told = 0, lost = 0;
	struct program p;
	ssize_t len;
	int fd;

	(void)state;
	temporary_name("test", folder, sizeof(folder));
	assert_non_null(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	assert_true(len > 0);
	self[len] = '\0';
	program_open(&p, arguments, -1);
	snprintf(line, sizeof(line), "exec f \"%s\" flood \"%s\"\nmark runs\n", self, fifo);
	program_say(&p, line, strlen(line));
	program_await(&p, "mark");
	stop(&p);
	fd = open(fifo, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	close(fd);
	fd = open(fifo, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, &byte, 1), 0); /* it has ended */
	close(fd);
	assert_int_equal(kill(p.pid, SIGCONT), 0);
	snprintf(line, sizeof(line), "expect f exited 0 within 1m\nmark over\n");
	program_say(&p, line, strlen(line));
	count(&p, &told, &lost);
	print_message("%lld of %d told, %lld lost\n", told, SENT, lost);
	assert_true(lost > 0);
	assert_int_equal(told + lost, SENT);
	snprintf(line, sizeof(line), "expect counter Wire0TxDropped %lld\n", lost);
	program_say(&p, line, strlen(line));
	fd_closep(&p.in);
	assert_int_equal(program_end(&p), 0);
	program_close(&p);
	unlink(fifo);
	rmdir(folder);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_wire0_has_no_room_for_is_told) };

	if (argc > 2 && strcmp(argv[1], "flood") == 0)
		return flood(argv[2]);
	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
