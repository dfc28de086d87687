/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"

/* What may wait, finished, behind a packet that is held: some thousand packets. Long before that a person has
 * let go; only a transfer past a held packet comes here. */
#define WAITING_MAX (4u << 20) /* bytes */
#define REMARK_MAX 4000 /* bytes of one; a rule's words are at most half of that */
#define COMMENT_MAX                                                                                \
	16000 /* bytes, then only the last remark: with escapes, 16 bits still tell its length */
#define SNAPLEN_MAX 262144 /* bytes: what libpcap allows for itself, more than any packet */
#define BUFFER_SIZE 65536 /* bytes */
#define NOBODY "forged" /* the interface of what no host has sent */
#define LINKTYPE_RAW 101 /* IPv4 or IPv6 from its header on */

/* A packet that is not written yet. */
struct recorded {
	uint64_t number;
	uint64_t sent_ns; /* CLOCK_MONOTONIC */
	uint32_t interface;
	bool held; /* it is, or was */
	bool remarked; /* the comment has words behind the number */
	bool finished; /* its comment is complete */
	struct text comment;
	size_t len;
	uint8_t bytes[];
};

struct capture {
	char *path; /* owned */
	FILE *file; /* owned; by `dumper` when there is one */
	pcap_t *pcap; /* owned; plain pcap only, as is dumper */
	pcap_dumper_t *dumper;
	uint64_t epoch_ns; /* CLOCK_REALTIME when CLOCK_MONOTONIC was 0; found once */
	char **interfaces; /* owned names, by their number in the file */
	uint32_t interface_count;
	struct recorded *
		*list; /* owned, from `first` on, by number, which is the order of sending */
	size_t first, count, room;
	size_t waiting; /* bytes of finished ones in the list */
	struct text block; /* the one being made */
	int error; /* errno of the first write that failed */
	bool told; /* capture_broke() */
};

/* ---- pcapng: blocks in this machine's byte order, which their readers find out ---- */

enum block_type {
	BLOCK_SECTION = 0x0a0d0d0a, /* the same in either byte order */
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6, /* enhanced packet */
};

enum block_option { /* their numbers count within a type of block */
	BLOCK_END = 0,
	BLOCK_COMMENT = 1,
	SECTION_HARDWARE = 2,
	SECTION_OS = 3,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_RESOLUTION = 9,
	PACKET_FLAGS = 2,
};
#define RESOLUTION_NS 9 /* 10 to the power of -9 s */
#define FLAGS_OUTBOUND 2 /* seen from the interface's host */
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

static void add_16(struct text *block, unsigned value)
{
	const uint16_t field = (uint16_t)value;

	text_add(block, (const char *)&field, sizeof(field));
}

static void add_32(struct text *block, uint32_t value)
{
	text_add(block, (const char *)&value, sizeof(value));
}

/* Bytes, filled up to a multiple of 4. */
static void add_padded(struct text *block, const void *bytes, size_t len)
{
	if (len)
		text_add(block, bytes, len);
	text_add(block, "\0\0\0", -len % 4);
}

static void add_option(struct text *block, enum block_option code, const void *value, size_t len)
{
	add_16(block, code);
	add_16(block, (unsigned)len);
	add_padded(block, value, len);
}

static void begin_block(struct capture *c, enum block_type type)
{
	text_clear(&c->block);
	add_32(&c->block, type);
	add_32(&c->block, 0); /* the length, when it is known */
}

/* Note the error of the file, if there is one. */
static void look_for_error(struct capture *c)
{
	if (!c->error && ferror(c->file))
		c->error = errno ? errno : EIO;
}

static void end_block(struct capture *c)
{
	uint32_t len;

	add_option(&c->block, BLOCK_END, NULL, 0);
	len = (uint32_t)c->block.len + 4;
	memcpy(c->block.s + 4, &len, sizeof(len));
	add_32(&c->block, len);
	errno = 0;
	fwrite(c->block.s, 1, c->block.len, c->file);
	look_for_error(c);
}

static void write_section(struct capture *c)
{
	struct text os = TEXT_EMPTY;
	struct utsname machine;

	uname(&machine);
	text_printf(&os, "%s %s %s", machine.sysname, machine.release, machine.version);
	begin_block(c, BLOCK_SECTION);
	add_32(&c->block, BYTE_ORDER_MAGIC);
	add_16(&c->block, 1); /* version 1.0 */
	add_16(&c->block, 0);
	add_32(&c->block, UINT32_MAX); /* the section's length, 64 bits: not known */
	add_32(&c->block, UINT32_MAX);
	add_option(&c->block, SECTION_HARDWARE, machine.machine, strlen(machine.machine));
	add_option(&c->block, SECTION_OS, text_get(&os), os.len);
	add_option(&c->block, SECTION_APPLICATION, "tcplab " TCPLAB_VERSION,
		strlen("tcplab " TCPLAB_VERSION));
	end_block(c);
	text_done(&os);
}

static void write_interface(struct capture *c, const char *name)
{
	begin_block(c, BLOCK_INTERFACE);
	add_16(&c->block, LINKTYPE_RAW);
	add_16(&c->block, 0);
	add_32(&c->block, 0); /* no limit to a packet's length */
	add_option(&c->block, INTERFACE_NAME, name, strlen(name));
	add_option(&c->block, INTERFACE_RESOLUTION, &(uint8_t){ RESOLUTION_NS }, 1);
	end_block(c);
}

static void write_packet(struct capture *c, const struct recorded *r)
{
	uint64_t time_ns = c->epoch_ns + r->sent_ns;

	begin_block(c, BLOCK_PACKET);
	add_32(&c->block, r->interface);
	add_32(&c->block, (uint32_t)(time_ns >> 32));
	add_32(&c->block, (uint32_t)time_ns);
	add_32(&c->block, (uint32_t)r->len);
	add_32(&c->block, (uint32_t)r->len);
	add_padded(&c->block, r->bytes, r->len);
	add_option(&c->block, PACKET_FLAGS, &(uint32_t){ FLAGS_OUTBOUND }, 4);
	add_option(&c->block, BLOCK_COMMENT, text_get(&r->comment), r->comment.len);
	end_block(c);
}

/* ---- plain pcap ---- */

static void dump_packet(struct capture *c, const struct recorded *r)
{
	uint64_t time_ns = c->epoch_ns + r->sent_ns;
	const struct pcap_pkthdr header = {
		/* nanoseconds where it says microseconds: as the file was opened */
		.ts = { .tv_sec = (time_t)(time_ns / NS_PER_S), .tv_usec = time_ns % NS_PER_S },
		.caplen = (bpf_u_int32)r->len,
		.len = (bpf_u_int32)r->len,
	};

	errno = 0;
	pcap_dump((u_char *)c->dumper, &header, r->bytes);
	look_for_error(c);
}

/* ---- packets that wait for their fate ---- */

static void free_recorded(struct recorded *r)
{
	text_done(&r->comment);
	free(r);
}

static size_t memory_of(const struct recorded *r)
{
	return sizeof(*r) + r->len + r->comment.capacity;
}

/* Write and free it; the list has forgotten it. */
static void put_out(struct capture *c, struct recorded *r)
{
	if (r->finished)
		c->waiting -= memory_of(r);
	if (c->error)
		; /* what there is now would not be where a reader looks for it */
	else if (c->dumper)
		dump_packet(c, r);
	else
		write_packet(c, r);
	free_recorded(r);
}

/* Write what can be written. */
static void advance(struct capture *c)
{
	size_t kept = 0;

	while (c->count && c->list[c->first]->finished) {
		put_out(c, c->list[c->first++]);
		c->count--;
	}
	if (c->waiting <= WAITING_MAX)
		return;
	for (size_t i = 0; i < c->count; i++) {
		struct recorded *r = c->list[c->first + i];

		if (r->finished)
			put_out(c, r);
		else
			c->list[c->first + kept++] = r;
	}
	c->count = kept;
}

static void append(struct capture *c, struct recorded *r)
{
	size_t at;

	if (c->first > c->room / 2) {
		memmove(c->list, c->list + c->first, c->count * sizeof(*c->list));
		c->first = 0;
	}
	if (c->first + c->count == c->room) {
		c->room = c->room ? 2 * c->room : 64;
		c->list = memory_grow(c->list, c->room * sizeof(*c->list));
	}
	/* only what was on the wire before the capture began can come out of order */
	for (at = c->first + c->count++; at > c->first; at--) {
		if (c->list[at - 1]->number < r->number)
			break;
		c->list[at] = c->list[at - 1];
	}
	c->list[at] = r;
}

/* NULL = it is not among those that wait. */
static struct recorded *find(const struct capture *c, uint64_t number)
{
	size_t low = c->first, high = c->first + c->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct recorded *r = c->list[middle];

		if (r->number == number)
			return r->finished ? NULL : r;
		if (r->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* ---- comments ---- */

/* Append to a packet's comment; the last words end it. */
__attribute__((format(printf, 2, 3))) static void remark(struct recorded *r, const char *format,
	...)
{
	struct text words = TEXT_EMPTY;
	va_list args;

	va_start(args, format);
	text_vprintf(&words, format, args);
	va_end(args);
	if (r->remarked)
		text_puts(&r->comment, ", ");
	r->remarked = true;
	/* UTF-8, as the format wants it, whatever the words were made of */
	text_printable(&r->comment, text_get(&words),
		words.len < REMARK_MAX ? words.len : REMARK_MAX);
	text_done(&words);
}

static void finish(struct capture *c, struct recorded *r)
{
	r->finished = true;
	c->waiting += memory_of(r);
}

/* ---- being told ---- */

/* The number of the interface of that name; it is made when it is new, which may be anywhere in the file. */
static uint32_t interface_of(struct capture *c, const char *name)
{
	for (uint32_t i = 0; i < c->interface_count; i++) {
		if (strcmp(c->interfaces[i], name) == 0)
			return i;
	}
	if (!c->dumper && !c->error)
		write_interface(c, name);
	c->interfaces =
		memory_grow(c->interfaces, (c->interface_count + 1) * sizeof(*c->interfaces));
	c->interfaces[c->interface_count] = text_copy(name);
	return c->interface_count++;
}

void capture_packet(struct capture *c, const struct event *sent, uint64_t sent_ns,
	const uint8_t *bytes, size_t len)
{
	struct recorded *r;

	if (c->error)
		return;
	r = memory_new(sizeof(*r) + len);
	r->number = sent->wire.number;
	r->sent_ns = sent_ns;
	r->interface = interface_of(c, sent->host ? sent->host : NOBODY);
	r->len = len;
	memcpy(r->bytes, bytes, len);
	text_printf(&r->comment, "#%" PRIu64 ": ", r->number);
	if (sent->kind == EVENT_FORGED)
		remark(r, "forged");
	else if (sent->kind == EVENT_COPY)
		remark(r, "copy of #%" PRIu64, sent->wire.repeats);
	else if (sent->wire.repeats)
		remark(r, "sent again (#%" PRIu64 ")", sent->wire.repeats);
	append(c, r);
}

static void remark_held(struct recorded *r, uint64_t on_wire_ns)
{
	struct text duration = TEXT_EMPTY;

	if (!r->held)
		return;
	text_duration(&duration, on_wire_ns);
	remark(r, "held %s", text_get(&duration));
	text_done(&duration);
}

static void remark_delayed(struct recorded *r, const struct event *verdict)
{
	struct text duration = TEXT_EMPTY;

	text_duration(&duration, verdict->verdict.delay_ns);
	remark(r, "delayed by %s: %s", text_get(&duration), verdict->text);
	text_done(&duration);
}

/* Somebody plays with it: only the last words are to come. */
static bool is_full(const struct recorded *r)
{
	return r->comment.len > COMMENT_MAX;
}

/* The packet goes on. */
static void remark_change(struct capture *c, struct recorded *r, const struct event *verdict,
	const uint8_t *bytes, size_t len)
{
	struct recorded *other;

	if (is_full(r))
		return;
	switch (verdict->kind) {
	case EVENT_HELD:
		r->held = true; /* for how long is not known yet */
		break;
	case EVENT_DELAYED:
		remark_delayed(r, verdict);
		break;
	case EVENT_CORRUPTED:
		remark(r, "corrupted: %s", verdict->text);
		memcpy(r->bytes, bytes, len < r->len ? len : r->len);
		break;
	case EVENT_SWAPPED:
		remark(r, "changed places with #%" PRIu64, verdict->verdict.other);
		other = find(c, verdict->verdict.other);
		if (other && !is_full(other))
			remark(other, "changed places with #%" PRIu64, r->number);
		break;
	default:
		break;
	}
}

void capture_verdict(struct capture *c, const struct event *verdict, const uint8_t *bytes,
	size_t len)
{
	struct recorded *r = c->error ? NULL : find(c, verdict->verdict.number);

	if (!r)
		return;
	if (verdict->kind != EVENT_DELIVERED && verdict->kind != EVENT_DROPPED) {
		remark_change(c, r, verdict, bytes, len);
		return;
	}
	remark_held(r, verdict->verdict.on_wire_ns);
	if (verdict->kind == EVENT_DELIVERED)
		remark(r, "delivered to %s", verdict->host);
	else
		remark(r, "dropped: %s", verdict->text);
	finish(c, r);
	advance(c);
}

void capture_lost(struct capture *c, uint64_t number)
{
	struct recorded *r = c->error ? NULL : find(c, number);

	if (!r)
		return;
	remark(r, "lost with its host");
	finish(c, r);
	advance(c);
}

/* ---- the file ---- */

static bool ends_in(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);

	return len > end_len && strcmp(path + len - end_len, end) == 0;
}

/* Does it begin as pcapng, or as pcap with microseconds or nanoseconds, of either byte order? Or -errno. */
static int is_recording(int fd)
{
	static const uint32_t magics[] = { BLOCK_SECTION, 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d,
		0x4d3cb2a1 };
	uint32_t magic = 0;

	if (pread(fd, &magic, sizeof(magic), 0) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (magic == magics[i])
			return 1;
	}
	return 0;
}

/* The file, empty, or -errno. */
static int open_file(const char *path, struct diag *d)
{
	/* not blocking: on a FIFO without a reader we would wait for one */
	CLEANUP(fd_closep)
	int fd =
		open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	struct stat status;
	int r;

	if (fd < 0)
		return diag_errno(d, errno, "open", "'%s' cannot be written", path);
	if (fstat(fd, &status) < 0)
		return diag_errno(d, errno, "fstat", "'%s' cannot be written", path);
	if (!S_ISREG(status.st_mode))
		return diag_set(d, EEXIST, "'%s' is no regular file", path);
	r = status.st_size > 0 ? is_recording(fd) : 1;
	if (r < 0)
		return diag_errno(d, -r, "pread", "'%s' cannot be read", path);
	if (r == 0)
		return diag_set(d, EEXIST,
			"'%s' is there already, and no recording of packets: choose another name",
			path);
	if (ftruncate(fd, 0) < 0)
		return diag_errno(d, errno, "ftruncate", "'%s' cannot be written", path);
	return fd_take(&fd);
}

static uint64_t find_epoch(void)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return (uint64_t)wall.tv_sec * NS_PER_S + (uint64_t)wall.tv_nsec - clock_now_ns();
}

int capture_open(const char *path, struct capture **ret_capture, struct diag *d)
{
	struct capture *c;
	int fd = open_file(path, d);

	if (fd < 0)
		return fd;
	c = memory_new(sizeof(*c));
	c->path = text_copy(path);
	c->file = memory_granted(fdopen(fd, "w"));
	setvbuf(c->file, NULL, _IOFBF, BUFFER_SIZE);
	c->epoch_ns = find_epoch();
	if (ends_in(path, ".pcap")) {
		c->pcap = pcap_open_dead_with_tstamp_precision(DLT_RAW, SNAPLEN_MAX,
			PCAP_TSTAMP_PRECISION_NANO);
		memory_granted(c->pcap);
		c->dumper = pcap_dump_fopen(c->pcap, c->file); /* its header is in the buffer */
		memory_granted(c->dumper);
	} else {
		write_section(c);
	}
	*ret_capture = c;
	return 0;
}

void capture_flush(struct capture *c)
{
	errno = 0;
	if (!c->error)
		fflush(c->file);
	look_for_error(c);
}

static int explain(const struct capture *c, struct diag *d)
{
	return diag_errno(d, c->error, "write", "the capture ends: '%s' cannot be written",
		c->path);
}

bool capture_broke(struct capture *c, struct diag *d)
{
	if (!c->error || c->told)
		return false;
	c->told = true;
	explain(c, d);
	return true;
}

int capture_close(struct capture *c, struct diag *d)
{
	int r = 0;

	if (!c)
		return 0;
	for (size_t i = 0; i < c->count; i++) {
		struct recorded *last = c->list[c->first + i];

		if (!last->finished)
			remark(last,
				last->held ? "still held when the capture ended"
					   : "still on its way when the capture ended");
		put_out(c, last);
	}
	capture_flush(c);
	if (c->error)
		r = explain(c, d);
	if (c->dumper)
		pcap_dump_close(c->dumper);
	else
		fclose(c->file);
	if (c->pcap)
		pcap_close(c->pcap);
	for (uint32_t i = 0; i < c->interface_count; i++)
		free(c->interfaces[i]);
	free(c->interfaces);
	free(c->list);
	text_done(&c->block);
	free(c->path);
	free(c);
	return r;
}
