/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/asset.h"

#include <string.h>

/* The assembler takes in a file as it is: nothing is generated, and nothing can be escaped wrongly. CMakeLists.txt says
 * where they are (SERVE_PAGE), and that this depends on them. */
#define EMBED(name, file)                                                                          \
	__asm__(".pushsection .rodata\n" #name ":\n.incbin \"" SERVE_PAGE "/" file "\"\n" #name    \
		"_end:\n.popsection\n");                                                           \
	extern const char name[], name##_end[]

EMBED(page_index_html, "index.html");
EMBED(page_icon_svg, "icon.svg");
EMBED(page_style_css, "style.css");
EMBED(page_page_js, "page.js");
EMBED(page_story_js, "story.js");
EMBED(page_table_js, "table.js");
EMBED(page_ladder_js, "ladder.js");
EMBED(page_diagram_js, "diagram.js");
EMBED(page_question_js, "question.js");

#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"

static const struct {
	const char *path, *type, *bytes, *end;
} assets[] = {
	{ "/", HTML, page_index_html, page_index_html_end },
	{ "/icon.svg", "image/svg+xml", page_icon_svg, page_icon_svg_end },
	{ "/style.css", CSS, page_style_css, page_style_css_end },
	{ "/page.js", SCRIPT, page_page_js, page_page_js_end },
	{ "/story.js", SCRIPT, page_story_js, page_story_js_end },
	{ "/table.js", SCRIPT, page_table_js, page_table_js_end },
	{ "/ladder.js", SCRIPT, page_ladder_js, page_ladder_js_end },
	{ "/diagram.js", SCRIPT, page_diagram_js, page_diagram_js_end },
	{ "/question.js", SCRIPT, page_question_js, page_question_js_end },
};

bool asset_find(const char *path, struct asset *ret_asset)
{
	for (size_t i = 0; i < sizeof(assets) / sizeof(assets[0]); i++) {
		if (strcmp(assets[i].path, path) != 0)
			continue;
		*ret_asset = (struct asset){ .type = assets[i].type,
			.bytes = assets[i].bytes,
			.len = (size_t)(assets[i].end - assets[i].bytes) };
		return true;
	}
	return false;
}
