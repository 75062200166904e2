/* SPDX-License-Identifier: MIT */
/* list: cases, newest first. */
#include "cases/internal.h"

#include <stdlib.h>

/* Conditions that are always there, $1 to $5; $6 and $7 are those of the way. */
#define LIST_SQL(way)                                                                                                  \
    "SELECT " CASES_COLUMNS " FROM relief_case c JOIN programme p ON p.id = c.programme "                              \
    "WHERE (CAST($1 AS BIGINT) < 0 OR c.state = $1) AND (CAST($2 AS BIGINT) = 0 OR c.programme = $2) "                 \
    "AND (CAST($3 AS BIGINT) IS NULL OR (c.state IN (0, 1, 2) AND COALESCE(c.decided, c.visited, c.opened) <= $3)) "   \
    "AND (CAST($4 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM household h WHERE h.id = c.owner AND h.area = ANY ($5)) "    \
    "OR EXISTS (SELECT 1 FROM place s WHERE s.id = c.owner AND s.area = ANY ($5)))" way " ORDER BY c.id DESC, c.owner"

enum alm_status cases_list(const struct cases *cases, const struct cases_filter *filter,
                           enum alm_status (*each)(void *context, const struct cases_case *, struct alm_error *),
                           void *context, struct alm_error *err)
{
    enum { HOUSEHOLDS_MAX = 64 };
    const int64_t until = filter->waiting_since == ALM_NO_DATE ? ALM_NULL : filter->waiting_since;
    alm_id households[HOUSEHOLDS_MAX];
    struct store_stmt *stmt;
    struct arena arena = {0};
    struct register_aliases aliases = {0};
    alm_id *ids = xreallocarray(NULL, 1, sizeof *ids);
    int64_t given = 0;
    size_t n = 0, n_ids = 1;
    bool row = true;
    ids[0] = filter->person ? filter->person : filter->owner;
    enum alm_status status = register_aliases_add(cases->store, &aliases, &ids, &n_ids, err);
    if (status != ALM_OK) {
        row = false;
    } else if (filter->person) {
        status = register_households_of(cases->store, filter->person, households, HOUSEHOLDS_MAX, &n, err);
        if (status == ALM_OK)
            status =
                store_query(cases->store, &stmt, err,
                            LIST_SQL(" AND ((c.owner = ANY ($6) AND c.person = ANY ($7)) OR c.partner = ANY ($7))"),
                            "iiiiIII", (int64_t)filter->state, filter->programme, until, (int64_t)filter->n_areas,
                            filter->areas, filter->n_areas, households, n, ids, n_ids);
    } else if (filter->owner)
        status =
            store_query(cases->store, &stmt, err, LIST_SQL(" AND c.owner = ANY ($6)"), "iiiiII", (int64_t)filter->state,
                        filter->programme, until, (int64_t)filter->n_areas, filter->areas, filter->n_areas, ids, n_ids);
    else
        status = store_query(cases->store, &stmt, err, LIST_SQL(""), "iiiiI", (int64_t)filter->state, filter->programme,
                             until, (int64_t)filter->n_areas, filter->areas, filter->n_areas);
    while (status == ALM_OK && (!filter->limit || given < filter->limit) &&
           (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        struct cases_case c;
        cases_of_row(stmt, &c, &arena);
        status = each(context, &c, err);
        given++;
        arena_reset(&arena);
    }
    if (status == ALM_OK && row && filter->limit)
        store_done(stmt);
    register_aliases_release(&aliases);
    free(ids);
    arena_release(&arena);
    return status;
}
