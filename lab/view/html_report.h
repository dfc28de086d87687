/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people keep of a journal: one HTML page that needs nothing else, the pictures in it alone, or Markdown. The
 * same journal gives the same bytes. One thread. */
#ifndef LAB_VIEW_HTML_REPORT_H
#define LAB_VIEW_HTML_REPORT_H

struct journal;
struct text;

/* The whole page. Appended, as all below. */
void html_report(const struct journal *j, struct text *out);
/* The ladder, and the state diagram, as SVG files. */
void html_report_ladder(const struct journal *j, struct text *out);
void html_report_diagram(const struct journal *j, struct text *out);
/* The ladder in characters, and the story. */
void html_report_markdown(const struct journal *j, struct text *out);

#endif
