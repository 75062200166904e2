/* SPDX-License-Identifier: MIT */
/* found: what a run found in the register and has not written yet; between find.c and keep.c. */
#ifndef MATCH_FOUND_H
#define MATCH_FOUND_H

#include "match/match.h"

/* A row of the register; of an alias it counts for the survivor, and who finds the one has found the other. */
struct someone {
    alm_id id, owner; /* the person, and the owner of their own row */
    alm_id household; /* of that row */
    bool alias;
    bool national; /* has a national ID */
    bool fresh;
};
struct home {
    alm_id owner;
    int64_t digest;
};
struct found {
    alm_id first, second, owner, other;
    int64_t bits;
    const char *why;
    bool both_there; /* neither is gone by the time that it is written */
};
struct match_found {
    struct arena arena;
    struct someone *people; /* in the engine's order, which is that of owners */
    size_t n, capacity;
    uint32_t *by_id; /* numbers of people, without aliases, in the order of their ids */
    size_t n_by_id;
    struct home *homes; /* that are to be written: new ones, and those that have changed */
    size_t n_homes, homes_capacity;
    struct found *pairs; /* by first and second */
    size_t n_pairs, pairs_capacity;
    bool used[MATCH_TRAITS]; /* somebody has it */
    bool all;
    char rules[64];
};

/* NULL: there was no such person when the people were read. */
struct someone *found_person(const struct match_found *, alm_id);
/* By first and second. */
int found_compare(const void *, const void *);

#endif
