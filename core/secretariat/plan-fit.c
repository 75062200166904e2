/* SPDX-License-Identifier: MIT */
/* fit: the order of need, and how far goods, budgets and quotas reach in it. */
#include "secretariat/plan.h"

#include <stdlib.h>

/* ---- need ---- */

static int64_t weight_of(const struct plan_priority *priority, const char *criteria)
{
    int64_t sum = 0;
    for (const char *at = criteria; *at;) {
        const size_t len = strcspn(at, " ");
        for (size_t i = 0; i < priority->n; i++)
            if (text_equal((struct alm_text){at, len}, priority->weights[i].criterion))
                sum += priority->weights[i].weight;
        at += len;
        at += *at == ' ';
    }
    return sum;
}

int64_t plan_score(const struct plan_priority *priority, const struct alm_member *members, size_t n, int32_t waiting)
{
    const int32_t days = waiting < 0 ? 0 : waiting > PLAN_WAITING_MOST ? PLAN_WAITING_MOST : waiting;
    int64_t score = priority->waiting_day * days + priority->member * (int64_t)n;
    for (size_t i = 0; priority->n && i < n; i++)
        if (members[i].criteria[0])
            score += weight_of(priority, members[i].criteria);
    return score;
}

static int compare_need(const void *left, const void *right)
{
    const struct plan_candidate *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->waiting != b->waiting)
        return a->waiting > b->waiting ? -1 : 1;
    if (a->members != b->members)
        return a->members > b->members ? -1 : 1;
    const int by_code = strcmp(a->code, b->code);
    return by_code ? by_code : (a->person > b->person) - (a->person < b->person);
}

/* ---- reach ---- */

/* Rounded up: what is left is never overdrawn. */
static alm_quantity used(alm_quantity quantity, alm_quantity per_unit)
{
    __extension__ typedef __int128 wide;
    const wide all = ((wide)quantity * per_unit + ALM_UNIT - 1) / ALM_UNIT;
    return all > INT64_MAX ? INT64_MAX : (alm_quantity)all;
}

/* Whoever of their area's assignees has some left; one who has not enough gives nothing to anybody after. */
static bool find_assignee(struct plan_limits *limits, struct plan_candidate *c)
{
    int32_t at = c->area >= 0 ? limits->assignee_of[c->area] : -1;
    c->why = at < 0 ? PLAN_UNASSIGNED : PLAN_QUOTA;
    for (; at >= 0; at = limits->assignees[at].next) {
        struct plan_assignee *assignee = &limits->assignees[at];
        if (assignee->left != ALM_NULL && assignee->left < c->quantity) {
            assignee->left = 0;
            continue;
        }
        c->assignee = at;
        return true;
    }
    return false;
}

static bool within_budgets(struct plan_limits *limits, struct plan_candidate *c)
{
    bool enough = true;
    for (int32_t at = limits->budget_of && c->area >= 0 ? limits->budget_of[c->area] : -1; at >= 0;
         at = limits->budgets[at].above)
        if (limits->budgets[at].left < c->value) {
            limits->budgets[at].left = -1; /* for aid that is worth nothing, too */
            enough = false;
        }
    if (!enough)
        c->why = PLAN_BUDGET;
    return enough;
}

static bool within_goods(struct plan_limits *limits, struct plan_candidate *c)
{
    bool enough = true;
    for (size_t i = 0; i < limits->n_goods; i++)
        enough = enough && limits->goods[i].left >= used(c->quantity, limits->goods[i].per_unit);
    if (enough)
        return true;
    for (size_t i = 0; i < limits->n_goods; i++)
        limits->goods[i].left = -1;
    c->why = PLAN_STOCK;
    return false;
}

static void take(struct plan_limits *limits, const struct plan_candidate *c)
{
    if (c->assignee >= 0 && limits->assignees[c->assignee].left != ALM_NULL)
        limits->assignees[c->assignee].left -= c->quantity;
    for (int32_t at = limits->budget_of && c->area >= 0 ? limits->budget_of[c->area] : -1; at >= 0;
         at = limits->budgets[at].above)
        limits->budgets[at].left -= c->value;
    for (size_t i = 0; i < limits->n_goods; i++)
        limits->goods[i].left -= used(c->quantity, limits->goods[i].per_unit);
}

void plan_fit(struct plan_candidate *candidates, size_t n, struct plan_limits *limits)
{
    uint32_t rank = 0;
    if (n > 1)
        qsort(candidates, n, sizeof *candidates, compare_need);
    for (size_t i = 0; i < n; i++) {
        struct plan_candidate *c = &candidates[i];
        c->rank = 0;
        c->assignee = -1;
        if (limits->assignee_of && !find_assignee(limits, c))
            continue;
        if (!within_budgets(limits, c) || !within_goods(limits, c)) {
            c->assignee = -1;
            continue;
        }
        c->why = PLAN_ON;
        c->rank = ++rank;
        take(limits, c);
    }
}
