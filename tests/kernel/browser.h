/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A headless Chromium on a pipe, as far as a test of a page needs it: go there, look like this, ask that; and what
 * it complained of or asked the network for meanwhile. Chrome DevTools Protocol, --remote-debugging-pipe: JSON with a
 * NUL behind each message, to descriptor 3 and from 4. */
#ifndef TESTS_KERNEL_BROWSER_H
#define TESTS_KERNEL_BROWSER_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "temporary.h"

#define BROWSER_PATIENCE_MS 30000 /* the first start reads a hundred megabytes from the disk */

struct browser {
	pid_t pid;
	int to, from;
	char profile[TEMPORARY_MAX]; /* temporary folder; all that it writes goes there */
	struct text read; /* not taken apart yet */
	json_int_t asked; /* number of the last command */
	char *session; /* of the page */
	struct text complaints; /* of the page since browser_visit() */
	struct text requests; /* URLs, a line each, since then */
	bool loaded;
};

static inline int browser_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

/* The path of a browser, to be freed; NULL = there is none. */
static inline char *browser_find(void)
{
	static const char *const names[] = { "chromium", "chromium-browser", "google-chrome" };
	const char *path = getenv("PATH");
	struct text file = TEXT_EMPTY;

	for (size_t i = 0; path && i < sizeof(names) / sizeof(names[0]); i++) {
		for (const char *at = path; *at; at += strcspn(at, ":"), at += *at == ':') {
			text_clear(&file);
			text_printf(&file, "%.*s/%s", (int)strcspn(at, ":"), at, names[i]);
			if (access(text_get(&file), X_OK) == 0)
				return text_take(&file);
		}
	}
	text_done(&file);
	return NULL;
}

__attribute__((noreturn)) static inline void browser_exec(const char *path, const char *profile,
	int in, int out)
{
	struct text folder = TEXT_EMPTY;
	int null = open("/dev/null", O_RDWR);

	/* first out of the way of the two numbers they must get */
	in = fcntl(in, F_DUPFD, 10);
	out = fcntl(out, F_DUPFD, 10);
	dup2(in, 3);
	dup2(out, 4);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	text_printf(&folder, "--user-data-dir=%s", profile);
	setenv("TMPDIR", profile, 1);
	setenv("HOME", profile, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_CACHE_HOME");
	/* it has a sandbox of its own, which root and containers cannot have; the page is ours */
	execl(path, path, "--headless=new", "--no-sandbox", "--disable-gpu",
		"--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
		"--remote-debugging-pipe", text_get(&folder), (char *)NULL);
	_exit(127);
}

static inline void browser_note(struct browser *b, const json_t *message)
{
	const char *method = json_string_value(json_object_get(message, "method")), *url;
	const json_t *params = json_object_get(message, "params");
	char *dumped;

	if (!method)
		return;
	if (strcmp(method, "Page.loadEventFired") == 0)
		b->loaded = true;
	if (strcmp(method, "Network.requestWillBeSent") == 0) {
		url = json_string_value(json_object_get(json_object_get(params, "request"), "url"));
		text_printf(&b->requests, "%s\n", url ? url : "?");
	}
	if (strcmp(method, "Runtime.exceptionThrown") == 0 ||
		strcmp(method, "Runtime.consoleAPICalled") == 0 ||
		strcmp(method, "Log.entryAdded") == 0) {
		dumped = json_dumps(params, JSON_COMPACT);
		text_printf(&b->complaints, "%s\n", dumped);
		free(dumped);
	}
}

/* The next message; NULL = it says nothing more. */
static inline json_t *browser_next(struct browser *b)
{
	uint64_t deadline = clock_now_ns() + BROWSER_PATIENCE_MS * NS_PER_MS, now;
	struct pollfd ready = { .fd = b->from, .events = POLLIN };
	char buffer[65536], *end;
	json_t *message;
	ssize_t len;

	while (!(end = b->read.len ? memchr(b->read.s, '\0', b->read.len) : NULL)) {
		now = clock_now_ns();
		if (now >= deadline ||
			poll(&ready, 1, (int)((deadline - now) / NS_PER_MS) + 1) <= 0)
			return NULL;
		len = read(b->from, buffer, sizeof(buffer));
		if (len <= 0)
			return NULL;
		text_add(&b->read, buffer, (size_t)len);
	}
	message = json_loads(b->read.s, 0, NULL);
	b->read.len -= (size_t)(end + 1 - b->read.s);
	memmove(b->read.s, end + 1, b->read.len);
	return message;
}

/* The result of a command, the caller's; takes the parameters over. NULL: none came, or an error. */
static inline json_t *browser_ask(struct browser *b, const char *method, json_t *params)
{
	json_t *ask = json_pack("{s:I,s:s,s:o}", "id", ++b->asked, "method", method, "params",
		params ? params : json_object());
	json_t *message, *result = NULL;
	char *dumped;

	if (b->session)
		json_object_set_new(ask, "sessionId", json_string(b->session));
	dumped = json_dumps(ask, JSON_COMPACT);
	json_decref(ask);
	if (write(b->to, dumped, strlen(dumped) + 1) < 0)
		b->loaded = false;
	free(dumped);
	while ((message = browser_next(b))) {
		bool answer = json_integer_value(json_object_get(message, "id")) == b->asked;

		browser_note(b, message);
		if (answer)
			result = json_incref(json_object_get(message, "result"));
		json_decref(message);
		if (answer)
			break;
	}
	return result;
}

static inline void browser_tell(struct browser *b, const char *method, json_t *params)
{
	json_decref(browser_ask(b, method, params));
}

static inline void browser_close(struct browser *b)
{
	json_t *message;

	if (b->pid > 0) {
		free(b->session);
		b->session = NULL;
		browser_tell(b, "Browser.close", NULL);
		while ((message = browser_next(
				b))) /* it still writes into its folder until it has gone */
			json_decref(message);
		kill(b->pid, SIGKILL);
		waitpid(b->pid, NULL, 0);
		close(b->to);
		close(b->from);
		nftw(b->profile, browser_remove, 16, FTW_DEPTH | FTW_PHYS);
	}
	text_done(&b->read);
	text_done(&b->complaints);
	text_done(&b->requests);
}

/* false: there is none here that runs. */
static inline bool browser_open(struct browser *b)
{
	static const char *const domains[] = { "Page.enable", "Runtime.enable", "Log.enable",
		"Network.enable" };
	char *path = browser_find();
	int to[2], from[2];
	json_t *target, *attached = NULL;

	*b = (struct browser){ .pid = -1 };
	temporary_name("browser", b->profile, sizeof(b->profile));
	if (!path || pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0 || !mkdtemp(b->profile))
		return false;
	b->pid = fork();
	if (b->pid == 0)
		browser_exec(path, b->profile, to[0], from[1]);
	free(path);
	close(to[0]);
	close(from[1]);
	b->to = to[1];
	b->from = from[0];
	target = browser_ask(b, "Target.createTarget", json_pack("{s:s}", "url", "about:blank"));
	if (target)
		attached = browser_ask(b, "Target.attachToTarget",
			json_pack("{s:O,s:b}", "targetId", json_object_get(target, "targetId"),
				"flatten", 1));
	json_decref(target);
	if (!attached)
		return false;
	b->session = text_copy(json_string_value(json_object_get(attached, "sessionId")));
	json_decref(attached);
	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++)
		browser_tell(b, domains[i], NULL);
	return true;
}

/* "light" or "dark", and the size of the window. */
static inline void browser_look_sized(struct browser *b, const char *scheme, int width, int height)
{
	browser_tell(b, "Emulation.setEmulatedMedia",
		json_pack("{s:[{s:s,s:s}]}", "features", "name", "prefers-color-scheme", "value",
			scheme));
	browser_tell(b, "Emulation.setDeviceMetricsOverride",
		json_pack("{s:i,s:i,s:i,s:b}", "width", width, "height", height,
			"deviceScaleFactor", 1, "mobile", 0));
}

static inline void browser_look(struct browser *b, const char *scheme, int width)
{
	browser_look_sized(b, scheme, width, 900);
}

static inline bool browser_visit(struct browser *b, const char *url)
{
	json_t *message;

	text_clear(&b->complaints);
	text_clear(&b->requests);
	b->loaded = false;
	browser_tell(b, "Page.navigate", json_pack("{s:s}", "url", url));
	while (!b->loaded && (message = browser_next(b))) {
		browser_note(b, message);
		json_decref(message);
	}
	return b->loaded;
}

/* What an expression is, the caller's; NULL when it threw. */
static inline json_t *browser_evaluate(struct browser *b, const char *expression)
{
	json_t *result = browser_ask(b, "Runtime.evaluate",
		json_pack("{s:s,s:b}", "expression", expression, "returnByValue", 1));
	json_t *value = json_incref(json_object_get(json_object_get(result, "result"), "value"));

	json_decref(result);
	return value;
}

/* Wait until an expression is true, which the page is asked again and again; false: it has not become so. */
static inline bool browser_await(struct browser *b, const char *expression)
{
	struct text promise = TEXT_EMPTY;
	json_t *result;
	bool came;

	text_printf(&promise,
		"new Promise((done) => { const end = Date.now() + %d, look = () => { const is = !!(%s);"
		"if (is || Date.now() > end) done(is); else setTimeout(look, 5); }; look(); })",
		BROWSER_PATIENCE_MS / 2, expression);
	result = browser_ask(b, "Runtime.evaluate",
		json_pack("{s:s,s:b,s:b}", "expression", text_get(&promise), "returnByValue", 1,
			"awaitPromise", 1));
	came = json_is_true(json_object_get(json_object_get(result, "result"), "value"));
	json_decref(result);
	text_done(&promise);
	return came;
}

#endif
