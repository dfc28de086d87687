/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must be true of any drawing of the state diagram. */
#include "diagram_bench.h"
#include "view/row.h"

#define WIDEST 140

static void long_way_is_cut_in_the_middle_unless_all_is_asked(void **state)
{
	struct diagram d = { 0 };
	struct way *l = add_way(*state, "l", CLOSED);
	struct text out = TEXT_EMPTY;

	for (int i = 0; i < 50; i++) {
		go(l, STATE_LISTEN, "main: listen");
		go(l, CLOSED, "main: shutdown");
	}
	draw(*state, 80, false, &out);
	assert_non_null(strstr(text_get(&out), "\n   l3  "));
	assert_non_null(strstr(text_get(&out), "\n   ... 89 steps ...\n   l93 "));
	assert_non_null(strstr(text_get(&out), "\n   l100 LISTEN -> CLOSED"));
	text_clear(&out);
	diagram_draw(&d, *state, &(struct diagram_options){ .width = 80, .all = true });
	diagram_write(&d, &out);
	assert_int_equal(d.height, DIAGRAM_LINES + 1 + 100);
	assert_null(strstr(text_get(&out), "..."));
	for (int lines = 24; lines < 60; lines++) {
		diagram_draw(&d, *state, &(struct diagram_options){ .width = 80, .lines = lines });
		assert_in_range(d.height, lines - 1, lines);
	}
	diagram_done(&d);
	text_done(&out);
}

static int widest_line(const char *text)
{
	int widest = 0;

	while (*text) {
		char line[4 * WIDEST + 1];
		size_t len = strcspn(text, "\n");

		assert_in_range(len, 0, sizeof(line) - 1);
		assert_int_equal(text[len], '\n');
		assert_true(len == 0 || text[len - 1] != ' ');
		memcpy(line, text, len);
		line[len] = '\0';
		if (row_columns(line) > widest)
			widest = row_columns(line);
		text += len + 1;
	}
	return widest;
}

static void width_is_never_more_than_asked(void **state)
{
	struct way *c = add_client(*state, "a-client-with-a-name-of-some-length");

	for (int i = 0; i < 100; i++) {
		go(c, STATE_LISTEN,
			"a reason that is as long as reasons can be, and then some more of it");
		go(c, CLOSED, "main: close");
		go(c, STATE_SYN_SENT, "main: connect");
		go(c, CLOSED, "main: close");
	}
	for (int i = 0; i < DIAGRAM_WAYS_MOST + 3; i++)
		add_client(*state, "c");
	for (int width = 1; width < WIDEST; width++) {
		for (int ascii = 0; ascii < 2; ascii++) {
			struct text out = TEXT_EMPTY;

			draw(*state, width, ascii, &out);
			assert_in_range(widest_line(text_get(&out)), 1, width);
			for (const char *s = text_get(&out); *s && ascii; s++)
				assert_true(*s == '\n' || (*s >= ' ' && *s < 0x7f));
			text_done(&out);
		}
	}
}

static bool is_of_box(uint32_t point)
{
	return point == ' ' || point == '-' || point == '[' || point == ']' ||
		(point >= '0' && point <= '9') || (point >= 'A' && point <= 'Z');
}

/* Is there, at this place, the box of a state that nobody is in? */
static bool is_box(const struct diagram *d, int x, int y, enum tcp_state state)
{
	char row[WIDEST + 1], *name;
	int begin, end;

	if (x < 0 || x >= d->width || y < 0 || y >= d->height)
		return false;
	for (int i = 0; i < d->width; i++) {
		uint32_t point = diagram_cell(d, i, y)->point;

		row[i] = is_of_box(point) ? (char)point : '?';
	}
	row[d->width] = '\0';
	for (begin = x; begin >= 0 && row[begin] != '[' && row[begin] != '?'; begin--)
		if (row[begin] == ']' && begin != x)
			return false;
	for (end = x; end < d->width && row[end] != ']' && row[end] != '?'; end++)
		if (row[end] == '[' && end != x)
			return false;
	if (begin < 0 || end == d->width || row[begin] != '[' || row[end] != ']')
		return false;
	row[end] = '\0';
	name = strstr(row + begin, tcp_state_name(state));
	return name && strspn(row + begin + 1, " ") == (size_t)(name - row - begin - 1) &&
		name[strlen(tcp_state_name(state))] <= ' ';
}

static bool touches_box(const struct diagram *d, int x, int y, enum tcp_state state)
{
	return is_box(d, x - 1, y, state) || is_box(d, x + 1, y, state) ||
		is_box(d, x, y - 1, state) || is_box(d, x, y + 1, state);
}

/* Where a head points: 0 = it is none. */
static int head_of(uint32_t point, int *ret_dx, int *ret_dy)
{
	static const struct {
		uint32_t point;
		int dx, dy;
	} heads[] = { { 0x25b2, 0, -1 }, { 0x25bc, 0, 1 }, { 0x25ba, 1, 0 }, { 0x25c4, -1, 0 },
		{ '^', 0, -1 }, { 'v', 0, 1 }, { '>', 1, 0 }, { '<', -1, 0 } };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (heads[i].point == point) {
			*ret_dx = heads[i].dx;
			*ret_dy = heads[i].dy;
			return 1;
		}
	}
	return 0;
}

/* Draw one way over this edge; who is in `ret_cells` afterwards belongs to it. Nobody is in a box: it went on to where
 * no box is. */
static void draw_edge(const struct figure_edge *e, int width, bool ascii, struct diagram *d)
{
	struct ways w = { 0 };

	go(add_way(&w, "x", e->from), e->to, "");
	w.ways[0].state = STATE_NONE;
	diagram_draw(d, &w, &(struct diagram_options){ .width = width, .ascii = ascii });
	ways_done(&w);
}

/* The cells of an edge hang together, from the box it leaves to a head that points to the box it is for. */
static void assert_leads(const struct diagram *d, int lines, const struct figure_edge *e)
{
	int heads = 0, cells = 0, letters = 0, begins = 0, joined = 0;

	for (int y = 0; y < lines; y++) {
		for (int x = 0; x < d->width; x++) {
			uint32_t point = diagram_cell(d, x, y)->point;
			int dx, dy;

			if (diagram_cell(d, x, y)->mark != 1)
				continue;
			cells++;
			letters += point == 'x';
			if (head_of(point, &dx, &dy)) {
				heads++;
				assert_true(is_box(d, x + dx, y + dy, e->to));
			} else {
				begins += touches_box(d, x, y, e->from);
			}
			joined += x + 1 < d->width && diagram_cell(d, x + 1, y)->mark == 1;
			joined += y + 1 < lines && diagram_cell(d, x, y + 1)->mark == 1;
		}
	}
	assert_int_equal(heads, 1);
	assert_int_equal(letters, 1);
	assert_true(begins >= 1);
	assert_true(joined >= cells - 1); /* no loop in it, so no gap either */
}

static void edge_of_the_figure_is_marked_alone(void **state)
{
	(void)state;
	for (int form = 0; form < 4; form++) {
		int width = form & 1 ? DIAGRAM_WIDTH_WIDE : DIAGRAM_WIDTH;
		int lines = form & 1 ? DIAGRAM_LINES_WIDE : DIAGRAM_LINES;
		struct diagram d = { 0 }, blank = { 0 };
		size_t cells = (size_t)width * (size_t)lines;
		uint8_t *owner = memory_new(cells);

		memset(owner, 0, cells);
		diagram_draw(&blank, &(struct ways){ 0 },
			&(struct diagram_options){ .width = width, .ascii = form & 2 });
		for (size_t e = 0; e < FIGURE_EDGES; e++) {
			draw_edge(&figure_edges[e], width, form & 2, &d);
			assert_leads(&d, lines, &figure_edges[e]);
			for (size_t i = 0; i < cells; i++) {
				if (d.cells[i].mark == 1) {
					assert_int_equal(owner[i], 0);
					owner[i] = (uint8_t)(e + 1);
				} else {
					assert_int_equal(d.cells[i].point, blank.cells[i].point);
				}
			}
		}
		diagram_done(&d);
		diagram_done(&blank);
		free(owner);
	}
}

static void state_of_each_is_lit_alone(void **state)
{
	(void)state;
	for (enum tcp_state s = STATE_ESTABLISHED; s < STATE_NEW_SYN_RECV; s++) {
		struct ways w = { 0 };
		struct text out = TEXT_EMPTY, box = TEXT_EMPTY;
		const char *lit;

		add_way(&w, "x", s);
		draw(&w, DIAGRAM_WIDTH, true, &out);
		lit = strstr(text_get(&out), "[[");
		assert_non_null(lit);
		text_add(&box, lit, (size_t)(strstr(lit, "]]") - lit));
		assert_non_null(strstr(text_get(&box), tcp_state_name(s)));
		assert_non_null(strstr(text_get(&box), " x"));
		assert_null(strstr(lit + 2, "[["));
		text_done(&out);
		text_done(&box);
		ways_done(&w);
	}
}

static void cells_tell_whose_and_what_is_lit(void **state)
{
	struct diagram d = { 0 };
	int several = 0, lit[3] = { 0 };

	add_client(*state, "c");
	add_client(*state, "d");
	diagram_draw(&d, *state, &(struct diagram_options){ .width = DIAGRAM_WIDTH });
	assert_memory_equal(d.marks, "cd", 2);
	for (int y = 0; y < DIAGRAM_LINES; y++) {
		for (int x = 0; x < d.width; x++) {
			const struct diagram_cell *c = diagram_cell(&d, x, y);

			several += c->mark == DIAGRAM_SEVERAL;
			if (c->mark == 1 || c->mark == 2)
				assert_true(c->lit || strchr("cd12 ", (int)c->point));
			if (c->lit)
				lit[c->mark]++;
		}
	}
	assert_in_range(several, 20, 200);
	assert_int_equal(lit[1], 1);
	assert_int_equal(lit[2], 1);
	assert_in_range(lit[0], 13, 18);
	diagram_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DRAWS(long_way_is_cut_in_the_middle_unless_all_is_asked),
		DRAWS(width_is_never_more_than_asked),
		DRAWS(edge_of_the_figure_is_marked_alone),
		DRAWS(state_of_each_is_lit_alone),
		DRAWS(cells_tell_whose_and_what_is_lit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
