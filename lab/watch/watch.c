/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/watch.h"

#include <curses.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "journal/jsonl_read.h"
#include "view/row.h"
#include "watch/folder.h"
#include "watch/layout.h"
#include "watch/link.h"
#include "watch/pace.h"
#include "watch/page.h"
#include "watch/pane.h"
#include "watch/screen.h"

#define GIVES_WAY 5 /* nice(2): where cores are scarce the lab goes first */
#define GREET_MS 2000
#define LIST_MS 300 /* for one that is asked only what it is */
#define WAIT_NS NS_PER_S /* when nothing does */

/* What was drawn of a pane. */
struct drawn {
	struct area area;
	uint64_t version, from;
	bool focus;
};

struct view {
	struct link link;
	struct layout_pane panes[PANE_COUNT];
	struct area areas[PANE_COUNT];
	struct drawn drawn[PANE_COUNT];
	uint64_t from[PANE_COUNT]; /* see struct pane_order */
	enum pane focus;
	bool help;
	bool anew; /* nothing of what is on the screen can stay */
	bool leaving;
	bool dropped; /* is on the screen: the lab may end all the same, a moment later if it was killed */
	int signal; /* that has ended it; 0 = none has */
	int signals; /* owned */
	struct page page; /* of whichever pane is drawn */
	struct pace pace;
};

/* ---- which lab ---- */

int watch_parse_pid(const char *word, pid_t *ret_pid)
{
	char *end;
	long pid = strtol(word, &end, 10);

	if (word[0] < '1' || word[0] > '9' || *end || pid > INT32_MAX)
		return -EINVAL;
	*ret_pid = (pid_t)pid;
	return 0;
}

/* "4711  open/self-connect, for 12 s" */
static void describe(pid_t pid, struct text *out)
{
	struct link l = { .fd = -1, .process = -1 };
	struct diag d = { 0 };

	text_printf(out, "  %-8d", (int)pid);
	if (link_open(&l, pid, &d) < 0) {
		text_printf(out, "%s\n", d.message);
		return;
	}
	if (link_greet(&l, LIST_MS, &d) == 0) {
		text_printable(out, l.title, strlen(l.title));
		text_printf(out, ", for %.0f s\n", (double)link_now_ns(&l) / (double)NS_PER_S);
	} else {
		text_printf(out, "%s\n", d.message);
	}
	link_close(&l);
}

void watch_list(struct text *out)
{
	CLEANUP(freep) pid_t *pids = NULL;
	struct diag d = { 0 };
	ssize_t count = folder_list(&pids, &d);

	for (ssize_t i = 0; i < count; i++)
		describe(pids[i], out);
}

int watch_find(pid_t *ret_pid, struct text *ret_list, struct diag *d)
{
	CLEANUP(freep) pid_t *pids = NULL;
	ssize_t count = folder_list(&pids, d);

	if (count < 0)
		return (int)count;
	if (count == 0) {
		diag_set(d, ENOENT, "no lab is running in a terminal of yours");
		diag_remedy(d, "tcplab, in another terminal");
		return -ENOENT;
	}
	if (count == 1) {
		*ret_pid = pids[0];
		return 0;
	}
	watch_list(ret_list);
	diag_set(d, ENOTUNIQ, "several labs are running");
	diag_remedy(d, "tcplab watch %d", (int)pids[count - 1]);
	return -ENOTUNIQ;
}

/* ---- the picture ---- */

static struct pane_order order_of(const struct view *v, enum pane pane)
{
	return (struct pane_order){ .link = &v->link,
		.height = v->areas[pane].height - 1,
		.width = v->areas[pane].width,
		.utf8 = screen_is_utf8(),
		.from = v->from[pane] };
}

static bool same_area(const struct area *a, const struct area *b)
{
	return a->y == b->y && a->x == b->x && a->height == b->height && a->width == b->width;
}

static void draw_pane(struct view *v, enum pane pane)
{
	struct pane_order order = order_of(v, pane);
	const struct area *a = &v->areas[pane];
	struct drawn now = { .area = *a,
		.version = a->height ? pane_version(pane, &order) : 1,
		.from = v->from[pane],
		.focus = pane == v->focus };
	const struct drawn *before = &v->drawn[pane];
	struct text title = TEXT_EMPTY;
	struct pane_rows rows;

	if (now.version && now.version == before->version && now.from == before->from &&
		now.focus == before->focus)
		return;
	v->drawn[pane] = now;
	if (a->height < 2)
		return;
	screen_clear_area(a);
	page_clear(&v->page);
	rows = pane_fill(pane, &order, &v->page);
	pane_title(pane, &order, &rows, &title);
	screen_title(a, now.focus, text_get(&title));
	text_done(&title);
	for (size_t line = 0; line < v->page.line_count && (int)line + 1 < a->height; line++)
		screen_line(a, (int)line + 1, 0, &v->page, line);
	if (a->x > 0)
		screen_divider(a->y, a->x - 1, a->height);
}

/* Find the panes their places; where one has moved, all is drawn anew. */
static void lay_out(struct view *v)
{
	int height, width;

	screen_size(&height, &width);
	for (int i = 0; i < PANE_COUNT; i++)
		v->panes[i].lines = (int)pane_lines((enum pane)i, &v->link);
	layout_make(1, height - 2, width, v->panes, v->areas);
	for (int i = 0; i < PANE_COUNT; i++)
		v->anew |= !same_area(&v->areas[i], &v->drawn[i].area);
	if (!v->anew)
		return;
	screen_clear();
	memset(v->drawn, 0, sizeof(v->drawn));
	v->anew = false;
}

/* What the keys do, as much of it as there is room for: half a word would say something else. */
static const char *key_line(int room)
{
	static const char *const lines[] = {
		" q leave  ? keys  Tab pane  arrows scroll  1-5 show, hide  0 as fits",
		" q leave  ? keys  Tab pane  arrows scroll  1-5 show, hide",
		" q leave  ? keys  Tab pane  arrows scroll",
		" q leave  ? keys",
	};
	size_t i = 0;

	while (i < sizeof(lines) / sizeof(lines[0]) && (int)strlen(lines[i]) >= room)
		i++;
	return i < sizeof(lines) / sizeof(lines[0]) ? lines[i] : "";
}

/* The pane that people want and that has no place; PANE_COUNT = there is none. */
static enum pane find_crowded_out(const struct view *v)
{
	for (int i = 0; i < PANE_COUNT; i++) {
		if (v->panes[i].wish == LAYOUT_ON && v->areas[i].height < 2)
			return (enum pane)i;
	}
	return PANE_COUNT;
}

static void draw_bars(const struct view *v, int height, int width)
{
	enum pane crowded_out = find_crowded_out(v);
	const struct link *l = &v->link;
	struct text left = TEXT_EMPTY, right = TEXT_EMPTY;

	text_printf(&left, " tcplab %d  ", (int)l->pid);
	text_printable(&left, l->title, strlen(l->title));
	if (l->stand.kernel)
		text_printf(&left, "  Linux %s", l->stand.kernel);
	if (jsonl_reader_missing(l->reader))
		text_printf(&left, "  (%" PRIu64 " events left out)",
			jsonl_reader_missing(l->reader));
	text_printf(&right, "%.1f s  ", (double)link_now_ns(l) / (double)NS_PER_S);
	if (l->end == LINK_OPEN)
		text_puts(&right, "live ");
	else if (v->dropped)
		text_puts(&right, "the lab has let go of us; q leaves ");
	else
		text_puts(&right, "the lab has ended; q leaves ");
	screen_bar(0, text_get(&left), text_get(&right));
	text_clear(&left);
	text_clear(&right);
	if (crowded_out < PANE_COUNT)
		text_printf(&right, "no room for pane %d: hide another ", (int)crowded_out + 1);
	else if (l->stand.packet_count)
		text_printf(&right, "%zu kept on the wire ", l->stand.packet_count);
	text_puts(&left, key_line(width - row_columns(text_get(&right))));
	screen_bar(height - 1, text_get(&left), text_get(&right));
	text_done(&left);
	text_done(&right);
}

static void draw_help(int height, int width)
{
	static const char *const lines[] = {
		" q         leave; the lab goes on                      ",
		" Tab       next pane (its title is in reverse)         ",
		" arrows, PgUp, PgDn   scroll it; Home, End: all the way",
		" 1 - 5     show or hide a pane                         ",
		" 0         as fits the screen                          ",
		" ?         this                                        ",
		"                                                       ",
		" dim queues were read more than a second ago           ",
	};
	int count = (int)(sizeof(lines) / sizeof(lines[0])), y = (height - count) / 2;
	int x = (width - (int)strlen(lines[0])) / 2;

	for (int i = 0; i < count; i++)
		screen_text(y + i, x > 0 ? x : 0, width, PAGE_CHOSEN, lines[i]);
}

/* On a busy machine a picture may take long; that is no reason to wait longer still for the next. */
static uint64_t cpu_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void draw(struct view *v)
{
	uint64_t begin = cpu_now_ns();
	int height, width;

	screen_size(&height, &width);
	lay_out(v);
	v->dropped = link_is_dropped(&v->link);
	for (int i = 0; i < PANE_COUNT; i++)
		draw_pane(v, (enum pane)i);
	draw_bars(v, height, width);
	if (v->help) {
		draw_help(height, width);
		v->anew = true; /* it lies over the panes */
	}
	screen_show();
	pace_drew(&v->pace, clock_now_ns(), cpu_now_ns() - begin);
}

/* ---- keys ---- */

static void scroll_by(struct view *v, int64_t by)
{
	struct pane_order order = order_of(v, v->focus);

	v->from[v->focus] = pane_scroll(v->focus, &order, by);
}

static void focus_next(struct view *v)
{
	for (int i = 0; i < PANE_COUNT; i++) {
		v->focus = (enum pane)((v->focus + 1) % PANE_COUNT);
		if (v->areas[v->focus].height > 1)
			return;
	}
}

static void toggle(struct view *v, enum pane pane)
{
	v->panes[pane].wish = v->areas[pane].height > 1 ? LAYOUT_OFF : LAYOUT_ON;
}

static void press(struct view *v, int key)
{
	int page = v->areas[v->focus].height - 2;

	if (v->help && key != 'q') {
		v->help = false;
		return;
	}
	switch (key) {
	case 'q':
		v->leaving = true;
		break;
	case '?':
	case 'h':
		v->help = true;
		break;
	case '\t':
		focus_next(v);
		break;
	case KEY_UP:
	case 'k':
		scroll_by(v, -1);
		break;
	case KEY_DOWN:
	case 'j':
		scroll_by(v, 1);
		break;
	case KEY_PPAGE:
		scroll_by(v, -page);
		break;
	case KEY_NPAGE:
	case ' ':
		scroll_by(v, page);
		break;
	case KEY_HOME:
	case 'g':
		scroll_by(v, INT32_MIN);
		break;
	case KEY_END:
	case 'G':
		scroll_by(v, INT32_MAX);
		break;
	case '0':
		for (int i = 0; i < PANE_COUNT; i++)
			v->panes[i].wish = LAYOUT_AS_FITS;
		break;
	default:
		if (key >= '1' && key < '1' + PANE_COUNT)
			toggle(v, (enum pane)(key - '1'));
	}
}

/* ---- the loop ---- */

/* Does something on the screen change by itself? */
static bool ticks(const struct view *v)
{
	return v->link.end == LINK_OPEN;
}

static struct timespec wait_time(const struct view *v, bool more)
{
	uint64_t now = clock_now_ns(), due = pace_due(&v->pace, ticks(v)), wait = 0;

	if (!more && due > now)
		wait = due == UINT64_MAX ? WAIT_NS : due - now;
	return (struct timespec){ .tv_sec = (time_t)(wait / NS_PER_S),
		.tv_nsec = (long)(wait % NS_PER_S) };
}

/* Wait for what comes first, and take it in. 0, or -errno with d filled. */
static int take(struct view *v, bool *more, struct diag *d)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = v->signals, .events = POLLIN },
		{ .fd = v->link.fd, .events = POLLIN },
		{ .fd = v->dropped ? v->link.process : -1, .events = POLLIN },
	};
	uint64_t taken = v->link.taken;
	enum link_end end = v->link.end;
	struct timespec wait = wait_time(v, *more);
	int r = 0, key;

	ppoll(fds, sizeof(fds) / sizeof(fds[0]), &wait, NULL);
	if (fds[0].revents & (POLLHUP | POLLERR))
		v->signal = SIGHUP; /* the terminal is gone, which it may not have told */
	while ((key = screen_key()) >= 0) {
		pace_press(&v->pace, clock_now_ns());
		press(v, key); /* KEY_RESIZE too, of which the kernel tells by a signal */
	}
	*more = false;
	if (v->link.fd >= 0 && fds[2].revents) {
		r = link_read(&v->link, d);
		*more = r > 0;
	}
	pace_take(&v->pace, clock_now_ns(), v->link.taken - taken);
	if (v->link.taken != taken || v->link.end != end || fds[3].revents)
		pace_touch(&v->pace, clock_now_ns());
	if (fds[3].revents)
		v->dropped = false;
	return r < 0 ? r : 0;
}

static void take_signal(struct view *v)
{
	struct signalfd_siginfo info;

	if (read(v->signals, &info, sizeof(info)) == sizeof(info))
		v->signal = (int)info.ssi_signo;
}

static int run(struct view *v, struct diag *d)
{
	bool more = false;
	int r;

	for (;;) {
		if (clock_now_ns() >= pace_due(&v->pace, ticks(v)))
			draw(v);
		r = take(v, &more, d);
		if (v->link.end == LINK_LEFT && getenv(WATCH_LEAVES))
			v->leaving =
				true; /* whoever wants the last picture has it if the lab crashed */
		take_signal(v);
		if (r < 0 || v->signal || v->leaving)
			return r < 0 ? r : v->signal;
	}
}

int watch_run(pid_t pid, struct diag *d)
{
	struct view v = { .focus = PANE_LADDER, .pace.dirty = true, .signals = -1 };
	sigset_t signals;
	int r = link_open(&v.link, pid, d);

	if (r < 0)
		return r;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	v.signals = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	r = link_greet(&v.link, GREET_MS, d);
	if (r == 0)
		r = screen_open(d);
	if (r == 0) {
		setpriority(PRIO_PROCESS, 0, GIVES_WAY);
		r = run(&v, d);
		screen_close();
	}
	fd_closep(&v.signals);
	page_done(&v.page);
	link_close(&v.link);
	return r;
}
