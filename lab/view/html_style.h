/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The look of a report's page, and the few lines of script that show what caused what. Constants. */
#ifndef LAB_VIEW_HTML_STYLE_H
#define LAB_VIEW_HTML_STYLE_H

/* The rules of the page itself; those of its pictures are svg_style(). */
const char *html_style(void);
/* What stands between <script> and </script>, byte for byte. */
const char *html_script(void);
/* The base64 of its SHA-256: with it the page allows this script and no other (CSP level 2, 4.2.5). tests/kernel/
 * report_words.sh compares the two, and prints the right one when they differ. */
const char *html_script_hash(void);

#endif
