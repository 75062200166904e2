/* SPDX-License-Identifier: MIT */
/* need: how many live where, by set-based queries; aliases are few, and taken off what is counted without them. */
#include "register/register.h"

#include <stdlib.h>

struct needs {
    struct register_need *at; /* by area */
    size_t n, capacity;
};

static struct register_need *need_of(struct needs *needs, alm_id area)
{
    size_t low = 0, high = needs->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (needs->at[middle].area < area)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < needs->n && needs->at[low].area == area)
        return &needs->at[low];
    ARRAY_ROOM(needs->at, needs->n, needs->capacity);
    memmove(&needs->at[low + 1], &needs->at[low], (needs->n - low) * sizeof *needs->at);
    needs->n++;
    needs->at[low] = (struct register_need){.area = area};
    return &needs->at[low];
}

/* Each gives areas and numbers, to be added up with the sign; with a day, of those who belong to the household on it.
 */
static const struct count {
    const char *sql;
    bool dated, persons;
    int sign;
} counts[] = {
    {"SELECT COALESCE(area, 0), COUNT(*)\n"
     "FROM household\n"
     "GROUP BY COALESCE(area, 0)\n"
     "ORDER BY COALESCE(area, 0)",
     false, false, 1},
    {"SELECT COALESCE(h.area, 0), COUNT(*)\n"
     "FROM alias a\n"
     "JOIN household h ON h.id = a.id\n"
     "WHERE a.until IS NULL AND a.owner = a.id\n"
     "GROUP BY COALESCE(h.area, 0)\n"
     "ORDER BY COALESCE(h.area, 0)",
     false, false, -1},
    {"SELECT COALESCE(h.area, 0), COUNT(*)\n"
     "FROM person p\n"
     "JOIN household h ON h.id = p.owner\n"
     "WHERE (p.since IS NULL OR p.since <= $1) AND (p.until IS NULL OR p.until > $1)\n"
     "GROUP BY COALESCE(h.area, 0)\n"
     "ORDER BY COALESCE(h.area, 0)",
     true, true, 1},
    {"SELECT COALESCE(h.area, 0), COUNT(*)\n"
     "FROM membership m\n"
     "JOIN household h ON h.id = m.household\n"
     "WHERE m.since <= $1 AND (m.until IS NULL OR m.until > $1)\n"
     "GROUP BY COALESCE(h.area, 0)\n"
     "ORDER BY COALESCE(h.area, 0)",
     true, true, 1},
    {"SELECT COALESCE(h.area, 0), COUNT(*)\n"
     "FROM alias a\n"
     "JOIN person p ON p.owner = a.owner AND p.id = a.id\n"
     "JOIN household h ON h.id = p.owner\n"
     "WHERE a.until IS NULL AND a.owner <> a.id\n"
     "AND (p.since IS NULL OR p.since <= $1) AND (p.until IS NULL OR p.until > $1)\n"
     "GROUP BY COALESCE(h.area, 0)\n"
     "ORDER BY COALESCE(h.area, 0)",
     true, true, -1},
    {"SELECT COALESCE(h.area, 0), COUNT(*)\n"
     "FROM alias a\n"
     "JOIN membership m ON m.person = a.id\n"
     "JOIN household h ON h.id = m.household\n"
     "WHERE a.until IS NULL AND a.owner <> a.id\n"
     "AND m.since <= $1 AND (m.until IS NULL OR m.until > $1)\n"
     "GROUP BY COALESCE(h.area, 0)\n"
     "ORDER BY COALESCE(h.area, 0)",
     true, true, -1},
};

enum alm_status register_need(struct store *store, alm_date day, struct register_need **out, size_t *n,
                              struct alm_error *err)
{
    struct needs needs = {0};
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < COUNT_OF(counts) && status == ALM_OK; i++) {
        struct store_stmt *stmt;
        bool row = false;
        status = counts[i].dated ? store_query(store, &stmt, err, counts[i].sql, "i", (int64_t)day)
                                 : store_query(store, &stmt, err, counts[i].sql, "");
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
            struct register_need *need = need_of(&needs, store_int(stmt, 0));
            *(counts[i].persons ? &need->persons : &need->households) += counts[i].sign * store_int(stmt, 1);
        }
    }
    if (status != ALM_OK) {
        free(needs.at);
        needs = (struct needs){0};
    }
    *out = needs.at;
    *n = needs.n;
    return status;
}
