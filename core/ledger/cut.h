/* SPDX-License-Identifier: MIT */
/* The cells of a common report while it is made: what cut.c (amounts, order) and unique.c (beneficiaries) share. */
#ifndef LEDGER_CUT_H
#define LEDGER_CUT_H

#include "ledger/internal.h"

struct cut_cell {
    struct ledger_cell is;
    /* Of the pass over the lines: what the owner at hand adds. */
    int64_t owner;                                       /* its number, counted from 1 */
    uint64_t persons;                                    /* its members that were reached, a bit for each */
    const char *programme, *area, *body, *group, *stage; /* codes to sort by */
};

struct cut_cells {
    struct ledger *ledger;
    const struct ledger_cut *cut;
    const struct register_area *areas;
    size_t n_areas;
    int32_t *shown; /* for each area the one that it is shown under; -1: it lies outside the filter */
    int32_t base;   /* the area whose children are shown; -1: the tops are */
    struct cut_cell *cells;
    size_t n, capacity;
    uint32_t *slots; /* one more than the cell's number, by the hash of its dimensions; 0: free */
    size_t n_slots;
    struct cut_cell total;
    alm_id last_area; /* of cut_area() */
    int32_t last_number;
};

/* Where a line stands: the dimensions of the report, and those that only tell where it lies. */
struct cut_where {
    alm_id programme, area, body, group, stage;
    int32_t month;
    alm_date day; /* ALM_NO_DATE: `month` holds */
};
/* Its cell, made if need be; NULL if it lies outside the area of the filter. Pointers to other cells are stale
 * afterwards. */
struct cut_cell *cut_cell(struct cut_cells *, const struct cut_where *);
/* Whether `from` and `to` are the bounds of whole months (or open); their numbers, INT32_MIN and INT32_MAX if open. */
bool cut_whole_months(const struct ledger_cut *, int32_t *first, int32_t *last);
/* "WHERE ..." for what the report filters by in SQL (all but the area), and the values of its parameters. */
void cut_where_sql(const struct ledger_cut *, const char *date, int64_t from, int64_t to, struct strbuf *sql,
                   char types[5], int64_t values[4]);

/* Fill in the unique beneficiaries of every cell and of the total (unique.c). */
enum alm_status cut_count_unique(struct cut_cells *, struct alm_error *);

#endif
