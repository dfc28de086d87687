/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports of recipes in a browser: every arrow and every state is there, in the order and at the ends the journal
 * says, what has the focus lights its cause and its effects, nothing is complained of, nothing is fetched, and all
 * can be read in light and in dark. Skipped without a browser. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/diag.h"
#include "browser.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl_read.h"

#include "files.h"
#include "temporary.h"

#define SKIPPED 77
#define EXACT 0.11 /* of a number with one decimal */

struct room {
	struct browser browser;
	char folder[TEMPORARY_MAX];
};

/* ---- a page and its journal ---- */

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	struct text command = TEXT_EMPTY;
	va_list args;

	va_start(args, format);
	text_vprintf(&command, format, args);
	va_end(args);
	if (system(text_get(&command)) != 0)
		fail_msg("%s", text_get(&command));
	text_done(&command);
}

static struct journal *read_journal(const char *folder)
{
	struct text path = TEXT_EMPTY, text = TEXT_EMPTY;
	struct journal *j = NULL;
	struct diag d = { 0 };
	char buffer[65536];
	size_t len;
	FILE *file;

	text_printf(&path, "%s/journal", folder);
	file = fopen(text_get(&path), "re");
	assert_non_null(file);
	while ((len = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_add(&text, buffer, len);
	fclose(file);
	if (jsonl_read(text_get(&text), text.len, "journal", &j, &d) < 0)
		fail_msg("%u: %s", d.line, d.message);
	text_done(&text);
	text_done(&path);
	return j;
}

static struct journal *visit(struct room *room, const char *recipe)
{
	struct text url = TEXT_EMPTY;

	run("'%s' --json -f '%s/recipes/%s.lab' > '%s/journal' && '%s' report '%s/journal' -o '%s/page.html'",
		lab_path(), getenv("TCPLAB_SOURCE") ? getenv("TCPLAB_SOURCE") : ".", recipe,
		room->folder, lab_path(), room->folder, room->folder);
	text_printf(&url, "file://%s/page.html", room->folder);
	if (!browser_visit(&room->browser, text_get(&url)))
		fail_msg("%s does not load", recipe);
	text_done(&url);
	return read_journal(room->folder);
}

static void assert_quiet(const struct room *room)
{
	const struct browser *b = &room->browser;
	const char *first = text_get(&b->requests);

	if (b->complaints.len)
		fail_msg("the browser says: %s", text_get(&b->complaints));
	if (strncmp(first, "file:///", 8) != 0 || strchr(first, '\n') != first + strlen(first) - 1)
		fail_msg("more than the page itself was fetched:\n%s", first);
}

/* ---- what the page shows ---- */

/* Of each arrow what it says it is, where its first line begins and where its head is. */
static const char arrows[] =
	"[...document.querySelectorAll('.ladder a.arrow')].map(a=>{const l=a.querySelector('line'),"
	"h=a.querySelector('polygon'),p=h?h.getAttribute('points').split(/[ ,]/).map(Number):[0,0];"
	"return{n:+a.dataset.number,from:+a.dataset.from,to:+a.dataset.to,fate:a.dataset.fate,"
	"held:'held' in a.dataset,events:a.dataset.e.split(' ').map(Number),"
	"x0:+l.getAttribute('x1'),y0:+l.getAttribute('y1'),x1:p[0],y1:p[1],title:a.querySelector('title').textContent,"
	"dashed:!!a.querySelector('line.dash'),crossed:a.querySelectorAll('line.cross').length}})";
static const char states[] =
	"[...document.querySelectorAll('.ladder a.pill')].map(a=>({event:+a.dataset.e,state:a.dataset.state,"
	"lifeline:+a.dataset.lifeline,text:a.querySelector('text').textContent,"
	"y:+a.querySelector('rect').getAttribute('y'),"
	"x:+a.querySelector('rect').getAttribute('x')+a.querySelector('rect').getAttribute('width')/2}))";
static const char lifelines[] =
	"[...document.querySelectorAll('#ladder-body>line.life')].map(l=>+l.getAttribute('x1'))";

static json_int_t whole(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static double real(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

static double lifeline_at(const json_t *lines, json_int_t lifeline)
{
	return json_number_value(json_array_get(lines, (size_t)lifeline));
}

static json_t *find_arrow(const json_t *all, uint64_t number)
{
	for (size_t i = 0; i < json_array_size(all); i++) {
		if (whole(json_array_get(all, i), "n") == (json_int_t)number)
			return json_array_get(all, i);
	}
	return NULL;
}

/* What became of a packet: the event, NULL = it is on the wire. */
static const struct event *end_of(const struct journal *j, uint64_t number, bool *ret_held)
{
	const uint64_t kinds = EVENT_BIT(EVENT_HELD) | EVENT_BIT(EVENT_DELAYED) |
		EVENT_BIT(EVENT_DELIVERED) | EVENT_BIT(EVENT_DROPPED);

	*ret_held = false;
	for (uint64_t no = 0; (no = journal_next(j, no, kinds));) {
		const struct event *event = journal_get(j, no);

		if (event->verdict.number != number)
			continue;
		if (event->kind == EVENT_DELIVERED || event->kind == EVENT_DROPPED)
			return event;
		*ret_held = true;
	}
	return NULL;
}

static void check_arrow(const struct journal *j, const struct event *sent, const json_t *a,
	const json_t *lines)
{
	bool held;
	const struct event *end = end_of(j, sent->wire.number, &held);
	const char *fate = !end ? "wire" : end->kind == EVENT_DELIVERED ? "delivered" : "lost";

	assert_string_equal(json_string_value(json_object_get(a, "fate")), fate);
	assert_int_equal(json_is_true(json_object_get(a, "held")), held);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(a, "events"), 0)),
		sent->no);
	if (sent->kind == EVENT_SEGMENT) /* what others have made begins beside the lifeline */
		assert_true(fabs(real(a, "x0") - lifeline_at(lines, whole(a, "from"))) <= 1.1);
	if (end && end->kind == EVENT_DELIVERED) {
		assert_true(fabs(real(a, "x1") - lifeline_at(lines, whole(a, "to"))) <= EXACT);
		assert_true(real(a, "y1") > real(a, "y0") + 10); /* it slants */
	}
	assert_int_equal(json_is_true(json_object_get(a, "dashed")),
		end && end->kind == EVENT_DROPPED);
	assert_int_equal(whole(a, "crossed"), end && end->kind == EVENT_DROPPED ? 2 : 0);
}

/* Each packet is an arrow; what was sent later begins lower, what arrived later ends lower. */
static void check_arrows(struct room *room, const struct journal *j, const json_t *lines)
{
	json_t *all = browser_evaluate(&room->browser, arrows);
	double begun = 0, ended = 0;
	size_t count = 0;

	for (uint64_t no = 0; (no = journal_next(j, no, EVENT_SEGMENTS));) {
		struct event sent = *journal_get(j, no);
		json_t *a = find_arrow(all, sent.wire.number);

		if (!a || whole(a, "n") != whole(json_array_get(all, count), "n"))
			fail_msg("#%" PRIu64 " is not arrow %zu", sent.wire.number, count + 1);
		check_arrow(j, &sent, a, lines);
		assert_true(real(a, "y0") >= begun);
		begun = real(a, "y0");
		count++;
	}
	assert_int_equal(json_array_size(all), count);
	for (uint64_t no = 0; (no = journal_next(j, no, EVENT_BIT(EVENT_DELIVERED)));) {
		json_t *a = find_arrow(all, journal_get(j, no)->verdict.number);

		assert_true(real(a, "y1") >= ended);
		ended = real(a, "y1");
	}
	json_decref(all);
}

/* Each state is on the lifeline of its socket, in the order they came. */
static void check_states(struct room *room, const struct journal *j, const json_t *lines)
{
	json_t *all = browser_evaluate(&room->browser, states);
	json_int_t where[64];
	double y = 0;
	size_t count = 0;

	memset(where, -1, sizeof(where));
	for (uint64_t no = 0; (no = journal_next(j, no, EVENT_BIT(EVENT_STATE)));) {
		const struct event *event = journal_get(j, no);
		const json_t *p = json_array_get(all, count++);
		json_int_t lifeline = whole(p, "lifeline");

		assert_non_null(p);
		assert_int_equal(whole(p, "event"), no);
		assert_string_equal(json_string_value(json_object_get(p, "state")),
			tcp_state_name(event->state.to));
		assert_non_null(strstr(json_string_value(json_object_get(p, "text")),
			tcp_state_name(event->state.to)));
		assert_true(event->state.endpoint < 64);
		if (where[event->state.endpoint] < 0)
			where[event->state.endpoint] = lifeline;
		assert_int_equal(lifeline, where[event->state.endpoint]);
		assert_true(fabs(real(p, "x") - lifeline_at(lines, lifeline)) <= EXACT);
		assert_true(real(p, "y") >= y);
		y = real(p, "y");
	}
	assert_int_equal(json_array_size(all), count);
	json_decref(all);
}

/* The focus lights what has it, what caused it, and what it caused. */
static void check_causes(struct room *room, const struct journal *j)
{
	for (uint64_t no = 0; (no = journal_next(j, no, EVENT_BIT(EVENT_STATE)));) {
		const struct event *event = journal_get(j, no);
		struct text ask = TEXT_EMPTY;
		json_t *lit;

		if (!event->cause)
			continue;
		text_printf(&ask,
			"(()=>{document.querySelector('.ladder a.pill[data-e=\"%" PRIu64
			"\"]').focus();"
			"const has=(c,e)=>[...document.querySelectorAll('.'+c)].some("
			"x=>x.dataset.e&&x.dataset.e.split(' ').includes(String(e)));"
			"return has('on',%" PRIu64 ")&&has('cause',%" PRIu64 ")&&"
			"document.getElementById('why').getBoundingClientRect().height>0})()",
			no, no, event->cause);
		lit = browser_evaluate(&room->browser, text_get(&ask));
		if (!json_is_true(lit))
			fail_msg("the cause of event %" PRIu64 " is not lit", no);
		json_decref(lit);
		text_done(&ask);
	}
}

/* The darkest and the lightest an expression's rgb() may be. */
static double luminance(struct room *room, const char *expression)
{
	json_t *value = browser_evaluate(&room->browser, expression);
	const char *color = json_string_value(value);
	unsigned r = 0, g = 0, b = 0;

	assert_non_null(color);
	assert_int_equal(sscanf(color, "rgb(%u, %u, %u)", &r, &g, &b), 3);
	json_decref(value);
	return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

/* Paper and ink, of the page and of the picture. */
static void check_scheme(struct room *room, bool dark)
{
	static const char *const inks[] = {
		"getComputedStyle(document.querySelector('h1')).color",
		"getComputedStyle(document.querySelector('.ladder a.arrow text')).fill",
		"getComputedStyle(document.querySelector('.ladder a.arrow line.a')).stroke",
		"getComputedStyle(document.querySelector('.diagram .node text')).fill",
	};
	double paper = luminance(room, "getComputedStyle(document.body).backgroundColor");

	assert_true(dark ? paper < 0.1 : paper > 0.95);
	for (size_t i = 0; i < sizeof(inks) / sizeof(inks[0]); i++) {
		double ink = luminance(room, inks[i]);

		if (fabs(ink - paper) < 0.4)
			fail_msg("%s can hardly be read", inks[i]);
	}
}

/* Nothing sticks out of the page at the side; what is wide scrolls in its frame. */
static void check_width(struct room *room)
{
	json_t *fits = browser_evaluate(&room->browser,
		"document.documentElement.scrollWidth<=document.documentElement.clientWidth");

	assert_true(json_is_true(fits));
	json_decref(fits);
}

static void check_recipe(struct room *room, const char *recipe)
{
	struct journal *j;
	json_t *lines;

	browser_look(&room->browser, "light", 1280);
	j = visit(room, recipe);
	print_message("    %s: %" PRIu64 " events\n", recipe, journal_last(j));
	lines = browser_evaluate(&room->browser, lifelines);
	assert_true(json_array_size(lines) >= 1);
	check_arrows(room, j, lines);
	check_states(room, j, lines);
	check_scheme(room, false);
	check_causes(room, j);
	browser_look(&room->browser, "dark", 390);
	check_scheme(room, true);
	check_width(room);
	assert_quiet(room);
	json_decref(lines);
	journal_free(j);
}

static void pages_show_what_the_journal_says(void **state)
{
	/* those where everything that talks has a lifeline */
	static const char *const recipes[] = { "open/self-connect", "open/three-way",
		"open/simultaneous", "close/simultaneous", "close/four-way", "loss/cable",
		"wire/swap", "wire/forge", "wire/duplicate", "wire/corrupt", "wire/delay", NULL };

	for (const char *const *r = recipes; *r; r++)
		check_recipe(*state, *r);
}

static void leave(struct room *room)
{
	browser_close(&room->browser);
	nftw(room->folder, browser_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static int skipped(const char *why)
{
	fprintf(stderr, "skipped: %s\n", why);
	return SKIPPED;
}

int main(void)
{
	struct room room = { 0 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(pages_show_what_the_journal_says, &room),
	};
	struct text doctor = TEXT_EMPTY;
	int r;

	text_printf(&doctor, "'%s' doctor > /dev/null 2>&1", lab_path());
	r = system(text_get(&doctor));
	text_done(&doctor);
	if (r != 0)
		return skipped("no lab can stand here");
	temporary_name("report", room.folder, sizeof(room.folder));
	if (!mkdtemp(room.folder))
		return skipped("no folder in /tmp");
	if (!browser_open(&room.browser)) {
		leave(&room);
		return skipped("no Chromium that runs; apt-get install chromium");
	}
	r = cmocka_run_group_tests(tests, NULL, NULL);
	leave(&room);
	return r;
}
