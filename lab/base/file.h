/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that is there whole or not at all: what was written before a disk was full must not look like a result, nor
 * take the place of an older one. Block. Any thread. */
#ifndef LAB_BASE_FILE_H
#define LAB_BASE_FILE_H

struct text;

/* Make a file that was not there (-EEXIST). 0 or -errno: then there is none. */
int file_create(const char *path, const struct text *text);
/* Put one in the place of what was there, if anything was: no more people may read it than could. 0 or -errno: then
 * that still is. */
int file_replace(const char *path, const struct text *text);
/* Set what the kernel takes by a file, as in /proc, with one write(2). 0 or -errno: then nothing has changed. */
int file_set(const char *path, const char *value);

#endif
