/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/diag.h"

static struct library library; /* there is one in a process, as with every library */

/* The pointer to a function that the library has under this name. */
static bool find(void *handle, const char *name, void *ret_pointer)
{
	void *found = dlsym(handle, name);

	memcpy(ret_pointer, &found, sizeof(found)); /* as dlsym(3) has it */
	return found != NULL;
}

const struct library *library_load(struct diag *d)
{
	void *handle = dlopen(SERVE_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	const char *reason = handle ? NULL : dlerror();
	bool whole = handle != NULL;

#define LIBRARY_FIND(name) whole = whole && find(handle, #name, &library.name);
	LIBRARY_FUNCTIONS(LIBRARY_FIND)
#undef LIBRARY_FIND
	if (whole)
		return &library;
	if (reason && !strstr(reason, strerror(ENOENT))) { /* it is there */
		diag_set(d, ENOMEM, "no page can be served: %s", reason);
		diag_remedy(d, "%s", diag_shortage(ENOMEM));
		return NULL;
	}
	diag_set(d, ENOENT, "no page can be served without %s", SERVE_LIBRARY);
	diag_remedy(d,
		"install it: apt-get install libwebsockets-evlib-uv, or dnf install libwebsockets");
	return NULL;
}

const struct library *library_get(void)
{
	return &library;
}
