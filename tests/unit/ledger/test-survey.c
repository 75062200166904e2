/* SPDX-License-Identifier: MIT */
/* What the survey says of everybody is what the ledger says when it is asked for each. */
#include "world.h"

struct asking {
    struct world *w;
    const struct ledger_survey *survey;
    alm_id before, before_person;
    size_t n;
};

static void assert_same(struct asking *asking, const struct ledger_found *found)
{
    struct world *w = asking->w;
    struct alm_error err = {0};
    struct ledger_answer answer;
    const bool place = asking->survey->programme->rule->recipient == ALM_PLACE;
    const struct ledger_offer offer = {.programme = asking->survey->programme,
                                       .household = place ? 0 : found->owner,
                                       .person = found->person,
                                       .place = place ? found->owner : 0,
                                       .date = asking->survey->date};
    /* Another ledger: this one is at work. */
    struct ledger *other = ledger_new(&w->services);
    OK(ledger_entitlement(other, &offer, &answer, &w->arena, &err));
    ledger_free(other);
    assert_int_equal(found->answer->outcome, answer.outcome);
    assert_int_equal(found->answer->why, answer.why);
    assert_int_equal(found->answer->entitled, answer.entitled);
    assert_int_equal(found->answer->next, answer.next);
    assert_int_equal(found->answer->blocking, answer.blocking);
    assert_int_equal(found->answer->warned, answer.warned);
    assert_int_equal(found->value, answer.outcome == LEDGER_RECORDED ? answer.value : 0);
    if (!asking->survey->brief) {
        assert_string_equal(found->answer->reason, answer.reason);
        assert_int_equal(found->answer->blocking_body, answer.blocking_body);
    }
}

static enum alm_status ask(void *context, const struct ledger_found *found, struct alm_error *err)
{
    struct asking *asking = context;
    (void)err;
    assert_true(found->owner > asking->before ||
                (found->owner == asking->before && found->person > asking->before_person) ||
                (found->owner == asking->before && found->person));
    assert_same(asking, found);
    asking->before = found->owner;
    asking->before_person = found->person;
    asking->n++;
    return ALM_OK;
}

static size_t survey(struct world *w, int programme, alm_date date, const alm_id *areas, size_t n_areas, bool brief)
{
    struct alm_error err = {0};
    const struct ledger_survey survey = {&w->programmes[programme], date, areas, n_areas, brief};
    struct asking asking = {.w = w, .survey = &survey};
    OK(ledger_survey(w->ledger, &survey, ask, &asking, &err));
    return asking.n;
}

static void everybody_is_told_as_if_asked_alone(void **state)
{
    struct world *w = *state;
    struct ledger_exclusion *of_meals = arena_alloc(&w->arena, sizeof *of_meals);
    w->programmes[PARCELS].window_days = 40;
    w->programmes[SPRAY].window_days = 15;
    of_meals[0] = (struct ledger_exclusion){w->programmes[PARCELS].id, 20};
    w->programmes[MEALS].exclusions = of_meals;
    w->programmes[MEALS].n_exclusions = 1;
    world_campaign(w, 700);
    for (int programme = 0; programme < PROGRAMMES; programme++)
        for (alm_date date = TODAY; date > TODAY - 300; date -= 61)
            for (int brief = 0; brief < 2; brief++) {
                const size_t n = survey(w, programme, date, NULL, 0, brief);
                /* Some moved into other households on the way, some were served, but nobody is forgotten. */
                if (programme == SPRAY)
                    assert_int_equal(n, PLACES);
                else if (programme == KITS)
                    assert_int_equal(n, w->n_persons);
                else
                    assert_in_range(n, HOUSEHOLDS - 12, HOUSEHOLDS);
            }
    const size_t all = survey(w, PARCELS, TODAY, NULL, 0, true);
    const size_t here = survey(w, PARCELS, TODAY, &w->areas[2], 2, true);
    const size_t there = (size_t)world_number(w, "SELECT COUNT(*) FROM household h JOIN area a ON a.id = h.area "
                                                 "WHERE a.code IN ('KH-1', 'KH-2')");
    assert_in_range(here, there - 12, there);
    assert_true(here > 0 && here < all);
}

/* Some turn out to be one, with their households: these are told once, and by what all of them had. */
static void who_was_merged_is_told_once(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    const struct register_gate gate = {
        .members_changed = ledger_members_changed, .persons_merge = ledger_persons_merge, .context = w->ledger};
    w->programmes[PARCELS].window_days = 40;
    world_campaign(w, 500);
    const size_t before = survey(w, PARCELS, TODAY, NULL, 0, true);
    const size_t persons = survey(w, KITS, TODAY, NULL, 0, true);
    size_t merged = 0;
    for (size_t i = 20; i + 31 < w->n_persons; i += 17) {
        struct store_entry entry = {.id = world_id(w), .command = "merge"};
        struct register_merge m = {.survivor = w->persons[i],
                                   .merged = w->persons[i + 31],
                                   .day = TODAY - 100,
                                   .reason = "seen",
                                   .entry = &entry};
        merged += register_person_merge(w->store, &gate, &m, &err) == ALM_OK;
        OK(store_journal_add(w->store, &entry, &err));
    }
    assert_true(merged > 5);
    for (int programme = 0; programme < PROGRAMMES; programme++)
        for (alm_date date = TODAY; date > TODAY - 300; date -= 97)
            survey(w, programme, date, NULL, 0, false);
    assert_int_equal(survey(w, KITS, TODAY, NULL, 0, true), persons - merged);
    assert_true(survey(w, PARCELS, TODAY, NULL, 0, true) <= before);
}

static void a_day_to_come_may_be_asked_about(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct ledger_answer answer;
    const struct ledger_offer offer = {
        .programme = &w->programmes[PARCELS], .household = w->households[1], .date = TODAY + 10};
    const struct ledger_survey survey = {&w->programmes[PARCELS], TODAY + 10, NULL, 0, true};
    struct asking asking = {.w = w, .survey = &survey};
    OK(ledger_entitlement(w->ledger, &offer, &answer, &w->arena, &err));
    assert_int_equal(answer.outcome, LEDGER_REJECTED);
    /* The survey has an answer, where the other one has none. */
    w->services.today = TODAY + 10;
    OK(ledger_survey(w->ledger, &survey, ask, &asking, &err));
    assert_in_range(asking.n, HOUSEHOLDS - 12, HOUSEHOLDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(everybody_is_told_as_if_asked_alone),
        WORLD_TEST(who_was_merged_is_told_once),
        WORLD_TEST(a_day_to_come_may_be_asked_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
