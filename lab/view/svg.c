/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/svg.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "view/markup.h"
#include "view/row.h"

#define HEAD_LENGTH 10
#define HEAD_HALF 4.2
#define CROSS_HALF 6
#define LEAST 0.8

#define MONO "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
#define SANS "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif"

/* .i ink, .s soft, .l line, .g ground; what a thing is made of: .f filled, .o outlined. */
#define PALETTE(ink, soft, line, ground, tint, lost, held, forged, again)                          \
	".g{fill:" ground "}.t{fill:" ink "}.soft{fill:" soft "}"                                  \
	".halo{stroke:" ground "}"                                                                 \
	".life{stroke:" line "}.rule{stroke:" line "}"                                             \
	".a{stroke:" ink "}.ah{fill:" ink "}"                                                      \
	".card{fill:" tint ";stroke:" line "}.say{fill:" tint "}"                                  \
	".lost{stroke:" lost "}.lostt{fill:" lost "}"                                              \
	".box{fill:" held ";stroke:" held "}.boxt{fill:" held "}.pause{fill:" ground "}"           \
	".forged{stroke:" forged "}.forgedh{fill:" forged "}"                                      \
	".again{stroke:" again ";fill:" ground "}.againt{fill:" again "}"                          \
	".inner{stroke:" ground "}.bar{fill:" line "}"
#define STEPS(ink, a, b, c, d, e, f)                                                               \
	".m0 path{fill:" a "}.m1 path{fill:" b "}.m2 path{fill:" c "}.m3 path{fill:" d "}"         \
	".m4 path{fill:" e "}.m5 path{fill:" f "}.step path{stroke:" ink "}.step text{fill:" ink   \
	"}"
#define FAMILY(name, fill, edge, ink)                                                              \
	"." name " rect,." name " path{fill:" fill ";stroke:" edge "}." name " text{fill:" ink "}"

static const char style[] =
	".ladder,.diagram{font-family:" SANS ";font-size:12px}"
	".mono{font-family:" MONO ";font-size:11.5px}.b{font-weight:700}"
	".title{font-size:15px;font-weight:700}.sub{font-size:11.5px}"
	".time{font-size:10.5px;font-variant-numeric:tabular-nums}"
	".small{font-size:10.5px}.cap{font-size:12.5px;font-style:italic}"
	".pill text{font-size:10.5px;font-weight:700;letter-spacing:.2px}"
	".pill rect{stroke-width:1.3}.life{stroke-width:2}"
	".a{stroke-width:1.6;fill:none}.dash{stroke-dasharray:6 4}.dots{stroke-dasharray:1.5 3.5}"
	".lost{stroke-width:1.6;fill:none}.cross{stroke-width:2.4;stroke-linecap:round}"
	".forged{stroke-width:1.6;fill:none;stroke-dasharray:9 3 2 3}.copy{stroke-width:4.2}"
	".inner{stroke-width:1.6;fill:none}.again{stroke-width:1.8}"
	".halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}"
	".rule{stroke-width:1;stroke-dasharray:2 4;fill:none}.wave{stroke-width:1.2;fill:none}"
	".box{fill-opacity:.16;stroke-width:1.4}.card{stroke-width:1}"
	".edge{stroke-width:1.3;fill:none}.went{stroke-width:2.6}"
	".node rect{stroke-width:1.5}.node text{font-size:13px;font-weight:600}"
	".step text{font-size:10.5px;font-weight:700}.step path{stroke-width:1.4}" PALETTE(
		"#1f2328", "#59636e", "#9aa4af", "#fff", "#f3f5f8", "#c0202b", "#8a5a00", "#7b3fc4",
		"#b3470a") STEPS("#fff", "#0a5fc4", "#b04200", "#7338c9", "#18702f", "#b02a7b",
		"#454f59") FAMILY("none", "#fff", "#c3cad2", "#7b8591") FAMILY("closed", "#fff",
		"#6b7580", "#3a424b") FAMILY("listen", "#e8eef6", "#4a6f9c",
		"#24466f") FAMILY("opening", "#fdf0d0", "#b07d12", "#6a4600") FAMILY("open",
		"#d9f2df", "#2b8a45", "#0f5223") FAMILY("closing", "#e2e7ff", "#5566cc",
		"#27348b") FAMILY("timewait", "#f1e4f7", "#8d55a8",
		"#5a2a73") "@media screen and (prefers-color-scheme:dark){" PALETTE("#e6edf3",
		"#9aa5b1", "#56606b", "#0d1117", "#171d26", "#ff7b72", "#e3b341", "#c297ff",
		"#ffa657") STEPS("#0d1117", "#6cb6ff", "#ffa657", "#c9a2ff", "#66d17f", "#ff9bce",
		"#b6c0cb") FAMILY("none", "#0d1117", "#3a434d", "#76828e") FAMILY("closed",
		"#0d1117", "#8b949e", "#c5ced6") FAMILY("listen", "#14273d", "#5b8fc7", "#b9d5f5")
		FAMILY("opening", "#3a2c08", "#c9951f", "#ffdf9b")
			FAMILY("open", "#10331b", "#3fa55a", "#b4f0c2")
				FAMILY("closing", "#1c2350", "#7d8df0", "#ccd4ff")
					FAMILY("timewait", "#321f3d", "#b07cc9", "#ecd0fa") "}";

const char *svg_style(void)
{
	return style;
}

/* "12.5", "12" */
static void number(double value, struct text *out)
{
	char digits[32];
	size_t len;

	snprintf(digits, sizeof(digits), "%.1f", value);
	len = strlen(digits);
	if (len > 2 && digits[len - 1] == '0')
		digits[len - 2] = '\0';
	text_puts(out, strcmp(digits, "-0") == 0 ? "0" : digits);
}

void svg_number(const char *name, double value, struct text *out)
{
	text_printf(out, " %s=\"", name);
	number(value, out);
	text_puts(out, "\"");
}

void svg_words(const char *string, size_t most, struct text *out)
{
	struct text printable = TEXT_EMPTY;
	const char *end;
	size_t points = 0;

	text_printable(&printable, string, strlen(string));
	end = text_get(&printable);
	/* one point less than there is room for, unless it ends there */
	while (*end && (!most || points + 1 < most)) {
		end++;
		while ((*end & 0xc0) == 0x80)
			end++;
		points++;
	}
	if (*end && row_columns(end) == 1)
		end += strlen(end);
	markup_text(text_get(&printable), (size_t)(end - text_get(&printable)), out);
	if (*end)
		text_puts(out, ROW_CUT);
	text_done(&printable);
}

void svg_text(const char *class, double x, double y, const char *anchor, const char *string,
	size_t most, struct text *out)
{
	text_printf(out, "<text class=\"%s\"", class);
	svg_number("x", x, out);
	svg_number("y", y, out);
	if (strcmp(anchor, "start") != 0)
		text_printf(out, " text-anchor=\"%s\"", anchor);
	text_puts(out, ">");
	svg_words(string, most, out);
	text_puts(out, "</text>");
}

void svg_line(const char *class, double x1, double y1, double x2, double y2, struct text *out)
{
	text_printf(out, "<line class=\"%s\"", class);
	svg_number("x1", x1, out);
	svg_number("y1", y1, out);
	svg_number("x2", x2, out);
	svg_number("y2", y2, out);
	text_puts(out, "/>");
}

void svg_rect(const char *class, double x, double y, double width, double height, double round,
	struct text *out)
{
	text_puts(out, "<rect");
	if (class)
		text_printf(out, " class=\"%s\"", class);
	svg_number("x", x, out);
	svg_number("y", y, out);
	svg_number("width", width, out);
	svg_number("height", height, out);
	if (round > 0)
		svg_number("rx", round, out);
	text_puts(out, "/>");
}

static void point(double x, double y, struct text *out)
{
	number(x, out);
	text_puts(out, ",");
	number(y, out);
	text_puts(out, " ");
}

void svg_head(const char *class, double x0, double y0, double x, double y, struct text *out)
{
	double length = hypot(x - x0, y - y0), dx, dy;

	if (length <= 0)
		return;
	dx = (x - x0) / length;
	dy = (y - y0) / length;
	text_printf(out, "<polygon class=\"%s\" points=\"", class);
	point(x, y, out);
	point(x - dx * HEAD_LENGTH - dy * HEAD_HALF, y - dy * HEAD_LENGTH + dx * HEAD_HALF, out);
	point(x - dx * HEAD_LENGTH + dy * HEAD_HALF, y - dy * HEAD_LENGTH - dx * HEAD_HALF, out);
	text_puts(out, "\"/>");
}

void svg_cross(const char *class, double x, double y, struct text *out)
{
	svg_line(class, x - CROSS_HALF, y - CROSS_HALF, x + CROSS_HALF, y + CROSS_HALF, out);
	svg_line(class, x - CROSS_HALF, y + CROSS_HALF, x + CROSS_HALF, y - CROSS_HALF, out);
}

void svg_begin(const char *id, const char *class, double width, double height, const char *title,
	const char *description, bool alone, struct text *out)
{
	text_printf(out, "<svg%s class=\"%s\" viewBox=\"0 0 ",
		alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "", class);
	number(width, out);
	text_puts(out, " ");
	number(height, out);
	text_puts(out, "\"");
	svg_number("width", width, out);
	svg_number("height", height, out);
	/* in a page it may shrink a little, and then has to be scrolled */
	if (!alone)
		text_printf(out, " style=\"min-width:%.0fpx\"", width * LEAST);
	/* "img" would hide what is in it from who hears it */
	text_printf(out,
		" role=\"%s\" aria-labelledby=\"%s-title %s-desc\">\n<title id=\"%s-title\">",
		alone ? "img" : "group", id, id, id);
	svg_words(title, SVG_WORDS_MOST, out);
	text_printf(out, "</title>\n<desc id=\"%s-desc\">", id);
	svg_words(description, 0, out);
	text_puts(out, "</desc>\n");
	if (!alone)
		return;
	text_printf(out, "<style>%s</style>\n", style);
	svg_rect("g", 0, 0, width, height, 8, out);
	text_puts(out, "\n");
}

void svg_end(struct text *out)
{
	text_puts(out, "</svg>\n");
}
