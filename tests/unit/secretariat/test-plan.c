/* SPDX-License-Identifier: MIT */
/* Plans on a store: who is on one and who is not, twice the same, approved by another, closed by deliveries. */
#include "planning.h"

static struct planning_lines lines, others;

static size_t numbered(const struct planning *p, alm_id household)
{
    size_t i = 0;
    while (p->world->households[i] != household)
        i++;
    return i;
}

static void everybody_is_on_it_or_has_a_reason(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    world_campaign(w, 300);
    for (int programme = 0; programme < PROGRAMMES; programme++) {
        const struct plan_request request = planning_request(p, programme);
        const struct plan plan = planning_make(p, &request), again = planning_make(p, &request);
        assert_string_equal(plan.digest, again.digest);
        assert_int_equal(plan.lines, again.lines);
        assert_int_equal(plan.left_out, again.left_out);
        planning_lines(p, plan.id, false, &lines);
        planning_lines(p, plan.id, true, &others);
        assert_int_equal(lines.n, plan.lines);
        assert_int_equal(others.n, plan.left_out);
        assert_true(lines.n > 0);
        for (size_t i = 0; i < lines.n; i++) {
            assert_int_equal(lines.at[i].rank, i + 1);
            assert_int_equal(lines.at[i].delivered, 0);
            for (size_t k = 0; k < others.n; k++)
                assert_false(lines.at[i].owner == others.at[k].owner && lines.at[i].person == others.at[k].person);
        }
        for (size_t k = 0; k < others.n; k++)
            assert_int_not_equal(others.at[k].why, PLAN_ON);
    }
}

static void served_and_from_when_on(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    const struct plan_request request = planning_request(p, PARCELS);
    const struct ledger_answer given = planning_deliver(p, PARCELS, w->households[20], 0, ALM_UNIT);
    assert_int_equal(given.outcome, LEDGER_RECORDED);
    const struct plan plan = planning_make(p, &request);
    const struct plan_line left = planning_of(p, plan.id, true, w->households[20]);
    assert_int_equal(left.why, PLAN_SERVED);
    assert_int_equal(left.until, TODAY + 30);
    assert_int_equal(left.blocking, given.line);
    assert_int_equal(left.blocking_body, w->bodies[0]);
    assert_int_equal(left.blocking_date, TODAY);
    assert_int_equal(planning_of(p, plan.id, false, w->households[20]).owner, 0);
    /* What would only be warned about, or held, is not planned either. */
    for (int policy = LEDGER_WARN; policy <= LEDGER_HOLD; policy++) {
        w->programmes[PARCELS].on_double = (enum ledger_policy)policy;
        assert_int_equal(planning_of(p, planning_make(p, &request).id, true, w->households[20]).why, PLAN_SERVED);
    }
}

/* Some lines, as if somebody had to look at it first. */
static enum alm_status hold_some(void *context, const struct alm_line *at, size_t n, struct alm_verdict *verdicts,
                                 struct alm_error *err)
{
    (void)context;
    (void)err;
    for (size_t i = 0; i < n; i++)
        if (at[i].owner % 5 < 2)
            alm_refuse(&verdicts[i], "may be registered twice");
    return ALM_OK;
}

static void who_is_flagged_waits(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    static const struct ledger_gate gate = {.name = "look", .hold = hold_some};
    static const struct ledger_gate *const gates[] = {&gate};
    static void *const contexts[] = {NULL};
    const struct plan_request request = planning_request(p, PARCELS);
    w->programmes[PARCELS].gates = gates;
    w->programmes[PARCELS].gate_contexts = contexts;
    w->programmes[PARCELS].n_gates = w->programmes[PARCELS].n_unsettle = 1;
    const struct plan plan = planning_make(p, &request);
    planning_lines(p, plan.id, false, &lines);
    assert_true(lines.n > 0);
    for (size_t i = 0; i < lines.n; i++)
        assert_true(lines.at[i].owner % 5 >= 2);
    planning_lines(p, plan.id, true, &others);
    assert_true(others.n > 0);
    for (size_t i = 0; i < others.n; i++) {
        assert_true(others.at[i].owner % 5 < 2);
        assert_int_equal(others.at[i].why, PLAN_FLAGGED);
    }
}

static void who_waits_longest_comes_first(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    static const struct plan_weight weights[] = {{"orphan", 1000}};
    struct plan_request request = planning_request(p, PARCELS);
    world_sql(w, "UPDATE person SET criteria = 'orphan widow' WHERE owner = %lld", (long long)w->households[40]);
    request.priority = (struct plan_priority){weights, 1, 0, 0};
    struct plan plan = planning_make(p, &request);
    planning_lines(p, plan.id, false, &lines);
    assert_int_equal(lines.at[0].owner, w->households[40]);
    /* Without weights: never served before served, then the larger ones, then by code. */
    planning_deliver(p, PARCELS, w->households[5], 0, ALM_UNIT);
    request.priority = (struct plan_priority){0};
    w->programmes[PARCELS].window_days = 0;
    plan = planning_make(p, &request);
    planning_lines(p, plan.id, false, &lines);
    assert_int_equal(lines.at[lines.n - 1].owner, w->households[5]);
    assert_int_equal(lines.at[lines.n - 1].last, TODAY);
    for (size_t i = 1; i + 1 < lines.n; i++)
        assert_true(lines.at[i - 1].members > lines.at[i].members ||
                    (lines.at[i - 1].members == lines.at[i].members && strcmp(lines.codes[i - 1], lines.codes[i]) < 0));
}

static void goods_reach_so_far(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    const struct plan_request request = planning_request(p, PARCELS);
    struct alm_goods draws[] = {{.item = w->items[RICE], .quantity = 2 * ALM_UNIT}};
    w->programmes[PARCELS].draws = draws;
    w->programmes[PARCELS].n_draws = 1;
    w->programmes[PARCELS].depots = w->depots;
    w->programmes[PARCELS].n_depots = DEPOTS;
    world_receive(w, 0, RICE, "a", 40 * ALM_UNIT, TODAY - 10, ALM_NO_DATE, ALM_NULL);
    world_receive(w, 1, RICE, "b", 39 * ALM_UNIT, TODAY - 10, ALM_NO_DATE, ALM_NULL);
    world_receive(w, 1, RICE, "old", 900 * ALM_UNIT, TODAY - 10, TODAY - 1, ALM_NULL);
    /* Each is entitled to 5 units, of 2 kg each: 79 kg are enough for seven. */
    struct plan plan = planning_make(p, &request);
    assert_int_equal(plan.lines, 7);
    planning_lines(p, plan.id, true, &others);
    for (size_t i = 0; i < others.n; i++)
        assert_int_equal(others.at[i].why, PLAN_STOCK);
    /* What is promised to some is not there for others. */
    planning_approve(p, plan.id);
    planning_lines(p, plan.id, false, &lines);
    const alm_id first = lines.at[0].owner;
    plan = planning_make(p, &request);
    assert_int_equal(plan.lines, 0);
    assert_int_equal(planning_of(p, plan.id, true, first).why, PLAN_PLANNED);
    world_receive(w, 0, RICE, "c", 11 * ALM_UNIT, TODAY, ALM_NO_DATE, ALM_NULL);
    assert_int_equal(planning_make(p, &request).lines, 2);
}

/* A budget counts what was given in the stage and what is promised, in the area and below. */
static void money_reaches_so_far(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    struct alm_error err = {0};
    const struct plan_request request = planning_request(p, PARCELS);
    struct plan plan = planning_make(p, &request);
    const int64_t all = plan.lines;
    assert_int_equal(plan.value, all * 5 * 100);
    /* The county KH with KH-1 and KH-2 in it; 500 for each household. */
    world_sql(w, "INSERT INTO target (stage, programme, area, budget) VALUES (%lld, %lld, %lld, 2700)",
              (long long)p->stage.id, (long long)w->programmes[PARCELS].id, (long long)w->areas[1]);
    plan = planning_make(p, &request);
    planning_lines(p, plan.id, false, &lines);
    planning_lines(p, plan.id, true, &others);
    size_t within = 0;
    for (size_t i = 0; i < lines.n; i++)
        within += lines.at[i].area == w->areas[1] || lines.at[i].area == w->areas[2] || lines.at[i].area == w->areas[3];
    assert_int_equal(within, 5);
    assert_true(others.n > 0);
    for (size_t i = 0; i < others.n; i++)
        assert_int_equal(others.at[i].why, PLAN_BUDGET);
    assert_int_equal(lines.n + others.n, all);
    /* A smaller one in it, which three of the county's five may not exceed; then 1,000 were given there. */
    world_sql(w, "INSERT INTO target (stage, programme, area, budget) VALUES (%lld, %lld, %lld, 1000)",
              (long long)p->stage.id, (long long)w->programmes[PARCELS].id, (long long)w->areas[2]);
    planning_deliver(p, PARCELS, w->households[1], 0, 0);
    planning_deliver(p, PARCELS, w->households[5], 0, 0);
    plan = planning_make(p, &request);
    planning_lines(p, plan.id, false, &lines);
    within = 0;
    for (size_t i = 0; i < lines.n; i++) {
        within += lines.at[i].area == w->areas[1] || lines.at[i].area == w->areas[3];
        assert_int_not_equal(lines.at[i].area, w->areas[2]);
    }
    assert_int_equal(within, 3);
    /* What is promised is spent. */
    planning_approve(p, plan.id);
    plan = planning_make(p, &request);
    planning_lines(p, plan.id, false, &lines);
    assert_int_equal(lines.n, 0);
    OK(plan_cancel(&p->plans, plan.id, "nothing on it", &err));
}

/* Two drafts that each reach for the same goods or money: the second is not approved any more. */
static void two_drafts_for_the_same(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    struct alm_error err = {0};
    struct plan_request request = planning_request(p, PARCELS);
    struct alm_goods draws[] = {{.item = w->items[RICE], .quantity = 2 * ALM_UNIT}};
    struct plan drafts[2];
    /* Of KH-1 and of KH-2: nobody stands on both. */
    for (int i = 0; i < 2; i++) {
        request.area = register_area_by_id(w->fixture->directory, w->areas[2 + i]);
        drafts[i] = planning_make(p, &request);
        assert_true(drafts[i].lines > 0);
    }
    const int64_t larger = drafts[0].lines > drafts[1].lines ? drafts[0].lines : drafts[1].lines;
    world_sql(w, "INSERT INTO target (stage, programme, area, budget) VALUES (%lld, %lld, %lld, %lld)",
              (long long)p->stage.id, (long long)w->programmes[PARCELS].id, (long long)w->areas[1],
              (long long)larger * 500);
    planning_approve(p, drafts[0].id);
    assert_int_equal(planning_try(p, drafts[1].id, &err), ALM_REFUSED);
    assert_non_null(strstr(err.text, "left by now of the budget of area KH"));
    world_sql(w, "UPDATE target SET budget = 1000000");
    w->programmes[PARCELS].draws = draws;
    w->programmes[PARCELS].n_draws = 1;
    w->programmes[PARCELS].depots = w->depots;
    w->programmes[PARCELS].n_depots = 1;
    /* Each line is 5 units, of 2 kg each. */
    world_receive(w, 0, RICE, "a", (drafts[0].lines + drafts[1].lines) * 10 * ALM_UNIT - ALM_UNIT, TODAY - 10,
                  ALM_NO_DATE, ALM_NULL);
    assert_int_equal(planning_try(p, drafts[1].id, &err), ALM_REFUSED);
    assert_non_null(strstr(err.text, "takes more rice than its depots have left by now"));
    world_receive(w, 0, RICE, "b", ALM_UNIT, TODAY - 10, ALM_NO_DATE, ALM_NULL);
    planning_approve(p, drafts[1].id);
}

static void deliveries_close_it(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    struct alm_error err = {0};
    const struct plan_request request = planning_request(p, PARCELS);
    const alm_id whole = w->households[10], in_part = w->households[11], other = w->households[12];
    const struct plan plan = planning_make(p, &request);
    /* What is given before it is approved closes nothing. */
    planning_deliver(p, PARCELS, other, 0, 0);
    planning_approve(p, plan.id);
    const struct ledger_answer given = planning_deliver(p, PARCELS, whole, 0, 0);
    planning_deliver(p, PARCELS, in_part, 0, 3 * ALM_UNIT);
    planning_deliver(p, MEALS, w->households[13], 0, 0);
    assert_int_equal(planning_of(p, plan.id, false, whole).delivered, 5 * ALM_UNIT);
    assert_int_equal(planning_of(p, plan.id, false, in_part).delivered, 3 * ALM_UNIT);
    assert_int_equal(planning_of(p, plan.id, false, other).delivered, 0);
    assert_int_equal(planning_of(p, plan.id, false, w->households[13]).delivered, 0);
    const struct plan_filter open = {.plan = plan.id, .open = true, .body = PLAN_ANY, .group = PLAN_ANY};
    lines.n = 0;
    OK(plan_lines(&p->plans, &open, planning_line, &lines, &err));
    assert_int_equal(lines.n, plan.lines - 1);
    /* Taken back, it is open again; given once more, it is closed. */
    world_reverse(w, given.line);
    assert_int_equal(planning_of(p, plan.id, false, whole).delivered, 0);
    planning_deliver(p, PARCELS, whole, 0, 0);
    assert_int_equal(planning_of(p, plan.id, false, whole).delivered, 5 * ALM_UNIT);
    world_assert_sound(w);
    planning_assert_sound(p);
}

/* A list of several rows for one household: what closes the line is counted, and what comes after it is not. */
static void several_in_one_chunk(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    struct alm_error err = {0};
    const struct plan_request request = planning_request(p, PARCELS);
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    struct ledger_answer answers[4];
    w->programmes[PARCELS].window_days = 0;
    const struct plan plan = planning_make(p, &request);
    planning_approve(p, plan.id);
    struct ledger_offer offers[4];
    for (size_t i = 0; i < 4; i++)
        offers[i] = (struct ledger_offer){.programme = &w->programmes[PARCELS],
                                          .household = w->households[i == 3 ? 31 : 30],
                                          .quantity = 3 * ALM_UNIT,
                                          .date = TODAY,
                                          .body = w->bodies[0]};
    OK(ledger_record(w->ledger, offers, 4, answers, &w->arena, &entry, &err));
    assert_int_equal(planning_of(p, plan.id, false, w->households[30]).delivered, 6 * ALM_UNIT);
    assert_int_equal(planning_of(p, plan.id, false, w->households[31]).delivered, 3 * ALM_UNIT);
    world_reverse(w, answers[2].line);
    assert_int_equal(planning_of(p, plan.id, false, w->households[30]).delivered, 6 * ALM_UNIT);
    world_reverse(w, answers[0].line);
    assert_int_equal(planning_of(p, plan.id, false, w->households[30]).delivered, 3 * ALM_UNIT);
}

static void persons_and_places(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    const struct plan_request kits = planning_request(p, KITS), spray = planning_request(p, SPRAY);
    const struct plan of_kits = planning_make(p, &kits), of_spray = planning_make(p, &spray);
    assert_int_equal(of_spray.lines, PLACES);
    planning_approve(p, of_kits.id);
    planning_approve(p, of_spray.id);
    const size_t person = w->n_persons - 1;
    planning_deliver(p, KITS, 0, w->persons[person], ALM_UNIT);
    planning_deliver(p, SPRAY, w->places[2], 0, 0);
    planning_lines(p, of_kits.id, false, &lines);
    for (size_t i = 0; i < lines.n; i++)
        assert_int_equal(lines.at[i].delivered, lines.at[i].person == w->persons[person] ? ALM_UNIT : 0);
    assert_int_equal(planning_of(p, of_spray.id, false, w->places[2]).delivered, 5 * ALM_UNIT);
}

static void the_maker_cannot_approve(void **state)
{
    struct planning *p = *state;
    struct alm_error err = {0};
    const struct plan_request request = planning_request(p, PARCELS);
    const struct plan plan = planning_make(p, &request), twin = planning_make(p, &request);
    assert_int_equal(plan_approve(&p->plans, &p->world->programmes[PARCELS], plan.id, &err), ALM_NO_PERMISSION);
    assert_non_null(strstr(err.text, "planner, who cannot approve it as well"));
    planning_approve(p, plan.id);
    store_set_who(p->world->store, "chair");
    assert_int_equal(plan_approve(&p->plans, &p->world->programmes[PARCELS], plan.id, &err), ALM_REFUSED);
    /* Nobody twice: the same households stand on a plan that is approved. */
    assert_int_equal(plan_approve(&p->plans, &p->world->programmes[PARCELS], twin.id, &err), ALM_REFUSED);
    assert_non_null(strstr(err.text, "lines of plan"));
    OK(plan_cancel(&p->plans, plan.id, "the weather", &err));
    OK(plan_approve(&p->plans, &p->world->programmes[PARCELS], twin.id, &err));
    assert_int_equal(plan_approve(&p->plans, &p->world->programmes[PARCELS], 17, &err), ALM_BAD_DATA);
}

/* Later edits of the register don't move what is approved; a draft that is cancelled leaves no lines. */
static void frozen(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    struct alm_error err = {0};
    const struct plan_request request = planning_request(p, PARCELS);
    const struct plan plan = planning_make(p, &request);
    planning_approve(p, plan.id);
    const struct plan_line before = planning_of(p, plan.id, false, w->households[10]);
    world_person(w, w->households[10]);
    world_sql(w, "UPDATE household SET area = %lld WHERE id = %lld", (long long)w->areas[4],
              (long long)w->households[10]);
    const struct plan_line after = planning_of(p, plan.id, false, w->households[10]);
    assert_int_equal(before.rank, after.rank);
    assert_int_equal(before.members, after.members);
    assert_int_equal(before.area, after.area);
    const struct plan draft = planning_make(p, &request);
    OK(plan_cancel(&p->plans, draft.id, "too late", &err));
    assert_int_equal(plan_cancel(&p->plans, draft.id, "too late", &err), ALM_REFUSED);
    planning_lines(p, draft.id, true, &lines);
    assert_int_equal(lines.n, 0);
    OK(plan_cancel(&p->plans, plan.id, "the weather", &err));
    planning_lines(p, plan.id, false, &lines);
    assert_int_equal(lines.n, plan.lines);
    /* Nothing closes it any more. */
    planning_deliver(p, PARCELS, w->households[10], 0, 0);
    assert_int_equal(planning_of(p, plan.id, false, w->households[10]).delivered, 0);
    planning_assert_sound(p);
}

/* What is written past almoner is found. */
static void the_audit_finds_it(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    static const char *const wrongs[][2] = {
        {"UPDATE plan_line SET quantity = quantity + 1 WHERE rank = 3", "not those that it was made with"},
        {"DELETE FROM plan_line WHERE rank = 4", "not those that it was made with"},
        {"UPDATE plan_line SET grp = 7 WHERE rank = 5", "not those that it was made with"},
        {"UPDATE plan SET lines = lines + 1", "do not add up"},
        {"UPDATE plan SET approved_by = made_by", "by the same user"},
        {"UPDATE plan SET state = 7", "in no state"},
        {"UPDATE plan_delivery SET quantity = quantity + 1", "does not stand, or is not theirs"},
        {"UPDATE plan_delivery SET person = 7", "a line that it does not have"},
    };
    const struct plan_request request = planning_request(p, PARCELS);
    const struct plan plan = planning_make(p, &request);
    planning_approve(p, plan.id);
    planning_deliver(p, PARCELS, w->households[10], 0, 0);
    planning_assert_sound(p);
    for (size_t i = 0; i < COUNT_OF(wrongs); i++) {
        struct alm_error err = {0};
        OK(store_savepoint(w->store, &err));
        world_sql(w, "%s", wrongs[i][0]);
        const struct world_faults faults = planning_verify(p);
        assert_int_equal(faults.n, 1);
        assert_non_null(strstr(faults.first, wrongs[i][1]));
        OK(store_release(w->store, false, &err));
    }
    planning_assert_sound(p);
}

static void only_days_of_the_stage(void **state)
{
    struct planning *p = *state;
    struct alm_error err = {0};
    struct plan plan;
    struct plan_request request = planning_request(p, PARCELS);
    request.date = TODAY + 41;
    assert_int_equal(plan_make(&p->plans, &request, &plan, &p->world->arena, &err), ALM_BAD_DATA);
    assert_non_null(strstr(err.text, "is no day of stage NOW"));
    request.date = TODAY + 40;
    p->world->programmes[PARCELS].until = TODAY;
    assert_int_equal(plan_make(&p->plans, &request, &plan, &p->world->arena, &err), ALM_BAD_DATA);
    assert_non_null(strstr(err.text, "nothing is given under parcels"));
    p->world->programmes[PARCELS].until = ALM_NO_DATE;
    assert_true(planning_make(p, &request).lines > 0);
}

static void by_area(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    struct plan_request request = planning_request(p, PARCELS);
    request.area = register_area_by_id(p->plans.directory, w->areas[1]);
    const struct plan plan = planning_make(p, &request);
    planning_lines(p, plan.id, false, &lines);
    assert_true(lines.n > 0 && lines.n < HOUSEHOLDS);
    for (size_t i = 0; i < lines.n; i++)
        assert_true(numbered(p, lines.at[i].owner) % 13 != 12 && lines.at[i].area != w->areas[4]);
}

struct changes {
    size_t added, gone, other;
};

static enum alm_status change(void *context, const struct plan_change *change, struct alm_error *err)
{
    struct changes *changes = context;
    (void)err;
    changes->added += change->before == ALM_NULL;
    changes->gone += change->after == ALM_NULL;
    changes->other += change->before != ALM_NULL && change->after != ALM_NULL;
    return ALM_OK;
}

static void what_two_have_unlike(void **state)
{
    struct planning *p = *state;
    struct world *w = p->world;
    struct alm_error err = {0};
    struct changes changes = {0};
    const struct plan_request request = planning_request(p, PARCELS);
    planning_deliver(p, PARCELS, w->households[3], 0, 0);
    const struct plan before = planning_make(p, &request);
    planning_deliver(p, PARCELS, w->households[4], 0, 0);
    planning_deliver(p, PARCELS, w->households[5], 0, 0);
    w->programmes[PARCELS].window_days = 0;
    planning_deliver(p, PARCELS, w->households[3], 0, ALM_UNIT);
    w->programmes[PARCELS].window_days = 30;
    const struct plan after = planning_make(p, &request);
    OK(plan_compare(&p->plans, before.id, after.id, change, &changes, &err));
    assert_int_equal(changes.gone, 2);
    assert_int_equal(changes.added, 0);
    assert_int_equal(changes.other, 0);
    OK(plan_compare(&p->plans, after.id, before.id, change, &changes, &err));
    assert_int_equal(changes.added, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLANNING_TEST(everybody_is_on_it_or_has_a_reason),
        PLANNING_TEST(served_and_from_when_on),
        PLANNING_TEST(who_is_flagged_waits),
        PLANNING_TEST(who_waits_longest_comes_first),
        PLANNING_TEST(goods_reach_so_far),
        PLANNING_TEST(money_reaches_so_far),
        PLANNING_TEST(two_drafts_for_the_same),
        PLANNING_TEST(deliveries_close_it),
        PLANNING_TEST(several_in_one_chunk),
        PLANNING_TEST(persons_and_places),
        PLANNING_TEST(the_maker_cannot_approve),
        PLANNING_TEST(frozen),
        PLANNING_TEST(the_audit_finds_it),
        PLANNING_TEST(only_days_of_the_stage),
        PLANNING_TEST(by_area),
        PLANNING_TEST(what_two_have_unlike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
