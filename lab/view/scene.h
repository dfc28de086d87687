/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a drawn ladder shows: lifelines, and in order of time the ends of arrows, states, calls and captions, each
 * with the events it stands for; and where on the paper all that is. The lifelines are those of the ladder made of
 * characters; here an arrow has two ends with a time of their own, so that it can slant, cross others and stay on
 * the wire for a while. Reads the journal and nothing deeper. One thread.
 *
 * States: made (scene_new) -> placed (scene_place): all `x` and `y` count. */
#ifndef LAB_VIEW_SCENE_H
#define LAB_VIEW_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tcp_state.h"
#include "journal/event.h"
#include "view/lifeline.h"

struct journal;
struct text;

#define SCENE_MOST 2000 /* moments; the story has what comes behind */

/* Something at one lifeline. */
enum scene_mark_kind {
	MARK_STATE, /* on the lifeline */
	MARK_CALL, /* beside it: a call begins, and ends when it does so at once */
	MARK_RETURN, /* beside it: one that was blocked returns */
	MARK_REMARK, /* beside it: a timer, the end of a process */
};

struct scene_mark {
	enum scene_mark_kind kind;
	int lifeline;
	uint64_t event;
	uint64_t returned; /* of a call: the event that ends it; 0 = none does */
	uint64_t cause;
	char *name; /* owned; the socket, where its lifeline stands for several, or a state is not that of all; NULL */
	char *text; /* owned */
	enum tcp_state state; /* of MARK_STATE */
	size_t ends; /* of MARK_CALL: the mark of its return; SIZE_MAX = itself, or never */
	bool blocked;
	double y;
};

enum scene_fate {
	FATE_ON_WIRE,
	FATE_DELIVERED,
	FATE_LOST,
};

struct scene_arrow {
	uint64_t event, cause;
	uint64_t end; /* event that delivered or lost it; 0 = it is still on the wire */
	uint64_t number, repeats;
	enum event_kind kind; /* one of EVENT_SEGMENTS */
	enum scene_fate fate;
	int from, to; /* lifelines; the same = to itself */
	bool held; /* or delayed: it passes through a box */
	uint64_t held_ns;
	uint64_t swapped; /* the packet it changed places with; 0 = none */
	char *sender,
		*receiver; /* owned: the sockets or addresses, by the names they have in the end */
	char *head, *tail; /* owned: "#1 SYN", "seq 0" */
	char *note; /* owned; why it was lost; NULL */
	char *damage; /* owned; what was spoilt; NULL */
	struct text *events; /* owned: numbers of all events it stands for, with blanks between */
	double y_sent, y_end; /* y_end of what is still on the wire: where the picture ends */
	double y_kept, y_let_go; /* of the box */
	int lane,
		lanes; /* of the box: 0 is the one nearest to the receiver, and kept first; of those beside it */
	bool stays; /* nothing leaves them, nothing comes the other way: they have the room up to the receiver */
};

/* A line across all lifelines: something said, or a mark. */
struct scene_band {
	uint64_t event, last; /* the same when only one is told */
	bool mark; /* else said */
	char *text; /* owned */
	size_t lines;
	double y; /* its middle */
};

/* A silence that is not drawn as long as it was. */
struct scene_fold {
	uint64_t time_ns;
	double y;
};

/* One thing at one time, in order. */
enum moment_kind {
	MOMENT_MARK,
	MOMENT_SENT,
	MOMENT_KEPT, /* it is in the box now */
	MOMENT_ENDED,
	MOMENT_BAND,
};

struct scene_moment {
	enum moment_kind kind;
	size_t index; /* of the mark, arrow or band */
	uint64_t time_ns;
	double y;
};

struct scene {
	struct lifelines lifelines;
	struct scene_mark *marks; /* owned */
	struct scene_arrow *arrows; /* owned, in the order they were sent */
	struct scene_band *bands; /* owned */
	struct scene_fold *folds; /* owned */
	struct scene_moment *moments; /* owned */
	size_t mark_count, arrow_count, band_count, fold_count, moment_count;
	uint64_t left_out; /* moments behind SCENE_MOST */
	uint64_t hidden; /* packets of those that have no lifeline */
	/* placed: */
	double x[LIFELINES_MAX];
	double left, right; /* where what stands beside the outer lifelines may begin and end */
	double pill; /* half of the widest state */
	double width, top, bottom; /* top: the lifelines begin */
};

struct scene *scene_new(const struct journal *j);
void scene_free(struct scene *s);
void scene_place(struct scene *s);
/* Lines to cut a high picture at, so that no page is higher than `most` and nothing is cut in two, if it can be
 * helped. The first is above all, the last below. Returns their number; *ret_cuts is the caller's. */
size_t scene_cut(const struct scene *s, double most, double **ret_cuts);
/* In one sentence: "2 lifelines, 7 packets: 1 lost, 2 held". Appended. */
void scene_sum_up(const struct scene *s, struct text *out);

/* ---- sizes both placing and drawing need, in the units of the picture ---- */

#define SCENE_CHAR 6.95 /* one character of a call or a label: 0.602 em of 11.5 */
#define SCENE_PILL_CHAR 7.1 /* of a state, in bold capitals of 10.5 */
#define SCENE_SMALL_CHAR                                                                           \
	6.1 /* of captions and notes: of most fonts an average character of 12 is narrower */
#define SCENE_CALL_MOST 34 /* characters of a call */
#define SCENE_WORDS_MOST 40 /* of a state with its name, and of titles */
#define SCENE_LINES_MOST 6 /* of a caption */
#define SCENE_BOX 16 /* width of the box of what is held */
#define SCENE_LANE 21

#endif
