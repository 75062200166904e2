/* SPDX-License-Identifier: MIT */
/*
 * heads.c: the seal's witness outside the store, a file of keyed heads "n head mac time", one a line.  "n head mac time
 * restored" says that a backup was put back whose chain ends there: heads before it that lie past n hold no more.
 */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include "base/base.h"

enum { SEAL_HEX = 2 * DIGEST_SIZE + 1 };

struct seal_head {
    int64_t n;
    char link[SEAL_HEX];
    bool restored;
};

struct seal_heads {
    struct seal_head *items;
    size_t count, capacity;
};

/* The key; made if `make` and there is none.  A key that others can read is refused. */
enum alm_status seal_key(const char *file, bool make, unsigned char key[DIGEST_SIZE], struct alm_error *);
/* Open for appending and take the lock; *fd is -1 if another one holds it. */
enum alm_status seal_heads_lock(const char *file, int *fd, struct alm_error *);
enum alm_status seal_heads_append(int fd, const char *file, const unsigned char key[DIGEST_SIZE],
                                  const struct seal_head *, alm_time, struct alm_error *);
/* All heads that hold, each line's key checked.  A missing file gives none. */
enum alm_status seal_heads_read(const char *file, const unsigned char key[DIGEST_SIZE], struct seal_heads *,
                                struct alm_error *);

#endif
