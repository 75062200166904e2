/* SPDX-License-Identifier: MIT */
/* The order of rows that lie in columns.  Nulls first, integers by value, text byte by byte; equal keys keep their
 * order. */
#ifndef STORE_SORT_H
#define STORE_SORT_H

#include "base/base.h"

enum { SORT_KEYS_MAX = 16 };

/* One of both is set. */
struct sort_key {
    const int64_t *ints;
    const struct alm_text *texts;
};

int sort_compare(const struct sort_key *keys, size_t n_keys, size_t a, size_t b);
bool sort_is_sorted(const struct sort_key *keys, size_t n_keys, size_t n_rows);
/* order[i] is the row that comes i-th. */
void sort_order(const struct sort_key *keys, size_t n_keys, size_t n_rows, uint32_t *order);

#endif
