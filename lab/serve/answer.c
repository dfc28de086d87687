/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/answer.h"

#include <string.h>

#include "base/text.h"

static const char *reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 204:
		return "No Content";
	case 303:
		return "See Other";
	case 400:
		return "Bad Request";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 413:
		return "Content Too Large";
	case 421:
		return "Misdirected Request";
	default:
		return "Service Unavailable";
	}
}

void answer_head(int status, const char *type, size_t len, const char *extra, struct text *out)
{
	text_printf(out, "HTTP/1.1 %d %s\r\n", status, reason(status));
	if (type)
		text_printf(out, "Content-Type: %s\r\n", type);
	text_puts(out, "Connection: close\r\n");
	if (len != ANSWER_STREAM && status != 204) /* which has none: RFC 9110 8.6 */
		text_printf(out, "Content-Length: %zu\r\n", len);
	/* Nothing but our own files, no frame around it, nothing kept, nobody told where somebody came from. */
	text_puts(out,
		"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"Cross-Origin-Opener-Policy: same-origin\r\n"
		"Cross-Origin-Resource-Policy: same-origin\r\n"
		"Cache-Control: no-store\r\n");
	text_puts(out, extra ? extra : "");
	text_puts(out, "\r\n");
}

void answer_refusal(int status, const char *title, const char *words, struct text *out)
{
	struct text page = TEXT_EMPTY;

	text_printf(&page,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
		"<meta name=\"color-scheme\" content=\"light dark\">"
		"<link rel=\"stylesheet\" href=\"/style.css\"><title>tcplab</title></head>\n"
		"<body class=\"refusal\"><main><h1>%s</h1>\n<p>%s</p></main></body></html>\n",
		title, words);
	answer_head(status, "text/html; charset=utf-8", page.len,
		status == 405 ? "Allow: GET\r\n" : NULL, out);
	text_add(out, text_get(&page), page.len);
	text_done(&page);
}
