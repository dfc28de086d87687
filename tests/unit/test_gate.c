/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "serve/gate.h"

static struct gate gate;

static int set_up(void **state)
{
	struct diag d = { 0 };

	(void)state;
	if (gate_init(&gate, 4711, true, &d) < 0)
		return -1;
	gate_add_host(&gate, "127.0.0.1");
	gate_add_host(&gate, "[fd00::1]");
	return 0;
}

static enum gate_role role_of_link(const struct gate *g, enum gate_role role)
{
	struct text link = TEXT_EMPTY;
	enum gate_role given;

	gate_link(g, role, &link);
	assert_memory_equal(text_get(&link), "/join/", 6);
	given = gate_role_of_key(g, text_get(&link) + 6);
	text_done(&link);
	return given;
}

static void keys_open_what_they_are_for(void **state)
{
	char wrong[GATE_SECRET];

	(void)state;
	assert_int_equal(role_of_link(&gate, GATE_VIEWER), GATE_VIEWER);
	assert_int_equal(role_of_link(&gate, GATE_CONTROL), GATE_CONTROL);
	assert_string_not_equal(gate.keys[GATE_VIEWER], gate.keys[GATE_CONTROL]);
	for (size_t i = 0; i < GATE_SECRET - 1; i++) { /* every digit counts */
		memcpy(wrong, gate.keys[GATE_CONTROL], sizeof(wrong));
		wrong[i] = wrong[i] == 'f' ? '0' : 'f';
		assert_int_equal(gate_role_of_key(&gate, wrong), GATE_NOBODY);
	}
	assert_int_equal(gate_role_of_key(&gate, ""), GATE_NOBODY);
	memcpy(wrong, gate.keys[GATE_VIEWER], sizeof(wrong));
	wrong[GATE_SECRET - 2] = '\0'; /* all but the last digit */
	assert_int_equal(gate_role_of_key(&gate, wrong), GATE_NOBODY);
}

static void control_that_is_not_wanted_has_no_key(void **state)
{
	struct gate without;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(gate_init(&without, 80, false, &d), 0);
	assert_int_equal(role_of_link(&without, GATE_CONTROL), GATE_NOBODY);
	assert_int_equal(role_of_link(&without, GATE_VIEWER), GATE_VIEWER);
}

static void cookies_are_found_among_others(void **state)
{
	struct text cookie = TEXT_EMPTY, cookies = TEXT_EMPTY;

	(void)state;
	gate_cookie(&gate, GATE_VIEWER, &cookie);
	assert_non_null(strstr(text_get(&cookie), "; HttpOnly; SameSite=Strict"));
	text_printf(&cookies, "a=b; %.*s; tcplab-4712=%s", (int)strcspn(text_get(&cookie), ";"),
		text_get(&cookie), gate.passes[GATE_CONTROL]);
	assert_int_equal(gate_role_of_cookies(&gate, text_get(&cookies)), GATE_VIEWER);
	text_printf(&cookies, "; tcplab-4711=%s", gate.passes[GATE_CONTROL]);
	assert_int_equal(gate_role_of_cookies(&gate, text_get(&cookies)), GATE_CONTROL);
	/* the key of a link is no pass, and longer is not the same */
	text_clear(&cookies);
	text_printf(&cookies, "tcplab-4711=%s; tcplab-4711=%s0; xtcplab-4711=%s",
		gate.keys[GATE_VIEWER], gate.passes[GATE_VIEWER], gate.passes[GATE_VIEWER]);
	assert_int_equal(gate_role_of_cookies(&gate, text_get(&cookies)), GATE_NOBODY);
	assert_int_equal(gate_role_of_cookies(&gate, NULL), GATE_NOBODY);
	assert_int_equal(gate_role_of_cookies(&gate, ";;; ; =;tcplab-4711="), GATE_NOBODY);
	text_done(&cookie);
	text_done(&cookies);
}

static void only_its_own_names_are_known(void **state)
{
	(void)state;
	assert_true(gate_knows_host(&gate, "127.0.0.1:4711"));
	assert_true(gate_knows_host(&gate, "[FD00::1]:4711"));
	assert_false(gate_knows_host(&gate, "127.0.0.1"));
	assert_false(gate_knows_host(&gate, "127.0.0.1:4712"));
	assert_false(gate_knows_host(&gate, "127.0.0.1:4711.evil.example"));
	assert_false(gate_knows_host(&gate, "evil.example:4711"));
	assert_false(gate_knows_host(&gate, ""));
	assert_false(gate_knows_host(&gate, NULL));
}

static void port_80_goes_without_saying(void **state)
{
	struct gate g;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(gate_init(&g, 80, false, &d), 0);
	gate_add_host(&g, "10.0.0.1");
	assert_true(gate_knows_host(&g, "10.0.0.1"));
	assert_true(gate_knows_host(&g, "10.0.0.1:80"));
	assert_false(gate_knows_host(&g, "10.0.0.1:"));
	assert_false(gate_knows_host(&g, "10.0.0"));
}

static void origins_are_those_of_its_page(void **state)
{
	(void)state;
	assert_true(gate_knows_origin(&gate, "http://127.0.0.1:4711", true));
	assert_false(gate_knows_origin(&gate, "https://127.0.0.1:4711", true));
	assert_false(gate_knows_origin(&gate, "http://evil.example", false));
	assert_false(gate_knows_origin(&gate, "null", false));
	assert_true(gate_knows_origin(&gate, NULL, false));
	assert_false(gate_knows_origin(&gate, NULL, true));
	assert_false(gate_knows_origin(&gate, "", true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_open_what_they_are_for),
		cmocka_unit_test(control_that_is_not_wanted_has_no_key),
		cmocka_unit_test(cookies_are_found_among_others),
		cmocka_unit_test(only_its_own_names_are_known),
		cmocka_unit_test(port_80_goes_without_saying),
		cmocka_unit_test(origins_are_those_of_its_page),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
