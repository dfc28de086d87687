/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/transfer.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "command/call.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "observe/tracker.h"
#include "world/descriptor.h"
#include "world/process.h"
#include "world/world.h"

#define QUOTE_MOST 32 /* bytes of sent data shown, as strace(1) does */
#define RECEIVED_MOST 200 /* bytes of received data shown */
#define RECV_BYTES 4096 /* what many programs' buffers hold */

const char *const transfer_flags[] = { "MSG_OOB", "MSG_PEEK", "MSG_DONTWAIT", "MSG_NOSIGNAL",
	"MSG_MORE", "MSG_WAITALL", "MSG_TRUNC", "MSG_FASTOPEN", NULL };
static const int flag_values[] = { MSG_OOB, MSG_PEEK, MSG_DONTWAIT, MSG_NOSIGNAL, MSG_MORE,
	MSG_WAITALL, MSG_TRUNC, MSG_FASTOPEN };

/* "MSG_OOB|MSG_DONTWAIT": 0, or -1 when a part is none. */
static int parse_flags(const char *word, int *flags)
{
	int found = 0;

	while (*word) {
		size_t len = strcspn(word, "|"), i = 0;

		while (transfer_flags[i] &&
			(strlen(transfer_flags[i]) != len ||
				strncmp(transfer_flags[i], word, len) != 0))
			i++;
		if (!transfer_flags[i])
			return -1;
		found |= flag_values[i];
		word += len + (word[len] == '|');
	}
	*flags |= found;
	return 0;
}

static void format_flags(int flags, struct text *out)
{
	const char *separator = "";

	if (!flags)
		text_puts(out, "0");
	for (size_t i = 0; transfer_flags[i]; i++) {
		if (flags & flag_values[i]) {
			text_printf(out, "%s%s", separator, transfer_flags[i]);
			separator = "|";
		}
	}
}

/* The arguments after data or size: flags, and for sendto the address, in any order. */
static int parse_rest(struct cmd_call *c, struct call_request *q, size_t from, struct diag *d)
{
	const struct statement *s = c->statement;

	for (size_t i = from; i < s->word_count; i++) {
		int r;

		if (strncmp(s->words[i].text, "MSG_", 4) == 0) {
			if (q->kind == CALL_WRITE || q->kind == CALL_READ)
				return statement_error(s, &s->words[i], d,
					"read() and write() take no flags; send and recv do");
			if (parse_flags(s->words[i].text, &q->number) < 0)
				return statement_error(s, &s->words[i], d,
					"'%.60s' is no flag: MSG_OOB, MSG_PEEK, MSG_DONTWAIT, "
					"MSG_NOSIGNAL, MSG_MORE, MSG_WAITALL, MSG_TRUNC, "
					"MSG_FASTOPEN; joined: "
					"MSG_OOB|MSG_DONTWAIT",
					s->words[i].text);
			continue;
		}
		if (q->kind != CALL_SENDTO)
			return statement_error(s, &s->words[i], d, "'%.40s' is not understood here",
				s->words[i].text);
		r = name_peer(c->world, s, &s->words[1], &s->words[i], &q->address, d);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The place in the stream where this descriptor's next byte goes, or comes from. */
static uint64_t stream_offset(const struct cmd_call *c, bool sending)
{
	const struct descriptor *on = world_descriptor(c->world, c->statement->words[1].text);

	if (!on)
		return 0;
	return sending ? on->endpoint->sent : on->endpoint->received;
}

/* `send c hello world` */
static int unquoted(const struct statement *s, struct diag *d)
{
	struct text words = TEXT_EMPTY;

	for (size_t i = 2; i < s->word_count && strncmp(s->words[i].text, "MSG_", 4) != 0 &&
		!strchr(s->words[i].text, ':');
		i++)
		text_printf(&words, "%s%s", words.len ? " " : "", s->words[i].text);
	statement_error(s, &s->words[2], d, "text goes in quotes: %s %s \"%.80s\"",
		s->words[0].text, s->words[1].text, text_get(&words));
	text_done(&words);
	return -EINVAL;
}

int transfer_send(struct cmd_call *c, enum call_kind kind, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct token *data = &s->words[2];
	struct call_request q = { .kind = kind, .size = (uint32_t)data->len };
	struct call_order order = { .data = data->text };
	struct text shown = TEXT_EMPTY, flags = TEXT_EMPTY;
	char address[ADDRESS_TEXT_MAX];
	uint64_t size;
	int r;

	if (data->kind != TOKEN_STRING && isalpha((unsigned char)data->text[0]))
		return unquoted(s, d);
	r = parse_rest(c, &q, 3, d);
	if (r < 0)
		return r;
	if (kind == CALL_SENDTO && !q.address.family)
		return statement_error(s, NULL, d,
			"sendto needs an address: sendto %s \"DATA\" ADDR:PORT", s->words[1].text);
	if (data->kind == TOKEN_STRING) {
		text_quote(&shown, data->text, data->len, QUOTE_MOST);
	} else {
		r = name_size(s, data, CALL_SIZE_MAX, &size, d);
		if (r < 0)
			return r;
		q.generate = true;
		q.size = (uint32_t)size;
		q.offset = stream_offset(c, true);
		text_printf(&shown, "<pattern from byte %" PRIu64 ">", q.offset);
	}
	format_flags(q.number, &flags);
	if (kind == CALL_WRITE)
		r = call_on_socket(c, &q, &order, d, "%s, %u", text_get(&shown), q.size);
	else if (kind == CALL_SENDTO)
		r = call_on_socket(c, &q, &order, d, "%s, %u, %s, %s", text_get(&shown), q.size,
			text_get(&flags), call_address(&q.address, address));
	else
		r = call_on_socket(c, &q, &order, d, "%s, %u, %s", text_get(&shown), q.size,
			text_get(&flags));
	text_done(&shown);
	text_done(&flags);
	return r;
}

/* The data, or that it is the pattern and nothing is missing in it; and who sent it. */
static void describe_received(const struct call_request *q, const struct call_reply *reply,
	struct call_answer *answer)
{
	/* with MSG_TRUNC the result may be more than came */
	uint64_t came = (uint64_t)reply->result < q->size ? (uint64_t)reply->result : q->size;
	struct text text = TEXT_EMPTY;
	char address[ADDRESS_TEXT_MAX];

	/* a few bytes are the pattern's by chance, and are better shown */
	if (reply->result == 0 && q->size && reply->facts.protocol == IPPROTO_TCP)
		text_puts(&text, "(end of file)");
	else if (reply->pattern && came > 16)
		text_printf(&text, "<pattern, bytes %" PRIu64 " to %" PRIu64 ">", q->offset,
			q->offset + came - 1);
	else
		text_quote(&text, (const char *)reply->data, reply->size, RECEIVED_MOST);
	if (reply->address.family)
		text_printf(&text, " from %s", address_format(&reply->address, address));
	answer->text = text_take(&text);
}

int transfer_receive(struct cmd_call *c, enum call_kind kind, struct diag *d)
{
	const struct statement *s = c->statement;
	struct call_request q = { .kind = kind, .offset = stream_offset(c, false) };
	struct call_order order = { .describe = describe_received };
	struct text flags = TEXT_EMPTY;
	uint64_t size = RECV_BYTES;
	size_t rest = 2;
	int r = 0;

	if (s->word_count > 2 && strncmp(s->words[2].text, "MSG_", 4) != 0)
		r = name_size(s, &s->words[rest++], CALL_SIZE_MAX, &size, d);
	if (r == 0)
		r = parse_rest(c, &q, rest, d);
	if (r < 0)
		return r;
	q.size = (uint32_t)size;
	format_flags(q.number, &flags);
	if (kind == CALL_READ)
		r = call_on_socket(c, &q, &order, d, "%u", q.size);
	else
		r = call_on_socket(c, &q, &order, d, "%u, %s", q.size, text_get(&flags));
	text_done(&flags);
	return r;
}
