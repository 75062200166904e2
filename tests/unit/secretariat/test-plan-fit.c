/* SPDX-License-Identifier: MIT */
/* Need and reach, on drawn cases: nobody twice, nothing beyond what there is, nobody passed over, always the same. */
#include "secretariat/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t seed;

static uint64_t draw(uint64_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % n;
}

enum { AREAS = 7, MOST = 60, BUDGETS = 3, ASSIGNEES = 5, GOODS = 2 };

struct drawn {
    struct plan_candidate at[MOST];
    char codes[MOST][8];
    size_t n;
    struct plan_goods goods[GOODS];
    struct plan_budget budgets[BUDGETS];
    int32_t budget_of[AREAS];
    struct plan_assignee assignees[ASSIGNEES];
    int32_t assignee_of[AREAS];
    struct plan_limits limits;
};

static void draw_case(struct drawn *d)
{
    *d = (struct drawn){.n = draw(MOST)};
    for (size_t i = 0; i < d->n; i++) {
        snprintf(d->codes[i], sizeof d->codes[i], "H%03d", (int)((i * 37) % 100));
        d->at[i] = (struct plan_candidate){.owner = (alm_id)i + 1,
                                           .person = draw(4) ? 0 : (alm_id)draw(3),
                                           .quantity = (alm_quantity)(1 + draw(4)) * 500,
                                           .value = (alm_money)draw(4) * 100,
                                           .score = (int64_t)draw(4) * 1000,
                                           .code = d->codes[i],
                                           .waiting = draw(3) ? (int32_t)draw(3) * 30 : PLAN_NEVER,
                                           .area = (int32_t)draw(AREAS + 1) - 1,
                                           .members = (uint32_t)draw(4)};
    }
    for (size_t i = 0; i < GOODS; i++)
        d->goods[i] = (struct plan_goods){(alm_quantity)(1 + draw(3)) * 300, (alm_quantity)draw(40) * 500};
    for (int32_t i = 0; i < BUDGETS; i++)
        d->budgets[i] = (struct plan_budget){(alm_money)draw(40) * 100, i - 1};
    for (int32_t i = 0; i < ASSIGNEES; i++)
        d->assignees[i] = (struct plan_assignee){.body = i + 1,
                                                 .left = draw(3) ? (alm_quantity)draw(12) * 500 : ALM_NULL,
                                                 .next = i == 1 || i == 3 ? i + 1 : -1};
    for (size_t i = 0; i < AREAS; i++) {
        d->budget_of[i] = (int32_t)draw(BUDGETS + 1) - 1;
        d->assignee_of[i] = draw(5) ? (int32_t)draw(ASSIGNEES) : -1;
    }
    d->limits = (struct plan_limits){.goods = d->goods,
                                     .n_goods = draw(3),
                                     .budgets = d->budgets,
                                     .budget_of = draw(2) ? d->budget_of : NULL,
                                     .assignees = d->assignees,
                                     .assignee_of = draw(2) ? d->assignee_of : NULL};
}

/* The pointers of a copy have to be its own. */
static void copy_case(struct drawn *to, const struct drawn *from)
{
    *to = *from;
    for (size_t i = 0; i < to->n; i++)
        to->at[i].code = to->codes[(from->at[i].code - from->codes[0]) / (ptrdiff_t)sizeof from->codes[0]];
    to->limits.goods = to->goods;
    to->limits.budgets = to->budgets;
    to->limits.budget_of = from->limits.budget_of ? to->budget_of : NULL;
    to->limits.assignees = to->assignees;
    to->limits.assignee_of = from->limits.assignee_of ? to->assignee_of : NULL;
}

/* Whether a comes before b by what the header says. */
static bool in_more_need(const struct plan_candidate *a, const struct plan_candidate *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    if (a->waiting != b->waiting)
        return a->waiting > b->waiting;
    if (a->members != b->members)
        return a->members > b->members;
    return strcmp(a->code, b->code) ? strcmp(a->code, b->code) < 0 : a->person < b->person;
}

static bool has_budget(const struct drawn *d, const struct plan_candidate *c, int32_t budget)
{
    for (int32_t at = d->limits.budget_of && c->area >= 0 ? d->limits.budget_of[c->area] : -1; at >= 0;
         at = d->budgets[at].above)
        if (at == budget)
            return true;
    return false;
}

static void nothing_goes_beyond(const struct drawn *before, const struct drawn *after)
{
    for (size_t g = 0; g < before->limits.n_goods; g++) {
        alm_quantity used = 0;
        for (size_t i = 0; i < after->n; i++)
            used += after->at[i].rank ? after->at[i].quantity * before->goods[g].per_unit / 1000 : 0;
        assert_true(used <= before->goods[g].left);
    }
    for (int32_t b = 0; b < BUDGETS; b++) {
        alm_money used = 0;
        for (size_t i = 0; i < after->n; i++)
            used += after->at[i].rank && has_budget(before, &after->at[i], b) ? after->at[i].value : 0;
        assert_true(used <= before->budgets[b].left);
    }
    for (int32_t a = 0; a < ASSIGNEES; a++) {
        alm_quantity used = 0;
        for (size_t i = 0; i < after->n; i++)
            used += after->at[i].rank && after->at[i].assignee == a ? after->at[i].quantity : 0;
        assert_true(before->assignees[a].left == ALM_NULL || used <= before->assignees[a].left);
    }
}

static void nobody_is_passed_over(const struct drawn *d)
{
    uint32_t rank = 0;
    for (size_t i = 0; i < d->n; i++) {
        const struct plan_candidate *c = &d->at[i];
        assert_true(i == 0 || in_more_need(&d->at[i - 1], c));
        if (c->rank)
            assert_int_equal(c->rank, ++rank);
        assert_int_equal(c->rank != 0, c->why == PLAN_ON);
        if (c->why == PLAN_ON && d->limits.assignee_of)
            assert_true(c->assignee >= 0);
        else if (c->why != PLAN_ON)
            assert_int_equal(c->assignee, -1);
        /* Whoever missed out for goods: nobody in less need has any.  For a budget: nobody of the same area. */
        for (size_t later = i + 1; later < d->n; later++) {
            assert_false(c->why == PLAN_STOCK && d->at[later].rank);
            assert_false(c->why == PLAN_BUDGET && d->at[later].rank && d->at[later].area == c->area);
            assert_false(c->why == PLAN_QUOTA && d->at[later].rank && d->at[later].area == c->area);
        }
        assert_int_equal(c->why == PLAN_UNASSIGNED,
                         d->limits.assignee_of && (c->area < 0 || d->limits.assignee_of[c->area] < 0));
    }
}

static int by_owner(const void *left, const void *right)
{
    const struct plan_candidate *a = left, *b = right;
    return (a->owner > b->owner) - (a->owner < b->owner);
}

static void drawn_cases(void **state)
{
    static struct drawn before, after, again;
    size_t planned = 0, left_out = 0;
    (void)state;
    for (seed = 1; seed < 4000000000; seed += 1000003) {
        const uint64_t from = seed;
        draw_case(&before);
        copy_case(&after, &before);
        plan_fit(after.at, after.n, &after.limits);
        nothing_goes_beyond(&before, &after);
        nobody_is_passed_over(&after);
        /* In whatever order they come. */
        copy_case(&again, &before);
        for (size_t i = again.n; i > 1; i--) {
            const size_t other = draw(i);
            const struct plan_candidate kept = again.at[i - 1];
            again.at[i - 1] = again.at[other];
            again.at[other] = kept;
        }
        plan_fit(again.at, again.n, &again.limits);
        bool seen[MOST + 1] = {false};
        for (size_t i = 0; i < after.n; i++) {
            planned += after.at[i].rank != 0;
            left_out += after.at[i].rank == 0;
            assert_int_equal(after.at[i].owner, again.at[i].owner);
            assert_int_equal(after.at[i].rank, again.at[i].rank);
            assert_int_equal(after.at[i].assignee, again.at[i].assignee);
            assert_int_equal(after.at[i].why, again.at[i].why);
            assert_false(seen[after.at[i].owner]);
            seen[after.at[i].owner] = true;
        }
        qsort(after.at, after.n, sizeof *after.at, by_owner);
        for (size_t i = 0; i < after.n; i++)
            assert_int_equal(after.at[i].quantity, before.at[i].quantity);
        seed = from;
    }
    assert_true(planned > 10000 && left_out > 10000);
}

static void what_makes_need(void **state)
{
    static const struct plan_weight weights[] = {{"orphan", 5000}, {"disabled", 3000}};
    static const struct plan_priority priority = {weights, COUNT_OF(weights), 100, 500};
    static const struct alm_member members[] = {
        {.criteria = "disabled orphan"}, {.criteria = "orphans"}, {.criteria = ""}, {.criteria = "widow disabled"}};
    (void)state;
    assert_int_equal(plan_score(&priority, members, 4, 0), 5000 + 2 * 3000 + 4 * 500);
    assert_int_equal(plan_score(&priority, members, 1, 10), 8000 + 500 + 1000);
    assert_int_equal(plan_score(&priority, NULL, 0, PLAN_NEVER), 36500);
    assert_int_equal(plan_score(&priority, NULL, 0, 400), 36500);
    /* A delivery that lies after the day. */
    assert_int_equal(plan_score(&priority, NULL, 0, -3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(drawn_cases), cmocka_unit_test(what_makes_need)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
