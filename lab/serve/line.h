/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event as the page tells it: the words of the console (narrate.h), and the numbers that pictures are drawn from, as
 * one object of JSON. Reads the journal and nothing deeper. One thread.
 *
 *   n t k c       number, time in us, kind, cause (number; absent where there is none)
 *   who what why  in words; nothing where there is nothing to say
 *   of            return, blocked: the call; prediction, observation: the question
 *   ask answers   question, and what may be answered
 *   said is       prediction: the answer, nothing when there is none; observation: the same, and what the kernel did,
 *   verdict chain    how these agree (ok: they do), and the causes, one a line
 *   e to          state: the lab's number of the socket, and where it is now (`from` where it was)
 *   e name        socket: what that one is called now
 *   s             packet, and what became of it: its number
 *   from to head tail again     packet: the sockets at its ends, what it is, and where in the stream
 *   on brief      call, return, timer: the socket, and the same in a word or two
 *   ok            expectation: it came true; observation
 *   repeat        dropped: sent again because of what is held while a recipe waits
 *   new           host: it was not there before; of localhost: the lab has begun anew (`reset`)
 *   quiet         a console does not tell it
 *
 * Every string is valid UTF-8 without control bytes but newlines, wherever it came from. */
#ifndef LAB_SERVE_LINE_H
#define LAB_SERVE_LINE_H

struct event;
struct journal;
struct text;

#define LINE_WORDS_MOST 4000 /* bytes of a string: a program may write a megabyte in one line */

/* Appended, without a newline; nothing for an event that tells nothing. */
void line_format(const struct journal *j, const struct event *event, struct text *out);

#endif
