/* SPDX-License-Identifier: MIT */
/* Committees, their seats and decisions: what may follow what. */
#include "desk.h"

#define DAY(n) (TODAY - 100 + (n))

static alm_id committee(struct desk *d, const char *code, const char *sector)
{
    const struct secretariat_committee in = {.code = code, .name = "a committee", .sector = sector};
    struct secretariat_committee found;
    struct arena arena = {0};
    enum import_outcome outcome;
    DO(secretariat_committee_put(&d->secretariat, &in, &outcome, &d->err));
    assert_int_equal(outcome, IMPORT_ADDED);
    DO(secretariat_committee_find(&d->secretariat, code, &found, &arena, &d->err));
    arena_release(&arena);
    return found.id;
}

static enum alm_status seat(struct desk *d, alm_id committee, const char *body, bool chair, int day,
                            enum import_outcome *outcome)
{
    const struct secretariat_member member = {.committee = committee,
                                              .body = desk_entry(d, REGISTER_BODY, body),
                                              .since = DAY(day),
                                              .until = ALM_NO_DATE,
                                              .chair = chair};
    d->err = (struct alm_error){0};
    return secretariat_member_put(&d->secretariat, &member, outcome, &d->err);
}

static void one_committee_for_each_kind_of_work(void **state)
{
    struct desk *d = *state;
    const alm_id parcels = desk_entry(d, REGISTER_PROGRAMME, "parcels");
    const struct secretariat_committee by_programme = {.code = "P-1", .name = "parcels", .programme = parcels},
                                       again = {.code = "P-2", .name = "parcels", .programme = parcels},
                                       folded = {.code = "H-2", .name = "health", .sector = "سلامتي"},
                                       renamed = {.code = "h1", .name = "the other name"};
    struct secretariat_committee found;
    struct arena arena = {0};
    enum import_outcome outcome;
    const alm_id health = committee(d, "H-1", "سلامتی");
    DO(secretariat_committee_put(&d->secretariat, &by_programme, &outcome, &d->err));
    assert_int_equal(secretariat_committee_put(&d->secretariat, &again, &outcome, &d->err), ALM_BAD_DATA);
    assert_int_equal(secretariat_committee_put(&d->secretariat, &folded, &outcome, &d->err), ALM_BAD_DATA);
    DO(secretariat_committee_put(&d->secretariat, &renamed, &outcome, &d->err));
    assert_int_equal(outcome, IMPORT_CHANGED);
    DO(secretariat_committee_find(&d->secretariat, "H1", &found, &arena, &d->err));
    assert_int_equal(found.id, health);
    assert_string_equal(found.code, "H-1");
    assert_string_equal(found.name, "the other name");
    assert_string_equal(found.sector, "سلامتی");
    assert_int_equal(suite_number(d->store, "SELECT COUNT(*) FROM committee"), 2);
    arena_release(&arena);
}

static void a_seat_follows_another(void **state)
{
    struct desk *d = *state;
    const alm_id id = committee(d, "C-1", "food"), hamdeli = desk_entry(d, REGISTER_BODY, "hamdeli");
    enum import_outcome outcome;
    DO(seat(d, id, "hamdeli", true, 0, &outcome));
    assert_int_equal(outcome, IMPORT_ADDED);
    DO(seat(d, id, "hamdeli", true, 5, &outcome));
    assert_int_equal(outcome, IMPORT_SAME);
    DO(seat(d, id, "yari", false, 3, &outcome));
    assert_int_equal(seat(d, id, "yari", true, 5, &outcome), ALM_BAD_DATA);
    DO(seat(d, id, "hamdeli", false, 10, &outcome));
    assert_int_equal(outcome, IMPORT_CHANGED);
    DO(seat(d, id, "yari", true, 10, &outcome));
    assert_int_equal(suite_number(d->store, "SELECT COUNT(*) FROM committee_member WHERE until IS NULL"), 2);
    assert_int_equal(suite_number(d->store, "SELECT COUNT(*) FROM committee_member WHERE until IS NOT NULL"), 2);
    assert_int_equal(secretariat_member_end(&d->secretariat, id, hamdeli, DAY(10), &outcome, &d->err), ALM_BAD_DATA);
    DO(secretariat_member_end(&d->secretariat, id, hamdeli, DAY(20), &outcome, &d->err));
    assert_int_equal(outcome, IMPORT_CHANGED);
    DO(secretariat_member_end(&d->secretariat, id, hamdeli, DAY(20), &outcome, &d->err));
    assert_int_equal(outcome, IMPORT_SAME);
    assert_int_equal(secretariat_member_end(&d->secretariat, id, hamdeli, DAY(21), &outcome, &d->err), ALM_BAD_DATA);
    assert_int_equal(seat(d, id, "hamdeli", false, 15, &outcome), ALM_BAD_DATA);
    DO(seat(d, id, "hamdeli", false, 20, &outcome));
    assert_int_equal(outcome, IMPORT_ADDED);
}

static struct secretariat_decision decision(struct desk *d, alm_id committee, const char *code, const char *body,
                                            int due)
{
    return (struct secretariat_decision){.code = code,
                                         .committee = committee,
                                         .body = desk_entry(d, REGISTER_BODY, body),
                                         .text = "what is to be done",
                                         .decided = DAY(0),
                                         .due = DAY(due)};
}

static enum alm_status count(void *context, const struct secretariat_decision *found, struct alm_error *err)
{
    char *codes = context;
    (void)err;
    strcat(strcat(codes, found->code), " ");
    return ALM_OK;
}

static void assert_listed(struct desk *d, struct secretariat_decision_filter filter, const char *expected)
{
    char codes[200] = "";
    DO(secretariat_decisions(&d->secretariat, &filter, count, codes, &d->err));
    assert_string_equal(codes, expected);
}

static void open_until_it_is_done(void **state)
{
    struct desk *d = *state;
    const alm_id id = committee(d, "C-1", "food"), other = committee(d, "C-2", "health");
    struct secretariat_decision late = decision(d, id, "C-1/1", "hamdeli", 50), same = late,
                                soon = decision(d, other, "C-2/1", "yari", 130), found;
    struct arena arena = {0};
    enum import_outcome outcome;
    DO(secretariat_decision_add(&d->secretariat, &soon, &outcome, &d->err));
    DO(secretariat_decision_add(&d->secretariat, &late, &outcome, &d->err));
    assert_int_equal(outcome, IMPORT_ADDED);
    same.code = "c1/1";
    assert_int_equal(secretariat_decision_add(&d->secretariat, &same, &outcome, &d->err), ALM_OK);
    same.code = "C-1 /1";
    assert_int_equal(secretariat_decision_add(&d->secretariat, &same, &outcome, &d->err), ALM_BAD_DATA);
    same = late;
    same.due++;
    assert_int_equal(secretariat_decision_add(&d->secretariat, &same, &outcome, &d->err), ALM_BAD_DATA);
    assert_listed(d, (struct secretariat_decision_filter){.due_before = ALM_NO_DATE}, "C-1/1 C-2/1 ");
    assert_listed(d, (struct secretariat_decision_filter){.due_before = TODAY}, "C-1/1 ");
    assert_listed(d, (struct secretariat_decision_filter){.due_before = DAY(50)}, "");
    assert_listed(d, (struct secretariat_decision_filter){.committee = other, .due_before = ALM_NO_DATE}, "C-2/1 ");
    DO(secretariat_decision_find(&d->secretariat, "C-1/1", &found, &arena, &d->err));
    assert_string_equal(found.entered_by, "clerk");
    assert_int_equal(secretariat_decision_done(&d->secretariat, &found, DAY(-1), NULL, &outcome, &d->err),
                     ALM_BAD_DATA);
    assert_int_equal(secretariat_decision_done(&d->secretariat, &found, TODAY + 1, NULL, &outcome, &d->err),
                     ALM_BAD_DATA);
    store_set_who(d->store, "chair");
    DO(secretariat_decision_done(&d->secretariat, &found, TODAY, "it stands", &outcome, &d->err));
    /* As somebody who read it before would. */
    assert_int_equal(secretariat_decision_done(&d->secretariat, &found, TODAY, "it stands", &outcome, &d->err),
                     ALM_AGAIN);
    DO(secretariat_decision_find(&d->secretariat, "C-1/1", &found, &arena, &d->err));
    assert_int_equal(found.done, TODAY);
    assert_string_equal(found.report, "it stands");
    assert_string_equal(found.done_by, "chair");
    DO(secretariat_decision_done(&d->secretariat, &found, TODAY, "it stands", &outcome, &d->err));
    assert_int_equal(outcome, IMPORT_SAME);
    assert_int_equal(secretariat_decision_done(&d->secretariat, &found, TODAY, NULL, &outcome, &d->err), ALM_BAD_DATA);
    assert_listed(d, (struct secretariat_decision_filter){.open = true, .due_before = ALM_NO_DATE}, "C-2/1 ");
    assert_listed(d, (struct secretariat_decision_filter){.due_before = TODAY}, "");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(one_committee_for_each_kind_of_work),
        DESK_TEST(a_seat_follows_another),
        DESK_TEST(open_until_it_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
