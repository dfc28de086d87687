/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One file for what memory shall not hold: private to this run, without a name from the moment it is made,
 * so that it is gone when we are, however we end. Made when first written to. Blocks for as long as the disk
 * does. The journal's thread. */
#ifndef LAB_JOURNAL_SPILL_H
#define LAB_JOURNAL_SPILL_H

#include <stddef.h>
#include <stdint.h>

struct spill {
	int fd; /* owned; -1 until the file is needed */
	uint64_t end; /* bytes of it that are in use */
};

#define SPILL_NONE                                                                                 \
	{                                                                                          \
		-1, 0                                                                              \
	}

void spill_done(struct spill *s);
/* Append; all or nothing. 0, or -errno of what failed (-ENOSPC, -EFBIG, -EACCES ...); it may be tried again.
 * The folder is the first of $XDG_RUNTIME_DIR, $TMPDIR, /tmp and /var/tmp that takes a file, those in
 * memory after those on disk: the runtime folder is small, and meant for no large files (XDG Base Directory
 * Specification). A limit on the size of files (RLIMIT_FSIZE) is an error here and no SIGXFSZ. */
int spill_write(struct spill *s, const void *bytes, size_t len, uint64_t *ret_offset);
/* Read back what was written. 0, or -errno; -EIO also when the file has become shorter. */
int spill_read(const struct spill *s, uint64_t offset, void *ret_bytes, size_t len);

#endif
