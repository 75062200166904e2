/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the small lists (areas, bodies, groups, bases, stages, places): their tables
 * (list-small-tables.c), what a cell says (list-small-cells.c), how areas hang on each other (list-areas.c), and the
 * one way through for all (list-small.c).
 */
#ifndef REGISTER_LIST_SMALL_H
#define REGISTER_LIST_SMALL_H

#include "register/list-internal.h"

enum { CELLS_MAX = REGISTER_CELLS_MAX, TEXT_MAX_BYTES = 600 };
/* Cells of a stage. */
enum { STAGE_STARTS = 2, STAGE_ENDS = 3 };

extern const struct register_table small_tables[LISTS];

struct small_value {
    int64_t number; /* ALM_NULL */
    struct alm_text text;
};

/* What stands, or will stand, under a code. */
struct small_item {
    alm_id id;
    bool known, fresh, changed, moves, used; /* used: the table's fixed cell stays */
    struct small_value values[CELLS_MAX];
    int64_t since;
};

struct small {
    struct register_importer *importer;
    const struct register_table *table;
    size_t n_cells;
    struct arena *arena;
    struct import_row *rows;
    size_t n;
    struct keys codes;
    struct small_item *items; /* by number of the code */
    size_t items_capacity;
    uint32_t *item_of_row; /* UINT32_MAX: rejected */
};

/* list-small-cells.c */
bool small_is_text(enum cell_kind);
/* A cell that says something; false if it is at fault, and its row is rejected then. */
bool small_parse_cell(struct small *, struct import_row *, size_t i, struct small_value *);

/* list-areas.c: reject the rows of areas whose parent is not there, or that would lie in themselves. */
void small_check_parents(struct small *);

#endif
