/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/digest.h"

#include <stdlib.h>
#include <sys/types.h>
/* libmd's header wants the types of the one above */
#include <sha256.h>

char *digest_text(const void *bytes, size_t len, char ret_digest[DIGEST_TEXT_MAX])
{
	return SHA256Data(bytes, len, ret_digest);
}

uint64_t digest_number(const void *bytes, size_t len)
{
	char text[DIGEST_TEXT_MAX];

	digest_text(bytes, len, text);
	text[16] = '\0';
	return strtoull(text, NULL, 16);
}
