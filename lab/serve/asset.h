/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of the page (lab/serve/page), as they are in the program. Any thread. */
#ifndef LAB_SERVE_ASSET_H
#define LAB_SERVE_ASSET_H

#include <stdbool.h>
#include <stddef.h>

struct asset {
	const char *type; /* as Content-Type has it */
	const char *bytes;
	size_t len;
};

/* path: "/style.css"; that of the page itself is "/". false: there is no such. */
bool asset_find(const char *path, struct asset *ret_asset);

#endif
