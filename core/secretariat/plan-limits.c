/* SPDX-License-Identifier: MIT */
/* limits: what there is for a plan: goods in the depots, budgets of targets, quotas of assignments. */
#include "secretariat/plan-internal.h"
#include "secretariat/secretariat.h"

#include <stdlib.h>

/* ---- budgets ---- */

/* The nearest at or above each area; an area's parent may come after it. */
static void link_budgets(const struct register_area *areas, size_t n, const int32_t *own, struct plan_limits *limits,
                         int32_t *budget_of)
{
    for (size_t i = 0; i < n; i++) {
        int32_t at = (int32_t)i;
        while (at >= 0 && own[at] < 0)
            at = areas[at].parent;
        budget_of[i] = at >= 0 ? own[at] : -1;
    }
    for (size_t i = 0; i < n; i++)
        if (own[i] >= 0)
            limits->budgets[own[i]].above = areas[i].parent >= 0 ? budget_of[areas[i].parent] : -1;
    limits->budget_of = budget_of;
}

static enum alm_status read_budgets(const struct plans *plans, const struct plan_request *request,
                                    struct plan_limits *limits, struct arena *arena, struct alm_error *err)
{
    const struct register_area *areas;
    struct secretariat_target *targets = NULL;
    size_t n_areas, n, n_budgets = 0;
    enum alm_status status = register_areas(plans->directory, &areas, &n_areas, err);
    if (status == ALM_OK)
        status = secretariat_targets(plans->secretariat, request->stage->id, request->programme->id, &targets, &n, err);
    if (status != ALM_OK)
        return status;
    int32_t *own = arena_alloc(arena, (n_areas + 1) * sizeof *own);
    limits->budgets = arena_alloc(arena, (n + 1) * sizeof *limits->budgets);
    for (size_t i = 0; i < n_areas; i++)
        own[i] = -1;
    for (size_t i = 0; i < n; i++) {
        const int32_t area = register_area_by_id(plans->directory, targets[i].area);
        if (targets[i].budget == ALM_NULL || area < 0)
            continue;
        limits->budgets[n_budgets] = (struct plan_budget){targets[i].budget, -1};
        own[area] = (int32_t)n_budgets++;
    }
    if (n_budgets)
        link_budgets(areas, n_areas, own, limits, arena_alloc(arena, (n_areas + 1) * sizeof(int32_t)));
    free(targets);
    return ALM_OK;
}

/* ---- what was given and what is promised ---- */

struct charge {
    alm_id area;
    alm_quantity quantity;
    alm_money value;
};

static void charge(const struct plans *plans, struct plan_limits *limits, const struct charge *charge)
{
    const int32_t area = charge->area ? register_area_by_id(plans->directory, charge->area) : -1;
    for (int32_t at = limits->budget_of && area >= 0 ? limits->budget_of[area] : -1; at >= 0;
         at = limits->budgets[at].above)
        limits->budgets[at].left -= charge->value;
}

/* In this stage, whoever gave it; reversals are in these sums. */
static enum alm_status read_given(const struct plans *plans, const struct plan_request *request,
                                  struct plan_limits *limits, struct alm_error *err)
{
    static const char sql[] = "SELECT area, CAST(SUM(quantity) AS BIGINT), CAST(SUM(value) AS BIGINT) "
                              "FROM tally_detail WHERE programme = $1 AND stage = $2 GROUP BY area ORDER BY area";
    struct store_stmt *stmt;
    bool row;
    if (!limits->budget_of)
        return ALM_OK;
    enum alm_status status =
        store_query(plans->store, &stmt, err, sql, "ii", request->programme->id, request->stage->id);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct charge given = {store_int(stmt, 0), store_int(stmt, 1), store_int(stmt, 2)};
        charge(plans, limits, &given);
    }
    return status;
}

/* The open lines of approved plans of the same programme: goods are promised in every stage, money in this one. */
static enum alm_status read_open(const struct plans *plans, const struct plan_request *request,
                                 struct plan_reach *reach, alm_quantity *promised, struct alm_error *err)
{
    static const char sql[] =
        "SELECT l.owner, l.person, l.plan, p.stage, l.quantity, l.value, l.area, "
        "COALESCE(CAST(SUM(d.quantity) AS BIGINT), 0) "
        "FROM plan p "
        "JOIN plan_line l ON l.plan = p.id "
        "LEFT JOIN plan_delivery d ON d.plan = l.plan AND d.owner = l.owner AND d.person = l.person "
        "WHERE p.programme = $1 AND p.state = 1 "
        "GROUP BY l.owner, l.person, l.plan, p.stage, l.quantity, l.value, l.area "
        "HAVING COALESCE(CAST(SUM(d.quantity) AS BIGINT), 0) < l.quantity "
        "ORDER BY l.owner, l.person, l.plan";
    __extension__ typedef __int128 wide;
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(plans->store, &stmt, err, sql, "i", request->programme->id);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const alm_quantity planned = store_int(stmt, 4), open = planned - store_int(stmt, 7);
        *promised += open;
        if (store_int(stmt, 3) != request->stage->id)
            continue;
        ARRAY_ROOM(reach->open, reach->n_open, reach->open_capacity);
        reach->open[reach->n_open++] = (struct plan_open){store_int(stmt, 0), store_int(stmt, 1), store_int(stmt, 2)};
        const struct charge still = {store_int(stmt, 6), open,
                                     (alm_money)(((wide)store_int(stmt, 5) * open + planned - 1) / planned)};
        charge(plans, &reach->limits, &still);
    }
    return status;
}

/* ---- goods ---- */

static enum alm_status read_goods(const struct plans *plans, const struct plan_request *request,
                                  struct plan_limits *limits, alm_quantity promised, struct arena *arena,
                                  struct alm_error *err)
{
    __extension__ typedef __int128 wide;
    const struct ledger_programme *programme = request->programme;
    enum alm_status status = ALM_OK;
    limits->goods = arena_alloc(arena, (programme->n_draws + 1) * sizeof *limits->goods);
    limits->n_goods = programme->n_draws;
    for (size_t i = 0; i < programme->n_draws && status == ALM_OK; i++) {
        struct plan_goods *goods = &limits->goods[i];
        goods->per_unit = programme->draws[i].quantity;
        for (size_t d = 0; d < programme->n_depots && status == ALM_OK; d++) {
            alm_quantity there = 0;
            status =
                stock_on_hand(plans->stock, programme->draws[i].item, programme->depots[d], request->date, &there, err);
            goods->left += there;
        }
        const wide left = goods->left - ((wide)promised * goods->per_unit + ALM_UNIT - 1) / ALM_UNIT;
        goods->left = left < 0 ? 0 : (alm_quantity)left;
    }
    return status;
}

enum alm_status plan_reach_read(const struct plans *plans, const struct plan_request *request, struct plan_reach *reach,
                                struct arena *arena, struct alm_error *err)
{
    alm_quantity promised = 0;
    enum alm_status status = read_budgets(plans, request, &reach->limits, arena, err);
    if (status == ALM_OK)
        status = read_given(plans, request, &reach->limits, err);
    if (status == ALM_OK)
        status = read_open(plans, request, reach, &promised, err);
    return status == ALM_OK ? read_goods(plans, request, &reach->limits, promised, arena, err) : status;
}

/* ---- what is drafted against what is left by now ---- */

static enum alm_status check_goods(const struct plans *plans, const struct plan_limits *limits,
                                   const struct ledger_programme *programme, const struct plan *plan,
                                   struct alm_error *err)
{
    __extension__ typedef __int128 wide;
    char item[64];
    for (size_t i = 0; i < limits->n_goods; i++) {
        const struct plan_goods *goods = &limits->goods[i];
        if (((wide)plan->quantity * goods->per_unit + ALM_UNIT - 1) / ALM_UNIT <= goods->left)
            continue;
        const enum alm_status status =
            stock_name(plans->stock, ALM_NOUN_ITEM, programme->draws[i].item, item, sizeof item, err);
        return status != ALM_OK
                   ? status
                   : error_set(err, ALM_REFUSED, _("make it anew, as far as there is enough: almoner plan make"),
                               _("plan %lld takes more %s than its depots have left by now, less what "
                                 "approved plans promise"),
                               (long long)plan->id, item);
    }
    return ALM_OK;
}

/* The area of a budget: the topmost of those that look to it. */
static const char *area_of(const struct register_area *areas, size_t n, const struct plan_limits *limits,
                           int32_t budget)
{
    for (size_t i = 0; i < n; i++)
        if (limits->budget_of[i] == budget && (areas[i].parent < 0 || limits->budget_of[areas[i].parent] != budget))
            return areas[i].code;
    return "";
}

static enum alm_status check_budgets(const struct plans *plans, struct plan_limits *limits, const struct plan *plan,
                                     struct alm_error *err)
{
    static const char sql[] = "SELECT area, CAST(SUM(value) AS BIGINT) FROM plan_line "
                              "WHERE plan = $1 GROUP BY area ORDER BY area";
    const struct register_area *areas;
    struct store_stmt *stmt;
    size_t n;
    bool row;
    enum alm_status status = register_areas(plans->directory, &areas, &n, err);
    if (status != ALM_OK || !limits->budget_of)
        return status;
    status = store_query(plans->store, &stmt, err, sql, "i", plan->id);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const int32_t area = store_int(stmt, 0) ? register_area_by_id(plans->directory, store_int(stmt, 0)) : -1;
        const alm_money value = store_int(stmt, 1);
        for (int32_t at = area >= 0 ? limits->budget_of[area] : -1; at >= 0 && value; at = limits->budgets[at].above) {
            limits->budgets[at].left -= value;
            if (limits->budgets[at].left >= 0)
                continue;
            store_done(stmt);
            return error_set(err, ALM_REFUSED, _("make it anew, as far as the money goes: almoner plan make"),
                             _("plan %lld is over what is left by now of the budget of area %s"), (long long)plan->id,
                             area_of(areas, n, limits, at));
        }
    }
    return status;
}

enum alm_status plan_reach_check(const struct plans *plans, const struct ledger_programme *programme,
                                 const struct plan *plan, struct alm_error *err)
{
    struct plan_request request = {.programme = programme,
                                   .stage = register_by_id(plans->directory, REGISTER_STAGE, plan->stage),
                                   .area = -1,
                                   .date = plan->date};
    struct plan_reach reach = {0};
    struct arena arena = {0};
    if (!plan->lines || !request.stage)
        return ALM_OK;
    enum alm_status status = plan_reach_read(plans, &request, &reach, &arena, err);
    if (status == ALM_OK)
        status = check_goods(plans, &reach.limits, programme, plan, err);
    if (status == ALM_OK)
        status = check_budgets(plans, &reach.limits, plan, err);
    plan_reach_release(&reach);
    arena_release(&arena);
    return status;
}

void plan_reach_release(struct plan_reach *reach)
{
    free(reach->open);
}

static int compare_open(const void *left, const void *right)
{
    const struct plan_open *a = left, *b = right;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    return (a->person > b->person) - (a->person < b->person);
}

const struct plan_open *plan_reach_open(const struct plan_reach *reach, alm_id owner, alm_id person)
{
    const struct plan_open key = {.owner = owner, .person = person};
    return reach->n_open ? bsearch(&key, reach->open, reach->n_open, sizeof key, compare_open) : NULL;
}
