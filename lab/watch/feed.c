/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/feed.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/readiness.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl.h"
#include "observe/tracker.h"
#include "watch/flood.h"
#include "watch/folder.h"
#include "watch/now.h"
#include "watch/reading.h"
#include "watch/standing.h"
#include "wire/wire.h"
#include "world/world.h"

#define AGAIN_MS 1000 /* until it is tried again to let watchers in */
#define TICK_MS 100 /* how often sockets are compared with what was told of them */
#define BEHIND_MOST 20000 /* events; further behind than this, most are left out */
#define BEHIND_KEPT 10000 /* and so many are told */
#define BATCH_BYTES 65536
#define NOW_MOST 200 /* sockets told in one tick, */
#define LOOK_MOST 4000 /* of so many that are compared, */
#define READ_MOST 16 /* and so many that are read; one takes some 15 us */
/* Of the lab's time: a tenth, of which a fifth of a second's worth may be saved up. */
#define SHARE 10
#define CREDIT_MOST_NS (20 * NS_PER_MS)
#define SLICE_NS NS_PER_MS /* then the loop goes round once */
/* What follows so soon goes together: a write for each event costs more than the event, and in a flood each wakes a
 * watcher that has nothing to draw yet. */
#define GATHER_MS 2
#define GATHER_FLOOD_MS 40

struct watcher {
	TAILQ_ENTRY(watcher) place;
	struct feed *feed; /* borrowed, up */
	uv_poll_t poll;
	int fd; /* owned */
	bool full; /* the socket takes no more for now */
	bool gone; /* its handle is being closed */
	struct text out; /* what it is given next, */
	size_t sent; /* and how much of that it has taken */
	uint64_t told; /* the last event that was told */
	uint64_t all_from; /* of those before this one only what still stands is told */
	struct standing standing;
	uint64_t progress_ns; /* when it last took something, or there was nothing to take */
	uint64_t *hashes; /* owned: by endpoint, what was told of it */
	size_t hash_count;
	size_t next_socket; /* that may have changed */
	bool looked; /* all sockets were compared since the last tick */
};

struct feed {
	struct world *world; /* borrowed */
	const char *title; /* borrowed */
	int fd; /* owned */
	uv_poll_t listener;
	uv_timer_t again; /* the listener is not listened to */
	uv_prepare_t turn; /* once per round of the loop, while there is somebody */
	uv_timer_t tick;
	uv_timer_t later; /* brings the loop round when there is credit again */
	struct readings readings;
	TAILQ_HEAD(, watcher) watchers;
	unsigned count;
	unsigned handles; /* that are still to be closed */
	bool closing;
	uint64_t credit_ns, counted_ns; /* of the lab's time, and when that was reckoned */
	uint64_t given_ns; /* when watchers were given something last, */
	uint64_t given; /* the journal's last event then, */
	bool more; /* and was there more than went into the slice? */
	struct flood flood;
};

static uint64_t lab_time(const struct feed *f, uint64_t at_ns)
{
	uint64_t start = journal_start_ns(world_journal(f->world));

	return at_ns > start ? at_ns - start : 0;
}

/* ---- closing ---- */

static void free_when_closed(struct feed *f)
{
	if (--f->handles > 0)
		return;
	readings_done(&f->readings);
	free(f);
}

static void on_watcher_closed(uv_handle_t *handle)
{
	struct watcher *w = handle->data;
	struct feed *f = w->feed;

	close(w->fd);
	text_done(&w->out);
	standing_done(&w->standing);
	free(w->hashes);
	free(w);
	free_when_closed(f);
}

static void drop(struct watcher *w)
{
	struct feed *f = w->feed;

	if (w->gone)
		return;
	w->gone = true;
	TAILQ_REMOVE(&f->watchers, w, place);
	if (--f->count == 0 && !f->closing) {
		uv_prepare_stop(&f->turn);
		uv_timer_stop(&f->tick);
		uv_timer_stop(&f->later);
	}
	uv_close((uv_handle_t *)&w->poll, on_watcher_closed);
}

static void on_closed(uv_handle_t *handle)
{
	free_when_closed(handle->data);
}

/* ---- what there is to tell ---- */

static void catch_up(struct watcher *w)
{
	uint64_t last = journal_last(world_journal(w->feed->world));

	if (last - w->told <= BEHIND_MOST || w->told < w->all_from)
		return;
	w->all_from = last - BEHIND_KEPT;
	standing_find(&w->standing, w->feed->world, w->told, w->all_from);
}

/* The next event for this watcher; 0 = it knows all. */
static uint64_t next_event(struct watcher *w)
{
	const struct journal *j = world_journal(w->feed->world);
	uint64_t no;

	catch_up(w);
	if (w->told < w->all_from) {
		no = standing_next(&w->standing, j, w->told);
		if (no && no < w->all_from)
			return no;
		w->told = w->all_from - 1;
	}
	return w->told < journal_last(j) ? w->told + 1 : 0;
}

static void add_events(struct watcher *w, uint64_t until_ns)
{
	const struct journal *j = world_journal(w->feed->world);
	uint64_t no;

	while (w->out.len < BATCH_BYTES && (no = next_event(w))) {
		jsonl_format(journal_get(j, no), &w->out);
		w->told = no;
		if (clock_now_ns() >= until_ns)
			break;
	}
}

static bool is_news(struct watcher *w, const struct socket_now *now)
{
	uint64_t hash = now_hash(now);

	if (now->endpoint >= w->hash_count) {
		size_t count = now->endpoint + 1 + now->endpoint / 2;

		w->hashes = memory_grow(w->hashes, count * sizeof(*w->hashes));
		memset(w->hashes + w->hash_count, 0, (count - w->hash_count) * sizeof(hash));
		w->hash_count = count;
	}
	if (w->hashes[now->endpoint] == hash)
		return false;
	w->hashes[now->endpoint] = hash;
	return true;
}

/* What stands otherwise than it was told last. */
static void add_sockets(struct watcher *w)
{
	const struct endpoint *e = NULL;
	unsigned count = 0;

	for (unsigned steps = 0; count < NOW_MOST && steps < LOOK_MOST; steps++) {
		struct socket_now now;

		e = world_socket_at(w->feed->world, w->next_socket);
		if (!e)
			break;
		w->next_socket++;
		/* one that has ended, and was never told of as standing */
		if (e->state == STATE_CLOSED && !e->process &&
			(e->id >= w->hash_count || !w->hashes[e->id]))
			continue;
		now = readings_now(&w->feed->readings, w->feed->world, e);
		if (!is_news(w, &now))
			continue;
		now_format(&now, lab_time(w->feed, clock_now_ns()), &w->out);
		count++;
	}
	w->looked = true;
	if (!e)
		w->next_socket = 0;
}

/* ---- giving ---- */

static void on_readable(uv_poll_t *handle, int status, int events);

static void await(struct watcher *w, bool full)
{
	if (w->full == full)
		return;
	w->full = full;
	if (readiness_await(&w->poll, UV_READABLE | UV_DISCONNECT | (full ? UV_WRITABLE : 0),
		    on_readable) < 0)
		drop(w);
}

/* Write what is there. false: it takes no more for now, or is gone. */
static bool write_out(struct watcher *w)
{
	while (w->sent < w->out.len) {
		ssize_t len = send(w->fd, w->out.s + w->sent, w->out.len - w->sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN) {
			await(w, true);
			return false;
		}
		if (len < 0) {
			drop(w);
			return false;
		}
		w->sent += (size_t)len;
		w->progress_ns = clock_now_ns();
	}
	text_clear(&w->out);
	w->sent = 0;
	return true;
}

/* Give it what there is until then. Returns true when there is more. */
static bool give(struct watcher *w, uint64_t until_ns)
{
	if (w->full)
		return false;
	while (write_out(w)) {
		uint64_t now = clock_now_ns();

		if (now >= until_ns)
			return true;
		add_events(w, until_ns);
		if (!w->out.len && !w->looked)
			add_sockets(w);
		if (!w->out.len) {
			w->progress_ns = now;
			return false;
		}
	}
	return false;
}

static void earn_credit(struct feed *f, uint64_t now_ns)
{
	f->credit_ns += (now_ns - f->counted_ns) / SHARE;
	if (f->credit_ns > CREDIT_MOST_NS)
		f->credit_ns = CREDIT_MOST_NS;
	f->counted_ns = now_ns;
}

static void on_later(uv_timer_t *handle)
{
	(void)handle; /* the loop has come round: that is all */
}

/* Has so little time gone by since the last time that more will come and go along? */
static bool gathers(struct feed *f, uint64_t now_ns)
{
	uint64_t gather_ms = flood_lasts(&f->flood) ? GATHER_FLOOD_MS : GATHER_MS;

	if (f->more || now_ns - f->given_ns >= gather_ms * NS_PER_MS)
		return false;
	if (!uv_is_active((uv_handle_t *)&f->later))
		uv_timer_start(&f->later, on_later, gather_ms, 0);
	return true;
}

static void on_turn(uv_prepare_t *handle)
{
	struct feed *f = handle->data;
	uint64_t begin = clock_now_ns(), spent, last;
	struct watcher *w, *next;

	if (gathers(f, begin))
		return;
	earn_credit(f, begin);
	if (f->credit_ns < SLICE_NS) {
		uv_timer_start(&f->later, on_later, SHARE * SLICE_NS / NS_PER_MS, 0);
		return;
	}
	f->more = false;
	for (w = TAILQ_FIRST(&f->watchers); w; w = next) {
		next = TAILQ_NEXT(w, place);
		f->more |= give(w, begin + SLICE_NS);
	}
	last = journal_last(world_journal(f->world));
	flood_take(&f->flood, begin, last - f->given);
	f->given = last;
	f->given_ns = clock_now_ns();
	spent = f->given_ns - begin;
	f->credit_ns -= spent < f->credit_ns ? spent : f->credit_ns;
	if (f->more)
		uv_timer_start(&f->later, on_later, 0, 0);
	/* the one that was first is last in the next turn, so that each has its share of a slice */
	w = TAILQ_FIRST(&f->watchers);
	if (f->more && w) {
		TAILQ_REMOVE(&f->watchers, w, place);
		TAILQ_INSERT_TAIL(&f->watchers, w, place);
	}
}

static void on_tick(uv_timer_t *handle)
{
	struct feed *f = handle->data;
	uint64_t now = clock_now_ns();
	struct watcher *w, *next;

	readings_go_on(&f->readings, f->world, READ_MOST);
	for (w = TAILQ_FIRST(&f->watchers); w; w = next) {
		next = TAILQ_NEXT(w, place);
		w->looked = false;
		if (w->full && now - w->progress_ns > FEED_STALL_NS)
			drop(w);
	}
}

/* ---- coming and going ---- */

/* A watcher says nothing: what can be read is that it has gone. */
static void on_readable(uv_poll_t *handle, int status, int events)
{
	struct watcher *w = handle->data;
	char bytes[256];
	ssize_t len;

	if (status == 0 && (events & UV_WRITABLE))
		await(w, false);
	if (status == 0 && !(events & (UV_READABLE | UV_DISCONNECT)))
		return;
	len = recv(w->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR))
		drop(w);
}

static bool is_ours(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid();
}

/* What the kernel does not let us wait for is let go. */
static void admit(struct feed *f, int fd)
{
	const struct journal *j = world_journal(f->world);
	struct watcher *w = memory_new(sizeof(*w));
	struct watch_hello hello = { .pid = getpid(),
		.start_ns = journal_start_ns(j),
		.title = f->title };

	w->feed = f;
	w->fd = fd;
	w->progress_ns = clock_now_ns();
	w->poll.data = w;
	w->full = true; /* nothing is awaited yet */
	if (uv_poll_init(f->listener.loop, &w->poll, fd) < 0) {
		close(fd);
		free(w);
		return;
	}
	now_format_hello(&hello, &w->out);
	TAILQ_INSERT_TAIL(&f->watchers, w, place);
	f->handles++;
	if (f->count++ == 0) {
		f->counted_ns = clock_now_ns();
		f->credit_ns = CREDIT_MOST_NS;
		f->given = journal_last(j);
		uv_prepare_start(&f->turn, on_turn);
		uv_timer_start(&f->tick, on_tick, TICK_MS, TICK_MS);
	}
	await(w, false);
}

static void on_again(uv_timer_t *handle);

static void on_connect(uv_poll_t *handle, int status, int events)
{
	struct feed *f = handle->data;
	int fd;

	(void)status;
	(void)events;
	while ((fd = accept4(f->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (f->count < FEED_WATCHERS_MOST && is_ours(fd))
			admit(f, fd);
		else
			close(fd);
	}
	if (errno != EAGAIN &&
		errno != EINTR) { /* no descriptor is left; whoever waits there goes on waiting */
		uv_poll_stop(&f->listener);
		uv_timer_start(&f->again, on_again, AGAIN_MS, 0);
	}
}

static void listen_to(struct feed *f)
{
	if (readiness_await(&f->listener, UV_READABLE, on_connect) < 0)
		uv_timer_start(&f->again, on_again, AGAIN_MS, 0);
}

static void on_again(uv_timer_t *handle)
{
	listen_to(handle->data);
}

int feed_open(struct feed **ret_feed, uv_loop_t *loop, struct world *world, const char *title,
	struct diag *d)
{
	int fd = folder_listen(d);
	struct feed *f;
	int r;

	if (fd < 0)
		return fd;
	f = memory_new(sizeof(*f));
	f->world = world;
	f->title = title;
	f->fd = fd;
	TAILQ_INIT(&f->watchers);
	r = uv_poll_init(loop, &f->listener, fd);
	if (r < 0) {
		folder_leave();
		close(fd);
		free(f);
		return readiness_refused(d, -r, "nobody can watch this lab");
	}
	uv_prepare_init(loop, &f->turn);
	uv_timer_init(loop, &f->tick);
	uv_timer_init(loop, &f->later);
	uv_timer_init(loop, &f->again);
	f->listener.data = f->turn.data = f->tick.data = f->later.data = f->again.data = f;
	f->handles = 5;
	listen_to(f);
	*ret_feed = f;
	return 0;
}

/* What is left, as far as it is taken at once. */
static void say_goodbye(struct watcher *w)
{
	uint64_t until = clock_now_ns() + CREDIT_MOST_NS;

	w->looked = false;
	while (give(w, until) && clock_now_ns() < until)
		;
	if (!w->gone && !w->full && !w->out.len) {
		now_format_end(lab_time(w->feed, clock_now_ns()), &w->out);
		write_out(w);
	}
	drop(w);
}

void feed_close(struct feed *f)
{
	struct watcher *w;

	if (!f)
		return;
	f->closing = true;
	folder_leave();
	while ((w = TAILQ_FIRST(&f->watchers)))
		say_goodbye(w);
	uv_close((uv_handle_t *)&f->listener, on_closed);
	uv_close((uv_handle_t *)&f->turn, on_closed);
	uv_close((uv_handle_t *)&f->tick, on_closed);
	uv_close((uv_handle_t *)&f->later, on_closed);
	uv_close((uv_handle_t *)&f->again, on_closed);
	close(f->fd);
}
