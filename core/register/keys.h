/* SPDX-License-Identifier: MIT */
/*
 * Shared by the files of the register: keys of text or ids to dense numbers, and the form in which codes are compared.
 */
#ifndef REGISTER_KEYS_H
#define REGISTER_KEYS_H

#include "register/register.h"

/* A set of byte strings, numbered from 0 in the order in which they came.  Zero-initialise. */
struct keys {
    struct arena arena;
    struct alm_text *at; /* copies */
    uint64_t *hashes;
    uint32_t *slots; /* number + 1; 0: free */
    size_t n, capacity, n_slots;
};
#define KEYS_NONE SIZE_MAX
/* The number of a key, which is added if it is new (*fresh, may be NULL). */
size_t keys_add(struct keys *, struct alm_text, bool *fresh);
size_t keys_find(const struct keys *, struct alm_text); /* KEYS_NONE: not there */
size_t keys_add_id(struct keys *, alm_id, bool *fresh);
size_t keys_find_id(const struct keys *, alm_id);
void keys_reset(struct keys *);
void keys_release(struct keys *);

enum { CODE_MAX = REGISTER_CODE_MAX };

/* An id as people type it: digits of any script. */
bool register_parse_id(struct alm_text, alm_id *);

/* Order of ids for qsort(). */
int register_compare_ids(const void *, const void *);
/* Sort, drop doubles; the new count. */
size_t register_unique_ids(alm_id *ids, size_t n);

#endif
