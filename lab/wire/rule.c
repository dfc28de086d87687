/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/rule.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"

static const char *const verbs[] = {
	[RULE_HOLD] = "hold",
	[RULE_DROP] = "drop",
	[RULE_DUPLICATE] = "duplicate",
	[RULE_DELAY] = "delay",
	[RULE_CORRUPT] = "corrupt",
	[RULE_RATE] = "rate",
};
static_assert(sizeof(verbs) / sizeof(verbs[0]) == RULE_COUNT, "a verb each");

void rule_list_done(struct rule_list *list)
{
	while (list->first) {
		struct rule *r = list->first;

		list->first = r->next;
		free(r);
	}
}

struct rule *rule_add(struct rule_list *list, const struct rule *made)
{
	struct rule *r = memory_new(sizeof(*r)), **place = &list->first;

	*r = *made;
	r->number = ++list->numbers;
	r->random = made->seed;
	r->dice = made->chance_seed;
	r->next = NULL;
	while (*place)
		place = &(*place)->next;
	*place = r;
	return r;
}

int rule_remove(struct rule_list *list, unsigned number)
{
	for (struct rule **place = &list->first; *place; place = &(*place)->next) {
		struct rule *r = *place;

		if (r->number == number) {
			*place = r->next;
			free(r);
			return 0;
		}
	}
	return -ENOENT;
}

void rule_remove_kind(struct rule_list *list, enum rule_kind kind)
{
	struct rule **place = &list->first;

	while (*place) {
		struct rule *r = *place;

		if (r->kind == kind) {
			*place = r->next;
			free(r);
		} else {
			place = &r->next;
		}
	}
}

/* It may match and find nothing to do. */
static bool can_apply(const struct rule *r, const struct segment *s)
{
	return r->kind != RULE_CORRUPT || r->corruption != CORRUPT_PAYLOAD ||
		(s->payload_len && s->kind != SEGMENT_OTHER);
}

/* Thrown for each packet it is for: the same seed and the same packets give the same losses. */
static bool dice_fall(struct rule *r)
{
	bool fall = !r->chance_ppm || random_next(&r->dice) % RULE_CHANCE_SURE < r->chance_ppm;

	r->passed += !fall;
	return fall;
}

void rule_list_apply(struct rule_list *list, const struct segment *s, const uint8_t *packet,
	size_t len, struct rule *ret_by_kind[RULE_COUNT])
{
	for (int k = 0; k < RULE_COUNT; k++)
		ret_by_kind[k] = NULL;
	for (struct rule *r = list->first; r; r = r->next) {
		if (!ret_by_kind[r->kind] && (!r->count || r->hits < r->count) && can_apply(r, s) &&
			!match_is_over(&r->match) && match_packet(&r->match, s, packet, len) &&
			dice_fall(r))
			ret_by_kind[r->kind] = r;
	}
	for (int k = 0; k < RULE_COUNT; k++) {
		if (ret_by_kind[RULE_DROP] && k != RULE_DROP)
			ret_by_kind[k] = NULL;
		else if (ret_by_kind[k])
			ret_by_kind[k]->hits++;
	}
}

void rule_list_repeated(struct rule_list *list, unsigned number)
{
	for (struct rule *r = list->first; r; r = r->next)
		r->repeats += r->number == number;
}

uint64_t rule_delay(struct rule *rule, size_t len, uint64_t now_ns)
{
	uint64_t least, spread;

	if (rule->kind == RULE_RATE) {
		if (rule->free_ns < now_ns)
			rule->free_ns = now_ns;
		rule->free_ns += len * 8 * NS_PER_S / rule->bits_per_s;
		return rule->free_ns;
	}
	least = rule->delay_ns > rule->jitter_ns ? rule->delay_ns - rule->jitter_ns : 0;
	spread = rule->delay_ns + rule->jitter_ns - least;
	return now_ns + least + (spread ? random_next(&rule->random) % (spread + 1) : 0);
}

/* "1500 kbit", "10 mbit": the units of tc(8). */
static void format_rate(uint64_t bits_per_s, struct text *out)
{
	if (bits_per_s % 1000000 == 0)
		text_printf(out, " %" PRIu64 "mbit", bits_per_s / 1000000);
	else if (bits_per_s % 1000 == 0)
		text_printf(out, " %" PRIu64 "kbit", bits_per_s / 1000);
	else
		text_printf(out, " %" PRIu64 "bit", bits_per_s);
}

/* "100ms", "1500us": exactly, in the largest unit that can say it. */
static void format_time(uint64_t time_ns, struct text *out)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "s", NS_PER_S }, { "ms", NS_PER_MS }, { "us", NS_PER_US }, { "ns", 1 } };
	size_t i = 0;

	while (time_ns % units[i].ns)
		i++;
	if (!time_ns)
		i = 1;
	text_printf(out, "%" PRIu64 "%s", time_ns / units[i].ns, units[i].name);
}

void rule_format(const struct rule *rule, struct text *out)
{
	text_printf(out, "%s ", verbs[rule->kind]);
	match_format(&rule->match, out);
	if (rule->count)
		text_printf(out, " x%" PRIu64, rule->count);
	if (rule->chance_ppm) /* %g: 10, 12.5, 0.1 */
		text_printf(out, " %g%% seed %" PRIu64, rule->chance_ppm * 100.0 / RULE_CHANCE_SURE,
			rule->chance_seed);
	if (rule->kind == RULE_CORRUPT && rule->corruption == CORRUPT_PAYLOAD)
		text_puts(out, " payload");
	if (rule->kind == RULE_RATE)
		format_rate(rule->bits_per_s, out);
	if (rule->once)
		text_puts(out, " without retransmissions");
	if (rule->kind != RULE_DELAY)
		return;
	text_puts(out, " ");
	format_time(rule->delay_ns, out);
	if (!rule->jitter_ns)
		return;
	text_puts(out, " +-");
	format_time(rule->jitter_ns, out);
	text_printf(out, " seed %" PRIu64, rule->seed);
}
