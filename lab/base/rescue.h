/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A terminal that was changed is usable again however the process ends: by a bug, a signal of the processor, or for want of
 * memory. Who ends it himself puts it right himself. One terminal, one thread. */
#ifndef LAB_BASE_RESCUE_H
#define LAB_BASE_RESCUE_H

struct termios;

/* From now on: the terminal at `fd` gets `mode` back, after `leave` (sequences, copied) was written to it. Of this process
 * only, not of its children. */
void rescue_prepare(int fd, const struct termios *mode, const char *leave);
/* It is as it was. */
void rescue_forget(void);
/* Put it right, now. May be called in a signal's handler. */
void rescue_terminal(void);

#endif
