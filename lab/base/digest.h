/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 (FIPS 180-4), by libmd. Any thread. */
#ifndef LAB_BASE_DIGEST_H
#define LAB_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_TEXT_MAX 65 /* 64 hexadecimal digits and the end */

/* Of `len` bytes, in hexadecimal. Returns ret_digest. */
char *digest_text(const void *bytes, size_t len, char ret_digest[DIGEST_TEXT_MAX]);
/* Its first 64 bits, as a number that looks random. */
uint64_t digest_number(const void *bytes, size_t len);

#endif
