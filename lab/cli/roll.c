/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/roll.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "base/text.h"
#include "language/exercise.h"
#include "view/gradebook.h"

#define ENDING ".tcplab"
#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* spreadsheets write one */

/* ---- the class list ---- */

static bool is_listed(const struct roll *r, const char *student)
{
	for (size_t i = 0; i < r->listed.count; i++) {
		if (strcmp(r->listed.paths[i], student) == 0)
			return true;
	}
	return false;
}

/* The first field of a line, without blanks and quotes around it. */
static char *first_field(const char *line, size_t len)
{
	struct text field = TEXT_EMPTY;
	size_t end = 0;

	while (end < len && !strchr(",;\t#", line[end]))
		end++;
	while (end && (isspace((unsigned char)line[end - 1]) || line[end - 1] == '"'))
		end--;
	while (end && (isspace((unsigned char)*line) || *line == '"')) {
		line++;
		end--;
	}
	text_add(&field, line, end);
	return text_take(&field);
}

static int read_line(struct roll *r, const char *path, uint32_t number, const char *line,
	size_t len, struct diag *d)
{
	char *id = first_field(line, len);
	struct text shown = TEXT_EMPTY;
	bool heading = number == 1 && strcasecmp(id ? id : "", "ID") == 0, bad;

	bad = id && *id && !heading && !exercise_is_student(id);
	if (bad) {
		text_quote(&shown, line, len, 60);
		diag_set(d, EINVAL,
			"no student's ID begins %s: a line is ada, or ada,Ada Lovelace; an ID is of "
			"letters, digits, _ . @ -",
			text_get(&shown));
		diag_at(d, path, number, 1);
		text_done(&shown);
	} else if (id && *id && !heading && !is_listed(r, id)) {
		r->listed.paths =
			memory_grow(r->listed.paths, (r->listed.count + 1) * sizeof(char *));
		r->listed.paths[r->listed.count++] = text_copy(id);
	}
	free(id);
	return bad ? -EINVAL : 0;
}

int roll_read(struct roll *r, const char *path, struct diag *d)
{
	struct text text = TEXT_EMPTY;
	int result = recipe_read_plain(path, &text, d);
	const char *line = text_get(&text);
	uint32_t number = 0;

	if (result < 0 && d->operation[0])
		diag_set(d, -result, "the class list %s cannot be read: %s", path,
			strerror(-result));
	r->has_list = true;
	if (strncmp(line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		line += strlen(BYTE_ORDER_MARK);
	while (result == 0 && *line) {
		size_t len = strcspn(line, "\n");

		result =
			read_line(r, path, ++number, line, len - (len && line[len - 1] == '\r'), d);
		line += len + (line[len] == '\n');
	}
	if (result == 0 && !r->listed.count)
		result = diag_set(d, EINVAL, "%s: there is no student on this list", path);
	text_done(&text);
	return result;
}

void roll_done(struct roll *r)
{
	recipe_list_done(&r->listed);
	recipe_list_done(&r->left);
	*r = (struct roll){ 0 };
}

/* ---- names of files ---- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What stands behind "EXERCISE-" in the name of a file; NULL = that is not in it. */
static const char *named(const char *file, const char *exercise)
{
	const char *base = last_part(file), *word = last_part(exercise), *found = NULL;
	size_t len = strlen(word);

	for (const char *at = base; (at = strstr(at, word)); at += len) {
		if (at[len] == '-' && (at == base || !isalnum((unsigned char)at[-1])))
			found = at + len + 1;
	}
	return found;
}

/* Does that begin with this ID? "ada (1).tcplab" and "ada-2.tcplab" do with ada, "adam.tcplab" does not. */
static bool begins_with(const char *name, const char *id)
{
	size_t len = strlen(id);

	return strncasecmp(name, id, len) == 0 && !isalnum((unsigned char)name[len]);
}

static void consider(const char **best, const char *name, const char *id)
{
	if (begins_with(name, id) && (!*best || strlen(id) > strlen(*best)))
		*best = id;
}

/* The longest ID on the list that the name begins with; NULL. */
static const char *listed_in(const struct roll *r, const char *name)
{
	const char *best = NULL;

	for (size_t i = 0; i < r->listed.count; i++)
		consider(&best, name, r->listed.paths[i]);
	return best;
}

/* The ID that the name tells, where nobody knows him: up to what no ID holds. NULL = none. Owned. */
static char *unknown_in(const char *name)
{
	struct text id = TEXT_EMPTY;
	size_t len = strlen(name), ending = strlen(ENDING);

	if (len > ending && strcmp(name + len - ending, ENDING) == 0)
		len -= ending;
	for (size_t i = 0; i < len && (isalnum((unsigned char)name[i]) || strchr("_.@-", name[i]));
		i++)
		text_add(&id, name + i, 1);
	if (!exercise_is_student(text_get(&id)))
		text_done(&id);
	return id.len ? text_take(&id) : NULL;
}

/* ---- whose ---- */

/* Was it played, and do we know whose it is? */
static bool counts(const struct grade *g)
{
	return g->student &&
		(g->verdict == GRADE_GIVEN || g->verdict == GRADE_PARTS ||
			g->verdict == GRADE_STOPPED);
}

static void move_to(struct grade *g, const char *student)
{
	char *copy = text_copy(student);

	free(g->student);
	g->student = copy;
}

/* One that counts, and whose name says that it is another's. */
static void find_copy(const struct roll *r, const char *exercise, struct grade *g)
{
	const char *name = named(g->file, exercise), *other = name ? listed_in(r, name) : NULL;
	struct text why = TEXT_EMPTY;
	char *unknown;

	if (!name || (other && strcmp(other, g->student) == 0))
		return;
	if (begins_with(name, g->student) && (!other || strlen(other) < strlen(g->student)))
		return;
	unknown = other ? NULL : unknown_in(name);
	if (other || unknown) {
		text_printf(&why, "it is the work of %s, under another name", g->student);
		free(g->reasons);
		g->reasons = text_take(&why);
		g->verdict = GRADE_REFUSED;
		g->copied = true;
		g->score = 0;
		move_to(g, other ? other : unknown);
	}
	free(unknown);
}

/* One that does not count belongs to whom its name tells, and else to whom it says itself. */
static void find_owner(const struct roll *r, const char *exercise, struct grade *g,
	const struct grade *grades, size_t count)
{
	const char *name = named(g->file, exercise), *known = name ? listed_in(r, name) : NULL;
	char *unknown;

	for (size_t i = 0; name && i < count; i++) {
		if (counts(&grades[i]))
			consider(&known, name, grades[i].student);
	}
	if (!name ||
		(g->student && begins_with(name, g->student) &&
			(!known || strlen(known) <= strlen(g->student))))
		return;
	unknown = known ? NULL : unknown_in(name);
	if (known || unknown)
		move_to(g, known ? known : unknown);
	free(unknown);
}

/* ---- one row each ---- */

/* 0 is the best. */
static int rank(const struct grade *g)
{
	static const int ranks[GRADE_VERDICT_COUNT] = { [GRADE_GIVEN] = 0,
		[GRADE_PARTS] = 1,
		[GRADE_STOPPED] = 2,
		[GRADE_REFUSED] = 3,
		[GRADE_NONE] = 4 };

	return ranks[g->verdict];
}

/* Is it called as `submit` calls it? */
static bool is_own_name(const char *exercise, const struct grade *g)
{
	const char *name = named(g->file, exercise);
	size_t len = g->student ? strlen(g->student) : 0;

	return name && len && strncmp(name, g->student, len) == 0 &&
		strcmp(name + len, ENDING) == 0;
}

static bool is_better(const char *exercise, const struct grade *a, const struct grade *b)
{
	if (counts(a) != counts(b))
		return counts(a);
	if (a->score != b->score)
		return a->score > b->score;
	if (a->verdict != b->verdict)
		return rank(a) < rank(b);
	return is_own_name(exercise, a) && !is_own_name(exercise, b);
}

static bool is_same(const struct grade *a, const struct grade *b)
{
	return a->student && b->student && strcmp(a->student, b->student) == 0;
}

static void add_reason(struct grade *g, const char *reason)
{
	struct text all = TEXT_EMPTY;

	text_printf(&all, "%s%s%s", g->reasons ? g->reasons : "", g->reasons ? "\n" : "", reason);
	free(g->reasons);
	g->reasons = text_take(&all);
}

/* "in/x.tcplab: refused, line 3: ...". A newline in a name would begin another reason. */
static void format_file(const struct grade *g, struct text *out)
{
	text_printable(out, g->file, strlen(g->file));
	if (counts(g))
		text_printf(out, ": %s, score %u", grade_verdict_name(g->verdict), g->score);
	else
		text_printf(out, ": %s, %.*s", grade_verdict_name(g->verdict),
			(int)strcspn(g->reasons ? g->reasons : "", "\n"),
			g->reasons ? g->reasons : "");
}

/* The row that grade i has to go into: the best of its student's; the first of those that are as good. */
static size_t row_of(const char *exercise, const struct grade *grades, size_t count, size_t i)
{
	size_t best = i;

	for (size_t k = 0; k < count; k++) {
		if (k == best || !is_same(&grades[k], &grades[i]))
			continue;
		if (is_better(exercise, &grades[k], &grades[best]) ||
			(k < best && !is_better(exercise, &grades[best], &grades[k])))
			best = k;
	}
	return best;
}

/* Leave the best of each student; what was left out is told in its row. Returns how many are left. */
static size_t keep_best(const char *exercise, struct grade *grades, size_t count, bool *ret_look)
{
	size_t *rows = memory_new((count + 1) * sizeof(*rows)), kept = 0;

	for (size_t i = 0; i < count; i++)
		rows[i] = row_of(exercise, grades, count, i);
	for (size_t i = 0; i < count; i++) {
		struct text other = TEXT_EMPTY;

		if (rows[i] == i)
			continue;
		text_puts(&other, "another file, which does not count: ");
		format_file(&grades[i], &other);
		add_reason(&grades[rows[i]], text_get(&other));
		*ret_look |= grades[i].verdict != GRADE_GIVEN;
		text_done(&other);
	}
	for (size_t i = 0; i < count; i++) {
		struct grade g = grades[i];

		if (rows[i] == i)
			grades[kept++] = g;
		else
			grade_done(&g);
	}
	free(rows);
	return kept;
}

/* ---- who has none ---- */

/* Is the ID in these bytes? From where a word begins: course systems write "ottootto_777_889_", first name and last. */
static bool mentions(const char *name, size_t len, const char *id)
{
	size_t id_len = strlen(id);

	for (size_t i = 0; i + id_len <= len; i++) {
		if ((i == 0 || !isalnum((unsigned char)name[i - 1])) &&
			strncasecmp(name + i, id, id_len) == 0)
			return true;
	}
	return false;
}

/* What there is that may be meant to be this student's, who has no file; NULL = nothing. Owned. */
static char *missed_of(const struct roll *r, const char *exercise, const struct grade *grades,
	size_t count, const char *id)
{
	struct text missed = TEXT_EMPTY;

	for (size_t i = 0; i < count; i++) {
		const struct grade *g = &grades[i];
		const char *base = last_part(g->file), *name = named(g->file, exercise);
		size_t before = name ? (size_t)(name - base) : 0;

		if (g->student && strcmp(g->student, id) == 0) {
			text_done(&missed);
			return NULL;
		}
		if (!g->student || !mentions(base, before, id) ||
			mentions(base, before, g->student))
			continue;
		text_printf(&missed, "%sa file that seems to come from %s is the work of %s: ",
			missed.len ? "\n" : "", id, g->student);
		text_printable(&missed, g->file, strlen(g->file));
	}
	for (size_t i = 0; i < r->left.count; i++) {
		const char *base = last_part(r->left.paths[i]);
		const char *name = named(base, exercise);

		if (name ? !begins_with(name, id) : !mentions(base, strlen(base), id))
			continue;
		text_printf(&missed,
			"%sa file with this ID in its name was left out, as it is no plain file that ends in " ENDING
			": ",
			missed.len ? "\n" : "");
		text_printable(&missed, r->left.paths[i], strlen(r->left.paths[i]));
	}
	return missed.len ? text_take(&missed) : NULL;
}

/* For each on the list, or NULL; owned, as all of them are. */
static char **find_missed(const struct roll *r, const char *exercise, const struct grade *grades,
	size_t count)
{
	char **missed = memory_new((r->listed.count + 1) * sizeof(*missed));

	for (size_t i = 0; i < r->listed.count; i++)
		missed[i] = missed_of(r, exercise, grades, count, r->listed.paths[i]);
	return missed;
}

/* A row for each on the list, in its order, and none for others. missed: moved in. */
static size_t take_attendance(const struct roll *r, struct grade **grades, size_t count,
	char **missed, struct text *others, bool *ret_look)
{
	struct grade *rows = memory_new((r->listed.count + 1) * sizeof(*rows)), *all = *grades;

	for (size_t i = 0; i < r->listed.count; i++) {
		const char *id = r->listed.paths[i];
		size_t k = 0;

		while (k < count && (!all[k].student || strcmp(all[k].student, id) != 0))
			k++;
		if (k < count) {
			rows[i] = all[k];
			all[k] = (struct grade){ 0 };
		} else {
			rows[i] = (struct grade){ .student = text_copy(id),
				.verdict = GRADE_ABSENT,
				.reasons = missed[i] ? missed[i]
						     : text_copy("nothing was handed in") };
			*ret_look |= missed[i] != NULL;
		}
	}
	free(missed);
	for (size_t i = 0; i < count; i++) {
		if (!all[i].file)
			continue;
		text_puts(others, all[i].student ? all[i].student : "of an unknown student");
		text_puts(others, ": ");
		format_file(&all[i], others);
		text_puts(others, "\n");
		*ret_look = true;
		grade_done(&all[i]);
	}
	free(all);
	*grades = rows;
	return r->listed.count;
}

/* Whoever is not known comes last. The same student has no second row. */
static int by_student(const void *left, const void *right)
{
	const struct grade *a = left, *b = right;
	int order;

	if (!a->student || !b->student)
		return a->student ? -1 : b->student ? 1 : strcmp(a->file, b->file);
	order = strcasecmp(a->student, b->student);
	return order ? order : strcmp(a->student, b->student);
}

size_t roll_call(const struct roll *r, const char *exercise, struct grade **grades, size_t count,
	struct text *ret_others, bool *ret_look)
{
	struct grade *all = *grades;
	char **missed;

	for (size_t i = 0; i < count; i++) {
		if (counts(&all[i]))
			find_copy(r, exercise, &all[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (!counts(&all[i]) && all[i].verdict != GRADE_NONE)
			find_owner(r, exercise, &all[i], all, count);
	}
	missed = find_missed(r, exercise, all, count);
	count = keep_best(exercise, all, count, ret_look);
	if (r->has_list)
		return take_attendance(r, grades, count, missed, ret_others, ret_look);
	free(missed);
	qsort(all, count, sizeof(*all), by_student);
	return count;
}
