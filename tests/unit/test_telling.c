/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "language/telling.h"

static void busy_machine_is_told(void **state)
{
	struct text out = TEXT_EMPTY;

	(void)state;
	telling_busy(1500 * NS_PER_MS, 4 * NS_PER_S, &out);
	assert_string_equal(text_get(&out),
		"  (this machine is busy: of 4.000 s tcplab has waited 1.500 s for a core,\n"
		"   and the kernel's timers ran on meanwhile)\n");
	text_done(&out);
}

static void quiet_machine_is_not(void **state)
{
	struct text out = TEXT_EMPTY;

	(void)state;
	telling_busy(0, NS_PER_S, &out);
	telling_busy(20 * NS_PER_MS, 30 * NS_PER_MS, &out); /* too short for any timer */
	telling_busy(NS_PER_S, 100 * NS_PER_S, &out); /* now and then */
	assert_string_equal(text_get(&out), "");
	text_done(&out);
}

/* It grows by itself on any machine that does something else too. */
static void waiting_is_what_the_kernel_says(void **state)
{
	uint64_t begin = clock_now_ns();
	uint64_t before = clock_waited_ns((int)getpid()), after = clock_waited_ns((int)getpid());

	(void)state;
	assert_true(after >= before);
	assert_true(after - before <= clock_now_ns() - begin);
	assert_int_equal(clock_waited_ns(0), 0); /* nobody has that number */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(busy_machine_is_told),
		cmocka_unit_test(quiet_machine_is_not),
		cmocka_unit_test(waiting_is_what_the_kernel_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
