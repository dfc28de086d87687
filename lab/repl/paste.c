/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/paste.h"

static const char end[] = PASTE_END;

void paste_begin(struct paste *p)
{
	text_clear(&p->text);
	p->matched = 0;
}

bool paste_add(struct paste *p, char c)
{
	if (p->text.len <= PASTE_MAX)
		text_add(&p->text, &c, 1);
	if (c == end[p->matched])
		p->matched++;
	else
		p->matched = c == end[0];
	return p->matched == sizeof(end) - 1;
}

const char *paste_get(struct paste *p)
{
	struct text *t = &p->text;
	size_t to = 0;

	if (t->len > PASTE_MAX)
		return NULL;
	t->len -= p->matched;
	p->matched = 0;
	for (size_t i = 0; i < t->len; i++)
		if (t->s[i] != '\0')
			t->s[to++] = t->s[i] == '\r' ? '\n' : t->s[i];
	t->len = to;
	if (t->s)
		t->s[to] = '\0';
	return text_get(t);
}

void paste_done(struct paste *p)
{
	text_done(&p->text);
}
