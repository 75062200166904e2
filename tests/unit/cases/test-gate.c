/* SPDX-License-Identifier: MIT */
/* No delivery without an approved case of its recipient; which one; and what a reversal leaves. */
#include "office.h"

static void assert_refused(struct office *o, const struct ledger_offer *offer, const char *why)
{
    const struct ledger_answer answer = world_offer(o->world, offer);
    assert_int_equal(answer.outcome, LEDGER_REFUSED);
    assert_int_equal(answer.why, LEDGER_SETTLE);
    if (!strstr(answer.reason, why))
        fail_msg("'%s' has no '%s'", answer.reason, why);
}

static alm_id assert_recorded(struct office *o, const struct ledger_offer *offer)
{
    const struct ledger_answer answer = world_offer(o->world, offer);
    if (answer.outcome != LEDGER_RECORDED)
        fail_msg("%s", answer.reason);
    return answer.line;
}

static void every_state_on_the_way(void **state)
{
    struct office *o = *state;
    struct alm_error err = {0};
    const struct cases_case request = office_request(o, PARCELS, 1);
    struct ledger_offer offer = office_offer(o, PARCELS, 1);
    offer.key = text_of("1");
    assert_refused(o, &offer, "`almoner case open parcels` enters a request");
    const alm_id id = office_open(o, &request);
    offer.key = text_of("2");
    assert_refused(o, &offer, "is not approved yet: `almoner case visit`");
    OK(office_do(o, id, STEP_VISITED, TODAY - 50, &err));
    offer.key = text_of("3");
    assert_refused(o, &offer, "is not approved yet: `almoner case decide` comes first");
    office_decide(o, id, STEP_APPROVED, 2 * ALM_UNIT);
    offer.key = text_of("4");
    offer.date = TODAY - 41;
    assert_refused(o, &offer, "was approved only on 2020-10-26");
    offer.key = text_of("5");
    offer.date = TODAY - 40;
    offer.quantity = 3 * ALM_UNIT;
    assert_refused(o, &offer, "was approved for 2, and not for more");
    offer.key = text_of("6");
    offer.quantity = 2 * ALM_UNIT;
    const alm_id line = assert_recorded(o, &offer);
    struct cases_case c = office_read(o, id);
    assert_int_equal(c.state, CASE_DELIVERED);
    assert_int_equal(c.delivered, TODAY - 40);
    assert_int_equal(c.line, line);
    offer.key = text_of("7");
    assert_refused(o, &offer, "is delivered already");
    office_assert_sound(o);
    /* Others have none of it: another household, the same under another programme. */
    struct ledger_offer other = office_offer(o, PARCELS, 2);
    assert_refused(o, &other, "nobody asked for it");
    other = office_offer(o, MEALS, 1);
    assert_refused(o, &other, "nobody asked for it");
    /* Taken back, it waits again. */
    world_reverse(o->world, line);
    c = office_read(o, id);
    assert_int_equal(c.state, CASE_APPROVED);
    assert_int_equal(c.delivered, ALM_NO_DATE);
    assert_int_equal(c.line, 0);
    offer.key = text_of("8");
    assert_recorded(o, &offer);
    office_assert_sound(o);
}

static void what_is_closed_stays_closed(void **state)
{
    struct office *o = *state;
    struct alm_error err = {0};
    const alm_id id = office_approved(o, PARCELS, 1);
    const struct ledger_offer offer = office_offer(o, PARCELS, 1);
    const alm_id line = assert_recorded(o, &offer);
    OK(office_do(o, id, STEP_CLOSED, TODAY, &err));
    office_assert_sound(o);
    /* So another may be open by the time that the delivery of the first is taken back. */
    const struct cases_case again = office_request(o, PARCELS, 1);
    const alm_id second = office_open(o, &again);
    world_reverse(o->world, line);
    assert_int_equal(office_read(o, id).state, CASE_CLOSED);
    assert_int_equal(office_read(o, id).line, 0);
    assert_int_equal(office_read(o, second).state, CASE_OPEN);
    office_assert_sound(o);
}

/* One case is one delivery, also of two that come in one list. */
static void one_case_for_two_lines(void **state)
{
    struct office *o = *state;
    struct alm_error err = {0};
    struct store_entry entry = {.id = world_id(o->world), .command = "test"};
    struct ledger_offer offers[4];
    struct ledger_answer answers[4];
    office_approved(o, PARCELS, 1);
    office_approved(o, PARCELS, 3);
    for (size_t i = 0; i < 4; i++) {
        offers[i] = office_offer(o, PARCELS, i == 3 ? 3 : 1);
        offers[i].date -= (alm_date)i;
    }
    OK(ledger_record(o->world->ledger, offers, 4, answers, &o->world->arena, &entry, &err));
    OK(store_journal_add(o->world->store, &entry, &err));
    assert_int_equal(answers[0].outcome, LEDGER_RECORDED);
    assert_int_equal(answers[1].outcome, LEDGER_REFUSED);
    assert_int_equal(answers[2].outcome, LEDGER_REFUSED);
    assert_int_equal(answers[3].outcome, LEDGER_RECORDED);
    assert_int_equal(world_number(o->world, "SELECT COUNT(*) FROM relief_case_step WHERE what = 4"), 2);
    office_assert_sound(o);
}

static void couples_are_two(void **state)
{
    struct office *o = *state;
    struct world *w = o->world;
    struct cases_case request = office_request(o, KITS, 1);
    struct ledger_offer offer = office_offer(o, KITS, 1);
    request.partner = w->persons[20];
    const alm_id id = office_open(o, &request);
    office_decide(o, id, STEP_APPROVED, 0);
    offer.key = text_of("1");
    assert_refused(o, &offer, "is for a couple, and not for these two");
    offer.key = text_of("2");
    offer.partner = w->persons[21];
    assert_refused(o, &offer, "is for a couple, and not for these two");
    /* Neither of them has another under way. */
    struct alm_error err = {0};
    struct cases_case other = office_request(o, KITS, 20);
    alm_id found;
    bool same;
    FAILS(ALM_REFUSED, cases_open(&o->cases, &other, text_of(NULL), NULL, &found, &same, &err));
    assert_int_equal(found, id);
    /* Either may be named first. */
    offer.key = text_of("3");
    offer.person = w->persons[20];
    offer.partner = w->persons[1];
    const alm_id line = assert_recorded(o, &offer);
    assert_int_equal(office_read(o, id).line, line);
    office_assert_sound(o);
    world_reverse(w, line);
    office_assert_sound(o);
}

/* A person takes their case along to another household. */
static void who_moves_keeps_the_case(void **state)
{
    struct office *o = *state;
    const alm_id id = office_approved(o, KITS, 1);
    const struct ledger_offer offer = office_offer(o, KITS, 1);
    world_move(o->world, 1, o->world->households[50], TODAY - 30);
    world_again(o->world);
    const alm_id line = assert_recorded(o, &offer);
    const struct cases_case c = office_read(o, id);
    assert_int_equal(c.line, line);
    assert_int_equal(c.owner, o->world->homes[1]);
    office_assert_sound(o);
    world_reverse(o->world, line);
    assert_int_equal(office_read(o, id).state, CASE_APPROVED);
    office_assert_sound(o);
}

static void a_place_has_its_own(void **state)
{
    struct office *o = *state;
    const alm_id id = office_approved(o, SPRAY, 2);
    const struct ledger_offer offer = office_offer(o, SPRAY, 2);
    assert_int_equal(office_read(o, id).place, o->world->places[2]);
    assert_recorded(o, &offer);
    assert_int_equal(office_read(o, id).state, CASE_DELIVERED);
    office_assert_sound(o);
}

/* ---- a programme that settles, too ---- */

static alm_id asked[4]; /* subjects' cases, as settle() was told */
static size_t n_asked;
static bool says_no;

static enum alm_status own_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                  struct alm_verdict *verdicts, struct alm_error *err)
{
    struct world *w = host->context;
    struct cases cases = {.store = w->store, .today = TODAY, .format_date = world_date};
    struct cases_case c;
    enum alm_status status = ALM_OK;
    (void)state;
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        status = cases_request_of(&cases, lines[i].id, &c, &w->arena, err);
        if (n_asked < COUNT_OF(asked))
            asked[n_asked++] = c.id;
        if (says_no && lines[i].household == w->households[1])
            alm_refuse(&verdicts[i], "not this model");
    }
    return status;
}

static void what_settle_refuses_leaves_the_case(void **state)
{
    struct office *o = *state;
    struct alm_error err = {0};
    struct store_entry entry = {.id = world_id(o->world), .command = "test"};
    const alm_id first = office_approved(o, MEALS, 1), second = office_approved(o, MEALS, 2);
    const struct cases_case before = office_read(o, first);
    struct ledger_offer offers[] = {office_offer(o, MEALS, 1), office_offer(o, MEALS, 2)};
    struct ledger_answer answers[2];
    o->world->rules[MEALS].settle = own_settle;
    n_asked = 0;
    says_no = true;
    OK(ledger_record(o->world->ledger, offers, 2, answers, &o->world->arena, &entry, &err));
    OK(store_journal_add(o->world->store, &entry, &err));
    assert_int_equal(answers[0].outcome, LEDGER_REFUSED);
    assert_string_equal(answers[0].reason, "not this model");
    assert_int_equal(answers[1].outcome, LEDGER_RECORDED);
    assert_int_equal(asked[0], first);
    assert_int_equal(asked[1], second);
    const struct cases_case after = office_read(o, first);
    assert_int_equal(after.state, CASE_APPROVED);
    assert_int_equal(after.steps, before.steps);
    assert_int_equal(after.line, 0);
    assert_int_equal(office_read(o, second).line, answers[1].line);
    office_assert_sound(o);
    says_no = false;
    offers[0].key = text_of("again");
    assert_recorded(o, &offers[0]);
    office_assert_sound(o);
}

/* Of several the one whose subject the line names; else the one decided first. */
static void the_subject_tells_which(void **state)
{
    static const struct alm_column columns[] = {{.name = "item", .title = "Item", .type = ALM_STRING}};
    struct office *o = *state;
    static const char *const subjects[] = {"stove", "Heater", "cooler"};
    alm_id ids[3];
    struct alm_value detail[1] = {{0}};
    o->world->rules[MEALS].detail = columns;
    for (size_t i = 0; i < 3; i++) {
        struct cases_case request = office_request(o, MEALS, 1);
        request.subject = subjects[i];
        ids[i] = office_open(o, &request);
        office_decide(o, ids[i], STEP_APPROVED, 0);
    }
    struct ledger_offer offer = office_offer(o, MEALS, 1);
    offer.detail = detail;
    detail[0] = alm_string("heater");
    offer.key = text_of("1");
    assert_recorded(o, &offer);
    assert_int_equal(office_read(o, ids[1]).state, CASE_DELIVERED);
    /* It is named, and was delivered: no other stands in for it. */
    offer.key = text_of("2");
    assert_refused(o, &offer, "is delivered already");
    detail[0] = alm_null();
    offer.key = text_of("3");
    assert_recorded(o, &offer);
    assert_int_equal(office_read(o, ids[0]).state, CASE_DELIVERED);
    offer.key = text_of("4");
    assert_recorded(o, &offer);
    assert_int_equal(office_read(o, ids[2]).state, CASE_DELIVERED);
    office_assert_sound(o);
}

/* The settings changed since: nothing is asked for any more, and the case is given back all the same. */
static void settings_that_changed_since(void **state)
{
    struct office *o = *state;
    const alm_id id = office_approved(o, PARCELS, 1);
    const struct ledger_offer offer = office_offer(o, PARCELS, 1);
    const alm_id line = assert_recorded(o, &offer);
    office_needs_cases(o, PARCELS, false);
    const struct ledger_offer other = office_offer(o, PARCELS, 2);
    assert_recorded(o, &other);
    world_reverse(o->world, line);
    assert_int_equal(office_read(o, id).state, CASE_APPROVED);
    office_assert_sound(o);
}

/* ---- who is who ---- */

static void merge(struct office *o, alm_id survivor, alm_id merged)
{
    struct alm_error err = {0};
    const struct register_gate gate = {
        .members_changed = ledger_members_changed, .persons_merge = ledger_persons_merge, .context = o->world->ledger};
    struct store_entry entry = {.id = world_id(o->world), .command = "merge"};
    struct register_merge merge = {.survivor = survivor, .merged = merged, .day = TODAY, .entry = &entry};
    OK(register_person_merge(o->world->store, &gate, &merge, &err));
    OK(store_journal_add(o->world->store, &entry, &err));
}

static void split(struct office *o, alm_id merged)
{
    struct alm_error err = {0};
    const struct register_gate gate = {
        .members_changed = ledger_members_changed, .persons_merge = ledger_persons_merge, .context = o->world->ledger};
    struct store_entry entry = {.id = world_id(o->world), .command = "split"};
    struct register_merge merge = {.merged = merged, .day = TODAY, .entry = &entry};
    OK(register_person_split(o->world->store, &gate, &merge, &err));
    OK(store_journal_add(o->world->store, &entry, &err));
}

/* What an alias asked for is given to the survivor, and another of the kind is not opened for either. */
static void a_case_of_an_alias(void **state)
{
    struct office *o = *state;
    struct world *w = o->world;
    struct alm_error err = {0};
    alm_id id;
    bool same;
    w->programmes[KITS].state = w->programmes[PARCELS].state; /* no periods */
    const alm_id of_alias = office_approved(o, KITS, 31);
    merge(o, w->persons[20], w->persons[31]);
    const struct cases_case request = office_request(o, KITS, 20);
    FAILS(ALM_REFUSED, cases_open(&o->cases, &request, (struct alm_text){NULL, 0}, NULL, &id, &same, &err));
    assert_int_equal(id, of_alias);
    const struct ledger_offer offer = office_offer(o, KITS, 20), again = office_offer(o, KITS, 31);
    const alm_id line = assert_recorded(o, &offer);
    assert_int_equal(office_read(o, of_alias).line, line);
    assert_refused(o, &again, "is delivered already");
    office_assert_sound(o);
    /* It stays delivered whoever they are, and the delivery is taken back with it. */
    split(o, w->persons[31]);
    office_assert_sound(o);
    world_reverse(w, line);
    assert_int_equal(office_read(o, of_alias).state, CASE_APPROVED);
    office_assert_sound(o);
}

static void a_case_of_a_household_that_is_an_alias(void **state)
{
    struct office *o = *state;
    struct world *w = o->world;
    /* Household 12 has one member, household 1 two. */
    const alm_id of_alias = office_approved(o, PARCELS, 12);
    size_t alone = 0, member = 0;
    for (size_t p = 0; p < w->n_persons; p++) {
        alone = w->homes[p] == w->households[12] ? p : alone;
        member = w->homes[p] == w->households[1] ? p : member;
    }
    merge(o, w->persons[member], w->persons[alone]);
    const struct ledger_offer offer = office_offer(o, PARCELS, 1);
    const alm_id line = assert_recorded(o, &offer);
    assert_int_equal(office_read(o, of_alias).line, line);
    office_assert_sound(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(a_case_of_an_alias),
        OFFICE_TEST(a_case_of_a_household_that_is_an_alias),
        OFFICE_TEST(every_state_on_the_way),
        OFFICE_TEST(what_is_closed_stays_closed),
        OFFICE_TEST(one_case_for_two_lines),
        OFFICE_TEST(couples_are_two),
        OFFICE_TEST(who_moves_keeps_the_case),
        OFFICE_TEST(a_place_has_its_own),
        OFFICE_TEST(what_settle_refuses_leaves_the_case),
        OFFICE_TEST(the_subject_tells_which),
        OFFICE_TEST(settings_that_changed_since),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
