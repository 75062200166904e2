/* SPDX-License-Identifier: MIT */
#include "plugin-fixture.h"

static const char ini[] = "[stationery]\n\n"
                          "[kit first]\ngrades = 1-3\ncost = 1800000\n\n"
                          "[kit second]\ngrades = 4-6\n\n"
                          "[kit third]\ngrades = 8\n";

static int start(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture_load(fixture, "stationery", ini);
    fixture_start(fixture);
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    fixture_release(*state);
    free(*state);
    return 0;
}

static struct alm_entitlement ask(const struct fixture *fixture, alm_date date, int32_t grade, alm_date birth_date)
{
    const struct alm_member child = {.id = 1, .school_grade = grade, .birth_date = birth_date, .criteria = ""};
    const struct alm_case c = {
        .recipient = ALM_PERSON, .date = date, .id = 1, .members = &child, .n_members = 1, .person = &child};
    return fixture_entitle(fixture, &c);
}

static void a_school_year_begins_on_1_mehr(void **state)
{
    struct alm_entitlement before = ask(*state, date_from_solar(1399, 6, 31), 2, ALM_NO_DATE);
    struct alm_entitlement after = ask(*state, date_from_solar(1399, 7, 1), 2, ALM_NO_DATE);
    struct alm_entitlement spring = ask(*state, date_from_solar(1400, 1, 1), 2, ALM_NO_DATE);
    assert_int_equal(before.quantity, 1000);
    assert_true(before.has_period);
    assert_int_equal(before.period, 1398);
    assert_int_equal(before.next, date_from_solar(1399, 7, 1));
    assert_int_equal(after.period, 1399);
    assert_string_equal(after.period_name, "school year 1399-1400");
    assert_int_equal(spring.period, 1399);
    assert_int_equal(spring.next, date_from_solar(1400, 7, 1));
}

static void the_kit_is_the_grades(void **state)
{
    alm_date date = date_from_solar(1399, 9, 15);
    struct alm_entitlement first = ask(*state, date, 3, ALM_NO_DATE);
    struct alm_entitlement second = ask(*state, date, 4, ALM_NO_DATE);
    struct alm_entitlement none = ask(*state, date, 7, ALM_NO_DATE);
    assert_true(first.has_value);
    assert_int_equal(first.unit_value, 1800000);
    assert_int_equal(second.quantity, 1000);
    assert_false(second.has_value);
    assert_int_equal(none.quantity, 0);
    assert_string_equal(none.reason, "no kit is given in grade 7");
    assert_int_equal(none.next, date_from_solar(1400, 7, 1));
    assert_int_equal(ask(*state, date, 9, ALM_NO_DATE).next, ALM_NO_DATE);
}

static void a_child_of_six_full_years_on_1_mehr_enters_grade_1(void **state)
{
    alm_date date = date_from_solar(1399, 9, 15);
    assert_int_equal(ask(*state, date, -1, date_from_solar(1393, 7, 1)).quantity, 1000);
    struct alm_entitlement young = ask(*state, date, -1, date_from_solar(1393, 7, 2));
    assert_int_equal(young.quantity, 0);
    assert_string_equal(young.reason, "below school age");
    assert_int_equal(young.next, date_from_solar(1400, 7, 1));
    /* Before 1 Mehr it is still the year before. */
    assert_int_equal(ask(*state, date_from_solar(1399, 6, 31), -1, date_from_solar(1393, 7, 1)).quantity, 0);
    /* Born three years later: three years to wait. */
    assert_int_equal(ask(*state, date, -1, date_from_solar(1396, 1, 1)).next, date_from_solar(1402, 7, 1));
}

static void who_is_past_school_or_unknown_gets_none(void **state)
{
    alm_date date = date_from_solar(1399, 9, 15);
    /* 17 full years: grade 12, which has no kit here; 18: past. */
    assert_string_equal(ask(*state, date, -1, date_from_solar(1382, 6, 1)).reason, "no kit is given in grade 12");
    struct alm_entitlement grown = ask(*state, date, -1, date_from_solar(1381, 6, 1));
    assert_string_equal(grown.reason, "past school age");
    assert_int_equal(grown.next, ALM_NO_DATE);
    assert_string_equal(ask(*state, date, -1, ALM_NO_DATE).reason, "neither school grade nor birth date is known");
    /* The register knows better than the birth date. */
    assert_int_equal(ask(*state, date, 6, date_from_solar(1381, 6, 1)).quantity, 1000);
}

static void expect_problem(const char *text, const char *problem)
{
    struct fixture fixture = {0};
    fixture_load(&fixture, "stationery", text);
    assert_int_equal(fixture.problems.count, 1);
    if (!strstr(fixture.problems.items[0].text, problem))
        fail_msg("'%s' does not say '%s'", fixture.problems.items[0].text, problem);
    fixture_release(&fixture);
}

static void bad_settings_are_named(void **state)
{
    (void)state;
    expect_problem("[stationery]\n\n[kit a]\ngrades = 3-1\n", "'3-1' are no grades");
    expect_problem("[stationery]\n\n[kit a]\ngrades = 1-13\n", "no grades");
    expect_problem("[stationery]\n\n[kit a]\ngrades = 1-3x\n", "no grades");
    expect_problem("[stationery]\n\n[kit a]\ngrades = -1\n", "no grades");
    expect_problem("[stationery]\n\n[kit a]\ngrades = 1-3\n\n[kit b]\ngrades = 3\n", "grade 3 has [kit a] already");
    expect_problem("[stationery]\nfirst_grade_age = 6\n", "at least 1 needed");
    expect_problem("[stationery]\n\n[kit a]\ngrades = 1-3\nitem = kit-a\n", "no depot to take it from");
}

static void the_shipped_file_is_sound(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    fixture_load_file(&fixture, "stationery", SOURCE_DIR "/conf/programmes/stationery.ini");
    fixture_start(&fixture);
    for (int32_t grade = 1; grade <= 12; grade++)
        assert_int_equal(ask(&fixture, date_from_solar(1399, 9, 15), grade, ALM_NO_DATE).quantity, 1000);
    assert_int_equal(ask(&fixture, date_from_solar(1399, 9, 15), 0, ALM_NO_DATE).quantity, 0);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_school_year_begins_on_1_mehr),
        cmocka_unit_test(the_kit_is_the_grades),
        cmocka_unit_test(a_child_of_six_full_years_on_1_mehr_enters_grade_1),
        cmocka_unit_test(who_is_past_school_or_unknown_gets_none),
        cmocka_unit_test(bad_settings_are_named),
        cmocka_unit_test(the_shipped_file_is_sound),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
