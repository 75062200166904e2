/* SPDX-License-Identifier: MIT */
/*
 * close: deliveries meet the lines of approved plans.  A delivery closes one line, whole or in part: the first plan's
 * that is open.  What it closed is kept by its id, so that a reversal opens exactly that again.  Owners are locked by
 * then.
 */
#include "secretariat/plan-internal.h"

#include <stdlib.h>

static const struct store_bulk_spec delivery_specs[] = {{"plan", ALM_BULK_KEY, false},
                                                        {"owner", ALM_BULK_KEY, false},
                                                        {"person", ALM_BULK_KEY, false},
                                                        {"line", ALM_BULK_KEY, false},
                                                        {"quantity", ALM_BULK_SET, false}};
enum { DELIVERY_KEYS = 4 };

struct approved {
    alm_id id, programme, stage;
};
struct open_line {
    alm_id owner, person, plan;
    alm_quantity quantity, given;
};
struct closing {
    const struct plans *plans;
    struct approved *approved;
    size_t n_approved, approved_capacity;
    alm_id *owners, *ids; /* ascending; of approved plans that are met */
    size_t n_owners, n_ids;
    struct open_line *open; /* by owner, person, plan */
    size_t n_open, open_capacity;
};

static int compare_ids(const void *left, const void *right)
{
    const alm_id a = *(const alm_id *)left, b = *(const alm_id *)right;
    return (a > b) - (a < b);
}

static enum alm_status read_approved(struct closing *closing, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(closing->plans->store, &stmt, err,
                                         "SELECT id, programme, stage FROM plan WHERE state = 1 ORDER BY id", "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(closing->approved, closing->n_approved, closing->approved_capacity);
        closing->approved[closing->n_approved++] =
            (struct approved){store_int(stmt, 0), store_int(stmt, 1), store_int(stmt, 2)};
    }
    return status;
}

static const struct approved *approved_plan(const struct closing *closing, alm_id id)
{
    return bsearch(&id, closing->approved, closing->n_approved, sizeof *closing->approved, compare_ids);
}

/* Which plans and owners the deliveries may meet. */
static void gather(struct closing *closing, const struct alm_line *lines, size_t n)
{
    closing->owners = xreallocarray(NULL, n, sizeof *closing->owners);
    closing->ids = xreallocarray(NULL, closing->n_approved, sizeof *closing->ids);
    bool *met = xcalloc(closing->n_approved, sizeof *met);
    for (size_t i = 0; i < n; i++) {
        bool any = false;
        for (size_t p = 0; p < closing->n_approved && !lines[i].reverses; p++)
            if (closing->approved[p].programme == lines[i].programme && closing->approved[p].stage == lines[i].stage)
                any = met[p] = true;
        if (any)
            closing->owners[closing->n_owners++] = lines[i].owner;
    }
    for (size_t p = 0; p < closing->n_approved; p++)
        if (met[p])
            closing->ids[closing->n_ids++] = closing->approved[p].id;
    if (closing->n_owners > 1)
        qsort(closing->owners, closing->n_owners, sizeof *closing->owners, compare_ids);
    free(met);
}

static enum alm_status read_open(struct closing *closing, struct alm_error *err)
{
    static const char sql[] =
        "SELECT l.owner, l.person, l.plan, l.quantity, COALESCE(CAST(SUM(d.quantity) AS BIGINT), 0) "
        "FROM plan_line l "
        "LEFT JOIN plan_delivery d ON d.plan = l.plan AND d.owner = l.owner AND d.person = l.person "
        "WHERE l.plan = ANY ($1) AND l.owner = ANY ($2) "
        "GROUP BY l.owner, l.person, l.plan, l.quantity "
        "ORDER BY l.owner, l.person, l.plan";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(closing->plans->store, &stmt, err, sql, "II", closing->ids, closing->n_ids,
                                         closing->owners, closing->n_owners);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(closing->open, closing->n_open, closing->open_capacity);
        closing->open[closing->n_open++] = (struct open_line){
            store_int(stmt, 0), store_int(stmt, 1), store_int(stmt, 2), store_int(stmt, 3), store_int(stmt, 4)};
    }
    return status;
}

/* The line that a delivery closes; NULL: none is open. */
static struct open_line *find(struct closing *closing, const struct alm_line *line)
{
    size_t low = 0, high = closing->n_open;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (closing->open[middle].owner < line->owner)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < closing->n_open && closing->open[low].owner == line->owner; low++) {
        struct open_line *open = &closing->open[low];
        const struct approved *plan = approved_plan(closing, open->plan);
        if (open->given < open->quantity && plan->programme == line->programme && plan->stage == line->stage &&
            (!open->person || open->person == line->person || open->person == line->partner))
            return open;
    }
    return NULL;
}

static enum alm_status close_lines(struct closing *closing, const struct alm_line *lines, size_t n,
                                   struct alm_error *err)
{
    struct store_bulk *bulk = store_bulk_new(closing->plans->store, "plan_delivery", ALM_BULK_APPEND, delivery_specs,
                                             COUNT_OF(delivery_specs));
    for (size_t i = 0; i < n; i++) {
        struct open_line *open = lines[i].reverses ? NULL : find(closing, &lines[i]);
        if (!open)
            continue;
        open->given += lines[i].quantity;
        const int64_t row[] = {open->plan, open->owner, open->person, lines[i].id, lines[i].quantity};
        store_bulk_ints(bulk, row, COUNT_OF(row));
    }
    enum alm_status status = store_bulk_count(bulk) ? store_bulk_flush(bulk, DELIVERY_KEYS, NULL, err) : ALM_OK;
    store_bulk_free(bulk);
    return status;
}

/* Reversals come one by one.  A plan that was cancelled since is told as well. */
static enum alm_status open_again(const struct plans *plans, const struct alm_line *line, struct alm_error *err)
{
    static const char sql[] = "DELETE FROM plan_delivery WHERE owner = $1 AND line = $2 "
                              "AND plan IN (SELECT id FROM plan WHERE programme = $3 AND stage = $4)";
    return store_run(plans->store, NULL, err, sql, "iiii", line->owner, line->reverses, line->programme, line->stage);
}

enum alm_status plan_recorded(void *context, const struct alm_line *lines, size_t n, struct alm_error *err)
{
    struct closing closing = {.plans = context};
    enum alm_status status = read_approved(&closing, err);
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        if (lines[i].reverses)
            status = open_again(closing.plans, &lines[i], err);
    if (status == ALM_OK && closing.n_approved && n)
        gather(&closing, lines, n);
    if (status == ALM_OK && closing.n_owners)
        status = read_open(&closing, err);
    if (status == ALM_OK && closing.n_open)
        status = close_lines(&closing, lines, n, err);
    free(closing.approved);
    free(closing.owners);
    free(closing.ids);
    free(closing.open);
    return status;
}
