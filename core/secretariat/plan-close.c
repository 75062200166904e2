/* SPDX-License-Identifier: MIT */
/*
 * close: deliveries meet the lines of approved plans.  A delivery closes one line, whole or in part: the first plan's
 * that is open.  What it closed is kept by its id, so that a reversal opens exactly that again.  Owners are locked by
 * then.
 *
 * A plan does not move when somebody on it turns out to be somebody else: the line stays the alias's, and what the
 * survivor is given closes it if no line of their own is open.
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
    struct register_aliases aliases; /* of those who are served */
    size_t *strays;                  /* open lines of aliases; few */
    size_t n_strays;
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

/* Aliases of those who are served, and where they were registered. */
static enum alm_status gather_aliases(struct closing *closing, const struct alm_line *lines, size_t n,
                                      struct alm_error *err)
{
    struct store *store = closing->plans->store;
    alm_id *persons = xreallocarray(NULL, 2 * n, sizeof *persons);
    size_t n_persons = 0;
    for (size_t i = 0; i < n; i++) {
        if (lines[i].person)
            persons[n_persons++] = lines[i].person;
        if (lines[i].partner)
            persons[n_persons++] = lines[i].partner;
    }
    enum alm_status status = register_aliases_read(store, &closing->aliases, persons, n_persons, err);
    const size_t n_aliases = closing->aliases.n;
    if (n_aliases)
        closing->owners = xreallocarray(closing->owners, closing->n_owners + n_aliases, sizeof *closing->owners);
    for (size_t i = 0; i < n_aliases; i++)
        closing->owners[closing->n_owners++] = closing->aliases.at[i].owner;
    if (status == ALM_OK)
        status = register_aliases_add(store, &closing->aliases, &closing->owners, &closing->n_owners, err);
    free(persons);
    return status;
}

static void note_strays(struct closing *closing)
{
    if (!closing->aliases.n)
        return;
    closing->strays = xreallocarray(NULL, closing->n_open + 1, sizeof *closing->strays);
    for (size_t i = 0; i < closing->n_open; i++)
        if (register_alias_of(&closing->aliases, closing->open[i].owner) ||
            register_alias_of(&closing->aliases, closing->open[i].person))
            closing->strays[closing->n_strays++] = i;
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

static bool is_met(const struct closing *closing, const struct open_line *open, const struct alm_line *line)
{
    const struct approved *plan = approved_plan(closing, open->plan);
    return open->given < open->quantity && plan->programme == line->programme && plan->stage == line->stage;
}

/* The line of an alias that a delivery closes. */
static struct open_line *find_stray(struct closing *closing, const struct alm_line *line)
{
    for (size_t i = 0; i < closing->n_strays; i++) {
        struct open_line *open = &closing->open[closing->strays[i]];
        const alm_id person = register_survivor(&closing->aliases, open->person);
        if (is_met(closing, open, line) &&
            (open->person ? person == line->person || person == line->partner
                          : register_survivor(&closing->aliases, open->owner) == line->owner))
            return open;
    }
    return NULL;
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
        if (is_met(closing, open, line) &&
            (!open->person || open->person == line->person || open->person == line->partner))
            return open;
    }
    return find_stray(closing, line);
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

/* Owners whose lines on a plan a delivery may have closed: its own, and those of aliases, of that time or now. */
static enum alm_status closed_owners(const struct plans *plans, const struct alm_line *line, alm_id **owners, size_t *n,
                                     struct alm_error *err)
{
    const alm_id served[] = {line->owner, line->person, line->partner};
    struct store_stmt *stmt;
    size_t capacity = 0;
    bool row;
    ARRAY_ROOM(*owners, *n, capacity);
    (*owners)[(*n)++] = line->owner;
    enum alm_status status = store_query(plans->store, &stmt, err,
                                         "SELECT DISTINCT owner FROM alias "
                                         "WHERE survivor = ANY ($1) OR chosen = ANY ($1) ORDER BY owner",
                                         "I", served, COUNT_OF(served));
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(*owners, *n, capacity);
        (*owners)[(*n)++] = store_int(stmt, 0);
    }
    return status;
}

/* Reversals come one by one.  A plan that was cancelled since is told as well. */
static enum alm_status open_again(const struct plans *plans, const struct alm_line *line, struct alm_error *err)
{
    static const char sql[] = "DELETE FROM plan_delivery WHERE owner = ANY ($1) AND line = $2 "
                              "AND plan IN (SELECT id FROM plan WHERE programme = $3 AND stage = $4)";
    alm_id *owners = NULL;
    size_t n = 0;
    enum alm_status status = closed_owners(plans, line, &owners, &n, err);
    if (status == ALM_OK)
        status =
            store_run(plans->store, NULL, err, sql, "Iiii", owners, n, line->reverses, line->programme, line->stage);
    free(owners);
    return status;
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
        status = gather_aliases(&closing, lines, n, err);
    if (status == ALM_OK && closing.n_owners)
        status = read_open(&closing, err);
    note_strays(&closing);
    if (status == ALM_OK && closing.n_open)
        status = close_lines(&closing, lines, n, err);
    free(closing.approved);
    free(closing.owners);
    free(closing.ids);
    free(closing.open);
    free(closing.strays);
    register_aliases_release(&closing.aliases);
    return status;
}
