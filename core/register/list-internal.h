/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the lists: the importer (list.c), the small lists (list-small.h), and persons (list-person.c,
 * which judges; people-parse.c, people-read.c, people-write.c).
 */
#ifndef REGISTER_LIST_INTERNAL_H
#define REGISTER_LIST_INTERNAL_H

#include "register/keys.h"

struct register_importer {
    enum register_list list;            /* LISTS: another room's */
    const struct register_table *table; /* NULL: persons */
    struct store *store;
    struct register_directory *directory;
    struct register_gate gate; /* a copy: the caller's may be gone by the time rows come */
    alm_date today;
    bool move;
    /* register_put(): one row; a cell that is there but empty clears what is known. */
    bool put, edit;
    alm_id id; /* person to edit; what the last row was about */
    struct people *people;
    /* register_importer_look() */
    void (*look)(void *context, int64_t line, const struct register_traits *);
    void *look_context;
};

/* list.c: reject with what an error says and how to mend it. */
void list_reject(struct import_row *, int column, struct arena *, const struct alm_error *);

/* list-small-tables.c, list-small.c */
extern const struct register_table small_tables[];
enum alm_status small_rows(struct register_importer *, struct import_row *, size_t n, struct arena *,
                           struct alm_error *);

/* list-person.c */
extern const struct import_column person_columns[];
extern const size_t person_n_columns;
enum alm_status person_rows(struct register_importer *, struct import_row *, size_t n, struct arena *,
                            struct alm_error *);
void people_free(struct people *);

/* look.c: hand on what was parsed. */
void people_look(const struct people *);

#endif
